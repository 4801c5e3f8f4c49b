// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/deck.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "config/deck_document.hpp"
#include "config/keys.hpp"
#include "config/read_keys.hpp"
#include "config/write_keys.hpp"

namespace cenas {
namespace {

/// What CE-NAS's published simulation books: 1 kW for each GPU that evaluates, and nothing else.
PowerOptions paper_power() {
    PowerOptions power;
    power.evaluation_w = 1000.0;
    power.sampling_w = power.supernet_training_w = power.switching_w = power.idle_w = power.optimizer_w = 0.0;
    power.pue = 1.0;
    power.embodied_g_per_gpu_h = 0.0;
    return power;
}

/// The values of `evaluate` if it is a list of integers, else none.
TomlArray listed_values(const TomlValue& method) {
    const auto* table = std::get_if<TomlTable>(&method.value);
    const TomlValue* evaluate = table != nullptr ? find(*table, "evaluate") : nullptr;
    const auto* values = evaluate != nullptr ? std::get_if<TomlArray>(&evaluate->value) : nullptr;
    const auto is_integer = [](const TomlValue& v) { return std::holds_alternative<std::int64_t>(v.value); };
    const bool integers = values != nullptr && std::all_of(values->begin(), values->end(), is_integer);
    return integers ? *values : TomlArray();
}

/// The methods that an entry stands for: one for each listed value k of `evaluate`, called NAME-k, or itself.
TomlArray expand_method(const TomlValue& method) {
    TomlArray methods;
    for (const TomlValue& value : listed_values(method)) {
        TomlValue& copy = methods.emplace_back(method);
        auto& entries = std::get<TomlTable>(copy.value);
        find_entry(entries, "evaluate")->value = value;
        TomlEntry* name = find_entry(entries, "name");
        auto* text = name != nullptr ? std::get_if<std::string>(&name->value.value) : nullptr;
        if (text != nullptr) *text += "-" + to_toml(value);
    }
    if (methods.empty()) methods.push_back(method);
    return methods;
}

void expand_methods(TomlTable& deck) {
    TomlEntry* entry = find_entry(deck, "method");
    auto* methods = entry != nullptr ? std::get_if<TomlArray>(&entry->value.value) : nullptr;
    if (methods == nullptr) return;
    TomlArray expanded;
    for (const TomlValue& method : *methods)
        for (TomlValue& one : expand_method(method)) expanded.push_back(std::move(one));
    *methods = std::move(expanded);
}

const TomlTable& entry_of(const TomlTable& deck, const char* list, std::size_t i) {
    return std::get<TomlTable>(std::get<TomlArray>(find(deck, list)->value)[i].value);
}

/// What no key can see by itself. Only a value that was given, not a default, can break these rules.
void check_together(const TomlTable& deck, const Options& options) {
    const RunOptions& run = options.run;
    if (options.accounting.account_from_h >= run.hours)
        refuse(*find(std::get<TomlTable>(find(deck, "accounting")->value), "account_from_h"),
               "accounting.account_from_h", fmt::format("must be less than run.hours = {}", run.hours));
    for (std::size_t i = 0; i < options.methods.size(); ++i) {
        const MethodOptions& method = options.methods[i];
        const TomlTable& entry = entry_of(deck, "method", i);
        const std::string path = fmt::format("method.{}.", method.name);
        if (method.schedule.allocator == "all-sample" && method.candidates == "direct")
            refuse(*find(entry, "allocator"), path + "allocator",
                   "needs candidates = \"supernet\", since without one there is nothing to sample");
        if (method.schedule.allocator == "all-sample" && method.schedule.train_last_h >= run.hours)
            refuse(*find(entry, "allocator"), path + "allocator",
                   fmt::format("leaves no time to sample: train_last_h = {} must be less than run.hours = {}",
                               method.schedule.train_last_h, run.hours));
        constexpr int most_lamoo_samples = 2000;  // its models need memory by the square of the samples, time by more
        if (method.learn_from == "estimate" && method.search.strategy == "lamoo" &&
            (method.max_samples == 0 || method.max_samples > most_lamoo_samples))
            refuse(*find(entry, "learn_from"), path + "learn_from",
                   fmt::format("with strategy = \"lamoo\" needs max_samples from 1 to {}", most_lamoo_samples));
        if (method.schedule.evaluate > run.gpus)
            refuse(*find(entry, "evaluate"), path + "evaluate", fmt::format("must be at most run.gpus = {}", run.gpus));
    }
}

bool is_file(const std::string& source) {
    return source != synthetic_table_name && source != embedded_table && !source.starts_with("synthetic:");
}

/// Applies `change(source, where it was given)` to every file that the deck names.
template <class Change>
void for_each_file(const TomlTable& deck, Options& options, const Change& change) {
    if (is_file(options.problem.table))
        change(options.problem.table, *find(std::get<TomlTable>(find(deck, "problem")->value), "table"));
    for (std::size_t i = 0; i < options.traces.size(); ++i)
        if (is_file(options.traces[i].source))
            change(options.traces[i].source, *find(entry_of(deck, "trace", i), "source"));
}

constexpr const char* dump_head =
    R"(# The deck in force: every key with its value. One that may not be given beside the others stands as a comment.
# Files are named from the deck's folder.
)";

constexpr const char* reference_head = R"(# Keys of a deck

<!-- Made by `cenas check --keys`; do not edit. -->

A deck is a TOML file. A key that is not listed here, a value of another type or out of range, and keys that contradict
each other are refused. `cenas check DECK --dump` prints a deck with every key. On the command line a key is changed by
`section.key=value`; the entry of a list is named by its `name`: `method.ce-nas.strategy=random`,
`trace.CISO.source=my.h5`, `problem.objective.energy.reference=40`. Files are named from the deck's folder, on the
command line from the current one.
)";

constexpr const char* table_reference_head = R"(
# Keys of a table description

What the columns of a csv table mean, for `cenas import table`.
)";

/// What a document says whose files are named from the folder of `path`.
Deck read_content(DeckDocument read, const std::filesystem::path& path) {
    TomlTable& document = read.keys;
    if (is_training(document))
        throw UsageError(
            fmt::format("{}: this is a training deck, for cenas train and cenas table build", path.string()));
    if (is_replay(document))
        throw UsageError(fmt::format("{}: this is a replay deck, for cenas replay", path.string()));
    expand_methods(document);

    DeckContent content;
    read_keys(document, deck_keys(content), path.string());
    Options& options = content.options;
    check_together(document, options);
    if (options.accounting.mode == "paper") {
        options.power = paper_power();
        options.switching = {0.0, 0.0, 0};
    }

    const auto folder = folder_of(path);
    for_each_file(document, options,
                  [&](std::string& file, const TomlValue& given) { name_from_deck(file, given, folder); });
    Deck deck{path, std::move(read.text), dump_head + write_keys(deck_keys(content)), {}};
    for_each_file(document, options, [&](std::string& file, const TomlValue&) { file = (folder / file).string(); });
    deck.options = std::move(options);
    return deck;
}

}  // namespace

Deck read_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
    return read_content(read_document(path, overrides), path);
}

Deck read_stored_deck(const std::string& text, const std::filesystem::path& file) {
    return read_content({text, parse_toml(text, file.string())}, file);
}

std::string deck_reference() {
    DeckContent deck;
    TableSpec table;
    return reference_head + describe_keys(deck_keys(deck)) + table_reference_head +
           describe_keys(table_spec_keys(table));
}

}  // namespace cenas

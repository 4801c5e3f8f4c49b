// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/deck.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "config/axes.hpp"
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

/// Who plans on forecast files needs one for every trace. The choice may have been made in [run].
void require_forecast_files(const TomlTable& deck, const Options& options, std::size_t i) {
    const MethodOptions& method = options.methods[i];
    const auto without = std::find_if(options.traces.begin(), options.traces.end(),
                                      [](const TraceOptions& trace) { return trace.forecast.empty(); });
    if (method.forecast != "file" || without == options.traces.end()) return;
    const TomlValue* own = find(entry_of(deck, "method", i), "forecast");
    refuse(own != nullptr ? *own : *find(std::get<TomlTable>(find(deck, "run")->value), "forecast"),
           own != nullptr ? fmt::format("method.{}.forecast", method.name) : "run.forecast",
           fmt::format("needs a forecast file for every trace, and trace '{}' has none (trace.{}.forecast)",
                       without->name, without->name));
}

/// What no key can see by itself. Only a value that was given, not a default, can break these rules.
void check_together(const TomlTable& deck, const Options& options) {
    const RunOptions& run = options.run;
    if (options.accounting.account_from_h >= run.hours)
        refuse(*find(std::get<TomlTable>(find(deck, "accounting")->value), "account_from_h"),
               "accounting.account_from_h", fmt::format("must be less than run.hours = {}", run.hours));
    for (std::size_t i = 0; i < options.methods.size(); ++i) {
        require_forecast_files(deck, options, i);
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
    for (std::size_t i = 0; i < options.traces.size(); ++i) {
        const TomlTable& entry = entry_of(deck, "trace", i);
        if (is_file(options.traces[i].source)) change(options.traces[i].source, *find(entry, "source"));
        if (!options.traces[i].forecast.empty()) change(options.traces[i].forecast, *find(entry, "forecast"));
    }
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

/// A deck and where it is.
struct DeckSource {
    TomlTable document;  ///< without axes
    DeckAxes axes;
    std::string name;
    std::filesystem::path folder;
};

struct ReadScenario {
    Options options;
    std::string effective;  ///< without axes
};

ReadScenario read_scenario(const DeckSource& source, std::int64_t scenario) {
    TomlTable document = source.document;
    set_scenario(document, source.axes, scenario);
    expand_methods(document);
    DeckContent content;
    read_keys(document, deck_keys(content), source.name);
    Options& options = content.options;
    check_together(document, options);
    if (options.accounting.mode == "paper") {
        options.power = paper_power();
        options.switching = {0.0, 0.0, 0};
    }
    for_each_file(document, options,
                  [&](std::string& file, const TomlValue& given) { name_from_deck(file, given, source.folder); });
    ReadScenario read{{}, write_keys(deck_keys(content))};
    for_each_file(document, options,
                  [&](std::string& file, const TomlValue&) { file = (source.folder / file).string(); });
    read.options = std::move(options);
    return read;
}

Deck make_deck(DeckDocument read, const std::string& name, const std::filesystem::path& folder) {
    if (is_training(read.keys))
        throw UsageError(fmt::format("{}: this is a training deck, for cenas train and cenas table build", name));
    if (is_replay(read.keys)) throw UsageError(fmt::format("{}: this is a replay deck, for cenas replay", name));
    DeckAxes axes = take_axes(read.keys);
    const auto source =
        std::make_shared<const DeckSource>(DeckSource{std::move(read.keys), std::move(axes), name, folder});
    ReadScenario first = read_scenario(*source, 0);
    Deck deck{name, std::move(read.text), dump_head + first.effective + write_axes(source->axes), first.options,
              make_scenarios(source->axes, first.options)};
    deck.scenarios.options = [source](std::int64_t scenario) { return read_scenario(*source, scenario).options; };
    return deck;
}

}  // namespace

Deck read_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
    return make_deck(read_document(path, overrides), path.string(), folder_of(path));
}

Scenarios read_deck_text(const std::string& text, const std::string& name, const std::filesystem::path& folder) {
    return make_deck({text, parse_toml(text, name)}, name, std::filesystem::absolute(folder)).scenarios;
}

std::string deck_reference() {
    DeckContent deck;
    TableSpec table;
    return reference_head + describe_keys(deck_keys(deck)) + axes_reference() + table_reference_head +
           describe_keys(table_spec_keys(table));
}

}  // namespace cenas

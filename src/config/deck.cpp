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
#include "config/deck_rules.hpp"
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
    if (is_live(read.keys)) throw UsageError(fmt::format("{}: this is a live deck, for cenas live", name));
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

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/live_deck.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "config/deck_document.hpp"
#include "config/deck_rules.hpp"
#include "config/keys.hpp"
#include "config/read_keys.hpp"
#include "config/write_keys.hpp"
#include "search/strategy.hpp"

namespace cenas {
namespace {

constexpr int any_number_of_groups = 1 << 20;  // how many there are says the layout, which is checked against the deck

constexpr const char* dump_head =
    "# The live deck in force: every key with its value. Files are named from the deck's folder.\n";

constexpr const char* reference_head = R"(
# Keys of a live deck

For `cenas live`; overrides and errors as for a deck.
)";

const TomlTable& section(const TomlTable& deck, const char* name) {
    return std::get<TomlTable>(find(deck, name)->value);
}

/// "now" is real time, in which traces grow: they are files, and nobody knows what is to come.
void check_now(const TomlTable& deck, const LiveOptions& options) {
    if (!options.now) return;
    const TomlValue& start = *find(section(deck, "run"), "start");
    if (options.live.hour_s != 3600)
        refuse(*find(section(deck, "live"), "hour_s"), "live.hour_s", "must be 3600 with run.start = \"now\"");
    for (const TraceOptions& trace : options.search.traces)
        if (!is_file(trace.source))
            refuse(
                start, "run.start",
                fmt::format("needs trace files, and trace '{}' is generated (allowed with it: a moment)", trace.name));
    for (const MethodOptions& method : options.search.methods)
        if (method.forecast == "perfect")
            refuse(start, "run.start",
                   fmt::format("nobody knows what is to come: method '{}' needs another forecast than \"perfect\"",
                               method.name));
    if (options.search.traces.size() * options.search.methods.size() > 1 || options.search.run.seeds > 1)
        refuse(start, "run.start", "one search at a time can run now: give one trace, one method and one seed");
}

/// Trainings of fewer epochs are of so many epochs, and fewer.
void check_low_epochs(const TomlTable& deck, const LiveOptions& options) {
    if (options.live.evaluator != "train") return;
    const int epochs = options.training.training.epochs;
    if (options.low_epochs >= epochs)
        refuse(*find(section(deck, "training"), "low_epochs"), "training.low_epochs",
               fmt::format("must be less than training.epochs = {}", epochs));
    for (std::size_t i = 0; i < options.search.methods.size(); ++i) {
        const MethodOptions& method = options.search.methods[i];
        if (options.low_epochs == 0 && proposes_low_fidelity(method.search))
            refuse(*find(entry_of(deck, "method", i), "strategy"), fmt::format("method.{}.strategy", method.name),
                   "proposes trainings of fewer epochs: needs training.low_epochs");
    }
}

/// A command is a group by itself, and finds its own device. One that hangs is ended before the coordinator would end
/// the run, and must have the time of its slice.
void check_command(const TomlTable& deck, const LiveOptions& options) {
    if (options.live.evaluator != "command") return;
    const TomlValue& command = *find(section(deck, "live"), "command");
    const TrainingRunOptions& run = options.training.run;
    if (run.ranks_per_group != 1 || run.device != "cpu")
        refuse(command, "live.command",
               "is run by groups of one rank, and finds its device itself (allowed with it: run.ranks_per_group = 1, "
               "run.device = \"cpu\")");
    if (options.live.slice_s > options.live.patience_s / 2)
        refuse(command, "live.command",
               fmt::format("has live.patience_s / 2 = {:g} s for a slice (allowed with it: live.slice_s up to that)",
                           options.live.patience_s / 2));
}

/// Applies `change(file, where it was given)` to every file and folder that the deck names.
template <class Change>
void for_each_path(const TomlTable& deck, LiveOptions& options, const Change& change) {
    for_each_file(deck, options.search, change);
    if (options.live.evaluator == "train") change(options.training.data.folder, *find(section(deck, "data"), "folder"));
}

LiveDeck make_deck(DeckDocument document, const std::string& name, const std::filesystem::path& folder) {
    if (!is_live(document.keys))
        throw UsageError(
            fmt::format("{}: this is no live deck: it has no section [live], such as inputs/live.toml has", name));
    expand_methods(document.keys);
    LiveDeckContent content;
    content.options.search.run.gpus = any_number_of_groups;
    read_keys(document.keys, live_deck_keys(content), name);
    LiveOptions& options = content.options;
    check_together(document.keys, options.search);
    check_now(document.keys, options);
    check_low_epochs(document.keys, options);
    check_command(document.keys, options);
    for_each_path(document.keys, options,
                  [&](std::string& file, const TomlValue& given) { name_from_deck(file, given, folder); });
    std::string effective = dump_head + write_keys(live_deck_keys(content));
    for_each_path(document.keys, options,
                  [&](std::string& file, const TomlValue&) { file = (folder / file).string(); });
    return {name, std::move(document.text), std::move(effective), std::move(options)};
}

}  // namespace

LiveDeck read_live_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
    return make_deck(read_document(path, overrides), path.string(), folder_of(path));
}

LiveOptions read_live_deck_text(const std::string& text, const std::string& name, const std::filesystem::path& folder) {
    return make_deck({text, parse_toml(text, name)}, name, std::filesystem::absolute(folder)).options;
}

bool is_live_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
    return is_live(read_document(path, overrides).keys);
}

std::string live_deck_reference() {
    LiveDeckContent deck;
    return reference_head + describe_keys(live_deck_keys(deck));
}

}  // namespace cenas

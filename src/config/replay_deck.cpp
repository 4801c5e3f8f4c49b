// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/replay_deck.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "config/deck_document.hpp"
#include "config/keys.hpp"
#include "config/read_keys.hpp"
#include "config/write_keys.hpp"

namespace cenas {
namespace {

std::vector<Key> replay_keys(ReplayOptions& o) {
    constexpr const char* whose = "for policies that do not say it themselves";
    return {{"hours", number(o.hours, from(0, longest_h)), "h",
             "horizon: work that is not done by then is censored; 0: five times as long as the longest of the replayed "
             "searches lasted"},
            {"from", time(o.from), "UTC",
             "no start is before this; before all traces: the first is where the last of them begins"},
            {"every_h", number(o.every_h, above(0, longest_h)), "h",
             "from one start to the next; whole steps of every trace"},
            {"starts", integer(o.starts, 0, 1'000'000'000), "",
             "so many; 0: as many as have a whole horizon before them on every trace"},
            forecast_key(o.told.forecast, whose),
            window_key(o.told.window_h, whose),
            {"device", one_of(o.device, {"cpu", "cuda"}), "",
             "where policies run that know the whole replay; the others run on the cpu"},
            {"allow_unlike_traces", flag(o.allow_unlike_traces), "",
             "whether traces of different signal or scope may be compared"}};
}

std::vector<Key> policy_keys(PolicyOptions& o) {
    std::vector<Key> keys = {required({"name", name(o.name), "", "for tables and files"})};
    for (Key& key : schedule_keys(o.schedule, "GPUs that evaluate; all, where the run has fewer"))
        keys.push_back(std::move(key));
    constexpr const char* whose = "where it is not given, as in [replay]";
    keys.push_back(forecast_key(o.told.forecast, whose));
    keys.push_back(window_key(o.told.window_h, whose));
    return keys;
}

std::vector<Key> replay_deck_keys(ReplayOptions& o) {
    const auto fresh_policy = [&o] {
        PolicyOptions policy;
        policy.told = o.told;
        return policy;
    };
    return {{"replay", Section{replay_keys(o)}, "", "when the recorded work begins, and what policies know"},
            {"trace", list_of(o.traces, 0, trace_keys), "", "grids; none: the nine built-in synthetic ones"},
            {"policy", list_of<PolicyOptions>(o.policies, 0, policy_keys, fresh_policy), "",
             "allocators under which the work is done again, savings being told against the first; none: agnostic, "
             "suspend-resume-25, suspend-resume-50, threshold, shares, fixed-half"}};
}

/// Applies `change(source, where it was given)` to every trace file that the deck names.
template <class Change>
void for_each_file(const TomlTable& deck, ReplayOptions& options, const Change& change) {
    const TomlValue* traces = find(deck, "trace");
    if (traces == nullptr) return;
    const auto& entries = std::get<TomlArray>(traces->value);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        TraceOptions& trace = options.traces[i];
        const auto& entry = std::get<TomlTable>(entries[i].value);
        if (!trace.source.starts_with("synthetic:")) change(trace.source, *find(entry, "source"));
        if (!trace.forecast.empty()) change(trace.forecast, *find(entry, "forecast"));
    }
}

constexpr const char* dump_head =
    "# The replay deck in force: every key with its value. Files are named from the deck's folder.\n";

constexpr const char* reference_head = R"(
# Keys of a replay deck

For `cenas replay`, which needs none; overrides and errors as for a deck.
)";

}  // namespace

ReplayDeck read_replay_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides,
                            const ReplayOptions& defaults) {
    DeckDocument document = read_document(path, overrides);
    ReplayOptions options = defaults;
    if (find(document.keys, "trace") != nullptr) options.traces.clear();
    if (find(document.keys, "policy") != nullptr) options.policies.clear();
    read_keys(document.keys, replay_deck_keys(options), path.empty() ? "command line" : path.string());
    if (options.traces.empty()) options.traces = defaults.traces;
    if (options.policies.empty()) {
        options.policies = defaults.policies;
        for (PolicyOptions& policy : options.policies) policy.told = options.told;
    }

    const auto folder = folder_of(path);
    for_each_file(document.keys, options,
                  [&](std::string& file, const TomlValue& given) { name_from_deck(file, given, folder); });
    std::string effective = dump_head + write_keys(replay_deck_keys(options));
    for_each_file(document.keys, options,
                  [&](std::string& file, const TomlValue&) { file = (folder / file).string(); });
    return {std::move(document.text), std::move(effective), std::move(options)};
}

std::string replay_deck_reference() {
    ReplayOptions options;
    return reference_head + describe_keys(replay_deck_keys(options));
}

}  // namespace cenas

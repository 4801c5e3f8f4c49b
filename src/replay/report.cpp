// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "replay/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.hpp"
#include "kernels/rng/philox.hpp"
#include "replay/replay.hpp"

namespace cenas {
namespace {

// --- in words --------------------------------------------------------------------------------------------------------

std::string describe_work(const RecordedWork& work) {
    double hours = 0;
    for (const double seconds : work.training_s) hours += seconds / seconds_per_hour;
    std::string text = fmt::format("search {} ({}, recorded on {}, seed {}): {} trainings, {:.1f} GPU-hours",
                                   work.search, work.method, work.trace, work.seed, work.training_s.size(), hours);
    if (work.supernet)
        text +=
            fmt::format("; a supernet of {:.1f} GPU-hours, {} queries of {:.1f} s", work.supernet_s / seconds_per_hour,
                        std::ssize(work.training_s) - work.unqueried, work.query_s);
    return text + fmt::format("; {} left out, which had not ended\n", work.left_out);
}

/// Sums over the starts of one policy; of those that were not censored, but for `censored`.
struct PolicySums {
    std::size_t ended = 0, censored = 0;
    double grams = 0, makespan_s = 0, regret = 0, bound = 0;
    double with_first = 0, first = 0;  ///< grams where the first policy ended, too, and those of the first
};

PolicySums sums_of(const ReplayRecord& record, std::size_t first_row, std::size_t policy) {
    const std::size_t policies = record.policies.size();
    PolicySums sums;
    for (std::size_t row = first_row; row < first_row + record.starts.size(); ++row) {
        const std::size_t at = row * policies + policy;
        if (std::isnan(record.makespan_s[at])) {
            ++sums.censored;
            continue;
        }
        ++sums.ended;
        sums.grams += record.grams[at];
        sums.makespan_s += record.makespan_s[at];
        sums.regret += record.regret_g[at];
        sums.bound += record.lower_bound_g[row];
        if (std::isnan(record.makespan_s[row * policies])) continue;
        sums.with_first += record.grams[at];
        sums.first += record.grams[row * policies];
    }
    return sums;
}

std::string number_or_dash(bool known, double value, int decimals) {
    return known ? fmt::format("{:.{}f}", value, decimals) : "-";
}

std::string describe_policies(const ReplayRecord& record, std::size_t first_row) {
    std::size_t width = 6;
    for (const auto& policy : record.policies) width = std::max(width, policy.name.size());
    std::string text = fmt::format("  {:<{}}{:>12}{:>12}{:>12}{:>12}{:>12}{:>12}\n", "policy", width, "kg CO2e",
                                   "saved %", "regret kg", "regret %", "hours", "censored %");
    for (std::size_t p = 0; p < record.policies.size(); ++p) {
        const PolicySums sums = sums_of(record, first_row, p);
        const auto ended = static_cast<double>(sums.ended);
        const bool known = sums.ended > 0;
        text += fmt::format("  {:<{}}{:>12}{:>12}{:>12}{:>12}{:>12}{:>12.1f}\n", record.policies[p].name, width,
                            number_or_dash(known, sums.grams / ended / 1e3, 3),
                            number_or_dash(sums.first > 0, 100 * (1 - sums.with_first / sums.first), 1),
                            number_or_dash(known, sums.regret / ended / 1e3, 3),
                            number_or_dash(sums.bound > 0, 100 * sums.regret / sums.bound, 1),
                            number_or_dash(known, sums.makespan_s / ended / seconds_per_hour, 1),
                            100 * static_cast<double>(sums.censored) / static_cast<double>(record.starts.size()));
    }
    return text;
}

// --- verification ----------------------------------------------------------------------------------------------------

constexpr double tolerance = 1e-9;  // sums in another order differ by less

bool agree(double stored, double again) {
    if (std::isnan(stored) || std::isnan(again)) return std::isnan(stored) && std::isnan(again);
    return std::abs(stored - again) <= tolerance * std::max(std::abs(stored), std::abs(again));
}

struct Place {
    std::size_t work, trace, start, policy;
};

Place place_of(const ReplayRecord& record, std::size_t scenario) {
    const std::size_t row = scenario / record.policies.size();
    const std::size_t part = row / record.starts.size();
    return {part / record.traces.size(), part % record.traces.size(), row % record.starts.size(),
            scenario % record.policies.size()};
}

void verify_scenario(const ReplayRecord& record, std::size_t scenario, std::vector<std::string>& findings) {
    const Place at = place_of(record, scenario);
    const Trace piece = window_of(record.traces[at.trace], UtcTime{record.starts[at.start]},
                                  static_cast<std::int64_t>(record.horizon_s));
    const RecordedWork& work = record.works[at.work];
    const ReplayOutcome outcome = replay_piece(work, record.settings, piece, record.policies[at.policy].schedule,
                                               record.policies[at.policy].told);
    const double bound = replay_lower_bound(work, record.settings, piece);
    const auto compare = [&](const char* what, double stored, double again) {
        if (!agree(stored, again))
            findings.push_back(fmt::format("search {}, {}, start {}, {}: {} is {}, recomputed {}", work.search,
                                           record.traces[at.trace].name, to_string(UtcTime{record.starts[at.start]}),
                                           record.policies[at.policy].name, what, stored, again));
    };
    compare("grams", record.grams[scenario], outcome.grams);
    compare("joules", record.joules[scenario], outcome.joules);
    compare("makespan_s", record.makespan_s[scenario], outcome.end.complete ? outcome.end.at_s : std::nan(""));
    compare("lower_bound_g", record.lower_bound_g[scenario / record.policies.size()],
            std::isinf(bound) ? std::nan("") : bound);
}

/// "; forecast persistence of the next 24 h", where policies differ by policy.
std::string describe_told(const ReplayRecord& record) {
    std::string text;
    const ForecastOptions& first = record.policies.front().told;
    const auto in_words = [](const ForecastOptions& told) {
        return fmt::format("forecast {} of {}", told.forecast,
                           told.window_h > 0 ? fmt::format("the next {:g} h", told.window_h) : "the whole replay");
    };
    if (std::all_of(record.policies.begin(), record.policies.end(), [&](const auto& p) { return p.told == first; }))
        return "; " + in_words(first);
    for (const auto& policy : record.policies) text += fmt::format("\n{}: {}", policy.name, in_words(policy.told));
    return text;
}

}  // namespace

std::string describe_replay(const ReplayRecord& record) {
    std::string text = fmt::format(
        "replay of {} (table {}{}), {} accounting, {} GPUs\n{} start(s), {} to {}; horizon {:g} h{}\n", record.source,
        record.table_name, record.table_synthetic ? ", SYNTHETIC" : "", record.settings.accounting,
        record.settings.gpus, record.starts.size(), to_string(UtcTime{record.starts.front()}),
        to_string(UtcTime{record.starts.back()}), record.horizon_s / seconds_per_hour, describe_told(record));
    text += fmt::format(
        "means over the starts that end by the horizon (the others are censored); saved: against {}, where both end; "
        "regret: above the lower bound\n",
        record.policies.front().name);
    std::size_t first_row = 0;
    for (const RecordedWork& work : record.works) {
        text += "\n" + describe_work(work);
        for (const Trace& trace : record.traces) {
            text += fmt::format("\n{}{}, {} {}\n", trace.name, trace.synthetic ? " (SYNTHETIC)" : "",
                                to_string(trace.signal), to_string(trace.scope));
            text += describe_policies(record, first_row);
            first_row += record.starts.size();
        }
    }
    return text;
}

std::vector<std::string> verify_replay(const ReplayRecord& record, std::size_t& sampled) {
    constexpr std::size_t most = 1000;
    const std::size_t count = record.scenarios();
    std::vector<std::string> findings;
    Random random(0, Stream::replay_sample);
    sampled = 0;
    for (std::size_t i = 0; i < std::min(count, most); ++i) {
        const std::size_t scenario = count <= most ? i : random.below(static_cast<std::uint32_t>(count));
        // The forecasts that it planned on are not in the file.
        if (record.policies[place_of(record, scenario).policy].told.forecast == "file") continue;
        verify_scenario(record, scenario, findings);
        ++sampled;
    }
    for (std::size_t i = 0; i < count; ++i) {
        const double regret = record.grams[i] - record.lower_bound_g[i / record.policies.size()];
        const bool censored = std::isnan(record.makespan_s[i]);
        if (!censored && !(std::abs(record.regret_g[i] - regret) <= tolerance * record.grams[i]))
            findings.push_back(
                fmt::format("scenario {}: regret_g is {}, recomputed {}", i, record.regret_g[i], regret));
        if (!censored && !(record.regret_g[i] >= 0))
            findings.push_back(fmt::format("scenario {}: regret_g is {}, below 0", i, record.regret_g[i]));
    }
    return findings;
}

}  // namespace cenas

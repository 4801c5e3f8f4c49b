// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "replay/replay.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ostream>

#include "carbon/import_trace.hpp"
#include "carbon/synthetic_trace.hpp"
#include "engine/engine.hpp"
#include "kernels/rng/philox.hpp"
#include "replay/recorded_work.hpp"
#include "support/files.hpp"
#include "support/small_problem.hpp"

namespace cenas {
namespace {

constexpr int trainings = 24;  // without the initial ones
constexpr double hours_given = 150;

/// Trainings of one to four hours whose ends never meet, or of whole hours, which end together and with steps of the
/// trace; estimates that are all equal, so that the candidate queue is first in, first out.
ArchitectureTable table_of(bool whole_hours) {
    ArchitectureTable table = small_table(60, 1.0, whole_hours ? 60 : 97.3, whole_hours ? 7200 : 2.31 * 3600);
    Random random(7, Stream::tests);
    for (double& seconds : table.evaluation_s)
        seconds = 3600 * (whole_hours ? 1 + random.below(4) : 1 + 3 * random.uniform());
    for (auto& objective : table.objectives) objective.estimates.assign(table.size(), 40.0);
    return table;
}

Options uneven_options(const std::string& accounting) {
    Options options = small_options();
    options.run.gpus = 4;
    options.run.initial = 3;
    options.run.hours = hours_given;
    options.budget.evaluations = trainings;  // the engine ends with the last of them
    options.switching = {30, 45, 20};
    options.power.idle_w = 40;
    if (accounting == "full") return options;
    options.accounting.mode = "paper";
    options.power = {1000, 0, 0, 0, 0, 0, 1, 0};
    options.switching = {0, 0, 0};
    return options;
}

MethodOptions recorded_method(const Problem& problem, const std::string& candidates) {
    MethodOptions method = method_named("all-evaluate", candidates);
    method.name = "method";
    method.queue_capacity = 3;
    method.search.strategy = "recorded";
    for (auto cell = problem.candidates.cells.end() - trainings; cell != problem.candidates.cells.end(); ++cell)
        method.search.recorded.push_back({*cell});
    return method;
}

/// Every allocator on three regions, fifty starts over three years.
ReplayRecord record_for(const RecordedWork& work, const ReplaySettings& settings) {
    ReplayRecord record;
    record.settings = settings;
    record.horizon_s = hours_given * 3600;
    record.works = {work};
    for (const char* region : {"CISO", "DE", "SE"}) record.traces.push_back(synthetic_trace(region));
    for (int i = 0; i < 50; ++i) record.starts.push_back(record.traces[0].start.seconds + i * 491 * 3600);
    for (const char* allocator :
         {"all-evaluate", "shares", "switch", "cheapest", "fixed", "random-actions", "all-sample"}) {
        record.policies.push_back({allocator, {}, {}});
        record.policies.back().schedule.allocator = allocator;
        record.policies.back().schedule.evaluate = 3;
        record.policies.back().schedule.train_last_h = 40;
    }
    record.policies.push_back(record.policies[3]);
    record.policies.back().schedule.rest = "idle";
    record.policies.back().schedule.quantile = 0.4;
    record.policies.push_back(record.policies[4]);
    record.policies.back().schedule.rest = "idle";
    return record;
}

/// A search as it is recorded: on one GPU, where the order of starts leaves no doubt.
RecordedWork record_work(const Problem& problem, Options options, const MethodOptions& method) {
    options.run.gpus = 1;
    options.methods = {method};
    const Trace trace = trace_of(std::vector<double>(150, 100));
    const SearchRecord record = simulate_search(problem, options, method, trace, 1);
    EXPECT_EQ(record.evaluations, trainings);
    RecordedWork work = recorded_work(record_of(problem, options, trace, {}), record, options, 0);
    work.seed = 1;
    return work;
}

Trace piece_of(const ReplayRecord& record, std::size_t trace, std::size_t start) {
    return window_of(record.traces[trace], UtcTime{record.starts[start]}, static_cast<std::int64_t>(record.horizon_s));
}

struct World {
    const char* accounting;
    const char* candidates;
    bool whole_hours;
};
/// As the tests are named, so that their names are the same in every run.
std::ostream& operator<<(std::ostream& out, const World& world) {
    return out << world.accounting << ' ' << world.candidates << (world.whole_hours ? ", whole hours" : "");
}

class ReplayEqualsTheSimulatedWorld : public testing::TestWithParam<World> {
  protected:
    ReplayEqualsTheSimulatedWorld()
        : options(uneven_options(GetParam().accounting)),
          problem(make_problem(table_of(GetParam().whole_hours), options)),
          method(recorded_method(problem, GetParam().candidates)),
          work(record_work(problem, options, method)) {}

    SearchRecord simulate(const ScheduleOptions& schedule, const Trace& piece) {
        method.schedule = schedule;
        return simulate_search(problem, options, method, piece, 1);
    }
    /// The replay of what `search` did, by the plain path. How many candidates the engine trains before there is a
    /// supernet depends on the policy.
    ReplayOutcome replay_of(const SearchRecord& search, const Trace& piece, const ScheduleOptions& schedule,
                            const ForecastOptions& forecast) const {
        RecordedWork same = work;
        if (work.supernet) same.unqueried = work.initial + trainings - static_cast<std::int32_t>(search.samples);
        return replay_piece(same, replay_settings(options), piece, schedule, forecast);
    }
    void expect_equal(const SearchRecord& search, const ReplayOutcome& outcome) const {
        EXPECT_NEAR(outcome.grams / search.carbon_g, 1, 1e-9);
        EXPECT_NEAR(outcome.joules / search.energy_j, 1, 1e-9);
        EXPECT_NEAR(outcome.end.at_s, search.end_s, 1e-5);
        EXPECT_EQ(outcome.end.complete, search.stop_reason == "evaluations");
    }

    /// Every scenario of the record is what the plain path makes of it.
    void expect_plain(const ReplayRecord& record, const ForecastOptions& forecast) const {
        std::size_t at = 0;
        for (std::size_t t = 0; t < record.traces.size(); ++t)
            for (std::size_t s = 0; s < record.starts.size(); ++s)
                for (const auto& policy : record.policies) {
                    const ReplayOutcome plain =
                        replay_piece(work, record.settings, piece_of(record, t, s), policy.schedule, forecast);
                    EXPECT_NEAR(record.grams[at] / plain.grams, 1, 1e-9) << policy.name;
                    EXPECT_NEAR(record.joules[at] / plain.joules, 1, 1e-9) << policy.name;
                    EXPECT_EQ(std::isnan(record.makespan_s[at]), !plain.end.complete) << policy.name;
                    if (plain.end.complete) {
                        EXPECT_DOUBLE_EQ(record.makespan_s[at], plain.end.at_s) << policy.name;
                    }
                    ++at;
                }
    }

    Options options;
    Problem problem;
    MethodOptions method;
    RecordedWork work;
};

TEST_P(ReplayEqualsTheSimulatedWorld, ForEveryPolicyOnThreeRegionsAndFiftyStarts) {
    const ReplayRecord record = record_for(work, replay_settings(options));
    std::size_t compared = 0;
    for (std::size_t t = 0; t < record.traces.size(); ++t)
        for (std::size_t s = 0; s < record.starts.size(); ++s)
            for (const auto& policy : record.policies) {
                SCOPED_TRACE(
                    fmt::format("{} {} on {}, start {}", policy.name, policy.schedule.rest, record.traces[t].name, s));
                const Trace piece = piece_of(record, t, s);
                const SearchRecord search = simulate(policy.schedule, piece);
                // Which candidates would have been queried is not known of a search that was cut short.
                if (work.supernet && search.stop_reason != "evaluations") continue;
                expect_equal(search, replay_of(search, piece, policy.schedule, {}));
                ++compared;
                if (HasFailure()) return;
            }
    EXPECT_GT(compared, record.scenarios() * 9 / 10);
}

TEST_P(ReplayEqualsTheSimulatedWorld, WhateverTheForecast) {
    const ReplayRecord record = record_for(work, replay_settings(options));
    for (const ForecastOptions& forecast :
         {ForecastOptions{"perfect", 24}, ForecastOptions{"persistence", 0}, ForecastOptions{"none", 0}}) {
        method.forecast = forecast.forecast;
        method.window_h = forecast.window_h;
        for (std::size_t s = 0; s < 5; ++s)
            for (const auto& policy : record.policies) {
                SCOPED_TRACE(policy.name + " told " + forecast.forecast);
                const Trace piece = piece_of(record, 0, s);
                const SearchRecord search = simulate(policy.schedule, piece);
                if (work.supernet && search.stop_reason != "evaluations") continue;
                expect_equal(search, replay_of(search, piece, policy.schedule, forecast));
            }
    }
}

/// With half-hours between the hours.
Trace in_half_hours(const Trace& hourly) {
    Trace trace = hourly;
    trace.step_s /= 2;
    trace.values.clear();
    for (std::size_t i = 0; i + 1 < hourly.values.size(); ++i) {
        trace.values.push_back(hourly.values[i]);
        trace.values.push_back((hourly.values[i] + hourly.values[i + 1]) / 2);
    }
    trace.estimated.assign(trace.values.size(), 0);
    return trace;
}

TEST_P(ReplayEqualsTheSimulatedWorld, AndEveryPathOfItIsTheSame) {
    for (const std::int64_t every_h : {1, 491})
        for (const ForecastOptions& forecast : {ForecastOptions{"perfect", 0}, ForecastOptions{"persistence", 30}}) {
            ReplayRecord record = record_for(work, replay_settings(options));
            record.traces[1] = in_half_hours(record.traces[1]);
            record.starts.resize(7);
            for (std::size_t i = 0; i < 7; ++i)
                record.starts[i] = record.starts[0] + static_cast<std::int64_t>(i) * every_h * 3600;
            for (auto& policy : record.policies) policy.told = forecast;
            ReplayRecord serial = record;
            replay(record, Backend::openmp);
            replay(serial, Backend::serial);
            EXPECT_EQ(record.grams, serial.grams);  // to the bit
            expect_plain(record, forecast);
        }
}

TEST_P(ReplayEqualsTheSimulatedWorld, NoPolicyUndercutsTheLowerBound) {
    ReplayRecord record = record_for(work, replay_settings(options));
    replay(record, Backend::openmp);
    std::size_t censored = 0;
    for (std::size_t i = 0; i < record.regret_g.size(); ++i) {
        if (std::isnan(record.makespan_s[i])) {
            EXPECT_TRUE(std::isnan(record.regret_g[i]));
            ++censored;
        } else {
            EXPECT_GE(record.regret_g[i], 0.0);
            EXPECT_GT(record.lower_bound_g[i / record.policies.size()], 0.0);
        }
    }
    EXPECT_LT(censored, record.regret_g.size() / 10);
}

/// The nine regions of CarbonCast as published, two years of hours, from every 37th hour on.
TEST_P(ReplayEqualsTheSimulatedWorld, NoPolicyUndercutsTheLowerBoundOnPublishedTraces) {
    const auto file = test::shared_data() / "carbon/carboncast_hourly_2020_2021.csv.gz";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << file << " is absent: set CENAS_SHARED_DATA";
    ReplayRecord record = record_for(work, replay_settings(options));
    record.traces.clear();
    for (const std::string& region : synthetic_regions()) {
        TraceImportOptions import;
        import.column = region + "_lifecycle";
        import.signal = "average";
        import.scope = "life_cycle";
        record.traces.push_back(import_trace(file, import).trace);
    }
    const Trace& first = record.traces[0];
    record.starts.clear();
    for (std::int64_t at = 0; at + static_cast<std::int64_t>(hours_given) <= std::ssize(first.values); at += 37)
        record.starts.push_back(first.start.seconds + at * first.step_s);
    replay(record, Backend::openmp);
    EXPECT_GT(record.scenarios(), 9u * 400 * record.policies.size());
    for (std::size_t i = 0; i < record.regret_g.size(); ++i)
        ASSERT_TRUE(std::isnan(record.makespan_s[i]) || record.regret_g[i] >= 0) << record.regret_g[i];
}

INSTANTIATE_TEST_SUITE_P(Worlds, ReplayEqualsTheSimulatedWorld,
                         testing::Values(World{"full", "direct", false}, World{"full", "supernet", false},
                                         World{"paper", "direct", false}, World{"paper", "supernet", false},
                                         World{"full", "direct", true}, World{"full", "supernet", true},
                                         World{"paper", "direct", true}),
                         [](const auto& world) {
                             return fmt::format("{}_{}{}", world.param.accounting, world.param.candidates,
                                                world.param.whole_hours ? "_whole_hours" : "");
                         });

// --- whatever the work, the powers and the trace ---------------------------------------------------------------------

/// Work of up to a dozen trainings, with a supernet or without.
RecordedWork random_work(Random& random) {
    RecordedWork work;
    const auto count = 1 + static_cast<std::int32_t>(random.below(12));
    for (std::int32_t i = 0; i < count; ++i) work.training_s.push_back(20000 * random.uniform());
    work.initial = static_cast<std::int32_t>(random.below(3)) % (count + 1);
    work.unqueried = count;
    if (random.below(2) == 0) return work;
    work.supernet = true;
    work.unqueried =
        work.initial + static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(count - work.initial) + 1));
    work.queue_capacity = static_cast<std::int32_t>(random.below(4));
    work.supernet_s = 10000 * random.uniform();
    work.query_s = random.below(2) == 0 ? 0 : 2000 * random.uniform();
    return work;
}

/// Powers of any order, idling among them: a GPU may draw more when it idles than when it writes a checkpoint.
ReplaySettings random_settings(Random& random) {
    const auto watts = [&random] { return 50.0 * random.below(8); };
    ReplaySettings settings;
    settings.accounting = "full";
    settings.gpus = 1 + static_cast<std::int32_t>(random.below(5));
    settings.power = {
        watts(), watts(), watts(), watts(), watts(), watts(), 1 + random.uniform(), 5.0 * random.below(3)};
    settings.slices_per_evaluation = static_cast<std::int32_t>(random.below(6));
    settings.pause_s = 100.0 * random.below(3);
    settings.resume_s = 100.0 * random.below(3);
    return settings;
}

/// A hundred hours of a random walk, or of a grid that changes every hour.
Trace random_trace(Random& random) {
    std::vector<double> values{300};
    const double reach = random.below(2) == 0 ? 60 : 900;
    while (values.size() < 100)
        values.push_back(std::clamp(values.back() + reach * (random.uniform() - 0.5), 0.0, 800.0));
    return trace_of(std::move(values));
}

TEST(ReplayOfAnything, NeverUndercutsTheLowerBoundAndDoesAllWorkOnce) {
    int complete = 0;
    for (std::uint64_t seed = 0; seed < 400; ++seed) {
        Random random(seed, Stream::tests);
        const RecordedWork work = random_work(random);
        const ReplaySettings settings = random_settings(random);
        const Trace trace = random_trace(random);
        const double bound = replay_lower_bound(work, settings, trace);
        ReplaySettings watt_of_work = settings;  // 1 W for work alone: its joules are the work's seconds
        watt_of_work.power = {1, 1, 1, 0, 0, 0, 1, 0};
        const double seconds = std::accumulate(work.training_s.begin(), work.training_s.end(), work.supernet_s) +
                               work.query_s * static_cast<double>(std::ssize(work.training_s) - work.unqueried);
        for (const auto& policy : record_for(work, settings).policies) {
            const ReplayOutcome outcome = replay_piece(work, settings, trace, policy.schedule, {});
            if (!outcome.end.complete) continue;
            ++complete;
            EXPECT_GE(outcome.grams, bound) << policy.name << " seed " << seed;
            const ReplayOutcome worked = replay_piece(work, watt_of_work, trace, policy.schedule, {});
            EXPECT_NEAR(worked.joules, seconds, 1e-6 * seconds) << policy.name << " seed " << seed;
            EXPECT_GE(outcome.end.at_s * settings.gpus, seconds * (1 - 1e-9)) << policy.name << " seed " << seed;
        }
    }
    EXPECT_GT(complete, 2500);
}

}  // namespace
}  // namespace cenas

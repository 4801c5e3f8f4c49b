// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "engine/engine.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numeric>
#include <set>

#include "carbon/issued_forecast.hpp"
#include "support/small_problem.hpp"
#include "sweep/journal.hpp"
#include "sweep/verify.hpp"

namespace cenas {
namespace {

double joules_of(const SearchRecord& record, Component component) {
    double sum = 0;
    for (const auto& interval : record.intervals) sum += interval.joules[static_cast<std::size_t>(component)];
    return sum;
}

/// Every allocator, with and without a supernet where both make sense.
std::vector<MethodOptions> all_methods() {
    std::vector<MethodOptions> methods;
    for (const std::string allocator : {"all-evaluate", "fixed", "shares", "switch", "random-actions", "cheapest"})
        for (const std::string candidates : {"direct", "supernet"}) {
            methods.push_back(method_named(allocator, candidates));
            methods.back().schedule.evaluate = 3;
        }
    methods.push_back(method_named("all-sample"));
    methods.back().learn_from = "estimate";
    methods.back().shortlist = 5;
    methods.back().max_samples = 60;
    methods.push_back(method_named("all-evaluate", "direct"));
    methods.back().search.strategy = "random";
    return methods;
}

// One GPU that trains all day: 24 trainings of an hour. By hand: 300 W x 24 h, the coordinator's 100 W x 24 h, PUE 1.2,
// 250 g/kWh, 10 g embodied an hour.
TEST(Engine, BooksOneBusyGpuAsComputedByHand) {
    Options options = small_options();
    options.run.gpus = 1;
    const Problem problem = make_problem(small_table(200, 1.0), options);
    const auto record = simulate_search(problem, options, method_named("all-evaluate", "direct"),
                                        trace_of(std::vector<double>(24, 250)), 1);
    EXPECT_EQ(record.evaluations, 24);
    EXPECT_EQ(record.stop_reason, "hours");
    EXPECT_DOUBLE_EQ(joules_of(record, Component::evaluation), 300.0 * 24 * 3600);
    EXPECT_DOUBLE_EQ(joules_of(record, Component::optimizer), 100.0 * 24 * 3600);
    EXPECT_DOUBLE_EQ(joules_of(record, Component::idle), 0.0);
    EXPECT_NEAR(record.carbon_g, (0.4 * 24) * 1.2 * 250 + 24 * 10, 1e-6);
    EXPECT_NEAR(record.gpu_hours, 24, 1e-9);
}

TEST(Engine, PaperAccountingBooksBusyEvaluationGpusOnly) {
    Options options = small_options();
    options.accounting = {"paper", 1.0};
    options.power = {1000, 0, 0, 0, 0, 0, 1, 0};
    options.run.initial = 10;
    const Problem problem = make_problem(small_table(500, 1.0), options);
    auto method = method_named("fixed");
    method.schedule.evaluate = 3;
    const auto record = simulate_search(problem, options, method, trace_of(std::vector<double>(24, 200)), 1);
    EXPECT_NEAR(record.carbon_g, 3 * 23 * 200.0, 1e-6);  // hour 0 is free
    EXPECT_DOUBLE_EQ(joules_of(record, Component::sampling), 0.0);
    EXPECT_EQ(record.evaluations, 3 * 23);
    EXPECT_EQ(record.evaluations_log.size(), 10u + 3 * 23);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(record.evaluations_log[static_cast<std::size_t>(i)].initial, 1);
        EXPECT_EQ(record.evaluations_log[static_cast<std::size_t>(i)].joules, 0.0);
    }
}

// With 1 W for everything a GPU can do, the joules of a step are its GPU-seconds: none may be lost or booked twice.
TEST(Engine, EveryGpuSecondIsBookedExactlyOnce) {
    Options options = small_options();
    options.power = {1, 1, 1, 1, 1, 0, 1, 0};
    options.run.initial = 11;
    const Problem problem = make_problem(small_table(400, 1.7), options);
    for (const auto& method : all_methods()) {
        const auto record = simulate_search(problem, options, method, daily_trace(24), 3);
        for (std::size_t i = 0; i < record.intervals.size(); ++i) {
            const auto& joules = record.intervals[i].joules;
            const double end = std::min(3600.0 * static_cast<double>(i + 1), record.end_s);
            EXPECT_NEAR(std::accumulate(joules.begin(), joules.end(), 0.0), 8 * (end - 3600.0 * static_cast<double>(i)),
                        1e-6)
                << method.name << " " << method.candidates << " step " << i;
        }
    }
}

TEST(Engine, EveryMethodKeepsTheRules) {
    Options options = small_options();
    options.run.initial = 7;
    const Problem problem = make_problem(small_table(300, 1.3), options);
    const Trace trace = daily_trace(24);
    for (const auto& method : all_methods()) {
        const auto record = simulate_search(problem, options, method, trace, 5);
        std::set<CellIndex> cells;
        int initial = 0;
        for (const auto& e : record.evaluations_log) {
            EXPECT_TRUE(cells.insert(e.cell).second) << method.name << ": a cell was trained twice";
            initial += e.initial;
            EXPECT_TRUE(e.finished == 0 || std::abs(e.gpu_s - 1.3 * 3600) < 1e-6) << e.gpu_s;
        }
        EXPECT_EQ(initial, 7);
        EXPECT_GT(record.evaluations, 0) << method.name;
        const auto findings = verify_all(record_of(problem, options, trace, {record}));
        EXPECT_TRUE(findings.empty()) << method.name << ": " << findings.front();
    }
}

TEST(Engine, TheSupernetIsTrainedBeforeItAnswers) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(300, 1.0, 10, 2 * 3600), options);
    auto method = method_named("fixed");
    method.schedule.evaluate = 4;
    const auto record = simulate_search(problem, options, method, daily_trace(24), 1);
    EXPECT_NEAR(joules_of(record, Component::supernet_training), 300.0 * 2 * 3600, 1e-6);
    const auto sampled = [&](std::size_t step) {
        return record.intervals[step].joules[static_cast<std::size_t>(Component::sampling)];
    };
    EXPECT_EQ(sampled(0), 0.0);
    EXPECT_EQ(sampled(1), 0.0);
    EXPECT_GT(sampled(2), 0.0);
    EXPECT_GT(record.evaluations, 80);  // training did not wait for the supernet
}

TEST(Engine, PausedTrainingsGoOnFirstAndLoseNothing) {
    Options options = small_options();
    options.run.gpus = 2;
    options.switching = {60, 120, 10};
    const Problem problem = make_problem(small_table(100, 2.5), options);
    std::vector<double> values;
    for (int h = 0; h < 24; ++h) values.push_back(h % 2 == 0 ? 100 : 500);  // evaluate every other hour
    const auto record = simulate_search(problem, options, method_named("switch"), trace_of(values), 1);
    ASSERT_GT(record.evaluations, 2);
    EXPECT_GT(joules_of(record, Component::switching), 0.0);
    for (const auto& e : record.evaluations_log)
        if (e.finished != 0) {
            EXPECT_NEAR(e.gpu_s, 2.5 * 3600, 1e-6);
            EXPECT_GT(e.end_s - e.start_s, 2.5 * 3600 + 1000);  // it waited in between
        }
    // Never more than two begun and unfinished at a time: the paused ones come first.
    for (const auto& e : record.evaluations_log) {
        int begun = 0;
        for (const auto& other : record.evaluations_log)
            begun += other.start_s <= e.start_s && (other.end_s > e.start_s || other.finished == 0) ? 1 : 0;
        EXPECT_LE(begun, 2);
    }
}

TEST(Engine, BudgetsEndTheSearch) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(500, 0.37), options);
    const auto method = method_named("all-evaluate", "direct");
    options.budget.evaluations = 25;
    auto record = simulate_search(problem, options, method, daily_trace(24), 1);
    EXPECT_EQ(record.stop_reason, "evaluations");
    EXPECT_EQ(record.evaluations, 25);
    options.budget = {1.234, 0};
    record = simulate_search(problem, options, method, daily_trace(24), 1);
    EXPECT_EQ(record.stop_reason, "carbon");
    EXPECT_NEAR(record.carbon_g, 1234, 0.01);
    EXPECT_LT(record.end_s, 24 * 3600);
}

TEST(Engine, EndsWhenNothingIsLeftToTrain) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(30, 0.5), options);
    for (const std::string candidates : {"direct", "supernet"}) {
        const auto record = simulate_search(problem, options, method_named("fixed", candidates), daily_trace(24), 1);
        EXPECT_EQ(record.stop_reason, "complete") << candidates;
        EXPECT_EQ(record.evaluations, 30);
        EXPECT_DOUBLE_EQ(record.hypervolume, problem.hv_max);
    }
}

TEST(Engine, OneShotTrainsItsShortlistAtTheEnd) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(400, 0.5), options);
    auto method = method_named("all-sample");
    method.learn_from = "estimate";
    method.shortlist = 6;
    method.max_samples = 100;
    method.update_every_h = 0;
    method.update_every_tells = 20;
    const auto record = simulate_search(problem, options, method, daily_trace(24), 1);
    EXPECT_EQ(record.samples, 100);
    EXPECT_EQ(record.evaluations, 6);
    EXPECT_EQ(record.stop_reason, "complete");
    for (const auto& e : record.evaluations_log) EXPECT_GE(e.start_s, 20 * 3600);
}

// Queries still under way when training begins come too late for the shortlist.
TEST(Engine, AShortlistIsNeverExceeded) {
    Options options = small_options();
    for (const double sampling_s : {70.0, 70.37, 700.0}) {
        const Problem problem = make_problem(small_table(400, 0.5, sampling_s, 60), options);
        auto method = method_named("all-sample");
        method.learn_from = "estimate";
        method.shortlist = 5;
        method.max_samples = 390;
        method.update_every_h = 0;
        method.update_every_tells = 100;
        method.schedule.train_last_h = 23;  // while sampling is in full swing
        EXPECT_EQ(simulate_search(problem, options, method, daily_trace(24), 1).evaluations, 5) << sampling_s;
    }
}

TEST(Engine, EndsWhenNoMoreSamplesAreAllowed) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(400, 0.5), options);
    auto method = method_named("fixed");
    method.max_samples = 20;
    const auto record = simulate_search(problem, options, method, daily_trace(24), 1);
    EXPECT_EQ(record.samples, 20);
    EXPECT_EQ(record.stop_reason, "complete");
    EXPECT_LT(record.end_s, 24 * 3600);
}

TEST(Engine, WhereNoGpuSamplesOneThatEvaluatesTrainsTheSupernet) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(400, 0.5), options);
    auto method = method_named("fixed");
    method.schedule.evaluate = 8;
    const auto record = simulate_search(problem, options, method, daily_trace(24), 1);
    EXPECT_GT(joules_of(record, Component::supernet_training), 0.0);
    EXPECT_GT(record.samples, 100);
}

TEST(Engine, WithoutASupernetNothingIsGivenToSampling) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(400, 0.5), options);
    for (const auto& interval :
         simulate_search(problem, options, method_named("fixed", "direct"), daily_trace(24), 1).intervals) {
        EXPECT_EQ(interval.gpus_sample, 0);
        EXPECT_EQ(interval.gpus_idle, 7);
    }
}

TEST(Engine, ACarbonBudgetHoldsWhereTrainingsPauseToo) {
    Options options = small_options();
    options.budget.carbon_kg = 4;
    const Problem problem = make_problem(small_table(400, 3.3), options);
    std::vector<double> values;
    for (int h = 0; h < 24; ++h) values.push_back(h % 2 == 0 ? 300 : 420);
    const auto record = simulate_search(problem, options, method_named("switch"), trace_of(values), 1);
    EXPECT_EQ(record.stop_reason, "carbon");
    EXPECT_NEAR(record.carbon_g, 4000, 0.01);
}

bool same_until(const SearchRecord& a, const SearchRecord& b, std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i)
        if (a.intervals[i].gpus_evaluate != b.intervals[i].gpus_evaluate ||
            a.intervals[i].gpus_sample != b.intervals[i].gpus_sample)
            return false;
    for (std::size_t i = 0; i < a.evaluations_log.size(); ++i) {
        if (a.evaluations_log[i].end_s >= 3600.0 * static_cast<double>(steps)) break;
        if (i >= b.evaluations_log.size() || a.evaluations_log[i].cell != b.evaluations_log[i].cell ||
            a.evaluations_log[i].grams != b.evaluations_log[i].grams)
            return false;
    }
    return true;
}

// A day of history before the run is what persistence needs to say more than nothing.
TEST(Engine, PersistenceKnowsTheDayBefore) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(400, 1.1), options);
    const Trace window = window_of(daily_trace(72), UtcTime{24 * 3600}, 24 * 3600);
    EXPECT_EQ(window.history.size(), 24u);
    auto method = method_named("shares");
    method.forecast = "none";
    const auto none = simulate_search(problem, options, method, window, 2);
    method.forecast = "persistence";
    const auto persistence = simulate_search(problem, options, method, window, 2);
    EXPECT_FALSE(same_until(none, persistence, 24));
}

// No decision may depend on an intensity later than the clock that was not given as a forecast.
TEST(Engine, AlteringTheFutureChangesNothingBeforeIt) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(400, 1.1), options);
    const Trace trace = daily_trace(24);
    Trace altered = trace;
    constexpr std::size_t present = 9;
    for (std::size_t i = present; i < altered.values.size(); ++i) altered.values[i] = 900.0 - 2 * altered.values[i];
    for (const std::string forecast : {"none", "persistence"})
        for (auto method : all_methods()) {
            method.forecast = forecast;
            const auto a = simulate_search(problem, options, method, trace, 2);
            const auto b = simulate_search(problem, options, method, altered, 2);
            EXPECT_TRUE(same_until(a, b, present)) << method.name << " " << method.candidates << " " << forecast;
        }
    // The test can fail: with the future told, the shares do depend on it.
    EXPECT_FALSE(same_until(simulate_search(problem, options, method_named("shares"), trace, 2),
                            simulate_search(problem, options, method_named("shares"), altered, 2), present));
}

/// Issued every `every` hours for 12 hours, each time by its own rule, so that no two issues agree.
std::shared_ptr<const IssuedForecast> forecast_every(int every, int hours) {
    IssuedForecast forecast;
    forecast.name = "made up";
    forecast.leads = 12;
    for (int issue = 0; issue < hours; issue += every) {
        forecast.issues.push_back({issue * 3600});
        for (int lead = 0; lead < 12; ++lead) forecast.values.push_back(100 + 37 * ((issue * 7 + lead * 11) % 23));
    }
    return std::make_shared<const IssuedForecast>(std::move(forecast));
}

// Neither an intensity later than the clock nor a forecast that is issued later may be known, by any allocator.
TEST(Engine, AForecastThatIsIssuedLaterChangesNothingBeforeIt) {
    const Options options = small_options();
    const Problem problem = make_problem(small_table(400, 1.1), options);
    Trace trace = daily_trace(24);
    trace.forecast = forecast_every(3, 24);
    constexpr std::size_t present = 9;  // when the fourth issue comes out
    Trace altered = trace;
    for (std::size_t i = present; i < altered.values.size(); ++i) altered.values[i] = 900.0 - 2 * altered.values[i];
    IssuedForecast later = *trace.forecast;
    for (std::size_t i = 3 * later.leads; i < later.values.size(); ++i) later.values[i] = 950.0 - later.values[i];
    altered.forecast = std::make_shared<const IssuedForecast>(later);
    for (auto method : all_methods()) {
        method.forecast = "file";
        const auto a = simulate_search(problem, options, method, trace, 2);
        const auto b = simulate_search(problem, options, method, altered, 2);
        EXPECT_TRUE(same_until(a, b, present)) << method.name << " " << method.candidates;
    }
    // The test can fail: the third issue, of 6 h, is planned on before the fourth comes out.
    auto shares = method_named("shares");
    shares.forecast = "file";
    later.values[2 * later.leads + 5] = 5000;
    altered = trace;
    altered.forecast = std::make_shared<const IssuedForecast>(later);
    EXPECT_TRUE(same_until(simulate_search(problem, options, shares, trace, 2),
                           simulate_search(problem, options, shares, altered, 2), 6));
    EXPECT_FALSE(same_until(simulate_search(problem, options, shares, trace, 2),
                            simulate_search(problem, options, shares, altered, 2), present));
}

// Who is told the truth decides as if it knew the future; who is told of nothing beyond the present, as persistence.
TEST(Engine, AFileThatIsRightIsPerfectAndOneThatSaysNothingIsPersistence) {
    const Options options = small_options();
    const Problem problem = make_problem(small_table(400, 1.1), options);
    Trace trace = window_of(daily_trace(72), UtcTime{24 * 3600}, 24 * 3600);
    for (std::size_t i = 0; i < trace.values.size(); ++i) trace.values[i] *= 1 + 0.1 * static_cast<double>(i % 7);
    IssuedForecast truth;
    truth.leads = 24;
    truth.issues = {trace.start};
    truth.values = trace.values;
    IssuedForecast present = truth;
    present.leads = 1;
    present.issues.clear();
    for (int h = 0; h < 24; ++h) present.issues.push_back({trace.start.seconds + h * 3600});
    const auto decisions = [&](const std::string& forecast, const IssuedForecast& file, double window_h) {
        trace.forecast = std::make_shared<const IssuedForecast>(file);
        auto method = method_named("shares");
        method.forecast = forecast;
        method.window_h = window_h;
        std::vector<int> evaluate;
        for (const auto& interval : simulate_search(problem, options, method, trace, 2).intervals)
            evaluate.push_back(interval.gpus_evaluate);
        return evaluate;
    };
    for (const double window_h : {0.0, 6.0}) {
        EXPECT_EQ(decisions("file", truth, window_h), decisions("perfect", truth, window_h));
        EXPECT_EQ(decisions("file", present, window_h), decisions("persistence", truth, window_h));
        EXPECT_NE(decisions("perfect", truth, window_h), decisions("persistence", truth, window_h));
    }
    EXPECT_NE(decisions("perfect", truth, 0), decisions("perfect", truth, 6));  // the window is the method's own
}

TEST(Engine, SameSeedSameBitsOtherSeedOtherSearch) {
    Options options = small_options();
    options.run.initial = 5;
    const Problem problem = make_problem(small_table(400, 0.9), options);
    const auto bits = [&](const MethodOptions& method, std::int64_t seed) {
        return to_bytes(FinishedSearch{0, simulate_search(problem, options, method, daily_trace(24), seed)});
    };
    for (const auto& method : all_methods()) {
        const Bytes a = bits(method, 2);
        EXPECT_EQ(a, bits(method, 2));
        EXPECT_NE(a, bits(method, 3));
        EXPECT_EQ(a, to_bytes(finished_search_from(a)));
    }
}

// Methods are compared pair by pair: a seed has the same initial architectures whatever the method.
TEST(Engine, InitialArchitecturesDependOnTheSeedOnly) {
    Options options = small_options();
    options.run.initial = 5;
    const Problem problem = make_problem(small_table(400, 0.9), options);
    std::set<std::set<CellIndex>> designs;
    for (const auto& method : all_methods()) {
        std::set<CellIndex> design;
        for (const auto& e : simulate_search(problem, options, method, daily_trace(24), 2).evaluations_log)
            if (e.initial != 0) design.insert(e.cell);
        designs.insert(design);
    }
    EXPECT_EQ(designs.size(), 1u);
}

// The horizon is whole seconds, as the window of the trace is; it need not end with a step.
TEST(Engine, HorizonsEndAnywhere) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(400, 0.9), options);
    for (const double length : {24.0001, 23.5, 0.25}) {
        options.run.hours = length;
        const auto record = simulate_search(problem, options, method_named("shares"), daily_trace(24), 2);
        EXPECT_EQ(record.end_s, std::round(length * 3600));
        EXPECT_EQ(record.intervals.size(), length < 1 ? 1u : 24u);
        EXPECT_TRUE(verify_all(record_of(problem, options, daily_trace(24), {record})).empty());
    }
}

// A step may be shorter than an hour.
TEST(Engine, FollowsTracesOfAnyStep) {
    Options options = small_options();
    Trace trace = trace_of({});
    trace.step_s = 300;
    for (int i = 0; i < 288; ++i) trace.values.push_back(200 + i % 17);
    const Problem problem = make_problem(small_table(400, 0.9), options);
    const auto record = simulate_search(problem, options, method_named("shares"), trace, 2);
    EXPECT_EQ(record.intervals.size(), 288u);
    EXPECT_TRUE(verify_all(record_of(problem, options, trace, {record})).empty());
}

}  // namespace
}  // namespace cenas

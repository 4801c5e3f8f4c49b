// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT

// Trainings of fewer epochs, what strategies are told of each fidelity, and what it takes to know objectives
// beforehand.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "engine/engine.hpp"
#include "pareto/archive.hpp"
#include "support/files.hpp"
#include "support/small_problem.hpp"
#include "sweep/front.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;

MethodOptions halving() {
    MethodOptions method = method_named("all-evaluate", "direct");
    method.search.strategy = "successive-halving";
    return method;
}

double joules_of(const SearchRecord& record, Component component) {
    double sum = 0;
    for (const auto& interval : record.intervals) sum += interval.joules[static_cast<std::size_t>(component)];
    return sum;
}

TEST(Fidelity, ALowTrainingTakesItsPartAndEntersNoHypervolume) {
    Options options = small_options();
    const Problem problem = make_problem(small_table_with_low(600, 1.0), options);
    const auto record = simulate_search(problem, options, halving(), daily_trace(24), 1);
    const std::size_t m = 2;
    ParetoArchive archive(2);
    std::map<std::uint8_t, std::int64_t> finished;
    std::map<std::uint8_t, std::set<CellIndex>> cells;
    double joules = 0;
    for (std::size_t i = 0; i < record.evaluations_log.size(); ++i) {
        const EvaluationRecord& e = record.evaluations_log[i];
        joules += e.joules;
        EXPECT_TRUE(cells[e.low].insert(e.cell).second);
        if (e.finished == 0) continue;
        ++finished[e.low];
        EXPECT_NEAR(e.gpu_s, e.low != 0 ? 360 : 3600, 1e-6);
        EXPECT_NEAR(e.joules, 300 * e.gpu_s, 1e-6);
        const auto values = e.low != 0 ? low_values(problem, e.cell) : true_values(problem, e.cell);
        EXPECT_TRUE(std::equal(values.begin(), values.end(), &record.objectives[i * m]));
        if (e.low == 0) archive.add(gains_of(problem.objectives, values));
        EXPECT_EQ(e.hypervolume, archive.hypervolume());
        EXPECT_TRUE(e.low != 0 || cells[1].contains(e.cell));
    }
    EXPECT_NEAR(joules_of(record, Component::evaluation), joules, 1e-3);
    EXPECT_EQ(record.hypervolume, archive.hypervolume());
    EXPECT_EQ(record.evaluations, finished[0]);
    EXPECT_EQ(record.low_evaluations, finished[1]);
    EXPECT_GT(record.evaluations, 100);
    EXPECT_LT(finished[0], finished[1] / 2);  // above a third: what is among the best changes
    for (const std::size_t row : front_of(problem.objectives, record)) EXPECT_EQ(record.evaluations_log[row].low, 0);
    const auto findings = verify_all(record_of(problem, options, daily_trace(24), {record}));
    EXPECT_TRUE(findings.empty()) << findings.front();
}

TEST(Fidelity, LowTrainingsPauseAndGoOn) {
    Options options = small_options();
    const Problem problem = make_problem(small_table_with_low(600, 8.0), options);
    auto method = halving();
    method.schedule.allocator = "shares";
    const auto record = simulate_search(problem, options, method, daily_trace(24), 1);
    EXPECT_GT(joules_of(record, Component::switching), 0.0);
    const auto paused = std::count_if(record.evaluations_log.begin(), record.evaluations_log.end(), [](const auto& e) {
        return e.low != 0 && e.finished != 0 && e.end_s - e.start_s > e.gpu_s + 1;
    });
    EXPECT_GT(paused, 0);
    EXPECT_TRUE(verify_all(record_of(problem, options, daily_trace(24), {record})).empty());
}

TEST(Fidelity, ABudgetCountsFullTrainings) {
    Options options = small_options();
    options.budget.evaluations = 12;
    options.run.initial = 4;
    const Problem problem = make_problem(small_table_with_low(600, 1.0), options);
    const auto record = simulate_search(problem, options, halving(), daily_trace(24), 1);
    EXPECT_EQ(record.stop_reason, "evaluations");
    EXPECT_EQ(record.evaluations, 12);
    EXPECT_GT(record.low_evaluations, 12);
}

TEST(Fidelity, PaperAccountingBooksLowTrainingsToo) {
    Options options = small_options();
    options.accounting = {"paper", 1.0};
    options.power = {1000, 0, 0, 0, 0, 0, 1, 0};
    const Problem problem = make_problem(small_table_with_low(600, 1.0), options);
    const auto record = simulate_search(problem, options, halving(), trace_of(std::vector<double>(24, 200)), 1);
    EXPECT_NEAR(record.carbon_g, 8 * 23 * 200.0, 1e-6);
}

TEST(Fidelity, IsRefusedWhereTheTableHasNone) {
    Options options = small_options();
    options.methods = {halving()};
    ArchitectureTable table = small_table_with_low(50, 1.0);
    table.objectives[1].low.clear();
    const std::string message = message_of<UsageError>([&] { make_problem(table, options); });
    EXPECT_TRUE(contains(message, "trains at a low fidelity, but table 'small' has none of objective 'energy'"))
        << message;
    EXPECT_NO_THROW(make_problem(small_table_with_low(50, 1.0), options));
}

/// Proposes cells in their order and counts what it is told of each fidelity.
class Listener final : public Strategy {
  public:
    explicit Listener(const Candidates& candidates) : candidates_(candidates) {}
    std::optional<Proposal> ask() override {
        if (next_ == candidates_.cells.size()) return std::nullopt;
        return Proposal{candidates_.cells[next_++]};
    }
    void exclude(CellIndex) override {}
    void tell(const Outcome& outcome) override {
        ++told[outcome.fidelity];
        EXPECT_TRUE(outcome.fidelity != Fidelity::full || outcome.cost_s > 0);
    }
    void update() override {}
    void exchange(StateArchive& archive) override { archive(next_); }

    std::map<Fidelity, std::int64_t> told;

  private:
    const Candidates& candidates_;
    std::size_t next_ = 0;
};

TEST(Fidelity, AStrategyIsToldWhatTheMethodLearnsFrom) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(400, 1.0), options);
    for (const std::string learn_from : {"evaluation", "estimate", "both"}) {
        auto method = method_named("fixed");
        method.schedule.evaluate = 4;
        method.learn_from = learn_from;
        Listener strategy(problem.candidates);
        const auto record = simulate_search(problem, options, method, daily_trace(24), 1, strategy);
        EXPECT_EQ(strategy.told[Fidelity::full], learn_from == "estimate" ? 0 : record.evaluations);
        EXPECT_EQ(strategy.told[Fidelity::supernet], learn_from == "evaluation" ? 0 : record.samples);
        EXPECT_GT(record.samples, 0);
    }
}

// By hand: 200 cells x 5 s x 10 W = 10 kJ in the first hour, at its 300 g/kWh and PUE 1.2.
TEST(Fidelity, WhatIsKnownBeforehandWasMeasured) {
    Options options = small_options();
    const Problem problem = make_problem(small_table(200, 1.0), options);
    auto method = method_named("all-evaluate", "direct");
    const auto without = simulate_search(problem, options, method, daily_trace(24), 1);
    EXPECT_EQ(joules_of(without, Component::measurement), 0);
    method.search.known = {"energy"};
    const auto with = simulate_search(problem, options, method, daily_trace(24), 1);
    constexpr auto measurement = static_cast<std::size_t>(Component::measurement);
    EXPECT_NEAR(with.intervals[0].joules[measurement], 10e3, 1e-9);
    EXPECT_NEAR(joules_of(with, Component::measurement), 10e3, 1e-9);
    EXPECT_NEAR(with.carbon_g - without.carbon_g, 10e3 / 3.6e6 * 1.2 * 300, 1e-9);
    EXPECT_EQ(with.gpu_hours, without.gpu_hours);
    EXPECT_TRUE(verify_all(record_of(problem, options, daily_trace(24), {with})).empty());
}

TEST(Fidelity, MeasuringIsFreeUnderPaperAccountingAndWhereItTakesNothing) {
    Options options = small_options();
    options.problem.objectives[1].measuring_s = 0;
    auto method = method_named("all-evaluate", "direct");
    method.search.known = {"energy"};
    const Problem free = make_problem(small_table(200, 1.0), options);
    EXPECT_EQ(joules_of(simulate_search(free, options, method, daily_trace(24), 1), Component::measurement), 0);
    options.problem.objectives[1].measuring_s = 5;
    options.accounting = {"paper", 1.0};
    options.power = {1000, 0, 0, 0, 0, 0, 1, 0};
    const Problem problem = make_problem(small_table(200, 1.0), options);
    const auto record = simulate_search(problem, options, method, daily_trace(24), 1);
    EXPECT_EQ(joules_of(record, Component::measurement), 0);
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/live_world.hpp"

#include <gtest/gtest.h>

#include <map>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "engine/engine.hpp"
#include "engine/simulated_world.hpp"
#include "live/group.hpp"
#include "live/prediction.hpp"
#include "live/table_evaluator.hpp"
#include "support/files.hpp"
#include "support/mpi_main.hpp"
#include "support/small_problem.hpp"

namespace cenas {
namespace {

constexpr double speed = 36'000;  // an hour in a tenth of a second

LiveOptions small_live_options(int groups) {
    LiveOptions options;
    options.search = small_options();
    options.search.run.gpus = groups;
    options.search.run.initial = 2;
    options.search.switching = {0, 0, 0};
    options.live.evaluator = "table";
    options.live.hour_s = 3600 / speed;
    options.live.slice_s = 0.02;
    options.live.patience_s = 10;
    return options;
}

/// A live run of one search on threads of this process.
class LiveSearch {
  public:
    LiveSearch(const LiveOptions& options, const Problem& problem, Trace trace)
        : options_(options), problem_(problem), trace_(std::move(trace)) {}

    /// What happened, that of `before` included. `stop_after_s`: of wall clock; 0: to the end.
    std::vector<LiveInput> run(const MethodOptions& method, const std::vector<LiveInput>& before, double stop_after_s) {
        auto [channels, ends] = thread_channels(options_.search.run.gpus);
        std::vector<std::thread> groups;
        for (auto& end : ends)
            groups.emplace_back([&, channel = std::move(end)] {
                const auto evaluator = table_evaluator(options_, problem_);
                work_in_group(Communicator::world(), channel.get(), options_.live, folder_.path(), "a thread",
                              *evaluator);
            });
        std::vector<GroupState> states(groups.size());
        for (std::size_t met = 0; met < groups.size(); ++met) {
            const auto hello = channels->receive_within(10);
            states[static_cast<std::size_t>(hello->group)].idle_w = report_from(hello->message).idle_w;
        }
        std::vector<LiveInput> inputs = before;
        Trace trace = trace_;
        const double began_s = monotonic_s();
        LiveWorld world({0, 1, *channels, states, recorded_feed(trace_),
                         [](double at_s) -> Clock {
                             return [=, since = monotonic_s()] { return at_s + (monotonic_s() - since) * speed; };
                         },
                         speed, options_.search.power.optimizer_w, options_.live.patience_s,
                         [&](const LiveInput& input, bool) { inputs.push_back(input); }, [] {},
                         [&] { return stop_after_s > 0 && monotonic_s() - began_s > stop_after_s ? "test" : ""; },
                         [](const Task&) {}},
                        trace, before, Seconds(0));
        const auto strategy = search_strategy(problem_, method, 1);
        stopped = false;
        try {
            record = Engine(problem_, options_.search, method, trace, 1, *strategy, world).run();
        } catch (const StoppedEarly&) {
            stopped = true;
        }
        for (std::size_t group = 0; group < groups.size(); ++group)
            channels->send(static_cast<int>(group), to_bytes(Command{}));
        for (auto& group : groups) group.join();
        return inputs;
    }

    /// From inputs alone.
    SearchRecord repeat(const MethodOptions& method, const std::vector<LiveInput>& inputs) const {
        Trace trace = trace_;
        RecordedWorld world(trace, inputs, Seconds(0));
        const auto strategy = search_strategy(problem_, method, 1);
        return Engine(problem_, options_.search, method, trace, 1, *strategy, world).run();
    }

    SearchRecord record;
    bool stopped = false;

  private:
    const LiveOptions& options_;
    const Problem& problem_;
    Trace trace_;
    test::TemporaryFolder folder_;
};

struct Fixture {
    LiveOptions options = small_live_options(3);
    Problem problem = make_problem(small_table(300, 1.5, 60), options.search);
    Trace trace = daily_trace(24);
    MethodOptions method = method_named("shares");
};

double joules_of(const std::vector<LiveInput>& inputs, Component component) {
    double sum = 0;
    for (const auto& input : inputs)
        for (const auto& usage : input.usage)
            if (usage.component == component) sum += usage.measured_j + usage.modelled_j;
    return sum;
}

TEST(LiveWorld, EveryMomentOfEveryGroupIsToldOnce) {
    const Fixture f;
    LiveSearch live(f.options, f.problem, f.trace);
    const auto inputs = live.run(f.method, {}, 0);
    ASSERT_FALSE(live.stopped);
    EXPECT_GT(live.record.evaluations, 5);
    EXPECT_EQ(live.record.end_s, 24 * 3600);
    std::vector<double> told(4, 0);
    for (const auto& input : inputs)
        for (const auto& usage : input.usage) {
            double& until = told[static_cast<std::size_t>(usage.gpu) + 1];
            EXPECT_NEAR(usage.from_s, until, 1e-6);
            EXPECT_GT(usage.to_s, usage.from_s);
            until = usage.to_s;
        }
    for (const double until : told) EXPECT_NEAR(until, 24 * 3600, 1e-3);
    double joules = 0;
    for (int c = 0; c < component_count; ++c) joules += joules_of(inputs, static_cast<Component>(c));
    EXPECT_NEAR(live.record.energy_j, joules, 1e-6 * joules);
}

TEST(LiveWorld, InputsAloneGiveTheSameSearchAgain) {
    const Fixture f;
    LiveSearch live(f.options, f.problem, f.trace);
    auto inputs = live.run(f.method, {}, 0);
    const std::int64_t checksum = checksum_of_logs(live.record);
    EXPECT_EQ(checksum_of_logs(live.repeat(f.method, inputs)), checksum);
    for (auto& input : inputs) input = live_input_from(to_bytes(input));
    EXPECT_EQ(checksum_of_logs(live.repeat(f.method, inputs)), checksum);
}

/// Where a task of sampling, or a slice, takes longer than a step the engine asks in vain, and again.
TEST(LiveWorld, PausesThatNothingFollowsAreDecisionsToo) {
    Fixture f;
    f.problem = make_problem(small_table(300, 9, 9000), f.options.search);
    f.options.live.slice_s = 0.25;
    LiveSearch live(f.options, f.problem, f.trace);
    const auto inputs = live.run(f.method, {}, 0);
    int pauses_of_sampling = 0;
    for (const auto& input : inputs)
        for (const Decision& d : input.decisions)
            pauses_of_sampling += d.kind == Decision::Kind::pause && d.task_kind == TaskKind::sampling;
    EXPECT_GT(pauses_of_sampling, 0);
    EXPECT_EQ(checksum_of_logs(live.repeat(f.method, inputs)), checksum_of_logs(live.record));
}

TEST(LiveWorld, AnAlteredIntensityIsAnotherDecision) {
    const Fixture f;
    LiveSearch live(f.options, f.problem, f.trace);
    auto inputs = live.run(f.method, {}, 0);
    int altered = 0;
    for (auto& input : inputs)
        for (Reading& reading : input.readings)
            if (reading.step == 12) {  // the clean noon
                reading.intensity = 900;
                ++altered;
            }
    ASSERT_EQ(altered, 1);
    try {
        live.repeat(f.method, inputs);
        FAIL();
    } catch (const DataError& e) {
        EXPECT_NE(std::string(e.what()).find("decisions after 43200.000 s differ"), std::string::npos) << e.what();
    }
}

/// The simulated world, and what a live one would have been told.
class ToldWorld final : public World {
  public:
    ToldWorld(const Problem& problem, const Options& options) : world_(problem, options, Seconds(0)) {}
    Seconds now() const override { return world_.now(); }
    void start(int gpu, const Task& task) override {
        decisions_.push_back({Decision::Kind::start, gpu, task.id, task.kind, task.cells});
        tasks_[task.id] = task;
        world_.start(gpu, task);
    }
    void pause(int gpu) override { world_.pause(gpu); }
    Event wait(Seconds until) override {
        LiveInput input;
        input.decisions = std::exchange(decisions_, {});
        input.event = world_.wait(until);
        input.kind = LiveInput::Kind::event;
        input.now_s = world_.now().value;
        usage_ = world_.take_usage();
        for (const Usage& u : usage_)
            input.usage.push_back(
                {0, u.task, u.component, u.from.value, u.to.value, 0, (u.power * (u.to - u.from)).value});
        if (input.event.kind == Event::Kind::finished && tasks_[input.event.task].kind != TaskKind::supernet_training)
            for (const CellIndex cell : tasks_[input.event.task].cells)
                for (const double value : world_.result(tasks_[input.event.task], cell)) input.values.push_back(value);
        inputs.push_back(input);
        return input.event;
    }
    std::vector<Usage> take_usage() override { return std::exchange(usage_, {}); }
    void stop() override { world_.stop(); }
    Watts power() const override { return world_.power(); }
    std::vector<double> result(const Task& task, CellIndex cell) const override { return world_.result(task, cell); }

    std::vector<LiveInput> inputs;

  private:
    SimulatedWorld world_;
    std::vector<Decision> decisions_;
    std::map<int, Task> tasks_;
    std::vector<Usage> usage_;
};

/// Exactly, where nothing is paused (there are no slices here).
TEST(Prediction, IsTheSearchWhereItsTasksTakeWhatTheTableSays) {
    Fixture f;
    for (const char* candidates : {"direct", "supernet"}) {
        f.method = method_named("fixed", candidates);
        f.method.schedule.evaluate = 2;
        ToldWorld world(f.problem, f.options.search);
        const auto strategy = search_strategy(f.problem, f.method, 1);
        const SearchRecord live = Engine(f.problem, f.options.search, f.method, f.trace, 1, *strategy, world).run();
        ASSERT_GT(live.evaluations, 5);
        Options unpowered = f.options.search;
        unpowered.power.evaluation_w = unpowered.power.idle_w = 0;
        const SearchRecord simulated =
            simulate_as_measured(f.problem, unpowered, f.method, f.trace, 1, Seconds(0), world.inputs);
        EXPECT_EQ(simulated.evaluations, live.evaluations);
        EXPECT_NEAR(simulated.energy_j, live.energy_j, 1e-9 * live.energy_j);
        EXPECT_NEAR(simulated.carbon_g, live.carbon_g, 1e-9 * live.carbon_g);
    }
}

/// How good it is where clocks tick and messages travel.
TEST(Prediction, IsNearALiveSearch) {
    const Fixture f;
    LiveSearch live(f.options, f.problem, f.trace);
    const auto inputs = live.run(f.method, {}, 0);
    const SearchRecord simulated =
        simulate_as_measured(f.problem, f.options.search, f.method, f.trace, 1, Seconds(0), inputs);
    EXPECT_NEAR(simulated.carbon_g, live.record.carbon_g, 0.2 * live.record.carbon_g);
}

TEST(LiveWorld, GoesOnWhereItWasStopped) {
    const Fixture f;
    LiveSearch live(f.options, f.problem, f.trace);
    std::vector<LiveInput> inputs;
    int stops = 0;
    do {
        inputs = live.run(f.method, inputs, 0.6);
        stops += live.stopped ? 1 : 0;
    } while (live.stopped && stops < 20);
    EXPECT_GT(stops, 1);
    EXPECT_FALSE(live.stopped);
    EXPECT_EQ(checksum_of_logs(live.repeat(f.method, inputs)), checksum_of_logs(live.record));
    EXPECT_GT(live.record.evaluations, 5);
}

TEST(LiveWorld, TrainingsOfFewerEpochsAreTasksLikeOthers) {
    Fixture f;
    f.problem = make_problem(small_table_with_low(300, 1.5), f.options.search);
    f.method = method_named("all-evaluate", "direct");
    f.method.search.strategy = "successive-halving";
    LiveSearch live(f.options, f.problem, f.trace);
    std::vector<LiveInput> inputs;
    int stops = 0;
    do {
        inputs = live.run(f.method, inputs, 0.6);
        stops += live.stopped ? 1 : 0;
    } while (live.stopped && stops < 20);
    EXPECT_GT(stops, 1);
    EXPECT_FALSE(live.stopped);
    EXPECT_GT(live.record.evaluations, 0);
    EXPECT_GT(live.record.low_evaluations, live.record.evaluations);
    for (const EvaluationRecord& e : live.record.evaluations_log)
        EXPECT_TRUE(e.low == 0 || e.finished == 0 || e.gpu_s < 3600) << e.gpu_s;  // 540 s, on an idle machine
    for (auto& input : inputs) input = live_input_from(to_bytes(input));
    EXPECT_EQ(checksum_of_logs(live.repeat(f.method, inputs)), checksum_of_logs(live.record));
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "engine/simulated_world.hpp"

#include <gtest/gtest.h>

#include <map>

#include "support/small_problem.hpp"

namespace cenas {
namespace {

class SimulatedWorldTest : public testing::Test {
  protected:
    SimulatedWorldTest() : options(small_options()), problem(make_problem(small_table(20, 1.0), options)) {
        options.run.gpus = 2;
        options.switching = {10, 20, 4};  // pause 10 s, resume 20 s, slices of a quarter of an hour
    }
    static std::map<Component, double> seconds_by_component(const std::vector<Usage>& usage) {
        std::map<Component, double> seconds;
        for (const auto& u : usage) seconds[u.component] += (u.to - u.from).value;
        return seconds;
    }
    Options options;
    Problem problem;
};

TEST_F(SimulatedWorldTest, ATaskEndsAfterItsLength) {
    SimulatedWorld world(problem, options, Seconds(0));
    world.start(1, {0, TaskKind::evaluation, {7}});
    Event event = world.wait(hours(0.5));
    EXPECT_EQ(event.kind, Event::Kind::clock);
    event = world.wait(hours(9));
    EXPECT_EQ(event.kind, Event::Kind::finished);
    EXPECT_EQ(event.gpu, 1);
    EXPECT_EQ(event.task, 0);
    EXPECT_DOUBLE_EQ(world.now().value, 3600);
    const auto seconds = seconds_by_component(world.take_usage());
    EXPECT_DOUBLE_EQ(seconds.at(Component::evaluation), 3600);
    EXPECT_DOUBLE_EQ(seconds.at(Component::idle), 3600);  // the other GPU
    EXPECT_TRUE(world.take_usage().empty());
}

TEST_F(SimulatedWorldTest, PausesAtTheNextSliceAndResumesElsewhere) {
    SimulatedWorld world(problem, options, Seconds(0));
    const Task task{0, TaskKind::evaluation, {7}};
    world.start(0, task);
    world.wait(Seconds(1000));
    world.pause(0);
    const Event paused = world.wait(hours(9));
    EXPECT_EQ(paused.kind, Event::Kind::paused);
    EXPECT_DOUBLE_EQ(world.now().value, 1800 + 10);  // boundary, then the checkpoint
    world.start(1, task);
    const Event finished = world.wait(hours(9));
    EXPECT_EQ(finished.kind, Event::Kind::finished);
    EXPECT_EQ(finished.gpu, 1);
    EXPECT_DOUBLE_EQ(world.now().value, 1810 + 20 + 1800);
    const auto seconds = seconds_by_component(world.take_usage());
    EXPECT_DOUBLE_EQ(seconds.at(Component::evaluation), 3600);
    EXPECT_DOUBLE_EQ(seconds.at(Component::switching), 30);
}

TEST_F(SimulatedWorldTest, APauseInTheLastSliceLetsTheTaskFinish) {
    SimulatedWorld world(problem, options, Seconds(0));
    world.start(0, {0, TaskKind::evaluation, {7}});
    world.wait(Seconds(2701));
    world.pause(0);
    EXPECT_EQ(world.wait(hours(9)).kind, Event::Kind::finished);
    EXPECT_DOUBLE_EQ(world.now().value, 3600);
}

// (L / 200) x 200 may round below L: a training that has reached its end is not paused.
TEST_F(SimulatedWorldTest, APauseAtTheVeryEndFinishesWhateverTheLength) {
    options.switching.slices_per_evaluation = 200;
    for (double length = 1800; length < 1850; length += 0.1) {
        const Problem odd = make_problem(small_table(20, length / 3600), options);
        SimulatedWorld world(odd, options, Seconds(0));
        world.start(0, {0, TaskKind::evaluation, {7}});
        world.wait(Seconds(length - 2e-13 * length));
        world.pause(0);
        EXPECT_EQ(world.wait(hours(9)).kind, Event::Kind::finished) << length;
    }
}

TEST_F(SimulatedWorldTest, PaperAccountingSwitchesForNothing) {
    options.accounting.mode = "paper";
    SimulatedWorld world(problem, options, Seconds(0));
    const Task task{0, TaskKind::evaluation, {7}};
    world.start(0, task);
    world.wait(Seconds(1000));
    world.pause(0);
    EXPECT_EQ(world.wait(hours(9)).kind, Event::Kind::paused);
    EXPECT_DOUBLE_EQ(world.now().value, 1000);  // anywhere, at once
    world.start(0, task);
    world.wait(hours(9));
    EXPECT_DOUBLE_EQ(world.now().value, 3600);
    world.start(0, {1, TaskKind::sampling, {7, 14}});
    EXPECT_EQ(world.wait(hours(9)).kind, Event::Kind::finished);
    EXPECT_DOUBLE_EQ(world.now().value, 3600);
}

TEST_F(SimulatedWorldTest, ResultsComeFromTheTable) {
    const SimulatedWorld world(problem, options, Seconds(0));
    EXPECT_EQ(world.result({0, TaskKind::evaluation, {7}}, 7), true_values(problem, 7));
    EXPECT_EQ(world.result({0, TaskKind::sampling, {7}}, 7), estimated_values(problem, 7));
    EXPECT_NE(true_values(problem, 7), estimated_values(problem, 7));
}

}  // namespace
}  // namespace cenas

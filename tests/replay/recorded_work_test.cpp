// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "replay/recorded_work.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "support/files.hpp"
#include "support/small_problem.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;

EvaluationRecord training(double start_s, double gpu_s, bool initial, bool finished = true) {
    EvaluationRecord e;
    e.start_s = start_s;
    e.end_s = start_s + gpu_s;
    e.gpu_s = gpu_s;
    e.initial = initial ? 1 : 0;
    e.finished = finished ? 1 : 0;
    return e;
}

/// Two initial trainings, three others, one that did not end; a supernet of 500 s at 200 W, two queries of 20 s at 100
/// W.
class RecordedWorkTest : public testing::Test {
  protected:
    RecordedWorkTest() {
        options.methods = {method_named("shares")};
        options.power.supernet_training_w = 200;
        options.power.sampling_w = 100;
        options.methods[0].queue_capacity = 6;
        search.seed = 42;
        search.samples = 2;
        search.evaluations_log = {training(0, 50, true),    training(100, 10, false), training(0, 60, true),
                                  training(300, 30, false), training(200, 20, false), training(400, 9, false, false)};
        search.intervals.resize(2);
        set_joules(Component::supernet_training, 200 * 300, 200 * 200);
        set_joules(Component::sampling, 0, 100 * 40);
        run.methods = {"shares"};
        run.traces = {trace_of({1, 2})};
    }
    void set_joules(Component component, double first, double second) {
        search.intervals[0].joules[static_cast<std::size_t>(component)] = first;
        search.intervals[1].joules[static_cast<std::size_t>(component)] = second;
    }
    RecordedWork work() { return recorded_work(run, search, options, 0); }
    Options options = small_options();
    SearchRecord search;
    RunHead run;
};

TEST_F(RecordedWorkTest, TrainingsAreInOrderOfStartInitialOnesFirst) {
    const RecordedWork w = work();
    EXPECT_EQ(w.training_s, (std::vector<double>{50, 60, 10, 20, 30}));
    EXPECT_EQ(w.initial, 2);
    EXPECT_EQ(w.left_out, 1);
    EXPECT_EQ(w.method, "shares");
    EXPECT_EQ(w.trace, "test");
    EXPECT_EQ(w.seed, 42);
}

TEST_F(RecordedWorkTest, TrainingsOfFewerEpochsAreWorkAndMeasuringIsNone) {
    const RecordedWork without = work();
    search.evaluations_log[3].low = search.evaluations_log[4].low = 1;
    set_joules(Component::measurement, 1e6, 0);
    EXPECT_EQ(work().training_s, without.training_s);
    EXPECT_EQ(work().supernet_s, without.supernet_s);
    EXPECT_EQ(work().query_s, without.query_s);
}

TEST_F(RecordedWorkTest, TheSupernetTakesItsJoulesByItsPower) {
    const RecordedWork w = work();
    EXPECT_TRUE(w.supernet);
    EXPECT_DOUBLE_EQ(w.supernet_s, 500);
    EXPECT_DOUBLE_EQ(w.query_s, 20);
    EXPECT_EQ(w.unqueried, 3);  // the last two were queried
    EXPECT_EQ(w.queue_capacity, 6);
}

TEST_F(RecordedWorkTest, MoreQueriesThanCandidatesAreSpreadOverThem) {
    search.samples = 100;
    EXPECT_EQ(work().unqueried, 2);
    EXPECT_DOUBLE_EQ(work().query_s, 40.0 / 3);
}

TEST_F(RecordedWorkTest, ASupernetThatWasNeverQueriedIsLeftOut) {
    search.samples = 0;
    const RecordedWork w = work();
    EXPECT_FALSE(w.supernet);
    EXPECT_EQ(w.unqueried, 5);
    EXPECT_EQ(w.supernet_s, 0);
    EXPECT_EQ(w.left_out, 2);
}

TEST_F(RecordedWorkTest, DirectCandidatesHaveNoSupernet) {
    options.methods[0].candidates = "direct";
    EXPECT_FALSE(work().supernet);
    EXPECT_EQ(work().unqueried, 5);
}

TEST_F(RecordedWorkTest, PaperAccountingGivesInitialTrainingsAndTheSupernetAway) {
    options.accounting.mode = "paper";
    options.power = {1000, 0, 0, 0, 0, 0, 1, 0};
    set_joules(Component::supernet_training, 0, 0);
    set_joules(Component::sampling, 0, 0);
    const RecordedWork w = work();
    EXPECT_EQ(w.training_s, (std::vector<double>{10, 20, 30}));
    EXPECT_EQ(w.initial, 0);
    EXPECT_TRUE(w.supernet);
    EXPECT_EQ(w.unqueried, 1);
    EXPECT_EQ(w.supernet_s, 0);
    EXPECT_EQ(w.query_s, 0);
    const ReplaySettings settings = replay_settings(options);
    EXPECT_EQ(settings.slices_per_evaluation, 0);
    EXPECT_EQ(settings.pause_s + settings.resume_s, 0);
}

TEST_F(RecordedWorkTest, RefusesWhatCannotBeReplayed) {
    options.methods[0].name = "other";
    EXPECT_TRUE(contains(message_of<DataError>([&] { work(); }), "method 'shares' is not in the run's deck"));
    options.methods[0].name = "shares";
    search.evaluations_log = {training(0, 5, false, false)};
    EXPECT_TRUE(contains(message_of<DataError>([&] { work(); }), "no training of it ended"));
}

}  // namespace
}  // namespace cenas

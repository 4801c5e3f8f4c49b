// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/replay/replay.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/rng/philox.hpp"

namespace cenas {
namespace {

constexpr double hour = 3600;

/// One GPU that draws 1 kW at work, 100 W while it reads or writes a checkpoint, and nothing else.
ReplayPool small_pool(int gpus) {
    ReplayPool pool{};
    pool.gpus = gpus;
    pool.slices = 4;
    pool.pause_s = 36;
    pool.resume_s = 72;
    pool.evaluation_w = pool.sampling_w = pool.supernet_w = 1000;
    pool.switching_w = 100;
    return pool;
}

ReplayWork direct_work(const std::vector<double>& seconds) {
    ReplayWork work{};
    work.training_s = seconds.data();
    work.trainings = work.unqueried = static_cast<std::int32_t>(seconds.size());
    return work;
}

struct TestTrace {
    explicit TestTrace(std::vector<double> values) : intensity(std::move(values)) {
        for (const double value : intensity) before.push_back(before.back() + value * hour);
        intensity.push_back(0);
    }
    ReplayTrace view() const {
        return {intensity.data(), before.data(), static_cast<std::int64_t>(before.size()) - 1, hour};
    }
    std::vector<double> intensity, before{0.0};
};

constexpr ReplayGrams grams_per_kwh{1 / 3.6e6, 0};

class Replay : public testing::TestWithParam<Backend> {
  protected:
    void SetUp() override {
        if (GetParam() == Backend::cuda && !cuda_available()) GTEST_SKIP() << "no CUDA device or backend";
    }
    std::vector<ReplayOutcome> run(const ReplayWork& work, const ReplayPool& pool, const TestTrace& trace,
                                   const ReplayStarts& starts, const StepRule& rule,
                                   const std::vector<WindowBounds>& windows) const {
        std::vector<ReplayOutcome> outcomes(windows.size());
        replay_rule(GetParam(), {work, pool, grams_per_kwh, trace.view()}, starts, rule, windows.data(),
                    outcomes.data());
        return outcomes;
    }
};

// Two hours of training in quarters of half an hour, GPUs evaluate at 1 g/kWh only. It begins at once, finds the dirty
// hour on a slice boundary, writes a checkpoint there (36 s at 100 W: 1 Wh at 50 g/kWh), waits, and at 3 h reads it (72
// s: 2 Wh) and goes on for an hour, into the fifth, which is dirty: its last slice may end, as a pause would come too
// late.
TEST_P(Replay, PausesAndResumesAsComputedByHand) {
    const TestTrace trace({9, 1, 50, 50, 1, 50, 9});
    const std::vector<double> seconds{2 * hour};
    const StepRule rule{StepRuleKind::cheapest, 1, 1, false, 0};
    const auto outcomes = run(direct_work(seconds), small_pool(1), trace, {1, 1, 1, 5}, rule, {WindowBounds{1, 1}});
    EXPECT_TRUE(outcomes[0].end.complete);
    EXPECT_NEAR(outcomes[0].end.at_s, 3 * hour + 72 + hour, 1e-9);
    EXPECT_NEAR(outcomes[0].joules, 1000 * 2 * hour + 100 * (36 + 72), 1e-6);
    const double at_3h = 0.98 * 1, behind = 0.02 * 50;  // kWh of the second half
    EXPECT_NEAR(outcomes[0].grams, 1 + 0.001 * 50 + 0.002 * 1 + at_3h + behind, 1e-9);
}

TEST_P(Replay, WorkThatIsNotDoneAtTheHorizonIsCensored) {
    const TestTrace trace({1, 2, 3, 4});
    const std::vector<double> seconds{1.5 * hour, 9 * hour};
    const StepRule rule{StepRuleKind::threshold, 1, 0, false, 1};
    const auto outcomes =
        run(direct_work(seconds), small_pool(1), trace, {0, 2, 2, 2}, rule, {WindowBounds{1, 2}, WindowBounds{3, 4}});
    for (const ReplayOutcome& outcome : outcomes) {
        EXPECT_FALSE(outcome.end.complete);
        EXPECT_EQ(outcome.end.at_s, 2 * hour);
        EXPECT_NEAR(outcome.joules, 1000 * 2 * hour, 1e-6);
    }
    EXPECT_NEAR(outcomes[0].grams, 1 + 2, 1e-9);
    EXPECT_NEAR(outcomes[1].grams, 3 + 4, 1e-9);
}

// One GPU trains the supernet (0.25 h) and queries a candidate (0.25 h), for which there is room; then it trains it (1
// h) while the other queries the second candidate (0.25 h), and trains that.
TEST_P(Replay, ASupernetIsTrainedAndQueriedBeforeItsCandidates) {
    const TestTrace trace(std::vector<double>(9, 10));
    const std::vector<double> seconds{hour, hour};
    ReplayWork work = direct_work(seconds);
    work.unqueried = 0;
    work.supernet = true;
    work.queue_capacity = 0;  // one candidate waits at most
    work.supernet_s = work.query_s = 0.25 * hour;
    const StepRule rule{StepRuleKind::threshold, 2, 0, false, 1};
    const auto outcomes = run(work, small_pool(2), trace, {0, 1, 1, 9}, rule, {WindowBounds{10, 10}});
    EXPECT_TRUE(outcomes[0].end.complete);
    EXPECT_NEAR(outcomes[0].end.at_s, (0.25 + 0.25 + 0.25 + 1) * hour, 1e-9);
    EXPECT_NEAR(outcomes[0].joules, 1000 * (0.25 + 2 * 0.25 + 2) * hour, 1e-6);
}

TEST_P(Replay, StartSumsAreTheSums) {
    Random random(3, Stream::tests);
    std::vector<double> intensity(1000), weights(37);
    for (double& value : intensity) value = random.uniform();
    const TestTrace trace(intensity);
    for (double& weight : weights) weight = random.uniform();
    for (const std::int64_t stride : {1, 3}) {
        const ReplayStarts starts{5, stride, 200, 40};
        std::vector<double> sums(200);
        start_sums(GetParam(), weights.data(), 37, trace.view(), starts, sums.data());
        for (std::size_t i = 0; i < sums.size(); ++i) {
            double sum = 0;
            for (std::size_t k = 0; k < weights.size(); ++k)
                sum += weights[k] * intensity[5 + i * static_cast<std::size_t>(stride) + k];
            EXPECT_EQ(sums[i], sum) << "start " << i << " stride " << stride;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Backends, Replay, testing::Values(Backend::serial, Backend::openmp, Backend::cuda),
                         [](const auto& backend) -> std::string {
                             return backend.param == Backend::serial   ? "serial"
                                    : backend.param == Backend::openmp ? "openmp"
                                                                       : "cuda";
                         });

TEST(ReplayWithoutCuda, SaysThatTheBackendIsMissing) {
    if (cuda_compiled()) GTEST_SKIP() << "the CUDA backend is compiled in";
    const std::vector<double> seconds{hour};
    const TestTrace trace({1, 2});
    const WindowBounds window{1, 2};
    ReplayOutcome outcome{};
    EXPECT_THROW(replay_rule(Backend::cuda, {direct_work(seconds), small_pool(1), grams_per_kwh, trace.view()},
                             {0, 1, 1, 2}, {StepRuleKind::shares, 1, 0, false, 0}, &window, &outcome),
                 std::runtime_error);
    double sum = 0;
    EXPECT_THROW(start_sums(Backend::cuda, seconds.data(), 1, trace.view(), {0, 1, 1, 1}, &sum), std::runtime_error);
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "schedule/lower_bound.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kernels/rng/philox.hpp"

namespace cenas {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double bound_of(const BoundProblem& problem, const std::vector<double>& intensities) {
    return lower_bound(bound_weights(problem), intensities);
}

/// The cheapest of all schedules that do whole units of work in whole units of time, by trying all: `unit_s` divides
/// the step and the tasks. Where nothing is drawn but by tasks of one power, no finer schedule is cheaper, since the
/// corners of a transportation problem of whole numbers are whole.
class Exhaustive {
  public:
    Exhaustive(const BoundProblem& problem, const std::vector<double>& intensities, double unit_s)
        : problem_(problem), intensities_(intensities), unit_s_(unit_s) {}

    double cheapest() const {
        std::vector<int> left;
        for (const BoundTask& task : problem_.tasks)
            left.push_back(static_cast<int>(std::lround(task.seconds / unit_s_)));
        return from(0, left);
    }

  private:
    double grams(double watts, std::size_t time) const {
        const auto step = static_cast<std::size_t>(static_cast<double>(time) * unit_s_ / problem_.step_s);
        return watts * unit_s_ / 3.6e6 * problem_.pue * intensities_[step];
    }
    double from(std::size_t time, std::vector<int>& left) const {
        if (std::all_of(left.begin(), left.end(), [](int units) { return units == 0; })) return 0;
        const auto end = static_cast<std::size_t>(static_cast<double>(intensities_.size()) * problem_.step_s / unit_s_);
        if (time == end) return infinity;
        double best = infinity;
        for (unsigned chosen = 0; chosen < 1U << left.size(); ++chosen) {
            double watts = problem_.gpus * problem_.idle_w + problem_.other_w;
            int busy = 0;
            bool possible = true;
            for (std::size_t j = 0; j < left.size(); ++j)
                if ((chosen >> j & 1U) != 0) {
                    ++busy;
                    watts += problem_.tasks[j].watts - problem_.idle_w;
                    possible = possible && left[j] > 0;
                }
            if (!possible || busy > problem_.gpus) continue;
            for (std::size_t j = 0; j < left.size(); ++j) left[j] -= static_cast<int>(chosen >> j & 1U);
            best = std::min(best, grams(watts, time) + problem_.embodied_g_per_s * unit_s_ + from(time + 1, left));
            for (std::size_t j = 0; j < left.size(); ++j) left[j] += static_cast<int>(chosen >> j & 1U);
        }
        return best;
    }

    const BoundProblem& problem_;
    const std::vector<double>& intensities_;
    double unit_s_;
};

/// Up to three tasks of up to four half-hours on one or two GPUs; up to four hours of small whole intensities.
BoundProblem small_problem(Random& random) {
    BoundProblem problem;
    problem.gpus = 1 + static_cast<int>(random.below(2));
    const auto tasks = 1 + random.below(3);
    for (std::uint32_t j = 0; j < tasks; ++j) problem.tasks.push_back({1800.0 * (1 + random.below(4)), 1000});
    problem.pue = 1.5;
    return problem;
}
std::vector<double> small_trace(Random& random) {
    std::vector<double> intensities(2 + random.below(3));
    for (double& intensity : intensities) intensity = random.below(9);
    return intensities;
}

// 1 kW for two hours: in the hours of 1 and 2 g/kWh.
TEST(LowerBound, OneTaskByHand) {
    const BoundProblem problem{{{7200, 1000}}};
    EXPECT_NEAR(bound_of(problem, {3, 1, 2}), 3, 1e-8);
}

// A task cannot be in two places: of 2 GPUs one stays empty in the clean hour, though 4 GPU-hours fit into two hours.
TEST(LowerBound, ATaskHasOneGpuAtATime) {
    BoundProblem problem{{{3 * 3600, 1000}, {3600, 1000}}};
    problem.gpus = 2;
    EXPECT_NEAR(bound_of(problem, {1, 10, 100, 1000}), 2 * 1 + 10 + 100, 1e-6);
}

// An hour of work, 1 kW above idling at 0.5 kW, and 2 g embodied an hour. Base load is certain until the first hour is
// over, whether the work is done in the first hour or in the second.
TEST(LowerBound, WaitingCostsWhatIdleGpusDraw) {
    BoundProblem problem{{{3600, 1500}}};
    problem.idle_w = 500;
    problem.embodied_g_per_s = 2.0 / 3600;
    EXPECT_NEAR(bound_of(problem, {10, 5}), 5 + 5 + 2, 1e-7);
    EXPECT_NEAR(bound_of(problem, {10, 20}), 10 + 5 + 2, 1e-7);
    EXPECT_NEAR(bound_of(problem, {10, 20, 2}), 10 + 5 + 2, 1e-7);      // 8 g saved, 0.5 kW x 20 g/kWh + 2 g lost
    EXPECT_NEAR(bound_of(problem, {10, 4, 2}), 4 + 5 + 2, 1e-7);        // 2 g saved, 0.5 kW x 4 g/kWh + 2 g lost
    EXPECT_NEAR(bound_of(problem, {100, 4, 2, 90}), 4 + 50 + 2, 1e-7);  // the same, whatever the first hour
}

TEST(LowerBound, WorkThatDoesNotFitHasNone) {
    EXPECT_EQ(bound_of({{{7200, 1000}}}, {1}), infinity);
    EXPECT_EQ(bound_of({{{3600, 1}, {3600, 1}, {3600, 1}}}, {1, 1}), infinity);
    EXPECT_LT(bound_of({{{3600, 1}, {3600, 1}}}, {1, 1}), infinity);
}

TEST(LowerBound, IsTheOptimumWhereNothingButTheWorkIsDrawn) {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Random random(seed, Stream::tests);
        const BoundProblem problem = small_problem(random);
        const auto intensities = small_trace(random);
        const double optimum = Exhaustive(problem, intensities, 1800).cheapest();
        const double bound = bound_of(problem, intensities);
        EXPECT_EQ(std::isinf(bound), std::isinf(optimum)) << "seed " << seed;
        if (!std::isinf(optimum)) {
            EXPECT_NEAR(bound, optimum, 1e-8 * optimum + 1e-12) << "seed " << seed;
        }
    }
}

TEST(LowerBound, NoScheduleUndercutsItWhateverIsDrawn) {
    int close = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Random random(seed, Stream::tests);
        BoundProblem problem = small_problem(random);
        for (BoundTask& task : problem.tasks) task.watts = 400 + 300 * random.below(3);
        problem.idle_w = 100 * random.below(5);
        problem.other_w = 50 * random.below(3);
        problem.embodied_g_per_s = random.below(3) / 3600.0;
        const auto intensities = small_trace(random);
        const double optimum = Exhaustive(problem, intensities, 1800).cheapest();
        const double bound = bound_of(problem, intensities);
        EXPECT_LE(bound, optimum) << "seed " << seed;
        close += bound > 0.9 * optimum ? 1 : 0;
    }
    EXPECT_GT(close, 150);
}

}  // namespace
}  // namespace cenas

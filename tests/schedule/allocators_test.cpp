// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <vector>

#include "base/error.hpp"
#include "schedule/allocator.hpp"

namespace cenas {
namespace {

AllocatorView view_of(const std::vector<double>& window, double intensity, int gpus = 8) {
    AllocatorView view;
    view.now = hours(10);
    view.end = hours(80);
    view.intensity = intensity;
    view.window = window;
    view.gpus = gpus;
    view.queue_capacity = 10;
    view.carbon_left_g = std::numeric_limits<double>::infinity();
    return view;
}

ScheduleOptions named(const std::string& allocator) {
    ScheduleOptions options;
    options.allocator = allocator;
    return options;
}

Allocation decide(const ScheduleOptions& options, const AllocatorView& view) {
    return make_allocator(options, 1)->decide(view);
}

const std::vector<double> ramp = {100, 200, 300, 400, 500};

TEST(Shares, RoundToTheNearestGpuHalvesUp) {
    // lambda_e * 8 GPUs for C between 100 and 500: 8, 6, 4, 2, 0.
    EXPECT_EQ(decide(named("shares"), view_of(ramp, 100)), (Allocation{8, 0}));
    EXPECT_EQ(decide(named("shares"), view_of(ramp, 200)), (Allocation{6, 2}));
    EXPECT_EQ(decide(named("shares"), view_of(ramp, 500)), (Allocation{0, 8}));
    EXPECT_EQ(decide(named("shares"), view_of(ramp, 174)), (Allocation{7, 1}));  // 6.52
    EXPECT_EQ(decide(named("shares"), view_of(ramp, 176)), (Allocation{6, 2}));  // 6.48
    EXPECT_EQ(decide(named("shares"), view_of(ramp, 175)), (Allocation{7, 1}));  // 6.5: up
}

// Every exact half of whole numbers goes up: k + 1/2 = G (10 - C) / 10.
TEST(Shares, HalvesGoUpForEveryPoolSize) {
    for (int gpus = 1; gpus <= 16; ++gpus)
        for (int c = 0; c <= 10; ++c) {
            const int tenths = gpus * (10 - c);
            EXPECT_EQ(decide(named("shares"), view_of({0, 10}, c, gpus)).evaluate, (tenths + 5) / 10)
                << gpus << " GPUs, intensity " << c;
        }
}

TEST(Shares, StayInRangeOutsideTheWindowAndInAFlatOne) {
    EXPECT_EQ(decide(named("shares"), view_of(ramp, 50)), (Allocation{8, 0}));
    EXPECT_EQ(decide(named("shares"), view_of(ramp, 900)), (Allocation{0, 8}));
    EXPECT_EQ(decide(named("shares"), view_of({300, 300}, 300)), (Allocation{8, 0}));
}

TEST(Switch, IsAllOrNothingAtTheThreshold) {
    EXPECT_EQ(decide(named("switch"), view_of(ramp, 300)), (Allocation{8, 0}));
    EXPECT_EQ(decide(named("switch"), view_of(ramp, 300.01)), (Allocation{0, 8}));
    ScheduleOptions strict = named("switch");
    strict.threshold = 0.25;
    EXPECT_EQ(decide(strict, view_of(ramp, 200)), (Allocation{8, 0}));
    EXPECT_EQ(decide(strict, view_of(ramp, 201)), (Allocation{0, 8}));
}

TEST(Fixed, EveryKOfEveryG) {
    for (int gpus = 1; gpus <= 9; ++gpus)
        for (int k = 0; k <= gpus; ++k) {
            ScheduleOptions options = named("fixed");
            options.evaluate = k;
            EXPECT_EQ(decide(options, view_of(ramp, 300, gpus)), (Allocation{k, gpus - k}));
            options.rest = "idle";
            EXPECT_EQ(decide(options, view_of(ramp, 300, gpus)), (Allocation{k, 0}));
        }
}

TEST(AllEvaluateAndAllSample, UseEveryGpu) {
    EXPECT_EQ(decide(named("all-evaluate"), view_of(ramp, 500)), (Allocation{8, 0}));
    ScheduleOptions options = named("all-sample");
    options.train_last_h = 4;
    auto view = view_of(ramp, 500);
    view.now = hours(75);
    EXPECT_EQ(decide(options, view), (Allocation{0, 8}));
    view.now = hours(76);
    EXPECT_EQ(decide(options, view), (Allocation{8, 0}));
}

// CE-NAS (NeurIPS 2024) as released: with 8 GPUs the ten actions give 1,1,1,2,3,4,4,5,6,7 GPUs (mean 3.4).
TEST(RandomActions, HaveTheReleasedActionSet) {
    const auto allocator = make_allocator(named("random-actions"), 7);
    std::map<int, int> counts;
    constexpr int decisions = 10000;
    double sum = 0;
    for (int i = 0; i < decisions; ++i) {
        const Allocation a = allocator->decide(view_of(ramp, 300));
        EXPECT_EQ(a.evaluate + a.sample, 8);
        ++counts[a.evaluate];
        sum += a.evaluate;
    }
    const std::map<int, double> expected = {{1, .3}, {2, .1}, {3, .1}, {4, .2}, {5, .1}, {6, .1}, {7, .1}};
    ASSERT_EQ(counts.size(), expected.size());
    // Standard error of a share at most 0.005: four of them.
    for (const auto& [k, share] : expected) EXPECT_NEAR(counts[k] / static_cast<double>(decisions), share, 0.02);
    EXPECT_NEAR(sum / decisions, 3.4, 0.1);
}

TEST(Cheapest, EvaluatesInTheQuantileOnly) {
    ScheduleOptions options = named("cheapest");
    options.evaluate = 2;
    options.quantile = 0.4;  // 2 of 5 steps
    EXPECT_EQ(decide(options, view_of(ramp, 100)), (Allocation{2, 6}));
    EXPECT_EQ(decide(options, view_of(ramp, 200)), (Allocation{2, 6}));
    EXPECT_EQ(decide(options, view_of(ramp, 300)), (Allocation{0, 8}));
    options.rest = "idle";
    EXPECT_EQ(decide(options, view_of(ramp, 300)), (Allocation{0, 0}));
    options.quantile = 0.01;  // at least the cheapest step
    EXPECT_EQ(decide(options, view_of(ramp, 100)), (Allocation{2, 0}));
}

TEST(Allocators, NeverGiveMoreThanThereIs) {
    for (const std::string name :
         {"all-evaluate", "all-sample", "fixed", "shares", "switch", "random-actions", "cheapest"}) {
        ScheduleOptions options = named(name);
        options.evaluate = 5;
        const auto allocator = make_allocator(options, 3);
        for (int gpus = 1; gpus <= 8; ++gpus)
            for (const double intensity : {0.0, 100.0, 333.0, 500.0, 1000.0}) {
                const Allocation a = allocator->decide(view_of(ramp, intensity, gpus));
                EXPECT_GE(a.evaluate, 0);
                EXPECT_GE(a.sample, 0);
                EXPECT_LE(a.evaluate + a.sample, gpus) << name;
            }
    }
}

TEST(MakeAllocator, RefusesUnknownNames) { EXPECT_THROW(make_allocator(named("magic"), 1), UsageError); }

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/ledger.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/rng/philox.hpp"

namespace cenas {
namespace {

TEST(Ledger, SplitsABookingOverTheStepsItCrosses) {
    const std::vector<double> intensities = {100, 300, 200};
    Ledger ledger(intensities, hours(1), 1.5, 0);
    // 1 kW for half an hour of step 0, all of step 1, a quarter of step 2.
    const auto grams = ledger.book(Component::evaluation, hours(0.5), hours(2.25), Watts(1000));
    EXPECT_DOUBLE_EQ(ledger.joules(0, Component::evaluation).value, 0.5 * 3.6e6);
    EXPECT_DOUBLE_EQ(ledger.joules(1, Component::evaluation).value, 3.6e6);
    EXPECT_DOUBLE_EQ(ledger.joules(2, Component::evaluation).value, 0.25 * 3.6e6);
    EXPECT_DOUBLE_EQ(grams.value, 1.5 * (0.5 * 100 + 300 + 0.25 * 200));
    EXPECT_DOUBLE_EQ(ledger.grams().value, grams.value);
    EXPECT_DOUBLE_EQ(ledger.operational_grams(1).value, 1.5 * 300);
}

TEST(Ledger, HalfOpenIntervals) {
    const std::vector<double> intensities = {100, 300};
    Ledger ledger(intensities, hours(1), 1, 0);
    ledger.book(Component::idle, hours(0), hours(1), Watts(1));
    EXPECT_EQ(ledger.joules(1, Component::idle).value, 0.0);
    ledger.book(Component::idle, hours(1), hours(2), Watts(1));
    EXPECT_EQ(ledger.joules(0, Component::idle).value, 3600.0);
    EXPECT_EQ(ledger.joules(1, Component::idle).value, 3600.0);
    EXPECT_EQ(ledger.book(Component::idle, hours(2), hours(2), Watts(5)).value, 0.0);  // nothing lasts no time
}

TEST(Ledger, EmbodiedGramsFollowGpuTime) {
    const std::vector<double> intensities = {100, 300};
    Ledger ledger(intensities, hours(1), 2.0, 10.0);
    ledger.book_embodied(hours(0.5), hours(2), 8);
    EXPECT_DOUBLE_EQ(ledger.embodied_grams(0).value, 10.0 * 8 * 0.5);
    EXPECT_DOUBLE_EQ(ledger.embodied_grams(1).value, 10.0 * 8);
    EXPECT_DOUBLE_EQ(ledger.grams().value, 120.0);
    EXPECT_EQ(ledger.total_joules().value, 0.0);
}

// Nothing is lost however a span is cut: many random bookings against one sum.
TEST(Ledger, ConservesEnergy) {
    std::vector<double> intensities(50, 250.0);
    Ledger ledger(intensities, Seconds(900), 1, 0);
    Random random(1, Stream::tests);
    double expected = 0;
    for (int i = 0; i < 2000; ++i) {
        const double from = random.uniform() * 44000, length = random.uniform() * 1000, watts = random.uniform() * 500;
        ledger.book(static_cast<Component>(random.below(component_count)), Seconds(from), Seconds(from + length),
                    Watts(watts));
        expected += length * watts;
    }
    double booked = 0, grams = 0;
    for (std::size_t i = 0; i < intensities.size(); ++i) {
        for (int c = 0; c < component_count; ++c) booked += ledger.joules(i, static_cast<Component>(c)).value;
        grams += ledger.operational_grams(i).value;
    }
    EXPECT_NEAR(booked, expected, 1e-9 * expected);
    EXPECT_NEAR(ledger.total_joules().value, expected, 1e-9 * expected);
    EXPECT_NEAR(ledger.grams().value, expected / 3.6e6 * 250.0, 1e-9 * expected);
    EXPECT_NEAR(grams, ledger.grams().value, 1e-9 * grams);
}

}  // namespace
}  // namespace cenas

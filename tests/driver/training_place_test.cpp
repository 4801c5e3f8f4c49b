// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/training_place.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "support/powercap.hpp"

namespace cenas {
namespace {

const Device core{false, {1, {}, ""}};

void compute_for(double seconds) {
    const double began = core_s();
    while (core_s() - began < seconds) {
    }
}

Metered metered(WorkMeter& meter, double seconds) {
    meter.start();
    compute_for(seconds);
    return meter.stop();
}

MeterOptions ten_watts(const std::string& kind) {
    MeterOptions options;
    options.kind = kind;
    options.core_busy_w = 10;
    options.core_idle_w = 1;
    return options;
}

TEST(WorkMeter, CountsCoreSecondsAndModelsTheirEnergy) {
    WorkMeter meter(ten_watts("model"), core, true);
    for (int i = 0; i < 2; ++i) {  // the second time nothing of the first is left, nor of what was not metered
        const Metered cost = metered(meter, 0.05);
        EXPECT_NEAR(cost.seconds, 0.05, 0.01);
        EXPECT_NEAR(cost.energy.modelled.value, 10 * cost.seconds, 1e-6);
        EXPECT_EQ(cost.energy.measured.value, 0);
        compute_for(0.02);
    }
}

TEST(WorkMeter, MeasuresWhereNobodyElseWorks) {
    const test::Powercap powercap;
    powercap.two_packages();
    MeterOptions options = ten_watts("auto");
    options.powercap_folder = powercap.path();
    WorkMeter alone(options, core, true), among_others(options, core, false);
    for (WorkMeter* meter : {&alone, &among_others}) meter->start();
    powercap.set("intel-rapl:0", 3'000'000);
    EXPECT_DOUBLE_EQ(alone.stop().energy.measured.value, 2.0);
    EXPECT_EQ(among_others.stop().energy.measured.value, 0.0);
    options.kind = "rapl";
    EXPECT_THROW(WorkMeter(options, core, false), UsageError);
}

/// A counter that wraps around twice in a long training is right only if it is read in between.
TEST(WorkMeter, ReadsWhileTheWorkGoesOn) {
    const test::Powercap powercap;
    powercap.zone("intel-rapl:0", "package-0", 0, 20'000'000);  // 20 J: to be read every 20 ms, at 1 kW
    MeterOptions options = ten_watts("rapl");
    options.powercap_folder = powercap.path();
    WorkMeter meter(options, core, true);
    meter.start();
    for (int i = 1; i <= 30; ++i) {  // 3 J each, 90 J in all
        compute_for(0.015);
        powercap.set("intel-rapl:0", static_cast<std::uint64_t>(i) * 3'000'000 % 20'000'000);
        meter.read();
    }
    EXPECT_DOUBLE_EQ(meter.stop().energy.measured.value, 90.0);
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/training_place.hpp"

#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "kernels/base/launch.hpp"

namespace cenas {
namespace {

void compute_for(double seconds) {
    const double began = core_s();
    while (core_s() - began < seconds) {
    }
}

TEST(WorkMeter, CountsCoreSecondsAndModelsTheirEnergy) {
    MeterOptions options;
    options.kind = "model";
    options.core_busy_w = 10;
    options.core_idle_w = 1;
    WorkMeter meter(options, choose_device("cpu", 1, 0, 1), true);
    for (int i = 0; i < 2; ++i) {  // the second time nothing of the first is left
        const Metered cost = meter.run([] { compute_for(0.05); });
        EXPECT_NEAR(cost.seconds, 0.05, 0.01);
        EXPECT_NEAR(cost.joules, 10 * cost.seconds, 1e-6);
        EXPECT_FALSE(cost.measured);
    }
    EXPECT_NEAR(meter.run([] {}).joules, 0, 0.01);
}

TEST(WorkMeter, TakesNoShareOfANodeThatOthersWorkOn) {
    MeterOptions options;
    options.powercap_folder = testing::TempDir();
    options.core_busy_w = 10;
    options.core_idle_w = 1;
    WorkMeter meter(options, choose_device("cpu", 1, 0, 2), false);
    EXPECT_FALSE(meter.run([] { compute_for(0.01); }).measured);
}

TEST(ChooseDevice, GivesEachRankAGpuOrSaysWhyNot) {
    EXPECT_FALSE(choose_device("cpu", 2, 0, 9).cuda);
    EXPECT_EQ(choose_device("cpu", 2, 0, 9).parts.cores, 2);
    const auto gpus = cuda_gpus();
    const int count = static_cast<int>(gpus.size());
    EXPECT_THROW(choose_device("cuda", 1, count, count + 1), RunError);
    if (gpus.empty()) GTEST_SKIP() << "no GPU: that ranks get one each is not tested";
    const Device device = choose_device("cuda", 1, count - 1, count);
    EXPECT_TRUE(device.cuda);
    EXPECT_EQ(device.parts.gpus, std::vector<std::string>{gpus.back().pci_bus_id});
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "tables/training_place.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "kernels/base/launch.hpp"
#include "support/mpi_main.hpp"
#include "support/powercap.hpp"

// Runs under mpirun with any number of ranks, all on one node.

namespace cenas {
namespace {

const Device core{false, {1, {}, ""}};

void compute_for(double seconds) {
    const double began = core_s();
    while (core_s() - began < seconds) {
    }
}

MeterOptions ten_watts(const std::string& kind) {
    MeterOptions options;
    options.kind = kind;
    options.core_busy_w = 10;
    return options;
}

/// One powercap folder for all ranks; rank 0 makes and changes it.
class NodePowercap {
  public:
    NodePowercap() {
        Bytes path;
        if (world_.rank() == 0) {
            own_.emplace();
            const std::string text = own_->path();
            for (const char c : text) path.push_back(static_cast<std::byte>(c));
        }
        world_.broadcast(path);
        for (const std::byte b : path) path_ += static_cast<char>(b);
    }
    /// Before any rank goes on.
    void zone(std::uint64_t energy_uj, std::uint64_t range_uj) const {
        if (own_) own_->zone("intel-rapl:0", "package-0", energy_uj, range_uj);
        world_.maximum(0);
    }
    MeterOptions meter() const {
        MeterOptions options = ten_watts("rapl");
        options.powercap_folder = path_;
        return options;
    }

  private:
    Communicator world_ = Communicator::world();
    std::optional<test::Powercap> own_;
    std::string path_;
};

class WorkMeterTest : public testing::Test {
  protected:
    WorkMeter meter(const MeterOptions& options) const { return {options, core, busy_s_, node_.rank()}; }

    Communicator world_ = Communicator::world();
    Communicator node_ = world_.node();
    SharedNumbers busy_s_{node_};
};

TEST_F(WorkMeterTest, CountsCoreSecondsAndModelsTheirEnergy) {
    WorkMeter own = meter(ten_watts("model"));
    for (int i = 0; i < 2; ++i) {  // the second time nothing of the first is left, nor of what was not metered
        own.start();
        compute_for(0.05);
        const Metered cost = own.stop();
        EXPECT_NEAR(cost.seconds, 0.05, 0.02);
        EXPECT_NEAR(cost.energy.modelled.value, 10 * cost.seconds, 1e-6);
        EXPECT_EQ(cost.energy.measured.value, 0);
        compute_for(0.02);
    }
}

/// Rank r computes (1 + r) times as long as rank 0; with no idle power the joules go by busy time.
TEST_F(WorkMeterTest, RanksOfANodeShareWhatItsMeterMeasures) {
    const NodePowercap powercap;
    powercap.zone(0, 1'000'000'000);
    WorkMeter own = meter(powercap.meter());
    world_.maximum(0);
    own.start();
    world_.maximum(0);
    compute_for(0.1 * (1 + world_.rank()));
    own.read();
    powercap.zone(30'000'000, 1'000'000'000);
    const double joules = own.stop().energy.measured.value;
    const int n = world_.size();
    EXPECT_NEAR(joules, 30.0 * (1 + world_.rank()) / (n * (n + 1) / 2.0), 1.5);
    double sum = joules;
    world_.sum(&sum, 1);
    EXPECT_NEAR(sum, 30.0, 1.5);
}

/// A counter that wraps around often in a long training is right only if it is read in between.
TEST_F(WorkMeterTest, ReadsWhileTheWorkGoesOn) {
    if (world_.size() > 1) GTEST_SKIP() << "of one rank";
    const test::Powercap powercap;
    powercap.zone("intel-rapl:0", "package-0", 0, 20'000'000);  // 20 J, to be read every 20 ms for 1 kW
    MeterOptions options = ten_watts("rapl");
    options.powercap_folder = powercap.path();
    WorkMeter own = meter(options);
    own.start();
    for (int i = 1; i <= 30; ++i) {  // 3 J each, 90 J in all
        compute_for(0.015);
        powercap.set("intel-rapl:0", static_cast<std::uint64_t>(i) * 3'000'000 % 20'000'000);
        own.read();
    }
    EXPECT_DOUBLE_EQ(own.stop().energy.measured.value, 90.0);
}

TEST_F(WorkMeterTest, RanksWithGpusOnOneNodeAreModelledOrRefused) {
    const Device gpu{true, {1, {"0000:01:00.0"}, "a GPU"}};
    MeterOptions options = ten_watts("rapl");
    if (world_.size() == 1) GTEST_SKIP() << "needs two ranks";
    EXPECT_THROW(WorkMeter(options, gpu, busy_s_, node_.rank()), UsageError);
    options.kind = "auto";
    WorkMeter own(options, gpu, busy_s_, node_.rank());
    own.start();
    EXPECT_EQ(own.stop().energy.measured.value, 0);
}

TEST(OwnGpu, IsOfThisRankAlone) {
    const Communicator node = Communicator::world().node();
    std::vector<std::string> all;
    for (int i = 0; i < node.size(); ++i) all.push_back("0000:0" + std::to_string(i) + ":00.0");
    EXPECT_EQ(own_gpu(all, node), node.size() == 1 ? 0 : node.rank());
    EXPECT_EQ(own_gpu({all[static_cast<std::size_t>(node.rank())]}, node), 0);  // the launcher shows it only that
    if (node.size() == 1) return;
    EXPECT_THROW(own_gpu({all[0]}, node), RunError);  // all see the same one
    const bool last = node.rank() == node.size() - 1;
    EXPECT_THROW(own_gpu(last ? std::vector<std::string>{} : all, node), RunError);
    all.pop_back();
    EXPECT_THROW(own_gpu(all, node), RunError);
}

TEST(ChooseDevice, GivesEachRankAGpuOrSaysWhyNot) {
    const Communicator node = Communicator::world().node();
    EXPECT_FALSE(choose_device("cpu", 2, node).cuda);
    EXPECT_EQ(choose_device("cpu", 2, node).parts.cores, 2);
    const std::vector<Gpu> gpus = cuda_gpus();
    if (static_cast<int>(gpus.size()) < node.size()) {
        EXPECT_THROW(choose_device("cuda", 1, node), RunError);
        GTEST_SKIP() << "fewer GPUs than ranks: that ranks get one each is not tested";
    }
    const Device device = choose_device("cuda", 1, node);
    EXPECT_TRUE(device.cuda);
    EXPECT_EQ(device.parts.gpus, std::vector<std::string>{gpus[static_cast<std::size_t>(node.rank())].pci_bus_id});
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "tables/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

namespace cenas {
namespace {

TrainingDeckOptions options_of(int cells, int seeds) {
    TrainingDeckOptions options;
    options.table.cells = cells;
    options.table.seeds = seeds;
    return options;
}

std::set<CellIndex> trained_cells(const TrainingDeckOptions& options) {
    std::set<CellIndex> cells;
    const std::vector<Phase> phases = table_phases(options);
    for (const Task& task : phases.front().tasks)
        if (task.kind == Task::Kind::training) cells.insert(task.cell);
    return cells;
}

TEST(TablePlan, TrainsEveryNetworkOnceWithEverySeed) {
    const TrainingDeckOptions options = options_of(0, 2);
    std::map<std::int64_t, std::set<CellIndex>> by_seed;
    int trainings = 0;
    const std::vector<Phase> phases = table_phases(options);
    for (const Task& task : phases.front().tasks) {
        if (task.kind != Task::Kind::training) continue;
        ++trainings;
        by_seed[task.seed].insert(task.cell);
        EXPECT_EQ(canonical(task.cell, Identity::isomorphic), task.cell);
    }
    EXPECT_EQ(trainings, 2 * 8765);
    EXPECT_EQ(by_seed.size(), 2u);
    EXPECT_EQ(by_seed[1].size(), 8765u);
    EXPECT_EQ(by_seed[1], by_seed[2]);
}

/// A build with more cells adds to one with fewer.
TEST(TablePlan, FewerCellsAreAmongMore) {
    const auto few = trained_cells(options_of(50, 1)), many = trained_cells(options_of(400, 1));
    EXPECT_EQ(few.size(), 50u);
    EXPECT_EQ(many.size(), 400u);
    EXPECT_TRUE(std::includes(many.begin(), many.end(), few.begin(), few.end()));
    TrainingDeckOptions other = options_of(50, 1);
    other.table.sample_seed = 1;
    EXPECT_NE(trained_cells(other), few);
}

/// What holds for a share of all networks holds for as large a share of those drawn.
TEST(TablePlan, TheDrawIsEven) {
    const auto all = trained_cells(options_of(0, 1)), drawn = trained_cells(options_of(2000, 1));
    const auto share_with_convolution_on_last_edge = [](const std::set<CellIndex>& cells) {
        double count = 0;
        for (const CellIndex cell : cells) count += cell_from_index(cell)[5] == Operation::nor_conv_3x3;
        return count / static_cast<double>(cells.size());
    };
    // Standard error of the share of 2000 drawn: 0.009.
    EXPECT_NEAR(share_with_convolution_on_last_edge(drawn), share_with_convolution_on_last_edge(all), 0.03);
}

TEST(TablePlan, EstimatesCoverEveryCellAfterTheSupernetsTheyNeed) {
    TrainingDeckOptions options = options_of(10, 1);
    EXPECT_EQ(table_phases(options).size(), 2u);
    EXPECT_EQ(table_phases(options).back().supernets, std::vector<std::int32_t>{whole_supernet});
    options.supernet.split_epochs = 5;
    const auto phases = table_phases(options);
    ASSERT_EQ(phases.size(), 3u);
    EXPECT_EQ(phases[1].tasks.size(), 5u);
    EXPECT_EQ(phases[1].supernets, std::vector<std::int32_t>{whole_supernet});
    EXPECT_EQ(phases[2].supernets.size(), 5u);
    CellIndex next = 0;
    for (const Task& task : phases[2].tasks) {
        EXPECT_EQ(task.cell, next);
        next += cells_of_estimates;
    }
    EXPECT_GE(next, cell_count);
    options.table.supernet = false;
    EXPECT_EQ(table_phases(options).size(), 1u);
}

/// Every option is in one identity or in none, as it should be.
TEST(TablePlan, IdentitiesSeeWhatMatters) {
    using Change = std::function<void(TrainingDeckOptions&)>;
    const TrainingData data;
    const TrainingDeckOptions options = options_of(10, 1);
    const auto seen_by = [&](const Change& change) {
        TrainingDeckOptions other = options;
        change(other);
        std::string by;
        if (table_identity(other, data) != table_identity(options, data)) by += "t";
        if (supernet_identity(other, whole_supernet) != supernet_identity(options, whole_supernet)) by += "s";
        if (supernet_identity(other, 2) != supernet_identity(options, 2)) by += "f";
        if (estimate_identity(other) != estimate_identity(options)) by += "e";
        return by;
    };
    const std::vector<Change> trainings{[](auto& o) { o.skeleton.name = "light"; },
                                        [](auto& o) { ++o.skeleton.channels; },
                                        [](auto& o) { ++o.skeleton.cells; },
                                        [](auto& o) { ++o.training.epochs; },
                                        [](auto& o) { ++o.training.batch; },
                                        [](auto& o) { o.training.learning_rate *= 1.001; },
                                        [](auto& o) { o.training.momentum *= 0.999; },
                                        [](auto& o) { o.training.weight_decay *= 1.001; },
                                        [](auto& o) { o.training.flip *= 0.999; },
                                        [](auto& o) { ++o.training.crop_padding; },
                                        [](auto& o) { o.training.precision = "bf16"; },
                                        [](auto& o) { o.run.device = "cuda"; },
                                        [](auto& o) { ++o.run.ranks_per_group; },
                                        [](auto& o) { o.meter.kind = "model"; },
                                        [](auto& o) { o.meter.core_busy_w = 1; },
                                        [](auto& o) { o.table.latency_repeats = 3; },
                                        [](auto& o) { o.data.train_images = 7; },
                                        [](auto& o) { o.data.split_seed = 7; }};
    for (const Change& change : trainings) EXPECT_EQ(seen_by(change), "t");
    const std::vector<Change> supernets{[](auto& o) { ++o.supernet.epochs; }, [](auto& o) { ++o.supernet.batch; },
                                        [](auto& o) { o.supernet.learning_rate *= 1.001; },
                                        [](auto& o) { o.supernet.weight_decay *= 1.001; }};
    for (const Change& change : supernets) EXPECT_EQ(seen_by(change), "sfe");
    EXPECT_EQ(seen_by([](auto& o) { ++o.supernet.split_epochs; }), "fe");
    EXPECT_EQ(seen_by([](auto& o) { ++o.supernet.split_edge; }), "f");  // of estimates only where there is a split
    EXPECT_EQ(seen_by([](auto& o) { ++o.supernet.query_images; }), "e");
    const std::vector<Change> what_is_asked_for{[](auto& o) { ++o.table.cells; },
                                                [](auto& o) { ++o.table.seeds; },
                                                [](auto& o) { ++o.table.first_seed; },
                                                [](auto& o) { o.table.supernet = false; },
                                                [](auto& o) { o.data.folder = "elsewhere"; },
                                                [](auto& o) { o.meter.powercap_folder = "elsewhere"; }};
    for (const Change& change : what_is_asked_for) EXPECT_EQ(seen_by(change), "");
    TrainingData other_images;
    other_images.checksum = "0";
    EXPECT_NE(table_identity(options, other_images), table_identity(options, data));
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "space/cell_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace cenas {
namespace {

std::vector<Path> sorted_paths(const Cell& cell) {
    auto paths = paths_of(cell);
    std::sort(paths.begin(), paths.end());
    return paths;
}

// The number of cells at chance level in NAS-Bench-201: those without a path.
TEST(CellFeatures, CellsThatAreNotConnected) {
    int unconnected = 0;
    for (CellIndex i = 0; i < cell_count; ++i) {
        const Cell cell = cell_from_index(i);
        unconnected += connected(cell) ? 0 : 1;
        EXPECT_EQ(connected(cell), pruned(cell) != Cell{}) << to_string(cell);
        EXPECT_EQ(connected(cell), !paths_of(cell).empty()) << to_string(cell);
    }
    EXPECT_EQ(unconnected, 341);
}

TEST(CellFeatures, PathsByHand) {
    const Cell cell =
        parse_cell("|nor_conv_3x3~0|+|skip_connect~0|avg_pool_3x3~1|+|skip_connect~0|none~1|nor_conv_1x1~2|");
    using enum Operation;
    EXPECT_EQ(paths_of(cell), (std::vector<Path>{{}, {nor_conv_1x1}, {nor_conv_3x3, avg_pool_3x3, nor_conv_1x1}}));
    EXPECT_EQ(operation_counts(cell), (std::array<int, operation_count>{1, 2, 1, 1, 1}));
}

TEST(CellFeatures, PathsAndCountsAreOfTheNetworkNotOfTheString) {
    for (CellIndex i = 0; i < cell_count; ++i) {
        const Cell same = cell_from_index(canonical(i, Identity::isomorphic));
        ASSERT_EQ(sorted_paths(cell_from_index(i)), sorted_paths(same)) << cell_string(i);
        ASSERT_EQ(operation_counts(cell_from_index(i)), operation_counts(same)) << cell_string(i);
    }
}

}  // namespace
}  // namespace cenas

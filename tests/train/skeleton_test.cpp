// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/skeleton.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "base/csv.hpp"
#include "base/error.hpp"

using namespace cenas;

namespace {

std::filesystem::path shared_data() {
    const char* named = std::getenv("CENAS_SHARED_DATA");
    return named ? named : std::filesystem::path(CENAS_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace

/// NAS-Bench-201's published columns, in millions to six digits. 150 cells carry the record of an isomorphic cell
/// there, whose count of parameters differs where dead convolutions do.
TEST(Skeleton, ParametersAndFlopsOfAllCellsAreThePublishedOnes) {
    const auto file = shared_data() / "nas" / "nb201_cifar.csv.gz";
    if (!std::filesystem::exists(file)) GTEST_SKIP() << "needs " << file << " (CENAS_SHARED_DATA)";
    const Csv csv = read_csv(file);
    const std::size_t architecture = csv.require_column("arch_str"), parameters = csv.require_column("params_m_c10");
    const std::size_t flops = csv.require_column("flops_m_c10");
    int rows = 0, other_parameters = 0, other_flops = 0;
    for (const auto& row : csv.rows) {
        const NetworkCost cost = cost_of(standalone_graph({}, {32, 32, 3}, 10, parse_cell(row[architecture])));
        ++rows;
        other_parameters += std::abs(static_cast<double>(cost.parameters) / 1e6 - std::stod(row[parameters])) > 5e-7;
        other_flops += std::abs(static_cast<double>(cost.flops) / 1e6 - std::stod(row[flops])) > 5e-7;
    }
    EXPECT_EQ(rows, cell_count);
    EXPECT_EQ(other_parameters, 150);
    EXPECT_EQ(other_flops, 0);
}

TEST(Skeleton, LightHasNo3x3ConvolutionOutsideOfItsCells) {
    SkeletonOptions options;
    options.name = "light";
    const Graph graph =
        standalone_graph(options, {14, 14, 1}, 10,
                         parse_cell("|skip_connect~0|+|none~0|none~1|+|skip_connect~0|none~1|skip_connect~2|"));
    for (const Node& node : graph.nodes)
        for (const Edge& edge : node.in) EXPECT_TRUE(edge.kind != Edge::Kind::convolution || edge.shape.kernel == 1);
    EXPECT_EQ(graph.nodes.back().plane.channels, 64);
    EXPECT_EQ(graph.nodes.back().plane.height, 4);  // 14, 7, 4
}

TEST(Skeleton, SupernetHasEveryChoiceOnce) {
    SkeletonOptions options;
    options.channels = 4;
    options.cells = 2;
    Cell none{}, convolutions{};
    convolutions.fill(Operation::nor_conv_3x3);
    const Graph a = supernet_graph(options, {8, 8, 3}, 10, {&none, 1});
    const Graph b = supernet_graph(options, {8, 8, 3}, 10, {&convolutions, 1});
    EXPECT_EQ(a.parameters, b.parameters);
    EXPECT_EQ(a.linear, b.linear);
    EXPECT_EQ(a.running, 0);
    // What is beside the cells, and a 1x1 and a 3x3 convolution for each edge.
    const Graph standalone = standalone_graph(options, {8, 8, 3}, 10, none);
    std::int64_t choices = 0;
    for (const int channels : {4, 8, 16}) choices += std::int64_t{2} * edge_count * 10 * channels * channels;
    EXPECT_EQ(a.parameters, standalone.parameters + choices);
}

TEST(Skeleton, ImpossibleOnesAreRefused) {
    SkeletonOptions options;
    options.name = "deep";
    EXPECT_THROW(standalone_graph(options, {32, 32, 3}, 10, Cell{}), UsageError);
    EXPECT_THROW(standalone_graph({}, {3, 32, 3}, 10, Cell{}), UsageError);
}

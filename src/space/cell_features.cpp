// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "space/cell_features.hpp"

#include <algorithm>
#include <initializer_list>

namespace cenas {
namespace {

/// Edges of a cell in string order (cell.hpp).
enum Edge { edge_01, edge_02, edge_12, edge_03, edge_13, edge_23 };

constexpr std::initializer_list<std::initializer_list<Edge>> all_paths{
    {edge_03}, {edge_01, edge_13}, {edge_02, edge_23}, {edge_01, edge_12, edge_23}};

Operation on(const Cell& cell, Edge edge) { return cell[static_cast<std::size_t>(edge)]; }

double count(const Cell& cell, Operation operation) {
    return static_cast<double>(std::count(cell.begin(), cell.end(), operation));
}

}  // namespace

bool connected(const Cell& cell) {
    return std::any_of(all_paths.begin(), all_paths.end(), [&](const auto& edges) {
        return std::all_of(edges.begin(), edges.end(), [&](Edge edge) { return on(cell, edge) != Operation::none; });
    });
}

std::vector<Path> paths_of(const Cell& cell) {
    std::vector<Path> paths;
    for (const auto& edges : all_paths) {
        if (std::any_of(edges.begin(), edges.end(), [&](Edge edge) { return on(cell, edge) == Operation::none; }))
            continue;
        Path path;
        for (const Edge edge : edges)
            if (on(cell, edge) != Operation::skip_connect) path.push_back(on(cell, edge));
        paths.push_back(std::move(path));
    }
    return paths;
}

std::array<int, operation_count> operation_counts(const Cell& cell) {
    std::array<int, operation_count> counts{};
    for (const Operation operation : pruned(cell)) ++counts[static_cast<std::size_t>(operation)];
    return counts;
}

// Sums over three stages of five cells with C = 16, 32 and 64 channels on 32, 16 and 8 squared pixels. A k x k
// convolution has k^2 C^2 weights and 2 C of its batch norm; a pixel takes k^2 C^2 operations, and 3 C for ReLU and
// batch norm; of pooling, 9 C. The constants are what is outside the cells, with ten classes.
double nas_bench_201_parameters(const Cell& cell) {
    return 73306 + 28000 * count(cell, Operation::nor_conv_1x1) + 243040 * count(cell, Operation::nor_conv_3x3);
}

double nas_bench_201_flops(const Cell& cell) {
    return 7943872 + 1290240 * count(cell, Operation::avg_pool_3x3) + 4362240 * count(cell, Operation::nor_conv_1x1) +
           35819520 * count(cell, Operation::nor_conv_3x3);
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "eval/synthetic_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <vector>

#include "kernels/rng/philox.hpp"

// The formulas of docs/synthetic-table.md. Constants are chosen so that the table behaves qualitatively like
// NAS-Bench-201 on CIFAR-10 with an edge GPU; none is measured. Only additions, multiplications, divisions and
// roundings occur, which IEEE 754 fixes to the bit, so the table is the same on every machine.

namespace cenas {
namespace {

constexpr std::uint64_t table_seed = 201;

/// One figure for each operation: none, skip_connect, avg_pool_3x3, nor_conv_1x1, nor_conv_3x3.
using PerOperation = std::array<double, operation_count>;
constexpr PerOperation training_of = {0, 60, 360, 720, 950};   // GPU-seconds
constexpr PerOperation energy_of = {0, 1.6, 3.0, 4.6, 6.0};    // mJ an inference
constexpr PerOperation convolution_of = {0, 0, 0, 0.35, 1.0};  // in units of a 3x3 convolution

double sum_over(const Cell& cell, const PerOperation& figures) {
    double sum = 0;
    for (const Operation op : cell) sum += figures[static_cast<std::size_t>(op)];
    return sum;
}

double rounded(double value, double digits) { return std::round(value * digits) / digits; }

/// Nearly normal, mean 0, variance 1, at most 2 sqrt(3) from 0: the sum of four uniform numbers.
double bell(Random& random) {
    constexpr double root_3 = 1.7320508075688772;
    double sum = -2;
    for (int i = 0; i < 4; ++i) sum += random.uniform();
    return sum * root_3;
}

/// What the formulas see of a pruned cell.
struct Features {
    double convolutions = 0;  ///< effective ones, a 1x1 counts 0.35
    int paths = 0;            ///< from input to output
    int pooled_paths = 0;     ///< of these, with a pooling on them
    int depth = 0;            ///< most convolutions on one path
    bool shortcut = false;    ///< a path of skip connections only
};

void count_path(Features& features, const Cell& cell, std::initializer_list<std::size_t> path) {
    const auto edges_with = [&](auto&& is) {
        return std::count_if(path.begin(), path.end(), [&](std::size_t e) { return is(cell[e]); });
    };
    if (edges_with([](Operation op) { return op == Operation::none; }) > 0) return;
    const auto convolutions = edges_with([](Operation op) { return op >= Operation::nor_conv_1x1; });
    const auto poolings = edges_with([](Operation op) { return op == Operation::avg_pool_3x3; });
    ++features.paths;
    if (poolings > 0) ++features.pooled_paths;
    if (poolings == 0 && convolutions == 0) features.shortcut = true;
    features.depth = std::max(features.depth, static_cast<int>(convolutions));
}

Features features_of(const Cell& cell) {
    Features features;
    features.convolutions = sum_over(cell, convolution_of);
    count_path(features, cell, {3});        // 0 -> 3
    count_path(features, cell, {0, 4});     // 0 -> 1 -> 3
    count_path(features, cell, {1, 5});     // 0 -> 2 -> 3
    count_path(features, cell, {0, 2, 5});  // 0 -> 1 -> 2 -> 3
    return features;
}

/// Accuracy (%) of a connected cell, averaged over all seeds.
double mean_accuracy(const Features& f) {
    const double k = f.convolutions;
    double accuracy = 86.0 + 8.2 * k / (k + 0.8);
    accuracy += 0.5 * (f.paths - 1) / f.paths;
    accuracy -= 14.0 * f.pooled_paths / f.paths / (1.0 + 4.0 * k);
    if (k > 0 && f.shortcut) accuracy += 0.5;
    if (f.depth > 1 && !f.shortcut) accuracy -= 0.25 * (f.depth - 1);
    return accuracy;
}

/// Accuracy (%) that one training measures.
double accuracy_of(const Features& f, Random& random) {
    constexpr double chance = 10.0;  // ten classes
    if (f.paths == 0) return chance;
    return rounded(mean_accuracy(f) + (0.15 + 1.2 / (1.0 + 4.0 * f.convolutions)) * bell(random), 1000);
}

/// Accuracy (%) that the supernet estimates. Equal networks share its weights, hence the estimate.
double estimate_of(const Cell& pruned_cell, const Features& f) {
    constexpr double chance = 10.0;
    if (f.paths == 0) return chance;
    Random random(table_seed, Stream::synthetic_table, cell_count + static_cast<std::uint64_t>(index_of(pruned_cell)));
    return rounded(mean_accuracy(f) - 20.0 - 0.6 * f.convolutions + 2.1 * bell(random), 1000);
}

/// Energy (mJ) of one inference, with 3 % measuring scatter from end to end.
double energy_of_inference(const Cell& cell, const Features& f, Random& random) {
    double energy = 2.2;  // stem and classifier
    if (f.paths > 0) {
        const bool node_1 = cell[0] != Operation::none;
        const bool node_2 = cell[1] != Operation::none || cell[2] != Operation::none;
        energy += 3.6 + 3.0 * (static_cast<int>(node_1) + static_cast<int>(node_2)) + sum_over(cell, energy_of);
    }
    return rounded(energy * (1.0 + 0.03 * (random.uniform() - 0.5)), 10000);
}

}  // namespace

ArchitectureTable synthetic_table() {
    ArchitectureTable table;
    table.name = "synthetic";
    table.source = "made by the formulas of docs/synthetic-table.md; nothing in it was measured";
    table.synthetic = true;
    table.supernet_training_s = 10800;
    TableObjective accuracy{"accuracy", Direction::maximize, "%", {}, {}, {}};
    TableObjective energy{"energy", Direction::minimize, "mJ", {}, {}, {}};
    for (CellIndex i = 0; i < cell_count; ++i) {
        const Cell cell = cell_from_index(i);
        const Cell effective = pruned(cell);
        const Features features = features_of(effective);
        Random random(table_seed, Stream::synthetic_table, static_cast<std::uint64_t>(i));
        table.cells.push_back(i);
        energy.values.push_back(energy_of_inference(effective, features, random));
        accuracy.values.push_back(accuracy_of(features, random));
        accuracy.estimates.push_back(estimate_of(effective, features));
        table.evaluation_s.push_back(1080.0 + sum_over(cell, training_of));  // dead branches are trained too
    }
    energy.estimates = energy.values;
    table.sampling_s.assign(table.cells.size(), 10.0);
    table.objectives = {std::move(accuracy), std::move(energy)};
    return table;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/cell_inputs.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "space/cell_features.hpp"

namespace cenas {
namespace {

// Means of the priors of the kernel's weights: a description in a few numbers says most of what a network achieves, the
// list of its paths corrects it.
constexpr double described_weight = 1.5, paths_weight = 0.2;

bool is_convolution(Operation operation) {
    return operation == Operation::nor_conv_1x1 || operation == Operation::nor_conv_3x3;
}

double convolutions(const Path& path) {
    return static_cast<double>(std::count_if(path.begin(), path.end(), is_convolution));
}

double count(const Path& path, Operation operation) {
    return static_cast<double>(std::count(path.begin(), path.end(), operation));
}

std::vector<double> describe_network(const Cell& cell) {
    const auto paths = paths_of(cell);
    double deepest = 0, shallowest = paths.empty() ? 0 : edge_count;
    double all_convolutions = 0, all_poolings = 0, identities = 0, without_convolution = 0;
    for (const Path& path : paths) {
        deepest = std::max(deepest, convolutions(path));
        shallowest = std::min(shallowest, convolutions(path));
        all_convolutions += convolutions(path);
        all_poolings += count(path, Operation::avg_pool_3x3);
        identities += path.empty() ? 1 : 0;
        without_convolution += convolutions(path) > 0 ? 0 : 1;
    }
    const double number = std::max(1.0, static_cast<double>(paths.size()));
    return {std::log(nas_bench_201_flops(pruned(cell))),
            all_convolutions / number,
            deepest,
            shallowest,
            identities,
            without_convolution - identities,
            static_cast<double>(paths.size()) - without_convolution,
            all_poolings / number};
}

/// How often the network has each of the paths that there are.
std::vector<double> count_paths(const Cell& cell, const std::map<Path, std::size_t>& numbers) {
    std::vector<double> counts(numbers.size(), 0.0);
    for (const Path& path : paths_of(cell)) counts[numbers.at(path)] += 1;
    return counts;
}

std::map<Path, std::size_t> number_paths(const std::vector<Cell>& cells) {
    std::map<Path, std::size_t> numbers;
    for (const Cell& cell : cells)
        for (const Path& path : paths_of(cell)) numbers.try_emplace(path, numbers.size());
    return numbers;
}

std::vector<double> count_operations(const Cell& cell) {
    std::vector<double> counts(operation_count, 0.0);
    for (const Operation operation : cell) counts[static_cast<std::size_t>(operation)] += 1;
    return counts;
}

/// Points x features, from one row a cell.
template <class Describe>
Eigen::MatrixXd rows_of(const std::vector<Cell>& cells, const Describe& describe) {
    Eigen::MatrixXd matrix(static_cast<Eigen::Index>(cells.size()),
                           static_cast<Eigen::Index>(describe(cells[0]).size()));
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::vector<double> row = describe(cells[i]);
        for (std::size_t k = 0; k < row.size(); ++k)
            matrix(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = row[k];
    }
    return matrix;
}

/// Every feature with variance 1, but for those that are the same for all.
Eigen::MatrixXd standardized(Eigen::MatrixXd features) {
    const Eigen::RowVectorXd means = features.colwise().mean();
    features.rowwise() -= means;
    for (Eigen::Index k = 0; k < features.cols(); ++k) {
        const double variance = features.col(k).squaredNorm() / static_cast<double>(features.rows());
        if (variance > 0) features.col(k) /= std::sqrt(variance);
    }
    return features;
}

CellInputs make_network_inputs() {
    CellInputs inputs;
    inputs.point_of.assign(cell_count, -1);
    std::vector<Cell> networks;
    for (CellIndex i = 0; i < cell_count; ++i) {
        const Cell cell = cell_from_index(i);
        if (!connected(cell)) continue;
        auto& point = inputs.point_of[static_cast<std::size_t>(index_of(pruned(cell)))];
        if (point < 0) {
            point = static_cast<Eigen::Index>(networks.size());
            networks.push_back(pruned(cell));
        }
        inputs.point_of[static_cast<std::size_t>(i)] = point;
    }
    const auto numbers = number_paths(networks);
    inputs.features.add_group(standardized(rows_of(networks, describe_network)), described_weight);
    inputs.features.add_group(rows_of(networks, [&](const Cell& cell) { return count_paths(cell, numbers); }),
                              paths_weight);
    return inputs;
}

CellInputs make_cost_inputs() {
    CellInputs inputs;
    std::vector<Cell> cells;
    for (CellIndex i = 0; i < cell_count; ++i) {
        cells.push_back(cell_from_index(i));
        inputs.point_of.push_back(i);
    }
    inputs.features.add_group(standardized(rows_of(cells, count_operations)), described_weight);
    inputs.features.add_group(standardized(rows_of(cells, describe_network)), described_weight);
    return inputs;
}

}  // namespace

const CellInputs& network_inputs() {
    static const CellInputs inputs = make_network_inputs();
    return inputs;
}

const CellInputs& cost_inputs() {
    static const CellInputs inputs = make_cost_inputs();
    return inputs;
}

}  // namespace cenas

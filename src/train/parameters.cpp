// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/parameters.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/rng/philox.hpp"

namespace cenas {
namespace {

/// Uniform in +-1 / sqrt(fan_in); the draws are keyed by the first parameter's place.
void fill_uniform(std::vector<double>& values, std::int64_t begin, std::int64_t count, int fan_in, std::uint64_t seed) {
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
    Random random(seed, Stream::initial_weights, static_cast<std::uint64_t>(begin));
    for (std::int64_t i = begin; i < begin + count; ++i)
        values[static_cast<std::size_t>(i)] = bound * (2 * random.uniform() - 1);
}

void fill(std::vector<double>& values, const Graph& graph, std::uint64_t seed) {
    for (const Node& node : graph.nodes) {
        for (const Edge& edge : node.in) {
            const ConvolutionShape& shape = edge.shape;
            if (edge.weights >= 0)
                fill_uniform(values, edge.weights, shape.weights(), shape.kernel * shape.kernel * shape.in.channels,
                             seed);
            if (edge.gamma >= 0) std::fill_n(values.begin() + edge.gamma, node.plane.channels, 1.0);
        }
    }
    const int channels = graph.nodes.back().plane.channels;
    fill_uniform(values, graph.linear, std::int64_t{graph.classes} * (channels + 1), channels, seed);
}

}  // namespace

std::vector<ParameterRange> used_parameters(const Graph& graph) {
    const int channels = graph.nodes.back().plane.channels;
    std::vector<ParameterRange> ranges{{graph.linear, std::int64_t{graph.classes} * (channels + 1)}};
    const std::vector<bool> needed = needed_nodes(graph);
    for (std::size_t j = 0; j < graph.nodes.size(); ++j) {
        if (!needed[j]) continue;
        for (const Edge& edge : graph.nodes[j].in) {
            if (edge.weights >= 0) ranges.push_back({edge.weights, edge.shape.weights()});
            if (edge.gamma >= 0) ranges.push_back({edge.gamma, 2 * std::int64_t{graph.nodes[j].plane.channels}});
        }
    }
    std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
    std::vector<ParameterRange> merged;
    for (const ParameterRange& range : ranges) {
        if (!merged.empty() && merged.back().begin + merged.back().count == range.begin)
            merged.back().count += range.count;
        else
            merged.push_back(range);
    }
    return merged;
}

std::vector<double> initial_parameters(const std::vector<Graph>& all, std::uint64_t seed) {
    std::vector<double> values(static_cast<std::size_t>(all.front().parameters), 0.0);
    for (const Graph& graph : all) fill(values, graph, seed);
    return values;
}

}  // namespace cenas

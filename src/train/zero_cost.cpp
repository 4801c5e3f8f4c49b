// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/zero_cost.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "train/network.hpp"
#include "train/parameters.hpp"
#include "train/skeleton.hpp"

namespace cenas {
namespace {

constexpr std::int64_t nwot_images = 128;  // as in the code of Mellor et al.

std::size_t count_of(std::int64_t n) { return static_cast<std::size_t>(n); }

// --- synflow -----------------------------------------------------------------------------------------------------

double dot(const std::vector<double>& a, const std::vector<double>& b, std::int64_t begin, std::int64_t count) {
    double sum = 0;
    for (std::size_t i = count_of(begin); i < count_of(begin + count); ++i) sum += a[i] * b[i];
    return sum;
}

/// Sum of w dR/dw, neither of which is negative here.
double weights_times_gradient(const Graph& graph, const std::vector<double>& weights,
                              const std::vector<double>& gradient) {
    double sum = dot(weights, gradient, graph.linear, std::int64_t{graph.classes} * graph.nodes.back().plane.channels);
    for (const Node& node : graph.nodes)
        for (const Edge& edge : node.in)
            if (edge.weights >= 0) sum += dot(weights, gradient, edge.weights, edge.shape.weights());
    return sum;
}

double synflow_log10(NetworkDevice<double>& device, const Graph& graph, std::vector<double> weights) {
    for (double& w : weights) w = std::abs(w);
    std::vector<double> gradient(weights.size(), 0.0);
    NetworkResources<double> resources(device);
    Network<double> network(resources, graph, 1, Network<double>::Use::training);
    const Plane& image = graph.nodes.front().plane;
    std::fill_n(network.images(), image.pixels() * image.channels, 1.0);  // labels stay 0: the loss is not used
    const ParameterPointers<double> parameters{weights.data(), gradient.data(), nullptr};
    network.forward({1, 1}, parameters, true);
    std::fill_n(network.logits(), graph.classes, 1.0);  // gradient of their sum
    network.backward({1, 1}, parameters);
    const double sum = weights_times_gradient(graph, weights, gradient);
    return std::log10(std::max(sum, std::numeric_limits<double>::min()));  // NaN stays NaN
}

// --- nwot --------------------------------------------------------------------------------------------------------

/// How often the ReLU of each node is counted.
std::vector<int> relu_uses(const Graph& graph) {
    const std::vector<bool> needed = needed_nodes(graph);
    std::vector<int> uses(graph.nodes.size(), 0);
    for (std::size_t j = 0; j < graph.nodes.size(); ++j)
        if (needed[j])
            for (const Edge& edge : graph.nodes[j].in)
                if (edge.relu) ++uses[count_of(edge.from)];
    ++uses.back();
    return uses;
}

/// Which ReLUs of a node are active, a bit each: [image][word], the last word filled up with 0.
struct Codes {
    std::int64_t units, words;
    std::vector<std::uint64_t> bits;
};

Codes codes_of(const double* relu, int images, std::int64_t units) {
    Codes codes{units, (units + 63) / 64, {}};
    codes.bits.assign(count_of(images * codes.words), 0);
    for (int n = 0; n < images; ++n, relu += units) {
        std::uint64_t* code = codes.bits.data() + n * codes.words;
        for (std::int64_t i = 0; i < units; ++i) code[i / 64] |= std::uint64_t{relu[i] > 0} << (i % 64);
    }
    return codes;
}

std::int64_t agreements(const Codes& codes, std::int64_t a, std::int64_t b) {
    const std::uint64_t *x = codes.bits.data() + a * codes.words, *y = codes.bits.data() + b * codes.words;
    std::int64_t different = 0;
    for (std::int64_t i = 0; i < codes.words; ++i) different += std::popcount(x[i] ^ y[i]);
    return codes.units - different;
}

/// The lower triangle of K += times * agreements.
void add_agreements(const Codes& codes, int times, Eigen::MatrixXd& k) {
    for (Eigen::Index b = 0; b < k.cols(); ++b)
        for (Eigen::Index a = b; a < k.rows(); ++a) k(a, b) += static_cast<double>(times * agreements(codes, a, b));
}

/// K is positive semi-definite: with a code's bits as +1 and -1, it is half of S S^T plus half of a constant. Entries
/// are exact, and rounding leaves less than n epsilon K[a][a] of a pivot that should be 0; a hundred times that is
/// still far below the pivots of codes that differ in a single unit.
double log_determinant(const Eigen::MatrixXd& k) {
    const Eigen::VectorXd pivots = k.ldlt().vectorD();
    const double rounding =
        static_cast<double>(k.rows()) * std::numeric_limits<double>::epsilon() * k.diagonal().maxCoeff();
    if (pivots.minCoeff() <= 100 * rounding) return 0;
    return pivots.array().log().sum();
}

double nwot(NetworkDevice<double>& device, const Graph& graph, std::vector<double> weights,
            const std::vector<float>& images, int n) {
    NetworkResources<double> resources(device);
    Network<double> network(resources, graph, n, Network<double>::Use::training);
    std::copy(images.begin(), images.end(), network.images());
    network.forward({n, n}, {weights.data(), nullptr, nullptr}, true);
    const std::vector<int> uses = relu_uses(graph);
    Eigen::MatrixXd k = Eigen::MatrixXd::Zero(n, n);
    for (std::size_t j = 0; j < graph.nodes.size(); ++j) {
        if (uses[j] == 0) continue;
        const Plane& plane = graph.nodes[j].plane;
        add_agreements(codes_of(network.relu(static_cast<int>(j)), n, plane.pixels() * plane.channels), uses[j], k);
    }
    return log_determinant(k);
}

}  // namespace

ZeroCostScores zero_cost_scores(const TrainingData& data, const SkeletonOptions& skeleton, const Cell& cell,
                                std::uint64_t seed) {
    const ImageSet& set = data.images.train;
    const Graph graph = standalone_graph(skeleton, set, cell);
    const std::vector<double> weights = initial_parameters({graph}, seed);
    const std::int64_t n = std::min(nwot_images, std::ssize(data.split.train));
    std::vector<float> images(count_of(n * set.values_per_image()));
    make_batch(set, std::span(data.split.train).first(count_of(n)), data.normalization, images);
    // Plain loops in double: the same bits on every machine, and a score hangs on the signs of numbers near 0.
    const auto device = cpu_device<double>(1, false);
    return {synflow_log10(*device, without_norm(graph), weights),
            nwot(*device, graph, weights, images, static_cast<int>(n))};
}

}  // namespace cenas

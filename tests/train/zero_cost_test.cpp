// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/zero_cost.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "kernels/rng/philox.hpp"
#include "train/network.hpp"
#include "train/parameters.hpp"
#include "train/skeleton.hpp"

namespace cenas {
namespace {

// Every operation; edges that lead nowhere and that come from nowhere.
const std::vector<std::string> connected = {
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|",
    "|nor_conv_1x1~0|+|avg_pool_3x3~0|skip_connect~1|+|nor_conv_3x3~0|avg_pool_3x3~1|skip_connect~2|",
    "|skip_connect~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|none~0|none~1|avg_pool_3x3~2|",
    "|none~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|none~0|nor_conv_3x3~1|nor_conv_1x1~2|",
    "|nor_conv_3x3~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|skip_connect~0|none~1|none~2|",
};
const std::vector<std::string> disconnected = {
    "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|",
    "|nor_conv_3x3~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|none~0|none~1|none~2|",
    "|none~0|+|none~0|nor_conv_3x3~1|+|none~0|nor_conv_1x1~1|skip_connect~2|",
};

constexpr std::uint64_t seed = 11;

SkeletonOptions skeleton(const std::string& name) {
    SkeletonOptions options;
    options.name = name;
    options.channels = 3;
    options.cells = 1;
    return options;
}

/// Random images of 5x6 and three classes; every second one is trained on.
TrainingData random_data(int images, int channels = 2) {
    TrainingData data;
    ImageSet& set = data.images.train;
    set.height = 5;
    set.width = 6;
    set.channels = channels;
    set.classes = 3;
    set.labels.assign(2 * static_cast<std::size_t>(images), 2);
    Random random(3, Stream::tests, 2);
    for (std::int64_t i = 0; i < set.size() * set.values_per_image(); ++i)
        set.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    for (int i = 0; i < images; ++i) data.split.train.push_back(2 * i);
    for (int c = 0; c < channels; ++c) {
        data.normalization.mean.push_back(0.4f + 0.1f * static_cast<float>(c));
        data.normalization.std.push_back(0.3f - 0.1f * static_cast<float>(c));
    }
    return data;
}

Graph graph_of(const TrainingData& data, const std::string& name, const std::string& cell) {
    const ImageSet& set = data.images.train;
    return standalone_graph(skeleton(name), {set.height, set.width, set.channels}, set.classes, parse_cell(cell));
}

ZeroCostScores scores(const TrainingData& data, const std::string& name, const std::string& cell) {
    return zero_cost_scores(data, skeleton(name), parse_cell(cell), seed);
}

/// f(skeleton, cell) for both skeletons.
template <class F>
void for_all(const std::vector<std::string>& cells, const F& f) {
    for (const std::string name : {"nas-bench-201", "light"})
        for (const std::string& cell : cells) {
            SCOPED_TRACE(name);
            SCOPED_TRACE(cell);
            f(name, cell);
        }
}

// --- a network as one would write it down ------------------------------------------------------------------------

/// What flows through a network of positive weights, as a sum over paths: of each path's product of weights, and of
/// that times the number of weights on the path.
struct Flow {
    double product = 0, counted = 0;
    Flow& operator+=(Flow f) {
        product += f.product;
        counted += f.counted;
        return *this;
    }
};
Flow through(double weight, Flow x) { return {weight * x.product, weight * (x.counted + x.product)}; }
Flow scaled(double share, Flow x) { return {share * x.product, share * x.counted}; }
Flow relu(Flow x) { return x; }

double through(double weight, double x) { return weight * x; }
double scaled(double share, double x) { return share * x; }
double relu(double x) { return std::max(x, 0.0); }

/// Activations of a batch: [image][row][column][channel].
template <class N>
struct Activations {
    Plane plane;
    int images;
    std::vector<N> values;

    Activations(Plane shape, int n) : plane(shape), images(n), values(static_cast<std::size_t>(n * size())) {}
    std::int64_t size() const { return plane.pixels() * plane.channels; }
    bool inside(int y, int x) const { return y >= 0 && y < plane.height && x >= 0 && x < plane.width; }
    std::size_t place(int n, int y, int x, int c) const {
        const std::int64_t pixel = (std::int64_t{n} * plane.height + y) * plane.width + x;
        return static_cast<std::size_t>(pixel * plane.channels + c);
    }
    N& at(int n, int y, int x, int c) { return values[place(n, y, x, c)]; }
    N at(int n, int y, int x, int c) const { return values[place(n, y, x, c)]; }

    template <class F>
    void for_each(const F& f) {
        for (int n = 0; n < images; ++n)
            for (int y = 0; y < plane.height; ++y)
                for (int x = 0; x < plane.width; ++x)
                    for (int c = 0; c < plane.channels; ++c) f(at(n, y, x, c), n, y, x, c);
    }
};

template <class N>
N convolved(const Activations<N>& in, const ConvolutionShape& s, const double* weights, int n, int row, int column,
            int out_channel) {
    N sum{};
    for (int dy = 0; dy < s.kernel; ++dy)
        for (int dx = 0; dx < s.kernel; ++dx) {
            const int y = row * s.stride + dy - s.kernel / 2, x = column * s.stride + dx - s.kernel / 2;
            if (!in.inside(y, x)) continue;
            for (int c = 0; c < in.plane.channels; ++c)
                sum += through(weights[((out_channel * s.kernel + dy) * s.kernel + dx) * in.plane.channels + c],
                               in.at(n, y, x, c));
        }
    return sum;
}

/// Mean of what is there of the window [y, y + size) x [x, x + size).
template <class N>
N averaged(const Activations<N>& in, int n, int top, int left, int size, int c) {
    N sum{};
    int there = 0;
    for (int y = top; y < top + size; ++y)
        for (int x = left; x < left + size; ++x)
            if (in.inside(y, x)) {
                sum += in.at(n, y, x, c);
                ++there;
            }
    return scaled(1.0 / there, sum);
}

/// gamma = 1, beta = 0.
void normalize(Activations<double>& a) {
    const double pixels = static_cast<double>(a.images * a.plane.pixels());
    std::vector<double> mean(static_cast<std::size_t>(a.plane.channels)), variance(mean.size());
    a.for_each([&](double v, int, int, int, int c) { mean[static_cast<std::size_t>(c)] += v / pixels; });
    a.for_each([&](double v, int, int, int, int c) {
        const double d = v - mean[static_cast<std::size_t>(c)];
        variance[static_cast<std::size_t>(c)] += d * d / pixels;
    });
    a.for_each([&](double& v, int, int, int, int c) {
        v = (v - mean[static_cast<std::size_t>(c)]) / std::sqrt(variance[static_cast<std::size_t>(c)] + 1e-5);
    });
}
void normalize(Activations<Flow>&) {}  // synflow has none

template <class N>
Activations<N> along(const Edge& edge, const Activations<N>& from, const Plane& to,
                     const std::vector<double>& weights) {
    Activations<N> seen = from, out(to, from.images);
    if (edge.relu) seen.for_each([](N& v, int, int, int, int) { v = relu(v); });
    out.for_each([&](N& v, int n, int y, int x, int c) {
        switch (edge.kind) {
            case Edge::Kind::convolution:
                v = convolved(seen, edge.shape, weights.data() + edge.weights, n, y, x, c);
                break;
            case Edge::Kind::average3:
                v = averaged(seen, n, y - 1, x - 1, 3, c);
                break;
            case Edge::Kind::average2:
                v = averaged(seen, n, 2 * y, 2 * x, 2, c);
                break;
            case Edge::Kind::identity:
            case Edge::Kind::norm:
                v = seen.at(n, y, x, c);
        }
    });
    if (edge.normalized) normalize(out);
    return out;
}

/// Sums of all nodes.
template <class N>
std::vector<Activations<N>> forward(const Graph& graph, const std::vector<double>& weights, Activations<N> images) {
    std::vector<Activations<N>> nodes{std::move(images)};
    for (std::size_t j = 1; j < graph.nodes.size(); ++j) {
        const Node& node = graph.nodes[j];
        Activations<N> sum(node.plane, nodes[0].images);
        for (const Edge& edge : node.in) {
            const Activations<N> term = along(edge, nodes[static_cast<std::size_t>(edge.from)], node.plane, weights);
            for (std::size_t i = 0; i < term.values.size(); ++i) sum.values[i] += term.values[i];
        }
        nodes.push_back(std::move(sum));
    }
    return nodes;
}

/// Sum of the logits, without the biases, of one image.
template <class N>
N linear(const Graph& graph, const std::vector<double>& weights, const Activations<N>& last) {
    N sum{};
    for (int k = 0; k < graph.classes; ++k)
        for (int c = 0; c < last.plane.channels; ++c) {
            N feature{};
            for (int y = 0; y < last.plane.height; ++y)
                for (int x = 0; x < last.plane.width; ++x) feature += relu(last.at(0, y, x, c));
            sum += through(weights[static_cast<std::size_t>(graph.linear + k * last.plane.channels + c)],
                           scaled(1.0 / static_cast<double>(last.plane.pixels()), feature));
        }
    return sum;
}

// --- synflow -----------------------------------------------------------------------------------------------------

std::vector<double> positive_parameters(const Graph& graph) {
    std::vector<double> weights = initial_parameters({graph}, seed);
    for (double& w : weights) w = std::abs(w);
    return weights;
}

Flow flow_of(const Graph& graph, const std::vector<double>& weights) {
    Activations<Flow> ones(graph.nodes[0].plane, 1);
    std::fill(ones.values.begin(), ones.values.end(), Flow{1, 0});
    return linear(graph, weights, forward(graph, weights, ones).back());
}

}  // namespace

/// Every weight on a path adds the path's product once: sum over paths of product times number of weights.
TEST(Synflow, IsTheSumOverAllPaths) {
    const TrainingData data = random_data(4);
    for_all(connected, [&](const std::string& name, const std::string& cell) {
        const Graph graph = graph_of(data, name, cell);
        const Flow flow = flow_of(graph, positive_parameters(graph));
        EXPECT_NEAR(scores(data, name, cell).synflow_log10, std::log10(flow.counted), 1e-12);
    });
}

/// sum of w dR/dw is the derivative of R where all weights grow alike, by t, of which R is a polynomial.
TEST(Synflow, IsTheDerivativeByACommonFactor) {
    const TrainingData data = random_data(4);
    for_all(connected, [&](const std::string& name, const std::string& cell) {
        const Graph graph = graph_of(data, name, cell);
        const auto output = [&](double factor) {
            std::vector<double> weights = positive_parameters(graph);
            for (double& w : weights) w *= factor;
            return flow_of(graph, weights).product;
        };
        const double h = 1e-5;  // errors of h^2 times the cube of about ten weights on a path
        const double expected = (output(1 + h) - output(1 - h)) / (2 * h);
        EXPECT_NEAR(scores(data, name, cell).synflow_log10, std::log10(expected), 1e-7);
    });
}

/// Tanaka et al., theorem 2: what flows is conserved, so the layers through which all paths go, the stem and the linear
/// layer, have the same sum of w dR/dw, which is R without its biases.
TEST(Synflow, IsConservedBetweenStemAndLinearLayer) {
    const TrainingData data = random_data(4);
    for_all(connected, [&](const std::string& name, const std::string& cell) {
        const Graph graph = without_norm(graph_of(data, name, cell));
        std::vector<double> weights = positive_parameters(graph), gradient(weights.size());
        const auto device = cpu_device<double>(1, false);
        NetworkResources<double> resources(*device);
        Network<double> network(resources, graph, 1, Network<double>::Use::training);
        std::fill_n(network.images(), graph.nodes[0].plane.pixels() * graph.nodes[0].plane.channels, 1.0);
        network.forward({1, 1}, {weights.data(), gradient.data(), nullptr}, true);
        std::fill_n(network.logits(), graph.classes, 1.0);
        network.backward({1, 1}, {weights.data(), gradient.data(), nullptr});
        const auto layer = [&](std::int64_t begin, std::int64_t count) {
            return std::inner_product(weights.begin() + begin, weights.begin() + begin + count,
                                      gradient.begin() + begin, 0.0);
        };
        const double output = flow_of(graph, weights).product;
        const Edge& stem = graph.nodes[1].in[0];
        EXPECT_NEAR(layer(stem.weights, stem.shape.weights()) / output, 1, 1e-12);
        EXPECT_NEAR(layer(graph.linear, std::int64_t{graph.classes} * graph.nodes.back().plane.channels) / output, 1,
                    1e-12);
    });
}

TEST(Synflow, GraphWithoutNormKeepsEdgesAndPlacesOfWeights) {
    const TrainingData data = random_data(4);
    const Graph before = graph_of(data, "nas-bench-201", connected[1]), after = without_norm(before);
    EXPECT_EQ(after.running, 0);
    EXPECT_EQ(after.parameters, before.parameters);
    EXPECT_EQ(after.linear, before.linear);
    ASSERT_EQ(after.nodes.size(), before.nodes.size());
    for (std::size_t j = 0; j < before.nodes.size(); ++j) {
        ASSERT_EQ(after.nodes[j].in.size(), before.nodes[j].in.size());
        for (std::size_t e = 0; e < before.nodes[j].in.size(); ++e) {
            const Edge &was = before.nodes[j].in[e], &is = after.nodes[j].in[e];
            EXPECT_FALSE(is.normalized);
            EXPECT_EQ(is.gamma, -1);
            EXPECT_EQ(is.running, -1);
            EXPECT_EQ(is.weights, was.weights);
            EXPECT_EQ(is.from, was.from);
            EXPECT_EQ(is.kind, was.kind == Edge::Kind::norm ? Edge::Kind::identity : was.kind);
        }
    }
}

TEST(Synflow, DoesNotDependOnTheImages) {
    TrainingData data = random_data(4);
    const double before = scores(data, "light", connected[0]).synflow_log10;
    for (std::uint8_t& pixel : data.images.train.pixels) pixel = static_cast<std::uint8_t>(255 - pixel);
    EXPECT_EQ(scores(data, "light", connected[0]).synflow_log10, before);
}

// --- nwot --------------------------------------------------------------------------------------------------------

namespace {

using Matrix = std::vector<std::vector<double>>;

bool leads_to_end(const Graph& graph, std::size_t node) {
    if (node + 1 == graph.nodes.size()) return true;
    for (std::size_t j = node + 1; j < graph.nodes.size(); ++j)
        for (const Edge& edge : graph.nodes[j].in)
            if (static_cast<std::size_t>(edge.from) == node && leads_to_end(graph, j)) return true;
    return false;
}

/// One ReLU of the published network.
void add_agreements(const Activations<double>& a, Matrix& k) {
    const auto units = static_cast<std::size_t>(a.size());
    for (std::size_t i = 0; i < k.size(); ++i)
        for (std::size_t j = 0; j < k.size(); ++j)
            for (std::size_t u = 0; u < units; ++u)
                k[i][j] += (a.values[i * units + u] > 0) == (a.values[j * units + u] > 0) ? 1 : 0;
}

Matrix kernel(const TrainingData& data, const Graph& graph) {
    const std::vector<std::int32_t>& chosen = data.split.train;
    Activations<double> images(graph.nodes[0].plane, static_cast<int>(chosen.size()));
    const std::int64_t size = images.size();
    for (std::size_t i = 0; i < images.values.size(); ++i) {
        const std::size_t c = i % 2, image = i / static_cast<std::size_t>(size);
        const std::size_t at = static_cast<std::size_t>(chosen[image] * size) + i % static_cast<std::size_t>(size);
        images.values[i] = (data.images.train.pixels[at] / 255.0 - double{data.normalization.mean[c]}) /
                           double{data.normalization.std[c]};
    }
    const auto nodes = forward(graph, initial_parameters({graph}, seed), images);
    Matrix k(chosen.size(), std::vector<double>(chosen.size(), 0));
    for (std::size_t j = 0; j < graph.nodes.size(); ++j)
        for (const Edge& edge : graph.nodes[j].in)
            if (edge.relu && leads_to_end(graph, j)) add_agreements(nodes[static_cast<std::size_t>(edge.from)], k);
    add_agreements(nodes.back(), k);
    return k;
}

/// Gaussian elimination.
double log_determinant(Matrix k) {
    double sum = 0;
    for (std::size_t i = 0; i < k.size(); ++i) {
        for (std::size_t r = i + 1; r < k.size(); ++r)
            if (std::abs(k[r][i]) > std::abs(k[i][i])) std::swap(k[r], k[i]);
        sum += std::log(std::abs(k[i][i]));
        for (std::size_t r = i + 1; r < k.size(); ++r) {
            const double factor = k[r][i] / k[i][i];
            for (std::size_t c = i; c < k.size(); ++c) k[r][c] -= factor * k[i][c];
        }
    }
    return sum;
}

void copy_image(ImageSet& set, std::int32_t from, std::int32_t to) {
    const std::int64_t size = set.values_per_image();
    std::copy_n(set.pixels.begin() + from * size, size, set.pixels.begin() + to * size);
}

}  // namespace

TEST(Nwot, IsTheDeterminantOfAgreements) {
    const TrainingData data = random_data(12);
    for_all(connected, [&](const std::string& name, const std::string& cell) {
        const double expected = log_determinant(kernel(data, graph_of(data, name, cell)));
        EXPECT_NEAR(scores(data, name, cell).nwot, expected, 1e-9);
    });
}

TEST(Nwot, TakesTheFirst128Images) {
    TrainingData data = random_data(131);
    const double of_more = scores(data, "light", connected[0]).nwot;
    data.split.train.resize(128);
    EXPECT_EQ(scores(data, "light", connected[0]).nwot, of_more);
    EXPECT_NEAR(of_more, log_determinant(kernel(data, graph_of(data, "light", connected[0]))), 1e-8);
    data.split.train.resize(127);
    EXPECT_NE(scores(data, "light", connected[0]).nwot, of_more);
}

TEST(Nwot, DoesNotDependOnTheOrderOfTheImages) {
    TrainingData data = random_data(100), other = data;
    std::reverse(other.split.train.begin(), other.split.train.end());
    std::swap(other.split.train[3], other.split.train[70]);
    for_all({connected[1]}, [&](const std::string& name, const std::string& cell) {
        EXPECT_NEAR(scores(other, name, cell).nwot, scores(data, name, cell).nwot, 1e-8);
    });
}

TEST(Nwot, OfImagesThatAreAlikeIsZero) {
    TrainingData data = random_data(100);
    ASSERT_GT(scores(data, "light", connected[1]).nwot, 0);
    copy_image(data.images.train, data.split.train[7], data.split.train[93]);
    for_all(connected,
            [&](const std::string& name, const std::string& cell) { EXPECT_EQ(scores(data, name, cell).nwot, 0); });
}

/// With a 1x1 stem on one channel and no convolution in the cell, a unit's sign is that of one of the four pixels of
/// the last plane, or the opposite: K has a rank of 5 at most, whatever rounding leaves of the sixth pivot.
TEST(Nwot, OfSixImagesWithFiveIndependentCodesIsZero) {
    const std::string cell = "|avg_pool_3x3~0|+|none~0|skip_connect~1|+|skip_connect~0|none~1|avg_pool_3x3~2|";
    TrainingData data = random_data(6, 1);
    for (int i = 0; i < 50; ++i) {
        std::rotate(data.images.train.pixels.begin(), data.images.train.pixels.begin() + 7,
                    data.images.train.pixels.end());
        EXPECT_EQ(scores(data, "light", cell).nwot, 0) << i;
    }
}

/// One pixel makes another image: where its codes differ at all, K is regular.
TEST(Nwot, OfImagesThatAreAlmostAlikeIsNot) {
    TrainingData data = random_data(100);
    copy_image(data.images.train, data.split.train[7], data.split.train[93]);
    const auto pixel = static_cast<std::size_t>(data.split.train[93] * data.images.train.values_per_image());
    data.images.train.pixels[pixel] = static_cast<std::uint8_t>(data.images.train.pixels[pixel] ^ 128);
    const double score = scores(data, "nas-bench-201", connected[0]).nwot;
    EXPECT_NEAR(score, log_determinant(kernel(data, graph_of(data, "nas-bench-201", connected[0]))), 1e-8);
    EXPECT_GT(score, 0);
}

// --- both --------------------------------------------------------------------------------------------------------

TEST(ZeroCost, DisconnectedCellsHaveTheLowestScores) {
    const TrainingData data = random_data(10);
    for_all(disconnected, [&](const std::string& name, const std::string& cell) {
        const ZeroCostScores s = scores(data, name, cell);
        EXPECT_NEAR(s.synflow_log10, -307.6526555685888, 1e-10);
        EXPECT_EQ(s.nwot, 0);
    });
}

TEST(ZeroCost, DependsOnTheSeedAndNotOnThreads) {
    const TrainingData data = random_data(40);
    const int threads = omp_get_max_threads();
    omp_set_num_threads(1);
    const ZeroCostScores one = scores(data, "nas-bench-201", connected[0]);
    omp_set_num_threads(3);
    const ZeroCostScores three = scores(data, "nas-bench-201", connected[0]);
    omp_set_num_threads(threads);
    EXPECT_EQ(one.synflow_log10, three.synflow_log10);
    EXPECT_EQ(one.nwot, three.nwot);
    const ZeroCostScores other = zero_cost_scores(data, skeleton("nas-bench-201"), parse_cell(connected[0]), seed + 1);
    EXPECT_NE(other.synflow_log10, one.synflow_log10);
    EXPECT_NE(other.nwot, one.nwot);
}

TEST(ZeroCost, RefusesWhatNoNetworkCanBeMadeOf) {
    TrainingData data = random_data(4);
    EXPECT_THROW(scores(data, "dark", connected[0]), UsageError);
    data.images.train.height = 3;
    EXPECT_THROW(scores(data, "light", connected[0]), UsageError);
}

}  // namespace cenas

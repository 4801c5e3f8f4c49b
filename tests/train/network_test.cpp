// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "kernels/rng/philox.hpp"
#include "train/skeleton.hpp"

using namespace cenas;

namespace {

// All operations, some of them twice; a disconnected cell; an empty one; dead edges; nodes without input.
const std::vector<std::string> cells = {
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|",
    "|nor_conv_1x1~0|+|avg_pool_3x3~0|skip_connect~1|+|nor_conv_3x3~0|avg_pool_3x3~1|skip_connect~2|",
    "|skip_connect~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|none~0|none~1|avg_pool_3x3~2|",
    "|none~0|+|none~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_1x1~1|nor_conv_3x3~2|",
    "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|",
    "|nor_conv_3x3~0|+|nor_conv_1x1~0|nor_conv_3x3~1|+|none~0|none~1|none~2|",
};

/// A network with its parameters and a batch of random images on the CPU.
template <class T>
struct Fixture {
    using P = Parameter<T>;
    std::unique_ptr<NetworkDevice<T>> device;
    NetworkResources<T> resources;
    Graph graph;
    Network<T> network;
    std::vector<P> weights, gradient, running;
    int batch;

    Fixture(Graph what, int images, int threads = 1, bool onednn = false)
        : device(cpu_device<T>(threads, onednn)),
          resources(*device),
          graph(std::move(what)),
          network(resources, graph, images, Network<T>::Use::training),
          weights(static_cast<std::size_t>(graph.parameters)),
          gradient(weights.size()),
          running(static_cast<std::size_t>(graph.running), P(1)),
          batch(images) {
        Random random(7, Stream::tests, 1);
        // Around 0 for convolutions, around 1 for gamma: nothing vanishes.
        for (P& w : weights) w = static_cast<P>(random.uniform() - 0.5);
        for (const Node& node : graph.nodes)
            for (const Edge& edge : node.in)
                if (edge.gamma >= 0)
                    for (int c = 0; c < node.plane.channels; ++c)
                        weights[static_cast<std::size_t>(edge.gamma + c)] += P(1);
        const Plane& plane = graph.nodes[0].plane;
        for (std::int64_t i = 0; i < batch * plane.pixels() * plane.channels; ++i)
            network.images()[i] = narrow<T>(static_cast<P>(2 * random.uniform() - 1));
        for (int i = 0; i < batch; ++i)
            network.labels()[i] = static_cast<std::uint8_t>(random.below(static_cast<std::uint32_t>(graph.classes)));
    }

    ParameterPointers<P> pointers() { return {weights.data(), gradient.data(), running.data()}; }

    double loss() {
        network.set_tally({});
        network.forward({batch, batch}, pointers(), true);
        return network.tally().loss / batch;
    }
};

SkeletonOptions skeleton(const std::string& name, int channels = 2) {
    SkeletonOptions options;
    options.name = name;
    options.channels = channels;
    options.cells = 1;
    return options;
}

}  // namespace

/// Every parameter's gradient against central differences in double precision. Differences are exact to about h^2;
/// where a ReLU lies within h of its corner they are not, so a few parameters in a thousand may differ.
TEST(Network, GradientsAreThoseOfFiniteDifferences) {
    for (const std::string name : {"nas-bench-201", "light"}) {
        for (const std::string& cell : cells) {
            SCOPED_TRACE(name + " " + cell);
            Fixture<double> f(standalone_graph(skeleton(name), {5, 7, 2}, 3, parse_cell(cell)), 4);
            f.loss();
            f.network.backward({f.batch, f.batch}, f.pointers());
            const std::vector<double> gradient = f.gradient;
            const double h = 1e-5;
            std::size_t wrong = 0;
            for (std::size_t i = 0; i < f.weights.size(); ++i) {
                const double before = f.weights[i];
                f.weights[i] = before + h;
                const double above = f.loss();
                f.weights[i] = before - h;
                const double below = f.loss();
                f.weights[i] = before;
                const double expected = (above - below) / (2 * h);
                if (std::abs(gradient[i] - expected) > 1e-6 + 1e-5 * std::abs(expected)) ++wrong;
            }
            EXPECT_LE(wrong, f.weights.size() / 250) << "of " << f.weights.size();
        }
    }
}

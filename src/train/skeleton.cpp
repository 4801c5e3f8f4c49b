// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/skeleton.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "base/error.hpp"

namespace cenas {
namespace {

constexpr int stages = 3;

/// Source and target node of each edge, in string order.
constexpr std::array<std::pair<int, int>, edge_count> edge_ends{{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}}};

Plane halved(const Plane& plane) { return {(plane.height + 1) / 2, (plane.width + 1) / 2, plane.channels}; }

class Builder {
  public:
    Builder(const SkeletonOptions& options, Plane images, int classes, bool supernet)
        : options_(options), supernet_(supernet) {
        if (options.name != "nas-bench-201" && options.name != "light")
            throw UsageError(
                fmt::format("skeleton.name: '{}' is unknown (allowed: nas-bench-201, light)", options.name));
        if (images.height < 4 || images.width < 4)
            throw UsageError(
                fmt::format("images of {}x{} are too small for a network with two reductions (allowed: 4x4 "
                            "and larger)",
                            images.height, images.width));
        graph_.classes = classes;
        node(images);
    }

    Graph build(std::span<const Cell> cells) {
        const bool light = options_.name == "light";
        int last = stem(light ? 1 : 3);
        int place = 0;
        for (int stage = 0; stage < stages; ++stage) {
            if (stage > 0) last = light ? light_reduction(last) : residual_block(last);
            for (int i = 0; i < options_.cells; ++i, ++place)
                last = cell(last, cells[cells.size() == 1 ? 0 : static_cast<std::size_t>(place)]);
        }
        head(last);
        return std::move(graph_);
    }

  private:
    const Plane& plane(int at) const { return graph_.nodes[static_cast<std::size_t>(at)].plane; }

    int node(const Plane& plane) {
        graph_.nodes.push_back({plane, {}});
        return static_cast<int>(graph_.nodes.size()) - 1;
    }

    std::int64_t take(std::int64_t count) { return std::exchange(graph_.parameters, graph_.parameters + count); }

    void add(int to, Edge edge) { graph_.nodes[static_cast<std::size_t>(to)].in.push_back(edge); }

    Edge convolution(int from, int out, int kernel, int stride, bool relu) {
        Edge edge;
        edge.kind = Edge::Kind::convolution;
        edge.from = from;
        edge.shape = {plane(from), out, kernel, stride};
        edge.relu = relu;
        edge.weights = take(edge.shape.weights());
        return edge;
    }

    Edge normalized(Edge edge, int channels, bool affine) {
        edge.normalized = true;
        if (affine) edge.gamma = take(2 * std::int64_t{channels});
        if (!supernet_) edge.running = std::exchange(graph_.running, graph_.running + 2 * std::int64_t{channels});
        return edge;
    }

    int stem(int kernel) {
        const int out = node({plane(0).height, plane(0).width, options_.channels});
        add(out, normalized(convolution(0, options_.channels, kernel, 1, false), options_.channels, true));
        return out;
    }

    int residual_block(int from) {
        const int channels = 2 * plane(from).channels;
        const Plane small = halved(plane(from));
        const int middle = node({small.height, small.width, channels});
        add(middle, normalized(convolution(from, channels, 3, 2, true), channels, true));
        const int pooled = node(small);
        add(pooled, {.kind = Edge::Kind::average2, .from = from});
        const int out = node(plane(middle));
        add(out, normalized(convolution(middle, channels, 3, 1, true), channels, true));
        add(out, convolution(pooled, channels, 1, 1, false));
        return out;
    }

    int light_reduction(int from) {
        const int pooled = node(halved(plane(from)));
        add(pooled, {.kind = Edge::Kind::average2, .from = from});
        const int out = node({plane(pooled).height, plane(pooled).width, 2 * plane(from).channels});
        add(out, convolution(pooled, plane(out).channels, 1, 1, false));
        return out;
    }

    int cell(int input, const Cell& cell) {
        const Plane same = plane(input);
        const std::array<int, 4> nodes{input, node(same), node(same), node(same)};
        for (std::size_t e = 0; e < edge_count; ++e) {
            const auto [from, to] = edge_ends[e];
            cell_edge(nodes[static_cast<std::size_t>(from)], nodes[static_cast<std::size_t>(to)], cell[e]);
        }
        return nodes[3];
    }

    void cell_edge(int from, int to, Operation operation) {
        const int channels = plane(from).channels;
        // Every choice of a supernet's edge has its parameters, used or not.
        for (const auto& [candidate, kernel] : {std::pair{Operation::nor_conv_1x1, 1}, {Operation::nor_conv_3x3, 3}}) {
            if (operation == candidate)
                add(to, normalized(convolution(from, channels, kernel, 1, true), channels, !supernet_));
            else if (supernet_)
                take(ConvolutionShape{plane(from), channels, kernel, 1}.weights());
        }
        if (operation == Operation::skip_connect) add(to, {.kind = Edge::Kind::identity, .from = from});
        if (operation == Operation::avg_pool_3x3) add(to, {.kind = Edge::Kind::average3, .from = from});
    }

    void head(int from) {
        const int out = node(plane(from));
        Edge edge;
        edge.kind = Edge::Kind::norm;
        edge.from = from;
        add(out, normalized(edge, plane(from).channels, true));
        graph_.linear = take(std::int64_t{graph_.classes} * (plane(from).channels + 1));
    }

    SkeletonOptions options_;
    bool supernet_;
    Graph graph_;
};

std::int64_t elements(const Plane& plane) { return plane.pixels() * plane.channels; }

/// A multiplication and addition is one operation; so is a ReLU; batch norm is two an element, a mean the size of its
/// window.
std::int64_t flops_of(const Edge& edge, const Plane& to, const Plane& from) {
    const std::int64_t norm = edge.normalized ? 2 * elements(to) : 0;
    switch (edge.kind) {
        case Edge::Kind::identity:
            return 0;
        case Edge::Kind::average3:
            return 9 * elements(to);
        case Edge::Kind::average2:
            return 4 * elements(to);
        case Edge::Kind::norm:
            return norm;
        case Edge::Kind::convolution:
            return edge.shape.multiply_adds() + norm + (edge.relu ? elements(from) : 0);
    }
    return 0;
}

}  // namespace

Graph standalone_graph(const SkeletonOptions& options, Plane images, int classes, const Cell& cell) {
    return Builder(options, images, classes, false).build({&cell, 1});
}

Graph standalone_graph(const SkeletonOptions& options, const ImageSet& images, const Cell& cell) {
    return standalone_graph(options, {images.height, images.width, images.channels}, images.classes, cell);
}

Graph supernet_graph(const SkeletonOptions& options, Plane images, int classes, std::span<const Cell> cells) {
    return Builder(options, images, classes, true).build(cells);
}

std::vector<bool> needed_nodes(const Graph& graph) {
    std::vector<bool> needed(graph.nodes.size(), false);
    needed.back() = true;
    for (std::size_t j = graph.nodes.size(); j-- > 0;)
        if (needed[j])
            for (const Edge& edge : graph.nodes[j].in) needed[static_cast<std::size_t>(edge.from)] = true;
    return needed;
}

Graph without_norm(Graph graph) {
    for (Node& node : graph.nodes) {
        for (Edge& edge : node.in) {
            if (edge.kind == Edge::Kind::norm) edge.kind = Edge::Kind::identity;
            edge.normalized = false;
            edge.gamma = edge.running = -1;
        }
    }
    graph.running = 0;
    return graph;
}

NetworkCost cost_of(const Graph& graph) {
    NetworkCost cost{graph.parameters, 0};
    for (const Node& node : graph.nodes)
        for (const Edge& edge : node.in)
            cost.flops += flops_of(edge, node.plane, graph.nodes[static_cast<std::size_t>(edge.from)].plane);
    const Plane& last = graph.nodes.back().plane;
    cost.flops += elements(last);  // ReLU
    // The mean over the plane, as the published column has it: 5,184 for 64 channels of 8x8.
    cost.flops += std::int64_t{1} * last.channels * (last.height + 1) * (last.width + 1);
    cost.flops += std::int64_t{1} * graph.classes * last.channels;
    return cost;
}

}  // namespace cenas

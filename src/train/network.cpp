// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/network.hpp"

#include <omp.h>

#include <algorithm>
#include <bit>

#include "train/memory_plan.hpp"

// A pass goes node by node; within a node, chunk by chunk: a chunk of images is summed into the node, and while it is
// in the cache the convolutions that leave the node are computed, and their moments. Batch norm needs the moments of
// the whole batch, so the next node must wait for all chunks. Backward is the mirror image: a node's gradient is
// gathered and its products with the convolutions' results summed; then, chunk by chunk, each convolution's gradient is
// made in scratch memory and used at once, for the weights and for the node it came from.

namespace cenas {
namespace {

std::size_t index(int i) { return static_cast<std::size_t>(i); }

/// While it lives, libraries that this thread calls use no threads of their own: the chunks are the parallelism.
class OneThreadEach {
  public:
    OneThreadEach() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
    ~OneThreadEach() { omp_set_num_threads(before_); }
    OneThreadEach(const OneThreadEach&) = delete;
    OneThreadEach& operator=(const OneThreadEach&) = delete;

  private:
    int before_;
};

/// Splits n images into chunks of `size` and works on them, on all threads of the device.
template <class T, class F>
void for_chunks(NetworkDevice<T>& device, int n, int size, const F& work) {
    const int chunks = (n + size - 1) / size;
#pragma omp parallel for schedule(static) num_threads(device.threads()) if (device.threads() > 1)
    for (int i = 0; i < chunks; ++i)
        work(i, std::int64_t{i} * size, std::min(size, n - i * size), omp_get_thread_num());
}

}  // namespace

template <class T>
struct Network<T>::Plan {
    /// Buffers by number in the memory plan; -1: there is none.
    struct NodeBuffers {
        int sum = -1, relu = -1, gradient = -1, relu_gradient = -1, direct_gradient = -1;
        int chunk = 1;  // images
        bool needed = false;
    };
    struct EdgeBuffers {
        int result = -1, packed = -1, sums = -1, totals = -1, state = -1;
        int gradient_parts = -1;
        const Convolution<T>* convolution = nullptr;
        bool first_of_relu = false,
             first_of_direct = false;  // of those that write a gradient, the first in the backward pass
    };
    struct Out {
        std::size_t to, edge;
    };

    NetworkResources<T>& resources;
    NetworkDevice<T>& device;
    Graph graph;
    int batch;
    bool trains;
    std::vector<NodeBuffers> node;
    std::vector<std::vector<EdgeBuffers>> edge;  // [node it leads to][edge]
    std::vector<std::vector<Out>> out;           // edges that leave a node
    MemoryPlan memory;
    std::size_t arena_bytes = 0;
    DeviceMemory tally;  // loss, correct
    int labels = -1, features = -1, logits = -1, loss = -1, correct = -1;
    std::vector<int> scratch;           // of each thread
    std::vector<int> scratch_gradient;  // of each thread: gradient of one convolution's result, a chunk
    GroupSum group_sum;

    Plan(NetworkResources<T>& shared, Graph what, int largest_batch, Use use)
        : resources(shared),
          device(shared.device),
          graph(std::move(what)),
          batch(largest_batch),
          trains(use == Use::training),
          tally(device, 2 * sizeof(double)) {
        const OneThreadEach alone;  // convolutions are made for calls from within a chunk
        find_edges();
        plan_memory();
        arena_bytes = memory.place();
        if (resources.arena.bytes() < arena_bytes) resources.arena = DeviceMemory(device, arena_bytes);
    }

    // --- planning ------------------------------------------------------------------------------------------------

    int nodes() const { return static_cast<int>(graph.nodes.size()); }
    const Plane& plane(int j) const { return graph.nodes[index(j)].plane; }
    std::int64_t elements(int j) const { return plane(j).pixels() * plane(j).channels; }
    const std::vector<Edge>& edges_into(std::size_t j) const { return graph.nodes[j].in; }

    // Steps of the plan: forward through node j is step j, backward through it step 2 nodes() - j.
    int backward_step(int j) const { return 2 * nodes() - j; }
    int last_step() const { return 2 * nodes(); }

    void find_edges() {
        const std::vector<bool> needed = needed_nodes(graph);
        node.resize(graph.nodes.size());
        edge.resize(graph.nodes.size());
        out.resize(graph.nodes.size());
        for (std::size_t j = 0; j < graph.nodes.size(); ++j) {
            node[j].needed = needed[j];
            // A chunk's activations: the node, its ReLU, and about four results of convolutions.
            const std::size_t bytes = index(static_cast<int>(elements(static_cast<int>(j)))) * sizeof(T) * 6;
            node[j].chunk = std::bit_floor(static_cast<unsigned>(device.chunk_images(bytes)));
            node[j].chunk = std::min(node[j].chunk, batch);
            edge[j].resize(edges_into(j).size());
            if (needed[j])
                for (std::size_t e = 0; e < edges_into(j).size(); ++e)
                    out[index(edges_into(j)[e].from)].push_back({j, e});
        }
    }

    const Convolution<T>* convolution_for(const Edge& e, int chunk) {
        auto& found = resources.convolutions[{e.shape, chunk}];
        if (!found) found = device.convolution(e.shape, chunk);
        return found.get();
    }

    void plan_memory() {
        for (int j = 0; j < nodes(); ++j)
            if (node[index(j)].needed || j == 0) plan_node(j);
        std::size_t scratch_bytes = 64, chunk_bytes = 0;
        for (int j = 1; j < nodes(); ++j) {
            if (!node[index(j)].needed) continue;
            for (std::size_t e = 0; e < edges_into(index(j)).size(); ++e) plan_edge(j, e, scratch_bytes, chunk_bytes);
        }
        for (int i = 0; i < device.threads(); ++i) {
            scratch.push_back(memory.add(scratch_bytes, 0, last_step()));
            scratch_gradient.push_back(trains ? memory.add(chunk_bytes, 0, last_step()) : -1);
        }
        const std::size_t images = index(batch);
        labels = memory.add(images, 0, last_step());
        features = memory.add(images * index(plane(nodes() - 1).channels) * sizeof(P), 0, last_step());
        logits = memory.add(images * index(graph.classes) * sizeof(P), 0, last_step());
        loss = memory.add(images * sizeof(P), 0, last_step());
        correct = memory.add(images, 0, last_step());
    }

    void plan_node(int j) {
        NodeBuffers& own = node[index(j)];
        const bool last = j == nodes() - 1;
        int sum_until = j == 0 ? 0 : -1, relu_until = last ? (trains ? backward_step(j) : j) : -1;
        EdgeBuffers *relu_writer = nullptr, *direct_writer = nullptr;
        int relu_gradient_from = last ? nodes() : -1, direct_gradient_from = -1;
        for (const auto& [to, e] : out[index(j)]) {
            const Edge& leaving = edges_into(to)[e];
            const int k = static_cast<int>(to);
            const bool convolved = leaving.kind == Edge::Kind::convolution, normed = leaving.kind == Edge::Kind::norm;
            if (convolved && leaving.relu) {
                relu_until = std::max(relu_until, trains ? backward_step(j) : j);
                later(relu_gradient_from, relu_writer, backward_step(k), edge[to][e]);
            } else {
                sum_until = std::max(sum_until, trains && (convolved || normed) ? backward_step(k) : convolved ? j : k);
                if (convolved || normed) later(direct_gradient_from, direct_writer, backward_step(k), edge[to][e]);
            }
        }
        if (relu_writer) relu_writer->first_of_relu = true;
        if (direct_writer) direct_writer->first_of_direct = true;
        const std::size_t bytes = index(batch) * static_cast<std::size_t>(elements(j)) * sizeof(T);
        if (sum_until >= 0) own.sum = memory.add(bytes, j, sum_until);
        if (relu_until >= 0) own.relu = memory.add(bytes, j, relu_until);
        if (!trains || j == 0) return;
        int gradient_until = backward_step(j);
        for (const Edge& in : edges_into(index(j)))
            if (in.kind != Edge::Kind::convolution && in.kind != Edge::Kind::norm)
                gradient_until = std::max(gradient_until, backward_step(in.from));
        own.gradient = memory.add(bytes, backward_step(j), gradient_until);
        if (relu_gradient_from >= 0) own.relu_gradient = memory.add(bytes, relu_gradient_from, backward_step(j));
        if (direct_gradient_from >= 0) own.direct_gradient = memory.add(bytes, direct_gradient_from, backward_step(j));
    }

    /// Who writes a gradient first: the edge whose target comes last, since backward begins there.
    static void later(int& from, EdgeBuffers*& writer, int step, EdgeBuffers& candidate) {
        if (from >= 0 && step >= from) return;
        from = step;
        writer = &candidate;
    }

    void plan_edge(int j, std::size_t e, std::size_t& scratch_bytes, std::size_t& chunk_bytes) {
        const Edge& what = edges_into(index(j))[e];
        EdgeBuffers& own = edge[index(j)][e];
        const NodeBuffers& source = node[index(what.from)];
        const std::size_t channels = index(plane(j).channels);
        const int until = trains ? last_step() : j;
        if (what.kind == Edge::Kind::convolution) {
            own.convolution = convolution_for(what, std::min(source.chunk, node[index(j)].chunk));
            const bool kept = trains && what.normalized;
            own.result = memory.add(index(batch) * static_cast<std::size_t>(elements(j)) * sizeof(T), what.from,
                                    kept ? backward_step(j) : j);
            own.packed = memory.add(own.convolution->packed_bytes(), 0, until);
            scratch_bytes = std::max(scratch_bytes, own.convolution->scratch_bytes());
            if (trains) {
                const std::size_t parts = index((batch + node[index(j)].chunk - 1) / node[index(j)].chunk) + 1;
                own.gradient_parts =
                    memory.add(parts * static_cast<std::size_t>(own.convolution->gradient_size()) * sizeof(P),
                               backward_step(j), backward_step(j));
                chunk_bytes = std::max(chunk_bytes,
                                       index(node[index(j)].chunk) * static_cast<std::size_t>(elements(j)) * sizeof(T));
            }
        }
        if (!what.normalized) return;
        own.state = memory.add(4 * channels * sizeof(P), 0, until);
        own.totals = memory.add(2 * channels * sizeof(double), 0, until);
        const int smaller = std::min(source.chunk, node[index(j)].chunk);
        const std::size_t chunks = index((batch + smaller - 1) / smaller);
        const auto parts = static_cast<std::size_t>(device.sum_parts(smaller * plane(j).pixels()));
        own.sums = memory.add(chunks * parts * 2 * channels * sizeof(double), 0, until);
    }

    // --- places --------------------------------------------------------------------------------------------------

    template <class U>
    U* at(int buffer) const {
        return buffer < 0 ? nullptr : reinterpret_cast<U*>(resources.arena.at(memory.offset(buffer)));
    }
    T* sum(int j) const { return at<T>(node[index(j)].sum); }
    T* relu(int j) const { return at<T>(node[index(j)].relu); }
    Workspace workspace(int thread) const { return {thread, at<void>(scratch[index(thread)])}; }

    /// What an edge sees of its source.
    const T* seen(const Edge& e) const { return e.relu ? relu(e.from) : sum(e.from); }
    /// What batch norm normalizes.
    const T* raw(int j, std::size_t e) const {
        const Edge& what = edges_into(index(j))[e];
        return what.kind == Edge::Kind::norm ? sum(what.from) : at<T>(edge[index(j)][e].result);
    }
    NormState<P> state(const EdgeBuffers& own, int channels) const {
        P* first = at<P>(own.state);
        return {first, first + channels, first + 2 * channels, first + 3 * channels};
    }

    FinishMoments<P> moments(int j, std::size_t e, std::int64_t of_group,
                             const ParameterPointers<P>& parameters) const {
        const Edge& what = edges_into(index(j))[e];
        const int channels = plane(j).channels;
        P* gamma = what.gamma < 0 ? nullptr : parameters.weights + what.gamma;
        P* running = what.running < 0 || !parameters.running ? nullptr : parameters.running + what.running;
        return {at<double>(edge[index(j)][e].totals),
                static_cast<double>(of_group) * static_cast<double>(plane(j).pixels()),
                channels,
                gamma,
                gamma ? gamma + channels : nullptr,
                running,
                running ? running + channels : nullptr,
                state(edge[index(j)][e], channels)};
    }

    // --- forward -------------------------------------------------------------------------------------------------

    void forward(Batch images, const ParameterPointers<P>& parameters, bool batch_statistics) {
        const OneThreadEach alone;
        const int n = images.n;
        pack(parameters);
        for (int j = 0; j < nodes(); ++j) {
            if (!node[index(j)].needed) continue;
            if (!batch_statistics) use_running(j, parameters);
            const int size = node[index(j)].chunk;
            for_chunks(device, n, size, [&](int chunk, std::int64_t first, int count, int thread) {
                if (j > 0) forward_node(j, first, count);
                for (const auto& [to, e] : out[index(j)])
                    forward_edge(static_cast<int>(to), e, chunk, first, count, thread,
                                 uses_batch(edges_into(to)[e], parameters, batch_statistics));
            });
            for (const auto& [to, e] : out[index(j)])
                finish_moments(static_cast<int>(to), e, images, size, parameters, batch_statistics);
        }
        classify(images, parameters);
        device.run(AddOutcomes<P>{at<P>(loss), at<std::uint8_t>(correct), n, reinterpret_cast<double*>(tally.at(0))},
                   1);
    }

    void pack(const ParameterPointers<P>& parameters) {
        for (int j = 1; j < nodes(); ++j) {
            if (!node[index(j)].needed) continue;
            for (std::size_t e = 0; e < edges_into(index(j)).size(); ++e) {
                const Edge& what = edges_into(index(j))[e];
                const EdgeBuffers& own = edge[index(j)][e];
                if (own.convolution)
                    own.convolution->pack(parameters.weights + what.weights, trains && what.from != 0,
                                          at<void>(own.packed), workspace(0));
            }
        }
    }

    bool uses_batch(const Edge& what, const ParameterPointers<P>& parameters, bool batch_statistics) const {
        return what.normalized && (batch_statistics || what.running < 0 || !parameters.running);
    }

    /// Inference: the state of node j's normalized edges from the running averages.
    void use_running(int j, const ParameterPointers<P>& parameters) {
        for (std::size_t e = 0; e < edges_into(index(j)).size(); ++e)
            if (const Edge& what = edges_into(index(j))[e]; what.normalized && !uses_batch(what, parameters, false))
                device.run(UseRunningMoments<P>{moments(j, e, 1, parameters)}, plane(j).channels);
    }

    void forward_node(int j, std::int64_t first, int images) {
        NodeForward<T> f;
        f.plane = plane(j);
        f.source = plane(j);
        const std::int64_t at_first = first * elements(j);
        for (std::size_t e = 0; e < edges_into(index(j)).size(); ++e) {
            const Edge& what = edges_into(index(j))[e];
            auto& term = f.term[f.terms++];
            const NormState<P> norm = what.normalized ? state(edge[index(j)][e], plane(j).channels) : NormState<P>{};
            switch (what.kind) {
                case Edge::Kind::convolution:
                    term = {what.normalized ? TermKind::affine : TermKind::identity,
                            at<T>(edge[index(j)][e].result) + at_first, norm.scale, norm.shift};
                    break;
                case Edge::Kind::norm:
                    term = {TermKind::affine, sum(what.from) + at_first, norm.scale, norm.shift};
                    break;
                case Edge::Kind::identity:
                    term = {TermKind::identity, sum(what.from) + at_first, nullptr, nullptr};
                    break;
                case Edge::Kind::average3:
                    term = {TermKind::average3, sum(what.from) + at_first, nullptr, nullptr};
                    break;
                case Edge::Kind::average2:
                    f.source = plane(what.from);
                    term = {TermKind::average2, sum(what.from) + first * elements(what.from), nullptr, nullptr};
                    break;
            }
        }
        if (sum(j)) f.sum = sum(j) + at_first;
        if (relu(j)) f.relu = relu(j) + at_first;
        device.run(f, images * plane(j).pixels(), plane(j).channels);
    }

    void forward_edge(int j, std::size_t e, int chunk, std::int64_t first, int images, int thread, bool sum_moments) {
        const Edge& what = edges_into(index(j))[e];
        const EdgeBuffers& own = edge[index(j)][e];
        if (own.convolution)
            own.convolution->forward(images, seen(what) + first * elements(what.from), at<void>(own.packed),
                                     at<T>(own.result) + first * elements(j), workspace(thread));
        if (!sum_moments) return;
        const SumParts parts = sum_parts(own, j, chunk, node[index(what.from)].chunk, images);
        device.run(MomentSums<T>{raw(j, e) + first * elements(j), parts}, device.sum_parts(parts.pixels),
                   parts.channels);
    }

    /// How the sums over the `images` of a chunk are made, and where they go; chunks before it have `size` images.
    SumParts sum_parts(const EdgeBuffers& own, int j, int chunk, int size, int images) const {
        const int channels = plane(j).channels;
        const std::int64_t pixels = images * plane(j).pixels(), parts = device.sum_parts(pixels);
        const std::int64_t before = chunk * device.sum_parts(size * plane(j).pixels());
        return {pixels, (pixels + parts - 1) / parts, channels, at<double>(own.sums) + before * 2 * channels};
    }

    /// Sum over the chunks of a batch.
    void total(const EdgeBuffers& own, int j, int n, int size, double* result) {
        const int chunks = (n + size - 1) / size, last = n - (chunks - 1) * size;
        const std::int64_t parts =
            (chunks - 1) * device.sum_parts(size * plane(j).pixels()) + device.sum_parts(last * plane(j).pixels());
        device.run(AddParts{at<double>(own.sums), parts, 2 * plane(j).channels, result}, 2 * plane(j).channels);
    }

    void finish_moments(int j, std::size_t e, Batch images, int size, const ParameterPointers<P>& parameters,
                        bool batch_statistics) {
        const Edge& what = edges_into(index(j))[e];
        if (!uses_batch(what, parameters, batch_statistics)) return;
        const EdgeBuffers& own = edge[index(j)][e];
        total(own, j, images.n, size, at<double>(own.totals));
        if (group_sum) group_sum(at<double>(own.totals), index(2 * plane(j).channels));
        device.run(moments(j, e, images.of_group, parameters), plane(j).channels);
    }

    void classify(Batch images, const ParameterPointers<P>& parameters) {
        const Plane& last = plane(nodes() - 1);
        device.run(PlaneMean<T>{relu(nodes() - 1), last.pixels(), last.channels, at<P>(features)}, images.n,
                   last.channels);
        const P* weights = parameters.weights + graph.linear;
        device.run(
            Classify<P>{at<P>(features), weights, weights + std::int64_t{graph.classes} * last.channels,
                        at<std::uint8_t>(labels), last.channels, graph.classes, P(1) / static_cast<P>(images.of_group),
                        at<P>(logits), at<P>(loss), at<std::uint8_t>(correct)},
            images.n);
    }

    // --- backward ------------------------------------------------------------------------------------------------

    /// After classify(), which leaves the gradient of the logits in their place.
    void backward_from_logits(Batch images, const ParameterPointers<P>& parameters) {
        const OneThreadEach alone;
        const Plane& last = plane(nodes() - 1);
        P* linear = parameters.gradient + graph.linear;
        device.run(LinearGradient<P>{at<P>(logits), at<P>(features), images.n, last.channels, graph.classes, linear,
                                     linear + std::int64_t{graph.classes} * last.channels},
                   graph.classes);
        device.run(PlaneMeanGradient<T>{at<P>(logits), parameters.weights + graph.linear, last.pixels(), last.channels,
                                        graph.classes, at<T>(node[index(nodes() - 1)].relu_gradient)},
                   images.n, last.channels);
        for (int j = nodes() - 1; j > 0; --j)
            if (node[index(j)].needed) backward_through(j, images, parameters);
    }

    void backward_through(int j, Batch images, const ParameterPointers<P>& parameters) {
        const int n = images.n;
        const int size = node[index(j)].chunk;
        for_chunks(device, n, size, [&](int chunk, std::int64_t first, int count, int) {
            gather_gradient(j, first, count);
            for (std::size_t e = 0; e < edges_into(index(j)).size(); ++e) sum_gradient(j, e, chunk, first, count);
        });
        for (std::size_t e = 0; e < edges_into(index(j)).size(); ++e) finish_gradient_sums(j, e, n, parameters);
        for_chunks(device, n, size, [&](int chunk, std::int64_t first, int count, int thread) {
            for (std::size_t e = 0; e < edges_into(index(j)).size(); ++e)
                backward_edge(j, e, images.of_group, chunk, first, count, thread);
        });
        for (std::size_t e = 0; e < edges_into(index(j)).size(); ++e) finish_weights(j, e, n, parameters);
    }

    void gather_gradient(int j, std::int64_t first, int images) {
        const NodeBuffers& own = node[index(j)];
        const std::int64_t at_first = first * elements(j);
        NodeBackward<T> f;
        f.plane = plane(j);
        f.target = plane(j);
        for (const auto& [to, e] : out[index(j)]) {
            const Edge& what = edges_into(to)[e];
            const T* gradient = at<T>(node[to].gradient);
            switch (what.kind) {
                case Edge::Kind::identity:
                    f.term[f.terms++] = {TermKind::identity, gradient + at_first};
                    break;
                case Edge::Kind::average3:
                    f.term[f.terms++] = {TermKind::average3, gradient + at_first};
                    break;
                case Edge::Kind::average2:
                    f.target = plane(static_cast<int>(to));
                    f.term[f.terms++] = {TermKind::average2, gradient + first * elements(static_cast<int>(to))};
                    break;
                case Edge::Kind::convolution:
                case Edge::Kind::norm:
                    break;  // in relu_gradient or direct_gradient
            }
        }
        if (own.direct_gradient >= 0) f.term[f.terms++] = {TermKind::identity, at<T>(own.direct_gradient) + at_first};
        if (own.relu_gradient >= 0) {
            f.relu = relu(j) + at_first;
            f.relu_gradient = at<T>(own.relu_gradient) + at_first;
        }
        f.gradient = at<T>(own.gradient) + at_first;
        device.run(f, images * plane(j).pixels(), plane(j).channels);
    }

    void sum_gradient(int j, std::size_t e, int chunk, std::int64_t first, int images) {
        const Edge& what = edges_into(index(j))[e];
        if (!what.normalized) return;
        const EdgeBuffers& own = edge[index(j)][e];
        const SumParts parts = sum_parts(own, j, chunk, node[index(j)].chunk, images);
        device.run(GradientSums<T>{at<T>(node[index(j)].gradient) + first * elements(j),
                                   raw(j, e) + first * elements(j), state(own, plane(j).channels).mean, parts},
                   device.sum_parts(parts.pixels), parts.channels);
    }

    void finish_gradient_sums(int j, std::size_t e, int n, const ParameterPointers<P>& parameters) {
        const Edge& what = edges_into(index(j))[e];
        if (!what.normalized) return;
        const EdgeBuffers& own = edge[index(j)][e];
        const int channels = plane(j).channels;
        total(own, j, n, node[index(j)].chunk, at<double>(own.totals));
        if (what.gamma >= 0) {
            P* gamma = parameters.gradient + what.gamma;
            device.run(NormParameterGradient<P>{at<double>(own.totals), channels,
                                                state(own, channels).inverse_deviation, gamma, gamma + channels},
                       channels);
        }
        if (group_sum) group_sum(at<double>(own.totals), index(2 * channels));
    }

    void backward_edge(int j, std::size_t e, std::int64_t of_group, int chunk, std::int64_t first, int images,
                       int thread) {
        const Edge& what = edges_into(index(j))[e];
        const EdgeBuffers& own = edge[index(j)][e];
        const NodeBuffers& source = node[index(what.from)];
        if (what.kind != Edge::Kind::convolution && what.kind != Edge::Kind::norm) return;
        const T* gradient = at<T>(node[index(j)].gradient) + first * elements(j);
        if (what.normalized) {
            T* to = what.kind == Edge::Kind::norm ? at<T>(source.direct_gradient) + first * elements(j)
                                                  : at<T>(scratch_gradient[index(thread)]);
            const double count = static_cast<double>(of_group) * static_cast<double>(plane(j).pixels());
            device.run(NormInputGradient<T>{gradient, raw(j, e) + first * elements(j), at<double>(own.totals), count,
                                            plane(j).channels, state(own, plane(j).channels), to},
                       images * plane(j).pixels(), plane(j).channels);
            gradient = to;
        }
        if (what.kind == Edge::Kind::norm) return;
        const std::int64_t from = first * elements(what.from);
        own.convolution->backward_weights(images, seen(what) + from, gradient,
                                          at<P>(own.gradient_parts) + chunk * own.convolution->gradient_size(),
                                          workspace(thread));
        if (what.from == 0) return;
        T* to = at<T>(what.relu ? source.relu_gradient : source.direct_gradient) + from;
        const bool is_first = what.relu ? own.first_of_relu : own.first_of_direct;
        own.convolution->backward_data(images, gradient, at<void>(own.packed), to, !is_first, workspace(thread));
    }

    void finish_weights(int j, std::size_t e, int n, const ParameterPointers<P>& parameters) {
        const EdgeBuffers& own = edge[index(j)][e];
        if (!own.convolution) return;
        const int size = node[index(j)].chunk, chunks = (n + size - 1) / size;
        const std::int64_t count = own.convolution->gradient_size();
        P* parts = at<P>(own.gradient_parts);
        if (chunks == 0) device.clear(parts, static_cast<std::size_t>(count) * sizeof(P));
        P* total = parts + static_cast<std::int64_t>((batch + size - 1) / size) * count;
        device.run(AddGradientParts<P>{parts, std::max(chunks, 1), count, total}, count);
        own.convolution->unpack_gradient(total, parameters.gradient + edges_into(index(j))[e].weights, workspace(0));
    }
};

template <class T>
Network<T>::Network(NetworkResources<T>& resources, Graph graph, int batch, Use use)
    : plan_(std::make_unique<Plan>(resources, std::move(graph), batch, use)) {}
template <class T>
Network<T>::~Network() = default;

template <class T>
std::size_t Network<T>::memory_bytes() const {
    return plan_->arena_bytes;
}
template <class T>
T* Network<T>::images() const {
    return plan_->sum(0);
}
template <class T>
std::uint8_t* Network<T>::labels() const {
    return plan_->template at<std::uint8_t>(plan_->labels);
}
template <class T>
Parameter<T>* Network<T>::logits() const {
    return plan_->template at<P>(plan_->logits);
}
template <class T>
const T* Network<T>::relu(int node) const {
    return plan_->relu(node);
}
template <class T>
const Graph& Network<T>::graph() const {
    return plan_->graph;
}
template <class T>
void Network<T>::set_group(const GroupSum& sum) {
    plan_->group_sum = sum;
}
template <class T>
void Network<T>::forward(Batch batch, const ParameterPointers<P>& parameters, bool batch_statistics) {
    plan_->forward(batch, parameters, batch_statistics);
}
template <class T>
void Network<T>::backward(Batch batch, const ParameterPointers<P>& parameters) {
    plan_->backward_from_logits(batch, parameters);
}

template <class T>
typename Network<T>::Tally Network<T>::tally() const {
    Tally sums;
    static_assert(sizeof sums == 2 * sizeof(double));
    plan_->device.download(&sums, plan_->tally.get(), sizeof sums);
    return sums;
}
template <class T>
void Network<T>::set_tally(const Tally& tally) {
    plan_->device.upload(plan_->tally.get(), &tally, sizeof tally);
}

template class Network<float>;
template class Network<bf16>;
template class Network<double>;

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <dnnl.hpp>

#include <algorithm>
#include <array>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "kernels/nn/convolution.hpp"

// oneDNN chooses its own layouts for weights (format `any`), which pack() makes once a step; activations stay NHWC.

namespace cenas {
namespace {

using dnnl::memory;
using Format = memory::format_tag;

const dnnl::engine& engine() {
    static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
    return cpu;
}

template <class T>
constexpr memory::data_type data_type() {
    return std::is_same_v<T, bf16> ? memory::data_type::bf16 : memory::data_type::f32;
}

dnnl::primitive_attr attributes(bool add) {
    dnnl::primitive_attr attr;
    attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    if (add) {
        dnnl::post_ops post;
        post.append_sum(1.0F);
        attr.set_post_ops(post);
    }
    return attr;
}

/// A primitive with what each thread needs to run it on changing memory.
struct Pass {
    dnnl::primitive primitive;
    std::size_t scratchpad_bytes = 0;
    int from = 0, by = 0, to = 0;  // names of its three arguments
    memory::desc weights;          // in the layout it wants
    struct Thread {
        dnnl::stream stream;
        std::unordered_map<int, memory> arguments;
    };
    mutable std::vector<Thread> thread;

    template <class PrimitiveDesc>
    void prepare(const PrimitiveDesc& desc, std::array<std::pair<int, memory::desc>, 3> arguments, int threads) {
        from = arguments[0].first, by = arguments[1].first, to = arguments[2].first;
        scratchpad_bytes = desc.scratchpad_desc().get_size();
        for (int i = 0; i < threads; ++i) {
            thread.push_back({dnnl::stream(engine()), {}});
            for (const auto& [name, layout] : arguments)
                thread.back().arguments.emplace(name, memory(layout, engine(), nullptr));
            thread.back().arguments.emplace(DNNL_ARG_SCRATCHPAD, memory(desc.scratchpad_desc(), engine(), nullptr));
        }
    }

    void run(const void* a, const void* b, void* c, Workspace at_work) const {
        Thread& own = thread[static_cast<std::size_t>(at_work.thread)];
        // The library's handles are not const, whatever it does with them.
        own.arguments.at(from).set_data_handle(const_cast<void*>(a));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
        own.arguments.at(by).set_data_handle(const_cast<void*>(b));    // NOLINT(cppcoreguidelines-pro-type-const-cast)
        own.arguments.at(to).set_data_handle(c);
        own.arguments.at(DNNL_ARG_SCRATCHPAD).set_data_handle(at_work.scratch);
        primitive.execute(own.stream, own.arguments);
    }
};

/// Copies weights from one layout to another.
struct Reorder {
    memory::desc from, to;
    dnnl::reorder primitive;

    Reorder() = default;
    Reorder(const memory::desc& source, const memory::desc& target)
        : from(source), to(target), primitive(dnnl::reorder::primitive_desc(engine(), source, engine(), target)) {}

    void run(const void* source, void* target) const {
        dnnl::stream stream(engine());
        memory a(from, engine(), const_cast<void*>(source));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
        memory b(to, engine(), target);
        primitive.execute(stream, a, b);
    }
};

struct Layouts {
    memory::desc in, out, weights;
    memory::dims stride, pad;

    Layouts(const ConvolutionShape& s, int images, memory::data_type type) {
        const Plane o = s.out();
        in = memory::desc({images, s.in.channels, s.in.height, s.in.width}, type, Format::nhwc);
        out = memory::desc({images, s.out_channels, o.height, o.width}, type, Format::nhwc);
        weights = memory::desc({s.out_channels, s.in.channels, s.kernel, s.kernel}, type, Format::any);
        stride = {s.stride, s.stride};
        pad = {s.kernel / 2, s.kernel / 2};
    }

    dnnl::convolution_forward::primitive_desc forward(bool add) const {
        const dnnl::convolution_forward::desc desc(
            dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct, in, weights, out, stride, pad, pad);
        return {desc, attributes(add), engine()};
    }
};

Pass forward_pass(const ConvolutionShape& s, int images, memory::data_type type, bool add, int threads) {
    const Layouts layouts(s, images, type);
    const auto desc = layouts.forward(add);
    Pass pass;
    pass.primitive = dnnl::convolution_forward(desc);
    pass.weights = desc.weights_desc();
    pass.prepare(desc, {{{DNNL_ARG_SRC, layouts.in}, {DNNL_ARG_WEIGHTS, pass.weights}, {DNNL_ARG_DST, layouts.out}}},
                 threads);
    return pass;
}

Pass backward_data_pass(const ConvolutionShape& s, int images, memory::data_type type, int threads) {
    const Layouts layouts(s, images, type);
    const dnnl::convolution_backward_data::desc op(dnnl::algorithm::convolution_direct, layouts.in, layouts.weights,
                                                   layouts.out, layouts.stride, layouts.pad, layouts.pad);
    const dnnl::convolution_backward_data::primitive_desc desc(op, attributes(false), engine(), layouts.forward(false));
    Pass pass;
    pass.primitive = dnnl::convolution_backward_data(desc);
    pass.weights = desc.weights_desc();
    pass.prepare(
        desc, {{{DNNL_ARG_DIFF_DST, layouts.out}, {DNNL_ARG_WEIGHTS, pass.weights}, {DNNL_ARG_DIFF_SRC, layouts.in}}},
        threads);
    return pass;
}

Pass backward_weights_pass(const ConvolutionShape& s, int images, memory::data_type type, int threads) {
    const Layouts layouts(s, images, type);
    const memory::desc gradient(layouts.weights.dims(), memory::data_type::f32, Format::any);
    const dnnl::convolution_backward_weights::desc op(dnnl::algorithm::convolution_direct, layouts.in, gradient,
                                                      layouts.out, layouts.stride, layouts.pad, layouts.pad);
    const dnnl::convolution_backward_weights::primitive_desc desc(op, attributes(false), engine(),
                                                                  layouts.forward(false));
    Pass pass;
    pass.primitive = dnnl::convolution_backward_weights(desc);
    pass.weights = desc.diff_weights_desc();
    pass.prepare(
        desc, {{{DNNL_ARG_SRC, layouts.in}, {DNNL_ARG_DIFF_DST, layouts.out}, {DNNL_ARG_DIFF_WEIGHTS, pass.weights}}},
        threads);
    return pass;
}

/// The passes for a number of images.
struct Passes {
    int images;
    Pass forward, backward_data, backward_data_add, backward_weights;

    /// With stride 1, the transpose of a convolution is the convolution with turned weights; oneDNN can add its result
    /// to what is there, which it cannot for its own backward pass.
    Passes(const ConvolutionShape& s, int count, memory::data_type type, int threads)
        : images(count),
          forward(forward_pass(s, count, type, false, threads)),
          backward_weights(backward_weights_pass(s, count, type, threads)) {
        if (s.stride == 1) {
            const ConvolutionShape turned{{s.in.height, s.in.width, s.out_channels}, s.in.channels, s.kernel, 1};
            backward_data = forward_pass(turned, count, type, false, threads);
            backward_data_add = forward_pass(turned, count, type, true, threads);
        } else {
            backward_data = backward_data_pass(s, count, type, threads);
        }
    }

    std::size_t scratchpad_bytes() const {
        return std::max({forward.scratchpad_bytes, backward_data.scratchpad_bytes, backward_data_add.scratchpad_bytes,
                         backward_weights.scratchpad_bytes});
    }
};

std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

template <class T>
class OneDnn final : public Convolution<T> {
    using P = Parameter<T>;

  public:
    OneDnn(const ConvolutionShape& shape, int images, int threads)
        : s_(shape),
          out_(shape.out()),
          many_(shape, images, data_type<T>(), threads),
          one_(shape, 1, data_type<T>(), threads) {
        const memory::dims dims{s_.out_channels, s_.in.channels, s_.kernel, s_.kernel};
        const memory::desc plain(dims, memory::data_type::f32, Format::ohwi);
        const memory::desc turned({dims[1], dims[0], dims[2], dims[3]}, memory::data_type::f32, Format::ohwi);
        pack_forward_ = Reorder(plain, many_.forward.weights);
        pack_backward_ = Reorder(s_.stride == 1 ? turned : plain, many_.backward_data.weights);
        unpack_ = Reorder(many_.backward_weights.weights, plain);
        // All images must see the same packed weights.
        if (one_.forward.weights != many_.forward.weights ||
            one_.backward_data.weights != many_.backward_data.weights ||
            one_.backward_weights.weights != many_.backward_weights.weights ||
            (s_.stride == 1 && many_.backward_data_add.weights != many_.backward_data.weights))
            throw dnnl::error(dnnl_unimplemented, "layouts of weights differ with the number of images");
    }

    std::size_t packed_bytes() const override {
        return backward_at() + aligned(many_.backward_data.weights.get_size());
    }
    std::size_t scratch_bytes() const override { return own_at() + own_bytes(); }
    std::int64_t gradient_size() const override {
        return static_cast<std::int64_t>(many_.backward_weights.weights.get_size() / sizeof(P));
    }

    void pack(const P* weights, bool backward, void* packed, Workspace at_work) const override {
        pack_forward_.run(weights, packed);
        if (!backward) return;
        std::byte* to = static_cast<std::byte*>(packed) + backward_at();
        if (s_.stride != 1) return pack_backward_.run(weights, to);
        P* turned = static_cast<P*>(at_work.scratch);
        turn(weights, turned);
        pack_backward_.run(turned, to);
    }

    void forward(int images, const T* x, const void* packed, T* z, Workspace at_work) const override {
        for_blocks(images, [&](const Passes& passes, std::int64_t first) {
            passes.forward.run(x + first * in_size(), packed, z + first * out_size(), at_work);
        });
    }

    void backward_data(int images, const T* dz, const void* packed, T* dx, bool add, Workspace at_work) const override {
        const std::byte* weights = static_cast<const std::byte*>(packed) + backward_at();
        for_blocks(images, [&](const Passes& passes, std::int64_t first) {
            const T* from = dz + first * out_size();
            T* to = dx + first * in_size();
            if (!add) return passes.backward_data.run(from, weights, to, at_work);
            if (s_.stride == 1) return passes.backward_data_add.run(from, weights, to, at_work);
            T* apart = reinterpret_cast<T*>(static_cast<std::byte*>(at_work.scratch) + own_at());
            passes.backward_data.run(from, weights, apart, at_work);
            for (std::int64_t i = 0; i < passes.images * in_size(); ++i)
                to[i] = narrow<T>(widen(to[i]) + widen(apart[i]));
        });
    }

    void backward_weights(int images, const T* x, const T* dz, P* gradient, Workspace at_work) const override {
        P* apart = reinterpret_cast<P*>(static_cast<std::byte*>(at_work.scratch) + own_at());
        if (images == 0) std::fill_n(gradient, gradient_size(), P(0));
        bool add = false;
        for_blocks(images, [&](const Passes& passes, std::int64_t first) {
            passes.backward_weights.run(x + first * in_size(), dz + first * out_size(), add ? apart : gradient,
                                        at_work);
            if (add)
                for (std::int64_t i = 0; i < gradient_size(); ++i) gradient[i] += apart[i];
            add = true;
        });
    }

    void unpack_gradient(const P* gradient, P* weights_gradient, Workspace) const override {
        unpack_.run(gradient, weights_gradient);
    }

  private:
    std::int64_t in_size() const { return s_.in.pixels() * s_.in.channels; }
    std::int64_t out_size() const { return out_.pixels() * s_.out_channels; }
    std::size_t backward_at() const { return aligned(many_.forward.weights.get_size()); }
    /// Where in the scratch memory oneDNN's own part ends and ours begins, for what is added to something else.
    std::size_t own_at() const { return aligned(std::max(many_.scratchpad_bytes(), one_.scratchpad_bytes())); }
    std::size_t own_bytes() const {
        const std::size_t gradient = static_cast<std::size_t>(std::max(gradient_size(), s_.weights())) * sizeof(P);
        const std::size_t activations = static_cast<std::size_t>(many_.images * in_size()) * sizeof(T);
        return aligned(s_.stride == 1 ? gradient : std::max(gradient, activations));
    }

    /// f(passes, first image): as many images at once as the primitives were made for, the rest one by one.
    template <class F>
    void for_blocks(int images, const F& f) const {
        int first = 0;
        for (; first + many_.images <= images; first += many_.images) f(many_, first);
        for (; first < images; ++first) f(one_, first);
    }

    /// [in][row][column][out], rows and columns backwards.
    void turn(const P* weights, P* turned) const {
        const int taps = s_.kernel * s_.kernel;
        for (int o = 0; o < s_.out_channels; ++o)
            for (int tap = 0; tap < taps; ++tap)
                for (int i = 0; i < s_.in.channels; ++i)
                    turned[(i * taps + (taps - 1 - tap)) * s_.out_channels + o] =
                        weights[(o * taps + tap) * s_.in.channels + i];
    }

    ConvolutionShape s_;
    Plane out_;
    Passes many_, one_;
    Reorder pack_forward_, pack_backward_, unpack_;
};

}  // namespace

template <class T>
std::unique_ptr<Convolution<T>> onednn_convolution(const ConvolutionShape& shape, int images, int threads) {
    // Version 2.6 has wrong gradients of weights with stride 2: in bf16, where rows are one pixel, of scratch memory
    // that nobody wrote; in float with AVX2, of 1x1 windows over channels that do not fill a vector.
    const bool one_column = shape.in.width == 1, odd_channels = shape.kernel == 1 && shape.in.channels % 8 != 0;
    if (shape.stride == 2 && (std::is_same_v<T, bf16> ? one_column : odd_channels)) return nullptr;
    try {
        return std::make_unique<OneDnn<T>>(shape, images, threads);
    } catch (const dnnl::error&) {
        return nullptr;
    }
}
template std::unique_ptr<Convolution<float>> onednn_convolution(const ConvolutionShape&, int, int);
template std::unique_ptr<Convolution<bf16>> onednn_convolution(const ConvolutionShape&, int, int);
template <>
std::unique_ptr<Convolution<double>> onednn_convolution(const ConvolutionShape&, int, int) {
    return nullptr;
}

bool onednn_compiled() { return true; }

}  // namespace cenas

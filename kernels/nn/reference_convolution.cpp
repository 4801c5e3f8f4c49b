// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "kernels/nn/convolution.hpp"

namespace cenas {
namespace {

/// Loops over output pixels, window and channels, the output's channels innermost. What keeps everything working where
/// oneDNN is not, and the type double, which it does not have.
template <class T>
class Reference final : public Convolution<T> {
    using P = Parameter<T>;

  public:
    explicit Reference(const ConvolutionShape& shape) : s_(shape), out_(shape.out()) {}

    std::size_t packed_bytes() const override { return 2 * static_cast<std::size_t>(s_.weights()) * sizeof(P); }
    std::size_t scratch_bytes() const override {
        return static_cast<std::size_t>(std::max(s_.in.channels, s_.out_channels)) * sizeof(P);
    }

    /// [row][column][in][out], and after it [row][column][out][in].
    void pack(const P* weights, bool, void* packed, Workspace) const override {
        P* by_in = static_cast<P*>(packed);
        P* by_out = by_in + s_.weights();
        for (int o = 0; o < s_.out_channels; ++o)
            for (int tap = 0; tap < taps(); ++tap)
                for (int i = 0; i < s_.in.channels; ++i) {
                    const P w = weights[(o * taps() + tap) * s_.in.channels + i];
                    by_in[(tap * s_.in.channels + i) * s_.out_channels + o] = w;
                    by_out[(tap * s_.out_channels + o) * s_.in.channels + i] = w;
                }
    }

    void forward(int images, const T* x, const void* packed, T* z, Workspace at_work) const override {
        const P* weights = static_cast<const P*>(packed);
        P* line = static_cast<P*>(at_work.scratch);
        for (std::int64_t at = 0; at < images * out_.pixels(); ++at) {
            start(line, z + at * s_.out_channels, s_.out_channels, false);
            for_window(at, [&](int tap, std::int64_t from) {
                accumulate(x + from * s_.in.channels, s_.in.channels,
                           weights + static_cast<std::int64_t>(tap) * s_.in.channels * s_.out_channels, s_.out_channels,
                           line);
            });
            finish(line, z + at * s_.out_channels, s_.out_channels);
        }
    }

    void backward_data(int images, const T* dz, const void* packed, T* dx, bool add, Workspace at_work) const override {
        const P* weights = static_cast<const P*>(packed) + s_.weights();
        P* line = static_cast<P*>(at_work.scratch);
        for (std::int64_t at = 0; at < images * s_.in.pixels(); ++at) {
            start(line, dx + at * s_.in.channels, s_.in.channels, add);
            for_windows_over(at, [&](int tap, std::int64_t to) {
                accumulate(dz + to * s_.out_channels, s_.out_channels,
                           weights + static_cast<std::int64_t>(tap) * s_.in.channels * s_.out_channels, s_.in.channels,
                           line);
            });
            finish(line, dx + at * s_.in.channels, s_.in.channels);
        }
    }

    std::int64_t gradient_size() const override { return s_.weights(); }

    void backward_weights(int images, const T* x, const T* dz, P* gradient, Workspace at_work) const override {
        P* line = static_cast<P*>(at_work.scratch);
        std::fill(gradient, gradient + s_.weights(), P(0));  // [row][column][in][out]
        for (std::int64_t at = 0; at < images * out_.pixels(); ++at) {
            start(line, dz + at * s_.out_channels, s_.out_channels, true);
            for_window(at, [&](int tap, std::int64_t from) {
                for (int i = 0; i < s_.in.channels; ++i) {
                    const P value = widen(x[from * s_.in.channels + i]);
                    P* row = gradient + (static_cast<std::int64_t>(tap) * s_.in.channels + i) * s_.out_channels;
#pragma omp simd
                    for (int o = 0; o < s_.out_channels; ++o) row[o] += value * line[o];
                }
            });
        }
    }

    void unpack_gradient(const P* gradient, P* weights_gradient, Workspace) const override {
        for (int o = 0; o < s_.out_channels; ++o)
            for (int tap = 0; tap < taps(); ++tap)
                for (int i = 0; i < s_.in.channels; ++i)
                    weights_gradient[(o * taps() + tap) * s_.in.channels + i] =
                        gradient[(tap * s_.in.channels + i) * s_.out_channels + o];
    }

  private:
    int taps() const { return s_.kernel * s_.kernel; }

    static void start(P* line, const T* from, int count, bool add) {
        for (int c = 0; c < count; ++c) line[c] = add ? widen(from[c]) : P(0);
    }
    static void finish(const P* line, T* to, int count) {
        for (int c = 0; c < count; ++c) to[c] = narrow<T>(line[c]);
    }
    /// line[o] += sum over i of x[i] weights[i][o].
    static void accumulate(const T* x, int in, const P* weights, int out, P* line) {
        for (int i = 0; i < in; ++i) {
            const P value = widen(x[i]);
            const P* row = weights + static_cast<std::int64_t>(i) * out;
#pragma omp simd
            for (int o = 0; o < out; ++o) line[o] += value * row[o];
        }
    }

    /// f(tap, input pixel) for what output pixel `at` (counted over all images) sees.
    template <class F>
    void for_window(std::int64_t at, const F& f) const {
        const std::int64_t image = at / out_.pixels();
        const int row = static_cast<int>(at / out_.width % out_.height) * s_.stride - s_.kernel / 2;
        const int column = static_cast<int>(at % out_.width) * s_.stride - s_.kernel / 2;
        for (int ky = 0; ky < s_.kernel; ++ky)
            for (int kx = 0; kx < s_.kernel; ++kx)
                if (inside(row + ky, s_.in.height) && inside(column + kx, s_.in.width))
                    f(ky * s_.kernel + kx,
                      image * s_.in.pixels() + std::int64_t{1} * (row + ky) * s_.in.width + column + kx);
    }

    /// f(tap, output pixel) for every output pixel that sees input pixel `at`.
    template <class F>
    void for_windows_over(std::int64_t at, const F& f) const {
        const std::int64_t image = at / s_.in.pixels();
        const int row = static_cast<int>(at / s_.in.width % s_.in.height) + s_.kernel / 2;
        const int column = static_cast<int>(at % s_.in.width) + s_.kernel / 2;
        for (int ky = 0; ky < s_.kernel; ++ky)
            for (int kx = 0; kx < s_.kernel; ++kx) {
                const int y = row - ky, x = column - kx;
                if (y % s_.stride || x % s_.stride) continue;
                if (inside(y / s_.stride, out_.height) && y >= 0 && inside(x / s_.stride, out_.width) && x >= 0)
                    f(ky * s_.kernel + kx,
                      image * out_.pixels() + std::int64_t{1} * (y / s_.stride) * out_.width + x / s_.stride);
            }
    }

    static bool inside(int at, int size) { return at >= 0 && at < size; }

    ConvolutionShape s_;
    Plane out_;
};

}  // namespace

template <class T>
std::unique_ptr<Convolution<T>> reference_convolution(const ConvolutionShape& shape) {
    return std::make_unique<Reference<T>>(shape);
}
template std::unique_ptr<Convolution<float>> reference_convolution(const ConvolutionShape&);
template std::unique_ptr<Convolution<bf16>> reference_convolution(const ConvolutionShape&);
template std::unique_ptr<Convolution<double>> reference_convolution(const ConvolutionShape&);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <algorithm>

#include "kernels/nn/cuda_convolution.cuh"
#include "kernels/nn/cuda_lanes.cuh"
#include "kernels/nn/optimizer.hpp"

// What keeps everything working where cuDNN is not, and the types of numbers that it does not have in NHWC. Written for
// clarity; weights are packed so that neighbouring threads, which have neighbouring channels, read neighbours.

namespace cenas {
namespace {

struct Geometry {
    Plane in, out;
    int kernel, stride;

    CENAS_HD int taps() const { return kernel * kernel; }
    CENAS_HD std::int64_t weights() const { return std::int64_t{1} * taps() * in.channels * out.channels; }
};

CENAS_HD inline bool inside(int at, int size) { return at >= 0 && at < size; }

/// z = convolution of x, for an output pixel (counted over all images) and output channel.
template <class T>
struct PlainForward {
    Geometry g;
    const T* x;
    const Parameter<T>* weights;  ///< [row][column][in][out]
    T* z;

    CENAS_HD void operator()(Lanes<1> lane, std::int64_t pixel) const {
        const int top = static_cast<int>(pixel / g.out.width % g.out.height) * g.stride - g.kernel / 2;
        const int left = static_cast<int>(pixel % g.out.width) * g.stride - g.kernel / 2;
        const T* image = x + pixel / g.out.pixels() * g.in.pixels() * g.in.channels;
        Parameter<T> total = 0;
        for (int tap = 0; tap < g.taps(); ++tap) {
            const int row = top + tap / g.kernel, column = left + tap % g.kernel;
            if (!inside(row, g.in.height) || !inside(column, g.in.width)) continue;
            const T* from = image + (std::int64_t{1} * row * g.in.width + column) * g.in.channels;
            const Parameter<T>* w = weights + std::int64_t{1} * tap * g.in.channels * g.out.channels + lane.first;
            for (int i = 0; i < g.in.channels; ++i) total += widen(from[i]) * w[std::int64_t{1} * i * g.out.channels];
        }
        z[pixel * g.out.channels + lane.first] = narrow<T>(total);
    }
};

/// dx = transpose of the convolution applied to dz, or dx += it, for an input pixel and input channel.
template <class T>
struct PlainBackwardData {
    Geometry g;
    const T* dz;
    const Parameter<T>* weights;  ///< [row][column][out][in]
    bool add;
    T* dx;

    CENAS_HD void operator()(Lanes<1> lane, std::int64_t pixel) const {
        const int bottom = static_cast<int>(pixel / g.in.width % g.in.height) + g.kernel / 2;
        const int right = static_cast<int>(pixel % g.in.width) + g.kernel / 2;
        const T* image = dz + pixel / g.in.pixels() * g.out.pixels() * g.out.channels;
        T& result = dx[pixel * g.in.channels + lane.first];
        Parameter<T> total = add ? widen(result) : Parameter<T>(0);
        for (int tap = 0; tap < g.taps(); ++tap) {
            const int y = bottom - tap / g.kernel, x = right - tap % g.kernel;
            if (y % g.stride || x % g.stride) continue;
            const int row = y / g.stride, column = x / g.stride;
            if (y < 0 || x < 0 || row >= g.out.height || column >= g.out.width) continue;
            const T* from = image + (std::int64_t{1} * row * g.out.width + column) * g.out.channels;
            const Parameter<T>* w = weights + std::int64_t{1} * tap * g.out.channels * g.in.channels + lane.first;
            for (int o = 0; o < g.out.channels; ++o) total += widen(from[o]) * w[std::int64_t{1} * o * g.in.channels];
        }
        result = narrow<T>(total);
    }
};

/// Gradient of the weights over the images of a part, parts[part][row][column][in][out]; item counts all but the last.
template <class T>
struct PlainBackwardWeights {
    Geometry g;
    const T* x;
    const T* dz;
    int images, images_per_part;
    Parameter<T>* parts;

    CENAS_HD void operator()(Lanes<1> lane, std::int64_t item) const {
        const int i = static_cast<int>(item % g.in.channels);
        const int tap = static_cast<int>(item / g.in.channels % g.taps());
        const int down = tap / g.kernel - g.kernel / 2, across = tap % g.kernel - g.kernel / 2;
        const std::int64_t first = item / g.in.channels / g.taps() * images_per_part;
        const std::int64_t end = first + images_per_part < images ? first + images_per_part : images;
        Parameter<T> total = 0;
        for (std::int64_t n = first; n < end; ++n) {
            for (int row = 0; row < g.out.height; ++row) {
                const int y = row * g.stride + down;
                if (!inside(y, g.in.height)) continue;
                const T* from = x + (n * g.in.height + y) * g.in.width * g.in.channels + i;
                const T* by = dz + (n * g.out.height + row) * g.out.width * g.out.channels + lane.first;
                for (int column = 0; column < g.out.width; ++column)
                    if (const int at = column * g.stride + across; inside(at, g.in.width))
                        total += widen(from[std::int64_t{1} * at * g.in.channels]) *
                                 widen(by[std::int64_t{1} * column * g.out.channels]);
            }
        }
        parts[item * g.out.channels + lane.first] = total;
    }
};

/// Weight i of [out][row][column][in], to [row][column][in][out] and [row][column][out][in].
template <class P>
struct Pack {
    Geometry g;
    const P* weights;
    P* by_in;
    P* by_out;

    CENAS_HD void operator()(std::int64_t index) const {
        const std::int64_t i = index % g.in.channels, tap = index / g.in.channels % g.taps();
        const std::int64_t o = index / g.in.channels / g.taps();
        by_in[(tap * g.in.channels + i) * g.out.channels + o] = weights[index];
        by_out[(tap * g.out.channels + o) * g.in.channels + i] = weights[index];
    }
};

/// The way back of Pack::by_in.
template <class P>
struct Unpack {
    Geometry g;
    const P* by_in;
    P* weights;

    CENAS_HD void operator()(std::int64_t index) const {
        const std::int64_t i = index % g.in.channels, tap = index / g.in.channels % g.taps();
        const std::int64_t o = index / g.in.channels / g.taps();
        weights[index] = by_in[(tap * g.in.channels + i) * g.out.channels + o];
    }
};

template <class T>
class PlainCuda final : public Convolution<T> {
    using P = Parameter<T>;

  public:
    PlainCuda(cudaStream_t stream, const ConvolutionShape& s, int images)
        : stream_(stream),
          g_{s.in, s.out(), s.kernel, s.stride},
          fewest_images_(std::max<int>(static_cast<int>(pixels_per_part / g_.out.pixels()), 1)),
          most_parts_(std::clamp((images + fewest_images_ - 1) / fewest_images_, 1, 256)) {}

    std::size_t packed_bytes() const override { return 2 * static_cast<std::size_t>(g_.weights()) * sizeof(P); }
    std::size_t scratch_bytes() const override {
        return static_cast<std::size_t>(most_parts_ * g_.weights()) * sizeof(P);
    }
    std::int64_t gradient_size() const override { return g_.weights(); }

    void pack(const P* weights, bool, void* packed, Workspace) const override {
        P* by_in = static_cast<P*>(packed);
        launch_in_stream(stream_, g_.weights(), Pack<P>{g_, weights, by_in, by_in + g_.weights()});
    }
    void forward(int images, const T* x, const void* packed, T* z, Workspace) const override {
        const P* by_in = static_cast<const P*>(packed);
        launch_lanes(stream_, images * g_.out.pixels(), g_.out.channels, PlainForward<T>{g_, x, by_in, z});
    }
    void backward_data(int images, const T* dz, const void* packed, T* dx, bool add, Workspace) const override {
        const P* by_out = static_cast<const P*>(packed) + g_.weights();
        launch_lanes(stream_, images * g_.in.pixels(), g_.in.channels, PlainBackwardData<T>{g_, dz, by_out, add, dx});
    }
    void backward_weights(int images, const T* x, const T* dz, P* gradient, Workspace at_work) const override {
        const int per_part = std::max(fewest_images_, (images + most_parts_ - 1) / most_parts_);
        const std::int64_t parts = std::max((images + per_part - 1) / per_part, 1);
        P* apart = static_cast<P*>(at_work.scratch);
        launch_lanes(stream_, parts * g_.taps() * g_.in.channels, g_.out.channels,
                     PlainBackwardWeights<T>{g_, x, dz, images, per_part, apart});
        launch_in_stream(stream_, g_.weights(), AddGradientParts<P>{apart, parts, g_.weights(), gradient});
    }
    void unpack_gradient(const P* gradient, P* weights_gradient, Workspace) const override {
        launch_in_stream(stream_, g_.weights(), Unpack<P>{g_, gradient, weights_gradient});
    }

  private:
    // A weight's gradient is summed over whole images, this many pixels or a few more, and then over such parts: enough
    // threads where there are few weights, and little loss by rounding.
    static constexpr std::int64_t pixels_per_part = 1024;

    cudaStream_t stream_;
    Geometry g_;
    int fewest_images_, most_parts_;
};

}  // namespace

template <class T>
std::unique_ptr<Convolution<T>> plain_cuda_convolution(cudaStream_t stream, const ConvolutionShape& shape, int images) {
    return std::make_unique<PlainCuda<T>>(stream, shape, images);
}
template std::unique_ptr<Convolution<float>> plain_cuda_convolution(cudaStream_t, const ConvolutionShape&, int);
template std::unique_ptr<Convolution<bf16>> plain_cuda_convolution(cudaStream_t, const ConvolutionShape&, int);
template std::unique_ptr<Convolution<double>> plain_cuda_convolution(cudaStream_t, const ConvolutionShape&, int);

}  // namespace cenas

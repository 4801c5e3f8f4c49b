// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <tuple>

#include "kernels/nn/node.hpp"
#include "kernels/nn/scalar.hpp"

namespace cenas {

/// A square convolution without bias, padded by kernel / 2.
struct ConvolutionShape {
    Plane in;
    int out_channels;
    int kernel;  ///< 1 or 3
    int stride;  ///< 1 or 2

    Plane out() const {
        const int pad = kernel / 2;
        return {(in.height + 2 * pad - kernel) / stride + 1, (in.width + 2 * pad - kernel) / stride + 1, out_channels};
    }
    /// Weights are [out channel][row][column][in channel].
    std::int64_t weights() const { return std::int64_t{1} * out_channels * kernel * kernel * in.channels; }
    std::int64_t multiply_adds() const { return weights() * out().pixels(); }
    friend bool operator<(const ConvolutionShape& a, const ConvolutionShape& b) { return a.key() < b.key(); }

  private:
    std::tuple<int, int, int, int, int, int> key() const {
        return {in.height, in.width, in.channels, out_channels, kernel, stride};
    }
};

/// What one call at a time may use: memory of at least scratch_bytes(), and the number of the thread that has it.
struct Workspace {
    int thread = 0;
    void* scratch = nullptr;
};

/// One shape of convolution on one device. Activations are NHWC; `packed` is what pack() made of the weights. On the
/// CPU, calls with different workspaces may run at the same time; none of ours allocates.
template <class T>
class Convolution {
  public:
    using P = Parameter<T>;
    virtual ~Convolution() = default;
    virtual std::size_t packed_bytes() const = 0;
    virtual std::size_t scratch_bytes() const = 0;
    /// Weights into the layouts that the passes want; `backward` says whether backward_data will be called.
    virtual void pack(const P* weights, bool backward, void* packed, Workspace) const = 0;
    /// z = convolution of x.
    virtual void forward(int images, const T* x, const void* packed, T* z, Workspace) const = 0;
    /// dx = transpose of the convolution applied to dz, or dx += it.
    virtual void backward_data(int images, const T* dz, const void* packed, T* dx, bool add, Workspace) const = 0;
    /// Gradient of the weights over these images, `gradient_size` numbers in the device's own layout. Gradients of
    /// several calls may be added before unpack_gradient turns them into the layout of the weights.
    virtual void backward_weights(int images, const T* x, const T* dz, P* gradient, Workspace) const = 0;
    virtual std::int64_t gradient_size() const = 0;
    virtual void unpack_gradient(const P* gradient, P* weights_gradient, Workspace) const = 0;
};

/// Plain loops; every type.
template <class T>
std::unique_ptr<Convolution<T>> reference_convolution(const ConvolutionShape& shape);

/// oneDNN's, for float and, where the processor has it, bf16; best where calls are for `images` images; for `threads`
/// workspaces. Null where the library is not built in or has no such convolution.
template <class T>
std::unique_ptr<Convolution<T>> onednn_convolution(const ConvolutionShape& shape, int images, int threads);

/// True if oneDNN is built in.
bool onednn_compiled();

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cuda_runtime.h>

#include <memory>

#include "kernels/nn/convolution.hpp"

// Convolutions of the CUDA backend. All work goes into one stream, and calls come from one thread.

namespace cenas {

/// cuDNN, working in one stream.
struct Cudnn;
/// Null where cuDNN is not built in.
std::shared_ptr<Cudnn> open_cudnn(cudaStream_t stream);

/// cuDNN's, deterministic algorithms only; best where calls are for `images` images. Null where cuDNN is not built in
/// or has no such convolution (some types of numbers in NHWC).
template <class T>
std::unique_ptr<Convolution<T>> cudnn_convolution(const std::shared_ptr<Cudnn>& cudnn, const ConvolutionShape& shape,
                                                  int images, bool tf32);

/// One thread for each number of the result; every type. `images` as above.
template <class T>
std::unique_ptr<Convolution<T>> plain_cuda_convolution(cudaStream_t stream, const ConvolutionShape& shape, int images);

}  // namespace cenas

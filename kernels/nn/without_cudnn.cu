// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/nn/cuda_convolution.cuh"

namespace cenas {

std::shared_ptr<Cudnn> open_cudnn(cudaStream_t) { return nullptr; }

template <class T>
std::unique_ptr<Convolution<T>> cudnn_convolution(const std::shared_ptr<Cudnn>&, const ConvolutionShape&, int, bool) {
    return nullptr;
}
template std::unique_ptr<Convolution<float>> cudnn_convolution(const std::shared_ptr<Cudnn>&, const ConvolutionShape&,
                                                               int, bool);
template std::unique_ptr<Convolution<bf16>> cudnn_convolution(const std::shared_ptr<Cudnn>&, const ConvolutionShape&,
                                                              int, bool);
template std::unique_ptr<Convolution<double>> cudnn_convolution(const std::shared_ptr<Cudnn>&, const ConvolutionShape&,
                                                                int, bool);

}  // namespace cenas

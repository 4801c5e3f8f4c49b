// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/nn/convolution.hpp"

namespace cenas {

template <class T>
std::unique_ptr<Convolution<T>> onednn_convolution(const ConvolutionShape&, int, int) {
    return nullptr;
}
template std::unique_ptr<Convolution<float>> onednn_convolution(const ConvolutionShape&, int, int);
template std::unique_ptr<Convolution<bf16>> onednn_convolution(const ConvolutionShape&, int, int);
template std::unique_ptr<Convolution<double>> onednn_convolution(const ConvolutionShape&, int, int);

bool onednn_compiled() { return false; }

}  // namespace cenas

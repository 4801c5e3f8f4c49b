// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <stdexcept>

#include "kernels/nn/device.hpp"

namespace cenas {

template <class T>
std::unique_ptr<NetworkDevice<T>> cuda_device(CudaOptions) {
    throw std::runtime_error("the CUDA backend is not built in");
}
template std::unique_ptr<NetworkDevice<float>> cuda_device(CudaOptions);
template std::unique_ptr<NetworkDevice<bf16>> cuda_device(CudaOptions);
template std::unique_ptr<NetworkDevice<double>> cuda_device(CudaOptions);

}  // namespace cenas

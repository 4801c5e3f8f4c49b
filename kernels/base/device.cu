// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <cuda_runtime.h>

#include <stdexcept>

#include "kernels/base/launch.hpp"

namespace cenas {

bool cuda_compiled() { return true; }

bool cuda_available() { return !cuda_gpus().empty(); }

std::vector<Gpu> cuda_gpus() {
    int count = 0;
    if (cudaGetDeviceCount(&count) != cudaSuccess) return {};
    std::vector<Gpu> gpus;
    for (int i = 0; i < count; ++i) {
        cudaDeviceProp properties;
        char bus[32] = "";
        if (cudaGetDeviceProperties(&properties, i) != cudaSuccess) return {};
        cudaDeviceGetPCIBusId(bus, sizeof bus, i);
        gpus.push_back({properties.name, bus});
    }
    return gpus;
}

void use_gpu(int number) {
    const cudaError_t status = cudaSetDevice(number);
    if (status != cudaSuccess) throw std::runtime_error(std::string("CUDA: ") + cudaGetErrorString(status));
}

}  // namespace cenas

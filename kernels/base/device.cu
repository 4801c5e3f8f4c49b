// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/base/cuda_launch.cuh"
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
        if (cudaGetDeviceProperties(&properties, i) != cudaSuccess ||
            cudaDeviceGetPCIBusId(bus, sizeof bus, i) != cudaSuccess)
            return {};
        gpus.push_back({properties.name, bus});
    }
    return gpus;
}

std::string cuda_trouble() {
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    return status == cudaSuccess ? "CUDA shows this process no GPU" : cudaGetErrorString(status);
}

void use_gpu(int number) { cuda_check(cudaSetDevice(number), ("choose GPU " + std::to_string(number)).c_str()); }

}  // namespace cenas

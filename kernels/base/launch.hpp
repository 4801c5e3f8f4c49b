// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/base/macros.hpp"

namespace cenas {

/// Where a kernel runs. One functor serves all; `cuda` exists where the CUDA backend is compiled in.
enum class Backend { serial, openmp, cuda };

/// True if this program was built with the CUDA backend.
bool cuda_compiled();
/// True if it was and a device answers.
bool cuda_available();

struct Gpu {
    std::string name;        ///< as cudaDeviceProp has it
    std::string pci_bus_id;  ///< as cudaDeviceGetPCIBusId() gives it
};
/// The GPUs that CUDA shows this process, in its order; none where there is no backend or no device, and then
/// cuda_trouble() says why, in CUDA's words where it has some.
std::vector<Gpu> cuda_gpus();
std::string cuda_trouble();
/// Makes one of them the calling thread's. Throws std::runtime_error.
void use_gpu(int number);

/// Runs f(i) for i in [0, n) on the host. `f` must be a trivially copyable functor whose calls are independent.
template <class F>
void launch_host(Backend backend, std::int64_t n, const F& f) {
#pragma omp parallel for schedule(static) if (backend == Backend::openmp)
    for (std::int64_t i = 0; i < n; ++i) f(i);
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <cuda_runtime.h>

#include "kernels/base/launch.hpp"

namespace cenas {

bool cuda_compiled() { return true; }

bool cuda_available() {
    int count = 0;
    return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}

}  // namespace cenas

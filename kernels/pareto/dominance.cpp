// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/pareto/dominance.hpp"

#include "kernels/base/cuda_backend.hpp"

namespace cenas {

void dominance_numbers(Backend backend, const double* points, std::int64_t n, int objectives, std::int32_t* numbers) {
    if (backend == Backend::cuda) return cuda::dominance_numbers(points, n, objectives, numbers);
    launch_host(backend, n, DominanceNumber{points, n, objectives, numbers});
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernels/base/macros.hpp"

namespace cenas {

/// Where a kernel runs. One functor serves all; `cuda` exists where the CUDA backend is compiled in.
enum class Backend { serial, openmp, cuda };

/// True if this program was built with the CUDA backend.
bool cuda_compiled();
/// True if it was and a device answers.
bool cuda_available();

/// Runs f(i) for i in [0, n) on the host. `f` must be a trivially copyable functor whose calls are independent.
template <class F>
void launch_host(Backend backend, std::int64_t n, const F& f) {
#pragma omp parallel for schedule(static) if (backend == Backend::openmp)
    for (std::int64_t i = 0; i < n; ++i) f(i);
}

}  // namespace cenas

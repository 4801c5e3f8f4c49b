// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

// The CUDA half of each kernel: the `.cu` beside it, or no_cuda.cpp, which throws, where the backend is not compiled.
namespace cenas {
namespace cuda {

void dominance_numbers(const double* points, std::int64_t n, int objectives, std::int32_t* numbers);

}  // namespace cuda
}  // namespace cenas

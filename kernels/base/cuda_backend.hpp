// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernels/replay/replay.hpp"

// The CUDA half of each kernel: the `.cu` beside it, or no_cuda.cpp, which throws, where the backend is not compiled.
namespace cenas {
namespace cuda {

void dominance_numbers(const double* points, std::int64_t n, int objectives, std::int32_t* numbers);

void replay_rule(const ReplayProblem& problem, const ReplayStarts& starts, const StepRule& rule,
                 const WindowBounds* windows, ReplayOutcome* outcomes);
void start_sums(const double* weights, std::int32_t weight_count, const ReplayTrace& trace, const ReplayStarts& starts,
                double* sums);

}  // namespace cuda
}  // namespace cenas

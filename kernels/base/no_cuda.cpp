// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <stdexcept>

#include "kernels/base/cuda_backend.hpp"
#include "kernels/base/launch.hpp"

namespace cenas {

bool cuda_compiled() { return false; }
bool cuda_available() { return false; }
std::vector<Gpu> cuda_gpus() { return {}; }
std::string cuda_trouble() { return "this program was built without the CUDA backend"; }
void use_gpu(int) { throw std::runtime_error("this program was built without the CUDA backend"); }

namespace cuda {

void dominance_numbers(const double*, std::int64_t, int, std::int32_t*) {
    throw std::runtime_error("this program was built without the CUDA backend");
}
void replay_rule(const ReplayProblem&, const ReplayStarts&, const StepRule&, const WindowBounds*, ReplayOutcome*) {
    throw std::runtime_error("this program was built without the CUDA backend");
}
void start_sums(const double*, std::int32_t, const ReplayTrace&, const ReplayStarts&, double*) {
    throw std::runtime_error("this program was built without the CUDA backend");
}

}  // namespace cuda
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/replay/replay.hpp"

#include <vector>

#include "kernels/base/cuda_backend.hpp"
#include "kernels/base/multiarch.hpp"

namespace cenas {
namespace {

constexpr int lanes = 32;
constexpr std::int64_t scenarios_at_once = 4096;  // whose memory stays in the second-level cache

CENAS_MULTIARCH void run_blocks(std::int64_t first, std::int64_t last, const StartSums<lanes> sums) {
    for (std::int64_t block = first; block < last; ++block) sums(block);
}

}  // namespace

void replay_rule(Backend backend, const ReplayProblem& problem, const ReplayStarts& starts, const StepRule& rule,
                 const WindowBounds* windows, ReplayOutcome* outcomes) {
    if (backend == Backend::cuda) return cuda::replay_rule(problem, starts, rule, windows, outcomes);
    const auto scenarios =
        static_cast<std::size_t>(starts.count < scenarios_at_once ? starts.count : scenarios_at_once);
    std::vector<GpuTask> tasks(scenarios * static_cast<std::size_t>(problem.pool.gpus));
    std::vector<PausedTraining> paused(tasks.size());
    std::vector<std::int32_t> queue(scenarios * static_cast<std::size_t>(queue_size(problem.work)));
    const ScheduleScratch scratch{tasks.data(), paused.data(), queue.data()};
    for (std::int64_t begin = 0; begin < starts.count; begin += scenarios_at_once) {
        const std::int64_t left = starts.count - begin;
        const std::int64_t count = left < scenarios_at_once ? left : scenarios_at_once;
        const ReplayStarts these{starts.first + begin * starts.stride, starts.stride, count, starts.steps};
        launch_host(backend, count, RuleScenario{problem, these, rule, windows + begin, scratch, outcomes + begin});
    }
}

void start_sums(Backend backend, const double* weights, std::int32_t weight_count, const ReplayTrace& trace,
                const ReplayStarts& starts, double* sums) {
    if (backend == Backend::cuda) return cuda::start_sums(weights, weight_count, trace, starts, sums);
    const StartSums<lanes> functor{weights, weight_count, trace.intensity, starts, sums};
    const std::int64_t blocks = (starts.count + lanes - 1) / lanes;
    constexpr std::int64_t at_once = 16;
#pragma omp parallel for schedule(static) if (backend == Backend::openmp)
    for (std::int64_t first = 0; first < blocks; first += at_once)
        run_blocks(first, first + at_once < blocks ? first + at_once : blocks, functor);
}

}  // namespace cenas

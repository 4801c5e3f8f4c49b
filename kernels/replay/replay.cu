// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/replay/replay.hpp"

#include "kernels/base/cuda_backend.hpp"
#include "kernels/base/cuda_launch.cuh"

namespace cenas {
namespace cuda {

void replay_rule(const ReplayProblem& problem, const ReplayStarts& starts, const StepRule& rule,
                 const WindowBounds* windows, ReplayOutcome* outcomes) {
    const std::int64_t gpus = starts.count * problem.pool.gpus;
    DeviceBuffer<double> training_s(problem.work.trainings);
    DeviceBuffer<double> intensity(problem.trace.steps + 1), before(problem.trace.steps + 1);
    DeviceBuffer<WindowBounds> device_windows(starts.count);
    DeviceBuffer<GpuTask> tasks(gpus);
    DeviceBuffer<PausedTraining> paused(gpus);
    DeviceBuffer<std::int32_t> queue(starts.count * queue_size(problem.work));
    DeviceBuffer<ReplayOutcome> device_outcomes(starts.count);
    training_s.upload(problem.work.training_s);
    intensity.upload(problem.trace.intensity);
    before.upload(problem.trace.before);
    device_windows.upload(windows);
    ReplayProblem on_device = problem;
    on_device.work.training_s = training_s.data();
    on_device.trace.intensity = intensity.data();
    on_device.trace.before = before.data();
    const ScheduleScratch scratch{tasks.data(), paused.data(), queue.data()};
    launch_cuda(starts.count,
                RuleScenario{on_device, starts, rule, device_windows.data(), scratch, device_outcomes.data()});
    device_outcomes.download(outcomes);
}

void start_sums(const double* weights, std::int32_t weight_count, const ReplayTrace& trace, const ReplayStarts& starts,
                double* sums) {
    DeviceBuffer<double> device_weights(weight_count), intensity(trace.steps + 1), device_sums(starts.count);
    device_weights.upload(weights);
    intensity.upload(trace.intensity);
    launch_cuda(starts.count,
                StartSums<1>{device_weights.data(), weight_count, intensity.data(), starts, device_sums.data()});
    device_sums.download(sums);
}

}  // namespace cuda
}  // namespace cenas

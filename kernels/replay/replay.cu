// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/replay/replay.hpp"

#include "kernels/base/cuda_backend.hpp"
#include "kernels/base/cuda_launch.cuh"

namespace cenas {
namespace cuda {

void replay_rule(const ReplayWork& work, const ReplayPool& pool, const ReplayGrams& grams, const ReplayTrace& trace,
                 std::int64_t trace_steps, const ReplayStarts& starts, const StepRule& rule,
                 const WindowBounds* windows, ReplayOutcome* outcomes) {
    DeviceBuffer<double> training_s(work.trainings), intensity(trace_steps + 1), before(trace_steps + 1);
    DeviceBuffer<WindowBounds> device_windows(starts.count);
    DeviceBuffer<GpuTask> tasks(starts.count * pool.gpus);
    DeviceBuffer<PausedTraining> paused(starts.count * pool.gpus);
    DeviceBuffer<std::int32_t> queue(starts.count * queue_size(work));
    DeviceBuffer<ReplayOutcome> device_outcomes(starts.count);
    training_s.upload(work.training_s);
    intensity.upload(trace.intensity);
    before.upload(trace.before);
    device_windows.upload(windows);
    ReplayWork device_work = work;
    device_work.training_s = training_s.data();
    launch_cuda(starts.count,
                RuleScenario{device_work, pool, grams, ReplayTrace{intensity.data(), before.data(), trace.step_s},
                             starts, rule, device_windows.data(),
                             ScheduleScratch{tasks.data(), paused.data(), queue.data()}, device_outcomes.data()});
    device_outcomes.download(outcomes);
}

void start_sums(const double* weights, std::int32_t weight_count, const double* intensity, std::int64_t trace_steps,
                const ReplayStarts& starts, double* sums) {
    DeviceBuffer<double> device_weights(weight_count), device_intensity(trace_steps + 1), device_sums(starts.count);
    device_weights.upload(weights);
    device_intensity.upload(intensity);
    launch_cuda(starts.count,
                StartSums<1>{device_weights.data(), weight_count, device_intensity.data(), starts, device_sums.data()});
    device_sums.download(sums);
}

}  // namespace cuda
}  // namespace cenas

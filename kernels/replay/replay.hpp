// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/base/launch.hpp"
#include "kernels/base/macros.hpp"
#include "kernels/replay/schedule.hpp"

// Recorded work on many pieces of a carbon trace. The CUDA half has been compiled, never run on a GPU.

namespace cenas {

/// A trace as the kernels read it.
struct ReplayTrace {
    const double* intensity;  ///< gCO2e/kWh of each step, and a 0 behind the last
    const double* before;     ///< integral of the intensity up to each step and to the end, in gCO2e/kWh x s
    std::int64_t steps;
    double step_s;
};

/// What turns joules and time into grams.
struct ReplayGrams {
    double per_watt_integral;  ///< PUE / 3.6e6: of watts x an integral of the trace
    double per_second;         ///< embodied, of the whole pool
};

/// What the scenarios of one trace share.
struct ReplayProblem {
    ReplayWork work;
    ReplayPool pool;
    ReplayGrams grams;
    ReplayTrace trace;
};

struct ReplayOutcome {
    double grams;   ///< CO2e up to end_s, PUE and embodied share included
    double joules;  ///< IT energy up to end_s
    ScheduleEnd end;
};

/// Adds up energy and its emissions at once: power x the difference of the trace's integral.
struct TraceMeter {
    ReplayTrace trace;
    std::int64_t first;  ///< step of the trace at which the schedule begins
    double joules = 0;
    double watt_integral = 0;

    CENAS_HD void use(double watts, double from, double to) {
        if (!(to > from)) return;
        joules += watts * (to - from);
        watt_integral += watts * (integral(to) - integral(from));
    }
    CENAS_HD double integral(double t) const {
        const auto step = static_cast<std::int64_t>(t / trace.step_s);
        return trace.before[first + step] +
               (t - static_cast<double>(step) * trace.step_s) * trace.intensity[first + step];
    }
};

/// Runs a schedule on the trace from step `first` on.
template <class Decide>
CENAS_HD ReplayOutcome replay_schedule(const ReplayProblem& problem, std::int64_t first, std::int32_t steps,
                                       const Decide& decide, const ScheduleScratch& scratch) {
    TraceMeter meter{problem.trace, first};
    Schedule<Decide, TraceMeter> schedule(problem.work, problem.pool, decide, meter, scratch);
    const ScheduleEnd end = schedule.run(steps, problem.trace.step_s);
    const double grams = meter.watt_integral * problem.grams.per_watt_integral + end.at_s * problem.grams.per_second;
    return {grams, meter.joules, end};
}

/// The allocators (src/schedule/allocators.cpp) whose decision follows from the present intensity and two numbers that
/// are the same throughout a run: those of a window that is the whole run.
enum class StepRuleKind : std::int32_t { shares, threshold, cheapest };

struct StepRule {
    StepRuleKind kind;
    std::int32_t gpus;
    std::int32_t evaluate;  ///< cheapest: GPUs that evaluate
    bool sample_rest;       ///< cheapest: the others sample
    double threshold;       ///< threshold: evaluate up to this part of the way from `low` to `high`
};

/// Of the window: its smallest and largest intensity; cheapest: the largest at which GPUs evaluate, as `high`.
struct WindowBounds {
    double low, high;
};

CENAS_HD inline GpuCounts counts_of(const StepRule& rule, const WindowBounds& window, double intensity) {
    if (rule.kind == StepRuleKind::shares) {
        if (window.high <= window.low) return {rule.gpus, 0};
        const double wanted = std::floor(rule.gpus * (window.high - intensity) / (window.high - window.low) + 0.5);
        const double limit = rule.gpus;
        const auto evaluate = static_cast<std::int32_t>(wanted < 0 ? 0 : wanted > limit ? limit : wanted);
        return {evaluate, rule.gpus - evaluate};
    }
    if (rule.kind == StepRuleKind::threshold) {
        const bool clean = intensity - window.low <= rule.threshold * (window.high - window.low);
        return clean ? GpuCounts{rule.gpus, 0} : GpuCounts{0, rule.gpus};
    }
    const std::int32_t wanted = rule.evaluate < rule.gpus ? rule.evaluate : rule.gpus;
    const std::int32_t evaluate = intensity <= window.high ? wanted : 0;
    return {evaluate, rule.sample_rest ? rule.gpus - evaluate : 0};
}

/// Starts at steps first, first + stride, ... of a trace; each runs for `steps` steps at most.
struct ReplayStarts {
    std::int64_t first;
    std::int64_t stride;
    std::int64_t count;
    std::int32_t steps;
};

/// Scenario i: the i-th start under a rule.
struct RuleScenario {
    ReplayProblem problem;
    ReplayStarts starts;
    StepRule rule;
    const WindowBounds* windows;  ///< one a start
    ScheduleScratch scratch;      ///< of all scenarios, one after the other
    ReplayOutcome* outcomes;

    struct Decide {
        const StepRule* rule;
        WindowBounds window;
        const double* intensity;
        CENAS_HD GpuCounts operator()(std::int32_t step) const { return counts_of(*rule, window, intensity[step]); }
    };

    CENAS_HD void operator()(std::int64_t i) const {
        const std::int64_t first = starts.first + i * starts.stride;
        const std::int64_t gpus = problem.pool.gpus;
        const ScheduleScratch mine{scratch.tasks + i * gpus, scratch.paused + i * gpus,
                                   scratch.queue + i * queue_size(problem.work)};
        const Decide decide{&rule, windows[i], problem.trace.intensity + first};
        outcomes[i] = replay_schedule(problem, first, starts.steps, decide, mine);
    }
};

/// sums[i] = sum over k of weights[k] x intensity of the k-th step of start i, for `Lanes` neighbouring starts at once,
/// which become vector instructions on the CPU; one on the GPU. What a schedule emits that does not depend on the
/// trace. Each sum is in the order of the steps.
template <int Lanes>
struct StartSums {
    const double* weights;
    std::int32_t weight_count;  ///< at most starts.steps
    const double* intensity;    ///< of the trace
    ReplayStarts starts;
    double* sums;

    CENAS_HD void operator()(std::int64_t block) const {
        const std::int64_t begin = block * Lanes;
        const double* at = intensity + starts.first + begin * starts.stride;
        if (begin + Lanes > starts.count) {
            for (std::int64_t i = begin; i < starts.count; ++i) sums[i] = one(at + (i - begin) * starts.stride);
            return;
        }
        double sum[Lanes] = {};
        if (starts.stride == 1)
            for (std::int32_t k = 0; k < weight_count; ++k)
                for (int l = 0; l < Lanes; ++l) sum[l] += weights[k] * at[k + l];
        else
            for (int l = 0; l < Lanes; ++l) sum[l] = one(at + l * starts.stride);
        for (int l = 0; l < Lanes; ++l) sums[begin + l] = sum[l];
    }

  private:
    CENAS_HD double one(const double* at) const {
        double sum = 0;
        for (std::int32_t k = 0; k < weight_count; ++k) sum += weights[k] * at[k];
        return sum;
    }
};

// Launchers: host arrays in and out; every start fits into the trace. Throw std::runtime_error for Backend::cuda where
// it is not compiled in or fails.

/// outcomes[i] of every start under `rule`, whose windows[i] belongs to start i.
void replay_rule(Backend backend, const ReplayProblem& problem, const ReplayStarts& starts, const StepRule& rule,
                 const WindowBounds* windows, ReplayOutcome* outcomes);

/// sums[i] of every start (StartSums).
void start_sums(Backend backend, const double* weights, std::int32_t weight_count, const ReplayTrace& trace,
                const ReplayStarts& starts, double* sums);

}  // namespace cenas

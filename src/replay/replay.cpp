// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "replay/replay.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <span>

#include "base/error.hpp"
#include "base/log.hpp"
#include "carbon/issued_forecast.hpp"
#include "schedule/allocator.hpp"
#include "schedule/lower_bound.hpp"

namespace cenas {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// --- records as kernels see them -------------------------------------------------------------------------------------

ReplayWork kernel_work(const RecordedWork& work) {
    return {work.training_s.data(), static_cast<std::int32_t>(work.training_s.size()),
            work.initial,           work.unqueried,
            work.queue_capacity,    work.supernet,
            work.supernet_s,        work.query_s};
}

ReplayPool kernel_pool(const ReplaySettings& settings) {
    const PowerOptions& power = settings.power;
    return {settings.gpus,    settings.slices_per_evaluation, settings.pause_s,  settings.resume_s, power.evaluation_w,
            power.sampling_w, power.supernet_training_w,      power.switching_w, power.idle_w,      power.optimizer_w};
}

ReplayGrams kernel_grams(const ReplaySettings& settings) {
    return {settings.power.pue / joules_per_kilowatt_hour,
            settings.power.embodied_g_per_gpu_h * settings.gpus / seconds_per_hour};
}

/// A trace with its integral.
struct IntegratedTrace {
    explicit IntegratedTrace(const Trace& trace) : step_s(static_cast<double>(trace.step_s)) {
        intensity = trace.values;
        intensity.push_back(0);
        for (const double value : trace.values) before.push_back(before.back() + value * step_s);
    }
    ReplayTrace view() const { return {intensity.data(), before.data(), std::ssize(before) - 1, step_s}; }

    double step_s;
    std::vector<double> intensity;
    std::vector<double> before{0.0};
};

ReplayProblem kernel_problem(const RecordedWork& work, const ReplaySettings& settings, const IntegratedTrace& trace) {
    return {kernel_work(work), kernel_pool(settings), kernel_grams(settings), trace.view()};
}

class Scratch {
  public:
    Scratch(const ReplayWork& work, const ReplayPool& pool)
        : tasks_(static_cast<std::size_t>(pool.gpus)),
          paused_(tasks_.size()),
          queue_(static_cast<std::size_t>(queue_size(work))) {}
    ScheduleScratch view() { return {tasks_.data(), paused_.data(), queue_.data()}; }

  private:
    std::vector<GpuTask> tasks_;
    std::vector<PausedTraining> paused_;
    std::vector<std::int32_t> queue_;
};

// --- asking the allocator --------------------------------------------------------------------------------------------

/// Asks an allocator what the GPUs do at a step of the piece, as the engine asks it; once a step, in their order.
class Ask {
  public:
    /// `piece` outlives the object.
    Ask(const RecordedWork& work, const ReplaySettings& settings, const Trace& piece, const ScheduleOptions& policy,
        const ForecastOptions& told)
        : piece_(piece),
          step_(static_cast<double>(piece.step_s)),
          told_(told),
          allocator_(make_allocator(policy, static_cast<std::uint64_t>(work.seed))) {
        view_.end = step_ * static_cast<double>(piece.values.size());
        view_.gpus = settings.gpus;
        view_.queue_capacity = work.queue_capacity;
        view_.carbon_left_g = std::numeric_limits<double>::infinity();
    }
    std::int32_t steps() const { return static_cast<std::int32_t>(piece_.values.size()); }

    GpuCounts operator()(std::int32_t step) const {
        const auto now = static_cast<std::size_t>(step);
        const auto window = told_window(piece_, now, told_);
        AllocatorView view = view_;
        view.now = step_ * static_cast<double>(now);
        view.intensity = piece_.values[now];
        view.window = window;
        const Allocation allocation = allocator_->decide(view);
        return {allocation.evaluate, allocation.sample};
    }

  private:
    const Trace& piece_;
    Seconds step_;
    ForecastOptions told_;
    std::unique_ptr<Allocator> allocator_;
    AllocatorView view_;
};

// --- policies that do not look at the trace --------------------------------------------------------------------------

/// Sorts energy into steps.
struct StepMeter {
    double step_s;
    std::vector<double> joules;

    void use(double watts, double from, double to) {
        for (auto step = static_cast<std::size_t>(from / step_s); from < to && step < joules.size(); ++step) {
            const double edge = std::min(to, static_cast<double>(step + 1) * step_s);
            joules[step] += watts * (edge - from);
            from = edge;
        }
    }
};

// --- all scenarios ---------------------------------------------------------------------------------------------------

/// One trace of a record, its starts, and where their results belong.
struct Part {
    const RecordedWork& work;
    const Trace& trace;
    const IntegratedTrace& integrated;
    ReplayStarts starts;
    std::size_t first_row;  // of [work][trace][start]
};

Trace piece_of(const Part& part, const ReplayRecord& record, std::int64_t start) {
    return window_of(part.trace, UtcTime{record.starts[static_cast<std::size_t>(start)]},
                     static_cast<std::int64_t>(record.horizon_s));
}

using Outcomes = std::vector<ReplayOutcome>;

/// One schedule, made on the first piece, for all of them: its joules in each step x the intensity of the step.
Outcomes replay_blind(const Part& part, const ReplayRecord& record, const ScheduleOptions& policy, Backend backend) {
    const ReplayProblem problem = kernel_problem(part.work, record.settings, part.integrated);
    const Trace piece = piece_of(part, record, 0);
    const Ask ask(part.work, record.settings, piece, policy, {});
    StepMeter meter{part.integrated.step_s, std::vector<double>(piece.values.size())};
    Scratch scratch(problem.work, problem.pool);
    Schedule<Ask, StepMeter> schedule(problem.work, problem.pool, ask, meter, scratch.view());
    const ScheduleEnd end = schedule.run(ask.steps(), meter.step_s);

    while (!meter.joules.empty() && meter.joules.back() == 0) meter.joules.pop_back();  // nothing behind the end
    std::vector<double> sums(static_cast<std::size_t>(part.starts.count));
    start_sums(backend, meter.joules.data(), static_cast<std::int32_t>(meter.joules.size()), part.integrated.view(),
               part.starts, sums.data());
    double joules = 0;
    for (const double in_step : meter.joules) joules += in_step;
    Outcomes outcomes;
    for (const double sum : sums)
        outcomes.push_back({sum * problem.grams.per_watt_integral + end.at_s * problem.grams.per_second, joules, end});
    return outcomes;
}

/// The rule that stands for the allocator where its window is the whole piece; none: it has to be asked.
std::optional<StepRule> rule_of(const ScheduleOptions& policy, int gpus) {
    StepRule rule{StepRuleKind::shares, gpus, policy.evaluate, policy.rest == "sample", policy.threshold};
    if (policy.allocator == "shares") return rule;
    rule.kind = StepRuleKind::threshold;
    if (policy.allocator == "switch") return rule;
    rule.kind = StepRuleKind::cheapest;
    if (policy.allocator == "cheapest") return rule;
    return std::nullopt;
}

WindowBounds bounds_of(std::span<const double> window, const ScheduleOptions& policy, std::vector<double>& sorted) {
    const auto [low, high] = std::minmax_element(window.begin(), window.end());
    if (policy.allocator != "cheapest") return {*low, *high};
    sorted.assign(window.begin(), window.end());
    const auto wanted = static_cast<std::ptrdiff_t>(std::ceil(policy.quantile * static_cast<double>(sorted.size())));
    const auto last = sorted.begin() + std::max<std::ptrdiff_t>(wanted, 1) - 1;
    std::nth_element(sorted.begin(), last, sorted.end());
    return {*low, *last};
}

Outcomes replay_by_rule(const Part& part, const ReplayRecord& record, const ScheduleOptions& policy,
                        const StepRule& rule, Backend backend) {
    const std::span<const double> values = part.trace.values;
    std::vector<WindowBounds> windows(static_cast<std::size_t>(part.starts.count));
#pragma omp parallel if (backend == Backend::openmp)
    {
        std::vector<double> sorted;
#pragma omp for schedule(static)
        for (std::int64_t i = 0; i < part.starts.count; ++i)
            windows[static_cast<std::size_t>(i)] =
                bounds_of(values.subspan(static_cast<std::size_t>(part.starts.first + i * part.starts.stride),
                                         static_cast<std::size_t>(part.starts.steps)),
                          policy, sorted);
    }
    Outcomes outcomes(windows.size());
    replay_rule(backend, kernel_problem(part.work, record.settings, part.integrated), part.starts, rule, windows.data(),
                outcomes.data());
    return outcomes;
}

Outcomes replay_each(const Part& part, const ReplayRecord& record, const ReplayPolicy& policy, Backend backend) {
    Outcomes outcomes(static_cast<std::size_t>(part.starts.count));
#pragma omp parallel for schedule(static) if (backend != Backend::serial)
    for (std::int64_t i = 0; i < part.starts.count; ++i)
        outcomes[static_cast<std::size_t>(i)] =
            replay_piece(part.work, record.settings, piece_of(part, record, i), policy.schedule, policy.told);
    return outcomes;
}

Outcomes replay_policy(const Part& part, const ReplayRecord& record, const ReplayPolicy& policy, Backend backend) {
    if (is_blind(policy.schedule)) return replay_blind(part, record, policy.schedule, backend);
    const auto rule = rule_of(policy.schedule, record.settings.gpus);
    return policy.told == ForecastOptions() && rule ? replay_by_rule(part, record, policy.schedule, *rule, backend)
                                                    : replay_each(part, record, policy, backend);
}

BoundWeights weights_of(const RecordedWork& work, const ReplaySettings& settings, double step_s) {
    const PowerOptions& power = settings.power;
    BoundProblem problem;
    for (const double seconds : work.training_s) problem.tasks.push_back({seconds, power.evaluation_w});
    problem.idle_w = std::min(power.idle_w, power.evaluation_w);
    if (work.supernet) {
        problem.tasks.push_back({work.supernet_s, power.supernet_training_w});
        for (auto i = static_cast<std::size_t>(work.unqueried); i < work.training_s.size(); ++i)
            problem.tasks.push_back({work.query_s, power.sampling_w});
        problem.idle_w = std::min({problem.idle_w, power.supernet_training_w, power.sampling_w});
    }
    if (settings.pause_s + settings.resume_s > 0) problem.idle_w = std::min(problem.idle_w, power.switching_w);
    problem.gpus = settings.gpus;
    problem.other_w = power.optimizer_w;
    problem.pue = power.pue;
    problem.embodied_g_per_s = power.embodied_g_per_gpu_h * settings.gpus / seconds_per_hour;
    problem.step_s = step_s;
    return bound_weights(problem);
}

void fill_bounds(const Part& part, ReplayRecord& record, Backend backend) {
    const BoundWeights weights = weights_of(part.work, record.settings, part.integrated.step_s);
    const std::span<const double> values = part.trace.values;
#pragma omp parallel for schedule(static) if (backend != Backend::serial)
    for (std::int64_t i = 0; i < part.starts.count; ++i) {
        const auto first = static_cast<std::size_t>(part.starts.first + i * part.starts.stride);
        const double bound = lower_bound(weights, values.subspan(first, static_cast<std::size_t>(part.starts.steps)));
        record.lower_bound_g[part.first_row + static_cast<std::size_t>(i)] = std::isinf(bound) ? not_a_number : bound;
    }
}

void store(const Outcomes& outcomes, const Part& part, std::size_t policy, ReplayRecord& record) {
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const ReplayOutcome& outcome = outcomes[i];
        const std::size_t row = part.first_row + i;
        const std::size_t at = row * record.policies.size() + policy;
        record.grams[at] = outcome.grams;
        record.joules[at] = outcome.joules;
        record.makespan_s[at] = outcome.end.complete ? outcome.end.at_s : not_a_number;
        record.regret_g[at] = outcome.end.complete ? outcome.grams - record.lower_bound_g[row] : not_a_number;
    }
}

ReplayStarts starts_on(const Trace& trace, const ReplayRecord& record) {
    ReplayStarts starts{};
    starts.first = static_cast<std::int64_t>(index_at(trace, UtcTime{record.starts.front()}));
    starts.stride = record.starts.size() > 1 ? (record.starts[1] - record.starts[0]) / trace.step_s : 1;
    starts.count = std::ssize(record.starts);
    starts.steps = static_cast<std::int32_t>(record.horizon_s / static_cast<double>(trace.step_s));
    return starts;
}

}  // namespace

ReplayOutcome replay_piece(const RecordedWork& work, const ReplaySettings& settings, const Trace& piece,
                           const ScheduleOptions& policy, const ForecastOptions& told) {
    const Ask ask(work, settings, piece, policy, told);
    const IntegratedTrace integrated(piece);
    const ReplayProblem problem = kernel_problem(work, settings, integrated);
    Scratch scratch(problem.work, problem.pool);
    return replay_schedule(problem, 0, ask.steps(), ask, scratch.view());
}

double replay_lower_bound(const RecordedWork& work, const ReplaySettings& settings, const Trace& piece) {
    return lower_bound(weights_of(work, settings, static_cast<double>(piece.step_s)), piece.values);
}

void replay(ReplayRecord& record, Backend backend) {
    const std::size_t rows = record.works.size() * record.traces.size() * record.starts.size();
    for (auto* result : {&record.grams, &record.joules, &record.makespan_s, &record.regret_g})
        result->assign(rows * record.policies.size(), 0.0);
    record.lower_bound_g.assign(rows, 0.0);
    Progress progress("scenarios", record.scenarios());
    std::size_t first_row = 0;
    std::vector<IntegratedTrace> integrated(record.traces.begin(), record.traces.end());
    for (const RecordedWork& work : record.works)
        for (std::size_t t = 0; t < record.traces.size(); ++t) {
            const Part part{work, record.traces[t], integrated[t], starts_on(record.traces[t], record), first_row};
            fill_bounds(part, record, backend);
            for (std::size_t p = 0; p < record.policies.size(); ++p) {
                store(replay_policy(part, record, record.policies[p], backend), part, p, record);
                progress.advance(record.starts.size());
            }
            first_row += record.starts.size();
        }
}

}  // namespace cenas

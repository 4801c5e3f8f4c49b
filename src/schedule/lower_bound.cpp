// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "schedule/lower_bound.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace cenas {
namespace {

constexpr double joules_per_kilowatt_hour = 3.6e6;

/// Seconds of work that n steps can hold at most.
double most_work(std::span<const BoundTask> tasks, int gpus, double step_s, double n) {
    double work = 0;
    for (const BoundTask& task : tasks) work += std::min(task.seconds, n * step_s);
    return std::min(work, n * gpus * step_s);
}

/// No schedule of the tasks ends before this.
double shortest_makespan(std::span<const BoundTask> tasks, int gpus) {
    double longest = 0, all = 0;
    for (const BoundTask& task : tasks) {
        longest = std::max(longest, task.seconds);
        all += task.seconds;
    }
    return std::max(longest, all / gpus);
}

/// Whole steps that `seconds` take; what rounding adds makes no step.
std::size_t steps_of(double seconds, double step_s) {
    constexpr double rounding = 1e-9;
    return static_cast<std::size_t>(std::ceil(seconds / step_s * (1 - rounding)));
}

/// The work, cleanest steps first, x their intensities. Four sums, which do not wait for one another.
double work_cost(std::span<const double> joules, std::span<const double> cleanest) {
    constexpr std::size_t width = 4;
    std::array<double, width> costs{};
    const std::size_t even = joules.size() / width * width;
    for (std::size_t i = 0; i < even; i += width)
        for (std::size_t k = 0; k < width; ++k) costs[k] += joules[i + k] * cleanest[i + k];
    for (std::size_t i = even; i < joules.size(); ++i) costs[0] += joules[i] * cleanest[i];
    return (costs[0] + costs[1]) + (costs[2] + costs[3]);
}

}  // namespace

BoundWeights bound_weights(const BoundProblem& problem) {
    std::vector<BoundTask> tasks = problem.tasks;
    std::stable_sort(tasks.begin(), tasks.end(),
                     [](const BoundTask& a, const BoundTask& b) { return a.watts > b.watts; });
    BoundWeights weights;
    weights.shortest_s = shortest_makespan(tasks, problem.gpus);
    weights.base_w = problem.gpus * problem.idle_w + problem.other_w;
    weights.pue = problem.pue;
    weights.embodied_g_per_s = problem.embodied_g_per_s;
    weights.step_s = problem.step_s;
    weights.joules.resize(steps_of(weights.shortest_s, problem.step_s));
    for (std::size_t end = 0; end < tasks.size();) {
        const double watts = tasks[end].watts;
        while (end < tasks.size() && tasks[end].watts == watts) ++end;
        const std::span layer(tasks.data(), end);
        const double above = watts - (end < tasks.size() ? tasks[end].watts : problem.idle_w);
        double before = 0;
        for (std::size_t i = 0; i < weights.joules.size(); ++i) {
            const double now = most_work(layer, problem.gpus, problem.step_s, static_cast<double>(i + 1));
            weights.joules[i] += above * (now - before);
            before = now;
        }
    }
    return weights;
}

double lower_bound(const BoundWeights& weights, std::span<const double> intensities) {
    const std::size_t needed = weights.joules.size();
    double best = std::numeric_limits<double>::infinity();
    if (intensities.size() < needed) return best;
    const double step_s = weights.step_s;
    std::vector<double> cleanest(intensities.begin(), intensities.begin() + static_cast<std::ptrdiff_t>(needed));
    std::sort(cleanest.begin(), cleanest.end());
    double work = work_cost(weights.joules, cleanest);
    double before = 0;  // integral of the intensity up to step n - 1
    for (std::size_t i = 0; i + 1 < needed; ++i) before += intensities[i] * step_s;
    for (std::size_t n = std::max<std::size_t>(needed, 1); n <= intensities.size(); ++n) {
        const double intensity = intensities[n - 1];
        const double begin = static_cast<double>(n - 1) * step_s;
        if (n > needed && needed > 0 && intensity < cleanest.back()) {
            cleanest.insert(std::upper_bound(cleanest.begin(), cleanest.end(), intensity), intensity);
            cleanest.pop_back();
            work = work_cost(weights.joules, cleanest);
        }
        const double end = std::max(weights.shortest_s, begin);
        const double base = weights.base_w * (before + (end - begin) * intensity);
        const double embodied = weights.embodied_g_per_s * end;
        if (base * weights.pue / joules_per_kilowatt_hour + embodied >= best) break;  // it only rises
        best = std::min(best, (base + work) * weights.pue / joules_per_kilowatt_hour + embodied);
        before += intensity * step_s;
    }
    constexpr double rounding = 1e-9;
    return best * (1 - rounding);
}

}  // namespace cenas

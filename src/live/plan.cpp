// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/plan.hpp"

#include <algorithm>

#include "engine/engine.hpp"

namespace cenas {

std::vector<LiveSearch> plan_searches(const Options& options) {
    std::vector<LiveSearch> searches;
    for (std::int32_t trace = 0; trace < std::ssize(options.traces); ++trace)
        for (std::int32_t method = 0; method < std::ssize(options.methods); ++method)
            for (int seed = 0; seed < options.run.seeds; ++seed)
                searches.push_back({std::ssize(searches), trace, method, options.run.first_seed + seed});
    return searches;
}

Options engine_options(const LiveOptions& options, int ranks_per_group, UtcTime start, double offset_s) {
    Options of_engine = options.search;
    of_engine.run.start = start;
    of_engine.run.hours += offset_s / seconds_per_hour;
    if (options.live.evaluator == "table") return of_engine;
    PowerOptions& power = of_engine.power;
    power.optimizer_w /= options.speed();
    power.embodied_g_per_gpu_h *= ranks_per_group / options.speed();
    power.evaluation_w = power.sampling_w = power.supernet_training_w = 0;  // groups tell joules
    power.idle_w = power.switching_w = 0;
    return of_engine;
}

Trace engine_trace(const LiveOptions& options, const Trace& whole, const Options& of_engine) {
    const auto length_s = static_cast<std::int64_t>(run_horizon(of_engine).value);
    if (!options.now) return window_of(whole, of_engine.run.start, length_s);
    constexpr std::int64_t day_s = 86400;
    const std::int64_t ahead = (of_engine.run.start.seconds - whole.start.seconds) / whole.step_s;
    const std::int64_t known = std::clamp<std::int64_t>(ahead, 0, std::ssize(whole.values));
    const auto end = whole.values.begin() + known;
    Trace window = whole;
    window.start = of_engine.run.start;
    window.history.assign(end - std::min(known, day_s / whole.step_s), end);
    window.values.assign(static_cast<std::size_t>((length_s + whole.step_s - 1) / whole.step_s), 0.0);
    window.estimated.assign(window.values.size(), 0);
    return window;
}

}  // namespace cenas

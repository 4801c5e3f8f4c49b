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

Options engine_options(const LiveOptions& live, int ranks_per_group, UtcTime start, double offset_s) {
    Options options = live.search;
    options.run.start = start;
    options.run.hours += offset_s / seconds_per_hour;
    if (live.live.evaluator == "table") return options;
    options.power.optimizer_w /= live.speed();
    options.power.embodied_g_per_gpu_h *= ranks_per_group / live.speed();
    options.power.evaluation_w = options.power.sampling_w = options.power.supernet_training_w =
        0;  // groups tell joules
    options.power.idle_w = options.power.switching_w = 0;
    return options;
}

Trace engine_trace(const LiveOptions& live, const Trace& whole, const Options& options) {
    const auto length_s = static_cast<std::int64_t>(run_horizon(options).value);
    if (!live.now) return window_of(whole, options.run.start, length_s);
    constexpr std::int64_t day_s = 86400;
    const std::int64_t ahead = (options.run.start.seconds - whole.start.seconds) / whole.step_s;
    const std::int64_t known = std::clamp<std::int64_t>(ahead, 0, std::ssize(whole.values));
    const auto end = whole.values.begin() + known;
    Trace window = whole;
    window.start = options.run.start;
    window.history.assign(end - std::min(known, day_s / whole.step_s), end);
    window.values.assign(static_cast<std::size_t>((length_s + whole.step_s - 1) / whole.step_s), 0.0);
    window.estimated.assign(window.values.size(), 0);
    return window;
}

}  // namespace cenas

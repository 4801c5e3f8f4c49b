// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/plan.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/error.hpp"
#include "base/mean.hpp"
#include "carbon/synthetic_trace.hpp"
#include "driver/engine.hpp"
#include "io/table_file.hpp"

namespace cenas {
namespace {

constexpr std::string_view synthetic_prefix = "synthetic:";

/// The share of GPU time that goes to evaluation, roughly: enough to put long searches first.
double expected_share(const MethodOptions& method, int gpus) {
    const auto& schedule = method.schedule;
    if (schedule.allocator == "all-evaluate") return 1.0;
    if (schedule.allocator == "all-sample") return 0.05;
    if (schedule.allocator == "fixed") return static_cast<double>(schedule.evaluate) / gpus;
    if (schedule.allocator == "cheapest") return schedule.quantile * schedule.evaluate / gpus;
    return 0.5;
}

std::string file_size(double bytes) {
    if (bytes < 1e6) return fmt::format("{:.0f} kB", bytes / 1e3);
    return bytes < 1e9 ? fmt::format("{:.1f} MB", bytes / 1e6) : fmt::format("{:.1f} GB", bytes / 1e9);
}

std::string describe_methods(const Options& options) {
    std::string text;
    for (const auto& method : options.methods)
        text += fmt::format("method      {}: {}, allocator {}, candidates {}\n", method.name, method.search.strategy,
                            method.schedule.allocator, method.candidates);
    return text;
}

bool has_budget(const Options& options) { return options.budget.carbon_kg > 0 || options.budget.evaluations > 0; }

std::string describe_limits(const Options& options) {
    std::string text =
        fmt::format("forecast    {} of {}\n", options.run.forecast,
                    options.run.window_h > 0 ? fmt::format("the next {} h", options.run.window_h) : "the whole run");
    if (options.budget.carbon_kg > 0)
        text += fmt::format("budget      {} kg CO2e a search\n", options.budget.carbon_kg);
    if (options.budget.evaluations > 0)
        text += fmt::format("budget      {} trainings a search\n", options.budget.evaluations);
    return text;
}

/// What is allowed and yet hardly meant.
std::string describe_warnings(const Options& options, const Inputs& inputs, const std::vector<PlannedSearch>& plan) {
    std::string text;
    const auto cells = static_cast<double>(inputs.problem.table.size());
    if (std::any_of(plan.begin(), plan.end(), [&](const auto& s) { return s.expected_evaluations >= cells; }))
        text += fmt::format("warning     some searches have time to train all {} cells of the table\n", cells);
    const bool supernet = std::any_of(options.methods.begin(), options.methods.end(),
                                      [](const auto& m) { return m.candidates == "supernet"; });
    if (supernet && options.accounting.mode == "full" && inputs.problem.table.supernet_training_s == 0)
        text += "warning     the table gives the supernet away: supernet_training_s is 0\n";
    return text;
}

}  // namespace

Trace load_trace(const TraceOptions& options) {
    const bool synthetic = options.source.starts_with(synthetic_prefix);
    const auto regions = synthetic_regions();
    if (const std::string name = std::filesystem::path(options.source).filename();
        !synthetic && !std::filesystem::exists(options.source) &&
        std::find(regions.begin(), regions.end(), name) != regions.end())
        throw DataError(
            fmt::format("{}: no such file; the built-in trace is called synthetic:{}", options.source, name));
    Trace trace =
        synthetic ? synthetic_trace(options.source.substr(synthetic_prefix.size())) : read_trace_file(options.source);
    trace.name = options.name;
    return trace;
}

Inputs load_inputs(const Options& options) {
    Inputs inputs;
    inputs.problem = load_problem(options);
    std::vector<Trace> traces;
    for (const auto& trace : options.traces) traces.push_back(load_trace(trace));
    if (!options.run.allow_unlike_traces) require_comparable(traces);
    const auto length_s = static_cast<std::int64_t>(run_horizon(options).value);
    for (const auto& trace : traces) {
        inputs.windows.push_back(window_of(trace, options.run.start, length_s));
        inputs.trace_checksums.push_back(trace.checksum());
        const double from_s = search_begin(options).value;
        if (from_s >= run_horizon(options).value)
            throw UsageError(fmt::format("accounting.account_from_h = {}: must be less than run.hours = {}",
                                         options.accounting.account_from_h, options.run.hours));
        if (std::fmod(from_s, static_cast<double>(trace.step_s)) != 0.0)
            throw UsageError(
                fmt::format("accounting.account_from_h = {}: must be a whole number of steps of trace "
                            "'{}' ({} s)",
                            options.accounting.account_from_h, trace.name, trace.step_s));
    }
    return inputs;
}

std::vector<PlannedSearch> plan_searches(const Options& options, const Inputs& inputs) {
    const double trainings =
        options.run.gpus * options.run.hours * seconds_per_hour / mean(inputs.problem.table.evaluation_s);
    const auto cells = static_cast<double>(inputs.problem.table.size());
    std::vector<PlannedSearch> plan;
    for (std::size_t t = 0; t < options.traces.size(); ++t)
        for (std::size_t m = 0; m < options.methods.size(); ++m)
            for (int s = 0; s < options.run.seeds; ++s)
                plan.push_back({static_cast<std::int32_t>(m), static_cast<std::int32_t>(t), options.run.first_seed + s,
                                std::min(cells, trainings * expected_share(options.methods[m], options.run.gpus))});
    return plan;
}

Layout plan_layout(int ranks, int ranks_per_group, int threads) {
    Layout layout;
    layout.ranks = ranks;
    layout.ranks_per_group = ranks_per_group;
    layout.threads = threads > 0 ? threads : ranks == 1 ? omp_get_max_threads() : 1;
    if (ranks == 1) return layout;
    if ((ranks - 1) % ranks_per_group != 0)
        throw UsageError(
            fmt::format("{} ranks: must be 1 coordinator and whole groups of run.ranks_per_group = {} "
                        "(for example {})",
                        ranks, ranks_per_group, 1 + ranks_per_group * std::max(1, (ranks - 1) / ranks_per_group)));
    layout.groups = (ranks - 1) / ranks_per_group;
    return layout;
}

std::string describe_layout(const Layout& layout, const std::string& work) {
    if (layout.groups == 0)
        return fmt::format("ranks       1: rank 0 does all {} on {} thread(s)\n", work, layout.threads);
    return fmt::format(
        "ranks       {}: rank 0 coordinates (and sleeps while it waits); ranks 1..{} work in {} group(s) of {} "
        "rank(s), {} thread(s) each\n",
        layout.ranks, layout.ranks - 1, layout.groups, layout.ranks_per_group, layout.threads);
}

std::string describe_plan(const Options& options, const Inputs& inputs, const Layout& layout) {
    const auto plan = plan_searches(options, inputs);
    const auto& table = inputs.problem.table;
    double evaluations = 0;
    for (const auto& search : plan) evaluations += search.expected_evaluations;
    constexpr double bytes_per_evaluation = 60, bytes_per_interval = 60;  // measured on run files, compressed
    double bytes = 150e3 + evaluations * bytes_per_evaluation;            // the cell table and the attributes
    for (const auto& search : plan)
        bytes += bytes_per_interval *
                 static_cast<double>(inputs.windows[static_cast<std::size_t>(search.trace)].values.size());

    std::string text = fmt::format("searches    {} = {} method(s) x {} trace(s) x {} seed(s)\n", plan.size(),
                                   options.methods.size(), options.traces.size(), options.run.seeds);
    text += fmt::format(
        "table       {}{}: {} of {} cells, a training takes {:.3g} GPU-hours on average{}\n", table.name,
        table.synthetic ? " (SYNTHETIC)" : "", table.size(), cell_count, mean(table.evaluation_s) / seconds_per_hour,
        options.problem.cost_scale != 1.0 ? fmt::format(" (modelled: stretched by {})", options.problem.cost_scale)
                                          : "");
    for (const auto& trace : inputs.windows)
        text += fmt::format("trace       {}{}: {} {}, {} steps of {} s from {}\n", trace.name,
                            trace.synthetic ? " (SYNTHETIC)" : "", to_string(trace.signal), to_string(trace.scope),
                            trace.values.size(), trace.step_s, to_string(trace.start));
    for (const auto& o : inputs.problem.objectives)
        text +=
            fmt::format("objective   {} ({}, {}), reference {}\n", o.name, to_string(o.direction), o.unit, o.reference);
    text += describe_methods(options);
    text +=
        fmt::format("HV_max      {:.4f} (denoised {:.4f})\n", inputs.problem.hv_max, inputs.problem.hv_max_denoised);
    text += fmt::format("accounting  {}\n", options.accounting.mode);
    text += fmt::format("each search {} GPUs for {} h = {} GPU-hours of virtual time\n", options.run.gpus,
                        options.run.hours, options.run.gpus * options.run.hours);
    text += describe_limits(options);
    text += fmt::format("trainings   {} {:.0f} in all\n", has_budget(options) ? "at most" : "about", evaluations);
    text += describe_warnings(options, inputs, plan);
    text += fmt::format("file        about {}\n", file_size(bytes));
    return text + describe_layout(layout, fmt::format("{} searches", plan.size()));
}

}  // namespace cenas

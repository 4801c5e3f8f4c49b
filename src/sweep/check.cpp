// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/clock.hpp"
#include "base/mean.hpp"
#include "carbon/issued_forecast.hpp"
#include "sweep/sweep.hpp"

namespace cenas {
namespace {

std::string file_size(double bytes) {
    if (bytes < 1e6) return fmt::format("{:.0f} kB", bytes / 1e3);
    return bytes < 1e9 ? fmt::format("{:.1f} MB", bytes / 1e6) : fmt::format("{:.1f} GB", bytes / 1e9);
}

/// "12 s", "3.4 min", "2.1 h"
std::string duration(double seconds) {
    if (seconds < 60) return fmt::format("{:.2g} s", seconds);
    return seconds < 3600 ? fmt::format("{:.1f} min", seconds / 60) : fmt::format("{:.1f} h", seconds / 3600);
}

std::string describe_methods(const Options& options) {
    std::string text;
    for (const auto& method : options.methods)
        text += fmt::format("method      {}: {}, allocator {}, candidates {}, forecast {} of {}\n", method.name,
                            method.search.strategy, method.schedule.allocator, method.candidates, method.forecast,
                            method.window_h > 0 ? fmt::format("the next {} h", method.window_h) : "the whole run");
    return text;
}

std::string describe_axes(const Inputs& inputs) {
    std::string text;
    for (const auto& axis : inputs.scenarios.axes)
        text += fmt::format("axis        {}: {} values\n", fmt::join(axis.keys, " and "), axis.values.size());
    return text;
}

std::string describe_limits(const Options& options) {
    std::string text;
    if (options.budget.carbon_kg > 0)
        text += fmt::format("budget      {} kg CO2e a search\n", options.budget.carbon_kg);
    if (options.budget.evaluations > 0)
        text += fmt::format("budget      {} trainings a search\n", options.budget.evaluations);
    return text;
}

std::string describe_problem(const Options& options, const Problem& problem) {
    const ArchitectureTable& table = problem.table;
    std::string text = fmt::format(
        "table       {}{}: {} of {} cells, a training takes {:.3g} GPU-hours on average{}\n", table.name,
        table.synthetic ? " (SYNTHETIC)" : "", table.size(), cell_count, mean(table.evaluation_s) / seconds_per_hour,
        options.problem.cost_scale != 1.0 ? fmt::format(" (modelled: stretched by {})", options.problem.cost_scale)
                                          : "");
    for (const auto& o : problem.objectives)
        text +=
            fmt::format("objective   {} ({}, {}), reference {}\n", o.name, to_string(o.direction), o.unit, o.reference);
    return text + fmt::format("HV_max      {:.4f} (denoised {:.4f})\n", problem.hv_max, problem.hv_max_denoised);
}

// --- the sample --------------------------------------------------------------------------------------------------

/// What searches of one method cost, in all of those that were tried. The first of a unit takes longer than the others,
/// which have its proposals.
struct Sample {
    int searches = 0, firsts = 0;
    double first_s = 0, other_s = 0, evaluations = 0, trainings = 0, intervals = 0;
};

using Units = std::vector<const WorkUnit*>;

std::map<std::int32_t, Units> units_of_methods(const SweepPlan& plan, const std::vector<WorkUnit>& units) {
    std::map<std::int32_t, Units> of_method;
    for (const auto& unit : units) of_method[plan[unit.front()].method].push_back(&unit);
    return of_method;
}

void try_unit(const Inputs& inputs, const SweepPlan& plan, const WorkUnit& unit, Sample& sample) {
    constexpr std::size_t most = 3;
    double before_s = core_s();
    const auto note = [&](std::int64_t number, const SearchRecord& search) {
        const double took_s = core_s() - before_s;
        (number == unit.front() ? sample.first_s : sample.other_s) += took_s;
        sample.firsts += number == unit.front() ? 1 : 0;
        sample.searches += 1;
        sample.evaluations += static_cast<double>(search.evaluations_log.size());
        sample.trainings += static_cast<double>(search.evaluations);
        sample.intervals += static_cast<double>(search.intervals.size());
        before_s = core_s();
    };
    const WorkUnit part(unit.begin(), unit.begin() + static_cast<std::ptrdiff_t>(std::min(most, unit.size())));
    run_unit(
        inputs, plan, part, [] { return true; }, note);
}

/// One unit of every method, then, while there is time, others spread over the plan.
std::map<std::int32_t, Sample> sample_searches(const Inputs& inputs, const SweepPlan& plan,
                                               const std::map<std::int32_t, Units>& units) {
    constexpr double longest_s = 5;
    constexpr std::size_t rounds = 4;
    std::map<std::int32_t, Sample> samples;
    const double began_s = monotonic_s();
    for (std::size_t round = 0; round < rounds; ++round)
        for (const auto& [method, own] : units)
            if (round == 0 || (monotonic_s() - began_s < longest_s && round < own.size()))
                try_unit(inputs, plan, *own[own.size() * round / rounds], samples[method]);
    return samples;
}

/// What a shard's searches come to.
struct Estimate {
    double core_s = 0, evaluations = 0, trainings = 0, intervals = 0;
    int sampled = 0;
};

Estimate estimate_work(const Inputs& inputs, const SweepPlan& plan, const std::vector<WorkUnit>& all_units) {
    const auto units = units_of_methods(plan, all_units);
    Estimate estimate;
    for (const auto& [method, sample] : sample_searches(inputs, plan, units)) {
        double searches = 0;
        for (const WorkUnit* unit : units.at(method)) searches += static_cast<double>(unit->size());
        const auto firsts = static_cast<double>(units.at(method).size());
        const double factor = searches / sample.searches;
        estimate.sampled += sample.searches;
        estimate.core_s += firsts * sample.first_s / sample.firsts;
        if (sample.searches > sample.firsts)
            estimate.core_s += (searches - firsts) * sample.other_s / (sample.searches - sample.firsts);
        estimate.evaluations += factor * sample.evaluations;
        estimate.trainings += factor * sample.trainings;
        estimate.intervals += factor * sample.intervals;
    }
    return estimate;
}

/// Of the compressed file; bytes a row were measured on files of sweeps.
double file_bytes(const Estimate& estimate, const Inputs& inputs, std::int64_t searches) {
    constexpr double fixed = 150e3, of_search = 90, of_evaluation = 60, of_interval = 60, of_scenario = 30;
    return fixed + of_search * static_cast<double>(searches) + of_evaluation * estimate.evaluations +
           of_interval * estimate.intervals + of_scenario * static_cast<double>(inputs.scenarios.count());
}

std::string describe_warnings(const Inputs& inputs, const Estimate& estimate, std::int64_t searches) {
    std::string text;
    const Options& options = inputs.first;
    const ArchitectureTable& table = inputs.problems->of(options).table;
    if (estimate.trainings >= 0.95 * static_cast<double>(table.size()) * static_cast<double>(searches))
        text += fmt::format("warning     searches have time to train all {} cells of the table\n", table.size());
    const bool supernet = std::any_of(options.methods.begin(), options.methods.end(),
                                      [](const auto& m) { return m.candidates == "supernet"; });
    if (supernet && options.accounting.mode == "full" && table.supernet_training_s == 0)
        text += "warning     the table gives the supernet away: supernet_training_s is 0\n";
    const double supernet_h = table.supernet_training_s / seconds_per_hour;  // stretched already
    if (supernet && options.accounting.mode == "full" && supernet_h >= 0.5 * options.run.hours)
        text += fmt::format(
            "warning     the supernet's training takes {:.0f} of {:g} hours: until then nothing is sampled\n",
            supernet_h, options.run.hours);
    return text;
}

}  // namespace

std::string describe_plan(const Inputs& inputs, const Shard& shard, const Layout& layout) {
    const Options& options = inputs.first;
    const RunHead head = describe_inputs(inputs);
    const SweepPlan plan(inputs);
    require_searches(plan.size(), shard);
    const std::int64_t searches = shard.size(plan.size());
    const auto per_scenario =
        static_cast<std::int64_t>(options.traces.size() * options.methods.size()) * options.run.seeds;
    std::string text =
        fmt::format("searches    {}: {} scenario(s) x {} trace(s) x {} method(s) x {} seed(s){}\n", plan.size(),
                    inputs.scenarios.count(), options.traces.size(), options.methods.size(), options.run.seeds,
                    plan.size() < inputs.scenarios.count() * per_scenario
                        ? fmt::format(", of which {} are excluded, or the same as another",
                                      inputs.scenarios.count() * per_scenario - plan.size())
                        : "");
    if (shard.count > 1)
        text += fmt::format("shard       {} of {}: {} searches\n", shard.number, shard.count, searches);
    text += describe_axes(inputs) + describe_problem(options, inputs.problems->of(options));
    for (const auto& trace : head.traces)
        text += fmt::format("trace       {}{}: {} {}, {} steps of {} s from {}\n", trace.name,
                            trace.synthetic ? " (SYNTHETIC)" : "", to_string(trace.signal), to_string(trace.scope),
                            trace.values.size(), trace.step_s, to_string(trace.start));
    for (const auto& trace : inputs.traces)
        if (trace.forecast)
            text += fmt::format("forecast    of {}: {}, {} issues of {} leads\n", trace.name, trace.forecast->name,
                                trace.forecast->issues.size(), trace.forecast->leads);
    text += describe_methods(options);
    text += fmt::format("accounting  {}\n", options.accounting.mode);
    text += fmt::format("each search {} GPUs for {} h = {} GPU-hours of virtual time{}\n", options.run.gpus,
                        options.run.hours, options.run.gpus * options.run.hours,
                        inputs.scenarios.axes.empty() ? "" : " (first scenario)");
    text += describe_limits(options);
    const std::int64_t workers = layout.workers();
    const auto all = [](std::int64_t) { return true; };
    const Estimate estimate = estimate_work(inputs, plan, plan_work(plan, shard, inputs, head, all, workers));
    text += fmt::format("trainings   about {:.0f} in all\n", estimate.trainings);
    text += describe_warnings(inputs, estimate, searches);
    text += fmt::format("file        about {} ({}), and as a journal until then\n",
                        file_size(file_bytes(estimate, inputs, searches)), options.run.record);
    text += fmt::format("time        about {} on {} core(s), from {} searches that were tried\n",
                        duration(estimate.core_s / static_cast<double>(workers)), workers, estimate.sampled);
    return text + describe_layout(layout, fmt::format("{} searches", searches));
}

}  // namespace cenas

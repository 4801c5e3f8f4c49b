// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "carbon/trace.hpp"
#include "engine/problem.hpp"
#include "eval/table.hpp"
#include "sweep/verify.hpp"

namespace cenas {

/// A table of the first `cells` cells whose values are easy to predict: accuracy rises and energy rises with the cell
/// number; every training takes `hours_each`, every query `sampling_s`.
inline ArchitectureTable small_table(int cells, double hours_each, double sampling_s = 10,
                                     double supernet_training_s = 3600) {
    ArchitectureTable table;
    table.name = "small";
    table.source = "tests";
    table.objectives = {{"accuracy", Direction::maximize, "%", {}, {}}, {"energy", Direction::minimize, "mJ", {}, {}}};
    for (int i = 0; i < cells; ++i) {
        const double x = static_cast<double>(i) / cells;
        table.cells.push_back(i * 7);
        table.objectives[0].values.push_back(50 + 40 * x);
        table.objectives[0].estimates.push_back(30 + 40 * x * x);
        table.objectives[1].values.push_back(5 + 30 * x * x + (i % 3));
        table.objectives[1].estimates.push_back(table.objectives[1].values.back());
        table.evaluation_s.push_back(hours_each * 3600);
        table.sampling_s.push_back(sampling_s);
    }
    table.supernet_training_s = supernet_training_s;
    return table;
}

/// The same with trainings of fewer epochs: a tenth of the time finds 20 % less accuracy; the energy is known.
inline ArchitectureTable small_table_with_low(int cells, double hours_each) {
    ArchitectureTable table = small_table(cells, hours_each);
    table.low_fidelity_cost = 0.1;
    for (const double value : table.objectives[0].values) table.objectives[0].low.push_back(0.8 * value);
    table.objectives[1].low = table.objectives[1].values;
    return table;
}

/// Eight GPUs for a day, no initial architectures, full accounting.
inline Options small_options() {
    Options options;
    options.run.hours = 24;
    options.run.initial = 0;
    options.problem.objectives = {{"accuracy", 0}, {"energy", 50}};
    return options;
}

inline Trace trace_of(std::vector<double> values) {
    Trace trace;
    trace.name = "test";
    trace.values = std::move(values);
    trace.estimated.assign(trace.values.size(), 0);
    return trace;
}

/// A clean noon and a dirty evening, every day.
inline Trace daily_trace(int hours_long) {
    std::vector<double> values;
    for (int h = 0; h < hours_long; ++h) values.push_back(300 + 10 * ((h * 5) % 24) - (h % 24 == 12 ? 250 : 0));
    return trace_of(values);
}

inline MethodOptions method_named(const std::string& allocator, const std::string& candidates = "supernet") {
    MethodOptions method;
    method.name = allocator;
    method.schedule.allocator = allocator;
    method.candidates = candidates;
    return method;
}

/// A run record around searches of one problem, as a run file would hold them.
inline RunRecord record_of(const Problem& problem, const Options& options, const Trace& trace,
                           std::vector<SearchRecord> searches) {
    RunRecord run;
    ProblemRecord& searched = run.problems.emplace_back();
    searched.objectives = problem.objectives;
    searched.hv_max = problem.hv_max;
    searched.hv_max_denoised = problem.hv_max_denoised;
    searched.class_means = problem.class_means;
    ScenarioRecord& scenario = run.scenarios.emplace_back();
    scenario.accounting = options.accounting.mode;
    scenario.horizon_s = options.run.hours * 3600;
    scenario.account_from_s = options.accounting.account_from_h * 3600;
    scenario.gpus = options.run.gpus;
    scenario.component_w = {options.power.evaluation_w, options.power.sampling_w, options.power.supernet_training_w,
                            options.power.optimizer_w,  options.power.idle_w,     options.power.switching_w};
    scenario.forecasts = {{}};
    scenario.pue = options.power.pue;
    scenario.embodied_g_per_gpu_h = options.power.embodied_g_per_gpu_h;
    run.methods = {"method"};
    run.traces = {trace};
    run.searches = std::move(searches);
    for (auto& search : run.searches) search.log_checksum = checksum_of_logs(search);
    return run;
}

/// What disagrees in any search.
inline std::vector<std::string> verify_all(const RunRecord& run) {
    std::vector<std::string> lines;
    for (const auto& search : run.searches)
        for (auto& line : verify_search(run, search)) lines.push_back(std::move(line));
    return lines;
}

}  // namespace cenas

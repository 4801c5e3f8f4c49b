// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "io/columns.hpp"
#include "io/run_record.hpp"

// The columns of a run file (FORMAT.md, section 1), and what its writer and its reader must agree on.

namespace cenas {

inline constexpr std::int64_t run_format_version = 3;
inline constexpr const char* since_epoch = "seconds since 1970-01-01 00:00:00Z";

inline constexpr std::tuple problem_columns{
    column("table_cells", &ProblemRecord::table_cells, "1", "cells of the table"),
    column("hv_max", &ProblemRecord::hv_max, "1", "hypervolume of all cells of the table"),
    column("hv_max_denoised", &ProblemRecord::hv_max_denoised, "1", "the same of the class means of /cell/class_mean"),
};

inline constexpr std::tuple scenario_columns{
    column("problem", &ScenarioRecord::problem, "1", "index into /problem"),
    column("horizon_s", &ScenarioRecord::horizon_s, "s", "length of the run"),
    column("account_from_s", &ScenarioRecord::account_from_s, "s",
           "the search proper begins; nothing is booked before"),
    column("gpus", &ScenarioRecord::gpus, "1", "GPUs in the pool"),
    column("budget_carbon_kg", &ScenarioRecord::budget_carbon_kg, "kg", "CO2e that ends a search; 0: no limit"),
    column("budget_evaluations", &ScenarioRecord::budget_evaluations, "1", "trainings that end a search; 0: no limit"),
    column("pue", &ScenarioRecord::pue, "1", "power usage effectiveness"),
    column("embodied_g_per_gpu_h", &ScenarioRecord::embodied_g_per_gpu_h, "g/h", "embodied CO2e of a GPU"),
    column("cost_scale", &ScenarioRecord::cost_scale, "1", "what the table's times are stretched by"),
};

inline constexpr std::tuple search_columns{
    column("scenario", &SearchRecord::scenario, "1", "index into /scenario"),
    column("method", &SearchRecord::method, "1", "index into /method/name"),
    column("trace", &SearchRecord::trace, "1", "index into /trace/name"),
    column("seed", &SearchRecord::seed, "1", "seed"),
    column("hypervolume", &SearchRecord::hypervolume, "1", "final hypervolume, initial evaluations included"),
    column("hypervolume_denoised", &SearchRecord::hypervolume_denoised, "1",
           "final hypervolume with the class means of /cell/class_mean"),
    column("carbon_g", &SearchRecord::carbon_g, "g", "CO2e of all components, PUE and embodied share included"),
    column("energy_j", &SearchRecord::energy_j, "J", "IT energy of all components"),
    column("gpu_hours", &SearchRecord::gpu_hours, "h", "GPU-hours that worked"),
    column("end_s", &SearchRecord::end_s, "s", "when the search ended, on its clock"),
    column("samples", &SearchRecord::samples, "1", "supernet queries"),
    column("evaluations", &SearchRecord::evaluations, "1", "finished trainings, initial and low ones not counted"),
    column("low_evaluations", &SearchRecord::low_evaluations, "1", "finished trainings of fewer epochs"),
    column("log_checksum", &SearchRecord::log_checksum, "1", "of the search's whole logs (FORMAT.md)"),
};

inline constexpr std::tuple evaluation_columns{
    column("cell", &EvaluationRecord::cell, "1", "cell index: row of /cell/architecture"),
    column("low", &EvaluationRecord::low, "1", "1: a training of fewer epochs"),
    column("initial", &EvaluationRecord::initial, "1", "1: of the random initial design"),
    column("finished", &EvaluationRecord::finished, "1", "0: the search ended first"),
    column("start_s", &EvaluationRecord::start_s, "s", "first slice begins"),
    column("end_s", &EvaluationRecord::end_s, "s", "last slice ends"),
    column("gpu_s", &EvaluationRecord::gpu_s, "s", "GPU time worked on it, without switching"),
    column("joules", &EvaluationRecord::joules, "J", "IT energy of this training alone"),
    column("grams", &EvaluationRecord::grams, "g", "CO2e of this training alone, without embodied share"),
    column("hypervolume", &EvaluationRecord::hypervolume, "1", "of the search once this one is in"),
    column("search_joules", &EvaluationRecord::search_joules, "J", "IT energy of the search up to end_s"),
    column("search_grams", &EvaluationRecord::search_grams, "g", "CO2e of the search up to end_s"),
};

inline constexpr std::tuple interval_columns{
    column("intensity", &IntervalRecord::intensity, "g/(kW h)", "carbon intensity of the step, CO2e"),
    column("gpus_evaluate", &IntervalRecord::gpus_evaluate, "1", "GPUs that the allocator told to evaluate"),
    column("gpus_sample", &IntervalRecord::gpus_sample, "1", "GPUs that the allocator told to sample"),
    column("gpus_idle", &IntervalRecord::gpus_idle, "1", "GPUs that the allocator told to idle"),
    column("hypervolume", &IntervalRecord::hypervolume, "1", "at the end of the step"),
    column("grams", &IntervalRecord::grams, "g", "operational CO2e: joules x PUE x intensity"),
    column("embodied_grams", &IntervalRecord::embodied_grams, "g", "embodied CO2e"),
};

inline const std::vector<std::string> forecast_names = {"perfect", "persistence", "file", "none"};

/// Whether the logs are there, and not only the evaluations of the fronts.
inline bool is_full(const RunHead& head) { return head.record == "full"; }

/// log10 of what the hypervolume lacks, -inf where it lacks nothing (FORMAT.md).
inline double log_difference(double hv_max, double hypervolume) {
    return hypervolume < hv_max ? std::log10(hv_max - hypervolume) : -std::numeric_limits<double>::infinity();
}

inline double log_difference(const RunHead& head, const SearchRecord& s) {
    return log_difference(head.problem_of(s).hv_max, s.hypervolume);
}

inline double log_difference_denoised(const RunHead& head, const SearchRecord& s) {
    return log_difference(head.problem_of(s).hv_max_denoised, s.hypervolume_denoised);
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/deck_value.hpp"
#include "base/utc_time.hpp"
#include "carbon/forecast.hpp"
#include "carbon/ledger.hpp"
#include "carbon/trace.hpp"
#include "eval/table.hpp"
#include "space/cell.hpp"

namespace cenas {

// What a run file holds (FORMAT.md, section 1), as plain data. The driver fills it, io writes and reads it. Times
// are seconds since the start of the search on its own clock.

/// One architecture trained (or in training when the search ended).
struct EvaluationRecord {
    CellIndex cell = 0;
    std::uint8_t low = 0;       ///< 1: of fewer epochs, whose objectives enter no hypervolume and no front
    std::uint8_t initial = 0;   ///< 1: one of the random architectures before the search proper
    std::uint8_t finished = 0;  ///< 0: the search ended first; objectives are NaN, energy is booked
    double start_s = 0;         ///< first slice begins
    double end_s = 0;           ///< last slice ends
    double gpu_s = 0;           ///< GPU-seconds worked on it (without switching)
    double joules = 0;
    double grams = 0;
    double hypervolume = 0;    ///< of the search, once this one is in
    double search_joules = 0;  ///< all joules of the search up to end_s
    double search_grams = 0;   ///< all grams of the search up to end_s

    /// Whether its objectives enter hypervolume and front.
    bool counts() const { return finished != 0 && low == 0; }
};

/// One step of the trace.
struct IntervalRecord {
    double intensity = 0;            ///< gCO2e/kWh
    std::int32_t gpus_evaluate = 0;  ///< as the allocator decided at the start of the step
    std::int32_t gpus_sample = 0;
    std::int32_t gpus_idle = 0;
    double hypervolume = 0;  ///< at the end of the step
    double grams = 0;        ///< with PUE, without embodied
    double embodied_grams = 0;
    std::array<double, component_count> joules{};  ///< IT energy by component
};

struct SearchRecord {
    std::int32_t scenario = 0;  ///< index into RunHead::scenarios
    std::int32_t method = 0;    ///< index into RunHead::methods
    std::int32_t trace = 0;     ///< index into RunHead::traces
    std::int64_t seed = 0;
    double hypervolume = 0;
    double hypervolume_denoised = 0;  ///< with class means over networks equal once pruned
    double carbon_g = 0;
    double energy_j = 0;               ///< IT energy
    double gpu_hours = 0;              ///< GPUs that worked (evaluation, sampling, supernet training, switching)
    double end_s = 0;                  ///< when the search ended
    std::int64_t samples = 0;          ///< supernet queries
    std::int64_t evaluations = 0;      ///< trainings finished, without the initial ones and those of fewer epochs
    std::int64_t low_evaluations = 0;  ///< trainings of fewer epochs finished
    std::string stop_reason;           ///< "hours", "carbon", "evaluations", "complete"
    std::int64_t log_checksum = 0;     ///< checksum_of_logs(), of the whole logs also where only a part is kept
    std::vector<EvaluationRecord> evaluations_log;
    std::vector<double> objectives;  ///< evaluations_log.size() x objectives, row-major
    std::vector<IntervalRecord> intervals;
};

/// The first eight bytes of the SHA-256 of the evaluation log, the objectives and the interval log, column by column.
std::int64_t checksum_of_logs(const SearchRecord& search);

struct RunObjective {
    std::string name;
    Direction direction = Direction::maximize;
    std::string unit;
    double reference = 0;
};

/// What is searched. All problems of a run have the same objectives but for their references.
struct ProblemRecord {
    std::string table_name;
    std::string table_checksum;
    bool table_synthetic = false;
    std::int64_t table_cells = 0;
    std::vector<RunObjective> objectives;
    double hv_max = 0;
    double hv_max_denoised = 0;
    std::vector<double> class_means;  ///< cell_count x objectives: denoised values (NaN for cells not in the table)
};

/// One combination of the values of a sweep's axes; without axes there is one.
struct ScenarioRecord {
    std::int32_t problem = 0;  ///< index into RunHead::problems
    std::string accounting;    ///< "paper", "full"; "metered": of a live run, joules as its groups told them
    UtcTime start;
    double horizon_s = 0;
    double account_from_s = 0;
    std::int32_t gpus = 0;
    std::vector<ForecastOptions> forecasts;  ///< by method: what its allocator was told
    double budget_carbon_kg = 0;             ///< 0: none
    std::int64_t budget_evaluations = 0;     ///< 0: none
    /// Power of one GPU (optimizer: of the coordinator's share; measurement, which no GPU does: 0).
    std::array<double, component_count> component_w{};
    double pue = 1;
    double embodied_g_per_gpu_h = 0;
    double cost_scale = 1;
};

/// A key of the deck that a sweep varies, and its value in each scenario, all of one type.
struct AxisRecord {
    std::string key;
    std::vector<DeckValue> values;
};

/// Everything of a run but its searches.
struct RunHead {
    std::string program_version;
    std::string deck;                   ///< as the user wrote it
    std::string effective_deck;         ///< every key with its value
    std::string record = "full";        ///< "summary": of the logs only the Pareto fronts are kept
    std::int64_t shard = 1;             ///< this file is the shard-th part ...
    std::int64_t shards = 1;            ///< ... of so many: searches shard - 1, shard - 1 + shards, ...
    std::int64_t planned_searches = 0;  ///< of all shards
    /// Number in the plan of a search of this file.
    std::int64_t number_of(std::size_t row) const { return shard - 1 + static_cast<std::int64_t>(row) * shards; }
    std::vector<std::string> methods;
    std::vector<Trace> traces;                 ///< cut to the steps that the scenarios use
    std::vector<std::string> trace_checksums;  ///< of the whole traces
    std::vector<ProblemRecord> problems;
    std::vector<AxisRecord> axes;
    std::vector<ScenarioRecord> scenarios;

    const ScenarioRecord& scenario_of(const SearchRecord& s) const {
        return scenarios[static_cast<std::size_t>(s.scenario)];
    }
    const ProblemRecord& problem_of(const SearchRecord& s) const {
        return problems[static_cast<std::size_t>(scenario_of(s).problem)];
    }
    const Trace& trace_of(const SearchRecord& s) const { return traces[static_cast<std::size_t>(s.trace)]; }
    const std::string& method_of(const SearchRecord& s) const { return methods[static_cast<std::size_t>(s.method)]; }
};

struct RunRecord : RunHead {
    std::vector<SearchRecord> searches;
};

}  // namespace cenas

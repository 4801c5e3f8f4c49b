// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/utc_time.hpp"
#include "carbon/ledger.hpp"
#include "schedule/options.hpp"
#include "search/options.hpp"

namespace cenas {

// What a deck says, as plain data; src/config/deck.cpp reads it and documents and checks every key. A sweep runs every
// method on every trace with every seed; a search is a sweep of one method on one trace.

/// [problem]
struct ObjectiveOptions {
    std::string name;                    ///< one of the table's objectives
    double reference = 0;                ///< component of the hypervolume's reference point, in the objective's unit
    std::string direction = "maximize";  ///< where neither a table nor a training says it: maximize, minimize
    std::string unit = "1";              ///< likewise
    /// What it takes to measure it of one cell without a training. Defaults: HW-NAS-Bench (Li et al., ICLR 2021) warms
    /// a device up for about 3 s and takes the mean of 50 inferences; a board of the Jetson class draws some 10 W.
    double measuring_s = 5;
    double measuring_w = 10;
};
struct ProblemOptions {
    std::string table = "synthetic";  ///< a built-in one (fashion-light, synthetic), or a table file
    double cost_scale = 1.0;          ///< stretches the table's times; other than 1 makes them modelled
    std::vector<ObjectiveOptions> objectives;
};

/// [[trace]]
struct TraceOptions {
    std::string name;      ///< for tables and files
    std::string source;    ///< "synthetic:REGION", or a trace file made by `cenas import trace`
    std::string forecast;  ///< a forecast file made by `cenas import forecast`; empty: none
};

/// [[method]]: how candidates are found and GPUs are used.
struct MethodOptions {
    std::string name;
    SearchOptions search;
    ScheduleOptions schedule;
    std::string candidates =
        "direct";             ///< direct: straight from the strategy; supernet: through a queue that the supernet ranks
    int queue_capacity = 10;  ///< supernet: sampling goes on until the queue holds more than this
    std::string learn_from = "evaluation";  ///< what the strategy is told: evaluation, estimate, both
    int max_samples = 0;                    ///< supernet: queries at most; 0: no limit
    int shortlist = 0;                 ///< supernet: before the first training keep only the best so many; 0: keep all
    double update_every_h = 1.0;       ///< strategy update cadence in hours; 0: off
    int update_every_tells = 0;        ///< strategy update after so many tells; 0: off
    std::string forecast = "perfect";  ///< what the allocator is told: perfect, persistence, file, none
    double window_h = 0.0;             ///< hours ahead it may look; 0: the whole run
};

/// [run]
struct RunOptions {
    UtcTime start;        ///< on a step of every trace
    double hours = 80.0;  ///< horizon
    int gpus = 8;
    int initial = 10;  ///< random architectures trained before the search proper
    std::int64_t first_seed = 1;
    int seeds = 1;
    std::string identity = "string";   ///< duplicates by: string, pruned, isomorphic
    std::string forecast = "perfect";  ///< of methods that say nothing else
    double window_h = 0.0;             ///< of methods that say nothing else
    std::string record = "full";       ///< what is kept of a search: full, summary
    bool allow_unlike_traces = false;  ///< compare traces of different signal or scope
};

/// [budget]; 0: no limit
struct BudgetOptions {
    double carbon_kg = 0;
    std::int64_t evaluations = 0;  ///< finished trainings, initial ones and those of fewer epochs not counted
};

/// [accounting]
struct AccountingOptions {
    std::string mode = "full";    ///< full: every component; paper: what CE-NAS booked
    double account_from_h = 0.0;  ///< paper: the search proper begins here, everything before is free
};

/// [switching]. What it takes is as measured in live runs, whose groups keep the images in memory (docs/live.md).
struct SwitchingOptions {
    double pause_s = 0.05;            ///< GPU-seconds to write a checkpoint
    double resume_s = 0.5;            ///< GPU-seconds to read it and go on
    int slices_per_evaluation = 200;  ///< a training can pause at so many evenly spaced points; 0: anywhere
};

struct Options {
    RunOptions run;
    ProblemOptions problem;
    std::vector<TraceOptions> traces;
    std::vector<MethodOptions> methods;
    BudgetOptions budget;
    AccountingOptions accounting;
    PowerOptions power;
    SwitchingOptions switching;
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "carbon/trace.hpp"
#include "driver/options.hpp"
#include "driver/problem.hpp"

namespace cenas {

/// Everything a sweep reads before it starts, the same on every rank.
struct Inputs {
    Problem problem;
    std::vector<Trace> windows;                ///< of each trace, cut to the run
    std::vector<std::string> trace_checksums;  ///< of each whole trace
};

/// The trace that a deck names. Throws DataError for an unreadable one.
Trace load_trace(const TraceOptions& options);

/// Reads table and traces and checks that they suit the deck. Throws DataError / UsageError.
Inputs load_inputs(const Options& options);

/// One search of a sweep.
struct PlannedSearch {
    std::int32_t method = 0;
    std::int32_t trace = 0;
    std::int64_t seed = 0;
    double expected_evaluations = 0;  ///< rough: for the order of work and the size of the file
};

/// Traces x methods x seeds, seeds innermost: the order of the results.
std::vector<PlannedSearch> plan_searches(const Options& options, const Inputs& inputs);

/// How ranks share the work: rank 0 coordinates, the others form groups; a single rank does everything itself.
struct Layout {
    int ranks = 1;
    int ranks_per_group = 1;
    int groups = 0;   ///< 0: one rank, no coordinator
    int threads = 1;  ///< OpenMP threads of each working rank
};

/// Throws UsageError if `ranks` are not one coordinator and whole groups. `threads` 0: what OpenMP gives a single rank
/// (all cores, or OMP_NUM_THREADS), else one.
Layout plan_layout(int ranks, int ranks_per_group, int threads);

/// One line: who does the work ("8 searches").
std::string describe_layout(const Layout& layout, const std::string& work);

/// What `cenas check` prints.
std::string describe_plan(const Options& options, const Inputs& inputs, const Layout& layout);

}  // namespace cenas

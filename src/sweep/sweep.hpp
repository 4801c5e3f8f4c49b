// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "comm/comm.hpp"
#include "io/run_record.hpp"
#include "sweep/plan.hpp"

namespace cenas {

/// Simulates one planned search, with as much of its logs as the deck wants recorded: the same bits wherever and
/// whenever.
SearchRecord run_planned(const Inputs& inputs, const PlannedSearch& planned);

/// Simulates the searches of a unit, one after the other as long as `go_on` says so, and hands each to `finish`. The
/// first one's proposals are those of all; the bits are those of run_planned().
void run_unit(const Inputs& inputs, const SweepPlan& plan, const WorkUnit& unit, const std::function<bool()>& go_on,
              const std::function<void(std::int64_t number, SearchRecord&& search)>& finish);

/// Where a sweep's results go; rank 0 has one.
struct SweepSink {
    std::vector<WorkUnit> units;  ///< searches to do, in this order
    std::function<void(std::int64_t number, const SearchRecord& search)> keep;
    std::function<void()> idle;         ///< called again and again while a coordinator waits
    std::function<bool()> should_stop;  ///< true: what is under way is finished and kept, no more is begun
};

/// Does the searches of rank 0's sink on all ranks; each is kept exactly once, in the order in which they end. A rank
/// that gets a stop signal (base/stop.hpp) ends the sweep for all. `layout`: groups of one rank. Collective over
/// `world`. What is thrown is for that rank's caller to report before it aborts the job.
void run_sweep(const Inputs& inputs, const Layout& layout, const Communicator& world, const SweepSink& sink);

}  // namespace cenas

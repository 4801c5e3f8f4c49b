// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/replay_record.hpp"
#include "kernels/replay/replay.hpp"

namespace cenas {

/// The work on one piece of a trace, from the piece's begin to its end (the horizon) at most: the allocator is asked at
/// every step, as the engine asks it. `seed` keys a random one.
ReplayOutcome replay_piece(const RecordedWork& work, const ReplaySettings& settings, const Trace& piece,
                           const ScheduleOptions& policy, const ForecastOptions& told);

/// Grams that no schedule of the work on this piece can undercut; infinity if it does not fit.
double replay_lower_bound(const RecordedWork& work, const ReplaySettings& settings, const Trace& piece);

/// Fills grams, joules, makespan, lower bound and regret of all scenarios of `record`, in which everything else is set:
/// every start is on a step of every trace, the horizon a whole number of steps, and fits behind the last start.
/// Equal to replay_piece and replay_lower_bound for each to rounding: the schedule of a policy that does not look at
/// the trace is made once; where the window is the whole replay and the forecast perfect, `backend` runs the scenarios;
/// else replay_piece does, on the threads of OpenMP unless `backend` is serial. The same bits on any number of threads.
void replay(ReplayRecord& record, Backend backend);

}  // namespace cenas

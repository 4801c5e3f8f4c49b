// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/units.hpp"
#include "carbon/ledger.hpp"
#include "space/cell.hpp"
#include "space/fidelity.hpp"

namespace cenas {

enum class TaskKind { evaluation, sampling, supernet_training };

/// Something a GPU works on.
struct Task {
    int id = 0;  ///< counts up from 0 within a search
    TaskKind kind = TaskKind::evaluation;
    std::vector<CellIndex> cells;        ///< evaluation: one; sampling: those queried; supernet training: none
    Fidelity fidelity = Fidelity::full;  ///< of an evaluation: full or low
};

/// What ended a wait: a moment that was waited for, or a task that is finished, was paused, or ended without a result
/// (a training that diverged, say).
struct Event {
    enum class Kind { clock, finished, paused, failed };
    Kind kind = Kind::clock;
    int gpu = -1;
    int task = -1;
};

/// What a GPU did on [from, to), or, as the optimizer, the coordinator did.
struct Usage {
    int task = -1;  ///< -1: none
    Component component = Component::idle;
    Seconds from;
    Seconds to;
    Watts power;
};

/// Clock and worker pool of a search. The engine decides; a world lets time pass and reports. Times are seconds since
/// the start of the search. A world may change the intensities of the engine's trace in steps that have not begun.
class World {
  public:
    virtual ~World() = default;
    virtual Seconds now() const = 0;
    /// Begins the task on an idle GPU, or continues it where it was paused. Tasks are known by id.
    virtual void start(int gpu, const Task& task) = 0;
    /// Asks for the task on this GPU to be paused at its next slice boundary; it may finish first. Sampling tasks are
    /// not paused.
    virtual void pause(int gpu) = 0;
    /// Lets time pass to the next event, at most to `until`.
    virtual Event wait(Seconds until) = 0;
    /// What became known since the last call of what all GPUs and the coordinator did up to now(). Every moment of each
    /// is told once; what is told late may have begun in earlier steps.
    virtual std::vector<Usage> take_usage() = 0;
    /// Ends what is under way, for good: take_usage() then has all of it. The clock stands still.
    virtual void stop() = 0;
    /// The most that all GPUs draw until the next event.
    virtual Watts power() const = 0;
    /// Values in deck order that a finished task found for one of its cells: measured by an evaluation, estimated by
    /// sampling.
    virtual std::vector<double> result(const Task& task, CellIndex cell) const = 0;
};

}  // namespace cenas

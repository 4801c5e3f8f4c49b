// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "base/units.hpp"
#include "carbon/ledger.hpp"
#include "space/cell.hpp"

namespace cenas {

enum class TaskKind { evaluation, sampling, supernet_training };

/// Something a GPU works on.
struct Task {
    int id = 0;  ///< counts up from 0 within a search
    TaskKind kind = TaskKind::evaluation;
    std::vector<CellIndex> cells;  ///< evaluation: one; sampling: those queried; supernet training: none
};

struct Event {
    enum class Kind { clock, finished, paused };
    Kind kind = Kind::clock;
    int gpu = -1;
    int task = -1;
};

/// What a GPU did on [from, to).
struct Usage {
    int task = -1;  ///< -1: nothing
    Component component = Component::idle;
    Seconds from;
    Seconds to;
    Watts power;
};

/// Clock and worker pool of a search. The engine decides; a world lets time pass and reports. Times are seconds since
/// the start of the search.
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
    /// What all GPUs did since the last call, up to now().
    virtual std::vector<Usage> take_usage() = 0;
    /// The most that all GPUs draw until the next event.
    virtual Watts power() const = 0;
    /// Values in deck order that a finished task found for one of its cells: measured by an evaluation, estimated by
    /// sampling.
    virtual std::vector<double> result(const Task& task, CellIndex cell) const = 0;
};

}  // namespace cenas

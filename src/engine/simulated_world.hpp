// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "engine/options.hpp"
#include "engine/problem.hpp"
#include "engine/world.hpp"

namespace cenas {

/// Virtual clock; the length, power and result of a task come from the table and the deck. Under paper accounting
/// sampling, supernet training, pausing and resuming take neither time nor energy.
class SimulatedWorld final : public World {
  public:
    /// The clock starts at `start`. `problem` and `options` outlive the world.
    SimulatedWorld(const Problem& problem, const Options& options, Seconds start);

    Seconds now() const override { return now_; }
    void start(int gpu, const Task& task) override;
    void pause(int gpu) override;
    Event wait(Seconds until) override;
    std::vector<Usage> take_usage() override;
    void stop() override {}  // all usage is known up to now
    Watts power() const override;
    std::vector<double> result(const Task& task, CellIndex cell) const override;

  private:
    /// A task on a GPU: reads its checkpoint until `work_from`, works until `work_to`, writes one until `free_at`.
    struct Slot {
        int task = -1;
        TaskKind kind = TaskKind::evaluation;
        Seconds work_from;
        Seconds work_to;
        Seconds free_at;
        bool pausing = false;
    };
    struct Progress {
        Seconds length;
        Seconds slice;  ///< 0: can pause anywhere
        Seconds done;
    };

    Progress& progress_of(const Task& task);
    void advance(Seconds to);
    void use(const Slot& slot, Component component, Seconds from, Seconds to);
    Watts power_of(Component component) const;

    const Problem& problem_;
    const Options& options_;
    bool paper_;
    Seconds now_;
    std::vector<std::optional<Slot>> slots_;         // by GPU
    std::vector<std::optional<Progress>> progress_;  // by task id
    std::vector<Usage> usage_;
};

}  // namespace cenas

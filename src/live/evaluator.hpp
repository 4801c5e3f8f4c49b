// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "carbon/meter.hpp"
#include "live/messages.hpp"

namespace cenas {

/// Where the states of a task lie, on a file system that all groups share.
struct TaskFiles {
    std::filesystem::path state;     ///< of the task itself; not there: it begins
    std::filesystem::path supernet;  ///< of the trained supernet of its search
};

/// What the ranks of a group do with tasks, one task at a time. All functions are collective over the group; what they
/// throw is the task's end (it fails), but for save(). To add one: a file beside this, a name in options.hpp, a line in
/// make_evaluator().
class Evaluator {
  public:
    virtual ~Evaluator() = default;
    /// Takes up a task, from its state where there is one.
    virtual void begin(const LiveTask& task, const TaskFiles& files) = 0;
    /// Works on it for about so long. Returns whether it is finished.
    virtual bool work(double seconds) = 0;
    /// Writes its state, so that any group can go on from it. Sampling has none.
    virtual void save() = 0;
    /// Of a finished evaluation or sampling: objectives in deck order of each of its cells. Throws RunError, with the
    /// reason, where the task has failed.
    virtual std::vector<double> values() = 0;
    /// What the group has used since the last call.
    virtual EnergyReading take_energy() = 0;
    virtual Watts idle_power() const = 0;
    virtual std::string power_source() const = 0;
};

}  // namespace cenas

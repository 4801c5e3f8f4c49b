// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>

#include "carbon/meter.hpp"
#include "comm/comm.hpp"
#include "train/training.hpp"

namespace cenas {

/// Sums over a communicator, for trainings in which its ranks take part.
TrainingGroup training_group(const Communicator& group);

/// What one working rank computes on.
struct Device {
    bool cuda = false;
    NodeDevices parts;  ///< for a meter
};
/// `device` as the deck has it. On "cuda" the working ranks of a node get a GPU each, in order, which becomes the
/// calling thread's; `cores` is how many the rank uses. `rank_on_node` and `ranks_on_node` count working ranks. Throws
/// RunError where there are too few GPUs, or none.
Device choose_device(const std::string& device, int cores, int rank_on_node, int ranks_on_node);

/// Core-seconds, or on a GPU seconds, and joules of some work. Core-seconds are what this process has computed, so that
/// whatever else runs on the machine hardly enters.
struct Metered {
    double seconds, joules;
    bool measured;
};
class WorkMeter {
  public:
    /// `alone`: nothing else works on the node. A meter reads the whole node, so where something does, energy is
    /// modelled, unless options.kind asks for a meter by name.
    WorkMeter(MeterOptions options, const Device& device, bool alone);
    Metered run(const std::function<void()>& work);
    std::string source() const { return meter_.source(); }

  private:
    bool cuda_;
    int cores_;
    Meter meter_;
    double busy_s_ = 0;  ///< the meter's clock, which stands still between pieces of work
};

}  // namespace cenas

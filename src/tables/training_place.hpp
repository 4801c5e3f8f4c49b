// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>
#include <vector>

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
/// Position in `seen`, the PCI bus ids of the GPUs that the caller sees, of the one that it takes: where ranks see
/// several, in order of rank; where the launcher shows each only one, that. `node` has the working ranks of the
/// caller's node. Throws RunError, on all of them, where one would have none, or two the same. Collective over `node`.
int own_gpu(const std::vector<std::string>& seen, const Communicator& node);

/// `device` as the deck has it. On "cuda" the working ranks of a node get a GPU each, as own_gpu() says, which becomes
/// the calling thread's. `cores` is how many the rank uses. Throws as own_gpu() does. Collective over `node`.
Device choose_device(const std::string& device, int cores, const Communicator& node);

/// What some work has cost.
struct Metered {
    double seconds = 0;  ///< core-seconds: what this process has computed, so that other load hardly enters; on a GPU
                         ///< seconds
    EnergyReading energy;
};

/// Meters pieces of work, one at a time. Ranks of a node share what its meter measures: between start() and stop() each
/// bears what attribute_energy() gives it, for the busy times of all. On GPUs, where ranks share a node, energy is
/// modelled.
class WorkMeter {
  public:
    /// `node` has the working ranks of the caller's node. Throws as Meter does, and UsageError where options.kind asks
    /// for a meter that cannot be shared.
    WorkMeter(const MeterOptions& options, const Device& device, SharedNumbers busy_s, int rank_on_node);

    void start();
    /// Keeps counters from overflowing unseen, and the other ranks informed: to be called now and then while the work
    /// goes on.
    void read();
    Metered stop();

    std::string source() const { return meter_.source(); }
    Watts idle_power() const { return meter_.idle_power(); }

  private:
    double clock_s() const;
    double busy_at(double now_s) const;
    EnergyReading read_at(double now_s);
    Joules own_part(Joules node) const;

    bool cuda_;
    int cores_;
    Meter meter_;
    SharedNumbers node_busy_s_;
    std::size_t rank_;
    double busy_s_ = 0;  ///< the meter's clock, which stands still between pieces of work
    double began_s_ = 0, last_s_ = 0;
    double read_wall_s_ = 0, began_wall_s_ = 0;
    std::vector<double> busy_before_s_;
    EnergyReading before_;
};

/// Runs up to so many steps, reading the meter in between.
void run_metered(Training& training, std::int64_t steps, WorkMeter& meter);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

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
/// `device` as the deck has it. On "cuda" the working ranks of a node get a GPU each, which becomes the calling
/// thread's: in order where all see all GPUs, each its own where the launcher shows it only that. `cores` is how many
/// the rank uses; `node` has the working ranks of the caller's node. Throws RunError where there are too few GPUs, or
/// two ranks would share one. Collective over `node`.
Device choose_device(const std::string& device, int cores, const Communicator& node);

/// What some work has cost.
struct Metered {
    double seconds = 0;  ///< core-seconds: what this process has computed, so that other load hardly enters; on a GPU
                         ///< seconds
    EnergyReading energy;
};

/// Meters pieces of work, one at a time.
class WorkMeter {
  public:
    /// `alone`: no other rank works on the node. A meter reads the whole node, so where one does, energy is modelled;
    /// UsageError where options.kind asks for a meter then. Throws as Meter does.
    WorkMeter(const MeterOptions& options, const Device& device, bool alone);

    void start();
    /// Keeps counters from overflowing unseen: to be called now and then while the work goes on.
    void read();
    Metered stop();

    std::string source() const { return meter_.source(); }

  private:
    double clock_s() const;
    EnergyReading read_at(double now_s);

    bool cuda_;
    int cores_;
    Meter meter_;
    double busy_s_ = 0;  ///< the meter's clock, which stands still between pieces of work
    double began_s_ = 0, last_s_ = 0;
    double read_wall_s_ = 0;
    EnergyReading before_;
};

/// Runs up to so many steps, reading the meter in between.
void run_metered(Training& training, std::int64_t steps, WorkMeter& meter);

}  // namespace cenas

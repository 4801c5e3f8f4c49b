// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.hpp"
#include "carbon/device_power.hpp"
#include "carbon/energy_counter.hpp"
#include "carbon/meter_options.hpp"

namespace cenas {

/// Joules since a meter was opened, apart by how they are known.
struct EnergyReading {
    Joules measured;
    Joules modelled;

    Joules total() const { return measured + modelled; }
};
/// "measured", "modelled" or "partly measured", to stand beside the figure. Where there are no joules: "modelled".
std::string_view basis(const EnergyReading& reading);

/// What the workers of a run have on one node, all together.
struct NodeDevices {
    int cores = 1;                  ///< processor cores; hardware threads where a machine shows nothing else
    std::vector<std::string> gpus;  ///< PCI bus ids, as cudaDeviceGetPCIBusId() gives them; may repeat
    std::string gpu_name;           ///< as cudaDeviceProp has it, for the table of powers
};

/// How a node was used since its meter was opened. Neither value ever decreases.
struct NodeUse {
    Seconds wall;
    Seconds busy;  ///< of these, busy ones: the mean over the node's workers
};

/// Devices of one kind on a node: measured by `counter`, modelled where there is none.
struct MeterPart {
    std::string devices;  ///< for people: "2 cores"
    Watts idle;           ///< of all of them, modelled
    Watts busy;
    std::string model;  ///< where the modelled powers come from
    bool required;      ///< whether a counter that cannot be read ends the run
    std::unique_ptr<EnergyCounter> counter;
    EnergyReading reading;
};

/// The energy of a node's processors and of the GPUs that the run uses there. Open one a node: RAPL counts whole
/// packages, whoever uses them, so two meters on a node count everything twice. attribute_energy() says which worker
/// used what.
///
/// The processors are read by RAPL (carbon/rapl.hpp), the GPUs by NVML (carbon/nvml.hpp). What cannot be read, or stops
/// being readable, is named in one warning and modelled from there on: idle x wall + (busy - idle) x busy time.
/// A meter reads no clock.
class Meter {
  public:
    /// Throws UsageError for options that contradict each other or `devices`, and RunError where `kind` asks for a
    /// meter that cannot be read.
    Meter(const MeterOptions& options, const NodeDevices& devices);

    /// Throws RunError where `kind` asks for a meter that can no longer be read.
    EnergyReading read(const NodeUse& use);

    /// What the devices draw while no worker is busy. Always modelled.
    Watts idle_power() const;
    /// Longest time between two reads of which nothing is lost.
    Seconds read_every() const;
    /// What is measured and what is modelled, and from what, for people.
    std::string source() const;

  private:
    std::vector<MeterPart> parts_;
    NodeUse last_;
};

}  // namespace cenas

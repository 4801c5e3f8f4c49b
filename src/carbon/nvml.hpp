// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "carbon/energy_counter.hpp"

namespace cenas {

/// Energy of NVIDIA GPUs by the driver's library, which is opened here and not needed to build or start the program.
/// GPUs are named by PCI bus id, as the CUDA runtime gives it (cudaDeviceGetPCIBusId): numbers of GPUs differ between
/// CUDA and NVML as soon as CUDA_VISIBLE_DEVICES is set.
///
/// A GPU's energy counter is read where it has one (Volta and later). Else its power is read and integrated between
/// reads by the trapezoidal rule; since the driver averages power over 1 s (Ampere and later), that is how often to
/// read (read_every()).
///
/// Throws RunError, with NVML's reason: no library, no driver, no such GPU, neither energy nor power.
std::unique_ptr<EnergyCounter> open_nvml(const std::string& library, const std::vector<std::string>& pci_bus_ids);

}  // namespace cenas

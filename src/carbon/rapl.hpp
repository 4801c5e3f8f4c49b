// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>

#include "carbon/energy_counter.hpp"

namespace cenas {

/// The processors' own energy counters (RAPL; AMD's under the same names) in the Linux folder /sys/class/powercap: all
/// packages of the node, whoever uses them, and their DRAM where it is counted (a package does not include it; Khan et
/// al., "RAPL in Action", ACM TOMPECS 3(2), 2018). The whole platform (psys) and parts of a package are not added on
/// top, nor is intel-rapl-mmio, a second way to the same counters.
///
/// A counter wraps around, after 2^32 steps of 61 uJ = 262 kJ on most processors; no domain draws 1 kW, so nothing is
/// lost of one that is read every 262 s (read_every()). A longer pause is warned of, once.
///
/// Throws RunError where a package is not readable whole: no folder, no package, no permission (since CVE-2020-8694
/// only root may read energy_uj, unless the site allows it), no number.
std::unique_ptr<EnergyCounter> open_rapl(const std::filesystem::path& folder);

}  // namespace cenas

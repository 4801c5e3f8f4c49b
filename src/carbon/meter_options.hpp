// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace cenas {

/// Where joules come from. The powers serve where nothing is read; a pair whose busy_w is 0 is the table's
/// (carbon/device_power.hpp).
struct MeterOptions {
    std::string kind = "auto";  ///< auto: whatever can be read; rapl, nvml: that one has to be; model: nothing is read
    std::string powercap_folder = "/sys/class/powercap";  ///< rapl
    std::string nvml_library = "libnvidia-ml.so.1";       ///< nvml
    double core_busy_w = 0.0;                             ///< a processor core at work
    double core_idle_w = 0.0;                             ///< one that waits
    double gpu_busy_w = 0.0;                              ///< a GPU at work
    double gpu_idle_w = 0.0;                              ///< one that waits
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

#include "base/units.hpp"

namespace cenas {

/// Modelled power of one device: a processor core or a GPU.
struct DevicePower {
    Watts idle;
    Watts busy;
    std::string source;  ///< for people: which device, and where the figures are from
};

/// Of a core, with its share of the whole server, by what /proc/cpuinfo says (`cpuinfo` is its text). A processor that
/// the table does not have, or an empty text, gives the generic core.
DevicePower core_power(std::string_view cpuinfo);

/// Of a GPU board, by its name as the CUDA runtime and NVML spell it. One that the table does not have gives the
/// generic GPU.
DevicePower gpu_power(std::string_view name);

}  // namespace cenas

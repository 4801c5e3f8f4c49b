// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "carbon/trace.hpp"

namespace cenas {

/// The regions that the embedded climatology (inputs/traces/climatology.csv) describes.
std::vector<std::string> synthetic_regions();

/// An hourly life-cycle average-intensity trace of a region over 2020-01-01 .. 2023-01-01 UTC, made from the
/// monthly-by-hour mean and a residual r[t] = d[day] + h[t], both AR(1) with the region's stationary standard
/// deviations, clipped to its range and rounded to 0.01 g/kWh. Deterministic: the same region gives the same values
/// everywhere. Called synthetic wherever it shows. Throws DataError for an unknown region, with the known ones.
Trace synthetic_trace(std::string_view name);

}  // namespace cenas

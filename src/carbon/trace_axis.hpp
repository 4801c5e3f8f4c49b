// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/csv.hpp"
#include "base/utc_time.hpp"
#include "carbon/trace_layout.hpp"

namespace cenas {

/// The times of a file's rows: strictly rising, on multiples of one step.
struct TraceAxis {
    UtcTime start;
    std::int64_t step_s = 0;
    std::vector<std::size_t> step_of_row;  ///< steps after `start`
    std::vector<std::string> findings;     ///< for people

    UtcTime time(std::size_t step) const { return {start.seconds + step_s * static_cast<std::int64_t>(step)}; }
};

/// The step is the smallest distance of two rows. Throws DataError, with the line, for: a time that cannot be read,
/// a time without a zone (unless the file or `utc` says UTC), times that repeat or go back, a distance that is
/// no multiple of the step, and fewer than two rows.
TraceAxis read_axis(const Csv& csv, const TraceLayout& layout, bool utc);

}  // namespace cenas

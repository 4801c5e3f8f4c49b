// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/csv.hpp"
#include "carbon/import_trace.hpp"
#include "carbon/trace_axis.hpp"

namespace cenas {

/// What one row of the file says. No value: a missing one.
struct TraceRow {
    std::optional<double> value;
    bool zero = false;  ///< the value is missing because it is written as 0
    bool estimated = false;
};

/// Puts the rows on the axis, into trace.values and trace.estimated. Steps without a value are refused (DataError, with
/// the first line), or filled and flagged as options.fill asks, and counted in `report` in any case.
void place_rows(const Csv& csv, const TraceAxis& axis, const std::vector<TraceRow>& rows,
                const TraceImportOptions& options, Trace& trace, TraceImportReport& report);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/csv.hpp"
#include "carbon/import_trace.hpp"

namespace cenas {

/// Where a csv file keeps a trace, and what the file or its format says about it.
struct TraceLayout {
    std::string format;  ///< plain, electricity-maps, carboncast, gb
    std::size_t time_column = 0;
    std::size_t value_column = 0;
    std::optional<std::size_t> estimated_column;
    std::optional<Signal> signal;
    std::optional<Scope> scope;
    bool utc = false;            ///< times without a zone are UTC
    bool grams_per_kwh = false;  ///< the unit is fixed
    bool forecast = false;       ///< holds a forecast too: rows may be blocks of leads and no time series
};

/// Recognises the file by its header, or reads it as `options.format` (a known one) says; options.column and
/// options.scope choose among several value columns. Throws DataError for a header that the format does not have, an
/// unknown column, a missing choice among several, and a file without a header row.
TraceLayout trace_layout(const Csv& csv, const TraceImportOptions& options);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "carbon/trace.hpp"

namespace cenas {

/// How `cenas import trace` reads a csv file. What a file does not say (signal, scope, unit) must be said here
/// unless its format fixes it.
struct TraceImportOptions {
    std::string format = "auto";  ///< auto, plain, electricity-maps, carboncast, gb
    std::string name;             ///< empty: the file's name without its endings
    std::string column;           ///< value column; empty: the format's own, or the only one there is
    std::string signal;           ///< average, marginal; empty: the format's own
    std::string scope;            ///< direct, life_cycle; empty: the format's own
    std::string unit = "g/kWh";   ///< g/kWh, lb/MWh
    std::string fill = "refuse";  ///< missing steps and values: refuse, previous, linear
    int longest_fill = 6;         ///< steps; a longer gap is refused even when filling
    bool zero_is_missing = true;  ///< a value of exactly 0 is a missing one (publishers write it so)
    bool utc = false;             ///< times without a zone are UTC (needed only where the format does not say so)
};

/// What the importer met, for people. Everything here is printed; nothing is silent.
struct TraceImportReport {
    std::string format;
    std::size_t rows = 0;
    std::size_t missing_steps = 0;      ///< steps that no row has
    std::size_t missing_values = 0;     ///< rows without a usable value (empty, NaN, null, or zero)
    std::size_t zeros = 0;              ///< of these, exact zeros
    std::size_t estimated = 0;          ///< rows that the publisher calls estimated
    std::size_t filled = 0;             ///< values made by `fill`
    std::vector<std::string> findings;  ///< one line each, with the line of the file
};

struct ImportedTrace {
    Trace trace;
    TraceImportReport report;
};

/// Reads a trace. Throws UsageError for an option that has none of the values listed above, and DataError with file,
/// line, what was found and what to do for: an unknown column, a header that is not the format's, unreadable times,
/// times that go back, duplicate times (as a clock change makes them in local time), steps that are no multiple of the
/// file's step, values that are no numbers or negative, gaps (unless filled), fewer than two rows, and a signal, scope
/// or zone that nobody stated or that the file contradicts.
ImportedTrace import_trace(const std::filesystem::path& path, const TraceImportOptions& options);

}  // namespace cenas

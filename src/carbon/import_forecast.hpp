// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "carbon/issued_forecast.hpp"

namespace cenas {

/// How `cenas import forecast` reads a csv file. What a file does not say (signal, scope, zone, unit) must be said
/// here.
struct ForecastImportOptions {
    std::string name;             ///< empty: the file's name without its endings
    std::string column;           ///< of the forecast; empty: the only one there is (of that scope)
    std::string signal;           ///< average, marginal; empty: the format's own
    std::string scope;            ///< direct, life_cycle; empty: what the column or the file is called
    std::string unit = "g/kWh";   ///< g/kWh, lb/MWh
    bool zero_is_missing = true;  ///< a value of exactly 0 is a missing one (publishers write it so)
    bool utc = false;             ///< times without a zone are UTC (needed only where the file does not say so)
};

/// What the importer met, for people.
struct ForecastImportReport {
    std::string format;  ///< carboncast, blocks, issue-and-lead
    std::size_t rows = 0;
    std::int64_t spacing_s = 0;   ///< from one issue to the next, as a rule (the median); 0: there is one issue
    std::size_t gaps = 0;         ///< longer distances than that
    std::string actual_column;    ///< of the values that came true; empty: the file has none
    std::vector<double> actuals;  ///< from there, in the order of the forecast's values; NaN where missing
};

struct ImportedForecast {
    IssuedForecast forecast;
    ForecastImportReport report;
};

/// Reads forecasts from rows that are no time series: blocks of leads, one for each issue. Either the columns
/// `issue...` and `lead_h`, `lead_min` or `lead_s` tell both, or there is one time, which goes back where a block
/// begins, and the first time of a block is that of its issue (as CarbonCast writes it: Maji, Shenoy, Sitaraman,
/// BuildSys 2022). The first block says how many leads there are and how far apart.
///
/// Throws UsageError for an option that has none of the values listed above, and DataError with file, line, what was
/// found and what is allowed for: columns that are missing or of which several fit, times that cannot be read or have
/// no zone, a block with other leads than the first (one missing, twice, out of order), leads that begin later than one
/// step after the issue, issues that repeat or go back, times that never go back, values that are missing, zero (unless
/// that is a value), negative or no numbers, fewer than two leads, and a signal or scope that nobody stated or that the
/// file contradicts.
ImportedForecast import_forecast(const std::filesystem::path& path, const ForecastImportOptions& options);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/utc_time.hpp"
#include "carbon/forecast.hpp"
#include "carbon/trace.hpp"

namespace cenas {

/// Forecasts of a carbon intensity as somebody issued them: at every issue time the same leads. The value of lead k of
/// an issue is for the step that begins first_lead_s + k*step_s after it.
struct IssuedForecast {
    std::string name;    ///< short, for tables
    std::string source;  ///< where it came from, for people
    Signal signal = Signal::average;
    Scope scope = Scope::life_cycle;
    std::int64_t step_s = 3600;
    std::int64_t first_lead_s = 0;  ///< 0: an issue begins with its own step; step_s: with the one after it
    std::size_t leads = 0;
    std::vector<UtcTime> issues;  ///< rising
    std::vector<double> values;   ///< gCO2e/kWh, finite and >= 0; issues.size() x leads, row-major

    std::int64_t lead_s(std::size_t lead) const { return first_lead_s + step_s * static_cast<std::int64_t>(lead); }
    /// Where the leads of an issue end.
    UtcTime end_of(UtcTime issue) const { return {issue.seconds + lead_s(leads)}; }
    /// SHA-256 of signal, scope, step, leads, issues and values.
    std::string checksum() const;
};

/// What one who knows nothing issued after `now` is told of the steps after `now`, the next one first: the rest of the
/// newest issue <= now. Empty where there is none or it has ended. `now` lies on a step of the forecast.
std::span<const double> told_ahead(const IssuedForecast& forecast, UtcTime now);

/// What an allocator is told at step `now` of a run on a trace that is cut to it (forecast_window()); "file" reads the
/// trace's forecast.
std::vector<double> told_window(const Trace& run, std::size_t now, const ForecastOptions& options);

/// Throws DataError that names both and what differs unless the forecast is of the trace's step, signal and scope, and
/// every issue on a step of the trace.
void require_alike(const IssuedForecast& forecast, const Trace& trace);

/// Throws DataError unless at every step of `window` the newest issue has not ended yet.
void require_covers(const IssuedForecast& forecast, const Trace& window);

/// What the trace says of each value of the forecast, in its order; NaN outside of the trace. The two must be alike.
std::vector<double> actuals_of(const IssuedForecast& forecast, const Trace& trace);

/// The same of persistence (carbon/forecast.hpp) by one who knows the trace up to the first lead; NaN where that is
/// outside of the trace.
std::vector<double> persistence_of(const IssuedForecast& forecast, const Trace& trace);

/// Mean absolute percentage error of `told` by the day of the lead: entry d is the mean of 100 |told - actual|/actual
/// over the leads from d to d + 1 days, of all issues; NaN where there is none. Values that are NaN on either side, and
/// actual ones of 0, are left out. Both are in the order of the forecast's values.
std::vector<double> errors_by_day(const IssuedForecast& forecast, std::span<const double> told,
                                  std::span<const double> actual);

}  // namespace cenas

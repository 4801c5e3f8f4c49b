// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/issued_forecast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/checksum.hpp"
#include "base/error.hpp"
#include "carbon/forecast.hpp"

namespace cenas {
namespace {

constexpr std::int64_t seconds_per_day = 86400;
constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

/// The first issue later than `t`.
auto first_after(const IssuedForecast& forecast, UtcTime t) {
    return std::upper_bound(forecast.issues.begin(), forecast.issues.end(), t);
}

/// "forecast 'CISO' is average direct in steps of 3600 s"
std::string kind(const char* what, const std::string& name, Signal signal, Scope scope, std::int64_t step_s) {
    return fmt::format("{} '{}' is {} {} in steps of {} s", what, name, to_string(signal), to_string(scope), step_s);
}

/// Steps from the begin of the trace to `t`; negative before it.
std::int64_t step_of(const Trace& trace, UtcTime t) { return (t.seconds - trace.start.seconds) / trace.step_s; }

Forecast forecast_from(const std::string& name) {
    if (name == "persistence") return Forecast::persistence;
    if (name == "file") return Forecast::file;
    return name == "none" ? Forecast::none : Forecast::perfect;
}

}  // namespace

std::string IssuedForecast::checksum() const {
    std::vector<double> times;
    for (const UtcTime issue : issues) times.push_back(static_cast<double>(issue.seconds));
    Checksum sum;
    sum.add(to_string(signal)).add(to_string(scope));
    sum.add(static_cast<double>(step_s)).add(static_cast<double>(first_lead_s)).add(static_cast<double>(leads));
    sum.add(static_cast<double>(times.size())).add(times).add(values);
    return sum.hex();
}

std::span<const double> told_ahead(const IssuedForecast& forecast, UtcTime now) {
    const auto later = first_after(forecast, now);
    if (later == forecast.issues.begin()) return {};
    const UtcTime issue = *std::prev(later);
    const auto row = static_cast<std::size_t>(std::prev(later) - forecast.issues.begin());
    // The lead of the step after now: a first lead is at most one step, so that none is before the first.
    const std::int64_t ahead_s = now.seconds + forecast.step_s - issue.seconds - forecast.first_lead_s;
    const std::size_t passed = std::min(forecast.leads, static_cast<std::size_t>(ahead_s / forecast.step_s));
    return std::span(forecast.values).subspan(row * forecast.leads + passed, forecast.leads - passed);
}

std::vector<double> told_window(const Trace& run, std::size_t now, const ForecastOptions& options) {
    const auto step = Seconds(static_cast<double>(run.step_s));
    const auto steps_per_day = static_cast<std::size_t>(std::max<std::int64_t>(1, seconds_per_day / run.step_s));
    const UtcTime clock{run.start.seconds + run.step_s * static_cast<std::int64_t>(now)};
    return forecast_window(run.history, run.values, now,
                           static_cast<std::size_t>(std::ceil(hours(options.window_h) / step)), steps_per_day,
                           forecast_from(options.forecast),
                           run.forecast ? told_ahead(*run.forecast, clock) : std::span<const double>());
}

void require_alike(const IssuedForecast& forecast, const Trace& trace) {
    if (forecast.signal != trace.signal || forecast.scope != trace.scope || forecast.step_s != trace.step_s)
        throw DataError(fmt::format("{}, but {}: all three must be equal",
                                    kind("forecast", forecast.name, forecast.signal, forecast.scope, forecast.step_s),
                                    kind("trace", trace.name, trace.signal, trace.scope, trace.step_s)));
    for (const UtcTime issue : forecast.issues)
        if ((issue.seconds - trace.start.seconds) % trace.step_s != 0)
            throw DataError(
                fmt::format("forecast '{}' has an issue of {}, which is on no step of trace '{}' ({} s from {})",
                            forecast.name, to_string(issue), trace.name, trace.step_s, to_string(trace.start)));
}

void require_covers(const IssuedForecast& forecast, const Trace& window) {
    for (std::size_t i = 0; i < window.values.size(); ++i) {
        const UtcTime now{window.start.seconds + window.step_s * static_cast<std::int64_t>(i)};
        const auto later = first_after(forecast, now);
        if (later != forecast.issues.begin() && now < forecast.end_of(*std::prev(later))) continue;
        const std::string newest =
            later == forecast.issues.begin()
                ? fmt::format("its first issue is of {}", to_string(forecast.issues.front()))
                : fmt::format("the newest issue by then is of {} and ends at {}", to_string(*std::prev(later)),
                              to_string(forecast.end_of(*std::prev(later))));
        throw DataError(fmt::format("forecast '{}' does not cover the run on trace '{}' from {} to {}: at {} {}",
                                    forecast.name, window.name, to_string(window.start), to_string(window.end()),
                                    to_string(now), newest));
    }
}

std::vector<double> actuals_of(const IssuedForecast& forecast, const Trace& trace) {
    std::vector<double> actuals;
    actuals.reserve(forecast.values.size());
    for (const UtcTime issue : forecast.issues)
        for (std::size_t lead = 0; lead < forecast.leads; ++lead) {
            const UtcTime t{issue.seconds + forecast.lead_s(lead)};
            actuals.push_back(t < trace.start || t >= trace.end() ? unknown : trace.values[index_at(trace, t)]);
        }
    return actuals;
}

std::vector<double> persistence_of(const IssuedForecast& forecast, const Trace& trace) {
    const auto steps_per_day = static_cast<std::size_t>(std::max<std::int64_t>(1, seconds_per_day / forecast.step_s));
    std::vector<double> told;
    told.reserve(forecast.values.size());
    for (const UtcTime issue : forecast.issues) {
        const std::int64_t now = step_of(trace, {issue.seconds + forecast.first_lead_s}) - 1;
        const auto begin = told.size();
        if (now >= 0 && now < std::ssize(trace.values)) {
            const auto window = forecast_window({}, trace.values, static_cast<std::size_t>(now), forecast.leads + 1,
                                                steps_per_day, Forecast::persistence);
            told.insert(told.end(), window.begin() + 1, window.end());
        }
        told.resize(begin + forecast.leads, unknown);
    }
    return told;
}

std::vector<double> errors_by_day(const IssuedForecast& forecast, std::span<const double> told,
                                  std::span<const double> actual) {
    const auto days = static_cast<std::size_t>(forecast.lead_s(forecast.leads - 1) / seconds_per_day) + 1;
    std::vector<double> sums(days, 0.0), counts(days, 0.0);
    for (std::size_t i = 0; i < told.size(); ++i) {
        if (std::isnan(told[i]) || !(actual[i] > 0)) continue;
        const auto day = static_cast<std::size_t>(forecast.lead_s(i % forecast.leads) / seconds_per_day);
        sums[day] += 100.0 * std::abs(told[i] - actual[i]) / actual[i];
        counts[day] += 1;
    }
    for (std::size_t day = 0; day < days; ++day) sums[day] /= counts[day];
    return sums;
}

}  // namespace cenas

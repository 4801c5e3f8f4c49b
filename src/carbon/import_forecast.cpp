// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/import_forecast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "base/error.hpp"
#include "carbon/import_csv.hpp"

namespace cenas {
namespace {

/// Where a csv file keeps forecasts, and what the file or its format says about them.
struct Layout {
    std::string format;
    std::size_t time_column = 0;  ///< of the issue where there is a lead column, else of the step
    std::optional<std::size_t> lead_column;
    double lead_unit_s = 0;
    std::size_t value_column = 0;
    std::optional<std::size_t> actual_column;
    std::optional<Signal> signal;
    std::optional<Scope> scope;
    bool utc = false;
    bool grams_per_kwh = false;
};

/// What one row is of.
struct Place {
    std::int64_t issue_s = 0;
    std::int64_t lead_s = 0;
};

// --- layout ------------------------------------------------------------------------------------------------------

double lead_unit_of(const Csv& csv, std::size_t column) {
    const std::string name = lower_case(csv.header[column]);
    if (name.ends_with("_h")) return 3600.0;
    if (name.ends_with("_min")) return 60.0;
    if (name.ends_with("_s")) return 1.0;
    throw DataError(fmt::format("{}: column '{}' does not say its unit (allowed: lead_h, lead_min, lead_s)",
                                csv.path.string(), csv.header[column]));
}

/// Fills in where time, issue and lead are.
void find_times(const Csv& csv, Layout& layout) {
    const Columns issues = columns_with_prefix(csv, "issue"), leads = columns_with_prefix(csv, "lead");
    if (issues.empty() != leads.empty())
        throw DataError(fmt::format("{}: has a column '{}...' but none '{}...'; issue and lead belong together",
                                    csv.path.string(), issues.empty() ? "lead" : "issue",
                                    issues.empty() ? "issue" : "lead"));
    if (leads.empty()) {
        layout.format = layout.signal ? "carboncast" : "blocks";
        layout.time_column = column_named(csv, "utc time").value_or(first_named_column(csv));
    } else {
        layout.format = "issue-and-lead";
        layout.time_column = issues.front();
        layout.lead_column = leads.front();
        layout.lead_unit_s = lead_unit_of(csv, leads.front());
    }
    layout.utc = layout.utc || says_utc(csv.header[layout.time_column]);
}

std::size_t forecast_column(const Csv& csv, const Layout& layout, const ForecastImportOptions& options) {
    if (!options.column.empty()) {
        const Columns beside = columns_where(csv, [&](const std::string& name) {
            return name != lower_case(csv.header[layout.time_column]) && !name.starts_with("lead");
        });
        return asked_column(csv, options.column, beside);
    }
    const Columns named = columns_where(csv, [](const std::string& name) { return contains(name, "forecast"); });
    const Columns candidates = columns_of_scope(csv, named, options.scope);
    if (candidates.empty())
        throw DataError(fmt::format("{}: no column with '{}forecast' in its name; say which one it is with --column",
                                    csv.path.string(), named.empty() ? "" : options.scope + "' and '"));
    return value_column(csv, "", candidates, "--scope or --column");
}

/// The only column of actual values that may be of the forecast's scope.
std::optional<std::size_t> actual_column_of(const Csv& csv, std::size_t forecast) {
    const auto scope = scope_in(csv.header[forecast]);
    const Columns actuals =
        columns_of_scope(csv, columns_where(csv, [](const std::string& name) { return contains(name, "actual"); }),
                         scope ? to_string(*scope) : "");
    return actuals.size() == 1 ? std::optional(actuals.front()) : std::nullopt;
}

Layout layout_of(const Csv& csv, const ForecastImportOptions& options) {
    require_header_row(csv);
    Layout layout;
    const auto is_carboncast = [](const std::string& name) { return contains(name, "carbon_intensity"); };
    if (!columns_where(csv, is_carboncast).empty()) {
        layout.signal = Signal::average;
        layout.utc = layout.grams_per_kwh = true;
    }
    find_times(csv, layout);
    layout.value_column = forecast_column(csv, layout, options);
    layout.actual_column = actual_column_of(csv, layout.value_column);
    layout.scope = scope_in(csv.header[layout.value_column]);
    if (!layout.scope) layout.scope = scope_in(csv.path.filename().string());
    return layout;
}

// --- issues and leads --------------------------------------------------------------------------------------------

std::int64_t read_lead(const Csv& csv, std::size_t row, const Layout& layout) {
    const std::string& field = csv.rows[row][*layout.lead_column];
    const auto lead = parse_number(field);
    constexpr double longest_s = 366.0 * 86400.0;  // also keeps times from overflowing
    const double lead_s = lead.value_or(-1) * layout.lead_unit_s;
    if (!(lead_s >= 0) || lead_s > longest_s || lead_s != std::round(lead_s))
        throw DataError(fmt::format("{}: column '{}': '{}' is no lead (allowed: whole seconds, from 0 to a year)",
                                    csv.place(row), csv.header[*layout.lead_column], field));
    return static_cast<std::int64_t>(lead_s);
}

/// Rows of the first block: up to where the issue changes, or, where there is one time only, where that goes back.
std::size_t count_leads(const Csv& csv, const std::vector<std::int64_t>& times_s, bool of_issues) {
    const auto end = of_issues ? std::adjacent_find(times_s.begin(), times_s.end(), std::not_equal_to<>())
                               : std::adjacent_find(times_s.begin(), times_s.end(), std::greater_equal<>());
    if (end == times_s.end() && !of_issues)
        throw DataError(
            fmt::format("{}: times never go back: a forecast in blocks starts anew with every issue (a time series of "
                        "actual values is for cenas import trace; issues that do not overlap need the columns "
                        "issue_utc and lead_h)",
                        csv.path.string()));
    const auto leads = static_cast<std::size_t>(end - times_s.begin()) + (end == times_s.end() ? 0 : 1);
    if (leads < 2)
        throw DataError(fmt::format("{}: the first issue has {} lead(s); it needs at least two to have a step",
                                    csv.place(0), leads));
    return leads;
}

std::vector<Place> places_of(const Csv& csv, const Layout& layout, std::size_t leads,
                             const std::vector<std::int64_t>& times_s) {
    std::vector<Place> places(times_s.size());
    for (std::size_t row = 0; row < places.size(); ++row) {
        const std::int64_t issue_s = layout.lead_column ? times_s[row] : times_s[row / leads * leads];
        places[row] = {issue_s, layout.lead_column ? read_lead(csv, row, layout) : times_s[row] - issue_s};
    }
    return places;
}

/// Step and first lead, from the first two rows.
void read_step(const Csv& csv, const std::vector<Place>& places, IssuedForecast& forecast) {
    forecast.first_lead_s = places[0].lead_s;
    forecast.step_s = places[1].lead_s - places[0].lead_s;
    if (forecast.step_s <= 0)
        throw DataError(
            fmt::format("{}: lead {} s after {} s; leads must rise", csv.place(1), places[1].lead_s, places[0].lead_s));
    if (forecast.first_lead_s != 0 && forecast.first_lead_s != forecast.step_s)
        throw DataError(fmt::format("{}: the first lead is {} s (allowed: 0 s or one step, which is {} s)",
                                    csv.place(0), forecast.first_lead_s, forecast.step_s));
}

/// Every row is where the first block's leads put it.
void require_leads(const Csv& csv, const std::vector<Place>& places, const IssuedForecast& forecast) {
    for (std::size_t row = 0; row < places.size(); ++row) {
        const Place first = places[row / forecast.leads * forecast.leads];
        const std::int64_t expected_s = forecast.lead_s(row % forecast.leads);
        if (places[row].issue_s == first.issue_s && places[row].lead_s == expected_s) continue;
        throw DataError(fmt::format(
            "{}: {} where lead {} s of the issue of {}, {}, belongs; every issue must have the {} leads of the first, "
            "{} s apart, none missing, twice or out of order",
            csv.place(row), to_string(UtcTime{places[row].issue_s + places[row].lead_s}), expected_s,
            to_string(UtcTime{first.issue_s}), to_string(UtcTime{first.issue_s + expected_s}), forecast.leads,
            forecast.step_s));
    }
    if (const std::size_t rest = places.size() % forecast.leads; rest > 0)
        throw DataError(
            fmt::format("{}: the file ends after {} leads of the issue of {}; every issue must have the {} "
                        "leads of the first",
                        csv.place(places.size() - 1), rest, to_string(UtcTime{places.back().issue_s}), forecast.leads));
}

void read_issues(const Csv& csv, const std::vector<Place>& places, IssuedForecast& forecast) {
    for (std::size_t row = 0; row < places.size(); row += forecast.leads) {
        const UtcTime issue{places[row].issue_s};
        if (!forecast.issues.empty() && issue <= forecast.issues.back())
            throw DataError(fmt::format("{}: {}; issues must be in order of time", csv.place(row),
                                        issue == forecast.issues.back()
                                            ? fmt::format("the issue of {} is there twice", to_string(issue))
                                            : fmt::format("an issue of {} after one of {}", to_string(issue),
                                                          to_string(forecast.issues.back()))));
        forecast.issues.push_back(issue);
    }
}

void read_axes(const Csv& csv, const Layout& layout, bool utc, IssuedForecast& forecast) {
    if (csv.rows.empty()) throw DataError(fmt::format("{}: no rows of data", csv.path.string()));
    std::vector<std::int64_t> times_s;
    times_s.reserve(csv.rows.size());
    for (std::size_t row = 0; row < csv.rows.size(); ++row)
        times_s.push_back(read_time(csv, row, layout.time_column, layout.utc || utc).seconds);
    forecast.leads = count_leads(csv, times_s, layout.lead_column.has_value());
    const auto places = places_of(csv, layout, forecast.leads, times_s);
    read_step(csv, places, forecast);
    require_leads(csv, places, forecast);
    read_issues(csv, places, forecast);
}

// --- values ------------------------------------------------------------------------------------------------------

std::vector<double> read_forecast(const Csv& csv, const Layout& layout, bool zero_is_missing, double grams) {
    std::vector<double> values;
    values.reserve(csv.rows.size());
    for (std::size_t row = 0; row < csv.rows.size(); ++row) {
        const auto value = read_value(csv, row, layout.value_column);
        const bool zero = zero_is_missing && value == 0.0;
        if (!value || zero)
            throw DataError(fmt::format(
                "{}: column '{}': {}; forecasts are not filled", csv.place(row), csv.header[layout.value_column],
                zero ? "0 counts as a missing value (say --zero-is-value if it is none)" : "no value"));
        values.push_back(*value * grams);
    }
    return values;
}

std::vector<double> read_actuals(const Csv& csv, std::size_t column, double grams) {
    std::vector<double> values;
    values.reserve(csv.rows.size());
    for (std::size_t row = 0; row < csv.rows.size(); ++row)
        values.push_back(grams * read_value(csv, row, column).value_or(std::numeric_limits<double>::quiet_NaN()));
    return values;
}

/// Median distance of the issues, and how many are longer.
void describe_spacing(const std::vector<UtcTime>& issues, ForecastImportReport& report) {
    std::vector<std::int64_t> distances_s;
    for (std::size_t i = 1; i < issues.size(); ++i) distances_s.push_back(issues[i].seconds - issues[i - 1].seconds);
    if (distances_s.empty()) return;
    std::sort(distances_s.begin(), distances_s.end());
    report.spacing_s = distances_s[distances_s.size() / 2];
    report.gaps = static_cast<std::size_t>(distances_s.end() -
                                           std::upper_bound(distances_s.begin(), distances_s.end(), report.spacing_s));
}

}  // namespace

ImportedForecast import_forecast(const std::filesystem::path& path, const ForecastImportOptions& options) {
    require_stated(options.signal, options.scope, options.unit);
    const Csv csv = read_csv(path);
    const Layout layout = layout_of(csv, options);
    const double grams = grams_per_unit(csv, options.unit, layout.grams_per_kwh);

    ImportedForecast imported;
    auto& [forecast, report] = imported;
    forecast.name = options.name.empty() ? name_without_endings(path) : options.name;
    forecast.source = fmt::format("{}, column '{}' ({} csv)", path.filename().string(), csv.header[layout.value_column],
                                  layout.format);
    forecast.signal = settle_signal(csv, layout.signal, options.signal);
    forecast.scope = settle_scope(csv, layout.scope, options.scope);
    read_axes(csv, layout, options.utc, forecast);
    forecast.values = read_forecast(csv, layout, options.zero_is_missing, grams);

    report.format = layout.format;
    report.rows = csv.rows.size();
    describe_spacing(forecast.issues, report);
    if (layout.actual_column) {
        report.actual_column = csv.header[*layout.actual_column];
        report.actuals = read_actuals(csv, *layout.actual_column, grams);
    }
    return imported;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/trace_layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "carbon/import_csv.hpp"

namespace cenas {
namespace {

constexpr std::string_view electricity_maps_prefix = "carbon intensity gco";
constexpr std::string_view academic_value = "carbon_intensity_avg";

/// The yearly files of Electricity Maps: up to 2024 "... (direct)" and "... (LCA)", from 2025 "... (Life cycle)".
Columns electricity_maps_columns(const Csv& csv, const TraceImportOptions& options) {
    Columns all = columns_with_prefix(csv, electricity_maps_prefix);
    if (!options.column.empty()) return all;
    Columns candidates = columns_of_scope(csv, all, options.scope);
    if (candidates.empty())
        throw DataError(fmt::format("{}: no column has scope '{}'; there are: {}", csv.path.string(), options.scope,
                                    names_of(csv, all)));
    return candidates;
}

bool is_electricity_maps(const Csv& csv) {
    return !columns_with_prefix(csv, electricity_maps_prefix).empty() || column_named(csv, academic_value);
}

TraceLayout electricity_maps_layout(const Csv& csv, const TraceImportOptions& options) {
    TraceLayout layout;
    layout.signal = Signal::average;
    layout.utc = true;
    layout.grams_per_kwh = true;
    const auto estimated = columns_with_prefix(csv, "data estimated");
    if (!estimated.empty()) layout.estimated_column = estimated.front();
    if (const auto academic = column_named(csv, academic_value)) {
        // The dump for research: one value column in use, made with life-cycle emission factors.
        layout.value_column = options.column.empty()
                                  ? *academic
                                  : asked_column(csv, options.column, columns_with_prefix(csv, "carbon_intensity"));
        layout.scope = Scope::life_cycle;
        return layout;
    }
    layout.value_column = value_column(csv, options.column, electricity_maps_columns(csv, options),
                                       "--scope direct or --scope life_cycle");
    layout.scope = scope_in(csv.header[layout.value_column]);
    return layout;
}

bool is_carboncast(const Csv& csv) {
    const bool values =
        !columns_where(csv, [](const std::string& name) { return contains(name, "carbon_intensity"); }).empty();
    return values && (column_named(csv, "utc time") || column_named(csv, "carbon_intensity_actual"));
}

TraceLayout carboncast_layout(const Csv& csv, const TraceImportOptions& options) {
    TraceLayout layout;
    layout.signal = Signal::average;
    layout.utc = true;
    layout.grams_per_kwh = true;
    layout.forecast = !columns_where(csv, [](const std::string& name) { return contains(name, "forecast"); }).empty();
    layout.time_column = column_named(csv, "utc time").value_or(first_named_column(csv));
    const bool any = !options.column.empty();  // a forecast is read only when it is asked for by name
    layout.value_column = value_column(csv, options.column,
                                       columns_where(csv,
                                                     [&](const std::string& name) {
                                                         return contains(name, "carbon_intensity") &&
                                                                (any || !contains(name, "forecast"));
                                                     }),
                                       "--column");
    layout.scope = scope_in(csv.header[layout.value_column]);
    if (!layout.scope) layout.scope = scope_in(csv.path.filename().string());
    return layout;
}

bool is_gb(const Csv& csv) {
    return column_named(csv, "from") && column_named(csv, "to") && column_named(csv, "actual");
}

/// National Energy System Operator (Great Britain), carbonintensity.org.uk: emissions of generation, half-hourly.
TraceLayout gb_layout(const Csv& csv, const TraceImportOptions& options) {
    TraceLayout layout;
    layout.signal = Signal::average;
    layout.scope = Scope::direct;
    layout.utc = true;
    layout.grams_per_kwh = true;
    layout.time_column = *column_named(csv, "from");
    layout.value_column = *column_named(csv, "actual");
    if (!options.column.empty())
        layout.value_column = asked_column(csv, options.column, columns_where(csv, [](const std::string& name) {
                                               return name == "actual" || name == "forecast";
                                           }));
    return layout;
}

/// Any other table: times first, then values.
TraceLayout plain_layout(const Csv& csv, const TraceImportOptions& options) {
    TraceLayout layout;
    layout.time_column = first_named_column(csv);
    layout.estimated_column = column_named(csv, "estimated");
    layout.utc = says_utc(csv.header[layout.time_column]);
    layout.forecast = !columns_where(csv, [](const std::string& name) {
                           return contains(name, "forecast") || contains(name, "lead");
                       }).empty();
    Columns candidates(csv.header.size());
    for (std::size_t i = 0; i < candidates.size(); ++i) candidates[i] = i;
    std::erase_if(candidates, [&](std::size_t i) { return i <= layout.time_column || i == layout.estimated_column; });
    layout.value_column = value_column(csv, options.column, candidates, "--column");
    layout.scope = scope_in(csv.header[layout.value_column]);
    return layout;
}

bool always(const Csv&) { return true; }

struct Format {
    const char* name;
    const char* header;  ///< what the header must hold, in words
    bool (*matches)(const Csv&);
    TraceLayout (*layout)(const Csv&, const TraceImportOptions&);
};

/// In the order in which `auto` tries them: the plain table comes last.
constexpr Format formats[] = {
    {"electricity-maps", "'Carbon intensity gCO2eq/kWh (...)' or 'carbon_intensity_avg'", is_electricity_maps,
     electricity_maps_layout},
    {"carboncast", "'UTC time' and '...carbon_intensity...'", is_carboncast, carboncast_layout},
    {"gb", "'from', 'to' and 'actual'", is_gb, gb_layout},
    {"plain", "times and values", always, plain_layout}};

}  // namespace

TraceLayout trace_layout(const Csv& csv, const TraceImportOptions& options) {
    require_header_row(csv);
    const auto format = std::find_if(std::begin(formats), std::end(formats), [&](const Format& f) {
        return options.format == "auto" ? f.matches(csv) : options.format == f.name;
    });
    if (!format->matches(csv))
        throw DataError(fmt::format("{}: no {} csv: its header must hold {}, but has: {}", csv.path.string(),
                                    format->name, format->header, fmt::join(csv.header, ", ")));
    TraceLayout layout = format->layout(csv, options);
    layout.format = format->name;
    return layout;
}

}  // namespace cenas

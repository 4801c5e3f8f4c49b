// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/trace_layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace cenas {
namespace {

using Columns = std::vector<std::size_t>;

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// Indices of the columns whose name in lower case satisfies `wanted`, in the order of the file.
template <class Wanted>
Columns columns_where(const Csv& csv, const Wanted& wanted) {
    Columns found;
    for (std::size_t i = 0; i < csv.header.size(); ++i)
        if (wanted(lower_case(csv.header[i]))) found.push_back(i);
    return found;
}

/// Publishers change the case and the endings of their names, so that columns are found by how they begin.
Columns columns_with_prefix(const Csv& csv, std::string_view prefix) {
    return columns_where(csv, [&](const std::string& name) { return name.starts_with(prefix); });
}

std::optional<std::size_t> column_named(const Csv& csv, std::string_view lower_name) {
    const auto found = columns_where(csv, [&](const std::string& name) { return name == lower_name; });
    return found.empty() ? std::nullopt : std::optional(found.front());
}

std::string names_of(const Csv& csv, const Columns& columns) {
    std::vector<std::string> names;
    for (const std::size_t i : columns) names.push_back("'" + csv.header[i] + "'");
    return fmt::format("{}", fmt::join(names, ", "));
}

/// What the name of a column or file says about the scope.
std::optional<Scope> scope_in(const std::string& text) {
    const std::string name = lower_case(text);
    const bool direct = contains(name, "direct");
    const bool life_cycle = contains(name, "lifecycle") || contains(name, "life cycle") ||
                            contains(name, "life_cycle") || contains(name, "(lca)");
    if (direct == life_cycle) return std::nullopt;
    return direct ? Scope::direct : Scope::life_cycle;
}

/// The column that `name` asks for, which must be one of `allowed`.
std::size_t asked_column(const Csv& csv, const std::string& name, const Columns& allowed) {
    const std::size_t asked = csv.require_column(name);
    if (std::find(allowed.begin(), allowed.end(), asked) == allowed.end())
        throw DataError(fmt::format("{}: column '{}' is no carbon intensity; allowed: {}", csv.path.string(), name,
                                    names_of(csv, allowed)));
    return asked;
}

/// The value column: the one asked for, else the only one of `candidates`.
std::size_t value_column(const Csv& csv, const TraceImportOptions& options, const Columns& candidates,
                         std::string_view how_to_choose) {
    if (!options.column.empty()) return asked_column(csv, options.column, candidates);
    if (candidates.empty())
        throw DataError(
            fmt::format("{}: no column with values beside the time (only commas separate columns)", csv.path.string()));
    if (candidates.size() > 1)
        throw DataError(fmt::format("{}: {} columns have values: {}; choose one with {}", csv.path.string(),
                                    candidates.size(), names_of(csv, candidates), how_to_choose));
    return candidates.front();
}

/// Column 0, or the next one where tables were written with an unnamed index in front.
std::size_t first_named_column(const Csv& csv) {
    const bool index_first = csv.header.size() > 1 && (csv.header[0].empty() || csv.header[0] == "Unnamed: 0");
    return index_first ? 1 : 0;
}

constexpr std::string_view electricity_maps_prefix = "carbon intensity gco";
constexpr std::string_view academic_value = "carbon_intensity_avg";

/// The yearly files of Electricity Maps: up to 2024 "... (direct)" and "... (LCA)", from 2025 "... (Life cycle)".
Columns electricity_maps_columns(const Csv& csv, const TraceImportOptions& options) {
    Columns candidates = columns_with_prefix(csv, electricity_maps_prefix);
    if (!options.column.empty() || options.scope.empty()) return candidates;
    std::erase_if(candidates, [&](std::size_t i) {
        const auto scope = scope_in(csv.header[i]);
        return scope && to_string(*scope) != options.scope;
    });
    if (candidates.empty())
        throw DataError(fmt::format("{}: no column has scope '{}'; there are: {}", csv.path.string(), options.scope,
                                    names_of(csv, columns_with_prefix(csv, electricity_maps_prefix))));
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
    layout.value_column =
        value_column(csv, options, electricity_maps_columns(csv, options), "--scope direct or --scope life_cycle");
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
    layout.value_column = value_column(csv, options,
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

/// "utc", "Time (UTC)", but not "Time (UTC-8)".
bool says_utc(const std::string& name) {
    const std::string lower = lower_case(name);
    const auto at = lower.find("utc");
    return at != std::string::npos && lower.find_first_of("+-", at) == std::string::npos;
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
    layout.value_column = value_column(csv, options, candidates, "--column");
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

/// A file without a header would lose its first row to it unseen.
void require_header_row(const Csv& csv) {
    for (const std::string& name : csv.header)
        if (parse_utc(name))
            throw DataError(
                fmt::format("{}: the first row holds the time {}; it must name the columns", csv.path.string(), name));
}

}  // namespace

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

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

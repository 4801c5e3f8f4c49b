// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/import_trace.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "base/csv.hpp"
#include "base/error.hpp"
#include "carbon/trace_axis.hpp"
#include "carbon/trace_gaps.hpp"
#include "carbon/trace_layout.hpp"

namespace cenas {
namespace {

/// The avoirdupois pound is exactly 453.59237 g (International Yard and Pound Agreement, 1959); 1 MWh is 1000 kWh.
constexpr double grams_per_kwh_of_one_pound_per_mwh = 0.45359237;

using Names = std::initializer_list<std::string_view>;

bool is_one_of(std::string_view text, Names names) {
    return std::find(names.begin(), names.end(), text) != names.end();
}

void require_one_of(const char* option, const std::string& value, Names allowed) {
    if (!is_one_of(value, allowed))
        throw UsageError(fmt::format("{} '{}' (allowed: {})", option, value, fmt::join(allowed, ", ")));
}

void require_valid(const TraceImportOptions& options) {
    require_one_of("--format", options.format, {"auto", "plain", "electricity-maps", "carboncast", "gb"});
    if (!options.signal.empty()) require_one_of("--signal", options.signal, {"average", "marginal"});
    if (!options.scope.empty()) require_one_of("--scope", options.scope, {"direct", "life_cycle"});
    require_one_of("--unit", options.unit, {"g/kWh", "lb/MWh"});
    require_one_of("--fill", options.fill, {"refuse", "previous", "linear"});
}

/// Every question has one answer: the file's own or the user's, and never two that differ.
std::string settle(const Csv& csv, const char* question, const std::string& said_by_file, const std::string& asked,
                   const char* allowed) {
    if (said_by_file.empty() && asked.empty())
        throw DataError(fmt::format("{}: the file does not say its {}; say --{} {}", csv.path.string(), question,
                                    question, allowed));
    if (!said_by_file.empty() && !asked.empty() && said_by_file != asked)
        throw DataError(fmt::format("{}: --{} {} contradicts the file, which says {}", csv.path.string(), question,
                                    asked, said_by_file));
    return asked.empty() ? said_by_file : asked;
}

std::string name_without_endings(const std::filesystem::path& path) {
    const auto name = path.filename();
    return (name.extension() == ".gz" ? name.stem() : name).stem().string();
}

Trace describe_trace(const Csv& csv, const TraceLayout& layout, const TraceImportOptions& options) {
    Trace trace;
    trace.name = options.name.empty() ? name_without_endings(csv.path) : options.name;
    trace.source = fmt::format("{}, column '{}' ({} csv)", csv.path.filename().string(),
                               csv.header[layout.value_column], layout.format);
    const std::string signal =
        settle(csv, "signal", layout.signal ? to_string(*layout.signal) : "", options.signal, "average or marginal");
    const std::string scope =
        settle(csv, "scope", layout.scope ? to_string(*layout.scope) : "", options.scope, "direct or life_cycle");
    trace.signal = signal == "average" ? Signal::average : Signal::marginal;
    trace.scope = scope == "direct" ? Scope::direct : Scope::life_cycle;
    return trace;
}

double grams_per_unit(const Csv& csv, const TraceLayout& layout, const TraceImportOptions& options) {
    if (options.unit == "g/kWh") return 1.0;
    if (layout.grams_per_kwh)
        throw DataError(
            fmt::format("{}: --unit {} contradicts the format, which is in g/kWh", csv.path.string(), options.unit));
    return grams_per_kwh_of_one_pound_per_mwh;
}

/// nullopt for what publishers write where they have no value.
std::optional<double> read_value(const Csv& csv, std::size_t row, std::size_t column) {
    const std::string& field = csv.rows[row][column];
    if (is_one_of(lower_case(field), {"", "nan", "null", "none", "na", "n/a"})) return std::nullopt;
    const auto value = parse_number(field);
    if (!value || *value < 0)
        throw DataError(fmt::format("{}: column '{}': '{}' is {} (allowed: a finite number >= 0, or nothing)",
                                    csv.place(row), csv.header[column], field, value ? "negative" : "no number"));
    return value;
}

bool read_flag(const Csv& csv, std::size_t row, std::size_t column) {
    const std::string flag = lower_case(csv.rows[row][column]);
    if (is_one_of(flag, {"true", "1"})) return true;
    if (is_one_of(flag, {"false", "0", ""})) return false;
    throw DataError(fmt::format("{}: column '{}': '{}' (allowed: true, false, 1, 0, nothing)", csv.place(row),
                                csv.header[column], csv.rows[row][column]));
}

std::vector<TraceRow> read_rows(const Csv& csv, const TraceLayout& layout, const TraceImportOptions& options) {
    const double grams = grams_per_unit(csv, layout, options);
    std::vector<TraceRow> rows(csv.rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto value = read_value(csv, i, layout.value_column);
        rows[i].zero = options.zero_is_missing && value == 0.0;
        if (value && !rows[i].zero) rows[i].value = *value * grams;
        rows[i].estimated = layout.estimated_column && read_flag(csv, i, *layout.estimated_column);
    }
    return rows;
}

}  // namespace

ImportedTrace import_trace(const std::filesystem::path& path, const TraceImportOptions& options) {
    require_valid(options);
    const Csv csv = read_csv(path);
    const TraceLayout layout = trace_layout(csv, options);
    ImportedTrace imported;
    imported.trace = describe_trace(csv, layout, options);
    const TraceAxis axis = read_axis(csv, layout, options.utc);
    imported.trace.start = axis.start;
    imported.trace.step_s = axis.step_s;
    imported.report.format = layout.format;
    imported.report.rows = csv.rows.size();
    imported.report.findings = axis.findings;
    place_rows(csv, axis, read_rows(csv, layout, options), options, imported.trace, imported.report);
    if (imported.report.filled > 0)
        imported.trace.source += fmt::format("; {} values filled ({})", imported.report.filled, options.fill);
    return imported;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/import_trace.hpp"

#include <fmt/format.h>

#include "base/csv.hpp"
#include "base/error.hpp"
#include "carbon/import_csv.hpp"
#include "carbon/trace_axis.hpp"
#include "carbon/trace_gaps.hpp"
#include "carbon/trace_layout.hpp"

namespace cenas {
namespace {

void require_valid(const TraceImportOptions& options) {
    require_one_of("--format", options.format, {"auto", "plain", "electricity-maps", "carboncast", "gb"});
    require_stated(options.signal, options.scope, options.unit);
    require_one_of("--fill", options.fill, {"refuse", "previous", "linear"});
}

Trace describe_trace(const Csv& csv, const TraceLayout& layout, const TraceImportOptions& options) {
    Trace trace;
    trace.name = options.name.empty() ? name_without_endings(csv.path) : options.name;
    trace.source = fmt::format("{}, column '{}' ({} csv)", csv.path.filename().string(),
                               csv.header[layout.value_column], layout.format);
    trace.signal = settle_signal(csv, layout.signal, options.signal);
    trace.scope = settle_scope(csv, layout.scope, options.scope);
    return trace;
}

bool read_flag(const Csv& csv, std::size_t row, std::size_t column) {
    const std::string flag = lower_case(csv.rows[row][column]);
    if (flag == "true" || flag == "1") return true;
    if (flag == "false" || flag == "0" || flag.empty()) return false;
    throw DataError(fmt::format("{}: column '{}': '{}' (allowed: true, false, 1, 0, nothing)", csv.place(row),
                                csv.header[column], csv.rows[row][column]));
}

std::vector<TraceRow> read_rows(const Csv& csv, const TraceLayout& layout, const TraceImportOptions& options) {
    const double grams = grams_per_unit(csv, options.unit, layout.grams_per_kwh);
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

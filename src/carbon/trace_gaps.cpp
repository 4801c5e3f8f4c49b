// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/trace_gaps.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>

#include "base/error.hpp"

namespace cenas {
namespace {

/// Steps [first, first + steps) have no value; `row` is the first one inside or after them.
struct Gap {
    std::size_t first = 0;
    std::size_t steps = 0;
    std::size_t row = 0;
};

std::vector<Gap> gaps_of(const TraceAxis& axis, const std::vector<TraceRow>& rows) {
    std::vector<Gap> gaps;
    Gap gap;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        const std::size_t step = axis.step_of_row[row];
        gap.steps = step - gap.first;
        if (gap.steps == 0) gap.row = row;
        if (!rows[row].value) continue;
        if (gap.steps > 0) gaps.push_back(gap);
        gap = {step + 1, 0, row + 1};
    }
    gap.steps = axis.step_of_row.back() + 1 - gap.first;
    if (gap.steps > 0) gaps.push_back(gap);
    return gaps;
}

void count_missing(const TraceAxis& axis, const std::vector<TraceRow>& rows, TraceImportReport& report) {
    report.missing_steps = axis.step_of_row.back() + 1 - rows.size();
    for (const TraceRow& row : rows) {
        report.missing_values += row.value ? 0 : 1;
        report.zeros += row.zero ? 1 : 0;
        report.estimated += row.estimated ? 1 : 0;
    }
}

/// One hour that is missing in the small hours of a Sunday in spring (of either hemisphere).
bool looks_like_clock_change(const TraceAxis& axis, const Gap& gap) {
    if (static_cast<std::int64_t>(gap.steps) * axis.step_s != 3600) return false;
    const UtcTime from = axis.time(gap.first);
    const auto day =
        std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(from.seconds)));
    const int month = month_of(from);
    return std::chrono::weekday(day) == std::chrono::Sunday && hour_of(from) <= 3 &&
           (month == 3 || month == 4 || month == 9 || month == 10);
}

/// "file.csv:12: no value for 3 step(s) from 2021-03-14T02:00:00Z"
std::string describe(const Csv& csv, const TraceAxis& axis, const Gap& gap) {
    return fmt::format("{}: no value for {} step(s) from {}{}", csv.place(gap.row), gap.steps,
                       to_string(axis.time(gap.first)),
                       looks_like_clock_change(axis, gap)
                           ? " (as the start of daylight-saving time leaves them in local time: are these times UTC?)"
                           : "");
}

std::size_t longest_of(const std::vector<Gap>& gaps) {
    const auto shorter = [](const Gap& a, const Gap& b) { return a.steps < b.steps; };
    return std::max_element(gaps.begin(), gaps.end(), shorter)->steps;
}

[[noreturn]] void refuse(const Csv& csv, const TraceAxis& axis, const std::vector<Gap>& gaps,
                         const TraceImportReport& report) {
    throw DataError(fmt::format(
        "{}. In all {} step(s) have no row and {} row(s) have no value ({} of them 0{}), at most {} in a row. Nothing "
        "is "
        "filled unless asked: --fill previous or --fill linear, with --longest-fill N.{}{}",
        describe(csv, axis, gaps.front()), report.missing_steps, report.missing_values, report.zeros,
        report.zeros > 0 ? ", which publishers write for a missing value; if it is one, say --zero-is-value" : "",
        longest_of(gaps), axis.findings.empty() ? "" : " ", fmt::join(axis.findings, " ")));
}

void require_fillable(const Csv& csv, const TraceAxis& axis, const Gap& gap, const TraceImportOptions& options) {
    const std::string what = describe(csv, axis, gap);
    if (gap.steps > static_cast<std::size_t>(std::max(options.longest_fill, 0)))
        throw DataError(fmt::format("{}, more than --longest-fill {}", what, options.longest_fill));
    if (gap.first == 0) throw DataError(fmt::format("{}, and no value before to fill them from", what));
    if (options.fill == "linear" && gap.first + gap.steps == axis.step_of_row.back() + 1)
        throw DataError(fmt::format("{}, and no value after to draw a line to (allowed: --fill previous)", what));
}

void fill_gap(const Gap& gap, const std::string& how, Trace& trace) {
    const double before = trace.values[gap.first - 1];
    const double after = how == "linear" ? trace.values[gap.first + gap.steps] : before;
    for (std::size_t k = 0; k < gap.steps; ++k) {
        const double share = static_cast<double>(k + 1) / static_cast<double>(gap.steps + 1);
        trace.values[gap.first + k] = before + share * (after - before);
        trace.estimated[gap.first + k] = 1;
    }
}

void report_filled(const Csv& csv, const TraceAxis& axis, const std::vector<Gap>& gaps, const std::string& how,
                   TraceImportReport& report) {
    constexpr std::size_t most_lines = 20;
    for (std::size_t i = 0; i < std::min(gaps.size(), most_lines); ++i)
        report.findings.push_back(fmt::format("{}: filled ({})", describe(csv, axis, gaps[i]), how));
    if (gaps.size() > most_lines)
        report.findings.push_back(fmt::format("and {} more gaps, filled ({})", gaps.size() - most_lines, how));
    for (const Gap& gap : gaps) report.filled += gap.steps;
}

}  // namespace

void place_rows(const Csv& csv, const TraceAxis& axis, const std::vector<TraceRow>& rows,
                const TraceImportOptions& options, Trace& trace, TraceImportReport& report) {
    count_missing(axis, rows, report);
    const auto gaps = gaps_of(axis, rows);
    if (!gaps.empty() && options.fill == "refuse") refuse(csv, axis, gaps, report);
    for (const Gap& gap : gaps) require_fillable(csv, axis, gap, options);

    trace.values.assign(axis.step_of_row.back() + 1, 0.0);
    trace.estimated.assign(trace.values.size(), 0);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        trace.values[axis.step_of_row[row]] = rows[row].value.value_or(0.0);
        trace.estimated[axis.step_of_row[row]] = rows[row].estimated ? 1 : 0;
    }
    for (const Gap& gap : gaps) fill_gap(gap, options.fill, trace);
    report_filled(csv, axis, gaps, options.fill, report);
}

}  // namespace cenas

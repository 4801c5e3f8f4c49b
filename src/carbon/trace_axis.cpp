// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/trace_axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/error.hpp"
#include "carbon/import_csv.hpp"

namespace cenas {
namespace {

constexpr const char* local_time_hint =
    "in local time a clock change does this: convert the times to UTC, or write their offset (+hh:mm), first";

std::vector<UtcTime> read_times(const Csv& csv, const TraceLayout& layout, bool utc) {
    std::vector<UtcTime> times;
    times.reserve(csv.rows.size());
    for (std::size_t row = 0; row < csv.rows.size(); ++row)
        times.push_back(read_time(csv, row, layout.time_column, layout.utc || utc));
    return times;
}

void require_rising(const Csv& csv, const std::vector<UtcTime>& times, bool forecast) {
    const auto unordered = std::adjacent_find(times.begin(), times.end(), std::greater_equal<>());
    if (unordered == times.end()) return;
    const auto row = static_cast<std::size_t>(unordered - times.begin()) + 1;
    const UtcTime before = times[row - 1], after = times[row];
    if (forecast)
        throw DataError(
            fmt::format("{}: time {} after {}: this is a forecast in blocks (every issue starts anew), not "
                        "a time series; it is for cenas import forecast, a trace is made of actual values",
                        csv.place(row), to_string(after), to_string(before)));
    if (before == after)
        throw DataError(fmt::format("{}: time {} is there twice (the row before has it); {}", csv.place(row),
                                    to_string(after), local_time_hint));
    throw DataError(fmt::format("{}: times go back from {} to {}; rows must be in order of time ({})", csv.place(row),
                                to_string(before), to_string(after), local_time_hint));
}

/// distances[i] is from row i to row i + 1, in seconds.
std::vector<std::int64_t> distances_of(const std::vector<UtcTime>& times) {
    std::vector<std::int64_t> distances;
    distances.reserve(times.size());
    for (std::size_t i = 1; i < times.size(); ++i) distances.push_back(times[i].seconds - times[i - 1].seconds);
    return distances;
}

void require_multiples(const Csv& csv, const std::vector<std::int64_t>& distances, std::size_t smallest) {
    const std::int64_t step = distances[smallest];
    const auto odd = std::find_if(distances.begin(), distances.end(), [&](auto d) { return d % step != 0; });
    if (odd == distances.end()) return;
    throw DataError(fmt::format(
        "{}: mixed steps: {} s after the row before, but {} is only {} s after its own; all "
        "distances must be multiples of the smallest",
        csv.place(static_cast<std::size_t>(odd - distances.begin()) + 1), *odd, csv.place(smallest + 1), step));
}

}  // namespace

TraceAxis read_axis(const Csv& csv, const TraceLayout& layout, bool utc) {
    if (csv.rows.size() < 2)
        throw DataError(fmt::format("{}: {} row(s) of data; a trace needs at least two to have a step",
                                    csv.path.string(), csv.rows.size()));
    const auto times = read_times(csv, layout, utc);
    require_rising(csv, times, layout.forecast);
    const auto distances = distances_of(times);
    const auto smallest =
        static_cast<std::size_t>(std::min_element(distances.begin(), distances.end()) - distances.begin());
    require_multiples(csv, distances, smallest);

    TraceAxis axis;
    axis.start = times.front();
    axis.step_s = distances[smallest];
    for (const UtcTime time : times)
        axis.step_of_row.push_back(static_cast<std::size_t>((time.seconds - axis.start.seconds) / axis.step_s));
    const auto at_step = std::count(distances.begin(), distances.end(), axis.step_s);
    if (2 * at_step < static_cast<std::ptrdiff_t>(distances.size()))
        axis.findings.push_back(
            fmt::format("{}: the step of {} s is first met here and rare ({} of {} distances are "
                        "longer); does the file change its step?",
                        csv.place(smallest + 1), axis.step_s, static_cast<std::ptrdiff_t>(distances.size()) - at_step,
                        distances.size()));
    return axis;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cenas {

namespace h5 {
class Reader;
class Writer;
}  // namespace h5

// What a run file holds of a live run beside its searches (FORMAT.md, section 8), as plain data: everything that the
// outer world told it, from which its decisions follow again. Tables whose rows are of an input come in the order of
// the inputs.

inline constexpr std::array<const char*, 6> live_input_kinds{"usage", "clock", "finished", "paused", "failed", "end"};

struct LiveSearchRow {
    double offset_s = 0;  ///< of the search's clock, when it began
    double lasted_s = 0;  ///< of wall clock, since it was restarted last
    double waited_s = 0;  ///< of these the coordinator had nothing to do
};
struct LiveInputRow {
    std::int32_t search = 0;
    std::int32_t kind = 0;  ///< index into live_input_kinds
    double now_s = 0;
    std::int32_t gpu = -1;
    std::int32_t task = -1;
};
struct LiveUsageRow {
    std::int64_t input = 0;
    std::int32_t gpu = -1;
    std::int32_t task = -1;
    std::int32_t component = 0;
    double from_s = 0;
    double to_s = 0;
    double measured_j = 0;
    double modelled_j = 0;
};
struct LiveValueRow {
    std::int64_t input = 0;
    double value = 0;
};
struct LiveReadingRow {
    std::int64_t input = 0;
    std::int64_t step = 0;
    double intensity = 0;
    double age_s = 0;
};
struct LiveDecisionRow {
    std::int64_t input = 0;
    std::uint8_t pause = 0;
    std::int32_t gpu = -1;
    std::int32_t task = -1;
    std::int32_t task_kind = 0;
    std::uint8_t low = 0;
};
struct LiveCellRow {
    std::int64_t decision = 0;
    std::int32_t cell = 0;
};
struct LiveHistoryRow {
    std::int32_t trace = 0;
    double intensity = 0;
};

struct LiveLog {
    std::string evaluator;
    double clock_speed = 1;  ///< seconds of the search's clock in one of the wall's
    std::int64_t ranks_per_group = 1;
    std::string power_source;         ///< of the first group
    std::vector<std::string> groups;  ///< where each worked, for people
    std::vector<LiveSearchRow> searches;
    std::vector<LiveInputRow> inputs;
    std::vector<LiveUsageRow> usage;
    std::vector<LiveValueRow> values;
    std::vector<LiveReadingRow> readings;
    std::vector<LiveDecisionRow> decisions;
    std::vector<LiveCellRow> cells;
    std::vector<LiveHistoryRow> history;  ///< of each trace before the search, oldest first
};

void write_live_log(h5::Writer& file, const LiveLog& log);
/// None where the file is not of a live run. Throws DataError.
std::optional<LiveLog> read_live_log(const h5::Reader& file);

}  // namespace cenas

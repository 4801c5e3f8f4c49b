// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/live_log.hpp"

#include <tuple>

#include "carbon/ledger.hpp"
#include "io/columns.hpp"
#include "space/cell.hpp"

namespace cenas {
namespace {

constexpr std::tuple search_columns{
    column("offset_s", &LiveSearchRow::offset_s, "s", "the search's clock when it began"),
    column("lasted_s", &LiveSearchRow::lasted_s, "s", "of wall clock, since the search was restarted last"),
    column("waited_s", &LiveSearchRow::waited_s, "s", "of these the coordinator had nothing to do"),
};
constexpr std::tuple input_columns{
    column("search", &LiveInputRow::search, "1", "row of /search"),
    column("kind", &LiveInputRow::kind, "1", "index into /live/input_kind"),
    column("now_s", &LiveInputRow::now_s, "s", "the search's clock"),
    column("gpu", &LiveInputRow::gpu, "1", "group; -1: none"),
    column("task", &LiveInputRow::task, "1", "task of the search; -1: none"),
};
constexpr std::tuple usage_columns{
    column("input", &LiveUsageRow::input, "1", "row of /live/input that told it"),
    column("gpu", &LiveUsageRow::gpu, "1", "group; -1: the coordinator"),
    column("task", &LiveUsageRow::task, "1", "task of the search; -1: none"),
    column("component", &LiveUsageRow::component, "1", "index into /component"),
    column("from_s", &LiveUsageRow::from_s, "s", "begin, on the search's clock"),
    column("to_s", &LiveUsageRow::to_s, "s", "end"),
    column("measured_j", &LiveUsageRow::measured_j, "J", "IT energy that a meter has read"),
    column("modelled_j", &LiveUsageRow::modelled_j, "J", "IT energy from rated power"),
};
constexpr std::tuple value_columns{
    column("input", &LiveValueRow::input, "1", "row of /live/input: a task that is finished"),
    column("value", &LiveValueRow::value, "1", "objectives of each cell of the task, in deck order"),
};
constexpr std::tuple reading_columns{
    column("input", &LiveReadingRow::input, "1", "row of /live/input"),
    column("step", &LiveReadingRow::step, "1", "step of the trace that began"),
    column("intensity", &LiveReadingRow::intensity, "g/(kW h)", "carbon intensity, as it was known then"),
    column("age_s", &LiveReadingRow::age_s, "s", "0: of the step itself; else it is so much older"),
};
constexpr std::tuple decision_columns{
    column("input", &LiveDecisionRow::input, "1", "row of /live/input before which it was made"),
    column("pause", &LiveDecisionRow::pause, "1", "1: pause the task; 0: start it, or go on with it"),
    column("gpu", &LiveDecisionRow::gpu, "1", "group"),
    column("task", &LiveDecisionRow::task, "1", "task of the search"),
    column("task_kind", &LiveDecisionRow::task_kind, "1", "0: evaluation, 1: sampling, 2: supernet training"),
    column("low", &LiveDecisionRow::low, "1", "1: a training of fewer epochs"),
};
constexpr std::tuple cell_columns{
    column("decision", &LiveCellRow::decision, "1", "row of /live/decision"),
    column("cell", &LiveCellRow::cell, "1", "cell index of the task: row of /cell/architecture"),
};
constexpr std::tuple history_columns{
    column("trace", &LiveHistoryRow::trace, "1", "row of /trace"),
    column("intensity", &LiveHistoryRow::intensity, "g/(kW h)", "of the steps before the search, oldest first"),
};

/// Calls `visit(group, rows, columns, text)` for every table of a log.
template <class Log, class Visit>
void for_each_table(Log& log, const Visit& visit) {
    visit("/live/search", log.searches, search_columns, "row of /search");
    visit("/live/input", log.inputs, input_columns, "what happened, searches one after the other");
    visit("/live/usage", log.usage, usage_columns, "what a group, or the coordinator, used");
    visit("/live/value", log.values, value_columns, "what tasks found");
    visit("/live/reading", log.readings, reading_columns, "what was known of the carbon intensity");
    visit("/live/decision", log.decisions, decision_columns, "what the engine made of all before");
    visit("/live/cell", log.cells, cell_columns, "cells of tasks that were started");
    visit("/live/history", log.history, history_columns, "what was known of traces before");
}

void require_references(const h5::Reader& file, const LiveLog& log) {
    const auto within = [&](std::int64_t value, std::int64_t count, const char* where) {
        in_range(value, 0, count - 1, place_of(file, where));
    };
    for (const auto& row : log.inputs) {
        within(row.search, std::ssize(log.searches), "/live/input/search");
        within(row.kind, std::ssize(live_input_kinds), "/live/input/kind");
    }
    for (const auto& row : log.usage) {
        within(row.input, std::ssize(log.inputs), "/live/usage/input");
        within(row.component, component_count, "/live/usage/component");
        if (!(row.to_s > row.from_s)) throw DataError(place_of(file, "/live/usage/to_s") + ": not later than from_s");
    }
    for (const auto& row : log.values) within(row.input, std::ssize(log.inputs), "/live/value/input");
    for (const auto& row : log.readings) within(row.input, std::ssize(log.inputs), "/live/reading/input");
    for (const auto& row : log.decisions) {
        within(row.input, std::ssize(log.inputs), "/live/decision/input");
        within(row.task_kind, 3, "/live/decision/task_kind");
    }
    for (const auto& row : log.cells) {
        within(row.decision, std::ssize(log.decisions), "/live/cell/decision");
        within(row.cell, cell_count, "/live/cell/cell");
    }
    for (const auto& row : log.history)
        within(row.trace, static_cast<std::int64_t>(length_of(file, "/trace/name")), "/live/history/trace");
}

}  // namespace

void write_live_log(h5::Writer& file, const LiveLog& log) {
    for_each_table(log, [&](const std::string& group, const auto& rows, const auto& columns, const char* text) {
        write_index(file, group, rows.size(), text);
        write_columns(file, group, rows, columns);
    });
    file.dataset("/live/input_kind", std::vector<std::string>(live_input_kinds.begin(), live_input_kinds.end()),
                 {"1", "kinds of inputs", {}});
    file.dataset("/live/group", log.groups, {"1", "where each group worked, for people", {}});
    file.attribute("/live", "evaluator", log.evaluator);
    file.attribute("/live", "clock_speed", log.clock_speed);
    file.attribute("/live", "ranks_per_group", log.ranks_per_group);
    file.attribute("/live", "power_source", log.power_source);
}

std::optional<LiveLog> read_live_log(const h5::Reader& file) {
    if (!file.has("/live")) return std::nullopt;
    LiveLog log;
    for_each_table(log, [&](const std::string& group, auto& rows, const auto& columns, const char*) {
        rows.resize(length_of(file, group + "/index"));
        read_all_columns(file, group, rows, columns);
    });
    log.groups = file.texts("/live/group");
    log.evaluator = file.text_attribute("/live", "evaluator");
    log.clock_speed = file.number_attribute("/live", "clock_speed");
    log.ranks_per_group = file.integer_attribute("/live", "ranks_per_group");
    log.power_source = file.text_attribute("/live", "power_source");
    require_references(file, log);
    return log;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "base/checksum.hpp"
#include "io/run_columns.hpp"
#include "io/run_file.hpp"

namespace cenas {
namespace {

constexpr std::size_t longest_stop_reason = std::string_view("evaluations").size();

// --- the head --------------------------------------------------------------------------------------------------------

void write_root(h5::Writer& file, const RunHead& head) {
    file.attribute("/", "format", run_format);
    file.attribute("/", "format_version", run_format_version);
    file.attribute("/", "program_version", head.program_version);
    file.attribute("/", "record", head.record);
    file.attribute("/", "shard", head.shard);
    file.attribute("/", "shards", head.shards);
    file.attribute("/", "planned_searches", head.planned_searches);
    file.attribute("/", "axes", static_cast<std::int64_t>(head.axes.size()));
    file.dataset("/deck", std::vector<std::string>{head.deck}, {"1", "the deck as the user wrote it", {}});
    file.dataset("/effective_deck", std::vector<std::string>{head.effective_deck},
                 {"1", "every key of the deck with the value that was used", {}});
}

void write_objectives(h5::Writer& file, const std::vector<RunObjective>& objectives) {
    std::vector<std::string> names, directions, units;
    for (const auto& objective : objectives) {
        names.push_back(objective.name);
        directions.emplace_back(to_string(objective.direction));
        units.push_back(objective.unit);
    }
    const std::vector<std::string> rows{"/objective/name"};
    write_names(file, "/objective/name", "objective", names, "objectives, in deck order");
    file.dataset("/objective/direction", directions, {"1", "maximize or minimize", rows});
    file.dataset("/objective/unit", units, {"1", "unit of the objective", rows});
}

void write_problems(h5::Writer& file, const std::vector<ProblemRecord>& problems) {
    const std::size_t m = problems.front().objectives.size();
    const std::vector<std::string> rows{"/problem/index"};
    write_objectives(file, problems.front().objectives);
    write_index(file, "/problem", problems.size(), "number of the problem: a table and a reference point");
    file.dataset("/problem/table_name", gather(problems, &ProblemRecord::table_name), {"1", "the table", rows});
    file.dataset("/problem/table_checksum", gather(problems, &ProblemRecord::table_checksum),
                 {"1", "SHA-256 of the table", rows});
    file.dataset("/problem/table_synthetic",
                 gather(problems, [](const auto& p) { return static_cast<std::uint8_t>(p.table_synthetic ? 1 : 0); }),
                 {"1", "1: made by the built-in generator", rows}, {problems.size()});
    write_columns(file, "/problem", problems, problem_columns);
    std::vector<double> references, means;
    for (const auto& problem : problems) {
        for (const auto& objective : problem.objectives) references.push_back(objective.reference);
        means.insert(means.end(), problem.class_means.begin(), problem.class_means.end());
    }
    file.dataset("/problem/reference", references,
                 {"1", "reference point of the hypervolume", {"/problem/index", "/objective/name"}},
                 {problems.size(), m});
    write_names(file, "/cell/architecture", "cell", cell_strings(), "NAS-Bench-201 string of each cell index");
    file.dataset("/cell/class_mean", means,
                 {"1",
                  "mean objectives over the table's cells that are one network once pruned",
                  {"/problem/index", "/cell/architecture", "/objective/name"}},
                 {problems.size(), static_cast<std::size_t>(cell_count), m});
}

/// What the axis says in each scenario; a moment in seconds since 1970.
void write_axis(h5::Writer& file, const AxisRecord& axis) {
    const std::string path = "/scenario/axis/" + axis.key;
    const bool time = std::holds_alternative<UtcTime>(axis.values.front());
    const h5::Description about{time ? since_epoch : "1", "value of this key of the deck", {"/scenario/index"}};
    std::visit(
        [&](const auto& first) {
            using Value = std::decay_t<decltype(first)>;
            if constexpr (std::is_same_v<Value, bool>)
                file.dataset(
                    path,
                    gather(axis.values,
                           [](const DeckValue& v) { return static_cast<std::uint8_t>(std::get<bool>(v) ? 1 : 0); }),
                    about, {axis.values.size()});
            else if constexpr (std::is_same_v<Value, UtcTime>)
                file.dataset(path, gather(axis.values, [](const DeckValue& v) { return std::get<UtcTime>(v).seconds; }),
                             about);
            else
                file.dataset(path, gather(axis.values, [](const DeckValue& v) { return std::get<Value>(v); }), about);
        },
        axis.values.front());
}

void write_forecasts(h5::Writer& file, const std::vector<ScenarioRecord>& scenarios) {
    write_names(file, "/forecast/name", "forecast", forecast_names, "what allocators can be told");
    const std::vector<std::string> dimensions{"/scenario/index", "/method/name"};
    std::vector<std::int32_t> forecasts;
    std::vector<double> windows_h;
    for (const auto& scenario : scenarios)
        for (const auto& [forecast, window_h] : scenario.forecasts) {
            const auto name = std::find(forecast_names.begin(), forecast_names.end(), forecast);
            forecasts.push_back(static_cast<std::int32_t>(name - forecast_names.begin()));
            windows_h.push_back(window_h);
        }
    const std::vector<std::size_t> shape{scenarios.size(), scenarios.front().forecasts.size()};
    file.dataset("/scenario/forecast", std::span<const std::int32_t>(forecasts),
                 {"1", "what the allocator of the method was told: index into /forecast/name", dimensions}, shape);
    file.dataset("/scenario/window_h", windows_h, {"h", "how far ahead; 0: the whole run", dimensions}, shape);
}

void write_scenarios(h5::Writer& file, const RunHead& head) {
    const auto& scenarios = head.scenarios;
    const std::vector<std::string> rows{"/scenario/index"};
    write_index(file, "/scenario", scenarios.size(), "number of the scenario: values of all axes, the last fastest");
    file.dataset("/scenario/accounting", gather(scenarios, &ScenarioRecord::accounting),
                 {"1", "paper, full or metered", rows});
    write_forecasts(file, scenarios);
    file.dataset("/scenario/start", gather(scenarios, [](const auto& s) { return s.start.seconds; }),
                 {since_epoch, "start of the run", rows});
    write_columns(file, "/scenario", scenarios, scenario_columns);
    write_names(file, "/component", "component", component_names(), "what energy was spent on");
    std::vector<double> powers;
    for (const auto& s : scenarios) powers.insert(powers.end(), s.component_w.begin(), s.component_w.end());
    file.dataset(
        "/scenario/component_power", powers,
        {"W", "modelled power of one GPU (optimizer: of the coordinator's share)", {"/scenario/index", "/component"}},
        {scenarios.size(), static_cast<std::size_t>(component_count)});
    if (head.axes.empty()) return;
    write_names(file, "/axis/key", "axis", gather(head.axes, &AxisRecord::key), "keys that the scenarios differ in");
    for (const auto& axis : head.axes) write_axis(file, axis);
}

void write_trace_steps(h5::Writer& file, const std::vector<Trace>& traces) {
    std::vector<double> intensities;
    std::vector<std::uint8_t> estimated;
    std::vector<std::int64_t> offsets{0};
    for (const auto& trace : traces) {
        intensities.insert(intensities.end(), trace.values.begin(), trace.values.end());
        estimated.insert(estimated.end(), trace.estimated.begin(), trace.estimated.end());
        offsets.push_back(static_cast<std::int64_t>(intensities.size()));
    }
    file.dataset("/trace/step_offset", offsets,
                 {"1", "steps of trace t: rows [offset[t], offset[t + 1]) of /trace_step", {}});
    write_index(file, "/trace_step", intensities.size(), "row of the steps, traces one after the other");
    const std::vector<std::string> rows{"/trace_step/index"};
    file.dataset("/trace_step/intensity", intensities, {"g/(kW h)", "carbon intensity, CO2e", rows});
    file.dataset("/trace_step/estimated", estimated, {"1", "1: estimated by the publisher or filled on import", rows},
                 {intensities.size()});
}

void write_traces(h5::Writer& file, const RunHead& head) {
    const auto& traces = head.traces;
    const std::vector<std::string> rows{"/trace/name"};
    write_names(file, "/trace/name", "trace", gather(traces, &Trace::name), "traces, in deck order");
    file.dataset("/trace/checksum", head.trace_checksums, {"1", "SHA-256 of the whole trace", rows});
    file.dataset("/trace/source", gather(traces, &Trace::source), {"1", "where the trace came from", rows});
    file.dataset("/trace/signal", gather(traces, [](const Trace& t) { return std::string(to_string(t.signal)); }),
                 {"1", "average or marginal", rows});
    file.dataset("/trace/scope", gather(traces, [](const Trace& t) { return std::string(to_string(t.scope)); }),
                 {"1", "direct or life_cycle", rows});
    file.dataset("/trace/forecast_checksum", gather(traces, &Trace::forecast_checksum),
                 {"1", "SHA-256 of the forecast file; empty: none", rows});
    file.dataset("/trace/synthetic",
                 gather(traces, [](const Trace& t) { return static_cast<std::uint8_t>(t.synthetic ? 1 : 0); }),
                 {"1", "1: made by the built-in generator", rows}, {traces.size()});
    file.dataset("/trace/start", gather(traces, [](const Trace& t) { return t.start.seconds; }),
                 {since_epoch, "begin of the first step that is here", rows});
    file.dataset("/trace/step_s", gather(traces, &Trace::step_s), {"s", "step of the trace", rows});
    write_trace_steps(file, traces);
}

// --- searches --------------------------------------------------------------------------------------------------------

/// The numbers of the searches in the plan.
void write_search_index(h5::Writer& file, const RunHead& head, std::size_t searches) {
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < searches; ++i) numbers.push_back(head.number_of(i));
    file.dataset("/search/index", numbers, {"1", "number of the search in the plan", {}});
    file.scale("/search/index", "search");
}

/// Every dataset with a row for each interval; a summary has none.
struct IntervalRows {
    decltype(open_columns(std::declval<h5::Writer&>(), "", 0, interval_columns)) columns;
    h5::Rows<double> start_s, joules;
    h5::Rows<std::int64_t> offset;
    std::int64_t written = 0;

    IntervalRows(h5::Writer& file, const RunSizes& sizes)
        : columns(open_columns(file, "/interval", sizes.intervals, interval_columns)),
          start_s(file.rows<double>("/interval/start_s", sizes.intervals,
                                    {"s", "begin of the step on the search's clock", {"/interval/index"}})),
          joules(file.rows<double>("/interval/joules", sizes.intervals,
                                   {"J", "IT energy by component", {"/interval/index", "/component"}},
                                   {static_cast<std::size_t>(component_count)})),
          offset(file.rows<std::int64_t>(
              "/search/interval_offset", sizes.searches + 1,
              {"1", "intervals of search i: rows [offset[i], offset[i + 1]) of /interval", {}})) {
        offset.append(0);
    }

    void append(const SearchRecord& search, double step_s) {
        for (std::size_t i = 0; i < search.intervals.size(); ++i) {
            append_row(columns, search.intervals[i]);
            start_s.append(static_cast<double>(i) * step_s);
            joules.append(std::span(search.intervals[i].joules));
        }
        written += std::ssize(search.intervals);
        offset.append(written);
    }
};

/// Every dataset with a row for each search or evaluation.
struct SearchRows {
    decltype(open_columns(std::declval<h5::Writer&>(), "", 0, search_columns)) searches;
    decltype(open_columns(std::declval<h5::Writer&>(), "", 0, evaluation_columns)) evaluations;
    h5::Rows<std::string> stop_reason;
    h5::Rows<double> log_difference, log_difference_denoised, objectives;
    h5::Rows<std::int64_t> evaluation_offset;
    std::int64_t written = 0;  // evaluations

    SearchRows(h5::Writer& file, const RunSizes& sizes, std::size_t objective_count)
        : searches(open_columns(file, "/search", sizes.searches, search_columns)),
          evaluations(open_columns(file, "/evaluation", sizes.evaluations, evaluation_columns)),
          stop_reason(file.text_rows("/search/stop_reason", sizes.searches, longest_stop_reason,
                                     {"1", "what ended the search", {"/search/index"}})),
          log_difference(file.rows<double>("/search/hv_log_difference", sizes.searches,
                                           {"1", "log10(hv_max - hypervolume)", {"/search/index"}})),
          log_difference_denoised(
              file.rows<double>("/search/hv_log_difference_denoised", sizes.searches,
                                {"1", "log10(hv_max_denoised - hypervolume_denoised)", {"/search/index"}})),
          objectives(file.rows<double>(
              "/evaluation/objectives", sizes.evaluations,
              {"1", "measured objectives; NaN where not finished", {"/evaluation/index", "/objective/name"}},
              {objective_count})),
          evaluation_offset(file.rows<std::int64_t>(
              "/search/evaluation_offset", sizes.searches + 1,
              {"1", "evaluations of search i: rows [offset[i], offset[i + 1]) of /evaluation", {}})) {
        evaluation_offset.append(0);
    }

    void append(const SearchRecord& search, const RunHead& head) {
        append_row(searches, search);
        stop_reason.append(search.stop_reason);
        log_difference.append(cenas::log_difference(head, search));
        log_difference_denoised.append(cenas::log_difference_denoised(head, search));
        for (const auto& evaluation : search.evaluations_log) append_row(evaluations, evaluation);
        objectives.append(std::span(search.objectives));
        written += std::ssize(search.evaluations_log);
        evaluation_offset.append(written);
    }
};

void write_head(h5::Writer& file, const RunHead& head, const RunSizes& sizes) {
    write_root(file, head);
    write_problems(file, head.problems);
    write_names(file, "/method/name", "method", head.methods, "methods, in deck order");
    write_scenarios(file, head);
    write_traces(file, head);
    write_search_index(file, head, sizes.searches);
    write_index(file, "/evaluation", sizes.evaluations, "row of the evaluation log, searches one after the other");
    if (is_full(head))
        write_index(file, "/interval", sizes.intervals, "row of the interval log, searches one after the other");
}

}  // namespace

struct RunFileWriter::Impl {
    h5::Writer file;
    RunHead head;
    std::optional<SearchRows> searches;
    std::optional<IntervalRows> intervals;
};

RunFileWriter::RunFileWriter(const std::filesystem::path& path, const RunHead& head, const RunSizes& sizes,
                             bool overwrite)
    : impl_(new Impl{h5::Writer(path, overwrite), head, {}, {}}) {
    write_head(impl_->file, head, sizes);
    impl_->searches.emplace(impl_->file, sizes, head.problems.front().objectives.size());
    if (is_full(head)) impl_->intervals.emplace(impl_->file, sizes);
}

RunFileWriter::~RunFileWriter() = default;

void RunFileWriter::append(const SearchRecord& search) {
    impl_->searches->append(search, impl_->head);
    if (impl_->intervals) impl_->intervals->append(search, static_cast<double>(impl_->head.trace_of(search).step_s));
}

void RunFileWriter::add(const LiveLog& log) { write_live_log(impl_->file, log); }

void RunFileWriter::commit(const Provenance& provenance) {
    write_provenance(impl_->file, provenance);
    impl_->file.commit();
}

std::int64_t checksum_of_logs(const SearchRecord& search) {
    Checksum sum;
    const auto add_column = [&](const auto& rows, const auto& member) {
        const auto values = gather(rows, member);
        sum.add(std::as_bytes(std::span(values)));
    };
    for_each_column(evaluation_columns, [&](const auto& c) { add_column(search.evaluations_log, c.member); });
    sum.add(search.objectives);
    for_each_column(interval_columns, [&](const auto& c) { add_column(search.intervals, c.member); });
    for (const auto& interval : search.intervals) sum.add(std::span<const double>(interval.joules));
    return static_cast<std::int64_t>(std::stoull(sum.hex().substr(0, 16), nullptr, 16));
}

void write_run_file(const std::filesystem::path& path, const RunRecord& run, const Provenance& provenance,
                    bool overwrite) {
    RunSizes sizes;
    for (const auto& search : run.searches) sizes.add(search);
    RunFileWriter file(path, run, sizes, overwrite);
    for (const auto& search : run.searches) file.append(search);
    file.commit(provenance);
}

}  // namespace cenas

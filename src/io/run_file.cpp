// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/run_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#include "base/checksum.hpp"
#include "base/error.hpp"
#include "io/h5.hpp"
#include "io/parse_text.hpp"

namespace cenas {
namespace {

constexpr std::int64_t format_version = 2;
constexpr std::size_t longest_stop_reason = std::string_view("evaluations").size();
constexpr const char* since_epoch = "seconds since 1970-01-01 00:00:00Z";

// --- what both directions share --------------------------------------------------------------------------------------

/// One member of a record as one dataset. Flags are std::uint8_t.
template <class R, class V>
struct Column {
    using Record = R;
    using Value = V;
    const char* name;
    V R::*member;
    const char* units;
    const char* text;
};

template <class R, class V>
constexpr Column<R, V> column(const char* name, V R::*member, const char* units, const char* text) {
    return {name, member, units, text};
}

constexpr std::tuple problem_columns{
    column("table_cells", &ProblemRecord::table_cells, "1", "cells of the table"),
    column("hv_max", &ProblemRecord::hv_max, "1", "hypervolume of all cells of the table"),
    column("hv_max_denoised", &ProblemRecord::hv_max_denoised, "1", "the same of the class means of /cell/class_mean"),
};

constexpr std::tuple scenario_columns{
    column("problem", &ScenarioRecord::problem, "1", "index into /problem"),
    column("horizon_s", &ScenarioRecord::horizon_s, "s", "length of the run"),
    column("account_from_s", &ScenarioRecord::account_from_s, "s",
           "the search proper begins; nothing is booked before"),
    column("gpus", &ScenarioRecord::gpus, "1", "GPUs in the pool"),
    column("budget_carbon_kg", &ScenarioRecord::budget_carbon_kg, "kg", "CO2e that ends a search; 0: no limit"),
    column("budget_evaluations", &ScenarioRecord::budget_evaluations, "1", "trainings that end a search; 0: no limit"),
    column("pue", &ScenarioRecord::pue, "1", "power usage effectiveness"),
    column("embodied_g_per_gpu_h", &ScenarioRecord::embodied_g_per_gpu_h, "g/h", "embodied CO2e of a GPU"),
    column("cost_scale", &ScenarioRecord::cost_scale, "1", "what the table's times are stretched by"),
};

constexpr std::tuple search_columns{
    column("scenario", &SearchRecord::scenario, "1", "index into /scenario"),
    column("method", &SearchRecord::method, "1", "index into /method/name"),
    column("trace", &SearchRecord::trace, "1", "index into /trace/name"),
    column("seed", &SearchRecord::seed, "1", "seed"),
    column("hypervolume", &SearchRecord::hypervolume, "1", "final hypervolume, initial evaluations included"),
    column("hypervolume_denoised", &SearchRecord::hypervolume_denoised, "1",
           "final hypervolume with the class means of /cell/class_mean"),
    column("carbon_g", &SearchRecord::carbon_g, "g", "CO2e of all components, PUE and embodied share included"),
    column("energy_j", &SearchRecord::energy_j, "J", "IT energy of all components"),
    column("gpu_hours", &SearchRecord::gpu_hours, "h", "GPU-hours that worked"),
    column("end_s", &SearchRecord::end_s, "s", "when the search ended, on its clock"),
    column("samples", &SearchRecord::samples, "1", "supernet queries"),
    column("evaluations", &SearchRecord::evaluations, "1", "finished trainings, initial ones not counted"),
    column("log_checksum", &SearchRecord::log_checksum, "1", "of the search's whole logs (FORMAT.md)"),
};

constexpr std::tuple evaluation_columns{
    column("cell", &EvaluationRecord::cell, "1", "cell index: row of /cell/architecture"),
    column("initial", &EvaluationRecord::initial, "1", "1: of the random initial design"),
    column("finished", &EvaluationRecord::finished, "1", "0: the search ended first"),
    column("start_s", &EvaluationRecord::start_s, "s", "first slice begins"),
    column("end_s", &EvaluationRecord::end_s, "s", "last slice ends"),
    column("gpu_s", &EvaluationRecord::gpu_s, "s", "GPU time worked on it, without switching"),
    column("joules", &EvaluationRecord::joules, "J", "IT energy of this training alone"),
    column("grams", &EvaluationRecord::grams, "g", "CO2e of this training alone, without embodied share"),
    column("hypervolume", &EvaluationRecord::hypervolume, "1", "of the search once this one is in"),
    column("search_joules", &EvaluationRecord::search_joules, "J", "IT energy of the search up to end_s"),
    column("search_grams", &EvaluationRecord::search_grams, "g", "CO2e of the search up to end_s"),
};

constexpr std::tuple interval_columns{
    column("intensity", &IntervalRecord::intensity, "g/(kW h)", "carbon intensity of the step, CO2e"),
    column("gpus_evaluate", &IntervalRecord::gpus_evaluate, "1", "GPUs that the allocator told to evaluate"),
    column("gpus_sample", &IntervalRecord::gpus_sample, "1", "GPUs that the allocator told to sample"),
    column("gpus_idle", &IntervalRecord::gpus_idle, "1", "GPUs that the allocator told to idle"),
    column("hypervolume", &IntervalRecord::hypervolume, "1", "at the end of the step"),
    column("grams", &IntervalRecord::grams, "g", "operational CO2e: joules x PUE x intensity"),
    column("embodied_grams", &IntervalRecord::embodied_grams, "g", "embodied CO2e"),
};

const std::vector<std::string> forecast_names = {"perfect", "persistence", "file", "none"};

/// Whether the logs are there, and not only the evaluations of the fronts.
bool is_full(const RunHead& head) { return head.record == "full"; }

template <class Columns, class Visit>
void for_each_column(const Columns& columns, const Visit& visit) {
    std::apply([&](const auto&... c) { (visit(c), ...); }, columns);
}

std::vector<std::string> component_names() {
    std::vector<std::string> names;
    for (int c = 0; c < component_count; ++c) names.emplace_back(to_string(static_cast<Component>(c)));
    return names;
}

/// log10 of what the hypervolume lacks, -inf where it lacks nothing (FORMAT.md).
double log_difference(double hv_max, double hypervolume) {
    return hypervolume < hv_max ? std::log10(hv_max - hypervolume) : -std::numeric_limits<double>::infinity();
}

double log_difference(const RunHead& head, const SearchRecord& s) {
    return log_difference(head.problem_of(s).hv_max, s.hypervolume);
}

double log_difference_denoised(const RunHead& head, const SearchRecord& s) {
    return log_difference(head.problem_of(s).hv_max_denoised, s.hypervolume_denoised);
}

// --- writing: the head -----------------------------------------------------------------------------------------------

/// project(record) of every record.
template <class Records, class Project>
auto gather(const Records& records, const Project& project) {
    std::vector<std::decay_t<decltype(std::invoke(project, *records.begin()))>> values;
    for (const auto& record : records) values.push_back(std::invoke(project, record));
    return values;
}

template <class Records, class Columns>
void write_columns(h5::Writer& file, const std::string& group, const Records& records, const Columns& columns) {
    for_each_column(columns, [&](const auto& c) {
        const auto values = gather(records, c.member);
        file.dataset(group + "/" + c.name, std::span(values), {c.units, c.text, {group + "/index"}});
    });
}

void write_index(h5::Writer& file, const std::string& group, std::size_t rows, const std::string& text) {
    auto index = file.rows<std::int64_t>(group + "/index", rows, {"1", text, {}});
    for (std::size_t i = 0; i < rows; ++i) index.append(static_cast<std::int64_t>(i));
    file.scale(group + "/index", group.substr(1));
}

/// A dimension whose coordinates are texts; `dimension` is what other programs show as its name.
void write_names(h5::Writer& file, const std::string& path, const std::string& dimension,
                 const std::vector<std::string>& names, const std::string& text) {
    file.dataset(path, names, {"1", text, {}});
    file.scale(path, dimension);
}

void write_root(h5::Writer& file, const RunHead& head) {
    file.attribute("/", "format", run_format);
    file.attribute("/", "format_version", format_version);
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
    file.dataset("/scenario/accounting", gather(scenarios, &ScenarioRecord::accounting), {"1", "paper or full", rows});
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

// --- writing: searches
// -------------------------------------------------------------------------------------------------

/// Columns of a group whose rows come one by one.
template <class Columns>
auto open_columns(h5::Writer& file, const std::string& group, std::size_t rows, const Columns& columns) {
    return std::apply(
        [&](const auto&... c) {
            return std::tuple{
                std::pair{c.member, file.rows<typename std::decay_t<decltype(c)>::Value>(
                                        group + "/" + c.name, rows, {c.units, c.text, {group + "/index"}})}...};
        },
        columns);
}

template <class Open, class Record>
void append_row(Open& columns, const Record& record) {
    std::apply([&](auto&... c) { (c.second.append(record.*c.first), ...); }, columns);
}

/// The numbers of the searches in the plan.
void write_search_index(h5::Writer& file, const RunHead& head, std::size_t searches) {
    std::vector<std::int64_t> numbers;
    for (std::size_t i = 0; i < searches; ++i)
        numbers.push_back(head.shard - 1 + static_cast<std::int64_t>(i) * head.shards);
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

// --- reading: values
// ---------------------------------------------------------------------------------------------------

namespace {

std::string place_of(const h5::Reader& file, const std::string& object) {
    return fmt::format("{}: {}", file.path().string(), object);
}

/// Length of a one-dimensional dataset.
std::size_t length_of(const h5::Reader& file, const std::string& path) {
    const auto shape = file.shape(path);
    file.require_shape(path, {shape.empty() ? 0 : shape.front()});
    return shape.front();
}

std::vector<std::string> read_texts(const h5::Reader& file, const std::string& path, std::size_t rows) {
    file.require_shape(path, {rows});
    return file.texts(path);
}

double finite(double value, const std::string& place) {
    if (!std::isfinite(value)) throw DataError(fmt::format("{}: {} (expected a finite number)", place, value));
    return value;
}

std::int64_t in_range(std::int64_t value, std::int64_t lowest, std::int64_t highest, const std::string& place) {
    if (value < lowest || value > highest)
        throw DataError(fmt::format("{}: {} (allowed: {}..{})", place, value, lowest, highest));
    return value;
}

/// Rows of a dataset.
struct Rows {
    std::size_t first, count;
};

/// Finite numbers, integers that fit, or flags (std::uint8_t), of some rows of a dataset.
template <class Value>
std::vector<Value> read_rows(const h5::Reader& file, const std::string& path, Rows rows) {
    const std::string place = place_of(file, path);
    if constexpr (std::is_same_v<Value, double>) {
        std::vector<double> values = file.numbers(path, rows.first, rows.count);
        for (const double value : values) finite(value, place);
        return values;
    } else {
        constexpr bool flag = std::is_same_v<Value, std::uint8_t>;
        const std::int64_t lowest = flag ? 0 : std::numeric_limits<Value>::min();
        const std::int64_t highest = flag ? 1 : std::numeric_limits<Value>::max();
        std::vector<Value> values;
        for (const std::int64_t value : file.integers(path, rows.first, rows.count))
            values.push_back(static_cast<Value>(in_range(value, lowest, highest, place)));
        return values;
    }
}

/// A whole dataset of this shape.
template <class Value>
std::vector<Value> read_values(const h5::Reader& file, const std::string& path, const std::vector<std::size_t>& shape) {
    file.require_shape(path, shape);
    return read_rows<Value>(file, path, {0, shape.front()});
}

template <class Record, class Columns>
void read_columns(const h5::Reader& file, const std::string& group, Rows rows, std::vector<Record>& records,
                  const Columns& columns) {
    for_each_column(columns, [&](const auto& c) {
        using Value = typename std::decay_t<decltype(c)>::Value;
        const auto values = read_rows<Value>(file, group + "/" + c.name, rows);
        for (std::size_t i = 0; i < records.size(); ++i) records[i].*c.member = values[i];
    });
}

/// All datasets of a group have so many rows.
template <class Columns>
void require_rows(const h5::Reader& file, const std::string& group, std::size_t rows, const Columns& columns) {
    for_each_column(columns, [&](const auto& c) { file.require_shape(group + "/" + c.name, {rows}); });
}

template <class Record, class Columns>
void read_all_columns(const h5::Reader& file, const std::string& group, std::vector<Record>& records,
                      const Columns& columns) {
    require_rows(file, group, records.size(), columns);
    read_columns(file, group, {0, records.size()}, records, columns);
}

/// Offsets of `owners` owners into `rows` rows: from 0 to rows, never falling.
std::vector<std::size_t> read_offsets(const h5::Reader& file, const std::string& path, std::size_t owners,
                                      std::size_t rows) {
    const auto stored = read_values<std::int64_t>(file, path, {owners + 1});
    if (stored.front() != 0 || stored.back() != static_cast<std::int64_t>(rows) ||
        !std::is_sorted(stored.begin(), stored.end()))
        throw DataError(fmt::format("{}: must rise from 0 to {}, the number of rows", place_of(file, path), rows));
    return {stored.begin(), stored.end()};
}

template <class Value>
std::vector<Value> slice(const std::vector<Value>& all, std::size_t from, std::size_t to) {
    const auto at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
    return {at(from), at(to)};
}

void require_names(const h5::Reader& file, const std::string& path, const std::vector<std::string>& expected) {
    if (read_texts(file, path, expected.size()) != expected)
        throw DataError(place_of(file, path + ": other names, or in another order, than this version writes"));
}

std::string require_word(const std::string& word, const std::vector<std::string>& allowed, const std::string& place) {
    if (std::find(allowed.begin(), allowed.end(), word) == allowed.end())
        throw DataError(fmt::format("{}: '{}' (allowed: {})", place, word, fmt::join(allowed, ", ")));
    return word;
}

// --- reading: the head
// -------------------------------------------------------------------------------------------------

void read_root(const h5::Reader& file, RunHead& head) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    head.program_version = file.text_attribute("/", "program_version");
    head.record = require_word(file.text_attribute("/", "record"), {"full", "summary"}, place_of(file, "record"));
    head.shards = in_range(file.integer_attribute("/", "shards"), 1, most, place_of(file, "shards"));
    head.shard = in_range(file.integer_attribute("/", "shard"), 1, head.shards, place_of(file, "shard"));
    head.planned_searches =
        in_range(file.integer_attribute("/", "planned_searches"), 0, most, place_of(file, "planned_searches"));
    head.deck = read_texts(file, "/deck", 1).front();
    head.effective_deck = read_texts(file, "/effective_deck", 1).front();
}

std::vector<RunObjective> read_objectives(const h5::Reader& file) {
    const std::size_t count = length_of(file, "/objective/name");
    if (count == 0) throw DataError(place_of(file, "/objective/name: no objective"));
    const auto names = file.texts("/objective/name");
    const auto directions = read_texts(file, "/objective/direction", count);
    const auto units = read_texts(file, "/objective/unit", count);
    std::vector<RunObjective> objectives;
    for (std::size_t k = 0; k < count; ++k)
        objectives.push_back({names[k],
                              parse_enum(directions[k], {Direction::maximize, Direction::minimize},
                                         place_of(file, "/objective/direction")),
                              units[k], 0});
    return objectives;
}

void read_problems(const h5::Reader& file, RunHead& head) {
    const auto objectives = read_objectives(file);
    const std::size_t m = objectives.size(), count = length_of(file, "/problem/index");
    if (count == 0) throw DataError(place_of(file, "/problem/index: no problem"));
    require_names(file, "/cell/architecture", cell_strings());
    head.problems.resize(count);
    read_all_columns(file, "/problem", head.problems, problem_columns);
    const auto tables = read_texts(file, "/problem/table_name", count);
    const auto checksums = read_texts(file, "/problem/table_checksum", count);
    const auto synthetic = read_values<std::uint8_t>(file, "/problem/table_synthetic", {count});
    const auto references = read_values<double>(file, "/problem/reference", {count, m});
    constexpr auto cells = static_cast<std::size_t>(cell_count);
    file.require_shape("/cell/class_mean", {count, cells, m});
    const auto means = file.numbers("/cell/class_mean");
    if (std::any_of(means.begin(), means.end(), [](double mean) { return std::isinf(mean); }))
        throw DataError(place_of(file, "/cell/class_mean: infinite value"));
    for (std::size_t p = 0; p < count; ++p) {
        ProblemRecord& problem = head.problems[p];
        in_range(problem.table_cells, 1, cell_count, place_of(file, "/problem/table_cells"));
        problem.table_name = tables[p];
        problem.table_checksum = checksums[p];
        problem.table_synthetic = synthetic[p] != 0;
        problem.objectives = objectives;
        for (std::size_t k = 0; k < m; ++k) problem.objectives[k].reference = references[p * m + k];
        problem.class_means = slice(means, p * cells * m, (p + 1) * cells * m);
    }
}

template <class Value, class Make>
std::vector<DeckValue> axis_values(const std::vector<Value>& values, const Make& make) {
    std::vector<DeckValue> all;
    for (const Value& value : values) all.emplace_back(make(value));
    return all;
}

AxisRecord read_axis(const h5::Reader& file, const std::string& key, std::size_t scenarios) {
    const std::string path = "/scenario/axis/" + key;
    file.require_shape(path, {scenarios});
    switch (file.kind(path)) {
        case h5::Kind::text:
            return {key, axis_values(file.texts(path), [](const std::string& v) { return v; })};
        case h5::Kind::real:
            return {key, axis_values(read_values<double>(file, path, {scenarios}), [](double v) { return v; })};
        case h5::Kind::flag:
            return {key, axis_values(file.integers(path), [](std::int64_t v) { return v != 0; })};
        case h5::Kind::integer:
            break;
    }
    if (file.text_attribute(path, "units") == since_epoch)
        return {key, axis_values(file.integers(path), [](std::int64_t v) { return UtcTime{v}; })};
    return {key, axis_values(file.integers(path), [](std::int64_t v) { return v; })};
}

void read_forecasts(const h5::Reader& file, RunHead& head) {
    require_names(file, "/forecast/name", forecast_names);
    const std::vector<std::size_t> shape{head.scenarios.size(), head.methods.size()};
    const auto forecasts = read_values<std::int32_t>(file, "/scenario/forecast", shape);
    const auto windows_h = read_values<double>(file, "/scenario/window_h", shape);
    for (std::size_t i = 0; i < forecasts.size(); ++i) {
        const auto name =
            in_range(forecasts[i], 0, std::ssize(forecast_names) - 1, place_of(file, "/scenario/forecast"));
        head.scenarios[i / head.methods.size()].forecasts.push_back(
            {forecast_names[static_cast<std::size_t>(name)], windows_h[i]});
    }
}

void read_scenarios(const h5::Reader& file, RunHead& head) {
    const std::size_t count = length_of(file, "/scenario/index");
    head.scenarios.resize(count);
    read_all_columns(file, "/scenario", head.scenarios, scenario_columns);
    require_names(file, "/component", component_names());
    const auto accounting = read_texts(file, "/scenario/accounting", count);
    const auto starts = read_values<std::int64_t>(file, "/scenario/start", {count});
    constexpr auto components = static_cast<std::size_t>(component_count);
    const auto powers = read_values<double>(file, "/scenario/component_power", {count, components});
    for (std::size_t c = 0; c < count; ++c) {
        ScenarioRecord& s = head.scenarios[c];
        in_range(s.problem, 0, std::ssize(head.problems) - 1, place_of(file, "/scenario/problem"));
        in_range(s.gpus, 1, std::numeric_limits<std::int32_t>::max(), place_of(file, "/scenario/gpus"));
        s.accounting = require_word(accounting[c], {"paper", "full"}, place_of(file, "/scenario/accounting"));
        s.start = {starts[c]};
        std::copy_n(powers.begin() + static_cast<std::ptrdiff_t>(c * components), components, s.component_w.begin());
    }
    read_forecasts(file, head);
    constexpr std::int64_t most_axes = 1000;
    const auto axes = in_range(file.integer_attribute("/", "axes"), 0, most_axes, place_of(file, "axes"));
    if (axes == 0) return;
    for (const std::string& key : read_texts(file, "/axis/key", static_cast<std::size_t>(axes)))
        head.axes.push_back(read_axis(file, key, count));
}

void read_trace_steps(const h5::Reader& file, std::vector<Trace>& traces) {
    const std::size_t steps = length_of(file, "/trace_step/index");
    const auto offsets = read_offsets(file, "/trace/step_offset", traces.size(), steps);
    const auto intensities = read_values<double>(file, "/trace_step/intensity", {steps});
    const auto estimated = read_values<std::uint8_t>(file, "/trace_step/estimated", {steps});
    for (std::size_t t = 0; t < traces.size(); ++t) {
        traces[t].values = slice(intensities, offsets[t], offsets[t + 1]);
        traces[t].estimated = slice(estimated, offsets[t], offsets[t + 1]);
    }
}

void read_traces(const h5::Reader& file, RunHead& head) {
    const std::size_t count = length_of(file, "/trace/name");
    const auto names = file.texts("/trace/name");
    const auto sources = read_texts(file, "/trace/source", count);
    const auto signals = read_texts(file, "/trace/signal", count);
    const auto scopes = read_texts(file, "/trace/scope", count);
    const auto forecasts = read_texts(file, "/trace/forecast_checksum", count);
    const auto synthetic = read_values<std::uint8_t>(file, "/trace/synthetic", {count});
    const auto starts = read_values<std::int64_t>(file, "/trace/start", {count});
    const auto steps_s = read_values<std::int64_t>(file, "/trace/step_s", {count});
    for (std::size_t t = 0; t < count; ++t) {
        Trace trace;
        trace.name = names[t];
        trace.source = sources[t];
        trace.forecast_checksum = forecasts[t];
        trace.synthetic = synthetic[t] != 0;
        trace.signal = parse_enum(signals[t], {Signal::average, Signal::marginal}, place_of(file, "/trace/signal"));
        trace.scope = parse_enum(scopes[t], {Scope::direct, Scope::life_cycle}, place_of(file, "/trace/scope"));
        trace.start = {starts[t]};
        trace.step_s =
            in_range(steps_s[t], 1, std::numeric_limits<std::int32_t>::max(), place_of(file, "/trace/step_s"));
        head.traces.push_back(std::move(trace));
    }
    head.trace_checksums = read_texts(file, "/trace/checksum", count);
    read_trace_steps(file, head.traces);
}

RunHead read_head(const h5::Reader& file) {
    file.require_format(run_format, format_version);
    RunHead head;
    read_root(file, head);
    read_problems(file, head);
    head.methods = read_texts(file, "/method/name", length_of(file, "/method/name"));
    read_scenarios(file, head);
    read_traces(file, head);
    return head;
}

// --- reading: searches
// -------------------------------------------------------------------------------------------------

void require_log_differences(const h5::Reader& file, const std::string& path, const RunHead& head,
                             const std::vector<SearchRecord>& searches,
                             double (*expected)(const RunHead&, const SearchRecord&)) {
    file.require_shape(path, {searches.size()});
    const auto stored = file.numbers(path);
    constexpr double tolerance = 1e-9;  // another machine's log10 may differ in the last bits
    for (std::size_t i = 0; i < stored.size(); ++i) {
        const double value = expected(head, searches[i]);
        if (stored[i] != value && !(std::abs(stored[i] - value) <= tolerance))
            throw DataError(
                fmt::format("{}: row {}: {} (its hypervolume gives {})", place_of(file, path), i, stored[i], value));
    }
}

/// The shard's searches, all of them and in order.
void require_search_numbers(const h5::Reader& file, const RunHead& head, std::size_t searches) {
    const auto numbers = file.integers("/search/index");
    const std::int64_t expected =
        head.planned_searches < head.shard ? 0 : (head.planned_searches - head.shard) / head.shards + 1;
    if (static_cast<std::int64_t>(searches) != expected)
        throw DataError(fmt::format("{}: {} searches; shard {} of {} of {} planned searches has {}",
                                    place_of(file, "/search/index"), searches, head.shard, head.shards,
                                    head.planned_searches, expected));
    for (std::size_t i = 0; i < searches; ++i)
        if (numbers[i] != head.shard - 1 + static_cast<std::int64_t>(i) * head.shards)
            throw DataError(fmt::format("{}: row {}: {} (expected {})", place_of(file, "/search/index"), i, numbers[i],
                                        head.shard - 1 + static_cast<std::int64_t>(i) * head.shards));
}

std::vector<SearchRecord> read_summaries(const h5::Reader& file, const RunHead& head) {
    std::vector<SearchRecord> searches(length_of(file, "/search/index"));
    require_search_numbers(file, head, searches.size());
    read_all_columns(file, "/search", searches, search_columns);
    auto reasons = read_texts(file, "/search/stop_reason", searches.size());
    for (std::size_t i = 0; i < searches.size(); ++i) {
        SearchRecord& search = searches[i];
        in_range(search.scenario, 0, std::ssize(head.scenarios) - 1, place_of(file, "/search/scenario"));
        in_range(search.method, 0, std::ssize(head.methods) - 1, place_of(file, "/search/method"));
        in_range(search.trace, 0, std::ssize(head.traces) - 1, place_of(file, "/search/trace"));
        search.stop_reason = std::move(reasons[i]);
    }
    require_log_differences(file, "/search/hv_log_difference", head, searches, log_difference);
    require_log_differences(file, "/search/hv_log_difference_denoised", head, searches, log_difference_denoised);
    return searches;
}

/// A finished evaluation has finite objectives, an unfinished one has none.
void require_objectives(const h5::Reader& file, const SearchRecord& search, std::size_t objectives) {
    for (std::size_t i = 0; i < search.objectives.size(); ++i) {
        const bool finished = search.evaluations_log[i / objectives].finished != 0;
        const double value = search.objectives[i];
        if (finished ? !std::isfinite(value) : !std::isnan(value))
            throw DataError(fmt::format("{}: {} of {} evaluation", place_of(file, "/evaluation/objectives"), value,
                                        finished ? "a finished" : "an unfinished"));
    }
}

void read_evaluations(const h5::Reader& file, Rows rows, std::size_t objectives, SearchRecord& search) {
    search.evaluations_log.resize(rows.count);
    read_columns(file, "/evaluation", rows, search.evaluations_log, evaluation_columns);
    for (const auto& row : search.evaluations_log)
        in_range(row.cell, 0, cell_count - 1, place_of(file, "/evaluation/cell"));
    search.objectives = file.numbers("/evaluation/objectives", rows.first, rows.count);
    require_objectives(file, search, objectives);
}

void read_intervals(const h5::Reader& file, Rows rows, double step_s, SearchRecord& search) {
    search.intervals.resize(rows.count);
    read_columns(file, "/interval", rows, search.intervals, interval_columns);
    const auto joules = read_rows<double>(file, "/interval/joules", rows);
    const auto starts_s = read_rows<double>(file, "/interval/start_s", rows);
    for (std::size_t i = 0; i < rows.count; ++i) {
        std::copy_n(joules.begin() + static_cast<std::ptrdiff_t>(i * component_count), component_count,
                    search.intervals[i].joules.begin());
        if (starts_s[i] != static_cast<double>(i) * step_s)
            throw DataError(fmt::format("{}: row {}: {} (expected {})", place_of(file, "/interval/start_s"),
                                        rows.first + i, starts_s[i], static_cast<double>(i) * step_s));
    }
}

}  // namespace

struct RunFile::Impl {
    h5::Reader file;
    RunHead head;
    std::vector<SearchRecord> searches;
    std::vector<std::size_t> evaluation_offsets, interval_offsets;

    explicit Impl(const std::filesystem::path& path)
        : file(path), head(read_head(file)), searches(read_summaries(file, head)) {
        const std::size_t evaluations = length_of(file, "/evaluation/index");
        evaluation_offsets = read_offsets(file, "/search/evaluation_offset", searches.size(), evaluations);
        require_rows(file, "/evaluation", evaluations, evaluation_columns);
        file.require_shape("/evaluation/objectives", {evaluations, head.problems.front().objectives.size()});
        if (!is_full(head)) return;
        const std::size_t intervals = length_of(file, "/interval/index");
        interval_offsets = read_offsets(file, "/search/interval_offset", searches.size(), intervals);
        require_rows(file, "/interval", intervals, interval_columns);
        file.require_shape("/interval/start_s", {intervals});
        file.require_shape("/interval/joules", {intervals, static_cast<std::size_t>(component_count)});
    }
};

RunFile::RunFile(const std::filesystem::path& path) : impl_(std::make_unique<Impl>(path)) {}
RunFile::~RunFile() = default;

const RunHead& RunFile::head() const { return impl_->head; }

const std::vector<SearchRecord>& RunFile::summaries() const { return impl_->searches; }

SearchRecord RunFile::search(std::size_t i) const {
    const RunHead& head = impl_->head;
    const auto rows = [i](const std::vector<std::size_t>& offsets) {
        return Rows{offsets[i], offsets[i + 1] - offsets[i]};
    };
    SearchRecord search = impl_->searches[i];
    read_evaluations(impl_->file, rows(impl_->evaluation_offsets), head.problems.front().objectives.size(), search);
    if (is_full(head))
        read_intervals(impl_->file, rows(impl_->interval_offsets), static_cast<double>(head.trace_of(search).step_s),
                       search);
    return search;
}

RunSizes RunFile::sizes() const {
    return {impl_->searches.size(), impl_->evaluation_offsets.back(),
            is_full(impl_->head) ? impl_->interval_offsets.back() : 0};
}

Provenance RunFile::provenance() const { return read_provenance(impl_->file); }

std::vector<std::string> RunFile::find_damage() const { return impl_->file.find_damage(); }

void write_run_file(const std::filesystem::path& path, const RunRecord& run, const Provenance& provenance,
                    bool overwrite) {
    RunSizes sizes;
    for (const auto& search : run.searches) sizes.add(search);
    RunFileWriter file(path, run, sizes, overwrite);
    for (const auto& search : run.searches) file.append(search);
    file.commit(provenance);
}

RunRecord read_run_file(const std::filesystem::path& path) {
    const RunFile file(path);
    RunRecord run{file.head(), {}};
    for (std::size_t i = 0; i < file.summaries().size(); ++i) run.searches.push_back(file.search(i));
    return run;
}

Provenance read_provenance(const std::filesystem::path& path) { return RunFile(path).provenance(); }

}  // namespace cenas

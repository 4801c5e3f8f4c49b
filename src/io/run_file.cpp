// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/run_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <tuple>
#include <type_traits>

#include "base/error.hpp"
#include "io/h5.hpp"
#include "io/parse_text.hpp"

// Every dataset is built, written and freed before the next, so that writing many searches needs the memory of one
// column beside the records.

namespace cenas {
namespace {

constexpr std::int64_t format_version = 1;
constexpr const char* run_format = "cenas-run";

// --- what both directions share --------------------------------------------------------------------------------------

/// One member of a record as one dataset. Flags are std::uint8_t.
template <class Record, class Value>
struct Column {
    const char* name;
    Value Record::*member;
    const char* units;
    const char* text;
};

template <class Record, class Value>
constexpr Column<Record, Value> column(const char* name, Value Record::*member, const char* units, const char* text) {
    return {name, member, units, text};
}

constexpr std::tuple search_columns{
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

/// The rows of all searches' logs, one search after the other.
template <class Record, class Searches>
auto rows_of(Searches& searches, std::vector<Record> SearchRecord::*log) {
    using Row = std::conditional_t<std::is_const_v<Searches>, const Record, Record>;
    std::vector<Row*> rows;
    for (auto& search : searches)
        for (Row& row : search.*log) rows.push_back(&row);
    return rows;
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

// --- writing ---------------------------------------------------------------------------------------------------------

/// project(row) of every row.
template <class Rows, class Project>
auto gather(const Rows& rows, const Project& project) {
    std::vector<std::decay_t<decltype(std::invoke(project, *rows.front()))>> values;
    values.reserve(rows.size());
    for (const auto* row : rows) values.push_back(std::invoke(project, *row));
    return values;
}

template <class Rows, class Columns>
void write_columns(h5::Writer& file, const std::string& group, const Rows& rows, const Columns& columns) {
    const auto write = [&](const auto& c) {
        const auto values = gather(rows, c.member);
        file.dataset(group + "/" + c.name, std::span(values), {c.units, c.text, {group + "/index"}});
    };
    std::apply([&](const auto&... c) { (write(c), ...); }, columns);
}

void write_index(h5::Writer& file, const std::string& group, std::size_t rows, const std::string& text) {
    std::vector<std::int64_t> index(rows);
    std::iota(index.begin(), index.end(), std::int64_t{0});
    file.dataset(group + "/index", index, {"1", text, {}});
    file.scale(group + "/index", group.substr(1));
}

/// A dimension whose coordinates are texts; `dimension` is what other programs show as its name.
void write_names(h5::Writer& file, const std::string& path, const std::string& dimension,
                 const std::vector<std::string>& names, const std::string& text) {
    file.dataset(path, names, {"1", text, {}});
    file.scale(path, dimension);
}

/// offsets[i], offsets[i + 1]: the rows of owner i, each of which has size(owner) of them.
template <class Owners, class Size>
void write_offsets(h5::Writer& file, const std::string& path, const Owners& owners, const Size& size,
                   const std::string& text) {
    std::vector<std::int64_t> offsets{0};
    for (const auto& owner : owners) offsets.push_back(offsets.back() + static_cast<std::int64_t>(size(owner)));
    file.dataset(path, offsets, {"1", text, {}});
}

void write_root(h5::Writer& file, const RunRecord& run) {
    file.attribute("/", "format", run_format);
    file.attribute("/", "format_version", format_version);
    file.attribute("/", "program_version", run.program_version);
    file.attribute("/", "accounting", run.accounting);
    file.attribute("/", "start", to_string(run.start));
    file.attribute("/", "horizon_s", run.horizon_s);
    file.attribute("/", "account_from_s", run.account_from_s);
    file.attribute("/", "gpus", std::int64_t{run.gpus});
    file.attribute("/", "forecast", run.forecast);
    file.attribute("/", "window_h", run.window_h);
    file.attribute("/", "budget_carbon_kg", run.budget_carbon_kg);
    file.attribute("/", "budget_evaluations", run.budget_evaluations);
    file.attribute("/", "pue", run.pue);
    file.attribute("/", "embodied_g_per_gpu_h", run.embodied_g_per_gpu_h);
    file.attribute("/", "table_name", run.table_name);
    file.attribute("/", "table_checksum", run.table_checksum);
    file.attribute("/", "table_synthetic", std::int64_t{run.table_synthetic ? 1 : 0});
    file.attribute("/", "table_cells", run.table_cells);
    file.attribute("/", "cost_scale", run.cost_scale);
    file.attribute("/", "hv_max", run.hv_max);
    file.attribute("/", "hv_max_denoised", run.hv_max_denoised);
    file.dataset("/deck", std::vector<std::string>{run.deck}, {"1", "the deck as the user wrote it", {}});
    file.dataset("/effective_deck", std::vector<std::string>{run.effective_deck},
                 {"1", "every key of the deck with the value that was used", {}});
}

void write_objectives(h5::Writer& file, const std::vector<RunObjective>& objectives) {
    std::vector<std::string> names, directions, units;
    std::vector<double> references;
    for (const auto& objective : objectives) {
        names.push_back(objective.name);
        directions.emplace_back(to_string(objective.direction));
        units.push_back(objective.unit);
        references.push_back(objective.reference);
    }
    const std::vector<std::string> rows{"/objective/name"};
    write_names(file, "/objective/name", "objective", names, "objectives, in deck order");
    file.dataset("/objective/direction", directions, {"1", "maximize or minimize", rows});
    file.dataset("/objective/unit", units, {"1", "unit of the objective", rows});
    file.dataset("/objective/reference", references, {"1", "reference point of the hypervolume", rows});
}

void write_trace_steps(h5::Writer& file, const std::vector<Trace>& traces) {
    std::vector<double> intensities;
    std::vector<std::uint8_t> estimated;
    for (const auto& trace : traces) {
        intensities.insert(intensities.end(), trace.values.begin(), trace.values.end());
        estimated.insert(estimated.end(), trace.estimated.begin(), trace.estimated.end());
    }
    write_offsets(
        file, "/trace/step_offset", traces, [](const Trace& trace) { return trace.values.size(); },
        "steps of trace t: rows [offset[t], offset[t + 1]) of /trace_step");
    write_index(file, "/trace_step", intensities.size(), "row of the steps, traces one after the other");
    const std::vector<std::string> rows{"/trace_step/index"};
    file.dataset("/trace_step/intensity", intensities, {"g/(kW h)", "carbon intensity, CO2e", rows});
    file.dataset("/trace_step/estimated", estimated, {"1", "1: estimated by the publisher or filled on import", rows},
                 {intensities.size()});
}

void write_traces(h5::Writer& file, const std::vector<Trace>& traces, const std::vector<std::string>& checksums) {
    std::vector<std::string> names, sources, signals, scopes, forecasts;
    std::vector<std::uint8_t> synthetic;
    std::vector<std::int64_t> steps_s;
    for (const auto& trace : traces) {
        names.push_back(trace.name);
        sources.push_back(trace.source);
        signals.emplace_back(to_string(trace.signal));
        scopes.emplace_back(to_string(trace.scope));
        forecasts.push_back(trace.forecast_checksum);
        synthetic.push_back(trace.synthetic ? 1 : 0);
        steps_s.push_back(trace.step_s);
    }
    const std::vector<std::string> rows{"/trace/name"};
    write_names(file, "/trace/name", "trace", names, "traces, in deck order");
    file.dataset("/trace/checksum", checksums, {"1", "SHA-256 of the whole trace", rows});
    file.dataset("/trace/source", sources, {"1", "where the trace came from", rows});
    file.dataset("/trace/signal", signals, {"1", "average or marginal", rows});
    file.dataset("/trace/scope", scopes, {"1", "direct or life_cycle", rows});
    file.dataset("/trace/forecast_checksum", forecasts, {"1", "SHA-256 of the forecast file; empty: none", rows});
    file.dataset("/trace/synthetic", synthetic, {"1", "1: made by the built-in generator", rows});
    file.dataset("/trace/step_s", steps_s, {"s", "step of the trace", rows});
    write_trace_steps(file, traces);
}

void write_cells(h5::Writer& file, const RunRecord& run) {
    write_names(file, "/cell/architecture", "cell", cell_strings(), "NAS-Bench-201 string of each cell index");
    file.dataset("/cell/class_mean", run.class_means,
                 {"1",
                  "mean objectives over the table's cells that are one network once pruned",
                  {"/cell/architecture", "/objective/name"}},
                 {static_cast<std::size_t>(cell_count), run.objectives.size()});
}

void write_searches(h5::Writer& file, const RunRecord& run) {
    std::vector<const SearchRecord*> rows;
    for (const auto& search : run.searches) rows.push_back(&search);
    const std::vector<std::string> index{"/search/index"};
    write_index(file, "/search", rows.size(), "number of the search");
    write_columns(file, "/search", rows, search_columns);
    file.dataset("/search/hv_log_difference",
                 gather(rows, [&](const SearchRecord& s) { return log_difference(run.hv_max, s.hypervolume); }),
                 {"1", "log10(hv_max - hypervolume)", index});
    file.dataset(
        "/search/hv_log_difference_denoised",
        gather(rows,
               [&](const SearchRecord& s) { return log_difference(run.hv_max_denoised, s.hypervolume_denoised); }),
        {"1", "log10(hv_max_denoised - hypervolume_denoised)", index});
    file.dataset("/search/stop_reason", gather(rows, &SearchRecord::stop_reason),
                 {"1", "what ended the search", index});
    write_offsets(
        file, "/search/evaluation_offset", run.searches, [](const auto& s) { return s.evaluations_log.size(); },
        "evaluations of search i: rows [offset[i], offset[i + 1]) of /evaluation");
    write_offsets(
        file, "/search/interval_offset", run.searches, [](const auto& s) { return s.intervals.size(); },
        "intervals of search i: rows [offset[i], offset[i + 1]) of /interval");
}

void write_evaluations(h5::Writer& file, const RunRecord& run) {
    const auto rows = rows_of(run.searches, &SearchRecord::evaluations_log);
    write_index(file, "/evaluation", rows.size(), "row of the evaluation log, searches one after the other");
    write_columns(file, "/evaluation", rows, evaluation_columns);
    std::vector<double> objectives;
    objectives.reserve(rows.size() * run.objectives.size());
    for (const auto& search : run.searches)
        objectives.insert(objectives.end(), search.objectives.begin(), search.objectives.end());
    file.dataset("/evaluation/objectives", objectives,
                 {"1", "measured objectives; NaN where not finished", {"/evaluation/index", "/objective/name"}},
                 {rows.size(), run.objectives.size()});
}

void write_intervals(h5::Writer& file, const RunRecord& run) {
    const auto rows = rows_of(run.searches, &SearchRecord::intervals);
    write_index(file, "/interval", rows.size(), "row of the interval log, searches one after the other");
    write_columns(file, "/interval", rows, interval_columns);
    std::vector<double> starts_s;
    for (const auto& search : run.searches)
        for (std::size_t i = 0; i < search.intervals.size(); ++i)
            starts_s.push_back(static_cast<double>(i) *
                               static_cast<double>(run.traces[static_cast<std::size_t>(search.trace)].step_s));
    file.dataset("/interval/start_s", starts_s, {"s", "begin of the step on the search's clock", {"/interval/index"}});
    std::vector<double> joules;
    joules.reserve(rows.size() * component_count);
    for (const auto* row : rows) joules.insert(joules.end(), row->joules.begin(), row->joules.end());
    file.dataset("/interval/joules", joules, {"J", "IT energy by component", {"/interval/index", "/component"}},
                 {rows.size(), static_cast<std::size_t>(component_count)});
}

// --- reading ---------------------------------------------------------------------------------------------------------

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

/// A whole dataset of finite numbers, of integers that fit, or of flags (std::uint8_t).
template <class Value>
std::vector<Value> read_values(const h5::Reader& file, const std::string& path, const std::vector<std::size_t>& shape) {
    file.require_shape(path, shape);
    const std::string place = place_of(file, path);
    if constexpr (std::is_same_v<Value, double>) {
        std::vector<double> values = file.numbers(path);
        for (const double value : values) finite(value, place);
        return values;
    } else {
        constexpr bool flag = std::is_same_v<Value, std::uint8_t>;
        const std::int64_t lowest = flag ? 0 : std::numeric_limits<Value>::min();
        const std::int64_t highest = flag ? 1 : std::numeric_limits<Value>::max();
        std::vector<Value> values;
        for (const std::int64_t value : file.integers(path))
            values.push_back(static_cast<Value>(in_range(value, lowest, highest, place)));
        return values;
    }
}

template <class Record, class Columns>
void read_columns(const h5::Reader& file, const std::string& group, const std::vector<Record*>& rows,
                  const Columns& columns) {
    const auto read = [&](const auto& c) {
        using Value = std::decay_t<decltype(std::declval<Record>().*c.member)>;
        const auto values = read_values<Value>(file, group + "/" + c.name, {rows.size()});
        for (std::size_t i = 0; i < rows.size(); ++i) rows[i]->*c.member = values[i];
    };
    std::apply([&](const auto&... c) { (read(c), ...); }, columns);
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

void read_root(const h5::Reader& file, RunRecord& run) {
    const auto number = [&](const std::string& name) {
        return finite(file.number_attribute("/", name), place_of(file, name));
    };
    run.program_version = file.text_attribute("/", "program_version");
    run.accounting = file.text_attribute("/", "accounting");
    if (run.accounting != "paper" && run.accounting != "full")
        throw DataError(fmt::format("{}: '{}' (allowed: paper, full)", place_of(file, "accounting"), run.accounting));
    run.start = parse_start(file.text_attribute("/", "start"), place_of(file, "start"));
    run.horizon_s = number("horizon_s");
    run.account_from_s = number("account_from_s");
    run.gpus = static_cast<std::int32_t>(in_range(file.integer_attribute("/", "gpus"), 1,
                                                  std::numeric_limits<std::int32_t>::max(), place_of(file, "gpus")));
    run.forecast = file.text_attribute("/", "forecast");
    run.window_h = number("window_h");
    run.budget_carbon_kg = number("budget_carbon_kg");
    run.budget_evaluations = file.integer_attribute("/", "budget_evaluations");
    run.pue = number("pue");
    run.embodied_g_per_gpu_h = number("embodied_g_per_gpu_h");
    run.table_name = file.text_attribute("/", "table_name");
    run.table_checksum = file.text_attribute("/", "table_checksum");
    run.table_synthetic = parse_flag(file.integer_attribute("/", "table_synthetic"), place_of(file, "table_synthetic"));
    run.table_cells =
        in_range(file.integer_attribute("/", "table_cells"), 1, cell_count, place_of(file, "table_cells"));
    run.cost_scale = number("cost_scale");
    run.hv_max = number("hv_max");
    run.hv_max_denoised = number("hv_max_denoised");
    run.deck = read_texts(file, "/deck", 1).front();
    run.effective_deck = read_texts(file, "/effective_deck", 1).front();
}

std::vector<RunObjective> read_objectives(const h5::Reader& file) {
    const std::size_t count = length_of(file, "/objective/name");
    if (count == 0) throw DataError(place_of(file, "/objective/name: no objective"));
    const auto names = file.texts("/objective/name");
    const auto directions = read_texts(file, "/objective/direction", count);
    const auto units = read_texts(file, "/objective/unit", count);
    const auto references = read_values<double>(file, "/objective/reference", {count});
    std::vector<RunObjective> objectives;
    for (std::size_t k = 0; k < count; ++k)
        objectives.push_back({names[k],
                              parse_enum(directions[k], {Direction::maximize, Direction::minimize},
                                         place_of(file, "/objective/direction")),
                              units[k], references[k]});
    return objectives;
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

void read_traces(const h5::Reader& file, RunRecord& run) {
    const std::size_t count = length_of(file, "/trace/name");
    const auto names = file.texts("/trace/name");
    const auto sources = read_texts(file, "/trace/source", count);
    const auto signals = read_texts(file, "/trace/signal", count);
    const auto scopes = read_texts(file, "/trace/scope", count);
    const auto forecasts = read_texts(file, "/trace/forecast_checksum", count);
    const auto synthetic = read_values<std::uint8_t>(file, "/trace/synthetic", {count});
    const auto steps_s = read_values<std::int64_t>(file, "/trace/step_s", {count});
    for (std::size_t t = 0; t < count; ++t) {
        Trace trace;
        trace.name = names[t];
        trace.source = sources[t];
        trace.forecast_checksum = forecasts[t];
        trace.synthetic = synthetic[t] != 0;
        trace.signal = parse_enum(signals[t], {Signal::average, Signal::marginal}, place_of(file, "/trace/signal"));
        trace.scope = parse_enum(scopes[t], {Scope::direct, Scope::life_cycle}, place_of(file, "/trace/scope"));
        trace.start = run.start;
        trace.step_s =
            in_range(steps_s[t], 1, std::numeric_limits<std::int32_t>::max(), place_of(file, "/trace/step_s"));
        run.traces.push_back(std::move(trace));
    }
    run.trace_checksums = read_texts(file, "/trace/checksum", count);
    read_trace_steps(file, run.traces);
}

void read_cells(const h5::Reader& file, RunRecord& run) {
    require_names(file, "/cell/architecture", cell_strings());
    file.require_shape("/cell/class_mean", {static_cast<std::size_t>(cell_count), run.objectives.size()});
    run.class_means = file.numbers("/cell/class_mean");
    for (const double mean : run.class_means)
        if (std::isinf(mean)) throw DataError(place_of(file, "/cell/class_mean: infinite value"));
}

void require_log_differences(const h5::Reader& file, const std::string& path, const std::vector<double>& expected) {
    file.require_shape(path, {expected.size()});
    const auto stored = file.numbers(path);
    constexpr double tolerance = 1e-9;  // another machine's log10 may differ in the last bits
    for (std::size_t i = 0; i < stored.size(); ++i)
        if (stored[i] != expected[i] && !(std::abs(stored[i] - expected[i]) <= tolerance))
            throw DataError(fmt::format("{}: row {}: {} (its hypervolume gives {})", place_of(file, path), i, stored[i],
                                        expected[i]));
}

void read_searches(const h5::Reader& file, RunRecord& run) {
    run.searches.resize(length_of(file, "/search/index"));
    std::vector<SearchRecord*> rows;
    for (auto& search : run.searches) rows.push_back(&search);
    read_columns(file, "/search", rows, search_columns);
    const auto reasons = read_texts(file, "/search/stop_reason", rows.size());
    std::vector<double> differences, denoised;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        SearchRecord& search = *rows[i];
        in_range(search.method, 0, std::ssize(run.methods) - 1, place_of(file, "/search/method"));
        in_range(search.trace, 0, std::ssize(run.traces) - 1, place_of(file, "/search/trace"));
        search.stop_reason = reasons[i];
        differences.push_back(log_difference(run.hv_max, search.hypervolume));
        denoised.push_back(log_difference(run.hv_max_denoised, search.hypervolume_denoised));
    }
    require_log_differences(file, "/search/hv_log_difference", differences);
    require_log_differences(file, "/search/hv_log_difference_denoised", denoised);
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

void read_evaluations(const h5::Reader& file, RunRecord& run) {
    const std::size_t count = length_of(file, "/evaluation/index");
    const auto offsets = read_offsets(file, "/search/evaluation_offset", run.searches.size(), count);
    for (std::size_t s = 0; s < run.searches.size(); ++s)
        run.searches[s].evaluations_log.resize(offsets[s + 1] - offsets[s]);
    const auto rows = rows_of(run.searches, &SearchRecord::evaluations_log);
    read_columns(file, "/evaluation", rows, evaluation_columns);
    for (const auto* row : rows) in_range(row->cell, 0, cell_count - 1, place_of(file, "/evaluation/cell"));

    const std::size_t m = run.objectives.size();
    file.require_shape("/evaluation/objectives", {count, m});
    const auto objectives = file.numbers("/evaluation/objectives");
    for (std::size_t s = 0; s < run.searches.size(); ++s) {
        run.searches[s].objectives = slice(objectives, offsets[s] * m, offsets[s + 1] * m);
        require_objectives(file, run.searches[s], m);
    }
}

void require_interval_starts(const h5::Reader& file, const RunRecord& run, std::size_t rows) {
    const auto starts_s = read_values<double>(file, "/interval/start_s", {rows});
    std::size_t row = 0;
    for (const auto& search : run.searches) {
        const auto step_s = static_cast<double>(run.traces[static_cast<std::size_t>(search.trace)].step_s);
        for (std::size_t i = 0; i < search.intervals.size(); ++i, ++row)
            if (starts_s[row] != static_cast<double>(i) * step_s)
                throw DataError(fmt::format("{}: row {}: {} (expected {})", place_of(file, "/interval/start_s"), row,
                                            starts_s[row], static_cast<double>(i) * step_s));
    }
}

void read_intervals(const h5::Reader& file, RunRecord& run) {
    const std::size_t count = length_of(file, "/interval/index");
    const auto offsets = read_offsets(file, "/search/interval_offset", run.searches.size(), count);
    for (std::size_t s = 0; s < run.searches.size(); ++s) run.searches[s].intervals.resize(offsets[s + 1] - offsets[s]);
    const auto rows = rows_of(run.searches, &SearchRecord::intervals);
    read_columns(file, "/interval", rows, interval_columns);
    require_interval_starts(file, run, count);
    const auto joules =
        read_values<double>(file, "/interval/joules", {count, static_cast<std::size_t>(component_count)});
    for (std::size_t i = 0; i < count; ++i)
        std::copy_n(joules.begin() + static_cast<std::ptrdiff_t>(i * component_count), component_count,
                    rows[i]->joules.begin());
}

}  // namespace

void write_run_file(const std::filesystem::path& path, const RunRecord& run, const Provenance& provenance,
                    bool overwrite) {
    h5::Writer file(path, overwrite);
    write_root(file, run);
    write_names(file, "/component", "component", component_names(), "what energy was spent on");
    file.dataset("/component_power", std::span<const double>(run.component_w),
                 {"W", "modelled power of one GPU (optimizer: of the coordinator's share)", {"/component"}});
    write_objectives(file, run.objectives);
    write_names(file, "/method/name", "method", run.methods, "methods, in deck order");
    write_traces(file, run.traces, run.trace_checksums);
    write_cells(file, run);
    write_searches(file, run);
    write_evaluations(file, run);
    write_intervals(file, run);
    write_provenance(file, provenance);
    file.commit();
}

RunRecord read_run_file(const std::filesystem::path& path) {
    const h5::Reader file(path);
    file.require_format(run_format, format_version);
    RunRecord run;
    read_root(file, run);
    require_names(file, "/component", component_names());
    const auto powers = read_values<double>(file, "/component_power", {component_count});
    std::copy(powers.begin(), powers.end(), run.component_w.begin());
    run.objectives = read_objectives(file);
    run.methods = read_texts(file, "/method/name", length_of(file, "/method/name"));
    read_traces(file, run);
    read_cells(file, run);
    read_searches(file, run);
    read_evaluations(file, run);
    read_intervals(file, run);
    return run;
}

Provenance read_provenance(const std::filesystem::path& path) {
    const h5::Reader file(path);
    file.require_format(run_format, format_version);
    const std::string group = "/provenance";
    Provenance provenance;
    provenance.host = file.text_attribute(group, "host");
    provenance.started_utc = file.text_attribute(group, "started_utc");
    provenance.finished_utc = file.text_attribute(group, "finished_utc");
    provenance.command_line = file.text_attribute(group, "command_line");
    provenance.git_commit = file.text_attribute(group, "git_commit");
    provenance.libraries = file.text_attribute(group, "libraries");
    provenance.ranks = file.integer_attribute(group, "ranks");
    provenance.threads = file.integer_attribute(group, "threads");
    provenance.wall_s = file.number_attribute(group, "wall_s");
    return provenance;
}

}  // namespace cenas

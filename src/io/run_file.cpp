// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/run_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "io/parse_text.hpp"
#include "io/run_columns.hpp"

namespace cenas {
namespace {

// --- the head --------------------------------------------------------------------------------------------------------

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
        in_range(problem.table_cells, 0, cell_count, place_of(file, "/problem/table_cells"));
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
        s.accounting =
            require_word(accounting[c], {"paper", "full", "metered"}, place_of(file, "/scenario/accounting"));
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
    file.require_format(run_format, run_format_version);
    RunHead head;
    read_root(file, head);
    read_problems(file, head);
    head.methods = read_texts(file, "/method/name", length_of(file, "/method/name"));
    read_scenarios(file, head);
    read_traces(file, head);
    return head;
}

// --- searches --------------------------------------------------------------------------------------------------------

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
        if (numbers[i] != head.number_of(i))
            throw DataError(fmt::format("{}: row {}: {} (expected {})", place_of(file, "/search/index"), i, numbers[i],
                                        head.number_of(i)));
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

void read_evaluations(const h5::Reader& file, RowRange rows, std::size_t objectives, SearchRecord& search) {
    search.evaluations_log.resize(rows.count);
    read_columns(file, "/evaluation", rows, search.evaluations_log, evaluation_columns);
    for (const auto& row : search.evaluations_log)
        in_range(row.cell, 0, cell_count - 1, place_of(file, "/evaluation/cell"));
    search.objectives = file.numbers("/evaluation/objectives", rows.first, rows.count);
    require_objectives(file, search, objectives);
}

void read_intervals(const h5::Reader& file, RowRange rows, double step_s, SearchRecord& search) {
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

std::size_t RunFile::row_of(std::int64_t number) const {
    const RunHead& head = impl_->head;
    const std::size_t rows = impl_->searches.size();
    const std::int64_t row = (number - head.number_of(0)) / head.shards;
    if (rows == 0 || number < head.number_of(0) || number > head.number_of(rows - 1) ||
        head.number_of(static_cast<std::size_t>(row)) != number)
        throw UsageError(fmt::format("--search {}: the file has {}", number,
                                     rows == 0          ? "no searches"
                                     : head.shards == 1 ? fmt::format("searches 0 to {}", rows - 1)
                                                        : fmt::format("searches {}, {}, ... to {}", head.number_of(0),
                                                                      head.number_of(1), head.number_of(rows - 1))));
    return static_cast<std::size_t>(row);
}

SearchRecord RunFile::search(std::size_t row) const {
    const RunHead& head = impl_->head;
    const auto rows = [row](const std::vector<std::size_t>& offsets) {
        return RowRange{offsets[row], offsets[row + 1] - offsets[row]};
    };
    SearchRecord search = impl_->searches[row];
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

std::optional<LiveLog> RunFile::live() const { return read_live_log(impl_->file); }

Provenance RunFile::provenance() const { return read_provenance(impl_->file); }

std::vector<std::string> RunFile::find_damage() const { return impl_->file.find_damage(); }

RunRecord read_run_file(const std::filesystem::path& path) {
    const RunFile file(path);
    RunRecord run{file.head(), {}};
    for (std::size_t i = 0; i < file.summaries().size(); ++i) run.searches.push_back(file.search(i));
    return run;
}

Provenance read_provenance(const std::filesystem::path& path) { return RunFile(path).provenance(); }

}  // namespace cenas

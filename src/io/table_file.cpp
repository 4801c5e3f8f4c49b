// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/table_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "io/columns.hpp"
#include "io/embedded_table.hpp"
#include "io/parse_text.hpp"

namespace cenas {
namespace {

constexpr std::int64_t table_version = 2;
constexpr std::int64_t oldest_table_version = 1;  // had no low fidelity
constexpr std::int64_t format_version = 1;
constexpr const char* table_format = "cenas-table";
constexpr const char* trace_format = "cenas-trace";
constexpr const char* forecast_format = "cenas-forecast";

void require_checksum(const h5::Reader& file, const std::string& of_content) {
    const std::string stored = file.text_attribute("/", "checksum");
    if (stored != of_content)
        throw DataError(
            fmt::format("{}: the content does not match its checksum (stored {}, content {}): it was changed "
                        "after it was imported; import it again",
                        file.path().string(), stored, of_content));
}

// --- architecture tables -------------------------------------------------------------------------------------------

std::string value_path(const std::string& objective) { return fmt::format("/objective/{}/value", objective); }
std::string estimate_path(const std::string& objective) { return fmt::format("/objective/{}/estimate", objective); }
std::string low_path(const std::string& objective) { return fmt::format("/objective/{}/low", objective); }

void write_table_attributes(h5::Writer& file, const ArchitectureTable& table) {
    std::vector<std::string> names;
    for (const auto& objective : table.objectives) names.push_back(objective.name);
    file.attribute("/", "format", table_format);
    file.attribute("/", "format_version", table_version);
    file.attribute("/", "name", table.name);
    file.attribute("/", "source", table.source);
    file.attribute("/", "synthetic", std::int64_t{table.synthetic ? 1 : 0});
    file.attribute("/", "supernet_training_s", table.supernet_training_s);
    file.attribute("/", "low_fidelity_cost", table.low_fidelity_cost);
    file.attribute("/", "objectives", fmt::format("{}", fmt::join(names, ",")));
    file.attribute("/", "checksum", table.checksum());
}

void write_objective(h5::Writer& file, const TableObjective& objective, const std::vector<std::string>& rows) {
    const std::string path = value_path(objective.name);
    file.dataset(path, objective.values, {objective.unit, objective.name + " that a training measures", rows});
    file.attribute(path, "direction", to_string(objective.direction));
    if (!objective.estimates.empty())
        file.dataset(estimate_path(objective.name), objective.estimates,
                     {objective.unit, objective.name + " that sampling estimates", rows});
    if (!objective.low.empty())
        file.dataset(low_path(objective.name), objective.low,
                     {objective.unit, objective.name + " that a training of fewer epochs measures", rows});
}

std::vector<std::string> split_at_commas(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t from = 0;;) {
        const std::size_t comma = text.find(',', from);
        parts.push_back(text.substr(from, comma - from));
        if (comma == std::string::npos) return parts;
        from = comma + 1;
    }
}

std::vector<double> read_column(const h5::Reader& file, const std::string& path, std::size_t rows) {
    file.require_shape(path, {rows});
    return file.numbers(path);
}

CellIndex cell_from(const std::string& architecture, const std::string& place) {
    try {
        return index_of(parse_cell(architecture));
    } catch (const DataError& e) {
        throw DataError(fmt::format("{}: {}", place, e.what()));
    }
}

std::vector<CellIndex> read_cells(const h5::Reader& file) {
    const auto architectures = file.texts("/architecture");
    file.require_shape("/architecture", {architectures.size()});
    std::vector<CellIndex> cells;
    for (const auto& text : architectures)
        cells.push_back(cell_from(text, place_of(file, fmt::format("/architecture: row {}", cells.size()))));
    return cells;
}

TableObjective read_objective(const h5::Reader& file, const std::string& name, std::size_t rows) {
    const std::string path = value_path(name);
    TableObjective objective;
    objective.name = name;
    objective.values = read_column(file, path, rows);
    objective.unit = file.text_attribute(path, "units");
    objective.direction = parse_enum(file.text_attribute(path, "direction"), {Direction::maximize, Direction::minimize},
                                     place_of(file, path + ": direction"));
    if (file.has(estimate_path(name))) objective.estimates = read_column(file, estimate_path(name), rows);
    if (file.has(low_path(name))) objective.low = read_column(file, low_path(name), rows);
    return objective;
}

void write_table(h5::Writer& file, const ArchitectureTable& table, const std::filesystem::path& path) {
    validate(table, path.string());
    write_table_attributes(file, table);
    std::vector<std::string> architectures;
    for (const CellIndex cell : table.cells) architectures.push_back(cell_string(cell));
    file.dataset("/architecture", architectures, {"1", "NAS-Bench-201 cell string", {}});
    file.scale("/architecture", "architecture");
    const std::vector<std::string> rows{"/architecture"};
    for (const auto& objective : table.objectives) write_objective(file, objective, rows);
    file.dataset("/evaluation_s", table.evaluation_s, {"s", "GPU- or core-seconds of a training from scratch", rows});
    file.dataset("/sampling_s", table.sampling_s, {"s", "GPU- or core-seconds of one supernet query", rows});
}

/// One value of every record.
template <class V, class Record, class Get>
std::vector<V> column(const std::vector<Record>& records, const Get& get) {
    std::vector<V> values;
    for (const Record& record : records) values.push_back(static_cast<V>(get(record)));
    return values;
}

/// The scale GROUP/epoch: 1, 2, ...
void write_epoch_scale(h5::Writer& file, const std::string& group, std::size_t epochs) {
    std::vector<std::int32_t> numbers(epochs);
    std::iota(numbers.begin(), numbers.end(), 1);
    file.dataset(group + "/epoch", numbers, {"1", "epoch, from 1", {}});
    file.scale(group + "/epoch", "epoch");
}

std::size_t longest_curve(const std::vector<CellTrainingRecord>& trainings) {
    std::size_t epochs = 0;
    for (const CellTrainingRecord& training : trainings) epochs = std::max(epochs, training.epoch_loss.size());
    return epochs;
}

/// A row of `epochs` values a training; what one that diverged did not reach is NaN.
template <class Get>
std::vector<double> curves(const std::vector<CellTrainingRecord>& trainings, std::size_t epochs, const Get& get) {
    std::vector<double> matrix;
    for (const CellTrainingRecord& training : trainings) {
        const std::vector<double>& curve = get(training);
        matrix.insert(matrix.end(), curve.begin(), curve.end());
        matrix.insert(matrix.end(), epochs - curve.size(), std::nan(""));
    }
    return matrix;
}

void write_cell_trainings(h5::Writer& file, const std::vector<CellTrainingRecord>& trainings) {
    using R = CellTrainingRecord;
    const std::string rows = "/training/run/index";
    const auto put = [&](const char* name, const auto& values, const char* units, const char* text) {
        file.dataset(std::string("/training/run/") + name, values, {units, text, {rows}});
    };
    std::vector<std::int32_t> index(trainings.size());
    std::iota(index.begin(), index.end(), 0);
    file.dataset(rows, index, {"1", "number of the training", {}});
    file.scale(rows, "training");
    const std::size_t epochs = longest_curve(trainings);
    write_epoch_scale(file, "/training/run", epochs);
    put("architecture", column<std::string>(trainings, [](const R& t) { return cell_string(t.cell); }), "1",
        "NAS-Bench-201 cell string");
    put("seed", column<std::int64_t>(trainings, [](const R& t) { return t.seed; }), "1",
        "seed of weights, order and augmentation");
    put("diverged", column<std::uint8_t>(trainings, [](const R& t) { return t.diverged; }), "1",
        "1: the loss became infinite");
    put("validation_accuracy", column<double>(trainings, [](const R& t) { return t.validation_accuracy; }), "%",
        "on the images held out");
    put("test_accuracy", column<double>(trainings, [](const R& t) { return t.test_accuracy; }), "%",
        "on the test images");
    put("training_s", column<double>(trainings, [](const R& t) { return t.training_s; }), "s",
        "core- or GPU-seconds, measured");
    put("training_j", column<double>(trainings, [](const R& t) { return t.training_j; }), "J",
        "energy; see energy_measured");
    put("energy_measured", column<std::uint8_t>(trainings, [](const R& t) { return t.measured; }), "1",
        "1: all measured, 0: modelled, at least in part");
    put("inference_s", column<double>(trainings, [](const R& t) { return t.inference_s; }), "s",
        "measured: shortest inference of a batch of 64, an image");
    const auto put_curves = [&](const char* name, const std::vector<double>& matrix, const char* units,
                                const char* text) {
        file.dataset(std::string("/training/run/") + name, matrix, {units, text, {rows, "/training/run/epoch"}},
                     {trainings.size(), epochs});
    };
    put_curves("epoch_loss",
               curves(
                   trainings, epochs, [](const R& t) -> auto& { return t.epoch_loss; }),
               "1", "mean training loss of an epoch");
    put_curves("epoch_accuracy",
               curves(
                   trainings, epochs, [](const R& t) -> auto& { return t.epoch_accuracy; }),
               "%", "training accuracy of an epoch");
}

void write_scores(h5::Writer& file, const std::vector<ScoreRecord>& scores) {
    using R = ScoreRecord;
    file.dataset("/training/score/architecture",
                 column<std::string>(scores, [](const R& s) { return cell_string(s.cell); }),
                 {"1", "NAS-Bench-201 cell string", {}});
    file.scale("/training/score/architecture", "architecture");
    const std::vector<std::string> rows{"/training/score/architecture"};
    file.dataset("/training/score/synflow_log10", column<double>(scores, [](const R& s) { return s.synflow_log10; }),
                 {"1", "logarithm of the synflow score", rows});
    file.dataset("/training/score/nwot", column<double>(scores, [](const R& s) { return s.nwot; }),
                 {"1", "nwot score", rows});
}

/// A supernet's training, in a group of its own.
void write_supernet(h5::Writer& file, const SupernetRecord& supernet) {
    const std::string group =
        supernet.operation == whole_supernet
            ? "/training/supernet"
            : fmt::format("/training/split/{}", operation_name(static_cast<Operation>(supernet.operation)));
    write_epoch_scale(file, group, supernet.epoch_loss.size());
    file.dataset(group + "/epoch_loss", supernet.epoch_loss,
                 {"1", "mean training loss of an epoch", {group + "/epoch"}});
    file.dataset(group + "/epoch_accuracy", supernet.epoch_accuracy, {"%", "training accuracy", {group + "/epoch"}});
    file.attribute(group, "training_s", supernet.training_s);
    file.attribute(group, "training_j", supernet.training_j);
    file.attribute(group, "energy_measured", std::int64_t{supernet.measured ? 1 : 0});
    file.attribute(group, "diverged", std::int64_t{supernet.diverged ? 1 : 0});
}

/// What the supernet, or those that it was split into, say of every cell.
void write_estimates(h5::Writer& file, const TrainingLog& log) {
    const std::string group = "/training/supernet";
    file.dataset(group + "/architecture", cell_strings(), {"1", "NAS-Bench-201 cell string", {}});
    file.scale(group + "/architecture", "architecture");
    file.dataset(group + "/estimate", log.estimates,
                 {"%", "accuracy with the supernet's weights on images held out", {group + "/architecture"}});
    file.attribute(group, "query_s", log.query_s);
}

void write_training_log(h5::Writer& file, const TrainingLog& log) {
    file.dataset("/training/deck", std::vector<std::string>{log.deck}, {"1", "training deck as it was given", {}});
    file.dataset("/training/effective_deck", std::vector<std::string>{log.effective_deck},
                 {"1", "every key with its value", {}});
    file.attribute("/training", "power_source", log.power_source);
    write_provenance(file, log.provenance);
    write_cell_trainings(file, log.trainings);
    if (!log.scores.empty()) write_scores(file, log.scores);
    for (const SupernetRecord& supernet : log.supernets) write_supernet(file, supernet);
    if (!log.estimates.empty()) write_estimates(file, log);
    file.dataset("/training/parameters", log.parameters, {"1", "parameters of the network", {"/architecture"}});
    file.dataset("/training/flops", log.flops,
                 {"1", "operations of an inference, counted as NAS-Bench-201 does", {"/architecture"}});
}

ArchitectureTable read_table(const h5::Reader& file) {
    file.require_format(table_format, table_version, oldest_table_version);
    ArchitectureTable table;
    table.name = file.text_attribute("/", "name");
    table.source = file.text_attribute("/", "source");
    table.synthetic = parse_flag(file.integer_attribute("/", "synthetic"), place_of(file, "synthetic"));
    table.supernet_training_s = file.number_attribute("/", "supernet_training_s");
    if (file.integer_attribute("/", "format_version") > oldest_table_version)
        table.low_fidelity_cost = file.number_attribute("/", "low_fidelity_cost");
    table.cells = read_cells(file);
    for (const auto& name : split_at_commas(file.text_attribute("/", "objectives")))
        table.objectives.push_back(read_objective(file, name, table.size()));
    table.evaluation_s = read_column(file, "/evaluation_s", table.size());
    table.sampling_s = read_column(file, "/sampling_s", table.size());
    validate(table, file.path().string());
    require_checksum(file, table.checksum());
    return table;
}

// --- traces --------------------------------------------------------------------------------------------------------

/// Begin of each step, seconds since 1970.
std::vector<std::int64_t> times_of(const Trace& trace) {
    std::vector<std::int64_t> times(trace.values.size());
    for (std::size_t i = 0; i < times.size(); ++i)
        times[i] = trace.start.seconds + trace.step_s * static_cast<std::int64_t>(i);
    return times;
}

void write_trace_attributes(h5::Writer& file, const Trace& trace) {
    file.attribute("/", "format", trace_format);
    file.attribute("/", "format_version", format_version);
    file.attribute("/", "name", trace.name);
    file.attribute("/", "source", trace.source);
    file.attribute("/", "synthetic", std::int64_t{trace.synthetic ? 1 : 0});
    file.attribute("/", "signal", to_string(trace.signal));
    file.attribute("/", "scope", to_string(trace.scope));
    file.attribute("/", "start", to_string(trace.start));
    file.attribute("/", "step_s", trace.step_s);
    file.attribute("/", "checksum", trace.checksum());
}

Signal read_signal(const h5::Reader& file) {
    return parse_enum(file.text_attribute("/", "signal"), {Signal::average, Signal::marginal},
                      place_of(file, "signal"));
}

Scope read_scope(const h5::Reader& file) {
    return parse_enum(file.text_attribute("/", "scope"), {Scope::direct, Scope::life_cycle}, place_of(file, "scope"));
}

std::int64_t read_step(const h5::Reader& file) {
    const std::int64_t step_s = file.integer_attribute("/", "step_s");
    constexpr std::int64_t longest_step_s = std::int64_t{366} * 86400;  // also keeps times from overflowing
    if (step_s < 1 || step_s > longest_step_s)
        throw DataError(fmt::format("{}: {} (allowed: 1..{})", place_of(file, "step_s"), step_s, longest_step_s));
    return step_s;
}

Trace read_trace_attributes(const h5::Reader& file) {
    Trace trace;
    trace.name = file.text_attribute("/", "name");
    trace.source = file.text_attribute("/", "source");
    trace.synthetic = parse_flag(file.integer_attribute("/", "synthetic"), place_of(file, "synthetic"));
    trace.signal = read_signal(file);
    trace.scope = read_scope(file);
    trace.start = parse_start(file.text_attribute("/", "start"), place_of(file, "start"));
    trace.step_s = read_step(file);
    return trace;
}

std::vector<std::uint8_t> read_flags(const h5::Reader& file, const std::string& path, std::size_t rows) {
    file.require_shape(path, {rows});
    std::vector<std::uint8_t> flags;
    for (const std::int64_t value : file.integers(path))
        flags.push_back(parse_flag(value, place_of(file, path)) ? 1 : 0);
    return flags;
}

void require_intensities(const h5::Reader& file, const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(values[i]) || values[i] < 0)
            throw DataError(fmt::format("{}: row {}: {} (expected a finite number >= 0)", place_of(file, "/intensity"),
                                        i, values[i]));
}

// --- forecasts -----------------------------------------------------------------------------------------------------

void write_forecast_attributes(h5::Writer& file, const IssuedForecast& forecast) {
    file.attribute("/", "format", forecast_format);
    file.attribute("/", "format_version", format_version);
    file.attribute("/", "name", forecast.name);
    file.attribute("/", "source", forecast.source);
    file.attribute("/", "signal", to_string(forecast.signal));
    file.attribute("/", "scope", to_string(forecast.scope));
    file.attribute("/", "step_s", forecast.step_s);
    file.attribute("/", "checksum", forecast.checksum());
}

/// Seconds from the issue to the begin of each step.
std::vector<std::int64_t> leads_of(const IssuedForecast& forecast) {
    std::vector<std::int64_t> leads;
    for (std::size_t lead = 0; lead < forecast.leads; ++lead) leads.push_back(forecast.lead_s(lead));
    return leads;
}

void read_leads(const h5::Reader& file, IssuedForecast& forecast) {
    const auto leads = file.integers("/lead");
    file.require_shape("/lead", {leads.size()});
    if (leads.empty()) throw DataError(place_of(file, "the forecast has no leads"));
    forecast.leads = leads.size();
    forecast.first_lead_s = leads.front();
    if ((forecast.first_lead_s != 0 && forecast.first_lead_s != forecast.step_s) || leads != leads_of(forecast))
        throw DataError(place_of(file, "/lead does not count from 0 or `step_s` in steps of `step_s`"));
}

void read_issues(const h5::Reader& file, IssuedForecast& forecast) {
    const auto issues = file.integers("/issue");
    file.require_shape("/issue", {issues.size()});
    if (issues.empty()) throw DataError(place_of(file, "the forecast has no issues"));
    constexpr std::int64_t latest_s = std::int64_t{1} << 40;  // in 36,000 years; keeps times from overflowing
    for (const std::int64_t issue_s : issues) {
        if (issue_s < -latest_s || issue_s > latest_s ||
            (!forecast.issues.empty() && issue_s <= forecast.issues.back().seconds))
            throw DataError(fmt::format("{}: {} (expected rising times)", place_of(file, "/issue"), issue_s));
        forecast.issues.push_back({issue_s});
    }
}

}  // namespace

void write_table_file(const std::filesystem::path& path, const ArchitectureTable& table, bool overwrite) {
    h5::Writer file(path, overwrite);
    write_table(file, table, path);
    file.commit();
}

void write_trained_table_file(const std::filesystem::path& path, const ArchitectureTable& table, const TrainingLog& log,
                              bool overwrite) {
    h5::Writer file(path, overwrite);
    write_table(file, table, path);
    write_training_log(file, log);
    file.commit();
}

ArchitectureTable read_table_file(const std::filesystem::path& path) { return read_table(h5::Reader(path)); }

std::optional<TrainingSummary> read_training_summary(const std::filesystem::path& path) {
    const h5::Reader file(path);
    if (!file.has("/training/run/seed")) return std::nullopt;
    const auto seeds = file.integers("/training/run/seed"), diverged = file.integers("/training/run/diverged"),
               measured = file.integers("/training/run/energy_measured");
    const auto seconds = file.numbers("/training/run/training_s"), joules = file.numbers("/training/run/training_j");
    const std::set<std::int64_t> different(seeds.begin(), seeds.end());
    return TrainingSummary{static_cast<std::int64_t>(seeds.size()),
                           std::count(diverged.begin(), diverged.end(), 1),
                           {different.begin(), different.end()},
                           std::accumulate(seconds.begin(), seconds.end(), 0.0),
                           std::accumulate(joules.begin(), joules.end(), 0.0),
                           std::count(measured.begin(), measured.end(), 0) == 0,
                           file.text_attribute("/training", "power_source")};
}

ArchitectureTable read_embedded_table() {
    return read_table(h5::Reader(embedded_table_image(), std::string(embedded_table)));
}

void write_trace_file(const std::filesystem::path& path, const Trace& trace, bool overwrite) {
    h5::Writer file(path, overwrite);
    write_trace_attributes(file, trace);
    file.dataset("/time", times_of(trace),
                 {"seconds since 1970-01-01 00:00:00Z", "begin of each step; the values hold on [t, t + step_s)", {}});
    file.scale("/time", "time");
    file.dataset("/intensity", trace.values, {"g/(kW h)", "carbon intensity, CO2e", {"/time"}});
    file.dataset("/estimated", trace.estimated, {"1", "1: estimated by the publisher or filled on import", {"/time"}});
    file.commit();
}

Trace read_trace_file(const std::filesystem::path& path) {
    const h5::Reader file(path);
    file.require_format(trace_format, format_version);
    Trace trace = read_trace_attributes(file);
    trace.values = file.numbers("/intensity");
    file.require_shape("/intensity", {trace.values.size()});
    if (trace.values.empty()) throw DataError(place_of(file, "the trace has no values"));
    require_intensities(file, trace.values);
    trace.estimated = read_flags(file, "/estimated", trace.values.size());
    file.require_shape("/time", {trace.values.size()});
    if (file.integers("/time") != times_of(trace))
        throw DataError(place_of(file, "/time does not count from `start` in steps of `step_s`"));
    require_checksum(file, trace.checksum());
    return trace;
}

void write_forecast_file(const std::filesystem::path& path, const IssuedForecast& forecast, bool overwrite) {
    std::vector<std::int64_t> issues;
    for (const UtcTime issue : forecast.issues) issues.push_back(issue.seconds);
    h5::Writer file(path, overwrite);
    write_forecast_attributes(file, forecast);
    file.dataset("/issue", issues, {"seconds since 1970-01-01 00:00:00Z", "when the forecast was issued", {}});
    file.scale("/issue", "issue");
    file.dataset("/lead", leads_of(forecast),
                 {"s", "from the issue to the begin of the step; the values hold on [issue + lead, ... + step_s)", {}});
    file.scale("/lead", "lead");
    file.dataset("/intensity", forecast.values, {"g/(kW h)", "forecast carbon intensity, CO2e", {"/issue", "/lead"}},
                 {forecast.issues.size(), forecast.leads});
    file.commit();
}

IssuedForecast read_forecast_file(const std::filesystem::path& path) {
    const h5::Reader file(path);
    file.require_format(forecast_format, format_version);
    IssuedForecast forecast;
    forecast.name = file.text_attribute("/", "name");
    forecast.source = file.text_attribute("/", "source");
    forecast.signal = read_signal(file);
    forecast.scope = read_scope(file);
    forecast.step_s = read_step(file);
    read_leads(file, forecast);
    read_issues(file, forecast);
    forecast.values = file.numbers("/intensity");
    file.require_shape("/intensity", {forecast.issues.size(), forecast.leads});
    require_intensities(file, forecast.values);
    require_checksum(file, forecast.checksum());
    return forecast;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/table_file.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "io/h5.hpp"
#include "io/parse_text.hpp"

namespace cenas {
namespace {

constexpr std::int64_t format_version = 1;
constexpr const char* table_format = "cenas-table";
constexpr const char* trace_format = "cenas-trace";

void require_checksum(const h5::Reader& file, const std::string& of_content) {
    const std::string stored = file.text_attribute("/", "checksum");
    if (stored != of_content)
        throw DataError(
            fmt::format("{}: the content does not match its checksum (stored {}, content {}): it was changed "
                        "after it was imported; import it again",
                        file.path().string(), stored, of_content));
}

std::string place_of(const h5::Reader& file, const std::string& object) {
    return fmt::format("{}: {}", file.path().string(), object);
}

// --- architecture tables -------------------------------------------------------------------------------------------

std::string value_path(const std::string& objective) { return fmt::format("/objective/{}/value", objective); }
std::string estimate_path(const std::string& objective) { return fmt::format("/objective/{}/estimate", objective); }

void write_table_attributes(h5::Writer& file, const ArchitectureTable& table) {
    std::vector<std::string> names;
    for (const auto& objective : table.objectives) names.push_back(objective.name);
    file.attribute("/", "format", table_format);
    file.attribute("/", "format_version", format_version);
    file.attribute("/", "name", table.name);
    file.attribute("/", "source", table.source);
    file.attribute("/", "synthetic", std::int64_t{table.synthetic ? 1 : 0});
    file.attribute("/", "supernet_training_s", table.supernet_training_s);
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
    return objective;
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

Trace read_trace_attributes(const h5::Reader& file) {
    Trace trace;
    trace.name = file.text_attribute("/", "name");
    trace.source = file.text_attribute("/", "source");
    trace.synthetic = parse_flag(file.integer_attribute("/", "synthetic"), place_of(file, "synthetic"));
    trace.signal =
        parse_enum(file.text_attribute("/", "signal"), {Signal::average, Signal::marginal}, place_of(file, "signal"));
    trace.scope =
        parse_enum(file.text_attribute("/", "scope"), {Scope::direct, Scope::life_cycle}, place_of(file, "scope"));
    trace.start = parse_start(file.text_attribute("/", "start"), place_of(file, "start"));
    trace.step_s = file.integer_attribute("/", "step_s");
    constexpr std::int64_t longest_step_s = std::int64_t{366} * 86400;  // also keeps times from overflowing
    if (trace.step_s < 1 || trace.step_s > longest_step_s)
        throw DataError(fmt::format("{}: {} (allowed: 1..{})", place_of(file, "step_s"), trace.step_s, longest_step_s));
    return trace;
}

std::vector<std::uint8_t> read_flags(const h5::Reader& file, const std::string& path, std::size_t rows) {
    file.require_shape(path, {rows});
    std::vector<std::uint8_t> flags;
    for (const std::int64_t value : file.integers(path))
        flags.push_back(parse_flag(value, place_of(file, path)) ? 1 : 0);
    return flags;
}

void require_intensities(const h5::Reader& file, const Trace& trace) {
    if (trace.values.empty()) throw DataError(place_of(file, "the trace has no values"));
    for (std::size_t i = 0; i < trace.values.size(); ++i)
        if (!std::isfinite(trace.values[i]) || trace.values[i] < 0)
            throw DataError(fmt::format("{}: row {}: {} (expected a finite number >= 0)", place_of(file, "/intensity"),
                                        i, trace.values[i]));
}

}  // namespace

void write_table_file(const std::filesystem::path& path, const ArchitectureTable& table, bool overwrite) {
    validate(table, path.string());
    h5::Writer file(path, overwrite);
    write_table_attributes(file, table);
    std::vector<std::string> architectures;
    for (const CellIndex cell : table.cells) architectures.push_back(cell_string(cell));
    file.dataset("/architecture", architectures, {"1", "NAS-Bench-201 cell string", {}});
    file.scale("/architecture", "architecture");
    const std::vector<std::string> rows{"/architecture"};
    for (const auto& objective : table.objectives) write_objective(file, objective, rows);
    file.dataset("/evaluation_s", table.evaluation_s, {"s", "GPU-seconds of a training from scratch", rows});
    file.dataset("/sampling_s", table.sampling_s, {"s", "GPU-seconds of one supernet query", rows});
    file.commit();
}

ArchitectureTable read_table_file(const std::filesystem::path& path) {
    const h5::Reader file(path);
    file.require_format(table_format, format_version);
    ArchitectureTable table;
    table.name = file.text_attribute("/", "name");
    table.source = file.text_attribute("/", "source");
    table.synthetic = parse_flag(file.integer_attribute("/", "synthetic"), place_of(file, "synthetic"));
    table.supernet_training_s = file.number_attribute("/", "supernet_training_s");
    table.cells = read_cells(file);
    for (const auto& name : split_at_commas(file.text_attribute("/", "objectives")))
        table.objectives.push_back(read_objective(file, name, table.size()));
    table.evaluation_s = read_column(file, "/evaluation_s", table.size());
    table.sampling_s = read_column(file, "/sampling_s", table.size());
    validate(table, path.string());
    require_checksum(file, table.checksum());
    return table;
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
    require_intensities(file, trace);
    trace.estimated = read_flags(file, "/estimated", trace.values.size());
    file.require_shape("/time", {trace.values.size()});
    if (file.integers("/time") != times_of(trace))
        throw DataError(place_of(file, "/time does not count from `start` in steps of `step_s`"));
    require_checksum(file, trace.checksum());
    return trace;
}

}  // namespace cenas

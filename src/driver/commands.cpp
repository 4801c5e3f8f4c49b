// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/mean.hpp"
#include "driver/collective.hpp"
#include "driver/info.hpp"
#include "driver/plan.hpp"
#include "driver/replay_report.hpp"
#include "driver/verify.hpp"
#include "io/h5.hpp"
#include "io/replay_file.hpp"
#include "io/run_file.hpp"
#include "io/table_file.hpp"
#include "kernels/base/launch.hpp"

namespace cenas {
namespace {

constexpr const char* run_format = "cenas-run";
constexpr const char* table_format = "cenas-table";
constexpr const char* trace_format = "cenas-trace";
constexpr const char* replay_format = "cenas-replay";

std::string format_of(const std::filesystem::path& file) {
    const h5::Reader reader(file);
    if (!reader.has_attribute("/", "format"))
        throw DataError(fmt::format("{}: not a file of ours (no root attribute `format`)", file.string()));
    std::string format;
    try {
        format = reader.text_attribute("/", "format");
    } catch (const DataError&) {  // an attribute of that name and another type
        format = "of another program";
    }
    if (format != run_format && format != table_format && format != trace_format && format != replay_format)
        throw DataError(fmt::format("{}: unknown format '{}' (known: {}, {}, {}, {})", file.string(), format,
                                    run_format, table_format, trace_format, replay_format));
    return format;
}

/// "3.1 GPU-hours", "4.6 GPU-seconds".
std::string gpu_time(double seconds) {
    return seconds < 360 ? fmt::format("{:.3g} GPU-seconds", seconds)
                         : fmt::format("{:.2f} GPU-hours", seconds / seconds_per_hour);
}

std::string describe_trainings(const TrainingSummary& summary) {
    return fmt::format(
        "trained by cenas: {} trainings, seeds {}, {} diverged; {:.3g} core- or GPU-hours, {:.3g} kJ {} ({})\n",
        summary.trainings, fmt::join(summary.seeds, " "), summary.diverged, summary.seconds / seconds_per_hour,
        summary.joules / 1e3, summary.measured ? "measured" : "modelled, at least in part", summary.power_source);
}

std::string describe_table(const ArchitectureTable& table) {
    std::string text =
        fmt::format("table {}{}: {} of {} cells\nsource {}\nchecksum {}\n", table.name,
                    table.synthetic ? " (SYNTHETIC)" : "", table.size(), cell_count, table.source, table.checksum());
    for (const auto& o : table.objectives)
        text += fmt::format("objective {} ({}, {}), sampling estimate: {}\n", o.name, to_string(o.direction), o.unit,
                            o.estimates.empty()       ? "none"
                            : o.estimates == o.values ? "known exactly"
                                                      : "yes");
    text += fmt::format(
        "a training takes {} on average, the supernet's {} (a core counts as a GPU where it was trained on one)\n",
        gpu_time(mean(table.evaluation_s)), gpu_time(table.supernet_training_s));
    return text;
}

std::string describe_trace(const Trace& trace) {
    double sum = 0, low = trace.values[0], high = trace.values[0];
    for (const double v : trace.values) {
        sum += v;
        low = std::min(low, v);
        high = std::max(high, v);
    }
    std::size_t estimated = 0;
    for (const auto flag : trace.estimated) estimated += flag != 0 ? 1 : 0;
    return fmt::format(
        "trace {}{}: {} {} carbon intensity\nsource {}\nchecksum {}\n{} steps of {} s, {} to {}\n"
        "gCO2e/kWh: mean {:.2f}, lowest {:.2f}, highest {:.2f}; {} value(s) estimated or filled\n",
        trace.name, trace.synthetic ? " (SYNTHETIC)" : "", to_string(trace.signal), to_string(trace.scope),
        trace.source, trace.checksum(), trace.values.size(), trace.step_s, to_string(trace.start),
        to_string(trace.end()), sum / static_cast<double>(trace.values.size()), low, high, estimated);
}

void require_none(const std::vector<std::string>& findings, const std::filesystem::path& file, const char* source) {
    if (findings.empty()) return;
    for (const auto& line : findings) fmt::print("{}\n", line);
    throw DataError(fmt::format("{}: {} value(s) disagree with {}", file.string(), findings.size(), source));
}

std::string describe_import(const TraceImportReport& report) {
    std::string text = fmt::format("read as {}: {} rows", report.format, report.rows);
    text += fmt::format(
        ", {} missing step(s), {} missing value(s) of which {} zero(s), {} estimated by the publisher, {} filled\n",
        report.missing_steps, report.missing_values, report.zeros, report.estimated, report.filled);
    constexpr std::size_t most = 20;
    for (std::size_t i = 0; i < std::min(most, report.findings.size()); ++i) text += "  " + report.findings[i] + '\n';
    if (report.findings.size() > most) text += fmt::format("  and {} more\n", report.findings.size() - most);
    return text;
}

}  // namespace

ExitCode run_command(const std::function<RunRequest()>& read, const Communicator& world) {
    PreparedRun prepared;
    const ExitCode code = agree(world, [&] { prepared = prepare_run(read(), world); });
    if (code != ExitCode::done) return code;
    FinishedRun finished;
    abort_on_failure(world, [&] { finished = execute_run(std::move(prepared), world); });
    if (world.rank() == 0) fmt::print("{}\nresults: {}\n", describe_run(finished.record, -1), finished.file.string());
    return ExitCode::done;
}

ExitCode check_command(const Options& options, int ranks, int threads) {
    const Layout layout = plan_layout(ranks, options.run.ranks_per_group, threads);
    fmt::print("{}", describe_plan(options, load_inputs(options), layout));
    return ExitCode::done;
}

ExitCode verify_command(const std::filesystem::path& file) {
    const std::string format = format_of(file);
    if (format == table_format) {
        fmt::print("{}: checksum {} holds\n", file.string(), read_table_file(file).checksum());
    } else if (format == trace_format) {
        fmt::print("{}: checksum {} holds\n", file.string(), read_trace_file(file).checksum());
    } else if (format == replay_format) {
        const ReplayRecord record = read_replay_file(file);
        std::size_t sampled = 0;
        require_none(verify_replay(record, sampled), file, "the recorded work");
        fmt::print("{}: {} of {} scenarios done again, with their lower bounds, and the regret of all agree\n",
                   file.string(), sampled, record.scenarios());
    } else {
        const RunRecord run = read_run_file(file);
        require_none(verify_run(run), file, "the raw log");
        fmt::print("{}: hypervolume, energy and carbon of {} searches agree with the raw log ({}{} of {} cells)\n",
                   file.string(), run.searches.size(), run.table_synthetic ? "SYNTHETIC table, " : "", run.table_cells,
                   cell_count);
    }
    return ExitCode::done;
}

ExitCode info_command(const std::filesystem::path& file, InfoFormat format, int search) {
    const std::string kind = format_of(file);
    if (kind != run_format && (format != InfoFormat::text || search >= 0))
        throw UsageError(fmt::format("{}: --json, --csv, --front-csv and --search need a result file, this is a {}",
                                     file.string(), kind));
    if (kind == table_format) {
        const auto trainings = read_training_summary(file);
        fmt::print("{}{}", describe_table(read_table_file(file)), trainings ? describe_trainings(*trainings) : "");
    } else if (kind == trace_format) {
        fmt::print("{}", describe_trace(read_trace_file(file)));
    } else if (kind == replay_format) {
        fmt::print("{}", describe_replay(read_replay_file(file)));
    } else {
        const RunRecord run = read_run_file(file);
        fmt::print("{}", format == InfoFormat::json        ? run_as_json(run)
                         : format == InfoFormat::csv       ? run_as_csv(run)
                         : format == InfoFormat::front_csv ? fronts_as_csv(run)
                                                           : describe_run(run, search));
    }
    return ExitCode::done;
}

ExitCode import_trace_command(const std::filesystem::path& csv, const TraceImportOptions& options,
                              const std::filesystem::path& output, bool overwrite) {
    require_writable(output, overwrite);
    const ImportedTrace imported = import_trace(csv, options);
    write_trace_file(output, imported.trace, overwrite);
    fmt::print("{}{}written to {}\n", describe_import(imported.report), describe_trace(imported.trace),
               output.string());
    return ExitCode::done;
}

ExitCode import_table_command(const std::filesystem::path& csv, const TableSpec& spec,
                              const std::filesystem::path& output, bool overwrite) {
    require_writable(output, overwrite);
    const ArchitectureTable table = import_table(csv, spec);
    write_table_file(output, table, overwrite);
    fmt::print("{}written to {}\n", describe_table(table), output.string());
    return ExitCode::done;
}

std::string version_text() {
    return fmt::format("cenas {} (commit {}; HDF5 {}; {}; CUDA backend {})", program_version(), program_commit(),
                       h5::library_version(), mpi_library_version(), cuda_compiled() ? "compiled" : "not compiled");
}

}  // namespace cenas

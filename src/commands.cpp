// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/mean.hpp"
#include "base/stop.hpp"
#include "base/version.hpp"
#include "comm/collective.hpp"
#include "io/h5.hpp"
#include "io/journal.hpp"
#include "io/output.hpp"
#include "io/replay_file.hpp"
#include "io/run_file.hpp"
#include "io/table_file.hpp"
#include "kernels/base/launch.hpp"
#include "live/log.hpp"
#include "replay/report.hpp"
#include "sweep/check.hpp"
#include "sweep/info.hpp"
#include "sweep/merge.hpp"
#include "sweep/verify.hpp"

namespace cenas {
namespace {

constexpr const char* table_format = "cenas-table";
constexpr const char* trace_format = "cenas-trace";
constexpr const char* forecast_format = "cenas-forecast";
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
    const std::array known = {run_format, table_format, trace_format, forecast_format, replay_format};
    if (std::find(known.begin(), known.end(), format) == known.end())
        throw DataError(
            fmt::format("{}: unknown format '{}' (known: {})", file.string(), format, fmt::join(known, ", ")));
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

std::string describe_forecast(const IssuedForecast& forecast) {
    const auto [low, high] = std::minmax_element(forecast.values.begin(), forecast.values.end());
    return fmt::format(
        "forecast {}: {} {} carbon intensity\nsource {}\nchecksum {}\n{} issues from {} to {}, each of {} leads of {} "
        "s "
        "from {} s on\ngCO2e/kWh: mean {:.2f}, lowest {:.2f}, highest {:.2f}\n",
        forecast.name, to_string(forecast.signal), to_string(forecast.scope), forecast.source, forecast.checksum(),
        forecast.issues.size(), to_string(forecast.issues.front()), to_string(forecast.issues.back()), forecast.leads,
        forecast.step_s, forecast.first_lead_s, mean(forecast.values), *low, *high);
}

std::string describe_import(const ForecastImportReport& report) {
    std::string text = fmt::format("read as {}: {} rows", report.format, report.rows);
    if (report.spacing_s > 0) text += fmt::format(", an issue every {} s, {} gap(s)", report.spacing_s, report.gaps);
    return text + '\n';
}

/// "  day 1: 8.1 %, day 2: 9.3 %".
std::string describe_errors(const char* whose, const std::vector<double>& by_day) {
    std::string text;
    for (std::size_t day = 0; day < by_day.size(); ++day)
        text += fmt::format("{}day {}: {}", day == 0 ? "" : ", ", day + 1,
                            std::isnan(by_day[day]) ? "-" : fmt::format("{:.2f} %", by_day[day]));
    return fmt::format("  {:<12}{}\n", whose, text);
}

/// How far the forecast is from what came true: by the trace of that file, else by the csv file's own column.
std::string describe_quality(const ImportedForecast& imported, const std::string& trace_file) {
    const auto& [forecast, report] = imported;
    if (trace_file.empty() && report.actuals.empty())
        return "no column of actual values: not compared (--trace FILE compares with a trace file)\n";
    if (trace_file.empty())
        return fmt::format("mean absolute percentage error against column '{}':\n", report.actual_column) +
               describe_errors("forecast", errors_by_day(forecast, forecast.values, report.actuals));
    const Trace trace = read_trace_file(trace_file);
    require_alike(forecast, trace);
    const auto actuals = actuals_of(forecast, trace);
    return fmt::format("mean absolute percentage error against trace {}:\n", trace.name) +
           describe_errors("forecast", errors_by_day(forecast, forecast.values, actuals)) +
           describe_errors("persistence", errors_by_day(forecast, persistence_of(forecast, trace), actuals));
}

}  // namespace

ExitCode run_command(const std::function<RunRequest()>& read, const Communicator& world) {
    remember_stop_signals();
    PreparedRun prepared;
    const ExitCode code = agree(world, [&] { prepared = prepare_run(read(), world); });
    if (code != ExitCode::done) return code;
    const ExitCode begun = agree(world, [&] { begin_run(prepared, world); });
    if (begun != ExitCode::done) return begun;
    RunOutcome outcome{};
    abort_on_failure(world, [&] { outcome = execute_run(prepared, world); });
    if (outcome == RunOutcome::stopped_early) return ExitCode::stopped_early;
    const std::filesystem::path& output = prepared.request.output;
    if (world.rank() == 0) fmt::print("{}\nresults: {}\n", describe_run(RunFile(output), -1), output.string());
    return ExitCode::done;
}

ExitCode check_command(const Scenarios& scenarios, const Shard& shard, int ranks, int threads) {
    fmt::print("{}", describe_plan(load_inputs(scenarios), shard, plan_layout(ranks, 1, threads)));
    return ExitCode::done;
}

ExitCode merge_command(const std::vector<std::filesystem::path>& shards, const std::filesystem::path& output,
                       bool overwrite, const std::string& command_line) {
    require_writable(output, overwrite);
    const double began_s = monotonic_s();
    Provenance provenance = begin_provenance(command_line, 1, 1, mpi_library_version());
    merge_shards(shards, output, overwrite, [&] {
        end_provenance(provenance, began_s);
        return provenance;
    });
    fmt::print("{}\nresults: {}\n", describe_run(RunFile(output), -1), output.string());
    return ExitCode::done;
}

namespace {

void require_none(const std::filesystem::path& file, const std::vector<std::string>& findings) {
    if (findings.empty()) return;
    for (const auto& line : findings) fmt::print("{}\n", line);
    throw DataError(fmt::format("{}: {} disagreement(s)", file.string(), findings.size()));
}

/// Simulates some searches of the file again; says so.
std::string verify_again(const VerifyRequest& request, const RunFile& run) {
    constexpr std::int64_t sample_of_summary = 20;
    const bool summary = run.head().record == "summary";
    const std::int64_t count = request.sample.value_or(summary ? sample_of_summary : 0);
    if (count == 0) return "";
    Inputs inputs;
    try {
        inputs = load_inputs(request.read_deck(run.head().effective_deck));
        require_same_inputs(run, inputs);
    } catch (const Error& e) {
        if (request.sample) throw;
        return fmt::format("; none was simulated again, since its inputs are not there ({})", e.what());
    }
    require_none(request.file, verify_sample(run, inputs, count));
    return fmt::format("; {} of them, simulated again, come out the same",
                       std::min<std::int64_t>(count, std::ssize(run.summaries())));
}

/// Makes the decisions of a live run again; says so.
std::string verify_live(const VerifyRequest& request, const RunFile& run, const LiveLog& log) {
    const LiveOptions options = request.read_live_deck(run.head().effective_deck);
    require_none(request.file, verify_decisions(run, log, options));
    std::string text = "; their decisions, made again from what they were told, are the recorded ones";
    for (const std::string& line : describe_predictions(run, log, options)) fmt::print("{}\n", line);
    std::int64_t trained = 0;
    if (request.sample.value_or(0) > 0) {
        require_none(request.file, verify_trainings(run, log, options, *request.sample, trained));
        text += fmt::format("; {} of their trainings, done again without a pause, reach the same accuracy bit for bit",
                            trained);
    }
    return text;
}

ExitCode verify_run_file(const VerifyRequest& request) {
    const RunFile run(request.file);
    require_none(request.file, verify_file(run));
    const auto live = run.live();
    const std::string again = live ? verify_live(request, run, *live) : verify_again(request, run);
    const ProblemRecord& problem = run.head().problems.front();
    fmt::print("{}: {} of {} searches agree with {}{} ({}{} of {} cells)\n", request.file.string(),
               run.head().record == "full" ? "hypervolume, energy and carbon" : "checksums and hypervolumes",
               run.summaries().size(), run.head().record == "full" ? "the raw log" : "their Pareto fronts", again,
               problem.table_synthetic ? "SYNTHETIC table, " : "", problem.table_cells, cell_count);
    return ExitCode::done;
}

/// Compares every dataset with its checksum; says so.
std::string verify_checksums(const std::filesystem::path& file) {
    const h5::Reader reader(file);
    if (!reader.has_checksums()) return "it was written before datasets had checksums";
    require_none(file, describe_damage(reader.find_damage()));
    return "every dataset has its checksum";
}

ExitCode verify_replay_file(const std::filesystem::path& file) {
    const ReplayRecord record = read_replay_file(file);
    const std::string checksums = verify_checksums(file);
    std::size_t sampled = 0;
    require_none(file, verify_replay(record, sampled));
    fmt::print("{}: {} of {} scenarios done again, with their lower bounds, and the regret of all agree; {}\n",
               file.string(), sampled, record.scenarios(), checksums);
    return ExitCode::done;
}

}  // namespace

ExitCode verify_command(const VerifyRequest& request) {
    const std::string format = format_of(request.file);
    if (format == run_format) return verify_run_file(request);
    if (format == replay_format) return verify_replay_file(request.file);
    const std::string checksum = format == table_format   ? read_table_file(request.file).checksum()
                                 : format == trace_format ? read_trace_file(request.file).checksum()
                                                          : read_forecast_file(request.file).checksum();
    fmt::print("{}: checksum {} holds; {}\n", request.file.string(), checksum, verify_checksums(request.file));
    return ExitCode::done;
}

ExitCode info_command(const std::filesystem::path& file, InfoFormat format, std::int64_t search) {
    if (is_journal(file)) {
        if (format != InfoFormat::text || search >= 0)
            throw UsageError(
                fmt::format("{}: --json, --csv, --front-csv and --search need a result file, this is a "
                            "journal",
                            file.string()));
        fmt::print("{}", describe_journal(file));
        return ExitCode::done;
    }
    const std::string kind = format_of(file);
    if (kind != run_format && (format != InfoFormat::text || search >= 0))
        throw UsageError(fmt::format("{}: --json, --csv, --front-csv and --search need a result file, this is a {}",
                                     file.string(), kind));
    if (kind == table_format) {
        const auto trainings = read_training_summary(file);
        fmt::print("{}{}", describe_table(read_table_file(file)), trainings ? describe_trainings(*trainings) : "");
    } else if (kind == trace_format) {
        fmt::print("{}", describe_trace(read_trace_file(file)));
    } else if (kind == forecast_format) {
        fmt::print("{}", describe_forecast(read_forecast_file(file)));
    } else if (kind == replay_format) {
        fmt::print("{}", describe_replay(read_replay_file(file)));
    } else {
        const RunFile run(file);
        fmt::print("{}", format == InfoFormat::json        ? run_as_json(run)
                         : format == InfoFormat::csv       ? run_as_csv(run)
                         : format == InfoFormat::front_csv ? fronts_as_csv(run)
                                                           : describe_run(run, search));
        if (const auto live = run.live(); live && format == InfoFormat::text)
            fmt::print("{}", describe_live(run, *live));
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

ExitCode import_forecast_command(const std::filesystem::path& csv, const ForecastImportOptions& options,
                                 const std::string& trace, const std::filesystem::path& output, bool overwrite) {
    require_writable(output, overwrite);
    const ImportedForecast imported = import_forecast(csv, options);
    const std::string quality = describe_quality(imported, trace);
    write_forecast_file(output, imported.forecast, overwrite);
    fmt::print("{}{}{}written to {}\n", describe_import(imported.report), describe_forecast(imported.forecast), quality,
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

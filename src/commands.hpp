// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "carbon/import_forecast.hpp"
#include "carbon/import_trace.hpp"
#include "comm/comm.hpp"
#include "eval/import_table.hpp"
#include "live/options.hpp"
#include "sweep/run.hpp"

namespace cenas {

// What main's commands do once the command line and the deck are read. Results go to stdout. Errors are thrown.

/// Runs the request that `read` makes, on all ranks; prints the result. Collective. What `read` and the inputs have
/// against the run is found on every rank and reported once, before any work. A failure in the middle of the work is
/// reported by the rank that meets it and ends the whole job at once. ExitCode::stopped_early where a signal or the
/// time limit came first.
ExitCode run_command(const std::function<RunRequest()>& read, const Communicator& world);

/// Prints the plan of a deck for `ranks` MPI ranks.
ExitCode check_command(const Scenarios& scenarios, const Shard& shard, int ranks, int threads);

/// Joins shards into one run file and describes it.
ExitCode merge_command(const std::vector<std::filesystem::path>& shards, const std::filesystem::path& output,
                       bool overwrite, const std::string& command_line);

struct VerifyRequest {
    std::filesystem::path file;
    std::optional<std::int64_t> sample;  ///< searches to simulate again; none: some of a summary, none of a full record
    /// What the deck in a run file says.
    std::function<Scenarios(const std::string& effective_deck)> read_deck;
    std::function<LiveOptions(const std::string& effective_deck)> read_live_deck;
};
/// Prints what disagrees; throws DataError if anything does.
ExitCode verify_command(const VerifyRequest& request);

enum class InfoFormat { text, json, csv, front_csv };
ExitCode info_command(const std::filesystem::path& file, InfoFormat format, std::int64_t search);

ExitCode import_trace_command(const std::filesystem::path& csv, const TraceImportOptions& options,
                              const std::filesystem::path& output, bool overwrite);
/// `trace`: a trace file that the forecast is compared with; empty: the csv file's own actual values.
ExitCode import_forecast_command(const std::filesystem::path& csv, const ForecastImportOptions& options,
                                 const std::string& trace, const std::filesystem::path& output, bool overwrite);
ExitCode import_table_command(const std::filesystem::path& csv, const TableSpec& spec,
                              const std::filesystem::path& output, bool overwrite);

/// What `cenas --version` prints.
std::string version_text();

}  // namespace cenas

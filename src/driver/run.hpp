// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>

#include "comm/comm.hpp"
#include "driver/options.hpp"
#include "driver/plan.hpp"
#include "io/provenance.hpp"
#include "io/run_record.hpp"

namespace cenas {

/// What `cenas search` (`single`) and `cenas sweep` are asked to do.
struct RunRequest {
    bool single = false;  ///< the deck must hold one method and one trace
    Options options;
    std::string deck;  ///< as the user wrote it
    std::string effective_deck;
    std::filesystem::path output;
    bool overwrite = false;
    int threads = 0;           ///< of each working rank; 0: as plan_layout() chooses
    std::string command_line;  ///< for provenance
};

/// A run that nothing known stands against.
struct PreparedRun {
    RunRequest request;
    Layout layout;
    Inputs inputs;
};

/// Finds out before the work what would otherwise be lost after it; makes the folder if it is missing. Throws
/// UsageError if `output` exists (unless `overwrite`) or is a folder, RunError if it cannot be written.
void require_writable(const std::filesystem::path& output, bool overwrite);

/// Loads and checks everything before any work is done. Throws where the ranks make no layout, where deck and inputs
/// do not fit, and on rank 0 where the output exists (UsageError, unless `overwrite`) or cannot be written (RunError).
/// Not collective.
PreparedRun prepare_run(RunRequest request, const Communicator& world);

struct FinishedRun {
    RunRecord record;
    std::filesystem::path file;  ///< the output, or a name beside it where the output appeared during the run
};

/// Runs every search on all ranks of `world`; rank 0 writes the run file and returns it (other ranks: an empty record).
/// Collective.
FinishedRun execute_run(PreparedRun prepared, const Communicator& world);

/// What is known of a run before it, and after it. `began_s`: monotonic_s() then.
Provenance begin_provenance(const std::string& command_line, const Layout& layout);
void end_provenance(Provenance& provenance, double began_s);

/// "0.1.0", and the commit the program was built from ("unknown" outside a checkout).
std::string program_version();
std::string program_commit();

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "comm/comm.hpp"
#include "io/provenance.hpp"
#include "sweep/journal.hpp"
#include "sweep/plan.hpp"

namespace cenas {

/// What `cenas search` (`single`) and `cenas sweep` are asked to do.
struct RunRequest {
    bool single = false;  ///< the deck must hold one method and one trace, and no axis
    Scenarios scenarios;
    std::string deck;  ///< as the user wrote it
    std::string effective_deck;
    std::filesystem::path output;
    bool overwrite = false;
    bool restart = false;  ///< go on with what an earlier run has left, whatever that is
    Shard shard;
    std::optional<double> time_limit_s;  ///< stop when so much time has passed
    int threads = 0;                     ///< of each working rank; 0: as plan_layout() chooses
    std::string command_line;            ///< for provenance
};

/// A run that nothing known stands against.
struct PreparedRun {
    RunRequest request;
    Layout layout;
    Inputs inputs;
    double began_s = 0;
    // rank 0:
    RunHead head;
    bool is_done = false;                   ///< the output is there already, and is this run's
    std::unique_ptr<SweepJournal> journal;  ///< where it is not
};

/// Loads and checks everything before any work is done; touches nothing but the output's folder, which it makes. Throws
/// where deck and inputs do not fit, and on rank 0 where an output exists (UsageError, unless `overwrite` or
/// `restart`), cannot be written (RunError), or a journal is there that is another run's (DataError), another process
/// writes (RunError), or nobody said what to do with (UsageError). Not collective.
PreparedRun prepare_run(RunRequest request, const Communicator& world);

/// Once prepare_run() has succeeded on all ranks: rank 0 opens the journal; with `overwrite` it removes the old output
/// and journal first. Not collective.
void begin_run(PreparedRun& prepared, const Communicator& world);

enum class RunOutcome { done, stopped_early };

/// Runs the searches that are not in the journal on all ranks of `world`; if none is left rank 0 makes the run file
/// from the journal and removes that. A stop signal or the time limit end it early: what is finished is in the journal.
/// The same on all ranks. Collective.
RunOutcome execute_run(PreparedRun& prepared, const Communicator& world);

}  // namespace cenas

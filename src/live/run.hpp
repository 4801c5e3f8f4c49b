// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "comm/comm.hpp"
#include "live/options.hpp"

namespace cenas {

struct LiveRequest {
    LiveOptions options;
    std::string deck;  ///< as the user wrote it
    std::string effective_deck;
    std::filesystem::path output;
    bool overwrite = false;
    bool restart = false;                ///< go on with what an earlier run has left, whatever that is
    std::optional<double> time_limit_s;  ///< stop when so much time has passed
    std::string command_line;            ///< for provenance
};

/// Runs the searches of a live deck, one after the other, on all ranks: rank 0 coordinates, the others form groups that
/// train; a single rank does both. Inputs are in OUTPUT.journal as they come, states of tasks in OUTPUT.states.
/// ExitCode::stopped_early where a signal, the time limit, or the want of a carbon intensity came first. Collective.
ExitCode live_command(const std::function<LiveRequest()>& read, const Communicator& world);

/// What `cenas check` prints of a live deck for so many ranks. Throws as the run would.
std::string describe_live_plan(const LiveOptions& options, int ranks);

}  // namespace cenas

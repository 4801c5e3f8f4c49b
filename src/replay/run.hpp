// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "comm/comm.hpp"
#include "io/run_file.hpp"
#include "replay/options.hpp"
#include "sweep/scenarios.hpp"

namespace cenas {

/// What `cenas replay` is asked to do.
struct ReplayRequest {
    std::shared_ptr<const RunFile> run;
    Scenarios scenarios;  ///< of the run's deck
    std::filesystem::path run_file;
    std::vector<std::int64_t> searches;
    ReplayOptions options;
    std::string deck;
    std::string effective_deck;
    std::filesystem::path output;
    bool overwrite = false;
    int threads = 0;  ///< 0: what OpenMP gives
    std::string command_line;
};

/// GPUs of the first of the searches. Throws UsageError where there is no such search.
int gpus_of(const ReplayRequest& request);

/// The nine built-in traces under six policies, for a run on `gpus` GPUs.
ReplayOptions default_replay(int gpus);

/// Replays what `read` asks for, writes the file and prints a summary. One rank does it, on its threads: several are
/// refused. Collective.
ExitCode replay_command(const std::function<ReplayRequest()>& read, const Communicator& world);

}  // namespace cenas

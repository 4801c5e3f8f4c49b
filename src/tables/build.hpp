// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/error.hpp"
#include "comm/comm.hpp"
#include "tables/options.hpp"

namespace cenas {

struct TableBuildRequest {
    TrainingDeckOptions options;
    std::string deck, effective_deck;
    std::filesystem::path output;
    std::string command_line;
};

/// Trains what the deck asks for, on all ranks, and writes the table file. What is finished is appended to
/// OUTPUT.journal at once; a journal that is there already is gone on with, so a build that was killed loses the
/// trainings in flight, and a build with more cells or seeds adds to what there is. A supernet that the deck has
/// other options for is trained anew. Collective.
ExitCode build_table(const std::function<TableBuildRequest()>& read, const Communicator& world);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "live/channels.hpp"
#include "live/evaluator.hpp"
#include "live/options.hpp"

namespace cenas {

/// Where the run keeps the states of its tasks.
std::filesystem::path states_of(const std::filesystem::path& output);
TaskFiles files_of(const std::filesystem::path& states, const LiveTask& task);

/// One rank of a group at work, until the coordinator says that there is no more. `channel` is that of the group's
/// first rank, null on the others; `name` says for people who the group is. Collective over the group. Throws RunError
/// where states cannot be saved, or the coordinator says nothing to a group that waits for an answer.
void work_in_group(const Communicator& group, CoordinatorChannel* channel, const LiveSettings& settings,
                   const std::filesystem::path& states, const std::string& name, Evaluator& evaluator);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "io/replay_record.hpp"

namespace cenas {

/// A replay in words: what was replayed, and for every region a table of policies, means over starts.
std::string describe_replay(const ReplayRecord& record);

/// Does a sample of the scenarios again, by asking the allocator at every step (replay_piece), computes the lower
/// bounds of the sampled starts and the regret of every scenario, and returns what disagrees, in words. `sampled`: how
/// many scenarios were done again.
std::vector<std::string> verify_replay(const ReplayRecord& record, std::size_t& sampled);

}  // namespace cenas

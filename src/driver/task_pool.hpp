// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "comm/comm.hpp"

namespace cenas {

/// Work that ranks share: rank 0 hands out `tasks` (numbers) in their order, one at a time to whoever asks, and
/// `collect`s the result of each; alone it works itself. `work` runs on the ranks that work, `collect` on rank 0, in
/// the order in which tasks end. Collective over `world`. What `work` and `collect` throw is the caller's to report
/// before it aborts the job.
void run_tasks(const Communicator& world, const std::vector<std::int64_t>& tasks,
               const std::function<Bytes(std::int64_t task)>& work,
               const std::function<void(std::int64_t task, const Bytes& result)>& collect);

}  // namespace cenas

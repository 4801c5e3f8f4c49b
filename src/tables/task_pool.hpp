// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "comm/comm.hpp"
#include "comm/layout.hpp"

namespace cenas {

/// The ranks of a job as a layout has them.
struct Workers {
    Communicator world;
    std::optional<Communicator> group;  ///< ranks that do a task together; none: the coordinator, which does none
    int groups;                         ///< 0: one rank, which does everything itself
};
/// Collective over `world`.
Workers make_workers(const Communicator& world, const Layout& layout);

/// Work that groups share: rank 0 hands out `tasks` (numbers) in their order, one at a time to whoever asks, and
/// `collect`s the result of each; alone it works itself. `work` runs on all ranks of a group, of whose results the
/// first one's counts; `collect` on rank 0, in the order in which tasks end. Collective over the world. What `work` and
/// `collect` throw is the caller's to report before it aborts the job.
void run_tasks(const Workers& workers, const std::vector<std::int64_t>& tasks,
               const std::function<Bytes(std::int64_t task)>& work,
               const std::function<void(std::int64_t task, const Bytes& result)>& collect);

}  // namespace cenas

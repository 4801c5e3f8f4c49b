// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// How the coordinator and the groups of a live run speak with each other: over MPI, or, where there is one rank,
// between two threads of it.

#include <memory>
#include <optional>
#include <utility>

#include "comm/comm.hpp"
#include "comm/layout.hpp"

namespace cenas {

/// The coordinator's end.
class GroupChannels {
  public:
    virtual ~GroupChannels() = default;
    virtual int groups() const = 0;
    virtual void send(int group, const Bytes& message) = 0;
    struct Received {
        int group;
        Bytes message;
    };
    /// The next message of any group, or nothing where none comes for so long. Waits asleep.
    virtual std::optional<Received> receive_within(double seconds) = 0;
};

/// A group's end, on its first rank.
class CoordinatorChannel {
  public:
    virtual ~CoordinatorChannel() = default;
    virtual void send(const Bytes& message) = 0;
    virtual std::optional<Bytes> receive_within(double seconds) = 0;
};

/// Over MPI. `world` has a rank 0 that coordinates and groups as the layout says.
std::unique_ptr<GroupChannels> mpi_group_channels(const Communicator& world, const Layout& layout);
std::unique_ptr<CoordinatorChannel> mpi_coordinator_channel(const Communicator& world);

/// Between threads: the coordinator's end, and that of each group.
std::pair<std::unique_ptr<GroupChannels>, std::vector<std::unique_ptr<CoordinatorChannel>>> thread_channels(int groups);

}  // namespace cenas

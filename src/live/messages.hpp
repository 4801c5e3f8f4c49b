// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "carbon/ledger.hpp"
#include "comm/comm.hpp"
#include "engine/world.hpp"

namespace cenas {

/// A task of a live search, as a group gets it.
struct LiveTask {
    std::int64_t search = 0;  ///< number of the search in its run
    std::int64_t seed = 0;
    Task task;
};

/// Coordinator -> group.
struct Command {
    enum class Kind : std::uint8_t {
        begin,  ///< take the task up, from where its saved state is
        stop,   ///< give the task back at the end of the slice (nothing, where the group no longer has it)
        end     ///< there is no more
    } kind = Kind::end;
    LiveTask task;
};

/// What a group did for a while, as its meter has it.
struct WorkPart {
    Component component = Component::evaluation;
    double wall_s = 0;
    double measured_j = 0;
    double modelled_j = 0;
};

/// Group -> coordinator.
struct Report {
    enum class Kind : std::uint8_t {
        hello,     ///< at first: the group is there
        slice,     ///< it goes on with the task
        paused,    ///< it has given the task back
        finished,  ///< with its values
        failed     ///< the task ended without
    } kind = Kind::hello;
    std::int32_t task = -1;
    std::vector<WorkPart> parts;  ///< since its report before
    std::vector<double> values;   ///< objectives of each cell of the task
    std::string text;             ///< hello: who it is, for people; failed: why
    std::string power_source;     ///< hello: what its meter reads
    double idle_w = 0;            ///< hello: what it draws while it waits, modelled
    bool stopping = false;        ///< a stop signal came to it
};

Bytes to_bytes(const Command& command);
Bytes to_bytes(const Report& report);
/// Throw RunError for bytes that are none.
Command command_from(const Bytes& bytes);
Report report_from(const Bytes& bytes);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// What a live search is told by the outer world. The engine's decisions follow from it and from the deck alone, so that
// the same inputs give the same search again: after a restart, and to check a result.

#include <cstdint>
#include <vector>

#include "comm/comm.hpp"
#include "engine/world.hpp"

namespace cenas {

/// The carbon intensity of a step, as it is known when the step begins.
struct Reading {
    std::int64_t step = 0;
    double intensity = 0;  ///< gCO2e/kWh
    double age_s = 0;      ///< 0: of this step; else the step's own is missing, and this one is so much older
};

/// Usage with its joules apart by how they are known.
struct LiveUsage {
    std::int32_t gpu = -1;  ///< -1: the coordinator
    std::int32_t task = -1;
    Component component = Component::idle;
    double from_s = 0;
    double to_s = 0;  ///< later than from_s
    double measured_j = 0;
    double modelled_j = 0;
};

/// What the engine asked for.
struct Decision {
    enum class Kind : std::uint8_t { start, pause } kind = Kind::start;
    std::int32_t gpu = -1;
    std::int32_t task = -1;
    TaskKind task_kind = TaskKind::evaluation;
    std::vector<CellIndex> cells;
    Fidelity fidelity = Fidelity::full;
    friend bool operator==(const Decision&, const Decision&) = default;
};

/// One thing that happened.
struct LiveInput {
    enum class Kind : std::uint8_t {
        usage,  ///< nothing that the engine waits for: more usage is known
        event,
        end  ///< the search is over, and this is the usage of what was under way
    } kind = Kind::usage;
    double now_s = 0;  ///< the search's clock then
    Event event;
    std::vector<LiveUsage> usage;
    std::vector<double> values;       ///< of a finished task: objectives of each of its cells
    std::vector<Reading> readings;    ///< of steps that have begun since
    std::vector<Decision> decisions;  ///< no input: what the engine made of all before, to be compared
};

Bytes to_bytes(const LiveInput& input);
/// Throws DataError for bytes that are none.
LiveInput live_input_from(std::span<const std::byte> bytes);

/// As the engine takes it.
Usage usage_of(const LiveUsage& usage);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <vector>

#include "carbon/trace.hpp"
#include "live/options.hpp"

namespace cenas {

/// One search of a live run.
struct LiveSearch {
    std::int64_t number = 0;
    std::int32_t trace = 0;
    std::int32_t method = 0;
    std::int64_t seed = 0;
};

/// Traces x methods x seeds, in this order, one after the other.
std::vector<LiveSearch> plan_searches(const Options& options);

/// What the engine computes with in a search that begins at `start`, `offset_s` after the begin of that step. A second
/// of the search's clock is less than one of the wall's, where a day is replayed faster: powers by the clock are
/// smaller, so that joules and embodied grams are those of the wall. In a rehearsal all is by the clock.
Options engine_options(const LiveOptions& options, int ranks_per_group, UtcTime start, double offset_s);

/// The engine's trace: all steps of a search. With run.start = "now" what is to come is not known, and 0.
Trace engine_trace(const LiveOptions& options, const Trace& whole, const Options& of_engine);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/error.hpp"
#include "carbon/trace.hpp"
#include "live/inputs.hpp"

namespace cenas {

/// The carbon intensity of a step of a search that begins at the trace's start, when the step begins.
using CarbonFeed = std::function<Reading(std::int64_t step)>;

/// From a trace that is known as a whole, such as a recorded day.
CarbonFeed recorded_feed(const Trace& trace);

/// From a trace file that somebody appends to, or replaces: it is read again when it has changed. Where the step's
/// value is missing the newest one before it stands in for it, which the log says; throws StaleCarbon where that is
/// older than `stale_s`, or there is none. A file that cannot be read, as while it is written, counts as not changed.
CarbonFeed file_feed(std::function<Trace()> read, const std::filesystem::path& file, UtcTime start, double stale_s);

/// There is no carbon intensity to decide on. The run stops, with everything saved.
class StaleCarbon : public RunError {
  public:
    using RunError::RunError;
};

}  // namespace cenas

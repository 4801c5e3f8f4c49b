// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/utc_time.hpp"
#include "carbon/forecast.hpp"
#include "engine/options.hpp"
#include "schedule/options.hpp"

namespace cenas {

/// [[policy]]: an allocator that the recorded work is replayed under.
struct PolicyOptions {
    std::string name;
    ScheduleOptions schedule;
    ForecastOptions told;
};

/// What a replay deck says: on which traces, from which starts and under which policies the recorded work is done
/// again.
struct ReplayOptions {
    double hours = 0;            ///< horizon; 0: five times as long as the longest of the replayed searches lasted
    UtcTime from;                ///< no start is before this
    double every_h = 1.0;        ///< from one start to the next
    std::int64_t starts = 0;     ///< so many; 0: as many as the traces have room for
    ForecastOptions told;        ///< of policies that say nothing else
    std::string device = "cpu";  ///< cpu, cuda
    bool allow_unlike_traces = false;  ///< compare traces of different signal or scope
    std::vector<TraceOptions> traces;
    std::vector<PolicyOptions> policies;  ///< savings are told against the first
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace cenas {

/// Which allocator, and its parameters; each allocator reads its own.
struct ScheduleOptions {
    std::string allocator = "shares";  ///< all-evaluate, all-sample, fixed, shares, switch, random-actions, cheapest
    int evaluate = 1;                  ///< fixed, cheapest: GPUs that evaluate
    std::string rest = "sample";       ///< fixed, cheapest: what the other GPUs do: sample, idle
    double threshold = 0.5;            ///< switch: evaluate up to min + threshold * (max - min) of the window
    double quantile = 0.25;            ///< cheapest: evaluate in this cheapest part of the window's steps
    double train_last_h = 4.0;         ///< all-sample: evaluate in the last hours of the run
};

}  // namespace cenas

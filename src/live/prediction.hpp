// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "live/inputs.hpp"

namespace cenas {

/// What the simulated world makes of a live search: its proposals in their order, each task as long as it was measured,
/// powers by component as they were on average, and trainings that can pause as often as they had slices. What was not
/// measured, trainings that had not ended or not begun, takes the mean; saves and restores count with their task.
/// `problem`, `options`, `method` and `trace` are the engine's, `inputs` what the search was told, which began at
/// `start`.
SearchRecord simulate_as_measured(const Problem& problem, const Options& options, const MethodOptions& method,
                                  const Trace& trace, std::int64_t seed, Seconds start,
                                  const std::vector<LiveInput>& inputs);

/// How far the two are apart, for people.
std::string describe_prediction(const SearchRecord& live, const SearchRecord& simulated);

}  // namespace cenas

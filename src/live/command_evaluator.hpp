// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "io/run_record.hpp"
#include "live/evaluator.hpp"
#include "live/options.hpp"

namespace cenas {

/// As the deck says it.
RunObjective command_objective(const ObjectiveOptions& wanted);

/// A program of the user's, which is started for every slice of a task. What it is told, what it answers, and what
/// counts as a failure of the task is in docs/live.md. `node_rank`: of this group among those of its node; `options`
/// outlive it.
std::unique_ptr<Evaluator> command_evaluator(const LiveOptions& options, int node_rank);

}  // namespace cenas

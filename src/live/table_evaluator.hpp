// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "engine/problem.hpp"
#include "live/evaluator.hpp"
#include "live/options.hpp"

namespace cenas {

/// A rehearsal: tasks take the time that a table says, on the clock of the trace, in which the group sleeps; they find
/// what the table says, and use the deck's rated powers. `problem` and `options` outlive it.
std::unique_ptr<Evaluator> table_evaluator(const LiveOptions& options, const Problem& problem);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "base/error.hpp"
#include "comm/comm.hpp"

namespace cenas {

/// Runs `prepare` on every rank and returns the worst outcome, the same on all ranks. Of those that fail the first rank
/// speaks. Collective.
ExitCode agree(const Communicator& world, const std::function<void()>& prepare);

/// Runs `body`, in which ranks wait for one another: what it throws is reported by the rank that meets it and ends the
/// whole job at once. A rank that is alone throws it on.
void abort_on_failure(const Communicator& world, const std::function<void()>& body);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "base/units.hpp"

namespace cenas {

/// Who used the joules of a node. workers + idle are the node's joules, exactly, in whatever order they are added.
struct Attribution {
    std::vector<Joules> workers;
    Joules idle;  ///< nobody's
};

/// Splits the joules that a node used in an interval of `wall` among its workers, of which worker i was busy for
/// busy[i]. Each worker holds an equal part of the node. Of the idle power (idle_power x wall, or all joules where that
/// is more) it bears its part while it is busy, and nobody while it waits; what is above the idle power goes to the
/// workers in proportion to their busy time. So a busy worker bears its devices' whole power, as the simulated world
/// books it, and with idle_power = 0 all joules go by busy time. Where no worker was busy, all is idle.
///
/// Needs node >= 0, idle_power >= 0, busy >= 0. A busy time above `wall`, as clocks that disagree make it, counts as an
/// interval that is so long.
Attribution attribute_energy(Joules node, Watts idle_power, Seconds wall, std::span<const Seconds> busy);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "base/units.hpp"

namespace cenas {

/// Hardware that counts joules. Reading it may fail with a RunError, which says what could not be read and why;
/// after that it is not read again.
class EnergyCounter {
  public:
    EnergyCounter() = default;
    virtual ~EnergyCounter() = default;
    EnergyCounter(const EnergyCounter&) = delete;
    EnergyCounter& operator=(const EnergyCounter&) = delete;

    /// Joules since it was opened. `wall`: the time since then, never less than in the call before.
    virtual Joules read(Seconds wall) = 0;
    /// Longest time between two reads of which nothing is lost.
    virtual Seconds read_every() const = 0;
    /// What is counted, for people.
    virtual std::string source() const = 0;
};

}  // namespace cenas

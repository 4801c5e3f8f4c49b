// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "sweep/plan.hpp"

namespace cenas {

/// What `cenas check` prints: the plan, its size on disk, and the time it takes, as far as a sample of its searches
/// tells, which is simulated for that.
std::string describe_plan(const Inputs& inputs, const Shard& shard, const Layout& layout);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace cenas {

/// Seconds of a time as Slurm's --time has it: "minutes", "minutes:seconds", "hours:minutes:seconds", "days-hours",
/// "days-hours:minutes", "days-hours:minutes:seconds" (sbatch(1)). Throws UsageError for anything else and for none at
/// all.
double parse_time_limit(const std::string& text);

}  // namespace cenas

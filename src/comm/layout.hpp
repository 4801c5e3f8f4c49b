// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace cenas {

/// How ranks share the work: rank 0 coordinates, the others form groups; a single rank does everything itself.
struct Layout {
    int ranks = 1;
    int ranks_per_group = 1;
    int groups = 0;   ///< 0: one rank, no coordinator
    int threads = 1;  ///< OpenMP threads of each working rank

    /// Threads that work, where each rank works for itself.
    std::int64_t workers() const { return std::int64_t{groups > 0 ? groups : 1} * threads; }
};

/// Throws UsageError if `ranks` are not one coordinator and whole groups. `threads` 0: what OpenMP gives a single rank
/// (all cores, or OMP_NUM_THREADS), else one.
Layout plan_layout(int ranks, int ranks_per_group, int threads);

/// One line: who does the work ("8 searches").
std::string describe_layout(const Layout& layout, const std::string& work);

}  // namespace cenas

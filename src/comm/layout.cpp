// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "comm/layout.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>

#include "base/error.hpp"

namespace cenas {

Layout plan_layout(int ranks, int ranks_per_group, int threads) {
    Layout layout;
    layout.ranks = ranks;
    layout.ranks_per_group = ranks_per_group;
    layout.threads = threads > 0 ? threads : ranks == 1 ? omp_get_max_threads() : 1;
    if (ranks == 1) return layout;
    if ((ranks - 1) % ranks_per_group != 0)
        throw UsageError(
            fmt::format("{} ranks: must be 1 coordinator and whole groups of run.ranks_per_group = {} "
                        "(for example {})",
                        ranks, ranks_per_group, 1 + ranks_per_group * std::max(1, (ranks - 1) / ranks_per_group)));
    layout.groups = (ranks - 1) / ranks_per_group;
    return layout;
}

std::string describe_layout(const Layout& layout, const std::string& work) {
    if (layout.groups == 0)
        return fmt::format("ranks       1: rank 0 does all {} on {} thread(s)\n", work, layout.threads);
    return fmt::format(
        "ranks       {}: rank 0 coordinates (and sleeps while it waits); ranks 1..{} work in {} group(s) of {} "
        "rank(s), {} thread(s) each\n",
        layout.ranks, layout.ranks - 1, layout.groups, layout.ranks_per_group, layout.threads);
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/random.hpp"

namespace cenas {

std::optional<Proposal> RandomSearch::ask() {
    Random random(seed_, Stream::proposals, asks_++);
    const auto cell = pool_.draw_available(random);
    if (!cell) return std::nullopt;
    pool_.take(*cell);
    return Proposal{*cell};
}

}  // namespace cenas

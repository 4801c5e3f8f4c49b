// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/candidate_pool.hpp"

namespace cenas {

CandidatePool::CandidatePool(const Candidates& candidates)
    : candidates_(&candidates), listed_(cell_count, 0), available_(cell_count, 0) {
    for (const CellIndex cell : candidates.cells) {
        listed_[static_cast<std::size_t>(cell)] = 1;
        std::uint8_t& flag = available_[static_cast<std::size_t>(identity(cell))];
        left_ += flag == 0 ? 1 : 0;
        flag = 1;
    }
}

void CandidatePool::take(CellIndex cell) {
    std::uint8_t& flag = available_[static_cast<std::size_t>(identity(cell))];
    left_ -= flag;
    flag = 0;
}

std::vector<CellIndex> CandidatePool::available_cells() const {
    std::vector<CellIndex> cells;
    for (const CellIndex cell : candidates_->cells)
        if (available(cell)) cells.push_back(cell);
    return cells;
}

std::optional<CellIndex> CandidatePool::draw_available(Random& random) const {
    if (empty()) return std::nullopt;
    constexpr int cheap_draws = 64;  // rejection is quick while most cells are available
    for (int i = 0; i < cheap_draws; ++i)
        if (const CellIndex cell = draw(random); available(cell)) return cell;
    const std::vector<CellIndex> rest = available_cells();
    return rest[random.below(static_cast<std::uint32_t>(rest.size()))];
}

}  // namespace cenas

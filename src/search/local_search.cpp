// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/local_search.hpp"

#include <utility>

#include "pareto/fronts.hpp"

namespace cenas {

std::optional<Proposal> LocalSearch::ask() {
    Random random(seed_, Stream::proposals, asks_++);
    auto found = draw_neighbour(random);
    if (!found) found = pool_.draw_available(random);
    if (!found) return std::nullopt;
    pool_.take(*found);
    return Proposal{*found};
}

std::optional<CellIndex> LocalSearch::draw_neighbour(Random& random) const {
    std::vector<std::vector<CellIndex>> neighbourhoods;  // what is left of them
    for (const CellIndex cell : cells_) {
        std::vector<CellIndex> left;
        for (const CellIndex neighbour : neighbours(cell))
            if (pool_.available(neighbour)) left.push_back(neighbour);
        if (!left.empty()) neighbourhoods.push_back(std::move(left));
    }
    if (neighbourhoods.empty()) return std::nullopt;
    const auto& left = neighbourhoods[random.below(static_cast<std::uint32_t>(neighbourhoods.size()))];
    return left[random.below(static_cast<std::uint32_t>(left.size()))];
}

void LocalSearch::tell(const Outcome& outcome) {
    pool_.take(outcome.cell);
    cells_.push_back(outcome.cell);
    gains_.insert(gains_.end(), outcome.gains.begin(), outcome.gains.end());
    const auto m = static_cast<std::ptrdiff_t>(objectives_);
    std::vector<CellIndex> cells;
    std::vector<double> gains;
    for (const std::size_t i : non_dominated(gains_, objectives_)) {
        cells.push_back(cells_[i]);
        const auto row = gains_.begin() + static_cast<std::ptrdiff_t>(i) * m;
        gains.insert(gains.end(), row, row + m);
    }
    cells_ = std::move(cells);
    gains_ = std::move(gains);
}

void LocalSearch::exchange(StateArchive& archive) {
    pool_.exchange(archive);
    archive(asks_, cells_, gains_);
}

}  // namespace cenas

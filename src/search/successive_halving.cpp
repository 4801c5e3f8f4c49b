// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/successive_halving.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace cenas {

SuccessiveHalving::SuccessiveHalving(int eta, const Candidates& candidates, int gains, std::uint64_t seed)
    : eta_(static_cast<std::size_t>(eta)),
      objectives_(static_cast<std::size_t>(gains)),
      pool_(candidates),
      seed_(seed) {}

std::optional<Proposal> SuccessiveHalving::ask() {
    if (const auto cell = promote()) return Proposal{*cell, Fidelity::full};
    Random random(seed_, Stream::proposals, asks_++);
    const auto cell = pool_.draw_available(random);
    if (!cell) return std::nullopt;
    pool_.take(*cell);
    return Proposal{*cell, Fidelity::low};
}

void SuccessiveHalving::tell(const Outcome& outcome) {
    if (outcome.fidelity != Fidelity::low) return;  // of the highest rung nothing is promoted
    cells_.push_back(outcome.cell);
    gains_.insert(gains_.end(), outcome.gains.begin(), outcome.gains.end());
    promoted_.push_back(0);
    sort_in(static_cast<std::uint32_t>(cells_.size() - 1));
}

/// The best of those that may be promoted.
std::optional<CellIndex> SuccessiveHalving::promote() {
    std::size_t left = cells_.size() / eta_;
    for (const Front& front : fronts_) {
        const bool done =
            std::all_of(front.begin(), front.end(), [&](std::uint32_t row) { return promoted_[row] != 0; });
        if (done && front.size() <= left) {  // need not be ordered
            left -= front.size();
            continue;
        }
        for (const std::uint32_t row : best_first(front)) {
            if (left-- == 0) return std::nullopt;
            if (promoted_[row] != 0) continue;
            promoted_[row] = 1;
            return cells_[row];
        }
    }
    return std::nullopt;
}

/// Puts the row into the first front of which no member dominates it. What it dominates there moves on to the next
/// front, and so on (Li et al., "Efficient Nondomination Level Update Method", IEEE Trans. Cybern. 47(9), 2017).
void SuccessiveHalving::sort_in(std::uint32_t row) {
    const auto is_free = [&](const Front& front) {
        return std::none_of(front.begin(), front.end(), [&](std::uint32_t other) { return dominates(other, row); });
    };
    auto level = static_cast<std::size_t>(std::find_if(fronts_.begin(), fronts_.end(), is_free) - fronts_.begin());
    for (Front moving{row}; !moving.empty(); ++level) {
        if (level == fronts_.size()) fronts_.emplace_back();
        Front& front = fronts_[level];
        const auto stays = std::stable_partition(front.begin(), front.end(), [&](std::uint32_t other) {
            return std::none_of(moving.begin(), moving.end(), [&](std::uint32_t m) { return dominates(m, other); });
        });
        Front next(stays, front.end());
        front.erase(stays, front.end());
        front.insert(front.end(), moving.begin(), moving.end());
        moving = std::move(next);
    }
}

bool SuccessiveHalving::is_inside(std::uint32_t row) const {
    for (std::size_t k = 0; k < objectives_; ++k)
        if (gain(row, k) <= 0) return false;
    return true;
}

bool SuccessiveHalving::dominates(std::uint32_t a, std::uint32_t b) const {
    bool better = false;
    if (const bool inside = is_inside(a); inside != is_inside(b)) return inside;
    for (std::size_t k = 0; k < objectives_; ++k) {
        if (gain(a, k) < gain(b, k)) return false;
        better = better || gain(a, k) > gain(b, k);
    }
    return better;
}

/// Sum over the objectives of how far apart the neighbours of each member are, as a part of the front's extent.
/// Infinite at both ends.
std::vector<double> SuccessiveHalving::crowding(const Front& front) const {
    std::vector<double> distance(front.size(), 0);
    std::vector<std::size_t> order(front.size());
    for (std::size_t k = 0; k < objectives_; ++k) {
        const auto value = [&](std::size_t place) { return gain(front[order[place]], k); };
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return std::pair(gain(front[a], k), front[a]) < std::pair(gain(front[b], k), front[b]);
        });
        const std::size_t last = order.size() - 1;
        const double extent = value(last) - value(0);
        if (!(extent > 0)) continue;
        distance[order[0]] = distance[order[last]] = std::numeric_limits<double>::infinity();
        for (std::size_t i = 1; i < last; ++i) distance[order[i]] += (value(i + 1) - value(i - 1)) / extent;
    }
    return distance;
}

SuccessiveHalving::Front SuccessiveHalving::best_first(Front front) const {
    std::sort(front.begin(), front.end());
    const std::vector<double> distance = crowding(front);
    std::vector<std::size_t> order(front.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return distance[a] > distance[b]; });
    Front ordered;
    for (const std::size_t i : order) ordered.push_back(front[i]);
    return ordered;
}

void SuccessiveHalving::exchange(StateArchive& archive) {
    pool_.exchange(archive);
    archive(asks_, cells_, gains_, promoted_, fronts_);
}

}  // namespace cenas

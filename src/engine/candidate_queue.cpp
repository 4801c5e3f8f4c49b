// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "engine/candidate_queue.hpp"

#include <algorithm>
#include <numeric>

#include "kernels/pareto/dominance.hpp"

namespace cenas {

void CandidateQueue::push(CellIndex cell, std::span<const double> estimated_gains) {
    cells_.push_back(cell);
    gains_.insert(gains_.end(), estimated_gains.begin(), estimated_gains.end());
}

std::vector<std::size_t> CandidateQueue::ranking() const {
    std::vector<std::int32_t> numbers(cells_.size());
    dominance_numbers(Backend::serial, gains_.data(), static_cast<std::int64_t>(cells_.size()),
                      static_cast<int>(objectives_), numbers.data());
    std::vector<std::size_t> order(cells_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return numbers[a] < numbers[b]; });
    return order;
}

CellIndex CandidateQueue::pop() {
    const std::size_t best = ranking().front();
    const CellIndex cell = cells_[best];
    erase(best);
    return cell;
}

void CandidateQueue::keep_best(std::size_t count) {
    if (count >= cells_.size()) return;
    auto dropped = ranking();
    dropped.erase(dropped.begin(), dropped.begin() + static_cast<std::ptrdiff_t>(count));
    std::sort(dropped.rbegin(), dropped.rend());
    for (const std::size_t i : dropped) erase(i);
}

void CandidateQueue::erase(std::size_t i) {
    cells_.erase(cells_.begin() + static_cast<std::ptrdiff_t>(i));
    const auto first = gains_.begin() + static_cast<std::ptrdiff_t>(i * objectives_);
    gains_.erase(first, first + static_cast<std::ptrdiff_t>(objectives_));
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "space/cell.hpp"

namespace cenas {

/// Candidates that a supernet has rated and that wait to be trained. They leave in the order of their dominance
/// number among those that wait (CE-NAS, HotCarbon 2023: the best-ranked candidate is trained first); of equal ones
/// the longest waiting goes first.
class CandidateQueue {
  public:
    explicit CandidateQueue(int objectives) : objectives_(static_cast<std::size_t>(objectives)) {}

    void push(CellIndex cell, std::span<const double> estimated_gains);
    /// The best candidate; the queue must not be empty.
    CellIndex pop();
    /// Drops all but the best `count`. Equal dominance numbers are settled by order of arrival.
    void keep_best(std::size_t count);
    std::size_t size() const { return cells_.size(); }
    bool empty() const { return cells_.empty(); }

  private:
    std::vector<std::size_t> ranking() const;
    void erase(std::size_t i);

    std::size_t objectives_;
    std::vector<CellIndex> cells_;  // in order of arrival
    std::vector<double> gains_;
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/rng/philox.hpp"
#include "search/strategy.hpp"

namespace cenas {

/// The cells a strategy may still propose. Taking a cell takes every cell of its identity.
class CandidatePool {
  public:
    explicit CandidatePool(const Candidates& candidates);

    /// Whether it is one of the cells, and neither it nor one of its identity was taken.
    bool available(CellIndex cell) const {
        return listed_[static_cast<std::size_t>(cell)] != 0 &&
               available_[static_cast<std::size_t>(identity(cell))] != 0;
    }
    void take(CellIndex cell);
    bool empty() const { return left_ == 0; }
    void exchange(StateArchive& archive) { archive(available_, left_); }

    /// One uniform draw over all cells, taken ones included.
    CellIndex draw(Random& random) const {
        return candidates_->cells[random.below(static_cast<std::uint32_t>(candidates_->cells.size()))];
    }
    /// All of them, ascending.
    std::vector<CellIndex> available_cells() const;
    /// Uniform over the available cells; nullopt when empty.
    std::optional<CellIndex> draw_available(Random& random) const;

  private:
    CellIndex identity(CellIndex cell) const { return candidates_->identity[static_cast<std::size_t>(cell)]; }

    const Candidates* candidates_;
    std::vector<std::uint8_t> listed_;     // by cell
    std::vector<std::uint8_t> available_;  // by representative
    std::size_t left_ = 0;                 // identities
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/options.hpp"
#include "space/cell.hpp"

namespace cenas {

/// An ask/tell optimizer over cells. Objectives arrive as gains: every component is to be maximized and measured
/// from the reference point, so that the reference is the origin. Any number of asked cells may be pending. A
/// strategy knows neither MPI nor carbon nor time; the same calls give the same answers.
class Strategy {
  public:
    virtual ~Strategy() = default;
    /// A cell that was not asked before (no two asked cells have the same identity), or nullopt when none is left.
    virtual std::optional<CellIndex> ask() = 0;
    /// Never ask for this cell (or its equals): it is known already.
    virtual void exclude(CellIndex cell) = 0;
    /// The gains of a cell, asked or excluded before. NaN is not allowed: a failed evaluation is not told.
    virtual void tell(CellIndex cell, std::span<const double> gains) = 0;
    /// Fits the models to everything told. The engine calls it at the deck's cadence.
    virtual void update() = 0;
};

/// What a strategy may propose. Outlives the strategies made from it.
struct Candidates {
    std::vector<CellIndex> cells;     ///< the table's cells, ascending
    std::vector<CellIndex> identity;  ///< representative of every cell of the space (canonical_table)
};

/// Makes the strategy that `options.strategy` names. `gains` is the number of objectives; `seed` keys its random
/// streams. To add one: a file beside this, a name in options.hpp, a line here.
std::unique_ptr<Strategy> make_strategy(const SearchOptions& options, const Candidates& candidates, int gains,
                                        std::uint64_t seed);

/// Whether the strategy fits models to what it is told, which takes time.
bool has_model(const SearchOptions& options);

}  // namespace cenas

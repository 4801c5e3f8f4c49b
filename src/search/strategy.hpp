// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/direction.hpp"
#include "search/options.hpp"
#include "search/state_archive.hpp"
#include "space/cell.hpp"

namespace cenas {

/// A cell that was judged. Objectives arrive as gains: every component is to be maximized and measured from the
/// reference point, so that the reference is the origin. NaN is not allowed: a failed evaluation is not told.
struct Outcome {
    CellIndex cell = 0;
    Fidelity fidelity = Fidelity::full;
    std::span<const double> gains;
    double cost_s = 0;  ///< GPU-seconds that it took, or that such a training takes
};

/// An ask/tell optimizer over cells. Any number of proposals may be pending. A strategy knows neither MPI nor carbon
/// nor time; the same calls give the same answers.
class Strategy {
  public:
    virtual ~Strategy() = default;
    /// What to train next, or nullopt where nothing is left. No two proposals of one fidelity have the same identity;
    /// Fidelity::supernet is never proposed.
    virtual std::optional<Proposal> ask() = 0;
    /// Never ask for this cell (or its equals): it is known already.
    virtual void exclude(CellIndex cell) = 0;
    /// What became of a cell that was asked or excluded before. A strategy of one fidelity takes every outcome alike.
    virtual void tell(const Outcome& outcome) = 0;
    /// Fits the models to everything told. The engine calls it at the deck's cadence.
    virtual void update() = 0;
    /// Writes the state into the archive, or takes it from there: between any two calls, into a fresh strategy made with
    /// the same arguments, which then goes on as this one would.
    virtual void exchange(StateArchive& archive) = 0;
};

struct CandidateObjective {
    std::string name;
    Direction direction = Direction::maximize;
    double ceiling = std::numeric_limits<double>::infinity();  ///< gain of a perfect value: nothing is better
};

/// What a strategy may propose, and what is known without training. Outlives the strategies made from it.
struct Candidates {
    std::vector<CellIndex> cells;     ///< the table's cells, ascending
    std::vector<CellIndex> identity;  ///< representative of every cell of the space (canonical_table)
    std::vector<CandidateObjective> objectives;
    /// Gains by cell of the space and objective, of objectives that need no training to be known (the energy of an
    /// inference, say); NaN elsewhere. A strategy uses those that `SearchOptions::known` names. Empty: there are none.
    std::vector<double> known_gains;
};

/// Indices of the objectives that `options.known` names, in the order of `candidates.objectives`.
std::vector<std::size_t> known_objectives(const SearchOptions& options, const Candidates& candidates);

/// Makes the strategy that `options.strategy` names. `gains` is the number of objectives; `seed` keys its random
/// streams. To add one: a file beside this, a name in options.hpp, a line here.
std::unique_ptr<Strategy> make_strategy(const SearchOptions& options, const Candidates& candidates, int gains,
                                        std::uint64_t seed);

/// The strategies of decks, in the order of the reference.
const std::vector<std::string>& strategy_names();

/// Whether the strategy fits models to what it is told, which takes time.
bool has_model(const SearchOptions& options);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "search/candidate_pool.hpp"

namespace cenas {

/// Asynchronous successive halving over two rungs, a training of fewer epochs and a full one (Li et al., "A System for
/// Massively Parallel Hyperparameter Tuning", MLSys 2020, algorithm 2), for several objectives (Schmucker et al.,
/// "Multi-objective Asynchronous Successive Halving", arXiv 2106.12639): a cell is trained in full once it is among the
/// best 1/eta of those trained at low fidelity; where none is, a random new cell is trained at low fidelity.
///
/// The best come first by front of the non-dominated sorting, in a front by crowding distance (Deb et al., NSGA-II,
/// IEEE Trans. Evol. Comput. 6(2), 2002), of equal ones as they were told. Cells outside the reference come after all
/// others.
class SuccessiveHalving final : public Strategy {
  public:
    /// `eta` is at least 2; `gains` the number of objectives.
    SuccessiveHalving(int eta, const Candidates& candidates, int gains, std::uint64_t seed);
    std::optional<Proposal> ask() override;
    void exclude(CellIndex cell) override { pool_.take(cell); }
    void tell(const Outcome& outcome) override;
    void update() override {}
    void exchange(StateArchive& archive) override;

  private:
    using Front = std::vector<std::uint32_t>;  // rows, in no order

    std::optional<CellIndex> promote();
    void sort_in(std::uint32_t row);
    bool dominates(std::uint32_t a, std::uint32_t b) const;
    bool is_inside(std::uint32_t row) const;
    double gain(std::uint32_t row, std::size_t k) const { return gains_[row * objectives_ + k]; }
    std::vector<double> crowding(const Front& front) const;
    Front best_first(Front front) const;

    std::size_t eta_;
    std::size_t objectives_;
    CandidatePool pool_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0;
    // The low rung, a row a cell in the order in which they were told.
    std::vector<CellIndex> cells_;
    std::vector<double> gains_;
    std::vector<std::uint8_t> promoted_;
    std::vector<Front> fronts_;
};

}  // namespace cenas

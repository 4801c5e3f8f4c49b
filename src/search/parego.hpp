// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// ParEGO: Knowles, "ParEGO: A Hybrid Algorithm with On-Line Landscape Approximation for Expensive Multiobjective
// Optimization Problems", IEEE TEC 10(1), 2006. At every proposal the gains are scalarized by the augmented Tchebycheff
// function with other random weights, a Gaussian process is fitted to the scalars, and the cell with the largest
// expected improvement over all cells is proposed.

#include <vector>

#include "search/candidate_pool.hpp"

namespace cenas {

/// Augmented Tchebycheff scalars (paper, equation 2; rho = 0.05) of n x m gains, each brought to [0, 1] over the n:
/// larger is better. Weights sum to 1.
std::vector<double> tchebycheff(const std::vector<double>& gains, const std::vector<double>& weights);

class ParEgo final : public Strategy {
  public:
    ParEgo(const SearchOptions& options, const Candidates& candidates, int objectives, std::uint64_t seed);

    /// Cells in training count as they are expected to come out.
    std::optional<Proposal> ask() override;
    void exclude(CellIndex cell) override { pool_.take(cell); }
    void tell(const Outcome& outcome) override;
    void update() override {}  // every proposal has a model of its own
    void exchange(StateArchive& archive) override;

  private:
    std::vector<double> draw_weights(Random& random) const;

    CandidatePool pool_;
    std::size_t objectives_;
    int ensemble_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0;
    std::vector<CellIndex> cells_;  // told
    std::vector<double> gains_;     // theirs, row-major
    std::vector<CellIndex> pending_;
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// Bayesian optimization with Gaussian processes over all cells. What is proposed has the largest expected hypervolume
// improvement, per second of its training if asked. ehvi: over what was measured, in closed form
// (expected_improvement.hpp). nehvi: over what could have been measured without noise, the mean over draws of it
// (Daulton, Balandat, Bakshy, "Parallel Bayesian Optimization of Multiple Noisy Objectives with Expected Hypervolume
// Improvement", NeurIPS 2021). Cells in training count as they are expected to come out (Ginsbourger, Le Riche,
// Carraro, "Kriging Is Well-Suited to Parallelize Optimization", 2010: kriging believer), in nehvi as drawn: others are
// then proposed.

#include <optional>
#include <vector>

#include "search/candidate_pool.hpp"
#include "search/gain_model.hpp"

namespace cenas {

class BayesianSearch final : public Strategy {
  public:
    BayesianSearch(const SearchOptions& options, const Candidates& candidates, int objectives, std::uint64_t seed);

    std::optional<Proposal> ask() override;
    void exclude(CellIndex cell) override { pool_.take(cell); }
    void tell(const Outcome& outcome) override;
    void update() override;
    void exchange(StateArchive& archive) override;

  private:
    double known_gain_of(CellIndex cell, std::size_t objective) const;
    Belief known_belief(const std::vector<CellIndex>& cells, std::size_t objective) const;
    Eigen::ArrayXd improvement(const std::vector<CellIndex>& cells) const;
    Eigen::ArrayXd noisy_improvement(const std::vector<CellIndex>& cells, Random& random) const;

    BayesianOptions options_;
    const Candidates* candidates_;
    CandidatePool pool_;
    std::size_t objectives_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0;
    std::vector<std::optional<GainModel>> models_;  // by objective; none: it is known
    CostModel cost_;
    std::vector<CellIndex> cells_;  // told
    std::vector<double> gains_;     // theirs, row-major
    std::vector<CellIndex> pending_;
    std::uint64_t fitted_ = 0;  // told when hyper-parameters were fitted
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// Pareto local search: Paquete, Chiarandini, Stuetzle, "Pareto Local Optimum Sets in the Biobjective Traveling Salesman
// Problem: An Experimental Study", in "Metaheuristics for Multiobjective Optimisation", LNEMS 535, 2004. For one
// objective and NAS: White, Nolen, Savani, "Exploring the Loss Landscape in Neural Architecture Search", UAI 2021.
// A cell's neighbours differ from it in one edge. Asynchronous: a member of the front is drawn anew for every proposal,
// among those told by then, instead of exploring one to its end; one that is dominated is explored no further.

#include "search/candidate_pool.hpp"

namespace cenas {

class LocalSearch final : public Strategy {
  public:
    LocalSearch(const Candidates& candidates, int objectives, std::uint64_t seed)
        : pool_(candidates), objectives_(objectives), seed_(seed) {}

    /// A uniform neighbour not proposed before of a uniform member of the front that has one. Where none has (or
    /// nothing was told yet), uniform: a new start.
    std::optional<Proposal> ask() override;
    void exclude(CellIndex cell) override { pool_.take(cell); }
    void tell(const Outcome& outcome) override;
    void update() override {}
    void exchange(StateArchive& archive) override;

  private:
    std::optional<CellIndex> draw_neighbour(Random& random) const;

    CandidatePool pool_;
    int objectives_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0;
    std::vector<CellIndex> cells_;  // the front as told; of equal gains, the first
    std::vector<double> gains_;     // cells_.size() x objectives
};

}  // namespace cenas

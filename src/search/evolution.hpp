// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// Three evolutionary algorithms that differ in which cells are parents and which die:
// - nsga2: Deb, Pratap, Agarwal, Meyarivan, "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE TEC
//   6(2), 2002, in its steady-state form (Durillo, Nebro, Luna, Alba, "On the Effect of the Steady-State Selection
//   Scheme in Multi-Objective Genetic Algorithms", EMO 2009);
// - sms-emoa: Beume, Naujoks, Emmerich, "SMS-EMOA: Multiobjective Selection Based on Dominated Hypervolume", EJOR
//   181(3), 2007, on the deck's reference point;
// - regularized-evolution: Real, Aggarwal, Huang, Le, "Regularized Evolution for Image Classifier Architecture Search",
//   AAAI 2019, where of several objectives the better is who is better in NSGA-II.
// All are steady-state and asynchronous: an offspring is made from whoever has been told by then, and enters the
// population when it is told itself, however many others are pending. A generation is never waited for.

#include "search/candidate_pool.hpp"

namespace cenas {

/// What decides who dies when the population is one too large.
enum class Survival {
    crowding,     ///< of the last rank, the smallest crowding distance (nsga2)
    hypervolume,  ///< of the last rank, the smallest contribution to the rank's hypervolume (sms-emoa)
    age           ///< the oldest (regularized-evolution)
};

/// The row that dies, of at least one; of equals, the first. `gains`: rows x objectives, the oldest first.
std::size_t find_victim(Survival survival, std::span<const double> gains, int objectives);

class Evolution final : public Strategy {
  public:
    Evolution(Survival survival, const EvolutionOptions& options, const Candidates& candidates, int objectives,
              std::uint64_t seed);

    /// Uniform until `population` cells have been told. Then an offspring: one edge of a parent, or of the crossover of
    /// two, gets another operation, and another one until the cell was not proposed before.
    std::optional<Proposal> ask() override;
    void exclude(CellIndex cell) override { pool_.take(cell); }
    void tell(const Outcome& outcome) override;
    void update() override {}
    void exchange(StateArchive& archive) override;

  private:
    void rate();
    bool beats(std::size_t a, std::size_t b) const;
    CellIndex select_parent(Random& random) const;
    CellIndex make_offspring(Random& random) const;

    Survival survival_;
    EvolutionOptions options_;
    CandidatePool pool_;
    int objectives_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0;
    std::vector<CellIndex> cells_;  // the population, the oldest first
    std::vector<double> gains_;     // cells_.size() x objectives
    std::vector<int> ranks_;        // of the population
    std::vector<double> crowding_;
};

}  // namespace cenas

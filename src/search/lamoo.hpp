// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <memory>
#include <vector>

#include "pareto/archive.hpp"
#include "search/candidate_pool.hpp"
#include "search/lamoo_tree.hpp"
#include "search/point_sampler.hpp"

namespace cenas {

/// Coordinates of a cell for models on numbers: (code + 0.5) / 5 on each edge, the middle of the operation's part of
/// [0, 1) as CE-NAS codes it.
Eigen::VectorXd lamoo_features(CellIndex cell);

/// The cell whose part of [0, 1)^6 holds the point: floor(5 x) on each edge.
CellIndex lamoo_cell_at(const Eigen::VectorXd& point);

/// LaMOO (lamoo_tree.hpp) over cells.
class Lamoo final : public Strategy {
  public:
    /// Objectives `known` of `candidates.known_gains` are known of every cell: they are coordinates of the split models
    /// beside the edges, scaled to [0, 1], and a cell that would not enlarge the hypervolume with the best gain told so
    /// far in every other objective is not proposed while there are others in the region.
    Lamoo(const LamooOptions& options, const Candidates& candidates, int objectives, std::uint64_t seed,
          std::vector<std::size_t> known = {});

    /// Sampler "random": a uniform draw that lies in the selected region. Choosing one of the hits among `draws`
    /// uniform draws at random, as the published code does, gives every cell of the region the same probability, as
    /// does stopping at the first hit; so we stop there. Other samplers propose a point of [0, 1)^6
    /// (point_sampler.hpp); what is trained is the cell that holds it, not asked before. Where `draws` draws bring no
    /// hit, the deepest split of the region is dropped.
    std::optional<Proposal> ask() override;
    void exclude(CellIndex cell) override { pool_.take(cell); }
    void tell(const Outcome& outcome) override;
    /// Rebuilds the tree from everything told and selects the region.
    void update() override;
    void exchange(StateArchive& archive) override;

  private:
    bool in_region(CellIndex cell);
    bool may_improve(CellIndex cell) const;
    std::optional<CellIndex> propose(Random& random);
    Eigen::VectorXd split_point(CellIndex cell) const;
    Eigen::MatrixXd unseen() const;
    void learn(std::span<const double> gains);
    void find_region();
    void widen(std::size_t splits);

    LamooOptions options_;
    const Candidates* candidates_;
    std::vector<std::size_t> known_;
    std::vector<double> known_low_, known_width_;  // of their gains, over the candidates
    CandidatePool pool_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0;
    std::uint64_t updates_ = 0;
    std::vector<CellIndex> pending_;  // asked, not told
    LamooSamples samples_;
    std::vector<double> best_;  // of the gains told, by objective
    ParetoArchive front_;       // of the gains told
    std::size_t fitted_ = 0;    // samples in the present tree
    std::size_t dropped_ = 0;   // of its splits, the deepest, since
    LamooRegion region_;
    std::unique_ptr<PointSampler> sampler_;  // none for "random"
    std::vector<std::int8_t> inside_;        // memory of in_region by cell: -1 unknown, 0 no, 1 yes
};

}  // namespace cenas

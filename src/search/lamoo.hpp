// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include "search/candidate_pool.hpp"
#include "search/lamoo_tree.hpp"

namespace cenas {

/// Coordinates of a cell for the split models: (code + 0.5) / 5 on each edge, the middle of the operation's part of
/// [0, 1) as CE-NAS codes it.
Eigen::VectorXd lamoo_features(CellIndex cell);

class Lamoo final : public Strategy {
  public:
    Lamoo(const LamooOptions& options, const Candidates& candidates, int objectives, std::uint64_t seed);

    /// A uniform draw that lies in the selected region. Choosing one of the hits among `draws` uniform draws at random,
    /// as the published code does, gives every cell of the region the same probability, as does stopping at the first
    /// hit; so we stop there. Where `draws` draws bring no hit, the deepest split of the region is dropped.
    std::optional<Proposal> ask() override;
    void exclude(CellIndex cell) override { pool_.take(cell); }
    void tell(const Outcome& outcome) override;
    /// Rebuilds the tree from everything told and selects the region.
    void update() override;
    void exchange(StateArchive& archive) override;

  private:
    bool in_region(CellIndex cell);
    void find_region();
    void widen(std::size_t splits);

    LamooOptions options_;
    CandidatePool pool_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0;
    std::uint64_t updates_ = 0;
    LamooSamples samples_;
    std::size_t fitted_ = 0;   // samples in the present tree
    std::size_t dropped_ = 0;  // of its splits, the deepest, since
    LamooRegion region_;
    std::vector<std::int8_t> inside_;  // memory of in_region by cell: -1 unknown, 0 no, 1 yes
};

}  // namespace cenas

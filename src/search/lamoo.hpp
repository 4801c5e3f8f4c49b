// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// LaMOO: Zhao, Wang, Yang, Zhang, Guo, Tian, "Multi-objective Optimization by Learning Space Partitions", ICLR 2022.
// The space is split by support vector machines into regions of low and high dominance number; the region with the
// largest UCB on hypervolume is searched. Sampler: random.

#include "search/candidate_pool.hpp"
#include "search/svm.hpp"

namespace cenas {

/// Samples as LaMOO sees them.
struct LamooSamples {
    int objectives = 0;
    std::vector<CellIndex> cells;
    std::vector<double> gains;  ///< cells.size() x objectives
};

/// Coordinates of a cell for the split models: (code + 0.5) / 5 on each edge, the middle of the operation's part of
/// [0, 1) as CE-NAS codes it.
SvmPoint lamoo_features(CellIndex cell);

/// A node of the partition tree (paper, algorithm 1). Its bag is a list of rows of the samples.
struct LamooNode {
    std::vector<std::size_t> bag;
    int parent = -1;
    bool good = false;  ///< which side of the parent's split
    int depth = 0;
    std::uint64_t place = 1;   ///< of the node in the whole tree, level by level, good side first: children 2p, 2p + 1
    double hypervolume = 0;    ///< of the bag
    std::optional<Svm> split;  ///< inner nodes; decision > 0 is the good side
    int good_child = -1;
    int bad_child = -1;
};

/// The tree before any split: its root holds all samples.
std::vector<LamooNode> lamoo_root(const LamooSamples& samples);

/// Splits a node and appends its children, the better half of the bag by dominance number and the rest. False, and the
/// node stays a leaf, where it holds at most leaf_size samples or lies `depth` splits deep, where its dominance numbers
/// are all equal, where no SVM can be fitted, or where the SVM puts the whole bag on one side.
bool split_lamoo_node(std::vector<LamooNode>& tree, std::size_t index, const LamooSamples& samples,
                      const LamooOptions& options);

/// UCB = HV + 2 Cp sqrt(2 ln(n_parent) / n); the hypervolume alone for the root.
double lamoo_ucb(const std::vector<LamooNode>& tree, const LamooNode& node, const LamooOptions& options);

/// The leaf to search, after splitting as much of the tree as it takes to know it: the largest UCB of all leaves, or,
/// for selection = "path", reached from the root by the child with the larger UCB. Ties are broken by `random`.
/// "leaf" splits best first: no leaf below a node has a larger hypervolume than the node, nor fewer samples than
/// repeated halving leaves, so a node whose bound lies below the best leaf needs no splitting. The result is the whole
/// tree's.
int find_lamoo_leaf(std::vector<LamooNode>& tree, const LamooSamples& samples, const LamooOptions& options,
                    Random& random);

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
    struct Side {
        Svm svm;
        bool good;
    };
    bool in_region(CellIndex cell);
    void set_region(std::vector<Side> path);
    void find_region();

    LamooOptions options_;
    CandidatePool pool_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0;
    std::uint64_t updates_ = 0;
    LamooSamples samples_;
    std::size_t fitted_ = 0;           // samples in the present tree
    std::size_t dropped_ = 0;          // of its splits, the deepest, since
    std::vector<Side> path_;           // from the root; empty: the whole space
    std::vector<std::int8_t> inside_;  // memory of in_region by cell: -1 unknown, 0 no, 1 yes
};

}  // namespace cenas

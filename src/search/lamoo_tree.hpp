// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// The partition of LaMOO: Zhao, Wang, Yang, Zhang, Guo, Tian, "Multi-objective Optimization by Learning Space
// Partitions", ICLR 2022, algorithm 1. Support vector machines split a space of any dimension into regions of low and
// high dominance number; the region with the largest UCB on hypervolume is searched.

#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/rng/philox.hpp"
#include "search/options.hpp"
#include "search/svm.hpp"

namespace cenas {

/// Samples as LaMOO sees them.
struct LamooSamples {
    int dimensions = 0;
    int objectives = 0;
    std::vector<double> points;  ///< size() x dimensions: where they lie for the split models
    std::vector<double> gains;   ///< size() x objectives
    std::size_t size() const { return gains.size() / static_cast<std::size_t>(objectives); }
    Eigen::MatrixXd point_matrix() const;  ///< one a row
    Eigen::MatrixXd gain_matrix() const;
    /// The first n of them.
    LamooSamples first(std::size_t n) const;
};

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

/// UCB = HV + 2 Cp sqrt(2 ln(n_parent) / n); the hypervolume alone for the root. Cp is `exploration`, in units of
/// hypervolume or, for exploration_of = "hypervolume", of the root's.
double lamoo_ucb(const std::vector<LamooNode>& tree, const LamooNode& node, const LamooOptions& options);

/// The leaf to search, after splitting as much of the tree as it takes to know it: the largest UCB of all leaves, or,
/// for selection = "path", reached from the root by the child with the larger UCB. Ties are broken by `random`.
/// "leaf" splits best first: no leaf below a node has a larger hypervolume than the node, nor fewer samples than
/// repeated halving leaves, so a node whose bound lies below the best leaf needs no splitting. The result is the whole
/// tree's.
int find_lamoo_leaf(std::vector<LamooNode>& tree, const LamooSamples& samples, const LamooOptions& options,
                    Random& random);

/// The part of the space that a leaf stands for: where every split on the way to it says so.
class LamooRegion {
  public:
    /// The whole space.
    LamooRegion() = default;
    LamooRegion(const std::vector<LamooNode>& tree, int leaf);

    bool contains(const Eigen::VectorXd& point) const;
    std::size_t splits() const { return path_.size(); }
    /// Drops the deepest splits.
    void widen(std::size_t splits = 1) { path_.resize(path_.size() - splits); }

  private:
    struct Side {
        std::optional<Svm> svm;
        bool good = false;
    };
    std::vector<Side> path_;  // from the root
};

}  // namespace cenas

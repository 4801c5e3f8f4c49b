// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace cenas {

// Who dominates whom. Points as in pareto/gains.hpp, but here the reference plays no part, and infinite gains are gains
// like others: p dominates q where it is at least as good in every component and better in one. A point with a NaN
// dominates nothing and comes behind all others. The same points give the same answer, whatever their order.

/// Indices of the non-dominated points, ascending. Of equal points the first is kept; one with a NaN never is.
/// O(n log n) for up to three objectives (Kung, Luccio, Preparata, "On Finding the Maxima of a Set of Vectors", JACM
/// 22(4), 1975: sweep over the first, a staircase of the others), else O(m n f) for f non-dominated ones.
std::vector<std::size_t> non_dominated(std::span<const double> points, int objectives);

/// Rank of every point: 0 for the non-dominated ones, k for those that are non-dominated once ranks below k are gone
/// (Deb, Pratap, Agarwal, Meyarivan, "A Fast and Elitist Multiobjective Genetic Algorithm: NSGA-II", IEEE TEC 6(2),
/// 2002, section III-A). Equal points have one rank; points with a NaN share the last, which is theirs alone. Efficient
/// non-dominated sort with binary search, ENS-BS (Zhang, Tian, Cheng, Jin, "An Efficient Approach to Nondominated
/// Sorting for Evolutionary Multiobjective Optimization", IEEE TEC 19(2), 2015), where every front of two or three
/// objectives keeps a staircase: O(n log^2 n) there, else O(m n^2) at worst and O(m n log n) at best.
std::vector<int> front_ranks(std::span<const double> points, int objectives);

/// Crowding distance of every point among those of its rank (Deb et al. 2002, section III-B): over the objectives, the
/// sum of what lies between its two neighbours, as a share of the rank's range; infinite at both ends of any objective
/// (of equal ends, at the first index for the lower and the last for the upper). An objective whose range in the rank
/// is 0 or infinite adds nothing. Points with a NaN: 0. `ranks` as from front_ranks(); O(m n log n).
std::vector<double> crowding_distances(std::span<const double> points, int objectives, std::span<const int> ranks);

}  // namespace cenas

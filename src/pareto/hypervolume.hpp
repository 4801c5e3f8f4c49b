// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

namespace cenas {

// The measure of what points dominate: the union of the boxes [0, point]. Points as in pareto/gains.hpp, any m >= 1:
// those that do not count (outside the reference, NaN, infinite) add and take nothing, equal and dominated ones are
// welcome. Volumes must be representable. Everything is exact but for rounding; relative errors of hypervolumes stay
// below 1e-12 for fronts of thousands (tests/pareto).

/// The hypervolume; the same bits for the same points in any order. Two objectives: a sweep over the sorted points,
/// O(n log n) (Fonseca, Paquete, Lopez-Ibanez, "An Improved Dimension-Sweep Algorithm for the Hypervolume Indicator",
/// CEC 2006). Three: a sweep over the third, O(n log n) (Beume et al. 2009, see pareto/sweep.hpp). Four: a sweep over
/// the fourth that adds what each point adds in three, O(n^2 log n) at worst (after Guerreiro, Fonseca, Emmerich, "A
/// Fast Dimension-Sweep Algorithm for the Hypervolume Indicator in Four Dimensions", CCCG 2012, and Guerreiro, Fonseca,
/// "Computing and Updating Hypervolume Contributions in Up to Four Dimensions", IEEE TEC 22(3), 2018, whose linked
/// lists save the logarithm). More: the same sweep, where what a point adds is its box without the hypervolume of what
/// others cover of that, one objective fewer at every step (WFG: While, Bradstreet, Barone, "A Fast Way of Calculating
/// Exact Hypervolumes", IEEE TEC 16(1), 2012); exponential in m at worst.
double hypervolume(std::span<const double> points, int objectives);

/// What one point adds to the hypervolume of others, >= 0, and 0 where one of them covers it. `front` in any order. Two
/// and three objectives: O(n log n), a sum of positive terms, so exact to a few roundings of itself. Four: O(n^2 log
/// n), more: as hypervolume(); there it is the difference of two volumes up to the point's own box, exact to their
/// rounding.
double hypervolume_improvement(std::span<const double> point, std::span<const double> front, int objectives);

/// What every point adds to all others: HV(all) - HV(all others), so 0 for one that is dominated, does not count, or is
/// there twice. Two objectives: O(n log n). Three: O(n log n) (Emmerich, Fonseca 2011, see
/// pareto/exclusive_volume.hpp). More: one improvement a point.
std::vector<double> hypervolume_contributions(std::span<const double> points, int objectives);

}  // namespace cenas

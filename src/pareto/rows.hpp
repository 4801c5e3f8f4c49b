// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// What the algorithms of pareto/ share.

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "pareto/gains.hpp"

namespace cenas {

/// Points of m components, row-major.
using Rows = std::vector<double>;

/// Whether a is at least as good as b in every component (weak dominance); false where one is NaN.
inline bool covers(const double* a, const double* b, std::size_t m) {
    for (std::size_t k = 0; k < m; ++k)
        if (!(a[k] >= b[k])) return false;
    return true;
}

/// Whether one of the rows covers a point.
inline bool covered(const Rows& rows, const double* point, std::size_t m) {
    for (std::size_t i = 0; i < rows.size(); i += m)
        if (covers(&rows[i], point, m)) return true;
    return false;
}

/// Removes what a point covers; the rest keeps its order.
inline void remove_covered(Rows& rows, const double* point, std::size_t m) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < rows.size(); i += m)
        if (!covers(point, &rows[i], m)) {
            if (kept < i) std::copy_n(&rows[i], m, &rows[kept]);
            kept += m;
        }
    rows.resize(kept);
}

/// Tells `visit` every point that counts (pareto/gains.hpp).
template <class Visit>
void for_each_counting(std::span<const double> points, std::size_t m, const Visit& visit) {
    for (std::size_t i = 0; i < points.size(); i += m)
        if (inside_reference(points.subspan(i, m))) visit(&points[i]);
}

/// The points that count.
inline Rows counting(std::span<const double> points, std::size_t m) {
    Rows rows;
    rows.reserve(points.size());
    for_each_counting(points, m, [&](const double* p) { rows.insert(rows.end(), p, p + m); });
    return rows;
}

}  // namespace cenas

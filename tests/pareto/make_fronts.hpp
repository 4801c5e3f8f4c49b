// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// Fronts as the literature has them: n points of m gains, row-major, the reference in the origin, the same for a seed.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/rng/philox.hpp"

namespace cenas {

/// "spherical": uniform on the positive part of the unit sphere (concave, the front of DTLZ2); "linear": uniform on the
/// unit simplex (DTLZ1); "convex": 1 - spherical; "degenerate": a curve in m dimensions (as DTLZ5's front); "cube":
/// uniform in the unit cube, so that most are dominated.
inline std::vector<double> make_front(const std::string& shape, std::size_t n, std::size_t m, std::uint64_t seed) {
    Random random(seed, Stream::tests, 1000 * m + n);
    std::vector<double> points(n * m);
    for (std::size_t i = 0; i < n; ++i) {
        double* p = &points[i * m];
        double sum = 0, squares = 0;
        const double along = random.uniform();
        for (std::size_t k = 0; k < m; ++k) {
            const double u = random.uniform();
            if (shape == "spherical" || shape == "convex") {  // the size of a normal number (Box, Muller 1958)
                p[k] = std::abs(std::sqrt(-2 * std::log(1 - u)) * std::cos(6.283185307179586 * random.uniform()));
            } else if (shape == "linear") {
                p[k] = -std::log(1 - u);
            } else if (shape == "degenerate") {
                p[k] = k + 1 < m ? 1 + along / static_cast<double>(k + 1) : 2 - along;
            } else {
                p[k] = 1 - u;
            }
            sum += p[k];
            squares += p[k] * p[k];
        }
        for (std::size_t k = 0; k < m; ++k) {
            if (shape == "linear") p[k] /= sum;
            if (shape == "spherical" || shape == "convex") p[k] /= std::sqrt(squares);
            if (shape == "convex") p[k] = 1 - p[k];
        }
    }
    return points;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernels/base/launch.hpp"
#include "kernels/base/macros.hpp"

namespace cenas {

/// Dominance number of point i: o(i) = #{ j != i : point j is at least as good as point i in every objective }
/// (Zhao et al., LaMOO, ICLR 2022, section 4; weak dominance as in the CE-NAS code, so that equal points count each
/// other). Points are n x m, row-major, every objective maximized.
struct DominanceNumber {
    const double* points;
    std::int64_t n;
    int objectives;
    std::int32_t* numbers;

    CENAS_HD void operator()(std::int64_t i) const {
        std::int32_t count = 0;
        for (std::int64_t j = 0; j < n; ++j) {
            bool covers = true;
            for (int k = 0; k < objectives; ++k)
                covers = covers && points[j * objectives + k] >= points[i * objectives + k];
            count += covers ? 1 : 0;
        }
        numbers[i] = count - 1;  // a point covers itself
    }
};

/// Dominance numbers of all points (host arrays: n x objectives in, n out). O(objectives n^2).
/// Throws std::runtime_error for Backend::cuda where it is not compiled in or fails.
void dominance_numbers(Backend backend, const double* points, std::int64_t n, int objectives, std::int32_t* numbers);

}  // namespace cenas

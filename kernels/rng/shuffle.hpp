// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/rng/philox.hpp"

namespace cenas {

/// Every order of the values alike (fewer than 2^32 of them). Fisher and Yates' shuffle as in Durstenfeld, "Algorithm
/// 235: Random permutation", CACM 7(7), 1964.
template <class T>
void shuffle(std::vector<T>& values, Random random) {
    for (std::size_t left = values.size(); left > 1; --left)
        std::swap(values[left - 1], values[random.below(static_cast<std::uint32_t>(left))]);
}

}  // namespace cenas

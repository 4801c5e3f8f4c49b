// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/parego.hpp"

#include <gtest/gtest.h>

namespace cenas {
namespace {

// Gains brought to [0, 1]: (0, 1), (1, 0), (0.5, 0.5). Distances from the best, weighted: (w1, 0), (0, w2), halves of
// both.
TEST(Tchebycheff, ByHand) {
    const std::vector<double> gains{10, 4, 30, 2, 20, 3};
    const auto scalars = tchebycheff(gains, {0.25, 0.75});
    EXPECT_DOUBLE_EQ(scalars[0], -0.25 - 0.05 * 0.25);
    EXPECT_DOUBLE_EQ(scalars[1], -0.75 - 0.05 * 0.75);
    EXPECT_DOUBLE_EQ(scalars[2], -0.375 - 0.05 * 0.5);
}

TEST(Tchebycheff, AGainThatIsTheSameForAllCountsForNothing) {
    EXPECT_EQ(tchebycheff({1, 7, 2, 7}, {0.5, 0.5}), (std::vector<double>{-0.525, 0}));
}

}  // namespace
}  // namespace cenas

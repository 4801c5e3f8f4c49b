// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/fronts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "pareto/make_fronts.hpp"

namespace cenas {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool dominates(const double* a, const double* b, std::size_t m) {
    bool better = false;
    for (std::size_t k = 0; k < m; ++k) {
        if (!(a[k] >= b[k])) return false;
        better = better || a[k] > b[k];
    }
    return better;
}

/// Front after front, as defined.
std::vector<int> naive_ranks(const std::vector<double>& points, std::size_t m) {
    const std::size_t n = points.size() / m;
    std::vector<int> ranks(n, -1);
    for (int rank = 0; std::count(ranks.begin(), ranks.end(), -1) > 0; ++rank) {
        const auto before = ranks;
        for (std::size_t i = 0; i < n; ++i) {
            if (before[i] >= 0) continue;
            bool kept = true;
            for (std::size_t j = 0; j < n; ++j)
                kept = kept && !(before[j] < 0 && dominates(&points[j * m], &points[i * m], m));
            if (kept) ranks[i] = rank;
        }
    }
    return ranks;
}

/// Few values, so that many are equal or tied, some infinite.
std::vector<double> tied_points(std::size_t n, std::size_t m, std::uint64_t seed) {
    Random random(seed, Stream::tests, 8);
    std::vector<double> points(n * m);
    for (double& x : points) {
        const auto draw = random.below(8);
        x = draw == 0 ? -infinity : draw == 7 ? infinity : draw;
    }
    return points;
}

TEST(FrontRanks, EqualTheDefinition) {
    for (std::size_t m = 1; m <= 5; ++m)
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const auto tied = tied_points(80, m, seed + 100 * m);
            EXPECT_EQ(front_ranks(tied, static_cast<int>(m)), naive_ranks(tied, m)) << m;
            for (const std::string shape : {"cube", "spherical"}) {
                const auto points = make_front(shape, 80, m, seed);
                EXPECT_EQ(front_ranks(points, static_cast<int>(m)), naive_ranks(points, m)) << m << " " << shape;
            }
        }
}

TEST(FrontRanks, ByHand) {
    EXPECT_EQ(front_ranks(std::vector<double>{}, 2), std::vector<int>{});
    EXPECT_EQ(front_ranks(std::vector<double>{1, 1, 2, 2, 0, 3, 1, 1}, 2), (std::vector<int>{1, 0, 0, 1}));
    // The reference plays no part; a NaN comes last.
    EXPECT_EQ(front_ranks(std::vector<double>{-1, -1, -2, nan, -2, -2, nan, 9}, 2), (std::vector<int>{0, 2, 1, 2}));
    EXPECT_EQ(front_ranks(std::vector<double>{nan, nan}, 1), (std::vector<int>{0, 0}));
}

TEST(NonDominated, EqualsTheDefinition) {
    for (std::size_t m = 1; m <= 5; ++m)
        for (std::uint64_t seed = 0; seed < 10; ++seed) {
            const auto points = tied_points(60, m, seed);
            std::vector<std::size_t> expected;
            for (std::size_t i = 0; i < 60; ++i) {
                bool kept = true;
                for (std::size_t j = 0; j < 60; ++j)
                    kept = kept && !dominates(&points[j * m], &points[i * m], m) &&
                           !(j < i && std::equal(&points[i * m], &points[i * m] + m, &points[j * m]));
                if (kept) expected.push_back(i);
            }
            EXPECT_EQ(non_dominated(points, static_cast<int>(m)), expected);
        }
    EXPECT_EQ(non_dominated(std::vector<double>{nan, 5, 1, 1}, 2), (std::vector<std::size_t>{1}));
}

TEST(CrowdingDistances, ByHand) {
    // One rank, as a rectangle around each inner point: (1, 4), (2, 2), (4, 1) of a range of 3 by 3.
    const std::vector<double> points{4, 1, 1, 4, 2, 2};
    const auto distances = crowding_distances(points, 2, front_ranks(points, 2));
    EXPECT_EQ(distances[0], infinity);
    EXPECT_EQ(distances[1], infinity);
    EXPECT_DOUBLE_EQ(distances[2], 3.0 / 3 + 3.0 / 3);
}

TEST(CrowdingDistances, KnowTheirRankOnly) {
    const std::vector<double> points{4, 1, 1, 4, 2, 2, 3, 0.5, 0.5, 3, 1, 1};  // the last three are dominated
    const auto distances = crowding_distances(points, 2, front_ranks(points, 2));
    EXPECT_DOUBLE_EQ(distances[2], 2.0);
    EXPECT_DOUBLE_EQ(distances[5], 2.0);
    EXPECT_EQ(std::count(distances.begin(), distances.end(), infinity), 4);
}

TEST(CrowdingDistances, OfWhatHasNoRange) {
    const std::vector<double> equal{2, 2, 2, 2, 2, 2};
    EXPECT_EQ(crowding_distances(equal, 2, front_ranks(equal, 2)), (std::vector<double>{0, 0, 0}));
    // The second objective has an infinite range: the first alone counts. A NaN gets 0.
    const std::vector<double> infinite{1, infinity, 2, 5, 4, -infinity, nan, 1};
    EXPECT_EQ(crowding_distances(infinite, 2, front_ranks(infinite, 2)),
              (std::vector<double>{infinity, 1, infinity, 0}));
    EXPECT_TRUE(crowding_distances(std::vector<double>{}, 3, std::vector<int>{}).empty());
}

}  // namespace
}  // namespace cenas

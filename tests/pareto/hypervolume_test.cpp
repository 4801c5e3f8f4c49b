// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/hypervolume.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/rng/philox.hpp"
#include "pareto/archive.hpp"

namespace cenas {
namespace {

/// Inclusion-exclusion over all subsets: the definition for boxes [0, p]. O(2^n).
double naive_hypervolume(const std::vector<double>& points, std::size_t m) {
    const std::size_t n = points.size() / m;
    double total = 0;
    for (std::size_t subset = 1; subset < (std::size_t{1} << n); ++subset) {
        double volume = 1;
        int members = 0;
        for (std::size_t k = 0; k < m; ++k) {
            double side = std::numeric_limits<double>::infinity();
            for (std::size_t i = 0; i < n; ++i)
                if ((subset >> i & 1) != 0) side = std::min(side, std::max(0.0, points[i * m + k]));
            volume *= side;
        }
        for (std::size_t i = 0; i < n; ++i) members += static_cast<int>(subset >> i & 1);
        total += members % 2 == 1 ? volume : -volume;
    }
    return total;
}

std::vector<double> random_points(std::size_t n, std::size_t m, std::uint64_t seed) {
    Random random(seed, Stream::tests);
    std::vector<double> points(n * m);
    for (double& x : points) x = 2.0 * random.uniform() - 0.3;  // some outside the reference
    return points;
}

TEST(Hypervolume, EqualsInclusionExclusion) {
    for (std::size_t m = 1; m <= 5; ++m)
        for (std::size_t n = 0; n <= 10; ++n)
            for (std::uint64_t seed = 0; seed < 5; ++seed) {
                const auto points = random_points(n, m, seed + 100 * n);
                EXPECT_NEAR(hypervolume(points, static_cast<int>(m)), naive_hypervolume(points, m), 1e-12)
                    << "n " << n << " m " << m;
            }
}

TEST(Hypervolume, ByHand) {
    EXPECT_DOUBLE_EQ(hypervolume(std::vector<double>{3, 1, 1, 3, 2, 2}, 2), 6.0);
    EXPECT_DOUBLE_EQ(hypervolume(std::vector<double>{2, 2, 2, 2}, 2), 4.0);    // duplicates
    EXPECT_DOUBLE_EQ(hypervolume(std::vector<double>{-1, 5, 0, 5}, 2), 0.0);   // outside, on the edge
    EXPECT_DOUBLE_EQ(hypervolume(std::vector<double>{NAN, 1, 1, 1}, 2), 1.0);  // NaN adds nothing
    EXPECT_DOUBLE_EQ(hypervolume(std::vector<double>{}, 2), 0.0);
}

TEST(Hypervolume, IsMonotoneAndIndependentOfOrder) {
    for (std::size_t m = 2; m <= 4; ++m) {
        auto points = random_points(40, m, m);
        double previous = 0;
        for (std::size_t n = 1; n <= 40; ++n) {
            const double hv = hypervolume(std::span(points).first(n * m), static_cast<int>(m));
            EXPECT_GE(hv, previous - 1e-12);
            previous = hv;
        }
        std::vector<double> reversed;
        for (std::size_t i = 40; i-- > 0;) reversed.insert(reversed.end(), &points[i * m], &points[i * m] + m);
        EXPECT_NEAR(hypervolume(reversed, static_cast<int>(m)), previous, 1e-12 * previous);
    }
}

// Share of uniform points under the front; the standard error is sqrt(p (1 - p) / n), four of them are allowed.
TEST(Hypervolume, AgreesWithMonteCarlo) {
    for (std::size_t m = 2; m <= 4; ++m) {
        Random random(m, Stream::tests, 7);
        std::vector<double> points(30 * m);
        for (double& x : points) x = random.uniform();
        constexpr int n = 200000;
        int inside = 0;
        for (int i = 0; i < n; ++i) {
            std::vector<double> x(m);
            for (double& v : x) v = random.uniform();
            for (std::size_t p = 0; p < 30; ++p)
                if (std::equal(x.begin(), x.end(), &points[p * m], [](double a, double b) { return a <= b; })) {
                    ++inside;
                    break;
                }
        }
        const double share = static_cast<double>(inside) / n;
        EXPECT_NEAR(hypervolume(points, static_cast<int>(m)), share, 4 * std::sqrt(share * (1 - share) / n));
    }
}

TEST(NonDominated, EqualsTheDefinition) {
    for (std::size_t m = 1; m <= 4; ++m) {
        Random random(m, Stream::tests, 8);
        std::vector<double> points(60 * m);
        for (double& x : points) x = random.below(6);
        std::vector<std::size_t> expected;
        for (std::size_t i = 0; i < 60; ++i) {
            bool kept = true;
            for (std::size_t j = 0; j < 60; ++j) {
                const bool covers = std::equal(&points[i * m], &points[i * m] + m, &points[j * m],
                                               [](double a, double b) { return b >= a; });
                const bool equal = std::equal(&points[i * m], &points[i * m] + m, &points[j * m]);
                if (covers && (!equal || j < i)) kept = false;
            }
            if (kept) expected.push_back(i);
        }
        EXPECT_EQ(non_dominated(points, static_cast<int>(m)), expected);
    }
}

TEST(ParetoArchive, FollowsTheHypervolumeOfEverythingAdded) {
    for (std::size_t m = 2; m <= 3; ++m) {
        const auto points = random_points(80, m, 17 + m);
        ParetoArchive archive(static_cast<int>(m));
        for (std::size_t i = 0; i < 80; ++i) {
            archive.add(std::span(points).subspan(i * m, m));
            const double all = hypervolume(std::span(points).first((i + 1) * m), static_cast<int>(m));
            ASSERT_NEAR(archive.hypervolume(), all, 1e-12);
        }
        EXPECT_EQ(non_dominated(archive.points(), static_cast<int>(m)).size() * m, archive.points().size());
    }
}

}  // namespace
}  // namespace cenas

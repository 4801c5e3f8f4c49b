// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/hypervolume.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

#include "pareto/gains.hpp"
#include "pareto/make_fronts.hpp"

namespace cenas {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Inclusion-exclusion over all subsets: the definition for boxes [0, p]. O(2^n).
double naive_hypervolume(const std::vector<double>& points, std::size_t m) {
    const std::size_t n = points.size() / m;
    double total = 0;
    for (std::size_t subset = 1; subset < (std::size_t{1} << n); ++subset) {
        double volume = 1;
        int members = 0;
        for (std::size_t k = 0; k < m; ++k) {
            double side = infinity;
            for (std::size_t i = 0; i < n; ++i)
                if ((subset >> i & 1) != 0) side = std::min(side, std::max(0.0, points[i * m + k]));
            volume *= side;
        }
        for (std::size_t i = 0; i < n; ++i) members += static_cast<int>(subset >> i & 1);
        total += members % 2 == 1 ? volume : -volume;
    }
    return total;
}

/// For whole numbers: how many cells of the lattice below `side` each point covers, cell by cell.
struct Cells {
    std::size_t covered = 0;           // by one point or more
    std::vector<std::size_t> by_only;  // by this point and no other
};
Cells count_cells(const std::vector<double>& points, std::size_t m, int side) {
    const std::size_t n = points.size() / m;
    Cells cells{0, std::vector<std::size_t>(n, 0)};
    for (std::vector<int> cell(m, 0);;) {
        std::size_t by = 0, last = 0;
        for (std::size_t i = 0; i < n; ++i)
            if (std::equal(cell.begin(), cell.end(), &points[i * m], [](int c, double x) { return c + 1 <= x; })) {
                ++by;
                last = i;
            }
        cells.covered += by > 0 ? 1 : 0;
        if (by == 1) ++cells.by_only[last];
        std::size_t k = 0;
        while (k < m && ++cell[k] == side) cell[k++] = 0;
        if (k == m) return cells;
    }
}

std::vector<double> random_points(std::size_t n, std::size_t m, std::uint64_t seed) {
    Random random(seed, Stream::tests);
    std::vector<double> points(n * m);
    for (double& x : points) x = 2.0 * random.uniform() - 0.3;  // some outside the reference
    return points;
}

/// Whole numbers from -1 to 3: many equal, dominated, tied or outside.
std::vector<double> lattice_points(std::size_t n, std::size_t m, std::uint64_t seed) {
    Random random(seed, Stream::tests, 1);
    std::vector<double> points(n * m);
    for (double& x : points)
        x = static_cast<double>(random.below(5 * 4)) > 1 ? 1 + random.below(3) : random.below(2) - 1.0;
    return points;
}

std::vector<double> without(std::vector<double> points, std::size_t i, std::size_t m) {
    const auto first = points.begin() + static_cast<std::ptrdiff_t>(i * m);
    points.erase(first, first + static_cast<std::ptrdiff_t>(m));
    return points;
}

TEST(Gains, HaveOneDirection) {
    EXPECT_EQ(gain_of(93, 50, Direction::maximize), 43);
    EXPECT_EQ(gain_of(93, 50, Direction::minimize), -43);
    EXPECT_EQ(gain_of(7, 50, Direction::minimize), 43);
    EXPECT_TRUE(std::isnan(gain_of(NAN, 50, Direction::minimize)));
    EXPECT_TRUE(inside_reference(std::vector<double>{1, 1e-300}));
    EXPECT_TRUE(inside_reference(std::vector<double>{1, 1.7e308}));
    for (const double x : {0.0, -0.0, -1.0, infinity, -infinity, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_FALSE(inside_reference(std::vector<double>{1, x})) << x;
}

TEST(Hypervolume, EqualsInclusionExclusion) {
    for (std::size_t m = 1; m <= 6; ++m)
        for (std::size_t n = 0; n <= 10; ++n)
            for (std::uint64_t seed = 0; seed < 5; ++seed) {
                const auto points = random_points(n, m, seed + 100 * n);
                EXPECT_NEAR(hypervolume(points, static_cast<int>(m)), naive_hypervolume(points, m), 1e-12)
                    << "n " << n << " m " << m;
            }
}

TEST(Hypervolume, ByHand) {
    EXPECT_DOUBLE_EQ(hypervolume(std::vector<double>{3, 1, 1, 3, 2, 2}, 2), 6.0);
    EXPECT_DOUBLE_EQ(hypervolume(std::vector<double>{2, 2, 2, 2}, 2), 4.0);   // duplicates
    EXPECT_DOUBLE_EQ(hypervolume(std::vector<double>{-1, 5, 0, 5}, 2), 0.0);  // outside, on the edge
    EXPECT_DOUBLE_EQ(hypervolume(std::vector<double>{}, 2), 0.0);
}

TEST(Hypervolume, LeavesOutWhatDoesNotCount) {
    for (int m = 1; m <= 5; ++m)
        for (const double x : {0.0, -2.0, infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
            std::vector<double> points(2 * static_cast<std::size_t>(m), 2.0);
            points[static_cast<std::size_t>(m) - 1] = x;  // the first of two
            EXPECT_EQ(hypervolume(points, m), std::pow(2.0, m)) << m << " " << x;
            const std::span<const double> first = std::span(points).first(static_cast<std::size_t>(m));
            const std::span<const double> second = std::span(points).subspan(static_cast<std::size_t>(m));
            EXPECT_EQ(hypervolume(first, m), 0.0);
            EXPECT_EQ(hypervolume_improvement(first, second, m), 0.0);
            EXPECT_EQ(hypervolume_improvement(second, first, m), std::pow(2.0, m));
            EXPECT_EQ(hypervolume_contributions(points, m), (std::vector<double>{0.0, std::pow(2.0, m)}));
        }
}

// Whole numbers: no rounding, so equal means equal.
TEST(Hypervolume, OfALatticeIsTheNumberOfItsCells) {
    for (std::size_t m = 1; m <= 5; ++m)
        for (std::uint64_t seed = 0; seed < 60; ++seed) {
            const std::size_t n = 1 + seed % 12;
            const auto points = lattice_points(n, m, seed + 1000 * m);
            const int objectives = static_cast<int>(m);
            const Cells cells = count_cells(points, m, 3);
            EXPECT_EQ(hypervolume(points, objectives), static_cast<double>(cells.covered)) << m << " " << seed;
            const auto contributions = hypervolume_contributions(points, objectives);
            for (std::size_t i = 0; i < n; ++i) {
                const auto only = static_cast<double>(cells.by_only[i]);
                EXPECT_EQ(contributions[i], only) << m << " " << seed << " point " << i;
                EXPECT_EQ(
                    hypervolume_improvement(std::span(points).subspan(i * m, m), without(points, i, m), objectives),
                    only)
                    << m << " " << seed << " point " << i;
            }
        }
}

// Linear fronts (DTLZ1): of all points with whole positive coordinates of sum s, the boxes are the cells of which the
// far corners sum up to s at most, and those are s choose m.
TEST(Hypervolume, OfALinearFrontInClosedForm) {
    const std::vector<std::pair<std::size_t, int>> sizes{{2, 400}, {3, 45}, {4, 18}, {5, 11}, {6, 9}};
    for (const auto& [m, s] : sizes) {
        std::vector<double> front;
        for (std::vector<int> p(m, 1);;) {
            const int rest = s - std::accumulate(p.begin(), p.end() - 1, 0);
            if (rest >= 1) {
                front.insert(front.end(), p.begin(), p.end() - 1);
                front.push_back(rest);
            }
            std::size_t k = 0;
            while (k + 1 < m && ++p[k] == s) p[k++] = 1;
            if (k + 1 == m) break;
        }
        double cells = 1;
        for (std::size_t k = 0; k < m; ++k) cells = cells * (s - static_cast<double>(k)) / (static_cast<double>(k) + 1);
        EXPECT_EQ(hypervolume(front, static_cast<int>(m)), std::round(cells)) << m;
        // Every point owns the cell in its own corner.
        if (m == 5) continue;  // seconds
        const auto contributions = hypervolume_contributions(front, static_cast<int>(m));
        EXPECT_EQ(std::count(contributions.begin(), contributions.end(), 1.0),
                  static_cast<std::ptrdiff_t>(contributions.size()))
            << m;
    }
}

// Spherical fronts (DTLZ2) fill the ball's part in the positive orthant, pi/4, pi/6, pi^2/32, ever better from within.
TEST(Hypervolume, OfSphericalFrontsApproachesTheBall) {
    const double pi = std::numbers::pi;
    const std::vector<double> ball{pi / 4, pi / 6, pi * pi / 32};
    const std::vector<double> lacks{0.001, 0.03, 0.15};  // of the ball, with this many points
    for (std::size_t m = 2; m <= 4; ++m) {
        const double few = hypervolume(make_front("spherical", 500, m, 1), static_cast<int>(m));
        const double many = hypervolume(make_front("spherical", 2000, m, 1), static_cast<int>(m));
        EXPECT_LT(few, many);
        EXPECT_LT(many, ball[m - 2]);
        EXPECT_GT(many, ball[m - 2] * (1 - lacks[m - 2])) << m;
    }
}

// In a plane where one objective is constant, that objective is a factor.
TEST(Hypervolume, OfDegenerateFronts) {
    for (std::size_t m = 2; m <= 4; ++m)
        for (std::size_t place = 0; place <= m; ++place) {
            const auto flat = make_front("spherical", 60, m, 2);
            std::vector<double> points;
            for (std::size_t i = 0; i < flat.size(); i += m) {
                points.insert(points.end(), &flat[i], &flat[i] + place);
                points.push_back(3);
                points.insert(points.end(), &flat[i] + place, &flat[i] + m);
            }
            const double expected = 3 * hypervolume(flat, static_cast<int>(m));
            EXPECT_NEAR(hypervolume(points, static_cast<int>(m) + 1), expected, 1e-13 * expected) << m << " " << place;
        }
    // A curve: the points of one chain of two objectives, seen in four.
    const auto curve = make_front("degenerate", 12, 4, 3);
    EXPECT_NEAR(hypervolume(curve, 4), naive_hypervolume(curve, 4), 1e-12);
}

TEST(Hypervolume, IsMonotoneAndIndependentOfOrder) {
    for (std::size_t m = 2; m <= 5; ++m) {
        const int objectives = static_cast<int>(m);
        auto points = random_points(60, m, m);
        double previous = 0;
        for (std::size_t n = 1; n <= 60; ++n) {
            const double hv = hypervolume(std::span(points).first(n * m), objectives);
            EXPECT_GE(hv, previous * (1 - 1e-14));
            previous = hv;
        }
        std::vector<double> reversed;
        for (std::size_t i = 60; i-- > 0;) reversed.insert(reversed.end(), &points[i * m], &points[i * m] + m);
        EXPECT_EQ(hypervolume(reversed, objectives), previous);
        // Ties, duplicates: still the same bits.
        Random random(m, Stream::tests, 12);
        points.resize(200 * m);
        for (double& x : points) x = 0.1 * (1 + random.below(7));
        const double tied = hypervolume(points, objectives);
        for (std::size_t i = 199; i > 0; --i)
            std::swap_ranges(&points[i * m], &points[i * m] + m,
                             &points[random.below(static_cast<std::uint32_t>(i)) * m]);
        EXPECT_EQ(hypervolume(points, objectives), tied) << m;
    }
}

// Share of uniform points under the front; the standard error is sqrt(p (1 - p) / n), four of them are allowed.
TEST(Hypervolume, AgreesWithMonteCarlo) {
    for (std::size_t m = 2; m <= 5; ++m) {
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

TEST(HypervolumeImprovement, IsTheDifferenceOfTwoHypervolumes) {
    for (std::size_t m = 1; m <= 5; ++m) {
        const int objectives = static_cast<int>(m);
        for (const std::string shape : {"spherical", "convex", "cube"}) {
            const auto front = make_front(shape, 200, m, 4);
            const double before = hypervolume(front, objectives);
            const auto others = random_points(50, m, 5);
            for (std::size_t i = 0; i < 50; ++i) {
                auto both = front;
                both.insert(both.end(), &others[i * m], &others[i * m] + m);
                const double improvement =
                    hypervolume_improvement(std::span(others).subspan(i * m, m), front, objectives);
                EXPECT_NEAR(improvement, hypervolume(both, objectives) - before, 1e-12 * (before + 8))
                    << shape << " " << m;
                EXPECT_GE(improvement, 0.0);
            }
            for (std::size_t i = 0; i < 200; ++i)
                EXPECT_EQ(hypervolume_improvement(std::span(front).subspan(i * m, m), front, objectives), 0.0) << m;
        }
    }
}

// The sums are of positive terms: what a point adds is right to some roundings of itself, not of the hypervolume.
TEST(HypervolumeImprovement, OfAPointHardlyOutsideIsPrecise) {
    const double e = 0x1p-40;
    EXPECT_EQ(hypervolume_improvement(std::vector<double>{1 + e, 1}, std::vector<double>{1, 1}, 2), e);
    EXPECT_EQ(hypervolume_improvement(std::vector<double>{1 + e, 1 + e, 1}, std::vector<double>{1, 1 + e, 2}, 3),
              e * (1 + e));
    EXPECT_EQ(hypervolume_improvement(std::vector<double>{1, 1}, std::vector<double>{1, 1}, 2), 0.0);
    EXPECT_EQ(hypervolume_improvement(std::vector<double>{1, 1, 1}, std::vector<double>{1, 1, 1 + e}, 3), 0.0);
}

TEST(HypervolumeContributions, AreTheDifferencesOfTwoHypervolumes) {
    for (std::size_t m = 1; m <= 5; ++m) {
        const int objectives = static_cast<int>(m);
        for (const std::string shape : {"spherical", "convex", "linear", "cube"}) {
            const auto points = make_front(shape, 120, m, 6);
            const double all = hypervolume(points, objectives);
            const auto contributions = hypervolume_contributions(points, objectives);
            ASSERT_EQ(contributions.size(), 120u);
            for (std::size_t i = 0; i < 120; ++i)
                EXPECT_NEAR(contributions[i], all - hypervolume(without(points, i, m), objectives), 1e-13 * all)
                    << shape << " " << m;
        }
    }
}

}  // namespace
}  // namespace cenas

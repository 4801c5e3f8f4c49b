// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/boxes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "pareto/fronts.hpp"
#include "pareto/hypervolume.hpp"
#include "pareto/make_fronts.hpp"

namespace cenas {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// What box i has in common with [0, corner].
double common_volume(const Boxes& boxes, std::size_t i, const double* corner, std::size_t m) {
    double volume = 1;
    for (std::size_t k = 0; k < m; ++k)
        volume *= std::max(0.0, std::min(boxes.upper[i * m + k], corner[k]) - boxes.lower[i * m + k]);
    return volume;
}

double common_volume(const Boxes& boxes, const double* corner, std::size_t m) {
    double volume = 0;
    for (std::size_t i = 0; i * m < boxes.lower.size(); ++i) volume += common_volume(boxes, i, corner, m);
    return volume;
}

/// Coordinates from a few whole numbers: ties, equal points, some outside.
std::vector<double> tied_points(std::size_t n, std::size_t m, std::uint64_t seed) {
    Random random(seed, Stream::tests, 9);
    std::vector<double> points(n * m);
    for (double& x : points) x = random.below(6);
    return points;
}

void expect_partition(const std::vector<double>& front, std::size_t m, double side, const char* what) {
    const int objectives = static_cast<int>(m);
    const Boxes boxes = non_dominated_boxes(front, objectives);
    ASSERT_EQ(boxes.lower.size(), boxes.upper.size());
    for (std::size_t i = 0; i < boxes.lower.size(); ++i) {
        EXPECT_GE(boxes.lower[i], 0.0);
        EXPECT_LT(boxes.lower[i], boxes.upper[i]);
        EXPECT_LT(boxes.lower[i], infinity);
    }
    // Together with what the front covers, they fill a cube that holds it.
    const std::vector<double> cube(m, side);
    EXPECT_NEAR(common_volume(boxes, cube.data(), m) + hypervolume(front, objectives), std::pow(side, m),
                1e-12 * std::pow(side, m))
        << what << " " << m;
    // Points at random lie in exactly one, or in none where one of the front covers them.
    Random random(m, Stream::tests, 10);
    for (int draw = 0; draw < 300; ++draw) {
        std::vector<double> x(m);
        for (double& v : x) v = side * random.uniform();
        int in = 0;
        for (std::size_t i = 0; i < boxes.lower.size(); i += m) {
            bool inside = true;
            for (std::size_t k = 0; k < m; ++k)
                inside = inside && x[k] > boxes.lower[i + k] && x[k] <= boxes.upper[i + k];
            in += inside ? 1 : 0;
        }
        EXPECT_EQ(in, hypervolume_improvement(x, front, objectives) > 1e-13 ? 1 : 0) << what << " " << m;
        // And what they have in common with its box is what it adds.
        EXPECT_NEAR(common_volume(boxes, x.data(), m), hypervolume_improvement(x, front, objectives),
                    1e-12 * std::pow(side, m));
    }
}

TEST(NonDominatedBoxes, ArePartsOfWhatTheFrontLeaves) {
    for (std::size_t m = 1; m <= 5; ++m) {
        expect_partition({}, m, 2, "no point");
        for (std::uint64_t seed = 0; seed < 8; ++seed) expect_partition(tied_points(12, m, seed), m, 7, "tied");
        for (const std::string shape : {"spherical", "convex", "cube", "degenerate"})
            expect_partition(make_front(shape, m < 5 ? 40 : 15, m, 1), m, 2.5, shape.c_str());
    }
}

TEST(NonDominatedBoxes, AreFew) {
    for (const std::string shape : {"spherical", "convex", "linear", "cube"}) {
        const auto two = make_front(shape, 100, 2, 1), three = make_front(shape, 100, 3, 1),
                   four = make_front(shape, 60, 4, 1);
        EXPECT_EQ(non_dominated_boxes(two, 2).lower.size() / 2, non_dominated(two, 2).size() + 1);
        EXPECT_LE(non_dominated_boxes(three, 3).lower.size() / 3, 2 * non_dominated(three, 3).size() + 1);
        EXPECT_LE(non_dominated_boxes(four, 4).lower.size() / 4, 10 * non_dominated(four, 4).size()) << shape;
    }
}

TEST(NonDominatedBoxes, ByHand) {
    const Boxes two = non_dominated_boxes(std::vector<double>{1, 3, 2, 1}, 2);
    EXPECT_EQ(two.lower, (std::vector<double>{2, 0, 1, 1, 0, 3}));
    EXPECT_EQ(two.upper, (std::vector<double>{infinity, infinity, 2, infinity, 1, infinity}));
    const Boxes none = non_dominated_boxes(std::vector<double>{0, 3, NAN, 1, infinity, 1}, 2);  // none of them counts
    EXPECT_EQ(none.lower, (std::vector<double>{0, 0}));
    EXPECT_EQ(none.upper, (std::vector<double>{infinity, infinity}));
}

TEST(NonDominatedBoxes, DependOnTheSetAlone) {
    for (std::size_t m = 2; m <= 4; ++m) {
        const auto points = make_front("cube", 50, m, 2);
        std::vector<double> reversed;
        for (std::size_t i = 50; i-- > 0;) reversed.insert(reversed.end(), &points[i * m], &points[i * m] + m);
        const Boxes a = non_dominated_boxes(points, static_cast<int>(m)),
                    b = non_dominated_boxes(reversed, static_cast<int>(m));
        EXPECT_EQ(a.lower, b.lower);
        EXPECT_EQ(a.upper, b.upper);
    }
}

}  // namespace
}  // namespace cenas

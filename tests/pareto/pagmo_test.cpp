// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT

// The Pareto core against pagmo2, which minimizes: its points are losses, ours turned around.

#include <gtest/gtest.h>

#include <algorithm>
#include <pagmo/utils/hypervolume.hpp>
#include <pagmo/utils/multi_objective.hpp>
#include <vector>

#include "pareto/fronts.hpp"
#include "pareto/hypervolume.hpp"
#include "pareto/make_fronts.hpp"

namespace cenas {
namespace {

std::vector<pagmo::vector_double> losses(const std::vector<double>& gains, std::size_t m) {
    std::vector<pagmo::vector_double> rows;
    for (std::size_t i = 0; i < gains.size(); i += m) {
        rows.emplace_back(m);
        for (std::size_t k = 0; k < m; ++k) rows.back()[k] = -gains[i + k];
    }
    return rows;
}

const std::vector<std::string> shapes{"spherical", "linear", "convex", "degenerate", "cube"};

TEST(Pagmo, HypervolumeIsTheSame) {
    for (const auto& shape : shapes)
        for (std::size_t m = 2; m <= 6; ++m)
            for (const std::size_t n : {1u, 2u, 30u, 200u}) {
                const auto points = make_front(shape, n, m, n);
                const double theirs = pagmo::hypervolume(losses(points, m), true).compute(pagmo::vector_double(m, 0.0));
                EXPECT_NEAR(hypervolume(points, static_cast<int>(m)), theirs, 1e-13 * theirs)
                    << shape << " " << m << " " << n;
            }
}

TEST(Pagmo, ContributionsAreTheSame) {
    for (const auto& shape : shapes)
        for (std::size_t m = 2; m <= 5; ++m) {
            const auto points = make_front(shape, 60, m, 2);
            const auto ours = hypervolume_contributions(points, static_cast<int>(m));
            const auto theirs = pagmo::hypervolume(losses(points, m), true).contributions(pagmo::vector_double(m, 0.0));
            const double scale = hypervolume(points, static_cast<int>(m));
            for (std::size_t i = 0; i < ours.size(); ++i)
                EXPECT_NEAR(ours[i], theirs[i], 1e-13 * scale) << shape << " " << m << " " << i;
        }
}

TEST(Pagmo, RanksAreTheSame) {
    for (const auto& shape : shapes)
        for (std::size_t m = 2; m <= 5; ++m) {
            const auto points = make_front(shape, 200, m, 3);
            const auto theirs = std::get<3>(pagmo::fast_non_dominated_sorting(losses(points, m)));
            const auto ours = front_ranks(points, static_cast<int>(m));
            EXPECT_TRUE(std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                                   [](int a, pagmo::pop_size_t b) { return static_cast<pagmo::pop_size_t>(a) == b; }))
                << shape << " " << m;
        }
}

TEST(Pagmo, CrowdingDistancesAreTheSame) {
    for (const auto& shape : shapes)
        for (std::size_t m = 2; m <= 5; ++m) {
            const auto points = make_front(shape, 50, m, 4);
            const auto theirs = pagmo::crowding_distance(losses(points, m));
            const auto ours = crowding_distances(points, static_cast<int>(m), std::vector<int>(50, 0));
            for (std::size_t i = 0; i < 50; ++i) EXPECT_DOUBLE_EQ(ours[i], theirs[i]) << shape << " " << m;
        }
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/archive.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "pareto/fronts.hpp"
#include "pareto/hypervolume.hpp"
#include "pareto/make_fronts.hpp"

namespace cenas {
namespace {

ParetoArchive archive_of(const std::vector<double>& points, std::size_t m) {
    ParetoArchive archive(static_cast<int>(m));
    for (std::size_t i = 0; i < points.size(); i += m) archive.add(std::span(points).subspan(i, m));
    return archive;
}

/// Points that come ever closer to the sphere, so that new ones remove old ones.
std::vector<double> approaching(std::size_t n, std::size_t m, std::uint64_t seed) {
    auto points = make_front("spherical", n, m, seed);
    Random random(seed, Stream::tests, 11);
    for (std::size_t i = 0; i < n; ++i) {
        const double distance = (1 - static_cast<double>(i) / static_cast<double>(n)) * random.uniform();
        for (std::size_t k = 0; k < m; ++k) points[i * m + k] *= 1 - 0.9 * distance;
    }
    return points;
}

TEST(ParetoArchive, FollowsEverythingAdded) {
    for (std::size_t m = 1; m <= 5; ++m) {
        Random random(17 + m, Stream::tests);
        std::vector<double> points(80 * m);
        for (double& x : points) x = 2.0 * random.uniform() - 0.3;
        ParetoArchive archive(static_cast<int>(m));
        for (std::size_t i = 0; i < 80; ++i) {
            archive.add(std::span(points).subspan(i * m, m));
            const double all = hypervolume(std::span(points).first((i + 1) * m), static_cast<int>(m));
            ASSERT_NEAR(archive.hypervolume(), all, 1e-12 * all) << m;
        }
    }
}

TEST(ParetoArchive, KeepsTheFrontInFallingOrder) {
    for (std::size_t m = 1; m <= 4; ++m)
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            Random random(seed, Stream::tests, m);
            std::vector<double> points(30 * m);
            for (double& x : points) x = 1 + random.below(4);  // many equal or tied
            const ParetoArchive archive = archive_of(points, m);
            std::vector<std::vector<double>> expected, found;
            for (const std::size_t i : non_dominated(points, static_cast<int>(m)))
                expected.emplace_back(&points[i * m], &points[i * m] + m);
            std::sort(expected.begin(), expected.end(), std::greater<>());
            for (std::size_t i = 0; i < archive.points().size(); i += m)
                found.emplace_back(&archive.points()[i], &archive.points()[i] + m);
            EXPECT_EQ(found, expected);
            EXPECT_EQ(archive.hypervolume(), hypervolume(points, static_cast<int>(m)));  // whole numbers: no rounding
        }
}

TEST(ParetoArchive, LeavesOutWhatDoesNotCount) {
    ParetoArchive archive(2);
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const double x : {0.0, -1.0, infinity, -infinity, std::numeric_limits<double>::quiet_NaN()}) {
        archive.add(std::vector<double>{x, 1});
        archive.add(std::vector<double>{1, x});
    }
    EXPECT_EQ(archive.hypervolume(), 0.0);
    EXPECT_TRUE(archive.points().empty());
    archive.add(std::vector<double>{2, 3});
    archive.add(std::vector<double>{2, 3});
    EXPECT_EQ(archive.hypervolume(), 6.0);
    EXPECT_EQ(archive.points(), (std::vector<double>{2, 3}));
}

// Thousands of insertions and removals leave less behind than the 1e-12 that is promised.
TEST(ParetoArchive, DoesNotDrift) {
    const std::vector<std::size_t> sizes{20000, 3000, 1500};
    for (std::size_t m = 2; m <= 4; ++m) {
        const ParetoArchive archive = archive_of(approaching(sizes[m - 2], m, 3), m);
        const double recomputed = hypervolume(archive.points(), static_cast<int>(m));
        EXPECT_NEAR(archive.hypervolume(), recomputed, (m == 2 ? 1e-13 : 1e-12) * recomputed) << m;
    }
}

TEST(ParetoArchive, NeverFalls) {
    for (std::size_t m = 2; m <= 4; ++m) {
        const auto points = approaching(500, m, 4);
        ParetoArchive archive(static_cast<int>(m));
        for (std::size_t i = 0; i < points.size(); i += m) {
            const double before = archive.hypervolume();
            archive.add(std::span(points).subspan(i, m));
            EXPECT_GE(archive.hypervolume(), before);
        }
    }
}

TEST(ParetoArchive, OfTwoObjectivesHasTheSameBitsInAnyOrder) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        auto points = approaching(300, 2, seed);
        const double hv = archive_of(points, 2).hypervolume();
        std::vector<double> reversed;
        for (std::size_t i = points.size(); i > 0; i -= 2)
            reversed.insert(reversed.end(), &points[i - 2], &points[i - 2] + 2);
        const ParetoArchive other = archive_of(reversed, 2);
        EXPECT_EQ(other.hypervolume(), hv);
        EXPECT_EQ(archive_of(other.points(), 2).hypervolume(), hv);  // of the front alone
    }
}

}  // namespace
}  // namespace cenas

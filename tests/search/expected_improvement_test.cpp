// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/expected_improvement.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "kernels/rng/philox.hpp"
#include "pareto/hypervolume.hpp"

namespace cenas {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A standard normal number by Box and Muller's method.
double normal(Random& random) {
    return std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(2 * std::numbers::pi * random.uniform());
}

std::vector<double> made_up_front(int objectives, std::size_t count, std::uint64_t seed) {
    Random random(seed, Stream::tests, 9);
    std::vector<double> front(count * static_cast<std::size_t>(objectives));
    for (double& gain : front) gain = 10 * random.uniform();
    return front;
}

TEST(GainTransform, ClosedFormIsTheIntegral) {
    const std::vector<double> gains{10, 62, 80, 88, 91};
    for (const double ceiling : {100.0, infinity}) {
        const GainTransform transform(gains, ceiling);
        for (const double mean : {-2.0, 0.0, 1.5})
            for (const double deviation : {0.05, 0.6, 1.5})
                for (const double level : {0.0, 60.0, 89.0, 99.0}) {
                    double integral = 0;  // over eight deviations, by the midpoint rule
                    constexpr int steps = 40000;
                    for (int i = 0; i < steps; ++i) {
                        const double x = -8 + 16 * (i + 0.5) / steps;
                        const double density = std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi);
                        integral +=
                            std::max(transform.invert(mean + deviation * x) - level, 0.0) * density * 16 / steps;
                    }
                    EXPECT_NEAR(transform.expected_improvement(mean, deviation, level), integral, 2e-3 * (1 + integral))
                        << ceiling << ' ' << mean << ' ' << deviation << ' ' << level;
                }
    }
}

TEST(GainTransform, StandardizesAndInverts) {
    const std::vector<double> gains{10, 62, 80, 88, 91};
    for (const double ceiling : {100.0, infinity}) {
        const GainTransform transform(gains, ceiling);
        const auto z = transform.apply(gains);
        double sum = 0, squares = 0;
        for (std::size_t i = 0; i < z.size(); ++i) {
            sum += z[i];
            squares += z[i] * z[i];
            EXPECT_NEAR(transform.invert(z[i]), gains[i], 1e-9);
        }
        EXPECT_NEAR(sum, 0, 1e-9);
        EXPECT_NEAR(squares, 5, 1e-9);
    }
    const std::vector<double> equal{5, 5, 5}, perfect{100, 50};
    EXPECT_EQ(GainTransform(equal, infinity).apply(equal), (std::vector<double>{0, 0, 0}));
    for (const double z : GainTransform(perfect, 100).apply(perfect)) EXPECT_TRUE(std::isfinite(z));
}

TEST(ExpectedHypervolumeImprovement, OfKnownGainsIsTheImprovement) {
    for (const int m : {2, 3, 4}) {
        const auto front = made_up_front(m, 12, 3);
        const auto candidates = made_up_front(m, 200, 4);
        std::vector<Belief> beliefs;
        for (int k = 0; k < m; ++k) {
            Eigen::ArrayXd gains(200);
            for (Eigen::Index i = 0; i < 200; ++i) gains[i] = candidates[static_cast<std::size_t>(i * m + k)];
            beliefs.push_back(known_gain(gains));
        }
        const auto value = expected_hypervolume_improvement(non_dominated_boxes(front, m), beliefs);
        for (Eigen::Index i = 0; i < 200; ++i) {
            const std::span<const double> point(&candidates[static_cast<std::size_t>(i * m)],
                                                static_cast<std::size_t>(m));
            EXPECT_NEAR(value[i], hypervolume_improvement(point, front, m), 1e-9 * (1 + value[i]));
        }
    }
}

TEST(ExpectedHypervolumeImprovement, IsTheMeanOverOutcomes) {
    constexpr int m = 3;
    const auto front = made_up_front(m, 10, 5);
    const double known = 6, mean[] = {6.5, 5.0}, deviation[] = {1.5, 3.0};
    const std::vector<double> unit{-1, 1};  // mean 0, deviation 1: z is the gain
    const GainTransform identity(unit, infinity);
    std::vector<Belief> beliefs{known_gain(Eigen::ArrayXd::Constant(1, known))};
    for (int k = 0; k < 2; ++k)
        beliefs.push_back([&, k](double level) {
            return Eigen::ArrayXd::Constant(1, identity.expected_improvement(mean[k], deviation[k], level));
        });
    const double value = expected_hypervolume_improvement(non_dominated_boxes(front, m), beliefs)[0];
    Random random(8, Stream::tests, 10);
    constexpr int draws = 40000;
    double sum = 0, squares = 0;
    for (int i = 0; i < draws; ++i) {
        const double point[] = {known, mean[0] + deviation[0] * normal(random),
                                mean[1] + deviation[1] * normal(random)};
        const double improvement = hypervolume_improvement(point, front, m);
        sum += improvement;
        squares += improvement * improvement;
    }
    const double error = std::sqrt((squares / draws - sum * sum / draws / draws) / draws);
    EXPECT_NEAR(value, sum / draws, 4 * error);
    EXPECT_GT(value, 0);
}

TEST(ExpectedHypervolumeImprovement, WithoutAFrontEverythingImproves) {
    std::vector<Belief> beliefs{known_gain(Eigen::ArrayXd::Constant(1, 2.0)),
                                known_gain(Eigen::ArrayXd::Constant(1, 3.0))};
    EXPECT_EQ(expected_hypervolume_improvement(non_dominated_boxes({}, 2), beliefs)[0], 6.0);
}

}  // namespace
}  // namespace cenas

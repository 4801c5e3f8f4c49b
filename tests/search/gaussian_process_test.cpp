// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/gaussian_process.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "kernels/rng/philox.hpp"
#include "search/minimize.hpp"

namespace cenas {
namespace {

constexpr Eigen::Index points = 60;

PointFeatures made_up_features() {
    Random random(5, Stream::tests, 1);
    Eigen::MatrixXd narrow(points, 2), wide(points, 7);
    for (auto& x : narrow.reshaped()) x = random.uniform();
    for (auto& x : wide.reshaped()) x = static_cast<double>(random.below(3));
    PointFeatures features;
    features.add_group(narrow, 1.0);
    features.add_group(wide, 0.5);
    return features;
}

Observations made_up_observations(std::size_t count) {
    Random random(6, Stream::tests, 2);
    Observations observations;
    for (std::size_t i = 0; i < count; ++i) {
        observations.points.push_back(random.below(points));  // some of them twice
        observations.targets.push_back(std::sin(static_cast<double>(observations.points.back())) + random.uniform());
    }
    return observations;
}

GaussianProcessParameters some_parameters(const PointFeatures& features) {
    auto parameters = GaussianProcessParameters::prior(features);
    parameters.log_lengths << 0.2, -0.3;
    parameters.log_weights << 0.1, -0.7;
    parameters.log_noise = -1.5;
    return parameters;
}

/// The kernel by its definition.
double kernel(const PointFeatures& features, const GaussianProcessParameters& p, Eigen::Index i, Eigen::Index j) {
    double sum = 0;
    for (std::size_t g = 0; g < features.groups(); ++g) {
        const auto k = static_cast<Eigen::Index>(g);
        const double r = std::sqrt(5 * features.distances(g, i)[j]) / std::exp(p.log_lengths[k]);
        sum += std::exp(p.log_weights[k]) * (1 + r + r * r / 3) * std::exp(-r);
    }
    return sum;
}

Eigen::MatrixXd kernel(const PointFeatures& features, const GaussianProcessParameters& p,
                       const std::vector<Eigen::Index>& rows, const std::vector<Eigen::Index>& columns) {
    Eigen::MatrixXd k(std::ssize(rows), std::ssize(columns));
    for (Eigen::Index i = 0; i < k.rows(); ++i)
        for (Eigen::Index j = 0; j < k.cols(); ++j)
            k(i, j) = kernel(features, p, rows[static_cast<std::size_t>(i)], columns[static_cast<std::size_t>(j)]);
    return k;
}

std::vector<Eigen::Index> all_points() {
    std::vector<Eigen::Index> all(points);
    for (Eigen::Index i = 0; i < points; ++i) all[static_cast<std::size_t>(i)] = i;
    return all;
}

TEST(PointFeatures, DistancesHaveMeanOne) {
    const auto features = made_up_features();
    for (std::size_t g = 0; g < features.groups(); ++g) {
        double sum = 0;
        for (Eigen::Index i = 0; i < points; ++i) sum += features.distances(g, i).mean();
        EXPECT_NEAR(sum / points, 1.0, 1e-12);
        const std::vector<Eigen::Index> among{3, 8, 3, 40};
        const auto few = features.distances(g, among);
        for (Eigen::Index i = 0; i < 4; ++i)
            for (Eigen::Index j = 0; j < 4; ++j)
                EXPECT_NEAR(
                    few(i, j),
                    features.distances(g, among[static_cast<std::size_t>(i)])[among[static_cast<std::size_t>(j)]],
                    1e-12);
    }
}

TEST(PointFeatures, GroupsThatAreEqualForAllAreLeftOut) {
    PointFeatures features = made_up_features();
    features.add_group(Eigen::MatrixXd::Ones(points, 3), 1.0);
    EXPECT_EQ(features.groups(), 2u);
}

// Rasmussen and Williams, equations 2.25 and 2.26, with a dense solve.
TEST(GaussianProcess, PosteriorIsTheTextbooks) {
    const auto features = made_up_features();
    const auto p = some_parameters(features);
    const auto observations = made_up_observations(25);
    GaussianProcess process(features, p);
    for (const auto point : observations.points) process.append(point);
    process.set_targets(observations.targets);

    Eigen::MatrixXd k = kernel(features, p, observations.points, observations.points);
    k.diagonal().array() += std::exp(2 * p.log_noise) + 1e-8;
    const Eigen::MatrixXd across = kernel(features, p, all_points(), observations.points);
    const Eigen::Map<const Eigen::VectorXd> z(observations.targets.data(), std::ssize(observations.targets));
    const Eigen::MatrixXd inverse = k.inverse();
    const Eigen::VectorXd mean = across * inverse * z;
    for (Eigen::Index i = 0; i < points; ++i) {
        EXPECT_NEAR(process.mean()[i], mean[i], 1e-9);
        const double variance = kernel(features, p, i, i) - across.row(i) * inverse * across.row(i).transpose();
        EXPECT_NEAR(process.variance()[i], variance, 1e-9);
    }
    const std::vector<Eigen::Index> among{4, 9, 50};
    const Eigen::MatrixXd few = kernel(features, p, among, observations.points);
    const Eigen::MatrixXd covariance = kernel(features, p, among, among) - few * inverse * few.transpose();
    EXPECT_LT((process.covariance(among) - covariance).cwiseAbs().maxCoeff(), 1e-9);
}

TEST(GaussianProcess, OnePointAtATimeIsTheSameAsFromScratchBitForBit) {
    const auto features = made_up_features();
    const auto p = some_parameters(features);
    const auto observations = made_up_observations(30);
    GaussianProcess grown(features, p);
    for (std::size_t n = 1; n <= observations.points.size(); ++n) {
        grown.append(observations.points[n - 1]);
        grown.append(7);  // two in training ...
        grown.append(7);
        grown.truncate(n);  // ... that are taken back
        const std::span<const double> targets(observations.targets.data(), n);
        grown.set_targets(targets);
        GaussianProcess fresh(features, p);
        for (std::size_t i = 0; i < n; ++i) fresh.append(observations.points[i]);
        fresh.set_targets(targets);
        ASSERT_TRUE((grown.mean() == fresh.mean()).all());
        ASSERT_TRUE((grown.variance() == fresh.variance()).all());
    }
}

TEST(GaussianProcess, PointsWithoutTargetsCountAsTheyAreExpected) {
    const auto features = made_up_features();
    const auto p = some_parameters(features);
    const auto observations = made_up_observations(12);
    GaussianProcess process(features, p);
    for (const auto point : observations.points) process.append(point);
    process.set_targets(observations.targets);
    const Eigen::ArrayXd mean = process.mean(), variance = process.variance();
    process.append(33);
    process.set_targets(observations.targets);
    EXPECT_TRUE((process.mean() == mean).all());
    EXPECT_TRUE((process.variance() <= variance).all());
    EXPECT_LT(process.variance()[33], 0.8 * variance[33]);
}

TEST(NegativeLogPosterior, GradientIsThatOfDifferences) {
    const auto features = made_up_features();
    const auto observations = made_up_observations(20);
    const auto prior = GaussianProcessParameters::prior(features);
    const auto theta = to_values(some_parameters(features));
    Eigen::VectorXd gradient;
    negative_log_posterior(features, observations, prior, from_values(theta), &gradient);
    for (std::size_t k = 0; k < theta.size(); ++k) {
        constexpr double step = 1e-5;
        auto up = theta, down = theta;
        up[k] += step;
        down[k] -= step;
        const double slope = (negative_log_posterior(features, observations, prior, from_values(up), nullptr) -
                              negative_log_posterior(features, observations, prior, from_values(down), nullptr)) /
                             (2 * step);
        EXPECT_NEAR(gradient[static_cast<Eigen::Index>(k)], slope, 1e-5 * (1 + std::abs(slope))) << k;
    }
}

TEST(FitParameters, FindsAStationaryPointWithinTheBounds) {
    const auto features = made_up_features();
    const auto observations = made_up_observations(40);
    const auto start = GaussianProcessParameters::prior(features);
    const auto fitted = fit_parameters(features, observations, start, start, 200);
    const auto value = [&](const std::vector<double>& theta) {
        return negative_log_posterior(features, observations, start, from_values(theta), nullptr);
    };
    const auto theta = to_values(fitted), prior = to_values(start);
    EXPECT_LT(value(theta), value(prior));
    // No step along an axis that stays within the bounds leads down.
    const std::vector<double> reach{2.1, 2.1, 3, 3};
    for (std::size_t k = 0; k < theta.size(); ++k)
        for (const double step : {-0.02, 0.02}) {
            auto other = theta;
            other[k] += step;
            const bool allowed = k < 4 ? std::abs(other[k] - prior[k]) <= reach[k]
                                       : other[k] >= std::log(0.02) && other[k] <= std::log(0.6);
            if (allowed) {
                EXPECT_GT(value(other), value(theta) - 1e-3) << k << ' ' << step;
            }
        }
}

TEST(FitParameters, DegenerateObservations) {
    const auto features = made_up_features();
    const auto prior = GaussianProcessParameters::prior(features);
    EXPECT_EQ(to_values(fit_parameters(features, {{3}, {0.0}}, prior, prior, 50)), to_values(prior));
    for (const Observations& few :
         {Observations{{3, 3}, {0, 0}}, Observations{{3, 4}, {0, 0}}, Observations{{3, 3, 3}, {-1, 1, 0}}})
        for (const double value : to_values(fit_parameters(features, few, prior, prior, 50)))
            EXPECT_TRUE(std::isfinite(value));
}

// Rosenbrock's function: its minimum is (1, 1); with x <= 0.5 it is (0.5, 0.25).
TEST(Minimize, FreeAndBounded) {
    const SmoothFunction rosenbrock = [](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
        const double a = 1 - x[0], b = x[1] - x[0] * x[0];
        gradient = Eigen::Vector2d(-2 * a - 400 * x[0] * b, 200 * b);
        return a * a + 100 * b * b;
    };
    const Eigen::Vector2d lower(-2, -2), start(-1, 1);
    const auto free = minimize(rosenbrock, start, lower, Eigen::Vector2d(2, 2), 500);
    EXPECT_NEAR(free.x[0], 1, 1e-2);
    EXPECT_NEAR(free.x[1], 1, 1e-2);
    const auto bounded = minimize(rosenbrock, start, lower, Eigen::Vector2d(0.5, 2), 500);
    EXPECT_NEAR(bounded.x[0], 0.5, 1e-3);
    EXPECT_NEAR(bounded.x[1], 0.25, 1e-2);
}

}  // namespace
}  // namespace cenas

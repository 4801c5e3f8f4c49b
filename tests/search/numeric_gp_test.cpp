// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/numeric_gp.hpp"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.hpp"
#include "kernels/rng/philox.hpp"

namespace cenas {
namespace {

Eigen::MatrixXd random_points(Eigen::Index n, Eigen::Index d, std::uint64_t seed) {
    Random random(seed, Stream::tests);
    Eigen::MatrixXd points(n, d);
    for (double& x : points.reshaped()) x = random.uniform();
    return points;
}

Eigen::VectorXd smooth(const Eigen::MatrixXd& points) {
    Eigen::VectorXd values(points.rows());
    for (Eigen::Index i = 0; i < points.rows(); ++i)
        values[i] = 100 + 20 * std::sin(4 * points(i, 0)) + 5 * points(i, points.cols() - 1);
    return values;
}

double matern(const Eigen::VectorXd& a, const Eigen::VectorXd& b, const NumericGpParameters& p) {
    const double r = ((a - b).array() / p.lengths.array()).matrix().norm();
    return p.variance * (1 + std::sqrt(5.0) * r + 5.0 / 3.0 * r * r) * std::exp(-std::sqrt(5.0) * r);
}

Eigen::MatrixXd covariances(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, const NumericGpParameters& p) {
    Eigen::MatrixXd k(a.rows(), b.rows());
    for (Eigen::Index i = 0; i < a.rows(); ++i)
        for (Eigen::Index j = 0; j < b.rows(); ++j) k(i, j) = matern(a.row(i), b.row(j), p);
    return k;
}

double gamma_log_density(double x, double shape, double rate) {  // but for a constant
    return (shape - 1) * std::log(x) - rate * x;
}

// The textbook's formulas with explicit inverses and determinants.
TEST(NumericGp, PredictsAndWeighsAsTheFormulasSay) {
    const NumericGpParameters p{Eigen::Vector3d(0.3, 0.7, 1.5), 1.4, 0.02};
    const Eigen::MatrixXd x = random_points(14, 3, 1), at = random_points(5, 3, 2);
    const Eigen::VectorXd y = smooth(x);
    const double shift = y.mean(), scale = std::sqrt((y.array() - shift).square().mean());
    const Eigen::VectorXd z = (y.array() - shift) / scale;
    const Eigen::MatrixXd k = covariances(x, x, p) + p.noise * Eigen::MatrixXd::Identity(14, 14), inverse = k.inverse();
    const Eigen::VectorXd ones = Eigen::VectorXd::Ones(14);
    const double constant = ones.dot(inverse * z) / ones.dot(inverse * ones);
    const Eigen::VectorXd rest = z - constant * ones;
    const Eigen::MatrixXd cross = covariances(at, x, p);

    const auto gp = NumericGp::with_parameters(x, y, p);
    const auto found = gp.predict(at);
    const Eigen::VectorXd mean = (shift + scale * (constant + (cross * inverse * rest).array())).matrix();
    EXPECT_LT((found.mean - mean).norm(), 1e-9 * mean.norm());
    const Eigen::MatrixXd covariance = scale * scale * (covariances(at, at, p) - cross * inverse * cross.transpose());
    EXPECT_LT((found.covariance - covariance).norm(), 1e-9 * scale * scale);
    double expected = -0.5 * rest.dot(inverse * rest) - 0.5 * std::log(k.determinant()) -
                      7 * std::log(2 * std::numbers::pi) + gamma_log_density(p.variance, 2, 0.15) +
                      gamma_log_density(p.noise, 1.1, 0.05);
    for (const double length : p.lengths) expected += gamma_log_density(length, 3, 6);
    EXPECT_NEAR(gp.log_posterior(), expected, 1e-8);
    EXPECT_NEAR(gp_log_posterior(x, z, p, nullptr), expected, 1e-8);
}

TEST(NumericGp, GradientIsThatOfTheLogPosterior) {
    const NumericGpParameters p{Eigen::Vector2d(0.3, 0.8), 1.3, 0.05};
    const Eigen::MatrixXd x = random_points(20, 2, 3);
    const Eigen::VectorXd y = smooth(x).array() / 20 - 5;
    double gradient[4];
    gp_log_posterior(x, y, p, gradient);
    for (int k = 0; k < 4; ++k) {
        const auto moved = [&](double step) {
            NumericGpParameters q = p;
            double& value = k < 2 ? q.lengths[k] : k == 2 ? q.variance : q.noise;
            value *= std::exp(step);
            return gp_log_posterior(x, y, q, nullptr);
        };
        EXPECT_NEAR(gradient[k], (moved(1e-5) - moved(-1e-5)) / 2e-5, 1e-5 * (1 + std::abs(gradient[k]))) << k;
    }
}

// Data drawn from a process give back about its parameters, and the fit's density is no lower than theirs.
TEST(NumericGp, FitFindsWhatTheDataWereDrawnFrom) {
    const NumericGpParameters truth{Eigen::Vector2d(0.2, 1.0), 1.0, 1e-3};
    const Eigen::MatrixXd x = random_points(120, 2, 4);
    Random random(5, Stream::tests);
    Eigen::MatrixXd normals(120, 1);
    for (double& z : normals.reshaped())  // Box and Muller
        z = std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(2 * std::numbers::pi * random.uniform());
    const Eigen::MatrixXd k = covariances(x, x, truth) + truth.noise * Eigen::MatrixXd::Identity(120, 120);
    const Eigen::VectorXd y = posterior_samples({Eigen::VectorXd::Zero(120), k}, normals);
    const auto gp = NumericGp::fit(x, y);
    EXPECT_GE(gp.log_posterior(), NumericGp::with_parameters(x, y, truth).log_posterior());
    EXPECT_NEAR(std::log(gp.parameters().lengths[0] / 0.2), 0, 0.7);
    EXPECT_GT(gp.parameters().lengths[1], 2 * gp.parameters().lengths[0]);
    EXPECT_LT(gp.parameters().noise, 0.02);
}

TEST(NumericGp, LearnsASmoothFunction) {
    const Eigen::MatrixXd x = random_points(40, 3, 6), at = random_points(50, 3, 7);
    const auto gp = NumericGp::fit(x, smooth(x));
    const Eigen::VectorXd error = gp.predict(at).mean - smooth(at);
    EXPECT_LT(error.norm() / std::sqrt(50.0), 1.0);  // of a range of some 40
    const auto again = NumericGp::fit(x, smooth(x));
    EXPECT_EQ(gp.predict(at).mean, again.predict(at).mean);
    NumericGpOptions warm;
    warm.start = gp.parameters();
    EXPECT_GE(NumericGp::fit(x, smooth(x), warm).log_posterior(), gp.log_posterior() - 1e-9);
}

TEST(NumericGp, DegenerateDataGiveAProcess) {
    const auto finite = [](const Eigen::MatrixXd& x, const Eigen::VectorXd& y) {
        const auto gp = NumericGp::fit(x, y);
        const auto p = gp.predict(random_points(4, x.cols(), 8));
        EXPECT_TRUE(p.mean.allFinite());
        EXPECT_TRUE(p.covariance.allFinite());
        EXPECT_GT(p.covariance.diagonal().minCoeff(), -1e-9);
        EXPECT_TRUE(posterior_samples(p, random_points(4, 3, 9)).allFinite());
        return p;
    };
    const Eigen::MatrixXd one = random_points(1, 2, 10);
    EXPECT_NEAR(finite(one, Eigen::VectorXd::Constant(1, 7.0)).mean[0], 7.0, 1e-9);
    EXPECT_NEAR(finite(random_points(30, 2, 11), Eigen::VectorXd::Constant(30, 0.1)).mean[0], 0.1, 1e-9);
    EXPECT_NEAR(finite(random_points(30, 2, 11), Eigen::VectorXd::Zero(30)).mean[0], 0.0, 1e-9);
    const Eigen::MatrixXd same = one.replicate(30, 1);
    finite(same, random_points(30, 1, 12));
    finite(random_points(2, 5, 13), Eigen::Vector2d(1e9, -1e9));
    finite(random_points(20, 2, 14), random_points(20, 1, 15) * 1e-200);
}

TEST(NumericGp, SamplesHaveTheMomentsOfThePrediction) {
    const Eigen::MatrixXd x = random_points(10, 2, 16), at = random_points(3, 2, 17);
    const auto prediction = NumericGp::with_parameters(x, smooth(x), {Eigen::Vector2d(0.4, 0.4), 1, 0.01}).predict(at);
    // Normals with exact moments: +-sqrt(3) times the unit vectors.
    Eigen::MatrixXd normals(3, 6);
    normals << Eigen::Matrix3d::Identity(), -Eigen::Matrix3d::Identity();
    normals *= std::sqrt(3.0);
    const Eigen::MatrixXd samples = posterior_samples(prediction, normals);
    const Eigen::MatrixXd centred = samples.colwise() - prediction.mean;
    EXPECT_LT((samples.rowwise().mean() - prediction.mean).norm(), 1e-9);
    EXPECT_LT((centred * centred.transpose() / 6 - prediction.covariance).norm(), 1e-7 * prediction.covariance.norm());
}

TEST(NumericGp, CovarianceThatIsNoneIsRefused) {
    EXPECT_NO_THROW(safe_cholesky(Eigen::MatrixXd::Ones(3, 3)));
    EXPECT_NO_THROW(safe_cholesky(Eigen::MatrixXd::Zero(3, 3)));
    EXPECT_THROW(NumericGp::fit(random_points(2, 2, 1), Eigen::Vector2d(1, NAN)), RunError);
    EXPECT_THROW(safe_cholesky(Eigen::MatrixXd::Constant(3, 3, std::numeric_limits<double>::quiet_NaN())), RunError);
}

}  // namespace
}  // namespace cenas

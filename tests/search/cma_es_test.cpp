// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/cma_es.hpp"

#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "search/quasi_random.hpp"

namespace cenas {
namespace {

/// One generation on a function to be minimized.
void generation(CmaEs& search, const std::function<double(const Eigen::VectorXd&)>& f, int lambda, Random& random) {
    std::vector<Eigen::VectorXd> points;
    for (int i = 0; i < lambda; ++i) points.push_back(search.ask(random));
    std::sort(points.begin(), points.end(), [&](const auto& a, const auto& b) { return f(a) < f(b); });
    Eigen::MatrixXd rows(lambda, points[0].size());
    for (int i = 0; i < lambda; ++i) rows.row(i) = points[static_cast<std::size_t>(i)];
    search.tell(rows);
}

/// Axes a thousand times as steep as others, turned, so that no coordinate is an axis.
double turned_ellipsoid(const Eigen::VectorXd& x) {
    const Eigen::VectorXd t = x.array() - 0.7;
    double sum = 0;
    for (Eigen::Index k = 0; k < t.size(); ++k) {
        const double along = (t[k] + t[(k + 1) % t.size()]) / std::sqrt(2.0) + 0.3 * t.mean();
        sum += std::pow(1e6, static_cast<double>(k) / static_cast<double>(t.size() - 1)) * along * along;
    }
    return sum;
}

// The tutorial's promise: some hundred generations to 1e-10 whatever the scaling and the rotation.
TEST(CmaEs, FindsTheMinimumOfATurnedEllipsoid) {
    CmaEs search(Eigen::VectorXd::Constant(5, 0.2), 0.3);
    Random random(1, Stream::tests);
    int generations = 0;
    while (turned_ellipsoid(search.mean()) > 1e-10 && generations < 2000) {
        generation(search, turned_ellipsoid, CmaEs::default_population(5), random);
        ++generations;
    }
    EXPECT_LT(generations, 700);
    EXPECT_LT(search.sigma(), 1e-3);
    // It has learnt the inverse Hessian: a condition number near 1e6.
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(search.covariance());
    const double condition = solver.eigenvalues().maxCoeff() / solver.eigenvalues().minCoeff();
    EXPECT_GT(condition, 1e5);
    EXPECT_LT(condition, 1e8);
}

// A generation worked out by hand from figure 6 of the tutorial: d = 1, lambda = 2, so mu = 1, w = 1, mu_eff = 1.
TEST(CmaEs, OneGenerationIsTheTutorialsArithmetic) {
    CmaEs search(Eigen::VectorXd::Constant(1, 0.5), 0.2);
    search.tell(Eigen::Vector2d(0.6, 0.1));
    const double c_sigma = 3.0 / 7, d_sigma = 1 + c_sigma, c_c = 5.0 / 7, c_1 = 2 / (2.3 * 2.3 + 1);
    const double chi = 1 - 1.0 / 4 + 1.0 / 21, step = 0.5, path = std::sqrt(c_sigma * (2 - c_sigma)) * step;
    ASSERT_LT(path / std::sqrt(1 - std::pow(1 - c_sigma, 2)), (1.4 + 1) * chi);
    const double path_c = std::sqrt(c_c * (2 - c_c)) * step;
    EXPECT_NEAR(search.mean()[0], 0.6, 1e-12);
    EXPECT_NEAR(search.sigma(), 0.2 * std::exp(c_sigma / d_sigma * (path / chi - 1)), 1e-12);
    EXPECT_NEAR(search.covariance()(0, 0), 1 - c_1 + c_1 * path_c * path_c, 1e-12);  // c_mu is 0
}

TEST(CmaEs, DrawsHaveItsMeanAndCovariance) {
    CmaEs search(Eigen::Vector3d(0.1, 0.5, 0.9), 0.3);
    Random random(2, Stream::tests);
    for (int i = 0; i < 15; ++i) generation(search, turned_ellipsoid, 8, random);
    constexpr int n = 20000;
    Eigen::MatrixXd draws(n, 3);
    for (int i = 0; i < n; ++i) draws.row(i) = search.ask(random);
    const Eigen::MatrixXd centred = draws.rowwise() - search.mean().transpose();
    const Eigen::MatrixXd expected = search.sigma() * search.sigma() * search.covariance();
    EXPECT_LT((centred.transpose() * centred / n - expected).norm(), 0.05 * expected.norm());
    EXPECT_LT(centred.colwise().mean().norm(), 0.05 * std::sqrt(expected.trace()));
}

TEST(CmaEs, EqualPointsAndSavedStatesAreNoTrouble) {
    CmaEs search(Eigen::Vector2d(0.5, 0.5), 0.3);
    for (int i = 0; i < 300; ++i) search.tell(Eigen::MatrixXd::Constant(6, 2, 0.5));
    Random random(3, Stream::tests);
    EXPECT_TRUE(search.ask(random).allFinite());
    StateArchive written;
    search.exchange(written);
    StateArchive read(written.bytes());
    CmaEs other(Eigen::Vector2d(0, 0), 1);
    other.exchange(read);
    Random one(4, Stream::tests), two(4, Stream::tests);
    EXPECT_EQ(search.ask(one), other.ask(two));
}

TEST(QuasiRandom, NormalQuantilesAreThoseOfTheNormalDistribution) {
    EXPECT_NEAR(normal_quantile(0.5), 0, 1e-15);
    EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-13);
    EXPECT_NEAR(normal_quantile(1e-10), -6.361340902404056, 1e-11);
    for (double p = 1e-15; p < 1; p = p < 1e-3 ? 10 * p : p + 0.01)
        EXPECT_NEAR(0.5 * std::erfc(-normal_quantile(p) / std::sqrt(2.0)) / p, 1, 1e-10) << p;
}

TEST(QuasiRandom, PointsAndNormalsAreEvenlySpread) {
    Random random(5, Stream::tests);
    const Eigen::MatrixXd points = even_points(1000, 2, random);
    EXPECT_GE(points.minCoeff(), 0);
    EXPECT_LT(points.maxCoeff(), 1);
    Eigen::MatrixXi counts = Eigen::MatrixXi::Zero(10, 10);
    for (Eigen::Index i = 0; i < 1000; ++i)
        ++counts(static_cast<int>(10 * points(i, 0)), static_cast<int>(10 * points(i, 1)));
    EXPECT_GE(counts.minCoeff(), 7);  // uniform draws would leave some near 2 and others near 20
    EXPECT_LE(counts.maxCoeff(), 13);
    const Eigen::MatrixXd normals = even_normals(20, 2, 128, random);
    EXPECT_LT(normals.rowwise().mean().cwiseAbs().maxCoeff(), 0.1);  // plain draws: 0.09 is one standard error
    EXPECT_LT((normals.cwiseAbs2().rowwise().mean().array() - 1).abs().maxCoeff(), 0.1);
    EXPECT_LT((normals * normals.transpose() / 128 - Eigen::MatrixXd::Identity(40, 40)).cwiseAbs().maxCoeff(), 0.4);
}

}  // namespace
}  // namespace cenas

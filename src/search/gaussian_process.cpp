// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/gaussian_process.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "search/minimize.hpp"

namespace cenas {
namespace {

constexpr double prior_noise = 0.05;
constexpr double length_deviation = 0.7, weight_deviation = 1.0, noise_deviation = 0.7;
constexpr double least_noise = 0.02, most_noise = 0.6;
constexpr double jitter = 1e-8;  // of a kernel whose diagonal is about 1

/// Matern 5/2 of the squared distance over the squared length.
template <class Array>
typename Array::PlainObject matern(const Eigen::ArrayBase<Array>& squared) {
    const typename Array::PlainObject r = (5.0 * squared).sqrt();
    return (1.0 + r + r.square() / 3.0) * (-r).exp();
}

/// Its derivative by the logarithm of the length.
template <class Array>
Eigen::ArrayXXd matern_by_log_length(const Eigen::ArrayBase<Array>& squared) {
    const Eigen::ArrayXXd r = (5.0 * squared).sqrt();
    return (5.0 / 3.0) * squared * (1.0 + r) * (-r).exp();
}

Eigen::VectorXd to_vector(const GaussianProcessParameters& p) {
    const Eigen::Index groups = p.log_lengths.size();
    Eigen::VectorXd theta(2 * groups + 1);
    theta << p.log_lengths, p.log_weights, p.log_noise;
    return theta;
}

GaussianProcessParameters from_vector(const Eigen::VectorXd& theta) {
    const Eigen::Index groups = theta.size() / 2;
    return {theta.head(groups), theta.segment(groups, groups), theta[2 * groups]};
}

Eigen::VectorXd prior_deviations(Eigen::Index groups) {
    Eigen::VectorXd deviations(2 * groups + 1);
    deviations << Eigen::VectorXd::Constant(groups, length_deviation),
        Eigen::VectorXd::Constant(groups, weight_deviation), noise_deviation;
    return deviations;
}

/// Distances among the observations, by group: what the likelihood needs, computed once.
std::vector<Eigen::ArrayXXd> distances_among(const PointFeatures& features, const Observations& observations) {
    std::vector<Eigen::ArrayXXd> distances;
    for (std::size_t g = 0; g < features.groups(); ++g) distances.push_back(features.distances(g, observations.points));
    return distances;
}

double negative_log_posterior(const std::vector<Eigen::ArrayXXd>& distances, std::span<const double> targets,
                              const Eigen::VectorXd& centre, const Eigen::VectorXd& theta, Eigen::VectorXd* gradient) {
    const auto n = static_cast<Eigen::Index>(targets.size());
    const auto groups = static_cast<Eigen::Index>(distances.size());
    const GaussianProcessParameters p = from_vector(theta);
    const double noise = std::exp(2 * p.log_noise);
    std::vector<Eigen::ArrayXXd> parts;  // of the kernel, by group
    Eigen::MatrixXd kernel = Eigen::MatrixXd::Zero(n, n);
    for (Eigen::Index g = 0; g < groups; ++g) {
        const double scale = std::exp(-2 * p.log_lengths[g]);
        parts.emplace_back(std::exp(p.log_weights[g]) * matern(distances[static_cast<std::size_t>(g)] * scale));
        kernel.array() += parts.back();
    }
    kernel.diagonal().array() += noise + jitter;
    const Eigen::LLT<Eigen::MatrixXd> factor(kernel);
    if (factor.info() != Eigen::Success) return std::numeric_limits<double>::infinity();
    const Eigen::Map<const Eigen::VectorXd> z(targets.data(), n);
    const Eigen::VectorXd weights = factor.solve(z);
    const Eigen::VectorXd from_prior = (theta - centre).cwiseQuotient(prior_deviations(groups));
    const double value =
        0.5 * z.dot(weights) + factor.matrixLLT().diagonal().array().log().sum() + 0.5 * from_prior.squaredNorm();
    if (gradient == nullptr) return value;

    // d/dtheta = 1/2 trace((K^-1 - weights weights') dK/dtheta), section 5.4.1.
    const Eigen::ArrayXXd outer =
        (factor.solve(Eigen::MatrixXd::Identity(n, n)) - weights * weights.transpose()).array();
    gradient->resize(2 * groups + 1);
    for (Eigen::Index g = 0; g < groups; ++g) {
        const double scale = std::exp(-2 * p.log_lengths[g]);
        const Eigen::ArrayXXd by_length =
            std::exp(p.log_weights[g]) * matern_by_log_length(distances[static_cast<std::size_t>(g)] * scale);
        (*gradient)[g] = 0.5 * (outer * by_length).sum();
        (*gradient)[groups + g] = 0.5 * (outer * parts[static_cast<std::size_t>(g)]).sum();
    }
    (*gradient)[2 * groups] = noise * outer.matrix().trace();
    *gradient += from_prior.cwiseQuotient(prior_deviations(groups));
    return value;
}

}  // namespace

void PointFeatures::add_group(Eigen::MatrixXd features, double weight) {
    // The mean squared distance of two points is twice the sum of the variances.
    const Eigen::RowVectorXd means = features.colwise().mean();
    features.rowwise() -= means;
    const double mean_distance = 2 * features.squaredNorm() / static_cast<double>(features.rows());
    if (!(mean_distance > 0)) return;
    groups_.emplace_back(features / std::sqrt(mean_distance));
    weights_.push_back(weight);
}

Eigen::ArrayXd PointFeatures::distances(std::size_t group, Eigen::Index point) const {
    const Eigen::MatrixXd& features = groups_[group];
    Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(features.rows());
    for (Eigen::Index k = 0; k < features.cols(); ++k) sum += (features.col(k).array() - features(point, k)).square();
    return sum;
}

Eigen::ArrayXXd PointFeatures::distances(std::size_t group, std::span<const Eigen::Index> among) const {
    const Eigen::MatrixXd& features = groups_[group];
    const auto n = static_cast<Eigen::Index>(among.size());
    Eigen::ArrayXXd all = Eigen::ArrayXXd::Zero(n, n);
    for (Eigen::Index i = 0; i < n; ++i)
        for (Eigen::Index j = 0; j < i; ++j)
            all(i, j) = all(j, i) =
                (features.row(among[static_cast<std::size_t>(i)]) - features.row(among[static_cast<std::size_t>(j)]))
                    .squaredNorm();
    return all;
}

GaussianProcessParameters GaussianProcessParameters::prior(const PointFeatures& features, double length) {
    const auto groups = static_cast<Eigen::Index>(features.groups());
    GaussianProcessParameters means{Eigen::VectorXd::Constant(groups, std::log(length)), Eigen::VectorXd(groups),
                                    std::log(prior_noise)};
    for (Eigen::Index g = 0; g < groups; ++g)
        means.log_weights[g] = std::log(features.weight(static_cast<std::size_t>(g)));
    return means;
}

std::vector<double> to_values(const GaussianProcessParameters& parameters) {
    const Eigen::VectorXd theta = to_vector(parameters);
    return {theta.begin(), theta.end()};
}

GaussianProcessParameters from_values(const std::vector<double>& values) {
    return from_vector(Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size())));
}

double negative_log_posterior(const PointFeatures& features, const Observations& observations,
                              const GaussianProcessParameters& prior, const GaussianProcessParameters& parameters,
                              Eigen::VectorXd* gradient) {
    return negative_log_posterior(distances_among(features, observations), observations.targets, to_vector(prior),
                                  to_vector(parameters), gradient);
}

GaussianProcessParameters fit_parameters(const PointFeatures& features, const Observations& observations,
                                         const GaussianProcessParameters& prior, const GaussianProcessParameters& start,
                                         int evaluations) {
    if (observations.targets.size() < 2) return prior;
    const auto groups = static_cast<Eigen::Index>(features.groups());
    const Eigen::VectorXd centre = to_vector(prior);
    const Eigen::VectorXd reach = 3.0 * prior_deviations(groups);
    Eigen::VectorXd lower = centre - reach, upper = centre + reach;
    lower[2 * groups] = std::log(least_noise);
    upper[2 * groups] = std::log(most_noise);
    const auto distances = distances_among(features, observations);
    const auto objective = [&](const Eigen::VectorXd& theta, Eigen::VectorXd& gradient) {
        return negative_log_posterior(distances, observations.targets, centre, theta, &gradient);
    };
    return from_vector(minimize(objective, to_vector(start), lower, upper, evaluations).x);
}

GaussianProcess::GaussianProcess(const PointFeatures& features, const GaussianProcessParameters& parameters)
    : features_(&features),
      parameters_(parameters),
      noise_(std::exp(parameters.log_noise)),
      total_weight_(parameters.log_weights.array().exp().sum()),
      explained_(Eigen::ArrayXd::Zero(features.points())),
      mean_(Eigen::ArrayXd::Zero(features.points())) {}

Eigen::ArrayXd GaussianProcess::kernel_row(Eigen::Index point) const {
    Eigen::ArrayXd row = Eigen::ArrayXd::Zero(features_->points());
    for (std::size_t g = 0; g < features_->groups(); ++g) {
        const auto i = static_cast<Eigen::Index>(g);
        row += std::exp(parameters_.log_weights[i]) *
               matern(features_->distances(g, point) * std::exp(-2 * parameters_.log_lengths[i]));
    }
    return row;
}

void GaussianProcess::append(Eigen::Index point) {
    Eigen::ArrayXd column = kernel_row(point);
    double left = column[point] + noise_variance() + jitter;
    for (const Eigen::ArrayXd& earlier : columns_) {
        const double l = earlier[point];
        column -= l * earlier;
        left -= l * l;
    }
    const double diagonal = std::sqrt(std::max(left, jitter));
    column /= diagonal;
    explained_ += column.square();
    columns_.push_back(std::move(column));
    diagonal_.push_back(diagonal);
    observed_.push_back(point);
}

void GaussianProcess::truncate(std::size_t count) {
    if (count >= size()) return;
    columns_.resize(count);
    diagonal_.resize(count);
    observed_.resize(count);
    explained_.setZero();
    for (const Eigen::ArrayXd& column : columns_) explained_ += column.square();
}

void GaussianProcess::set_targets(std::span<const double> targets) {
    mean_.setZero();
    std::vector<double> solved;  // L^-1 targets
    for (std::size_t i = 0; i < targets.size(); ++i) {
        double rest = targets[i];
        for (std::size_t j = 0; j < i; ++j) rest -= columns_[j][observed_[i]] * solved[j];
        solved.push_back(rest / diagonal_[i]);
        mean_ += solved[i] * columns_[i];
    }
}

Eigen::MatrixXd GaussianProcess::covariance(std::span<const Eigen::Index> among) const {
    const auto n = static_cast<Eigen::Index>(among.size());
    Eigen::MatrixXd covariance(n, n);
    for (Eigen::Index i = 0; i < n; ++i) {
        const Eigen::ArrayXd row = kernel_row(among[static_cast<std::size_t>(i)]);
        for (Eigen::Index j = 0; j < n; ++j) covariance(i, j) = row[among[static_cast<std::size_t>(j)]];
    }
    Eigen::VectorXd column(n);
    for (const Eigen::ArrayXd& whole : columns_) {
        for (Eigen::Index i = 0; i < n; ++i) column[i] = whole[among[static_cast<std::size_t>(i)]];
        covariance -= column * column.transpose();
    }
    return covariance;
}

Eigen::ArrayXd GaussianProcess::variance() const { return (total_weight_ - explained_).max(0.0); }

}  // namespace cenas

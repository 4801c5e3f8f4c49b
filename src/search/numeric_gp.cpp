// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/numeric_gp.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "search/minimize.hpp"

namespace cenas {
namespace {

constexpr double no_density = -1e100;

/// Squared distances between the rows of a and b, each coordinate in its length scale.
Eigen::ArrayXXd squared_distances(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b, const Eigen::VectorXd& lengths) {
    const Eigen::MatrixXd x = a * lengths.cwiseInverse().asDiagonal(), y = b * lengths.cwiseInverse().asDiagonal();
    Eigen::ArrayXXd squares = -2.0 * (x * y.transpose());
    squares.colwise() += x.rowwise().squaredNorm().array();
    squares.rowwise() += y.rowwise().squaredNorm().transpose().array();
    return squares.max(0.0);
}

/// Matern-5/2 of squared distances, variance 1 (Rasmussen and Williams, equation 4.17).
Eigen::MatrixXd matern(const Eigen::ArrayXXd& squares) {
    const Eigen::ArrayXXd r = (5.0 * squares).sqrt();
    return (1.0 + r + (5.0 / 3.0) * squares) * (-r).exp();
}

/// Log of the density of Gamma(shape, rate) at exp(x), but for a constant, and its derivative by x.
struct GammaPrior {
    double shape, rate;
    double value(double x) const { return (shape - 1) * x - rate * std::exp(x); }
    double slope(double x) const { return (shape - 1) - rate * std::exp(x); }
};
constexpr GammaPrior length_prior{3.0, 6.0}, variance_prior{2.0, 0.15}, noise_prior{1.1, 0.05};

struct Standardized {
    double shift = 0, scale = 1;  // value = shift + scale * standardized
    Eigen::VectorXd values;
};

Standardized standardize(const Eigen::VectorXd& values) {
    Standardized s;
    s.shift = values.mean();
    const double deviation = std::sqrt((values.array() - s.shift).square().mean());
    const double rounding = 1e-12 * std::abs(s.shift);
    if (deviation > rounding) s.scale = deviation;  // else all equal: nothing to scale by
    s.values = (values.array() - s.shift) / s.scale;
    return s;
}

/// The covariance of the data, factored, and what follows from it.
struct Factored {
    Eigen::LLT<Eigen::MatrixXd> cholesky;
    double constant = 0;      // generalized least-squares mean
    Eigen::VectorXd weights;  // K^-1 (y - constant)
    double log_likelihood = no_density;
};

Factored factor(const Eigen::MatrixXd& kernel, const Eigen::VectorXd& values, const NumericGpParameters& p) {
    Eigen::MatrixXd covariance = p.variance * kernel;
    covariance.diagonal().array() += p.noise;
    Factored f;
    f.cholesky.compute(covariance);
    if (f.cholesky.info() != Eigen::Success) return f;
    const Eigen::VectorXd ones = Eigen::VectorXd::Ones(values.size());
    const Eigen::VectorXd solved_ones = f.cholesky.solve(ones);
    f.constant = solved_ones.dot(values) / solved_ones.sum();
    const Eigen::VectorXd rest = values - f.constant * ones;
    f.weights = f.cholesky.solve(rest);
    const double half_log_determinant = f.cholesky.matrixLLT().diagonal().array().log().sum();
    f.log_likelihood = -0.5 * rest.dot(f.weights) - half_log_determinant -
                       0.5 * static_cast<double>(values.size()) * std::log(2 * std::numbers::pi);
    if (!std::isfinite(f.log_likelihood)) f.log_likelihood = no_density;
    return f;
}

double log_priors(const NumericGpParameters& p) {
    double sum = variance_prior.value(std::log(p.variance)) + noise_prior.value(std::log(p.noise));
    for (const double length : p.lengths) sum += length_prior.value(std::log(length));
    return sum;
}

NumericGpParameters parameters_of(const Eigen::VectorXd& logs) {
    const Eigen::Index d = logs.size() - 2;
    return {logs.head(d).array().exp(), std::exp(logs[d]), std::exp(logs[d + 1])};
}

Eigen::VectorXd logs_of(const NumericGpParameters& p) {
    Eigen::VectorXd logs(p.lengths.size() + 2);
    logs << p.lengths, p.variance, p.noise;
    return logs.array().log();
}

}  // namespace

double gp_log_posterior(const Eigen::MatrixXd& points, const Eigen::VectorXd& values,
                        const NumericGpParameters& parameters, double* gradient) {
    const Eigen::Index n = points.rows(), d = points.cols();
    const Eigen::ArrayXXd squares = squared_distances(points, points, parameters.lengths);
    const Eigen::MatrixXd kernel = matern(squares);
    const Factored f = factor(kernel, values, parameters);
    if (f.log_likelihood <= no_density) {
        if (gradient != nullptr) std::fill_n(gradient, d + 2, 0.0);
        return no_density;
    }
    if (gradient != nullptr) {
        // dL/dt = trace((weights weights' - K^-1) dK/dt) / 2 (equation 5.9); the mean's own part is 0 at its optimum.
        const Eigen::MatrixXd outer =
            f.weights * f.weights.transpose() - f.cholesky.solve(Eigen::MatrixXd::Identity(n, n));
        const Eigen::ArrayXXd r = (5.0 * squares).sqrt();
        const Eigen::MatrixXd by_distance =  // times (x_k - y_k)^2 / length_k^2: by log length_k
            outer.array() * ((parameters.variance * 5.0 / 3.0) * (1.0 + r) * (-r).exp());
        const Eigen::VectorXd sums = by_distance.rowwise().sum();
        for (Eigen::Index k = 0; k < d; ++k) {
            const Eigen::VectorXd x = (points.col(k).array() - points.col(k).mean()) / parameters.lengths[k];
            gradient[k] =
                x.cwiseAbs2().dot(sums) - x.dot(by_distance * x) + length_prior.slope(std::log(parameters.lengths[k]));
        }
        gradient[d] = 0.5 * parameters.variance * (outer.array() * kernel.array()).sum() +
                      variance_prior.slope(std::log(parameters.variance));
        gradient[d + 1] = 0.5 * parameters.noise * outer.trace() + noise_prior.slope(std::log(parameters.noise));
    }
    return f.log_likelihood + log_priors(parameters);
}

NumericGp NumericGp::with_parameters(const Eigen::MatrixXd& points, const Eigen::VectorXd& values,
                                     const NumericGpParameters& parameters) {
    NumericGp gp;
    gp.points_ = points;
    gp.parameters_ = parameters;
    const Standardized standardized = standardize(values);
    gp.shift_ = standardized.shift;
    gp.scale_ = standardized.scale;
    const Eigen::MatrixXd kernel = matern(squared_distances(points, points, parameters.lengths));
    Factored f = factor(kernel, standardized.values, parameters);
    while (f.log_likelihood <= no_density) {  // parameters without enough noise
        if (!values.allFinite() || !points.allFinite())
            throw RunError("a Gaussian process was given a value that is not a finite number");
        gp.parameters_.noise = std::max(10 * gp.parameters_.noise, 1e-10 * parameters.variance);
        f = factor(kernel, standardized.values, gp.parameters_);
    }
    gp.constant_ = f.constant;
    gp.weights_ = std::move(f.weights);
    gp.cholesky_ = std::move(f.cholesky);
    gp.log_posterior_ = f.log_likelihood + log_priors(gp.parameters_);
    return gp;
}

NumericGp NumericGp::fit(const Eigen::MatrixXd& points, const Eigen::VectorXd& values,
                         const NumericGpOptions& options) {
    const Standardized standardized = standardize(values);
    std::vector<NumericGpParameters> starts;
    if (options.start) starts.push_back(*options.start);
    const Eigen::VectorXd ones = Eigen::VectorXd::Ones(points.cols());
    starts.push_back({0.5 * ones, 1.0, 1e-2});   // smooth
    starts.push_back({0.15 * ones, 1.0, 1e-3});  // rough
    const Eigen::Index d = points.cols(), n = d + 2;
    Eigen::VectorXd lower = Eigen::VectorXd::Constant(n, std::log(options.shortest));
    Eigen::VectorXd upper = Eigen::VectorXd::Constant(n, std::log(options.longest));
    lower.tail<2>() << std::log(1e-3), std::log(options.least_noise);  // the variance of the outputs is 1
    upper.tail<2>() << std::log(1e3), std::log(10.0);
    const SmoothFunction loss = [&](const Eigen::VectorXd& logs, Eigen::VectorXd& gradient) {
        gradient.resize(n);
        const double value = gp_log_posterior(points, standardized.values, parameters_of(logs), gradient.data());
        gradient = -gradient;
        return -value;
    };
    Minimum best{{}, std::numeric_limits<double>::infinity()};
    for (const auto& start : starts) {
        Minimum found = minimize(loss, logs_of(start), lower, upper, options.evaluations);
        if (found.value < best.value) best = std::move(found);
    }
    return with_parameters(points, values, parameters_of(best.x));
}

Eigen::VectorXd NumericGp::mean(const Eigen::MatrixXd& points) const {
    const Eigen::MatrixXd kernel =
        parameters_.variance * matern(squared_distances(points, points_, parameters_.lengths));
    return (scale_ * (kernel * weights_).array() + (shift_ + scale_ * constant_)).matrix();
}

Eigen::MatrixXd NumericGp::whitened(const Eigen::MatrixXd& points) const {
    const Eigen::MatrixXd kernel =
        (scale_ * parameters_.variance) * matern(squared_distances(points_, points, parameters_.lengths));
    return cholesky_.matrixL().solve(kernel);
}

Eigen::MatrixXd NumericGp::prior(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) const {
    return (scale_ * scale_ * parameters_.variance) * matern(squared_distances(a, b, parameters_.lengths));
}

GpPrediction NumericGp::predict(const Eigen::MatrixXd& points) const {
    const Eigen::MatrixXd known = whitened(points);
    return {mean(points), prior(points, points) - known.transpose() * known};
}

Eigen::MatrixXd safe_cholesky(const Eigen::MatrixXd& covariance) {
    const double scale = std::max(covariance.diagonal().mean(), 1e-300);
    Eigen::MatrixXd padded = covariance;
    for (double jitter = 1e-10; jitter < 10 && covariance.allFinite(); jitter *= 10) {
        const Eigen::LLT<Eigen::MatrixXd> factored(padded);
        if (factored.info() == Eigen::Success) return factored.matrixL();
        padded = covariance;
        padded.diagonal().array() += jitter * scale;
    }
    throw RunError("the covariance of a Gaussian process is not one (not finite, or far from positive definite)");
}

Eigen::MatrixXd posterior_samples(const GpPrediction& prediction, const Eigen::MatrixXd& normals) {
    return (safe_cholesky(prediction.covariance) * normals).colwise() + prediction.mean;
}

}  // namespace cenas

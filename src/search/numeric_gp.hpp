// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <optional>

namespace cenas {

/// What the covariance of a Gaussian process depends on, for outputs of mean 0 and variance 1.
struct NumericGpParameters {
    Eigen::VectorXd lengths;  ///< one a dimension, in units of the inputs
    double variance = 1;      ///< of the function
    double noise = 1e-2;      ///< variance of what is added to it at every measurement
};

struct NumericGpOptions {
    double shortest = 5e-3;  ///< of the length scales; inputs are taken to lie in [0, 1]
    double longest = 20;
    double least_noise = 1e-4;  ///< of outputs of variance 1 (BoTorch's lower limit)
    int evaluations = 150;      ///< of the likelihood from each start, at most
    /// Tried as a start before the standing ones: the parameters of an earlier fit, say.
    std::optional<NumericGpParameters> start;
};

/// Means and covariances of the function (without noise) at q points.
struct GpPrediction {
    Eigen::VectorXd mean;
    Eigen::MatrixXd covariance;
};

/// A Gaussian process on numbers: Matern-5/2 kernel with a length scale a dimension, outputs standardized to mean 0 and
/// variance 1, constant mean, noise (Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006: algorithm
/// 2.1, equations 2.45, 4.17, 5.9). Parameters maximize the marginal likelihood times BoTorch's priors (Balandat et
/// al., NeurIPS 2020; SingleTaskGP of 2021): Gamma(3, 6) on a length, Gamma(2, 0.15) on the variance, Gamma(1.1, 0.05)
/// on the noise, which keep them sensible for few or flat data. The mean is the generalized least-squares one.
class NumericGp {
  public:
    /// Fits to `values` (finite) at the rows of `points` (n >= 1, inputs in [0, 1] or thereabouts). Any data give a
    /// process: one point, equal points, equal values. O(n^3) a likelihood. Deterministic. Throws RunError where a
    /// number is not finite.
    static NumericGp fit(const Eigen::MatrixXd& points, const Eigen::VectorXd& values,
                         const NumericGpOptions& options = {});
    /// The same with given parameters.
    static NumericGp with_parameters(const Eigen::MatrixXd& points, const Eigen::VectorXd& values,
                                     const NumericGpParameters& parameters);

    /// At the rows of `points`. O(n^2 q + n q^2).
    GpPrediction predict(const Eigen::MatrixXd& points) const;
    /// The same in parts, for whoever asks for many points one by one against some that stay: the mean and
    /// `whitened`, n x q, so that the covariance of two points is prior(a, b) - whitened(a)' whitened(b).
    Eigen::VectorXd mean(const Eigen::MatrixXd& points) const;
    Eigen::MatrixXd whitened(const Eigen::MatrixXd& points) const;
    /// Covariance before any data, in squared units of the values; rows(a) x rows(b).
    Eigen::MatrixXd prior(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) const;

    const NumericGpParameters& parameters() const { return parameters_; }
    /// Log marginal likelihood of the standardized values plus the log densities of the priors.
    double log_posterior() const { return log_posterior_; }

  private:
    NumericGp() = default;

    Eigen::MatrixXd points_;
    NumericGpParameters parameters_;
    double shift_ = 0, scale_ = 1;  // value = shift + scale * standardized
    double constant_ = 0;           // mean of the process, standardized
    double log_posterior_ = 0;
    Eigen::LLT<Eigen::MatrixXd> cholesky_;
    Eigen::VectorXd weights_;  // K^-1 (standardized - constant)
};

/// The log posterior of the parameters given `values` (standardized) and, where it is not null, its gradient by
/// (log lengths..., log variance, log noise). -1e100, gradient 0, where the covariance cannot be factored.
double gp_log_posterior(const Eigen::MatrixXd& points, const Eigen::VectorXd& values,
                        const NumericGpParameters& parameters, double* gradient);

/// Joint samples, q x S, of the function at the q points of a prediction: mean + L z. `normals` is q x S, standard
/// normal, the caller's own.
Eigen::MatrixXd posterior_samples(const GpPrediction& prediction, const Eigen::MatrixXd& normals);

/// Lower Cholesky factor of a covariance that rounding or equal points may have made singular: a growing multiple of
/// the mean variance is added to its diagonal, from 1e-10 on, until it can be factored. Throws
/// RunError where no multiple up to 1 helps: values that are not finite.
Eigen::MatrixXd safe_cholesky(const Eigen::MatrixXd& covariance);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// Gaussian-process regression on a finite set of points (Rasmussen and Williams, "Gaussian Processes for Machine
// Learning", MIT Press 2006: sections 2.2, 5.4.1), all of which it predicts all the time: an observation costs O(points
// x observations).

#include <Eigen/Core>
#include <span>
#include <vector>

namespace cenas {

/// What the points look like. The kernel is a sum over groups of features,
///     k(x, y) = sum over g of w_g M(|x_g - y_g|^2 / (u_g l_g^2)),
/// M the Matern function of order 5/2 (section 4.2.1), u_g the mean squared distance of two points in the group, so
/// that the length scales l_g have no unit. Groups that are equal for all points are left out.
class PointFeatures {
  public:
    /// Points x features; the mean of the prior of the group's weight.
    void add_group(Eigen::MatrixXd features, double weight);
    Eigen::Index points() const { return groups_.empty() ? 0 : groups_[0].rows(); }
    std::size_t groups() const { return groups_.size(); }
    /// Squared distances, over u_g, of one point to all, and of a few points among themselves.
    Eigen::ArrayXd distances(std::size_t group, Eigen::Index point) const;
    Eigen::ArrayXXd distances(std::size_t group, std::span<const Eigen::Index> among) const;
    double weight(std::size_t group) const { return weights_[group]; }

  private:
    std::vector<Eigen::MatrixXd> groups_;  // divided by the root of u_g
    std::vector<double> weights_;
};

/// Hyper-parameters, as logarithms: a length scale and a weight for each group, and the standard deviation of the
/// noise. Targets are standardized, so that none has a unit.
struct GaussianProcessParameters {
    Eigen::VectorXd log_lengths;
    Eigen::VectorXd log_weights;
    double log_noise = 0;

    /// The means of their priors: this length in every group, the groups' weights, noise of 0.05.
    static GaussianProcessParameters prior(const PointFeatures& features, double length = 3.3);
};

/// All of them in one row, and back.
std::vector<double> to_values(const GaussianProcessParameters& parameters);
GaussianProcessParameters from_values(const std::vector<double>& values);

/// Observations of standardized targets.
struct Observations {
    std::vector<Eigen::Index> points;  ///< any of them more than once, too
    std::vector<double> targets;
};

/// Maximum a posteriori hyper-parameters: the marginal likelihood (section 5.4.1) times log-normal priors (standard
/// deviation 0.7 of log lengths and of log noise, 1 of log weights; means `prior`), within three deviations, noise in
/// [0.02, 0.6]; by quasi-Newton steps from `start`, at most so many evaluations. With fewer than two observations,
/// `prior`.
GaussianProcessParameters fit_parameters(const PointFeatures& features, const Observations& observations,
                                         const GaussianProcessParameters& prior, const GaussianProcessParameters& start,
                                         int evaluations);

/// The negative logarithm of what fit_parameters() maximizes, up to a constant; the gradient by log lengths, log
/// weights, log noise.
double negative_log_posterior(const PointFeatures& features, const Observations& observations,
                              const GaussianProcessParameters& prior, const GaussianProcessParameters& parameters,
                              Eigen::VectorXd* gradient);

/// The posterior over all points. Points are appended one after the other, which is all there is: appended to an empty
/// one they give the same bits.
class GaussianProcess {
  public:
    /// `features` outlives it.
    GaussianProcess(const PointFeatures& features, const GaussianProcessParameters& parameters);

    /// Observes a point, to whatever result: variances follow from the points alone.
    void append(Eigen::Index point);
    /// Forgets all but the first `count` points.
    void truncate(std::size_t count);
    std::size_t size() const { return observed_.size(); }
    const std::vector<Eigen::Index>& observed() const { return observed_; }

    /// Gives the first targets.size() appended points their results; those behind are as if they had come out as
    /// expected.
    void set_targets(std::span<const double> targets);

    /// Of the function without noise, at every point.
    const Eigen::ArrayXd& mean() const { return mean_; }
    Eigen::ArrayXd variance() const;
    /// Among a few points.
    Eigen::MatrixXd covariance(std::span<const Eigen::Index> among) const;
    double noise_variance() const { return noise_ * noise_; }

  private:
    Eigen::ArrayXd kernel_row(Eigen::Index point) const;

    const PointFeatures* features_;
    GaussianProcessParameters parameters_;
    double noise_;
    double total_weight_;
    std::vector<Eigen::Index> observed_;
    // With K + noise = L L', row i of L is columns_[0..i][observed_[i]], since columns_ is the transpose of L^-1
    // k(observed, all).
    std::vector<Eigen::ArrayXd> columns_;
    std::vector<double> diagonal_;  // of L
    Eigen::ArrayXd explained_;      // sum of the squares of the columns
    Eigen::ArrayXd mean_;
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/nehvi.hpp"

#include <algorithm>
#include <cstdint>

#include "pareto/fronts.hpp"
#include "search/quasi_random.hpp"

namespace cenas {
namespace {

/// The gains of all points in one sample, row-major.
std::vector<double> gains_in(const std::vector<Eigen::MatrixXd>& samples, const std::vector<Eigen::Index>& points,
                             Eigen::Index sample) {
    std::vector<double> gains;
    gains.reserve(points.size() * samples.size());
    for (const Eigen::Index point : points)
        for (const auto& objective : samples) gains.push_back(objective(point, sample));
    return gains;
}

/// Points that are on the front of a sample.
std::vector<Eigen::Index> ever_on_a_front(const std::vector<Eigen::MatrixXd>& samples) {
    const auto m = static_cast<int>(samples.size());
    std::vector<Eigen::Index> all(static_cast<std::size_t>(samples[0].rows())), kept;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Eigen::Index>(i);
    std::vector<std::uint8_t> on_front(all.size(), 0);
    for (Eigen::Index s = 0; s < samples[0].cols(); ++s)
        for (const std::size_t i : non_dominated(gains_in(samples, all, s), m)) on_front[i] = 1;
    for (const Eigen::Index i : all)
        if (on_front[static_cast<std::size_t>(i)] != 0) kept.push_back(i);
    return kept;
}

double improvement(const Boxes& boxes, const double* gains, std::size_t m) {
    double sum = 0;
    for (std::size_t box = 0; box < boxes.lower.size(); box += m) {
        double volume = 1;
        for (std::size_t k = 0; k < m && volume > 0; ++k)
            volume *= std::max(0.0, std::min(gains[k], boxes.upper[box + k]) - boxes.lower[box + k]);
        sum += volume;
    }
    return sum;
}

}  // namespace

Nehvi::Nehvi(const std::vector<NumericGp>& models, const Eigen::MatrixXd& points, int samples, Random& random) {
    const auto m = static_cast<Eigen::Index>(models.size());
    const Eigen::MatrixXd own = even_normals(1, m, samples, random);  // of the point that is asked about
    const Eigen::MatrixXd normals = even_normals(points.rows(), m, samples, random);
    std::vector<Eigen::MatrixXd> drawn;  // by objective: n x S
    for (Eigen::Index k = 0; k < m; ++k) {
        Eigen::MatrixXd z(points.rows(), samples);
        for (Eigen::Index i = 0; i < z.rows(); ++i) z.row(i) = normals.row(i * m + k);
        drawn.push_back(posterior_samples(models[static_cast<std::size_t>(k)].predict(points), z));
    }
    const auto kept = ever_on_a_front(drawn);
    base_ = points(kept, Eigen::all);
    for (Eigen::Index k = 0; k < m; ++k) {
        const NumericGp& model = models[static_cast<std::size_t>(k)];
        Objective objective{&model, model.whitened(base_), {}, {}, own.row(k)};
        const auto prediction = model.predict(base_);
        objective.base_cholesky = safe_cholesky(prediction.covariance);
        objective.weights = drawn[static_cast<std::size_t>(k)](kept, Eigen::all).colwise() - prediction.mean;
        objective.base_cholesky.triangularView<Eigen::Lower>().solveInPlace(objective.weights);
        objective.base_cholesky.transpose().triangularView<Eigen::Upper>().solveInPlace(objective.weights);
        objectives_.push_back(std::move(objective));
    }
    for (Eigen::Index s = 0; s < samples; ++s)
        boxes_.push_back(non_dominated_boxes(gains_in(drawn, kept, s), static_cast<int>(m)));
}

Eigen::VectorXd Nehvi::values(const Eigen::MatrixXd& points) const {
    const auto m = objectives_.size();
    std::vector<Eigen::MatrixXd> gains;  // by objective: S x q
    for (const Objective& o : objectives_) {
        const Eigen::MatrixXd whitened = o.model->whitened(points);
        const Eigen::MatrixXd covariance =  // b x q, given the data
            o.model->prior(base_, points) - o.base_whitened.transpose() * whitened;
        const Eigen::MatrixXd explained = o.base_cholesky.triangularView<Eigen::Lower>().solve(covariance);
        const double prior = o.model->prior(points.topRows(1), points.topRows(1))(0, 0);
        const Eigen::ArrayXd variance = prior - whitened.colwise().squaredNorm().transpose().array() -
                                        explained.colwise().squaredNorm().transpose().array();
        Eigen::MatrixXd sampled = o.weights.transpose() * covariance;
        sampled += o.normals * variance.max(0.0).sqrt().matrix().transpose();
        sampled.rowwise() += o.model->mean(points).transpose();
        gains.push_back(std::move(sampled));
    }
    Eigen::VectorXd values = Eigen::VectorXd::Zero(points.rows());
    std::vector<double> point(m);
    for (Eigen::Index i = 0; i < points.rows(); ++i) {
        for (std::size_t s = 0; s < boxes_.size(); ++s) {
            for (std::size_t k = 0; k < m; ++k) point[k] = gains[k](static_cast<Eigen::Index>(s), i);
            values[i] += improvement(boxes_[s], point.data(), m);
        }
        values[i] /= static_cast<double>(boxes_.size());
    }
    return values;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/gain_model.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

namespace cenas {

// --- one gain --------------------------------------------------------------------------------------------------------

namespace {

/// Priors' length scales, spread evenly in their logarithms around 3.3.
double length_of_member(int member, int members) {
    constexpr double centre = 1.2, reach = 0.4;
    return std::exp(members == 1 ? centre : centre - reach + 2 * reach * member / (members - 1));
}

double standard_normal(Random& random) {
    return std::sqrt(-2 * std::log(1 - random.uniform())) * std::cos(2 * std::numbers::pi * random.uniform());
}

/// L with L L' = the matrix, which may be singular but for rounding.
Eigen::MatrixXd root_of(Eigen::MatrixXd covariance) {
    const double scale = covariance.diagonal().maxCoeff();
    for (double jitter = 1e-9; jitter < 1; jitter *= 10) {
        Eigen::MatrixXd with_jitter = covariance;
        with_jitter.diagonal().array() += jitter * scale;
        const Eigen::LLT<Eigen::MatrixXd> factor(with_jitter);
        if (factor.info() == Eigen::Success) return factor.matrixL();
    }
    return covariance.diagonal().cwiseMax(0).cwiseSqrt().asDiagonal();
}

}  // namespace

GainModel::GainModel(const CandidateObjective& objective, int members)
    : inputs_(objective.direction == Direction::maximize ? &network_inputs() : &cost_inputs()),
      ceiling_(objective.ceiling) {
    for (int i = 0; i < members; ++i) {
        const auto prior = GaussianProcessParameters::prior(inputs_->features, length_of_member(i, members));
        members_.push_back({prior, prior, GaussianProcess(inputs_->features, prior)});
    }
    standardize();
}

void GainModel::tell(CellIndex cell, double gain) {
    if (point(cell) < 0) {
        unconnected_.push_back(gain);
        return;
    }
    set_pending({});
    observed_.points.push_back(point(cell));
    observed_.targets.push_back(gain);
    for (Member& member : members_) member.process.append(point(cell));
    standardize();
}

void GainModel::tell_first(std::span<const CellIndex> cells, std::span<const double> gains) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (point(cells[i]) < 0) {
            unconnected_.push_back(gains[i]);
            continue;
        }
        observed_.points.push_back(point(cells[i]));
        observed_.targets.push_back(gains[i]);
    }
    if (!observed_.targets.empty()) transform_.emplace(observed_.targets, ceiling_);
}

void GainModel::fit() {
    if (observed_.targets.empty()) return;
    constexpr int evaluations = 40;
    const Observations standardized{observed_.points, transform_->apply(observed_.targets)};
    for (Member& member : members_)
        member.parameters =
            fit_parameters(inputs_->features, standardized, member.prior, member.parameters, evaluations);
    rebuild();
}

void GainModel::rebuild() {
    for (Member& member : members_) {
        member.process = GaussianProcess(inputs_->features, member.parameters);
        for (const Eigen::Index point : observed_.points) member.process.append(point);
    }
    standardize();
}

void GainModel::standardize() {
    if (observed_.targets.empty()) {
        transform_.emplace(std::vector<double>{0.0}, ceiling_);
        return;
    }
    transform_.emplace(observed_.targets, ceiling_);
    const auto targets = transform_->apply(observed_.targets);
    for (Member& member : members_) member.process.set_targets(targets);
}

void GainModel::set_pending(std::span<const CellIndex> cells) {
    std::vector<Eigen::Index> wanted = observed_.points;
    for (const CellIndex cell : cells)
        if (point(cell) >= 0) wanted.push_back(point(cell));
    for (Member& member : members_) {
        const auto& present = member.process.observed();
        const auto differs = std::mismatch(present.begin(), present.end(), wanted.begin(), wanted.end()).second;
        const auto same = static_cast<std::size_t>(differs - wanted.begin());
        member.process.truncate(same);
        for (std::size_t i = same; i < wanted.size(); ++i) member.process.append(wanted[i]);
    }
}

double GainModel::expected(CellIndex cell) const {
    if (point(cell) < 0) return unconnected_improvement(0);
    double sum = 0;
    for (const Member& member : members_) sum += transform_->invert(member.process.mean()[point(cell)]);
    return sum / static_cast<double>(members_.size());
}

/// See the class. Gains below the reference are no gains.
double GainModel::unconnected_improvement(double level) const {
    if (!unconnected_.empty()) {
        const double mean =
            std::accumulate(unconnected_.begin(), unconnected_.end(), 0.0) / static_cast<double>(unconnected_.size());
        return std::max(mean - level, 0.0);
    }
    if (observed_.targets.empty()) return 0;
    const double most = *std::min_element(observed_.targets.begin(), observed_.targets.end());
    if (most <= level) return 0;
    return (most - level) * (most - level) / (2 * most);
}

Eigen::ArrayXd GainModel::by_cell(const std::vector<CellIndex>& cells, const Eigen::ArrayXd& mean,
                                  const Eigen::ArrayXd& deviation, double level) const {
    Eigen::ArrayXd by_point(mean.size());
    for (Eigen::Index i = 0; i < mean.size(); ++i)
        by_point[i] = transform_->expected_improvement(mean[i], deviation[i], level);
    const double unconnected = unconnected_improvement(level);
    Eigen::ArrayXd improvement(static_cast<Eigen::Index>(cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i)
        improvement[static_cast<Eigen::Index>(i)] = point(cells[i]) < 0 ? unconnected : by_point[point(cells[i])];
    return improvement;
}

Belief GainModel::belief(const std::vector<CellIndex>& cells) const {
    std::vector<Eigen::ArrayXd> deviations;
    for (const Member& member : members_)
        deviations.emplace_back((member.process.variance() + member.process.noise_variance()).sqrt());
    return [this, &cells, deviations](double level) {
        Eigen::ArrayXd sum = by_cell(cells, members_[0].process.mean(), deviations[0], level);
        for (std::size_t i = 1; i < members_.size(); ++i)
            sum += by_cell(cells, members_[i].process.mean(), deviations[i], level);
        return Eigen::ArrayXd(sum / static_cast<double>(members_.size()));
    };
}

std::vector<GainModel::World> GainModel::draw_worlds(std::span<const CellIndex> known,
                                                     const std::vector<CellIndex>& cells, int count,
                                                     Random& random) const {
    std::vector<World> worlds;
    const auto members = static_cast<int>(members_.size());
    for (int i = 0; i < members; ++i) {
        const int share = (count + members - 1 - i) / members;
        for (World& world : draw_worlds(members_[static_cast<std::size_t>(i)], known, cells, share, random))
            worlds.push_back(std::move(world));
    }
    return worlds;
}

/// Gains at the known points from their joint posterior, and the process without noise that goes through them.
std::vector<GainModel::World> GainModel::draw_worlds(const Member& member, std::span<const CellIndex> known,
                                                     const std::vector<CellIndex>& cells, int count,
                                                     Random& random) const {
    std::vector<Eigen::Index> points;
    for (const CellIndex cell : known)
        if (point(cell) >= 0 && std::find(points.begin(), points.end(), point(cell)) == points.end())
            points.push_back(point(cell));
    const auto n = static_cast<Eigen::Index>(points.size());
    const Eigen::MatrixXd root = n > 0 ? root_of(member.process.covariance(points)) : Eigen::MatrixXd();
    GaussianProcessParameters without_noise = member.parameters;
    constexpr double least_noise = 1e-3;  // keeps the factor of nearly equal points well-conditioned
    without_noise.log_noise = std::log(least_noise);
    GaussianProcess process(inputs_->features, without_noise);
    for (const Eigen::Index p : points) process.append(p);
    const Eigen::ArrayXd deviation = (process.variance() + process.noise_variance()).sqrt();

    std::vector<World> worlds;
    for (int i = 0; i < count; ++i) {
        Eigen::VectorXd draws(n);
        for (double& x : draws) x = standard_normal(random);
        std::vector<double> targets(points.size());
        const Eigen::VectorXd deviations_from_mean = n > 0 ? Eigen::VectorXd(root * draws) : draws;
        for (std::size_t p = 0; p < points.size(); ++p)
            targets[p] = member.process.mean()[points[p]] + deviations_from_mean[static_cast<Eigen::Index>(p)];
        process.set_targets(targets);
        World world;
        for (const CellIndex cell : known)
            world.gains.push_back(point(cell) < 0
                                      ? unconnected_improvement(0)
                                      : transform_->invert(targets[static_cast<std::size_t>(
                                            std::find(points.begin(), points.end(), point(cell)) - points.begin())]));
        world.belief = [this, &cells, mean = process.mean(), deviation](double level) {
            return by_cell(cells, mean, deviation, level);
        };
        worlds.push_back(std::move(world));
    }
    return worlds;
}

void GainModel::exchange(StateArchive& archive) {
    archive(observed_.points, observed_.targets, unconnected_);
    for (Member& member : members_) {
        std::vector<double> theta = to_values(member.parameters);
        archive(theta);
        member.parameters = from_values(theta);
    }
    if (archive.reading()) rebuild();
}

// --- how long trainings take -----------------------------------------------------------------------------------------

namespace {

using OperationCounts = Eigen::Matrix<double, operation_count, 1>;

OperationCounts counts_of(CellIndex cell) {
    OperationCounts counts = OperationCounts::Zero();
    for (const Operation operation : cell_from_index(cell)) counts[static_cast<int>(operation)] += 1;
    return counts;
}

}  // namespace

void CostModel::tell(CellIndex cell, double cost_s) {
    if (!(cost_s > 0)) return;
    cells_.push_back(cell);
    costs_.push_back(cost_s);
}

Eigen::ArrayXd CostModel::predict(const std::vector<CellIndex>& cells) const {
    const auto n = static_cast<Eigen::Index>(cells.size());
    if (cells_.empty()) return Eigen::ArrayXd::Ones(n);
    const auto told = static_cast<double>(cells_.size());
    const double mean_cost = std::accumulate(costs_.begin(), costs_.end(), 0.0) / told;
    OperationCounts mean_counts = OperationCounts::Zero();
    for (const CellIndex cell : cells_) mean_counts += counts_of(cell) / told;
    Eigen::Matrix<double, operation_count, operation_count> normal =
        Eigen::Matrix<double, operation_count, operation_count>::Identity();  // the ridge
    OperationCounts moments = OperationCounts::Zero();
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        const OperationCounts x = counts_of(cells_[i]) - mean_counts;
        normal += x * x.transpose();
        moments += x * (costs_[i] - mean_cost);
    }
    const OperationCounts slopes = normal.ldlt().solve(moments);
    constexpr double least = 0.25;  // of the mean: a line falls below what any training takes
    Eigen::ArrayXd costs(n);
    for (Eigen::Index i = 0; i < n; ++i)
        costs[i] = std::max(mean_cost + slopes.dot(counts_of(cells[static_cast<std::size_t>(i)]) - mean_counts),
                            least * mean_cost);
    return costs;
}

}  // namespace cenas

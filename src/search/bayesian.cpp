// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/bayesian.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace cenas {

// --- one gain --------------------------------------------------------------------------------------------------------

GainModel::GainModel(const CandidateObjective& objective)
    : inputs_(objective.direction == Direction::maximize ? &network_inputs() : &cost_inputs()),
      ceiling_(objective.ceiling),
      parameters_(GaussianProcessParameters::prior(inputs_->features)) {
    rebuild();
}

void GainModel::tell(CellIndex cell, double gain) {
    if (point(cell) < 0) {
        unconnected_.push_back(gain);
        return;
    }
    process_->truncate(observed_.points.size());  // without those in training
    observed_.points.push_back(point(cell));
    observed_.targets.push_back(gain);
    process_->append(point(cell));
    standardize();
}

void GainModel::fit() {
    if (observed_.targets.empty()) return;
    constexpr int evaluations = 40;
    const Observations standardized{observed_.points, transform_->apply(observed_.targets)};
    parameters_ = fit_parameters(inputs_->features, standardized, parameters_, evaluations);
    rebuild();
}

void GainModel::rebuild() {
    process_.emplace(inputs_->features, parameters_);
    for (const Eigen::Index point : observed_.points) process_->append(point);
    standardize();
}

void GainModel::standardize() {
    if (observed_.targets.empty()) {
        transform_.emplace(std::vector<double>{0.0}, ceiling_);
        return;
    }
    transform_.emplace(observed_.targets, ceiling_);
    process_->set_targets(transform_->apply(observed_.targets));
}

void GainModel::set_pending(std::span<const CellIndex> cells) {
    process_->truncate(observed_.points.size());
    for (const CellIndex cell : cells)
        if (point(cell) >= 0) process_->append(point(cell));
}

double GainModel::expected(CellIndex cell) const {
    if (point(cell) >= 0) return transform_->invert(process_->mean()[point(cell)]);
    return unconnected_improvement(0);
}

/// See the class. Gains below the reference are no gains.
double GainModel::unconnected_improvement(double level) const {
    if (!unconnected_.empty()) {
        const double mean = std::accumulate(unconnected_.begin(), unconnected_.end(), 0.0) /
                            static_cast<double>(unconnected_.size());
        return std::max(mean - level, 0.0);
    }
    if (observed_.targets.empty()) return 0;
    const double most = *std::min_element(observed_.targets.begin(), observed_.targets.end());
    if (most <= level) return 0;
    return (most - level) * (most - level) / (2 * most);
}

Belief GainModel::belief(const std::vector<CellIndex>& cells) const {
    const Eigen::ArrayXd deviation = (process_->variance() + process_->noise_variance()).sqrt();
    return [this, &cells, deviation](double level) {
        Eigen::ArrayXd by_point(deviation.size());
        for (Eigen::Index i = 0; i < deviation.size(); ++i)
            by_point[i] = transform_->expected_improvement(process_->mean()[i], deviation[i], level);
        const double unconnected = unconnected_improvement(level);
        Eigen::ArrayXd by_cell(static_cast<Eigen::Index>(cells.size()));
        for (std::size_t i = 0; i < cells.size(); ++i)
            by_cell[static_cast<Eigen::Index>(i)] = point(cells[i]) < 0 ? unconnected : by_point[point(cells[i])];
        return by_cell;
    };
}

void GainModel::exchange(StateArchive& archive) {
    std::vector<double> theta = to_values(parameters_);
    archive(observed_.points, observed_.targets, unconnected_, theta);
    if (!archive.reading()) return;
    parameters_ = from_values(theta);
    rebuild();
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

// --- the search ------------------------------------------------------------------------------------------------------

BayesianSearch::BayesianSearch(const SearchOptions& options, const Candidates& candidates, int objectives,
                               std::uint64_t seed)
    : options_(options.bayesian),
      candidates_(&candidates),
      pool_(candidates),
      objectives_(static_cast<std::size_t>(objectives)),
      seed_(seed) {
    const auto known = known_objectives(options, candidates);
    for (std::size_t k = 0; k < objectives_; ++k) {
        models_.emplace_back();
        const auto& objective = k < candidates.objectives.size() ? candidates.objectives[k] : CandidateObjective{};
        if (std::find(known.begin(), known.end(), k) == known.end()) models_.back().emplace(objective);
    }
}

void BayesianSearch::tell(const Outcome& outcome) {
    pool_.take(outcome.cell);
    std::erase(pending_, outcome.cell);
    gains_.insert(gains_.end(), outcome.gains.begin(), outcome.gains.end());
    cost_.tell(outcome.cell, outcome.cost_s);
    for (std::size_t k = 0; k < objectives_; ++k)
        if (models_[k]) models_[k]->tell(outcome.cell, outcome.gains[k]);
    ++told_;
}

void BayesianSearch::update() {
    if (fitted_ == told_) return;
    fitted_ = told_;
    for (auto& model : models_)
        if (model) model->fit();
}

/// What was told, and what is expected of the cells in training.
std::vector<double> BayesianSearch::front_with_pending() const {
    std::vector<double> front = gains_;
    for (const CellIndex cell : pending_)
        for (std::size_t k = 0; k < objectives_; ++k)
            front.push_back(models_[k]
                                ? models_[k]->expected(cell)
                                : candidates_->known_gains[static_cast<std::size_t>(cell) * objectives_ + k]);
    return front;
}

Eigen::ArrayXd BayesianSearch::acquisition(const std::vector<CellIndex>& cells) {
    std::vector<Belief> beliefs;
    for (std::size_t k = 0; k < objectives_; ++k) {
        if (models_[k]) {
            models_[k]->set_pending(pending_);
            beliefs.push_back(models_[k]->belief(cells));
            continue;
        }
        Eigen::ArrayXd known(static_cast<Eigen::Index>(cells.size()));
        for (std::size_t i = 0; i < cells.size(); ++i)
            known[static_cast<Eigen::Index>(i)] =
                candidates_->known_gains[static_cast<std::size_t>(cells[i]) * objectives_ + k];
        beliefs.push_back(known_gain(std::move(known)));
    }
    const Boxes boxes = non_dominated_boxes(front_with_pending(), static_cast<int>(objectives_));
    Eigen::ArrayXd value = expected_hypervolume_improvement(boxes, beliefs);
    if (options_.per_cost) value /= cost_.predict(cells);
    return value;
}

std::optional<Proposal> BayesianSearch::ask() {
    std::vector<CellIndex> cells;
    for (const CellIndex cell : candidates_->cells)
        if (pool_.available(cell)) cells.push_back(cell);
    Random random(seed_, Stream::proposals, asks_++);
    if (cells.empty()) return std::nullopt;
    CellIndex best = *pool_.draw_available(random);
    if (told_ > 0) {
        const Eigen::ArrayXd value = acquisition(cells);
        Eigen::Index at = 0;
        if (value.maxCoeff(&at) > 0) best = cells[static_cast<std::size_t>(at)];
    }
    pool_.take(best);
    pending_.push_back(best);
    return Proposal{best};
}

void BayesianSearch::exchange(StateArchive& archive) {
    pool_.exchange(archive);
    archive(asks_, gains_, pending_, told_, fitted_);
    cost_.exchange(archive);
    for (auto& model : models_)
        if (model) model->exchange(archive);
}

}  // namespace cenas

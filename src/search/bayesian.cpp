// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/bayesian.hpp"

#include <algorithm>

namespace cenas {

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
        if (std::find(known.begin(), known.end(), k) == known.end())
            models_.back().emplace(objective, options_.ensemble);
    }
}

void BayesianSearch::tell(const Outcome& outcome) {
    pool_.take(outcome.cell);
    std::erase(pending_, outcome.cell);
    cells_.push_back(outcome.cell);
    gains_.insert(gains_.end(), outcome.gains.begin(), outcome.gains.end());
    cost_.tell(outcome.cell, outcome.cost_s);
    for (std::size_t k = 0; k < objectives_; ++k)
        if (models_[k]) models_[k]->tell(outcome.cell, outcome.gains[k]);
}

void BayesianSearch::update() {
    constexpr std::uint64_t tenth = 10;  // less than a tenth more changes hyper-parameters little
    const std::uint64_t told = cells_.size();
    if (told == fitted_ || (told - fitted_) * tenth < fitted_) return;
    fitted_ = told;
    for (auto& model : models_)
        if (model) model->fit();
}

double BayesianSearch::known_gain_of(CellIndex cell, std::size_t objective) const {
    return candidates_->known_gains[static_cast<std::size_t>(cell) * objectives_ + objective];
}

Belief BayesianSearch::known_belief(const std::vector<CellIndex>& cells, std::size_t objective) const {
    Eigen::ArrayXd gains(static_cast<Eigen::Index>(cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i)
        gains[static_cast<Eigen::Index>(i)] = known_gain_of(cells[i], objective);
    return known_gain(std::move(gains));
}

/// Over what was told, and what is expected of the cells in training.
Eigen::ArrayXd BayesianSearch::improvement(const std::vector<CellIndex>& cells) const {
    std::vector<Belief> beliefs;
    for (std::size_t k = 0; k < objectives_; ++k)
        beliefs.push_back(models_[k] ? models_[k]->belief(cells) : known_belief(cells, k));
    std::vector<double> front = gains_;
    for (const CellIndex cell : pending_)
        for (std::size_t k = 0; k < objectives_; ++k)
            front.push_back(models_[k] ? models_[k]->expected(cell) : known_gain_of(cell, k));
    return expected_hypervolume_improvement(non_dominated_boxes(front, static_cast<int>(objectives_)), beliefs);
}

Eigen::ArrayXd BayesianSearch::noisy_improvement(const std::vector<CellIndex>& cells, Random& random) const {
    std::vector<CellIndex> known = cells_;
    known.insert(known.end(), pending_.begin(), pending_.end());
    std::vector<std::vector<GainModel::World>> worlds(objectives_);
    for (std::size_t k = 0; k < objectives_; ++k)
        if (models_[k]) worlds[k] = models_[k]->draw_worlds(known, cells, options_.worlds, random);
    Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(static_cast<Eigen::Index>(cells.size()));
    for (std::size_t w = 0; w < static_cast<std::size_t>(options_.worlds); ++w) {
        std::vector<Belief> beliefs;
        for (std::size_t k = 0; k < objectives_; ++k)
            beliefs.push_back(models_[k] ? worlds[k][w].belief : known_belief(cells, k));
        std::vector<double> front;
        for (std::size_t i = 0; i < known.size(); ++i)
            for (std::size_t k = 0; k < objectives_; ++k)
                front.push_back(models_[k] ? worlds[k][w].gains[i] : known_gain_of(known[i], k));
        sum += expected_hypervolume_improvement(non_dominated_boxes(front, static_cast<int>(objectives_)), beliefs);
    }
    return sum / options_.worlds;
}

std::optional<Proposal> BayesianSearch::ask() {
    const std::vector<CellIndex> cells = pool_.available_cells();
    Random random(seed_, Stream::proposals, asks_++);
    if (cells.empty()) return std::nullopt;
    CellIndex best = *pool_.draw_available(random);
    if (!cells_.empty()) {
        for (auto& model : models_)
            if (model) model->set_pending(pending_);
        Eigen::ArrayXd value = options_.acquisition == "nehvi" ? noisy_improvement(cells, random) : improvement(cells);
        if (options_.per_cost) value /= cost_.predict(cells);
        Eigen::Index at = 0;
        if (value.maxCoeff(&at) > 0) best = cells[static_cast<std::size_t>(at)];
    }
    pool_.take(best);
    pending_.push_back(best);
    return Proposal{best};
}

void BayesianSearch::exchange(StateArchive& archive) {
    pool_.exchange(archive);
    archive(asks_, cells_, gains_, pending_, fitted_);
    cost_.exchange(archive);
    for (auto& model : models_)
        if (model) model->exchange(archive);
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/parego.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "search/gain_model.hpp"

namespace cenas {

std::vector<double> tchebycheff(const std::vector<double>& gains, const std::vector<double>& weights) {
    constexpr double rho = 0.05;
    const std::size_t m = weights.size();
    std::vector<double> low(m, std::numeric_limits<double>::infinity()), high(m, -low[0]);
    for (std::size_t i = 0; i < gains.size(); ++i) {
        low[i % m] = std::min(low[i % m], gains[i]);
        high[i % m] = std::max(high[i % m], gains[i]);
    }
    std::vector<double> scalars;
    for (std::size_t i = 0; i < gains.size(); i += m) {
        double worst = 0, sum = 0;  // of weighted distances from the best
        for (std::size_t k = 0; k < m; ++k) {
            const double range = high[k] - low[k];
            const double distance = weights[k] * (range > 0 ? (high[k] - gains[i + k]) / range : 0.0);
            worst = std::max(worst, distance);
            sum += distance;
        }
        scalars.push_back(-(worst + rho * sum));
    }
    return scalars;
}

ParEgo::ParEgo(const SearchOptions& options, const Candidates& candidates, int objectives, std::uint64_t seed)
    : pool_(candidates),
      objectives_(static_cast<std::size_t>(objectives)),
      ensemble_(options.bayesian.ensemble),
      seed_(seed) {}

void ParEgo::tell(const Outcome& outcome) {
    pool_.take(outcome.cell);
    std::erase(pending_, outcome.cell);
    cells_.push_back(outcome.cell);
    gains_.insert(gains_.end(), outcome.gains.begin(), outcome.gains.end());
}

/// Uniform over the simplex: gaps between sorted uniform numbers, as exponential ones.
std::vector<double> ParEgo::draw_weights(Random& random) const {
    std::vector<double> weights(objectives_);
    for (double& weight : weights) weight = -std::log(1 - random.uniform());
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight /= sum;
    return weights;
}

std::optional<Proposal> ParEgo::ask() {
    Random random(seed_, Stream::proposals, asks_++);
    const auto drawn = pool_.draw_available(random);
    if (!drawn) return std::nullopt;
    CellIndex best = *drawn;
    if (!cells_.empty()) {
        const std::vector<CellIndex> cells = pool_.available_cells();
        const auto scalars = tchebycheff(gains_, draw_weights(random));
        GainModel model({"scalar"}, ensemble_);
        model.tell_first(cells_, scalars);
        model.fit();
        model.set_pending(pending_);
        double most = *std::max_element(scalars.begin(), scalars.end());
        for (const CellIndex cell : pending_) most = std::max(most, model.expected(cell));
        Eigen::Index at = 0;
        if (model.belief(cells)(most).maxCoeff(&at) > 0) best = cells[static_cast<std::size_t>(at)];
    }
    pool_.take(best);
    pending_.push_back(best);
    return Proposal{best};
}

void ParEgo::exchange(StateArchive& archive) {
    pool_.exchange(archive);
    archive(asks_, cells_, gains_, pending_);
}

}  // namespace cenas

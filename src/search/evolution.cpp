// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/evolution.hpp"

#include <algorithm>

#include "pareto/fronts.hpp"
#include "pareto/hypervolume.hpp"

namespace cenas {
namespace {

/// One edge gets another operation: any of the neighbours.
CellIndex mutate(CellIndex cell, Random& random) { return neighbours(cell)[random.below(neighbour_count)]; }

/// Of the points of the last rank, the row with the smallest contribution to their hypervolume.
std::size_t smallest_contribution(std::span<const double> gains, int objectives, const std::vector<int>& ranks) {
    const auto m = static_cast<std::size_t>(objectives);
    const int last = *std::max_element(ranks.begin(), ranks.end());
    std::vector<std::size_t> rows;
    std::vector<double> front;
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        if (ranks[i] != last) continue;
        rows.push_back(i);
        front.insert(front.end(), gains.begin() + static_cast<std::ptrdiff_t>(i * m),
                     gains.begin() + static_cast<std::ptrdiff_t>((i + 1) * m));
    }
    const auto contributions = hypervolume_contributions(front, objectives);
    return rows[static_cast<std::size_t>(std::min_element(contributions.begin(), contributions.end()) -
                                         contributions.begin())];
}

}  // namespace

std::size_t find_victim(Survival survival, std::span<const double> gains, int objectives) {
    if (survival == Survival::age) return 0;
    const auto ranks = front_ranks(gains, objectives);
    if (survival == Survival::hypervolume) return smallest_contribution(gains, objectives, ranks);
    const auto crowding = crowding_distances(gains, objectives, ranks);
    std::size_t victim = 0;
    for (std::size_t i = 1; i < ranks.size(); ++i)
        if (ranks[i] > ranks[victim] || (ranks[i] == ranks[victim] && crowding[i] < crowding[victim])) victim = i;
    return victim;
}

Evolution::Evolution(Survival survival, const EvolutionOptions& options, const Candidates& candidates, int objectives,
                     std::uint64_t seed)
    : survival_(survival), options_(options), pool_(candidates), objectives_(objectives), seed_(seed) {}

std::optional<Proposal> Evolution::ask() {
    Random random(seed_, Stream::proposals, asks_++);
    std::optional<CellIndex> found;
    if (cells_.size() >= static_cast<std::size_t>(options_.population)) {
        constexpr int longest_walk = 100;  // by then it may be anywhere
        CellIndex cell = make_offspring(random);
        for (int step = 0; step < longest_walk && !pool_.available(cell); ++step) cell = mutate(cell, random);
        if (pool_.available(cell)) found = cell;
    }
    if (!found) found = pool_.draw_available(random);
    if (!found) return std::nullopt;
    pool_.take(*found);
    return Proposal{*found};
}

void Evolution::tell(const Outcome& outcome) {
    pool_.take(outcome.cell);
    cells_.push_back(outcome.cell);
    gains_.insert(gains_.end(), outcome.gains.begin(), outcome.gains.end());
    if (cells_.size() > static_cast<std::size_t>(options_.population)) {
        const auto victim = static_cast<std::ptrdiff_t>(find_victim(survival_, gains_, objectives_));
        cells_.erase(cells_.begin() + victim);
        gains_.erase(gains_.begin() + victim * objectives_, gains_.begin() + (victim + 1) * objectives_);
    }
    rate();
}

void Evolution::exchange(StateArchive& archive) {
    pool_.exchange(archive);
    archive(asks_, cells_, gains_);
    if (archive.reading()) rate();
}

void Evolution::rate() {
    ranks_ = front_ranks(gains_, objectives_);
    crowding_ = crowding_distances(gains_, objectives_, ranks_);
}

/// NSGA-II's crowded comparison.
bool Evolution::beats(std::size_t a, std::size_t b) const {
    return ranks_[a] < ranks_[b] || (ranks_[a] == ranks_[b] && crowding_[a] > crowding_[b]);
}

/// The best of so many uniform draws; of equals, the first drawn. SMS-EMOA takes any.
CellIndex Evolution::select_parent(Random& random) const {
    const int draws = survival_ == Survival::age ? options_.tournament : survival_ == Survival::crowding ? 2 : 1;
    const auto draw = [&] { return std::size_t{random.below(static_cast<std::uint32_t>(cells_.size()))}; };
    std::size_t best = draw();
    for (int i = 1; i < draws; ++i)
        if (const std::size_t rival = draw(); beats(rival, best)) best = rival;
    return cells_[best];
}

CellIndex Evolution::make_offspring(Random& random) const {
    CellIndex cell = select_parent(random);
    if (survival_ != Survival::age && random.uniform() < options_.crossover)
        cell = cross(cell, select_parent(random), random.bits());
    return mutate(cell, random);
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/lamoo.hpp"

#include <algorithm>

namespace cenas {

Eigen::VectorXd lamoo_features(CellIndex cell) {
    Eigen::VectorXd x(edge_count);
    const Cell operations = cell_from_index(cell);
    for (int e = 0; e < edge_count; ++e)
        x[e] = (static_cast<double>(operations[static_cast<std::size_t>(e)]) + 0.5) / operation_count;
    return x;
}

Lamoo::Lamoo(const LamooOptions& options, const Candidates& candidates, int objectives, std::uint64_t seed)
    : options_(options), pool_(candidates), seed_(seed), inside_(cell_count, -1) {
    samples_.objectives = objectives;
    samples_.dimensions = edge_count;
}

std::optional<Proposal> Lamoo::ask() {
    Random random(seed_, Stream::proposals, asks_++);
    std::optional<CellIndex> found;
    while (!found && region_.splits() > 0 && !pool_.empty()) {
        for (int i = 0; i < options_.draws && !found; ++i) {
            const CellIndex cell = pool_.draw(random);
            if (pool_.available(cell) && in_region(cell)) found = cell;
        }
        if (found) break;
        widen(1);
    }
    if (!found) found = pool_.draw_available(random);
    if (!found) return std::nullopt;
    pool_.take(*found);
    return Proposal{*found};
}

void Lamoo::tell(const Outcome& outcome) {
    pool_.take(outcome.cell);
    const Eigen::VectorXd point = lamoo_features(outcome.cell);
    samples_.points.insert(samples_.points.end(), point.begin(), point.end());
    samples_.gains.insert(samples_.gains.end(), outcome.gains.begin(), outcome.gains.end());
}

void Lamoo::update() {
    if (fitted_ == samples_.size()) return;
    fitted_ = samples_.size();
    ++updates_;
    find_region();
}

/// That of the first `fitted_` samples, at the latest update.
void Lamoo::find_region() {
    const LamooSamples samples = samples_.first(fitted_);
    auto tree = lamoo_root(samples);
    Random random(seed_, Stream::tie_breaking, updates_ - 1);
    const int leaf = find_lamoo_leaf(tree, samples, options_, random);
    region_ = LamooRegion(tree, leaf);
    std::fill(inside_.begin(), inside_.end(), std::int8_t{-1});
    dropped_ = 0;
}

void Lamoo::widen(std::size_t splits) {
    region_.widen(splits);
    std::fill(inside_.begin(), inside_.end(), std::int8_t{-1});
    dropped_ += splits;
}

void Lamoo::exchange(StateArchive& archive) {
    pool_.exchange(archive);
    std::size_t dropped = dropped_;
    archive(asks_, updates_, samples_.points, samples_.gains, fitted_, dropped);
    if (!archive.reading() || updates_ == 0) return;
    find_region();
    widen(dropped);
}

bool Lamoo::in_region(CellIndex cell) {
    std::int8_t& memory = inside_[static_cast<std::size_t>(cell)];
    if (memory < 0) memory = region_.contains(lamoo_features(cell)) ? 1 : 0;
    return memory == 1;
}

}  // namespace cenas

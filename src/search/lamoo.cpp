// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/lamoo.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "pareto/gains.hpp"

namespace cenas {

Eigen::VectorXd lamoo_features(CellIndex cell) {
    Eigen::VectorXd x(edge_count);
    const Cell operations = cell_from_index(cell);
    for (int e = 0; e < edge_count; ++e)
        x[e] = (static_cast<double>(operations[static_cast<std::size_t>(e)]) + 0.5) / operation_count;
    return x;
}

CellIndex lamoo_cell_at(const Eigen::VectorXd& point) {
    Cell cell;
    for (int e = 0; e < edge_count; ++e)
        cell[static_cast<std::size_t>(e)] =
            static_cast<Operation>(std::clamp(static_cast<int>(point[e] * operation_count), 0, operation_count - 1));
    return index_of(cell);
}

Lamoo::Lamoo(const LamooOptions& options, const Candidates& candidates, int objectives, std::uint64_t seed,
             std::vector<std::size_t> known)
    : options_(options),
      candidates_(&candidates),
      known_(std::move(known)),
      pool_(candidates),
      seed_(seed),
      best_(static_cast<std::size_t>(objectives), -std::numeric_limits<double>::infinity()),
      front_(objectives),
      inside_(cell_count, -1) {
    samples_.objectives = objectives;
    samples_.dimensions = edge_count + static_cast<int>(known_.size());
    if (options.sampler != "random") sampler_ = make_point_sampler(options.sampler);
    for (const std::size_t k : known_) {
        double low = std::numeric_limits<double>::infinity(), high = -low;
        for (const CellIndex cell : candidates.cells) {
            const double gain = candidates.known_gains[static_cast<std::size_t>(cell) * best_.size() + k];
            low = std::min(low, gain);
            high = std::max(high, gain);
        }
        known_low_.push_back(low);
        known_width_.push_back(high > low ? high - low : 1.0);
    }
}

std::optional<Proposal> Lamoo::ask() {
    Random random(seed_, Stream::proposals, asks_++);
    std::optional<CellIndex> found;
    // Without splits, known objectives and a sampler there is nothing that a draw could miss but what was taken.
    const bool choosy = sampler_ != nullptr || !known_.empty();
    while (!found && fitted_ > 0 && !pool_.empty() && (choosy || region_.splits() > 0)) {
        found = propose(random);
        if (found || region_.splits() == 0) break;
        widen(1);
    }
    if (!found) found = pool_.draw_available(random);
    if (!found) return std::nullopt;
    pool_.take(*found);
    pending_.push_back(*found);
    return Proposal{*found};
}

/// In the region; nullopt where all draws miss it.
std::optional<CellIndex> Lamoo::propose(Random& random) {
    if (sampler_ != nullptr) {
        const auto& cells = candidates_->cells;
        const auto allowed = [&](const Eigen::VectorXd& point) {
            const CellIndex cell = lamoo_cell_at(point);
            return std::binary_search(cells.begin(), cells.end(), cell) && pool_.available(cell) && may_improve(cell);
        };
        const auto region = [&](const Eigen::VectorXd& point) {
            return allowed(point) && in_region(lamoo_cell_at(point));
        };
        const auto point = sampler_->propose(unseen(), region, allowed, options_.draws, random);
        return point ? std::optional(lamoo_cell_at(*point)) : std::nullopt;
    }
    for (int i = 0; i < options_.draws; ++i) {
        const CellIndex cell = pool_.draw(random);
        if (pool_.available(cell) && in_region(cell) && may_improve(cell)) return cell;
    }
    return std::nullopt;
}

bool Lamoo::in_region(CellIndex cell) {
    std::int8_t& memory = inside_[static_cast<std::size_t>(cell)];
    if (memory < 0) memory = region_.contains(split_point(cell)) ? 1 : 0;
    return memory == 1;
}

bool Lamoo::may_improve(CellIndex cell) const {
    if (known_.empty() || front_.points().empty()) return true;
    const std::size_t m = best_.size();
    std::vector<double> hoped = best_;
    for (const std::size_t k : known_) hoped[k] = candidates_->known_gains[static_cast<std::size_t>(cell) * m + k];
    if (!inside_reference(hoped)) return false;
    const auto& front = front_.points();
    for (std::size_t i = 0; i < front.size(); i += m)
        if (std::equal(hoped.begin(), hoped.end(), &front[i], [](double a, double b) { return a <= b; })) return false;
    return true;
}

/// Where the split models see a cell.
Eigen::VectorXd Lamoo::split_point(CellIndex cell) const {
    Eigen::VectorXd x(samples_.dimensions);
    x.head(edge_count) = lamoo_features(cell);
    for (std::size_t i = 0; i < known_.size(); ++i)
        x[edge_count + static_cast<Eigen::Index>(i)] =
            (candidates_->known_gains[static_cast<std::size_t>(cell) * best_.size() + known_[i]] - known_low_[i]) /
            known_width_[i];
    return x;
}

/// Edges of the cells that were asked last and are pending, or were told after the latest update.
Eigen::MatrixXd Lamoo::unseen() const {
    constexpr std::size_t most = 32;  // thousands may wait for a supernet's estimate, few are trained
    const std::span<const CellIndex> pending = std::span(pending_).last(std::min(most, pending_.size()));
    const auto told = static_cast<Eigen::Index>(samples_.size() - fitted_);
    Eigen::MatrixXd points(told + static_cast<Eigen::Index>(pending.size()), edge_count);
    points.topRows(told) = samples_.point_matrix().bottomLeftCorner(told, edge_count);
    for (std::size_t i = 0; i < pending.size(); ++i)
        points.row(told + static_cast<Eigen::Index>(i)) = lamoo_features(pending[i]);
    return points;
}

void Lamoo::tell(const Outcome& outcome) {
    pool_.take(outcome.cell);
    if (const auto asked = std::find(pending_.begin(), pending_.end(), outcome.cell); asked != pending_.end())
        pending_.erase(asked);
    const Eigen::VectorXd point = split_point(outcome.cell);
    samples_.points.insert(samples_.points.end(), point.begin(), point.end());
    samples_.gains.insert(samples_.gains.end(), outcome.gains.begin(), outcome.gains.end());
    learn(outcome.gains);
}

void Lamoo::learn(std::span<const double> gains) {
    if (known_.empty()) return;
    for (std::size_t k = 0; k < best_.size(); ++k) best_[k] = std::max(best_[k], gains[k]);
    front_.add(gains);
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
    if (sampler_ != nullptr)
        sampler_->fit(samples.point_matrix().leftCols(edge_count), samples.gain_matrix(),
                      tree[static_cast<std::size_t>(leaf)].bag, Random(seed_, Stream::sampler_start, updates_ - 1));
}

void Lamoo::widen(std::size_t splits) {
    region_.widen(splits);
    std::fill(inside_.begin(), inside_.end(), std::int8_t{-1});
    dropped_ += splits;
}

void Lamoo::exchange(StateArchive& archive) {
    pool_.exchange(archive);
    std::size_t dropped = dropped_;
    archive(asks_, updates_, pending_, samples_.points, samples_.gains, fitted_, dropped);
    if (!archive.reading()) return;
    const std::size_t m = best_.size();
    for (std::size_t i = 0; i < samples_.gains.size(); i += m) learn(std::span(&samples_.gains[i], m));
    if (updates_ == 0) return;
    find_region();
    widen(dropped);
}

}  // namespace cenas

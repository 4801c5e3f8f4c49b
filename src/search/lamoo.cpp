// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/lamoo.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "kernels/pareto/dominance.hpp"
#include "pareto/hypervolume.hpp"

namespace cenas {
namespace {

std::vector<double> gains_of(const LamooSamples& samples, const std::vector<std::size_t>& bag) {
    const auto m = static_cast<std::size_t>(samples.objectives);
    std::vector<double> gains;
    gains.reserve(bag.size() * m);
    for (const std::size_t i : bag) gains.insert(gains.end(), &samples.gains[i * m], &samples.gains[i * m] + m);
    return gains;
}

/// +1 for the better half of the bag by dominance number, -1 for the rest; empty if all numbers are equal.
std::vector<std::int8_t> label_bag(const std::vector<double>& gains, int objectives) {
    const std::size_t n = gains.size() / static_cast<std::size_t>(objectives);
    std::vector<std::int32_t> numbers(n);
    dominance_numbers(Backend::serial, gains.data(), static_cast<std::int64_t>(n), objectives, numbers.data());
    if (std::adjacent_find(numbers.begin(), numbers.end(), std::not_equal_to<>()) == numbers.end()) return {};
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return numbers[a] < numbers[b]; });
    std::vector<std::int8_t> labels(n, -1);
    for (std::size_t i = 0; i < n / 2; ++i) labels[order[i]] = 1;
    return labels;
}

bool predicts_both_sides(const Svm& svm) {
    const auto& decisions = svm.training_decisions();
    return (decisions.array() > 0).any() && (decisions.array() <= 0).any();
}

/// Splits the node in place and appends its children, or leaves it a leaf.
void split_node(std::vector<LamooNode>& tree, std::size_t index, const LamooSamples& samples,
                const std::vector<double>& gains, const LamooOptions& options) {
    const std::vector<std::size_t> bag = tree[index].bag;
    if (bag.size() <= static_cast<std::size_t>(options.leaf_size) || tree[index].depth >= options.depth) return;
    const auto labels = label_bag(gains, samples.objectives);
    if (labels.empty()) return;
    Eigen::MatrixXd points(static_cast<Eigen::Index>(bag.size()), edge_count);
    for (std::size_t i = 0; i < bag.size(); ++i)
        points.row(static_cast<Eigen::Index>(i)) = lamoo_features(samples.cells[bag[i]]);
    auto svm = Svm::fit(points, labels, {options.kernel, options.degree, options.penalty});
    if (!svm || !predicts_both_sides(*svm)) return;

    LamooNode good, bad;
    good.parent = bad.parent = static_cast<int>(index);
    good.depth = bad.depth = tree[index].depth + 1;
    good.good = true;
    for (std::size_t i = 0; i < bag.size(); ++i) (labels[i] > 0 ? good : bad).bag.push_back(bag[i]);
    tree[index].split = std::move(svm);
    tree[index].good_child = static_cast<int>(tree.size());
    tree[index].bad_child = static_cast<int>(tree.size()) + 1;
    tree.push_back(std::move(good));
    tree.push_back(std::move(bad));
}

double ucb(const std::vector<LamooNode>& tree, const LamooNode& node, double exploration) {
    if (node.parent < 0) return node.hypervolume;
    const auto parent = static_cast<double>(tree[static_cast<std::size_t>(node.parent)].bag.size());
    return node.hypervolume +
           2.0 * exploration * std::sqrt(2.0 * std::log(parent) / static_cast<double>(node.bag.size()));
}

/// The one of `nodes` with the largest UCB.
int best_of(const std::vector<LamooNode>& tree, const std::vector<int>& nodes, double exploration, Random& random) {
    double best = -1.0;
    std::vector<int> ties;
    for (const int n : nodes) {
        const double score = ucb(tree, tree[static_cast<std::size_t>(n)], exploration);
        if (score > best) ties.clear();
        if (score >= best) ties.push_back(n);
        best = std::max(best, score);
    }
    return ties[ties.size() > 1 ? random.below(static_cast<std::uint32_t>(ties.size())) : 0];
}

}  // namespace

Eigen::VectorXd lamoo_features(CellIndex cell) {
    Eigen::VectorXd x(edge_count);
    const Cell operations = cell_from_index(cell);
    for (int e = 0; e < edge_count; ++e)
        x[e] = (static_cast<double>(operations[static_cast<std::size_t>(e)]) + 0.5) / operation_count;
    return x;
}

std::vector<LamooNode> build_lamoo_tree(const LamooSamples& samples, const LamooOptions& options) {
    std::vector<LamooNode> tree(1);
    tree[0].bag.resize(samples.cells.size());
    std::iota(tree[0].bag.begin(), tree[0].bag.end(), std::size_t{0});
    for (std::size_t i = 0; i < tree.size(); ++i) {  // the tree grows while we walk it
        const auto gains = gains_of(samples, tree[i].bag);
        tree[i].hypervolume = hypervolume(gains, samples.objectives);
        split_node(tree, i, samples, gains, options);
    }
    return tree;
}

int select_lamoo_leaf(const std::vector<LamooNode>& tree, const LamooOptions& options, Random& random) {
    if (options.selection == "leaf") {
        std::vector<int> leaves;
        for (std::size_t i = 0; i < tree.size(); ++i)
            if (!tree[i].split) leaves.push_back(static_cast<int>(i));
        return best_of(tree, leaves, options.exploration, random);
    }
    int node = 0;
    while (tree[static_cast<std::size_t>(node)].split) {
        const LamooNode& inner = tree[static_cast<std::size_t>(node)];
        node = best_of(tree, {inner.good_child, inner.bad_child}, options.exploration, random);
    }
    return node;
}

Lamoo::Lamoo(const LamooOptions& options, const Candidates& candidates, int objectives, std::uint64_t seed)
    : options_(options), pool_(candidates), seed_(seed), inside_(cell_count, -1) {
    samples_.objectives = objectives;
}

std::optional<CellIndex> Lamoo::ask() {
    Random random(seed_, Stream::proposals, asks_++);
    std::optional<CellIndex> found;
    while (!found && !path_.empty() && !pool_.empty()) {
        for (int i = 0; i < options_.draws && !found; ++i) {
            const CellIndex cell = pool_.draw(random);
            if (pool_.available(cell) && in_region(cell)) found = cell;
        }
        if (!found) set_region({path_.begin(), path_.end() - 1});
    }
    if (!found) found = pool_.draw_available(random);
    if (found) pool_.take(*found);
    return found;
}

void Lamoo::tell(CellIndex cell, std::span<const double> gains) {
    pool_.take(cell);
    samples_.cells.push_back(cell);
    samples_.gains.insert(samples_.gains.end(), gains.begin(), gains.end());
}

void Lamoo::update() {
    if (fitted_ == samples_.cells.size()) return;
    fitted_ = samples_.cells.size();
    const auto tree = build_lamoo_tree(samples_, options_);
    Random random(seed_, Stream::tie_breaking, updates_++);
    std::vector<Side> path;
    for (auto node = static_cast<std::size_t>(select_lamoo_leaf(tree, options_, random)); tree[node].parent >= 0;) {
        const bool good = tree[node].good;
        node = static_cast<std::size_t>(tree[node].parent);
        path.push_back({*tree[node].split, good});
    }
    std::reverse(path.begin(), path.end());
    set_region(std::move(path));
}

void Lamoo::set_region(std::vector<Side> path) {
    path_ = std::move(path);
    std::fill(inside_.begin(), inside_.end(), std::int8_t{-1});
}

bool Lamoo::in_region(CellIndex cell) {
    std::int8_t& memory = inside_[static_cast<std::size_t>(cell)];
    if (memory < 0) {
        const Eigen::VectorXd x = lamoo_features(cell);
        memory = std::all_of(path_.begin(), path_.end(),
                             [&](const Side& side) { return (side.svm.decision(x) > 0) == side.good; })
                     ? 1
                     : 0;
    }
    return memory == 1;
}

}  // namespace cenas

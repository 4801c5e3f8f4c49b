// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/lamoo_tree.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
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

/// A child of tree[index] with the samples of one side.
LamooNode child_of(const std::vector<LamooNode>& tree, std::size_t index, const std::vector<std::int8_t>& labels,
                   bool good, const LamooSamples& samples) {
    const LamooNode& parent = tree[index];
    LamooNode child;
    child.parent = static_cast<int>(index);
    child.good = good;
    child.depth = parent.depth + 1;
    child.place = 2 * parent.place + (good ? 0 : 1);
    for (std::size_t i = 0; i < parent.bag.size(); ++i)
        if ((labels[i] > 0) == good) child.bag.push_back(parent.bag[i]);
    child.hypervolume = hypervolume(gains_of(samples, child.bag), samples.objectives);
    return child;
}

/// Cp in units of hypervolume.
double exploration_of(const std::vector<LamooNode>& tree, const LamooOptions& options) {
    return options.exploration_of == "hypervolume" ? options.exploration * tree[0].hypervolume : options.exploration;
}

double exploration_term(std::size_t parent_samples, std::size_t samples, double exploration) {
    return 2.0 * exploration *
           std::sqrt(2.0 * std::log(static_cast<double>(parent_samples)) / static_cast<double>(samples));
}

/// No leaf at or below the node has a larger UCB.
double ucb_bound(const std::vector<LamooNode>& tree, const LamooNode& node, const LamooOptions& options) {
    double term = lamoo_ucb(tree, node, options) - node.hypervolume;
    std::size_t most = node.bag.size(), least = node.bag.size();  // samples after further halvings
    for (int depth = node.depth; depth < options.depth && least > 1; ++depth) {
        least /= 2;
        term = std::max(term, exploration_term(most, least, exploration_of(tree, options)));
        most -= most / 2;
    }
    constexpr double rounding = 1 + 1e-12;  // of hypervolumes summed in another order
    return node.hypervolume * rounding + term;
}

/// One of the nodes with the largest score, chosen by `random` from those that tie, in the order of the whole tree.
int best_of(const std::vector<LamooNode>& tree, std::vector<int> nodes, const LamooOptions& options, Random& random) {
    std::sort(nodes.begin(), nodes.end(), [&](int a, int b) {
        return tree[static_cast<std::size_t>(a)].place < tree[static_cast<std::size_t>(b)].place;
    });
    double best = -1.0;
    std::vector<int> ties;
    for (const int n : nodes) {
        const double score = lamoo_ucb(tree, tree[static_cast<std::size_t>(n)], options);
        if (score > best) ties.clear();
        if (score >= best) ties.push_back(n);
        best = std::max(best, score);
    }
    return ties[ties.size() > 1 ? random.below(static_cast<std::uint32_t>(ties.size())) : 0];
}

int find_best_leaf(std::vector<LamooNode>& tree, const LamooSamples& samples, const LamooOptions& options,
                   Random& random) {
    std::vector<int> open{0}, leaves;
    double best_leaf = -1.0;
    const auto bound = [&](int n) { return ucb_bound(tree, tree[static_cast<std::size_t>(n)], options); };
    while (!open.empty()) {
        const auto next = std::max_element(open.begin(), open.end(), [&](int a, int b) { return bound(a) < bound(b); });
        if (bound(*next) < best_leaf) break;
        const int node = *next;
        open.erase(next);
        if (split_lamoo_node(tree, static_cast<std::size_t>(node), samples, options)) {
            open.push_back(tree[static_cast<std::size_t>(node)].good_child);
            open.push_back(tree[static_cast<std::size_t>(node)].bad_child);
        } else {
            leaves.push_back(node);
            best_leaf = std::max(best_leaf, lamoo_ucb(tree, tree[static_cast<std::size_t>(node)], options));
        }
    }
    return best_of(tree, leaves, options, random);
}

int find_leaf_by_path(std::vector<LamooNode>& tree, const LamooSamples& samples, const LamooOptions& options,
                      Random& random) {
    int node = 0;
    while (split_lamoo_node(tree, static_cast<std::size_t>(node), samples, options)) {
        const LamooNode& inner = tree[static_cast<std::size_t>(node)];
        node = best_of(tree, {inner.good_child, inner.bad_child}, options, random);
    }
    return node;
}

}  // namespace

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::MatrixXd LamooSamples::point_matrix() const {
    return Eigen::Map<const RowMajor>(points.data(), static_cast<Eigen::Index>(size()), dimensions);
}

Eigen::MatrixXd LamooSamples::gain_matrix() const {
    return Eigen::Map<const RowMajor>(gains.data(), static_cast<Eigen::Index>(size()), objectives);
}

LamooSamples LamooSamples::first(std::size_t n) const {
    LamooSamples samples = *this;
    samples.points.resize(n * static_cast<std::size_t>(dimensions));
    samples.gains.resize(n * static_cast<std::size_t>(objectives));
    return samples;
}

std::vector<LamooNode> lamoo_root(const LamooSamples& samples) {
    std::vector<LamooNode> tree(1);
    tree[0].bag.resize(samples.size());
    std::iota(tree[0].bag.begin(), tree[0].bag.end(), std::size_t{0});
    tree[0].hypervolume = hypervolume(samples.gains, samples.objectives);
    return tree;
}

bool split_lamoo_node(std::vector<LamooNode>& tree, std::size_t index, const LamooSamples& samples,
                      const LamooOptions& options) {
    const std::vector<std::size_t>& bag = tree[index].bag;
    if (bag.size() <= static_cast<std::size_t>(options.leaf_size) || tree[index].depth >= options.depth) return false;
    const auto labels = label_bag(gains_of(samples, bag), samples.objectives);
    if (labels.empty()) return false;
    const Eigen::Index d = samples.dimensions;
    Eigen::MatrixXd points(static_cast<Eigen::Index>(bag.size()), d);
    for (std::size_t i = 0; i < bag.size(); ++i)
        points.row(static_cast<Eigen::Index>(i)) =
            Eigen::Map<const Eigen::RowVectorXd>(&samples.points[bag[i] * static_cast<std::size_t>(d)], d);
    auto svm = Svm::fit(points, labels, {options.kernel, options.degree, options.penalty, options.tolerance});
    if (!svm || !svm->separates()) return false;

    LamooNode good = child_of(tree, index, labels, true, samples);
    LamooNode bad = child_of(tree, index, labels, false, samples);
    tree[index].split = std::move(svm);
    tree[index].good_child = static_cast<int>(tree.size());
    tree[index].bad_child = static_cast<int>(tree.size()) + 1;
    tree.push_back(std::move(good));
    tree.push_back(std::move(bad));
    return true;
}

double lamoo_ucb(const std::vector<LamooNode>& tree, const LamooNode& node, const LamooOptions& options) {
    if (node.parent < 0) return node.hypervolume;
    const std::size_t parent_samples = tree[static_cast<std::size_t>(node.parent)].bag.size();
    return node.hypervolume + exploration_term(parent_samples, node.bag.size(), exploration_of(tree, options));
}

int find_lamoo_leaf(std::vector<LamooNode>& tree, const LamooSamples& samples, const LamooOptions& options,
                    Random& random) {
    return options.selection == "leaf" ? find_best_leaf(tree, samples, options, random)
                                       : find_leaf_by_path(tree, samples, options, random);
}

LamooRegion::LamooRegion(const std::vector<LamooNode>& tree, int leaf) {
    for (auto node = static_cast<std::size_t>(leaf); tree[node].parent >= 0;) {
        const bool good = tree[node].good;
        node = static_cast<std::size_t>(tree[node].parent);
        path_.push_back({tree[node].split, good});
    }
    std::reverse(path_.begin(), path_.end());
}

bool LamooRegion::contains(const Eigen::VectorXd& point) const {
    // From the deepest split up: it has the fewest support vectors.
    return std::all_of(path_.rbegin(), path_.rend(),
                       [&](const Side& side) { return (side.svm->decision(point) > 0) == side.good; });
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/box_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "search/cma_es.hpp"
#include "search/lamoo_tree.hpp"
#include "search/point_sampler.hpp"

namespace cenas {
namespace {

/// The box, and the unit box that models see.
struct Box {
    Eigen::VectorXd lower, upper;

    Eigen::Index dimensions() const { return lower.size(); }
    Eigen::VectorXd from_unit(const Eigen::VectorXd& x) const {
        return (lower + (upper - lower).cwiseProduct(x)).cwiseMax(lower).cwiseMin(upper);
    }
    Eigen::VectorXd to_unit(const Eigen::VectorXd& x) const { return (x - lower).cwiseQuotient(upper - lower); }
};

Eigen::VectorXd uniform_point(Eigen::Index dimensions, Random& random) {
    Eigen::VectorXd x(dimensions);
    for (double& value : x) value = random.uniform();
    return x;
}

class RegionSearch final : public BoxStrategy {
  public:
    RegionSearch(const LamooOptions& options, Box box, int gains, std::uint64_t seed)
        : options_(options), box_(std::move(box)), seed_(seed), sampler_(make_point_sampler(options.sampler)) {
        samples_.dimensions = static_cast<int>(box_.dimensions());
        samples_.objectives = gains;
    }

    Eigen::VectorXd ask() override {
        Random random(seed_, Stream::proposals, asks_++);
        Eigen::VectorXd x = box_.from_unit(propose(random));
        pending_.insert(pending_.end(), x.begin(), x.end());
        return x;
    }

    void tell(const Eigen::VectorXd& point, std::span<const double> gains) override {
        for (auto p = pending_.begin(); p != pending_.end(); p += point.size())
            if (std::equal(point.begin(), point.end(), p)) {
                pending_.erase(p, p + point.size());
                break;
            }
        const Eigen::VectorXd x = box_.to_unit(point);
        samples_.points.insert(samples_.points.end(), x.begin(), x.end());
        samples_.gains.insert(samples_.gains.end(), gains.begin(), gains.end());
    }

    void update() override {
        if (fitted_ == samples_.size()) return;
        fitted_ = samples_.size();
        ++updates_;
        find_region();
    }

    void exchange(StateArchive& archive) override {
        std::size_t dropped = dropped_;
        archive(asks_, updates_, pending_, samples_.points, samples_.gains, fitted_, dropped);
        if (!archive.reading() || updates_ == 0) return;
        find_region();
        dropped_ = dropped;
        region_.widen(dropped);
    }

  private:
    Eigen::VectorXd propose(Random& random) {
        if (fitted_ == 0) return uniform_point(box_.dimensions(), random);
        const auto inside = [&](const Eigen::VectorXd& x) { return region_.contains(x); };
        const auto anywhere = [](const Eigen::VectorXd&) { return true; };
        for (;; region_.widen(), ++dropped_) {
            if (auto x = sampler_->propose(unseen(), inside, anywhere, options_.draws, random)) return *x;
            if (region_.splits() == 0) return uniform_point(box_.dimensions(), random);
        }
    }

    /// In the unit box: what is pending, or was told after the latest update.
    Eigen::MatrixXd unseen() const {
        const Eigen::Index d = box_.dimensions(), told = static_cast<Eigen::Index>(samples_.size() - fitted_),
                           waiting = static_cast<Eigen::Index>(pending_.size()) / d;
        Eigen::MatrixXd points(told + waiting, d);
        points.topRows(told) = samples_.point_matrix().bottomRows(told);
        for (Eigen::Index i = 0; i < waiting; ++i)
            points.row(told + i) =
                box_.to_unit(Eigen::Map<const Eigen::VectorXd>(&pending_[static_cast<std::size_t>(i * d)], d));
        return points;
    }

    void find_region() {
        const LamooSamples samples = samples_.first(fitted_);
        auto tree = lamoo_root(samples);
        Random random(seed_, Stream::tie_breaking, updates_ - 1);
        const int leaf = find_lamoo_leaf(tree, samples, options_, random);
        region_ = LamooRegion(tree, leaf);
        dropped_ = 0;
        sampler_->fit(samples.point_matrix(), samples.gain_matrix(), tree[static_cast<std::size_t>(leaf)].bag,
                      Random(seed_, Stream::sampler_start, updates_ - 1));
    }

    LamooOptions options_;
    Box box_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0, updates_ = 0;
    std::vector<double> pending_;  // points of the box, one after the other
    LamooSamples samples_;         // in the unit box
    std::size_t fitted_ = 0;       // samples in the present tree and models
    std::size_t dropped_ = 0;      // splits of the region, since
    LamooRegion region_;
    std::unique_ptr<PointSampler> sampler_;
};

class CmaEsSearch final : public BoxStrategy {
  public:
    CmaEsSearch(Box box, int gains, std::uint64_t seed)
        : box_(std::move(box)), seed_(seed), cma_(start(), 0.3) {  // a third of the box, as the tutorial advises
        samples_.dimensions = static_cast<int>(box_.dimensions());
        samples_.objectives = gains;
    }

    Eigen::VectorXd ask() override {
        Random random(seed_, Stream::proposals, asks_++);
        if (updates_ == 0) return box_.from_unit(uniform_point(box_.dimensions(), random));
        Eigen::VectorXd x = cma_.ask(random);
        for (int tries = 0; tries < 100 && !(x.minCoeff() >= 0 && x.maxCoeff() <= 1); ++tries) x = cma_.ask(random);
        return box_.from_unit(x.cwiseMax(0).cwiseMin(1));
    }

    void tell(const Eigen::VectorXd& point, std::span<const double> gains) override {
        const Eigen::VectorXd x = box_.to_unit(point);
        samples_.points.insert(samples_.points.end(), x.begin(), x.end());
        samples_.gains.insert(samples_.gains.end(), gains.begin(), gains.end());
    }

    /// One generation of all points told since the last one, as soon as there are enough.
    void update() override {
        ++updates_;
        const std::size_t n = samples_.size();
        if (n - used_ < static_cast<std::size_t>(CmaEs::default_population(box_.dimensions()))) return;
        std::vector<std::size_t> generation;
        for (const std::size_t i : best_first(samples_.gain_matrix()))
            if (i >= used_) generation.push_back(i);
        cma_.tell(samples_.point_matrix()(generation, Eigen::all));
        used_ = n;
    }

    void exchange(StateArchive& archive) override {
        archive(asks_, updates_, samples_.points, samples_.gains, used_);
        cma_.exchange(archive);
    }

  private:
    Eigen::VectorXd start() const {
        Random random(seed_, Stream::sampler_start);
        return uniform_point(box_.dimensions(), random);
    }

    Box box_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0, updates_ = 0;
    LamooSamples samples_;  // in the unit box
    std::size_t used_ = 0;  // samples in past generations
    CmaEs cma_;
};

}  // namespace

std::unique_ptr<BoxStrategy> make_box_strategy(const BoxSearchOptions& options, const Eigen::VectorXd& lower,
                                               const Eigen::VectorXd& upper, int gains, std::uint64_t seed) {
    if (lower.size() == 0 || lower.size() != upper.size() || !(lower.array() < upper.array()).all())
        throw std::invalid_argument("a box needs lower < upper in every one of its dimensions");
    const Box box{lower, upper};
    if (options.strategy == "lamoo") return std::make_unique<RegionSearch>(options.lamoo, box, gains, seed);
    if (options.strategy == "cma-es") return std::make_unique<CmaEsSearch>(box, gains, seed);
    if (options.strategy != "random" && options.strategy != "qnehvi")
        throw UsageError(
            fmt::format("unknown strategy '{}' of a box (allowed: lamoo, cma-es, qnehvi, random)", options.strategy));
    LamooOptions whole = options.lamoo;
    whole.depth = 0;  // one region
    whole.sampler = options.strategy;
    return std::make_unique<RegionSearch>(whole, box, gains, seed);
}

}  // namespace cenas

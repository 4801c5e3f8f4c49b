// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/point_sampler.hpp"

#include <fmt/format.h>
#include <nlopt.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "base/error.hpp"
#include "kernels/pareto/dominance.hpp"
#include "pareto/hypervolume.hpp"
#include "search/cma_es.hpp"
#include "search/nehvi.hpp"
#include "search/quasi_random.hpp"

namespace cenas {
namespace {

Eigen::VectorXd uniform_point(Eigen::Index dimensions, Random& random) {
    Eigen::VectorXd x(dimensions);
    for (double& value : x) value = random.uniform();
    return x;
}

bool in_unit_box(const Eigen::VectorXd& x) { return x.minCoeff() >= 0 && x.maxCoeff() < 1; }

class UniformSampler final : public PointSampler {
  public:
    void fit(const Eigen::MatrixXd& points, const Eigen::MatrixXd&, const std::vector<std::size_t>&, Random) override {
        dimensions_ = points.cols();
    }
    std::optional<Eigen::VectorXd> propose(const Eigen::MatrixXd&, const PointSet& region, const PointSet&, int draws,
                                           Random& random) override {
        for (int i = 0; i < draws; ++i)
            if (auto x = uniform_point(dimensions_, random); region(x)) return x;
        return std::nullopt;
    }

  private:
    Eigen::Index dimensions_ = 0;
};

class CmaSampler final : public PointSampler {
  public:
    void fit(const Eigen::MatrixXd& points, const Eigen::MatrixXd& gains, const std::vector<std::size_t>& inside,
             Random random) override {
        const Eigen::MatrixXd x = points(inside, Eigen::all);
        const std::size_t start = random.below(static_cast<std::uint32_t>(inside.size()));
        // sigma of the published code: max(1, mean standard deviation) * 0.15, in a unit box always 0.15.
        strategy_.emplace(Eigen::VectorXd(x.row(static_cast<Eigen::Index>(start))), 0.15);
        if (inside.size() >= 2) strategy_->tell(x(best_first(gains(inside, Eigen::all)), Eigen::all));
    }
    std::optional<Eigen::VectorXd> propose(const Eigen::MatrixXd&, const PointSet& region, const PointSet&, int draws,
                                           Random& random) override {
        for (int i = 0; i < draws; ++i)
            if (auto x = strategy_->ask(random); in_unit_box(x) && region(x)) return x;
        return std::nullopt;
    }

  private:
    std::optional<CmaEs> strategy_;
};

class NehviSampler final : public PointSampler {
  public:
    void fit(const Eigen::MatrixXd& points, const Eigen::MatrixXd& gains, const std::vector<std::size_t>&,
             Random) override {
        points_ = points;
        models_.clear();
        for (Eigen::Index k = 0; k < gains.cols(); ++k) models_.push_back(NumericGp::fit(points, gains.col(k)));
    }

    std::optional<Eigen::VectorXd> propose(const Eigen::MatrixXd& pending, const PointSet& region,
                                           const PointSet& allowed, int draws, Random& random) override {
        // The published settings: 128 samples, 1024 points of the region to start from, 20 searches from the best.
        constexpr int samples = 128, raw = 1024, searches = 20;
        const Eigen::MatrixXd spread = even_points(draws, points_.cols(), random);
        std::vector<Eigen::Index> rows;
        for (Eigen::Index i = 0; i < spread.rows() && rows.size() < raw; ++i)
            if (region(spread.row(i))) rows.push_back(i);
        if (rows.empty()) return std::nullopt;
        const Eigen::MatrixXd starts = spread(rows, Eigen::all);
        Eigen::MatrixXd known(points_.rows() + pending.rows(), points_.cols());
        known << points_, pending;
        const Nehvi acquisition(models_, known, samples, random);
        const Eigen::VectorXd values = acquisition.values(starts);
        std::vector<Eigen::Index> order(rows.size());
        std::iota(order.begin(), order.end(), Eigen::Index{0});
        std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] > values[b]; });

        Best best{&acquisition, &allowed, values[order[0]], starts.row(order[0])};
        for (std::size_t i = 0; i < std::min<std::size_t>(order.size(), searches); ++i)
            search_from(starts.row(order[i]), best);
        return best.point;
    }

  private:
    /// What NLopt calls; keeps the best allowed point that it was asked about.
    struct Best {
        const Nehvi* acquisition;
        const PointSet* allowed;
        double value;
        Eigen::VectorXd point;

        static double objective(unsigned n, const double* x, double*, void* self) {
            auto& best = *static_cast<Best*>(self);
            const Eigen::VectorXd point = Eigen::Map<const Eigen::VectorXd>(x, n);
            const double value = best.acquisition->values(point.transpose())[0];
            if (value > best.value && in_unit_box(point) && (*best.allowed)(point)) {
                best.value = value;
                best.point = point;
            }
            return value;
        }
    };

    static void search_from(const Eigen::VectorXd& start, Best& best) {
        if (start.size() < 2) return;  // BOBYQA needs two; on a line the starts lie close enough
        const auto n = static_cast<unsigned>(start.size());
        const std::unique_ptr<nlopt_opt_s, void (*)(nlopt_opt)> solver(nlopt_create(NLOPT_LN_BOBYQA, n), nlopt_destroy);
        nlopt_set_lower_bounds1(solver.get(), 0);
        nlopt_set_upper_bounds1(solver.get(), std::nextafter(1.0, 0.0));
        nlopt_set_initial_step1(solver.get(), 0.05);
        nlopt_set_max_objective(solver.get(), &Best::objective, &best);
        nlopt_set_maxeval(solver.get(), 20 * static_cast<int>(n));
        nlopt_set_xtol_abs1(solver.get(), 1e-4);
        Eigen::VectorXd x = start;
        double value = 0;
        nlopt_optimize(solver.get(), x.data(), &value);
    }

    Eigen::MatrixXd points_;
    std::vector<NumericGp> models_;
};

}  // namespace

std::unique_ptr<PointSampler> make_point_sampler(const std::string& name) {
    if (name == "random") return std::make_unique<UniformSampler>();
    if (name == "cma-es") return std::make_unique<CmaSampler>();
    if (name == "qnehvi") return std::make_unique<NehviSampler>();
    throw UsageError(fmt::format("unknown sampler '{}' (allowed: random, cma-es, qnehvi)", name));
}

std::vector<std::size_t> best_first(const Eigen::MatrixXd& gains) {
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const RowMajor rows = gains;
    const std::span<const double> values(rows.data(), static_cast<std::size_t>(rows.size()));
    const auto m = static_cast<int>(gains.cols());
    std::vector<std::int32_t> numbers(static_cast<std::size_t>(gains.rows()));
    dominance_numbers(Backend::serial, rows.data(), gains.rows(), m, numbers.data());
    const auto contributions = hypervolume_contributions(values, m);
    std::vector<std::size_t> order(numbers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::tuple(numbers[a], -contributions[a]) < std::tuple(numbers[b], -contributions[b]);
    });
    return order;
}

}  // namespace cenas

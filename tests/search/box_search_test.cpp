// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/box_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "pareto/archive.hpp"
#include "search/lamoo_tree.hpp"
#include "search/point_sampler.hpp"
#include "support/box_problems.hpp"

namespace cenas {
namespace {

BoxSearchOptions options_of(const std::string& strategy, const std::string& sampler = "random") {
    BoxSearchOptions options{strategy, {}};
    options.lamoo.sampler = sampler;
    options.lamoo.kernel = "rbf";
    options.lamoo.draws = 2000;
    return options;
}

std::vector<BoxSearchOptions> all_options() {
    return {options_of("random"),          options_of("cma-es"),          options_of("qnehvi"),
            options_of("lamoo", "random"), options_of("lamoo", "cma-es"), options_of("lamoo", "qnehvi")};
}

/// Asks and tells, always two pending, an update every three.
std::vector<Eigen::VectorXd> run(BoxStrategy& search, const BoxProblem& problem, int from, int to,
                                 std::vector<Eigen::VectorXd> pending = {}) {
    std::vector<Eigen::VectorXd> asked;
    for (int i = from; i < to; ++i) {
        while (pending.size() < 2) {
            asked.push_back(search.ask());
            pending.push_back(asked.back());
        }
        search.tell(pending.front(), problem.gains(pending.front()));
        pending.erase(pending.begin());
        if (i % 3 == 2) search.update();
    }
    return asked;
}

TEST(BoxProblems, HaveTheirKnownValues) {
    const auto toys = branin_currin();
    // Branin's three minima, 0.397887, at (pi, 2.275) among others; Currin's largest value, 13.798, near (0.2167, 0).
    const Eigen::Vector2d minimum((std::numbers::pi + 5) / 15, 2.275 / 15);
    EXPECT_NEAR(18 - toys.gains(minimum)[0], 0.397887, 1e-6);
    EXPECT_NEAR(6 - toys.gains(Eigen::Vector2d(0.216667, 0.02))[1], 13.798, 1e-3);
    EXPECT_NEAR(6 - toys.gains(Eigen::Vector2d(1, 0))[1], 6352.0 / 624, 1e-12);
    const auto car = vehicle_safety();  // all thicknesses 1 and 3 mm: sums of the published coefficients
    const auto thin = car.gains(car.lower), thick = car.gains(car.upper);
    EXPECT_NEAR(1864.72022 - thin[0], 1661.7078225, 1e-6);
    EXPECT_NEAR(11.81993945 - thin[1], 8.3046, 1e-9);
    EXPECT_NEAR(0.2903999384 - thin[2], 0.0708, 1e-9);
    EXPECT_NEAR(1864.72022 - thick[0], 1704.5588675, 1e-6);  // the largest mass there is
}

TEST(BoxProblems, NoGridHasMoreThanTheLargestHypervolume) {
    const auto problem = branin_currin();
    ParetoArchive front(2);
    for (int i = 0; i <= 400; ++i)
        for (int j = 0; j <= 400; ++j) front.add(problem.gains(Eigen::Vector2d(i / 400.0, j / 400.0)));
    EXPECT_LT(front.hypervolume(), problem.hv_max + 1e-3);
    EXPECT_GT(front.hypervolume(), problem.hv_max - 0.7);
}

TEST(BoxSearch, StaysInTheBoxAndRepeatsItself) {
    const auto problem = vehicle_safety();
    for (const auto& options : all_options()) {
        std::vector<Eigen::VectorXd> first;
        for (int repeat = 0; repeat < 2; ++repeat) {
            const auto search = make_box_strategy(options, problem.lower, problem.upper, 3, 5);
            const auto asked = run(*search, problem, 0, 12);
            for (const auto& x : asked)
                EXPECT_TRUE((x.array() >= problem.lower.array()).all() && (x.array() <= problem.upper.array()).all());
            if (repeat == 0) first = asked;
            EXPECT_EQ(asked, first);
            for (std::size_t i = 1; i < asked.size(); ++i) EXPECT_NE(asked[i], asked[i - 1]);
        }
    }
}

TEST(BoxSearch, SavedAtAnyStepItGoesOnAlike) {
    const auto problem = branin_currin();
    for (const auto& options : all_options())
        for (const int saved : {0, 1, 11, 16}) {
            const auto make = [&] { return make_box_strategy(options, problem.lower, problem.upper, 2, 6); };
            const auto search = make();
            const auto asked = run(*search, problem, 0, saved);
            std::vector<Eigen::VectorXd> pending(asked.end() - (saved == 0 ? 0 : 1), asked.end());
            StateArchive written;
            search->exchange(written);
            StateArchive read(written.bytes());
            const auto other = make();
            other->exchange(read);
            EXPECT_EQ(run(*search, problem, saved, saved + 4, pending), run(*other, problem, saved, saved + 4, pending))
                << options.strategy << " " << options.lamoo.sampler << " saved at " << saved;
        }
}

// Every proposal lies where the tree of the samples, rebuilt here, says (but qnehvi's local searches may leave it).
TEST(BoxSearch, ProposalsLieInTheRegion) {
    const auto problem = vehicle_safety();
    for (const std::string sampler : {"random", "cma-es"}) {
        const auto options = options_of("lamoo", sampler);
        const auto search = make_box_strategy(options, problem.lower, problem.upper, 3, 7);
        LamooSamples samples{5, 3, {}, {}};
        Random random(8, Stream::tests);
        for (int i = 0; i < 40; ++i) {
            Eigen::VectorXd u(5);
            for (double& value : u) value = random.uniform();
            const Eigen::VectorXd x = problem.lower + (problem.upper - problem.lower).cwiseProduct(u);
            const auto gains = problem.gains(x);
            search->tell(x, gains);
            const Eigen::VectorXd unit = (x - problem.lower).cwiseQuotient(problem.upper - problem.lower);
            samples.points.insert(samples.points.end(), unit.begin(), unit.end());
            samples.gains.insert(samples.gains.end(), gains.begin(), gains.end());
        }
        search->update();
        auto tree = lamoo_root(samples);
        Random ties(7, Stream::tie_breaking, 0);
        const LamooRegion region(tree, find_lamoo_leaf(tree, samples, options.lamoo, ties));
        ASSERT_GT(region.splits(), 0u);
        for (int i = 0; i < 10; ++i) {
            const Eigen::VectorXd unit = (search->ask() - problem.lower).cwiseQuotient(problem.upper - problem.lower);
            EXPECT_TRUE(region.contains(unit)) << sampler;
        }
    }
}

TEST(BoxSearch, DegenerateSamplesAreNoTrouble) {
    const Eigen::Vector2d lower(0, 0), upper(1, 1);
    for (const auto& options : all_options())
        for (const int kind : {0, 1, 2, 3}) {
            const auto search = make_box_strategy(options, lower, upper, 2, 9);
            Random random(10, Stream::tests);
            for (int i = 0; i < (kind == 3 ? 2 : 20); ++i) {
                const Eigen::Vector2d x = kind == 0 ? Eigen::Vector2d(0.5, 0.5)  // one point
                                                    : Eigen::Vector2d(random.uniform(), random.uniform());
                std::vector<double> gains{x[0], kind == 1 ? 1.0 : 1 - x[0]};  // one objective says nothing
                if (kind == 2) gains = {-1, -1};                              // all outside the reference
                search->tell(x, gains);
            }
            search->update();
            for (int i = 0; i < 3; ++i) EXPECT_TRUE(search->ask().allFinite()) << options.strategy << " " << kind;
        }
}

TEST(BoxSearch, LearnsMoreThanRandomSearch) {
    const auto problem = branin_currin();
    const auto reached = [&](const BoxSearchOptions& options) {
        double sum = 0;
        for (std::uint64_t seed = 0; seed < 2; ++seed) {
            const auto search = make_box_strategy(options, problem.lower, problem.upper, 2, seed);
            ParetoArchive front(2);
            for (int i = 0; i < 30; ++i) {
                if (i >= 10 && i % 5 == 0) search->update();
                const auto x = search->ask();
                front.add(problem.gains(x));
                search->tell(x, problem.gains(x));
            }
            sum += front.hypervolume();
        }
        return sum / 2;
    };
    const double random = reached(options_of("random"));
    EXPECT_GT(reached(options_of("qnehvi")), random + 5);
    EXPECT_GT(reached(options_of("lamoo", "qnehvi")), random + 5);
}

TEST(BoxSearch, RefusesWhatItCannotDo) {
    const Eigen::Vector2d lower(0, 0), upper(1, 1);
    EXPECT_THROW(make_box_strategy(options_of("annealing"), lower, upper, 2, 1), UsageError);
    EXPECT_THROW(make_box_strategy(options_of("lamoo", "annealing"), lower, upper, 2, 1), UsageError);
    EXPECT_THROW(make_box_strategy(options_of("lamoo"), upper, lower, 2, 1), std::invalid_argument);
}

}  // namespace
}  // namespace cenas

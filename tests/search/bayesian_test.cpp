// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/bayesian.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "pareto/archive.hpp"
#include "space/cell_features.hpp"

namespace cenas {
namespace {

constexpr double accuracy_ceiling = 100, energy_ceiling = 50;

/// A made-up problem with the traits of a real one: convolutions raise the accuracy, with saturation, and the energy.
std::vector<double> made_up_gains(CellIndex index) {
    const Cell cell = cell_from_index(index);
    const auto n = operation_counts(cell);
    const double energy = (connected(cell) ? 8 : 3) + 6 * n[4] + 2 * n[3] + n[2];
    if (!connected(cell)) return {10, energy_ceiling - energy};
    return {95 - 45 * std::exp(-0.8 * n[4] - 0.5 * n[3]) - 2 * n[2], energy_ceiling - energy};
}

Candidates whole_space() {
    std::vector<CellIndex> cells(cell_count);
    std::iota(cells.begin(), cells.end(), 0);
    Candidates candidates{cells, canonical_table(Identity::string), {}, {}};
    candidates.objectives = {{"accuracy", Direction::maximize, accuracy_ceiling},
                             {"energy", Direction::minimize, energy_ceiling}};
    for (const CellIndex cell : cells) {
        candidates.known_gains.push_back(std::numeric_limits<double>::quiet_NaN());
        candidates.known_gains.push_back(made_up_gains(cell)[1]);
    }
    return candidates;
}

SearchOptions options(std::vector<std::string> known) {
    SearchOptions options;
    options.strategy = "bayesian";
    options.known = std::move(known);
    return options;
}

double cost_s(CellIndex cell) { return 2000 + nas_bench_201_flops(cell_from_index(cell)) * 1e-4; }

void tell(Strategy& search, CellIndex cell) { search.tell({cell, Fidelity::full, made_up_gains(cell), cost_s(cell)}); }

/// Hypervolume after ten random cells and so many of the strategy's.
double hypervolume_after(Strategy& search, const Candidates& candidates, int asks, std::uint64_t seed) {
    CandidatePool pool(candidates);
    Random random(seed, Stream::initial_design);
    ParetoArchive archive(2);
    const auto train = [&](CellIndex cell) {
        tell(search, cell);
        archive.add(made_up_gains(cell));
    };
    for (int i = 0; i < 10; ++i) train(*pool.draw_available(random));
    for (int i = 0; i < asks; ++i) {
        search.update();
        train(search.ask()->cell);
    }
    return archive.hypervolume();
}

TEST(Bayesian, FindsInTwentyTrainingsWhatRandomSearchDoesNotInAHundred) {
    const Candidates candidates = whole_space();
    SearchOptions random = options({});
    random.strategy = "random";
    for (const bool known : {true, false}) {
        const auto bayesian = options(known ? std::vector<std::string>{"energy"} : std::vector<std::string>{});
        double ours = 0, others = 0;
        for (std::uint64_t seed = 1; seed <= 2; ++seed) {
            ours += hypervolume_after(*make_strategy(bayesian, candidates, 2, seed), candidates, 20, seed);
            others += hypervolume_after(*make_strategy(random, candidates, 2, seed), candidates, 100, seed);
        }
        EXPECT_GT(ours, others) << (known ? "known" : "learnt");
    }
}

TEST(Bayesian, PendingCellsAreNotTwins) {
    const Candidates candidates = whole_space();
    const auto search = make_strategy(options({"energy"}), candidates, 2, 1);
    for (const CellIndex cell : {11, 700, 1500, 4000, 9000, 12000, 15000}) tell(*search, cell);
    search->update();
    std::set<CellIndex> networks;
    for (int i = 0; i < 8; ++i) networks.insert(canonical(search->ask()->cell, Identity::isomorphic));
    EXPECT_EQ(networks.size(), 8u);
}

TEST(GainModel, CellsThatAreNotConnectedShareWhatTheyReach) {
    GainModel model({"accuracy", Direction::maximize, accuracy_ceiling});
    const CellIndex unconnected = 0, another = 1;
    ASSERT_FALSE(connected(cell_from_index(unconnected)) || connected(cell_from_index(another)));
    model.tell(15624, 90);
    model.tell(15600, 60);
    const std::vector<CellIndex> cells{another};
    const Belief before = model.belief(cells);
    EXPECT_DOUBLE_EQ(before(0)[0], 30);  // uniform up to the smallest, 60
    EXPECT_DOUBLE_EQ(before(30)[0], 7.5);
    EXPECT_EQ(before(60)[0], 0);
    model.tell(unconnected, 10);
    const Belief after = model.belief(cells);
    EXPECT_DOUBLE_EQ(after(4)[0], 6);
    EXPECT_EQ(after(10)[0], 0);
    EXPECT_DOUBLE_EQ(model.expected(another), 10);
}

TEST(CostModel, LearnsWhatOperationsCost) {
    CostModel model;
    const std::vector<CellIndex> told{5, 77, 812, 1999, 2500, 4321, 6006, 8121, 10101, 13131, 15001, 15624};
    for (const CellIndex cell : told) model.tell(cell, cost_s(cell));
    const std::vector<CellIndex> others{100, 3000, 7777, 12345, 15400};
    const auto predicted = model.predict(others);
    for (std::size_t i = 0; i < others.size(); ++i)
        EXPECT_NEAR(predicted[static_cast<Eigen::Index>(i)], cost_s(others[i]), 0.1 * cost_s(others[i])) << others[i];
    EXPECT_TRUE((CostModel().predict(others) == 1.0).all());
}

}  // namespace
}  // namespace cenas

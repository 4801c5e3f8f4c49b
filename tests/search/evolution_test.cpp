// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/evolution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace cenas {
namespace {

const Candidates& whole_space() {
    static const Candidates candidates = [] {
        std::vector<CellIndex> cells(cell_count);
        std::iota(cells.begin(), cells.end(), 0);
        return Candidates{cells, canonical_table(Identity::string), {}, {}};
    }();
    return candidates;
}

using Gains = std::vector<double>;

// A front of ranges 5 and 4.5, the oldest first. Crowding distances: infinite, 2/5 + 1.5/4.5 = 0.73, 4/5 + 4/4.5
// = 1.69, infinite. Contributions: 1 x 0.5, 1 x 1, 1 x 3, 3 x 1.
const Gains front = {1, 5.5, 2, 5, 3, 4, 6, 1};

TEST(FindVictim, OnAFrontEachRuleHasItsOwn) {
    EXPECT_EQ(find_victim(Survival::age, front, 2), 0u);
    EXPECT_EQ(find_victim(Survival::crowding, front, 2), 1u);
    EXPECT_EQ(find_victim(Survival::hypervolume, front, 2), 0u);
}

TEST(FindVictim, OfTheLastRankFirst) {
    Gains gains = front;
    gains.insert(gains.end(), {1.5, 1.5, 2.5, 3.5});  // dominated; the first of them also by the second
    EXPECT_EQ(find_victim(Survival::age, gains, 2), 0u);
    EXPECT_EQ(find_victim(Survival::crowding, gains, 2), 4u);
    EXPECT_EQ(find_victim(Survival::hypervolume, gains, 2), 4u);
}

// Contributions count within the rank alone: that of the second rank's (0.5, 3.9) is 0.5 x 0.4, of (2.5, 3.5) 2 x 3.5.
TEST(FindVictim, TheHypervolumeIsThatOfTheRank) {
    Gains gains = front;
    gains.insert(gains.end(), {2.5, 3.5, 0.5, 3.9});
    EXPECT_EQ(find_victim(Survival::hypervolume, gains, 2), 5u);
}

TEST(FindVictim, OutsideTheReferenceThereIsNoHypervolume) {
    Gains gains = front;
    gains.insert(gains.end(), {-1, 9});
    EXPECT_EQ(find_victim(Survival::hypervolume, gains, 2), 4u);
    EXPECT_EQ(find_victim(Survival::crowding, gains, 2), 1u);
}

TEST(FindVictim, OfEqualsTheOldest) {
    const Gains equal = {2, 2, 2, 2, 2, 2};
    EXPECT_EQ(find_victim(Survival::hypervolume, equal, 2), 0u);
    EXPECT_EQ(find_victim(Survival::age, equal, 2), 0u);
    const Gains three = {3, 3, 1, 1, 1, 1, 1, 1};  // of the last rank's three
    EXPECT_EQ(find_victim(Survival::hypervolume, three, 2), 1u);
}

/// What is asked first, over many seeds, after these were told.
std::set<CellIndex> first_asks(Survival survival, const EvolutionOptions& options,
                               const std::vector<std::pair<CellIndex, Gains>>& told) {
    std::set<CellIndex> asked;
    for (std::uint64_t seed = 0; seed < 600; ++seed) {
        Evolution evolution(survival, options, whole_space(), 2, seed);
        for (const auto& [cell, gains] : told) evolution.tell({cell, Fidelity::full, gains});
        asked.insert(evolution.ask()->cell);
    }
    return asked;
}

std::set<CellIndex> around(std::vector<CellIndex> cells) {
    std::set<CellIndex> all;
    for (const CellIndex cell : cells)
        for (const CellIndex neighbour : neighbours(cell)) all.insert(neighbour);
    return all;
}

constexpr CellIndex a = 0, b = 7812, c = 15624;  // far from each other: all edges differ

TEST(Evolution, AgingForgetsTheBestAndItsTournamentTakesTheBetter) {
    const EvolutionOptions all_drawn{2, 50, 0.9};  // of two members, no tournament of 50 misses one
    EXPECT_EQ(first_asks(Survival::age, all_drawn, {{a, {9, 9}}, {b, {1, 1}}, {c, {2, 2}}}), around({c}));
    EXPECT_EQ(first_asks(Survival::age, all_drawn, {{a, {9, 9}}, {b, {3, 3}}, {c, {2, 2}}}), around({b}));
    const EvolutionOptions one_drawn{2, 1, 0.9};
    EXPECT_EQ(first_asks(Survival::age, one_drawn, {{a, {9, 9}}, {b, {1, 1}}, {c, {2, 2}}}), around({b, c}));
}

TEST(Evolution, TheOthersKeepTheBest) {
    const EvolutionOptions options{2, 50, 0};  // no crossover: an offspring is a parent's neighbour
    for (const Survival survival : {Survival::crowding, Survival::hypervolume}) {
        EXPECT_EQ(first_asks(survival, options, {{a, {9, 9}}, {b, {1, 1}}, {c, {8, 10}}}), around({a, c}));
        EXPECT_EQ(first_asks(survival, options, {{a, {1, 1}}, {b, {9, 9}}, {c, {8, 10}}}), around({b, c}));
    }
}

/// How often, of 900 seeds, nsga2's first offspring is one of this cell.
int offspring_of(CellIndex parent, const std::vector<std::pair<CellIndex, Gains>>& told) {
    int count = 0;
    for (std::uint64_t seed = 0; seed < 900; ++seed) {
        Evolution evolution(Survival::crowding, {3, 1, 0}, whole_space(), 2, seed);
        for (const auto& [cell, gains] : told) evolution.tell({cell, Fidelity::full, gains});
        count += around({parent}).count(evolution.ask()->cell) > 0 ? 1 : 0;
    }
    return count;
}

TEST(Evolution, ATournamentOfTwoPrefersRankThenDistance) {
    // Whoever wins is drawn in one of two draws of three with return: 5/9 of 900, with a standard deviation of 15.
    EXPECT_NEAR(offspring_of(a, {{a, {9, 9}}, {b, {1, 1}}, {c, {2, 2}}}), 500, 60);
    // The one in the middle of a front wins where it is drawn twice: 1/9 of 900, with a standard deviation of 9.
    EXPECT_NEAR(offspring_of(b, {{a, {1, 3}}, {b, {2, 2}}, {c, {3, 1}}}), 100, 38);
}

TEST(Evolution, CrossoverMixesTwoParents) {
    const EvolutionOptions options{2, 1, 1.0};
    int mixed = 0;
    for (const CellIndex child : first_asks(Survival::hypervolume, options, {{a, {1, 2}}, {c, {2, 1}}})) {
        const Cell cell = cell_from_index(child);
        const auto from_a = std::count(cell.begin(), cell.end(), Operation::none);
        const auto from_c = std::count(cell.begin(), cell.end(), Operation::nor_conv_3x3);
        EXPECT_GE(from_a + from_c, edge_count - 1);  // all but the one that mutated
        mixed += from_a >= 2 && from_c >= 2 ? 1 : 0;
    }
    EXPECT_GT(mixed, 10);
}

TEST(Evolution, IsUniformUntilThePopulationIsThere) {
    const EvolutionOptions options{4, 2, 0.5};
    const auto asked = first_asks(Survival::age, options, {{a, {9, 9}}, {b, {1, 1}}, {c, {2, 2}}});
    EXPECT_GT(asked.size(), 560u);  // of 600 draws from 15,622, hardly any twice
}

// Its children are all known: it goes on from them, not anywhere.
TEST(Evolution, WalksOnWhereTheOffspringIsKnown) {
    Evolution evolution(Survival::age, {2, 2, 0.9}, whole_space(), 2, 5);
    evolution.tell({c, Fidelity::full, Gains{1, 1}});
    evolution.tell({c, Fidelity::full, Gains{1, 1}});
    for (const CellIndex neighbour : neighbours(c)) evolution.exclude(neighbour);
    const Cell cell = cell_from_index(evolution.ask()->cell);
    EXPECT_GE(std::count(cell.begin(), cell.end(), Operation::nor_conv_3x3), 2);
}

}  // namespace
}  // namespace cenas

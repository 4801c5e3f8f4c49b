// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/local_search.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace cenas {
namespace {

using Gains = std::vector<double>;

const Candidates& whole_space() {
    static const Candidates candidates = [] {
        std::vector<CellIndex> cells(cell_count);
        std::iota(cells.begin(), cells.end(), 0);
        return Candidates{cells, canonical_table(Identity::string), {}, {}};
    }();
    return candidates;
}

std::set<CellIndex> asks(LocalSearch& search, int count) {
    std::set<CellIndex> asked;
    for (int i = 0; i < count; ++i) asked.insert(search.ask()->cell);
    return asked;
}

std::set<CellIndex> around(CellIndex cell) {
    const auto all = neighbours(cell);
    return {all.begin(), all.end()};
}

constexpr CellIndex a = 0, b = 7812, c = 15624;  // far from each other: all edges differ

TEST(LocalSearch, ExploresTheNeighboursOfTheFrontAndNoOthers) {
    LocalSearch search(whole_space(), 2, 1);
    search.tell({a, Fidelity::full, Gains{1, 3}});
    search.tell({b, Fidelity::full, Gains{3, 1}});
    search.tell({c, Fidelity::full, Gains{1, 1}});  // dominated
    std::set<CellIndex> expected = around(a);
    expected.merge(around(b));
    EXPECT_EQ(asks(search, 48), expected);
    search.tell({c, Fidelity::full, Gains{4, 4}});  // judged anew, it is the front
    EXPECT_EQ(asks(search, 24), around(c));
}

TEST(LocalSearch, StartsAnewWhereAllNeighboursAreKnown) {
    std::set<CellIndex> starts;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        LocalSearch search(whole_space(), 2, seed);
        search.tell({a, Fidelity::full, Gains{1, 3}});
        EXPECT_EQ(asks(search, 24), around(a));
        starts.insert(search.ask()->cell);
    }
    EXPECT_GT(starts.size(), 90u);
}

TEST(LocalSearch, MembersHaveOneChanceEachHoweverManyNeighboursAreLeft) {
    int of_a = 0;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
        LocalSearch search(whole_space(), 2, seed);
        search.tell({a, Fidelity::full, Gains{1, 3}});
        search.tell({b, Fidelity::full, Gains{3, 1}});
        const auto of_b = neighbours(b);
        std::for_each(of_b.begin() + 1, of_b.end(), [&](CellIndex cell) { search.exclude(cell); });
        of_a += around(a).count(search.ask()->cell) > 0 ? 1 : 0;
    }
    EXPECT_NEAR(of_a, 500, 64);  // four standard deviations
}

// One peak that every step can climb: the cell of six convolutions 3x3, six edges from the start.
TEST(LocalSearch, ClimbsToTheTop) {
    LocalSearch search(whole_space(), 2, 3);
    CellIndex cell = a;
    int trainings = 0;
    for (; cell != c && trainings < 1000; ++trainings) {
        const Cell operations = cell_from_index(cell);
        double sum = 0;
        for (const Operation op : operations) sum += static_cast<double>(op);
        search.tell({cell, Fidelity::full, Gains{sum, sum}});
        cell = search.ask()->cell;
    }
    EXPECT_LE(trainings, 24 * 24);  // no more than the neighbours of every sum on the way
}

}  // namespace
}  // namespace cenas

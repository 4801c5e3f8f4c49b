// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/random.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "base/error.hpp"

namespace cenas {
namespace {

TEST(RandomSearch, AsksEveryCellOnce) {
    std::vector<CellIndex> cells(500);
    std::iota(cells.begin(), cells.end(), 1000);
    const Candidates candidates{cells, canonical_table(Identity::string), {}, {}};
    RandomSearch search(candidates, 3);
    search.exclude(1100);
    std::set<CellIndex> asked;
    while (const auto cell = search.ask()) EXPECT_TRUE(asked.insert(cell->cell).second);
    EXPECT_EQ(asked.size(), 499u);
    EXPECT_EQ(asked.count(1100), 0u);
    EXPECT_EQ(*asked.begin(), 1000);
    EXPECT_EQ(*asked.rbegin(), 1499);
}

TEST(MakeStrategy, RefusesUnknownNames) {
    const Candidates candidates{{1, 2}, canonical_table(Identity::string), {}, {}};
    SearchOptions options;
    options.strategy = "nsga9";
    EXPECT_THROW(make_strategy(options, candidates, 2, 1), UsageError);
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <vector>

#include "kernels/rng/philox.hpp"
#include "pareto/rank_set.hpp"
#include "pareto/sort_falling.hpp"

namespace cenas {
namespace {

TEST(RankSet, KnowsItsNeighboursAsATreeDoes) {
    for (const std::uint32_t n : {1u, 64u, 65u, 4096u, 4097u, 10000u}) {  // one, two and three levels
        Random random(n, Stream::tests, 13);
        RankSet ranks(n);
        std::set<std::size_t> tree;
        for (int step = 0; step < 3000; ++step) {
            const std::size_t i = random.below(n);
            if (random.below(3) == 0) {
                ranks.erase(i);
                tree.erase(i);
            } else if (random.below(8) == 0) {
                ranks.insert(i);
                tree.insert(i);
            }
            const auto after = tree.upper_bound(i), place = tree.lower_bound(i);
            ASSERT_EQ(ranks.after(i), after == tree.end() ? RankSet::none : *after) << n;
            ASSERT_EQ(ranks.before(i), place == tree.begin() ? RankSet::none : *std::prev(place)) << n;
        }
    }
}

TEST(SortFalling, EqualsAStableSort) {
    struct Item {
        double key;
        std::size_t place;
        bool operator==(const Item&) const = default;
    };
    for (const std::size_t n : {0u, 1u, 63u, 64u, 3000u})
        for (const double spread : {1.0, 1e300}) {
            Random random(n, Stream::tests, 14);
            std::vector<Item> items(n);
            for (std::size_t i = 0; i < n; ++i) {
                const double u = random.below(4) == 0 ? 0.01 * random.below(100) : random.uniform();  // some are equal
                items[i] = {spread * u, i};
            }
            if (n > 2) {
                items[0].key = std::numeric_limits<double>::infinity();
                items[1].key = 5e-324;
                items[2].key = 0;
            }
            auto expected = items;
            std::stable_sort(expected.begin(), expected.end(),
                             [](const Item& a, const Item& b) { return a.key > b.key; });
            sort_falling(items, &Item::key);
            EXPECT_EQ(items, expected) << n;
        }
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "search/strategy.hpp"

namespace cenas {
namespace {

TEST(RecordedSearch, HandsOutItsCellsInOrderWhateverItIsTold) {
    const Candidates candidates{{1, 2, 3, 4}, canonical_table(Identity::string), {}, {}};
    SearchOptions options;
    options.strategy = "recorded";
    options.recorded = {{4}, {1}, {3}};
    const auto search = make_strategy(options, candidates, 2, 1);
    search->exclude(2);
    EXPECT_EQ(search->ask(), Proposal{4});
    const std::vector<double> gains{1, 2};
    search->tell({4, Fidelity::full, gains});
    search->update();
    EXPECT_EQ(search->ask(), Proposal{1});
    EXPECT_EQ(search->ask(), Proposal{3});
    EXPECT_EQ(search->ask(), std::nullopt);
    EXPECT_EQ(search->ask(), std::nullopt);
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "search/strategy.hpp"

namespace cenas {
namespace {

TEST(RecordedSearch, HandsOutItsCellsInOrderWhateverItIsTold) {
    const Candidates candidates{{1, 2, 3, 4}, canonical_table(Identity::string)};
    const auto search = make_strategy({"recorded", {}, {4, 1, 3}}, candidates, 2, 1);
    search->exclude(2);
    EXPECT_EQ(search->ask(), 4);
    const std::vector<double> gains{1, 2};
    search->tell(4, gains);
    search->update();
    EXPECT_EQ(search->ask(), 1);
    EXPECT_EQ(search->ask(), 3);
    EXPECT_EQ(search->ask(), std::nullopt);
    EXPECT_EQ(search->ask(), std::nullopt);
}

}  // namespace
}  // namespace cenas

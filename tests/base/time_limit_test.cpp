// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/time_limit.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

TEST(TimeLimit, IsReadAsSlurmReadsIt) {
    EXPECT_EQ(parse_time_limit("90"), 90 * 60);
    EXPECT_EQ(parse_time_limit("1:30"), 90);
    EXPECT_EQ(parse_time_limit("2:00:05"), 2 * 3600 + 5);
    EXPECT_EQ(parse_time_limit("1-12"), 36 * 3600);
    EXPECT_EQ(parse_time_limit("1-00:30"), 24.5 * 3600);
    EXPECT_EQ(parse_time_limit("2-01:02:03"), 2 * 86400 + 3723);
}

TEST(TimeLimit, RefusesAnythingElse) {
    for (const char* text :
         {"", "0", "00:00", "-5", "1:2:3:4", "1-2:3:4:5", "5m", "1.5", ":30", "3:", "1-", "1-2-3", "9999999999999"})
        EXPECT_TRUE(test::contains(test::message_of<UsageError>([&] { parse_time_limit(text); }), text)) << text;
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/checksum.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cenas {
namespace {

// Expected values: Python's hashlib.sha256 of the bytes that the header documents (struct '<Q' lengths, '<d' numbers).

TEST(Checksum, NothingAddedIsTheEmptyMessage) {
    EXPECT_EQ(Checksum().hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Checksum, TextIsItsLengthAndItsBytes) {
    EXPECT_EQ(Checksum().add("abc").hex(), "ce91dc5eec0139adf091900d225971d6ad246a845bad791b5693a9d0d55dd391");
}

TEST(Checksum, WhereOneTextEndsMatters) {
    EXPECT_EQ(Checksum().add("ab").add("c").hex(), "43ee655579de01ca739b3f95c1c2d3f46d353b2c0df818064ea594506cdb2617");
}

TEST(Checksum, NumbersAreLittleEndianBytes) {
    const std::vector<double> values = {1.0, -2.5};
    const std::string expected = "f138ae8a7b9a72de60b736f59d2474dd5b2357f5817f0dfa3309f5da5e629d87";
    EXPECT_EQ(Checksum().add(values).hex(), expected);
    EXPECT_EQ(Checksum().add(1.0).add(-2.5).hex(), expected);
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/gzip.hpp"

#include <gtest/gtest.h>

#include <iterator>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;

constexpr std::size_t enough = 1 << 20;

class GzipFile : public ::testing::Test {
  protected:
    std::string read(const std::filesystem::path& path, std::size_t limit = enough) const {
        const auto bytes = read_bytes(path, limit);
        return {bytes.begin(), bytes.end()};
    }
    std::string refusal(const std::filesystem::path& path, std::size_t limit = enough) const {
        return message_of<DataError>([&] { read(path, limit); });
    }
    /// What `text` becomes.
    std::string packed(std::string_view text) const {
        std::ifstream file(folder_.write_gzip("packed.gz", text), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    test::TemporaryFolder folder_;
};

const std::string every_byte = [] {
    std::string text;
    for (unsigned i = 0; i < 200000; ++i) text += static_cast<char>(i * i % 257);
    return text;
}();

TEST_F(GzipFile, PlainAndPackedFilesHoldTheSameBytes) {
    EXPECT_EQ(read(folder_.write("plain", every_byte)), every_byte);
    EXPECT_EQ(read(folder_.write("packed", packed(every_byte))), every_byte);
}

TEST_F(GzipFile, TheContentDecidesNotTheName) {
    EXPECT_EQ(read(folder_.write("plain.gz", "abc")), "abc");
    EXPECT_EQ(read(folder_.write("short.gz", "\x1f")), "\x1f");
}

TEST_F(GzipFile, NothingIsFine) {
    EXPECT_EQ(read(folder_.write("empty", "")), "");
    EXPECT_EQ(read(folder_.write("empty.gz", packed(""))), "");
}

TEST_F(GzipFile, MembersFollowOneAnother) {  // RFC 1952, section 2.2
    EXPECT_EQ(read(folder_.write("two.gz", packed("ab") + packed("cd"))), "abcd");
}

TEST_F(GzipFile, CutOffAnywhereIsRefused) {
    const std::string whole = packed("some text, some more text");
    for (std::size_t size = 2; size < whole.size(); ++size)
        EXPECT_TRUE(contains(refusal(folder_.write("cut.gz", whole.substr(0, size))), "cut.gz: unexpected end of file"))
            << size;
}

TEST_F(GzipFile, DamageIsRefused) {
    const std::string whole = packed(every_byte);
    const auto damaged = [&](std::size_t at) {
        std::string bytes = whole;
        bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
        return refusal(folder_.write("bad.gz", bytes));
    };
    EXPECT_TRUE(contains(damaged(2), "bad.gz: unknown compression method"));
    EXPECT_TRUE(contains(damaged(whole.size() / 2), "bad.gz"));
    EXPECT_TRUE(contains(damaged(whole.size() - 8), "bad.gz: incorrect data check"));
    EXPECT_TRUE(contains(damaged(whole.size() - 4), "bad.gz: incorrect length check"));
}

TEST_F(GzipFile, TheLimitCountsUnpackedBytes) {
    const auto plain = folder_.write("plain", every_byte), gzip = folder_.write("a.gz", packed(every_byte));
    EXPECT_EQ(read(plain, every_byte.size()), every_byte);
    EXPECT_EQ(read(gzip, every_byte.size()), every_byte);
    EXPECT_TRUE(contains(refusal(plain, every_byte.size() - 1), "plain: more than 199999 bytes"));
    EXPECT_TRUE(contains(refusal(gzip, every_byte.size() - 1), "a.gz: more than 199999 bytes when unpacked"));
    const auto bomb = folder_.write_gzip("bomb.gz", std::string(std::size_t{64} << 20, '\0'));
    EXPECT_LT(std::filesystem::file_size(bomb), 100000u);
    EXPECT_TRUE(contains(refusal(bomb), "bomb.gz: more than 1048576 bytes"));
}

TEST_F(GzipFile, WhatCannotBeReadIsRefused) {
    EXPECT_TRUE(contains(refusal(folder_.path() / "none"), "none: No such file"));
    EXPECT_TRUE(contains(refusal(folder_.path()), "Is a directory"));
}

}  // namespace
}  // namespace cenas

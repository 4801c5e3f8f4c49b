// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/checksum.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
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

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

// The "check" value of CRC-32/ISO-HDLC, the name of zlib's in Greg Cook's catalogue of parametrised CRC algorithms.
TEST(Crc32, IsZlibs) {
    EXPECT_EQ(crc32(bytes_of("123456789")), 0xcbf43926u);
    EXPECT_EQ(crc32(bytes_of("")), 0u);
    EXPECT_EQ(crc32({}), 0u);
}

/// Bit by bit as in RFC 1952, section 8.
std::uint32_t slow_crc32(std::string_view text) {
    std::uint32_t crc = 0xffffffff;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}

TEST(Crc32, IsTheRemainderThatItsDefinitionSays) {
    std::string text;
    for (std::size_t i = 0; i < 300; ++i) {
        EXPECT_EQ(crc32(bytes_of(text)), slow_crc32(text)) << i << " bytes";
        text += static_cast<char>(i * i);
    }
}

}  // namespace
}  // namespace cenas

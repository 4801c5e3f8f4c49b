// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/rng/philox.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace cenas {
namespace {

void expect_block(PhiloxBlock counter, std::uint32_t k0, std::uint32_t k1, const PhiloxBlock& expected) {
    const PhiloxBlock block = philox4x32(counter, k0, k1);
    for (int i = 0; i < 4; ++i) EXPECT_EQ(block.word[i], expected.word[i]) << "word " << i;
}

// Known answers of philox4x32-10 published with the Random123 library (kat_vectors).
TEST(Philox, KnownAnswers) {
    expect_block({{0, 0, 0, 0}}, 0, 0, {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}});
    expect_block({{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}}, 0xffffffff, 0xffffffff,
                 {{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}});
    expect_block({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0,
                 {{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}});
}

TEST(Random, StreamsSeedsAndIndicesDiffer) {
    const std::uint32_t base = Random(1, Stream::tests, 0).bits();
    EXPECT_NE(base, Random(2, Stream::tests, 0).bits());
    EXPECT_NE(base, Random(1, Stream::proposals, 0).bits());
    EXPECT_NE(base, Random(1, Stream::tests, 1).bits());
    EXPECT_NE(base, Random(1, Stream::tests, std::uint64_t{1} << 32).bits());
    EXPECT_EQ(base, Random(1, Stream::tests, 0).bits());
}

TEST(Random, UniformLiesInTheHalfOpenUnitInterval) {
    Random random(3, Stream::tests);
    double sum = 0;
    constexpr int n = 100000;
    for (int i = 0; i < n; ++i) {
        const double u = random.uniform();
        ASSERT_GE(u, 0.0);
        ASSERT_LT(u, 1.0);
        sum += u;
    }
    // Mean 1/2, standard error sqrt(1/12/n) = 0.0009: 5 of them.
    EXPECT_NEAR(sum / n, 0.5, 0.0046);
}

// Chi-square over n classes; the 99.9 % point for 6 degrees of freedom is 22.5. The draws are fixed by the seed.
TEST(Random, BelowIsUniform) {
    Random random(4, Stream::tests);
    constexpr std::uint32_t classes = 7;
    constexpr int n = 70000;
    std::vector<int> counts(classes, 0);
    for (int i = 0; i < n; ++i) {
        const std::uint32_t k = random.below(classes);
        ASSERT_LT(k, classes);
        ++counts[k];
    }
    double chi = 0;
    for (const int c : counts) chi += (c - n / 7.0) * (c - n / 7.0) / (n / 7.0);
    EXPECT_LT(chi, 22.5);
}

}  // namespace
}  // namespace cenas

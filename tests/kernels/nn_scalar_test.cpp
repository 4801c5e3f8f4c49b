// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/nn/scalar.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "kernels/rng/philox.hpp"

namespace cenas {
namespace {

constexpr std::uint32_t sign_bit = 0x8000, exponent_bits = 0x7F80, quiet_bit = 0x40;

bool is_nan(std::uint32_t bits) { return (bits & 0x7FFF) > exponent_bits; }

/// The number that 16 bits stand for, by IEEE 754's definition; infinity stands for the power of two after the largest
/// number, as in its rule of rounding.
double value_of(std::uint32_t bits) {
    const int exponent = static_cast<int>(bits >> 7 & 0xFF), mantissa = static_cast<int>(bits & 0x7F);
    const double size = exponent == 0 ? std::ldexp(mantissa, -126 - 7) : std::ldexp(128 + mantissa, exponent - 127 - 7);
    return bits & sign_bit ? -size : size;
}

/// The nearer of the two neighbours of x; between them the even one.
std::uint32_t nearest(float x) {
    const std::uint32_t toward_zero = std::bit_cast<std::uint32_t>(x) >> 16, away = toward_zero + 1;
    if ((toward_zero & exponent_bits) == exponent_bits) return toward_zero;  // infinite
    const double below = std::abs(static_cast<double>(x) - value_of(toward_zero)),
                 above = std::abs(value_of(away) - static_cast<double>(x));
    if (below != above) return below < above ? toward_zero : away;
    return toward_zero % 2 == 0 ? toward_zero : away;
}

TEST(Bf16, WidensToTheNumberItStandsFor) {
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const float wide = widen(bf16{static_cast<std::uint16_t>(bits)});
        if (is_nan(bits)) {
            EXPECT_TRUE(std::isnan(wide)) << bits;
        } else if ((bits & 0x7FFF) == exponent_bits) {
            EXPECT_TRUE(std::isinf(wide)) << bits;
        } else {
            EXPECT_EQ(static_cast<double>(wide), value_of(bits)) << bits;
        }
        EXPECT_EQ(std::signbit(wide), bits >= sign_bit) << bits;
    }
}

TEST(Bf16, EveryValueSurvivesWideningAndNarrowing) {
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const std::uint32_t back = narrow<bf16>(widen(bf16{static_cast<std::uint16_t>(bits)})).bits;
        EXPECT_EQ(back, is_nan(bits) ? bits | quiet_bit : bits);  // a signalling NaN becomes a quiet one
    }
}

TEST(Bf16, RoundsToNearestTiesToEven) {
    // Around every value: itself, a little more, just below, at and just above the middle to the next.
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits)
        for (const std::uint32_t rest : {0x0000u, 0x0001u, 0x7FFFu, 0x8000u, 0x8001u, 0xFFFFu}) {
            const float x = std::bit_cast<float>(bits << 16 | rest);
            if (std::isnan(x)) continue;
            ASSERT_EQ(narrow<bf16>(x).bits, nearest(x)) << std::hexfloat << x;
        }
    Random random(1, Stream::tests);
    for (int i = 0; i < 300'000; ++i) {
        const float x = std::bit_cast<float>(random.bits());
        if (std::isnan(x)) continue;
        ASSERT_EQ(narrow<bf16>(x).bits, nearest(x)) << std::hexfloat << x;
    }
    EXPECT_EQ(narrow<bf16>(0x1.FEFFFEp+127F).bits, 0x7F7Fu);  // the last float that does not become infinite
    EXPECT_EQ(narrow<bf16>(0x1.FFp+127F).bits, 0x7F80u);
    EXPECT_EQ(narrow<bf16>(-0.0F).bits, 0x8000u);
}

TEST(Bf16, NaNStaysNaNOfItsSign) {
    Random random(2, Stream::tests);
    for (int i = 0; i < 100'000; ++i) {
        // Some with a payload in the lower half only, which is cut off.
        const std::uint32_t payload = i % 2 == 0 ? random.bits() & 0x007FFFFFu : random.bits() & 0xFFFFu;
        const std::uint32_t sign = random.bits() & 0x80000000u;
        if (payload == 0) continue;
        const std::uint32_t narrowed = narrow<bf16>(std::bit_cast<float>(sign | 0x7F800000u | payload)).bits;
        ASSERT_TRUE(is_nan(narrowed) && (narrowed & quiet_bit) != 0) << payload;
        ASSERT_EQ(narrowed >= sign_bit, sign != 0) << payload;
    }
}

TEST(WideTypes, AreWhatTheyAre) {
    EXPECT_EQ(widen(1.5F), 1.5F);
    EXPECT_EQ(narrow<float>(widen(0x1.FFFFFEp-3F)), 0x1.FFFFFEp-3F);
    EXPECT_EQ(narrow<double>(widen(0x1.FFFFFFFFFFFFFp-3)), 0x1.FFFFFFFFFFFFFp-3);
}

}  // namespace
}  // namespace cenas

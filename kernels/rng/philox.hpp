// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011, section 3.3 and
// table 2. Counter-based: a value is a pure function of (seed, stream, index), whoever asks and in whatever order.

#include <cstdint>

#include "kernels/base/macros.hpp"
#include "kernels/rng/streams.hpp"

namespace cenas {

struct PhiloxBlock {
    std::uint32_t word[4];
};

/// Ten rounds of Philox4x32 on counter `c` with key (k0, k1).
CENAS_HD inline PhiloxBlock philox4x32(PhiloxBlock c, std::uint32_t k0, std::uint32_t k1) {
    constexpr std::uint64_t m0 = 0xD2511F53u, m1 = 0xCD9E8D57u;  // multipliers (paper, table 2)
    constexpr std::uint32_t w0 = 0x9E3779B9u, w1 = 0xBB67AE85u;  // Weyl increments: golden ratio, sqrt(3) - 1
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = m0 * c.word[0];
        const std::uint64_t p1 = m1 * c.word[2];
        c = {{static_cast<std::uint32_t>(p1 >> 32) ^ c.word[1] ^ k0, static_cast<std::uint32_t>(p1),
              static_cast<std::uint32_t>(p0 >> 32) ^ c.word[3] ^ k1, static_cast<std::uint32_t>(p0)}};
        k0 += w0;
        k1 += w1;
    }
    return c;
}

/// A sequence of random numbers keyed by (seed, stream, index): the key is the seed, the counter holds the stream,
/// the index and the position. Two sequences never overlap.
class Random {
  public:
    CENAS_HD Random(std::uint64_t seed, Stream stream, std::uint64_t index = 0)
        : seed_(seed), stream_(stream), index_(index) {}

    /// Next 32 random bits.
    CENAS_HD std::uint32_t bits() {
        if (left_ == 0) {
            block_ = philox4x32({{position_, static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(index_),
                                  static_cast<std::uint32_t>(index_ >> 32)}},
                                static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32));
            ++position_;
            left_ = 4;
        }
        return block_.word[4 - left_--];
    }

    /// Uniform in [0, 1), 53 bits.
    CENAS_HD double uniform() {
        const std::uint64_t high = bits() >> 5, low = bits() >> 6;
        return static_cast<double>((high << 26) | low) * 0x1.0p-53;
    }

    /// Uniform integer in [0, n), n >= 1. Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29(1),
    /// 2019, algorithm 5: unbiased.
    CENAS_HD std::uint32_t below(std::uint32_t n) {
        std::uint64_t product = static_cast<std::uint64_t>(bits()) * n;
        if (static_cast<std::uint32_t>(product) < n) {
            const std::uint32_t threshold = (0u - n) % n;
            while (static_cast<std::uint32_t>(product) < threshold) product = static_cast<std::uint64_t>(bits()) * n;
        }
        return static_cast<std::uint32_t>(product >> 32);
    }

  private:
    std::uint64_t seed_;
    Stream stream_;
    std::uint64_t index_;
    std::uint32_t position_ = 0;
    int left_ = 0;
    PhiloxBlock block_{};
};

}  // namespace cenas

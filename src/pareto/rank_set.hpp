// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace cenas {

/// A set of numbers below n that knows neighbours: bits in words of 64, over them bits that say which words have any,
/// and so on. Every call is O(log_64 n): for a sweep that knows all places beforehand, what a balanced tree is
/// elsewhere.
class RankSet {
  public:
    static constexpr std::size_t none = SIZE_MAX;

    explicit RankSet(std::size_t n) {
        do {
            n = (n + 63) / 64;
            levels_.emplace_back(n, std::uint64_t{0});
        } while (n > 1);
    }

    void insert(std::size_t i) {
        for (auto& words : levels_) {
            words[i / 64] |= bit(i);
            i /= 64;
        }
    }
    void erase(std::size_t i) {
        for (auto& words : levels_) {
            words[i / 64] &= ~bit(i);
            if (words[i / 64] != 0) return;
            i /= 64;
        }
    }
    /// The largest member below i.
    std::size_t before(std::size_t i) const {
        for (std::size_t level = 0; level < levels_.size(); ++level, i /= 64)
            if (const std::uint64_t lower = word(level, i) & (bit(i) - 1); lower != 0)
                return descend(level, i / 64 * 64 + highest(lower), highest);
        return none;
    }
    /// The smallest member above i.
    std::size_t after(std::size_t i) const {
        for (std::size_t level = 0; level < levels_.size(); ++level, i /= 64)
            if (const std::uint64_t higher = word(level, i) & ~(bit(i) | (bit(i) - 1)); higher != 0)
                return descend(level, i / 64 * 64 + lowest(higher), lowest);
        return none;
    }

  private:
    static std::uint64_t bit(std::size_t i) { return std::uint64_t{1} << i % 64; }
    static std::size_t lowest(std::uint64_t word) { return static_cast<std::size_t>(std::countr_zero(word)); }
    static std::size_t highest(std::uint64_t word) { return 63 - static_cast<std::size_t>(std::countl_zero(word)); }
    std::uint64_t word(std::size_t level, std::size_t i) const { return levels_[level][i / 64]; }
    /// The member at the lowest level under bit i of one, first or last as `end` chooses.
    template <class End>
    std::size_t descend(std::size_t level, std::size_t i, const End& end) const {
        while (level-- > 0) i = i * 64 + end(levels_[level][i]);
        return i;
    }

    std::vector<std::vector<std::uint64_t>> levels_;  // the first has a bit for every number
};

}  // namespace cenas

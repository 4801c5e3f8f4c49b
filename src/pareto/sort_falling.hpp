// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace cenas {

/// Sorts by falling key, a member that is >= 0 in all items; equal ones stay as they came. Most of a sweep is its sort,
/// and most of a sort are branches that the processor guesses wrong: bytes of the key, least significant first, have
/// none (radix sort; a double >= 0 is ordered as its bits are).
template <class Item>
void sort_falling(std::vector<Item>& items, double Item::*key) {
    constexpr std::size_t worthwhile = 64;  // below, the tables cost more than they save
    if (items.size() < worthwhile) {
        std::stable_sort(items.begin(), items.end(), [key](const Item& a, const Item& b) { return a.*key > b.*key; });
        return;
    }
    constexpr std::size_t digits = 8;
    const auto digit = [key](const Item& item, std::size_t d) {
        return static_cast<std::uint8_t>(~std::bit_cast<std::uint64_t>(item.*key) >> (8 * d));
    };
    std::array<std::array<std::size_t, 256>, digits> places{};
    for (const Item& item : items)
        for (std::size_t d = 0; d < digits; ++d) ++places[d][digit(item, d)];
    std::vector<Item> sorted(items.size());
    for (std::size_t d = 0; d < digits; ++d) {
        auto& place = places[d];
        if (place[digit(items[0], d)] == items.size()) continue;
        std::exclusive_scan(place.begin(), place.end(), place.begin(), std::size_t{0});
        for (const Item& item : items) sorted[place[digit(item, d)]++] = item;
        items.swap(sorted);
    }
}

}  // namespace cenas

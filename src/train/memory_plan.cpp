// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/memory_plan.hpp"

#include <algorithm>
#include <numeric>

namespace cenas {

int MemoryPlan::add(std::size_t bytes, int first, int last) {
    buffers_.push_back({(bytes + 63) / 64 * 64, 0, first, last});
    return static_cast<int>(buffers_.size()) - 1;
}

std::size_t MemoryPlan::place() {
    std::vector<std::size_t> order(buffers_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return buffers_[a].bytes > buffers_[b].bytes; });
    std::vector<std::size_t> placed;  // by offset
    std::size_t size = 0;
    for (const std::size_t i : order) {
        Buffer& own = buffers_[i];
        own.offset = 0;
        for (const std::size_t k : placed) {
            const Buffer& other = buffers_[k];
            const bool together = own.first <= other.last && other.first <= own.last;
            if (!together) continue;
            if (own.offset + own.bytes <= other.offset) break;
            own.offset = std::max(own.offset, other.offset + other.bytes);
        }
        size = std::max(size, own.offset + own.bytes);
        const auto after = std::upper_bound(placed.begin(), placed.end(), own.offset,
                                            [&](std::size_t at, std::size_t k) { return at < buffers_[k].offset; });
        placed.insert(after, i);
    }
    return size;
}

}  // namespace cenas

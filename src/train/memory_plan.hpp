// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <vector>

namespace cenas {

/// Plans one arena for buffers that live from a first to a last step, both included.
class MemoryPlan {
  public:
    /// Number of the buffer.
    int add(std::size_t bytes, int first, int last);
    /// Gives every buffer its offset (a multiple of 64), large ones first, each at the lowest place that is free for
    /// its whole life. Returns the size of the arena.
    std::size_t place();
    std::size_t offset(int buffer) const { return buffers_[static_cast<std::size_t>(buffer)].offset; }

  private:
    struct Buffer {
        std::size_t bytes, offset;
        int first, last;
    };
    std::vector<Buffer> buffers_;
};

}  // namespace cenas

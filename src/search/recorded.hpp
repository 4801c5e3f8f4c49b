// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <utility>
#include <vector>

#include "search/strategy.hpp"

namespace cenas {

/// Hands out given cells in their order and learns nothing: a search done again as it was recorded.
class RecordedSearch final : public Strategy {
  public:
    explicit RecordedSearch(std::vector<CellIndex> cells) : cells_(std::move(cells)) {}
    std::optional<CellIndex> ask() override {
        return next_ < cells_.size() ? std::optional(cells_[next_++]) : std::nullopt;
    }
    void exclude(CellIndex) override {}
    void tell(CellIndex, std::span<const double>) override {}
    void update() override {}

  private:
    std::vector<CellIndex> cells_;
    std::size_t next_ = 0;
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <utility>
#include <vector>

#include "search/strategy.hpp"

namespace cenas {

/// Hands out given proposals in their order and learns nothing: a search done again as it was recorded.
class RecordedSearch final : public Strategy {
  public:
    explicit RecordedSearch(std::vector<Proposal> proposals) : proposals_(std::move(proposals)) {}
    std::optional<Proposal> ask() override {
        return next_ < proposals_.size() ? std::optional(proposals_[next_++]) : std::nullopt;
    }
    void exclude(CellIndex) override {}
    void tell(const Outcome&) override {}
    void update() override {}
    void exchange(StateArchive& archive) override { archive(next_); }

  private:
    std::vector<Proposal> proposals_;
    std::size_t next_ = 0;
};

}  // namespace cenas

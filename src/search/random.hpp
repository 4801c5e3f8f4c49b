// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include "search/candidate_pool.hpp"

namespace cenas {

/// Random search: uniform over the cells not asked before.
class RandomSearch final : public Strategy {
  public:
    RandomSearch(const Candidates& candidates, std::uint64_t seed) : pool_(candidates), seed_(seed) {}
    std::optional<Proposal> ask() override;
    void exclude(CellIndex cell) override { pool_.take(cell); }
    void tell(const Outcome&) override {}
    void update() override {}
    void exchange(StateArchive& archive) override {
        pool_.exchange(archive);
        archive(asks_);
    }

  private:
    CandidatePool pool_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0;
};

}  // namespace cenas

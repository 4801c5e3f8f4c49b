// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "comm/comm.hpp"
#include "io/journal.hpp"
#include "io/run_file.hpp"
#include "sweep/plan.hpp"

namespace cenas {

/// OUTPUT.journal: where a sweep keeps its finished searches until the run file is made from them.
std::filesystem::path journal_of(const std::filesystem::path& output);

/// What the journal of a sweep is of: lines that two runs share if and only if one can go on with the other's searches.
std::string sweep_identity(const RunHead& head);

/// The finished searches of a shard, on disk; in memory are their places only.
class SweepJournal {
  public:
    /// Makes the journal, or goes on with the one that is there. Throws as JournalWriter does.
    SweepJournal(const std::filesystem::path& path, const RunHead& head);

    bool has(std::int64_t number) const { return place_[index(number)] != 0; }
    std::int64_t finished() const { return static_cast<std::int64_t>(sizes_.searches); }
    const RunSizes& sizes() const { return sizes_; }

    void append(std::int64_t number, const SearchRecord& search);
    /// Flushes to disk what was appended, if the last time is a second ago.
    void sync_if_due();
    void sync();
    SearchRecord read(std::int64_t number) const;
    void remove() { writer_.remove(); }

  private:
    std::size_t index(std::int64_t number) const {
        return static_cast<std::size_t>((number - shard_.search(0)) / shard_.count);
    }
    void take(const Bytes& payload, std::uint64_t place);

    Shard shard_;
    std::vector<std::uint64_t> place_;  // by index in the shard; 0: not there
    RunSizes sizes_;
    JournalWriter writer_;
    double synced_s_;
    bool dirty_ = false;
};

/// What a record of the journal says; also what travels between ranks.
struct FinishedSearch {
    std::int64_t number = 0;
    SearchRecord record;
};
Bytes to_bytes(const FinishedSearch& finished);
/// Throws DataError for bytes that are none.
FinishedSearch finished_search_from(std::span<const std::byte> bytes);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/utc_time.hpp"
#include "io/journal.hpp"
#include "live/inputs.hpp"

namespace cenas {

/// What the outer world has told one search.
struct SearchInputs {
    UtcTime start;        ///< of the trace's step in which it began
    double offset_s = 0;  ///< how long after that it began
    std::vector<LiveInput> inputs;
};

/// The inputs of the searches of a live run, on disk and in memory.
class LiveJournal {
  public:
    /// Makes the journal, or goes on with the one that is there. Throws as JournalWriter does.
    LiveJournal(const std::filesystem::path& path, std::string_view identity);

    /// Of a search that has begun; null: it has not.
    const SearchInputs* find(std::int64_t search) const;
    const SearchInputs& begin(std::int64_t search, UtcTime start, double offset_s);
    /// Appends an input of a search; `sync`: it is on disk when this returns, else within a second of calls of
    /// sync_if_due().
    void keep(std::int64_t search, const LiveInput& input, bool sync);
    void sync_if_due();
    /// Removes the file, which has served its end.
    void remove() { writer_.remove(); }

  private:
    void take(const Bytes& payload, std::uint64_t place);

    std::filesystem::path path_;
    std::map<std::int64_t, SearchInputs> searches_;
    JournalWriter writer_;
    double synced_s_ = 0;
    bool dirty_ = false;
};

}  // namespace cenas

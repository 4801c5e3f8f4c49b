// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/live_log.hpp"
#include "io/provenance.hpp"
#include "io/run_record.hpp"

namespace cenas {

// Run files (FORMAT.md, section 1). A sweep's searches need not fit in memory: they are written and read one by one.

inline constexpr const char* run_format = "cenas-run";

/// Rows that a run file will have.
struct RunSizes {
    std::size_t searches = 0;
    std::size_t evaluations = 0;
    std::size_t intervals = 0;

    void add(const SearchRecord& search) {
        searches += 1;
        evaluations += search.evaluations_log.size();
        intervals += search.intervals.size();
    }
    void add(const RunSizes& more) {
        searches += more.searches;
        evaluations += more.evaluations;
        intervals += more.intervals;
    }
};

/// Writes a run file beside `path` as .part, which commit() renames. Throws UsageError if `path` exists and
/// `overwrite` is not set, RunError if it cannot be written or gets other searches than `sizes` says.
class RunFileWriter {
  public:
    RunFileWriter(const std::filesystem::path& path, const RunHead& head, const RunSizes& sizes, bool overwrite);
    ~RunFileWriter();
    RunFileWriter(const RunFileWriter&) = delete;
    RunFileWriter& operator=(const RunFileWriter&) = delete;

    void append(const SearchRecord& search);  ///< in the order of the plan
    void add(const LiveLog& log);             ///< once
    void commit(const Provenance& provenance);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Reads a run file. Every function throws DataError that names the file and the object for anything missing, of the
/// wrong type or length, out of range, or inconsistent with the offsets.
class RunFile {
  public:
    explicit RunFile(const std::filesystem::path& path);
    ~RunFile();
    RunFile(const RunFile&) = delete;
    RunFile& operator=(const RunFile&) = delete;

    const RunHead& head() const;
    const std::vector<SearchRecord>& summaries() const;  ///< all searches, without their logs
    SearchRecord search(std::size_t row) const;          ///< one of them with its logs
    std::size_t row_of(std::int64_t number) const;       ///< by its number in the plan; throws UsageError
    RunSizes sizes() const;
    std::optional<LiveLog> live() const;  ///< of a live run
    Provenance provenance() const;
    /// What was altered since the file was written: datasets whose values do not fit their checksum, "/" for anything
    /// else.
    std::vector<std::string> find_damage() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Whole files at once.
void write_run_file(const std::filesystem::path& path, const RunRecord& run, const Provenance& provenance,
                    bool overwrite);
RunRecord read_run_file(const std::filesystem::path& path);
Provenance read_provenance(const std::filesystem::path& path);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cenas {

/// Is given the payload of one record, which is gone when it returns.
using TakeRecord = std::function<void(const std::vector<std::byte>& payload)>;

/// What reading a journal found.
struct JournalContents {
    std::string identity;  ///< empty where a crash left not even that
    std::uint64_t records = 0;
    std::uint64_t whole_bytes = 0;  ///< of the file, up to the end of the last whole record
    std::uint64_t torn_bytes = 0;   ///< behind them: what a crash, or a writer at work, left of a record
};

/// Reads a journal (FORMAT.md, section 4), one record in memory at a time; also while a writer appends to it. What is
/// left of an unfinished last record is passed over. `identity` is what the journal must be of; without one, any will
/// do. Throws DataError for a file that is missing or no journal, of another version or identity, or damaged before its
/// last record, and RunError if the disk refuses.
JournalContents read_journal(const std::filesystem::path& path, std::optional<std::string_view> identity,
                             const TakeRecord& take);

/// Owns an open file.
class FileDescriptor {
  public:
    explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
    ~FileDescriptor();
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    int get() const { return descriptor_; }

  private:
    int descriptor_;
};

/// Appends records to a journal, which it makes or goes on with. A record counts once sync() has returned after its
/// append(); the destructor does not sync. Throws RunError where the disk or another writer is in the way; a record
/// that could not be written is taken off the file again, and the next may be tried.
class JournalWriter {
  public:
    /// Locks the file against other writers (where the file system has no locks, a warning says so), gives the records
    /// that are there to `take`, and cuts off what a crash left of another, with a warning. `identity` says what the
    /// journal is of, in lines of text. Throws DataError as read_journal() does; the file is untouched then.
    JournalWriter(std::filesystem::path path, std::string_view identity, const TakeRecord& take);

    void append(std::span<const std::byte> payload);  ///< at most 4 GiB - 1
    void sync();

  private:
    void require_sound() const;
    void write(std::span<const std::byte> bytes);

    std::filesystem::path path_;
    FileDescriptor file_;
    std::uint64_t end_ = 0;  ///< of the last whole record
    bool sound_ = true;      ///< the file is known to be what was appended
};

}  // namespace cenas

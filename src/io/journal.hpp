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

/// Is given the payload of one record, which is gone when it returns, and the record's place in the file.
using TakeRecord = std::function<void(const std::vector<std::byte>& payload, std::uint64_t place)>;

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

/// Whether a file begins as a journal does.
bool is_journal(const std::filesystem::path& path);

/// Throws RunError where another process writes to the journal.
void require_no_writer(const std::filesystem::path& path);

/// Removes a journal that nobody writes to. Throws RunError where somebody does, or the disk refuses.
void discard_journal(const std::filesystem::path& path);

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

    std::uint64_t append(std::span<const std::byte> payload);  ///< at most 4 GiB - 1; returns the record's place
    void sync();
    /// The payload of the record at a place. Throws DataError where the file was damaged meanwhile.
    std::vector<std::byte> read(std::uint64_t place) const;
    /// Removes the file, which has served its end.
    void remove();

  private:
    void require_sound() const;
    void write(std::span<const std::byte> bytes);

    std::filesystem::path path_;
    FileDescriptor file_;
    std::uint64_t end_ = 0;  ///< of the last whole record
    bool sound_ = true;      ///< the file is known to be what was appended
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <limits>
#include <system_error>
#include <utility>

#include "base/checksum.hpp"
#include "base/error.hpp"
#include "base/log.hpp"

namespace cenas {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "cenasjnl";
constexpr std::uint32_t format_version = 1;
constexpr std::size_t preamble_size = 12;  // magic and version
constexpr std::size_t head_size = 12;      // of a record
constexpr std::size_t largest_payload = std::numeric_limits<std::uint32_t>::max();

// --- Calls of the system -----------------------------------------------------------------------------------------

/// `call` again as long as a signal interrupts it.
template <class Call>
auto retried(const Call& call) {
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

std::string reason(int error) { return std::generic_category().message(error); }

[[noreturn]] void fail(const fs::path& path, std::string_view what, int error) {
    throw RunError(fmt::format("{}: cannot be {}: {}", path.string(), what, reason(error)));
}

struct stat status_of(const fs::path& path, const FileDescriptor& file) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail(path, "examined", errno);
    if (!S_ISREG(status.st_mode)) throw DataError(fmt::format("{}: not a regular file", path.string()));
    return status;
}

int open_to_read(const fs::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw DataError(fmt::format("{}: cannot be opened: {}", path.string(), reason(errno)));
    return descriptor;
}

int open_to_write(const fs::path& path) {
    constexpr mode_t all_that_umask_allows = 0666;
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, all_that_umask_allows);
    if (descriptor < 0) fail(path, "opened for writing", errno);
    return descriptor;
}

/// Without this a new file may be gone after a crash, however well it was synced itself.
void sync_folder_of(const fs::path& path) {
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const FileDescriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    // Some file systems do not let a folder be synced (EINVAL); the file itself is.
    if (descriptor.get() < 0 || (retried([&] { return ::fsync(descriptor.get()); }) != 0 && errno != EINVAL))
        fail(folder, "flushed to disk", errno);
}

/// " (process 123)" where the kernel tells who holds the lock. A line of /proc/locks (proc(5)) is
/// "1: FLOCK  ADVISORY  WRITE 123 08:01:4711 0 EOF", with device and inode before the last two.
std::string holder_of_lock(const struct stat& status) {
    const auto inode = fmt::format("{:02x}:{:02x}:{}", major(status.st_dev), minor(status.st_dev), status.st_ino);
    std::ifstream locks("/proc/locks");
    std::string number, kind, mode, access, process, where, rest;
    while (locks >> number >> kind >> mode >> access >> process >> where && std::getline(locks, rest))
        if (kind == "FLOCK" && where == inode) return fmt::format(" (process {})", process);
    return "";
}

/// Until the file is closed. flock() and not fcntl(): that lock would be lost as soon as anyone in this process closes
/// the file, a reader say.
void lock(const fs::path& path, const FileDescriptor& file) {
    if (retried([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) == 0) return;
    if (errno == EWOULDBLOCK)
        throw RunError(fmt::format("{}: another process{} is writing to it; only one may", path.string(),
                                   holder_of_lock(status_of(path, file))));
    // Lustre mounted without `flock`, NFS without its lock server, ...
    spdlog::warn("{}: its file system has no locks ({}): make sure that nothing else writes to it", path.string(),
                 reason(errno));
}

// --- Bytes of the format -----------------------------------------------------------------------------------------

void append_number(std::vector<std::byte>& bytes, std::uint32_t number) {
    for (int shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::byte>(number >> shift));
}

std::uint32_t number_at(std::span<const std::byte> bytes, std::size_t offset) {
    std::uint32_t number = 0;
    for (std::size_t i = 4; i-- > 0;) number = number << 8 | std::to_integer<std::uint32_t>(bytes[offset + i]);
    return number;
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

std::vector<std::byte> preamble() {
    const auto text = bytes_of(magic);
    std::vector<std::byte> bytes(text.begin(), text.end());
    append_number(bytes, format_version);
    return bytes;
}

void append_record(std::vector<std::byte>& bytes, std::span<const std::byte> payload) {
    const std::size_t begin = bytes.size();
    bytes.reserve(begin + head_size + payload.size());
    append_number(bytes, static_cast<std::uint32_t>(payload.size()));
    append_number(bytes, crc32(payload));
    append_number(bytes, crc32(std::span(bytes).subspan(begin)));
    bytes.insert(bytes.end(), payload.begin(), payload.end());
}

struct Head {
    std::uint32_t length;
    std::uint32_t payload_crc;
};

/// Nothing where the bytes are no head. It has a checksum of its own so that a damaged length is not taken for a record
/// that was cut short, which would drop all that follow; and so that heads can be searched for. Zeros are no head.
std::optional<Head> parse_head(std::span<const std::byte> bytes) {
    if (bytes.size() < head_size || crc32(bytes.first(8)) != number_at(bytes, 8)) return std::nullopt;
    return Head{number_at(bytes, 0), number_at(bytes, 4)};
}

// --- Reading -----------------------------------------------------------------------------------------------------

/// A file as long as it was when it was opened: what a writer appends meanwhile is not looked at.
struct OpenFile {
    const fs::path& path;
    int descriptor;
    std::uint64_t size;
};

/// The part of `target` that was filled: all, unless the file ends before.
std::span<std::byte> read_at(const OpenFile& file, std::uint64_t offset, std::span<std::byte> target) {
    target = target.first(std::min<std::uint64_t>(target.size(), file.size - std::min(offset, file.size)));
    std::size_t done = 0;
    while (done < target.size()) {
        const auto rest = target.subspan(done);
        const ssize_t size = retried(
            [&] { return ::pread(file.descriptor, rest.data(), rest.size(), static_cast<off_t>(offset + done)); });
        if (size < 0) fail(file.path, "read", errno);
        if (size == 0) break;  // a writer has taken off what it could not finish
        done += static_cast<std::size_t>(size);
    }
    return target.first(done);
}

std::optional<Head> read_head(const OpenFile& file, std::uint64_t offset) {
    std::array<std::byte, head_size> bytes{};
    return parse_head(read_at(file, offset, bytes));
}

/// False where no whole record begins at `offset`.
bool read_record(const OpenFile& file, std::uint64_t offset, std::vector<std::byte>& payload) {
    const auto head = read_head(file, offset);
    if (!head || head->length > file.size - offset - head_size) return false;
    payload.resize(head->length);
    return read_at(file, offset + head_size, payload).size() == head->length && crc32(payload) == head->payload_crc;
}

/// The first whole record that begins at `from` or later.
std::optional<std::uint64_t> find_record(const OpenFile& file, std::uint64_t from) {
    constexpr std::size_t block_size = 65536;
    std::vector<std::byte> block(block_size), payload;
    for (;;) {
        const auto bytes = read_at(file, from, block);
        if (bytes.size() < head_size) return std::nullopt;
        const std::size_t heads = bytes.size() - head_size + 1;
        for (std::size_t i = 0; i < heads; ++i)
            if (parse_head(bytes.subspan(i, head_size)) && read_record(file, from + i, payload)) return from + i;
        from += heads;
    }
}

/// For a place where no whole record begins: a crash leaves that at the end, nothing leaves it before other records.
void require_no_record_behind(const OpenFile& file, std::uint64_t offset, std::uint64_t records_before) {
    const auto head = read_head(file, offset);
    const auto next = find_record(file, head ? offset + head_size + head->length : offset + 1);
    if (!next) return;
    throw DataError(
        fmt::format("{0}: byte {1}: damaged (at byte {2} a whole record follows); `truncate --size={1} {0}` gives up "
                    "all from there on and keeps the {3} record(s) before",
                    file.path.string(), offset, *next, records_before));
}

/// False where the file ends before its preamble does.
bool has_preamble(const OpenFile& file) {
    std::array<std::byte, preamble_size> buffer{};
    const auto bytes = read_at(file, 0, buffer);
    const auto begin = bytes.first(std::min(bytes.size(), magic.size()));
    if (!std::equal(begin.begin(), begin.end(), bytes_of(magic).begin()))
        throw DataError(fmt::format("{}: not a journal of cenas", file.path.string()));
    if (bytes.size() < preamble_size) return false;
    if (const auto version = number_at(bytes, magic.size()); version != format_version)
        throw DataError(fmt::format("{}: format version {} of a journal; this program reads version {}",
                                    file.path.string(), version, format_version));
    return true;
}

std::string_view take_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line;
}

void require_identity(const fs::path& path, std::string_view found, std::string_view expected) {
    if (found == expected) return;
    std::string_view found_line, expected_line;
    do {
        found_line = take_line(found);
        expected_line = take_line(expected);
    } while (found_line == expected_line && !(found.empty() && expected.empty()));
    throw DataError(
        fmt::format("{}: a journal of something else: it says `{}`, expected `{}`; go on with what it is "
                    "of, or name another file",
                    path.string(), found_line, expected_line));
}

JournalContents read_all(const OpenFile& file, std::optional<std::string_view> identity, const TakeRecord& take) {
    JournalContents contents;
    if (has_preamble(file)) {
        std::vector<std::byte> payload;
        std::uint64_t offset = preamble_size;
        if (read_record(file, offset, payload)) {
            for (const std::byte byte : payload) contents.identity += std::to_integer<char>(byte);
            if (identity) require_identity(file.path, contents.identity, *identity);
            offset += head_size + payload.size();
            for (; read_record(file, offset, payload); offset += head_size + payload.size()) {
                take(payload, offset);
                ++contents.records;
            }
            contents.whole_bytes = offset;
        }
        require_no_record_behind(file, offset, contents.records);
    }
    contents.torn_bytes = file.size - contents.whole_bytes;
    return contents;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool is_journal(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::string begin(magic.size(), '\0');
    return file.read(begin.data(), static_cast<std::streamsize>(begin.size())) && begin == magic;
}

JournalContents read_journal(const fs::path& path, std::optional<std::string_view> identity, const TakeRecord& take) {
    const FileDescriptor file(open_to_read(path));
    return read_all({path, file.get(), static_cast<std::uint64_t>(status_of(path, file).st_size)}, identity, take);
}

void require_no_writer(const fs::path& path) {
    const FileDescriptor file(open_to_read(path));
    lock(path, file);
}

void discard_journal(const fs::path& path) {
    const FileDescriptor file(open_to_write(path));
    lock(path, file);
    if (::unlink(path.c_str()) != 0) fail(path, "removed", errno);
    sync_folder_of(path);
}

// --- Writing -----------------------------------------------------------------------------------------------------

JournalWriter::JournalWriter(fs::path path, std::string_view identity, const TakeRecord& take)
    : path_(std::move(path)), file_(open_to_write(path_)) {
    lock(path_, file_);
    const struct stat status = status_of(path_, file_);
    if (status.st_nlink == 0)  // by the writer before us, which had no more use for it
        throw RunError(fmt::format("{}: was removed while it was being opened; start again", path_.string()));
    const auto found = read_all({path_, file_.get(), static_cast<std::uint64_t>(status.st_size)}, identity, take);
    end_ = found.whole_bytes;
    if (found.torn_bytes > 0) {
        spdlog::warn("{}: its last {} bytes, an unfinished record, are dropped", path_.string(), found.torn_bytes);
        if (retried([&] { return ::ftruncate(file_.get(), static_cast<off_t>(end_)); }) != 0)
            fail(path_, "shortened", errno);
    }
    if (end_ == 0) {
        std::vector<std::byte> bytes = preamble();
        append_record(bytes, bytes_of(identity));
        write(bytes);
    }
    sync();
    sync_folder_of(path_);
}

void JournalWriter::require_sound() const {
    if (!sound_) throw RunError(fmt::format("{}: not written to any more after an earlier error", path_.string()));
}

std::uint64_t JournalWriter::append(std::span<const std::byte> payload) {
    if (payload.size() > largest_payload)
        throw RunError(fmt::format("{}: a record of {} bytes; at most {} are possible", path_.string(), payload.size(),
                                   largest_payload));
    std::vector<std::byte> bytes;
    append_record(bytes, payload);
    const std::uint64_t place = end_;
    write(bytes);
    return place;
}

std::vector<std::byte> JournalWriter::read(std::uint64_t place) const {
    std::vector<std::byte> payload;
    if (!read_record({path_, file_.get(), end_}, place, payload))
        throw DataError(fmt::format("{}: byte {}: damaged since it was written", path_.string(), place));
    return payload;
}

void JournalWriter::remove() {
    if (::unlink(path_.c_str()) != 0 && errno != ENOENT) fail(path_, "removed", errno);
    sync_folder_of(path_);
}

void JournalWriter::write(std::span<const std::byte> bytes) {
    require_sound();
    for (std::size_t done = 0; done < bytes.size();) {
        const auto rest = bytes.subspan(done);
        const ssize_t size =
            retried([&] { return ::pwrite(file_.get(), rest.data(), rest.size(), static_cast<off_t>(end_ + done)); });
        if (size < 0) {
            const int error = errno;
            sound_ = retried([&] { return ::ftruncate(file_.get(), static_cast<off_t>(end_)); }) == 0;
            fail(path_, "written", error);
        }
        done += static_cast<std::size_t>(size);
    }
    end_ += bytes.size();
}

void JournalWriter::sync() {
    require_sound();
    if (retried([&] { return ::fdatasync(file_.get()); }) == 0) return;
    // The kernel may have forgotten what it could not write, and would call the next attempt a success (Rebello et al.,
    // Can Applications Recover from fsync Failures?, USENIX ATC 2020).
    sound_ = false;
    fail(path_, "flushed to disk", errno);
}

}  // namespace cenas

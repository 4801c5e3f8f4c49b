// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/journal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <memory>
#include <random>
#include <sstream>
#include <thread>
#include <utility>

#include "base/error.hpp"
#include "io/damage.hpp"
#include "support/file_size_limit.hpp"
#include "support/files.hpp"

namespace {

/// What the system's calls answer the next time, once: 0 lets them work.
struct Faults {
    int flock = 0, fdatasync = 0, fsync = 0, ftruncate = 0, pread = 0;
    std::function<void()> before_flock = [] {};
};
Faults faults;

/// How often they worked.
struct Calls {
    int fdatasync = 0, fsync = 0;
};
Calls calls;

bool fails(int& fault) {
    const int error = std::exchange(fault, 0);
    if (error != 0) errno = error;
    return error != 0;
}

}  // namespace

// These take the place of the C library's in this program (for HDF5 too, which notices no difference).
extern "C" {
int flock(int file, int operation) noexcept {
    faults.before_flock();
    return fails(faults.flock) ? -1 : static_cast<int>(syscall(SYS_flock, file, operation));
}
int fdatasync(int file) {
    if (fails(faults.fdatasync)) return -1;
    ++calls.fdatasync;
    return static_cast<int>(syscall(SYS_fdatasync, file));
}
int fsync(int file) {
    if (fails(faults.fsync)) return -1;
    ++calls.fsync;
    return static_cast<int>(syscall(SYS_fsync, file));
}
int ftruncate(int file, off_t size) noexcept {
    return fails(faults.ftruncate) ? -1 : static_cast<int>(syscall(SYS_ftruncate, file, size));
}
ssize_t pread(int file, void* target, size_t size, off_t offset) {
    return fails(faults.pread) ? -1 : syscall(SYS_pread64, file, target, size, offset);
}
}

namespace cenas {
namespace {

using test::bytes_of;
using test::contains;
using test::message_of;
using Texts = std::vector<std::string>;

const std::string identity = "of = \"a test\"\n";
constexpr std::size_t preamble_size = 12, head_size = 12;  // FORMAT.md, section 4

std::string text_of(const std::vector<std::byte>& payload) {
    std::string text;
    for (const std::byte byte : payload) text += std::to_integer<char>(byte);
    return text;
}

void append(JournalWriter& writer, std::string_view text) { writer.append(std::as_bytes(std::span(text))); }

/// Where each record of a journal ends, the identity first.
std::vector<std::size_t> ends_of(const Texts& records) {
    std::vector<std::size_t> ends{preamble_size + head_size + identity.size()};
    for (const auto& record : records) ends.push_back(ends.back() + head_size + record.size());
    return ends;
}

class Journal : public ::testing::Test {
  protected:
    Journal() : logger_before_(spdlog::default_logger()) {
        spdlog::set_default_logger(
            std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
        spdlog::set_pattern("%l: %v");
    }
    ~Journal() override {
        spdlog::set_default_logger(logger_before_);
        faults = {};
    }

    /// Opens `path`, and appends `more`. The records that were there.
    Texts continue_with(const Texts& more) const {
        Texts found;
        JournalWriter writer(path, identity, [&](const auto& payload, auto) { found.push_back(text_of(payload)); });
        for (const auto& text : more) append(writer, text);
        writer.sync();
        return found;
    }
    /// A new file each time: some file systems wait for the disk when an old one is emptied and closed.
    void put(const std::string& bytes) const {
        std::filesystem::remove(path);
        folder.write("j", bytes);
    }
    Texts read(std::optional<std::string_view> of = identity) {
        Texts found;
        contents = read_journal(path, of, [&](const auto& payload, auto) { found.push_back(text_of(payload)); });
        EXPECT_EQ(contents.records, found.size());
        return found;
    }
    /// The message of the DataError with which both reader and writer refuse `bytes`, which they leave as they are.
    std::string refusal(const std::string& bytes) {
        put(bytes);
        const auto message = message_of<DataError>([&] { read(); });
        EXPECT_EQ(message_of<DataError>([&] { continue_with({}); }), message);
        EXPECT_EQ(bytes_of(path), bytes);
        return message;
    }

    test::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "j";
    JournalContents contents;  ///< of the last read()
    std::ostringstream log;

  private:
    std::shared_ptr<spdlog::logger> logger_before_;
};

const Texts some{"", "abc", std::string("\0\n\xff", 3), "", "the last"};

TEST_F(Journal, GivesBackWhatWasAppended) {
    EXPECT_EQ(continue_with({}), Texts{});
    EXPECT_EQ(read(), Texts{});
    EXPECT_EQ(continue_with({some[0], some[1]}), Texts{});
    EXPECT_EQ(continue_with({some[2], some[3], some[4]}), (Texts{some[0], some[1]}));
    EXPECT_EQ(continue_with({}), some);
    EXPECT_EQ(read(), some);
    EXPECT_EQ(contents.identity, identity);
    EXPECT_EQ(contents.whole_bytes, std::filesystem::file_size(path));
    EXPECT_EQ(contents.torn_bytes, 0u);
    EXPECT_EQ(read(std::nullopt), some);
    EXPECT_EQ(log.str(), "");
}

// Made by Python's struct and zlib.crc32 after FORMAT.md.
TEST_F(Journal, IsAsTheFormatSays) {
    continue_with({"", "abc"});
    std::string hex;
    for (const char c : bytes_of(path)) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    EXPECT_EQ(hex,
              "63656e61736a6e6c01000000"
              "0e0000001e7df9c29cef532c6f66203d2022612074657374220a"
              "000000000000000069df2265"
              "03000000c2412435753ceae1616263");
}

TEST_F(Journal, TakesLargeRecords) {
    std::mt19937_64 random(1);
    Texts large{std::string(65536, '\0'), std::string(20'000'000, 'x')};
    for (auto& text : large)
        for (auto& c : text) c = static_cast<char>(random());
    continue_with({large[0], "", large[1]});
    EXPECT_EQ(continue_with({large[0]}), (Texts{large[0], "", large[1]}));
    EXPECT_EQ(read(), (Texts{large[0], "", large[1], large[0]}));
}

TEST_F(Journal, RefusesWhatItsLengthCannotSay) {
    constexpr std::size_t size = std::size_t{1} << 32;
    void* pages = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(pages, MAP_FAILED);
    JournalWriter writer(path, identity, [](const auto&, auto) {});
    const auto message = message_of<RunError>([&] { writer.append({static_cast<const std::byte*>(pages), size}); });
    EXPECT_TRUE(contains(message, "a record of 4294967296 bytes; at most 4294967295"));
    append(writer, "abc");
    EXPECT_EQ(read(), Texts{"abc"});
    munmap(pages, size);
}

TEST_F(Journal, CutAnywhereKeepsTheWholeRecordsAndGoesOn) {
    continue_with(some);
    const std::string bytes = bytes_of(path);
    const auto ends = ends_of(some);
    ASSERT_EQ(ends.back(), bytes.size());
    for (std::size_t size = 0; size <= bytes.size(); ++size) {
        put(bytes.substr(0, size));
        const auto whole = std::upper_bound(ends.begin(), ends.end(), size) - ends.begin();  // the identity included
        const Texts expected(some.begin(), some.begin() + std::max<std::ptrdiff_t>(whole - 1, 0));
        const std::size_t expected_bytes = whole > 0 ? ends[whole - 1] : 0;
        EXPECT_EQ(read(), expected) << size << " bytes";
        EXPECT_EQ(contents.whole_bytes, expected_bytes) << size << " bytes";
        EXPECT_EQ(contents.torn_bytes, size - expected_bytes) << size << " bytes";
        log.str("");
        EXPECT_EQ(continue_with({"more"}), expected) << size << " bytes";
        const std::string warning = fmt::format("warning: {}: its last {} bytes, an unfinished record, are dropped\n",
                                                path.string(), size - expected_bytes);
        EXPECT_EQ(log.str(), size == expected_bytes ? "" : warning);
        Texts and_more = expected;
        and_more.emplace_back("more");
        EXPECT_EQ(read(), and_more) << size << " bytes";
        EXPECT_EQ(contents.torn_bytes, 0u);
    }
}

TEST_F(Journal, EveryFlippedBitIsFound) {
    continue_with(some);
    const std::string bytes = bytes_of(path);
    const auto ends = ends_of(some);
    const std::size_t last_begin = ends[ends.size() - 2];
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
        std::string damaged = bytes;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        if (bit / 8 < last_begin) {
            put(damaged);
            EXPECT_THROW(read(), DataError) << "bit " << bit;
            continue;
        }
        put(damaged);
        EXPECT_EQ(read(), Texts(some.begin(), some.end() - 1)) << "bit " << bit;
        EXPECT_EQ(contents.torn_bytes, bytes.size() - last_begin);
    }
}

TEST_F(Journal, SaysWhereItIsDamagedAndHowToGoOn) {
    continue_with(some);
    const std::string bytes = bytes_of(path);
    const auto ends = ends_of(some);
    for (std::size_t record = 0; record + 1 < some.size(); ++record) {
        std::string damaged = bytes;
        damaged[ends[record] + 2] = 'x';  // in the length: not to be taken for a record that ends beyond the file
        const auto advice = fmt::format(
            "{0}: byte {1}: damaged (at byte {2} a whole record follows); `truncate --size={1} {0}` gives up all from "
            "there on and keeps the {3} record(s) before",
            path.string(), ends[record], ends[record + 1], record);
        EXPECT_EQ(refusal(damaged), advice);
        std::filesystem::resize_file(path, ends[record]);
        EXPECT_EQ(continue_with({}), Texts(some.begin(), some.begin() + record));
    }
    std::string damaged = bytes;
    damaged[preamble_size + head_size] = 'x';
    EXPECT_TRUE(contains(refusal(damaged), "j: byte 12: damaged (at byte 38 a whole record follows)"));
}

// The search for whole records goes through the file in blocks.
TEST_F(Journal, FindsRecordsBehindDamageWhereverTheyBegin) {
    for (std::size_t size = 65500; size < 65560; ++size) {
        std::filesystem::remove(path);
        const Texts records{std::string(size, 'x'), "abc"};
        continue_with(records);
        std::string bytes = bytes_of(path);
        const auto ends = ends_of(records);
        bytes[ends[0]] = static_cast<char>(bytes[ends[0]] ^ 1);
        put(bytes);
        const auto message = message_of<DataError>([&] { read(); });
        EXPECT_TRUE(contains(message, fmt::format("byte {}: damaged (at byte {} a", ends[0], ends[1])));
    }
}

TEST_F(Journal, AByteTooManyOrTooFewIsFound) {
    continue_with(some);
    const std::string bytes = bytes_of(path);
    const auto ends = ends_of(some);
    for (std::size_t at = 0; at < ends[ends.size() - 2]; ++at) {
        put(std::string(bytes).erase(at, 1));
        EXPECT_THROW(read(), DataError) << "without byte " << at;
        put(std::string(bytes).insert(at, 1, '\r'));
        EXPECT_THROW(read(), DataError) << "another before byte " << at;
    }
}

// What is in a payload is not taken for records, even where the record itself is torn.
TEST_F(Journal, MayHoldAnotherJournal) {
    continue_with({"abc", "more"});
    const std::string inner = bytes_of(path);
    std::filesystem::remove(path);
    continue_with({"abc", inner, inner});
    const std::string bytes = bytes_of(path);
    EXPECT_EQ(read(), (Texts{"abc", inner, inner}));
    const std::size_t last_begin = bytes.size() - inner.size() - head_size;
    for (std::size_t size = last_begin; size < bytes.size(); ++size) {
        put(bytes.substr(0, size));
        EXPECT_EQ(read(), (Texts{"abc", inner})) << size << " bytes";
    }
}

// A computer that lost its power may have the length of a file on its disk but not the bytes.
TEST_F(Journal, DropsZerosAndRubbishAtTheEnd) {
    continue_with({"abc"});
    const std::string bytes = bytes_of(path);
    std::mt19937_64 random(2);
    for (const std::size_t size : {1, 11, 12, 13, 4096, 200'000}) {
        std::string rubbish(size, '\0');
        for (const bool zeros : {true, false}) {
            if (!zeros)
                for (auto& c : rubbish) c = static_cast<char>(random());
            put(bytes + rubbish);
            EXPECT_EQ(read(), Texts{"abc"});
            EXPECT_EQ(contents.torn_bytes, size);
            EXPECT_EQ(continue_with({}), Texts{"abc"});
            EXPECT_EQ(bytes_of(path), bytes);
        }
    }
}

TEST_F(Journal, OverwrittenBytesNeverGiveWrongRecords) {
    continue_with(some);
    const std::string bytes = bytes_of(path);
    std::mt19937_64 random(3);
    const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random() % limit); };
    int refused = 0;
    for (int i = 0; i < 3000; ++i) {
        std::string damaged = bytes;
        for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
            const std::size_t at = preamble_size + below(damaged.size() - preamble_size);
            const std::size_t end = std::min(at + 1 + below(30), damaged.size());
            const bool zeros = below(2) == 0;
            for (std::size_t byte = at; byte < end; ++byte) damaged[byte] = static_cast<char>(zeros ? 0 : random());
        }
        put(damaged);
        try {
            const auto found = read();
            ASSERT_LE(found.size(), some.size());
            EXPECT_EQ(found, Texts(some.begin(), some.begin() + found.size()));
        } catch (const DataError&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, 1000);
    EXPECT_LT(refused, 3000);
}

TEST_F(Journal, OfSomethingElseIsRefusedWithTheDifference) {
    continue_with(some);
    const auto refused = [&](std::string_view of) { return message_of<DataError>([&] { read(of); }); };
    EXPECT_TRUE(contains(refused("of = \"another\"\n"),
                         "j: a journal of something else: it says `of = \"a test\"`, expected `of = \"another\"`"));
    EXPECT_TRUE(contains(refused("of = \"a test\"\nseed = 1\n"), "it says ``, expected `seed = 1`"));
    EXPECT_TRUE(contains(refused(""), "it says `of = \"a test\"`, expected ``"));
    EXPECT_TRUE(contains(refused("of = \"a test\""), "something else")) << "a line's end is all that differs";
    const std::string bytes = bytes_of(path);
    EXPECT_TRUE(
        contains(message_of<DataError>([&] { JournalWriter(path, "x", [](const auto&, auto) {}); }), "expected `x`"));
    EXPECT_EQ(bytes_of(path), bytes);
}

TEST_F(Journal, WhatIsNoJournalIsRefusedAndKept) {
    EXPECT_TRUE(contains(refusal("utc,value\n"), "j: not a journal of cenas"));
    EXPECT_TRUE(contains(refusal("x"), "not a journal"));
    EXPECT_TRUE(contains(refusal("cenasjnX"), "not a journal"));
    EXPECT_TRUE(contains(refusal(std::string(100, '\0')), "not a journal"));
    std::filesystem::remove(path);
    continue_with({"abc"});
    std::string newer = bytes_of(path);
    newer[8] = 2;
    EXPECT_TRUE(contains(refusal(newer), "j: format version 2 of a journal; this program reads version 1"));
}

TEST_F(Journal, WhatIsNoFileIsRefused) {
    EXPECT_TRUE(contains(message_of<DataError>([&] { read(); }), "j: cannot be opened: No such file"));
    EXPECT_FALSE(std::filesystem::exists(path));
    std::filesystem::create_directory(path);
    EXPECT_TRUE(contains(message_of<DataError>([&] { read(); }), "j: not a regular file"));
    EXPECT_TRUE(contains(message_of<RunError>([&] { continue_with({}); }), "j: cannot be opened for writing: Is a"));
    path = "/dev/null";
    EXPECT_TRUE(contains(message_of<DataError>([&] { read(); }), "/dev/null: not a regular file"));
    EXPECT_TRUE(contains(message_of<DataError>([&] { continue_with({}); }), "/dev/null: not a regular file"));
    path = folder.path() / "none" / "j";
    EXPECT_TRUE(contains(message_of<RunError>([&] { continue_with({}); }), "cannot be opened for writing: No such"));
}

TEST_F(Journal, AFolderThatCannotBeWrittenIsAnError) {
    if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
    ASSERT_EQ(chmod(folder.path().c_str(), 0500), 0);
    EXPECT_TRUE(contains(message_of<RunError>([&] { continue_with({}); }), "cannot be opened for writing: Permission"));
    ASSERT_EQ(chmod(folder.path().c_str(), 0700), 0);
    continue_with({"abc"});
    ASSERT_EQ(chmod(path.c_str(), 0400), 0);
    EXPECT_TRUE(contains(message_of<RunError>([&] { continue_with({}); }), "cannot be opened for writing: Permission"));
    EXPECT_EQ(read(), Texts{"abc"}) << "it may be read";
}

TEST_F(Journal, ARelativePathIsInTheWorkingFolder) {
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    path = "relative";
    EXPECT_NO_THROW(continue_with({"abc"}));
    std::filesystem::current_path(before);
    path = folder.path() / "relative";
    EXPECT_EQ(read(), Texts{"abc"});
}

TEST_F(Journal, AFullDiskIsAnErrorThatLeavesWholeRecords) {
    JournalWriter writer(path, identity, [](const auto&, auto) {});
    append(writer, "abc");
    const auto size = std::filesystem::file_size(path);
    {
        const test::FileSizeLimit limit(size + 1000);
        const std::string large(2000, 'x');
        EXPECT_TRUE(contains(message_of<RunError>([&] { append(writer, large); }), "j: cannot be written: File too"));
        EXPECT_EQ(std::filesystem::file_size(path), size) << "the thousand bytes that fitted are taken off again";
        append(writer, "fits");
    }
    append(writer, "more");
    writer.sync();
    EXPECT_EQ(read(), (Texts{"abc", "fits", "more"}));
}

TEST_F(Journal, AFullDiskFromTheStartIsAnErrorThatIsGoneOnFrom) {
    {
        const test::FileSizeLimit limit(20);
        EXPECT_THROW(continue_with({"abc"}), RunError);
    }
    EXPECT_EQ(read(), Texts{});
    EXPECT_EQ(continue_with({"abc"}), Texts{});
    EXPECT_EQ(read(), Texts{"abc"});
}

TEST_F(Journal, IsNotWrittenToBehindAnUnfinishedRecord) {
    {
        JournalWriter writer(path, identity, [](const auto&, auto) {});
        append(writer, "abc");
        const test::FileSizeLimit limit(std::filesystem::file_size(path) + 1000);
        faults.ftruncate = EIO;
        EXPECT_TRUE(contains(message_of<RunError>([&] { append(writer, std::string(2000, 'x')); }), "File too large"));
        const auto refused = [&](const auto& body) { return message_of<RunError>(body); };
        EXPECT_TRUE(contains(refused([&] { append(writer, "more"); }), "j: not written to any more after an earlier"));
        EXPECT_TRUE(contains(refused([&] { writer.sync(); }), "j: not written to any more after an earlier error"));
    }
    EXPECT_EQ(read(), Texts{"abc"});
    EXPECT_EQ(contents.torn_bytes, 1000u);
    faults.ftruncate = EIO;
    EXPECT_TRUE(contains(message_of<RunError>([&] { continue_with({}); }), "j: cannot be shortened: Input/output"));
    EXPECT_EQ(continue_with({"more"}), Texts{"abc"});
    EXPECT_EQ(read(), (Texts{"abc", "more"}));
}

TEST_F(Journal, IsFlushedToDiskWithItsFolder) {
    calls = {};
    JournalWriter writer(path, identity, [](const auto&, auto) {});
    EXPECT_EQ(calls.fdatasync, 1);
    EXPECT_EQ(calls.fsync, 1);
    append(writer, "abc");
    EXPECT_EQ(calls.fdatasync, 1);
    writer.sync();
    EXPECT_EQ(calls.fdatasync, 2);
    EXPECT_EQ(calls.fsync, 1);
}

TEST_F(Journal, ADiskThatFailsIsAnError) {
    {
        JournalWriter writer(path, identity, [](const auto&, auto) {});
        append(writer, "abc");
        faults.fdatasync = EIO;
        EXPECT_TRUE(
            contains(message_of<RunError>([&] { writer.sync(); }), "j: cannot be flushed to disk: Input/output"));
        EXPECT_THROW(writer.sync(), RunError) << "success now would mean nothing";
        EXPECT_THROW(append(writer, "more"), RunError);
    }
    faults.fsync = EIO;
    const auto message = message_of<RunError>([&] { continue_with({}); });
    EXPECT_TRUE(contains(message, folder.path().string() + ": cannot be flushed to disk: Input/output"));
    faults.pread = EIO;
    EXPECT_TRUE(contains(message_of<RunError>([&] { read(); }), "j: cannot be read: Input/output"));
    faults.fsync = EINVAL;
    EXPECT_EQ(continue_with({}), Texts{"abc"}) << "a folder that cannot be synced at all";
}

TEST_F(Journal, ASignalIsNoError) {
    faults.flock = faults.fdatasync = faults.fsync = faults.pread = EINTR;
    continue_with({"abc"});
    faults.pread = EINTR;
    EXPECT_EQ(read(), Texts{"abc"});
}

TEST_F(Journal, HasOneWriter) {
    const std::string held = path.string() + ": another process (process " + std::to_string(getpid()) + ") is writing";
    {
        JournalWriter writer(path, identity, [](const auto&, auto) {});
        append(writer, "abc");
        EXPECT_TRUE(contains(message_of<RunError>([&] { continue_with({}); }), held));
        EXPECT_EQ(read(), Texts{"abc"}) << "while it is written";
        EXPECT_TRUE(contains(message_of<RunError>([&] { continue_with({}); }), held)) << "a reader has closed it";
        append(writer, "more");
    }
    EXPECT_EQ(continue_with({}), (Texts{"abc", "more"}));
}

TEST_F(Journal, WithoutLocksAWarningSaysSo) {
    faults.flock = ENOSYS;
    continue_with({"abc"});
    EXPECT_EQ(log.str(), "warning: " + path.string() +
                             ": its file system has no locks (Function not implemented): make sure that nothing else "
                             "writes to it\n");
    EXPECT_EQ(read(), Texts{"abc"});
}

TEST_F(Journal, IsNotWrittenIntoAFileThatIsBeingRemoved) {
    continue_with({"abc"});
    faults.before_flock = [&] { std::filesystem::remove(path); };
    EXPECT_TRUE(contains(message_of<RunError>([&] { continue_with({"more"}); }), "was removed while it was being"));
}

TEST_F(Journal, ATakerThatThrowsLeavesItFree) {
    continue_with(some);
    const auto refuse = [](const auto&, auto) { throw DataError("no result"); };
    EXPECT_EQ(message_of<DataError>([&] { JournalWriter(path, identity, refuse); }), "no result");
    EXPECT_EQ(message_of<DataError>([&] { read_journal(path, identity, refuse); }), "no result");
    EXPECT_EQ(continue_with({}), some);
}

TEST_F(Journal, MayBeReadWhileItIsWritten) {
    constexpr std::size_t count = 3000;
    const auto record = [](std::size_t i) { return std::to_string(i) + std::string(i * 37 % 9000, 'x'); };
    continue_with({});
    std::atomic<bool> done = false;
    std::thread thread([&] {
        JournalWriter writer(path, identity, [](const auto&, auto) {});
        for (std::size_t i = 0; i < count; ++i) append(writer, record(i));
        done = true;
    });
    std::size_t seen = 0;
    for (bool last = false; !last;) {
        last = done;
        std::size_t next = 0;
        EXPECT_NO_THROW(read_journal(path, identity, [&](const auto& payload, auto) {
            EXPECT_EQ(text_of(payload), record(next));
            ++next;
        }));
        EXPECT_GE(next, seen);
        seen = next;
    }
    thread.join();
    EXPECT_EQ(seen, count);
}

/// A process that appends "0", "1", ... and says so once each is synced, until it is killed.
class Writer {
  public:
    explicit Writer(const std::filesystem::path& path) {
        if (pipe(pipe_) != 0 || (process = fork()) < 0) throw std::runtime_error("cannot start a process");
        if (process > 0) return;
        JournalWriter writer(path, identity, [](const auto&, auto) {});
        for (int i = 0;; ++i) {
            append(writer, std::to_string(i));
            writer.sync();
            if (write(pipe_[1], "x", 1) != 1) _exit(1);
        }
    }
    ~Writer() {
        kill(process, SIGKILL);
        waitpid(process, nullptr, 0);
        close(pipe_[0]);
        close(pipe_[1]);
    }
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void wait_for_a_record() const {
        char c = 0;
        if (::read(pipe_[0], &c, 1) != 1) throw std::runtime_error("the writer is gone");
    }

    pid_t process = 0;

  private:
    int pipe_[2] = {-1, -1};
};

TEST_F(Journal, KilledLosesNothingThatWasSynced) {
    for (int synced = 1; synced < 60; synced += 8) {
        std::filesystem::remove(path);
        {
            const Writer writer(path);
            for (int i = 0; i < synced; ++i) writer.wait_for_a_record();
            const std::string held = "another process (process " + std::to_string(writer.process) + ") is writing";
            EXPECT_TRUE(contains(message_of<RunError>([&] { continue_with({}); }), held));
        }
        const auto found = continue_with({});
        ASSERT_GE(found.size(), static_cast<std::size_t>(synced));
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], std::to_string(i));
    }
}

}  // namespace
}  // namespace cenas

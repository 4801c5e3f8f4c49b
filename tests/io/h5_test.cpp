// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/h5.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <thread>

#include "base/error.hpp"
#include "io/damage.hpp"
#include "support/file_size_limit.hpp"
#include "support/files.hpp"

// The library forgets some of its own memory when it refuses damaged metadata; the leak sanitizer is told so.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier): its name is given
    return "leak:libhdf5";
}

namespace cenas {
namespace {

using test::bytes_of;
using test::contains;
using test::FileSizeLimit;
using test::message_of;

const h5::Description plain{"1", "numbers", {}};

class Hdf5File : public ::testing::Test {
  protected:
    bool part_is_left() const { return std::filesystem::exists(path.string() + ".part"); }
    /// The refusal of `read` on a file that `fill` wrote.
    template <class Fill, class Read>
    std::string refusal(const Fill& fill, const Read& read) const {
        h5::Writer writer(path, true);
        fill(writer);
        writer.commit();
        return message_of<DataError>([&] {
            const h5::Reader reader(path);
            read(reader);
        });
    }
    test::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "t.h5";
};

std::vector<double> noise(std::size_t count) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = 1.0 / static_cast<double>(3 * i + 1);
    return values;
}

TEST_F(Hdf5File, GivesBackWhatWasWritten) {
    const std::vector<double> doubles{0.1, -0.0, std::numeric_limits<double>::denorm_min(), -1e308};
    const std::vector<std::int32_t> small{std::numeric_limits<std::int32_t>::min(), 7};
    const std::vector<std::int64_t> large{std::numeric_limits<std::int64_t>::max(), -7};
    const std::vector<std::uint8_t> flags{0, 255};
    const std::vector<std::string> texts{"", "Zürich", "a longer text\nwith lines"};
    {
        h5::Writer writer(path, false);
        writer.attribute("/", "text", "grün");
        writer.attribute("/", "empty", "");
        writer.attribute("/a/group", "whole", std::int64_t{-5});
        writer.attribute("/a/group", "real", 0.1);
        writer.dataset("/a/doubles", doubles, plain);
        writer.dataset("/a/matrix", doubles, plain, {2, 2});
        writer.dataset("/small", small, plain);
        writer.dataset("/large", large, plain);
        writer.dataset("/flags", flags, plain);
        writer.dataset("/texts", texts, plain);
        writer.commit();
    }
    EXPECT_FALSE(part_is_left());
    const h5::Reader reader(path);
    EXPECT_EQ(reader.text_attribute("/", "text"), "grün");
    EXPECT_EQ(reader.text_attribute("/", "empty"), "");
    EXPECT_EQ(reader.integer_attribute("/a/group", "whole"), -5);
    EXPECT_EQ(reader.number_attribute("/a/group", "real"), 0.1);
    EXPECT_EQ(reader.number_attribute("/a/group", "whole"), -5.0);
    EXPECT_EQ(reader.numbers("/a/doubles"), doubles);
    EXPECT_TRUE(std::signbit(reader.numbers("/a/doubles")[1]));
    EXPECT_EQ(reader.shape("/a/matrix"), (std::vector<std::size_t>{2, 2}));
    EXPECT_EQ(reader.numbers("/a/matrix"), doubles);
    EXPECT_EQ(reader.integers("/small"), (std::vector<std::int64_t>{small[0], 7}));
    EXPECT_EQ(reader.integers("/large"), large);
    EXPECT_EQ(reader.integers("/flags"), (std::vector<std::int64_t>{0, 255}));
    EXPECT_EQ(reader.texts("/texts"), texts);
    EXPECT_EQ(reader.text_attribute("/small", "units"), "1");
    EXPECT_EQ(reader.text_attribute("/small", "description"), "numbers");
    EXPECT_TRUE(reader.has("/a/doubles"));
    EXPECT_FALSE(reader.has("/a/none"));
    EXPECT_FALSE(reader.has("/none/doubles"));
}

TEST_F(Hdf5File, SurvivesDatasetsWithoutRowsAndWithManyChunks) {
    const auto many = noise(40000);
    {
        h5::Writer writer(path, false);
        writer.dataset("/none/index", std::vector<std::int64_t>{}, plain);
        writer.scale("/none/index", "none");
        writer.dataset("/none/values", std::vector<double>{}, {"1", "nothing", {"/none/index"}}, {0, 3});
        writer.dataset("/none/texts", std::vector<std::string>{}, {"1", "nothing", {"/none/index"}});
        writer.dataset("/many", many, plain, {20000, 2});
        writer.commit();
    }
    const h5::Reader reader(path);
    EXPECT_TRUE(reader.numbers("/none/values").empty());
    EXPECT_EQ(reader.shape("/none/values"), (std::vector<std::size_t>{0, 3}));
    EXPECT_TRUE(reader.texts("/none/texts").empty());
    EXPECT_EQ(reader.numbers("/many"), many);
}

TEST_F(Hdf5File, EqualContentGivesEqualBytesWheneverItIsWritten) {
    const auto write = [&](const char* name) {
        h5::Writer writer(folder.path() / name, false);
        writer.dataset("/deep/group/index", std::vector<std::int64_t>{0, 1, 2}, plain);
        writer.scale("/deep/group/index", "index");
        writer.dataset("/values", noise(3), {"J", "energies", {"/deep/group/index"}});
        writer.attribute("/provenance", "host", "here");
        writer.commit();
        return bytes_of(folder.path() / name);
    };
    const std::string first = write("one.h5");
    std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // HDF5's times count seconds
    EXPECT_EQ(first, write("two.h5"));
}

TEST_F(Hdf5File, AnExistingFileIsKeptUnlessOverwritingIsAllowed) {
    folder.write("t.h5", "precious");
    EXPECT_TRUE(contains(message_of<UsageError>([&] { h5::Writer writer(path, false); }), "exists already"));
    EXPECT_EQ(bytes_of(path), "precious");
    EXPECT_FALSE(part_is_left());
    h5::Writer writer(path, true);
    EXPECT_EQ(bytes_of(path), "precious") << "until the new file is complete";
    writer.commit();
    EXPECT_NO_THROW(h5::Reader{path});
}

TEST_F(Hdf5File, WithoutCommitNothingIsLeftBehind) {
    folder.write("t.h5", "precious");
    {
        h5::Writer writer(path, true);
        writer.dataset("/values", noise(10), plain);
        EXPECT_TRUE(part_is_left());
    }
    EXPECT_EQ(bytes_of(path), "precious");
    EXPECT_FALSE(part_is_left());
}

TEST_F(Hdf5File, AFullDiskIsAnErrorThatLeavesNothingBehind) {
    folder.write("t.h5", "precious");
    const auto write = [&](std::size_t count) {
        const FileSizeLimit limit(4096);
        h5::Writer writer(path, true);
        writer.dataset("/values", noise(count), plain);
        writer.commit();
    };
    for (const std::size_t count : {std::size_t{2000}, std::size_t{200000}}) {
        EXPECT_THROW(write(count), RunError);
        EXPECT_EQ(bytes_of(path), "precious");
        EXPECT_FALSE(part_is_left());
    }
}

TEST_F(Hdf5File, APlaceThatCannotBeWrittenIsAnError) {
    const auto missing = folder.path() / "no" / "t.h5";
    EXPECT_TRUE(contains(message_of<RunError>([&] { h5::Writer writer(missing, false); }), "cannot be created"));
    std::filesystem::create_directory(path);
    EXPECT_THROW(h5::Writer(path, false), UsageError);
    EXPECT_TRUE(contains(message_of<RunError>([&] {
                             h5::Writer writer(path, true);
                             writer.commit();
                         }),
                         "cannot be renamed"));
    EXPECT_FALSE(part_is_left());
}

TEST_F(Hdf5File, WritingNonsenseIsAnError) {
    h5::Writer writer(path, false);
    writer.dataset("/values", noise(6), plain);
    EXPECT_THROW(writer.dataset("/matrix", noise(6), plain, {4, 2}), RunError);
    EXPECT_THROW(writer.dataset("/values", noise(6), plain), RunError) << "twice";
    EXPECT_THROW(writer.dataset("/more", noise(6), {"1", "", {"/no/scale"}}), RunError);
    EXPECT_THROW(writer.scale("/nothing", "x"), RunError);
    writer.attribute("/", "once", "a");
    EXPECT_THROW(writer.attribute("/", "once", "b"), RunError);
}

TEST_F(Hdf5File, WhatIsNoHdf5FileIsRefused) {
    const auto refused = [&](const std::filesystem::path& file) {
        return message_of<DataError>([&] { h5::Reader reader(file); });
    };
    EXPECT_TRUE(contains(refused(folder.path() / "none.h5"), "none.h5: no such file"));
    EXPECT_TRUE(contains(refused(folder.path()), "is a folder"));
    EXPECT_TRUE(contains(refused(folder.write("text.h5", "utc,value\n")), "not an HDF5 file"));
    EXPECT_TRUE(contains(refused(folder.write("empty.h5", "")), "not an HDF5 file"));
    { h5::Writer(path, true).commit(); }
    EXPECT_TRUE(contains(refused(folder.write("cut.h5", bytes_of(path).substr(0, 60))), "truncated or damaged"));
}

TEST_F(Hdf5File, MissingObjectsAreRefusedByName) {
    const auto fill = [](h5::Writer& w) { w.dataset("/group/values", noise(2), plain); };
    EXPECT_TRUE(contains(refusal(fill, [](const auto& r) { r.numbers("/group/other"); }), "no dataset /group/other"));
    EXPECT_TRUE(contains(refusal(fill, [](const auto& r) { r.texts("/none/values"); }), "no dataset /none/values"));
    EXPECT_TRUE(contains(refusal(fill, [](const auto& r) { r.integers("/group"); }), "no dataset /group"));
    EXPECT_TRUE(
        contains(refusal(fill, [](const auto& r) { r.text_attribute("/", "name"); }), "no attribute name at /"));
    EXPECT_TRUE(
        contains(refusal(fill, [](const auto& r) { r.number_attribute("/none", "x"); }), "no attribute x at /none"));
}

TEST_F(Hdf5File, WrongTypesAndShapesAreRefused) {
    const auto fill = [](h5::Writer& w) {
        w.dataset("/real", noise(2), plain);
        w.dataset("/text", std::vector<std::string>{"a"}, plain);
        w.attribute("/", "real", 0.5);
        w.attribute("/", "text", "a");
    };
    EXPECT_TRUE(contains(refusal(fill, [](const auto& r) { r.numbers("/text"); }), "does not hold numbers"));
    EXPECT_TRUE(contains(refusal(fill, [](const auto& r) { r.integers("/real"); }), "does not hold integers"));
    EXPECT_TRUE(contains(refusal(fill, [](const auto& r) { r.texts("/real"); }), "does not hold fixed-length texts"));
    EXPECT_TRUE(contains(refusal(fill, [](const auto& r) { r.integer_attribute("/", "real"); }), "not an integer"));
    EXPECT_TRUE(contains(refusal(fill, [](const auto& r) { r.number_attribute("/", "text"); }), "not a number"));
    EXPECT_TRUE(contains(refusal(fill, [](const auto& r) { r.text_attribute("/", "real"); }), "not a fixed-length"));
    EXPECT_TRUE(contains(refusal(fill,
                                 [](const auto& r) {
                                     r.require_shape("/real", {1, 2});
                                 }),
                         "dataset /real has shape [2], expected [1, 2]"));
}

TEST_F(Hdf5File, OtherFormatsAndVersionsAreRefused) {
    const auto check = [](const h5::Reader& r) { r.require_format("cenas-run", 1); };
    const auto format = [](const char* name, std::int64_t version) {
        return [=](h5::Writer& w) {
            w.attribute("/", "format", name);
            w.attribute("/", "format_version", version);
        };
    };
    EXPECT_TRUE(contains(refusal([](h5::Writer&) {}, check), "not a cenas-run file"));
    EXPECT_TRUE(contains(refusal(format("cenas-table", 1), check), "is a `cenas-table` file, expected `cenas-run`"));
    EXPECT_TRUE(contains(refusal(format("cenas-run", 2), check), "format version 2 of cenas-run; this program reads"));
}

TEST_F(Hdf5File, DamagedDataAreRefusedNotMisread) {
    {
        h5::Writer writer(path, false);
        writer.dataset("/values", noise(3000), plain);
        writer.commit();
    }
    std::string bytes = bytes_of(path);
    // The chunk is by far the largest part of the file.
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    const auto damaged = folder.write("damaged.h5", bytes);
    EXPECT_TRUE(contains(message_of<DataError>([&] { h5::Reader(damaged).numbers("/values"); }), "cannot be read"));
}

TEST_F(Hdf5File, ADamagedListOfChunksNeverGivesWrongNumbers) {
    const auto values = noise(20000);  // two chunks
    {
        h5::Writer writer(path, false);
        writer.dataset("/values", values, plain);
        writer.commit();
    }
    const std::string bytes = bytes_of(path);
    const std::size_t list = bytes.find("TREE");  // HDF5 file format specification, III.A.1
    ASSERT_NE(list, std::string::npos);
    constexpr std::size_t list_size = 24 + 3 * 24 + 2 * 8;  // header, keys, addresses
    int refused = 0;
    for (std::size_t bit = 0; bit < 8 * list_size; ++bit) {
        std::string damaged = bytes;
        damaged[list + bit / 8] = static_cast<char>(damaged[list + bit / 8] ^ (1 << bit % 8));
        try {
            EXPECT_EQ(h5::Reader(folder.write("damaged.h5", damaged)).numbers("/values"), values) << "bit " << bit;
        } catch (const DataError&) {
            ++refused;
        }
    }
    EXPECT_GT(refused, 200);
}

TEST_F(Hdf5File, SaysWhichLibraryItUses) {
    const std::string version = h5::library_version();
    EXPECT_EQ(std::count(version.begin(), version.end(), '.'), 2) << version;
}

}  // namespace
}  // namespace cenas

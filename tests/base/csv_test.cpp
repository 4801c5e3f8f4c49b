// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/csv.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;
using Row = std::vector<std::string>;

class CsvFile : public ::testing::Test {
  protected:
    Csv read(std::string_view text) const { return read_csv(folder_.write("t.csv", text)); }
    std::string refusal(std::string_view text) const {
        return message_of<DataError>([&] { read(text); });
    }
    test::TemporaryFolder folder_;
};

TEST_F(CsvFile, HeaderRowsAndLines) {
    const Csv csv = read("a,b\n1,2\n3,4\n");
    EXPECT_EQ(csv.header, (Row{"a", "b"}));
    ASSERT_EQ(csv.rows.size(), 2u);
    EXPECT_EQ(csv.rows[1], (Row{"3", "4"}));
    EXPECT_EQ(csv.line, (std::vector<std::size_t>{2, 3}));
    EXPECT_TRUE(csv.place(1).ends_with("t.csv:3"));
}

TEST_F(CsvFile, CarriageReturnsByteOrderMarkAndAMissingLastNewlineDoNotMatter) {
    const Csv csv = read(
        "\xEF\xBB\xBF"
        "a,b\r\n1,2\r\n3,4");
    EXPECT_EQ(csv.header, (Row{"a", "b"}));
    ASSERT_EQ(csv.rows.size(), 2u);
    EXPECT_EQ(csv.rows[1], (Row{"3", "4"}));
    EXPECT_EQ(csv.line[1], 3u);
}

TEST_F(CsvFile, QuotedFieldsMayHoldCommasQuotesAndNewlines) {
    const Csv csv = read("\"a\",\"b, or c\"\n\"x\ny\",\"say \"\"hi\"\"\"\n1,2\n");
    EXPECT_EQ(csv.header[1], "b, or c");
    EXPECT_EQ(csv.rows[0], (Row{"x\ny", "say \"hi\""}));
    EXPECT_EQ(csv.line, (std::vector<std::size_t>{2, 4}));
}

TEST_F(CsvFile, BlanksAroundFieldsAndEmptyLinesAreDropped) {
    const Csv csv = read("a, b\n\n 1 ,\t\"2\" \n   \n\r\n,\n");
    EXPECT_EQ(csv.header, (Row{"a", "b"}));
    ASSERT_EQ(csv.rows.size(), 2u);
    EXPECT_EQ(csv.rows[0], (Row{"1", "2"}));
    EXPECT_EQ(csv.rows[1], (Row{"", ""}));
    EXPECT_EQ(csv.line, (std::vector<std::size_t>{3, 6}));
}

TEST_F(CsvFile, GzipIsReadAsThePlainFile) {
    const Csv csv = read_csv(folder_.write_gzip("t.csv.gz", "a,b\n1,2\n"));
    ASSERT_EQ(csv.rows.size(), 1u);
    EXPECT_EQ(csv.rows[0], (Row{"1", "2"}));
    EXPECT_EQ(read_text(folder_.path() / "t.csv.gz"), "a,b\n1,2\n");
}

TEST_F(CsvFile, ColumnsAreFoundByTheirExactName) {
    const Csv csv = read("utc,value\n");
    EXPECT_EQ(csv.column("value"), 1u);
    EXPECT_EQ(csv.column("Value"), std::nullopt);
    EXPECT_EQ(csv.require_column("utc"), 0u);
    const auto message = message_of<DataError>([&] { csv.require_column("energy"); });
    EXPECT_TRUE(contains(message, "no column 'energy'"));
    EXPECT_TRUE(contains(message, "utc, value"));
}

TEST_F(CsvFile, ARowOfAnotherWidthIsRefusedWithItsLine) {
    EXPECT_TRUE(contains(refusal("a,b\n1,2\n\n3\n"), "t.csv:4: 1 fields, but the header names 2"));
    EXPECT_TRUE(contains(refusal("a,b\n1,2,3\n"), "t.csv:2: 3 fields"));
}

TEST_F(CsvFile, BadQuotingIsRefusedWithItsLine) {
    EXPECT_TRUE(contains(refusal("a,b\n1,2\n3,x\"y\n"), "t.csv:3: a quote in the wrong place"));
    EXPECT_TRUE(contains(refusal("a,b\n1,\"2\"x\n"), "t.csv:2: a quote in the wrong place"));
    EXPECT_TRUE(contains(refusal("a,b\n1,2\n3,\"4\n5,6\n"), "t.csv:3: the quote opened in this row is never closed"));
}

TEST_F(CsvFile, HeadersThatCannotBeUsedAreRefused) {
    EXPECT_TRUE(contains(refusal(""), "empty; a header row is needed"));
    EXPECT_TRUE(contains(refusal("\n \n"), "empty; a header row is needed"));
    EXPECT_TRUE(contains(refusal("a,b,a\n"), "t.csv:1: two columns are called 'a'"));
}

TEST_F(CsvFile, FilesThatAreNoTextAreRefused) {
    EXPECT_TRUE(contains(refusal(std::string_view("\x89HDF\r\n\x1a\n\0\0", 10)), "not a text file"));
}

TEST_F(CsvFile, FilesThatCannotBeReadAreRefused) {
    EXPECT_TRUE(contains(message_of<DataError>([&] { read_csv(folder_.path() / "none.csv"); }), "No such file"));
    EXPECT_TRUE(contains(message_of<DataError>([&] { read_csv(folder_.path()); }), "directory"));
}

TEST_F(CsvFile, DamagedGzipIsRefused) {
    std::string text = "a,b\n";
    for (int i = 0; i < 5000; ++i) text += std::to_string(i) + "," + std::to_string(i * 7919 % 10007) + "\n";
    const auto whole = folder_.write_gzip("whole.gz", text);
    std::filesystem::resize_file(whole, std::filesystem::file_size(whole) / 2);
    EXPECT_TRUE(contains(message_of<DataError>([&] { read_csv(whole); }), "whole.gz: unexpected end of file"));

    const auto changed = folder_.write_gzip("changed.gz", text);
    std::fstream bytes(changed, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(static_cast<std::streamoff>(std::filesystem::file_size(changed) - 6));
    bytes.put('\x55');  // the check sum at the end
    bytes.close();
    EXPECT_TRUE(contains(message_of<DataError>([&] { read_csv(changed); }), "changed.gz"));
}

TEST(ParseNumber, ReadsWholeFieldsOnly) {
    EXPECT_EQ(parse_number("340.93"), 340.93);
    EXPECT_EQ(parse_number("-2"), -2.0);
    EXPECT_EQ(parse_number("+2"), 2.0);
    EXPECT_EQ(parse_number("1e-3"), 0.001);
    EXPECT_EQ(parse_number(".5"), 0.5);
    for (const char* text :
         {"", " 1", "1 ", "1,5", "1.5x", "x", "nan", "NaN", "inf", "-inf", "1e999", "0x10", "+-1", "++1", "--1"})
        EXPECT_EQ(parse_number(text), std::nullopt) << text;
}

}  // namespace
}  // namespace cenas

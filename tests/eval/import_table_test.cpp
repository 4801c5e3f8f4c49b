// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "eval/import_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;

// Cells 0, 624 and 15624.
const std::string none = "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|";
const std::string middle = "|none~0|+|none~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|";
const std::string full =
    "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|";

TableSpec small_spec() {
    TableSpec spec;
    spec.name = "mine";
    spec.source = "measured by me";
    spec.architecture = "arch";
    spec.objectives = {
        {"accuracy", {"acc", 100.0, {}}, Direction::maximize, "%", false, ColumnSpec{"guess", 100.0, {}}},
        {"energy", {"mj", 1.0, {}}, Direction::minimize, "mJ", true, {}},
        {"size", {"mb", 1.0, {}}, Direction::minimize, "MB", false, {}}};
    spec.evaluation_s = {"epoch_s", 200.0, {}};
    spec.sampling_s = {"", 1.0, 10.0};
    spec.supernet_training_s = 5000;
    spec.missing = {"-1", "n/a"};
    return spec;
}

const std::string header = "arch,acc,guess,mj,mb,epoch_s\n";

class TableImport : public ::testing::Test {
  protected:
    ArchitectureTable import(const std::string& text) const { return import_table(folder_.write("t.csv", text), spec); }
    /// The refusal of a file with these rows under the header.
    std::string refusal(const std::string& rows) const {
        return message_of<DataError>([&] { import(header + rows); });
    }
    /// The refusal of a second row with `fields` after the architecture.
    std::string refusal_of_fields(const std::string& fields) const {
        return refusal(none + ",0.1,0.1,2,1,3\n" + full + "," + fields + "\n");
    }
    test::TemporaryFolder folder_;
    TableSpec spec = small_spec();
};

TEST_F(TableImport, ColumnsAreReadScaledAndSortedByCell) {
    const auto table = import(header + full + ",0.94,0.7,30.5,5.5,15\n" + none + ",0.1,0.2,2,0.5,3\n" + middle +
                              ",0.93,0.65,20,3,10\n");
    EXPECT_EQ(table.name, "mine");
    EXPECT_EQ(table.source, "measured by me");
    EXPECT_FALSE(table.synthetic);
    EXPECT_EQ(table.cells, (std::vector<CellIndex>{0, 624, 15624}));
    ASSERT_EQ(table.objectives.size(), 3u);
    EXPECT_EQ(table.objectives[0].values, (std::vector<double>{0.1 * 100, 0.93 * 100, 0.94 * 100}));
    EXPECT_EQ(table.objectives[0].estimates, (std::vector<double>{0.2 * 100, 0.65 * 100, 0.7 * 100}));
    EXPECT_EQ(table.objectives[0].direction, Direction::maximize);
    EXPECT_EQ(table.objectives[0].unit, "%");
    EXPECT_EQ(table.objectives[1].values, (std::vector<double>{2, 20, 30.5}));
    EXPECT_EQ(table.objectives[1].estimates, table.objectives[1].values) << "known without training";
    EXPECT_TRUE(table.objectives[2].estimates.empty());
    EXPECT_EQ(table.evaluation_s, (std::vector<double>{600, 2000, 3000}));
    EXPECT_EQ(table.sampling_s, (std::vector<double>{10, 10, 10}));
    EXPECT_EQ(table.supernet_training_s, 5000);
}

TEST_F(TableImport, ALowFidelityIsReadAndKnownWhereTheObjectiveIs) {
    spec.low_fidelity_cost = 0.06;
    spec.objectives[0].low = ColumnSpec{"guess", 10.0, {}};
    const auto table = import(header + full + ",0.94,0.7,30.5,5.5,15\n" + none + ",0.1,0.2,2,0.5,3\n");
    EXPECT_EQ(table.low_fidelity_cost, 0.06);
    EXPECT_EQ(table.objectives[0].low, (std::vector<double>{0.2 * 10, 0.7 * 10}));
    EXPECT_EQ(table.objectives[1].low, table.objectives[1].values);
    EXPECT_TRUE(table.objectives[2].low.empty());
    spec.objectives[0].low->column = "epoch_12";
    EXPECT_TRUE(
        contains(message_of<DataError>([&] { import(header + full + ",0.94,0.7,30.5,5.5,15\n"); }), "epoch_12"));
}

TEST_F(TableImport, TheOrderOfRowsAndColumnsDoesNotMatter) {
    const auto one =
        import("arch,acc,guess,mj,mb,epoch_s\n" + full + ",0.94,0.7,30,5,15\n" + none + ",0.1,0.2,2,1,3\n");
    const auto two =
        import("mb,epoch_s,x,acc,guess,mj,arch\n1,3,?,0.1,0.2,2," + none + "\n5,15,?,0.94,0.7,30," + full + "\n");
    EXPECT_EQ(one.checksum(), two.checksum());
}

TEST_F(TableImport, AMissingFileIsRefused) {
    EXPECT_TRUE(contains(message_of<DataError>([&] { import_table(folder_.path() / "no.csv", spec); }), "no.csv"));
}

TEST_F(TableImport, AMissingColumnIsRefused) {
    const std::string row = full + ",0.94,0.7,30,5,15\n";
    for (const char* name : {"arch", "acc", "guess", "mj", "mb", "epoch_s"}) {
        std::string renamed = header;
        renamed.replace(renamed.find(name), std::string(name).size(), "other");
        const auto message = message_of<DataError>([&] { import(renamed + row); });
        EXPECT_TRUE(contains(message, std::string("no column '") + name + "'"));
        EXPECT_TRUE(contains(message, "other")) << "the names there are";
    }
}

TEST_F(TableImport, AWrongArchitectureIsRefused) {
    const auto message = refusal(none + ",0.1,0.1,2,1,3\n|nor_conv_5x5~0|+|,0.9,0.9,3,1,3\n");
    EXPECT_TRUE(contains(message, "t.csv:3"));
    EXPECT_TRUE(contains(message, "column 'arch'"));
    EXPECT_TRUE(contains(message, "nor_conv_5x5"));
    EXPECT_TRUE(contains(message, "nor_conv_3x3")) << "the allowed ones";
    EXPECT_TRUE(contains(refusal("1,0.9,0.9,3,1,3\n"), "t.csv:2"));
    EXPECT_TRUE(contains(refusal(",0.9,0.9,3,1,3\n"), "column 'arch'"));
}

TEST_F(TableImport, ADuplicateArchitectureIsRefusedWithBothLines) {
    const auto message = refusal(none + ",0.1,0.1,2,1,3\n" + full + ",0.9,0.9,3,1,3\n" + none + ",0.1,0.1,2,1,3\n");
    EXPECT_TRUE(contains(message, "t.csv:4"));
    EXPECT_TRUE(contains(message, none));
    EXPECT_TRUE(contains(message, "line 2"));
}

TEST_F(TableImport, MissingValuesAreRefused) {
    const auto message = refusal_of_fields(",0.9,3,1,3");
    EXPECT_TRUE(contains(message, "t.csv:3"));
    EXPECT_TRUE(contains(message, "column 'acc'"));
    EXPECT_TRUE(contains(message, "missing"));
    EXPECT_TRUE(contains(refusal_of_fields("0.9,0.9,-1,1,3"), "column 'mj': the value is missing ('-1')"));
    EXPECT_TRUE(contains(refusal_of_fields("0.9,n/a,3,1,3"), "column 'guess': the value is missing ('n/a')"));
}

TEST_F(TableImport, MinusOneIsANumberUnlessItIsDeclaredMissing) {
    spec.missing.clear();
    EXPECT_EQ(import(header + full + ",0.9,0.9,-1,1,3\n").objectives[1].values, std::vector<double>{-1});
}

TEST_F(TableImport, WhatIsNoFiniteNumberIsRefused) {
    for (const char* field : {"nan", "NaN", "inf", "1e999", "ten", "1,5", "0x10", "3 mJ"}) {
        const auto message = refusal_of_fields(std::string("0.9,0.9,\"") + field + "\",1,3");
        EXPECT_TRUE(contains(message, "t.csv:3"));
        EXPECT_TRUE(contains(message, "column 'mj'"));
        EXPECT_TRUE(contains(message, std::string("'") + field + "'"));
    }
    EXPECT_TRUE(contains(refusal_of_fields("1e308,0.9,3,1,3"), "'1e308' times scale 100 is inf"));
}

TEST_F(TableImport, ATrainingTimeThatIsNotPositiveIsRefused) {
    for (const char* field : {"0", "-3"}) {
        const auto message = refusal_of_fields(std::string("0.9,0.9,3,1,") + field);
        EXPECT_TRUE(contains(message, "t.csv:3"));
        EXPECT_TRUE(contains(message, "column 'epoch_s'"));
        EXPECT_TRUE(contains(message, "> 0"));
    }
    spec.evaluation_s = {"", 1.0, 0.0};
    EXPECT_TRUE(contains(refusal(none + ",0.1,0.1,2,1,3\n"), "constant 0"));
}

TEST_F(TableImport, ANegativeSamplingTimeIsRefused) {
    spec.sampling_s = {"mb", 1.0, {}};
    EXPECT_TRUE(contains(refusal_of_fields("0.9,0.9,3,-2,3"), "a sampling time in seconds >= 0"));
    EXPECT_NO_THROW(import(header + full + ",0.9,0.9,3,0,3\n"));
    spec.sampling_s = {"", 1.0, -10.0};
    EXPECT_TRUE(contains(refusal(none + ",0.1,0.1,2,1,3\n"), "constant -10"));
}

TEST_F(TableImport, ANegativeSupernetTrainingIsRefused) {
    spec.supernet_training_s = -1;
    EXPECT_TRUE(contains(refusal(none + ",0.1,0.1,2,1,3\n"), "supernet_training_s"));
}

TEST_F(TableImport, ATableWithoutRowsIsRefused) { EXPECT_TRUE(contains(refusal(""), "no row")); }

TEST_F(TableImport, ATruncatedRowIsRefused) {
    const auto message = refusal(none + ",0.1,0.1,2,1,3\n" + full + ",0.9\n");
    EXPECT_TRUE(contains(message, "t.csv:3"));
    EXPECT_TRUE(contains(message, "2 fields"));
}

TEST_F(TableImport, TheRealTableIsReadAsItsPublishersDescribeIt) {
    const auto csv = test::shared_data() / "nas" / "nb201_cifar.csv.gz";
    if (!std::filesystem::exists(csv)) GTEST_SKIP() << "no " << csv;
    spec.architecture = "arch_str";
    spec.objectives = {{"test_accuracy",
                        {"c10_test_acc_200", 1.0, {}},
                        Direction::maximize,
                        "%",
                        false,
                        ColumnSpec{"c10_oneshot_acc", 1, {}}},
                       {"edgegpu_energy", {"edgegpu_energy_c10", 1.0, {}}, Direction::minimize, "mJ", true, {}}};
    spec.evaluation_s = {"train_s_per_epoch_c10valid", 400.0, {}};
    const auto table = import_table(csv, spec);
    ASSERT_EQ(table.size(), 15625u);
    const auto& accuracy = table.objectives[0].values;
    const auto& energy = table.objectives[1].values;
    EXPECT_DOUBLE_EQ(*std::max_element(accuracy.begin(), accuracy.end()), 94.3733333);
    EXPECT_DOUBLE_EQ(*std::min_element(energy.begin(), energy.end()), 2.05918711);
    EXPECT_DOUBLE_EQ(*std::max_element(energy.begin(), energy.end()), 48.7804199);
    const double total_s = std::accumulate(table.evaluation_s.begin(), table.evaluation_s.end(), 0.0);
    EXPECT_NEAR(total_s / 15625 / 3600, 1.0155, 5e-5);
    // The file's first row (another order than ours).
    const auto row = static_cast<std::size_t>(table.rows_by_cell()[static_cast<std::size_t>(index_of(parse_cell(
        "|avg_pool_3x3~0|+|nor_conv_1x1~0|skip_connect~1|+|nor_conv_1x1~0|skip_connect~1|skip_connect~2|")))]);
    EXPECT_DOUBLE_EQ(accuracy[row], 85.8633333);
    EXPECT_DOUBLE_EQ(table.objectives[0].estimates[row], 16.26);
    EXPECT_DOUBLE_EQ(energy[row], 24.2266143);
    EXPECT_DOUBLE_EQ(table.evaluation_s[row], 7.221093 * 400);
}

}  // namespace
}  // namespace cenas

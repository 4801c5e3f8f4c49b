// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "eval/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;

ArchitectureTable small_table() {
    ArchitectureTable table;
    table.name = "small";
    table.source = "a test";
    table.cells = {3, 7, 15624};
    table.objectives = {{"accuracy", Direction::maximize, "%", {90, 91, 92}, {60, 61, 59}},
                        {"energy", Direction::minimize, "mJ", {3, 2, 1}, {}}};
    table.evaluation_s = {100, 200, 300};
    table.sampling_s = {10, 0, 10};
    table.supernet_training_s = 1000;
    return table;
}

std::string refusal(const std::function<void(ArchitectureTable&)>& damage) {
    ArchitectureTable table = small_table();
    damage(table);
    return message_of<DataError>([&] { validate(table, "file.csv"); });
}

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(ArchitectureTable, ASoundOneIsAccepted) { EXPECT_NO_THROW(validate(small_table(), "file.csv")); }

TEST(ArchitectureTable, DirectionsAreNamed) {
    EXPECT_STREQ(to_string(Direction::maximize), "maximize");
    EXPECT_STREQ(to_string(Direction::minimize), "minimize");
}

TEST(ArchitectureTable, RowsAreFoundByCell) {
    const auto rows = small_table().rows_by_cell();
    ASSERT_EQ(rows.size(), 15625u);
    EXPECT_EQ(rows[3], 0);
    EXPECT_EQ(rows[7], 1);
    EXPECT_EQ(rows[15624], 2);
    EXPECT_EQ(std::count(rows.begin(), rows.end(), -1), 15622);
}

TEST(ArchitectureTable, ChecksumIsOfContentOnly) {
    ArchitectureTable table = small_table();
    const std::string checksum = table.checksum();
    EXPECT_EQ(checksum.size(), 64u);
    table.name = "another";
    table.source = "elsewhere";
    EXPECT_EQ(table.checksum(), checksum);
}

TEST(ArchitectureTable, ChecksumSeesEveryChangeOfContent) {
    const std::vector<std::function<void(ArchitectureTable&)>> changes = {
        [](auto& t) { t.synthetic = true; },
        [](auto& t) { t.cells[0] = 4; },
        [](auto& t) { t.objectives[0].name = "acc"; },
        [](auto& t) { t.objectives[0].direction = Direction::minimize; },
        [](auto& t) { t.objectives[1].unit = "J"; },
        [](auto& t) { t.objectives[1].values[2] += 1e-12; },
        [](auto& t) { t.objectives[0].estimates[0] = 61; },
        [](auto& t) { t.objectives[1].estimates = t.objectives[1].values; },
        [](auto& t) { std::swap(t.objectives[0], t.objectives[1]); },
        [](auto& t) { t.evaluation_s[1] = 201; },
        [](auto& t) { t.sampling_s[1] = 10; },
        [](auto& t) { t.supernet_training_s = 999; },
        [](auto& t) { t.low_fidelity_cost = 0.06; },
        [](auto& t) {
            t.low_fidelity_cost = 0.06, t.objectives[0].low = {70, 71, 72};
        },
        [](auto& t) {
            t.low_fidelity_cost = 0.06, t.objectives[1].low = {70, 71, 72};
        },
    };
    std::vector<std::string> seen{small_table().checksum()};
    for (const auto& change : changes) {
        ArchitectureTable table = small_table();
        change(table);
        const std::string checksum = table.checksum();
        EXPECT_EQ(std::count(seen.begin(), seen.end(), checksum), 0);
        seen.push_back(checksum);
    }
}

TEST(ArchitectureTable, WrongRowsAreRefused) {
    const auto empty = refusal([](auto& t) { t = ArchitectureTable{}; });
    EXPECT_TRUE(contains(empty, "file.csv"));
    EXPECT_TRUE(contains(empty, "no row"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.cells = {3, 3, 7}; }), "row 1"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.cells = {3, 3, 7}; }), "occurs twice"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.cells = {3, 7, 5}; }), "out of order"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.cells[0] = -1; }), "cell -1 is not one of 0..15624"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.cells[2] = 15625; }), "cell 15625"));
}

TEST(ArchitectureTable, WrongObjectivesAreRefused) {
    EXPECT_TRUE(contains(refusal([](auto& t) { t.objectives.clear(); }), "no objective"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.objectives[1].name = "accuracy"; }), "named 'accuracy'"));
    for (const char* name : {"", "a/b", "a,b", "a b", "."})
        EXPECT_TRUE(contains(refusal([&](auto& t) { t.objectives[0].name = name; }), "objective name"));
}

TEST(ArchitectureTable, WrongValuesAreRefusedWithCellAndColumn) {
    const auto message = refusal([](auto& t) { t.objectives[1].values[1] = nan; });
    EXPECT_TRUE(contains(message, "file.csv"));
    EXPECT_TRUE(contains(message, cell_string(7)));
    EXPECT_TRUE(contains(message, "energy = nan"));
    EXPECT_TRUE(contains(message, "finite"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.objectives[0].estimates[2] = infinity; }), "estimate of accuracy"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.objectives[0].values.pop_back(); }), "2 values for 3 rows"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.objectives[0].estimates.pop_back(); }), "2 values for 3 rows"));
}

TEST(ArchitectureTable, WrongCostsAreRefused) {
    EXPECT_TRUE(contains(refusal([](auto& t) { t.evaluation_s[0] = 0; }), "evaluation_s = 0"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.evaluation_s[0] = infinity; }), "evaluation_s = inf"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.evaluation_s.clear(); }), "evaluation_s has 0 values"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.sampling_s[2] = -1; }), "sampling_s = -1"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.supernet_training_s = -1; }), "supernet_training_s = -1"));
    EXPECT_TRUE(contains(refusal([](auto& t) { t.supernet_training_s = nan; }), "supernet_training_s = nan"));
    for (const double cost : {-0.1, 1.0, nan})
        EXPECT_TRUE(contains(refusal([=](auto& t) { t.low_fidelity_cost = cost; }), "low_fidelity_cost = "));
}

TEST(ArchitectureTable, AWrongLowFidelityIsRefused) {
    EXPECT_TRUE(contains(refusal([](auto& t) {
                             t.objectives[0].low = {70, 71, 72};
                         }),
                         "objective accuracy has a low fidelity, and low_fidelity_cost is 0"));
    const auto with_cost = [](std::vector<double> low) {
        return refusal([&](auto& t) { t.low_fidelity_cost = 0.06, t.objectives[0].low = std::move(low); });
    };
    EXPECT_TRUE(contains(with_cost({70, 71}), "2 values for 3 rows"));
    EXPECT_TRUE(contains(with_cost({70, 71, nan}), "low fidelity of accuracy = nan"));
}

// Tables that were made before there was a low fidelity keep their checksum: that of small_table(), from FORMAT.md.
TEST(ArchitectureTable, WithoutALowFidelityTheChecksumIsAsItWas) {
    EXPECT_EQ(small_table().checksum(), "631bf071dec037ba4c7d295d865eb685c776aaa08119dac2c682e76568baf96f");
}

}  // namespace
}  // namespace cenas

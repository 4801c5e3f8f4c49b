// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "eval/synthetic_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace cenas {
namespace {

const ArchitectureTable& table() {
    static const ArchitectureTable made = synthetic_table();
    return made;
}
const std::vector<double>& accuracy() { return table().objectives[0].values; }
const std::vector<double>& estimate() { return table().objectives[0].estimates; }
const std::vector<double>& energy() { return table().objectives[1].values; }

std::size_t row_of(const char* architecture) { return static_cast<std::size_t>(index_of(parse_cell(architecture))); }

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Kendall's tau-b by its definition, over the pairs of every `stride`-th row that satisfies `choose`.
template <class Choose>
double kendall_tau_b(const std::vector<double>& a, const std::vector<double>& b, std::size_t stride,
                     const Choose& choose) {
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < a.size(); i += stride)
        if (choose(i)) rows.push_back(i);
    const auto sign = [](double x) { return static_cast<int>(x > 0) - static_cast<int>(x < 0); };
    std::int64_t difference = 0, untied_a = 0, untied_b = 0;
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t j = i + 1; j < rows.size(); ++j) {
            const int sa = sign(a[rows[i]] - a[rows[j]]);
            const int sb = sign(b[rows[i]] - b[rows[j]]);
            difference += std::int64_t{sa} * sb;
            untied_a += sa != 0 ? 1 : 0;
            untied_b += sb != 0 ? 1 : 0;
        }
    return static_cast<double>(difference) / std::sqrt(static_cast<double>(untied_a) * static_cast<double>(untied_b));
}

/// Rows that no other row beats in accuracy and energy.
std::vector<std::size_t> pareto_rows() {
    std::vector<std::size_t> order(accuracy().size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [](std::size_t i, std::size_t j) {
        return std::pair(-accuracy()[i], energy()[i]) < std::pair(-accuracy()[j], energy()[j]);
    });
    std::vector<std::size_t> front;
    for (const std::size_t row : order)
        if (front.empty() || energy()[row] < energy()[front.back()]) front.push_back(row);
    return front;
}

TEST(SyntheticTable, IsAValidTableOfTheWholeSpaceAndSaysThatItIsSynthetic) {
    EXPECT_NO_THROW(validate(table(), "synthetic"));
    ASSERT_EQ(table().size(), static_cast<std::size_t>(cell_count));
    for (CellIndex i = 0; i < cell_count; ++i) ASSERT_EQ(table().cells[static_cast<std::size_t>(i)], i);
    EXPECT_TRUE(table().synthetic);
    EXPECT_NE(table().source.find("nothing in it was measured"), std::string::npos);
    ASSERT_EQ(table().objectives.size(), 2u);
    EXPECT_EQ(table().objectives[0].name, "accuracy");
    EXPECT_EQ(table().objectives[0].direction, Direction::maximize);
    EXPECT_EQ(table().objectives[0].unit, "%");
    EXPECT_EQ(table().objectives[1].name, "energy");
    EXPECT_EQ(table().objectives[1].direction, Direction::minimize);
    EXPECT_EQ(table().objectives[1].unit, "mJ");
    EXPECT_EQ(table().objectives[1].estimates, energy()) << "an inference is measured without training";
}

TEST(SyntheticTable, IsTheSameOnEveryMachineAndInEveryVersion) {
    // A new formula makes a new table: then, and only then, this changes together with docs/synthetic-table.md.
    EXPECT_EQ(table().checksum(), "12393d12ce2098eb8e2ffef2e8fb3b1dbbef22dcd1c22f44edc342546ae32296");
}

TEST(SyntheticTable, DisconnectedCellsGuess) {
    int disconnected = 0;
    for (CellIndex i = 0; i < cell_count; ++i) {
        const auto row = static_cast<std::size_t>(i);
        if (pruned(cell_from_index(i)) == Cell{}) {
            ++disconnected;
            EXPECT_EQ(accuracy()[row], 10.0);
            EXPECT_EQ(estimate()[row], 10.0);
            EXPECT_LT(energy()[row], 2.3);
        } else {
            EXPECT_GT(accuracy()[row], 60.0);
            EXPECT_GT(energy()[row], 7.0);
        }
    }
    EXPECT_EQ(disconnected, 341);
}

TEST(SyntheticTable, RangesAreThoseOfTheDocumentation) {
    EXPECT_EQ(*std::max_element(accuracy().begin(), accuracy().end()), 94.358);
    EXPECT_EQ(median(accuracy()), 90.501);
    EXPECT_EQ(*std::min_element(energy().begin(), energy().end()), 2.1674);
    EXPECT_EQ(*std::max_element(energy().begin(), energy().end()), 48.2419);
    const auto& seconds = table().evaluation_s;
    EXPECT_EQ(*std::min_element(seconds.begin(), seconds.end()), 1080);
    EXPECT_EQ(*std::max_element(seconds.begin(), seconds.end()), 6780);
    EXPECT_DOUBLE_EQ(std::accumulate(seconds.begin(), seconds.end(), 0.0) / cell_count, 3588);
    EXPECT_EQ(std::set<double>(table().sampling_s.begin(), table().sampling_s.end()), std::set<double>{10});
    EXPECT_EQ(table().supernet_training_s, 10800);
}

TEST(SyntheticTable, ConvolutionsHelpLessAndLess) {
    // Mean accuracy by the number of effective 3x3 convolutions.
    std::vector<double> sum(7, 0.0), members(7, 0.0);
    for (CellIndex i = 0; i < cell_count; ++i) {
        const Cell cell = pruned(cell_from_index(i));
        if (cell == Cell{}) continue;
        const auto n = static_cast<std::size_t>(std::count(cell.begin(), cell.end(), Operation::nor_conv_3x3));
        sum[n] += accuracy()[static_cast<std::size_t>(i)];
        members[n] += 1;
    }
    double previous_gain = 100;
    for (std::size_t n = 1; n <= 4; ++n) {
        const double gain = sum[n] / members[n] - sum[n - 1] / members[n - 1];
        EXPECT_GT(gain, 0) << n;
        EXPECT_LT(gain, previous_gain) << n;
        previous_gain = gain;
    }
}

TEST(SyntheticTable, DeadBranchesCostTimeButNeitherEnergyNorAccuracy) {
    const auto lean = row_of("|none~0|+|none~0|none~1|+|nor_conv_3x3~0|none~1|none~2|");
    const auto dead = row_of("|none~0|+|none~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|");
    EXPECT_EQ(table().evaluation_s[lean], 1080 + 950);
    EXPECT_EQ(table().evaluation_s[dead], 1080 + 4 * 950);
    EXPECT_NEAR(energy()[dead] / energy()[lean], 1.0, 0.031);
    EXPECT_NEAR(accuracy()[dead], accuracy()[lean], 3.0);
    EXPECT_NE(accuracy()[dead], accuracy()[lean]) << "two trainings never agree to the last digit";
    EXPECT_EQ(estimate()[dead], estimate()[lean]) << "one network in the supernet";
}

TEST(SyntheticTable, TheSupernetRanksTheSpaceButNotItsBestPart) {
    // Every third row: the standard error of tau is about 0.01.
    const double middle = median(accuracy());
    EXPECT_NEAR(kendall_tau_b(accuracy(), estimate(), 3, [](std::size_t) { return true; }), 0.499, 0.02);
    EXPECT_NEAR(kendall_tau_b(accuracy(), estimate(), 3, [&](std::size_t i) { return accuracy()[i] > middle; }), 0.134,
                0.04);
}

TEST(SyntheticTable, TheParetoSetIsThatOfTheDocumentation) {
    const auto front = pareto_rows();
    EXPECT_EQ(front.size(), 38u);
    // Hypervolume against (0 %, 50 mJ): a sum of rectangles, best accuracy first.
    double hypervolume = 0, reached = 0;
    for (const std::size_t row : front) {
        hypervolume += accuracy()[row] * (50.0 - energy()[row] - reached);
        reached = 50.0 - energy()[row];
    }
    EXPECT_NEAR(hypervolume, 4021.2149, 1e-4);
}

TEST(SyntheticTable, ValuesAreRoundedToTheDocumentedDigits) {
    for (std::size_t i = 0; i < table().size(); ++i) {
        ASSERT_EQ(accuracy()[i], std::round(accuracy()[i] * 1000) / 1000);
        ASSERT_EQ(energy()[i], std::round(energy()[i] * 10000) / 10000);
        ASSERT_EQ(estimate()[i], std::round(estimate()[i] * 1000) / 1000);
    }
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/training_bytes.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/error.hpp"
#include "driver/table_plan.hpp"

namespace cenas {
namespace {

CellTrainingRecord training() {
    return {15624, 7, true, 81.25, std::numeric_limits<double>::quiet_NaN(), 4.5, 16.0, true, 3e-5, {2.0, 1.5}, {50.0, 60.0}};
}
SupernetRecord supernet() {
    return {"epochs 3", 4, 100.0, 400.0, false, true, {2.1}, {40.0}, {std::byte{1}, std::byte{255}}};
}
EstimateRecord estimates() { return {"epochs 3", 125, 0.5, {10.0, std::numeric_limits<double>::quiet_NaN()}}; }

std::vector<TrainingResult> one_of_each() {
    return {training(), ScoreRecord{3, 8.5, -1.0}, supernet(), estimates()};
}

TEST(TrainingBytes, EveryKindComesBackTheSame) {
    for (const TrainingResult& result : one_of_each()) {
        const Bytes bytes = to_bytes(result);
        const TrainingResult back = training_result_from(bytes);
        EXPECT_EQ(back.index(), result.index());
        EXPECT_EQ(to_bytes(back), bytes);  // NaN is not equal to itself, its bytes are
        EXPECT_EQ(task_of(back), task_of(result));
    }
    const auto back = std::get<SupernetRecord>(training_result_from(to_bytes(supernet())));
    EXPECT_EQ(back.made_with, "epochs 3");
    EXPECT_EQ(back.state.size(), 2u);
    EXPECT_TRUE(back.diverged);
}

TEST(TrainingBytes, AnythingElseIsRefused) {
    for (const TrainingResult& result : one_of_each()) {
        const Bytes whole = to_bytes(result);
        for (std::size_t length = 0; length < whole.size(); ++length)
            EXPECT_THROW(training_result_from(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))),
                         DataError);
        Bytes longer = whole;
        longer.push_back(std::byte{0});
        EXPECT_THROW(training_result_from(longer), DataError);
        Bytes other = whole;
        other[0] = std::byte{4};
        EXPECT_THROW(training_result_from(other), DataError);
    }
}

}  // namespace
}  // namespace cenas

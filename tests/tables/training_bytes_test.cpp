// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "tables/training_bytes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "tables/plan.hpp"

namespace cenas {
namespace {

CellTrainingRecord training() {
    return {15624, 7,    true,       81.25,       std::numeric_limits<double>::quiet_NaN(), 4.5, 16.0,
            true,  3e-5, {2.0, 1.5}, {50.0, 60.0}};
}
SupernetRecord supernet() {
    return {"epochs 3", 4, 100.0, 400.0, false, true, {2.1}, {40.0}, {std::byte{1}, std::byte{255}}};
}
EstimateRecord estimates() { return {"epochs 3", 125, 0.5, {10.0, std::numeric_limits<double>::quiet_NaN()}}; }

std::vector<TrainingResult> one_of_each() { return {training(), ScoreRecord{3, 8.5, -1.0}, supernet(), estimates()}; }

TEST(TrainingBytes, EveryKindComesBackTheSame) {
    for (const TrainingResult& result : one_of_each()) {
        const Bytes bytes = to_bytes(result);
        const TrainingResult back = training_result_from(bytes);
        EXPECT_EQ(back.index(), result.index());
        EXPECT_EQ(to_bytes(back), bytes);  // NaN is not equal to itself, its bytes are
        EXPECT_EQ(task_of(back), task_of(result));
    }
}

TEST(TrainingBytes, NoFieldIsForgotten) {
    const auto t = std::get<CellTrainingRecord>(training_result_from(to_bytes(training())));
    EXPECT_TRUE(t.cell == 15624 && t.seed == 7 && t.diverged && t.validation_accuracy == 81.25 && t.training_s == 4.5 &&
                t.training_j == 16.0 && t.measured && t.inference_s == 3e-5);
    EXPECT_TRUE(std::isnan(t.test_accuracy));
    EXPECT_EQ(t.epoch_loss, training().epoch_loss);
    EXPECT_EQ(t.epoch_accuracy, training().epoch_accuracy);
    const auto s = std::get<SupernetRecord>(training_result_from(to_bytes(supernet())));
    EXPECT_TRUE(s.made_with == "epochs 3" && s.operation == 4 && s.training_s == 100.0 && s.training_j == 400.0 &&
                !s.measured && s.diverged);
    EXPECT_EQ(s.epoch_loss, supernet().epoch_loss);
    EXPECT_EQ(s.epoch_accuracy, supernet().epoch_accuracy);
    EXPECT_EQ(s.state, supernet().state);
    const auto e = std::get<EstimateRecord>(training_result_from(to_bytes(estimates())));
    EXPECT_TRUE(e.made_with == "epochs 3" && e.first == 125 && e.query_s == 0.5 && e.accuracy.size() == 2 &&
                e.accuracy[0] == 10.0);
    const auto score = std::get<ScoreRecord>(training_result_from(to_bytes(ScoreRecord{3, 8.5, -1.0})));
    EXPECT_TRUE(score.cell == 3 && score.synflow_log10 == 8.5 && score.nwot == -1.0);
}

TEST(TrainingBytes, ValuesThatCannotBeAreRefused) {
    CellTrainingRecord outside = training();
    outside.cell = cell_count;
    EXPECT_THROW(training_result_from(to_bytes(outside)), DataError);
    EstimateRecord too_many = estimates();
    too_many.first = cell_count - 1;
    EXPECT_THROW(training_result_from(to_bytes(too_many)), DataError);
    SupernetRecord of_nothing = supernet();
    of_nothing.operation = 5;
    EXPECT_THROW(training_result_from(to_bytes(of_nothing)), DataError);
}

TEST(TrainingBytes, AnythingElseIsRefused) {
    for (const TrainingResult& result : one_of_each()) {
        const Bytes whole = to_bytes(result);
        for (std::size_t length = 0; length < whole.size(); ++length)
            EXPECT_THROW(
                training_result_from(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))),
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

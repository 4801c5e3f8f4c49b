// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/training.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "kernels/rng/philox.hpp"

using namespace cenas;

namespace {

const Cell all_operations =
    parse_cell("|nor_conv_3x3~0|+|avg_pool_3x3~0|nor_conv_1x1~1|+|skip_connect~0|nor_conv_3x3~1|none~2|");

/// Two classes that differ in where the light is, with noise: a few steps learn them.
TrainingData little_data(int train = 60, int validation = 20, int test = 20) {
    TrainingData data;
    Random random(3, Stream::tests, 0);
    const auto make = [&](int count) {
        ImageSet set{8, 8, 1, 2, {}, {}};
        for (int i = 0; i < count; ++i) {
            const int label = i % 2;
            for (int pixel = 0; pixel < 64; ++pixel) {
                const bool lit = (pixel / 8 < 4) == (label == 0);
                set.pixels.push_back(static_cast<std::uint8_t>((lit ? 120 : 40) + random.below(80)));
            }
            set.labels.push_back(static_cast<std::uint8_t>(label));
        }
        return set;
    };
    data.images = {"little", make(train + validation), make(test)};
    for (int i = 0; i < train + validation; ++i) (i < train ? data.split.train : data.split.validation).push_back(i);
    data.normalization = measure_normalization(data.images.train, data.split.train);
    return data;
}

SkeletonOptions little_skeleton(const std::string& name = "light") {
    SkeletonOptions options;
    options.name = name;
    options.channels = 8;
    options.cells = 1;
    return options;
}

TrainingOptions little_training(int epochs = 3) {
    TrainingOptions options;
    options.epochs = epochs;
    options.batch = 16;  // 60 images: the last batch has 12
    options.crop_padding = 1;
    return options;
}

}  // namespace

TEST(CellTraining, LearnsWhatCanBeLearnt) {
    const TrainingData data = little_data();
    for (const char* precision : {"f32", "bf16"}) {
        TrainingOptions options = little_training(8);
        options.precision = precision;
        const auto training = train_cell(data, little_skeleton(), options, all_operations, 1, {});
        EXPECT_EQ(training->steps(), 8 * 4);
        EXPECT_EQ(training->run(1000), 32);
        ASSERT_EQ(training->curve().size(), 8u);
        EXPECT_LT(training->curve().back().loss, training->curve().front().loss);
        const Accuracies reached = training->evaluate();
        EXPECT_GT(reached.validation, 90.0) << precision;
        EXPECT_LE(reached.test, 100.0);
        EXPECT_GT(reached.test, 90.0);
    }
}

/// The bytes hold weights, momentum, running averages and the curve: equal bytes are an equal training.
TEST(CellTraining, SlicesOnOtherProcessesChangeNothing) {
    const TrainingData data = little_data();
    const auto whole = train_cell(data, little_skeleton(), little_training(), all_operations, 5, {});
    whole->run(1000);
    std::vector<std::byte> state;
    std::unique_ptr<CellTraining> part;
    for (const std::int64_t steps : {1, 2, 3, 5, 1}) {
        part = train_cell(data, little_skeleton(), little_training(), all_operations, 5, {});
        if (!state.empty()) part->restore(state);
        EXPECT_EQ(part->run(steps), steps);
        state = part->save();
    }
    EXPECT_TRUE(part->finished());
    EXPECT_EQ(state, whole->save());
    EXPECT_EQ(part->evaluate().test, whole->evaluate().test);
}

TEST(CellTraining, ThreadsChangeNothing) {
    const TrainingData data = little_data(400);
    TrainingOptions options = little_training(1);
    options.batch = 200;  // several chunks
    std::vector<std::vector<std::byte>> states;
    for (const int threads : {1, 2, 3}) {
        TrainingPlace place;
        place.threads = threads;
        const auto training = train_cell(data, little_skeleton("nas-bench-201"), options, all_operations, 1, place);
        training->run(2);
        states.push_back(training->save());
    }
    EXPECT_EQ(states[0], states[1]);
    EXPECT_EQ(states[0], states[2]);
}

TEST(CellTraining, SeedsDiffer) {
    const TrainingData data = little_data();
    std::vector<std::vector<std::byte>> states;
    for (const std::uint64_t seed : {1, 2, 1}) {
        const auto training = train_cell(data, little_skeleton(), little_training(), all_operations, seed, {});
        training->run(2);
        states.push_back(training->save());
    }
    EXPECT_NE(states[0], states[1]);
    EXPECT_EQ(states[0], states[2]);
}

TEST(CellTraining, DivergenceIsAnOutcome) {
    const TrainingData data = little_data();
    TrainingOptions options = little_training();
    options.learning_rate = 1e30;
    const auto training = train_cell(data, little_skeleton(), options, all_operations, 1, {});
    training->run(1000);
    EXPECT_TRUE(training->diverged());
    EXPECT_TRUE(training->finished());
    EXPECT_LT(training->step(), training->steps());
    EXPECT_TRUE(std::isnan(training->evaluate().test));
}

TEST(CellTraining, ForeignAndDamagedStatesAreRefused) {
    const TrainingData data = little_data();
    const auto training = train_cell(data, little_skeleton(), little_training(), all_operations, 1, {});
    training->run(1);
    const std::vector<std::byte> state = training->save();
    EXPECT_THROW(train_cell(data, little_skeleton(), little_training(), all_operations, 2, {})->restore(state),
                 DataError);
    EXPECT_THROW(train_cell(data, little_skeleton(), little_training(4), all_operations, 1, {})->restore(state),
                 DataError);
    for (const std::size_t size : {std::size_t{0}, std::size_t{10}, state.size() / 2, state.size() - 1})
        EXPECT_THROW(training->restore({state.data(), size}), DataError) << size;
    std::vector<std::byte> longer = state;
    longer.push_back({});
    EXPECT_THROW(training->restore(longer), DataError);
}

TEST(CellTraining, ImpossibleOptionsAreRefused) {
    const TrainingData data = little_data();
    TrainingOptions options = little_training();
    options.precision = "f16";
    EXPECT_THROW(train_cell(data, little_skeleton(), options, all_operations, 1, {}), UsageError);
    EXPECT_THROW(train_cell(data, little_skeleton("resnet"), little_training(), all_operations, 1, {}), UsageError);
    options = little_training(0);
    EXPECT_THROW(train_cell(data, little_skeleton(), options, all_operations, 1, {}), UsageError);
}

namespace {

/// Sums over threads that stand for the processes of a group, in the order of their ranks.
class ThreadGroup {
  public:
    explicit ThreadGroup(int size) : size_(size) {}

    template <class V>
    void sum(int rank, V* values, std::size_t count) {
        std::unique_lock lock(mutex_);
        if (parts_.empty()) parts_.resize(static_cast<std::size_t>(size_));
        parts_[static_cast<std::size_t>(rank)].assign(values, values + count);
        meet(lock);
        for (std::size_t i = 0; i < count; ++i) {
            V total = 0;
            for (const auto& part : parts_) total += static_cast<V>(part[i]);
            values[i] = total;
        }
        meet(lock);
    }

  private:
    void meet(std::unique_lock<std::mutex>& lock) {
        const int turn = turn_;
        if (++there_ == size_) {
            there_ = 0;
            ++turn_;
            all_.notify_all();
        } else {
            all_.wait(lock, [&] { return turn_ != turn; });
        }
    }

    int size_, there_ = 0, turn_ = 0;
    std::mutex mutex_;
    std::condition_variable all_;
    std::vector<std::vector<double>> parts_;
};

}  // namespace

/// A group sees the same batches and, through batch norm, the same statistics as one process: only the order of sums
/// differs. Three ranks do not divide the batch of 16.
TEST(CellTraining, GroupsTrainAsOneProcess) {
    const TrainingData data = little_data();
    const auto alone = train_cell(data, little_skeleton(), little_training(2), all_operations, 1, {});
    alone->run(1000);
    for (const int size : {2, 3}) {
        ThreadGroup group(size);
        std::vector<std::unique_ptr<CellTraining>> members;
        for (int rank = 0; rank < size; ++rank) {
            TrainingPlace place;
            place.group = {rank, size, false, [&group, rank](double* v, std::size_t n) { group.sum(rank, v, n); },
                           [&group, rank](float* v, std::size_t n) { group.sum(rank, v, n); }};
            members.push_back(train_cell(data, little_skeleton(), little_training(2), all_operations, 1, place));
        }
        std::vector<std::thread> threads;
        for (const auto& member : members) threads.emplace_back([&member] { member->run(1000); });
        for (std::thread& thread : threads) thread.join();
        for (const auto& member : members) {
            ASSERT_EQ(member->curve().size(), 2u);
            for (std::size_t epoch = 0; epoch < 2; ++epoch)
                EXPECT_NEAR(member->curve()[epoch].loss, alone->curve()[epoch].loss, 2e-3) << size;
        }
        EXPECT_EQ(members[0]->save(), members[1]->save());  // all hold the same weights, bit for bit
    }
}

TEST(Supernet, SlicesChangeNothing) {
    const TrainingData data = little_data();
    const auto whole = train_supernet(data, little_skeleton(), little_training(), 5, {});
    whole->run(1000);
    std::vector<std::byte> state;
    std::unique_ptr<SupernetTraining> part;
    for (const std::int64_t steps : {2, 5, 4, 1}) {
        part = train_supernet(data, little_skeleton(), little_training(), 5, {});
        if (!state.empty()) part->restore(state);
        part->run(steps);
        state = part->save();
    }
    EXPECT_EQ(state, whole->save());
    EXPECT_EQ(part->query(all_operations, 20), whole->query(all_operations, 20));
}

TEST(Supernet, LearnsAndEstimates) {
    const TrainingData data = little_data(200, 40);
    const auto supernet = train_supernet(data, little_skeleton(), little_training(12), 1, {});
    supernet->run(100000);
    EXPECT_FALSE(supernet->diverged());
    EXPECT_GT(supernet->query(all_operations, 40), 80.0);
    const Cell empty = parse_cell("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|");
    EXPECT_NEAR(supernet->query(empty, 40), 50.0, 1e-9);  // no path from the image: one class for all
    EXPECT_EQ(supernet->query(all_operations, 40), supernet->query(all_operations, 40));
}

TEST(Supernet, SplitKeepsWeightsAndGoesOn) {
    const TrainingData data = little_data();
    const auto supernet = train_supernet(data, little_skeleton(), little_training(), 1, {});
    supernet->run(1000);
    const double before = supernet->query(all_operations, 20);
    supernet->split(0, Operation::nor_conv_3x3, 2);
    EXPECT_EQ(supernet->query(all_operations, 20), before);
    EXPECT_EQ(supernet->step(), 0);
    EXPECT_EQ(supernet->run(3), 3);
    const std::vector<std::byte> state = supernet->save();
    const auto other = train_supernet(data, little_skeleton(), little_training(), 1, {});
    other->restore(state);
    supernet->run(1000);
    other->run(1000);
    EXPECT_EQ(supernet->save(), other->save());
}

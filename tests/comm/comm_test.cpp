// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "comm/comm.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <chrono>
#include <set>
#include <thread>
#include <vector>

#include "support/mpi_main.hpp"

// Runs under mpirun with any number of ranks; rank 0 speaks, a failure anywhere fails everywhere.

namespace cenas {
namespace {

Bytes bytes_of(int value, std::size_t length) { return Bytes(length, static_cast<std::byte>(value)); }

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

TEST(Communicator, MaximumIsTheSameOnAllRanks) {
    const auto world = Communicator::world();
    EXPECT_EQ(world.maximum(world.rank() * 10), (world.size() - 1) * 10);
    EXPECT_EQ(world.maximum(-3), -3);
}

TEST(Communicator, MessagesArriveWholeWithSenderAndName) {
    const auto world = Communicator::world();
    constexpr std::size_t longest = 3000000;  // beyond any eager limit
    if (world.rank() == 0) {
        std::set<int> senders;
        for (int i = 1; i < world.size(); ++i) {
            const auto received = world.receive();
            EXPECT_EQ(received.message, Message::results);
            EXPECT_EQ(received.payload, bytes_of(received.from, longest));
            senders.insert(received.from);
            world.send(received.from, Message::lease, {});
        }
        EXPECT_EQ(static_cast<int>(senders.size()), world.size() - 1);
    } else {
        world.send(0, Message::results, bytes_of(world.rank(), longest));
        const auto answer = world.receive();
        EXPECT_EQ(answer.from, 0);
        EXPECT_EQ(answer.message, Message::lease);
        EXPECT_TRUE(answer.payload.empty());
    }
    world.maximum(0);
}

TEST(Communicator, SplitMakesGroupsInOrder) {
    const auto world = Communicator::world();
    const auto group = world.split(world.rank() == 0 ? -1 : (world.rank() - 1) / 2, world.rank());
    EXPECT_EQ(group.has_value(), world.rank() != 0);
    if (group) {
        EXPECT_EQ(group->rank(), (world.rank() - 1) % 2);
        EXPECT_LE(group->size(), 2);
    }
    world.maximum(0);
}

TEST(Communicator, BroadcastGivesAllRanksTheFirstOnesPayload) {
    const auto world = Communicator::world();
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{3000000}}) {
        Bytes payload = world.rank() == 0 ? bytes_of(7, length) : bytes_of(9, 5);
        world.broadcast(payload);
        EXPECT_EQ(payload, bytes_of(7, length));
    }
}

TEST(Communicator, SumsAreTheSameBitsEverywhereAndAgain) {
    const auto world = Communicator::world();
    for (const std::size_t count : {std::size_t{1}, std::size_t{1000}, std::size_t{200000}}) {
        std::vector<float> first, again;
        for (std::vector<float>* values : {&first, &again}) {
            for (std::size_t i = 0; i < count; ++i)
                values->push_back(1.0F / static_cast<float>(1 + i + 7 * static_cast<std::size_t>(world.rank())));
            world.sum(values->data(), count);
        }
        EXPECT_EQ(first, again);
        double expected = 0;
        for (int rank = 0; rank < world.size(); ++rank) expected += 1.0 / (1.0 + 7.0 * rank);
        EXPECT_NEAR(first[0], expected, 1e-6);
        Bytes of_first(reinterpret_cast<const std::byte*>(first.data()),
                       reinterpret_cast<const std::byte*>(first.data() + count));
        const Bytes own = of_first;
        world.broadcast(of_first);
        EXPECT_EQ(own, of_first);
    }
    std::vector<double> doubles{static_cast<double>(world.rank()), 1.0};
    world.sum(doubles.data(), doubles.size());
    EXPECT_EQ(doubles[0], world.size() * (world.size() - 1) / 2.0);
    EXPECT_EQ(doubles[1], world.size());
}

TEST(Communicator, RanksOfOneMachineShareANode) {
    const auto world = Communicator::world();
    const auto node = world.node();
    EXPECT_EQ(node.size(), world.size());
    EXPECT_EQ(node.rank(), world.rank());
}

TEST(SharedNumbers, EachRankSeesWhatTheOthersHaveSet) {
    const auto world = Communicator::world();
    const auto node = world.node();
    const SharedNumbers numbers(node);
    EXPECT_EQ(numbers.all(), std::vector<double>(static_cast<std::size_t>(node.size()), 0.0));
    world.maximum(0);
    for (const double round : {1.0, 2.0}) {
        numbers.set(round + 10 * node.rank());
        world.maximum(0);
        std::vector<double> expected;
        for (int rank = 0; rank < node.size(); ++rank) expected.push_back(round + 10 * rank);
        EXPECT_EQ(numbers.all(), expected);
        world.maximum(0);
    }
}

// A rank that waits must not burn what the program is there to save.
TEST(Communicator, WaitingRanksSleep) {
    const auto world = Communicator::world();
    if (world.size() == 1) GTEST_SKIP() << "needs two ranks";
    world.maximum(0);
    if (world.rank() == 0) {
        std::this_thread::sleep_for(std::chrono::seconds(2));
        for (int rank = 1; rank < world.size(); ++rank) world.send(rank, Message::lease, {});
    } else {
        const double before = cpu_seconds();
        EXPECT_EQ(world.receive().message, Message::lease);
        EXPECT_LT(cpu_seconds() - before, 0.2);  // a spinning rank would use 2 s; shared machines are noisy
    }
    world.maximum(0);
}

}  // namespace
}  // namespace cenas

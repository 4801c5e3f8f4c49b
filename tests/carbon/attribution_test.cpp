// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/attribution.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "kernels/rng/philox.hpp"

namespace cenas {
namespace {

constexpr std::size_t most_workers = 9;

TEST(Attribution, ByHand) {
    // 10 W idle for 100 s = 1000 J, of 4 workers' 250 J each; 3000 J above it.
    const std::vector<Seconds> busy = {Seconds(100), Seconds(50), Seconds(0), Seconds(0)};
    const Attribution split = attribute_energy(Joules(4000), Watts(10), Seconds(100), busy);
    EXPECT_DOUBLE_EQ(split.workers[0].value, 250 + 2000);
    EXPECT_DOUBLE_EQ(split.workers[1].value, 125 + 1000);
    EXPECT_EQ(split.workers[2].value, 0.0);
    EXPECT_EQ(split.workers[3].value, 0.0);
    EXPECT_DOUBLE_EQ(split.idle.value, 125 + 500);
}

TEST(Attribution, WithoutIdlePowerAllGoesByBusyTime) {
    const std::vector<Seconds> busy = {Seconds(1), Seconds(3)};
    const Attribution split = attribute_energy(Joules(100), Watts(0), Seconds(10), busy);
    EXPECT_DOUBLE_EQ(split.workers[0].value, 25.0);
    EXPECT_DOUBLE_EQ(split.workers[1].value, 75.0);
    EXPECT_NEAR(split.idle.value, 0.0, 1e-13);
}

TEST(Attribution, NobodyIsBusy) {
    const std::vector<Seconds> busy(3);
    const Attribution split = attribute_energy(Joules(100), Watts(1), Seconds(10), busy);
    EXPECT_EQ(split.idle.value, 100.0);
    for (const Joules share : split.workers) EXPECT_EQ(share.value, 0.0);
    EXPECT_EQ(attribute_energy(Joules(100), Watts(1), Seconds(10), {}).idle.value, 100.0);
}

TEST(Attribution, NothingLastsNoTime) {
    const std::vector<Seconds> busy(1);
    EXPECT_EQ(attribute_energy(Joules(0), Watts(1), Seconds(0), busy).idle.value, 0.0);
}

// A meter that saw less than the idle power: nothing is above it.
TEST(Attribution, IdlePowerIsAtMostAll) {
    const std::vector<Seconds> busy = {Seconds(10), Seconds(5)};
    const Attribution split = attribute_energy(Joules(40), Watts(100), Seconds(10), busy);
    EXPECT_DOUBLE_EQ(split.workers[0].value, 20.0);
    EXPECT_DOUBLE_EQ(split.workers[1].value, 10.0);
    EXPECT_DOUBLE_EQ(split.idle.value, 10.0);
}

TEST(Attribution, BusyForLongerThanTheInterval) {
    const std::vector<Seconds> busy = {Seconds(20), Seconds(10)};
    const Attribution split = attribute_energy(Joules(40), Watts(4), Seconds(10), busy);
    EXPECT_DOUBLE_EQ(split.workers[0].value, 40.0 * 2 / 4);
    EXPECT_DOUBLE_EQ(split.workers[1].value, 40.0 * 1 / 4);
    EXPECT_DOUBLE_EQ(split.idle.value, 10.0);
}

struct Case {
    double node_j, idle_w, wall_s;
    std::vector<Seconds> busy;
};

Case random_case(Random& random) {
    Case c{1e4 * random.uniform(), 30 * random.uniform(), 1 + 600 * random.uniform(), {}};
    if (random.below(2) == 0) c.idle_w = 0;  // then rounding has nothing to hide in
    const std::size_t workers = 1 + random.below(most_workers);
    for (std::size_t i = 0; i < workers; ++i)
        c.busy.emplace_back(random.below(4) == 0 ? 0.0 : c.wall_s * random.uniform());
    return c;
}

// To the last bit, added from either end.
TEST(Attribution, ConservesEnergyExactly) {
    Random random(1, Stream::tests);
    for (int i = 0; i < 20000; ++i) {
        const Case c = random_case(random);
        const Attribution split = attribute_energy(Joules(c.node_j), Watts(c.idle_w), Seconds(c.wall_s), c.busy);
        double up = 0, down = split.idle.value;
        for (const Joules share : split.workers) up += share.value;
        std::for_each(split.workers.rbegin(), split.workers.rend(), [&](Joules share) { down += share.value; });
        ASSERT_EQ(up + split.idle.value, c.node_j);
        ASSERT_EQ(down, c.node_j);
        ASSERT_GE(split.idle.value, 0.0);
        for (std::size_t w = 0; w < c.busy.size(); ++w) {
            ASSERT_GE(split.workers[w].value, 0.0);
            ASSERT_EQ(split.workers[w].value == 0, c.busy[w].value == 0);
        }
    }
}

// Equal workers, each of which draws idle_w and, busy, busy_w: what the model meter says of them comes back as what the
// simulated world books, busy_w while busy and idle_w else.
TEST(Attribution, InvertsTheModel) {
    Random random(2, Stream::tests);
    for (int i = 0; i < 2000; ++i) {
        const Case c = random_case(random);
        const double n = static_cast<double>(c.busy.size()), busy_w = c.idle_w + 300 * random.uniform();
        double busy_s = 0;
        for (const Seconds b : c.busy) busy_s += b.value;
        if (busy_s == 0) continue;
        const double node_j = n * c.idle_w * c.wall_s + (busy_w - c.idle_w) * busy_s;
        const Attribution split = attribute_energy(Joules(node_j), Watts(n * c.idle_w), Seconds(c.wall_s), c.busy);
        for (std::size_t w = 0; w < c.busy.size(); ++w)
            ASSERT_NEAR(split.workers[w].value, busy_w * c.busy[w].value, 1e-10 * node_j);
        ASSERT_NEAR(split.idle.value, c.idle_w * (n * c.wall_s - busy_s), 1e-10 * node_j);
    }
}

}  // namespace
}  // namespace cenas

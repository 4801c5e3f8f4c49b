// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "engine/candidate_queue.hpp"

#include <gtest/gtest.h>

namespace cenas {
namespace {

void push(CandidateQueue& queue, CellIndex cell, double a, double b) {
    const double gains[2] = {a, b};
    queue.push(cell, gains);
}

TEST(CandidateQueue, PopsTheLeastDominatedOldestFirst) {
    CandidateQueue queue(2);
    push(queue, 10, 1, 1);  // dominated by 20 and 30
    push(queue, 20, 2, 2);  // dominated by 30
    push(queue, 30, 3, 3);
    push(queue, 40, 9, 0);  // by nobody
    EXPECT_EQ(queue.pop(), 30);
    EXPECT_EQ(queue.pop(), 20);  // nobody dominates it any more, and it waited longer than 40
    push(queue, 50, 5, 5);
    EXPECT_EQ(queue.pop(), 40);
    EXPECT_EQ(queue.pop(), 50);
    EXPECT_EQ(queue.pop(), 10);
    EXPECT_TRUE(queue.empty());
}

TEST(CandidateQueue, KeepsTheBest) {
    CandidateQueue queue(2);
    for (int i = 0; i < 10; ++i) push(queue, i, i, i);
    queue.keep_best(3);
    ASSERT_EQ(queue.size(), 3u);
    EXPECT_EQ(queue.pop(), 9);
    EXPECT_EQ(queue.pop(), 8);
    EXPECT_EQ(queue.pop(), 7);
    push(queue, 1, 1, 1);
    queue.keep_best(5);
    EXPECT_EQ(queue.size(), 1u);
}

}  // namespace
}  // namespace cenas

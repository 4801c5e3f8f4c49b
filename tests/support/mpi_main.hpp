// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// The main of a test program that runs under mpirun: rank 0 speaks, a failure anywhere fails everywhere.

#include <gtest/gtest.h>

#include <cstdio>

#include "comm/comm.hpp"

int main(int argc, char** argv) {
    const cenas::MpiSession mpi(argc, argv);
    testing::InitGoogleTest(&argc, argv);
    const auto world = cenas::Communicator::world();
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    if (world.rank() != 0) delete listeners.Release(listeners.default_result_printer());
    int failed = RUN_ALL_TESTS();
    if (testing::UnitTest::GetInstance()->test_to_run_count() == 0) failed = 1;
    failed = world.maximum(failed);
    if (world.rank() == 0) std::printf("%s on %d ranks\n", failed != 0 ? "FAILED" : "PASSED", world.size());
    return failed;
}

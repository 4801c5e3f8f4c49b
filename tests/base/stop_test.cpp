// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/stop.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace cenas {
namespace {

// In processes of their own: a signal that came is not forgotten.

TEST(StopSignalDeathTest, IsRememberedByName) {
    for (const auto& [signal, name] : {std::pair{SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGINT, "SIGINT"}})
        EXPECT_EXIT(
            {
                remember_stop_signals();
                if (!stop_signal().empty()) std::exit(1);
                std::raise(signal);
                std::exit(stop_signal() == name ? 0 : 2);
            },
            ::testing::ExitedWithCode(0), "");
}

TEST(StopSignalDeathTest, ASecondInterruptEndsTheProcess) {
    EXPECT_EXIT(
        {
            remember_stop_signals();
            std::raise(SIGINT);
            std::raise(SIGINT);
            std::exit(0);
        },
        ::testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/stop.hpp"

#include <csignal>

namespace cenas {
namespace {

// A handler can reach nothing but a global.
volatile std::sig_atomic_t received = 0;

extern "C" void remember(int signal) { received = signal; }

}  // namespace

void remember_stop_signals() {
    for (const int signal : {SIGTERM, SIGUSR1, SIGINT}) {
        struct sigaction action {};
        action.sa_handler = remember;
        action.sa_flags = SA_RESTART | (signal == SIGINT ? static_cast<int>(SA_RESETHAND) : 0);
        ::sigemptyset(&action.sa_mask);
        ::sigaction(signal, &action, nullptr);
    }
}

std::string stop_signal() {
    switch (received) {
        case SIGTERM:
            return "SIGTERM";
        case SIGUSR1:
            return "SIGUSR1";
        case SIGINT:
            return "SIGINT";
        default:
            return "";
    }
}

}  // namespace cenas

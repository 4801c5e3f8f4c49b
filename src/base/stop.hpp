// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace cenas {

/// From now on SIGTERM, SIGUSR1 and SIGINT end nothing, they are remembered. A second SIGINT ends the process as ever.
void remember_stop_signals();

/// The name of the signal that came, empty if none did.
std::string stop_signal();

}  // namespace cenas

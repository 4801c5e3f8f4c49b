// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace cenas {

/// "0.1.0", and the commit the program was built from ("unknown" outside a checkout).
std::string program_version();
std::string program_commit();

}  // namespace cenas

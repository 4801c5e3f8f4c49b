// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

namespace cenas {

/// The text of inputs/traces/climatology.csv, compiled into the program so that it needs no data files.
std::string_view climatology_text();

}  // namespace cenas

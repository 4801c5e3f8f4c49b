// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "base/utc_time.hpp"

namespace cenas {

/// A value of a deck's key.
using DeckValue = std::variant<bool, std::int64_t, double, std::string, UtcTime>;

}  // namespace cenas

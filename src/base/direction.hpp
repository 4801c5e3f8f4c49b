// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

namespace cenas {

/// What is better of an objective: more or less.
enum class Direction { maximize, minimize };

constexpr const char* to_string(Direction direction) {
    return direction == Direction::maximize ? "maximize" : "minimize";
}

}  // namespace cenas

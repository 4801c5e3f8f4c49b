// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>

namespace cenas {

/// The bytes of inputs/tables/fashion_light.h5, as the program was built with it.
std::span<const std::byte> embedded_table_image();

}  // namespace cenas

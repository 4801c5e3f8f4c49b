// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace cenas {

/// How thoroughly a cell is judged: by its training, by a training of fewer epochs, by a supernet that it shares.
enum class Fidelity : std::uint8_t { full, low, supernet };

}  // namespace cenas

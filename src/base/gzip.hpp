// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace cenas {

/// All bytes of a file, unpacked where it begins with gzip's two magic bytes (RFC 1952).
/// Throws DataError: cannot be read, gzip that is damaged or cut off, more than `limit` bytes (counted after unpacking,
/// which can multiply the size by a thousand; reading stops there).
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path, std::size_t limit);

}  // namespace cenas

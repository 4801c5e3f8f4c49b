// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cenas {

/// CRC-32 as zlib and gzip have it (RFC 1952, section 8). Against accidents, not against people: it misses no damage of
/// up to 32 bits in a row, and one in 2^32 of others.
std::uint32_t crc32(std::span<const std::byte> bytes);

/// SHA-256 (FIPS 180-4) of everything added, as 64 lower-case hexadecimal digits. Numbers are added as their
/// little-endian bytes, so that equal data gives equal checksums whatever the file they came from.
class Checksum {
  public:
    Checksum();
    ~Checksum();
    Checksum(const Checksum&) = delete;
    Checksum& operator=(const Checksum&) = delete;

    Checksum& add(std::string_view text);  ///< its length, then its bytes
    Checksum& add(std::span<const double> values);
    Checksum& add(std::span<const std::byte> bytes);  ///< nothing but these
    Checksum& add(double value) { return add(std::span<const double>(&value, 1)); }
    std::string hex();  ///< once, at the end

  private:
    void* context_;
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace cenas {

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
    Checksum& add(double value) { return add(std::span<const double>(&value, 1)); }
    std::string hex();  ///< once, at the end

  private:
    void* context_;
};

}  // namespace cenas

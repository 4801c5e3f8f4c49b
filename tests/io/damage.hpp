// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas::test {

inline std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Every file that is cut short is refused with a DataError.
template <class Read>
void expect_truncations_refused(const TemporaryFolder& folder, const std::string& bytes, const Read& read) {
    constexpr std::size_t step = 311;
    for (std::size_t size = 0; size < bytes.size(); size += step) {
        const auto path = folder.write("truncated.h5", bytes.substr(0, size));
        EXPECT_THROW(read(path), DataError) << size << " of " << bytes.size() << " bytes";
    }
}

/// A flipped bit is either refused with a DataError or harmless, never another exception or a crash. Returns how many
/// were refused.
template <class Read>
std::size_t expect_flips_survived(const TemporaryFolder& folder, const std::string& bytes, std::size_t stride,
                                  const Read& read) {
    std::size_t refused = 0;
    for (std::size_t at = 0; at < bytes.size(); at += stride) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << (at / stride % 8)));
        try {
            read(folder.write("damaged.h5", damaged));
        } catch (const DataError&) {
            ++refused;
        } catch (const std::exception& e) {
            ADD_FAILURE() << "byte " << at << ": " << e.what();
        }
    }
    return refused;
}

}  // namespace cenas::test

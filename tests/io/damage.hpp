// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>
#include <hdf5.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

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

/// Changes the first value of a dataset in place, as somebody with an HDF5 library would.
inline void alter_value(const std::filesystem::path& path, const std::string& dataset) {
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t data = H5Dopen2(file, dataset.c_str(), H5P_DEFAULT);
    const hid_t type = H5Dget_type(data);
    const hid_t space = H5Dget_space(data);
    std::vector<char> values(H5Tget_size(type) * static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    EXPECT_GE(H5Dread(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0) << dataset;
    values.at(0) = static_cast<char>(values.at(0) ^ 1);
    EXPECT_GE(H5Dwrite(data, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0) << dataset;
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(data);
    H5Fclose(file);
}

}  // namespace cenas::test

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <hdf5.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/checksum.hpp"

// What writer and reader of h5.hpp have in common, beneath them.

namespace cenas::h5 {

inline constexpr hsize_t chunk_rows = 16384;  // 128 KiB of doubles: small enough to cache, large enough to compress
inline constexpr const char* checksum_name = "sha256";

/// Owns one HDF5 identifier of any kind.
class Handle {
  public:
    using Closer = herr_t (*)(hid_t);
    Handle(hid_t id, Closer closer) : id_(id), closer_(closer) {}
    ~Handle() {
        if (id_ >= 0) closer_(id_);
    }
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), closer_(other.closer_) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    Handle& operator=(Handle&&) = delete;
    hid_t get() const { return id_; }
    bool valid() const { return id_ >= 0; }

  private:
    hid_t id_;
    Closer closer_;
};

/// Before the first use. HDF5 prints its error stack by default; our messages replace it. Its clean-up at exit crashes
/// once a file could not be closed (disk full), and has nothing to do for us, who close everything ourselves.
inline void prepare_library() {
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

inline Handle fixed_text_type(std::size_t length) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, std::max<std::size_t>(length, 1));
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return Handle(type, H5Tclose);
}

/// HDF5's types for ours, in memory and in files.
template <class T>
struct Type;
template <>
struct Type<double> {
    static hid_t memory() { return H5T_NATIVE_DOUBLE; }
    static hid_t file() { return H5T_IEEE_F64LE; }
};
template <>
struct Type<std::int32_t> {
    static hid_t memory() { return H5T_NATIVE_INT32; }
    static hid_t file() { return H5T_STD_I32LE; }
};
template <>
struct Type<std::int64_t> {
    static hid_t memory() { return H5T_NATIVE_INT64; }
    static hid_t file() { return H5T_STD_I64LE; }
};
template <>
struct Type<std::uint8_t> {
    static hid_t memory() { return H5T_NATIVE_UINT8; }
    static hid_t file() { return H5T_STD_U8LE; }
};

inline std::size_t product(const std::vector<hsize_t>& extent) {
    return std::accumulate(extent.begin(), extent.end(), std::size_t{1}, std::multiplies<>());
}

/// True where `path` exists link by link (H5Lexists fails on a missing parent).
inline bool path_exists(hid_t file, const std::string& path) {
    if (path == "/") return true;
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        if (H5Lexists(file, path.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
        if (slash == std::string::npos) return true;
    }
}

/// Of everything that equal files share: not of /provenance.
inline std::string checksum_of_all(const std::map<std::string, std::string>& root,
                                   const std::map<std::string, std::string>& datasets) {
    Checksum sum;
    for (const auto& [name, value] : root) sum.add(name).add(value);
    for (const auto& [path, checksum] : datasets) sum.add(path).add(checksum);
    return sum.hex();
}

}  // namespace cenas::h5

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/gzip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "base/error.hpp"

namespace cenas {

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& path, std::size_t limit) {
    errno = 0;
    const std::unique_ptr<gzFile_s, decltype(&gzclose_r)> file(gzopen(path.c_str(), "rb"), &gzclose_r);
    if (!file) throw DataError(fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
    std::vector<std::uint8_t> bytes;
    std::array<std::uint8_t, 65536> block;
    int size = 0;
    while ((size = gzread(file.get(), block.data(), static_cast<unsigned>(block.size()))) > 0) {
        if (static_cast<std::size_t>(size) > limit - bytes.size())
            throw DataError(fmt::format("{}: more than {} bytes when unpacked, which is the most that is read",
                                        path.string(), limit));
        bytes.insert(bytes.end(), block.begin(), block.begin() + size);
    }
    int code = Z_OK;
    const char* problem = gzerror(file.get(), &code);  // begins with the path
    if (code != Z_OK) throw DataError(fmt::format("cannot read {}", problem));
    return bytes;
}

}  // namespace cenas

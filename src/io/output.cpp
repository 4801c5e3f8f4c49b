// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>

#include "base/error.hpp"
#include "base/log.hpp"
#include "io/journal.hpp"

namespace cenas {

void require_writable(const std::filesystem::path& output, bool overwrite) {
    std::error_code status;
    if (std::filesystem::exists(output, status) && !overwrite)
        throw UsageError(fmt::format("{}: exists already; name another --output or give --overwrite", output.string()));
    const auto folder = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
    std::filesystem::create_directories(folder, status);
    if (status) throw RunError(fmt::format("{}: folder cannot be made: {}", folder.string(), status.message()));
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        throw RunError(fmt::format("{}: folder is not writable", folder.string()));
    if (std::filesystem::is_directory(output, status))
        throw UsageError(fmt::format("{}: is a folder; --output must name a file", output.string()));
}

std::filesystem::path free_name(const std::filesystem::path& wanted) {
    std::filesystem::path name = wanted;
    for (int n = 2; std::filesystem::exists(name); ++n)
        name = wanted.parent_path() / fmt::format("{}-{}{}", wanted.stem().string(), n, wanted.extension().string());
    if (name != wanted) spdlog::warn("{}: appeared during the run; writing {}", wanted.string(), name.string());
    return name;
}

void write_durably(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    const std::filesystem::path part = path.string() + ".part";
    const auto refuse = [&] { throw RunError(fmt::format("{}: {}", part.string(), std::strerror(errno))); };
    const FileDescriptor file(::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file.get() < 0) refuse();
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) refuse();
        if (written > 0) bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (::fsync(file.get()) != 0 || ::rename(part.c_str(), path.c_str()) != 0) refuse();
}

std::optional<std::vector<std::byte>> read_whole(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file && !std::filesystem::exists(path)) return std::nullopt;
    std::vector<std::byte> bytes;
    std::array<char, 1 << 16> some{};
    while (file.read(some.data(), some.size()) || file.gcount() > 0) {
        const auto* first = reinterpret_cast<const std::byte*>(some.data());
        bytes.insert(bytes.end(), first, first + file.gcount());
    }
    if (!file.eof()) throw RunError(fmt::format("{}: cannot be read", path.string()));
    return bytes;
}

}  // namespace cenas

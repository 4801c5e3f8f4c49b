// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <string>
#include <system_error>

#include "base/error.hpp"
#include "base/log.hpp"

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

}  // namespace cenas

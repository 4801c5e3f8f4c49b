// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

namespace cenas {

/// Finds out before the work what would otherwise be lost after it; makes the folder if it is missing. Throws
/// UsageError if `output` exists (unless `overwrite`) or is a folder, RunError if it cannot be written.
void require_writable(const std::filesystem::path& output, bool overwrite);

/// `wanted`, or, where someone made that file during the run, the first of NAME-2, NAME-3, ... that is free: finished
/// work is not thrown away.
std::filesystem::path free_name(const std::filesystem::path& wanted);

/// Writes a whole file that is there after a power cut, or the one before is: beside it, flushed to disk, and renamed.
/// Throws RunError where the disk refuses.
void write_durably(const std::filesystem::path& path, std::span<const std::byte> bytes);

/// A whole file; none: it is not there. Throws RunError where it cannot be read.
std::optional<std::vector<std::byte>> read_whole(const std::filesystem::path& path);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "io/provenance.hpp"
#include "io/replay_record.hpp"

namespace cenas {

/// Writes a replay file (FORMAT.md, section 6) beside `path` as .part and renames it. Throws UsageError if `path`
/// exists and `overwrite` is not set, RunError if it cannot be written.
void write_replay_file(const std::filesystem::path& path, const ReplayRecord& record, const Provenance& provenance,
                       bool overwrite);

/// Reads a replay file back. Throws DataError that names the file
/// and the object for anything missing, of the wrong type or length, out of range, or inconsistent.
ReplayRecord read_replay_file(const std::filesystem::path& path);

}  // namespace cenas

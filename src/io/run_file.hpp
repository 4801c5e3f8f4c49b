// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>

#include "io/provenance.hpp"
#include "io/run_record.hpp"

namespace cenas {

/// Writes a run file (FORMAT.md, section 1) beside `path` as .part and renames it. Throws UsageError if `path` exists
/// and `overwrite` is not set, RunError if it cannot be written.
void write_run_file(const std::filesystem::path& path, const RunRecord& run, const Provenance& provenance,
                    bool overwrite);

/// Reads a run file back. Throws DataError that names the file and the object for anything missing, of the wrong
/// type or length, out of range, or inconsistent with the offsets.
RunRecord read_run_file(const std::filesystem::path& path);
Provenance read_provenance(const std::filesystem::path& path);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <vector>

#include "io/provenance.hpp"
#include "io/run_file.hpp"

namespace cenas {

/// Joins the shards of one sweep, all of them in any order, into the file that one job would have written. Throws
/// DataError where they are not of one sweep, one is missing or is there twice, or one was altered since it was
/// written; UsageError if `output` exists and `overwrite` is not set.
void merge_shards(const std::vector<std::filesystem::path>& paths, const std::filesystem::path& output,
                  const Provenance& provenance, bool overwrite);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "io/provenance.hpp"
#include "io/run_file.hpp"

namespace cenas {

/// Joins the shards of one sweep, all of them in any order, into the file that one job would have written. Throws
/// DataError where they are not of one sweep, one is missing or is there twice, or one was altered since it was
/// written; UsageError if `output` exists and `overwrite` is not set. `provenance` is asked when all is done.
void merge_shards(const std::vector<std::filesystem::path>& paths, const std::filesystem::path& output, bool overwrite,
                  const std::function<Provenance()>& provenance);

}  // namespace cenas

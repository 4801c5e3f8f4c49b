// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <vector>

#include "comm/comm.hpp"
#include "driver/plan.hpp"
#include "io/run_record.hpp"

namespace cenas {

/// Runs every planned search and returns the records in plan order on rank 0, nothing on the other ranks. The records
/// do not depend on ranks, threads or the order in which searches end. Collective over `world`. An exception on a
/// worker rank is for that rank's caller to report before it aborts the job.
std::vector<SearchRecord> run_sweep(const Options& options, const Inputs& inputs, const Layout& layout,
                                    const Communicator& world);

/// A search record as bytes and back: what travels between ranks.
Bytes to_bytes(const SearchRecord& record);
SearchRecord search_record_from(const Bytes& bytes);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "io/run_record.hpp"

namespace cenas {

/// Rows of a search's evaluation log that are finished, of full fidelity, inside the reference and not dominated, the
/// best of the first objective first. Of equal ones the first counts.
std::vector<std::size_t> front_of(std::span<const RunObjective> objectives, const SearchRecord& search);

/// Cuts the logs of a search down to what a summary keeps: the evaluations of its Pareto front, in their order.
void keep_front(std::span<const RunObjective> objectives, SearchRecord& search);

}  // namespace cenas

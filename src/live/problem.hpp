// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "engine/problem.hpp"
#include "io/run_record.hpp"
#include "live/options.hpp"

namespace cenas {

/// What a live run searches, where no table knows what its architectures reach: every cell of the space. hv_max is
/// unknown (NaN), class means there are none.
Problem untrained_problem(const LiveOptions& options);

/// What is known of the problem once the searches are over: their trainings stand for the table. hv_max is the
/// hypervolume of all of them, a class mean that of all trainings of one network, of which hypervolume_denoised of the
/// searches is made.
ProblemRecord known_problem(const Problem& problem, const std::string& name, const std::string& checksum,
                            std::span<SearchRecord> searches);

}  // namespace cenas

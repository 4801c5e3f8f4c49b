// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <span>

#include "engine/problem.hpp"
#include "io/run_record.hpp"
#include "live/options.hpp"
#include "train/dataset.hpp"

namespace cenas {

/// Whether a method knows objectives before its search.
bool knows_objectives(const Options& options);

/// What a live run searches, where no table knows what its architectures reach: every cell of the space. hv_max is
/// unknown (NaN), class means there are none. Where a method knows objectives, they are those of networks for such
/// `images` (else these may be empty), and cost nothing to measure. Throws UsageError for a method that is to know
/// another objective than parameters and flops.
Problem untrained_problem(const LiveOptions& options, const ImageSet& images);

/// What is known of the problem once the searches are over: their trainings stand for the table. hv_max is the
/// hypervolume of all of them, a class mean that of all trainings of one network, of which hypervolume_denoised of the
/// searches is made.
ProblemRecord known_problem(const Problem& problem, const std::string& name, const std::string& checksum,
                            std::span<SearchRecord> searches);

}  // namespace cenas

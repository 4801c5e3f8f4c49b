// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace cenas {

/// Every use of random numbers has its own stream, named here and nowhere else, so that adding draws to one use
/// leaves all others as they were. Numbers are part of the determinism contract: never reuse or renumber one.
enum class Stream : std::uint32_t {
    initial_design = 1,  ///< the random architectures before the search proper
    proposals = 2,       ///< draws of a strategy
    allocation = 3,      ///< the random allocator
    tie_breaking = 4,    ///< equal scores in a strategy
    verification = 8,    ///< searches that cenas verify simulates again
    replay_sample = 5,   ///< scenarios that `cenas verify` does again
    sampler_start = 9,   ///< where a sampler begins in a region
    synthetic_trace_day = 16,
    synthetic_trace_hour = 17,
    synthetic_table = 18,
    data_split = 32,    ///< which images are held out, which are trained on
    data_order = 33,    ///< the order of the images in an epoch
    augmentation = 34,  ///< mirroring and cropping of an image
    initial_weights = 35,
    supernet_path = 36,  ///< operations of a training step of the supernet
    table_sample = 37,   ///< networks that a table is trained of
    tests = 1000
};

}  // namespace cenas

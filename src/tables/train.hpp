// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/error.hpp"
#include "comm/comm.hpp"
#include "tables/options.hpp"

namespace cenas {

struct TrainRequest {
    TrainingDeckOptions options;
    std::string architecture;  ///< NAS-Bench-201 cell string
    std::int64_t seed = 1;
    int threads = 1;  ///< of each rank
};

/// `cenas train`: one cell from scratch, by all ranks together, each on its share of every batch; rank 0 prints curve,
/// accuracies, speed and energy. Collective.
ExitCode train_command(const std::function<TrainRequest()>& read, const Communicator& world);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

#include "carbon/meter_options.hpp"
#include "train/options.hpp"

namespace cenas {

/// [run]: where trainings run.
struct TrainingRunOptions {
    std::string device = "cpu";  ///< cpu, cuda
    int ranks_per_group = 1;     ///< of a table build: MPI ranks that train one network together
};

/// [table]: what `cenas table build` makes.
struct TableBuildOptions {
    std::string name = "trained";
    std::string source = "trained by cenas";  ///< for people
    int cells = 0;                            ///< networks that are trained, drawn evenly from the 8,765; 0: all
    std::int64_t sample_seed = 0;             ///< of the draw
    std::int64_t first_seed = 1;
    int seeds = 1;             ///< trainings of each cell, with consecutive seeds
    bool supernet = true;      ///< whether a supernet estimates all cells of the space
    int latency_repeats = 10;  ///< timings of an inference, of which the shortest counts
};

/// Everything a training deck says.
struct TrainingDeckOptions {
    DataOptions data;
    SkeletonOptions skeleton;
    TrainingOptions training;
    SupernetOptions supernet;
    MeterOptions meter;
    TrainingRunOptions run;
    TableBuildOptions table;
};

/// How the supernet is trained: as a cell, but for what [supernet] says.
inline TrainingOptions supernet_training_options(const TrainingDeckOptions& options) {
    TrainingOptions training = options.training;
    training.epochs = options.supernet.epochs;
    training.batch = options.supernet.batch;
    training.learning_rate = options.supernet.learning_rate;
    training.weight_decay = options.supernet.weight_decay;
    return training;
}

}  // namespace cenas

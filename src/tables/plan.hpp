// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "space/cell.hpp"
#include "tables/options.hpp"
#include "tables/training_bytes.hpp"
#include "train/training.hpp"

namespace cenas {

/// A piece of a table build, for one group of ranks.
struct Task {
    enum class Kind { training, scores, supernet, estimates } kind;
    CellIndex cell = 0;  ///< the first, of estimates
    std::int64_t seed = 0;
    std::int32_t operation = whole_supernet;  ///< of a supernet
    friend auto operator<=>(const Task&, const Task&) = default;
};
constexpr CellIndex cells_of_estimates = 125;  ///< in one task: seconds of work

/// The task that a result is of.
Task task_of(const TrainingResult& result);

/// Tasks of a phase need supernets of the phase before.
struct Phase {
    std::string what;  ///< for people
    std::vector<Task> tasks;
    std::vector<std::int32_t> supernets;  ///< that all workers need: the split edge's operations, or whole_supernet
};
/// Cells are drawn without replacement from the 8,765 networks that differ, in a random order of which every beginning
/// is an even draw.
std::vector<Phase> table_phases(const TrainingDeckOptions& options);

/// What trainings and scores depend on, a line each, and so may not change between a build and its continuation. Which
/// cells and seeds, and the supernet, may.
std::string table_identity(const TrainingDeckOptions& options, const TrainingData& data);
/// What a supernet and estimates depend on beside it: those of other options are made anew.
std::string supernet_identity(const TrainingDeckOptions& options, std::int32_t operation);
std::string estimate_identity(const TrainingDeckOptions& options);

/// Throws UsageError where a build with so many ranks could not end with a table.
void require_buildable(const TrainingDeckOptions& options, const TrainingData& data, int ranks);

/// What a build with so many ranks would do. Reads the images and touches nothing; throws as a build would, as far as
/// deck and images go.
std::string describe_table_build(const TrainingDeckOptions& options, int ranks);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "space/cell.hpp"

namespace cenas {

/// A finished training of a cell from scratch.
struct CellTrainingRecord {
    CellIndex cell = 0;
    std::int64_t seed = 0;
    bool diverged = false;
    double validation_accuracy = 0, test_accuracy = 0;  ///< %; NaN where it diverged
    double training_s = 0;                              ///< wall seconds, evaluation not included
    double training_j = 0;
    bool measured = false;   ///< joules were measured, not modelled
    double inference_s = 0;  ///< an image
    std::vector<double> epoch_loss, epoch_accuracy;
};

/// Zero-cost scores of a cell.
struct ScoreRecord {
    CellIndex cell = 0;
    double synflow_log10 = 0, nwot = 0;
};

/// A trained supernet and what it says of every cell of the space.
struct SupernetRecord {
    double training_s = 0, training_j = 0;
    bool measured = false;
    double query_s = 0;             ///< mean of a query
    std::vector<double> estimates;  ///< % accuracy, by CellIndex
    std::vector<double> epoch_loss, epoch_accuracy;
};

/// Everything that went into a table of our own trainings: beside the table, in its file.
struct TrainingLog {
    std::string deck, effective_deck;
    std::string power_source;  ///< of joules that are modelled, or what measured them
    std::vector<CellTrainingRecord> trainings;
    std::vector<ScoreRecord> scores;
    std::optional<SupernetRecord> supernet;
    std::vector<std::int64_t> parameters, flops;  ///< of each row of the table
};

}  // namespace cenas

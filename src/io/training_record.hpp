// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "io/provenance.hpp"
#include "space/cell.hpp"

namespace cenas {

/// A finished training of a cell from scratch.
struct CellTrainingRecord {
    CellIndex cell = 0;
    std::int64_t seed = 0;
    bool diverged = false;
    double validation_accuracy = 0, test_accuracy = 0;  ///< %; NaN where it diverged
    double training_s = 0;  ///< core-seconds (on GPUs: GPU-seconds), evaluation not included
    double training_j = 0;
    bool measured = false;   ///< all joules were measured, none modelled
    double inference_s = 0;  ///< an image
    std::vector<double> epoch_loss, epoch_accuracy;
};

/// Zero-cost scores of a cell.
struct ScoreRecord {
    CellIndex cell = 0;
    double synflow_log10 = 0, nwot = 0;
};

/// A trained supernet, or one of those that few-shot NAS splits it into.
struct SupernetRecord {
    std::string made_with;       ///< options, beside what the whole build depends on
    std::int32_t operation = 0;  ///< that the split edge has; whole_supernet: it was not split
    double training_s = 0, training_j = 0;
    bool measured = false, diverged = false;
    std::vector<double> epoch_loss, epoch_accuracy;
    std::vector<std::byte> state;  ///< as Training::save() gives it
};
constexpr std::int32_t whole_supernet = -1;

/// What a supernet says of the cells [first, first + accuracy.size()); NaN where a cell is another's network.
struct EstimateRecord {
    std::string made_with;
    CellIndex first = 0;
    double query_s = 0;            ///< core-seconds, of all of them
    std::vector<double> accuracy;  ///< %
};

/// What can be said of them in a line.
struct TrainingSummary {
    std::int64_t trainings = 0, diverged = 0;
    std::vector<std::int64_t> seeds;  ///< in order
    double seconds = 0, joules = 0;   ///< of all trainings; core- or GPU-seconds
    bool measured = false;            ///< all joules are
    std::string power_source;
};

/// Everything that went into a table of our own trainings: beside the table, in its file.
struct TrainingLog {
    std::string deck, effective_deck;
    std::string power_source;  ///< of joules that are modelled, or what measured them
    std::vector<CellTrainingRecord> trainings;
    std::vector<ScoreRecord> scores;
    std::vector<SupernetRecord> supernets;        ///< the whole one first
    std::vector<double> estimates;                ///< % accuracy, by CellIndex; empty where no supernet was trained
    double query_s = 0;                           ///< mean core-seconds of an estimate
    std::vector<std::int64_t> parameters, flops;  ///< of each row of the table
    Provenance provenance;
};

}  // namespace cenas

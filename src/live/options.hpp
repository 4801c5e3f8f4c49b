// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>

#include "engine/options.hpp"
#include "tables/options.hpp"

namespace cenas {

/// [live]: how a search runs on the wall clock.
struct LiveSettings {
    std::string evaluator = "train";  ///< what groups do: train, command (a program of the user's), table (they sleep)
    std::string command;              ///< of "command"
    double hour_s = 3600;             ///< wall-clock seconds in which an hour of the trace passes
    double slice_s = 10;              ///< of wall clock: how often a task can pause, and is saved
    double patience_s = 600;          ///< a group that is at work and says nothing for so long ends the run
    double stale_h = 3;               ///< how long the last known carbon intensity stands in for a missing one
    double longest_training_h = 0;    ///< of wall clock: a training that takes longer fails; 0: no limit
};

/// Everything a live deck says.
struct LiveOptions {
    Options search;                ///< run.gpus is the number of groups, which the layout says
    TrainingDeckOptions training;  ///< of evaluator train
    LiveSettings live;
    int low_epochs = 0;  ///< training.low_epochs: of a training of fewer epochs; 0: there is none
    bool now = false;    ///< run.start = "now": the trace file is read again whenever it changes

    /// Seconds of the search's clock, which is the trace's, in a second.
    double speed() const { return 3600 / live.hour_s; }

    /// How a cell is trained, in full or for fewer epochs.
    TrainingOptions training_at(Fidelity fidelity) const {
        TrainingOptions options = training.training;
        if (fidelity == Fidelity::low) options.epochs = low_epochs;
        return options;
    }
};

}  // namespace cenas

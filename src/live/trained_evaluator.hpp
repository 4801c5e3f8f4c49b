// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>

#include "io/run_record.hpp"
#include "live/evaluator.hpp"
#include "live/options.hpp"
#include "tables/training_place.hpp"
#include "train/training.hpp"

namespace cenas {

/// What `name` is, where a training has such an objective: validation_accuracy, test_accuracy (%), latency (us of an
/// inference of an image, measured), parameters, flops. Throws UsageError for another one.
RunObjective trained_objective(const ObjectiveOptions& wanted);

/// Trains cells and a supernet (src/train). What a training reaches depends on cell and seed of the search alone:
/// groups of one size end with the same bits wherever and however often it was paused. `options` and `data` outlive it.
std::unique_ptr<Evaluator> trained_evaluator(const LiveOptions& options, const TrainingData& data,
                                             const Communicator& group, bool cuda, WorkMeter meter);

}  // namespace cenas

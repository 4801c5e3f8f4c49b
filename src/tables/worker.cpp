// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "tables/worker.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "train/zero_cost.hpp"

namespace cenas {
namespace {

constexpr std::uint64_t supernet_seed = 1;
constexpr std::uint64_t score_seed = 1;

}  // namespace

TableWorker::TableWorker(const TrainingDeckOptions& options, const TrainingData& data, const Communicator& group,
                         bool cuda, WorkMeter meter)
    : options_(options), data_(data), group_(group), meter_(std::move(meter)), place_{1, cuda, training_group(group)} {}

void TableWorker::take(const std::map<std::int32_t, SupernetRecord>& records) {
    supernets_.clear();
    for (const auto& [operation, record] : records) {
        supernets_[operation] = new_supernet();
        supernets_[operation]->restore(record.state);
    }
}

TrainingResult TableWorker::work(const Task& task) {
    switch (task.kind) {
        case Task::Kind::training:
            return train(task.cell, task.seed);
        case Task::Kind::scores:
            return leads() ? score(task.cell) : ScoreRecord{};
        case Task::Kind::supernet:
            return train_supernet(task.operation);
        default:
            return leads() ? estimate(task.cell) : EstimateRecord{};
    }
}

CellTrainingRecord TableWorker::train(CellIndex index, std::int64_t seed) {
    CellTrainingRecord record;
    record.cell = index;
    record.seed = seed;
    const auto training = train_cell(data_, options_.skeleton, options_.training, cell_from_index(index),
                                     static_cast<std::uint64_t>(seed), place_);
    train_metered(*training, record);
    if (!leads()) return record;
    const Accuracies reached = training->evaluate();
    record.validation_accuracy = reached.validation;
    record.test_accuracy = reached.test;
    record.inference_s = training->inference_s(options_.table.latency_repeats);
    return record;
}

ScoreRecord TableWorker::score(CellIndex index) const {
    const ZeroCostScores scores = zero_cost_scores(data_, options_.skeleton, cell_from_index(index), score_seed);
    return {index, scores.synflow_log10, scores.nwot};
}

SupernetRecord TableWorker::train_supernet(std::int32_t operation) {
    std::unique_ptr<SupernetTraining> supernet = new_supernet();
    if (operation != whole_supernet) {
        supernet->restore(supernets_.at(whole_supernet)->save());
        supernet->split(options_.supernet.split_edge, static_cast<Operation>(operation),
                        options_.supernet.split_epochs);
    }
    SupernetRecord record;
    record.made_with = supernet_identity(options_, operation);
    record.operation = operation;
    train_metered(*supernet, record);
    record.state = supernet->save();
    return record;
}

/// Cells that are one network once dead edges are pruned are one path: it is asked once.
EstimateRecord TableWorker::estimate(CellIndex first) {
    EstimateRecord record{estimate_identity(options_), first, 0, {}};
    meter_.start();
    for (CellIndex i = first; i < std::min(first + cells_of_estimates, cell_count); ++i) {
        const bool asked = canonical(i, Identity::pruned) == i;
        record.accuracy.push_back(asked ? query(i) : std::numeric_limits<double>::quiet_NaN());
        meter_.read();
    }
    record.query_s = meter_.stop().seconds;
    return record;
}

double TableWorker::query(CellIndex index) {
    const Cell cell = cell_from_index(index);
    const auto edge = static_cast<std::size_t>(options_.supernet.split_edge);
    const std::int32_t of = options_.supernet.split_epochs > 0 ? static_cast<std::int32_t>(cell[edge]) : whole_supernet;
    return supernets_.at(of)->query(cell, options_.supernet.query_images);
}

std::unique_ptr<SupernetTraining> TableWorker::new_supernet() const {
    return cenas::train_supernet(data_, options_.skeleton, supernet_training_options(options_), supernet_seed, place_);
}

/// Costs are those of all ranks of the group.
template <class Record>
void TableWorker::train_metered(Training& training, Record& record) {
    meter_.start();
    run_metered(training, training.steps(), meter_);
    const Metered cost = meter_.stop();
    std::array<double, 3> all{cost.seconds, cost.energy.measured.value, cost.energy.modelled.value};
    if (group_.size() > 1) group_.sum(all.data(), all.size());
    record.training_s = all[0];
    record.training_j = all[1] + all[2];
    record.measured = all[1] > 0 && all[2] == 0;
    record.diverged = training.diverged();
    for (const EpochResult& epoch : training.curve()) {
        record.epoch_loss.push_back(epoch.loss);
        record.epoch_accuracy.push_back(epoch.accuracy);
    }
}

}  // namespace cenas

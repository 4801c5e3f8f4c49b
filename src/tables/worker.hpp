// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <memory>
#include <string>

#include "tables/plan.hpp"
#include "tables/training_place.hpp"
#include "train/training.hpp"

namespace cenas {

/// One rank of a table build at work, with its group where it has one.
class TableWorker {
  public:
    /// `options` and `data` outlive it.
    TableWorker(const TrainingDeckOptions& options, const TrainingData& data, const Communicator& group, bool cuda,
                WorkMeter meter);

    /// What meters read, for people.
    std::string power_source() const { return meter_.source(); }

    /// Supernets that tasks from now on start from.
    void take(const std::map<std::int32_t, SupernetRecord>& records);

    /// Collective over the group; of the results the first rank's counts.
    TrainingResult work(const Task& task);

  private:
    bool leads() const { return group_.rank() == 0; }
    CellTrainingRecord train(CellIndex index, std::int64_t seed);
    ScoreRecord score(CellIndex index) const;
    SupernetRecord train_supernet(std::int32_t operation);
    EstimateRecord estimate(CellIndex first);
    double query(CellIndex index);
    std::unique_ptr<SupernetTraining> new_supernet() const;
    template <class Record>
    void train_metered(Training& training, Record& record);

    const TrainingDeckOptions& options_;
    const TrainingData& data_;
    Communicator group_;
    WorkMeter meter_;
    TrainingPlace place_;
    std::map<std::int32_t, std::unique_ptr<SupernetTraining>> supernets_;
};

}  // namespace cenas

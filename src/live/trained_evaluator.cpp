// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/trained_evaluator.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "io/output.hpp"
#include "train/skeleton.hpp"

namespace cenas {
namespace {

struct KnownObjective {
    const char* name;
    Direction direction;
    const char* unit;
};
constexpr std::array known_objectives{
    KnownObjective{"validation_accuracy", Direction::maximize, "%"},
    KnownObjective{"test_accuracy", Direction::maximize, "%"},
    KnownObjective{"latency", Direction::minimize, "us"},
    KnownObjective{"parameters", Direction::minimize, "1"},
    KnownObjective{"flops", Direction::minimize, "1"},
};

class TrainedEvaluator final : public Evaluator {
  public:
    TrainedEvaluator(const LiveOptions& options, const TrainingData& data, const Communicator& group, bool cuda,
                     WorkMeter meter)
        : options_(options),
          data_(data),
          group_(group),
          place_{1, cuda, training_group(group)},
          meter_(std::move(meter)) {
        meter_.start();
    }

    void begin(const LiveTask& task, const TaskFiles& files) override {
        task_ = task;
        files_ = files;
        switch (task.task.kind) {
            case TaskKind::evaluation:
                training_ = cell_training(task.task.cells.front(), task.task.fidelity);
                restore(*training_, files.state);
                break;
            case TaskKind::supernet_training:
                supernet_ = new_supernet();
                supernet_of_.clear();
                restore(*supernet_, files.state);
                break;
            case TaskKind::sampling:
                take_supernet();
                break;
        }
    }

    bool work(double seconds) override {
        switch (task_.task.kind) {
            case TaskKind::evaluation:
                return train(*training_, seconds);
            case TaskKind::supernet_training:
                return train(*supernet_, seconds);
            case TaskKind::sampling:
                break;
        }
        return true;  // all that sampling does is to find its values
    }

    void save() override {
        Training& training = task_.task.kind == TaskKind::evaluation ? static_cast<Training&>(*training_) : *supernet_;
        const std::vector<std::byte> state = training.save();
        if (leads()) write_durably(files_.state, state);
    }

    std::vector<double> values() override {
        if (!leads()) return {};
        std::vector<double> values;
        if (task_.task.kind == TaskKind::evaluation) {
            const Accuracies reached = training_->evaluate();
            append(values, *training_, task_.task.cells.front(), reached);
        } else {
            for (const CellIndex index : task_.task.cells) {
                const double estimate =
                    supernet_->query(cell_from_index(index), options_.training.supernet.query_images);
                append(values, *cell_training(index, Fidelity::full), index, {estimate, estimate});
                meter_.read();
            }
        }
        return values;
    }

    EnergyReading take_energy() override {
        const Metered metered = meter_.stop();
        meter_.start();
        std::array<double, 2> joules{metered.energy.measured.value, metered.energy.modelled.value};
        if (group_.size() > 1) group_.sum(joules.data(), joules.size());
        return {Joules(joules[0]), Joules(joules[1])};
    }
    Watts idle_power() const override { return meter_.idle_power() * group_.size(); }
    std::string power_source() const override { return meter_.source(); }

  private:
    bool leads() const { return group_.rank() == 0; }
    std::uint64_t seed() const { return static_cast<std::uint64_t>(task_.seed); }

    std::unique_ptr<CellTraining> cell_training(CellIndex index, Fidelity fidelity) const {
        return train_cell(data_, options_.training.skeleton, options_.training_at(fidelity), cell_from_index(index),
                          seed(), place_);
    }

    std::unique_ptr<SupernetTraining> new_supernet() const {
        return train_supernet(data_, options_.training.skeleton, supernet_training_options(options_.training), seed(),
                              place_);
    }

    static void restore(Training& training, const std::filesystem::path& file) {
        if (const auto state = read_whole(file)) training.restore(*state);
    }

    /// The trained one of the task's search, which stays in memory while the group samples.
    void take_supernet() {
        if (supernet_of_ == files_.supernet) return;
        const auto state = read_whole(files_.supernet);
        if (!state) throw RunError(fmt::format("{}: the trained supernet is not there", files_.supernet.string()));
        supernet_ = new_supernet();
        supernet_->restore(*state);
        supernet_of_ = files_.supernet;
    }

    /// All ranks of the group make as many steps: its first rank's clock counts.
    bool train(Training& training, double seconds) {
        constexpr std::int64_t steps = 16;  // under a second, but for large networks
        const double end_s = monotonic_s() + seconds;
        for (bool in_time = true; in_time && !training.finished();) {
            training.run(steps);
            meter_.read();
            const int late = leads() && monotonic_s() >= end_s ? 1 : 0;
            in_time = (group_.size() > 1 ? group_.maximum(late) : late) == 0;
        }
        if (training.diverged()) throw RunError("diverged: the loss is no longer finite");
        return training.finished();
    }

    /// One value an objective of the deck.
    void append(std::vector<double>& values, CellTraining& training, CellIndex cell, const Accuracies& accuracy) const {
        const NetworkCost cost =
            cost_of(standalone_graph(options_.training.skeleton, data_.images.train, cell_from_index(cell)));
        for (const ObjectiveOptions& objective : options_.search.problem.objectives)
            values.push_back(objective.name == "validation_accuracy" ? accuracy.validation
                             : objective.name == "test_accuracy"     ? accuracy.test
                             : objective.name == "parameters"        ? static_cast<double>(cost.parameters)
                             : objective.name == "flops"
                                 ? static_cast<double>(cost.flops)
                                 : 1e6 * training.inference_s(options_.training.table.latency_repeats));
    }

    const LiveOptions& options_;
    const TrainingData& data_;
    Communicator group_;
    TrainingPlace place_;
    WorkMeter meter_;
    LiveTask task_;
    TaskFiles files_;
    std::unique_ptr<CellTraining> training_;
    std::unique_ptr<SupernetTraining> supernet_;
    std::filesystem::path supernet_of_;  ///< where the trained supernet in memory is from; empty: none is
};

}  // namespace

RunObjective trained_objective(const ObjectiveOptions& wanted) {
    std::vector<std::string> names;
    for (const KnownObjective& known : known_objectives) {
        if (known.name == wanted.name) return {wanted.name, known.direction, known.unit, wanted.reference};
        names.emplace_back(known.name);
    }
    throw UsageError(fmt::format("problem.objective = '{}': a training has no such objective (it has: {})", wanted.name,
                                 fmt::join(names, ", ")));
}

std::unique_ptr<Evaluator> trained_evaluator(const LiveOptions& options, const TrainingData& data,
                                             const Communicator& group, bool cuda, WorkMeter meter) {
    return std::make_unique<TrainedEvaluator>(options, data, group, cuda, std::move(meter));
}

}  // namespace cenas

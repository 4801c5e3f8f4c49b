// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "tables/train.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/clock.hpp"
#include "comm/collective.hpp"
#include "tables/training_place.hpp"
#include "train/skeleton.hpp"
#include "train/training.hpp"

namespace cenas {
namespace {

/// A training on one rank. `data` outlives `training` and stays where it is.
struct Run {
    TrainRequest request;
    Cell cell{};
    TrainingData data;
    std::unique_ptr<WorkMeter> meter;
    std::unique_ptr<CellTraining> training;
};

void read_all(TrainRequest request, Run& run) {
    try {
        run.cell = parse_cell(request.architecture);
    } catch (const DataError& e) {
        throw UsageError(fmt::format("{}, such as '{}' (in quotes)", e.what(), cell_string(0)));
    }
    run.data = load_training_data(request.options.data);
    run.request = std::move(request);
}

void place(Run& run, const Communicator& world, const Communicator& node, const SharedNumbers& node_busy_s) {
    const TrainRequest& request = run.request;
    const TrainingDeckOptions& options = request.options;
    const Device device = choose_device(options.run.device, request.threads, node);
    run.meter = std::make_unique<WorkMeter>(options.meter, device, node_busy_s, node.rank());
    run.training =
        train_cell(run.data, options.skeleton, options.training, run.cell, static_cast<std::uint64_t>(request.seed),
                   {request.threads, device.cuda, training_group(world)});
}

void print_head(const Run& run) {
    const TrainingDeckOptions& options = run.request.options;
    const NetworkCost cost = cost_of(standalone_graph(options.skeleton, run.data.images.train, run.cell));
    fmt::print("{}\n{} parameters, {} FLOPs an image; {}: {} images trained on, {} held out, {} to test; seed {}\n",
               to_string(run.cell), cost.parameters, cost.flops, run.data.images.name, run.data.split.train.size(),
               run.data.split.validation.size(), run.data.images.test.size(), run.request.seed);
}

/// Epoch by epoch.
void train(CellTraining& training, int epochs, WorkMeter& meter, bool speaks) {
    const std::int64_t steps_per_epoch = training.steps() / epochs;
    for (int epoch = 1; epoch <= epochs && !training.finished(); ++epoch) {
        run_metered(training, steps_per_epoch, meter);
        if (!speaks || training.diverged()) continue;
        const EpochResult& result = training.curve().back();
        fmt::print("epoch {:>4}   loss {:.4f}   training accuracy {:.2f} %\n", epoch, result.loss, result.accuracy);
        std::fflush(stdout);
    }
}

void run_and_report(const Run& run, const Communicator& world) {
    const bool speaks = world.rank() == 0;
    const TrainingDeckOptions& options = run.request.options;
    if (speaks) print_head(run);
    const double began = monotonic_s();
    run.meter->start();
    train(*run.training, options.training.epochs, *run.meter, speaks);
    const EnergyReading own = run.meter->stop().energy;
    const double seconds = monotonic_s() - began;
    std::array<double, 2> joules{own.measured.value, own.modelled.value};
    world.sum(joules.data(), joules.size());
    const EnergyReading energy{Joules(joules[0]), Joules(joules[1])};
    if (!speaks) return;

    const double epochs = static_cast<double>(run.training->step()) / static_cast<double>(run.training->steps()) *
                          options.training.epochs;
    const double images = epochs * static_cast<double>(run.data.split.train.size());
    const Accuracies reached = run.training->evaluate();
    const double inference_s = run.training->inference_s(options.table.latency_repeats);
    if (run.training->diverged())
        fmt::print("diverged: the loss is no longer finite\n");
    else
        fmt::print("accuracy: {}test {:.2f} %\n",
                   run.data.split.validation.empty() ? "" : fmt::format("validation {:.2f} %, ", reached.validation),
                   reached.test);
    fmt::print("training: {:.2f} s, {:.0f} images/s on {} rank(s) x {} thread(s), {:.1f} MB a rank\n", seconds,
               images / seconds, world.size(), run.request.threads,
               static_cast<double>(run.training->memory_bytes()) / 1e6);
    fmt::print("inference: {:.1f} us an image on one rank\n", 1e6 * inference_s);
    fmt::print("energy: {:.1f} J {} ({})\n", energy.total().value, basis(energy), run.meter->source());
}

}  // namespace

ExitCode train_command(const std::function<TrainRequest()>& read, const Communicator& world) {
    const Communicator node = world.node();
    const SharedNumbers node_busy_s(node);
    Run run;
    const ExitCode ready = agree(world, [&] { read_all(read(), run); });
    if (ready != ExitCode::done) return ready;
    const ExitCode placed = agree(world, [&] { place(run, world, node, node_busy_s); });
    if (placed != ExitCode::done) return placed;
    abort_on_failure(world, [&] { run_and_report(run, world); });
    return ExitCode::done;
}

}  // namespace cenas

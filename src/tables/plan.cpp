// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "tables/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "comm/layout.hpp"
#include "kernels/base/launch.hpp"
#include "kernels/rng/shuffle.hpp"

namespace cenas {
namespace {

/// Networks that differ, in a random order of which every beginning is an even draw.
std::vector<CellIndex> drawn_cells(const TableBuildOptions& options) {
    std::vector<CellIndex> cells = canonical_table(Identity::isomorphic);
    std::sort(cells.begin(), cells.end());
    cells.erase(std::unique(cells.begin(), cells.end()), cells.end());
    shuffle(cells, Random(static_cast<std::uint64_t>(options.sample_seed), Stream::table_sample));
    if (options.cells > 0) cells.resize(std::min(cells.size(), static_cast<std::size_t>(options.cells)));
    return cells;
}

/// The supernet first, since it takes longest; then seed by seed, so that a build that is stopped has all cells once.
Phase first_phase(const TableBuildOptions& options) {
    const std::vector<CellIndex> cells = drawn_cells(options);
    Phase phase{"trainings and scores", {}, {}};
    if (options.supernet) phase.tasks.push_back({Task::Kind::supernet});
    for (int i = 0; i < options.seeds; ++i)
        for (const CellIndex cell : cells)
            phase.tasks.push_back({Task::Kind::training, cell, options.first_seed + i, whole_supernet});
    for (const CellIndex cell : cells) phase.tasks.push_back({Task::Kind::scores, cell, 0, whole_supernet});
    return phase;
}

}  // namespace

std::vector<Phase> table_phases(const TrainingDeckOptions& options) {
    std::vector<Phase> phases{first_phase(options.table)};
    if (!options.table.supernet) return phases;
    Phase estimates{"blocks of estimates", {}, {whole_supernet}};
    if (options.supernet.split_epochs > 0) {
        Phase split{"supernets", {}, {whole_supernet}};
        estimates.supernets.clear();
        for (std::int32_t operation = 0; operation < operation_count; ++operation) {
            split.tasks.push_back({Task::Kind::supernet, 0, 0, operation});
            estimates.supernets.push_back(operation);
        }
        phases.push_back(std::move(split));
    }
    for (CellIndex first = 0; first < cell_count; first += cells_of_estimates)
        estimates.tasks.push_back({Task::Kind::estimates, first, 0, whole_supernet});
    phases.push_back(std::move(estimates));
    return phases;
}

Task task_of(const TrainingResult& result) {
    if (const auto* training = std::get_if<CellTrainingRecord>(&result))
        return {Task::Kind::training, training->cell, training->seed, whole_supernet};
    if (const auto* score = std::get_if<ScoreRecord>(&result))
        return {Task::Kind::scores, score->cell, 0, whole_supernet};
    if (const auto* supernet = std::get_if<SupernetRecord>(&result))
        return {Task::Kind::supernet, 0, 0, supernet->operation};
    return {Task::Kind::estimates, std::get<EstimateRecord>(result).first, 0, whole_supernet};
}

std::string table_identity(const TrainingDeckOptions& o, const TrainingData& data) {
    const auto& d = o.data;
    const auto& t = o.training;
    const auto& m = o.meter;
    return fmt::format(
               "cenas table build, version 1\ndata.format = {}\ndata.downsample = {}\ndata.train_images = {}\n"
               "data.validation_images = {}\ndata.split_seed = {}\nimages: SHA-256 {}\n",
               d.format, d.downsample, d.train_images, d.validation_images, d.split_seed, data.checksum) +
           fmt::format("skeleton.name = {}\nskeleton.channels = {}\nskeleton.cells = {}\n", o.skeleton.name,
                       o.skeleton.channels, o.skeleton.cells) +
           fmt::format(
               "training.epochs = {}\ntraining.batch = {}\ntraining.learning_rate = {}\n"
               "training.momentum = {}\ntraining.weight_decay = {}\ntraining.flip = {}\n"
               "training.crop_padding = {}\ntraining.precision = {}\n",
               t.epochs, t.batch, t.learning_rate, t.momentum, t.weight_decay, t.flip, t.crop_padding, t.precision) +
           fmt::format(
               "meter.kind = {}\nmeter.core_busy_w = {}\nmeter.core_idle_w = {}\nmeter.gpu_busy_w = {}\n"
               "meter.gpu_idle_w = {}\nrun.device = {}\nrun.ranks_per_group = {}\ntable.latency_repeats = {}\n",
               m.kind, m.core_busy_w, m.core_idle_w, m.gpu_busy_w, m.gpu_idle_w, o.run.device, o.run.ranks_per_group,
               o.table.latency_repeats);
}

std::string supernet_identity(const TrainingDeckOptions& o, std::int32_t operation) {
    const auto& s = o.supernet;
    std::string text =
        fmt::format("epochs {} batch {} rate {} decay {}", s.epochs, s.batch, s.learning_rate, s.weight_decay);
    if (operation != whole_supernet) text += fmt::format(" split {} edge {}", s.split_epochs, s.split_edge);
    return text;
}

std::string estimate_identity(const TrainingDeckOptions& o) {
    const std::int32_t asked = o.supernet.split_epochs > 0 ? 0 : whole_supernet;
    return fmt::format("{} query {}", supernet_identity(o, asked), o.supernet.query_images);
}

void require_buildable(const TrainingDeckOptions& options, const TrainingData& data, int ranks) {
    if (options.run.device == "cuda" && !cuda_compiled())
        throw RunError(fmt::format("run.device = \"cuda\": {}", cuda_trouble()));
    require_trainable(options.training, data, options.run.device == "cuda");
    if (ranks == 1 && options.run.ranks_per_group > 1)
        throw UsageError(fmt::format("run.ranks_per_group = {}: needs mpirun with {} ranks or more, one to coordinate",
                                     options.run.ranks_per_group, options.run.ranks_per_group + 1));
    const auto held_out = static_cast<int>(data.split.validation.size());
    if (options.table.supernet && options.supernet.query_images > held_out)
        throw UsageError(
            fmt::format("supernet.query_images = {}: data.validation_images = {} are held out for it "
                        "(allowed: as many at most, or table.supernet = false)",
                        options.supernet.query_images, held_out));
}

std::string describe_table_build(const TrainingDeckOptions& options, int ranks) {
    const Layout layout = plan_layout(ranks, options.run.ranks_per_group, 1);
    const TrainingData data = load_training_data(options.data);
    require_buildable(options, data, ranks);
    const ImageSet& images = data.images.train;
    const std::vector<Phase> phases = table_phases(options);
    std::size_t tasks = 0;
    for (const Phase& phase : phases) tasks += phase.tasks.size();
    const std::size_t cells = drawn_cells(options.table).size();
    std::string text =
        fmt::format("data        {}: {} images trained on, {} held out, {} to test; {}x{}x{}, {} classes\n",
                    data.images.name, data.split.train.size(), data.split.validation.size(), data.images.test.size(),
                    images.height, images.width, images.channels, images.classes);
    text += fmt::format("skeleton    {}, {} channels, {} cell(s) in each stage\n", options.skeleton.name,
                        options.skeleton.channels, options.skeleton.cells);
    text += fmt::format("trainings   {} networks x {} seed(s) = {}, each {} epoch(s) in batches of {}, {}\n", cells,
                        options.table.seeds, cells * static_cast<std::size_t>(options.table.seeds),
                        options.training.epochs, options.training.batch, options.training.precision);
    if (options.table.supernet)
        text += fmt::format("supernet    {} epoch(s){}; estimates with {} images\n", options.supernet.epochs,
                            options.supernet.split_epochs > 0
                                ? fmt::format(", then split at edge {} into five, {} epoch(s) each",
                                              options.supernet.split_edge, options.supernet.split_epochs)
                                : "",
                            options.supernet.query_images);
    text +=
        fmt::format("tasks       {} in all: trainings, a score of each network, supernets, {} blocks of estimates\n",
                    tasks, options.table.supernet ? phases.back().tasks.size() : 0);
    return text + describe_layout(layout, fmt::format("{} tasks", tasks));
}

}  // namespace cenas

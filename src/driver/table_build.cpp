// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/table_build.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "carbon/meter.hpp"
#include "driver/collective.hpp"
#include "driver/run.hpp"
#include "driver/task_pool.hpp"
#include "driver/training_bytes.hpp"
#include "io/journal.hpp"
#include "io/table_file.hpp"
#include "kernels/rng/shuffle.hpp"
#include "train/skeleton.hpp"
#include "train/training.hpp"
#include "train/zero_cost.hpp"

namespace cenas {
namespace {

// --- what there is to do -----------------------------------------------------------------------------------------

struct Task {
    enum class Kind { supernet, training, scores } kind;
    CellIndex cell = 0;
    std::int64_t seed = 0;
    friend auto operator<=>(const Task&, const Task&) = default;
};

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
std::vector<Task> all_tasks(const TableBuildOptions& options) {
    const std::vector<CellIndex> cells = drawn_cells(options);
    std::vector<Task> tasks;
    if (options.supernet) tasks.push_back({Task::Kind::supernet});
    for (int i = 0; i < options.seeds; ++i)
        for (const CellIndex cell : cells) tasks.push_back({Task::Kind::training, cell, options.first_seed + i});
    for (const CellIndex cell : cells) tasks.push_back({Task::Kind::scores, cell});
    return tasks;
}

Task task_of(const TrainingResult& result) {
    if (const auto* training = std::get_if<CellTrainingRecord>(&result))
        return {Task::Kind::training, training->cell, training->seed};
    if (const auto* score = std::get_if<ScoreRecord>(&result)) return {Task::Kind::scores, score->cell};
    return {Task::Kind::supernet};
}

/// What trainings and scores depend on, and so may not change between a build and its continuation. Which cells and
/// seeds, and the supernet, may.
std::string identity_of(const TrainingDeckOptions& o) {
    const auto& t = o.training;
    return fmt::format(
        "cenas table build: data {} downsample {} train {} validation {} split {}; skeleton {} channels {} cells {}; "
        "training epochs {} batch {} rate {} momentum {} decay {} flip {} crop {} precision {}",
        o.data.format, o.data.downsample, o.data.train_images, o.data.validation_images, o.data.split_seed,
        o.skeleton.name, o.skeleton.channels, o.skeleton.cells, t.epochs, t.batch, t.learning_rate, t.momentum,
        t.weight_decay, t.flip, t.crop_padding, t.precision);
}

// --- working -----------------------------------------------------------------------------------------------------

struct Metered {
    double seconds, joules;
    bool measured;
};

/// Runs trainings on one core and meters them. A meter reads the whole node, so it can be trusted only where this
/// process is all that works there; else energy is the core's modelled power x time.
class Worker {
  public:
    Worker(const TrainingDeckOptions& options, const TrainingData& data, bool alone)
        : options_(options), data_(data), meter_(meter_options(options.meter, alone), {1, {}, ""}) {}

    const Meter& meter() const { return meter_; }

    CellTrainingRecord train(CellIndex index, std::int64_t seed) {
        CellTrainingRecord record;
        record.cell = index;
        record.seed = seed;
        const auto training = train_cell(data_, options_.skeleton, options_.training, cell_from_index(index),
                                         static_cast<std::uint64_t>(seed), place());
        const Metered cost = metered([&] { training->run(training->steps()); });
        record.training_s = cost.seconds;
        record.training_j = cost.joules;
        record.measured = cost.measured;
        record.diverged = training->diverged();
        const Accuracies reached = training->evaluate();
        record.validation_accuracy = reached.validation;
        record.test_accuracy = reached.test;
        record.inference_s = training->inference_s(options_.table.latency_repeats);
        keep_curve(*training, record);
        return record;
    }

    ScoreRecord score(CellIndex index) const {
        const ZeroCostScores scores = zero_cost_scores(data_, options_.skeleton, cell_from_index(index), 1);
        return {index, scores.synflow_log10, scores.nwot};
    }

    SupernetRecord train_supernet() {
        TrainingOptions training = options_.training;
        training.epochs = options_.supernet.epochs;
        training.batch = options_.supernet.batch;
        training.learning_rate = options_.supernet.learning_rate;
        training.weight_decay = options_.supernet.weight_decay;
        const auto supernet = cenas::train_supernet(data_, options_.skeleton, training, 1, place());
        SupernetRecord record;
        const Metered cost = metered([&] { supernet->run(supernet->steps()); });
        record.training_s = cost.seconds;
        record.training_j = cost.joules;
        record.measured = cost.measured;
        keep_curve(*supernet, record);
        estimate_all(*supernet, record);
        return record;
    }

  private:
    static MeterOptions meter_options(MeterOptions options, bool alone) {
        if (!alone && options.kind == "auto") options.kind = "model";
        return options;
    }
    TrainingPlace place() const { return {1, false, {}}; }

    /// Core-seconds, so that whatever else runs on the machine does not enter the table.
    template <class Work>
    Metered metered(const Work& work) {
        const EnergyReading before = meter_.read({Seconds(busy_), Seconds(busy_)});
        const double began = core_s();
        work();
        const double spent = core_s() - began;
        busy_ += spent;
        const EnergyReading after = meter_.read({Seconds(busy_), Seconds(busy_)});
        return {spent, (after.total() - before.total()).value, after.measured > before.measured};
    }

    template <class Record>
    static void keep_curve(const Training& training, Record& record) {
        for (const EpochResult& epoch : training.curve()) {
            record.epoch_loss.push_back(epoch.loss);
            record.epoch_accuracy.push_back(epoch.accuracy);
        }
    }

    /// Cells that are one network once dead edges are pruned are one path: it is asked once.
    void estimate_all(SupernetTraining& supernet, SupernetRecord& record) const {
        const std::vector<CellIndex> network = canonical_table(Identity::pruned);
        record.estimates.assign(cell_count, 0.0);
        std::size_t asked = 0;
        const double begin = monotonic_s();
        for (CellIndex i = 0; i < cell_count; ++i) {
            if (network[static_cast<std::size_t>(i)] != i) continue;
            record.estimates[static_cast<std::size_t>(i)] =
                supernet.query(cell_from_index(i), options_.supernet.query_images);
            ++asked;
        }
        record.query_s = (monotonic_s() - begin) / static_cast<double>(asked);
        for (CellIndex i = 0; i < cell_count; ++i)
            record.estimates[static_cast<std::size_t>(i)] =
                record.estimates[static_cast<std::size_t>(network[static_cast<std::size_t>(i)])];
    }

    const TrainingDeckOptions& options_;
    const TrainingData& data_;
    Meter meter_;
    double busy_ = 0;
};

// --- the table ---------------------------------------------------------------------------------------------------

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Rows: cells with a training that did not diverge; values are means over their seeds.
ArchitectureTable make_table(const TrainingDeckOptions& options, const std::vector<CellTrainingRecord>& trainings,
                             const std::optional<SupernetRecord>& supernet) {
    struct Values {
        std::vector<double> accuracy, inference_s, training_s;
    };
    std::map<CellIndex, Values> by_cell;
    for (const CellTrainingRecord& t : trainings) {
        if (t.diverged) continue;
        Values& values = by_cell[t.cell];
        values.accuracy.push_back(t.test_accuracy);
        values.inference_s.push_back(t.inference_s);
        values.training_s.push_back(t.training_s);
    }
    ArchitectureTable table;
    table.name = options.table.name;
    table.source = options.table.source;
    TableObjective accuracy{"accuracy", Direction::maximize, "%", {}, {}};
    TableObjective latency{"latency", Direction::minimize, "us", {}, {}};
    for (const auto& [cell, values] : by_cell) {
        table.cells.push_back(cell);
        accuracy.values.push_back(mean(values.accuracy));
        // Timings err to one side: the shortest is the least disturbed.
        latency.values.push_back(1e6 * *std::min_element(values.inference_s.begin(), values.inference_s.end()));
        table.evaluation_s.push_back(mean(values.training_s));
        table.sampling_s.push_back(supernet ? supernet->query_s : 0.0);
        if (supernet) accuracy.estimates.push_back(supernet->estimates[static_cast<std::size_t>(cell)]);
    }
    latency.estimates = latency.values;  // known without a training
    table.objectives = {std::move(accuracy), std::move(latency)};
    if (supernet) table.supernet_training_s = supernet->training_s;
    return table;
}

void write_results(const TableBuildRequest& request, const TrainingData& data, const std::string& power_source,
                   const std::vector<TrainingResult>& results) {
    TrainingLog log;
    log.deck = request.deck;
    log.effective_deck = request.effective_deck;
    log.power_source = power_source;
    for (const TrainingResult& result : results) {
        if (const auto* training = std::get_if<CellTrainingRecord>(&result)) log.trainings.push_back(*training);
        if (const auto* score = std::get_if<ScoreRecord>(&result)) log.scores.push_back(*score);
        if (const auto* one = std::get_if<SupernetRecord>(&result)) log.supernet = *one;
    }
    std::sort(log.trainings.begin(), log.trainings.end(),
              [](const auto& a, const auto& b) { return std::pair(a.cell, a.seed) < std::pair(b.cell, b.seed); });
    std::sort(log.scores.begin(), log.scores.end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
    const ArchitectureTable table = make_table(request.options, log.trainings, log.supernet);
    if (table.size() == 0) throw RunError("no training ended without diverging: there is no table to write");
    const ImageSet& images = data.images.train;
    for (const CellIndex cell : table.cells) {
        const NetworkCost cost =
            cost_of(standalone_graph(request.options.skeleton, {images.height, images.width, images.channels},
                                     images.classes, cell_from_index(cell)));
        log.parameters.push_back(cost.parameters);
        log.flops.push_back(cost.flops);
    }
    write_trained_table_file(request.output, table, log, true);
    fmt::print("{} trainings of {} cells\nwritten to {}\n", log.trainings.size(), table.size(),
               request.output.string());
}

/// What a build begins with.
struct Start {
    TableBuildRequest request;
    TrainingData data;
    std::unique_ptr<JournalWriter> journal;  ///< rank 0
    std::vector<TrainingResult> done;        ///< rank 0
    std::vector<Task> tasks;
};

Start prepare(TableBuildRequest request, const Communicator& world) {
    Start start;
    if (world.rank() == 0) {
        const std::filesystem::path journal = request.output.string() + ".journal";
        const bool goes_on = std::filesystem::exists(journal);
        require_writable(request.output, goes_on);  // a file that has its journal beside it is ours to replace
        start.journal = std::make_unique<JournalWriter>(
            journal, identity_of(request.options),
            [&](const Bytes& payload) { start.done.push_back(training_result_from(payload)); });
        if (goes_on) spdlog::info("{}: goes on after {} result(s)", journal.string(), start.done.size());
    }
    start.tasks = all_tasks(request.options.table);
    start.data = load_training_data(request.options.data);
    start.request = std::move(request);
    return start;
}

void run_build(Start start, const Communicator& world) {
    omp_set_num_threads(1);  // a rank is a core
    Worker worker(start.request.options, start.data, world.size() == 1);
    const auto work = [&](std::int64_t number) -> Bytes {
        const Task& task = start.tasks[static_cast<std::size_t>(number)];
        switch (task.kind) {
            case Task::Kind::training:
                return to_bytes(worker.train(task.cell, task.seed));
            case Task::Kind::scores:
                return to_bytes(worker.score(task.cell));
            case Task::Kind::supernet:
                return to_bytes(worker.train_supernet());
        }
        return {};
    };
    if (world.rank() != 0) return run_tasks(world, {}, work, {});

    std::set<Task> done;
    for (const TrainingResult& result : start.done) done.insert(task_of(result));
    std::vector<std::int64_t> left;
    for (std::size_t i = 0; i < start.tasks.size(); ++i)
        if (!done.contains(start.tasks[i])) left.push_back(static_cast<std::int64_t>(i));
    {
        Progress progress("tasks", left.size());
        run_tasks(world, left, work, [&](std::int64_t, const Bytes& result) {
            start.journal->append(result);
            start.journal->sync();
            start.done.push_back(training_result_from(result));
            progress.advance();
        });
    }
    write_results(start.request, start.data, worker.meter().source(), start.done);
}

}  // namespace

ExitCode build_table(const std::function<TableBuildRequest()>& read, const Communicator& world) {
    Start start;
    const ExitCode code = agree(world, [&] { start = prepare(read(), world); });
    if (code != ExitCode::done) return code;
    abort_on_failure(world, [&] { run_build(std::move(start), world); });
    return ExitCode::done;
}

ExitCode train_command(const TrainingDeckOptions& options, const std::string& architecture, std::int64_t seed,
                       int threads) {
    const Cell cell = parse_cell(architecture);
    const TrainingData data = load_training_data(options.data);
    const int used = threads > 0 ? threads : 1;
    const auto training =
        train_cell(data, options.skeleton, options.training, cell, static_cast<std::uint64_t>(seed), {used, false, {}});
    const ImageSet& images = data.images.train;
    const NetworkCost cost = cost_of(
        standalone_graph(options.skeleton, {images.height, images.width, images.channels}, images.classes, cell));
    fmt::print("{}\n{} parameters, {} FLOPs an image; {}: {} images trained on, {} held out, {} to test; seed {}\n",
               to_string(cell), cost.parameters, cost.flops, data.images.name, data.split.train.size(),
               data.split.validation.size(), data.images.test.size(), seed);
    Meter meter(options.meter, {used, {}, ""});
    const double begin = monotonic_s();
    const auto steps_per_epoch = training->steps() / options.training.epochs;
    for (int epoch = 0; epoch < options.training.epochs && !training->finished(); ++epoch) {
        training->run(steps_per_epoch);
        if (training->diverged()) break;
        fmt::print("epoch {:>4}   loss {:.4f}   training accuracy {:.2f} %\n", epoch + 1, training->curve().back().loss,
                   training->curve().back().accuracy);
        std::fflush(stdout);
    }
    const double seconds = monotonic_s() - begin;
    const EnergyReading energy = meter.read({Seconds(seconds), Seconds(seconds)});
    const double trained = static_cast<double>(training->step()) / static_cast<double>(steps_per_epoch) *
                           static_cast<double>(data.split.train.size());
    const double inference_s = training->inference_s(options.table.latency_repeats);
    const Accuracies reached = training->evaluate();
    if (training->diverged()) fmt::print("diverged: the loss is no longer finite\n");
    fmt::print("accuracy: validation {:.2f} %, test {:.2f} %\n", reached.validation, reached.test);
    fmt::print("training: {:.2f} s, {:.0f} images/s on {} thread(s), {:.1f} MB; inference {:.1f} us an image\n",
               seconds, trained / seconds, used, static_cast<double>(training->memory_bytes()) / 1e6,
               1e6 * inference_s);
    fmt::print("energy: {:.1f} J {} ({})\n", energy.total().value, basis(energy), meter.source());
    return ExitCode::done;
}

}  // namespace cenas

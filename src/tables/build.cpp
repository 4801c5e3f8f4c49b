// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "tables/build.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/mean.hpp"
#include "comm/collective.hpp"
#include "comm/layout.hpp"
#include "io/journal.hpp"
#include "io/output.hpp"
#include "io/provenance.hpp"
#include "io/table_file.hpp"
#include "tables/task_pool.hpp"
#include "tables/worker.hpp"
#include "train/skeleton.hpp"
#include "train/training.hpp"

namespace cenas {
namespace {

/// Whether a result of the journal is one that the deck asks for.
class Asked {
  public:
    explicit Asked(const TrainingDeckOptions& options) : options_(options) {
        for (const Phase& phase : table_phases(options)) tasks_.insert(phase.tasks.begin(), phase.tasks.end());
    }
    bool operator()(const TrainingResult& result) const {
        if (!tasks_.contains(task_of(result))) return false;
        if (const auto* supernet = std::get_if<SupernetRecord>(&result))
            return supernet->made_with == supernet_identity(options_, supernet->operation);
        if (const auto* estimate = std::get_if<EstimateRecord>(&result))
            return estimate->made_with == estimate_identity(options_);
        return true;
    }

  private:
    const TrainingDeckOptions& options_;
    std::set<Task> tasks_;
};

/// A build on one rank.
struct Build {
    TableBuildRequest request;
    Layout layout;
    TrainingData data;
    Provenance provenance;
    std::unique_ptr<TableWorker> worker;     ///< none: the coordinator
    std::unique_ptr<JournalWriter> journal;  ///< rank 0
    std::vector<TrainingResult> done;        ///< rank 0
    std::string power_source;                ///< rank 0
};

// --- the table ---------------------------------------------------------------------------------------------------

/// Estimates of every cell, from those of the networks that were asked for.
void fill_estimates(const std::vector<EstimateRecord>& records, TrainingLog& log) {
    log.estimates.assign(cell_count, std::numeric_limits<double>::quiet_NaN());
    double seconds = 0;
    for (const EstimateRecord& record : records) {
        std::copy(record.accuracy.begin(), record.accuracy.end(), log.estimates.begin() + record.first);
        seconds += record.query_s;
    }
    const std::vector<CellIndex> network = canonical_table(Identity::pruned);
    std::int64_t asked = 0;
    for (CellIndex i = 0; i < cell_count; ++i) {
        const CellIndex of = network[static_cast<std::size_t>(i)];
        asked += of == i;
        log.estimates[static_cast<std::size_t>(i)] = log.estimates[static_cast<std::size_t>(of)];
    }
    log.query_s = seconds / static_cast<double>(asked);
}

TrainingLog make_log(const TableBuildRequest& request, const std::vector<TrainingResult>& results) {
    TrainingLog log;
    log.deck = request.deck;
    log.effective_deck = request.effective_deck;
    std::vector<EstimateRecord> estimates;
    for (const TrainingResult& result : results) {
        if (const auto* training = std::get_if<CellTrainingRecord>(&result)) log.trainings.push_back(*training);
        if (const auto* score = std::get_if<ScoreRecord>(&result)) log.scores.push_back(*score);
        if (const auto* supernet = std::get_if<SupernetRecord>(&result)) log.supernets.push_back(*supernet);
        if (const auto* estimate = std::get_if<EstimateRecord>(&result)) estimates.push_back(*estimate);
    }
    std::sort(log.trainings.begin(), log.trainings.end(),
              [](const auto& a, const auto& b) { return std::pair(a.cell, a.seed) < std::pair(b.cell, b.seed); });
    std::sort(log.scores.begin(), log.scores.end(), [](const auto& a, const auto& b) { return a.cell < b.cell; });
    std::sort(log.supernets.begin(), log.supernets.end(),
              [](const auto& a, const auto& b) { return a.operation < b.operation; });
    if (!estimates.empty()) fill_estimates(estimates, log);
    return log;
}

/// Rows: cells with a training that did not diverge; values are means over their seeds.
ArchitectureTable make_table(const TrainingDeckOptions& options, const TrainingLog& log) {
    struct Values {
        std::vector<double> accuracy, inference_s, training_s;
    };
    std::map<CellIndex, Values> by_cell;
    for (const CellTrainingRecord& t : log.trainings) {
        if (t.diverged) continue;
        Values& values = by_cell[t.cell];
        values.accuracy.push_back(t.test_accuracy);
        values.inference_s.push_back(t.inference_s);
        values.training_s.push_back(t.training_s);
    }
    const bool estimated = !log.estimates.empty();
    ArchitectureTable table;
    table.name = options.table.name;
    table.source = options.table.source;
    TableObjective accuracy{"accuracy", Direction::maximize, "%", {}, {}, {}};
    TableObjective latency{"latency", Direction::minimize, "us", {}, {}, {}};
    for (const auto& [cell, values] : by_cell) {
        table.cells.push_back(cell);
        accuracy.values.push_back(mean(values.accuracy));
        // Timings err to one side: the shortest is the least disturbed.
        latency.values.push_back(1e6 * *std::min_element(values.inference_s.begin(), values.inference_s.end()));
        table.evaluation_s.push_back(mean(values.training_s));
        table.sampling_s.push_back(log.query_s);
        if (estimated) accuracy.estimates.push_back(log.estimates[static_cast<std::size_t>(cell)]);
    }
    latency.estimates = latency.values;  // known without a training
    table.objectives = {std::move(accuracy), std::move(latency)};
    for (const SupernetRecord& supernet : log.supernets) table.supernet_training_s += supernet.training_s;
    return table;
}

void write_results(const Build& build) {
    const TableBuildRequest& request = build.request;
    TrainingLog log = make_log(request, build.done);
    log.power_source = build.power_source;
    log.provenance = build.provenance;
    const ArchitectureTable table = make_table(request.options, log);
    if (table.size() == 0) throw RunError("no training ended without diverging: there is no table to write");
    for (const CellIndex cell : table.cells) {
        const NetworkCost cost =
            cost_of(standalone_graph(request.options.skeleton, build.data.images.train, cell_from_index(cell)));
        log.parameters.push_back(cost.parameters);
        log.flops.push_back(cost.flops);
    }
    write_trained_table_file(request.output, table, log, true);
    const auto diverged =
        std::count_if(log.trainings.begin(), log.trainings.end(), [](const auto& t) { return t.diverged; });
    fmt::print("{} trainings{}; a table of {} cells\nwritten to {}\n", log.trainings.size(),
               diverged > 0 ? fmt::format(", of which {} diverged", diverged) : "", table.size(),
               request.output.string());
}

// --- a build -----------------------------------------------------------------------------------------------------

std::filesystem::path journal_of(const TableBuildRequest& request) { return request.output.string() + ".journal"; }

/// A file that has its journal beside it is ours to replace.
void require_unused(const std::filesystem::path& output, bool has_journal) {
    if (std::filesystem::is_regular_file(output) && !has_journal)
        throw UsageError(
            fmt::format("{}: exists already, without the journal {}.journal to go on with; name another "
                        "--output",
                        output.string(), output.filename().string()));
    require_writable(output, has_journal);
}

void prepare(TableBuildRequest request, const Communicator& world, Build& build) {
    build.layout = plan_layout(world.size(), request.options.run.ranks_per_group, 1);
    if (world.rank() == 0) require_unused(request.output, std::filesystem::exists(journal_of(request)));
    build.provenance =
        begin_provenance(request.command_line, build.layout.ranks, build.layout.threads, mpi_library_version());
    build.data = load_training_data(request.options.data);
    require_buildable(request.options, build.data, world.size());
    build.request = std::move(request);
}

/// Rank 0, once nothing else stands against the build.
void open_journal(Build& build) {
    const std::filesystem::path path = journal_of(build.request);
    const TrainingDeckOptions& options = build.request.options;
    const Asked asked(options);
    std::uint64_t records = 0;
    build.journal = std::make_unique<JournalWriter>(
        path, table_identity(options, build.data), [&](const Bytes& payload, std::uint64_t) {
            ++records;
            try {
                TrainingResult result = training_result_from(payload);
                if (asked(result)) build.done.push_back(std::move(result));
            } catch (const DataError& e) {
                throw DataError(fmt::format("{}: record {}: {}", path.string(), records, e.what()));
            }
        });
    require_unused(build.request.output, records > 0);
    if (records > 0)
        spdlog::info("{}: goes on after {} result(s){}", path.string(), build.done.size(),
                     records > build.done.size()
                         ? fmt::format("; {} that the deck does not ask for stay there", records - build.done.size())
                         : "");
}

/// Rank 0's records of these supernets, on all ranks.
std::map<std::int32_t, SupernetRecord> share_supernets(const std::vector<std::int32_t>& operations,
                                                       const std::vector<TrainingResult>& done,
                                                       const Communicator& world) {
    std::map<std::int32_t, SupernetRecord> records;
    for (const std::int32_t operation : operations) {
        Bytes bytes;
        for (const TrainingResult& result : done)
            if (task_of(result) == Task{Task::Kind::supernet, 0, 0, operation}) bytes = to_bytes(result);
        world.broadcast(bytes);
        records[operation] = std::get<SupernetRecord>(training_result_from(bytes));
    }
    return records;
}

void run_phase(Build& build, const Phase& phase, const Workers& workers) {
    const auto work = [&](std::int64_t number) {
        return to_bytes(build.worker->work(phase.tasks[static_cast<std::size_t>(number)]));
    };
    if (workers.world.rank() != 0) return run_tasks(workers, {}, work, {});

    std::set<Task> done;
    for (const TrainingResult& result : build.done) done.insert(task_of(result));
    std::vector<std::int64_t> left;
    for (std::size_t i = 0; i < phase.tasks.size(); ++i)
        if (!done.contains(phase.tasks[i])) left.push_back(static_cast<std::int64_t>(i));
    Progress progress(phase.what, left.size());
    run_tasks(workers, left, work, [&](std::int64_t, const Bytes& result) {
        build.journal->append(result);
        build.journal->sync();
        build.done.push_back(training_result_from(result));
        progress.advance();
    });
}

/// Of the first worker, on rank 0.
std::string power_source(const Workers& workers, const TableWorker* worker) {
    if (workers.groups == 0) return worker->power_source();
    workers.world.maximum(0);  // no task is under way any more whose result the coordinator awaits
    if (workers.world.rank() == 1) {
        const std::string text = worker->power_source();
        const auto* first = reinterpret_cast<const std::byte*>(text.data());
        workers.world.send(0, Message::power_source, Bytes(first, first + text.size()));
    }
    if (workers.world.rank() != 0) return "";
    const Bytes text = workers.world.receive().payload;
    return {reinterpret_cast<const char*>(text.data()), text.size()};
}

void run_build(Build& build, const Workers& workers) {
    omp_set_num_threads(1);  // a rank is a core
    const double began_s = monotonic_s();
    for (const Phase& phase : table_phases(build.request.options)) {
        const auto supernets = share_supernets(phase.supernets, build.done, workers.world);
        const bool diverged =
            std::any_of(supernets.begin(), supernets.end(), [](const auto& s) { return s.second.diverged; });
        if (diverged) {
            if (workers.world.rank() == 0)
                spdlog::warn("a supernet diverged (supernet.learning_rate?): the table gets no estimates");
            break;
        }
        if (build.worker) build.worker->take(supernets);
        run_phase(build, phase, workers);
    }
    build.power_source = power_source(workers, build.worker.get());
    end_provenance(build.provenance, began_s);
    if (workers.world.rank() == 0) write_results(build);
}

/// A communicator of the ranks that work.
std::optional<Communicator> working_ranks(const Communicator& world) {
    if (world.size() == 1) return world;
    return world.split(world.rank() == 0 ? -1 : 0, world.rank());
}

}  // namespace

ExitCode build_table(const std::function<TableBuildRequest()>& read, const Communicator& world) {
    Build build;
    const ExitCode ready = agree(world, [&] { prepare(read(), world, build); });
    if (ready != ExitCode::done) return ready;

    const Workers workers = make_workers(world, build.layout);
    const auto working = working_ranks(world);
    std::optional<Communicator> node;
    std::optional<SharedNumbers> node_busy_s;
    if (working) {
        node = working->node();
        node_busy_s.emplace(*node);
    }
    const ExitCode placed = agree(world, [&] {
        if (!working) return;
        const TrainingDeckOptions& options = build.request.options;
        const Device device = choose_device(options.run.device, 1, *node);
        build.worker = std::make_unique<TableWorker>(options, build.data, *workers.group, device.cuda,
                                                     WorkMeter(options.meter, device, *node_busy_s, node->rank()));
    });
    if (placed != ExitCode::done) return placed;
    const ExitCode open = agree(world, [&] {
        if (world.rank() == 0) open_journal(build);
    });
    if (open != ExitCode::done) return open;
    abort_on_failure(world, [&] { run_build(build, workers); });
    return ExitCode::done;
}

}  // namespace cenas

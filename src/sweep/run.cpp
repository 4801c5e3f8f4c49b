// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/run.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "base/version.hpp"
#include "io/output.hpp"
#include "sweep/sweep.hpp"

namespace cenas {
namespace {

void require_single(const RunRequest& request, const Options& options) {
    if (!request.single) return;
    if (options.methods.size() != 1 || options.traces.size() != 1)
        throw UsageError(
            fmt::format("cenas search takes one method and one trace, the deck has {} and {}; use cenas sweep",
                        options.methods.size(), options.traces.size()));
    if (!request.scenarios.axes.empty()) throw UsageError("cenas search takes a deck without axes; use cenas sweep");
}

RunHead make_head(const RunRequest& request, const Inputs& inputs) {
    RunHead head = describe_inputs(inputs);
    head.program_version = program_version();
    head.deck = request.deck;
    head.effective_deck = request.effective_deck;
    head.shard = request.shard.number;
    head.shards = request.shard.count;
    head.planned_searches = SweepPlan(inputs).size();
    require_searches(head.planned_searches, request.shard);
    return head;
}

/// The output of a finished run, to which a restart has nothing to add.
void require_own_output(const std::filesystem::path& output, const RunHead& head) {
    if (sweep_identity(RunFile(output).head()) != sweep_identity(head))
        throw UsageError(
            fmt::format("{}: exists already and is of another deck, table, trace or program; name another --output",
                        output.string()));
}

/// Whether an earlier run is in the way, or has done everything already.
void look_for_earlier_run(PreparedRun& prepared) {
    const RunRequest& request = prepared.request;
    const std::filesystem::path journal = journal_of(request.output);
    if (std::filesystem::exists(journal)) {
        require_no_writer(journal);
        if (!request.restart && !request.overwrite)
            throw UsageError(
                fmt::format("{}: an earlier run was not finished; --restart goes on with it, --overwrite "
                            "begins anew",
                            journal.string()));
        if (request.restart) read_journal(journal, sweep_identity(prepared.head), [](const Bytes&, std::uint64_t) {});
    }
    if (!request.restart || !std::filesystem::exists(request.output)) return;
    require_own_output(request.output, prepared.head);
    prepared.is_done = true;
}

/// Once nothing stands against the run on any rank.
void open_journal(PreparedRun& prepared) {
    const RunRequest& request = prepared.request;
    const std::filesystem::path journal = journal_of(request.output);
    const bool has_journal = std::filesystem::exists(journal);
    if (has_journal && (request.overwrite || prepared.is_done)) discard_journal(journal);
    if (prepared.is_done) {  // if there was a journal, the end came between the result and its removal
        spdlog::info("{}: is complete already", request.output.string());
        return;
    }
    if (request.overwrite) std::filesystem::remove(request.output);  // so that --restart knows whose journal this is
    prepared.journal = std::make_unique<SweepJournal>(journal, prepared.head);
    if (const std::int64_t found = prepared.journal->finished(); found > 0)
        spdlog::info("{}: goes on after {} search(es)", journal.string(), found);
}

/// Why to stop now; empty: go on.
std::string reason_to_stop(const PreparedRun& prepared) {
    if (std::string signal = stop_signal(); !signal.empty()) return signal;
    const auto& limit = prepared.request.time_limit_s;
    return limit && monotonic_s() - prepared.began_s >= *limit ? "time limit" : "";
}

/// From the journal, in the order of the plan.
std::filesystem::path write_results(const PreparedRun& prepared, const Provenance& provenance) {
    const RunRequest& request = prepared.request;
    const SweepJournal& journal = *prepared.journal;
    auto path = request.overwrite ? request.output : free_name(request.output);
    RunFileWriter file(path, prepared.head, journal.sizes(), request.overwrite);
    const Shard shard{prepared.head.shard, prepared.head.shards};
    for (std::int64_t i = 0; i < journal.finished(); ++i) file.append(journal.read(shard.search(i)));
    file.commit(provenance);
    return path;
}

}  // namespace

PreparedRun prepare_run(RunRequest request, const Communicator& world) {
    PreparedRun prepared;
    prepared.began_s = monotonic_s();
    if (world.rank() == 0) require_writable(request.output, request.overwrite || request.restart);
    prepared.layout = plan_layout(world.size(), 1, request.threads);
    prepared.inputs = load_inputs(request.scenarios);
    require_single(request, prepared.inputs.first);
    prepared.request = std::move(request);
    if (world.rank() != 0) return prepared;
    prepared.head = make_head(prepared.request, prepared.inputs);
    look_for_earlier_run(prepared);
    return prepared;
}

void begin_run(PreparedRun& prepared, const Communicator& world) {
    if (world.rank() == 0) open_journal(prepared);
}

RunOutcome execute_run(PreparedRun& prepared, const Communicator& world) {
    if (world.maximum(prepared.is_done ? 1 : 0) != 0) return RunOutcome::done;
    Provenance provenance = begin_provenance(prepared.request.command_line, prepared.layout.ranks,
                                             prepared.layout.threads, mpi_library_version());
    SweepSink sink;
    std::string reason;
    if (world.rank() == 0) {
        const RunHead& head = prepared.head;
        sink.units = plan_work(
            SweepPlan(prepared.inputs), {head.shard, head.shards}, prepared.inputs, head,
            [&](std::int64_t number) { return !prepared.journal->has(number); }, prepared.layout.workers());
        sink.keep = [&](std::int64_t number, const SearchRecord& search) { prepared.journal->append(number, search); };
        sink.idle = [&] { prepared.journal->sync_if_due(); };
        sink.should_stop = [&] {
            if (reason.empty()) reason = reason_to_stop(prepared);
            return !reason.empty();
        };
    }
    run_sweep(prepared.inputs, prepared.layout, world, sink);
    int stopped = 0;
    if (world.rank() == 0) {
        prepared.journal->sync();
        const std::int64_t planned =
            Shard{prepared.head.shard, prepared.head.shards}.size(prepared.head.planned_searches);
        stopped = prepared.journal->finished() < planned ? 1 : 0;
        if (stopped != 0)
            spdlog::warn("stopped early ({}): {} of {} searches are done and kept in {}; run again with --restart",
                         reason.empty() ? "a rank got a signal" : reason, prepared.journal->finished(), planned,
                         journal_of(prepared.request.output).string());
        if (stopped == 0) {
            end_provenance(provenance, prepared.began_s);
            prepared.request.output = write_results(prepared, provenance);
            prepared.journal->remove();
        }
    }
    return world.maximum(stopped) != 0 ? RunOutcome::stopped_early : RunOutcome::done;
}

}  // namespace cenas

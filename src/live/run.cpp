// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/run.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <memory>
#include <thread>
#include <utility>

#include "base/byte_stream.hpp"
#include "base/checksum.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "base/version.hpp"
#include "comm/collective.hpp"
#include "comm/layout.hpp"
#include "engine/engine.hpp"
#include "io/output.hpp"
#include "io/provenance.hpp"
#include "io/run_file.hpp"
#include "io/table_file.hpp"
#include "live/command_evaluator.hpp"
#include "live/group.hpp"
#include "live/journal.hpp"
#include "live/live_world.hpp"
#include "live/log.hpp"
#include "live/plan.hpp"
#include "live/problem.hpp"
#include "live/table_evaluator.hpp"
#include "live/trained_evaluator.hpp"
#include "sweep/info.hpp"
#include "sweep/journal.hpp"
#include "sweep/plan.hpp"
#include "tables/task_pool.hpp"

namespace cenas {
namespace {

/// A live run on one rank, once nothing known stands against it.
struct LiveRun {
    LiveRequest request;
    Layout layout;
    double began_s = 0;
    Provenance provenance;
    TrainingData data;  ///< of evaluator train
    Problem problem;
    std::vector<Trace> traces;  ///< whole
    std::vector<LiveSearch> searches;
    std::unique_ptr<Evaluator> evaluator;  ///< none: the coordinator
    std::string name;                      ///< of a group, for people
    // rank 0:
    std::unique_ptr<LiveJournal> journal;
    bool is_done = false;  ///< the output is there already, and is this run's

    const LiveOptions& options() const { return request.options; }
    bool rehearses() const { return options().live.evaluator == "table"; }
    bool trains() const { return options().live.evaluator == "train"; }
    int groups() const { return std::max(1, layout.groups); }
};

// --- reading and checking ------------------------------------------------------------------------------------------

void require_enough_groups(const Options& options) {
    for (const MethodOptions& method : options.methods)
        if (method.schedule.evaluate > options.run.gpus)
            throw UsageError(fmt::format("method.{}.evaluate = {}: must be at most the number of groups, {}",
                                         method.name, method.schedule.evaluate, options.run.gpus));
}

void load_traces(LiveRun& run) {
    const Options& options = run.options().search;
    const auto length_s = static_cast<std::int64_t>(run_horizon(options).value);
    for (const TraceOptions& trace : options.traces) {
        run.traces.push_back(load_trace(trace));
        if (!run.options().now) require_window(run.traces.back(), options.run.start, length_s);
    }
    if (!options.run.allow_unlike_traces) require_comparable(run.traces);
}

void load(LiveRequest request, const Communicator& world, LiveRun& run) {
    run.began_s = monotonic_s();
    run.layout = plan_layout(world.size(), request.options.training.run.ranks_per_group, 1);
    request.options.search.run.gpus = std::max(1, run.layout.groups);
    require_enough_groups(request.options.search);
    run.request = std::move(request);
    run.searches = plan_searches(run.options().search);
    load_traces(run);
    if (run.trains()) run.data = load_training_data(run.options().training.data);
    run.problem =
        run.rehearses() ? load_problem(run.options().search) : untrained_problem(run.options(), run.data.images.train);
}

/// What architectures are trained on, for a file: name and checksum.
std::pair<std::string, std::string> source_of_trainings(const LiveRun& run) {
    if (run.trains()) return {run.data.images.name, run.data.checksum};
    const std::string& command = run.options().live.command;
    return {command, Checksum().add(command).hex()};
}

/// What a run's journal is of: lines that two runs share if and only if one can go on with the other's.
std::string live_identity(const LiveRun& run) {
    std::string text =
        fmt::format("live run, program {}\n{} group(s) of {} rank(s)\ndeck {}\n", program_version(), run.groups(),
                    run.layout.ranks_per_group, Checksum().add(run.request.effective_deck).hex());
    text += run.rehearses() ? fmt::format("table {}\n", run.problem.table_checksum)
                            : fmt::format("trained on {}\n", source_of_trainings(run).second);
    if (!run.options().now)
        for (const Trace& trace : run.traces) text += fmt::format("trace {} {}\n", trace.name, trace.checksum());
    return text;
}

void look_for_earlier_run(LiveRun& run) {
    const LiveRequest& request = run.request;
    const auto journal = journal_of(request.output);
    require_writable(request.output, request.overwrite || request.restart);
    if (std::filesystem::exists(journal)) {
        require_no_writer(journal);
        if (!request.restart && !request.overwrite)
            throw UsageError(
                fmt::format("{}: an earlier run was not finished; --restart goes on with it, --overwrite "
                            "begins anew",
                            journal.string()));
        if (request.restart) read_journal(journal, live_identity(run), [](const Bytes&, std::uint64_t) {});
    }
    if (!request.restart || !std::filesystem::exists(request.output)) return;
    if (RunFile(request.output).head().effective_deck != request.effective_deck)
        throw UsageError(
            fmt::format("{}: exists already and is of another deck; name another --output", request.output.string()));
    run.is_done = true;
}

// --- the place to work ---------------------------------------------------------------------------------------------

std::string node_name() {
    std::string name;
    std::ifstream("/proc/sys/kernel/hostname") >> name;
    return name.empty() ? "unknown node" : name;
}

/// A device and a meter for every rank that works.
void place(LiveRun& run, const Communicator& group, const Communicator& node, const SharedNumbers& node_busy_s) {
    if (!run.trains()) {
        run.evaluator = run.rehearses() ? table_evaluator(run.options(), run.problem)
                                        : command_evaluator(run.options(), node.rank());
        run.name = node_name();
        return;
    }
    const TrainingDeckOptions& options = run.options().training;
    const Device device = choose_device(options.run.device, 1, node);
    run.evaluator = trained_evaluator(run.options(), run.data, group, device.cuda,
                                      WorkMeter(options.meter, device, node_busy_s, node.rank()));
    run.name = fmt::format("{}, {}", node_name(), device.cuda ? device.parts.gpu_name : "core");
}

/// Rank 0 opens what all groups must see.
void open_output(LiveRun& run) {
    const LiveRequest& request = run.request;
    const auto journal = journal_of(request.output), states = states_of(request.output);
    if (request.overwrite) {
        if (std::filesystem::exists(journal)) discard_journal(journal);
        std::filesystem::remove(request.output);
        std::filesystem::remove_all(states);
    }
    if (run.is_done) {  // what is left: the end came between the result and its removal
        if (std::filesystem::exists(journal)) discard_journal(journal);
        std::filesystem::remove_all(states);
        spdlog::info("{}: is complete already", request.output.string());
        return;
    }
    std::error_code failed;
    std::filesystem::create_directories(states, failed);
    if (failed) throw RunError(fmt::format("{}: folder cannot be made: {}", states.string(), failed.message()));
    run.journal = std::make_unique<LiveJournal>(journal, live_identity(run));
}

std::int64_t utc_now_s() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::filesystem::path token_of(const LiveRun& run) { return states_of(run.request.output) / "token"; }

/// Something that no other run has written there.
Bytes write_token(const LiveRun& run) {
    ByteWriter token;
    token(utc_now_s());
    token(monotonic_s());
    write_durably(token_of(run), token.bytes);
    return std::move(token.bytes);
}

/// Every group takes up what another one has saved.
void require_shared_states(const LiveRun& run, const Bytes& token) {
    if (read_whole(token_of(run)) != token)
        throw UsageError(
            fmt::format("{}: this folder of the first rank is not seen on {}; --output has to name a file on "
                        "a file system that all nodes share",
                        states_of(run.request.output).string(), node_name()));
}

// --- the coordinator -----------------------------------------------------------------------------------------------

/// What searches have found, and were told.
struct LiveResult {
    std::vector<SearchRecord> searches;
    std::vector<Trace> traces;  ///< in deck order, as they were in the end known
    Options options;            ///< of the engine
    LiveLog log;
};

class Coordinator {
  public:
    Coordinator(LiveRun& run, GroupChannels& channels) : run_(run), channels_(channels) {}

    /// Throws StoppedEarly.
    LiveResult run_all() {
        meet_groups();
        for (const LiveSearch& search : run_.searches) run_search(search);
        return std::move(result_);
    }
    void dismiss() {
        for (int group = 0; group < channels_.groups(); ++group) channels_.send(group, to_bytes(Command{}));
    }

  private:
    void meet_groups() {
        groups_.resize(static_cast<std::size_t>(channels_.groups()));
        const double began_s = monotonic_s();
        for (int missing = channels_.groups(); missing > 0;) {
            const auto received = channels_.receive_within(1.0);
            if (monotonic_s() - began_s > run_.options().live.patience_s)
                throw RunError(fmt::format("{} group(s) said nothing within {:g} s of the start (live.patience_s)",
                                           missing, run_.options().live.patience_s));
            if (!received) continue;
            const Report hello = report_from(received->message);
            groups_[static_cast<std::size_t>(received->group)] = {hello.text, hello.idle_w, hello.idle_w,
                                                                  monotonic_s()};
            if (received->group == 0) result_.log.power_source = hello.power_source;
            --missing;
        }
        result_.log.evaluator = run_.options().live.evaluator;
        result_.log.clock_speed = run_.options().speed();
        result_.log.ranks_per_group = run_.layout.ranks_per_group;
        for (const GroupState& group : groups_) result_.log.groups.push_back(group.text);
    }

    const SearchInputs& inputs_of(const LiveSearch& search) {
        if (const SearchInputs* found = run_.journal->find(search.number)) return *found;
        if (!run_.options().now) return run_.journal->begin(search.number, run_.options().search.run.start, 0);
        const std::int64_t step_s = run_.traces[static_cast<std::size_t>(search.trace)].step_s;
        const std::int64_t now_s = utc_now_s();
        return run_.journal->begin(search.number, {now_s - now_s % step_s}, static_cast<double>(now_s % step_s));
    }

    CarbonFeed feed(const LiveSearch& search, const SearchInputs& inputs, const Trace& trace) const {
        if (!run_.options().now) return recorded_feed(trace);
        const TraceOptions& options = run_.options().search.traces[static_cast<std::size_t>(search.trace)];
        return file_feed([options] { return load_trace(options); }, options.source, inputs.start,
                         run_.options().live.stale_h * 3600);
    }

    std::function<Clock(double)> clock(const SearchInputs& inputs) const {
        if (run_.options().now)
            return [start = inputs.start](double) -> Clock {
                return [start] {
                    const auto now = std::chrono::system_clock::now().time_since_epoch();
                    return std::chrono::duration<double>(now).count() - static_cast<double>(start.seconds);
                };
            };
        return [speed = run_.options().speed()](double at_s) -> Clock {
            return [=, began_s = monotonic_s()] { return at_s + (monotonic_s() - began_s) * speed; };
        };
    }

    std::string reason_to_stop() const {
        if (std::string signal = stop_signal(); !signal.empty()) return signal;
        const auto& limit = run_.request.time_limit_s;
        return limit && monotonic_s() - run_.began_s >= *limit ? "time limit" : "";
    }

    void run_search(const LiveSearch& search) {
        const SearchInputs& begun = inputs_of(search);
        const std::vector<LiveInput> recorded = begun.inputs;
        const Options options =
            engine_options(run_.options(), run_.layout.ranks_per_group, begun.start, begun.offset_s);
        const MethodOptions& method = options.methods[static_cast<std::size_t>(search.method)];
        Trace trace = engine_trace(run_.options(), run_.traces[static_cast<std::size_t>(search.trace)], options);
        std::vector<LiveInput> inputs = recorded;
        LiveWorld world(surroundings(search, begun, trace, options, inputs), trace, recorded, Seconds(begun.offset_s));
        const auto strategy = search_strategy(run_.problem, method, search.seed);
        SearchRecord record = Engine(run_.problem, options, method, trace, search.seed, *strategy, world).run();
        record.method = search.method;
        record.trace = search.trace;
        record.seed = search.seed;
        result_.log.searches.push_back({begun.offset_s, world.lasted_s(), world.waited_s()});
        add_inputs(result_.log, inputs);
        result_.searches.push_back(std::move(record));
        result_.options = options;
        if (std::ssize(result_.traces) > search.trace) return;
        for (const double value : trace.history) result_.log.history.push_back({search.trace, value});
        result_.traces.push_back(std::move(trace));
    }

    LiveSurroundings surroundings(const LiveSearch& search, const SearchInputs& begun, const Trace& trace,
                                  const Options& options, std::vector<LiveInput>& inputs) {
        const auto keep = [&run = run_, &inputs, search](const LiveInput& input, bool sync) {
            run.journal->keep(search.number, input, sync);
            inputs.push_back(input);
        };
        const auto forget = [states = states_of(run_.request.output), search](const Task& task) {
            if (task.kind == TaskKind::evaluation)
                std::filesystem::remove(files_of(states, {search.number, search.seed, task}).state);
        };
        return {search.number,
                search.seed,
                channels_,
                groups_,
                feed(search, begun, trace),
                clock(begun),
                run_.options().speed(),
                options.power.optimizer_w,
                run_.options().live.patience_s,
                keep,
                [this] { run_.journal->sync_if_due(); },
                [this] { return reason_to_stop(); },
                forget};
    }

    LiveRun& run_;
    GroupChannels& channels_;
    std::vector<GroupState> groups_;
    LiveResult result_;
};

// --- the result ----------------------------------------------------------------------------------------------------

RunHead make_head(const LiveRun& run, LiveResult& result) {
    RunHead head;
    head.program_version = program_version();
    head.deck = run.request.deck;
    head.effective_deck = run.request.effective_deck;
    head.planned_searches = std::ssize(run.searches);
    for (const MethodOptions& method : result.options.methods) head.methods.push_back(method.name);
    head.traces = std::move(result.traces);
    for (const Trace& trace : run.traces) head.trace_checksums.push_back(trace.checksum());
    head.scenarios = {scenario_record(result.options, 0)};
    head.scenarios.front().accounting = "metered";
    const auto [source, checksum] = source_of_trainings(run);
    head.problems = {run.rehearses() ? problem_record(run.problem)
                                     : known_problem(run.problem, source, checksum, result.searches)};
    return head;
}

void write_results(LiveRun& run, LiveResult result) {
    const RunHead head = make_head(run, result);
    RunSizes sizes;
    for (SearchRecord& search : result.searches) {
        search.log_checksum = checksum_of_logs(search);
        sizes.add(search);
    }
    end_provenance(run.provenance, run.began_s);
    const auto output = run.request.overwrite ? run.request.output : free_name(run.request.output);
    RunFileWriter file(output, head, sizes, run.request.overwrite);
    for (const SearchRecord& search : result.searches) file.append(search);
    file.add(result.log);
    file.commit(run.provenance);
    run.journal->remove();
    std::filesystem::remove_all(states_of(run.request.output));
    run.request.output = output;
}

// --- all ranks -----------------------------------------------------------------------------------------------------

/// The coordinator's part; why it stopped, empty: it did not.
std::string coordinate(LiveRun& run, GroupChannels& channels) {
    Coordinator coordinator(run, channels);
    try {
        LiveResult result = coordinator.run_all();
        coordinator.dismiss();
        write_results(run, std::move(result));
    } catch (const StoppedEarly& early) {
        coordinator.dismiss();
        return early.reason;
    }
    return "";
}

/// One rank does both, on a thread each.
std::string run_alone(LiveRun& run, const Communicator& group) {
    auto [channels, ends] = thread_channels(1);
    std::exception_ptr failure;
    std::thread worker([&, end = std::move(ends.front())] {
        try {
            work_in_group(group, end.get(), run.options().live, states_of(run.request.output), run.name,
                          *run.evaluator);
        } catch (...) {
            failure = std::current_exception();
        }
    });
    std::string reason;
    try {
        reason = coordinate(run, *channels);
    } catch (...) {
        channels->send(0, to_bytes(Command{}));
        worker.join();
        throw;
    }
    worker.join();
    if (failure) std::rethrow_exception(failure);
    return reason;
}

std::string run_on_ranks(LiveRun& run, const Communicator& world, const Workers& workers) {
    omp_set_num_threads(1);  // a rank is a core
    if (workers.groups == 0) return run_alone(run, world);
    if (world.rank() == 0) return coordinate(run, *mpi_group_channels(world, run.layout));
    const bool leads = workers.group->rank() == 0;
    const auto channel = leads ? mpi_coordinator_channel(world) : nullptr;
    work_in_group(*workers.group, channel.get(), run.options().live, states_of(run.request.output), run.name,
                  *run.evaluator);
    return "";
}

std::optional<Communicator> working_ranks(const Communicator& world) {
    if (world.size() == 1) return world;
    return world.split(world.rank() == 0 ? -1 : 0, world.rank());
}

}  // namespace

ExitCode live_command(const std::function<LiveRequest()>& read, const Communicator& world) {
    remember_stop_signals();
    LiveRun run;
    const ExitCode ready = agree(world, [&] {
        load(read(), world, run);
        if (world.rank() == 0) look_for_earlier_run(run);
    });
    if (ready != ExitCode::done) return ready;
    run.provenance =
        begin_provenance(run.request.command_line, run.layout.ranks, run.layout.threads, mpi_library_version());

    const Workers workers = make_workers(world, run.layout);
    const auto working = working_ranks(world);
    std::optional<Communicator> node;
    std::optional<SharedNumbers> node_busy_s;
    if (working) {
        node = working->node();
        node_busy_s.emplace(*node);
    }
    const ExitCode placed = agree(world, [&] {
        if (working) place(run, *workers.group, *node, *node_busy_s);
    });
    if (placed != ExitCode::done) return placed;
    Bytes token;
    const ExitCode open = agree(world, [&] {
        if (world.rank() != 0) return;
        open_output(run);
        if (!run.is_done) token = write_token(run);
    });
    if (open != ExitCode::done) return open;
    if (world.maximum(run.is_done ? 1 : 0) != 0) return ExitCode::done;
    world.broadcast(token);
    const ExitCode shared = agree(world, [&] { require_shared_states(run, token); });
    if (shared != ExitCode::done) return shared;

    std::string reason;
    abort_on_failure(world, [&] { reason = run_on_ranks(run, world, workers); });
    if (world.maximum(reason.empty() ? 0 : 1) != 0) {
        if (world.rank() == 0)
            spdlog::warn("stopped early ({}): all is saved in {}; run again with --restart", reason,
                         journal_of(run.request.output).string());
        return ExitCode::stopped_early;
    }
    if (world.rank() == 0) {
        const RunFile file(run.request.output);
        fmt::print("{}{}\nresults: {}\n", describe_run(file, -1), describe_live(file, *file.live()),
                   run.request.output.string());
    }
    return ExitCode::done;
}

std::string describe_live_plan(const LiveOptions& options, int ranks) {
    const Layout layout = plan_layout(ranks, options.training.run.ranks_per_group, 1);
    return fmt::format("live run    {} searches, one after the other\n{}", plan_searches(options.search).size(),
                       describe_layout(layout, "the work"));
}

}  // namespace cenas

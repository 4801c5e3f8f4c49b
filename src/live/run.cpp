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
#include "live/group.hpp"
#include "live/journal.hpp"
#include "live/live_world.hpp"
#include "live/problem.hpp"
#include "live/table_evaluator.hpp"
#include "live/trained_evaluator.hpp"
#include "sweep/info.hpp"
#include "sweep/journal.hpp"
#include "sweep/plan.hpp"
#include "tables/task_pool.hpp"

namespace cenas {
namespace {

/// One search of the run.
struct LiveSearch {
    std::int64_t number = 0;
    std::int32_t trace = 0, method = 0;
    std::int64_t seed = 0;
};

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
    std::string power_source;

    const LiveOptions& options() const { return request.options; }
    bool trains() const { return options().live.evaluator == "train"; }
    int groups() const { return std::max(1, layout.groups); }
};

// --- reading and checking ------------------------------------------------------------------------------------------

std::vector<LiveSearch> plan_searches(const Options& options) {
    std::vector<LiveSearch> searches;
    for (std::int32_t trace = 0; trace < std::ssize(options.traces); ++trace)
        for (std::int32_t method = 0; method < std::ssize(options.methods); ++method)
            for (int seed = 0; seed < options.run.seeds; ++seed)
                searches.push_back({std::ssize(searches), trace, method, options.run.first_seed + seed});
    return searches;
}

void require_enough_groups(const Options& options) {
    for (const MethodOptions& method : options.methods)
        if (method.schedule.evaluate > options.run.gpus)
            throw UsageError(fmt::format("method.{}.evaluate = {}: must be at most the number of groups, {}", method.name,
                                         method.schedule.evaluate, options.run.gpus));
}

/// What the engine computes with. A second of the search's clock is less than one of the wall, where a day is replayed
/// faster: powers by the clock are smaller, so that joules and embodied grams are those of the wall. In a rehearsal all
/// is by the clock.
Options engine_options(const LiveRun& run) {
    Options options = run.options().search;
    if (!run.trains()) return options;
    options.power.optimizer_w /= run.options().speed();
    options.power.embodied_g_per_gpu_h *= run.layout.ranks_per_group / run.options().speed();
    options.power.evaluation_w = options.power.sampling_w = options.power.supernet_training_w = 0;  // metered
    options.power.idle_w = options.power.switching_w = 0;
    return options;
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
    if (!run.trains()) {
        run.problem = load_problem(run.options().search);
        return;
    }
    run.problem = untrained_problem(run.options());
    run.data = load_training_data(run.options().training.data);
}

/// What a run's journal is of: lines that two runs share if and only if one can go on with the other's.
std::string live_identity(const LiveRun& run) {
    std::string text = fmt::format("live run, program {}\n{} group(s) of {} rank(s)\ndeck {}\n", program_version(),
                                   run.groups(), run.layout.ranks_per_group,
                                   Checksum().add(run.request.effective_deck).hex());
    text += run.trains() ? fmt::format("images {}\n", run.data.checksum)
                         : fmt::format("table {}\n", run.problem.table_checksum);
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
            throw UsageError(fmt::format("{}: an earlier run was not finished; --restart goes on with it, --overwrite "
                                         "begins anew",
                                         journal.string()));
        if (request.restart) read_journal(journal, live_identity(run), [](const Bytes&, std::uint64_t) {});
    }
    if (!request.restart || !std::filesystem::exists(request.output)) return;
    if (RunFile(request.output).head().effective_deck != request.effective_deck)
        throw UsageError(fmt::format("{}: exists already and is of another deck; name another --output",
                                     request.output.string()));
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
        run.evaluator = table_evaluator(run.options(), run.problem);
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
    if (run.is_done) {
        spdlog::info("{}: is complete already", request.output.string());
        return;
    }
    std::error_code failed;
    std::filesystem::create_directories(states, failed);
    if (failed) throw RunError(fmt::format("{}: folder cannot be made: {}", states.string(), failed.message()));
    run.journal = std::make_unique<LiveJournal>(journal, live_identity(run));
}

std::int64_t utc_now_s() {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
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
        throw UsageError(fmt::format("{}: this folder of the first rank is not seen on {}; --output has to name a file on "
                                     "a file system that all nodes share",
                                     states_of(run.request.output).string(), node_name()));
}

// --- the coordinator -----------------------------------------------------------------------------------------------

/// The engine's trace: all of the run's steps, of which those to come may not be known.
Trace trace_of(const LiveRun& run, const LiveSearch& search, const SearchInputs& inputs, const Options& options) {
    const Trace& whole = run.traces[static_cast<std::size_t>(search.trace)];
    const auto length_s = static_cast<std::int64_t>(run_horizon(options).value);
    if (!run.options().now) return window_of(whole, inputs.start, length_s);
    Trace window = whole;
    const auto known = static_cast<std::size_t>(
        std::clamp<std::int64_t>((inputs.start.seconds - whole.start.seconds) / whole.step_s, 0, std::ssize(whole.values)));
    const auto steps = static_cast<std::size_t>((length_s + whole.step_s - 1) / whole.step_s);
    const auto a_day = static_cast<std::size_t>(86400 / whole.step_s);
    const auto end = whole.values.begin() + static_cast<std::ptrdiff_t>(known);
    window.start = inputs.start;
    window.history.assign(end - static_cast<std::ptrdiff_t>(std::min(known, a_day)), end);
    window.values.assign(steps, 0.0);
    window.estimated.assign(steps, 0);
    return window;
}

class Coordinator {
  public:
    Coordinator(LiveRun& run, GroupChannels& channels) : run_(run), channels_(channels) {}

    /// Throws StoppedEarly.
    std::vector<SearchRecord> run_all() {
        meet_groups();
        std::vector<SearchRecord> records;
        for (const LiveSearch& search : run_.searches) records.push_back(run_search(search));
        return records;
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
                throw RunError(fmt::format("{} group(s) said nothing within {:g} s of the start (live.patience_s)", missing,
                                           run_.options().live.patience_s));
            if (!received) continue;
            const Report hello = report_from(received->message);
            groups_[static_cast<std::size_t>(received->group)] = {hello.text, hello.idle_w, hello.idle_w, monotonic_s()};
            if (received->group == 0) run_.power_source = hello.power_source;
            --missing;
        }
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

    SearchRecord run_search(const LiveSearch& search) {
        const SearchInputs& inputs = inputs_of(search);
        const std::vector<LiveInput> recorded = inputs.inputs;
        Options options = engine_options(run_);
        options.run.start = inputs.start;
        if (run_.options().now) options.run.hours += inputs.offset_s / 3600;
        const MethodOptions& method = options.methods[static_cast<std::size_t>(search.method)];
        Trace trace = trace_of(run_, search, inputs, options);
        const auto states = states_of(run_.request.output);
        LiveWorld world({search.number,
                         search.seed,
                         channels_,
                         groups_,
                         feed(search, inputs, trace),
                         clock(inputs),
                         run_.options().speed(),
                         options.power.optimizer_w,
                         run_.options().live.patience_s,
                         [&](const LiveInput& input, bool sync) { run_.journal->keep(search.number, input, sync); },
                         [&] { run_.journal->sync_if_due(); },
                         [&] { return reason_to_stop(); },
                         [&](const Task& task) {
                             if (task.kind == TaskKind::evaluation)
                                 std::filesystem::remove(files_of(states, {search.number, search.seed, task}).state);
                         }},
                        trace, recorded, Seconds(inputs.offset_s));
        const auto strategy = search_strategy(run_.problem, method, search.seed);
        SearchRecord record = Engine(run_.problem, options, method, trace, search.seed, *strategy, world).run();
        record.method = search.method;
        record.trace = search.trace;
        record.seed = search.seed;
        if (world.lasted_s() > 0)
            spdlog::info("search {} ({}, {}, seed {}) is over after {:.1f} s; the coordinator was busy for {:.2f} % of them",
                         search.number, method.name, trace.name, search.seed, world.lasted_s(),
                         100 * (1 - world.waited_s() / world.lasted_s()));
        return record;
    }

    LiveRun& run_;
    GroupChannels& channels_;
    std::vector<GroupState> groups_;
};

// --- the result ----------------------------------------------------------------------------------------------------

RunHead make_head(const LiveRun& run, std::span<SearchRecord> records) {
    const Options options = engine_options(run);
    RunHead head;
    head.program_version = program_version();
    head.deck = run.request.deck;
    head.effective_deck = run.request.effective_deck;
    head.planned_searches = std::ssize(run.searches);
    for (const MethodOptions& method : options.methods) head.methods.push_back(method.name);
    ScenarioRecord scenario = scenario_record(options, 0);
    scenario.accounting = "metered";
    for (std::size_t i = 0; i < run.traces.size(); ++i) {
        const SearchInputs* inputs = run.journal->find(run.searches.front().number);
        Options of_search = options;
        of_search.run.start = inputs->start;
        if (run.options().now) of_search.run.hours += inputs->offset_s / 3600;
        scenario.start = inputs->start;
        scenario.horizon_s = run_horizon(of_search).value;
        head.traces.push_back(trace_of(run, {0, static_cast<std::int32_t>(i), 0, 0}, *inputs, of_search));
        head.trace_checksums.push_back(run.traces[i].checksum());
    }
    head.scenarios = {scenario};
    head.problems = {run.trains() ? known_problem(run.problem, run.data.images.name, run.data.checksum, records)
                                  : problem_record(run.problem)};
    return head;
}

void write_results(LiveRun& run, std::vector<SearchRecord> records) {
    RunRecord result;
    static_cast<RunHead&>(result) = make_head(run, records);
    for (SearchRecord& record : records) record.log_checksum = checksum_of_logs(record);
    result.searches = std::move(records);
    end_provenance(run.provenance, run.began_s);
    if (!run.request.overwrite) run.request.output = free_name(run.request.output);
    write_run_file(run.request.output, result, run.provenance, run.request.overwrite);
    run.journal->remove();
    std::filesystem::remove_all(states_of(run.request.output));
}

// --- all ranks -----------------------------------------------------------------------------------------------------

/// The coordinator's part; why it stopped, empty: it did not.
std::string coordinate(LiveRun& run, GroupChannels& channels) {
    Coordinator coordinator(run, channels);
    try {
        std::vector<SearchRecord> records = coordinator.run_all();
        coordinator.dismiss();
        write_results(run, std::move(records));
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
            work_in_group(group, end.get(), run.options().live, states_of(run.request.output), run.name, *run.evaluator);
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
    if (world.rank() == 0)
        fmt::print("{}\nresults: {}\n", describe_run(RunFile(run.request.output), -1), run.request.output.string());
    return ExitCode::done;
}

std::string describe_live_plan(const LiveOptions& options, int ranks) {
    const Layout layout = plan_layout(ranks, options.training.run.ranks_per_group, 1);
    return fmt::format("live run    {} searches, one after the other\n{}", plan_searches(options.search).size(),
                       describe_layout(layout, "the work"));
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "replay/run.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/clock.hpp"
#include "base/version.hpp"
#include "carbon/issued_forecast.hpp"
#include "carbon/synthetic_trace.hpp"
#include "comm/collective.hpp"
#include "comm/layout.hpp"
#include "engine/engine.hpp"
#include "io/output.hpp"
#include "io/replay_file.hpp"
#include "replay/recorded_work.hpp"
#include "replay/replay.hpp"
#include "replay/report.hpp"
#include "sweep/plan.hpp"

namespace cenas {
namespace {

PolicyOptions policy(const std::string& name, const std::string& allocator, int gpus,
                     const std::string& rest = "idle") {
    PolicyOptions options{name, {}, {}};
    options.schedule.allocator = allocator;
    options.schedule.evaluate = gpus;
    options.schedule.rest = rest;
    return options;
}

/// Seconds as a whole number of steps of every trace.
std::int64_t whole_steps(double seconds, const std::vector<Trace>& traces, const std::string& key) {
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    for (const Trace& trace : traces)
        if (std::abs(seconds - static_cast<double>(whole)) > 1e-6 || whole == 0 || whole % trace.step_s != 0)
            throw DataError(fmt::format("{} = {}: must be whole steps of trace '{}' ({} s)", key,
                                        seconds / seconds_per_hour, trace.name, trace.step_s));
    return whole;
}

const ScenarioRecord& scenario_of(const ReplayRequest& request, std::int64_t search) {
    return request.run->head().scenario_of(request.run->summaries()[request.run->row_of(search)]);
}

/// Work that a policy does in a fifth of the time on average has time enough.
double default_horizon_s(const ReplayRequest& request, const std::vector<Trace>& traces) {
    double longest_s = 0;
    for (const std::int64_t search : request.searches)
        longest_s = std::max(longest_s, request.run->summaries()[request.run->row_of(search)].end_s -
                                            scenario_of(request, search).account_from_s);
    std::int64_t step_s = 1;
    for (const Trace& trace : traces) step_s = std::max(step_s, trace.step_s);
    const auto step = static_cast<double>(step_s);
    return std::ceil(5 * longest_s / step) * step;
}

std::vector<std::int64_t> place_starts(const ReplayOptions& options, std::int64_t horizon_s,
                                       const std::vector<Trace>& traces) {
    std::int64_t first = options.from.seconds, end = traces.front().end().seconds;
    for (const Trace& trace : traces) {
        first = std::max(first, trace.start.seconds);
        end = std::min(end, trace.end().seconds);
    }
    for (const Trace& trace : traces)
        if ((first - trace.start.seconds) % trace.step_s != 0)
            throw DataError(
                fmt::format("replay.from: the first start {} is not on a step of trace '{}' (steps of {} s "
                            "from {})",
                            to_string(UtcTime{first}), trace.name, trace.step_s, to_string(trace.start)));
    const std::int64_t every = whole_steps(options.every_h * seconds_per_hour, traces, "replay.every_h");
    const std::int64_t fit = end - horizon_s < first ? 0 : (end - horizon_s - first) / every + 1;
    if (fit == 0 || fit < options.starts)
        throw DataError(fmt::format(
            "replay.starts: from {} on {} start(s) every {} h have a horizon of {} h before "
            "them, since a trace ends at {} ({} asked for)",
            to_string(UtcTime{first}), fit, options.every_h, static_cast<double>(horizon_s) / seconds_per_hour,
            to_string(UtcTime{end}), std::max<std::int64_t>(options.starts, 1)));
    std::vector<std::int64_t> starts(static_cast<std::size_t>(options.starts > 0 ? options.starts : fit));
    for (std::size_t i = 0; i < starts.size(); ++i) starts[i] = first + static_cast<std::int64_t>(i) * every;
    return starts;
}

void require_searches(const ReplayRequest& request) {
    if (request.run->head().record != "full")
        throw DataError(fmt::format("{}: is a summary, which has no logs to replay (run.record = \"full\" keeps them)",
                                    request.run_file.string()));
    for (const std::int64_t search : request.searches) request.run->row_of(search);  // throws
}

std::string difference_of(const ReplaySettings& a, const ReplaySettings& b) {
    if (a.gpus != b.gpus) return fmt::format("run.gpus ({}, {})", a.gpus, b.gpus);
    if (a.accounting != b.accounting) return fmt::format("accounting.mode ({}, {})", a.accounting, b.accounting);
    return a.power == b.power ? "[switching]" : "[power]";
}

/// The works of all searches, and the settings that they share.
void add_works(const ReplayRequest& request, ReplayRecord& record) {
    for (const std::int64_t number : request.searches) {
        const SearchRecord search = request.run->search(request.run->row_of(number));
        const Options options = request.scenarios.options(search.scenario);
        const ReplaySettings settings = replay_settings(options);
        if (record.works.empty()) record.settings = settings;
        if (!(settings == record.settings))
            throw UsageError(fmt::format("--search {} and {}: they differ in {}; replay them one by one",
                                         request.searches.front(), number, difference_of(record.settings, settings)));
        record.works.push_back(recorded_work(request.run->head(), search, options, number));
    }
}

/// Whoever plans on files finds one that covers all starts.
void require_forecasts(const ReplayRecord& record) {
    const auto planner = std::find_if(record.policies.begin(), record.policies.end(),
                                      [](const ReplayPolicy& p) { return p.told.forecast == "file"; });
    if (planner == record.policies.end()) return;
    for (const Trace& trace : record.traces) {
        if (!trace.forecast)
            throw UsageError(
                fmt::format("policy.{}.forecast = \"file\": needs a forecast file for every trace, and "
                            "trace '{}' has none (trace.{}.forecast)",
                            planner->name, trace.name, trace.name));
        require_covers(*trace.forecast, window_of(trace, UtcTime{record.starts.front()},
                                                  record.starts.back() - record.starts.front() +
                                                      static_cast<std::int64_t>(record.horizon_s)));
    }
}

/// The problem that all searches share.
const ProblemRecord& problem_of(const ReplayRequest& request) {
    const std::int32_t problem = scenario_of(request, request.searches.front()).problem;
    for (const std::int64_t search : request.searches)
        if (scenario_of(request, search).problem != problem)
            throw UsageError(
                fmt::format("--search {} and {}: they searched other tables or with other references; "
                            "replay them one by one",
                            request.searches.front(), search));
    return request.run->head().problems[static_cast<std::size_t>(problem)];
}

ReplayRecord prepare(const ReplayRequest& request) {
    require_searches(request);
    const ReplayOptions& options = request.options;
    const ProblemRecord& problem = problem_of(request);
    ReplayRecord record;
    record.program_version = program_version();
    record.deck = request.deck;
    record.effective_deck = request.effective_deck;
    record.source = request.run_file.filename().string();
    record.table_name = problem.table_name;
    record.table_checksum = problem.table_checksum;
    record.table_synthetic = problem.table_synthetic;
    add_works(request, record);
    for (const TraceOptions& trace : options.traces) record.traces.push_back(load_trace(trace));
    if (!options.allow_unlike_traces) require_comparable(record.traces);
    const double horizon_s =
        options.hours > 0 ? options.hours * seconds_per_hour : default_horizon_s(request, record.traces);
    const std::int64_t horizon = whole_steps(horizon_s, record.traces, "replay.hours");
    record.horizon_s = static_cast<double>(horizon);
    record.starts = place_starts(options, horizon, record.traces);
    for (const PolicyOptions& p : options.policies) record.policies.push_back({p.name, p.schedule, p.told});
    require_forecasts(record);
    return record;
}

Backend backend_of(const std::string& device) {
    if (device == "cpu") return Backend::openmp;
    if (!cuda_available())
        throw UsageError(fmt::format("replay.device = \"cuda\": {} (allowed here: cpu)", cuda_trouble()));
    return Backend::cuda;
}

}  // namespace

int gpus_of(const ReplayRequest& request) {
    require_searches(request);
    return scenario_of(request, request.searches.front()).gpus;
}

ReplayOptions default_replay(int gpus) {
    ReplayOptions options;
    for (const std::string& region : synthetic_regions()) options.traces.push_back({region, "synthetic:" + region, ""});
    options.policies = {policy("agnostic", "all-evaluate", gpus),
                        policy("suspend-resume-25", "cheapest", gpus),
                        policy("suspend-resume-50", "cheapest", gpus),
                        policy("threshold", "switch", gpus),
                        policy("shares", "shares", gpus),
                        policy("fixed-half", "fixed", std::max(1, gpus / 2), "sample")};
    options.policies[2].schedule.quantile = 0.5;
    return options;
}

ExitCode replay_command(const std::function<ReplayRequest()>& read, const Communicator& world) {
    ReplayRequest request;
    ReplayRecord record;
    Backend backend = Backend::openmp;
    const ExitCode code = agree(world, [&] {
        if (world.size() > 1)
            throw UsageError(fmt::format("cenas replay: {} ranks (allowed: 1, with --threads)", world.size()));
        request = read();
        require_writable(request.output, request.overwrite);
        backend = backend_of(request.options.device);
        record = prepare(request);
    });
    if (code != ExitCode::done) return code;
    const double began = monotonic_s();
    const Layout layout = plan_layout(1, 1, request.threads);
    omp_set_num_threads(layout.threads);
    Provenance provenance = begin_provenance(request.command_line, 1, layout.threads, mpi_library_version());
    replay(record, backend);
    end_provenance(provenance, began);
    write_replay_file(request.output, record, provenance, request.overwrite);
    fmt::print("{}results: {}\n", describe_replay(record), request.output.string());
    return ExitCode::done;
}

}  // namespace cenas

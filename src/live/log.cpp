// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "engine/engine.hpp"
#include "live/plan.hpp"
#include "live/prediction.hpp"
#include "live/problem.hpp"
#include "live/recorded_world.hpp"
#include "train/training.hpp"

namespace cenas {
namespace {

// Positions in live_input_kinds.
constexpr std::int32_t kind_usage = 0, kind_clock = 1, kind_end = 5;

std::int32_t kind_of(const LiveInput& input) {
    switch (input.kind) {
        case LiveInput::Kind::usage:
            return kind_usage;
        case LiveInput::Kind::end:
            return kind_end;
        case LiveInput::Kind::event:
            break;
    }
    return kind_clock + static_cast<std::int32_t>(input.event.kind);
}

LiveInput input_from(const LiveInputRow& row) {
    LiveInput input;
    input.now_s = row.now_s;
    input.kind = row.kind == kind_usage ? LiveInput::Kind::usage
                 : row.kind == kind_end ? LiveInput::Kind::end
                                        : LiveInput::Kind::event;
    if (input.kind == LiveInput::Kind::event)
        input.event = {static_cast<Event::Kind>(row.kind - kind_clock), row.gpu, row.task};
    return input;
}

void add_decisions(LiveLog& log, std::int64_t row, const std::vector<Decision>& decisions) {
    for (const Decision& d : decisions) {
        for (const CellIndex cell : d.cells) log.cells.push_back({std::ssize(log.decisions), cell});
        log.decisions.push_back({row, d.kind == Decision::Kind::pause, d.gpu, d.task,
                                 static_cast<std::int32_t>(d.task_kind),
                                 static_cast<std::uint8_t>(d.fidelity == Fidelity::low ? 1 : 0)});
    }
}

}  // namespace

void add_inputs(LiveLog& log, const std::vector<LiveInput>& inputs) {
    const auto search = static_cast<std::int32_t>(log.searches.size()) - 1;
    for (const LiveInput& input : inputs) {
        const std::int64_t row = std::ssize(log.inputs);
        log.inputs.push_back({search, kind_of(input), input.now_s, input.event.gpu, input.event.task});
        for (const LiveUsage& u : input.usage)
            log.usage.push_back({row, u.gpu, u.task, static_cast<std::int32_t>(u.component), u.from_s, u.to_s,
                                 u.measured_j, u.modelled_j});
        for (const double value : input.values) log.values.push_back({row, value});
        for (const Reading& r : input.readings) log.readings.push_back({row, r.step, r.intensity, r.age_s});
        add_decisions(log, row, input.decisions);
    }
}

std::vector<std::vector<LiveInput>> inputs_of(const LiveLog& log) {
    std::vector<LiveInput> all;
    for (const LiveInputRow& row : log.inputs) all.push_back(input_from(row));
    const auto of = [&](std::int64_t row) -> LiveInput& { return all[static_cast<std::size_t>(row)]; };
    for (const auto& u : log.usage)
        of(u.input).usage.push_back(
            {u.gpu, u.task, static_cast<Component>(u.component), u.from_s, u.to_s, u.measured_j, u.modelled_j});
    for (const auto& v : log.values) of(v.input).values.push_back(v.value);
    for (const auto& r : log.readings) of(r.input).readings.push_back({r.step, r.intensity, r.age_s});
    std::vector<std::vector<CellIndex>> cells(log.decisions.size());
    for (const auto& c : log.cells) cells[static_cast<std::size_t>(c.decision)].push_back(c.cell);
    for (std::size_t i = 0; i < log.decisions.size(); ++i) {
        const LiveDecisionRow& d = log.decisions[i];
        of(d.input).decisions.push_back({d.pause != 0 ? Decision::Kind::pause : Decision::Kind::start, d.gpu, d.task,
                                         static_cast<TaskKind>(d.task_kind), cells[i],
                                         d.low != 0 ? Fidelity::low : Fidelity::full});
    }
    std::vector<std::vector<LiveInput>> by_search(log.searches.size());
    for (std::size_t i = 0; i < all.size(); ++i)
        by_search[static_cast<std::size_t>(log.inputs[i].search)].push_back(std::move(all[i]));
    return by_search;
}

// --- decisions -----------------------------------------------------------------------------------------------------

namespace {

/// The searches of a file, to be searched again.
struct Searches {
    LiveOptions options;
    Problem problem;
    std::vector<std::vector<LiveInput>> inputs;
};

Searches searches_of(const RunFile& run, const LiveLog& log, const LiveOptions& options) {
    LiveOptions laid_out = options;
    laid_out.search.run.gpus = run.head().scenarios.front().gpus;
    const bool counts = options.live.evaluator == "train" && knows_objectives(laid_out.search);
    Problem problem = options.live.evaluator == "table" ? load_problem(laid_out.search)
                      : counts ? untrained_problem(laid_out, load_training_data(laid_out.training.data).images.train)
                               : untrained_problem(laid_out, {});
    return {std::move(laid_out), std::move(problem), inputs_of(log)};
}

/// What the engine of one of them had.
struct Setting {
    SearchRecord search;
    Trace trace;
    Options options;
    MethodOptions method;
    Seconds start;
};

Setting setting_of(const RunFile& run, std::size_t row, const LiveLog& log, const LiveOptions& options) {
    Setting setting;
    setting.search = run.search(row);
    const RunHead& head = run.head();
    setting.trace = head.trace_of(setting.search);
    for (const auto& h : log.history)
        if (h.trace == setting.search.trace) setting.trace.history.push_back(h.intensity);
    setting.start = Seconds(log.searches[row].offset_s);
    setting.options = engine_options(options, static_cast<int>(log.ranks_per_group),
                                     head.scenario_of(setting.search).start, setting.start.value);
    setting.method = setting.options.methods[static_cast<std::size_t>(setting.search.method)];
    return setting;
}

/// Throws DataError with the first difference.
void require_same_decisions(const Setting& setting, const Problem& problem, const std::vector<LiveInput>& inputs) {
    const auto& [search, whole, options, method, start] = setting;
    Trace trace = whole;  // which learns the readings
    RecordedWorld world(trace, inputs, start);
    const auto strategy = search_strategy(problem, method, search.seed);
    SearchRecord again = Engine(problem, options, method, trace, search.seed, *strategy, world).run();
    if (checksum_of_logs(again) != search.log_checksum)
        throw DataError("the decisions are the recorded ones, but the logs that follow from them are not");
}

}  // namespace

std::vector<std::string> verify_decisions(const RunFile& run, const LiveLog& log, const LiveOptions& options) {
    const Searches searches = searches_of(run, log, options);
    std::vector<std::string> lines;
    for (std::size_t row = 0; row < run.summaries().size(); ++row) try {
            require_same_decisions(setting_of(run, row, log, searches.options), searches.problem, searches.inputs[row]);
        } catch (const DataError& e) {
            lines.push_back(fmt::format("search {}: {}", run.head().number_of(row), e.what()));
        }
    return lines;
}

std::vector<std::string> describe_predictions(const RunFile& run, const LiveLog& log, const LiveOptions& options) {
    const Searches searches = searches_of(run, log, options);
    std::vector<std::string> lines;
    for (std::size_t row = 0; row < run.summaries().size(); ++row) {
        const auto [search, trace, of_engine, method, start] = setting_of(run, row, log, searches.options);
        const SearchRecord simulated =
            simulate_as_measured(searches.problem, of_engine, method, trace, search.seed, start, searches.inputs[row]);
        lines.push_back(fmt::format("search {} ({}), simulated with the lengths that its tasks had: {}",
                                    run.head().number_of(row), method.name, describe_prediction(search, simulated)));
    }
    return lines;
}

// --- trainings -----------------------------------------------------------------------------------------------------

namespace {

struct FinishedTraining {
    std::int32_t search = 0;
    CellIndex cell = 0;
    std::uint8_t low = 0;
    bool moved = false;  ///< from one group to another
};

std::vector<FinishedTraining> finished_trainings(const RunFile& run, const LiveLog& log) {
    std::map<std::tuple<std::int32_t, CellIndex, std::uint8_t>, std::set<std::int32_t>> groups;
    for (const auto& c : log.cells) {
        const LiveDecisionRow& d = log.decisions[static_cast<std::size_t>(c.decision)];
        if (static_cast<TaskKind>(d.task_kind) == TaskKind::evaluation)
            groups[{log.inputs[static_cast<std::size_t>(d.input)].search, c.cell, d.low}].insert(d.gpu);
    }
    std::vector<FinishedTraining> trainings;
    for (std::int32_t row = 0; row < std::ssize(run.summaries()); ++row)
        for (const EvaluationRecord& e : run.search(static_cast<std::size_t>(row)).evaluations_log)
            if (e.finished != 0) trainings.push_back({row, e.cell, e.low, groups[{row, e.cell, e.low}].size() > 1});
    std::stable_partition(trainings.begin(), trainings.end(), [](const auto& t) { return t.moved; });
    return trainings;
}

/// Objectives of one training of a file.
std::span<const double> objectives_of(const SearchRecord& search, const FinishedTraining& t, std::size_t count) {
    for (std::size_t i = 0; i < search.evaluations_log.size(); ++i) {
        const EvaluationRecord& e = search.evaluations_log[i];
        if (e.cell == t.cell && e.low == t.low && e.finished != 0) return {&search.objectives[i * count], count};
    }
    throw DataError(fmt::format("{} was not trained", cell_string(t.cell)));
}

}  // namespace

std::vector<std::string> verify_trainings(const RunFile& run, const LiveLog& log, const LiveOptions& options,
                                          std::int64_t count, std::int64_t& trained) {
    const TrainingDeckOptions& of = options.training;
    if (log.evaluator != "train" || log.ranks_per_group != 1 || of.run.device != "cpu")
        throw UsageError(
            "--sample: trainings of a live run can be done again where they were done in groups of one rank on "
            "processor cores");
    const TrainingData data = load_training_data(of.data);
    const auto& objectives = run.head().problems.front().objectives;
    std::vector<FinishedTraining> trainings = finished_trainings(run, log);
    trainings.resize(std::min(trainings.size(), static_cast<std::size_t>(count)));
    std::vector<std::string> lines;
    for (const FinishedTraining& t : trainings) {
        const SearchRecord search = run.search(static_cast<std::size_t>(t.search));
        const TrainingOptions how = options.training_at(t.low != 0 ? Fidelity::low : Fidelity::full);
        const auto training =
            train_cell(data, of.skeleton, how, cell_from_index(t.cell), static_cast<std::uint64_t>(search.seed), {});
        training->run(training->steps());
        const Accuracies reached = training->evaluate();
        const auto recorded = objectives_of(search, t, objectives.size());
        for (std::size_t k = 0; k < objectives.size(); ++k) {
            const bool validation = objectives[k].name == "validation_accuracy";
            if (!validation && objectives[k].name != "test_accuracy") continue;
            const double again = validation ? reached.validation : reached.test;
            if (again != recorded[k])
                lines.push_back(fmt::format("search {}: {}: {} is {}, trained again {}",
                                            run.head().number_of(static_cast<std::size_t>(t.search)),
                                            cell_string(t.cell), objectives[k].name, recorded[k], again));
        }
    }
    trained = std::ssize(trainings);
    return lines;
}

// --- for people ----------------------------------------------------------------------------------------------------

namespace {

/// What the groups of one search did.
struct Work {
    double granted_s = 0, lost_s = 0;  ///< of the search's clock: told to evaluate; of these they waited
    double measured_j = 0, modelled_j = 0;
    std::vector<double> save_s, resume_s;  ///< of wall clock, each
    std::int64_t pauses = 0, moves = 0, failures = 0, role_changes = 0;
};

void add_usage(const LiveLog& log, std::map<std::int32_t, Work>& works) {
    std::map<std::int32_t, std::int32_t> last_task;  // of each group
    std::set<std::pair<std::int32_t, std::int32_t>> begun;
    for (const auto& u : log.usage) {
        const std::int32_t search = log.inputs[static_cast<std::size_t>(u.input)].search;
        Work& work = works[search];
        work.measured_j += u.measured_j;
        work.modelled_j += u.modelled_j;
        if (u.gpu < 0) continue;
        const bool goes_on = last_task[u.gpu] == u.task;
        last_task[u.gpu] = u.task;
        if (static_cast<Component>(u.component) != Component::switching) continue;
        const double wall_s = (u.to_s - u.from_s) / log.clock_speed;
        const bool is_new = begun.insert({search, u.task}).second;
        if (goes_on)
            work.save_s.push_back(wall_s);
        else if (!is_new)
            work.resume_s.push_back(wall_s);
    }
}

void add_moves(const LiveLog& log, std::map<std::int32_t, Work>& works) {
    std::map<std::pair<std::int32_t, std::int32_t>, std::int32_t> last_group;  // of a task that was paused
    for (const auto& input : log.inputs) {
        works[input.search].pauses += input.kind == kind_clock + static_cast<int>(Event::Kind::paused);
        works[input.search].failures += input.kind == kind_clock + static_cast<int>(Event::Kind::failed);
    }
    for (const auto& d : log.decisions) {
        if (d.pause != 0) continue;
        const std::int32_t search = log.inputs[static_cast<std::size_t>(d.input)].search;
        const auto [task, is_new] = last_group.try_emplace({search, d.task}, d.gpu);
        if (!is_new && task->second != d.gpu) ++works[search].moves;
        task->second = d.gpu;
    }
}

/// Group g is told to evaluate where g < gpus_evaluate (engine/engine.hpp).
void add_grants(const RunFile& run, const LiveLog& log, std::map<std::int32_t, Work>& works) {
    std::map<std::int32_t, std::vector<LiveUsageRow>> waits;
    for (const auto& u : log.usage)
        if (static_cast<Component>(u.component) == Component::idle)
            waits[log.inputs[static_cast<std::size_t>(u.input)].search].push_back(u);
    for (std::size_t row = 0; row < run.summaries().size(); ++row) {
        const SearchRecord search = run.search(row);
        const auto step_s = static_cast<double>(run.head().trace_of(search).step_s);
        Work& work = works[static_cast<std::int32_t>(row)];
        for (std::size_t i = 0; i < search.intervals.size(); ++i) {
            const IntervalRecord& interval = search.intervals[i];
            const double length_s = std::min(step_s, search.end_s - static_cast<double>(i) * step_s);
            work.granted_s += length_s * interval.gpus_evaluate;
            const double begin_s = static_cast<double>(i) * step_s, end_s = begin_s + length_s;
            for (const auto& u : waits[static_cast<std::int32_t>(row)])
                if (u.gpu < interval.gpus_evaluate)
                    work.lost_s += std::max(0.0, std::min(u.to_s, end_s) - std::max(u.from_s, begin_s));
            if (i > 0)
                work.role_changes += interval.gpus_evaluate != search.intervals[i - 1].gpus_evaluate ||
                                     interval.gpus_sample != search.intervals[i - 1].gpus_sample;
        }
    }
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::nth_element(values.begin(), values.begin() + std::ssize(values) / 2, values.end());
    return values[values.size() / 2];
}

}  // namespace

std::string describe_live(const RunFile& run, const LiveLog& log) {
    std::map<std::int32_t, Work> works;
    add_usage(log, works);
    add_moves(log, works);
    add_grants(run, log, works);
    std::string text =
        fmt::format("\nlive: {} group(s) of {} rank(s), evaluator {}, {:g} h of the trace in one of wall clock\n",
                    log.groups.size(), log.ranks_per_group, log.evaluator, log.clock_speed);
    for (std::size_t g = 0; g < log.groups.size(); ++g) text += fmt::format("  group {}: {}\n", g, log.groups[g]);
    text += fmt::format("  power: {}\n", log.power_source);
    for (const auto& [row, work] : works) {
        const SearchRecord& search = run.summaries()[static_cast<std::size_t>(row)];
        const LiveSearchRow& at = log.searches[static_cast<std::size_t>(row)];
        const double joules = work.measured_j + work.modelled_j;
        text += fmt::format(
            "  search {} ({}): groups that were told to evaluate worked for {:.1f} % of the time; {} change(s) of "
            "roles, {} "
            "task(s) paused, {} taken up by another group, {} failed; saving a task took {:.3f} s (median of {}), "
            "going on "
            "with one {:.3f} s (of {}); {:.0f} J, {:.0f} % of it measured",
            run.head().number_of(static_cast<std::size_t>(row)), run.head().method_of(search),
            work.granted_s > 0 ? 100 * (1 - work.lost_s / work.granted_s) : 100, work.role_changes, work.pauses,
            work.moves, work.failures, median(work.save_s), work.save_s.size(), median(work.resume_s),
            work.resume_s.size(), joules, joules > 0 ? 100 * work.measured_j / joules : 0);
        if (at.lasted_s > 0)
            text += fmt::format("; the coordinator was busy for {:.2f} % of {:.0f} s",
                                100 * (1 - at.waited_s / at.lasted_s), at.lasted_s);
        text += '\n';
    }
    return text;
}

}  // namespace cenas

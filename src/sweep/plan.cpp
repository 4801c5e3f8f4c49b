// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "base/mean.hpp"
#include "carbon/issued_forecast.hpp"
#include "carbon/synthetic_trace.hpp"
#include "engine/engine.hpp"
#include "io/table_file.hpp"
#include "schedule/allocator.hpp"
#include "search/strategy.hpp"

namespace cenas {
namespace {

constexpr std::string_view synthetic_prefix = "synthetic:";

/// Two decks with one key have one problem.
std::string problem_key(const Options& options) {
    std::string key =
        fmt::format("{}\n{}\n{}", options.problem.table, options.problem.cost_scale, options.run.identity);
    for (const auto& objective : options.problem.objectives)
        key += fmt::format("\n{} {}", objective.name, objective.reference);
    return key;
}

// --- the head of the run file ------------------------------------------------------------------------------------

void require_steps(const Options& options, const Trace& trace) {
    const double from_s = search_begin(options).value;
    if (from_s >= run_horizon(options).value)
        throw UsageError(fmt::format("accounting.account_from_h = {}: must be less than run.hours = {}",
                                     options.accounting.account_from_h, options.run.hours));
    if (std::fmod(from_s, static_cast<double>(trace.step_s)) != 0.0)
        throw UsageError(
            fmt::format("accounting.account_from_h = {}: must be a whole number of steps of trace '{}' ({} s)",
                        options.accounting.account_from_h, trace.name, trace.step_s));
}

bool same_table_and_references(const ProblemRecord& a, const ProblemRecord& b) {
    return a.table_checksum == b.table_checksum && a.table_name == b.table_name &&
           std::equal(a.objectives.begin(), a.objectives.end(), b.objectives.begin(), b.objectives.end(),
                      [](const auto& x, const auto& y) { return x.name == y.name && x.reference == y.reference; });
}

/// What is searched may vary from scenario to scenario, what is measured may not: the results stand in one table.
void require_same_objectives(const ProblemRecord& a, const ProblemRecord& b) {
    if (std::equal(a.objectives.begin(), a.objectives.end(), b.objectives.begin(), b.objectives.end(),
                   [](const auto& x, const auto& y) {
                       return x.name == y.name && x.direction == y.direction && x.unit == y.unit;
                   }))
        return;
    throw UsageError(fmt::format(
        "axis: tables '{}' and '{}' differ in the objectives' names, units or directions (allowed: those of all "
        "scenarios alike)",
        a.table_name, b.table_name));
}

/// The index of the record's like, which is added if there is none.
std::int32_t index_of(std::vector<ProblemRecord>& problems, ProblemRecord record) {
    const auto found = std::find_if(problems.begin(), problems.end(),
                                    [&](const auto& p) { return same_table_and_references(p, record); });
    if (found != problems.end()) return static_cast<std::int32_t>(found - problems.begin());
    if (!problems.empty()) require_same_objectives(problems.front(), record);
    problems.push_back(std::move(record));
    return static_cast<std::int32_t>(problems.size() - 1);
}

struct Span {
    UtcTime begin, end;
};

/// Says in which scenario something is wrong.
template <class Body>
void in_scenario(const Scenarios& scenarios, std::int64_t scenario, const Body& body) {
    const auto told = [&](const Error& e) {
        return scenarios.axes.empty() ? std::string(e.what())
                                      : fmt::format("{} (scenario {} of {})", e.what(), scenario, scenarios.count());
    };
    try {
        body();
    } catch (const UsageError& e) {
        throw UsageError(told(e));
    } catch (const DataError& e) {
        throw DataError(told(e));
    }
}

std::vector<AxisRecord> axis_records(const Scenarios& scenarios) {
    std::vector<AxisRecord> records;
    for (std::size_t a = 0; a < scenarios.axes.size(); ++a)
        for (std::size_t k = 0; k < scenarios.axes[a].keys.size(); ++k) {
            AxisRecord& record = records.emplace_back(AxisRecord{scenarios.axes[a].keys[k], {}});
            for (std::int64_t s = 0; s < scenarios.count(); ++s)
                record.values.push_back(scenarios.axes[a].values[scenarios.position(a, s)][k]);
        }
    return records;
}

// --- the plan ----------------------------------------------------------------------------------------------------

/// "ce-nas" of "method.ce-nas.lamoo.depth"; empty for keys of no method. Names may hold dots.
std::string method_of(const std::string& key, const std::vector<std::string>& names) {
    std::string longest;
    for (const auto& name : names)
        if (key.starts_with(fmt::format("method.{}.", name)) && name.size() > longest.size()) longest = name;
    return longest;
}

/// The one method that all keys of an axis belong to; empty: several or none.
std::string only_method(const SweepAxis& axis, const std::vector<std::string>& names) {
    std::string first = method_of(axis.keys.front(), names);
    for (const auto& key : axis.keys)
        if (method_of(key, names) != first) return "";
    return first;
}

/// Whether a scenario repeats, for this method, what another one has already.
bool repeats(const Scenarios& scenarios, std::int64_t scenario, const std::vector<std::string>& names,
             const std::string& method) {
    for (std::size_t a = 0; a < scenarios.axes.size(); ++a) {
        const std::string only = only_method(scenarios.axes[a], names);
        if (scenarios.position(a, scenario) != 0 && !only.empty() && only != method) return true;
    }
    return false;
}

std::optional<DeckValue> value_of(const Scenarios& scenarios, std::int64_t scenario, const std::string& key) {
    for (std::size_t a = 0; a < scenarios.axes.size(); ++a)
        for (std::size_t k = 0; k < scenarios.axes[a].keys.size(); ++k)
            if (scenarios.axes[a].keys[k] == key) return scenarios.axes[a].values[scenarios.position(a, scenario)][k];
    return std::nullopt;
}

/// A condition on a key of one method holds for that method only.
bool is_excluded(const Scenarios& scenarios, std::int64_t scenario, const std::vector<std::string>& names,
                 const std::string& method, const std::string& trace) {
    const auto holds = [&](const SweepExclusion::Condition& condition) {
        const std::string only = method_of(condition.key, names);
        if (!only.empty() && only != method) return false;
        const auto value = condition.key == "method"  ? DeckValue(method)
                           : condition.key == "trace" ? DeckValue(trace)
                                                      : value_of(scenarios, scenario, condition.key).value();
        return std::find(condition.any_of.begin(), condition.any_of.end(), value) != condition.any_of.end();
    };
    return std::any_of(scenarios.exclusions.begin(), scenarios.exclusions.end(),
                       [&](const SweepExclusion& e) { return std::all_of(e.all_of.begin(), e.all_of.end(), holds); });
}

template <class Entries>
std::vector<std::string> names_of(const Entries& entries) {
    std::vector<std::string> names;
    for (const auto& entry : entries) names.push_back(entry.name);
    return names;
}

/// What searches with the same proposals share: scenario without its start, method, seed, step of the trace.
using Proposals = std::tuple<std::int64_t, std::int32_t, std::int64_t, std::int64_t>;

Proposals proposals_of(const Inputs& inputs, const PlannedSearch& search) {
    std::int64_t scenario = 0;  // the first that differs in the start only
    const auto& axes = inputs.scenarios.axes;
    for (std::size_t a = 0; a < axes.size(); ++a) {
        const bool start = axes[a].keys == std::vector<std::string>{"run.start"};
        scenario = scenario * std::ssize(axes[a].values) +
                   (start ? 0 : static_cast<std::int64_t>(inputs.scenarios.position(a, search.scenario)));
    }
    return {scenario, search.method, search.seed, inputs.traces[static_cast<std::size_t>(search.trace)].step_s};
}

/// The share of GPU time that goes to evaluation, roughly.
double expected_share(const MethodOptions& method, int gpus) {
    const auto& schedule = method.schedule;
    if (schedule.allocator == "all-evaluate") return 1.0;
    if (schedule.allocator == "all-sample") return 0.05;
    if (schedule.allocator == "fixed") return std::min(1.0, static_cast<double>(schedule.evaluate) / gpus);
    if (schedule.allocator == "cheapest") return std::min(1.0, schedule.quantile * schedule.evaluate / gpus);
    return 0.5;
}

/// Results that the strategy learns from, roughly: what a search takes grows with them.
double expected_results(const MethodOptions& method, const ScenarioRecord& scenario, double training_s, double cells) {
    if (method.learn_from == "estimate") return method.max_samples > 0 ? method.max_samples : cells;
    const double trainings = scenario.gpus * scenario.horizon_s / training_s;
    return std::min(cells, trainings * expected_share(method, scenario.gpus));
}

}  // namespace

ScenarioRecord scenario_record(const Options& options, std::int32_t problem) {
    ScenarioRecord record;
    record.problem = problem;
    record.accounting = options.accounting.mode;
    record.start = options.run.start;
    record.horizon_s = run_horizon(options).value;
    record.account_from_s = search_begin(options).value;
    record.gpus = options.run.gpus;
    for (const auto& method : options.methods) record.forecasts.push_back({method.forecast, method.window_h});
    record.budget_carbon_kg = options.budget.carbon_kg;
    record.budget_evaluations = options.budget.evaluations;
    record.component_w = {options.power.evaluation_w, options.power.sampling_w, options.power.supernet_training_w,
                          options.power.optimizer_w,  options.power.idle_w,     options.power.switching_w};
    record.pue = options.power.pue;
    record.embodied_g_per_gpu_h = options.power.embodied_g_per_gpu_h;
    record.cost_scale = options.problem.cost_scale;
    return record;
}

ProblemRecord problem_record(const Problem& problem) {
    ProblemRecord record;
    record.table_name = problem.table.name;
    record.table_checksum = problem.table_checksum;
    record.table_synthetic = problem.table.synthetic;
    record.table_cells = static_cast<std::int64_t>(problem.table.size());
    record.objectives = problem.objectives;
    record.hv_max = problem.hv_max;
    record.hv_max_denoised = problem.hv_max_denoised;
    record.class_means = problem.class_means;
    return record;
}

const Problem& Problems::of(const Options& options) {
    const std::lock_guard lock(mutex_);
    auto& problem = by_key_[problem_key(options)];
    if (!problem) problem = std::make_unique<const Problem>(load_problem(options));
    return *problem;
}

Trace load_trace(const TraceOptions& options) {
    const bool synthetic = options.source.starts_with(synthetic_prefix);
    const auto regions = synthetic_regions();
    if (const std::string name = std::filesystem::path(options.source).filename();
        !synthetic && !std::filesystem::exists(options.source) &&
        std::find(regions.begin(), regions.end(), name) != regions.end())
        throw DataError(
            fmt::format("{}: no such file; the built-in trace is called synthetic:{}", options.source, name));
    Trace trace =
        synthetic ? synthetic_trace(options.source.substr(synthetic_prefix.size())) : read_trace_file(options.source);
    trace.name = options.name;
    if (!options.forecast.empty()) {
        trace.forecast = std::make_shared<const IssuedForecast>(read_forecast_file(options.forecast));
        trace.forecast_checksum = trace.forecast->checksum();
        require_alike(*trace.forecast, trace);
    }
    return trace;
}

Inputs load_inputs(Scenarios scenarios) {
    Inputs inputs;
    inputs.first = scenarios.options(0);
    inputs.scenarios = std::move(scenarios);
    inputs.problems = std::make_unique<Problems>();
    inputs.problems->of(inputs.first);
    for (const auto& trace : inputs.first.traces) {
        inputs.traces.push_back(load_trace(trace));
        inputs.trace_checksums.push_back(inputs.traces.back().checksum());
    }
    if (!inputs.first.run.allow_unlike_traces) require_comparable(inputs.traces);
    return inputs;
}

RunHead describe_inputs(const Inputs& inputs) {
    RunHead head;
    head.record = inputs.first.run.record;
    head.methods = names_of(inputs.first.methods);
    head.trace_checksums = inputs.trace_checksums;
    head.axes = axis_records(inputs.scenarios);
    std::map<const Problem*, std::int32_t> known;
    Span span{inputs.first.run.start, inputs.first.run.start};
    for (std::int64_t s = 0; s < inputs.scenarios.count(); ++s)
        in_scenario(inputs.scenarios, s, [&] {
            const Options options = s == 0 ? inputs.first : inputs.scenarios.options(s);
            const auto length_s = static_cast<std::int64_t>(run_horizon(options).value);
            for (const Trace& trace : inputs.traces) {
                require_steps(options, trace);
                require_window(trace, options.run.start, length_s);
                if (trace.forecast) require_covers(*trace.forecast, window_of(trace, options.run.start, length_s));
            }
            span.begin = std::min(span.begin, options.run.start);
            span.end = std::max(span.end, UtcTime{options.run.start.seconds + length_s});
            const Problem& problem = inputs.problems->of(options);
            require_methods(problem, options);
            if (!known.contains(&problem)) known[&problem] = index_of(head.problems, problem_record(problem));
            head.scenarios.push_back(scenario_record(options, known[&problem]));
        });
    for (const Trace& trace : inputs.traces)
        head.traces.push_back(window_of(trace, span.begin, span.end.seconds - span.begin.seconds));
    return head;
}

SweepPlan::SweepPlan(const Inputs& inputs) : first_seed_(inputs.first.run.first_seed), seeds_(inputs.first.run.seeds) {
    const auto methods = names_of(inputs.first.methods), traces = names_of(inputs.first.traces);
    for (std::int64_t s = 0; s < inputs.scenarios.count(); ++s)
        for (std::size_t t = 0; t < traces.size(); ++t)
            for (std::size_t m = 0; m < methods.size(); ++m)
                if (!repeats(inputs.scenarios, s, methods, methods[m]) &&
                    !is_excluded(inputs.scenarios, s, methods, methods[m], traces[t]))
                    groups_.push_back({s, static_cast<std::int32_t>(t), static_cast<std::int32_t>(m)});
}

PlannedSearch SweepPlan::operator[](std::int64_t number) const {
    const Group& group = groups_[static_cast<std::size_t>(number / seeds_)];
    return {group.scenario, group.trace, group.method, first_seed_ + number % seeds_};
}

std::vector<WorkUnit> plan_work(const SweepPlan& plan, const Shard& shard, const Inputs& inputs, const RunHead& head,
                                const std::function<bool(std::int64_t)>& left, std::int64_t workers) {
    constexpr std::int64_t longest_unit = 1000, units_a_worker = 4;
    const auto longest = static_cast<std::size_t>(
        std::clamp(shard.size(plan.size()) / (units_a_worker * workers), std::int64_t{1}, longest_unit));
    const ArchitectureTable& table = inputs.problems->of(inputs.first).table;
    const double training_s = mean(table.evaluation_s);
    std::map<Proposals, std::size_t> unit_of;
    std::vector<std::pair<double, WorkUnit>> units;  // with what is expected of the first search
    for (std::int64_t i = 0; i < shard.size(plan.size()); ++i) {
        const std::int64_t number = shard.search(i);
        if (!left(number)) continue;
        const PlannedSearch search = plan[number];
        const auto& method = inputs.first.methods[static_cast<std::size_t>(search.method)];
        const auto& scenario = head.scenarios[static_cast<std::size_t>(search.scenario)];
        if (has_model(method.search) && is_blind(method.schedule) && scenario.budget_carbon_kg == 0) {
            const auto [place, is_new] = unit_of.emplace(proposals_of(inputs, search), units.size());
            if (!is_new && units[place->second].second.size() < longest) {
                units[place->second].second.push_back(number);
                continue;
            }
            place->second = units.size();
        }
        const double expected = expected_results(method, scenario, training_s, static_cast<double>(table.size()));
        units.push_back({expected, {number}});
    }
    std::stable_sort(units.begin(), units.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<WorkUnit> ordered;
    for (auto& unit : units) ordered.push_back(std::move(unit.second));
    return ordered;
}

void require_searches(std::int64_t planned, const Shard& shard) {
    if (planned == 0) throw UsageError("exclude: every search of the sweep is left out");
    if (shard.count > planned)
        throw UsageError(
            fmt::format("--shard {}/{}: the sweep has only {} searches", shard.number, shard.count, planned));
}

}  // namespace cenas

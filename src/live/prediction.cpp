// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/prediction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "engine/simulated_world.hpp"

namespace cenas {
namespace {

/// A task of the search, as it went.
struct MeasuredTask {
    TaskKind kind = TaskKind::evaluation;
    std::vector<CellIndex> cells;
    Fidelity fidelity = Fidelity::full;
    double seconds = 0;  ///< of the search's clock, with saves and restores
    int slices = 0;
    bool finished = false;
    std::vector<double> values;
};

/// A whole search.
struct Measured {
    std::map<int, MeasuredTask> tasks;  ///< by number, which is their order
    std::array<double, component_count> seconds{}, joules{};
};

void add_usage(Measured& measured, const LiveUsage& usage) {
    const double seconds = usage.to_s - usage.from_s, joules = usage.measured_j + usage.modelled_j;
    Component component = usage.component;
    if (usage.task >= 0) {
        MeasuredTask& task = measured.tasks[usage.task];
        task.seconds += seconds;
        if (component == Component::switching)
            component = task.kind == TaskKind::evaluation ? Component::evaluation : Component::supernet_training;
        else
            ++task.slices;
    }
    measured.seconds[static_cast<std::size_t>(component)] += seconds;
    measured.joules[static_cast<std::size_t>(component)] += joules;
}

Measured measured_search(const std::vector<LiveInput>& inputs) {
    Measured measured;
    for (const LiveInput& input : inputs) {
        for (const Decision& decision : input.decisions)  // made before the input came
            if (decision.kind == Decision::Kind::start) {
                measured.tasks[decision.task].kind = decision.task_kind;
                measured.tasks[decision.task].cells = decision.cells;
                measured.tasks[decision.task].fidelity = decision.fidelity;
            }
        for (const LiveUsage& usage : input.usage) add_usage(measured, usage);
        if (input.kind != LiveInput::Kind::event || input.event.kind == Event::Kind::clock) continue;
        MeasuredTask& task = measured.tasks[input.event.task];
        task.finished = input.event.kind == Event::Kind::finished || input.event.kind == Event::Kind::failed;
        task.values = input.values;
    }
    return measured;
}

double watts(const Measured& measured, Component component) {
    const auto c = static_cast<std::size_t>(component);
    return measured.seconds[c] > 0 ? measured.joules[c] / measured.seconds[c] : 0;
}

/// Of what ended.
struct Means {
    double evaluation_s = 0, slices = 1, sampling_s = 0;
    double low_s = 0;                  ///< a training of fewer epochs
    std::optional<double> supernet_s;  ///< none: it did not end
};

Means means_of(const Measured& measured) {
    Means means;
    double trainings = 0, low = 0, slices = 0, queries = 0;
    for (const auto& [id, task] : measured.tasks) {
        if (!task.finished) continue;
        if (task.kind == TaskKind::evaluation && task.fidelity == Fidelity::low) {
            means.low_s += task.seconds;
            low += 1;
        } else if (task.kind == TaskKind::evaluation) {
            means.evaluation_s += task.seconds;
            slices += task.slices;
            trainings += 1;
        } else if (task.kind == TaskKind::sampling) {
            means.sampling_s += task.seconds;
            queries += static_cast<double>(task.cells.size());
        } else {
            means.supernet_s = task.seconds;
        }
    }
    if (trainings > 0) {
        means.evaluation_s /= trainings;
        means.slices = std::max(1.0, std::round(slices / trainings));
    }
    if (low > 0) means.low_s /= low;
    if (queries > 0) means.sampling_s /= queries;
    return means;
}

/// Every cell of the space, with what is known of it.
ArchitectureTable table_of(const Problem& problem, const Measured& measured, const Means& means, Seconds never) {
    ArchitectureTable table;
    table.cells.resize(cell_count);
    std::iota(table.cells.begin(), table.cells.end(), 0);
    table.evaluation_s.assign(cell_count, means.evaluation_s > 0 ? means.evaluation_s : never.value);
    table.sampling_s.assign(cell_count, means.sampling_s);
    table.supernet_training_s = means.supernet_s.value_or(never.value);
    if (means.low_s > 0 && means.evaluation_s > 0) table.low_fidelity_cost = means.low_s / means.evaluation_s;
    const std::size_t m = problem.objectives.size();
    for (const RunObjective& o : problem.objectives) {
        const std::vector<double> worst(cell_count, o.reference);
        table.objectives.push_back({o.name, o.direction, o.unit, worst, worst, worst});
    }
    for (const auto& [id, task] : measured.tasks)
        for (std::size_t i = 0; i < task.cells.size(); ++i) {
            const auto cell = static_cast<std::size_t>(task.cells[i]);
            const bool trained = task.kind == TaskKind::evaluation, low = task.fidelity == Fidelity::low;
            if (trained && !low && task.finished) table.evaluation_s[cell] = task.seconds;
            const auto column = !trained ? &TableObjective::estimates
                                : low    ? &TableObjective::low
                                         : &TableObjective::values;
            for (std::size_t k = 0; k < m && task.values.size() == task.cells.size() * m; ++k)
                (table.objectives[k].*column)[cell] = task.values[i * m + k];
        }
    return table;
}

/// In the order in which the strategy was asked, then any others.
std::vector<Proposal> proposals_of(const Problem& problem, const Measured& measured, int initial) {
    std::vector<Proposal> order;
    std::set<std::pair<CellIndex, Fidelity>> known;
    for (const auto& [id, task] : measured.tasks)
        for (const CellIndex cell : task.cells) {
            const bool is_new = known.emplace(cell, task.fidelity).second;
            const bool is_initial = task.kind == TaskKind::evaluation && initial-- > 0;
            if (is_new && !is_initial) order.push_back({cell, task.fidelity});
        }
    for (const CellIndex cell : problem.candidates.cells)
        if (!known.contains({cell, Fidelity::full})) order.push_back({cell});
    return order;
}

std::vector<double> ends_of_trainings(const SearchRecord& search) {
    std::vector<double> ends;
    for (const EvaluationRecord& e : search.evaluations_log)
        if (e.finished != 0) ends.push_back(e.end_s);
    std::sort(ends.begin(), ends.end());
    return ends;
}

}  // namespace

SearchRecord simulate_as_measured(const Problem& problem, const Options& options, const MethodOptions& method,
                                  const Trace& trace, std::int64_t seed, Seconds start,
                                  const std::vector<LiveInput>& inputs) {
    const Measured measured = measured_search(inputs);
    const Means means = means_of(measured);
    Options as_measured = options;
    as_measured.power.evaluation_w = watts(measured, Component::evaluation);
    as_measured.power.sampling_w = watts(measured, Component::sampling);
    as_measured.power.supernet_training_w = watts(measured, Component::supernet_training);
    as_measured.power.idle_w = watts(measured, Component::idle);
    as_measured.power.optimizer_w = watts(measured, Component::optimizer);
    as_measured.switching = {0, 0, static_cast<int>(means.slices)};
    Problem known = problem;
    known.table = table_of(problem, measured, means, 2 * run_horizon(options));
    known.row_of_cell = known.table.rows_by_cell();
    MethodOptions proposing = method;
    proposing.search.strategy = "recorded";
    proposing.search.recorded = proposals_of(problem, measured, options.run.initial);
    SimulatedWorld world(known, as_measured, start);
    const auto strategy = search_strategy(known, proposing, seed);
    return Engine(known, as_measured, proposing, trace, seed, *strategy, world).run();
}

std::string describe_prediction(const SearchRecord& live, const SearchRecord& simulated) {
    const auto off = [](double was, double predicted) { return was > 0 ? 100 * (predicted / was - 1) : 0.0; };
    const auto live_ends = ends_of_trainings(live), ends = ends_of_trainings(simulated);
    std::string text =
        fmt::format("{:.3g} g CO2e (live {:.3g}, {:+.1f} %), {} trainings (live {})", simulated.carbon_g, live.carbon_g,
                    off(live.carbon_g, simulated.carbon_g), ends.size(), live_ends.size());
    const std::size_t both = std::min(ends.size(), live_ends.size());
    if (both > 0)
        text += fmt::format(", number {} of them ends after {:.2f} h (live {:.2f}, {:+.1f} %)", both,
                            ends[both - 1] / seconds_per_hour, live_ends[both - 1] / seconds_per_hour,
                            off(live_ends[both - 1], ends[both - 1]));
    return text;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/info.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "base/mean.hpp"
#include "engine/problem.hpp"
#include "io/journal.hpp"
#include "sweep/front.hpp"
#include "sweep/journal.hpp"

namespace cenas {
namespace {

using Searches = std::vector<const SearchRecord*>;

struct Column {
    std::string title;
    std::function<double(const SearchRecord&)> value;
    int decimals;
};

/// Searches that emit less are told in grams and watt-hours.
constexpr double little_g = 1000;

bool is_little(const std::map<std::int32_t, Searches>& by_method) {
    return std::all_of(by_method.begin(), by_method.end(), [](const auto& entry) {
        return std::all_of(entry.second.begin(), entry.second.end(),
                           [](const SearchRecord* s) { return s->carbon_g < little_g; });
    });
}

/// "12.3 kg", "0.45 g"
std::string describe_mass(double grams) {
    return grams < little_g ? fmt::format("{:.3g} g", grams) : fmt::format("{:.2f} kg", grams / 1000);
}

std::vector<Column> method_columns(const RunHead& head, bool little) {
    const double per_kilo = little ? 1000 : 1;
    return {
        {"HV log difference",
         [&head](const SearchRecord& s) { return hv_log_difference(head.problem_of(s).hv_max, s.hypervolume); }, 2},
        {little ? "carbon g" : "carbon kg", [=](const SearchRecord& s) { return s.carbon_g / 1000.0 * per_kilo; }, 2},
        {little ? "energy Wh" : "energy kWh",
         [=](const SearchRecord& s) { return to_kilowatt_hours(Joules(s.energy_j)).value * per_kilo; }, 1},
        {"GPU-hours", [](const SearchRecord& s) { return s.gpu_hours; }, 0},
        {"trainings", [](const SearchRecord& s) { return static_cast<double>(s.evaluations); }, 0}};
}

/// "1.40 ± 0.26"; one value alone has no spread; a log difference of -inf has no mean: HV_max was reached.
std::string mean_and_deviation(const std::vector<double>& values, int decimals) {
    const auto reached = std::count_if(values.begin(), values.end(), [](double v) { return std::isinf(v); });
    if (reached > 0) return fmt::format("HV_max in {} of {}", reached, values.size());
    const auto n = static_cast<double>(values.size());
    const double middle = mean(values);
    if (values.size() < 2) return fmt::format("{:.{}f}", middle, decimals);
    double squares = 0;
    for (const double v : values) squares += (v - middle) * (v - middle);
    return fmt::format("{:.{}f} ± {:.{}f}", middle, decimals, std::sqrt(squares / (n - 1)), decimals);
}

/// Pads by characters, not bytes ("±" is two bytes).
std::string padded(const std::string& text, std::size_t width) {
    const auto characters = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
    return std::string(width > characters ? width - characters : 0, ' ') + text;
}

std::string synthetic_mark(bool synthetic) { return synthetic ? " (SYNTHETIC)" : ""; }

std::string to_text(const DeckValue& value) {
    return std::visit(
        [](const auto& v) {
            if constexpr (std::is_same_v<std::decay_t<decltype(v)>, UtcTime>)
                return to_string(v);
            else
                return fmt::format("{}", v);
        },
        value);
}

/// "run.gpus = 4, run.start = 2021-07-02T06:00:00Z"
std::string describe_scenario(const RunHead& head, std::size_t scenario) {
    std::string text;
    for (const auto& axis : head.axes)
        text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", axis.key, to_text(axis.values[scenario]));
    return text;
}

// --- for people --------------------------------------------------------------------------------------------------

std::string describe_methods(const RunHead& head, const std::map<std::int32_t, Searches>& by_method) {
    std::vector<Column> columns = method_columns(head, is_little(by_method));
    const bool low = std::any_of(by_method.begin(), by_method.end(), [](const auto& entry) {
        return std::any_of(entry.second.begin(), entry.second.end(),
                           [](const SearchRecord* s) { return s->low_evaluations > 0; });
    });
    if (low)
        columns.push_back(
            {"of fewer epochs", [](const SearchRecord& s) { return static_cast<double>(s.low_evaluations); }, 0});
    constexpr std::size_t width = 18;
    std::size_t name_width = 8;
    for (const auto& name : head.methods) name_width = std::max(name_width, name.size());
    std::string text = fmt::format("  {:<{}}", "method", name_width);
    for (const auto& column : columns) text += padded(column.title, width);
    text += '\n';
    for (const auto& [method, searches] : by_method) {
        text += fmt::format("  {:<{}}", head.methods[static_cast<std::size_t>(method)], name_width);
        for (const auto& column : columns) {
            std::vector<double> values;
            for (const auto* s : searches) values.push_back(column.value(*s));
            text += padded(mean_and_deviation(values, column.decimals), width);
        }
        text += '\n';
    }
    return text;
}

/// A table of methods for every scenario and trace.
std::string describe_tables(const RunHead& head, const Searches& searches) {
    std::map<std::pair<std::int32_t, std::int32_t>, std::map<std::int32_t, Searches>> groups;
    for (const auto* s : searches) groups[{s->scenario, s->trace}][s->method].push_back(s);
    constexpr std::size_t most = 100;
    std::string text;
    std::size_t shown = 0;
    for (const auto& [place, by_method] : groups) {
        if (++shown > most)
            return text +
                   fmt::format("\n... and {} more tables: --csv and --json have everything\n", groups.size() - most);
        const Trace& trace = head.traces[static_cast<std::size_t>(place.second)];
        if (!head.axes.empty())
            text += fmt::format("\nscenario {}: {}", place.first,
                                describe_scenario(head, static_cast<std::size_t>(place.first)));
        text += fmt::format("\ntrace {}{}, {} {}: mean ± standard deviation over {} seed(s)\n", trace.name,
                            synthetic_mark(trace.synthetic), to_string(trace.signal), to_string(trace.scope),
                            by_method.begin()->second.size());
        text += describe_methods(head, by_method);
    }
    return text;
}

std::string describe_front(const RunHead& head, std::int64_t number, const SearchRecord& search) {
    const ProblemRecord& problem = head.problem_of(search);
    const std::size_t m = problem.objectives.size();
    std::string text =
        fmt::format("\nPareto front of search {} ({}, {}, seed {}{}): hypervolume {:.2f} of {:.2f}, {} CO2e in all\n",
                    number, head.method_of(search), head.trace_of(search).name, search.seed,
                    head.axes.empty() ? "" : "; " + describe_scenario(head, static_cast<std::size_t>(search.scenario)),
                    search.hypervolume, problem.hv_max, describe_mass(search.carbon_g));
    for (const auto& o : problem.objectives) text += padded(fmt::format("{} ({})", o.name, o.unit), 22);
    text += padded("trained for g CO2e", 20) + padded("after h", 9) + "  architecture\n";
    for (const std::size_t i : front_of(problem.objectives, search)) {
        const auto& evaluation = search.evaluations_log[i];
        for (std::size_t k = 0; k < m; ++k) text += padded(fmt::format("{:.3f}", search.objectives[i * m + k]), 22);
        text += padded(evaluation.initial != 0 && evaluation.joules == 0
                           ? "initial, free"
                           : fmt::format("{:.{}f}", evaluation.grams, search.carbon_g < little_g ? 4 : 1),
                       20);
        text += padded(fmt::format("{:.1f}", evaluation.end_s / seconds_per_hour), 9);
        text += "  " + cell_string(evaluation.cell) + '\n';
    }
    return text;
}

bool is_better(const SearchRecord& a, const SearchRecord& b) {
    return a.hypervolume != b.hypervolume ? a.hypervolume > b.hypervolume : a.carbon_g < b.carbon_g;
}

std::string describe_forecast(const ForecastOptions& f) {
    return fmt::format("{} of {}", f.forecast,
                       f.window_h > 0 ? fmt::format("the next {:g} h", f.window_h) : "the whole run");
}

/// "8 GPUs for 80 h from ...": what all scenarios share.
std::string describe_settings(const ScenarioRecord& s) {
    std::string text = fmt::format("{} GPUs for {:g} h from {}, accounting {}\n", s.gpus,
                                   s.horizon_s / seconds_per_hour, to_string(s.start), s.accounting);
    const bool alike = std::equal(s.forecasts.begin() + 1, s.forecasts.end(), s.forecasts.begin());
    text += alike ? "forecast " + describe_forecast(s.forecasts.front()) : "forecast and window by method";
    if (s.budget_carbon_kg > 0) text += fmt::format(", budget {:g} kg CO2e", s.budget_carbon_kg);
    if (s.budget_evaluations > 0) text += fmt::format(", budget {} trainings", s.budget_evaluations);
    if (s.cost_scale != 1.0) text += fmt::format(", times stretched by {:g} (modelled)", s.cost_scale);
    return text + '\n';
}

std::string describe_problem(const ProblemRecord& problem) {
    std::string text =
        fmt::format("table {}{}: {} of {} cells, HV_max = {:.4f}\n", problem.table_name,
                    synthetic_mark(problem.table_synthetic), problem.table_cells, cell_count, problem.hv_max);
    for (const auto& o : problem.objectives)
        text +=
            fmt::format("objective {} ({}, {}), reference {:g}\n", o.name, to_string(o.direction), o.unit, o.reference);
    return text;
}

std::string describe_head(const RunHead& head, std::size_t searches) {
    std::string text =
        fmt::format("{} searches: {} method(s) x {} trace(s)", searches, head.methods.size(), head.traces.size());
    if (!head.axes.empty())
        text += fmt::format(" x {} scenarios of {} axis key(s)", head.scenarios.size(), head.axes.size());
    if (head.shards > 1) text += fmt::format("; shard {} of {}", head.shard, head.shards);
    if (head.record == "summary") text += "; summary: logs are not kept";
    text += '\n';
    for (const auto& problem : head.problems) text += describe_problem(problem);
    if (head.axes.empty()) text += describe_settings(head.scenarios.front());
    return text + (head.scenarios.front().accounting == "metered"
                       ? "energy is what groups told: metered, or modelled where there is no meter\n"
                       : "energy and carbon are modelled (power by role x time x intensity of the trace)\n");
}

// --- for programs ------------------------------------------------------------------------------------------------

/// What --json and --csv say of a search: names and values, in one order.
nlohmann::ordered_json fields_of(const RunHead& head, std::size_t row, const SearchRecord& s) {
    const ScenarioRecord& scenario = head.scenario_of(s);
    const ProblemRecord& problem = head.problem_of(s);
    // JSON knows no infinity: null where HV_max is reached.
    const auto number = [](double value) {
        return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
    };
    nlohmann::ordered_json fields = {
        {"search", head.number_of(row)},
        {"scenario", s.scenario},
        {"method", head.method_of(s)},
        {"trace", head.trace_of(s).name},
        {"seed", s.seed},
        {"hypervolume", s.hypervolume},
        {"hv_log_difference", number(hv_log_difference(problem.hv_max, s.hypervolume))},
        {"hypervolume_denoised", s.hypervolume_denoised},
        {"hv_log_difference_denoised", number(hv_log_difference(problem.hv_max_denoised, s.hypervolume_denoised))},
        {"carbon_kg", s.carbon_g / 1000.0},
        {"energy_kwh", to_kilowatt_hours(Joules(s.energy_j)).value},
        {"gpu_hours", s.gpu_hours},
        {"evaluations", s.evaluations},
        {"low_evaluations", s.low_evaluations},
        {"samples", s.samples},
        {"hours", s.end_s / seconds_per_hour},
        {"stop_reason", s.stop_reason},
        {"accounting", scenario.accounting},
        {"start", to_string(scenario.start)},
        {"horizon_h", scenario.horizon_s / seconds_per_hour},
        {"gpus", scenario.gpus},
        {"forecast", scenario.forecasts[static_cast<std::size_t>(s.method)].forecast},
        {"window_h", scenario.forecasts[static_cast<std::size_t>(s.method)].window_h},
        {"budget_carbon_kg", scenario.budget_carbon_kg},
        {"budget_evaluations", scenario.budget_evaluations},
        {"table_cells", problem.table_cells},
        {"table_synthetic", problem.table_synthetic},
        {"cost_scale", scenario.cost_scale},
        {"trace_synthetic", head.trace_of(s).synthetic}};
    for (const auto& axis : head.axes)
        std::visit(
            [&](const auto& value) {
                if constexpr (std::is_same_v<std::decay_t<decltype(value)>, UtcTime>)
                    fields[axis.key] = to_string(value);
                else
                    fields[axis.key] = value;
            },
            axis.values[static_cast<std::size_t>(s.scenario)]);
    return fields;
}

/// A field of a csv line.
std::string csv_text(const nlohmann::ordered_json& value) {
    if (value.is_null()) return "-inf";
    if (value.is_boolean()) return value.get<bool>() ? "1" : "0";
    if (value.is_number_float()) return fmt::format("{}", value.get<double>());
    return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::string describe_run(const RunFile& run, std::int64_t search) {
    const RunHead& head = run.head();
    const auto& summaries = run.summaries();
    std::optional<std::size_t> row;
    if (search >= 0) row = run.row_of(search);
    Searches searches;
    for (const auto& s : summaries) searches.push_back(&s);
    std::string text = describe_head(head, searches.size()) + describe_tables(head, searches);
    text += "HV log difference = log10(HV_max - HV); lower is better\n";
    if (searches.empty()) return text;
    if (!row)
        row = static_cast<std::size_t>(std::min_element(summaries.begin(), summaries.end(), is_better) -
                                       summaries.begin());
    return text + describe_front(head, head.number_of(*row), run.search(*row));
}

std::string run_as_json(const RunFile& run) {
    std::string text;
    for (std::size_t row = 0; row < run.summaries().size(); ++row)
        text += fields_of(run.head(), row, run.summaries()[row]).dump() + '\n';
    return text;
}

std::string run_as_csv(const RunFile& run) {
    std::string text;
    for (std::size_t row = 0; row < run.summaries().size(); ++row) {
        const auto fields = fields_of(run.head(), row, run.summaries()[row]);
        std::string names, values;
        for (const auto& [name, value] : fields.items()) {
            names += (names.empty() ? "" : ",") + name;
            values += (values.empty() ? "" : ",") + csv_text(value);
        }
        if (text.empty()) text = fmt::format("{}\n", names);
        text += fmt::format("{}\n", values);
    }
    return text;
}

std::string fronts_as_csv(const RunFile& run) {
    const RunHead& head = run.head();
    std::string text = "search,method,trace,seed,architecture";
    for (const auto& o : head.problems.front().objectives) text += "," + o.name;
    text += ",training_grams,hours,initial,table_cells,table_synthetic,scenario\n";
    const std::size_t m = head.problems.front().objectives.size();
    for (std::size_t n = 0; n < run.summaries().size(); ++n) {
        const SearchRecord s = run.search(n);
        const ProblemRecord& problem = head.problem_of(s);
        for (const std::size_t i : front_of(problem.objectives, s)) {
            const auto& e = s.evaluations_log[i];
            text += fmt::format("{},{},{},{},{}", head.number_of(n), head.method_of(s), head.trace_of(s).name, s.seed,
                                cell_string(e.cell));
            for (std::size_t k = 0; k < m; ++k) text += fmt::format(",{}", s.objectives[i * m + k]);
            text += fmt::format(",{},{},{},{},{:d},{}\n", e.grams, e.end_s / seconds_per_hour, e.initial,
                                problem.table_cells, problem.table_synthetic, s.scenario);
        }
    }
    return text;
}

// --- journals ----------------------------------------------------------------------------------------------------

namespace {

/// What of a journal's identity a description needs.
struct JournalHead {
    std::string searches;  ///< "120 (shard 1 of 1)"
    std::int64_t planned = 0;
    std::vector<std::string> methods, traces;
    std::vector<RunObjective> objectives;
};

JournalHead parse_identity(const std::string& identity);

struct Tally {
    std::int64_t count = 0;
    double hypervolume = 0, carbon_g = 0;
};

}  // namespace

std::string describe_journal(const std::filesystem::path& journal) {
    std::map<std::pair<std::int32_t, std::int32_t>, Tally> tallies;
    SearchRecord best;
    Tally all;
    const auto contents = read_journal(journal, std::nullopt, [&](const Bytes& payload, std::uint64_t) {
        FinishedSearch finished = finished_search_from(payload);
        Tally& tally = tallies[{finished.record.trace, finished.record.method}];
        for (Tally* t : {&tally, &all}) {
            t->count += 1;
            t->hypervolume += finished.record.hypervolume;
            t->carbon_g += finished.record.carbon_g;
        }
        if (all.count == 1 || is_better(finished.record, best)) best = std::move(finished.record);
    });
    if (!contents.identity.starts_with("sweep,"))
        return fmt::format("{}: journal of:\n{}{} record(s)\n", journal.string(), contents.identity, contents.records);
    const JournalHead head = parse_identity(contents.identity);
    std::string text = fmt::format("{}: {} of {} searches are done, {:.2f} kg CO2e in all (modelled)\n",
                                   journal.string(), all.count, head.searches, all.carbon_g / 1000.0);
    if (all.count == 0) return text;
    text +=
        fmt::format("  {:<16}{:<20}{:>10}{:>18}{:>14}\n", "trace", "method", "searches", "mean hypervolume", "mean kg");
    for (const auto& [place, tally] : tallies)
        text += fmt::format("  {:<16}{:<20}{:>10}{:>18.3f}{:>14.3f}\n",
                            head.traces.at(static_cast<std::size_t>(place.first)),
                            head.methods.at(static_cast<std::size_t>(place.second)), tally.count,
                            tally.hypervolume / static_cast<double>(tally.count),
                            tally.carbon_g / 1000.0 / static_cast<double>(tally.count));
    const std::size_t m = head.objectives.size();
    text += fmt::format(
        "Pareto front of the best search so far ({}, {}, seed {}): hypervolume {:.3f}, {:.2f} kg CO2e\n",
        head.methods.at(static_cast<std::size_t>(best.method)), head.traces.at(static_cast<std::size_t>(best.trace)),
        best.seed, best.hypervolume, best.carbon_g / 1000.0);
    for (const auto& o : head.objectives) text += padded(fmt::format("{} ({})", o.name, o.unit), 22);
    text += "  architecture\n";
    for (const std::size_t i : front_of(head.objectives, best)) {
        for (std::size_t k = 0; k < m; ++k) text += padded(fmt::format("{:.3f}", best.objectives[i * m + k]), 22);
        text += "  " + cell_string(best.evaluations_log[i].cell) + '\n';
    }
    return text;
}

namespace {

/// As sweep_identity() writes it.
JournalHead parse_identity(const std::string& identity) {
    JournalHead head;
    std::size_t problems = 0;
    for (std::size_t at = 0; at < identity.size();) {
        const std::size_t end = std::min(identity.find('\n', at), identity.size());
        const std::string line = identity.substr(at, end - at);
        at = end + 1;
        const auto word = line.substr(0, line.find(' '));
        const std::string rest = line.substr(std::min(line.size(), word.size() + 1));
        if (word == "searches") head.searches = rest.substr(0, rest.rfind(','));
        if (word == "method") head.methods.push_back(rest);
        if (word == "trace") head.traces.push_back(rest.substr(0, rest.find(' ')));
        if (word == "table") ++problems;
        if (word != "objective" || problems > 1) continue;
        const std::size_t name = rest.find(' '), direction = rest.find(' ', name + 1),
                          unit = rest.find(' ', direction + 1);
        head.objectives.push_back(
            {rest.substr(0, name),
             rest.substr(name + 1, direction - name - 1) == "maximize" ? Direction::maximize : Direction::minimize,
             rest.substr(unit + 1), std::stod(rest.substr(direction + 1, unit - direction - 1))});
    }
    return head;
}

}  // namespace
}  // namespace cenas

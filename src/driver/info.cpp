// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/info.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/mean.hpp"
#include "driver/problem.hpp"
#include "pareto/hypervolume.hpp"

namespace cenas {
namespace {

using SearchValue = std::function<double(const SearchRecord&)>;

struct Column {
    std::string title;
    SearchValue value;
    int decimals;
};

const std::string& method_name(const RunRecord& run, const SearchRecord& s) {
    return run.methods[static_cast<std::size_t>(s.method)];
}

const std::string& trace_name(const RunRecord& run, const SearchRecord& s) {
    return run.traces[static_cast<std::size_t>(s.trace)].name;
}

double log_difference(const RunRecord& run, const SearchRecord& s) {
    return hv_log_difference(run.hv_max, s.hypervolume);
}

std::vector<Column> method_columns(const RunRecord& run) {
    return {{"HV log difference", [&run](const SearchRecord& s) { return log_difference(run, s); }, 2},
            {"carbon kg", [](const SearchRecord& s) { return s.carbon_g / 1000.0; }, 2},
            {"energy kWh", [](const SearchRecord& s) { return to_kilowatt_hours(Joules(s.energy_j)).value; }, 1},
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

std::string describe_methods(const RunRecord& run, std::size_t trace) {
    const auto columns = method_columns(run);
    constexpr std::size_t width = 18;
    std::size_t name_width = 8;
    for (const auto& name : run.methods) name_width = std::max(name_width, name.size());
    std::string text = fmt::format("  {:<{}}", "method", name_width);
    for (const auto& column : columns) text += padded(column.title, width);
    text += '\n';
    for (std::size_t m = 0; m < run.methods.size(); ++m) {
        std::string row = fmt::format("  {:<{}}", run.methods[m], name_width);
        for (const auto& column : columns) {
            std::vector<double> values;
            for (const auto& s : run.searches)
                if (static_cast<std::size_t>(s.method) == m && static_cast<std::size_t>(s.trace) == trace)
                    values.push_back(column.value(s));
            if (values.empty()) return text;
            row += padded(mean_and_deviation(values, column.decimals), width);
        }
        text += row + '\n';
    }
    return text;
}

std::size_t best_search(const RunRecord& run) {
    const auto better = [](const SearchRecord& a, const SearchRecord& b) {
        return a.hypervolume != b.hypervolume ? a.hypervolume > b.hypervolume : a.carbon_g < b.carbon_g;
    };
    return static_cast<std::size_t>(std::min_element(run.searches.begin(), run.searches.end(), better) -
                                    run.searches.begin());
}

/// Rows of the evaluation log that are finished and not dominated, the best of the first objective first.
std::vector<std::size_t> front_of(const RunRecord& run, const SearchRecord& search) {
    const std::size_t m = run.objectives.size();
    std::vector<std::size_t> rows;
    std::vector<double> gains;
    for (std::size_t i = 0; i < search.evaluations_log.size(); ++i) {
        if (search.evaluations_log[i].finished == 0) continue;
        const auto point = gains_of(run.objectives, std::span<const double>(&search.objectives[i * m], m));
        if (std::any_of(point.begin(), point.end(), [](double gain) { return gain <= 0; })) continue;
        rows.push_back(i);
        gains.insert(gains.end(), point.begin(), point.end());
    }
    std::vector<std::size_t> front = non_dominated(gains, static_cast<int>(m));
    std::sort(front.begin(), front.end(), [&](std::size_t a, std::size_t b) { return gains[a * m] > gains[b * m]; });
    for (std::size_t& i : front) i = rows[i];
    return front;
}

std::string describe_front(const RunRecord& run, std::size_t index) {
    const SearchRecord& search = run.searches[index];
    const std::size_t m = run.objectives.size();
    std::string text = fmt::format(
        "\nPareto front of search {} ({}, {}, seed {}): hypervolume {:.2f} of {:.2f}, {:.2f} kg CO2e in all\n", index,
        run.methods[static_cast<std::size_t>(search.method)], run.traces[static_cast<std::size_t>(search.trace)].name,
        search.seed, search.hypervolume, run.hv_max, search.carbon_g / 1000.0);
    for (const auto& o : run.objectives) text += padded(fmt::format("{} ({})", o.name, o.unit), 22);
    text += padded("trained for g CO2e", 20) + padded("after h", 9) + "  architecture\n";
    for (const std::size_t i : front_of(run, search)) {
        const auto& evaluation = search.evaluations_log[i];
        for (std::size_t k = 0; k < m; ++k) text += padded(fmt::format("{:.3f}", search.objectives[i * m + k]), 22);
        text += padded(evaluation.initial != 0 && evaluation.joules == 0 ? "initial, free"
                                                                         : fmt::format("{:.1f}", evaluation.grams),
                       20);
        text += padded(fmt::format("{:.1f}", evaluation.end_s / seconds_per_hour), 9);
        text += "  " + cell_string(evaluation.cell) + '\n';
    }
    return text;
}

std::string synthetic_mark(bool synthetic) { return synthetic ? " (SYNTHETIC)" : ""; }

}  // namespace

std::string describe_run(const RunRecord& run, int search) {
    if (search >= static_cast<int>(run.searches.size()))
        throw UsageError(fmt::format("--search {}: the file has searches 0 to {}", search, run.searches.size() - 1));
    std::string text = fmt::format(
        "{} searches: {} method(s) x {} trace(s), {} GPUs for {:g} h from {}, accounting {}\n"
        "table {}{}: {} of {} cells{}\n",
        run.searches.size(), run.methods.size(), run.traces.size(), run.gpus, run.horizon_s / seconds_per_hour,
        to_string(run.start), run.accounting, run.table_name, synthetic_mark(run.table_synthetic), run.table_cells,
        cell_count, run.cost_scale != 1.0 ? fmt::format(", times stretched by {:g} (modelled)", run.cost_scale) : "");
    for (const auto& o : run.objectives)
        text +=
            fmt::format("objective {} ({}, {}), reference {:g}\n", o.name, to_string(o.direction), o.unit, o.reference);
    text += run.forecast == "by method"
                ? "forecast and window by method (as the deck says)"
                : fmt::format("forecast {} of {}", run.forecast,
                              run.window_h > 0 ? fmt::format("the next {:g} h", run.window_h) : "the whole run");
    if (run.budget_carbon_kg > 0) text += fmt::format(", budget {:g} kg CO2e", run.budget_carbon_kg);
    if (run.budget_evaluations > 0) text += fmt::format(", budget {} trainings", run.budget_evaluations);
    text += "\nenergy and carbon are modelled (power by role x time x intensity of the trace)\n";
    for (std::size_t t = 0; t < run.traces.size(); ++t) {
        const auto seeds =
            static_cast<std::size_t>(std::count_if(run.searches.begin(), run.searches.end(), [&](const auto& s) {
                return static_cast<std::size_t>(s.trace) == t && s.method == 0;
            }));
        text += fmt::format("\ntrace {}{}, {} {}: mean ± standard deviation over {} seed(s)\n", run.traces[t].name,
                            synthetic_mark(run.traces[t].synthetic), to_string(run.traces[t].signal),
                            to_string(run.traces[t].scope), seeds);
        text += describe_methods(run, t);
    }
    text += fmt::format("HV log difference = log10(HV_max - HV), HV_max = {:.4f}; lower is better\n", run.hv_max);
    return run.searches.empty()
               ? text
               : text + describe_front(run, search < 0 ? best_search(run) : static_cast<std::size_t>(search));
}

std::string run_as_json(const RunRecord& run) {
    std::string text;
    for (const auto& s : run.searches) {
        const double difference = log_difference(run, s);
        const double denoised = hv_log_difference(run.hv_max_denoised, s.hypervolume_denoised);
        const nlohmann::ordered_json line = {
            {"method", method_name(run, s)},
            {"trace", trace_name(run, s)},
            {"seed", s.seed},
            {"hypervolume", s.hypervolume},
            // JSON knows no infinity: null where HV_max is reached.
            {"hv_log_difference", std::isfinite(difference) ? nlohmann::ordered_json(difference) : nullptr},
            {"hypervolume_denoised", s.hypervolume_denoised},
            {"hv_log_difference_denoised", std::isfinite(denoised) ? nlohmann::ordered_json(denoised) : nullptr},
            {"carbon_kg", s.carbon_g / 1000.0},
            {"energy_kwh", to_kilowatt_hours(Joules(s.energy_j)).value},
            {"gpu_hours", s.gpu_hours},
            {"evaluations", s.evaluations},
            {"samples", s.samples},
            {"hours", s.end_s / seconds_per_hour},
            {"stop_reason", s.stop_reason},
            {"accounting", run.accounting},
            {"start", to_string(run.start)},
            {"horizon_h", run.horizon_s / seconds_per_hour},
            {"gpus", run.gpus},
            {"forecast", run.forecast},
            {"budget_carbon_kg", run.budget_carbon_kg},
            {"budget_evaluations", run.budget_evaluations},
            {"table_cells", run.table_cells},
            {"table_synthetic", run.table_synthetic},
            {"cost_scale", run.cost_scale},
            {"trace_synthetic", run.traces[static_cast<std::size_t>(s.trace)].synthetic}};
        text += line.dump() + '\n';
    }
    return text;
}

std::string fronts_as_csv(const RunRecord& run) {
    std::string text = "method,trace,seed,architecture";
    for (const auto& o : run.objectives) text += "," + o.name;
    text += ",training_grams,hours,initial,table_cells,table_synthetic\n";
    const std::size_t m = run.objectives.size();
    for (const auto& s : run.searches)
        for (const std::size_t i : front_of(run, s)) {
            const auto& e = s.evaluations_log[i];
            text += fmt::format("{},{},{},{}", method_name(run, s), trace_name(run, s), s.seed, cell_string(e.cell));
            for (std::size_t k = 0; k < m; ++k) text += fmt::format(",{}", s.objectives[i * m + k]);
            text += fmt::format(",{},{},{},{},{:d}\n", e.grams, e.end_s / seconds_per_hour, e.initial, run.table_cells,
                                run.table_synthetic);
        }
    return text;
}

std::string run_as_csv(const RunRecord& run) {
    std::string text =
        "method,trace,seed,hypervolume,hv_log_difference,hypervolume_denoised,hv_log_difference_denoised,carbon_kg,"
        "energy_kwh,gpu_hours,evaluations,samples,hours,stop_reason,accounting,start,horizon_h,gpus,forecast,"
        "budget_carbon_kg,budget_evaluations,table_cells,table_synthetic,cost_scale,trace_synthetic\n";
    for (const auto& s : run.searches)
        text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{:d},{},{:d}\n",
                            method_name(run, s), trace_name(run, s), s.seed, s.hypervolume, log_difference(run, s),
                            s.hypervolume_denoised, hv_log_difference(run.hv_max_denoised, s.hypervolume_denoised),
                            s.carbon_g / 1000.0, to_kilowatt_hours(Joules(s.energy_j)).value, s.gpu_hours,
                            s.evaluations, s.samples, s.end_s / seconds_per_hour, s.stop_reason, run.accounting,
                            to_string(run.start), run.horizon_s / seconds_per_hour, run.gpus, run.forecast,
                            run.budget_carbon_kg, run.budget_evaluations, run.table_cells, run.table_synthetic,
                            run.cost_scale, run.traces[static_cast<std::size_t>(s.trace)].synthetic);
    return text;
}

}  // namespace cenas

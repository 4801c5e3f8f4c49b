// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "engine/problem.hpp"
#include "kernels/rng/shuffle.hpp"
#include "kernels/rng/streams.hpp"
#include "pareto/archive.hpp"
#include "sweep/journal.hpp"
#include "sweep/sweep.hpp"

namespace cenas {
namespace {

/// Collects what disagrees in one search.
class Findings {
  public:
    explicit Findings(std::vector<std::string>& lines) : lines_(lines) {}

    /// Sums in another order differ by rounding: 1e-9 of the larger one, and NaN equals nothing.
    void equal(const std::string& what, double stored, double recomputed) {
        constexpr double tolerance = 1e-9;
        const double scale = std::max(std::abs(stored), std::abs(recomputed));
        if (!(std::abs(stored - recomputed) <= tolerance * std::max(scale, 1e-9)))
            lines_.push_back(fmt::format("{} is {}, recomputed {}", what, stored, recomputed));
    }
    void require(bool holds, const std::string& what) {
        if (!holds) lines_.push_back(what);
    }

  private:
    std::vector<std::string>& lines_;
};

/// Whether joules are what groups of a live run told, which come late, and not power x time; the run may have rested.
bool is_metered(const ScenarioRecord& run) { return run.accounting == "metered"; }

struct Totals {
    double evaluation_joules = 0;
    double evaluation_grams = 0;
    std::int64_t finished = 0;
    std::int64_t low_finished = 0;
};

Totals verify_evaluations(const RunHead& head, const SearchRecord& search, Findings& findings) {
    const ProblemRecord& problem = head.problem_of(search);
    const std::size_t m = problem.objectives.size();
    ParetoArchive archive(static_cast<int>(m)), denoised(static_cast<int>(m));
    Totals totals;
    double previous_end_s = 0, previous_grams = 0;
    for (std::size_t i = 0; i < search.evaluations_log.size(); ++i) {
        const auto& e = search.evaluations_log[i];
        const std::string row = fmt::format("evaluation {}", i);
        totals.evaluation_joules += e.joules;
        totals.evaluation_grams += e.grams;
        if (!is_metered(head.scenario_of(search)))
            findings.equal(
                row + ": joules against gpu_s", e.joules,
                e.gpu_s * head.scenario_of(search).component_w[static_cast<std::size_t>(Component::evaluation)]);
        findings.require(e.start_s >= 0 && e.start_s <= e.end_s && e.end_s <= search.end_s,
                         row + ": times out of order");
        findings.require(e.gpu_s >= 0 && e.gpu_s <= (e.end_s - e.start_s) * (1 + 1e-9) + 1e-3,
                         row + ": gpu_s longer than the evaluation lasted");
        findings.require(e.joules >= 0 && e.grams >= 0, row + ": negative joules or grams");
        if (e.finished == 0) continue;
        findings.require(e.end_s >= previous_end_s, row + ": ended before the one above it");
        findings.require(e.search_grams >= previous_grams && e.search_grams <= search.carbon_g * (1 + 1e-9),
                         row + ": search_grams falls or exceeds the search's carbon");
        previous_end_s = e.end_s;
        previous_grams = e.search_grams;
        totals.finished += e.initial == 0 && e.low == 0 ? 1 : 0;
        totals.low_finished += e.low;
        if (e.counts())
            archive.add(gains_of(problem.objectives, std::span<const double>(&search.objectives[i * m], m)));
        findings.equal(row + ": hypervolume", e.hypervolume, archive.hypervolume());
        const auto cell = static_cast<std::size_t>(e.cell);
        if (e.counts())
            denoised.add(gains_of(problem.objectives, std::span<const double>(&problem.class_means[cell * m], m)));
    }
    findings.equal("hypervolume", search.hypervolume, archive.hypervolume());
    findings.equal("hypervolume_denoised", search.hypervolume_denoised, denoised.hypervolume());
    findings.require(search.hypervolume <= problem.hv_max * (1 + 1e-12), "hypervolume exceeds hv_max");
    return totals;
}

/// Hypervolume after the last evaluation that ended at or before `t`.
double hypervolume_at(const SearchRecord& search, double t) {
    double hypervolume = 0;
    for (const auto& e : search.evaluations_log)
        if (e.finished != 0 && e.end_s <= t) hypervolume = e.hypervolume;
    return hypervolume;
}

/// The running totals of each evaluation lie between those of the steps before and after its end.
void verify_running_totals(const SearchRecord& search, double step_s, Findings& findings) {
    std::vector<double> joules{0}, grams{0};  // up to the begin of each step
    for (const auto& interval : search.intervals) {
        joules.push_back(std::accumulate(interval.joules.begin(), interval.joules.end(), joules.back()));
        grams.push_back(grams.back() + interval.grams + interval.embodied_grams);
    }
    const auto between = [](double value, double low, double high) {
        constexpr double rounding = 1e-9;
        return value >= low * (1 - rounding) - rounding && value <= high * (1 + rounding) + rounding;
    };
    for (std::size_t i = 0; i < search.evaluations_log.size(); ++i) {
        const auto& e = search.evaluations_log[i];
        if (e.finished == 0) continue;
        // An end on the border of two steps belongs to the first; rounding may put it in either.
        const auto last = static_cast<std::size_t>((e.end_s + 1e-6) / step_s);
        const auto first = static_cast<std::size_t>(std::max(0.0, e.end_s - 1e-6) / step_s);
        const std::size_t end = std::min(last + 1, joules.size() - 1);
        findings.require(between(e.search_joules, joules[std::min(first, end)], joules[end]) &&
                             between(e.search_grams, grams[std::min(first, end)], grams[end]),
                         fmt::format("evaluation {}: search_joules or search_grams do not fit the ledger", i));
    }
}

/// GPU-hours that worked, from the joules of each component and its power. Components without power take no time.
double worked_hours(const ScenarioRecord& scenario, const SearchRecord& search) {
    double seconds = 0;
    for (const auto& interval : search.intervals)
        for (const Component c :
             {Component::evaluation, Component::sampling, Component::supernet_training, Component::switching})
            if (const double power = scenario.component_w[static_cast<std::size_t>(c)]; power > 0)
                seconds += interval.joules[static_cast<std::size_t>(c)] / power;
    return seconds / seconds_per_hour;
}

void verify_intervals(const RunHead& head, const SearchRecord& search, const Totals& totals, Findings& findings) {
    const Trace& trace = head.trace_of(search);
    const ScenarioRecord& run = head.scenario_of(search);
    const auto first = static_cast<std::size_t>((run.start.seconds - trace.start.seconds) / trace.step_s);
    const auto step_s = static_cast<double>(trace.step_s);
    double joules = 0, grams = 0, ledger_evaluation = 0, ledger_evaluation_grams = 0;
    for (std::size_t i = 0; i < search.intervals.size(); ++i) {
        const auto& interval = search.intervals[i];
        const std::string row = fmt::format("interval {}", i);
        findings.require(first + i < trace.values.size() && interval.intensity == trace.values[first + i],
                         row + ": intensity differs from the trace's");
        double sum = 0;
        for (const double j : interval.joules) {
            findings.require(j >= 0, row + ": negative joules");
            sum += j;
        }
        const double expected =
            (to_kilowatt_hours(Joules(sum)) * GramsPerKilowattHour(interval.intensity) * run.pue).value;
        findings.equal(row + ": grams", interval.grams, expected);
        const double end_s = std::min(static_cast<double>(i + 1) * step_s, search.end_s);
        const double begin_s = std::max(static_cast<double>(i) * step_s, run.account_from_s);
        const double embodied = run.embodied_g_per_gpu_h * run.gpus * std::max(0.0, end_s - begin_s) / seconds_per_hour;
        if (!is_metered(run)) findings.equal(row + ": embodied_grams", interval.embodied_grams, embodied);
        findings.require(interval.gpus_evaluate >= 0 && interval.gpus_sample >= 0 && interval.gpus_idle >= 0 &&
                             (interval.gpus_evaluate + interval.gpus_sample + interval.gpus_idle == run.gpus ||
                              end_s <= run.account_from_s),
                         row + ": GPUs do not add up");
        if (end_s > run.account_from_s)
            findings.equal(row + ": hypervolume", interval.hypervolume, hypervolume_at(search, end_s));
        joules += sum;
        grams += interval.grams + interval.embodied_grams;
        const double evaluation = interval.joules[static_cast<std::size_t>(Component::evaluation)];
        ledger_evaluation += evaluation;
        ledger_evaluation_grams +=
            (to_kilowatt_hours(Joules(evaluation)) * GramsPerKilowattHour(interval.intensity) * run.pue).value;
    }
    findings.equal("energy_j", search.energy_j, joules);
    findings.equal("carbon_g", search.carbon_g, grams);
    findings.equal("joules of all evaluations", totals.evaluation_joules, ledger_evaluation);
    findings.equal("grams of all evaluations", totals.evaluation_grams, ledger_evaluation_grams);
    if (is_metered(run)) return;
    findings.equal("gpu_hours", search.gpu_hours, worked_hours(run, search));
    verify_running_totals(search, step_s, findings);
}

/// Of the front that a summary keeps.
double front_hypervolume(const ProblemRecord& problem, const SearchRecord& search) {
    const std::size_t m = problem.objectives.size();
    ParetoArchive archive(static_cast<int>(m));
    for (std::size_t i = 0; i < search.evaluations_log.size(); ++i)
        archive.add(gains_of(problem.objectives, std::span<const double>(&search.objectives[i * m], m)));
    return archive.hypervolume();
}

/// Whether two searches say the same in every value; NaN equals NaN.
bool same_bits(SearchRecord a, SearchRecord b) {
    if (checksum_of_logs(a) != checksum_of_logs(b)) return false;
    for (SearchRecord* s : {&a, &b}) {  // their bytes are not all values: there is padding between
        s->evaluations_log.clear();
        s->objectives.clear();
        s->intervals.clear();
    }
    return to_bytes(FinishedSearch{0, a}) == to_bytes(FinishedSearch{0, b});
}

}  // namespace

std::vector<std::string> verify_search(const RunHead& head, const SearchRecord& search) {
    std::vector<std::string> lines;
    Findings findings(lines);
    if (head.record == "summary") {
        findings.equal("hypervolume", search.hypervolume, front_hypervolume(head.problem_of(search), search));
        return lines;
    }
    const Totals totals = verify_evaluations(head, search, findings);
    findings.require(totals.finished == search.evaluations,
                     fmt::format("evaluations is {}, the log has {}", search.evaluations, totals.finished));
    findings.require(totals.low_finished == search.low_evaluations,
                     fmt::format("low_evaluations is {}, the log has {}", search.low_evaluations, totals.low_finished));
    verify_intervals(head, search, totals, findings);
    findings.require(search.log_checksum == checksum_of_logs(search), "log_checksum is not that of the logs");
    return lines;
}

std::vector<std::string> describe_damage(const std::vector<std::string>& places) {
    std::vector<std::string> lines;
    for (const std::string& where : places)
        lines.push_back(where == "/" ? "the file: something was added, removed or altered since it was written"
                                     : fmt::format("{}: altered since it was written", where));
    return lines;
}

std::vector<std::string> verify_file(const RunFile& run) {
    std::vector<std::string> lines = describe_damage(run.find_damage());
    for (std::size_t s = 0; s < run.summaries().size(); ++s)
        for (const std::string& line : verify_search(run.head(), run.search(s)))
            lines.push_back(fmt::format("search {}: {}", run.head().number_of(s), line));
    return lines;
}

void require_same_inputs(const RunFile& run, const Inputs& inputs) {
    const Options& options = inputs.first;
    const RunHead head = describe_inputs(inputs);
    for (std::size_t p = 0; p < run.head().problems.size(); ++p)
        if (p >= head.problems.size() || head.problems[p].table_checksum != run.head().problems[p].table_checksum)
            throw DataError(fmt::format("table '{}': its checksum is not that of the run, {}",
                                        run.head().problems[p].table_name, run.head().problems[p].table_checksum));
    for (std::size_t t = 0; t < inputs.traces.size(); ++t)
        if (inputs.trace_checksums[t] != run.head().trace_checksums[t])
            throw DataError(fmt::format("{}: its checksum {} is not that of the run, {}", options.traces[t].source,
                                        inputs.trace_checksums[t], run.head().trace_checksums[t]));
    for (std::size_t t = 0; t < inputs.traces.size(); ++t)
        if (inputs.traces[t].forecast_checksum != run.head().traces[t].forecast_checksum)
            throw DataError(fmt::format("{}: its checksum {} is not that of the run, {}", options.traces[t].forecast,
                                        inputs.traces[t].forecast_checksum, run.head().traces[t].forecast_checksum));
}

std::vector<std::string> verify_sample(const RunFile& run, const Inputs& inputs, std::int64_t count) {
    const SweepPlan plan(inputs);
    if (plan.size() != run.head().planned_searches)
        return {fmt::format("planned_searches is {}, the deck plans {}", run.head().planned_searches, plan.size())};
    std::vector<std::size_t> rows(run.summaries().size());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    shuffle(rows, Random(0, Stream::verification));
    rows.resize(std::min(static_cast<std::size_t>(count), rows.size()));
    std::sort(rows.begin(), rows.end());
    std::vector<std::string> lines;
    for (const std::size_t row : rows) {
        const std::int64_t number = run.head().number_of(row);
        if (!same_bits(run_planned(inputs, plan[number]), run.search(row)))
            lines.push_back(fmt::format("search {}: simulated again, it comes out differently", number));
    }
    return lines;
}

}  // namespace cenas

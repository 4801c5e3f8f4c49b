// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "replay/recorded_work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/error.hpp"

namespace cenas {
namespace {

/// Seconds of one GPU that a component took. Without power it leaves no joules, and takes no time.
double component_seconds(const SearchRecord& search, Component component, double watts) {
    double joules = 0;
    for (const auto& interval : search.intervals) joules += interval.joules[static_cast<std::size_t>(component)];
    return watts > 0 ? joules / watts : 0.0;
}

/// Trainings that ended and are not free: initial ones, then in order of start, of equal ones the first to end.
std::vector<EvaluationRecord> trainings_of(const SearchRecord& search, bool paper) {
    std::vector<EvaluationRecord> trainings;
    for (const auto& e : search.evaluations_log)
        if (e.finished != 0 && !(paper && e.initial != 0)) trainings.push_back(e);
    std::stable_sort(trainings.begin(), trainings.end(), [](const auto& a, const auto& b) {
        return std::make_tuple(-a.initial, a.start_s) < std::make_tuple(-b.initial, b.start_s);
    });
    return trainings;
}

void add_supernet(const SearchRecord& search, const ReplaySettings& settings, RecordedWork& work) {
    const auto candidates = static_cast<std::int64_t>(work.training_s.size()) - work.initial;
    const std::int64_t queried = std::min(candidates, search.samples);
    if (search.samples == 0) {
        const bool begun = component_seconds(search, Component::supernet_training, 1.0) > 0;
        work.left_out += begun ? 1 : 0;
        return;
    }
    work.supernet = true;
    work.supernet_s = component_seconds(search, Component::supernet_training, settings.power.supernet_training_w);
    if (queried == 0) return;
    work.unqueried -= static_cast<std::int32_t>(queried);
    work.query_s =
        component_seconds(search, Component::sampling, settings.power.sampling_w) / static_cast<double>(queried);
}

}  // namespace

ReplaySettings replay_settings(const Options& options) {
    ReplaySettings settings;
    settings.accounting = options.accounting.mode;
    settings.gpus = options.run.gpus;
    settings.power = options.power;
    settings.slices_per_evaluation = options.switching.slices_per_evaluation;
    settings.pause_s = options.switching.pause_s;
    settings.resume_s = options.switching.resume_s;
    if (settings.accounting == "paper") settings.slices_per_evaluation = 0;
    if (settings.accounting == "paper") settings.pause_s = settings.resume_s = 0;
    return settings;
}

RecordedWork recorded_work(const RunHead& run, const SearchRecord& record, const Options& options,
                           std::int64_t number) {
    RecordedWork work;
    work.search = static_cast<std::int32_t>(number);
    work.method = run.method_of(record);
    work.trace = run.trace_of(record).name;
    work.seed = record.seed;
    const auto method = std::find_if(options.methods.begin(), options.methods.end(),
                                     [&](const MethodOptions& m) { return m.name == work.method; });
    if (method == options.methods.end())
        throw DataError(fmt::format("search {}: method '{}' is not in the run's deck", number, work.method));

    const bool paper = options.accounting.mode == "paper";
    for (const auto& e : trainings_of(record, paper)) {
        work.training_s.push_back(e.gpu_s);
        work.initial += e.initial;
    }
    if (work.training_s.empty())
        throw DataError(fmt::format("search {}: no training of it ended, so there is nothing to replay", number));
    work.left_out = static_cast<std::int32_t>(std::count_if(
        record.evaluations_log.begin(), record.evaluations_log.end(), [](const auto& e) { return e.finished == 0; }));
    work.unqueried = static_cast<std::int32_t>(work.training_s.size());
    work.queue_capacity = method->queue_capacity;
    if (method->candidates == "supernet") add_supernet(record, replay_settings(options), work);
    return work;
}

}  // namespace cenas

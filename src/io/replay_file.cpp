// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/replay_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <span>

#include "base/error.hpp"
#include "io/columns.hpp"
#include "io/parse_text.hpp"

namespace cenas {
namespace {

constexpr std::int64_t format_version = 1;
constexpr const char* replay_format = "cenas-replay";

/// The members of PowerOptions in the order of Component: all but measurement, which is not replayed.
constexpr std::array<double PowerOptions::*, component_count - 1> powers{
    &PowerOptions::evaluation_w, &PowerOptions::sampling_w, &PowerOptions::supernet_training_w,
    &PowerOptions::optimizer_w,  &PowerOptions::idle_w,     &PowerOptions::switching_w};

std::vector<std::string> replayed_components() {
    std::vector<std::string> names = component_names();
    names.resize(powers.size());
    return names;
}

// --- writing ---------------------------------------------------------------------------------------------------------

/// One value of every row.
template <class Value, class Row, class Get>
std::vector<Value> values_of(const std::vector<Row>& rows, const Get& get) {
    std::vector<Value> values;
    for (const Row& row : rows) values.push_back(static_cast<Value>(std::invoke(get, row)));
    return values;
}

template <class Values>
void write_scale(h5::Writer& file, const std::string& name, const Values& values, const std::string& units,
                 const std::string& text) {
    file.dataset("/" + name, values, {units, text, {}});
    file.scale("/" + name, name);
}

void write_root(h5::Writer& file, const ReplayRecord& record) {
    const ReplaySettings& settings = record.settings;
    file.attribute("/", "format", replay_format);
    file.attribute("/", "format_version", format_version);
    file.attribute("/", "program_version", record.program_version);
    file.attribute("/", "source", record.source);
    file.attribute("/", "table_name", record.table_name);
    file.attribute("/", "table_checksum", record.table_checksum);
    file.attribute("/", "table_synthetic", std::int64_t{record.table_synthetic ? 1 : 0});
    file.attribute("/", "accounting", settings.accounting);
    file.attribute("/", "gpus", std::int64_t{settings.gpus});
    file.attribute("/", "slices_per_evaluation", std::int64_t{settings.slices_per_evaluation});
    file.attribute("/", "pause_s", settings.pause_s);
    file.attribute("/", "resume_s", settings.resume_s);
    file.attribute("/", "pue", settings.power.pue);
    file.attribute("/", "embodied_g_per_gpu_h", settings.power.embodied_g_per_gpu_h);
    file.attribute("/", "horizon_s", record.horizon_s);
    file.dataset("/deck", std::vector<std::string>{record.deck}, {"1", "the replay deck as the user wrote it", {}});
    file.dataset("/effective_deck", std::vector<std::string>{record.effective_deck},
                 {"1", "every key of the replay deck with the value that was used", {}});
    write_scale(file, "component", replayed_components(), "1", "what energy is spent on");
    std::vector<double> watts;
    for (const auto power : powers) watts.push_back(settings.power.*power);
    file.dataset("/component_power", watts,
                 {"W", "modelled power of one GPU (optimizer: of the coordinator's share)", {"/component"}});
}

void write_works(h5::Writer& file, const std::vector<RecordedWork>& works) {
    write_scale(file, "search", values_of<std::int64_t>(works, &RecordedWork::search), "1",
                "number of the search in its run file");
    const std::vector<std::string> rows{"/search"};
    const auto integers = [&](const char* name, auto member, const char* text) {
        file.dataset(std::string("/recorded/") + name, values_of<std::int64_t>(works, member), {"1", text, rows});
    };
    const auto seconds = [&](const char* name, auto member, const char* text) {
        file.dataset(std::string("/recorded/") + name, values_of<double>(works, member), {"s", text, rows});
    };
    file.dataset("/recorded/method", values_of<std::string>(works, &RecordedWork::method), {"1", "method", rows});
    file.dataset("/recorded/trace", values_of<std::string>(works, &RecordedWork::trace),
                 {"1", "trace on which it was recorded", rows});
    integers("seed", &RecordedWork::seed, "seed");
    integers("left_out", &RecordedWork::left_out, "trainings that had not ended with the search");
    integers("initial", &RecordedWork::initial, "trainings of the initial design: the first rows");
    integers("unqueried", &RecordedWork::unqueried,
             "trainings that need no query, initial ones included: the first rows");
    integers("supernet", &RecordedWork::supernet, "1: the others wait for a supernet");
    integers("queue_capacity", &RecordedWork::queue_capacity, "queries go on until more candidates than this wait");
    seconds("supernet_s", &RecordedWork::supernet_s, "GPU time of the supernet's training");
    seconds("query_s", &RecordedWork::query_s, "GPU time of a query");

    std::vector<std::int64_t> offsets{0};
    std::vector<double> trainings;
    for (const RecordedWork& work : works) {
        trainings.insert(trainings.end(), work.training_s.begin(), work.training_s.end());
        offsets.push_back(std::ssize(trainings));
    }
    file.dataset("/recorded/training_offset", offsets,
                 {"1", "trainings of work i: rows [offset[i], offset[i + 1]) of /training", {}});
    write_index(file, "/training", trainings.size(), "row of the trainings, works one after the other");
    file.dataset("/training/gpu_s", trainings, {"s", "GPU time of a training", {"/training/index"}});
}

void write_traces(h5::Writer& file, const std::vector<Trace>& traces) {
    write_scale(file, "region", values_of<std::string>(traces, &Trace::name), "1", "traces, in deck order");
    const std::vector<std::string> rows{"/region"};
    const auto texts = [&](const char* name, const std::function<std::string(const Trace&)>& get, const char* text) {
        file.dataset(std::string("/trace/") + name, values_of<std::string>(traces, get), {"1", text, rows});
    };
    texts("checksum", &Trace::checksum, "SHA-256 of the whole trace");
    texts("source", &Trace::source, "where the trace came from");
    texts(
        "signal", [](const Trace& t) { return to_string(t.signal); }, "average or marginal");
    texts(
        "scope", [](const Trace& t) { return to_string(t.scope); }, "direct or life_cycle");
    texts("forecast_checksum", &Trace::forecast_checksum, "SHA-256 of the forecast file; empty: none");
    texts(
        "start", [](const Trace& t) { return to_string(t.start); }, "begin of the first step, UTC");
    file.dataset("/trace/synthetic", values_of<std::uint8_t>(traces, &Trace::synthetic),
                 {"1", "1: made by the built-in generator", rows}, {traces.size()});
    file.dataset("/trace/step_s", values_of<std::int64_t>(traces, &Trace::step_s), {"s", "step of the trace", rows});

    std::vector<std::int64_t> offsets{0};
    std::vector<double> intensities;
    for (const Trace& trace : traces) {
        intensities.insert(intensities.end(), trace.values.begin(), trace.values.end());
        offsets.push_back(std::ssize(intensities));
    }
    file.dataset("/trace/step_offset", offsets,
                 {"1", "steps of trace t: rows [offset[t], offset[t + 1]) of /trace_step", {}});
    write_index(file, "/trace_step", intensities.size(), "row of the steps, traces one after the other");
    file.dataset("/trace_step/intensity", intensities, {"g/(kW h)", "carbon intensity, CO2e", {"/trace_step/index"}});
}

void write_policies(h5::Writer& file, const std::vector<ReplayPolicy>& policies) {
    write_scale(file, "policy", values_of<std::string>(policies, &ReplayPolicy::name), "1", "policies, in deck order");
    const std::vector<std::string> rows{"/policy"};
    std::vector<ScheduleOptions> schedules;
    for (const auto& policy : policies) schedules.push_back(policy.schedule);
    const auto numbers = [&](const char* name, auto member, const char* units, const char* text) {
        file.dataset(std::string("/policy_option/") + name, values_of<double>(schedules, member), {units, text, rows});
    };
    file.dataset("/policy_option/allocator", values_of<std::string>(schedules, &ScheduleOptions::allocator),
                 {"1", "allocator", rows});
    file.dataset("/policy_option/forecast",
                 values_of<std::string>(policies, [](const ReplayPolicy& p) { return p.told.forecast; }),
                 {"1", "what the allocator is told of the intensities to come", rows});
    file.dataset("/policy_option/window_h",
                 values_of<double>(policies, [](const ReplayPolicy& p) { return p.told.window_h; }),
                 {"h", "how far ahead; 0: the whole replay", rows});
    file.dataset("/policy_option/rest", values_of<std::string>(schedules, &ScheduleOptions::rest),
                 {"1", "fixed, cheapest: what the other GPUs do", rows});
    file.dataset("/policy_option/evaluate", values_of<std::int64_t>(schedules, &ScheduleOptions::evaluate),
                 {"1", "fixed, cheapest: GPUs that evaluate", rows});
    numbers("threshold", &ScheduleOptions::threshold, "1", "switch: part of the way from the smallest to the largest");
    numbers("quantile", &ScheduleOptions::quantile, "1", "cheapest: part of the window's steps");
    numbers("train_last_h", &ScheduleOptions::train_last_h, "h", "all-sample: last hours, in which all evaluate");
}

void write_results(h5::Writer& file, const ReplayRecord& record) {
    write_scale(file, "start", record.starts, "seconds since 1970-01-01 00:00:00Z", "when the work begins");
    const std::vector<std::string> all{"/search", "/region", "/start", "/policy"};
    const std::vector<std::size_t> shape{record.works.size(), record.traces.size(), record.starts.size(),
                                         record.policies.size()};
    const auto write = [&](const char* path, const std::vector<double>& values, const char* units, const char* text) {
        file.dataset(path, values, {units, text, all}, shape);
    };
    write("/grams", record.grams, "g", "CO2e up to the end of the work, or to the horizon where it is censored");
    write("/joules", record.joules, "J", "IT energy, the same");
    write("/makespan_s", record.makespan_s, "s", "how long the work took; NaN: censored, not done at the horizon");
    write("/regret_g", record.regret_g, "g", "grams above the lower bound; NaN where censored");
    file.dataset("/lower_bound_g", record.lower_bound_g,
                 {"g", "no schedule of the work emits less; NaN: it does not fit", {"/search", "/region", "/start"}},
                 {shape[0], shape[1], shape[2]});
}

// --- reading ---------------------------------------------------------------------------------------------------------

/// Finite and not negative: there is no other number in a replay but where NaN has a meaning.
double amount(double value, const std::string& place) {
    if (!(value >= 0) || std::isinf(value))
        throw DataError(fmt::format("{}: {} (allowed: a finite number from 0)", place, value));
    return value;
}

constexpr std::int64_t largest = std::numeric_limits<std::int32_t>::max();

/// Length of a one-dimensional dataset that is not empty.
std::size_t count_of(const h5::Reader& file, const std::string& path) {
    const std::size_t rows = length_of(file, path);
    if (rows == 0) throw DataError(place_of(file, path + ": has no row"));
    return rows;
}

std::vector<std::int64_t> read_integers(const h5::Reader& file, const std::string& path, std::size_t rows,
                                        std::int64_t lowest, std::int64_t highest) {
    file.require_shape(path, {rows});
    auto values = file.integers(path);
    for (const std::int64_t value : values) in_range(value, lowest, highest, place_of(file, path));
    return values;
}

std::vector<double> read_amounts(const h5::Reader& file, const std::string& path, std::size_t rows) {
    file.require_shape(path, {rows});
    auto values = file.numbers(path);
    for (const double value : values) amount(value, place_of(file, path));
    return values;
}

/// Rows of each owner in what follows one another: from 0 to `rows`, one at least for each.
std::vector<std::size_t> read_rising_offsets(const h5::Reader& file, const std::string& path, std::size_t owners,
                                             std::size_t rows) {
    auto offsets = read_offsets(file, path, owners, rows);
    if (std::adjacent_find(offsets.begin(), offsets.end()) != offsets.end())
        throw DataError(place_of(file, path + ": an owner of no rows"));
    return offsets;
}

void read_root(const h5::Reader& file, ReplayRecord& record) {
    const auto text = [&](const char* name) { return file.text_attribute("/", name); };
    const auto number = [&](const char* name) {
        return amount(file.number_attribute("/", name), place_of(file, name));
    };
    const auto integer = [&](const char* name, std::int64_t lowest) {
        return static_cast<std::int32_t>(
            in_range(file.integer_attribute("/", name), lowest, largest, place_of(file, name)));
    };
    ReplaySettings& settings = record.settings;
    record.program_version = text("program_version");
    record.source = text("source");
    record.table_name = text("table_name");
    record.table_checksum = text("table_checksum");
    record.table_synthetic =
        parse_flag(file.integer_attribute("/", "table_synthetic"), place_of(file, "table_synthetic"));
    settings.accounting = require_word(text("accounting"), {"full", "paper"}, place_of(file, "accounting"));
    settings.gpus = integer("gpus", 1);
    settings.slices_per_evaluation = integer("slices_per_evaluation", 0);
    settings.pause_s = number("pause_s");
    settings.resume_s = number("resume_s");
    settings.power.pue = number("pue");
    settings.power.embodied_g_per_gpu_h = number("embodied_g_per_gpu_h");
    record.horizon_s = number("horizon_s");
    record.deck = read_texts(file, "/deck", 1).front();
    record.effective_deck = read_texts(file, "/effective_deck", 1).front();
    require_names(file, "/component", replayed_components());
    const auto watts = read_amounts(file, "/component_power", powers.size());
    for (std::size_t c = 0; c < watts.size(); ++c) settings.power.*powers[c] = watts[c];
}

void read_works(const h5::Reader& file, ReplayRecord& record) {
    const std::size_t count = count_of(file, "/search");
    const auto integers = [&](const char* name, std::int64_t highest = largest) {
        return read_integers(file, std::string("/recorded/") + name, count, 0, highest);
    };
    const auto search = read_integers(file, "/search", count, 0, largest);
    const auto methods = read_texts(file, "/recorded/method", count);
    const auto traces = read_texts(file, "/recorded/trace", count);
    const auto seeds = integers("seed", std::numeric_limits<std::int64_t>::max());
    const auto left_out = integers("left_out"), initial = integers("initial"), unqueried = integers("unqueried");
    const auto supernet = integers("supernet", 1), capacity = integers("queue_capacity");
    const auto supernet_s = read_amounts(file, "/recorded/supernet_s", count);
    const auto query_s = read_amounts(file, "/recorded/query_s", count);
    const std::size_t rows = count_of(file, "/training/index");
    const auto offsets = read_rising_offsets(file, "/recorded/training_offset", count, rows);
    const auto trainings = read_amounts(file, "/training/gpu_s", rows);
    for (std::size_t i = 0; i < count; ++i) {
        const auto narrow = [&](const std::vector<std::int64_t>& values) {
            return static_cast<std::int32_t>(values[i]);
        };
        record.works.push_back({narrow(search), methods[i], traces[i], seeds[i], narrow(left_out), narrow(initial),
                                narrow(unqueried), supernet[i] == 1, narrow(capacity), supernet_s[i], query_s[i],
                                slice(trainings, offsets[i], offsets[i + 1])});
        const RecordedWork& work = record.works.back();
        in_range(work.unqueried, 0, std::ssize(work.training_s), place_of(file, "/recorded/unqueried"));
        in_range(work.initial, 0, work.unqueried, place_of(file, "/recorded/initial"));
        if (!work.supernet && work.unqueried != std::ssize(work.training_s))
            throw DataError(place_of(file, "/recorded/unqueried: queries without a supernet"));
    }
}

void read_traces(const h5::Reader& file, ReplayRecord& record) {
    const std::size_t count = count_of(file, "/region");
    const auto names = file.texts("/region");
    const auto checksums = read_texts(file, "/trace/checksum", count);
    const auto sources = read_texts(file, "/trace/source", count);
    const auto signals = read_texts(file, "/trace/signal", count);
    const auto scopes = read_texts(file, "/trace/scope", count);
    const auto starts = read_texts(file, "/trace/start", count);
    const auto forecasts = read_texts(file, "/trace/forecast_checksum", count);
    const auto synthetic = read_integers(file, "/trace/synthetic", count, 0, 1);
    const auto steps_s = read_integers(file, "/trace/step_s", count, 1, largest);
    const std::size_t rows = count_of(file, "/trace_step/index");
    const auto offsets = read_rising_offsets(file, "/trace/step_offset", count, rows);
    const auto intensities = read_amounts(file, "/trace_step/intensity", rows);
    for (std::size_t t = 0; t < count; ++t) {
        Trace trace;
        trace.name = names[t];
        trace.source = sources[t];
        trace.synthetic = synthetic[t] == 1;
        trace.signal = parse_enum(signals[t], {Signal::average, Signal::marginal}, place_of(file, "/trace/signal"));
        trace.scope = parse_enum(scopes[t], {Scope::direct, Scope::life_cycle}, place_of(file, "/trace/scope"));
        trace.start = parse_start(starts[t], place_of(file, "/trace/start"));
        trace.step_s = steps_s[t];
        trace.forecast_checksum = forecasts[t];
        trace.values = slice(intensities, offsets[t], offsets[t + 1]);
        trace.estimated.assign(trace.values.size(), 0);
        if (trace.checksum() != checksums[t])
            throw DataError(fmt::format("{}: row {}: the steps of trace '{}' do not match it",
                                        place_of(file, "/trace/checksum"), t, trace.name));
        record.traces.push_back(std::move(trace));
    }
}

void read_policies(const h5::Reader& file, ReplayRecord& record) {
    const std::size_t count = count_of(file, "/policy");
    const auto names = file.texts("/policy");
    const auto allocators = read_texts(file, "/policy_option/allocator", count);
    const auto forecasts = read_texts(file, "/policy_option/forecast", count);
    for (const auto& forecast : forecasts)
        require_word(forecast, {"perfect", "persistence", "file", "none"}, place_of(file, "/policy_option/forecast"));
    const auto windows_h = read_amounts(file, "/policy_option/window_h", count);
    const auto rests = read_texts(file, "/policy_option/rest", count);
    for (const auto& rest : rests) require_word(rest, {"sample", "idle"}, place_of(file, "/policy_option/rest"));
    const auto evaluate = read_integers(file, "/policy_option/evaluate", count, 1, largest);
    const auto thresholds = read_amounts(file, "/policy_option/threshold", count);
    const auto quantiles = read_amounts(file, "/policy_option/quantile", count);
    const auto last_h = read_amounts(file, "/policy_option/train_last_h", count);
    for (std::size_t p = 0; p < count; ++p)
        record.policies.push_back(
            {names[p],
             {allocators[p], static_cast<int>(evaluate[p]), rests[p], thresholds[p], quantiles[p], last_h[p]},
             {forecasts[p], windows_h[p]}});
}

/// Numbers of which NaN are those, and only those, that are censored.
void require_censored_alike(const h5::Reader& file, const ReplayRecord& record) {
    for (std::size_t i = 0; i < record.makespan_s.size(); ++i) {
        amount(record.grams[i], place_of(file, "/grams"));
        amount(record.joules[i], place_of(file, "/joules"));
        if (std::isnan(record.makespan_s[i]) != std::isnan(record.regret_g[i]))
            throw DataError(fmt::format("{}: scenario {}: makespan {}, regret {}: one is censored",
                                        file.path().string(), i, record.makespan_s[i], record.regret_g[i]));
        if (!std::isnan(record.makespan_s[i])) amount(record.makespan_s[i], place_of(file, "/makespan_s"));
    }
}

/// Starts rise evenly, and a whole horizon lies before each on every trace, from one of its steps on.
void require_starts(const h5::Reader& file, const ReplayRecord& record) {
    const auto& starts = record.starts;
    const std::int64_t every = starts.size() > 1 ? starts[1] - starts[0] : 1;
    for (std::size_t i = 1; i < starts.size(); ++i)
        if (every <= 0 || starts[i] - starts[i - 1] != every)
            throw DataError(fmt::format("{}: row {}: starts must rise evenly", place_of(file, "/start"), i));
    const auto horizon = static_cast<std::int64_t>(record.horizon_s);
    for (const Trace& trace : record.traces) {
        const bool on_steps = (starts[0] - trace.start.seconds) % trace.step_s == 0 && horizon % trace.step_s == 0 &&
                              (starts.size() == 1 || every % trace.step_s == 0);
        if (starts.front() < trace.start.seconds || starts.back() > trace.end().seconds - horizon || !on_steps ||
            horizon <= 0)
            throw DataError(
                fmt::format("{}: starts or horizon do not suit trace '{}'", place_of(file, "/start"), trace.name));
    }
}

void read_results(const h5::Reader& file, ReplayRecord& record) {
    record.starts = read_integers(file, "/start", count_of(file, "/start"), std::numeric_limits<std::int32_t>::min(),
                                  std::int64_t{1} << 40);
    require_starts(file, record);
    const std::vector<std::size_t> shape{record.works.size(), record.traces.size(), record.starts.size(),
                                         record.policies.size()};
    const auto read = [&](const char* path) {
        file.require_shape(path, shape);
        return file.numbers(path);
    };
    record.grams = read("/grams");
    record.joules = read("/joules");
    record.makespan_s = read("/makespan_s");
    record.regret_g = read("/regret_g");
    file.require_shape("/lower_bound_g", {shape[0], shape[1], shape[2]});
    record.lower_bound_g = file.numbers("/lower_bound_g");
    require_censored_alike(file, record);
}

}  // namespace

void write_replay_file(const std::filesystem::path& path, const ReplayRecord& record, const Provenance& provenance,
                       bool overwrite) {
    h5::Writer file(path, overwrite);
    write_root(file, record);
    write_works(file, record.works);
    write_traces(file, record.traces);
    write_policies(file, record.policies);
    write_results(file, record);
    write_provenance(file, provenance);
    file.commit();
}

ReplayRecord read_replay_file(const std::filesystem::path& path) {
    const h5::Reader file(path);
    file.require_format(replay_format, format_version);
    ReplayRecord record;
    read_root(file, record);
    read_works(file, record);
    read_traces(file, record);
    read_policies(file, record);
    read_results(file, record);
    return record;
}

}  // namespace cenas

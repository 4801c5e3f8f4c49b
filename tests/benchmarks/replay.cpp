// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT

// How many scenarios of a replay a core does in a second, policy by policy, beside what the core and its memory can do.
// Prints figures; asserts nothing. One thread, processor time.
//
//     replay DECK [section.key=value ...]
//
// Each method of the deck is simulated once on its first trace, and its work replayed on that trace's whole length.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "benchmarks/peak.hpp"
#include "config/deck.hpp"
#include "engine/engine.hpp"
#include "replay/recorded_work.hpp"
#include "replay/replay.hpp"
#include "replay/run.hpp"
#include "sweep/plan.hpp"

namespace {

using namespace cenas;

constexpr int repetitions = 5;

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// Bytes a second of a[i] = b[i] + 3 c[i] over arrays that no cache holds (McCalpin's STREAM triad), best of several.
double memory_bandwidth() {
    constexpr std::size_t size = std::size_t{1} << 24;
    std::vector<double> a(size), b(size, 1.0), c(size, 2.0);
    double best = 0;
    for (int i = 0; i < repetitions; ++i) {
        const double began = processor_seconds();
        for (std::size_t k = 0; k < size; ++k) a[k] = b[k] + 3.0 * c[k];
        best = std::max(best, 3.0 * sizeof(double) * size / (processor_seconds() - began));
        c[static_cast<std::size_t>(i)] = a[size - 1];
    }
    return best;
}

double seconds_of(ReplayRecord record) {
    std::vector<double> seconds;
    for (int i = 0; i < repetitions; ++i) {
        const double began = processor_seconds();
        replay(record, Backend::serial);
        seconds.push_back(processor_seconds() - began);
    }
    return median(seconds);
}

ReplayRecord record_of(const RecordedWork& work, const Options& options, const Trace& trace, double horizon_s) {
    ReplayRecord record;
    record.settings = replay_settings(options);
    record.horizon_s = horizon_s;
    record.works = {work};
    record.traces = {trace};
    const auto horizon = static_cast<std::int64_t>(horizon_s);
    for (std::int64_t start = trace.start.seconds; start + horizon <= trace.end().seconds; start += trace.step_s)
        record.starts.push_back(start);
    return record;
}

/// What a scenario has to read and write that no other does: a step of the trace, its window's bounds, its outcome, its
/// five results. The memory of its schedule is used again by others.
std::size_t bytes_of_scenario() {
    return 2 * sizeof(double) + sizeof(WindowBounds) + sizeof(ReplayOutcome) + 5 * sizeof(double);
}

std::size_t bytes_of_schedule(const RecordedWork& work, int gpus) {
    const auto queried = static_cast<std::int32_t>(work.training_s.size()) - work.unqueried;
    const auto queue = static_cast<std::size_t>(std::min(work.queue_capacity + 1, queried));
    return static_cast<std::size_t>(gpus) * (sizeof(GpuTask) + sizeof(PausedTraining)) + queue * sizeof(std::int32_t);
}

void measure(const std::string& method, const RecordedWork& work, const Options& options, const Trace& trace,
             double horizon_s, double bandwidth) {
    const ReplayRecord all = record_of(work, options, trace, horizon_s);
    const double bounds_s = seconds_of(all);  // no policy: the lower bounds alone
    const auto starts = static_cast<double>(all.starts.size());
    fmt::print("\n{}: {} trainings, {} starts, {:g} steps, {} bytes of a schedule\n", method, work.training_s.size(),
               starts, horizon_s / static_cast<double>(trace.step_s), bytes_of_schedule(work, options.run.gpus));
    fmt::print("{:<20}{:>22}{:>16}{:>26}\n", "", "scenarios/core-second", "us a scenario", "bandwidth used, of triad");
    const auto print = [&](const std::string& name, double seconds) {
        const double rate = starts / seconds;
        fmt::print("{:<20}{:>22.0f}{:>16.3f}{:>25.2f}%\n", name, rate, 1e6 / rate,
                   100 * rate * static_cast<double>(bytes_of_scenario()) / bandwidth);
    };
    print("lower bound", bounds_s);
    for (const auto& policy : default_replay(options.run.gpus).policies) {
        const std::string& allocator = policy.schedule.allocator;
        // What does not look at the trace is over before a clock sees it.
        const std::size_t times = allocator == "all-evaluate" || allocator == "fixed" ? 50 : 1;
        ReplayRecord many = all;
        many.policies.assign(times, {policy.name, policy.schedule, {}});
        print(policy.name, (seconds_of(std::move(many)) - bounds_s) / static_cast<double>(times));
    }
    std::fflush(stdout);
}

void run(const std::string& deck, const std::vector<std::string>& overrides) {
    const Inputs inputs = load_inputs(read_deck(deck, overrides).scenarios);
    const Options& options = inputs.first;
    const Trace& whole = inputs.traces[0];
    const Trace window = window_of(whole, options.run.start, static_cast<std::int64_t>(run_horizon(options).value));
    const RunHead head = describe_inputs(inputs);
    const double bandwidth = memory_bandwidth();
    fmt::print(
        "one thread, processor time, median of {}; this core: {:.0f} GFLOP/s (f32, its widest), triad {:.1f} GB/s;\n"
        "{} bytes of a scenario that no other shares\n",
        repetitions, peak_gflops("f32"), bandwidth / 1e9, bytes_of_scenario());
    for (std::size_t m = 0; m < options.methods.size(); ++m) {
        SearchRecord search =
            simulate_search(inputs.problems->of(options), options, options.methods[m], window, options.run.first_seed);
        search.method = static_cast<std::int32_t>(m);
        measure(options.methods[m].name, recorded_work(head, search, options, 0), options, whole,
                5 * run_horizon(options).value, bandwidth);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: replay DECK [section.key=value ...]\n");
        return 2;
    }
    try {
        spdlog::set_level(spdlog::level::warn);
        run(argv[1], {argv + 2, argv + argc});
    } catch (const std::exception& e) {
        fmt::print(stderr, "replay: {}\n", e.what());
        return 1;
    }
    return 0;
}

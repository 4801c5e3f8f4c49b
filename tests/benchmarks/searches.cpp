// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT

// How many simulated searches a core does in a second, method by method, and what they find (so that speed is not
// bought with quality). Prints figures; asserts nothing. One thread, processor time.
//
//     searches DECK [section.key=value ...]

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <exception>
#include <numeric>
#include <string>
#include <vector>

#include "config/deck.hpp"
#include "driver/engine.hpp"
#include "driver/plan.hpp"

namespace {

using namespace cenas;

double processor_seconds() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
    const double m = mean(values);
    double squares = 0;
    for (const double v : values) squares += (v - m) * (v - m);
    return values.size() < 2 ? 0.0 : std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

void run(const std::string& deck_path, const std::vector<std::string>& overrides) {
    const Inputs inputs = load_inputs(read_deck(deck_path, overrides).scenarios);
    const Options& options = inputs.first;
    const Problem& problem = inputs.problems->of(options);
    const Trace window =
        window_of(inputs.traces[0], options.run.start, static_cast<std::int64_t>(run_horizon(options).value));
    fmt::print("{} seeds on trace {}, one thread\n{:<18}{:>20}{:>12}{:>30}{:>22}\n", options.run.seeds,
               options.traces[0].name, "method", "HV log difference", "trainings", "CPU s a search: median (range)",
               "searches/core-second");
    for (const auto& method : options.methods) {
        std::vector<double> seconds, differences, trainings;
        for (int s = 0; s < options.run.seeds; ++s) {
            const double began = processor_seconds();
            const auto record = simulate_search(problem, options, method, window, options.run.first_seed + s);
            seconds.push_back(processor_seconds() - began);
            differences.push_back(hv_log_difference(problem.hv_max, record.hypervolume));
            trainings.push_back(static_cast<double>(record.evaluations));
        }
        const auto [fastest, slowest] = std::minmax_element(seconds.begin(), seconds.end());
        fmt::print("{:<18}{:>20}{:>12.0f}{:>30}{:>22.2f}\n", method.name,
                   fmt::format("{:.2f} +- {:.2f}", mean(differences), deviation(differences)), mean(trainings),
                   fmt::format("{:.3f} ({:.3f}..{:.3f})", median(seconds), *fastest, *slowest), 1.0 / median(seconds));
        std::fflush(stdout);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: searches DECK [section.key=value ...]\n");
        return 2;
    }
    try {
        run(argv[1], {argv + 2, argv + argc});
    } catch (const std::exception& e) {
        fmt::print(stderr, "searches: {}\n", e.what());
        return 1;
    }
    return 0;
}

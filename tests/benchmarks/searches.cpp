// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT

// How many simulated searches a core does in a second, method by method, what they find (so that speed is not bought
// with quality), and where the time goes. Prints figures; asserts nothing. One thread, processor time. The profile is
// of searches of their own, since reading the clock at every call takes time, too.
//
//     searches DECK [section.key=value ...]

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <exception>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/deck.hpp"
#include "engine/engine.hpp"
#include "engine/simulated_world.hpp"
#include "search/strategy.hpp"
#include "sweep/plan.hpp"

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

/// Processor seconds by part of a search.
struct Profile {
    double update = 0, ask = 0, tell = 0;  // of the strategy
    double all = 0;
};

/// Adds the time until it goes out of scope.
class Stopwatch {
  public:
    explicit Stopwatch(double& seconds) : seconds_(seconds), began_(processor_seconds()) {}
    ~Stopwatch() { seconds_ += processor_seconds() - began_; }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

  private:
    double& seconds_;
    double began_;
};

class TimedStrategy final : public Strategy {
  public:
    TimedStrategy(std::unique_ptr<Strategy> strategy, Profile& profile)
        : strategy_(std::move(strategy)), profile_(profile) {}
    std::optional<Proposal> ask() override {
        const Stopwatch watch(profile_.ask);
        return strategy_->ask();
    }
    void exclude(CellIndex cell) override { strategy_->exclude(cell); }
    void tell(const Outcome& outcome) override {
        const Stopwatch watch(profile_.tell);
        strategy_->tell(outcome);
    }
    void update() override {
        const Stopwatch watch(profile_.update);
        strategy_->update();
    }
    void exchange(StateArchive& archive) override { strategy_->exchange(archive); }

  private:
    std::unique_ptr<Strategy> strategy_;
    Profile& profile_;
};

/// simulate_search with a look at the clock around every call of the strategy.
void profile_search(const Problem& problem, const Options& options, const MethodOptions& method, const Trace& trace,
                    std::int64_t seed, Profile& profile) {
    const Stopwatch watch(profile.all);
    TimedStrategy strategy(search_strategy(problem, method, seed), profile);
    SimulatedWorld world(problem, options, search_begin(options));
    Engine(problem, options, method, trace, seed, strategy, world).run();
}

void run(const std::string& deck_path, const std::vector<std::string>& overrides) {
    const Inputs inputs = load_inputs(read_deck(deck_path, overrides).scenarios);
    const Options& options = inputs.first;
    const Problem& problem = inputs.problems->of(options);
    const Trace window =
        window_of(inputs.traces[0], options.run.start, static_cast<std::int64_t>(run_horizon(options).value));
    fmt::print(
        "{} seeds on trace {}, one thread; mean milliseconds in the strategy's update, ask and tell, and the rest\n",
        options.run.seeds, options.traces[0].name);
    fmt::print("{:<18}{:>20}{:>11}{:>32}{:>22}{:>10}{:>8}{:>8}{:>8}\n", "method", "HV log difference", "trainings",
               "CPU s a search: median (range)", "searches/core-second", "update", "ask", "tell", "rest");
    for (const auto& method : options.methods) {
        std::vector<double> seconds, differences, trainings;
        Profile profile;
        for (int s = 0; s < options.run.seeds; ++s) {
            const double began = processor_seconds();
            const auto record = simulate_search(problem, options, method, window, options.run.first_seed + s);
            seconds.push_back(processor_seconds() - began);
            differences.push_back(hv_log_difference(problem.hv_max, record.hypervolume));
            trainings.push_back(static_cast<double>(record.evaluations));
            profile_search(problem, options, method, window, options.run.first_seed + s, profile);
        }
        const auto [fastest, slowest] = std::minmax_element(seconds.begin(), seconds.end());
        const double ms = 1000.0 / options.run.seeds;
        fmt::print("{:<18}{:>20}{:>11.0f}{:>32}{:>22.2f}{:>10.1f}{:>8.1f}{:>8.1f}{:>8.1f}\n", method.name,
                   fmt::format("{:.2f} +- {:.2f}", mean(differences), deviation(differences)), mean(trainings),
                   fmt::format("{:.3f} ({:.3f}..{:.3f})", median(seconds), *fastest, *slowest), 1.0 / median(seconds),
                   ms * profile.update, ms * profile.ask, ms * profile.tell,
                   ms * (profile.all - profile.update - profile.ask - profile.tell));
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

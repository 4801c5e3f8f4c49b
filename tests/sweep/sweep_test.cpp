// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/sweep.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "config/deck.hpp"
#include "engine/engine.hpp"
#include "schedule/allocator.hpp"
#include "support/small_problem.hpp"

namespace cenas {
namespace {

// Every kind of method, blind to the trace and not, on two traces from two starts.
constexpr const char* deck = R"([run]
start = 2021-07-02T06:00:00Z
hours = 30
gpus = 3
initial = 4
seeds = 2
[problem]
table = "synthetic"
[[problem.objective]]
name = "accuracy"
reference = 0
[[problem.objective]]
name = "energy"
reference = 50
[[trace]]
name = "CISO"
source = "synthetic:CISO"
[[trace]]
name = "SE"
source = "synthetic:SE"
[[axis]]
key = "run.start"
from = 2021-07-02T06:00:00Z
step_h = 53
count = 2
[[method]]
name = "vanilla"
allocator = "all-evaluate"
[[method]]
name = "random"
strategy = "random"
allocator = "random-actions"
candidates = "supernet"
[[method]]
name = "fixed"
allocator = "fixed"
evaluate = 2
candidates = "supernet"
[[method]]
name = "one-shot"
allocator = "all-sample"
candidates = "supernet"
learn_from = "estimate"
max_samples = 60
shortlist = 5
[[method]]
name = "shares"
allocator = "shares"
candidates = "supernet"
)";

/// Everything of a search that may differ.
std::string bits_of(const SearchRecord& s) {
    return fmt::format("{} {} {} {} {} {} {} {} {} {}", s.scenario, s.method, s.trace, s.seed, s.hypervolume,
                       s.carbon_g, s.energy_j, s.samples, s.stop_reason, s.log_checksum);
}

TEST(Sweep, SharedProposalsGiveTheSameBitsAsSearchesAlone) {
    for (const std::string accounting : {"full", "paper"}) {
        const Inputs inputs = load_inputs(
            read_deck_text(std::string(deck) + "[accounting]\nmode = \"" + accounting + "\"\n", "deck", "."));
        const SweepPlan plan(inputs);
        std::map<std::int64_t, std::string> found;
        const auto units = plan_work(
            plan, {}, inputs, describe_inputs(inputs), [](std::int64_t) { return true; }, 1);
        // Three blind methods share, one has no model to share, one looks at the trace.
        EXPECT_EQ(units.size(), 3u * 2 + 2u * 2 * 2 * 2);
        for (const WorkUnit& unit : units)
            run_unit(
                inputs, plan, unit, [] { return true; },
                [&](std::int64_t number, SearchRecord&& search) { found[number] = bits_of(search); });
        ASSERT_EQ(std::ssize(found), plan.size());
        for (std::int64_t number = 0; number < plan.size(); ++number)
            EXPECT_EQ(found[number], bits_of(run_planned(inputs, plan[number]))) << accounting << " " << number;
    }
}

// An allocator that is called blind decides alike whatever the intensities, and no other one does.
TEST(Sweep, BlindAllocatorsAreThoseThatDecideAlikeOnEveryTrace) {
    Options options = small_options();
    options.run.initial = 3;
    const Problem problem = make_problem(small_table(300, 1.1), options);
    std::vector<double> flipped = daily_trace(24).values;
    for (double& value : flipped) value = 900 - value;
    for (const char* allocator :
         {"all-evaluate", "all-sample", "fixed", "shares", "switch", "random-actions", "cheapest"}) {
        const MethodOptions method = method_named(allocator);
        const auto decisions = [&](const Trace& trace) {
            std::vector<int> counts;
            for (const auto& interval : simulate_search(problem, options, method, trace, 3).intervals)
                counts.insert(counts.end(), {interval.gpus_evaluate, interval.gpus_sample});
            return counts;
        };
        EXPECT_EQ(decisions(daily_trace(24)) == decisions(trace_of(flipped)), is_blind(method.schedule)) << allocator;
    }
}

}  // namespace
}  // namespace cenas

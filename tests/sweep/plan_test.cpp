// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/error.hpp"
#include "config/deck.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;

constexpr const char* base = R"([run]
start = 2021-07-02T06:00:00Z
hours = 24
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
[[method]]
name = "vanilla"
allocator = "all-evaluate"
[[method]]
name = "one-shot"
candidates = "supernet"
allocator = "all-sample"
learn_from = "estimate"
max_samples = 1000
)";

Inputs inputs_of(const std::string& more) { return load_inputs(read_deck_text(base + more, "deck", ".")); }

using Search = std::tuple<std::int64_t, std::string, std::string, std::int64_t>;  // scenario, trace, method, seed

std::vector<Search> searches_of(const Inputs& inputs) {
    const SweepPlan plan(inputs);
    std::vector<Search> searches;
    for (std::int64_t n = 0; n < plan.size(); ++n) {
        const PlannedSearch s = plan[n];
        searches.emplace_back(s.scenario, inputs.traces[static_cast<std::size_t>(s.trace)].name,
                              inputs.first.methods[static_cast<std::size_t>(s.method)].name, s.seed);
    }
    return searches;
}

TEST(SweepPlan, IsScenariosByTracesByMethodsBySeeds) {
    const auto searches = searches_of(inputs_of("[[axis]]\nkey = \"run.gpus\"\nvalues = [4, 8]\n"));
    ASSERT_EQ(searches.size(), 16u);
    EXPECT_EQ(searches[0], Search(0, "CISO", "vanilla", 1));
    EXPECT_EQ(searches[1], Search(0, "CISO", "vanilla", 2));
    EXPECT_EQ(searches[2], Search(0, "CISO", "one-shot", 1));
    EXPECT_EQ(searches[4], Search(0, "SE", "vanilla", 1));
    EXPECT_EQ(searches[8], Search(1, "CISO", "vanilla", 1));
    EXPECT_EQ(std::set(searches.begin(), searches.end()).size(), 16u);
}

TEST(SweepPlan, AnAxisOfOneMethodVariesThatOneOnly) {
    const auto searches =
        searches_of(inputs_of("[[axis]]\nkey = \"method.one-shot.max_samples\"\nvalues = [100, 200, 300]\n"));
    EXPECT_EQ(
        std::count_if(searches.begin(), searches.end(), [](const Search& s) { return std::get<2>(s) == "vanilla"; }),
        4);
    EXPECT_EQ(
        std::count_if(searches.begin(), searches.end(), [](const Search& s) { return std::get<2>(s) == "one-shot"; }),
        12);
}

TEST(SweepPlan, LeavesOutWhatIsExcluded) {
    const auto searches = searches_of(inputs_of(R"(
[[axis]]
key = "run.gpus"
values = [4, 8]
[[exclude]]
run.gpus = 4
method = "vanilla"
[[exclude]]
trace = ["SE"]
method = "one-shot"
)"));
    for (const auto& [scenario, trace, method, seed] : searches) {
        EXPECT_FALSE(scenario == 0 && method == "vanilla");
        EXPECT_FALSE(trace == "SE" && method == "one-shot");
    }
    EXPECT_EQ(searches.size(), 16u - 4 - 4);
}

TEST(SweepPlan, AConditionOnAKeyOfOneMethodHoldsForThatOneOnly) {
    const auto searches = searches_of(inputs_of(R"(
[[axis]]
key = "method.one-shot.max_samples"
values = [100, 200]
[[axis]]
key = "run.gpus"
values = [4, 8]
[[exclude]]
method.one-shot.max_samples = 100
run.gpus = 4
)"));
    // Vanilla keeps both numbers of GPUs, two traces and two seeds; one-shot loses one of four combinations.
    EXPECT_EQ(
        std::count_if(searches.begin(), searches.end(), [](const Search& s) { return std::get<2>(s) == "vanilla"; }),
        8);
    EXPECT_EQ(
        std::count_if(searches.begin(), searches.end(), [](const Search& s) { return std::get<2>(s) == "one-shot"; }),
        12);
}

TEST(Shard, PartsAreDisjointAndMakeTheWhole) {
    for (const std::int64_t all : {0, 1, 7, 100})
        for (const std::int64_t count : {1, 2, 3, 7, 13}) {
            std::set<std::int64_t> numbers;
            std::int64_t sum = 0;
            for (std::int64_t i = 1; i <= count; ++i) {
                const Shard shard{i, count};
                sum += shard.size(all);
                for (std::int64_t k = 0; k < shard.size(all); ++k) numbers.insert(shard.search(k));
            }
            EXPECT_EQ(sum, all);
            EXPECT_EQ(std::ssize(numbers), all);
            EXPECT_TRUE(numbers.empty() || (*numbers.begin() == 0 && *numbers.rbegin() == all - 1));
        }
}

std::vector<WorkUnit> work_of(const Inputs& inputs, const Shard& shard = {}, std::int64_t workers = 1) {
    return plan_work(
        SweepPlan(inputs), shard, inputs, describe_inputs(inputs), [](std::int64_t) { return true; }, workers);
}

std::set<std::int64_t> numbers_of(const std::vector<WorkUnit>& units) {
    std::set<std::int64_t> numbers;
    for (const auto& unit : units)
        for (const std::int64_t number : unit) EXPECT_TRUE(numbers.insert(number).second);
    return numbers;
}

TEST(PlanWork, HasEverySearchOnceTheLongestFirst) {
    const Inputs inputs = inputs_of("");
    const SweepPlan plan(inputs);
    const auto units = work_of(inputs);
    EXPECT_EQ(std::ssize(numbers_of(units)), plan.size());
    // A thousand estimates take longer than 192 trainings.
    EXPECT_EQ(plan[units.front().front()].method, 1);
    EXPECT_EQ(plan[units.back().front()].method, 0);
    const auto half = numbers_of(work_of(inputs, {2, 2}));
    EXPECT_EQ(std::ssize(half), plan.size() / 2);
    for (const std::int64_t number : half) EXPECT_EQ(number % 2, 1);
    const auto rest = plan_work(
        plan, {}, inputs, describe_inputs(inputs), [](std::int64_t n) { return n > 2; }, 1);
    EXPECT_EQ(std::ssize(numbers_of(rest)), plan.size() - 3);
}

TEST(PlanWork, BlindSearchesShareTheirProposalsOverTracesAndStarts) {
    const std::string starts = "[[axis]]\nkey = \"run.start\"\nfrom = 2021-07-02T06:00:00Z\nstep_h = 24\ncount = 3\n";
    // Two traces x three starts, for each of two seeds and two blind methods.
    const auto units = work_of(inputs_of(starts));
    ASSERT_EQ(units.size(), 4u);
    for (const auto& unit : units) EXPECT_EQ(unit.size(), 6u);
    // Whatever else varies makes other proposals.
    EXPECT_EQ(work_of(inputs_of(starts + "[[axis]]\nkey = \"run.gpus\"\nvalues = [4, 8]\n")).size(), 8u);
    EXPECT_EQ(work_of(inputs_of("[[axis]]\nkeys = [\"run.start\", \"run.gpus\"]\nvalues = [[2021-07-02T06:00:00Z, 4], "
                                "[2021-07-03T06:00:00Z, 8]]\n"))
                  .size(),
              8u);
    // Who looks at the trace, or ends by its carbon, shares with nobody.
    EXPECT_EQ(work_of(inputs_of(starts + "[budget]\ncarbon_kg = 3\n")).size(), 24u);
    EXPECT_EQ(work_of(inputs_of(starts + "[[method]]\nname = \"shares\"\ncandidates = \"supernet\"\n")).size(),
              4u + 12u);
    // Nor who has no model to share.
    EXPECT_EQ(work_of(inputs_of(starts + "[[method]]\nname = \"random\"\nstrategy = \"random\"\n")).size(), 4u + 12u);
    // Units leave work for everybody.
    EXPECT_EQ(work_of(inputs_of(starts), {}, 2).size(), 8u);
    EXPECT_EQ(work_of(inputs_of(starts), {}, 100).size(), 24u);
}

TEST(RequireSearches, RefusesASweepOfNothingAndMoreShardsThanSearches) {
    EXPECT_TRUE(contains(message_of<UsageError>([] { require_searches(0, {}); }), "every search of the sweep"));
    EXPECT_TRUE(contains(message_of<UsageError>([] { require_searches(3, {1, 4}); }), "only 3 searches"));
    EXPECT_NO_THROW(require_searches(3, {3, 3}));
}

TEST(DescribeInputs, HasEveryScenarioAndTheStepsThatAreUsed) {
    const Inputs inputs = inputs_of(R"(
[[axis]]
key = "run.start"
from = 2021-07-02T06:00:00Z
step_h = 24
count = 3
[[axis]]
keys = ["run.gpus", "problem.objective.energy.reference"]
values = [[4, 50], [8, 40]]
)");
    const RunHead head = describe_inputs(inputs);
    ASSERT_EQ(head.scenarios.size(), 6u);
    EXPECT_EQ(head.problems.size(), 2u);
    EXPECT_EQ(head.scenarios[1].problem, 1);
    EXPECT_EQ(head.problems[1].objectives[1].reference, 40);
    EXPECT_LT(head.problems[1].hv_max, head.problems[0].hv_max);
    EXPECT_EQ(head.scenarios[5].gpus, 8);
    EXPECT_EQ(head.scenarios[5].start, utc_from_civil(2021, 7, 4, 6));
    ASSERT_EQ(head.axes.size(), 3u);
    EXPECT_EQ(head.axes[1].values[4], DeckValue(std::int64_t{4}));
    EXPECT_EQ(head.traces[0].values.size(), 72u);
    EXPECT_EQ(head.traces[0].start, utc_from_civil(2021, 7, 2, 6));
}

TEST(DescribeInputs, RefusesAScenarioThatLeavesTheTrace) {
    const Inputs inputs = inputs_of("[[axis]]\nkey = \"run.hours\"\nvalues = [24, 99999]\n");
    const auto message = message_of<DataError>([&] { describe_inputs(inputs); });
    EXPECT_TRUE(contains(message, "too short for 99999 h"));
    EXPECT_TRUE(contains(message, "scenario 1 of 2"));
}

}  // namespace
}  // namespace cenas

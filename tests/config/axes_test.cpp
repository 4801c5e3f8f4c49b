// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
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
gpus = 8
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
[[method]]
name = "vanilla"
allocator = "all-evaluate"
[[method]]
name = "ce-nas"
candidates = "supernet"
)";

class Axes : public ::testing::Test {
  protected:
    Deck deck_with(const std::string& more, const std::vector<std::string>& overrides = {}) {
        return read_deck(folder.write("deck.toml", base + more), overrides);
    }
    std::string refusal(const std::string& more, const std::vector<std::string>& overrides = {}) {
        return message_of<UsageError>([&] { deck_with(more, overrides); });
    }
    test::TemporaryFolder folder;
};

TEST_F(Axes, WithoutThemThereIsOneScenario) {
    const Deck deck = deck_with("");
    EXPECT_EQ(deck.scenarios.count(), 1);
    EXPECT_EQ(deck.scenarios.options(0).run.gpus, 8);
}

TEST_F(Axes, EveryCombinationIsAScenarioTheLastAxisFastest) {
    const Scenarios s = deck_with(R"(
[[axis]]
key = "run.gpus"
values = [2, 4]
[[axis]]
key = "method.ce-nas.queue_capacity"
values = [5, 10, 20]
)")
                            .scenarios;
    ASSERT_EQ(s.count(), 6);
    std::vector<std::pair<int, int>> found;
    for (std::int64_t i = 0; i < s.count(); ++i) {
        const Options options = s.options(i);
        found.emplace_back(options.run.gpus, options.methods[1].queue_capacity);
        EXPECT_EQ(s.position(0, i), static_cast<std::size_t>(i / 3));
        EXPECT_EQ(s.position(1, i), static_cast<std::size_t>(i % 3));
    }
    EXPECT_EQ(found, (std::vector<std::pair<int, int>>{{2, 5}, {2, 10}, {2, 20}, {4, 5}, {4, 10}, {4, 20}}));
}

TEST_F(Axes, KeysThatGoTogetherTakeTheirValuesTogether) {
    const Scenarios s = deck_with(R"(
[[axis]]
keys = ["run.gpus", "run.hours", "run.forecast"]
values = [[4, 160, "perfect"], [8, 80.5, "none"]]
)")
                            .scenarios;
    ASSERT_EQ(s.count(), 2);
    EXPECT_EQ(s.options(1).run.gpus, 8);
    EXPECT_EQ(s.options(1).run.hours, 80.5);
    EXPECT_EQ(s.options(0).run.hours, 160);
    // Integers beside other numbers are such numbers too.
    EXPECT_EQ(s.axes[0].values[0][1], DeckValue(160.0));
    EXPECT_EQ(s.axes[0].values[0][0], DeckValue(std::int64_t{4}));
}

TEST_F(Axes, ValuesOfRanges) {
    const auto values = [&](const std::string& axis) {
        std::vector<DeckValue> all;
        const Deck deck = deck_with("[[axis]]\n" + axis);
        for (const auto& position : deck.scenarios.axes.at(0).values) all.push_back(position.at(0));
        return all;
    };
    EXPECT_EQ(values("key = \"run.gpus\"\nfrom = 2\nto = 9\nstep = 3\n"),
              (std::vector<DeckValue>{std::int64_t{2}, std::int64_t{5}, std::int64_t{8}}));
    EXPECT_EQ(values("key = \"run.gpus\"\nfrom = 4\nstep = -2\ncount = 2\n"),
              (std::vector<DeckValue>{std::int64_t{4}, std::int64_t{2}}));
    // 1.3 is reached although three times 0.1 is not 0.3.
    EXPECT_EQ(values("key = \"power.pue\"\nfrom = 1\nto = 1.3\nstep = 0.1\n").size(), 4u);
    EXPECT_EQ(values("key = \"run.start\"\nfrom = 2021-12-31T18:00:00Z\nto = 2022-01-01T07:00:00Z\nstep_h = 6\n"),
              (std::vector<DeckValue>{utc_from_civil(2021, 12, 31, 18), utc_from_civil(2022, 1, 1),
                                      utc_from_civil(2022, 1, 1, 6)}));
    EXPECT_EQ(values("key = \"run.start\"\nfrom = 2021-12-31T18:00:00Z\ncount = 2\nstep_h = 0.5\n")[1],
              DeckValue(utc_from_civil(2021, 12, 31, 18, 30)));
}

TEST_F(Axes, AKeyThatIsRequiredMayComeFromAnAxis) {
    std::string text = base;
    text.erase(text.find("start ="), text.find('\n', text.find("start =")) - text.find("start =") + 1);
    text += "[[axis]]\nkey = \"run.start\"\nvalues = [2021-07-02T06:00:00Z, 2021-07-03T06:00:00Z]\n";
    EXPECT_EQ(read_deck(folder.write("deck.toml", text)).scenarios.options(1).run.start, utc_from_civil(2021, 7, 3, 6));
}

TEST_F(Axes, AnOverrideFixesItsKey) {
    const std::string axes = "[[axis]]\nkey = \"run.gpus\"\nvalues = [2, 4]\n";
    const Deck deck = deck_with(axes, {"run.gpus=16"});
    EXPECT_EQ(deck.scenarios.count(), 1);
    EXPECT_EQ(deck.options.run.gpus, 16);
    EXPECT_EQ(deck_with("[[axis]]\nkey = \"method.ce-nas.queue_capacity\"\nvalues = [2, 4]\n",
                        {"method.ce-nas.queue_capacity=7"})
                  .scenarios.count(),
              1);
}

TEST_F(Axes, ExclusionsOfAKeyThatIsSetStandWhereTheyNameIt) {
    const std::string axes = R"(
[[axis]]
key = "run.gpus"
values = [2, 4]
[[exclude]]
run.gpus = 2
method = "vanilla"
[[exclude]]
"run.gpus" = [2, 4]
method = "ce-nas"
)";
    for (const auto& [gpus, left] : {std::pair(2, 2u), std::pair(4, 1u), std::pair(8, 0u)}) {
        const Deck deck = deck_with(axes, {"run.gpus=" + std::to_string(gpus)});
        EXPECT_EQ(deck.scenarios.exclusions.size(), left) << gpus;
        EXPECT_EQ(read_deck_text(deck.effective, "again", folder.path()).exclusions.size(), left);
    }
}

TEST_F(Axes, TheEffectiveDeckReadsBackEqual) {
    const Deck deck = deck_with(R"(
[[axis]]
keys = ["run.gpus", "run.hours"]
values = [[4, 160], [8, 80]]
[[axis]]
key = "run.start"
from = 2021-01-01T00:00:00Z
step_h = 24
count = 3
[[exclude]]
run.gpus = 4
method = ["vanilla"]
)");
    const Scenarios again = read_deck_text(deck.effective, "again", folder.path());
    EXPECT_EQ(read_deck(folder.write("again.toml", deck.effective)).effective, deck.effective);
    ASSERT_EQ(again.count(), 6);
    for (std::int64_t i = 0; i < 6; ++i) {
        EXPECT_EQ(again.options(i).run.gpus, deck.scenarios.options(i).run.gpus);
        EXPECT_EQ(again.options(i).run.start, deck.scenarios.options(i).run.start);
    }
    ASSERT_EQ(again.exclusions.size(), 1u);
    EXPECT_EQ(again.exclusions[0].all_of.size(), 2u);
}

TEST_F(Axes, WhatIsNoAxisIsRefusedWithItsPlace) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"key = \"run.gpus\"\nvalue = [1]\n", "unknown key 'axis.value'"},
        {"key = \"run.gpus\"\n", "either `values` or `from`"},
        {"values = [1]\n", "either `key` or `keys`"},
        {"key = \"run.gpus\"\nvalues = []\n", "must be a list of one or more values"},
        {"key = \"run.gpus\"\nvalues = 4\n", "must be a list of one or more values"},
        {"key = \"run.gpus\"\nvalues = [4, 8, 4]\n", "must not be in the list twice"},
        {"key = \"run.gpus\"\nvalues = [[1], [2]]\n", "must be a text, a number, a time, true or false"},
        {"key = \"run.gpus\"\nvalues = [1, \"2\"]\n", "of the same type"},
        {"key = \"gpus\"\nvalues = [1]\n", "must be section.key"},
        {"key = 4\nvalues = [1]\n", "must be a key of the deck as a text"},
        {"key = \"run.seeds\"\nvalues = [1, 2]\n", "run.first_seed and run.seeds"},
        {"key = \"run.record\"\nvalues = [\"full\"]\n", "one for the whole sweep"},
        {"key = \"trace.CISO.source\"\nvalues = [\"synthetic:SE\"]\n", "a [[trace]] for each"},
        {"key = \"method.ce-nas.name\"\nvalues = [\"x\"]\n", "names are not varied"},
        {"keys = [\"run.gpus\"]\nvalues = [[1]]\n", "a list of two or more keys"},
        {"keys = [\"run.gpus\", \"run.hours\"]\nvalues = [[1, 2], [3]]\n", "a list of 2 values"},
        {"keys = [\"run.gpus\", \"run.hours\"]\nfrom = 1\nstep = 1\ncount = 2\n", "a range has one `key`"},
        {"key = \"run.gpus\"\nfrom = 1\nstep = 0\ncount = 2\n", "a number other than 0"},
        {"key = \"run.gpus\"\nfrom = 1\nstep = 1\n", "either `to` or `count`"},
        {"key = \"run.gpus\"\nfrom = 1\nstep = 1\ncount = 0\n", "an integer from 1 to"},
        {"key = \"run.gpus\"\nfrom = 1\nstep = 1\nto = 0\n", "must be reached from `from`"},
        {"key = \"run.gpus\"\nfrom = 1\nstep_h = 1\ncount = 2\n", "is for times"},
        {"key = \"run.start\"\nfrom = 2021-07-02T06:00:00Z\nstep = 1\ncount = 2\n", "is for numbers"},
        {"key = \"run.start\"\nfrom = 2021-07-02T06:00:00Z\nstep_h = 0\ncount = 2\n", "a number of hours"},
        {"key = \"run.start\"\nfrom = 2021-07-02T06:00:00\nstep_h = 1\ncount = 2\n", "a time with its zone"},
        {"key = \"run.gpu\"\nvalues = [1]\n", "unknown key 'run.gpu', the nearest is 'gpus'"},
        {"key = \"run.gpus\"\nvalues = [0]\n", "run.gpus = 0: must be an integer from 1"},
        {"key = \"method.nobody.evaluate\"\nvalues = [1]\n", "vanilla, ce-nas"},
    };
    for (const auto& [axis, complaint] : cases) {
        const std::string message = refusal("[[axis]]\n" + axis);
        EXPECT_TRUE(contains(message, complaint)) << axis << message;
        EXPECT_TRUE(contains(message, "deck.toml:")) << message;
    }
    EXPECT_TRUE(contains(refusal("[axis]\nkey = \"run.gpus\"\n"), "must be a list [[axis]]"));
    EXPECT_TRUE(
        contains(refusal("[[axis]]\nkey = \"run.gpus\"\nvalues = [1]\n[[axis]]\nkey = \"run.gpus\"\nvalues = [2]\n"),
                 "run.gpus is an axis already, at "));
    std::string many;
    for (const char* key : {"run.gpus", "run.initial", "run.window_h"})
        many += fmt::format("[[axis]]\nkey = \"{}\"\nfrom = 1\nstep = 1\ncount = 1000\n", key);
    EXPECT_TRUE(contains(refusal(many), "more than 10000000 scenarios"));
}

TEST_F(Axes, ALaterValueIsRefusedWhenItsScenarioIsRead) {
    const Scenarios s = deck_with("[[axis]]\nkey = \"run.gpus\"\nvalues = [4, 5000]\n").scenarios;
    EXPECT_TRUE(contains(message_of<UsageError>([&] { s.options(1); }), "run.gpus = 5000: must be an integer from 1"));
}

TEST_F(Axes, ExclusionsOfWhatThereIsNotAreRefused) {
    const std::string axis = "[[axis]]\nkey = \"power.pue\"\nvalues = [1.0, 1.5]\n[[exclude]]\n";
    EXPECT_EQ(deck_with(axis + "power.pue = 1\n").scenarios.exclusions[0].all_of[0].any_of[0], DeckValue(1.0));
    EXPECT_TRUE(contains(refusal(axis + "power.pue = 1.2\n"), "is no value of that axis"));
    EXPECT_TRUE(contains(refusal(axis + "method = \"nobody\"\n"), "is no value of that axis"));
    EXPECT_TRUE(contains(refusal(axis + "run.gpus = 8\n"), "no such axis (there are: method, power.pue, trace)"));
}

}  // namespace
}  // namespace cenas

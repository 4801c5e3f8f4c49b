// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/replay_deck.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "config/deck.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;
using test::TemporaryFolder;

ReplayOptions defaults() {
    ReplayOptions options;
    options.traces = {{"CISO", "synthetic:CISO", ""}};
    options.policies = {{"agnostic", {}, {}}, {"patient", {}, {}}};
    return options;
}

ReplayDeck read(const std::string& text, const std::vector<std::string>& overrides = {}) {
    const TemporaryFolder folder;
    return read_replay_deck(folder.write("replay.toml", text), overrides, defaults());
}

std::string refusal(const std::string& text, const std::vector<std::string>& overrides = {}) {
    return message_of<UsageError>([&] { read(text, overrides); });
}

constexpr const char* whole_deck = R"([replay]
hours = 100
from = 2021-01-01T00:00:00Z
every_h = 2
starts = 5
forecast = "persistence"
window_h = 24

[[trace]]
name = "mine"
source = "mine.h5"

[[policy]]
name = "half"
allocator = "fixed"
evaluate = 4
rest = "idle"
)";

TEST(ReplayDeck, HoldsWhatItSays) {
    const ReplayDeck deck = read(whole_deck);
    EXPECT_EQ(deck.text, whole_deck);
    const ReplayOptions& o = deck.options;
    EXPECT_EQ(o.hours, 100);
    EXPECT_EQ(to_string(o.from), "2021-01-01T00:00:00Z");
    EXPECT_EQ(o.every_h, 2);
    EXPECT_EQ(o.starts, 5);
    EXPECT_EQ(o.told.forecast, "persistence");
    EXPECT_EQ(o.told.window_h, 24);
    ASSERT_EQ(o.traces.size(), 1u);
    EXPECT_TRUE(std::filesystem::path(o.traces[0].source).is_absolute());
    ASSERT_EQ(o.policies.size(), 1u);
    EXPECT_EQ(o.policies[0].name, "half");
    EXPECT_EQ(o.policies[0].schedule.allocator, "fixed");
    EXPECT_EQ(o.policies[0].schedule.evaluate, 4);
    EXPECT_EQ(o.policies[0].schedule.rest, "idle");
}

TEST(ReplayDeck, WithoutOneTheDefaultsAndTheOverridesHold) {
    const ReplayDeck deck = read_replay_deck("", {"replay.starts=7"}, defaults());
    EXPECT_EQ(deck.text, "");
    EXPECT_EQ(deck.options.starts, 7);
    EXPECT_EQ(deck.options.traces.size(), 1u);
    EXPECT_EQ(deck.options.policies.size(), 2u);
    EXPECT_TRUE(contains(deck.effective, "name = \"patient\""));
    const TemporaryFolder folder;
    const auto again = read_replay_deck(folder.write("dump.toml", deck.effective), {}, {});
    EXPECT_EQ(again.effective, deck.effective);
}

TEST(ReplayDeck, EmptyListsAreTheDefaults) {
    const ReplayDeck deck = read("trace = []\npolicy = []\n");
    EXPECT_EQ(deck.options.traces.size(), 1u);
    EXPECT_EQ(deck.options.policies.size(), 2u);
}

TEST(ReplayDeck, OverridesNameEntriesAndFilesFromTheCurrentFolder) {
    const ReplayDeck deck = read(whole_deck, {"policy.half.evaluate=2", "trace.mine.source=here.h5"});
    EXPECT_EQ(deck.options.policies[0].schedule.evaluate, 2);
    EXPECT_EQ(std::filesystem::weakly_canonical(deck.options.traces[0].source).parent_path(),
              std::filesystem::weakly_canonical(std::filesystem::current_path()));
}

TEST(ReplayDeck, RefusesWhatItDoesNotKnow) {
    EXPECT_TRUE(contains(refusal("[replay]\nhour = 3\n"),
                         "replay.toml:2:1: unknown key 'replay.hour', the nearest is 'hours'"));
    EXPECT_TRUE(contains(refusal("[replay]\nevery_h = 0\n"), "a number above 0"));
    EXPECT_TRUE(contains(refusal("[replay]\nstarts = -1\n"), "an integer from 0"));
    EXPECT_TRUE(
        contains(refusal("[replay]\nforecast = \"good\"\n"), "\"perfect\", \"persistence\", \"file\" or \"none\""));
    EXPECT_TRUE(contains(refusal("[[policy]]\nallocator = \"shares\"\n"), "name is missing"));
    EXPECT_TRUE(contains(refusal("[[policy]]\nname = \"a\"\nthreshold = 0.5\n"), "can be given only with allocator"));
    EXPECT_TRUE(contains(refusal("[[trace]]\nname = \"a\"\nsource = \"synthetic:MARS\"\n"), "one of the regions"));
    EXPECT_TRUE(contains(refusal("[run]\nhours = 3\n"), "unknown section or key 'run'"));
    EXPECT_TRUE(contains(message_of<UsageError>([] { read_replay_deck("", {"replay.hours=long"}, defaults()); }),
                         "override 'replay.hours=long'"));
}

TEST(ReplayDeck, IsToldFromADeckOfSearches) {
    const TemporaryFolder folder;
    EXPECT_TRUE(contains(message_of<UsageError>([&] { read_deck(folder.write("replay.toml", whole_deck)); }),
                         "this is a replay deck, for cenas replay"));
}

TEST(StoredDeck, ReadsLikeTheFile) {
    const auto quickstart = std::filesystem::path(CENAS_SOURCE_DIR) / "inputs/quickstart.toml";
    const Deck deck = read_deck(quickstart);
    const Options stored = read_deck_text(deck.effective, "results/run.h5", ".").options(0);
    EXPECT_EQ(stored.methods.size(), deck.options.methods.size());
    EXPECT_EQ(stored.run.gpus, deck.options.run.gpus);
    EXPECT_TRUE(
        contains(message_of<UsageError>([] { read_deck_text("[run]\ngpus = 0\n", "run.h5", "."); }), "run.h5:1:1"));
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/journal.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "engine/engine.hpp"
#include "support/files.hpp"
#include "support/small_problem.hpp"
#include "sweep/info.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;

class SweepJournalTest : public ::testing::Test {
  protected:
    SweepJournalTest() {
        const Options options = small_options();
        const Problem problem = make_problem(small_table(200, 1.2), options);
        for (const std::int64_t seed : {1, 2, 3})
            searches.push_back(simulate_search(problem, options, method_named("shares"), daily_trace(24), seed));
        for (std::size_t i = 0; i < searches.size(); ++i) searches[i].seed = static_cast<std::int64_t>(i) + 1;
        static_cast<RunHead&>(run) = record_of(problem, options, daily_trace(24), {});
        run.trace_checksums = {"abc"};
        run.planned_searches = 3;
    }
    RunHead run;
    std::vector<SearchRecord> searches;
    test::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "a.h5.journal";
};

TEST_F(SweepJournalTest, GivesBackWhatWasAppendedAlsoToTheNextRun) {
    {
        SweepJournal journal(path, run);
        journal.append(2, searches[2]);
        journal.append(0, searches[0]);
        EXPECT_TRUE(journal.has(0) && journal.has(2) && !journal.has(1));
    }
    SweepJournal journal(path, run);
    EXPECT_EQ(journal.finished(), 2);
    journal.append(1, searches[1]);
    std::size_t evaluations = 0;
    for (std::int64_t n = 0; n < 3; ++n) {
        const auto& expected = searches[static_cast<std::size_t>(n)];
        EXPECT_EQ(checksum_of_logs(journal.read(n)), checksum_of_logs(expected));
        EXPECT_EQ(journal.read(n).seed, expected.seed);
        EXPECT_EQ(journal.read(n).stop_reason, expected.stop_reason);
        evaluations += expected.evaluations_log.size();
    }
    EXPECT_EQ(journal.sizes().searches, 3u);
    EXPECT_EQ(journal.sizes().evaluations, evaluations);
    EXPECT_EQ(journal.sizes().intervals, 3u * 24);
}

TEST_F(SweepJournalTest, EveryShardHasItsOwn) {
    RunHead shard = run;
    shard.shard = 2;
    shard.shards = 2;
    shard.planned_searches = 6;  // 1, 3, 5
    SweepJournal journal(path, shard);
    journal.append(5, searches[0]);
    EXPECT_TRUE(journal.has(5));
    EXPECT_FALSE(journal.has(1));
    EXPECT_EQ(journal.read(5).seed, 1);
}

TEST_F(SweepJournalTest, AnotherSweepsIsRefusedByWhatDiffers) {
    { SweepJournal journal(path, run); }
    const auto refusal = [&](const auto& change) {
        RunHead other = run;
        change(other);
        return message_of<DataError>([&] { SweepJournal(path, other); });
    };
    EXPECT_TRUE(contains(refusal([](RunHead& r) { r.program_version = "9"; }), "program 9"));
    EXPECT_TRUE(contains(refusal([](RunHead& r) { r.effective_deck = "x"; }), "expected `deck "));
    EXPECT_TRUE(contains(refusal([](RunHead& r) { r.planned_searches = 4; }), "searches 4"));
    EXPECT_TRUE(contains(refusal([](RunHead& r) { r.shards = 3; }), "shard 1 of 3"));
    EXPECT_TRUE(contains(refusal([](RunHead& r) { r.record = "summary"; }), "record summary"));
    EXPECT_TRUE(contains(refusal([](RunHead& r) { r.problems[0].table_checksum = "x"; }), "expected `table "));
    EXPECT_TRUE(contains(refusal([](RunHead& r) { r.problems[0].objectives[1].reference = 7; }), "objective energy"));
    EXPECT_TRUE(contains(refusal([](RunHead& r) { r.methods[0] = "other"; }), "method other"));
    EXPECT_TRUE(contains(refusal([](RunHead& r) { r.trace_checksums[0] = "x"; }), "trace test x"));
}

TEST_F(SweepJournalTest, RecordsThatCannotBeAreRefused) {
    const auto refusal_after = [&](const Bytes& payload) {
        std::filesystem::remove(path);
        {
            JournalWriter writer(path, sweep_identity(run), [](const auto&, auto) {});
            writer.append(payload);
        }
        return message_of<DataError>([&] { SweepJournal(path, run); });
    };
    EXPECT_TRUE(contains(refusal_after(Bytes(5)), "no record of a search"));
    Bytes longer = to_bytes(FinishedSearch{0, searches[0]});
    longer.push_back({});
    EXPECT_TRUE(contains(refusal_after(longer), "no record of a search"));
    EXPECT_TRUE(contains(refusal_after(to_bytes(FinishedSearch{3, searches[0]})), "search 3 is not of this shard"));
    EXPECT_TRUE(contains(refusal_after(to_bytes(FinishedSearch{-1, searches[0]})), "search -1 is not of this shard"));
    std::filesystem::remove(path);
    {
        JournalWriter writer(path, sweep_identity(run), [](const auto&, auto) {});
        for (int i = 0; i < 2; ++i) writer.append(to_bytes(FinishedSearch{1, searches[0]}));
    }
    EXPECT_TRUE(contains(message_of<DataError>([&] { SweepJournal(path, run); }), "search 1 is there twice"));
}

TEST_F(SweepJournalTest, InfoReadsItWhileItIsWritten) {
    SweepJournal journal(path, run);
    EXPECT_TRUE(contains(describe_journal(path), "0 of 3 (shard 1 of 1) searches are done"));
    journal.append(1, searches[1]);
    journal.sync();
    const std::string text = describe_journal(path);
    EXPECT_TRUE(contains(text, "1 of 3"));
    EXPECT_TRUE(contains(text, "Pareto front of the best search so far (method, test, seed 2)"));
    EXPECT_TRUE(contains(text, "accuracy (%)"));
    EXPECT_TRUE(contains(text, "architecture"));
}

}  // namespace
}  // namespace cenas

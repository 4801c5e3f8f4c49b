// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/replay_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "io/damage.hpp"
#include "io/format_table.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::change;
using test::contains;
using test::Dataset;
using test::Edit;
using test::message_of;
using test::omit;
using test::set_integer;
using test::set_number;
using test::set_text;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Trace trace_of(const std::string& name, std::int64_t step_s, std::vector<double> values) {
    Trace trace;
    trace.name = name;
    trace.source = "a test of " + name;
    trace.synthetic = name == "two";
    trace.start = utc_from_civil(2021, 7, 2, 6);
    trace.step_s = step_s;
    trace.estimated.assign(values.size(), 0);
    trace.values = std::move(values);
    return trace;
}

/// Two works on two traces, two starts an hour apart, three policies; the last scenario is censored.
ReplayRecord small_replay() {
    ReplayRecord record;
    record.program_version = "0.1.0";
    record.deck = "[replay] # Grüße\n";
    record.effective_deck = "[replay]\n";
    record.source = "run.h5";
    record.table_name = "synthetic";
    record.table_checksum = std::string(64, 'a');
    record.table_synthetic = true;
    record.settings = {"full", 8, PowerOptions(), 200, 10.5, 20};
    record.settings.power.sampling_w = 250;
    record.horizon_s = 7200;
    record.works = {{3, "vanilla", "CISO", 7, 2, 1, 2, false, 10, 0, 0, {3600, 1.0 / 3}},
                    {5, "ce-nas", "DE", 8, 0, 0, 1, true, 4, 7000.5, 12.25, {100, 200, 300}}};
    record.traces = {trace_of("one", 3600, {340.93, 0.1, 5}), trace_of("two", 1800, {1, 2, 3, 4, 5, 6})};
    record.starts = {record.traces[0].start.seconds, record.traces[0].start.seconds + 3600};
    record.policies = {{"a", {}, {}}, {"b", {}, {"persistence", 12}}, {"c", {}, {"file", 0}}};
    record.policies[1].schedule = {"cheapest", 3, "idle", 0.25, 0.125, 2};
    for (std::size_t i = 0; i < record.scenarios(); ++i) {
        record.grams.push_back(100.0 + static_cast<double>(i) / 3);
        record.joules.push_back(1e6 * static_cast<double>(i));
        record.makespan_s.push_back(1000.0 + static_cast<double>(i));
        record.regret_g.push_back(static_cast<double>(i) / 7);
    }
    record.makespan_s.back() = record.regret_g.back() = nan;
    record.lower_bound_g = {1, 2, 3, 4, 5, 6, 7, nan};
    return record;
}

const std::vector<test::Attributes> replay_attributes = {
    {"/",
     {"format", "program_version", "source", "table_name", "table_checksum", "accounting"},
     {"format_version", "table_synthetic", "gpus", "slices_per_evaluation"},
     {"pause_s", "resume_s", "pue", "embodied_g_per_gpu_h", "horizon_s"}}};

void expect_same(const std::vector<double>& a, const std::vector<double>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) << i;
}

class ReplayFile : public ::testing::Test {
  protected:
    ReplayFile() { write_replay_file(path, small_replay(), {}, false); }
    std::string refusal(const Edit& edit) const {
        const auto copy = folder.path() / "edited.h5";
        test::copy_file(path, copy, test::format_section(7), replay_attributes, edit);
        auto message = message_of<DataError>([&] { read_replay_file(copy); });
        EXPECT_TRUE(contains(message, "edited.h5"));
        return message;
    }
    std::string refusal_of_integer(const char* dataset, std::size_t row, std::int64_t value) const {
        return refusal(change(dataset, [=](Dataset& d) { d.integers[row] = value; }));
    }
    std::string refusal_of_number(const char* dataset, std::size_t row, double value) const {
        return refusal(change(dataset, [=](Dataset& d) { d.numbers[row] = value; }));
    }
    test::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "replay.h5";
};

TEST_F(ReplayFile, GivesBackWhatWasWritten) {
    const ReplayRecord read = read_replay_file(path), written = small_replay();
    for (const auto member : {&ReplayRecord::program_version, &ReplayRecord::deck, &ReplayRecord::effective_deck,
                              &ReplayRecord::source, &ReplayRecord::table_name, &ReplayRecord::table_checksum})
        EXPECT_EQ(read.*member, written.*member);
    EXPECT_EQ(read.table_synthetic, written.table_synthetic);
    EXPECT_EQ(read.horizon_s, written.horizon_s);
    EXPECT_EQ(read.starts, written.starts);
    for (const auto member : {&ReplayRecord::grams, &ReplayRecord::joules, &ReplayRecord::makespan_s,
                              &ReplayRecord::lower_bound_g, &ReplayRecord::regret_g})
        expect_same(read.*member, written.*member);
}

TEST_F(ReplayFile, GivesBackSettingsAndPolicies) {
    const ReplayRecord read = read_replay_file(path), written = small_replay();
    for (std::size_t p = 0; p < 3; ++p) EXPECT_EQ(read.policies[p].told, written.policies[p].told);
    EXPECT_EQ(read.settings.accounting, "full");
    EXPECT_EQ(read.settings.gpus, 8);
    EXPECT_EQ(read.settings.slices_per_evaluation, 200);
    EXPECT_EQ(read.settings.pause_s, 10.5);
    EXPECT_EQ(read.settings.resume_s, 20);
    for (const auto member : {&PowerOptions::evaluation_w, &PowerOptions::sampling_w,
                              &PowerOptions::supernet_training_w, &PowerOptions::switching_w, &PowerOptions::idle_w,
                              &PowerOptions::optimizer_w, &PowerOptions::pue, &PowerOptions::embodied_g_per_gpu_h})
        EXPECT_EQ(read.settings.power.*member, written.settings.power.*member);
    ASSERT_EQ(read.policies.size(), 3u);
    for (std::size_t p = 0; p < 3; ++p) {
        const ScheduleOptions &a = read.policies[p].schedule, &b = written.policies[p].schedule;
        EXPECT_EQ(read.policies[p].name, written.policies[p].name);
        EXPECT_EQ(a.allocator, b.allocator);
        EXPECT_EQ(a.rest, b.rest);
        EXPECT_EQ(a.evaluate, b.evaluate);
        for (const auto member :
             {&ScheduleOptions::threshold, &ScheduleOptions::quantile, &ScheduleOptions::train_last_h})
            EXPECT_EQ(a.*member, b.*member);
    }
}

TEST_F(ReplayFile, GivesBackWorkAndTraces) {
    const ReplayRecord read = read_replay_file(path), written = small_replay();
    ASSERT_EQ(read.works.size(), 2u);
    for (std::size_t w = 0; w < 2; ++w) {
        const RecordedWork &a = read.works[w], &b = written.works[w];
        EXPECT_EQ(std::tie(a.search, a.method, a.trace, a.seed, a.left_out, a.initial, a.unqueried, a.supernet),
                  std::tie(b.search, b.method, b.trace, b.seed, b.left_out, b.initial, b.unqueried, b.supernet));
        EXPECT_EQ(std::tie(a.queue_capacity, a.supernet_s, a.query_s, a.training_s),
                  std::tie(b.queue_capacity, b.supernet_s, b.query_s, b.training_s));
    }
    ASSERT_EQ(read.traces.size(), 2u);
    for (std::size_t t = 0; t < 2; ++t) {
        const Trace &a = read.traces[t], &b = written.traces[t];
        EXPECT_EQ(std::tie(a.name, a.source, a.synthetic, a.signal, a.scope, a.start, a.step_s, a.values),
                  std::tie(b.name, b.source, b.synthetic, b.signal, b.scope, b.start, b.step_s, b.values));
    }
}

TEST_F(ReplayFile, IsAsFormatMdSays) {
    const h5::Reader reader(path);
    const auto rows = test::format_section(7);
    EXPECT_GT(rows.size(), 35u);
    for (const auto& row : rows) {
        ASSERT_TRUE(reader.has(row.path)) << row.path;
        EXPECT_EQ(reader.text_attribute(row.path, "units"), row.units) << row.path;
        EXPECT_NE(reader.text_attribute(row.path, "description"), "") << row.path;
        EXPECT_EQ(reader.shape(row.path).size(), row.dimensions) << row.path;
        if (row.scale) {
            EXPECT_EQ(reader.text_attribute(row.path, "CLASS"), "DIMENSION_SCALE") << row.path;
        }
    }
}

TEST_F(ReplayFile, RefusesWhatIsMissingOrOfAnotherType) {
    for (const auto& row : test::format_section(7)) {
        EXPECT_TRUE(contains(refusal(omit(row.path)), row.path)) << row.path;
        if (row.path.ends_with("/index")) continue;  // of which only the length counts
        EXPECT_TRUE(contains(refusal(change(row.path, [](Dataset& d) { d.change_type(); })), row.path)) << row.path;
    }
    for (const auto& name : replay_attributes[0].all()) EXPECT_TRUE(contains(refusal(omit("/@" + name)), name)) << name;
}

TEST_F(ReplayFile, RefusesOtherShapes) {
    for (const auto& row : test::format_section(7)) {
        if (row.dimensions > 1) continue;
        EXPECT_FALSE(refusal(change(row.path, [](Dataset& d) { d.drop_last_row(); })).empty()) << row.path;
    }
    EXPECT_TRUE(contains(refusal(change("/grams", [](Dataset& d) { d.shape = {2, 2, 3, 2}; })), "/grams"));
}

TEST_F(ReplayFile, RefusesAnotherFormat) {
    EXPECT_TRUE(contains(refusal(set_text("/@format", "cenas-run")), "cenas-replay"));
    EXPECT_TRUE(contains(refusal(set_integer("/@format_version", 2)), "2"));
}

TEST_F(ReplayFile, RefusesValuesThatCannotBe) {
    EXPECT_TRUE(contains(refusal(set_integer("/@gpus", 0)), "gpus: 0 (allowed: 1.."));
    EXPECT_TRUE(contains(refusal(set_number("/@pue", -1)), "pue: -1 (allowed: a finite number from 0)"));
    EXPECT_TRUE(contains(refusal(set_text("/@accounting", "some")), "'some' (allowed: full, paper)"));
    EXPECT_TRUE(contains(refusal(change("/policy_option/forecast", [](Dataset& d) { d.texts[0] = "good"; })),
                         "'good' (allowed: perfect, persistence, file, none)"));
    EXPECT_TRUE(contains(refusal_of_number("/training/gpu_s", 0, nan), "/training/gpu_s: nan"));
    EXPECT_TRUE(contains(refusal_of_integer("/recorded/initial", 0, 3), "/recorded/initial: 3 (allowed: 0..2)"));
    EXPECT_TRUE(contains(refusal_of_integer("/recorded/unqueried", 0, 1), "queries without a supernet"));
    EXPECT_TRUE(contains(refusal_of_integer("/recorded/training_offset", 1, 5), "an owner of no rows"));
    EXPECT_TRUE(contains(refusal_of_integer("/policy_option/evaluate", 0, 0), "/policy_option/evaluate: 0"));
    EXPECT_TRUE(contains(refusal(change("/policy_option/rest", [](Dataset& d) { d.texts[0] = "sleep"; })),
                         "'sleep' (allowed: sample, idle)"));
    EXPECT_TRUE(contains(refusal_of_number("/grams", 4, -1), "/grams: -1"));
}

TEST_F(ReplayFile, RefusesWhatDoesNotFitTogether) {
    EXPECT_TRUE(contains(refusal_of_number("/trace_step/intensity", 1, 0.2), "the steps of trace 'one' do not match"));
    EXPECT_TRUE(contains(refusal_of_number("/makespan_s", 0, nan), "scenario 0: makespan nan"));
    const std::int64_t start = small_replay().starts[0];
    EXPECT_TRUE(contains(refusal_of_integer("/start", 1, start), "starts must rise evenly"));
    EXPECT_TRUE(contains(refusal_of_integer("/start", 1, start + 1800), "do not suit trace 'one'"));
    EXPECT_TRUE(contains(refusal_of_integer("/start", 1, start + 7200), "do not suit trace 'one'"));
    EXPECT_TRUE(contains(refusal(set_number("/@horizon_s", 10800)), "do not suit trace 'one'"));
}

TEST_F(ReplayFile, EqualReplaysGiveEqualBytes) {
    write_replay_file(folder.path() / "two.h5", small_replay(), {}, false);
    EXPECT_EQ(test::bytes_of(path), test::bytes_of(folder.path() / "two.h5"));
}

TEST_F(ReplayFile, NeverReplacesAFileUnasked) {
    EXPECT_TRUE(
        contains(message_of<UsageError>([&] { write_replay_file(path, small_replay(), {}, false); }), "exists"));
    write_replay_file(path, small_replay(), {}, true);
}

TEST_F(ReplayFile, DamageIsRefused) {
    const std::string bytes = test::bytes_of(path);
    test::expect_truncations_refused(folder, bytes, [](const auto& file) { read_replay_file(file); });
    EXPECT_GT(test::expect_flips_survived(folder, bytes, 487, [](const auto& file) { read_replay_file(file); }), 0u);
}

}  // namespace
}  // namespace cenas

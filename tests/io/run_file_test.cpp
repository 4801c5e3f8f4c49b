// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/run_file.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <set>

#include "base/error.hpp"
#include "io/damage.hpp"
#include "io/format_table.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::bytes_of;
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
constexpr double infinity = std::numeric_limits<double>::infinity();

// --- a small run ---------------------------------------------------------------------------------------------------

Trace trace_of(const std::string& name, std::int64_t step_s, std::vector<double> values) {
    Trace trace;
    trace.name = name;
    trace.source = "a test of " + name;
    trace.synthetic = name == "two";
    trace.start = utc_from_civil(2021, 7, 2, 6);
    trace.step_s = step_s;
    trace.estimated.assign(values.size(), 0);
    trace.estimated.back() = 1;
    trace.values = std::move(values);
    return trace;
}

EvaluationRecord evaluation_of(CellIndex cell, bool finished) {
    EvaluationRecord e;
    e.cell = cell;
    e.initial = cell % 2 == 0 ? 1 : 0;
    e.low = cell == 7 ? 1 : 0;
    e.finished = finished ? 1 : 0;
    e.start_s = 0.1 * cell;
    e.end_s = e.start_s + 3000;
    e.gpu_s = 2999.5;
    e.joules = 1e6 / 3;
    e.grams = 33.3;
    e.hypervolume = 1000 + 0.1 * cell;
    e.search_joules = 2e6;
    e.search_grams = 66.6;
    return e;
}

IntervalRecord interval_of(double intensity) {
    IntervalRecord i;
    i.intensity = intensity;
    i.gpus_evaluate = 5;
    i.gpus_sample = 2;
    i.gpus_idle = 1;
    i.hypervolume = 1500;
    i.grams = 0.7 * intensity;
    i.embodied_grams = 80;
    for (std::size_t c = 0; c < i.joules.size(); ++c) i.joules[c] = 1.1 * static_cast<double>(c);
    return i;
}

SearchRecord search_of(std::int32_t method, std::int32_t trace, std::int64_t seed) {
    SearchRecord s;
    s.method = method;
    s.scenario = trace;
    s.trace = trace;
    s.seed = seed;
    s.log_checksum = -seed;
    s.hypervolume = 2821.26;
    s.hypervolume_denoised = 2800.1;
    s.carbon_g = 12345.6;
    s.energy_j = 3e9;
    s.gpu_hours = 70.5;
    s.end_s = 7200;
    s.samples = 17;
    s.evaluations = 2;
    s.low_evaluations = 3;
    s.stop_reason = "hours";
    return s;
}

/// Three searches: the usual one, one that trained nothing, one that found all there is.
std::vector<SearchRecord> small_searches() {
    SearchRecord usual = search_of(0, 0, 1);
    usual.evaluations_log = {evaluation_of(15624, true), evaluation_of(7, true), evaluation_of(8, false)};
    usual.objectives = {94.1, 30.25, 93.2, 1.0 / 3, nan, nan};
    usual.intervals = {interval_of(340.93), interval_of(0.1)};
    SearchRecord idle = search_of(1, 1, -5);
    idle.hypervolume = idle.hypervolume_denoised = 0;
    idle.evaluations = idle.samples = 0;
    idle.intervals = {interval_of(1), interval_of(2), interval_of(3), interval_of(4)};
    idle.stop_reason = "carbon";
    SearchRecord best = search_of(1, 0, std::numeric_limits<std::int64_t>::max());
    best.hypervolume = 4154.9996;
    best.evaluations_log = {evaluation_of(0, true)};
    best.objectives = {10, -0.0};
    best.intervals = {interval_of(340.93)};
    best.stop_reason = "complete";
    return {usual, idle, best};
}

ProblemRecord problem_of(const std::string& table, double reference) {
    ProblemRecord problem;
    problem.table_name = table;
    problem.table_checksum = std::string(64, 'a');
    problem.table_synthetic = table == "synthetic";
    problem.table_cells = 15624;
    problem.objectives = {{"accuracy", Direction::maximize, "%", 0}, {"energy", Direction::minimize, "mJ", reference}};
    problem.hv_max = 4154.9996;
    problem.hv_max_denoised = 4100;
    problem.class_means.assign(std::size_t{2} * cell_count, reference / 100);
    problem.class_means[2] = problem.class_means[3] = nan;
    return problem;
}

ScenarioRecord scenario_of(std::int32_t gpus) {
    ScenarioRecord scenario;
    scenario.problem = gpus == 8 ? 0 : 1;
    scenario.accounting = "full";
    scenario.start = utc_from_civil(2021, 7, 2, 6);
    scenario.horizon_s = 7200;
    scenario.account_from_s = 0;
    scenario.gpus = gpus;
    scenario.forecasts = {{"persistence", 12}, {"file", 0}};
    scenario.budget_carbon_kg = 3.5;
    scenario.budget_evaluations = 77;
    scenario.component_w = {300, 200, 250, 100, 50, 150};
    scenario.pue = 1.2;
    scenario.embodied_g_per_gpu_h = 10;
    scenario.cost_scale = 0.5;
    return scenario;
}

RunRecord small_run() {
    RunRecord run;
    run.program_version = "0.1.0";
    run.deck = "[run]\nhours = 2 # Grüße\n" + std::string(100000, '#');
    run.effective_deck = "";
    run.problems = {problem_of("synthetic", 50), problem_of("measured", 60.5)};
    run.scenarios = {scenario_of(8), scenario_of(16)};
    run.axes = {{"run.gpus", {std::int64_t{8}, std::int64_t{16}}},
                {"run.start", {utc_from_civil(2021, 7, 2, 6), utc_from_civil(2022, 7, 2, 6)}},
                {"power.pue", {1.25, 1.0 / 3}},
                {"problem.table", {std::string("synthetic"), std::string("measured.h5")}},
                {"run.flag", {true, false}}};
    run.methods = {"vanilla", "ce-nas"};
    run.traces = {trace_of("one", 3600, {340.93, 0.1}), trace_of("two", 1800, {1, 2, 3, 4})};
    run.traces[1].forecast_checksum = std::string(64, 'd');
    run.trace_checksums = {std::string(64, 'b'), std::string(64, 'c')};
    run.searches = small_searches();
    run.planned_searches = 3;
    return run;
}

Provenance here() {
    Provenance provenance;
    provenance.host = "node1";
    provenance.started_utc = "2026-01-01T00:00:00Z";
    provenance.finished_utc = "2026-01-01T00:01:00Z";
    provenance.command_line = "cenas sweep deck.toml";
    provenance.git_commit = "unknown";
    provenance.libraries = "HDF5 1.10.8";
    provenance.ranks = 1;
    provenance.threads = 2;
    provenance.wall_s = 59.5;
    return provenance;
}

Provenance elsewhere() {
    Provenance provenance = here();
    provenance.host = "another-node-with-a-longer-name";
    provenance.ranks = 64;
    provenance.wall_s = 3;
    return provenance;
}

// --- comparing to the bit ------------------------------------------------------------------------------------------

void expect_same(double a, double b) { EXPECT_EQ(std::bit_cast<std::uint64_t>(a), std::bit_cast<std::uint64_t>(b)); }
void expect_same(const std::vector<double>& a, const std::vector<double>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) expect_same(a[i], b[i]);
}

void expect_same(const EvaluationRecord& a, const EvaluationRecord& b) {
    EXPECT_EQ(a.cell, b.cell);
    EXPECT_EQ(a.initial, b.initial);
    EXPECT_EQ(a.low, b.low);
    EXPECT_EQ(a.finished, b.finished);
    for (const auto member : {&EvaluationRecord::start_s, &EvaluationRecord::end_s, &EvaluationRecord::gpu_s,
                              &EvaluationRecord::joules, &EvaluationRecord::grams, &EvaluationRecord::hypervolume,
                              &EvaluationRecord::search_joules, &EvaluationRecord::search_grams})
        expect_same(a.*member, b.*member);
}

void expect_same(const IntervalRecord& a, const IntervalRecord& b) {
    EXPECT_EQ(a.gpus_evaluate, b.gpus_evaluate);
    EXPECT_EQ(a.gpus_sample, b.gpus_sample);
    EXPECT_EQ(a.gpus_idle, b.gpus_idle);
    EXPECT_EQ(a.joules, b.joules);
    for (const auto member : {&IntervalRecord::intensity, &IntervalRecord::hypervolume, &IntervalRecord::grams,
                              &IntervalRecord::embodied_grams})
        expect_same(a.*member, b.*member);
}

void expect_same(const SearchRecord& a, const SearchRecord& b) {
    EXPECT_EQ(a.scenario, b.scenario);
    EXPECT_EQ(a.method, b.method);
    EXPECT_EQ(a.trace, b.trace);
    EXPECT_EQ(a.log_checksum, b.log_checksum);
    EXPECT_EQ(a.seed, b.seed);
    EXPECT_EQ(a.samples, b.samples);
    EXPECT_EQ(a.evaluations, b.evaluations);
    EXPECT_EQ(a.low_evaluations, b.low_evaluations);
    EXPECT_EQ(a.stop_reason, b.stop_reason);
    for (const auto member : {&SearchRecord::hypervolume, &SearchRecord::hypervolume_denoised, &SearchRecord::carbon_g,
                              &SearchRecord::energy_j, &SearchRecord::gpu_hours, &SearchRecord::end_s})
        expect_same(a.*member, b.*member);
    expect_same(a.objectives, b.objectives);
    ASSERT_EQ(a.evaluations_log.size(), b.evaluations_log.size());
    for (std::size_t i = 0; i < a.evaluations_log.size(); ++i) expect_same(a.evaluations_log[i], b.evaluations_log[i]);
    ASSERT_EQ(a.intervals.size(), b.intervals.size());
    for (std::size_t i = 0; i < a.intervals.size(); ++i) expect_same(a.intervals[i], b.intervals[i]);
}

void expect_same(const Trace& a, const Trace& b) {
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.source, b.source);
    EXPECT_EQ(a.synthetic, b.synthetic);
    EXPECT_EQ(a.signal, b.signal);
    EXPECT_EQ(a.scope, b.scope);
    EXPECT_EQ(a.start, b.start);
    EXPECT_EQ(a.step_s, b.step_s);
    EXPECT_EQ(a.forecast_checksum, b.forecast_checksum);
    EXPECT_EQ(a.values, b.values);
    EXPECT_EQ(a.estimated, b.estimated);
}

void expect_same(const ProblemRecord& a, const ProblemRecord& b) {
    for (const auto member : {&ProblemRecord::table_name, &ProblemRecord::table_checksum})
        EXPECT_EQ(a.*member, b.*member);
    EXPECT_EQ(a.table_synthetic, b.table_synthetic);
    EXPECT_EQ(a.table_cells, b.table_cells);
    for (const auto member : {&ProblemRecord::hv_max, &ProblemRecord::hv_max_denoised})
        expect_same(a.*member, b.*member);
    expect_same(a.class_means, b.class_means);
    ASSERT_EQ(a.objectives.size(), b.objectives.size());
    for (std::size_t k = 0; k < a.objectives.size(); ++k) {
        EXPECT_EQ(a.objectives[k].name, b.objectives[k].name);
        EXPECT_EQ(a.objectives[k].direction, b.objectives[k].direction);
        EXPECT_EQ(a.objectives[k].unit, b.objectives[k].unit);
        expect_same(a.objectives[k].reference, b.objectives[k].reference);
    }
}

void expect_same(const ScenarioRecord& a, const ScenarioRecord& b) {
    EXPECT_EQ(a.problem, b.problem);
    EXPECT_EQ(a.accounting, b.accounting);
    EXPECT_EQ(a.start, b.start);
    EXPECT_EQ(a.gpus, b.gpus);
    EXPECT_EQ(a.forecasts, b.forecasts);
    EXPECT_EQ(a.budget_evaluations, b.budget_evaluations);
    EXPECT_EQ(a.component_w, b.component_w);
    for (const auto member :
         {&ScenarioRecord::horizon_s, &ScenarioRecord::budget_carbon_kg, &ScenarioRecord::account_from_s,
          &ScenarioRecord::pue, &ScenarioRecord::embodied_g_per_gpu_h, &ScenarioRecord::cost_scale})
        expect_same(a.*member, b.*member);
}

void expect_same(const AxisRecord& a, const AxisRecord& b) {
    EXPECT_EQ(a.key, b.key);
    EXPECT_EQ(a.values, b.values);
}

template <class Record>
void expect_all_same(const std::vector<Record>& a, const std::vector<Record>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) expect_same(a[i], b[i]);
}

void expect_same(const RunRecord& a, const RunRecord& b) {
    for (const auto member :
         {&RunRecord::program_version, &RunRecord::deck, &RunRecord::effective_deck, &RunRecord::record})
        EXPECT_EQ(a.*member, b.*member);
    for (const auto member : {&RunRecord::shard, &RunRecord::shards, &RunRecord::planned_searches})
        EXPECT_EQ(a.*member, b.*member);
    EXPECT_EQ(a.methods, b.methods);
    EXPECT_EQ(a.trace_checksums, b.trace_checksums);
    expect_all_same(a.problems, b.problems);
    expect_all_same(a.scenarios, b.scenarios);
    expect_all_same(a.axes, b.axes);
    expect_all_same(a.traces, b.traces);
    expect_all_same(a.searches, b.searches);
}

// --- tests ---------------------------------------------------------------------------------------------------------

const std::vector<test::Attributes> run_attributes = {
    {"/",
     {"format", "program_version", "record"},
     {"format_version", "shard", "shards", "planned_searches", "axes"},
     {}},
    {"/provenance",
     {"host", "started_utc", "finished_utc", "command_line", "git_commit", "libraries"},
     {"ranks", "threads"},
     {"wall_s"}}};

/// Those of FORMAT.md's table, and those that depend on the axes.
std::vector<test::FormatRow> run_datasets() {
    auto rows = test::format_section(1);
    rows.push_back({"/axis/key", "text", 1, true, "1"});
    rows.push_back({"/scenario/axis/run.gpus", "i64", 1, false, "1"});
    rows.push_back({"/scenario/axis/run.start", "i64", 1, false, "seconds since 1970-01-01 00:00:00Z"});
    rows.push_back({"/scenario/axis/power.pue", "f64", 1, false, "1"});
    rows.push_back({"/scenario/axis/problem.table", "text", 1, false, "1"});
    rows.push_back({"/scenario/axis/run.flag", "u8", 1, false, "1"});
    return rows;
}

class RunFileTest : public ::testing::Test {
  protected:
    RunFileTest() { write_run_file(path, small_run(), here(), false); }
    std::filesystem::path edited(const Edit& edit) const {
        auto copy = folder.path() / "edited.h5";
        test::copy_file(path, copy, run_datasets(), run_attributes, edit);
        return copy;
    }
    std::string refusal(const Edit& edit) const {
        const auto copy = edited(edit);
        auto message = message_of<DataError>([&] { read_run_file(copy); });
        EXPECT_TRUE(contains(message, "edited.h5"));
        return message;
    }
    /// The refusal of another number in `row` of a dataset.
    std::string refusal_of_number(const char* dataset, std::size_t row, double value) const {
        return refusal(change(dataset, [=](Dataset& d) { d.numbers[row] = value; }));
    }
    std::string refusal_of_integer(const char* dataset, std::size_t row, std::int64_t value) const {
        return refusal(change(dataset, [=](Dataset& d) { d.integers[row] = value; }));
    }
    std::string refusal_of_text(const char* dataset, std::size_t row, const char* value) const {
        return refusal(change(dataset, [=](Dataset& d) { d.texts[row] = value; }));
    }
    /// What a reader finds once one byte of a dataset's values is another, behind HDF5's back.
    std::string damage_of(const std::string& dataset) const {
        const auto copy = folder.path() / "altered.h5";
        std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
        test::alter_value(copy, dataset);
        const auto damage = h5::Reader(copy).find_damage();
        return damage.empty() ? "nothing" : damage.front();
    }
    test::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "run.h5";
};

TEST_F(RunFileTest, GivesBackWhatWasWritten) { expect_same(read_run_file(path), small_run()); }

TEST_F(RunFileTest, GivesBackTheProvenance) {
    const Provenance read = read_provenance(path);
    for (const auto member : {&Provenance::host, &Provenance::started_utc, &Provenance::finished_utc,
                              &Provenance::command_line, &Provenance::git_commit, &Provenance::libraries})
        EXPECT_EQ(read.*member, here().*member);
    EXPECT_EQ(read.ranks, 1);
    EXPECT_EQ(read.threads, 2);
    EXPECT_EQ(read.wall_s, 59.5);
    EXPECT_TRUE(contains(message_of<DataError>([&] { read_provenance(edited(omit("/provenance"))); }), "/provenance"));
}

TEST_F(RunFileTest, ARunWithoutSearchesIsAFileToo) {
    RunRecord run = small_run();
    run.searches.clear();
    run.planned_searches = 0;
    write_run_file(path, run, here(), true);
    expect_same(read_run_file(path), run);
}

TEST_F(RunFileTest, IsAsFormatMdSays) {
    const h5::Reader reader(path);
    const auto rows = run_datasets();
    EXPECT_GT(rows.size(), 60u);
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

TEST_F(RunFileTest, HoldsDerivedColumnsForPeople) {
    const h5::Reader reader(path);
    const auto difference = reader.numbers("/search/hv_log_difference");
    EXPECT_DOUBLE_EQ(difference[0], std::log10(4154.9996 - 2821.26));
    EXPECT_EQ(difference[2], -infinity);
    EXPECT_EQ(reader.numbers("/interval/start_s"), (std::vector<double>{0, 3600, 0, 1800, 3600, 5400, 0}));
    EXPECT_EQ(reader.integers("/search/evaluation_offset"), (std::vector<std::int64_t>{0, 3, 3, 4}));
    EXPECT_EQ(reader.integers("/search/interval_offset"), (std::vector<std::int64_t>{0, 2, 6, 7}));
}

TEST_F(RunFileTest, EqualRunsGiveEqualBytes) {
    write_run_file(folder.path() / "two.h5", small_run(), here(), false);
    EXPECT_EQ(bytes_of(path), bytes_of(folder.path() / "two.h5"));
}

TEST_F(RunFileTest, EqualRunsDifferInProvenanceOnly) {
    if (std::system("h5diff --version >/dev/null 2>&1") != 0) GTEST_SKIP() << "h5diff is not installed";
    const auto diff = [&](const RunRecord& run) {
        write_run_file(folder.path() / "two.h5", run, elsewhere(), true);
        const std::string command =
            fmt::format("h5diff --exclude-path /provenance {0}/run.h5 {0}/two.h5 2>&1", folder.path().string());
        FILE* pipe = popen(command.c_str(), "r");
        std::array<char, 4096> output{};
        const std::size_t size = std::fread(output.data(), 1, output.size(), pipe);
        pclose(pipe);
        return std::string(output.data(), size);
    };
    EXPECT_EQ(diff(small_run()), "");
    RunRecord other = small_run();
    other.searches[1].seed = 6;
    EXPECT_TRUE(contains(diff(other), "/search/seed"));
}

TEST_F(RunFileTest, AnExistingFileIsReplacedOnlyIfAsked) {
    const std::string before = bytes_of(path);
    EXPECT_THROW(write_run_file(path, small_run(), elsewhere(), false), UsageError);
    EXPECT_EQ(bytes_of(path), before);
    write_run_file(path, small_run(), elsewhere(), true);
    EXPECT_EQ(read_provenance(path).ranks, 64);
}

TEST_F(RunFileTest, AFailureLeavesNothingBehind) {
    RunRecord wrong = small_run();
    wrong.searches[0].objectives.pop_back();
    EXPECT_THROW(write_run_file(folder.path() / "two.h5", wrong, here(), false), RunError);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "two.h5"));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "two.h5.part"));
}

TEST_F(RunFileTest, AnUneditedCopyIsAccepted) { expect_same(read_run_file(edited({})), small_run()); }

TEST_F(RunFileTest, EveryMissingDatasetIsRefusedByName) {
    for (const auto& row : run_datasets()) EXPECT_TRUE(contains(refusal(omit(row.path)), row.path));
}

TEST_F(RunFileTest, EveryMissingAttributeIsRefusedByName) {
    for (const auto& name : run_attributes[0].all()) EXPECT_TRUE(contains(refusal(omit("/@" + name)), name));
    for (const auto& name : run_attributes[1].all())
        EXPECT_TRUE(
            contains(message_of<DataError>([&] { read_provenance(edited(omit("/provenance@" + name))); }), name));
}

TEST_F(RunFileTest, WrongShapesAreRefused) {
    for (const auto& row : run_datasets())
        EXPECT_NE(refusal(change(row.path, [](Dataset& d) { d.drop_last_row(); })), "") << row.path;
    EXPECT_TRUE(contains(refusal(change("/search/seed", [](Dataset& d) { d.drop_last_row(); })),
                         "/search/seed has shape [2], expected [3]"));
    EXPECT_TRUE(contains(refusal(change("/evaluation/objectives",
                                        [](Dataset& d) {
                                            d.shape = {2, 4};
                                        })),
                         "/evaluation/objectives has shape [2, 4], expected [4, 2]"));
}

TEST_F(RunFileTest, WrongTypesAreRefused) {
    for (const auto& row : run_datasets())
        // Only the length of an index is read, and an axis may have values of any type.
        if (!row.path.ends_with("/index") && !row.path.starts_with("/scenario/axis/")) {
            EXPECT_TRUE(contains(refusal(change(row.path, [](Dataset& d) { d.change_type(); })), row.path));
        }
}

TEST_F(RunFileTest, OffsetsThatDoNotFitAreRefused) {
    for (const char* offsets : {"/search/evaluation_offset", "/search/interval_offset", "/trace/step_offset"}) {
        EXPECT_TRUE(contains(refusal_of_integer(offsets, 0, 1), offsets));
        EXPECT_TRUE(contains(refusal_of_integer(offsets, 1, -1), "must rise from 0"));
        EXPECT_TRUE(contains(refusal_of_integer(offsets, 1, std::numeric_limits<std::int64_t>::max()), offsets));
    }
    EXPECT_TRUE(contains(refusal_of_integer("/search/interval_offset", 3, 6), "must rise from 0 to 7"));
    EXPECT_TRUE(contains(refusal_of_integer("/search/interval_offset", 3, 8), "must rise from 0 to 7"));
}

TEST_F(RunFileTest, IndicesOutOfRangeAreRefused) {
    EXPECT_TRUE(contains(refusal_of_integer("/search/method", 1, 2), "/search/method: 2 (allowed: 0..1)"));
    EXPECT_TRUE(contains(refusal_of_integer("/search/method", 1, -1), "/search/method: -1"));
    EXPECT_TRUE(contains(refusal_of_integer("/search/trace", 0, 2), "/search/trace: 2 (allowed: 0..1)"));
    EXPECT_TRUE(contains(refusal_of_integer("/evaluation/cell", 0, 15625), "/evaluation/cell: 15625"));
    EXPECT_TRUE(contains(refusal_of_integer("/evaluation/cell", 0, -1), "/evaluation/cell: -1"));
    EXPECT_TRUE(contains(refusal_of_integer("/interval/gpus_idle", 0, std::int64_t{1} << 40), "/interval/gpus_idle"));
    EXPECT_TRUE(contains(refusal_of_integer("/trace/step_s", 0, 0), "/trace/step_s: 0"));
}

TEST_F(RunFileTest, FlagsOtherThan0And1AreRefused) {
    for (const char* flag : {"/evaluation/initial", "/evaluation/finished", "/trace/synthetic",
                             "/problem/table_synthetic", "/trace_step/estimated"})
        EXPECT_TRUE(contains(refusal_of_integer(flag, 0, 2), fmt::format("{}: 2 (allowed: 0..1)", flag)));
}

TEST_F(RunFileTest, NumbersThatAreNotFiniteAreRefused) {
    for (const auto& row : run_datasets())
        if (row.type == "f64") {
            EXPECT_TRUE(contains(refusal_of_number(row.path.c_str(), 0, infinity), row.path));
        }
    EXPECT_TRUE(contains(refusal_of_number("/evaluation/joules", 0, nan), "/evaluation/joules: nan"));
}

TEST_F(RunFileTest, ObjectivesOfFinishedEvaluationsAreNumbersAndOfOthersAreNot) {
    EXPECT_TRUE(contains(refusal_of_number("/evaluation/objectives", 1, nan), "nan of a finished evaluation"));
    EXPECT_TRUE(contains(refusal_of_number("/evaluation/objectives", 5, 7), "7 of an unfinished evaluation"));
}

TEST_F(RunFileTest, ValuesThatContradictEachOtherAreRefused) {
    EXPECT_TRUE(contains(refusal_of_number("/search/hv_log_difference", 0, 3.0), "hv_log_difference: row 0: 3"));
    EXPECT_TRUE(contains(refusal_of_number("/search/hv_log_difference_denoised", 1, nan), "denoised: row 1: nan"));
    EXPECT_TRUE(
        contains(refusal_of_number("/interval/start_s", 3, 3600), "/interval/start_s: row 3: 3600 (expected 1800)"));
    EXPECT_TRUE(contains(refusal(change("/cell/architecture", [](Dataset& d) { std::swap(d.texts[0], d.texts[1]); })),
                         "/cell/architecture"));
    EXPECT_TRUE(contains(refusal_of_text("/component", 5, "idle"), "/component"));
}

TEST_F(RunFileTest, WordsThatMeanNothingAreRefused) {
    EXPECT_TRUE(contains(refusal_of_text("/objective/direction", 0, "up"), "'up' (allowed: maximize, minimize)"));
    EXPECT_TRUE(contains(refusal_of_text("/trace/signal", 0, "mean"), "'mean' (allowed: average, marginal)"));
    EXPECT_TRUE(contains(refusal_of_text("/trace/scope", 0, "all"), "'all' (allowed: direct, life_cycle)"));
    EXPECT_TRUE(contains(refusal_of_text("/scenario/accounting", 0, "half"), "'half' (allowed: paper, full, metered)"));
    EXPECT_TRUE(contains(refusal(set_text("/@record", "some")), "'some' (allowed: full, summary)"));
}

TEST_F(RunFileTest, NumbersOutOfRangeAreRefused) {
    EXPECT_TRUE(contains(refusal_of_integer("/scenario/gpus", 1, 0), "/scenario/gpus: 0"));
    EXPECT_TRUE(contains(refusal_of_integer("/scenario/problem", 1, 2), "/scenario/problem: 2 (allowed: 0..1)"));
    EXPECT_TRUE(contains(refusal_of_integer("/problem/table_cells", 0, 15626),
                         "/problem/table_cells: 15626 (allowed: 0..15625)"));
    EXPECT_TRUE(contains(refusal_of_integer("/search/scenario", 0, -1), "/search/scenario: -1 (allowed: 0..1)"));
    EXPECT_TRUE(contains(refusal(set_integer("/@shards", 0)), "shards: 0"));
    EXPECT_TRUE(contains(refusal(set_integer("/@shard", 2)), "shard: 2 (allowed: 1..1)"));
    EXPECT_TRUE(contains(refusal(set_integer("/@axes", 4)), "/axis/key has shape [5], expected [4]"));
}

TEST_F(RunFileTest, AMissingSearchIsFound) {
    EXPECT_TRUE(contains(refusal(set_integer("/@planned_searches", 4)), "3 searches; shard 1 of 1 of 4 planned"));
    EXPECT_TRUE(contains(refusal_of_integer("/search/index", 1, 7), "/search/index: row 1: 7 (expected 1)"));
}

TEST_F(RunFileTest, ShardsNumberTheirSearchesAsThePlanDoes) {
    RunRecord run = small_run();
    run.shard = 2;
    run.shards = 4;
    run.planned_searches = 10;  // 1, 5, 9
    write_run_file(path, run, here(), true);
    EXPECT_EQ(h5::Reader(path).integers("/search/index"), (std::vector<std::int64_t>{1, 5, 9}));
    expect_same(read_run_file(path), run);
}

TEST_F(RunFileTest, ASummaryHasNoIntervals) {
    RunRecord run = small_run();
    run.record = "summary";
    for (auto& search : run.searches) search.intervals.clear();
    write_run_file(path, run, here(), true);
    expect_same(read_run_file(path), run);
    EXPECT_FALSE(h5::Reader(path).has("/interval"));
}

TEST_F(RunFileTest, WritersTakeAsManySearchesAsTheySaid) {
    RunSizes sizes;
    for (const auto& search : small_run().searches) sizes.add(search);
    const auto file = folder.path() / "two.h5";
    {
        RunFileWriter writer(file, small_run(), sizes, false);
        for (std::size_t i = 0; i < 2; ++i) writer.append(small_run().searches[i]);
        EXPECT_TRUE(contains(message_of<RunError>([&] { writer.commit(here()); }), "of 3 rows"));
    }
    {
        RunFileWriter writer(file, small_run(), sizes, false);
        for (const auto& search : small_run().searches) writer.append(search);
        EXPECT_THROW(writer.append(small_run().searches[0]), RunError);
    }
    EXPECT_FALSE(std::filesystem::exists(file));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "two.h5.part"));
}

TEST_F(RunFileTest, EverythingThatIsAlteredIsFound) {
    EXPECT_EQ(RunFile(path).find_damage(), std::vector<std::string>{});
    for (const auto& row : run_datasets()) EXPECT_EQ(damage_of(row.path), row.path);
}

TEST_F(RunFileTest, TheChecksumOfLogsSeesEveryValue) {
    const SearchRecord search = small_searches()[0];
    std::set<std::int64_t> sums{checksum_of_logs(search)};
    const auto alter = [&](const auto& change) {
        SearchRecord altered = search;
        change(altered);
        EXPECT_TRUE(sums.insert(checksum_of_logs(altered)).second);
    };
    alter([](SearchRecord& s) { s.evaluations_log[1].cell += 1; });
    alter([](SearchRecord& s) { s.evaluations_log[1].initial ^= 1; });
    alter([](SearchRecord& s) { s.evaluations_log[1].low ^= 1; });
    alter([](SearchRecord& s) { s.evaluations_log[2].finished ^= 1; });
    for (const auto member : {&EvaluationRecord::start_s, &EvaluationRecord::end_s, &EvaluationRecord::gpu_s,
                              &EvaluationRecord::joules, &EvaluationRecord::grams, &EvaluationRecord::hypervolume,
                              &EvaluationRecord::search_joules, &EvaluationRecord::search_grams})
        alter([=](SearchRecord& s) { s.evaluations_log[0].*member += 1; });
    alter([](SearchRecord& s) { s.objectives[3] = -0.0; });
    alter([](SearchRecord& s) { s.intervals[1].gpus_evaluate += 1; });
    alter([](SearchRecord& s) { s.intervals[1].gpus_sample += 1; });
    alter([](SearchRecord& s) { s.intervals[1].gpus_idle += 1; });
    for (const auto member : {&IntervalRecord::intensity, &IntervalRecord::hypervolume, &IntervalRecord::grams,
                              &IntervalRecord::embodied_grams})
        alter([=](SearchRecord& s) { s.intervals[0].*member += 1; });
    for (std::size_t c = 0; c < component_count; ++c) alter([=](SearchRecord& s) { s.intervals[0].joules[c] += 1; });
}

TEST_F(RunFileTest, OtherFilesAreRefused) {
    EXPECT_TRUE(
        contains(refusal(set_text("/@format", "cenas-trace")), "is a `cenas-trace` file, expected `cenas-run`"));
    EXPECT_TRUE(contains(refusal(set_integer("/@format_version", 1)), "format version 1 of cenas-run"));
    EXPECT_THROW(read_run_file(folder.path() / "none.h5"), DataError);
    EXPECT_THROW(read_run_file(folder.write("text.h5", "method,seed\n")), DataError);
    {
        h5::Writer foreign(folder.path() / "foreign.h5", false);
        foreign.dataset("/data", std::vector<double>{1, 2}, {"1", "somebody else's", {}});
        foreign.commit();
    }
    EXPECT_TRUE(
        contains(message_of<DataError>([&] { read_run_file(folder.path() / "foreign.h5"); }), "not a cenas-run file"));
}

TEST_F(RunFileTest, TruncatedFilesAreRefused) {
    test::expect_truncations_refused(folder, bytes_of(path), read_run_file);
}

TEST_F(RunFileTest, DamagedFilesAreRefusedOrHarmless) {
    EXPECT_GT(test::expect_flips_survived(folder, bytes_of(path), 1009, read_run_file), 10u);
}

}  // namespace
}  // namespace cenas

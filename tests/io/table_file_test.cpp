// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/table_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>
#include <map>
#include <set>
#include <span>

#include "base/error.hpp"
#include "eval/synthetic_table.hpp"
#include "io/damage.hpp"
#include "io/format_table.hpp"
#include "io/h5.hpp"
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

ArchitectureTable small_table() {
    ArchitectureTable table;
    table.name = "Zürich";
    table.source = "a test, \"quoted\"";
    table.cells = {3, 7, 15624};
    table.objectives = {{"accuracy", Direction::maximize, "%", {90.1, 91, 92}, {60, 61, 59}, {70.1, 69, 71}},
                        {"energy", Direction::minimize, "", {3, -0.0, 1e-310}, {}, {}}};
    table.evaluation_s = {100, 200, 300};
    table.sampling_s = {10, 0, 10};
    table.supernet_training_s = 0.1;
    table.low_fidelity_cost = 0.06;
    return table;
}

Trace small_trace() {
    Trace trace;
    trace.name = "CISO";
    trace.source = "a test";
    trace.signal = Signal::marginal;
    trace.scope = Scope::direct;
    trace.start = utc_from_civil(2021, 7, 2, 6);
    trace.step_s = 1800;
    trace.values = {340.93, 0, 0.1, 250};
    trace.estimated = {0, 1, 0, 0};
    return trace;
}

IssuedForecast small_forecast() {
    IssuedForecast forecast;
    forecast.name = "CISO";
    forecast.source = "a test";
    forecast.signal = Signal::marginal;
    forecast.scope = Scope::direct;
    forecast.step_s = 1800;
    forecast.first_lead_s = 1800;
    forecast.leads = 3;
    forecast.issues = {utc_from_civil(2021, 7, 2, 6), utc_from_civil(2021, 7, 3)};
    forecast.values = {340.93, 0, 0.1, 250, 251, 1e-310};
    return forecast;
}

std::vector<test::FormatRow> table_format() {
    std::vector<test::FormatRow> rows;
    for (auto row : test::format_section(2)) {
        const auto name = row.path.find("NAME");
        if (name != std::string::npos) row.path.replace(name, 4, "accuracy");
        if (row.units == "the objective's") row.units = "%";
        rows.push_back(row);
    }
    rows.push_back({"/objective/energy/value", "f64", 1, false, ""});
    return rows;
}

const std::vector<test::Attributes> table_attributes = {{"/",
                                                         {"format", "name", "source", "objectives", "checksum"},
                                                         {"format_version", "synthetic"},
                                                         {"supernet_training_s", "low_fidelity_cost"}},
                                                        {"/objective/accuracy/value", {"direction"}, {}, {}},
                                                        {"/objective/energy/value", {"direction"}, {}, {}}};
const std::vector<test::Attributes> trace_attributes = {
    {"/",
     {"format", "name", "source", "signal", "scope", "start", "checksum"},
     {"format_version", "synthetic", "step_s"},
     {}}};

const std::vector<test::Attributes> forecast_attributes = {
    {"/", {"format", "name", "source", "signal", "scope", "checksum"}, {"format_version", "step_s"}, {}}};

class TableFile : public ::testing::Test {
  protected:
    TableFile() { write_table_file(path, small_table(), false); }
    std::string refusal(const Edit& edit) const {
        test::copy_file(path, folder.path() / "edited.h5", table_format(), table_attributes, edit);
        return message_of<DataError>([&] { read_table_file(folder.path() / "edited.h5"); });
    }
    test::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "table.h5";
};

class TraceFile : public ::testing::Test {
  protected:
    TraceFile() { write_trace_file(path, small_trace(), false); }
    std::string refusal(const Edit& edit) const {
        test::copy_file(path, folder.path() / "edited.h5", test::format_section(3), trace_attributes, edit);
        return message_of<DataError>([&] { read_trace_file(folder.path() / "edited.h5"); });
    }
    test::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "trace.h5";
};

class ForecastFile : public ::testing::Test {
  protected:
    ForecastFile() { write_forecast_file(path, small_forecast(), false); }
    std::string refusal(const Edit& edit) const {
        test::copy_file(path, folder.path() / "edited.h5", test::format_section(6), forecast_attributes, edit);
        return message_of<DataError>([&] { read_forecast_file(folder.path() / "edited.h5"); });
    }
    test::TemporaryFolder folder;
    std::filesystem::path path = folder.path() / "forecast.h5";
};

void expect_format(const std::filesystem::path& path, const std::vector<test::FormatRow>& rows) {
    const h5::Reader reader(path);
    for (const auto& row : rows) {
        EXPECT_TRUE(reader.has(row.path)) << row.path;
        EXPECT_EQ(reader.text_attribute(row.path, "units"), row.units) << row.path;
        EXPECT_NE(reader.text_attribute(row.path, "description"), "") << row.path;
        EXPECT_EQ(reader.shape(row.path).size(), row.dimensions) << row.path;
    }
}

// --- architecture tables -------------------------------------------------------------------------------------------

TEST_F(TableFile, GivesBackWhatWasWritten) {
    const auto table = small_table();
    const auto read = read_table_file(path);
    EXPECT_EQ(read.name, table.name);
    EXPECT_EQ(read.source, table.source);
    EXPECT_EQ(read.synthetic, table.synthetic);
    EXPECT_EQ(read.cells, table.cells);
    ASSERT_EQ(read.objectives.size(), 2u);
    EXPECT_EQ(read.objectives[1].name, "energy");
    EXPECT_EQ(read.objectives[1].direction, Direction::minimize);
    EXPECT_EQ(read.objectives[1].unit, "");
    EXPECT_EQ(read.objectives[0].estimates, table.objectives[0].estimates);
    EXPECT_TRUE(read.objectives[1].estimates.empty());
    EXPECT_EQ(read.checksum(), table.checksum()) << "every number to the bit";
}

TEST_F(TableFile, HoldsTheWholeSpace) {
    write_table_file(folder.path() / "whole.h5", synthetic_table(), false);
    const auto read = read_table_file(folder.path() / "whole.h5");
    EXPECT_TRUE(read.synthetic);
    EXPECT_EQ(read.checksum(), synthetic_table().checksum());
}

TEST_F(TableFile, IsAsFormatMdSays) { expect_format(path, table_format()); }

TEST_F(TableFile, EqualTablesGiveEqualBytes) {
    write_table_file(folder.path() / "two.h5", small_table(), false);
    EXPECT_EQ(bytes_of(path), bytes_of(folder.path() / "two.h5"));
}

TEST_F(TableFile, AnExistingOneIsReplacedOnlyIfAsked) {
    EXPECT_THROW(write_table_file(path, small_table(), false), UsageError);
    auto other = small_table();
    other.name = "other";
    write_table_file(path, other, true);
    EXPECT_EQ(read_table_file(path).name, "other");
}

TEST_F(TableFile, AWrongTableIsNotWritten) {
    auto wrong = small_table();
    wrong.evaluation_s[0] = 0;
    EXPECT_THROW(write_table_file(folder.path() / "wrong.h5", wrong, false), DataError);
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "wrong.h5"));
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "wrong.h5.part"));
}

TEST_F(TableFile, AnUneditedCopyIsAccepted) {
    test::copy_file(path, folder.path() / "copy.h5", table_format(), table_attributes, {});
    EXPECT_EQ(read_table_file(folder.path() / "copy.h5").checksum(), small_table().checksum());
}

TEST_F(TableFile, EveryMissingPartIsRefused) {
    for (const auto& row : table_format()) {
        const auto message = refusal(omit(row.path));
        EXPECT_TRUE(contains(message, "edited.h5"));
        if (row.path.ends_with("estimate") || row.path.ends_with("low"))  // absent where there is none
            EXPECT_TRUE(contains(message, "checksum"));
        else
            EXPECT_TRUE(contains(message, row.path));
    }
    for (const auto& attributes : table_attributes)
        for (const auto& name : attributes.all())
            EXPECT_TRUE(contains(refusal(omit(attributes.where + "@" + name)), name));
}

TEST_F(TableFile, WrongShapesAndTypesAreRefused) {
    for (const auto& row : table_format()) {
        EXPECT_TRUE(contains(refusal(change(row.path, [](Dataset& d) { d.drop_last_row(); })), "expected ["))
            << row.path;
        EXPECT_TRUE(contains(refusal(change(row.path, [](Dataset& d) { d.change_type(); })), row.path));
    }
}

TEST_F(TableFile, APlantedChangeIsFoundByTheChecksum) {
    for (const char* column :
         {"/objective/accuracy/value", "/objective/accuracy/estimate", "/evaluation_s", "/sampling_s"})
        EXPECT_TRUE(
            contains(refusal(change(column, [](Dataset& d) { d.numbers[1] += 1e-9; })), "does not match its checksum"));
    EXPECT_TRUE(contains(refusal(set_integer("/@synthetic", 1)), "checksum"));
    EXPECT_TRUE(contains(refusal(set_number("/@supernet_training_s", 0.2)), "checksum"));
    EXPECT_TRUE(contains(refusal(set_text("/objective/accuracy/value@direction", "minimize")), "checksum"));
    EXPECT_TRUE(
        contains(refusal(change("/architecture", [](Dataset& d) { d.texts[0] = cell_string(4); })), "checksum"));
}

TEST_F(TableFile, WrongValuesAreRefused) {
    const auto set = [](const char* column, double value) {
        return change(column, [=](Dataset& d) { d.numbers[1] = value; });
    };
    EXPECT_TRUE(
        contains(refusal(set("/objective/energy/value", std::numeric_limits<double>::quiet_NaN())), "energy = nan"));
    EXPECT_TRUE(contains(refusal(set("/evaluation_s", 0)), "evaluation_s = 0"));
    EXPECT_TRUE(contains(refusal(set("/sampling_s", -1)), "sampling_s = -1"));
    const auto message = refusal(change("/architecture", [](Dataset& d) { d.texts[1] = "|conv~0|"; }));
    EXPECT_TRUE(contains(message, "/architecture: row 1"));
    EXPECT_TRUE(contains(message, "'|conv~0|'"));
    EXPECT_TRUE(contains(refusal(change("/architecture", [](Dataset& d) { std::swap(d.texts[0], d.texts[1]); })),
                         "out of order"));
    EXPECT_TRUE(contains(refusal(set_integer("/@synthetic", 2)), "synthetic: 2 (allowed: 0, 1)"));
    EXPECT_TRUE(contains(refusal(set_text("/objective/energy/value@direction", "down")),
                         "'down' (allowed: maximize, minimize)"));
    EXPECT_TRUE(contains(refusal(set_text("/@objectives", "accuracy,energy,speed")), "/objective/speed/value"));
    EXPECT_TRUE(contains(refusal(set_text("/@objectives", "")), "/objective//value"));
}

TEST_F(TableFile, FilesOfVersionOneAreRead) {
    ArchitectureTable table = small_table();
    table.low_fidelity_cost = 0;
    table.objectives[0].low.clear();
    write_table_file(path, table, true);
    Edit edit = set_integer("/@format_version", 1);
    edit.omit = {"/@low_fidelity_cost", "/objective/accuracy/low"};
    std::vector<test::FormatRow> rows = table_format();
    std::erase_if(rows, [](const test::FormatRow& row) { return row.path.ends_with("/low"); });
    test::copy_file(path, folder.path() / "old.h5", rows, table_attributes, edit);
    const ArchitectureTable read = read_table_file(folder.path() / "old.h5");
    EXPECT_EQ(read.low_fidelity_cost, 0);
    EXPECT_EQ(read.checksum(), table.checksum());
}

TEST_F(TableFile, ALowFidelityIsPartOfTheChecksum) {
    EXPECT_TRUE(contains(refusal(set_number("/@low_fidelity_cost", 0.07)), "does not match its checksum"));
    EXPECT_TRUE(contains(refusal(set_number("/@low_fidelity_cost", 0)), "low_fidelity_cost is 0"));
    EXPECT_TRUE(contains(refusal(set_number("/@low_fidelity_cost", 1)), "low_fidelity_cost = 1"));
    EXPECT_TRUE(contains(refusal(omit("/objective/accuracy/low")), "does not match its checksum"));
}

TEST_F(TableFile, OtherFilesAreRefused) {
    EXPECT_TRUE(contains(refusal(set_text("/@format", "cenas-run")), "expected `cenas-table`"));
    EXPECT_TRUE(contains(refusal(set_integer("/@format_version", 3)),
                         "version 3 of cenas-table; this program reads "
                         "version 1 to 2"));
    EXPECT_TRUE(contains(refusal(set_integer("/@format_version", 0)), "version 0"));
    EXPECT_THROW(read_table_file(folder.write("t.h5", "arch,acc\n")), DataError);
    write_trace_file(folder.path() / "trace.h5", small_trace(), false);
    EXPECT_TRUE(contains(message_of<DataError>([&] { read_table_file(folder.path() / "trace.h5"); }), "cenas-trace"));
}

TEST_F(TableFile, TruncatedAndDamagedFilesAreRefusedOrHarmless) {
    const std::string bytes = bytes_of(path);
    test::expect_truncations_refused(folder, bytes, read_table_file);
    EXPECT_GT(test::expect_flips_survived(folder, bytes, 17, read_table_file), 50u);
}

// --- traces --------------------------------------------------------------------------------------------------------

TEST_F(TraceFile, GivesBackWhatWasWritten) {
    const auto trace = small_trace();
    const auto read = read_trace_file(path);
    EXPECT_EQ(read.name, trace.name);
    EXPECT_EQ(read.source, trace.source);
    EXPECT_EQ(read.synthetic, trace.synthetic);
    EXPECT_EQ(read.signal, trace.signal);
    EXPECT_EQ(read.scope, trace.scope);
    EXPECT_EQ(read.start, trace.start);
    EXPECT_EQ(read.step_s, trace.step_s);
    EXPECT_EQ(read.values, trace.values);
    EXPECT_EQ(read.estimated, trace.estimated);
}

TEST_F(TraceFile, IsAsFormatMdSays) {
    expect_format(path, test::format_section(3));
    EXPECT_EQ(h5::Reader(path).integers("/time")[1], small_trace().start.seconds + 1800);
}

TEST_F(TraceFile, EqualTracesGiveEqualBytes) {
    write_trace_file(folder.path() / "two.h5", small_trace(), false);
    EXPECT_EQ(bytes_of(path), bytes_of(folder.path() / "two.h5"));
}

TEST_F(TraceFile, AnExistingOneIsReplacedOnlyIfAsked) {
    EXPECT_THROW(write_trace_file(path, small_trace(), false), UsageError);
    EXPECT_NO_THROW(write_trace_file(path, small_trace(), true));
}

TEST_F(TraceFile, EveryMissingPartIsRefused) {
    for (const auto& row : test::format_section(3)) EXPECT_TRUE(contains(refusal(omit(row.path)), row.path));
    for (const auto& name : trace_attributes[0].all()) EXPECT_TRUE(contains(refusal(omit("/@" + name)), name));
}

TEST_F(TraceFile, WrongShapesAndTypesAreRefused) {
    for (const auto& row : test::format_section(3)) {
        EXPECT_TRUE(contains(refusal(change(row.path, [](Dataset& d) { d.drop_last_row(); })), "expected ["))
            << row.path;
        EXPECT_TRUE(contains(refusal(change(row.path, [](Dataset& d) { d.change_type(); })), row.path));
    }
}

TEST_F(TraceFile, APlantedChangeIsFoundByTheChecksum) {
    EXPECT_TRUE(contains(refusal(change("/intensity", [](Dataset& d) { d.numbers[3] = 249; })), "checksum"));
    EXPECT_TRUE(contains(refusal(set_text("/@signal", "average")), "checksum"));
    EXPECT_TRUE(contains(refusal(set_text("/@scope", "life_cycle")), "checksum"));
}

TEST_F(TraceFile, WrongValuesAreRefused) {
    const auto intensity = [](double value) { return change("/intensity", [=](Dataset& d) { d.numbers[2] = value; }); };
    EXPECT_TRUE(contains(refusal(intensity(-1)), "/intensity: row 2: -1"));
    EXPECT_TRUE(contains(refusal(intensity(std::numeric_limits<double>::quiet_NaN())), "row 2: nan"));
    EXPECT_TRUE(contains(refusal(change("/estimated", [](Dataset& d) { d.integers[0] = 2; })), "/estimated: 2"));
    EXPECT_TRUE(contains(refusal(change("/time", [](Dataset& d) { d.integers[2] += 1; })), "/time"));
    EXPECT_TRUE(contains(refusal(set_text("/@signal", "median")), "'median' (allowed: average, marginal)"));
    EXPECT_TRUE(contains(refusal(set_text("/@scope", "all")), "'all' (allowed: direct, life_cycle)"));
    EXPECT_TRUE(contains(refusal(set_text("/@start", "yesterday")), "'yesterday' is not a UTC time"));
    for (const std::int64_t step_s : {std::int64_t{0}, std::int64_t{-3600}, std::numeric_limits<std::int64_t>::max()})
        EXPECT_TRUE(contains(refusal(set_integer("/@step_s", step_s)), "step_s"));
    Edit no_rows;
    for (const char* column : {"/intensity", "/estimated", "/time"})
        no_rows.change[column] = [](Dataset& d) {
            while (d.shape[0] > 0) d.drop_last_row();
        };
    EXPECT_TRUE(contains(refusal(no_rows), "no values"));
}

TEST_F(TraceFile, TruncatedAndDamagedFilesAreRefusedOrHarmless) {
    const std::string bytes = bytes_of(path);
    test::expect_truncations_refused(folder, bytes, read_trace_file);
    EXPECT_GT(test::expect_flips_survived(folder, bytes, 17, read_trace_file), 50u);
}

// --- forecasts -----------------------------------------------------------------------------------------------------

TEST_F(ForecastFile, GivesBackWhatWasWritten) {
    const auto forecast = small_forecast();
    const auto read = read_forecast_file(path);
    EXPECT_EQ(read.name, forecast.name);
    EXPECT_EQ(read.source, forecast.source);
    EXPECT_EQ(read.signal, forecast.signal);
    EXPECT_EQ(read.scope, forecast.scope);
    EXPECT_EQ(read.step_s, forecast.step_s);
    EXPECT_EQ(read.first_lead_s, forecast.first_lead_s);
    EXPECT_EQ(read.leads, forecast.leads);
    EXPECT_EQ(read.issues, forecast.issues);
    EXPECT_EQ(read.values, forecast.values);
}

TEST_F(ForecastFile, IsAsFormatMdSays) {
    ASSERT_EQ(test::format_section(6).size(), 3u);
    expect_format(path, test::format_section(6));
    const h5::Reader file(path);
    EXPECT_EQ(file.integers("/lead"), (std::vector<std::int64_t>{1800, 3600, 5400}));
    EXPECT_EQ(file.integers("/issue")[1], utc_from_civil(2021, 7, 3).seconds);
    EXPECT_EQ(file.shape("/intensity"), (std::vector<std::size_t>{2, 3}));
}

TEST_F(ForecastFile, EqualForecastsGiveEqualBytes) {
    write_forecast_file(folder.path() / "two.h5", small_forecast(), false);
    EXPECT_EQ(bytes_of(path), bytes_of(folder.path() / "two.h5"));
}

TEST_F(ForecastFile, AnExistingOneIsReplacedOnlyIfAsked) {
    EXPECT_THROW(write_forecast_file(path, small_forecast(), false), UsageError);
    EXPECT_NO_THROW(write_forecast_file(path, small_forecast(), true));
}

TEST_F(ForecastFile, EveryMissingPartIsRefused) {
    for (const auto& row : test::format_section(6)) EXPECT_TRUE(contains(refusal(omit(row.path)), row.path));
    for (const auto& name : forecast_attributes[0].all()) EXPECT_TRUE(contains(refusal(omit("/@" + name)), name));
}

TEST_F(ForecastFile, WrongShapesAndTypesAreRefused) {
    for (const auto& row : test::format_section(6)) {
        EXPECT_TRUE(contains(refusal(change(row.path, [](Dataset& d) { d.drop_last_row(); })), "expected ["))
            << row.path;
        EXPECT_TRUE(contains(refusal(change(row.path, [](Dataset& d) { d.change_type(); })), row.path));
    }
}

TEST_F(ForecastFile, APlantedChangeIsFoundByTheChecksum) {
    EXPECT_TRUE(contains(refusal(change("/intensity", [](Dataset& d) { d.numbers[3] = 249; })), "checksum"));
    EXPECT_TRUE(contains(refusal(change("/issue", [](Dataset& d) { d.integers[1] += 1800; })), "checksum"));
    EXPECT_TRUE(contains(refusal(change("/lead", [](Dataset& d) { d.integers = {0, 1800, 3600}; })), "checksum"));
    EXPECT_TRUE(contains(refusal(set_text("/@signal", "average")), "checksum"));
    EXPECT_TRUE(contains(refusal(set_text("/@scope", "life_cycle")), "checksum"));
}

TEST_F(ForecastFile, WrongValuesAreRefused) {
    const auto intensity = [](double value) { return change("/intensity", [=](Dataset& d) { d.numbers[2] = value; }); };
    EXPECT_TRUE(contains(refusal(intensity(-1)), "/intensity: row 2: -1"));
    EXPECT_TRUE(contains(refusal(intensity(std::numeric_limits<double>::quiet_NaN())), "row 2: nan"));
    for (const std::int64_t second :
         {small_forecast().issues[0].seconds, std::int64_t{0}, std::numeric_limits<std::int64_t>::max()})
        EXPECT_TRUE(contains(refusal(change("/issue", [=](Dataset& d) { d.integers[1] = second; })),
                             std::to_string(second) + " (expected rising times)"));
    for (const std::vector<std::int64_t>& leads :
         std::vector<std::vector<std::int64_t>>{{1800, 3600, 5401}, {3600, 5400, 7200}, {-1800, 0, 1800}})
        EXPECT_TRUE(
            contains(refusal(change("/lead", [=](Dataset& d) { d.integers = leads; })), "/lead does not count"));
    EXPECT_TRUE(contains(refusal(set_text("/@signal", "median")), "'median' (allowed: average, marginal)"));
    EXPECT_TRUE(contains(refusal(set_text("/@scope", "all")), "'all' (allowed: direct, life_cycle)"));
    for (const std::int64_t step_s : {std::int64_t{0}, std::numeric_limits<std::int64_t>::max()})
        EXPECT_TRUE(contains(refusal(set_integer("/@step_s", step_s)), "step_s"));
    for (const char* axis : {"/lead", "/issue"})
        EXPECT_TRUE(contains(refusal(change(axis,
                                            [](Dataset& d) {
                                                while (d.shape[0] > 0) d.drop_last_row();
                                            })),
                             std::string("the forecast has no ") + (axis + 1)));
}

TEST_F(ForecastFile, OtherFilesAreRefused) {
    write_trace_file(folder.path() / "trace.h5", small_trace(), false);
    EXPECT_TRUE(contains(message_of<DataError>([&] { read_forecast_file(folder.path() / "trace.h5"); }),
                         "is a `cenas-trace` file, expected `cenas-forecast`"));
    EXPECT_TRUE(contains(message_of<DataError>([&] { read_trace_file(path); }), "is a `cenas-forecast` file"));
}

TEST_F(ForecastFile, TruncatedAndDamagedFilesAreRefusedOrHarmless) {
    const std::string bytes = bytes_of(path);
    test::expect_truncations_refused(folder, bytes, read_forecast_file);
    EXPECT_GT(test::expect_flips_survived(folder, bytes, 17, read_forecast_file), 50u);
}

/// The table in the program is the file in the repository.
TEST(EmbeddedTable, IsTheShippedFile) {
    const auto file = std::filesystem::path(CENAS_SOURCE_DIR) / "inputs/tables/fashion_light.h5";
    const ArchitectureTable table = read_embedded_table();
    EXPECT_EQ(table.checksum(), read_table_file(file).checksum());
    EXPECT_EQ(table.name, embedded_table);
    EXPECT_FALSE(table.synthetic);
    EXPECT_GE(table.size(), 1000u);
    ASSERT_EQ(table.objectives.size(), 2u);
    EXPECT_EQ(table.objectives[0].name, "accuracy");
    EXPECT_EQ(table.objectives[1].name, "latency");
    EXPECT_EQ(table.objectives[0].estimates.size(), table.size());
}

/// What the issue of a trained table rests on: every row two seeds, every cell an estimate.
TEST(EmbeddedTable, HoldsTwoTrainingsOfEveryRowAndAnEstimateOfEveryCell) {
    const h5::Reader file(std::filesystem::path(CENAS_SOURCE_DIR) / "inputs/tables/fashion_light.h5");
    std::map<std::string, std::set<std::int64_t>> seeds;
    const auto cells = file.texts("/training/run/architecture");
    const auto numbers = file.integers("/training/run/seed");
    for (std::size_t i = 0; i < cells.size(); ++i) seeds[cells[i]].insert(numbers[i]);
    for (const std::string& cell : file.texts("/architecture")) EXPECT_EQ(seeds[cell].size(), 2u) << cell;
    const auto estimates = file.numbers("/training/supernet/estimate");
    EXPECT_EQ(estimates.size(), static_cast<std::size_t>(cell_count));
    for (const double estimate : estimates) EXPECT_TRUE(estimate >= 0 && estimate <= 100);
}

TEST(TableInMemory, IsReadAndRefusedAsAFileIs) {
    const test::TemporaryFolder folder;
    write_table_file(folder.path() / "a.h5", small_table(), false);
    const std::string whole = bytes_of(folder.path() / "a.h5");
    const auto image = [&](std::size_t length) {
        return std::span<const std::byte>(reinterpret_cast<const std::byte*>(whole.data()), length);
    };
    EXPECT_EQ(h5::Reader(image(whole.size()), "memory").text_attribute("/", "name"), "Zürich");
    for (const std::size_t length : {std::size_t{0}, std::size_t{100}, whole.size() / 2})
        EXPECT_TRUE(contains(message_of<DataError>([&] { h5::Reader(image(length), "memory"); }), "memory")) << length;
}

}  // namespace
}  // namespace cenas

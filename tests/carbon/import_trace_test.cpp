// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
// Made-up files: one for each format, one for each defect.
#include "carbon/import_trace.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;
using Values = std::vector<double>;
using Flags = std::vector<std::uint8_t>;

class ImportTrace : public ::testing::Test {
  protected:
    ImportedTrace import(std::string_view text, const TraceImportOptions& options,
                         const std::string& name = "trace.csv") const {
        return import_trace(folder_.write(name, text), options);
    }
    std::string refusal(std::string_view text, const TraceImportOptions& options,
                        const std::string& name = "trace.csv") const {
        return message_of<DataError>([&] { import(text, options, name); });
    }
    test::TemporaryFolder folder_;
};

/// What a plain file leaves open.
TraceImportOptions stated() {
    TraceImportOptions options;
    options.signal = "average";
    options.scope = "life_cycle";
    return options;
}

TraceImportOptions filling(const std::string& how) {
    TraceImportOptions options = stated();
    options.fill = how;
    return options;
}

TraceImportOptions with_column(const std::string& column) {
    TraceImportOptions options = stated();
    options.column = column;
    return options;
}

// ---- formats ----

TEST_F(ImportTrace, PlainUtcAndValue) {
    const auto [trace, report] = import("utc,value\n2021-07-02T06:00Z,340.93\n2021-07-02T07:00Z,200\n", stated());
    EXPECT_EQ(trace.name, "trace");
    EXPECT_EQ(trace.source, "trace.csv, column 'value' (plain csv)");
    EXPECT_FALSE(trace.synthetic);
    EXPECT_EQ(trace.signal, Signal::average);
    EXPECT_EQ(trace.scope, Scope::life_cycle);
    EXPECT_EQ(to_string(trace.start), "2021-07-02T06:00:00Z");
    EXPECT_EQ(trace.step_s, 3600);
    EXPECT_EQ(trace.values, (Values{340.93, 200}));
    EXPECT_EQ(trace.estimated, (Flags{0, 0}));
    EXPECT_EQ(report.format, "plain");
    EXPECT_EQ(report.rows, 2u);
    EXPECT_EQ(report.missing_steps + report.missing_values + report.zeros + report.estimated + report.filled, 0u);
    EXPECT_TRUE(report.findings.empty());
}

TEST_F(ImportTrace, PlainTimesAreTheFirstColumnWhateverItsName) {
    const auto imported = import("oootime,Caiso_North\n2023-06-08 00:00:00Z,425\n2023-06-08 00:05:00Z,432\n", stated());
    EXPECT_EQ(imported.trace.step_s, 300);
    const auto indexed = import(",utc,value\n0,2023-06-08 00:00,425\n1,2023-06-08 00:05,432\n", stated());
    EXPECT_EQ(indexed.trace.values, (Values{425, 432}));
}

TEST_F(ImportTrace, PlainColumnIsChosenByName) {
    const char* text = "utc,CISO_direct,CISO_lifecycle\n2021-07-02T06:00Z,1,2\n2021-07-02T07:00Z,3,4\n";
    EXPECT_EQ(import(text, with_column("CISO_lifecycle")).trace.values, (Values{2, 4}));
    EXPECT_TRUE(contains(refusal(text, stated()), "2 columns have values: 'CISO_direct', 'CISO_lifecycle'; choose"));
    EXPECT_TRUE(contains(refusal(text, with_column("PJM")), "no column 'PJM'; there are: utc, CISO_direct"));
    EXPECT_TRUE(contains(refusal(text, with_column("utc")), "column 'utc' is no carbon intensity"));
}

TEST_F(ImportTrace, PlainEstimatedColumnIsAFlag) {
    const auto [trace, report] =
        import("utc,value,estimated\n2021-07-02T06:00Z,1,\n2021-07-02T07:00Z,2,True\n", stated());
    EXPECT_EQ(trace.values, (Values{1, 2}));
    EXPECT_EQ(trace.estimated, (Flags{0, 1}));
    EXPECT_EQ(report.estimated, 1u);
    EXPECT_TRUE(contains(refusal("utc,value,estimated\n2021-07-02T06:00Z,1,maybe\n2021-07-02T07:00Z,2,0\n", stated()),
                         "trace.csv:2: column 'estimated': 'maybe' (allowed: true, false"));
}

constexpr const char* electricity_maps_2024 =
    "Datetime (UTC),Country,Zone Name,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),Carbon Intensity gCO₂eq/kWh (LCA),"
    "Low Carbon Percentage,Renewable Percentage,Data Source,Data Estimated,Data Estimation Method\n"
    "2022-01-01 00:00:00,USA,California,US-CAL-CISO,209.26,274.07,55.43,41.25,caiso.com,false,\n"
    "2022-01-01 01:00:00,USA,California,US-CAL-CISO,210.5,275.5,55.43,41.25,caiso.com,true,TIME_SLICER_AVERAGE\n";

constexpr const char* electricity_maps_2025 =
    "Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO₂eq/kWh (direct),Carbon intensity gCO₂eq/kWh (Life "
    "cycle),Carbon-free energy percentage (CFE%),Renewable energy percentage (RE%),Data source,Data estimated,Data "
    "estimation method\n"
    "2021-01-01 00:00:00,Sweden,Sweden,SE,2.54,30.02,99.42,60.13,svk.se,true,ESTIMATED_FORECASTS_HIERARCHY\n"
    "2021-01-01 01:00:00,Sweden,Sweden,SE,2.6,30.1,99.42,60.13,svk.se,false,\n";

TEST_F(ImportTrace, ElectricityMapsUpTo2024) {
    TraceImportOptions options;
    options.scope = "direct";
    const auto [trace, report] = import(electricity_maps_2024, options);
    EXPECT_EQ(report.format, "electricity-maps");
    EXPECT_EQ(trace.signal, Signal::average);
    EXPECT_EQ(trace.scope, Scope::direct);
    EXPECT_EQ(trace.values, (Values{209.26, 210.5}));
    EXPECT_EQ(trace.estimated, (Flags{0, 1}));
    EXPECT_EQ(report.estimated, 1u);
    options.scope = "life_cycle";
    EXPECT_EQ(import(electricity_maps_2024, options).trace.values, (Values{274.07, 275.5}));
}

TEST_F(ImportTrace, ElectricityMapsFrom2025) {
    TraceImportOptions options;
    options.scope = "life_cycle";
    const auto [trace, report] = import(electricity_maps_2025, options);
    EXPECT_EQ(report.format, "electricity-maps");
    EXPECT_EQ(trace.scope, Scope::life_cycle);
    EXPECT_EQ(trace.values, (Values{30.02, 30.1}));
    EXPECT_EQ(trace.estimated, (Flags{1, 0}));
}

TEST_F(ImportTrace, ElectricityMapsCopiesWithAnotherTimeName) {
    TraceImportOptions options;
    options.scope = "direct";
    const auto imported = import(
        "timestamp,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),Data Estimated\n"
        "2022-01-01 00:00:00+00:00,DE,163.46,True\n2022-01-01 01:00:00+00:00,DE,166.66,False\n",
        options);
    EXPECT_EQ(imported.trace.values, (Values{163.46, 166.66}));
    EXPECT_EQ(imported.trace.estimated, (Flags{1, 0}));
}

TEST_F(ImportTrace, ElectricityMapsAcademicDump) {
    const auto [trace, report] = import(
        "datetime,created_at,updated_at,timestamp,zone_name,carbon_intensity_avg,carbon_intensity_production_avg\n"
        "2020-01-01T00:00:00+00:00,2021-06-17T09:27:00.121955+00:00,x,1577836800,US-CAL-CISO,332.39,330.62\n"
        "2020-01-01T01:00:00+00:00,2021-06-17T09:27:00.121955+00:00,x,1577840400,US-CAL-CISO,340.5,335\n",
        {});
    EXPECT_EQ(report.format, "electricity-maps");
    EXPECT_EQ(trace.signal, Signal::average);
    EXPECT_EQ(trace.scope, Scope::life_cycle);
    EXPECT_EQ(trace.values, (Values{332.39, 340.5}));
}

TEST_F(ImportTrace, ElectricityMapsScopeMustBeChosenWhereThereAreTwo) {
    EXPECT_TRUE(contains(refusal(electricity_maps_2024, {}), "choose one with --scope direct or --scope life_cycle"));
    TraceImportOptions by_column;
    by_column.column = "Carbon Intensity gCO₂eq/kWh (LCA)";
    EXPECT_EQ(import(electricity_maps_2024, by_column).trace.scope, Scope::life_cycle);
    by_column.scope = "direct";
    EXPECT_TRUE(contains(refusal(electricity_maps_2024, by_column), "--scope direct contradicts the file"));
    by_column.column = "Zone Id";
    EXPECT_TRUE(contains(refusal(electricity_maps_2024, by_column), "column 'Zone Id' is no carbon intensity"));
    const char* one = "Datetime (UTC),Carbon Intensity gCO₂eq/kWh (LCA)\n2022-01-01 00:00,1\n2022-01-01 01:00,2\n";
    EXPECT_EQ(import(one, {}).trace.scope, Scope::life_cycle);
    TraceImportOptions direct;
    direct.scope = "direct";
    EXPECT_TRUE(contains(refusal(one, direct), "no column has scope 'direct'"));
}

TEST_F(ImportTrace, CarbonCastActuals) {
    const char* text =
        ",UTC time,creation_time (UTC),version,carbon_intensity,coal,nat_gas\n"
        "37968,2023-05-02 00:00:00,2024-07-17 00:00:00,3.1,146.09,3.0,5367.0\n"
        "37969,2023-05-02 01:00:00,2024-07-17 00:00:00,3.1,150.5,3.0,5367.0\n";
    const auto [trace, report] = import(text, {}, "CISO_lifecycle_emissions.csv");
    EXPECT_EQ(report.format, "carboncast");
    EXPECT_EQ(trace.name, "CISO_lifecycle_emissions");
    EXPECT_EQ(trace.signal, Signal::average);
    EXPECT_EQ(trace.scope, Scope::life_cycle);
    EXPECT_EQ(to_string(trace.start), "2023-05-02T00:00:00Z");
    EXPECT_EQ(trace.values, (Values{146.09, 150.5}));
    EXPECT_EQ(import(text, {}, "CISO_direct_emissions.csv").trace.scope, Scope::direct);
    EXPECT_TRUE(contains(refusal(text, {}, "CISO.csv"), "the file does not say its scope; say --scope"));
    TraceImportOptions said;
    said.scope = "direct";
    EXPECT_EQ(import(text, said, "CISO.csv").trace.scope, Scope::direct);
}

TEST_F(ImportTrace, CarbonCastOlderActualsAndNamedScope) {
    const auto old =
        import("UTC time,carbon_intensity,coal\n2020-01-01 00:00:00,242.9,12\n2020-01-01 01:00:00,291.9,15\n", {},
               "DE_direct_emissions.csv");
    EXPECT_EQ(old.trace.values, (Values{242.9, 291.9}));
    const auto named = import(
        "Unnamed: 0,UTC time,actual_carbon_intensity_lifecycle,forecasted_carbon_intensity_lifecycle\n"
        "0,2021-07-01 00:00:00,233.04,253.58\n1,2021-07-01 01:00:00,258.3,284.15\n",
        {});
    EXPECT_EQ(named.trace.scope, Scope::life_cycle);
    EXPECT_EQ(named.trace.values, (Values{233.04, 258.3}));
}

TEST_F(ImportTrace, ForecastsInBlocksAreNoTimeSeries) {
    const char* carboncast =
        "datetime,carbon_intensity_actual,avg_carbon_intensity_forecast\n"
        "2022-07-01T00:00:00.000000000,184.78,183.34\n2022-07-01T01:00:00.000000000,190,191\n"
        "2022-07-01T00:00:00.000000000,184.78,183.34\n";
    const auto back = refusal(carboncast, {}, "CISO_lifecycle_96hr_CI_forecasts_2022.csv");
    EXPECT_TRUE(contains(back, "2022.csv:4: time 2022-07-01T00:00:00Z after 2022-07-01T01:00:00Z"));
    EXPECT_TRUE(contains(back, "forecast in blocks (every issue starts anew), not a time series"));
    const char* matrix =
        "issue_utc,lead_h,forecast_lifecycle\n2021-07-01T00:00Z,0,253.58\n2021-07-01T00:00Z,1,284.15\n";
    EXPECT_TRUE(contains(refusal(matrix, with_column("forecast_lifecycle")), "forecast in blocks"));
}

TEST_F(ImportTrace, GreatBritainHalfHourly) {
    const auto [trace, report] = import(
        "from,to,forecast,actual,index\n"
        "2022-12-31 23:30:00+00:00,2023-01-01 00:00:00+00:00,75,65.0,low\n"
        "2023-01-01 00:00:00+00:00,2023-01-01 00:30:00+00:00,73,72.0,low\n",
        {});
    EXPECT_EQ(report.format, "gb");
    EXPECT_EQ(trace.signal, Signal::average);
    EXPECT_EQ(trace.scope, Scope::direct);
    EXPECT_EQ(to_string(trace.start), "2022-12-31T23:30:00Z");
    EXPECT_EQ(trace.step_s, 1800);
    EXPECT_EQ(trace.values, (Values{65, 72}));
}

TEST_F(ImportTrace, GreatBritainForecastOnlyWhenNamed) {
    TraceImportOptions options;
    options.column = "forecast";
    const char* text =
        "from,to,forecast,actual,index\n2022-12-31T23:30Z,2023-01-01T00:00Z,75,65,low\n"
        "2023-01-01T00:00Z,2023-01-01T00:30Z,73,72,low\n";
    EXPECT_EQ(import(text, options).trace.values, (Values{75, 73}));
    options.column = "index";
    EXPECT_TRUE(contains(refusal(text, options), "column 'index' is no carbon intensity"));
}

TEST_F(ImportTrace, LetsWaitAwhileIsAPlainFile) {
    TraceImportOptions options = stated();
    const char* text = "Time,Carbon Intensity\n2019-12-20 00:00:00,120.99546661944396\n2019-12-20 00:30:00,135.1\n";
    EXPECT_TRUE(contains(refusal(text, options), "say --utc"));
    options.utc = true;
    EXPECT_EQ(import(text, options).trace.values, (Values{120.99546661944396, 135.1}));
}

TEST_F(ImportTrace, AFormatThatIsAskedForMustBeThere) {
    const char* plain = "utc,value\n2021-07-02T06:00Z,1\n2021-07-02T07:00Z,2\n";
    TraceImportOptions options = stated();
    for (const char* format : {"electricity-maps", "carboncast", "gb"}) {
        options.format = format;
        EXPECT_TRUE(contains(refusal(plain, options), std::string("no ") + format + " csv: its header must hold"));
    }
    options.format = "plain";
    EXPECT_EQ(import(plain, options).trace.values, (Values{1, 2}));
}

TEST_F(ImportTrace, OptionsWithUnknownValuesAreRefused) {
    const auto file = folder_.write("trace.csv", "utc,value\n2021-07-02T06:00Z,1\n2021-07-02T07:00Z,2\n");
    const auto refused = [&](std::string TraceImportOptions::*option, const char* value) {
        TraceImportOptions options = stated();
        options.*option = value;
        return message_of<UsageError>([&] { import_trace(file, options); });
    };
    EXPECT_TRUE(
        contains(refused(&TraceImportOptions::format, "watttime"), "--format 'watttime' (allowed: auto, plain"));
    EXPECT_TRUE(contains(refused(&TraceImportOptions::signal, "mean"), "--signal 'mean' (allowed: average, marginal)"));
    EXPECT_TRUE(contains(refused(&TraceImportOptions::scope, "lca"), "--scope 'lca' (allowed: direct, life_cycle)"));
    EXPECT_TRUE(contains(refused(&TraceImportOptions::unit, "kg/kWh"), "--unit 'kg/kWh' (allowed: g/kWh, lb/MWh)"));
    EXPECT_TRUE(
        contains(refused(&TraceImportOptions::fill, "zero"), "--fill 'zero' (allowed: refuse, previous, linear)"));
}

// ---- what must be stated ----

TEST_F(ImportTrace, SignalAndScopeMustBeStated) {
    const char* text = "utc,value\n2021-07-02T06:00Z,1\n2021-07-02T07:00Z,2\n";
    TraceImportOptions options = stated();
    options.signal = "";
    EXPECT_TRUE(contains(refusal(text, options), "does not say its signal; say --signal average or marginal"));
    options = stated();
    options.scope = "";
    EXPECT_TRUE(contains(refusal(text, options), "does not say its scope; say --scope direct or life_cycle"));
    options.scope = "direct";
    options.signal = "marginal";
    const Trace trace = import(text, options).trace;
    EXPECT_EQ(trace.scope, Scope::direct);
    EXPECT_EQ(trace.signal, Signal::marginal);
}

TEST_F(ImportTrace, WhatIsStatedMustNotContradictTheFile) {
    TraceImportOptions options = stated();
    options.column = "CISO_direct";
    EXPECT_TRUE(contains(refusal("utc,CISO_direct\n2021-07-02T06:00Z,1\n2021-07-02T07:00Z,2\n", options),
                         "--scope life_cycle contradicts the file, which says direct"));
    options = {};
    options.scope = "direct";
    options.signal = "marginal";
    EXPECT_TRUE(contains(refusal(electricity_maps_2024, options), "--signal marginal contradicts the file"));
    options.signal = "";
    options.unit = "lb/MWh";
    EXPECT_TRUE(contains(refusal(electricity_maps_2024, options), "--unit lb/MWh contradicts the format"));
}

TEST_F(ImportTrace, TimesWithoutAZoneMustBeSaidToBeUtc) {
    const char* text = "time,value\n2021-07-02 06:00,1\n2021-07-02 07:00,2\n";
    EXPECT_TRUE(contains(refusal(text, stated()), "trace.csv:2: time '2021-07-02 06:00' has no zone"));
    TraceImportOptions options = stated();
    options.utc = true;
    EXPECT_EQ(to_string(import(text, options).trace.start), "2021-07-02T06:00:00Z");
    EXPECT_TRUE(contains(refusal("Time (UTC-8),value\n2021-07-02 06:00,1\n2021-07-02 07:00,2\n", stated()), "no zone"));
    EXPECT_EQ(import("Time (UTC),value\n2021-07-02 06:00,1\n2021-07-02 07:00,2\n", stated()).trace.step_s, 3600);
}

TEST_F(ImportTrace, PoundsPerMegawattHourAreConverted) {
    TraceImportOptions options = stated();
    options.unit = "lb/MWh";
    const auto imported = import("utc,moer\n2022-07-15T00:00Z,870\n2022-07-15T00:05Z,1000\n", options);
    EXPECT_DOUBLE_EQ(imported.trace.values[0], 394.6253619);  // 870 lb x 453.59237 g/lb / 1000 kWh
    EXPECT_DOUBLE_EQ(imported.trace.values[1], 453.59237);
}

TEST_F(ImportTrace, NameIsTheFilesOrTheGivenOne) {
    const char* text = "utc,value\n2021-07-02T06:00Z,1\n2021-07-02T07:00Z,2\n";
    EXPECT_EQ(import_trace(folder_.write_gzip("CISO_2021.csv.gz", text), stated()).trace.name, "CISO_2021");
    TraceImportOptions options = stated();
    options.name = "CISO";
    EXPECT_EQ(import(text, options).trace.name, "CISO");
}

TEST_F(ImportTrace, ByteOrderMarkCarriageReturnsQuotesAndGzipDoNotMatter) {
    const std::string text =
        "\xEF\xBB\xBF\"utc\",\"value, g/kWh\"\r\n\"2021-07-02T06:00Z\", \"340.93\"\r\n\"2021-07-02T07:00Z\",200\r\n";
    EXPECT_EQ(import(text, stated()).trace.values, (Values{340.93, 200}));
    EXPECT_EQ(import_trace(folder_.write_gzip("t.csv.gz", text), stated()).trace.values, (Values{340.93, 200}));
}

TEST_F(ImportTrace, TimesWithOffsetsAreUtcAcrossAClockChange) {
    const auto imported =
        import("time,value\n2021-11-07T01:00-07:00,1\n2021-11-07T01:00-08:00,2\n2021-11-07T02:00-08:00,3\n", stated());
    EXPECT_EQ(to_string(imported.trace.start), "2021-11-07T08:00:00Z");
    EXPECT_EQ(imported.trace.values, (Values{1, 2, 3}));
}

// ---- defects of the time axis ----

TEST_F(ImportTrace, FilesWithoutTwoRowsAreRefused) {
    EXPECT_TRUE(contains(refusal("", stated()), "empty; a header row is needed"));
    EXPECT_TRUE(contains(refusal("utc,value\n", stated()), "0 row(s) of data; a trace needs at least two"));
    EXPECT_TRUE(contains(refusal("utc,value\n2021-07-02T06:00Z,1\n", stated()), "1 row(s) of data"));
    EXPECT_TRUE(contains(refusal("utc\n2021-07-02T06:00Z\n2021-07-02T07:00Z\n", stated()), "no column with values"));
}

TEST_F(ImportTrace, AFileWithoutAHeaderIsRefused) {
    EXPECT_TRUE(contains(refusal("2021-07-02T06:00Z,1\n2021-07-02T07:00Z,2\n2021-07-02T08:00Z,2\n", stated()),
                         "the first row holds the time 2021-07-02T06:00Z; it must name the columns"));
}

TEST_F(ImportTrace, UnreadableTimesAreRefused) {
    const auto message = refusal("utc,value\n2021-07-02T06:00Z,1\n02.07.2021 07:00,2\n", stated());
    EXPECT_TRUE(contains(message, "trace.csv:3: column 'utc': '02.07.2021 07:00' is no time (allowed: YYYY-MM-DD"));
    EXPECT_TRUE(contains(refusal("utc,value\n1577836800,1\n1577840400,2\n", stated()), "'1577836800' is no time"));
    EXPECT_TRUE(contains(refusal("utc,value\n2020-10-25 1A:00,1\n2020-10-25 02:00,2\n", stated()), "is no time"));
}

TEST_F(ImportTrace, DuplicateTimesAreRefused) {
    const auto message = refusal(
        "utc,value\n2021-11-07T00:00Z,1\n2021-11-07T01:00Z,2\n2021-11-07T01:00Z,3\n2021-11-07T02:00Z,4\n", stated());
    EXPECT_TRUE(contains(message, "trace.csv:4: time 2021-11-07T01:00:00Z is there twice"));
    EXPECT_TRUE(contains(message, "in local time a clock change does this"));
}

TEST_F(ImportTrace, TimesThatGoBackAreRefused) {
    const auto message = refusal(
        "utc,value\n2021-11-07T01:00Z,1\n2021-11-07T01:30Z,2\n2021-11-07T01:00Z,3\n2021-11-07T01:30Z,4\n", stated());
    EXPECT_TRUE(contains(message, "trace.csv:4: times go back from 2021-11-07T01:30:00Z to 2021-11-07T01:00:00Z"));
}

TEST_F(ImportTrace, MixedStepsAreRefused) {
    const auto message = refusal(
        "utc,value\n2021-07-02T06:00Z,1\n2021-07-02T07:00Z,2\n2021-07-02T07:25Z,3\n2021-07-02T07:50Z,4\n", stated());
    EXPECT_TRUE(contains(message, "trace.csv:3: mixed steps: 3600 s after the row before"));
    EXPECT_TRUE(contains(message, "trace.csv:4 is only 1500 s after its own"));
}

TEST_F(ImportTrace, AChangeOfStepWithinAFileIsReported) {
    const char* text =
        "utc,value\n2021-07-02T06:00Z,1\n2021-07-02T07:00Z,2\n2021-07-02T08:00Z,3\n2021-07-02T08:30Z,4\n";
    const auto message = refusal(text, stated());
    EXPECT_TRUE(contains(message, "trace.csv:3: no value for 1 step(s) from 2021-07-02T06:30:00Z"));
    EXPECT_TRUE(contains(message, "trace.csv:5: the step of 1800 s is first met here and rare (2 of 3"));
    const auto filled = import(text, filling("previous"));
    ASSERT_EQ(filled.report.findings.size(), 3u);
    EXPECT_TRUE(contains(filled.report.findings[0], "does the file change its step?"));
    EXPECT_EQ(filled.trace.values, (Values{1, 1, 2, 2, 3, 4}));
}

// ---- defects of the values ----

TEST_F(ImportTrace, ValuesThatAreNoNumbersOrNegativeAreRefused) {
    const auto with = [](const std::string& value) {
        return "utc,value\n2021-07-02T06:00Z,1\n2021-07-02T07:00Z," + value + "\n";
    };
    EXPECT_TRUE(contains(refusal(with("high"), stated()), "trace.csv:3: column 'value': 'high' is no number"));
    EXPECT_TRUE(contains(refusal(with("\"1,5\""), stated()), "'1,5' is no number"));
    EXPECT_TRUE(contains(refusal(with("inf"), stated()), "'inf' is no number"));
    EXPECT_TRUE(contains(refusal(with("-3.5"), stated()), "trace.csv:3: column 'value': '-3.5' is negative"));
    EXPECT_TRUE(contains(refusal(with("-3.5"), filling("linear")), "'-3.5' is negative"));
}

constexpr const char* with_missing_values =
    "utc,value\n2021-07-02T06:00Z,10\n2021-07-02T07:00Z,\n2021-07-02T08:00Z,NaN\n2021-07-02T09:00Z,0\n"
    "2021-07-02T10:00Z,null\n2021-07-02T11:00Z,20\n";

TEST_F(ImportTrace, MissingValuesAndZerosAreRefused) {
    const auto message = refusal(with_missing_values, stated());
    EXPECT_TRUE(contains(message, "trace.csv:3: no value for 4 step(s) from 2021-07-02T07:00:00Z"));
    EXPECT_TRUE(contains(message, "0 step(s) have no row and 4 row(s) have no value (1 of them 0"));
    EXPECT_TRUE(contains(message, "at most 4 in a row"));
    EXPECT_TRUE(contains(message, "--zero-is-value"));
}

TEST_F(ImportTrace, AZeroIsAValueWhenSaidSo) {
    TraceImportOptions options = stated();
    options.zero_is_missing = false;
    const auto [trace, report] = import("utc,value\n2021-07-02T06:00Z,0\n2021-07-02T07:00Z,1\n", options);
    EXPECT_EQ(trace.values, (Values{0, 1}));
    EXPECT_EQ(report.zeros, 0u);
    EXPECT_EQ(report.missing_values, 0u);
}

TEST_F(ImportTrace, MissingValuesAreFilledCountedAndFlaggedWhenAsked) {
    const auto [linear, report] = import(with_missing_values, filling("linear"));
    EXPECT_EQ(linear.values, (Values{10, 12, 14, 16, 18, 20}));
    EXPECT_EQ(linear.estimated, (Flags{0, 1, 1, 1, 1, 0}));
    EXPECT_TRUE(contains(linear.source, "4 values filled (linear)"));
    EXPECT_EQ(report.missing_values, 4u);
    EXPECT_EQ(report.missing_steps, 0u);
    EXPECT_EQ(report.zeros, 1u);
    EXPECT_EQ(report.estimated, 0u);
    EXPECT_EQ(report.filled, 4u);
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_TRUE(contains(report.findings[0], "trace.csv:3: no value for 4 step(s) from 2021-07-02T07:00:00Z"));
    EXPECT_EQ(import(with_missing_values, filling("previous")).trace.values, (Values{10, 10, 10, 10, 10, 20}));
}

constexpr const char* with_missing_rows =
    "utc,value\n2021-07-02T06:00Z,10\n2021-07-02T07:00Z,11\n2021-07-02T10:00Z,20\n2021-07-02T11:00Z,\n"
    "2021-07-02T13:00Z,32\n";

TEST_F(ImportTrace, MissingRowsAreRefused) {
    const auto message = refusal(with_missing_rows, stated());
    EXPECT_TRUE(contains(message, "trace.csv:4: no value for 2 step(s) from 2021-07-02T08:00:00Z"));
    EXPECT_TRUE(contains(message, "In all 3 step(s) have no row and 1 row(s) have no value"));
}

TEST_F(ImportTrace, MissingRowsAreFilledCountedAndFlaggedWhenAsked) {
    const auto [trace, report] = import(with_missing_rows, filling("linear"));
    EXPECT_EQ(trace.values, (Values{10, 11, 14, 17, 20, 24, 28, 32}));
    EXPECT_EQ(trace.estimated, (Flags{0, 0, 1, 1, 0, 1, 1, 0}));
    EXPECT_EQ(report.rows, 5u);
    EXPECT_EQ(report.missing_steps, 3u);
    EXPECT_EQ(report.missing_values, 1u);
    EXPECT_EQ(report.filled, 4u);
    ASSERT_EQ(report.findings.size(), 2u);
    EXPECT_TRUE(contains(report.findings[1], "trace.csv:5: no value for 2 step(s) from 2021-07-02T11:00:00Z"));
}

TEST_F(ImportTrace, GapsLongerThanAllowedAreRefusedEvenWhenFilling) {
    TraceImportOptions options = filling("linear");
    options.longest_fill = 3;
    EXPECT_TRUE(contains(refusal(with_missing_values, options),
                         "4 step(s) from 2021-07-02T07:00:00Z, more than --longest-fill 3"));
    options.longest_fill = 4;
    EXPECT_EQ(import(with_missing_values, options).report.filled, 4u);
}

TEST_F(ImportTrace, EndsWithoutAValueCannotBeFilled) {
    const char* start = "utc,value\n2021-07-02T06:00Z,\n2021-07-02T07:00Z,1\n2021-07-02T08:00Z,2\n";
    for (const char* how : {"previous", "linear"})
        EXPECT_TRUE(contains(refusal(start, filling(how)),
                             "trace.csv:2: no value for 1 step(s) from "
                             "2021-07-02T06:00:00Z, and no value before"));
    const char* end = "utc,value\n2021-07-02T06:00Z,1\n2021-07-02T07:00Z,\n2021-07-02T08:00Z,\n";
    EXPECT_TRUE(contains(refusal(end, filling("linear")), "trace.csv:3: no value for 2 step(s)"));
    EXPECT_TRUE(contains(refusal(end, filling("linear")), "no value after"));
    EXPECT_EQ(import(end, filling("previous")).trace.values, (Values{1, 1, 1}));
    EXPECT_TRUE(contains(refusal("utc,value\n2021-07-02T06:00Z,\n2021-07-02T07:00Z,\n", filling("previous")),
                         "no value before"));
}

TEST_F(ImportTrace, AnHourMissingAtTheStartOfDaylightSavingTimeIsNamed) {
    const char* text =
        "time,value\n2021-03-14 00:00,1\n2021-03-14 00:30,1\n2021-03-14 01:00,1\n2021-03-14 01:30,1\n"
        "2021-03-14 03:00,1\n2021-03-14 03:30,1\n";
    TraceImportOptions options = stated();
    options.utc = true;
    EXPECT_TRUE(contains(refusal(text, options),
                         "trace.csv:6: no value for 2 step(s) from 2021-03-14T02:00:00Z (as the "
                         "start of daylight-saving time leaves them in local time"));
    options.fill = "previous";
    const auto findings = import(text, options).report.findings;
    ASSERT_EQ(findings.size(), 1u);
    EXPECT_TRUE(contains(findings[0], "daylight-saving"));
    const auto monday = refusal("utc,value\n2021-03-15T01:00Z,1\n2021-03-15T01:30Z,1\n2021-03-15T03:00Z,1\n", stated());
    EXPECT_FALSE(contains(monday, "daylight-saving"));
}

TEST_F(ImportTrace, ManyGapsMakeAShortReport) {
    std::string text = "utc,value\n";
    for (int day = 1; day <= 28; ++day)
        for (int hour = 0; hour < 24; ++hour)
            text += "2021-02-" + std::string(day < 10 ? "0" : "") + std::to_string(day) + "T" + (hour < 10 ? "0" : "") +
                    std::to_string(hour) + ":00Z," + (hour == 12 ? "" : "5") + "\n";
    const auto report = import(text, filling("previous")).report;
    EXPECT_EQ(report.filled, 28u);
    ASSERT_EQ(report.findings.size(), 21u);
    EXPECT_TRUE(contains(report.findings[20], "and 8 more gaps, filled (previous)"));
}

TEST_F(ImportTrace, AFileThatIsNotThereIsRefused) {
    EXPECT_TRUE(
        contains(message_of<DataError>([&] { import_trace(folder_.path() / "none.csv", stated()); }), "No such file"));
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
// Made-up files: one for each layout, one for each defect.
#include "carbon/import_forecast.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;
using Values = std::vector<double>;

class ImportForecast : public ::testing::Test {
  protected:
    ImportedForecast import(std::string_view text, const ForecastImportOptions& options = {},
                            const std::string& name = "forecast.csv") const {
        return import_forecast(folder_.write(name, text), options);
    }
    std::string refusal(std::string_view text, const ForecastImportOptions& options = {}) const {
        return message_of<DataError>([&] { import(text, options); });
    }
    test::TemporaryFolder folder_;
};

/// As CarbonCast publishes them, with two issues of three leads.
const std::string carboncast =
    ",UTC time,actual_carbon_intensity_lifecycle,forecasted_carbon_intensity_lifecycle\n"
    "0,2021-07-01 00:00:00,100.0,110.5\n"
    "1,2021-07-01 01:00:00,,111.0\n"
    "2,2021-07-01 02:00:00,102.0,112.0\n"
    "3,2021-07-01 01:00:00,101.0,120.0\n"
    "4,2021-07-01 02:00:00,102.0,121.0\n"
    "5,2021-07-01 03:00:00,103.0,122.0\n";

/// Issue and lead in columns of their own, two scopes, nothing said of the signal.
const std::string issue_and_lead =
    "issue_utc,lead_h,forecast_direct,forecast_lifecycle\n"
    "2021-07-01T00:00Z,0,10,20\n2021-07-01T00:00Z,1,11,21\n"
    "2021-07-02T00:00Z,0,12,22\n2021-07-02T00:00Z,1,13,23\n"
    "2021-07-04T00:00Z,0,14,24\n2021-07-04T00:00Z,1,15,25\n"
    "2021-07-05T00:00Z,0,16,26\n2021-07-05T00:00Z,1,17,27\n";

ForecastImportOptions stated(const std::string& scope = "life_cycle") {
    ForecastImportOptions options;
    options.signal = "average";
    options.scope = scope;
    return options;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

// ---- layouts ----

TEST_F(ImportForecast, BlocksOfCarbonCast) {
    const auto [forecast, report] = import(carboncast);
    EXPECT_EQ(forecast.name, "forecast");
    EXPECT_EQ(forecast.source, "forecast.csv, column 'forecasted_carbon_intensity_lifecycle' (carboncast csv)");
    EXPECT_EQ(forecast.signal, Signal::average);
    EXPECT_EQ(forecast.scope, Scope::life_cycle);
    EXPECT_EQ(forecast.step_s, 3600);
    EXPECT_EQ(forecast.first_lead_s, 0);
    EXPECT_EQ(forecast.leads, 3u);
    EXPECT_EQ(forecast.issues, (std::vector<UtcTime>{utc_from_civil(2021, 7, 1), utc_from_civil(2021, 7, 1, 1)}));
    EXPECT_EQ(forecast.values, (Values{110.5, 111, 112, 120, 121, 122}));
    EXPECT_EQ(report.format, "carboncast");
    EXPECT_EQ(report.rows, 6u);
    EXPECT_EQ(report.spacing_s, 3600);
    EXPECT_EQ(report.gaps, 0u);
    EXPECT_EQ(report.actual_column, "actual_carbon_intensity_lifecycle");
    ASSERT_EQ(report.actuals.size(), 6u);
    EXPECT_TRUE(std::isnan(report.actuals[1]));
    EXPECT_EQ(report.actuals[5], 103);
}

TEST_F(ImportForecast, GzipIsReadAlike) {
    const auto file = folder_.write_gzip("x.csv.gz", carboncast);
    EXPECT_EQ(import_forecast(file, {}).forecast.checksum(), import(carboncast).forecast.checksum());
}

// The header of CarbonCast's later files; their scope stands in the file's name only.
TEST_F(ImportForecast, BlocksOfCarbonCastWithDatetimes) {
    const char* text =
        "datetime,carbon_intensity_actual,avg_carbon_intensity_forecast\n"
        "2022-07-01T00:00:00.000000000,184.78,183.34281\n2022-07-01T01:00:00.000000000,0,184\n"
        "2022-07-01T01:00:00.000000000,190,191\n2022-07-01T02:00:00.000000000,191,192\n";
    const auto [forecast, report] = import(text, {}, "CISO_direct_96hr_CI_forecasts_2022.csv");
    EXPECT_EQ(forecast.scope, Scope::direct);
    EXPECT_EQ(forecast.values, (Values{183.34281, 184, 191, 192}));
    EXPECT_EQ(report.actuals, (Values{184.78, 0, 190, 191}));
    EXPECT_TRUE(contains(refusal(text), "does not say its scope; say --scope direct or life_cycle"));
}

TEST_F(ImportForecast, IssueAndLeadInColumns) {
    const auto [forecast, report] = import(issue_and_lead, stated());
    EXPECT_EQ(forecast.values, (Values{20, 21, 22, 23, 24, 25, 26, 27}));
    EXPECT_EQ(forecast.issues.back(), utc_from_civil(2021, 7, 5));
    EXPECT_EQ(report.format, "issue-and-lead");
    EXPECT_EQ(report.spacing_s, 86400);
    EXPECT_EQ(report.gaps, 1u);
    EXPECT_EQ(report.actual_column, "");
    EXPECT_TRUE(report.actuals.empty());
    EXPECT_EQ(import(issue_and_lead, stated("direct")).forecast.values[7], 17);
    ForecastImportOptions column = stated("");
    column.column = "forecast_direct";
    EXPECT_EQ(import(issue_and_lead, column).forecast.scope, Scope::direct);
}

TEST_F(ImportForecast, LeadsMayBeginWithTheNextStepAndHaveOtherUnits) {
    const auto minutes =
        import("issued,lead_min,forecast\n2021-07-01T00:00Z,30,1\n2021-07-01T00:00Z,60,2\n", stated()).forecast;
    EXPECT_EQ(minutes.first_lead_s, 1800);
    EXPECT_EQ(minutes.step_s, 1800);
    EXPECT_EQ(minutes.leads, 2u);
    EXPECT_EQ(minutes.issues.size(), 1u);
    const auto seconds = import("issue,lead_s,forecast\n2021-07-01T00:00Z,0,1\n2021-07-01T00:00Z,300,2\n", stated());
    EXPECT_EQ(seconds.forecast.step_s, 300);
    EXPECT_EQ(seconds.report.spacing_s, 0);
}

// Issues that overlap by nothing are told apart, since the first two did overlap.
TEST_F(ImportForecast, IssuesMayLeaveLongGaps) {
    const std::string later = replaced(replaced(replaced(carboncast, "3,2021-07-01 01", "3,2021-07-01 02"),
                                                "4,2021-07-01 02", "4,2021-07-01 03"),
                                       "5,2021-07-01 03", "5,2021-07-01 04") +
                              "6,2021-07-01 05:00:00,1,1\n7,2021-07-01 06:00:00,1,1\n8,2021-07-01 07:00:00,1,1\n";
    const auto [forecast, report] = import(later);
    EXPECT_EQ(forecast.issues.size(), 3u);
    EXPECT_EQ(forecast.issues.back(), utc_from_civil(2021, 7, 1, 5));
}

TEST_F(ImportForecast, PoundsAreConverted) {
    ForecastImportOptions options = stated();
    options.unit = "lb/MWh";
    EXPECT_DOUBLE_EQ(import(issue_and_lead, options).forecast.values[0], 20 * 0.45359237);
    EXPECT_TRUE(contains(refusal(carboncast, options), "--unit lb/MWh contradicts the format"));
}

// ---- defects ----

TEST_F(ImportForecast, AMissingLead) {
    EXPECT_TRUE(
        contains(refusal(replaced(carboncast, "4,2021-07-01 02:00:00,102.0,121.0\n", "")),
                 "forecast.csv:6: 2021-07-01T03:00:00Z where lead 3600 s of the issue of 2021-07-01T01:00:00Z, "
                 "2021-07-01T02:00:00Z, belongs; every issue must have the 3 leads of the first, 3600 s apart"));
    EXPECT_TRUE(contains(refusal(replaced(carboncast, "5,2021-07-01 03:00:00,103.0,122.0\n", "")),
                         "forecast.csv:6: the file ends after 2 leads of the issue of 2021-07-01T01:00:00Z"));
    EXPECT_TRUE(contains(refusal(replaced(issue_and_lead, "2021-07-02T00:00Z,1,13,23\n", ""), stated()),
                         "forecast.csv:5: 2021-07-04T00:00:00Z where lead 3600 s of the issue of 2021-07-02"));
    // In the first issue it is the others that are too long.
    EXPECT_TRUE(contains(refusal(replaced(carboncast, "2,2021-07-01 02:00:00,102.0,112.0\n", "")),
                         "every issue must have the 2 leads of the first"));
}

TEST_F(ImportForecast, ALeadTwiceOrOutOfOrder) {
    const std::string row = "2021-07-02T00:00Z,1,13,23\n";
    EXPECT_TRUE(contains(refusal(replaced(issue_and_lead, row, row + row), stated()),
                         "forecast.csv:6: 2021-07-02T01:00:00Z where lead 0 s of the issue of 2021-07-02T00:00:00Z"));
    EXPECT_TRUE(contains(refusal(replaced(issue_and_lead, "Z,1,11", "Z,0,11"), stated()),
                         "forecast.csv:3: lead 0 s after 0 s; leads must rise"));
    EXPECT_TRUE(contains(refusal(replaced(carboncast, "4,2021-07-01 02", "4,2021-07-01 00"), {}), "forecast.csv:6: "));
}

TEST_F(ImportForecast, AnIssueTwiceOrGoingBack) {
    const std::string again = replaced(
        replaced(replaced(carboncast, "3,2021-07-01 01", "3,2021-07-01 00"), "4,2021-07-01 02", "4,2021-07-01 01"),
        "5,2021-07-01 03", "5,2021-07-01 02");
    EXPECT_TRUE(contains(refusal(again),
                         "forecast.csv:5: the issue of 2021-07-01T00:00:00Z is there twice; issues must "
                         "be in order of time"));
    const std::string back = replaced(
        replaced(replaced(carboncast, "3,2021-07-01 01", "3,2021-06-30 01"), "4,2021-07-01 02", "4,2021-06-30 02"),
        "5,2021-07-01 03", "5,2021-06-30 03");
    EXPECT_TRUE(
        contains(refusal(back), "forecast.csv:5: an issue of 2021-06-30T01:00:00Z after one of 2021-07-01T00:00:00Z"));
}

TEST_F(ImportForecast, LeadsThatBeginLate) {
    EXPECT_TRUE(contains(refusal("issue,lead_h,forecast\n2021-07-01T00:00Z,2,1\n2021-07-01T00:00Z,3,2\n", stated()),
                         "forecast.csv:2: the first lead is 7200 s (allowed: 0 s or one step, which is 3600 s)"));
}

TEST_F(ImportForecast, LeadsThatAreNone) {
    for (const std::string lead : {"", "x", "-1", "0.0001", "nan", "1e9"})
        EXPECT_TRUE(contains(refusal(replaced(issue_and_lead, "Z,1,11", "Z," + lead + ",11"), stated()),
                             "forecast.csv:3: column 'lead_h': '" + lead + "' is no lead"));
    EXPECT_TRUE(contains(refusal(replaced(issue_and_lead, "lead_h", "lead"), stated()),
                         "column 'lead' does not say its unit (allowed: lead_h, lead_min, lead_s)"));
}

TEST_F(ImportForecast, ASingleLead) {
    EXPECT_TRUE(contains(refusal("issue,lead_h,forecast\n2021-07-01T00:00Z,0,1\n2021-07-02T00:00Z,0,2\n", stated()),
                         "forecast.csv:2: the first issue has 1 lead(s)"));
}

TEST_F(ImportForecast, ATimeSeries) {
    EXPECT_TRUE(contains(refusal("utc,forecast\n2021-07-01T00:00,1\n2021-07-01T01:00,2\n", stated()),
                         "forecast.csv: times never go back"));
}

TEST_F(ImportForecast, NoRows) {
    EXPECT_TRUE(contains(refusal("issue,lead_h,forecast\n", stated()), "forecast.csv: no rows of data"));
}

TEST_F(ImportForecast, ValuesThatAreMissingZeroNegativeOrNoNumbers) {
    const auto with = [](const std::string& value) { return replaced(carboncast, ",121.0", "," + value); };
    EXPECT_TRUE(
        contains(refusal(with("")), "forecast.csv:6: column 'forecasted_carbon_intensity_lifecycle': no value"));
    EXPECT_TRUE(contains(refusal(with("NaN")), "forecast.csv:6: "));
    EXPECT_TRUE(contains(refusal(with("-1")),
                         "forecast.csv:6: column 'forecasted_carbon_intensity_lifecycle': '-1' is "
                         "negative"));
    for (const std::string value : {"inf", "x", "1e999"})
        EXPECT_TRUE(contains(refusal(with(value)), "'" + value + "' is no number"));
    EXPECT_TRUE(contains(refusal(with("0.0")),
                         "forecast.csv:6: column 'forecasted_carbon_intensity_lifecycle': 0 counts "
                         "as a missing value (say --zero-is-value"));
    ForecastImportOptions options;
    options.zero_is_missing = false;
    EXPECT_EQ(import(with("0.0"), options).forecast.values[4], 0.0);
    EXPECT_TRUE(contains(refusal(replaced(carboncast, ",101.0,", ",x,")), "forecast.csv:5: column 'actual_"));
}

TEST_F(ImportForecast, WrongColumns) {
    EXPECT_TRUE(contains(refusal("utc,intensity\n2021-07-01T00:00,1\n", stated()),
                         "no column with 'forecast' in its name; say which one it is with --column"));
    EXPECT_TRUE(contains(refusal("issue,forecast\n2021-07-01T00:00,1\n", stated()),
                         "has a column 'issue...' but none 'lead...'"));
    EXPECT_TRUE(contains(refusal("utc,lead_h,forecast\n2021-07-01T00:00,1,1\n", stated()),
                         "has a column 'lead...' but none 'issue...'"));
    ForecastImportOptions options = stated("");
    EXPECT_TRUE(contains(refusal(issue_and_lead, options),
                         "2 columns have values: 'forecast_direct', 'forecast_lifecycle'; choose one with --scope or "
                         "--column"));
    options.column = "lead_h";
    EXPECT_TRUE(contains(refusal(issue_and_lead, options), "column 'lead_h' is no carbon intensity; allowed: "));
    options.column = "forecast";
    EXPECT_TRUE(contains(refusal(issue_and_lead, options), "'forecast'"));
    EXPECT_TRUE(contains(refusal(carboncast, stated("direct")), "no column with 'direct' and 'forecast' in its name"));
    EXPECT_TRUE(contains(refusal("2021-07-01T00:00Z,5\n"), "it must name the columns"));
}

TEST_F(ImportForecast, WhatNobodySaidOrTheFileContradicts) {
    ForecastImportOptions options = stated();
    options.signal = "";
    EXPECT_TRUE(
        contains(refusal(issue_and_lead, options), "does not say its signal; say --signal average or marginal"));
    options.signal = "marginal";
    EXPECT_TRUE(contains(refusal(carboncast, options), "--signal marginal contradicts the file, which says average"));
    const char* naive =
        "time,forecast\n2021-07-01T00:00,1\n2021-07-01T01:00,2\n2021-07-01T01:00,3\n2021-07-01T02:00,4\n";
    EXPECT_TRUE(contains(refusal(naive, stated()), "forecast.csv:2: time '2021-07-01T00:00' has no zone"));
    options = stated();
    options.utc = true;
    EXPECT_EQ(import(naive, options).forecast.values, (Values{1, 2, 3, 4}));
    EXPECT_EQ(import(naive, options).report.format, "blocks");
    EXPECT_TRUE(contains(refusal(replaced(naive, "2021-07-01T02:00", "noon"), options), "'noon' is no time"));
}

TEST_F(ImportForecast, OptionsThatMeanNothing) {
    const auto refused = [&](auto member) {
        ForecastImportOptions options;
        options.*member = "x";
        return message_of<UsageError>([&] { import(carboncast, options); });
    };
    EXPECT_TRUE(contains(refused(&ForecastImportOptions::signal), "--signal 'x' (allowed: average, marginal)"));
    EXPECT_TRUE(contains(refused(&ForecastImportOptions::scope), "--scope 'x'"));
    EXPECT_TRUE(contains(refused(&ForecastImportOptions::unit), "--unit 'x'"));
}

}  // namespace
}  // namespace cenas

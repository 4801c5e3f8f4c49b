// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
// Files as their publishers write them. Facts were counted with pandas. Skipped where the data is absent.
#include <gtest/gtest.h>

#include <numeric>

#include "base/csv.hpp"
#include "base/error.hpp"
#include "carbon/import_forecast.hpp"
#include "carbon/import_trace.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;

class PublishedTraces : public ::testing::Test {
  protected:
    void SetUp() override {
        folder_ = test::shared_data() / "carbon";
        if (!std::filesystem::exists(folder_)) GTEST_SKIP() << folder_ << " is absent: set CENAS_SHARED_DATA";
    }
    ImportedTrace import(const std::string& file, const TraceImportOptions& options) const {
        return import_trace(folder_ / file, options);
    }
    std::string refusal(const std::string& file, const TraceImportOptions& options) const {
        return message_of<DataError>([&] { import(file, options); });
    }
    /// The block of rows 15074 to 15169 dated one day later, as it should be.
    std::filesystem::path mended(const std::filesystem::path& file) const {
        const Csv csv = read_csv(file);
        std::string text = "," + csv.header[1] + "," + csv.header[2] + "," + csv.header[3] + "\n";
        for (std::size_t row = 0; row < csv.rows.size(); ++row) {
            const auto& fields = csv.rows[row];
            const bool late = csv.line[row] >= 15074 && csv.line[row] < 15074 + 96;
            const UtcTime time{parse_utc(fields[1])->seconds + (late ? 86400 : 0)};
            text += "," + to_string(time) + "," + fields[2] + "," + fields[3] + "\n";
        }
        return temporary_.write("mended.csv", text);
    }
    std::filesystem::path folder_;
    test::TemporaryFolder temporary_;
};

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TraceImportOptions stated(const std::string& signal, const std::string& scope) {
    TraceImportOptions options;
    options.signal = signal;
    options.scope = scope;
    return options;
}

TraceImportOptions filling(TraceImportOptions options, const std::string& how, int longest) {
    options.fill = how;
    options.longest_fill = longest;
    return options;
}

constexpr const char* academic = "electricitymaps_academic_US-CAL-CISO_2020_2022.csv.gz";

TEST_F(PublishedTraces, TheTraceOfCeNas) {
    const auto [trace, report] = import(academic, filling({}, "linear", 7));
    EXPECT_EQ(report.format, "electricity-maps");
    EXPECT_EQ(report.rows, 26304u);
    EXPECT_EQ(report.missing_values, 7u);
    EXPECT_EQ(report.missing_steps, 0u);
    EXPECT_EQ(report.filled, 7u);
    const std::size_t start = index_at(trace, utc_from_civil(2021, 7, 2, 6));
    EXPECT_EQ(start, 13158u);
    EXPECT_EQ(trace.values[start + 1], 340.93);
    const Trace run = window_of(trace, utc_from_civil(2021, 7, 2, 6), 80 * 3600);
    ASSERT_EQ(run.values.size(), 80u);
    const double hours_1_to_79 = std::accumulate(run.values.begin() + 1, run.values.end(), 0.0);
    EXPECT_NEAR(8.0 * hours_1_to_79 / 1000.0, 192.06, 0.005);  // kg of 8 GPUs at 1 kW
    EXPECT_NEAR(7.0 * run.values[1], 2386.51, 1e-9);           // g of 7 GPUs in hour 1
}

TEST_F(PublishedTraces, TheTraceOfCeNasIsNotFilledUnasked) {
    const auto message = refusal(academic, {});
    EXPECT_TRUE(contains(message, "csv.gz:11090: no value for 7 step(s) from 2021-04-07T00:00:00Z"));
    EXPECT_TRUE(contains(refusal(academic, filling({}, "linear", 6)), "more than --longest-fill 6"));
}

TEST_F(PublishedTraces, ElectricityMapsYears) {
    const auto germany = import("as_published/DE-LU_2022_hourly.csv.gz", stated("", "life_cycle"));
    EXPECT_EQ(germany.report.rows, 8760u);
    EXPECT_EQ(germany.report.estimated, 0u);
    EXPECT_EQ(germany.trace.values.front(), 213.79);
    EXPECT_EQ(germany.trace.values.back(), 205.91);
    const auto california = import("as_published/US-CAL-CISO_2021_hourly.csv.gz", stated("", "direct"));
    EXPECT_EQ(california.trace.values.front(), 238.71);
    EXPECT_EQ(california.report.estimated, 5u);
    EXPECT_EQ(to_string(california.trace.end()), "2022-01-01T00:00:00Z");
    EXPECT_TRUE(contains(refusal("as_published/DE-LU_2022_hourly.csv.gz", {}), "--scope direct or --scope life_cycle"));
}

TEST_F(PublishedTraces, CarbonCastActuals) {
    const auto [trace, report] = import("as_published/CISO_direct_emissions.csv.gz", {});
    EXPECT_EQ(report.format, "carboncast");
    EXPECT_EQ(report.rows, 17544u);
    EXPECT_EQ(trace.scope, Scope::direct);
    EXPECT_EQ(trace.values.front(), 242.9);

    TraceImportOptions options = stated("average", "direct");
    options.column = "CISO_direct";
    const auto joined = import("carboncast_hourly_2020_2021.csv.gz", options);
    EXPECT_EQ(joined.trace.values, trace.values);
    EXPECT_EQ(joined.trace.checksum(), trace.checksum());
    options = stated("average", "life_cycle");
    options.column = "CISO_lifecycle";
    EXPECT_NEAR(mean(import("carboncast_hourly_2020_2021.csv.gz", options).trace.values), 272.923, 0.001);
}

TEST_F(PublishedTraces, CarbonCastForecastsAreRefused) {
    const auto message = refusal("as_published/CISO_carbon_forecast_96h_lifecycle_Jul_Dec_2021.csv.gz", {});
    EXPECT_TRUE(contains(message, "csv.gz:98: time 2021-07-02T00:00:00Z after 2021-07-04T23:00:00Z"));
    EXPECT_TRUE(contains(message, "forecast in blocks"));
    TraceImportOptions options = stated("average", "life_cycle");
    options.column = "forecast_lifecycle";
    EXPECT_TRUE(
        contains(refusal("forecast96h/DE_carboncast_forecast96h_2021H2.csv.gz", options), "forecast in blocks"));
}

// Errors by day: zcat F | awk -F, 'NR > 1 { d = int((NR - 2) % 96 / 24); e = $4 > $3 ? $4 - $3 : $3 - $4;
// s[d] += 100 * e / $3; n[d]++ } END { for (d = 0; d < 4; d++) print s[d] / n[d] }'
TEST_F(PublishedTraces, CarbonCastForecastInBlocks) {
    const auto file = folder_ / "as_published/CISO_carbon_forecast_96h_lifecycle_Jul_Dec_2021.csv.gz";
    // The published file dates the issue of 5 December as a second one of the 4th; its actual values are of the 5th.
    EXPECT_TRUE(contains(message_of<DataError>([&] { import_forecast(file, {}); }),
                         "csv.gz:15074: the issue of 2021-12-04T00:00:00Z is there twice"));
    const auto [forecast, report] = import_forecast(mended(file), {});
    EXPECT_EQ(report.format, "carboncast");
    EXPECT_EQ(report.rows, 17376u);
    EXPECT_EQ(report.spacing_s, 86400);
    EXPECT_EQ(report.gaps, 0u);
    EXPECT_EQ(forecast.issues.size(), 181u);
    EXPECT_EQ(forecast.leads, 96u);
    EXPECT_EQ(forecast.issues.front(), utc_from_civil(2021, 7, 1));
    EXPECT_EQ(forecast.issues.back(), utc_from_civil(2021, 12, 28));
    EXPECT_EQ(forecast.values.front(), 253.58);
    const auto errors = errors_by_day(forecast, forecast.values, report.actuals);
    const double expected[] = {6.4465, 14.6603, 19.6643, 21.7950};
    ASSERT_EQ(errors.size(), 4u);
    for (std::size_t day = 0; day < 4; ++day) EXPECT_NEAR(errors[day], expected[day], 5e-5) << day;
}

// The same forecast with issue and lead in columns, the actual values from the trace. The errors of persistence, each
// hour as it was on the day before the issue, by a Python script over the csv files.
TEST_F(PublishedTraces, CarbonCastForecastByIssueAndLead) {
    ForecastImportOptions options;
    options.signal = "average";
    options.scope = "life_cycle";
    const auto [forecast, report] =
        import_forecast(folder_ / "forecast96h/CISO_carboncast_forecast96h_2021H2.csv.gz", options);
    EXPECT_EQ(report.format, "issue-and-lead");
    EXPECT_EQ(report.actual_column, "");
    const auto blocks =
        import_forecast(mended(folder_ / "as_published/CISO_carbon_forecast_96h_lifecycle_Jul_Dec_2021.csv.gz"), {});
    EXPECT_EQ(forecast.checksum(), blocks.forecast.checksum());

    TraceImportOptions trace_options = stated("average", "life_cycle");
    trace_options.column = "CISO_lifecycle";
    const Trace trace = import("carboncast_hourly_2020_2021.csv.gz", trace_options).trace;
    EXPECT_NO_THROW(require_alike(forecast, trace));
    const auto actuals = actuals_of(forecast, trace);
    const auto told = errors_by_day(forecast, forecast.values, actuals);
    const auto persistence = errors_by_day(forecast, persistence_of(forecast, trace), actuals);
    const double of_forecast[] = {6.4465, 14.6603, 19.6643, 21.7950},
                 of_persistence[] = {9.5200, 12.9036, 14.6052, 15.9119};
    for (std::size_t day = 0; day < 4; ++day) {
        EXPECT_NEAR(told[day], of_forecast[day], 5e-5) << day;
        EXPECT_NEAR(persistence[day], of_persistence[day], 5e-5) << day;
    }
}

TEST_F(PublishedTraces, GreatBritainHalfHourly) {
    const char* file = "as_published/neso_2023_national_intensity.csv.gz";
    EXPECT_TRUE(contains(refusal(file, {}), "91 step(s) have no row and 10 row(s) have no value (5 of them 0"));
    const auto [trace, report] = import(file, filling({}, "previous", 91));
    EXPECT_EQ(report.format, "gb");
    EXPECT_EQ(report.rows, 17430u);
    EXPECT_EQ(report.zeros, 5u);
    EXPECT_EQ(report.filled, 101u);
    EXPECT_EQ(trace.step_s, 1800);
    EXPECT_EQ(trace.values.size(), 17521u);
    EXPECT_EQ(std::accumulate(trace.estimated.begin(), trace.estimated.end(), 0), 101);
}

TEST_F(PublishedTraces, GermanyQuarterHourlyHasTwoGaps) {
    const char* file = "as_published/vessim_carbon_intensity_DE_15min.csv.gz";
    TraceImportOptions options = stated("average", "life_cycle");
    EXPECT_TRUE(contains(refusal(file, options), "say --utc"));
    options.utc = true;
    EXPECT_TRUE(contains(refusal(file, options), "csv.gz:35135: no value for 1 step(s) from 2020-12-19T23:15:00Z"));
    const auto [trace, report] = import(file, filling(options, "linear", 1));
    EXPECT_EQ(trace.step_s, 900);
    EXPECT_EQ(report.missing_steps, 2u);
    EXPECT_EQ(trace.values.size(), 37149u);
}

TEST_F(PublishedTraces, GreatBritainOfLetsWaitAwhileChangesItsStep) {
    TraceImportOptions options = stated("average", "life_cycle");
    options.utc = true;
    const auto message = refusal("as_published/letswaitawhile_gb_ci.csv.gz", options);
    EXPECT_TRUE(contains(message, "15171 step(s) have no row"));
    EXPECT_TRUE(contains(message, "csv.gz:15171: the step of 900 s is first met here and rare"));
}

TEST_F(PublishedTraces, WattTimeFiveMinutes) {
    TraceImportOptions options = stated("marginal", "direct");
    options.utc = true;
    const auto [trace, report] = import("as_published/vessim_watttime_example_caiso_north_5min.csv.gz", options);
    EXPECT_EQ(report.rows, 8928u);
    EXPECT_EQ(trace.step_s, 300);
    EXPECT_EQ(trace.signal, Signal::marginal);
    EXPECT_EQ(trace.values.front(), 425.01605069);
}

TEST_F(PublishedTraces, EiaMixHasEmptyValues) {
    TraceImportOptions options = stated("average", "direct");
    options.column = "avg_CI";
    EXPECT_TRUE(contains(refusal("as_published/CISO_NG_avgCI.csv.gz", options), "3 row(s) have no value"));
    EXPECT_EQ(import("as_published/CISO_NG_avgCI.csv.gz", filling(options, "linear", 3)).report.filled, 3u);
    EXPECT_EQ(import("as_published/PJM_NG_avgCI.csv.gz", filling(options, "linear", 22)).report.filled, 23u);
}

TEST_F(PublishedTraces, LocalTimesAreRefused) {
    TraceImportOptions options = stated("average", "direct");
    options.column = "gCO2_per_kWh";
    const char* file = "CAISO_5min_2021_local.csv.gz";
    EXPECT_TRUE(contains(refusal(file, options), "csv.gz:2: time '2021-01-01T00:00' has no zone"));
    options.utc = true;
    const auto message = refusal(file, options);
    EXPECT_TRUE(contains(message, "csv.gz:20762: no value for 12 step(s) from 2021-03-14T02:00:00Z"));
    EXPECT_TRUE(contains(message, "daylight-saving time"));
}

}  // namespace
}  // namespace cenas

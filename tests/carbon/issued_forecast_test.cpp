// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/issued_forecast.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;
using Values = std::vector<double>;

constexpr std::int64_t hour = 3600;
constexpr std::int64_t begin_s = 1'625'205'600;  // 2021-07-02T06:00:00Z

UtcTime after(std::int64_t hours) { return {begin_s + hours * hour}; }

Values told(const IssuedForecast& forecast, std::int64_t hours) {
    const auto ahead = told_ahead(forecast, after(hours));
    return {ahead.begin(), ahead.end()};
}

/// Three issues of four leads: at hours 0, 2 and 8. Every value names its issue and the hour it is for.
IssuedForecast small_forecast() {
    IssuedForecast forecast;
    forecast.name = "four";
    forecast.leads = 4;
    forecast.issues = {after(0), after(2), after(8)};
    forecast.values = {100, 101, 102, 103, 202, 203, 204, 205, 808, 809, 810, 811};
    return forecast;
}

Trace trace_of(Values values) {
    Trace trace;
    trace.name = "test";
    trace.start = after(0);
    trace.estimated.assign(values.size(), 0);
    trace.values = std::move(values);
    return trace;
}

TEST(ToldAhead, IsTheRestOfTheNewestIssue) {
    const IssuedForecast forecast = small_forecast();
    EXPECT_EQ(told(forecast, 0), (Values{101, 102, 103}));
    EXPECT_EQ(told(forecast, 1), (Values{102, 103}));
    EXPECT_EQ(told(forecast, 2), (Values{203, 204, 205}));
    EXPECT_EQ(told(forecast, 5), Values());
    EXPECT_EQ(told(forecast, 7), Values());
    EXPECT_EQ(told(forecast, 8), (Values{809, 810, 811}));
    EXPECT_EQ(told(forecast, 100), Values());
}

TEST(ToldAhead, IsNothingBeforeTheFirstIssue) { EXPECT_EQ(told(small_forecast(), -1), Values()); }

TEST(ToldAhead, AFirstLeadOfOneStepIsTheNextStep) {
    IssuedForecast forecast = small_forecast();
    forecast.first_lead_s = forecast.step_s;
    EXPECT_EQ(told(forecast, 0), (Values{100, 101, 102, 103}));
    EXPECT_EQ(told(forecast, 1), (Values{101, 102, 103}));
    EXPECT_EQ(told(forecast, 6), Values());
    EXPECT_EQ(forecast.end_of(after(0)), after(5));
}

// Whatever is issued later, with whatever values, nothing told before it changes.
TEST(ToldAhead, NoLaterIssueIsSeen) {
    const IssuedForecast forecast = small_forecast();
    for (std::int64_t now = -1; now < 12; ++now) {
        IssuedForecast altered = forecast;
        std::size_t known = 0;
        while (known < 3 && forecast.issues[known] <= after(now)) ++known;
        for (std::size_t i = 4 * known; i < altered.values.size(); ++i) altered.values[i] += 1000;
        EXPECT_EQ(told(forecast, now), told(altered, now)) << now;
        altered.issues.resize(known);
        altered.values.resize(4 * known);
        EXPECT_EQ(told(forecast, now), told(altered, now)) << now;
    }
}

TEST(RequireAlike, StepSignalScopeAndStepsMustBeTheTraces) {
    const Trace trace = trace_of(Values(12, 1));
    EXPECT_NO_THROW(require_alike(small_forecast(), trace));
    const auto refusal = [&](const auto& change) {
        IssuedForecast forecast = small_forecast();
        change(forecast);
        return message_of<DataError>([&] { require_alike(forecast, trace); });
    };
    EXPECT_EQ(
        refusal([](IssuedForecast& f) { f.step_s = 1800; }),
        "forecast 'four' is average life_cycle in steps of 1800 s, but trace 'test' is average life_cycle in steps "
        "of 3600 s: all three must be equal");
    EXPECT_TRUE(contains(refusal([](IssuedForecast& f) { f.signal = Signal::marginal; }),
                         "forecast 'four' is marginal life_cycle"));
    EXPECT_TRUE(
        contains(refusal([](IssuedForecast& f) { f.scope = Scope::direct; }), "forecast 'four' is average direct"));
    EXPECT_EQ(refusal([](IssuedForecast& f) { f.issues[1].seconds += 60; }),
              "forecast 'four' has an issue of 2021-07-02T08:01:00Z, which is on no step of trace 'test' (3600 s from "
              "2021-07-02T06:00:00Z)");
}

TEST(RequireCovers, EveryStepHasAnIssueThatHasNotEnded) {
    const IssuedForecast forecast = small_forecast();
    EXPECT_NO_THROW(require_covers(forecast, trace_of(Values(6, 1))));
    const auto refusal = [&](std::int64_t from, std::size_t hours) {
        Trace window = trace_of(Values(hours, 1));
        window.start = after(from);
        return message_of<DataError>([&] { require_covers(forecast, window); });
    };
    EXPECT_EQ(refusal(0, 7),
              "forecast 'four' does not cover the run on trace 'test' from 2021-07-02T06:00:00Z to "
              "2021-07-02T13:00:00Z: at 2021-07-02T12:00:00Z the newest issue by then is of 2021-07-02T08:00:00Z and "
              "ends at 2021-07-02T12:00:00Z");
    EXPECT_TRUE(contains(refusal(-1, 3), "at 2021-07-02T05:00:00Z its first issue is of 2021-07-02T06:00:00Z"));
    EXPECT_TRUE(contains(refusal(8, 5), "at 2021-07-02T18:00:00Z the newest issue by then is of 2021-07-02T14:00:00Z"));
}

TEST(ForecastErrors, ActualsAreTheTraceAtEveryLead) {
    const auto actuals = actuals_of(small_forecast(), trace_of({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    EXPECT_EQ(Values(actuals.begin(), actuals.begin() + 10), (Values{0, 1, 2, 3, 2, 3, 4, 5, 8, 9}));
    EXPECT_TRUE(std::isnan(actuals[10]) && std::isnan(actuals[11]));
}

// A "day" of 8 h steps has three: what is told at an issue are the three steps before it, again and again.
TEST(ForecastErrors, PersistenceKnowsTheTraceUpToTheIssue) {
    IssuedForecast forecast = small_forecast();
    forecast.step_s = 8 * hour;
    forecast.issues = {after(0), after(4 * 8)};
    forecast.values.resize(8);
    Trace trace = trace_of({10, 11, 12, 20, 21, 22, 30, 31, 32});
    trace.step_s = 8 * hour;
    auto told = persistence_of(forecast, trace);
    ASSERT_EQ(told.size(), 8u);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(std::isnan(told[i])) << i;  // nothing is before the trace
    EXPECT_EQ(Values(told.begin() + 4, told.end()), (Values{11, 12, 20, 11}));
    forecast.first_lead_s = forecast.step_s;
    told = persistence_of(forecast, trace);
    EXPECT_EQ(Values(told.begin() + 4, told.end()), (Values{12, 20, 21, 12}));
}

// By hand: day 1 has |110 - 100|/100 and |90 - 120|/120 (the third actual is unknown), day 2 |150 - 200|/200 (the
// actual of 0 is left out).
TEST(ForecastErrors, AreMeansByTheDayOfTheLead) {
    IssuedForecast forecast = small_forecast();
    forecast.step_s = 12 * hour;
    forecast.leads = 3;
    forecast.issues = {after(0), after(24)};
    const Values told = {110, 90, 150, 5, 7, 9};
    const double unknown = std::nan("");
    auto errors = errors_by_day(forecast, told, Values{100, 120, 200, unknown, 7, 0});
    ASSERT_EQ(errors.size(), 2u);
    EXPECT_NEAR(errors[0], (10 + 25 + 0) / 3.0, 1e-12);
    EXPECT_NEAR(errors[1], 25, 1e-12);
    errors = errors_by_day(forecast, told, Values(6, unknown));
    EXPECT_TRUE(std::isnan(errors[0]) && std::isnan(errors[1]));
}

TEST(IssuedForecast, EveryPartEntersTheChecksum) {
    const std::string checksum = small_forecast().checksum();
    EXPECT_EQ(small_forecast().checksum(), checksum);
    const auto of = [](const auto& change) {
        IssuedForecast forecast = small_forecast();
        change(forecast);
        return forecast.checksum();
    };
    EXPECT_NE(of([](IssuedForecast& f) { f.signal = Signal::marginal; }), checksum);
    EXPECT_NE(of([](IssuedForecast& f) { f.scope = Scope::direct; }), checksum);
    EXPECT_NE(of([](IssuedForecast& f) { f.step_s = 1800; }), checksum);
    EXPECT_NE(of([](IssuedForecast& f) { f.first_lead_s = 3600; }), checksum);
    EXPECT_NE(of([](IssuedForecast& f) { f.issues[2].seconds += 1; }), checksum);
    EXPECT_NE(of([](IssuedForecast& f) { f.values[11] += 1; }), checksum);
    EXPECT_EQ(of([](IssuedForecast& f) { f.name = "other"; }), checksum);
}

}  // namespace
}  // namespace cenas

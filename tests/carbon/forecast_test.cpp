// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/forecast.hpp"

#include <gtest/gtest.h>

namespace cenas {
namespace {

using Values = std::vector<double>;

/// Two "days" of four steps and two steps of the third; every value names its day and step.
const Values run = {10, 11, 12, 13, 20, 21, 22, 23, 30, 31};
constexpr std::size_t day = 4;

TEST(ForecastWindow, PerfectOverTheWholeRunIsTheRun) {
    for (std::size_t now = 0; now < run.size(); ++now)
        EXPECT_EQ(forecast_window({}, run, now, 0, day, Forecast::perfect), run);
}

TEST(ForecastWindow, ABoundedWindowBeginsAtThePresent) {
    EXPECT_EQ(forecast_window({}, run, 2, 3, day, Forecast::perfect), (Values{12, 13, 20}));
    EXPECT_EQ(forecast_window({}, run, 2, 1, day, Forecast::perfect), (Values{12}));
}

TEST(ForecastWindow, ABoundedWindowEndsWithTheRun) {
    EXPECT_EQ(forecast_window({}, run, 8, 5, day, Forecast::perfect), (Values{30, 31}));
    EXPECT_EQ(forecast_window({}, run, 9, 5, day, Forecast::persistence), (Values{31}));
}

TEST(ForecastWindow, NoneEndsAtThePresent) {
    EXPECT_EQ(forecast_window({}, run, 3, 0, day, Forecast::none), (Values{10, 11, 12, 13}));
    EXPECT_EQ(forecast_window({}, run, 3, 6, day, Forecast::none), (Values{13}));
    EXPECT_EQ(forecast_window({}, run, 0, 0, day, Forecast::none), (Values{10}));
}

TEST(ForecastWindow, PersistenceRepeatsTheLastDaySeen) {
    // At step 5 the steps 2, 3 of a day were last seen on day 1, the steps 0, 1 on day 2.
    EXPECT_EQ(forecast_window({}, run, 5, 0, day, Forecast::persistence),
              (Values{10, 11, 12, 13, 20, 21, 12, 13, 20, 21}));
    EXPECT_EQ(forecast_window({}, run, 5, 4, day, Forecast::persistence), (Values{21, 12, 13, 20}));
}

TEST(ForecastWindow, PersistenceTakesThePresentWhereThereIsNoYesterday) {
    EXPECT_EQ(forecast_window({}, run, 0, 6, day, Forecast::persistence), (Values{10, 10, 10, 10, 10, 10}));
    EXPECT_EQ(forecast_window({}, run, 1, 6, day, Forecast::persistence), (Values{11, 11, 11, 10, 11, 11}));
}

TEST(ForecastWindow, PersistenceLooksBackBeforeTheRun) {
    const Values history = {1, 2, 3, 4};
    EXPECT_EQ(forecast_window(history, run, 0, 6, day, Forecast::persistence), (Values{10, 2, 3, 4, 10, 2}));
    EXPECT_EQ(forecast_window(Values{3, 4}, run, 0, 4, day, Forecast::persistence), (Values{10, 10, 3, 4}));
}

TEST(ForecastWindow, StepsOfADayOrMorePersistAsThePresent) {
    EXPECT_EQ(forecast_window({}, run, 3, 3, 1, Forecast::persistence), (Values{13, 13, 13}));
}

TEST(ForecastWindow, FileIsWhatWasToldAndTheRunUpToNow) {
    const Values told = {50, 51, 52, 53, 54, 55, 56, 57, 58};
    EXPECT_EQ(forecast_window({}, run, 2, 3, day, Forecast::file, told), (Values{12, 50, 51}));
    EXPECT_EQ(forecast_window({}, run, 2, 0, day, Forecast::file, told),
              (Values{10, 11, 12, 50, 51, 52, 53, 54, 55, 56}));
    EXPECT_EQ(forecast_window({}, run, 9, 5, day, Forecast::file, told), (Values{31}));
}

TEST(ForecastWindow, BeyondTheEndOfTheFileThereIsPersistence) {
    // At step 5, two steps are told; steps 8, 9 are those of the day's begin, last seen on day 2.
    EXPECT_EQ(forecast_window({}, run, 5, 5, day, Forecast::file, Values{50, 51}), (Values{21, 50, 51, 20, 21}));
    EXPECT_EQ(forecast_window({}, run, 5, 4, day, Forecast::file, {}),
              forecast_window({}, run, 5, 4, day, Forecast::persistence));
    EXPECT_EQ(forecast_window(Values{1, 2, 3, 4}, run, 0, 4, day, Forecast::file, Values{50}), (Values{10, 50, 3, 4}));
}

TEST(ForecastWindow, WhatWasToldMattersUnderFileOnly) {
    const Values told = {50, 51, 52};
    for (const Forecast deaf : {Forecast::perfect, Forecast::persistence, Forecast::none})
        EXPECT_EQ(forecast_window({}, run, 3, 4, day, deaf, told), forecast_window({}, run, 3, 4, day, deaf));
}

TEST(ForecastWindow, ValuesLaterThanNowMatterUnderPerfectOnly) {
    for (std::size_t now = 0; now + 1 < run.size(); ++now) {
        Values altered = run;
        for (std::size_t later = now + 1; later < run.size(); ++later) altered[later] = 1000.0 + run[later];
        for (const std::size_t window : {0, 1, 3, 20}) {
            for (const Forecast blind : {Forecast::persistence, Forecast::file, Forecast::none})
                EXPECT_EQ(forecast_window({}, run, now, window, day, blind, Values{50, 51}),
                          forecast_window({}, altered, now, window, day, blind, Values{50, 51}))
                    << "now " << now << ", window " << window;
            const bool looks_ahead = window != 1;
            EXPECT_EQ(forecast_window({}, run, now, window, day, Forecast::perfect) !=
                          forecast_window({}, altered, now, window, day, Forecast::perfect),
                      looks_ahead);
        }
    }
}

}  // namespace
}  // namespace cenas

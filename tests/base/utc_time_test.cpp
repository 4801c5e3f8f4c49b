// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/utc_time.hpp"

#include <gtest/gtest.h>

namespace cenas {
namespace {

struct Civil {
    int year, month, day, hour;
    std::int64_t seconds;  // Python: datetime(..., tzinfo=timezone.utc).timestamp()
    const char* text;
};

constexpr Civil known[] = {
    {1970, 1, 1, 0, 0, "1970-01-01T00:00:00Z"},           {2021, 7, 2, 6, 1625205600, "2021-07-02T06:00:00Z"},
    {2000, 2, 29, 23, 951865200, "2000-02-29T23:00:00Z"}, {1969, 12, 31, 23, -3600, "1969-12-31T23:00:00Z"},
    {1900, 3, 1, 0, -2203891200, "1900-03-01T00:00:00Z"}, {2100, 2, 28, 0, 4107456000, "2100-02-28T00:00:00Z"}};

TEST(UtcTime, CivilDatesAreTheirSecondsAndBack) {
    for (const Civil& c : known) {
        const UtcTime t = utc_from_civil(c.year, c.month, c.day, c.hour);
        EXPECT_EQ(t.seconds, c.seconds) << c.text;
        EXPECT_EQ(to_string(t), c.text);
        EXPECT_EQ(parse_utc(c.text), t) << c.text;
        EXPECT_EQ(month_of(t), c.month) << c.text;
        EXPECT_EQ(hour_of(t), c.hour) << c.text;
    }
}

TEST(UtcTime, EveryWayToWriteATimeIsRead) {
    const UtcTime t = utc_from_civil(2021, 7, 2, 6, 30);
    for (const char* text : {"2021-07-02T06:30Z", "2021-07-02 06:30", "2021-07-02T06:30:00", "2021-07-02T06:30:00.000Z",
                             "2021-07-02T06:30:00.000000000", "2021-07-02T06:30:00+00:00", "2021-07-02 08:30:00+02:00",
                             "2021-07-01T23:30-07:00", "2021-07-02T12:15:00+05:45"})
        EXPECT_EQ(parse_utc(text), t) << text;
}

TEST(UtcTime, TellsWhetherAZoneWasThere) {
    bool zoned = false;
    ASSERT_TRUE(parse_utc("2021-07-02T06:00Z", &zoned));
    EXPECT_TRUE(zoned);
    ASSERT_TRUE(parse_utc("2021-07-02T06:00", &zoned));
    EXPECT_FALSE(zoned);
    ASSERT_TRUE(parse_utc("2021-07-02T06:00+00:00", &zoned));
    EXPECT_TRUE(zoned);
}

TEST(UtcTime, WhatIsNoTimeIsRefused) {
    for (const char* text : {"",
                             "2021-07-02",
                             "2021-07-02T",
                             "2021-02-29T00:00Z",
                             "2021-13-01T00:00Z",
                             "2021-00-01T00:00Z",
                             "2021-04-31T00:00Z",
                             "2021-07-02T24:00Z",
                             "2021-07-02T06:60Z",
                             "2021-07-02T06:00:60Z",
                             "2021-07-02T6:00Z",
                             "21-07-02T06:00Z",
                             "2021/07/02 06:00",
                             "02.07.2021 06:00",
                             "2021-07-02T06:00:00.5Z",
                             "2021-07-02T06:00:00.Z",
                             "2021-07-02T06:00:00 Z",
                             "2021-07-02T06:00Zx",
                             "2021-07-02T06:00+0200",
                             "2021-07-02T06:00+25:00",
                             "2021-07-02T06:00+",
                             "2021-07-02t06:00z",
                             "1625205600",
                             "2020-10-25 1A:00",
                             " 2021-07-02T06:00Z",
                             "-021-07-02T06:00Z"})
        EXPECT_FALSE(parse_utc(text)) << text;
}

TEST(UtcTime, HoursAndMonthsAreThoseOfUtc) {
    const auto t = parse_utc("2021-01-01T00:30+02:00");
    ASSERT_TRUE(t);
    EXPECT_EQ(month_of(*t), 12);
    EXPECT_EQ(hour_of(*t), 22);
}

}  // namespace
}  // namespace cenas

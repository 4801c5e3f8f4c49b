// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/trace.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;

Trace three_hours() {
    Trace trace;
    trace.name = "CISO";
    trace.start = utc_from_civil(2021, 7, 2, 6);
    trace.values = {340.93, 200.0, 100.5};
    trace.estimated = {0, 1, 0};
    return trace;
}

UtcTime after(const Trace& trace, std::int64_t seconds) { return {trace.start.seconds + seconds}; }

TEST(Trace, ValuesHoldOnHalfOpenSteps) {
    const Trace trace = three_hours();
    EXPECT_EQ(to_string(trace.end()), "2021-07-02T09:00:00Z");
    EXPECT_EQ(index_at(trace, trace.start), 0u);
    EXPECT_EQ(index_at(trace, after(trace, 3599)), 0u);
    EXPECT_EQ(index_at(trace, after(trace, 3600)), 1u);
    EXPECT_EQ(index_at(trace, after(trace, 3 * 3600 - 1)), 2u);
}

TEST(Trace, TimesOutsideAreRefused) {
    const Trace trace = three_hours();
    for (const std::int64_t seconds : {-1, 3 * 3600}) {
        const auto message = message_of<DataError>([&] { index_at(trace, after(trace, seconds)); });
        EXPECT_TRUE(contains(message, "'CISO' covers [2021-07-02T06:00:00Z, 2021-07-02T09:00:00Z)"));
        EXPECT_TRUE(contains(message, to_string(after(trace, seconds))));
    }
}

TEST(Trace, AWindowIsTheStepsThatCoverIt) {
    const Trace trace = three_hours();
    const Trace exact = window_of(trace, after(trace, 3600), 7200);
    EXPECT_EQ(exact.start, after(trace, 3600));
    EXPECT_EQ(exact.values, (std::vector<double>{200.0, 100.5}));
    EXPECT_EQ(exact.estimated, (std::vector<std::uint8_t>{1, 0}));
    EXPECT_EQ(exact.name, "CISO");
    EXPECT_EQ(window_of(trace, trace.start, 3601).values.size(), 2u);
    EXPECT_EQ(window_of(trace, trace.start, 1).values.size(), 1u);
    EXPECT_EQ(window_of(trace, trace.start, 3 * 3600).values, trace.values);
}

TEST(Trace, AWindowThatLeavesTheTraceIsRefusedNeverWrapped) {
    const Trace trace = three_hours();
    const auto late = message_of<DataError>([&] { window_of(trace, after(trace, 3600), 7201); });
    EXPECT_TRUE(contains(late, "trace 'CISO' covers"));
    EXPECT_TRUE(contains(late, "too short for 2.00028 h from 2021-07-02T07:00:00Z: 2 h at most"));
    message_of<DataError>([&] { window_of(trace, after(trace, -3600), 3600); });
    message_of<DataError>([&] { window_of(trace, trace.end(), 3600); });
    message_of<DataError>([&] { window_of(trace, trace.start, std::numeric_limits<std::int64_t>::max()); });
}

TEST(Trace, AWindowThatBeginsWithinAStepIsRefused) {
    const Trace trace = three_hours();
    const auto message = message_of<DataError>([&] { window_of(trace, after(trace, 5400), 600); });
    EXPECT_TRUE(contains(message, "2021-07-02T07:30:00Z is not on a step"));
    EXPECT_TRUE(contains(message, "the nearest before is 2021-07-02T07:00:00Z"));
}

TEST(Trace, AnEmptyWindowIsRefused) {
    const Trace trace = three_hours();
    for (const std::int64_t length : {0, -3600})
        EXPECT_TRUE(contains(message_of<DataError>([&] { window_of(trace, trace.start, length); }), "longer than 0"));
}

TEST(Trace, ChecksumIsOfSignalScopeStartStepAndValues) {
    // Python's hashlib.sha256 of the same bytes (see base/checksum.hpp).
    EXPECT_EQ(three_hours().checksum(), "6fc567d532b69088e128d191ff38ff2fb50103eb9df1e301a9bc3173ae8ba177");
    Trace renamed = three_hours();
    renamed.name = "other";
    renamed.source = "another file";
    EXPECT_EQ(renamed.checksum(), three_hours().checksum());
    Trace changed[5] = {three_hours(), three_hours(), three_hours(), three_hours(), three_hours()};
    changed[0].signal = Signal::marginal;
    changed[1].scope = Scope::direct;
    changed[2].start.seconds += 1;
    changed[3].step_s = 1800;
    changed[4].values[1] += 1e-9;
    for (const Trace& trace : changed) EXPECT_NE(trace.checksum(), three_hours().checksum());
}

TEST(Trace, UnlikeTracesAreNotCompared) {
    Trace direct = three_hours();
    direct.name = "DE";
    direct.scope = Scope::direct;
    Trace marginal = three_hours();
    marginal.name = "CAISO_NORTH";
    marginal.signal = Signal::marginal;

    require_comparable({});
    require_comparable({direct});
    require_comparable({three_hours(), three_hours()});
    const auto scope = message_of<DataError>([&] { require_comparable({three_hours(), three_hours(), direct}); });
    EXPECT_TRUE(contains(scope, "'CISO' is average life_cycle"));
    EXPECT_TRUE(contains(scope, "'DE' is average direct"));
    const auto signal = message_of<DataError>([&] { require_comparable({three_hours(), marginal}); });
    EXPECT_TRUE(contains(signal, "'CAISO_NORTH' is marginal life_cycle"));
}

}  // namespace
}  // namespace cenas

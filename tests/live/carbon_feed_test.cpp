// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/carbon_feed.hpp"

#include <gtest/gtest.h>

#include "base/utc_time.hpp"
#include "io/table_file.hpp"
#include "support/files.hpp"
#include "support/small_problem.hpp"

namespace cenas {
namespace {

constexpr std::int64_t hour_s = 3600;

/// A trace file that somebody else writes, and a search that begins three hours into it.
class CarbonFile : public testing::Test {
  protected:
    void write(std::vector<double> values) {
        const std::string file = folder_.path() / "now.h5";
        Trace trace = trace_of(std::move(values));
        trace.start = begin_;
        write_trace_file(file, trace, true);
    }
    CarbonFeed feed(double stale_h) {
        const std::string file = folder_.path() / "now.h5";
        return file_feed([file] { return read_trace_file(file); }, file, {begin_.seconds + 3 * hour_s},
                         stale_h * hour_s);
    }

    test::TemporaryFolder folder_;
    const UtcTime begin_ = {1'700'000'000 / hour_s * hour_s};
};

TEST_F(CarbonFile, IsReadAgainWhenItHasChanged) {
    write({1, 2, 3, 40});
    const CarbonFeed feed = this->feed(5);
    EXPECT_EQ(feed(0).intensity, 40);
    EXPECT_EQ(feed(1).intensity, 40);  // the last one stands in
    write({1, 2, 3, 40, 50, 60});
    const Reading reading = feed(2);
    EXPECT_EQ(reading.intensity, 60);
    EXPECT_EQ(reading.step, 2);
    EXPECT_EQ(reading.age_s, 0);
}

TEST_F(CarbonFile, StandsInForAMissingValueUntilItIsStale) {
    write({1, 2, 3, 40});
    const CarbonFeed feed = this->feed(1.5);
    EXPECT_EQ(feed(0).age_s, 0);
    EXPECT_GT(feed(1).age_s, 0);
    EXPECT_THROW(feed(5), StaleCarbon);
    write({1, 2, 3, 40, 50, 60, 70, 80, 90});
    EXPECT_EQ(feed(5).intensity, 90);  // what is missing now may be there later
}

TEST_F(CarbonFile, ThatCannotBeReadCountsAsNotChanged) {
    write({1, 2, 3, 40});
    const CarbonFeed feed = this->feed(5);
    EXPECT_EQ(feed(0).intensity, 40);
    folder_.write("now.h5", "half of a file");
    EXPECT_EQ(feed(1).intensity, 40);
    std::filesystem::remove(folder_.path() / "now.h5");
    EXPECT_EQ(feed(1).intensity, 40);
}

TEST_F(CarbonFile, WithoutAValueUpToNowIsStale) { EXPECT_THROW(feed(5)(0), StaleCarbon); }

}  // namespace
}  // namespace cenas

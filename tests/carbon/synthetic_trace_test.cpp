// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/synthetic_trace.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <sstream>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;

/// The climatology as the source tree has it, read without the program's own parser.
struct Region {
    std::map<int, std::vector<double>> mean;  ///< by month
    double phi_day = 0, sd_day = 0, phi_hour = 0, sd_hour = 0, lowest = 0, highest = 0;
    double sd() const { return std::hypot(sd_day, sd_hour); }
};

std::map<std::string, Region> read_source_climatology() {
    std::map<std::string, Region> regions;
    std::ifstream file(std::filesystem::path(CENAS_SOURCE_DIR) / "inputs" / "traces" / "climatology.csv");
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line[0] == '#') continue;
        std::replace(line.begin(), line.end(), ',', ' ');
        std::istringstream in(line);
        std::string name, kind;
        in >> name >> kind;
        Region& r = regions[name];
        if (kind == "residual") {
            in >> r.phi_day >> r.sd_day >> r.phi_hour >> r.sd_hour >> r.lowest >> r.highest;
        } else {
            int month = 0;
            in >> month;
            for (double value; in >> value;) r.mean[month].push_back(value);
        }
    }
    return regions;
}

double normal_density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }
double normal_distribution(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

/// Mean of a normal deviate (mean m, standard deviation s) that is clipped to [a, b].
double clipped_mean(double m, double s, double a, double b) {
    const double low = (a - m) / s, high = (b - m) / s;
    return a * normal_distribution(low) + b * (1 - normal_distribution(high)) +
           m * (normal_distribution(high) - normal_distribution(low)) +
           s * (normal_density(low) - normal_density(high));
}

struct Moments {
    double sum = 0;
    int count = 0;
    double mean() const { return sum / count; }
};

TEST(SyntheticTrace, NineRegionsThreeYearsByTheHour) {
    const auto source = read_source_climatology();
    ASSERT_EQ(source.size(), 9u);
    const auto names = synthetic_regions();
    EXPECT_EQ(names, (std::vector<std::string>{"CISO", "ERCO", "PJM", "ISNE", "BPAT", "FPL", "DE", "NL", "SE"}));
    for (const auto& name : names) {
        const Trace trace = synthetic_trace(name);
        EXPECT_EQ(trace.name, name);
        EXPECT_TRUE(trace.synthetic);
        EXPECT_TRUE(contains(trace.source, "SYNTHETIC"));
        EXPECT_EQ(trace.signal, Signal::average);
        EXPECT_EQ(trace.scope, Scope::life_cycle);
        EXPECT_EQ(to_string(trace.start), "2020-01-01T00:00:00Z");
        EXPECT_EQ(to_string(trace.end()), "2023-01-01T00:00:00Z");
        EXPECT_EQ(trace.step_s, 3600);
        EXPECT_EQ(trace.values.size(), 26304u);
        EXPECT_EQ(trace.estimated, std::vector<std::uint8_t>(26304, 0));
    }
}

TEST(SyntheticTrace, TheSameRegionGivesTheSameValuesEverywhere) {
    EXPECT_EQ(synthetic_trace("DE").values, synthetic_trace("DE").values);
    // Part of the interface: results name these checksums. A change of the generator must be a change of version.
    EXPECT_EQ(synthetic_trace("CISO").checksum(), "10e36f545c1b94ea096065b437364bd85168fce7252ba742d833423443cea68c");
    EXPECT_EQ(synthetic_trace("SE").checksum(), "2e8b13d379bb526e0fb86132dbb97913a6b11b3dd64b44b2752c02abcc5d3b0c");
}

TEST(SyntheticTrace, ValuesAreInTheRegionsRangeAndRounded) {
    for (const auto& [name, region] : read_source_climatology())
        for (const double value : synthetic_trace(name).values) {
            ASSERT_GE(value, region.lowest) << name;
            ASSERT_LE(value, region.highest) << name;
            ASSERT_EQ(value, std::round(value * 100) / 100) << name;
        }
}

TEST(SyntheticTrace, MonthlyMeansByHourAreThoseOfTheClimatology) {
    for (const auto& [name, region] : read_source_climatology()) {
        const Trace trace = synthetic_trace(name);
        std::map<std::pair<int, int>, Moments> by_month_and_hour;
        for (std::size_t i = 0; i < trace.values.size(); ++i) {
            const UtcTime t{trace.start.seconds + 3600 * static_cast<std::int64_t>(i)};
            auto& moments = by_month_and_hour[{month_of(t), hour_of(t)}];
            moments.sum += trace.values[i];
            ++moments.count;
        }
        ASSERT_EQ(by_month_and_hour.size(), 288u);
        for (const auto& [key, moments] : by_month_and_hour) {
            const double mean = region.mean.at(key.first).at(static_cast<std::size_t>(key.second));
            const double expected = clipped_mean(mean, region.sd(), region.lowest, region.highest);
            // Standard error of the mean of n days of an AR(1) (sum of its autocorrelations) plus that of the hourly
            // part, which a day later is nearly independent. 5 of them: 2592 means are compared.
            const double days = moments.count;
            const double error =
                std::sqrt((region.sd_day * region.sd_day * (1 + region.phi_day) / (1 - region.phi_day) +
                           region.sd_hour * region.sd_hour) /
                          days);
            EXPECT_NEAR(moments.mean(), expected, 5 * error)
                << name << " month " << key.first << " hour " << key.second;
        }
    }
}

TEST(SyntheticTrace, TheResidualIsTheSumOfTwoStationaryProcesses) {
    for (const auto& [name, region] : read_source_climatology()) {
        const Trace trace = synthetic_trace(name);
        std::vector<double> residual;
        for (std::size_t i = 0; i < trace.values.size(); ++i) {
            const UtcTime t{trace.start.seconds + 3600 * static_cast<std::int64_t>(i)};
            residual.push_back(trace.values[i] - region.mean.at(month_of(t)).at(static_cast<std::size_t>(hour_of(t))));
        }
        const auto covariance = [&](std::size_t lag) {
            double sum = 0;
            for (std::size_t i = lag; i < residual.size(); ++i) sum += residual[i] * residual[i - lag];
            return sum / static_cast<double>(residual.size() - lag);
        };
        const double day = region.sd_day * region.sd_day, hour = region.sd_hour * region.sd_hour;
        // Clipping takes some of the variance, most where the range is narrow; 15 % allows for it and for chance.
        EXPECT_NEAR(std::sqrt(covariance(0)), region.sd(), 0.15 * region.sd()) << name;
        // An hour later the same day's part stays in 23 of 24 cases.
        const double one_hour = (day * (23 + region.phi_day) / 24 + hour * region.phi_hour) / (day + hour);
        EXPECT_NEAR(covariance(1) / covariance(0), one_hour, 0.03) << name;
        const double one_day = (day * region.phi_day + hour * std::pow(region.phi_hour, 24)) / (day + hour);
        EXPECT_NEAR(covariance(24) / covariance(0), one_day, 0.1) << name;
    }
}

TEST(SyntheticTrace, TheFirstValueIsOfTheStationaryDistribution) {
    // Over the nine regions, the first residual in standard deviations: mean square 1 with an error of sqrt(2/9).
    double sum = 0;
    for (const auto& [name, region] : read_source_climatology()) {
        const double z = (synthetic_trace(name).values[0] - region.mean.at(1)[0]) / region.sd();
        sum += z * z / 9;
    }
    EXPECT_GT(sum, 0.1);
    EXPECT_LT(sum, 1 + 3 * std::sqrt(2.0 / 9));
}

TEST(SyntheticTrace, RegionsAreIndependent) {
    const auto source = read_source_climatology();
    const Trace a = synthetic_trace("CISO"), b = synthetic_trace("PJM");
    double product = 0;
    for (std::size_t i = 0; i < a.values.size(); ++i) {
        const UtcTime t{a.start.seconds + 3600 * static_cast<std::int64_t>(i)};
        const auto of = [&](const Trace& trace) {
            const Region& region = source.at(trace.name);
            return (trace.values[i] - region.mean.at(month_of(t)).at(static_cast<std::size_t>(hour_of(t)))) /
                   region.sd();
        };
        product += of(a) * of(b) / static_cast<double>(a.values.size());
    }
    // Days count (1096), less their persistence (phi about 0.7: a factor of 3): an error of about 0.05.
    EXPECT_NEAR(product, 0.0, 0.2);
}

TEST(SyntheticTrace, AnUnknownRegionIsRefusedWithTheKnownOnes) {
    const auto message = message_of<DataError>([] { synthetic_trace("ciso"); });
    EXPECT_TRUE(contains(message, "'ciso'"));
    EXPECT_TRUE(contains(message, "CISO, ERCO, PJM, ISNE, BPAT, FPL, DE, NL, SE"));
}

}  // namespace
}  // namespace cenas

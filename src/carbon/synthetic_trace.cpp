// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/synthetic_trace.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "base/csv.hpp"
#include "base/error.hpp"
#include "carbon/climatology.hpp"
#include "kernels/rng/philox.hpp"

namespace cenas {
namespace {

/// Part of the definition of the traces: another seed would be other traces under the same names.
constexpr std::uint64_t generator_seed = 2023;

constexpr std::size_t hours_per_day = 24;
constexpr std::size_t months_per_year = 12;

/// A stationary first-order autoregressive process: x[t] = phi x[t-1] + e[t] with standard deviation `sd`.
struct Autoregression {
    double phi = 0;
    double sd = 0;
};

/// What the climatology says of one region, in gCO2e/kWh.
struct Region {
    std::string name;
    std::array<std::array<double, hours_per_day>, months_per_year> mean{};
    Autoregression day;
    Autoregression hour;
    double lowest = 0;
    double highest = 0;
};

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(separator, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

/// The numbers of a line from field `first` on; there must be `count`.
std::vector<double> numbers(std::string_view line, std::size_t first, std::size_t count) {
    const auto fields = split(line, ',');
    std::vector<double> values;
    for (std::size_t i = first; i < fields.size(); ++i)
        if (const auto value = parse_number(fields[i])) values.push_back(*value);
    if (fields.size() != first + count || values.size() != count)
        throw DataError(fmt::format("climatology: line '{}' must hold {} numbers", line, count));
    return values;
}

/// Line kinds are described at the head of inputs/traces/climatology.csv.
void read_line(std::string_view line, Region& region) {
    if (split(line, ',')[1] == "residual") {
        const auto v = numbers(line, 2, 6);
        region.day = {v[0], v[1]};
        region.hour = {v[2], v[3]};
        region.lowest = v[4];
        region.highest = v[5];
        return;
    }
    const auto v = numbers(line, 2, 1 + hours_per_day);
    auto& month = region.mean.at(static_cast<std::size_t>(v[0]) - 1);
    std::copy(v.begin() + 1, v.end(), month.begin());
}

std::vector<Region> read_climatology() {
    std::vector<Region> regions;
    for (const std::string_view line : split(climatology_text(), '\n')) {
        if (line.empty() || line.front() == '#') continue;
        const std::string_view name = line.substr(0, line.find(','));
        if (regions.empty() || regions.back().name != name) regions.emplace_back().name = name;
        read_line(line, regions.back());
    }
    return regions;
}

/// Read once: every search of a sweep asks for the regions, when its scenario's keys are checked.
const std::vector<Region>& climatology() {
    static const std::vector<Region> regions = read_climatology();
    return regions;
}

/// Standard normal deviate: Box and Muller, "A Note on the Generation of Random Normal Deviates", Ann. Math. Stat.
/// 29(2), 1958; of each pair only the first. log() is taken of (0, 1].
double normal(Random& random) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * random.uniform());
}

/// `count` values of the process, the first drawn from its stationary distribution.
std::vector<double> realise(const Autoregression& process, std::size_t count, Random random) {
    const double innovation_sd = process.sd * std::sqrt(1.0 - process.phi * process.phi);
    std::vector<double> x(count);
    for (std::size_t t = 0; t < count; ++t)
        x[t] = t == 0 ? process.sd * normal(random) : process.phi * x[t - 1] + innovation_sd * normal(random);
    return x;
}

/// Rounding to 0.01 g/kWh also hides the last bits of log and cos, in which C libraries differ.
double to_published(double value, const Region& region) {
    return std::round(std::clamp(value, region.lowest, region.highest) * 100.0) / 100.0;
}

}  // namespace

std::vector<std::string> synthetic_regions() {
    std::vector<std::string> names;
    for (const Region& region : climatology()) names.push_back(region.name);
    return names;
}

Trace synthetic_trace(std::string_view name) {
    const auto& regions = climatology();
    const auto region =
        std::find_if(regions.begin(), regions.end(), [&](const Region& candidate) { return candidate.name == name; });
    if (region == regions.end())
        throw DataError(
            fmt::format("no synthetic trace '{}'; there are: {}", name, fmt::join(synthetic_regions(), ", ")));

    Trace trace;
    trace.name = region->name;
    trace.source =
        "SYNTHETIC: seeded generator on the region's monthly-by-hour means of 2020-2021 (CarbonCast, from EIA "
        "and ENTSO-E data); no measurement";
    trace.synthetic = true;
    trace.start = utc_from_civil(2020, 1, 1);
    const auto steps =
        static_cast<std::size_t>((utc_from_civil(2023, 1, 1).seconds - trace.start.seconds) / trace.step_s);
    const auto index = static_cast<std::uint64_t>(region - regions.begin());
    const auto day =
        realise(region->day, steps / hours_per_day, Random(generator_seed, Stream::synthetic_trace_day, index));
    const auto hour = realise(region->hour, steps, Random(generator_seed, Stream::synthetic_trace_hour, index));
    for (std::size_t t = 0; t < steps; ++t) {
        const UtcTime time{trace.start.seconds + static_cast<std::int64_t>(t) * trace.step_s};
        const double mean =
            region->mean[static_cast<std::size_t>(month_of(time)) - 1][static_cast<std::size_t>(hour_of(time))];
        trace.values.push_back(to_published(mean + day[t / hours_per_day] + hour[t], *region));
    }
    trace.estimated.assign(steps, 0);
    return trace;
}

}  // namespace cenas

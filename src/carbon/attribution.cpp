// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/attribution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cenas {
namespace {

/// The last binary digit of a number. Multiples of it up to the number add without rounding.
double last_digit(double value) { return std::ldexp(1.0, std::ilogb(value) + 1 - std::numeric_limits<double>::digits); }

}  // namespace

Attribution attribute_energy(Joules node, Watts idle_power, Seconds wall, std::span<const Seconds> busy) {
    Attribution result{std::vector<Joules>(busy.size()), node};
    Seconds all_busy, interval = wall;
    for (const Seconds b : busy) {
        all_busy += b;
        interval = std::max(interval, b);
    }
    if (node.value <= 0 || all_busy.value <= 0) return result;
    const Joules idle = std::min(node, idle_power * wall);
    const double watts =
        idle.value / (static_cast<double>(busy.size()) * interval.value) + (node - idle).value / all_busy.value;
    const double digit = last_digit(node.value);
    for (std::size_t i = 0; i < busy.size(); ++i) {
        const Joules share(std::floor(watts * busy[i].value / digit) * digit);
        result.workers[i] = std::min(share, result.idle);  // what rounding up may have made too much
        result.idle = result.idle - result.workers[i];
    }
    return result;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <compare>

namespace cenas {

/// A number with a unit. Quantities of one unit add and scale; only the products named below cross units, so that
/// joules are never added to grams or multiplied by the wrong factor.
template <class Unit>
struct Quantity {
    double value = 0.0;

    constexpr Quantity() = default;
    constexpr explicit Quantity(double v) : value(v) {}

    constexpr Quantity& operator+=(Quantity o) {
        value += o.value;
        return *this;
    }
    friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.value + b.value); }
    friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.value - b.value); }
    friend constexpr Quantity operator*(Quantity a, double s) { return Quantity(a.value * s); }
    friend constexpr Quantity operator*(double s, Quantity a) { return Quantity(a.value * s); }
    friend constexpr Quantity operator/(Quantity a, double s) { return Quantity(a.value / s); }
    friend constexpr double operator/(Quantity a, Quantity b) { return a.value / b.value; }
    friend constexpr auto operator<=>(Quantity a, Quantity b) = default;
};

using Seconds = Quantity<struct SecondsUnit>;
using Watts = Quantity<struct WattsUnit>;
using Joules = Quantity<struct JoulesUnit>;
using KilowattHours = Quantity<struct KilowattHoursUnit>;
using GramsCO2e = Quantity<struct GramsCO2eUnit>;
using GramsPerKilowattHour = Quantity<struct GramsPerKilowattHourUnit>;

inline constexpr double seconds_per_hour = 3600.0;
inline constexpr double joules_per_kilowatt_hour = 3.6e6;

constexpr Seconds hours(double h) { return Seconds(h * seconds_per_hour); }
constexpr Joules operator*(Watts p, Seconds t) { return Joules(p.value * t.value); }
constexpr KilowattHours to_kilowatt_hours(Joules j) { return KilowattHours(j.value / joules_per_kilowatt_hour); }
constexpr GramsCO2e operator*(KilowattHours e, GramsPerKilowattHour i) { return GramsCO2e(e.value * i.value); }

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/ledger.hpp"

#include <algorithm>
#include <cmath>

namespace cenas {
namespace {

/// Calls visit(interval, seconds) for each interval that [from, to) crosses. Rounding at the very end of the run
/// stays in the last interval.
template <class Visit>
void split(Seconds from, Seconds to, Seconds step, std::size_t intervals, const Visit& visit) {
    const auto last = intervals - 1;
    auto i = std::min(static_cast<std::size_t>(from.value / step.value), last);
    for (double t = from.value; t < to.value; ++i) {
        const double edge = i >= last ? to.value : std::min(static_cast<double>(i + 1) * step.value, to.value);
        if (edge > t) visit(std::min(i, last), Seconds(edge - t));
        t = std::max(t, edge);
    }
}

}  // namespace

const char* to_string(Component component) {
    switch (component) {
        case Component::evaluation:
            return "evaluation";
        case Component::sampling:
            return "sampling";
        case Component::supernet_training:
            return "supernet_training";
        case Component::optimizer:
            return "optimizer";
        case Component::idle:
            return "idle";
        case Component::switching:
            return "switching";
        case Component::measurement:
            return "measurement";
    }
    return "";
}

Ledger::Ledger(std::span<const double> intensities, Seconds step, double pue, double embodied_g_per_gpu_h)
    : intensities_(intensities),
      step_(step),
      pue_(pue),
      embodied_g_per_gpu_h_(embodied_g_per_gpu_h),
      joules_(intensities.size()),
      embodied_by_interval_(intensities.size(), 0.0) {}

GramsCO2e Ledger::book(Component component, Seconds from, Seconds to, Watts power) {
    GramsCO2e booked;
    if (power.value <= 0) return booked;
    split(from, to, step_, joules_.size(), [&](std::size_t interval, Seconds duration) {
        const Joules energy = power * duration;
        joules_[interval][static_cast<std::size_t>(component)] += energy.value;
        total_ += energy;
        booked += to_kilowatt_hours(energy) * GramsPerKilowattHour(intensities_[interval]) * pue_;
    });
    grams_ += booked;
    return booked;
}

GramsCO2e Ledger::book_embodied(Seconds from, Seconds to, double gpus) {
    GramsCO2e booked;
    if (embodied_g_per_gpu_h_ <= 0) return booked;
    split(from, to, step_, joules_.size(), [&](std::size_t interval, Seconds duration) {
        const double grams = embodied_g_per_gpu_h_ * gpus * duration.value / seconds_per_hour;
        embodied_by_interval_[interval] += grams;
        booked += GramsCO2e(grams);
    });
    grams_ += booked;
    return booked;
}

Joules Ledger::joules(std::size_t interval, Component component) const {
    return Joules(joules_[interval][static_cast<std::size_t>(component)]);
}

GramsCO2e Ledger::operational_grams(std::size_t interval) const {
    Joules total;
    for (int c = 0; c < component_count; ++c) total += joules(interval, static_cast<Component>(c));
    return to_kilowatt_hours(total) * GramsPerKilowattHour(intensities_[interval]) * pue_;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <span>
#include <vector>

#include "base/units.hpp"

namespace cenas {

/// Where a joule went.
enum class Component { evaluation, sampling, supernet_training, optimizer, idle, switching, measurement };
inline constexpr int component_count = 7;
const char* to_string(Component component);

/// Power of a GPU by what it does, and what turns its joules into grams. All figures are modelled. Defaults: round
/// powers of a 300 W data-centre GPU; PUE and embodied share after Luccioni, Viguier and Ligozat, "Estimating the
/// Carbon Footprint of BLOOM", JMLR 24(253), 2023: PUE 1.2, and 11.2 t embodied over 1.08 million GPU-hours, about 10 g
/// a GPU-hour.
struct PowerOptions {
    double evaluation_w = 300.0;         ///< one GPU that trains an architecture
    double sampling_w = 300.0;           ///< one GPU that queries the supernet
    double supernet_training_w = 300.0;  ///< one GPU that trains the supernet
    double switching_w = 150.0;          ///< one GPU that writes or reads a checkpoint
    double idle_w = 50.0;                ///< one GPU that waits
    double optimizer_w = 100.0;          ///< the coordinator's host share, all the time
    double pue = 1.2;                    ///< power usage effectiveness: facility / IT energy, >= 1
    double embodied_g_per_gpu_h = 10.0;  ///< manufacturing share of a GPU and its part of the server
    friend bool operator==(const PowerOptions&, const PowerOptions&) = default;
};

/// Joules by component and interval of the trace; grams follow from joules, PUE, embodied share and intensities.
/// Times are seconds since the start of the run; the run is cut into intervals of step_s.
class Ledger {
  public:
    /// `intensities`: one value (gCO2e/kWh) an interval, outlives the ledger.
    Ledger(std::span<const double> intensities, Seconds step, double pue, double embodied_g_per_gpu_h);

    /// Books `power` on [from, to), split exactly over the intervals it crosses. Needs 0 <= from <= to <= end.
    /// Returns the grams of this booking (without embodied).
    GramsCO2e book(Component component, Seconds from, Seconds to, Watts power);
    /// Books the embodied share of `gpus` on [from, to).
    GramsCO2e book_embodied(Seconds from, Seconds to, double gpus);

    Joules joules(std::size_t interval, Component component) const;
    /// Joules x PUE x intensity of one interval, without embodied grams.
    GramsCO2e operational_grams(std::size_t interval) const;
    GramsCO2e embodied_grams(std::size_t interval) const { return GramsCO2e(embodied_by_interval_[interval]); }
    GramsCO2e grams() const { return grams_; }      ///< everything, embodied included
    Joules total_joules() const { return total_; }  ///< running sum of all bookings

  private:
    std::span<const double> intensities_;
    Seconds step_;
    double pue_;
    double embodied_g_per_gpu_h_;
    std::vector<std::array<double, component_count>> joules_;
    std::vector<double> embodied_by_interval_;
    Joules total_;
    GramsCO2e grams_;
};

}  // namespace cenas

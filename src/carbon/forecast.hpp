// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <string>
#include <vector>

namespace cenas {

/// What an allocator is told about intensities later than its clock.
enum class Forecast {
    perfect,      ///< the true values (as CE-NAS assumes)
    persistence,  ///< each time of day as it was last seen, or the present value where it was not seen yet
    file,         ///< what was issued by then (carbon/issued_forecast.hpp), and persistence beyond its end
    none          ///< nothing: only what has been seen
};

/// The same in the words of a deck, and how far ahead.
struct ForecastOptions {
    std::string forecast = "perfect";  ///< perfect, persistence, file, none
    double window_h = 0;               ///< hours; 0: the whole run, what has passed included
    friend bool operator==(const ForecastOptions&, const ForecastOptions&) = default;
};

/// Intensities of the window an allocator may look at, oldest first. `values` are the steps of the run, `now` the
/// present one, `history` what came before the run. A window of 0 steps means the whole run: what was seen, and the
/// forecast to the end. A window of n > 0 means the present and the next n - 1 steps, as far as the run goes. Under
/// `none` the window ends at `now`. `told` is what had been issued at `now` of the steps now + 1, now + 2, ... and is
/// read only under `file`. Values later than `now` are read only under `perfect`. Needs now < values.size() and
/// steps_per_day >= 1.
std::vector<double> forecast_window(std::span<const double> history, std::span<const double> values, std::size_t now,
                                    std::size_t window_steps, std::size_t steps_per_day, Forecast forecast,
                                    std::span<const double> told = {});

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/units.hpp"
#include "base/utc_time.hpp"

namespace cenas {

/// Which question the intensity answers: the mean of the mix, or the plant that one more kWh would start.
enum class Signal { average, marginal };
/// What is counted: what the plants emit while running, or their whole life cycle.
enum class Scope { direct, life_cycle };

const char* to_string(Signal signal);  // "average", "marginal"
const char* to_string(Scope scope);    // "direct", "life_cycle"

struct IssuedForecast;

/// Carbon intensity over time at a fixed step. values[i] holds on the half-open interval
/// [start + i*step_s, start + (i+1)*step_s).
struct Trace {
    std::string name;    ///< short, for tables and files, e.g. "CISO"
    std::string source;  ///< where it came from, for people
    bool synthetic = false;
    Signal signal = Signal::average;
    Scope scope = Scope::life_cycle;
    UtcTime start;
    std::int64_t step_s = 3600;
    std::vector<double> values;   ///< gCO2e/kWh, finite and >= 0
    std::vector<double> history;  ///< of a trace cut by window_of: what came before, at most a day, oldest first
    std::shared_ptr<const IssuedForecast> forecast;  ///< to plan on (carbon/issued_forecast.hpp); null: none
    std::string forecast_checksum;                   ///< of it, also where it is not here; empty: none
    std::vector<std::uint8_t> estimated;  ///< 1 = estimated by the publisher or filled on import; as long as values

    UtcTime end() const { return {start.seconds + step_s * static_cast<std::int64_t>(values.size())}; }
    /// SHA-256 of signal, scope, start, step and values.
    std::string checksum() const;
};

/// Index of the value that holds at `t`. Throws DataError if `t` is outside [start, end).
std::size_t index_at(const Trace& trace, UtcTime t);

/// The steps that cover [start, start + length_s). Throws DataError, naming the trace and what it covers, if the
/// window leaves the trace (it is never wrapped) or if `start` is not on a step.
Trace window_of(const Trace& trace, UtcTime start, std::int64_t length_s);

/// Throws what window_of() would.
void require_window(const Trace& trace, UtcTime start, std::int64_t length_s);

/// Two traces may be compared (in one sweep, in one report) if signal and scope are equal. Throws DataError that
/// names both traces and what differs.
void require_comparable(const std::vector<Trace>& traces);

}  // namespace cenas

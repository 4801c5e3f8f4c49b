// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/units.hpp"
#include "schedule/options.hpp"

namespace cenas {

/// Everything an allocator sees. Nothing in it depends on intensities later than `now` except `window`, which is
/// what it was given as a forecast.
struct AllocatorView {
    Seconds now;
    Seconds end;                     ///< the run's horizon
    double intensity = 0;            ///< gCO2e/kWh at `now`
    std::span<const double> window;  ///< gCO2e/kWh a step: seen and forecast (carbon/forecast.hpp)
    int gpus = 0;
    int queued = 0;  ///< candidates that wait in the queue
    int queue_capacity = 0;
    int unfinished = 0;               ///< trainings begun and not finished
    std::int64_t evaluations = 0;     ///< trainings finished
    double carbon_left_g = 0;         ///< infinity without a budget
    double hypervolume_fraction = 0;  ///< HV / HV_max
};

/// GPUs [0, evaluate) evaluate, the next `sample` sample, the rest idle.
struct Allocation {
    int evaluate = 0;
    int sample = 0;
    friend bool operator==(const Allocation&, const Allocation&) = default;
};

/// Decides at every step of the trace what each GPU does. Ensures evaluate + sample <= gpus, both >= 0.
class Allocator {
  public:
    virtual ~Allocator() = default;
    virtual Allocation decide(const AllocatorView& view) = 0;
};

/// Makes the allocator that `options.allocator` names; `seed` keys the random one. To add one: a class in
/// allocators.cpp, a name in options.hpp, a line there.
std::unique_ptr<Allocator> make_allocator(const ScheduleOptions& options, std::uint64_t seed);

/// Whether an allocator decides without looking at intensities, carbon or results, so that it decides alike on every
/// trace and from every start.
bool is_blind(const ScheduleOptions& options);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernels/base/macros.hpp"
#include "kernels/base/multiarch.hpp"

// How functors of kernels/nn run. A tensor is [image][row][column][channel], channels densest: NHWC. A functor works on
// `Lanes`, neighbouring channels of one pixel: 16 or 8 of them on the CPU, where they become vector instructions, one
// on the GPU, where each has its thread.

namespace cenas {

/// Channels [first, first + count) of a pixel.
template <int N>
struct Lanes {
    static constexpr int count = N;
    int first;
};

/// Widest Lanes that divide `channels`.
inline int lane_count(int channels) { return channels % 16 == 0 ? 16 : channels % 8 == 0 ? 8 : 1; }

template <int N, class F>
CENAS_MULTIARCH void run_lanes(std::int64_t items, int channels, const F f) {
    for (std::int64_t i = 0; i < items; ++i)
        for (int first = 0; first < channels; first += N) f(Lanes<N>{first}, i);
}

/// What a pass of run_pixels takes at once: enough to hide latencies, few enough to stay in the first-level cache.
constexpr int pixels_at_once = 16;

template <int N, class F>
CENAS_MULTIARCH void run_pixels(std::int64_t items, int channels, const F f) {
    for (std::int64_t i = 0; i < items; i += pixels_at_once) {
        const int count = items - i < pixels_at_once ? static_cast<int>(items - i) : pixels_at_once;
        for (int first = 0; first < channels; first += N) f.template pixels<pixels_at_once>(Lanes<N>{first}, i, count);
    }
}

/// run(Lanes) with the widest lanes that divide `channels`.
template <class Run>
void with_lanes(int channels, const Run& run) {
    switch (lane_count(channels)) {
        case 16:
            return run(Lanes<16>{0});
        case 8:
            return run(Lanes<8>{0});
        default:
            return run(Lanes<1>{0});
    }
}

/// f(lanes, item) for every item in [0, items) and all `channels`, one after the other.
template <class F>
void for_lanes(std::int64_t items, int channels, const F& f) {
    with_lanes(channels, [&](auto lanes) { run_lanes<decltype(lanes)::count>(items, channels, f); });
}

/// The same, for functors that take several pixels at once: f.pixels<Most>(lanes, first, count).
template <class F>
void for_pixels(std::int64_t items, int channels, const F& f) {
    with_lanes(channels, [&](auto lanes) { run_pixels<decltype(lanes)::count>(items, channels, f); });
}

}  // namespace cenas

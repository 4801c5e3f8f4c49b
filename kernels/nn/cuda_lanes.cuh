// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernels/base/cuda_launch.cuh"
#include "kernels/nn/lanes.hpp"

namespace cenas {

constexpr int lanes_block = 128;

/// Neighbouring threads have neighbouring channels, so that a warp reads and writes memory in one piece.
template <class F>
__global__ void __launch_bounds__(lanes_block)
    lanes_kernel(std::int64_t items, int channels, const __grid_constant__ F f) {
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.y;
    for (std::int64_t item = static_cast<std::int64_t>(blockIdx.x) * blockDim.y + threadIdx.y; item < items;
         item += stride)
        for (int c = static_cast<int>(threadIdx.x); c < channels; c += static_cast<int>(blockDim.x))
            f(Lanes<1>{c}, item);
}

/// f(lane, item) for every item in [0, items) and all channels, each in its own thread, in a stream of the current
/// device, without waiting for it.
template <class F>
void launch_lanes(cudaStream_t stream, std::int64_t items, int channels, const F& f) {
    static_assert(std::is_trivially_copyable<F>::value, "a kernel functor is copied to the device");
    if (items <= 0 || channels <= 0) return;
    const int wide = channels < lanes_block ? channels : lanes_block, high = lanes_block / wide;
    const dim3 block(static_cast<unsigned>(wide), static_cast<unsigned>(high));
    lanes_kernel<<<grid_for(items, high), block, 0, stream>>>(items, channels, f);
    cuda_check(cudaGetLastError(), "kernel launch");
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace cenas {

inline void cuda_check(cudaError_t status, const char* what) {
    if (status != cudaSuccess) throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(status));
}

/// Memory on the device for n values of a trivially copyable type; freed with the object.
template <class T>
class DeviceBuffer {
  public:
    explicit DeviceBuffer(std::int64_t n) : bytes_(static_cast<std::size_t>(n) * sizeof(T)) {
        static_assert(std::is_trivially_copyable<T>::value, "copied byte by byte");
        if (bytes_ > 0) cuda_check(cudaMalloc(&data_, bytes_), "cudaMalloc");
    }
    ~DeviceBuffer() { cudaFree(data_); }
    DeviceBuffer(const DeviceBuffer&) = delete;
    DeviceBuffer& operator=(const DeviceBuffer&) = delete;

    T* data() const { return static_cast<T*>(data_); }
    void upload(const T* host) {
        if (bytes_ > 0) cuda_check(cudaMemcpy(data_, host, bytes_, cudaMemcpyHostToDevice), "copy to device");
    }
    void download(T* host) const {
        if (bytes_ > 0) cuda_check(cudaMemcpy(host, data_, bytes_, cudaMemcpyDeviceToHost), "copy from device");
    }

  private:
    void* data_ = nullptr;
    std::size_t bytes_;
};

template <class F>
__global__ void index_kernel(std::int64_t n, F f) {
    const std::int64_t stride = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < n; i += stride) f(i);
}

/// Blocks for n things of which a block does `per_block` at a time; kernels loop over what is left.
inline unsigned grid_for(std::int64_t n, std::int64_t per_block) {
    constexpr std::int64_t largest_grid = 65535;
    const std::int64_t blocks = (n + per_block - 1) / per_block;
    return static_cast<unsigned>(blocks < largest_grid ? blocks : largest_grid);
}

/// Runs f(i) for i in [0, n) in a stream of the current device, without waiting for it.
template <class F>
void launch_in_stream(cudaStream_t stream, std::int64_t n, const F& f) {
    static_assert(std::is_trivially_copyable<F>::value, "a kernel functor is copied to the device");
    if (n <= 0) return;
    constexpr int block = 256;
    index_kernel<<<grid_for(n, block), block, 0, stream>>>(n, f);
    cuda_check(cudaGetLastError(), "kernel launch");
}

/// Runs f(i) for i in [0, n) on the current device and waits for it.
template <class F>
void launch_cuda(std::int64_t n, const F& f) {
    launch_in_stream(nullptr, n, f);
    cuda_check(cudaDeviceSynchronize(), "kernel");
}

}  // namespace cenas

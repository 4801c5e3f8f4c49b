// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>
#include <new>

#include "kernels/nn/device.hpp"

namespace cenas {
namespace {

// What a chunk's activations may take. Small enough that the passes over a chunk find it in a cache, large enough that
// the convolutions' own costs do not show: from 2 MB on training is as fast as it gets, with 0.5 MB 5 to 20 % slower
// (measured with 1 MB of second-level and 32 MB of third-level cache).
constexpr std::size_t chunk_bytes = std::size_t{4} << 20;
constexpr std::size_t alignment = 64;

template <class F>
CENAS_MULTIARCH void run_items(std::int64_t items, const F f) {
#pragma omp simd
    for (std::int64_t i = 0; i < items; ++i) f(i);
}

template <class F>
void run_one_by_one(std::int64_t items, const F& f) {
    for (std::int64_t i = 0; i < items; ++i) f(i);
}

template <class T>
class Cpu final : public NetworkDevice<T> {
    using P = Parameter<T>;

  public:
    Cpu(int threads, bool use_onednn) : threads_(threads), use_onednn_(use_onednn) {}

    int threads() const override { return threads_; }
    int chunk_images(std::size_t bytes_per_image) const override {
        return static_cast<int>(
            std::clamp<std::size_t>(chunk_bytes / std::max<std::size_t>(bytes_per_image, 1), 1, 64));
    }
    std::unique_ptr<Convolution<T>> convolution(const ConvolutionShape& shape, int images) const override {
        if (use_onednn_)
            if (auto fast = onednn_convolution<T>(shape, images, threads_)) return fast;
        return reference_convolution<T>(shape);
    }

    void* allocate(std::size_t bytes) override {
        const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
        return std::memset(::operator new(rounded, std::align_val_t(alignment)), 0, rounded);
    }
    void release(void* memory) override { ::operator delete(memory, std::align_val_t(alignment)); }
    void upload(void* to, const void* from, std::size_t bytes) override { copy(to, from, bytes); }
    void download(void* to, const void* from, std::size_t bytes) override { copy(to, from, bytes); }
    void clear(void* to, std::size_t bytes) override { std::memset(to, 0, bytes); }
    void synchronize() override {}

    void run(const NodeForward<T>& f, std::int64_t items, int channels) override { for_pixels(items, channels, f); }
    void run(const NodeBackward<T>& f, std::int64_t items, int channels) override { for_pixels(items, channels, f); }
    void run(const MomentSums<T>& f, std::int64_t items, int channels) override { for_lanes(items, channels, f); }
    void run(const GradientSums<T>& f, std::int64_t items, int channels) override { for_lanes(items, channels, f); }
    void run(const NormInputGradient<T>& f, std::int64_t items, int channels) override {
        for_pixels(items, channels, f);
    }
    void run(const PlaneMean<T>& f, std::int64_t items, int channels) override { for_lanes(items, channels, f); }
    void run(const PlaneMeanGradient<T>& f, std::int64_t items, int channels) override {
        for_lanes(items, channels, f);
    }
    void run(const AddParts& f, std::int64_t items) override { run_one_by_one(items, f); }
    void run(const FinishMoments<P>& f, std::int64_t items) override { run_one_by_one(items, f); }
    void run(const UseRunningMoments<P>& f, std::int64_t items) override { run_one_by_one(items, f); }
    void run(const NormParameterGradient<P>& f, std::int64_t items) override { run_one_by_one(items, f); }
    void run(const Classify<P>& f, std::int64_t items) override { run_one_by_one(items, f); }
    void run(const AddOutcomes<P>& f, std::int64_t items) override { run_one_by_one(items, f); }
    void run(const LinearGradient<P>& f, std::int64_t items) override { run_one_by_one(items, f); }
    void run(const NesterovStep<P>& f, std::int64_t items) override { run_items(items, f); }
    void run(const AddGradientParts<P>& f, std::int64_t items) override { run_items(items, f); }

    /// A chunk is short enough to be one.
    std::int64_t sum_parts(std::int64_t) const override { return 1; }

  private:
    /// Nothing may have no address.
    static void copy(void* to, const void* from, std::size_t bytes) {
        if (bytes > 0) std::memcpy(to, from, bytes);
    }

    int threads_;
    bool use_onednn_;
};

}  // namespace

template <class T>
std::unique_ptr<NetworkDevice<T>> cpu_device(int threads, bool use_onednn) {
    return std::make_unique<Cpu<T>>(threads, use_onednn);
}
template std::unique_ptr<NetworkDevice<float>> cpu_device(int, bool);
template std::unique_ptr<NetworkDevice<bf16>> cpu_device(int, bool);
template std::unique_ptr<NetworkDevice<double>> cpu_device(int, bool);

bool bf16_is_fast() {
#if defined(__x86_64__)
    return onednn_compiled() && __builtin_cpu_supports("avx512bf16");
#else
    return false;
#endif
}

}  // namespace cenas

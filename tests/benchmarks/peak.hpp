// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// How fast one core multiplies and adds when it does nothing else: what a convolution is measured against.

#include <algorithm>
#include <cstdint>
#include <ctime>
#include <string>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace cenas {

/// Processor time of all threads, so that neighbours on a busy machine count less.
inline double processor_seconds() {
    timespec t{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// Chains of dependent instructions, more of them than a core has units times cycles of latency. Each returns its
// floating-point operations, and leaves a number that the compiler cannot know.
constexpr int chains = 12;
using PeakLoop = double (*)(std::int64_t rounds, float* result);

#ifdef __x86_64__
__attribute__((target("avx512f"))) inline double multiply_add_avx512(std::int64_t rounds, float* result) {
    const __m512 half = _mm512_set1_ps(0.5f);
    __m512 sum[chains];
    for (__m512& s : sum) s = half;
    for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
        for (int k = 0; k < chains; ++k) sum[k] = _mm512_fmadd_ps(sum[k], half, half);
    }
    for (const __m512& s : sum) *result += _mm512_cvtss_f32(s);
    return 16 * 2.0 * chains * static_cast<double>(rounds);
}

__attribute__((target("avx512f,avx512bf16"))) inline double multiply_add_bf16(std::int64_t rounds, float* result) {
    const __m512bh zero = _mm512_cvtne2ps_pbh(_mm512_setzero_ps(), _mm512_setzero_ps());
    __m512 sum[chains];
    for (__m512& s : sum) s = _mm512_set1_ps(0.5f);
    for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
        for (int k = 0; k < chains; ++k) sum[k] = _mm512_dpbf16_ps(sum[k], zero, zero);
    }
    for (const __m512& s : sum) *result += _mm512_cvtss_f32(s);
    return 32 * 2.0 * chains * static_cast<double>(rounds);
}

__attribute__((target("avx2,fma"))) inline double multiply_add_avx2(std::int64_t rounds, float* result) {
    const __m256 half = _mm256_set1_ps(0.5f);
    __m256 sum[chains];
    for (__m256& s : sum) s = half;
    for (std::int64_t i = 0; i < rounds; ++i) {
#pragma GCC unroll 12
        for (int k = 0; k < chains; ++k) sum[k] = _mm256_fmadd_ps(sum[k], half, half);
    }
    for (const __m256& s : sum) *result += _mm256_cvtss_f32(s);
    return 8 * 2.0 * chains * static_cast<double>(rounds);
}
#endif

/// Null where there is none.
inline PeakLoop peak_loop(const std::string& precision) {
#ifdef __x86_64__
    if (precision == "bf16" && __builtin_cpu_supports("avx512bf16")) return multiply_add_bf16;
    if (__builtin_cpu_supports("avx512f")) return multiply_add_avx512;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return multiply_add_avx2;
#endif
    return nullptr;
}

/// GFLOP/s of this core in its widest instructions for float or bf16 (where it has those), the best of twenty tries of
/// a few milliseconds; 0 where it is not known how to ask.
inline double peak_gflops(const std::string& precision) {
    const PeakLoop loop = peak_loop(precision);
    double best = 0;
    volatile float kept = 0;
    for (int i = 0; loop && i < 20; ++i) {
        float result = 0;
        const double began = processor_seconds();
        const double flops = loop(1000000, &result);
        best = std::max(best, flops / (processor_seconds() - began) / 1e9);
        kept = kept + result;
    }
    return best;
}

}  // namespace cenas

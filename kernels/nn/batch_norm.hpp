// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/base/macros.hpp"
#include "kernels/nn/lanes.hpp"
#include "kernels/nn/scalar.hpp"

// Batch normalization: Ioffe and Szegedy, ICML 2015, algorithms 1 and 2, and the gradients of section 3. Sums over a
// batch are made in parts, each of which is short enough for the type of the activations, and added in double in a
// fixed order, so that they depend neither on threads nor on their number.

namespace cenas {

/// Pixels whose sum is made in the activations' own precision before it is added in double.
constexpr int pixels_per_partial_sum = 16;

/// The pixels of one plane after another, and how their sums are made: part i is [i * per_part, (i + 1) * per_part),
/// and sums are [part][2][channels].
struct SumParts {
    std::int64_t pixels, per_part;
    int channels;
    double* sums;
};

/// Part `part` of the sums of two values of every element: term(offset, lane, first, second) gives those of the element
/// at `offset` + lane.
template <class P, class L, class F>
CENAS_HD inline void sum_part(const SumParts& parts, L lanes, std::int64_t part, const F& term) {
    double first[L::count], second[L::count];
    for (int l = 0; l < L::count; ++l) first[l] = second[l] = 0;
    const std::int64_t end = (part + 1) * parts.per_part < parts.pixels ? (part + 1) * parts.per_part : parts.pixels;
    for (std::int64_t begin = part * parts.per_part; begin < end; begin += pixels_per_partial_sum) {
        P s[L::count], q[L::count];
        for (int l = 0; l < L::count; ++l) s[l] = q[l] = 0;
        const std::int64_t stop = begin + pixels_per_partial_sum < end ? begin + pixels_per_partial_sum : end;
        for (std::int64_t pixel = begin; pixel < stop; ++pixel) {
            const std::int64_t offset = pixel * parts.channels + lanes.first;
#pragma omp simd
            for (int l = 0; l < L::count; ++l) {
                P a, b;
                term(offset, l, a, b);
                s[l] += a;
                q[l] += b;
            }
        }
#pragma omp simd
        for (int l = 0; l < L::count; ++l) {
            first[l] += static_cast<double>(s[l]);
            second[l] += static_cast<double>(q[l]);
        }
    }
    double* out = parts.sums + part * 2 * parts.channels + lanes.first;
    for (int l = 0; l < L::count; ++l) {
        out[l] = first[l];
        out[parts.channels + l] = second[l];
    }
}

/// Sums of z and of z^2.
template <class T>
struct MomentSums {
    const T* z;
    SumParts parts;

    template <class L>
    CENAS_HD void operator()(L lanes, std::int64_t part) const {
        using P = Parameter<T>;
        const T* values = z;
        sum_part<P>(parts, lanes, part, [values](std::int64_t offset, int l, P& first, P& second) {
            first = widen(values[offset + l]);
            second = first * first;
        });
    }
};

/// Sums of dy and of dy (z - mean[c]).
template <class T>
struct GradientSums {
    const T* dy;
    const T* z;
    const Parameter<T>* mean;
    SumParts parts;

    template <class L>
    CENAS_HD void operator()(L lanes, std::int64_t part) const {
        using P = Parameter<T>;
        const T *gradient = dy, *values = z;
        const P* m = mean + lanes.first;
        sum_part<P>(parts, lanes, part, [gradient, values, m](std::int64_t offset, int l, P& first, P& second) {
            first = widen(gradient[offset + l]);
            second = first * (widen(values[offset + l]) - m[l]);
        });
    }
};

/// total[k] = sum over the parts, in order; item k of `width`.
struct AddParts {
    const double* sums;
    std::int64_t parts;
    int width;
    double* total;

    CENAS_HD void operator()(std::int64_t k) const {
        double value = 0;
        for (std::int64_t i = 0; i < parts; ++i) value += sums[i * width + k];
        total[k] = value;
    }
};

/// What batch norm knows of one layer during a step: [c] each.
template <class P>
struct NormState {
    P* mean;
    P* inverse_deviation;
    P* scale;  ///< gamma / sqrt(variance + epsilon)
    P* shift;  ///< beta - mean scale
};

constexpr double norm_epsilon = 1e-5;         // PyTorch's defaults, which NAS-Bench-201 used
constexpr double running_average_rate = 0.1;  // weight of the newest batch in the running averages

/// Channel c: from the sums of a batch of `count` pixels to its NormState, and the running averages (where not null)
/// brought up to date, with the unbiased variance, as PyTorch does.
template <class P>
struct FinishMoments {
    const double* sums;  ///< [2][channels]
    double count;
    int channels;
    const P* gamma;  ///< null: 1
    const P* beta;   ///< null: 0
    P* running_mean;
    P* running_variance;
    NormState<P> state;

    CENAS_HD void operator()(std::int64_t c) const {
        const double mean = sums[c] / count;
        const double difference = sums[channels + c] / count - mean * mean;
        const double variance = difference < 0 ? 0 : difference;  // rounding; NaN passes
        if (running_mean) {
            const double unbiased = count > 1 ? variance * count / (count - 1) : variance;
            running_mean[c] =
                static_cast<P>((1 - running_average_rate) * running_mean[c] + running_average_rate * mean);
            running_variance[c] =
                static_cast<P>((1 - running_average_rate) * running_variance[c] + running_average_rate * unbiased);
        }
        write(c, mean, variance);
    }

    CENAS_HD void write(std::int64_t c, double mean, double variance) const {
        const double inverse = 1 / std::sqrt(variance + norm_epsilon);
        const double scale = (gamma ? static_cast<double>(gamma[c]) : 1.0) * inverse;
        state.mean[c] = static_cast<P>(mean);
        state.inverse_deviation[c] = static_cast<P>(inverse);
        state.scale[c] = static_cast<P>(scale);
        state.shift[c] = static_cast<P>((beta ? static_cast<double>(beta[c]) : 0.0) - mean * scale);
    }
};

/// Channel c: NormState from the running averages, for inference.
template <class P>
struct UseRunningMoments {
    FinishMoments<P> layer;
    CENAS_HD void operator()(std::int64_t c) const {
        layer.write(c, static_cast<double>(layer.running_mean[c]), static_cast<double>(layer.running_variance[c]));
    }
};

/// Channel c: gradients of gamma and beta from this process's sums of GradientSums (null: they are not trained).
template <class P>
struct NormParameterGradient {
    const double* sums;
    int channels;
    const P* inverse_deviation;
    P* gamma_gradient;
    P* beta_gradient;

    CENAS_HD void operator()(std::int64_t c) const {
        if (!gamma_gradient) return;
        beta_gradient[c] = static_cast<P>(sums[c]);
        gamma_gradient[c] = static_cast<P>(sums[channels + c] * static_cast<double>(inverse_deviation[c]));
    }
};

/// dz = scale (dy - a - b (z - mean)), with a = sum(dy) / count, b = sum(dy (z - mean)) / (count (variance + epsilon)).
template <class T>
struct NormInputGradient {
    const T* dy;
    const T* z;
    const double* sums;  ///< [2][channels], of all processes
    double count;        ///< pixels of all processes
    int channels;
    NormState<Parameter<T>> state;
    T* dz;

    template <class L>
    CENAS_HD void operator()(L lanes, std::int64_t pixel) const {
        pixels<1>(lanes, pixel, 1);
    }

    /// Pixels [begin, begin + n).
    template <int Most, class L>
    CENAS_HD void pixels(L lanes, std::int64_t begin, int n) const {
        using P = Parameter<T>;
        const double *first = sums + lanes.first, *second = first + channels;
        const P *mean = state.mean + lanes.first, *inverse = state.inverse_deviation + lanes.first;
        const P* scale = state.scale + lanes.first;
        const double share = 1 / count;
        P a[L::count], b[L::count];
        for (int l = 0; l < L::count; ++l) {
            a[l] = static_cast<P>(first[l] * share);
            b[l] = static_cast<P>(second[l] * share) * inverse[l] * inverse[l];
        }
        for (int i = 0; i < n; ++i) {
            const std::int64_t at = (begin + i) * channels + lanes.first;
#pragma omp simd
            for (int l = 0; l < L::count; ++l)
                dz[at + l] = narrow<T>(scale[l] * (widen(dy[at + l]) - a[l] - b[l] * (widen(z[at + l]) - mean[l])));
        }
    }
};

}  // namespace cenas

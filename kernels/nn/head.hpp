// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/base/macros.hpp"
#include "kernels/nn/lanes.hpp"
#include "kernels/nn/scalar.hpp"

// From the last plane to the loss: mean over the plane, a linear layer, softmax and cross entropy. Small next to the
// convolutions, so written for clarity.

namespace cenas {

/// features[n][c] = mean over the plane of x[n][pixel][c].
template <class T>
struct PlaneMean {
    const T* x;
    std::int64_t pixels;
    int channels;
    Parameter<T>* features;

    template <class L>
    CENAS_HD void operator()(L lanes, std::int64_t n) const {
        using P = Parameter<T>;
        P total[L::count];
        for (int l = 0; l < L::count; ++l) total[l] = 0;
        for (std::int64_t pixel = 0; pixel < pixels; ++pixel) {
            const T* row = x + (n * pixels + pixel) * channels + lanes.first;
#pragma omp simd
            for (int l = 0; l < L::count; ++l) total[l] += widen(row[l]);
        }
        for (int l = 0; l < L::count; ++l) features[n * channels + lanes.first + l] = total[l] / static_cast<P>(pixels);
    }
};

/// Image n: logits = weights features + bias, then loss[n] = -log softmax(logits)[label], correct[n], and the gradient
/// of `share` * loss[n] with respect to the logits, in their place. weights are [class][c].
template <class P>
struct Classify {
    const P* features;
    const P* weights;
    const P* bias;
    const std::uint8_t* labels;
    int channels, classes;
    P share;
    P* logits;  ///< [n][classes]
    P* loss;
    std::uint8_t* correct;

    CENAS_HD void operator()(std::int64_t n) const {
        P* row = logits + n * classes;
        const P* x = features + n * channels;
        int best = 0;
        for (int k = 0; k < classes; ++k) {
            P total = bias[k];
            for (int c = 0; c < channels; ++c) total += weights[k * channels + c] * x[c];
            row[k] = total;
            if (total > row[best]) best = k;
        }
        const int label = labels[n];
        const P largest = row[best], of_label = row[label] - largest;
        P sum = 0;
        for (int k = 0; k < classes; ++k) sum += row[k] = std::exp(row[k] - largest);
        loss[n] = std::log(sum) - of_label;
        correct[n] = best == label;
        for (int k = 0; k < classes; ++k) row[k] = share * (row[k] / sum - (k == label ? P(1) : P(0)));
    }
};

/// totals[0] += sum of the losses, totals[1] += hits, of n images; one item.
template <class P>
struct AddOutcomes {
    const P* loss;
    const std::uint8_t* correct;
    std::int64_t images;
    double* totals;

    CENAS_HD void operator()(std::int64_t) const {
        for (std::int64_t n = 0; n < images; ++n) {
            totals[0] += static_cast<double>(loss[n]);
            totals[1] += correct[n];
        }
    }
};

/// Class k: gradients of its row of weights and of its bias, over n images.
template <class P>
struct LinearGradient {
    const P* logits_gradient;
    const P* features;
    std::int64_t images;
    int channels, classes;
    P* weights_gradient;
    P* bias_gradient;

    CENAS_HD void operator()(std::int64_t k) const {
        P* row = weights_gradient + k * channels;
        for (int c = 0; c < channels; ++c) row[c] = 0;
        P total = 0;
        for (std::int64_t n = 0; n < images; ++n) {
            const P g = logits_gradient[n * classes + k];
            total += g;
            for (int c = 0; c < channels; ++c) row[c] += g * features[n * channels + c];
        }
        bias_gradient[k] = total;
    }
};

/// Image n: gradient of every pixel of the last plane, the same for all.
template <class T>
struct PlaneMeanGradient {
    const Parameter<T>* logits_gradient;
    const Parameter<T>* weights;
    std::int64_t pixels;
    int channels, classes;
    T* gradient;

    template <class L>
    CENAS_HD void operator()(L lanes, std::int64_t n) const {
        using P = Parameter<T>;
        P total[L::count];
        for (int l = 0; l < L::count; ++l) total[l] = 0;
        for (int k = 0; k < classes; ++k) {
            const P g = logits_gradient[n * classes + k];
            for (int l = 0; l < L::count; ++l) total[l] += g * weights[k * channels + lanes.first + l];
        }
        for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
            for (int l = 0; l < L::count; ++l)
                gradient[(n * pixels + pixel) * channels + lanes.first + l] =
                    narrow<T>(total[l] / static_cast<P>(pixels));
    }
};

}  // namespace cenas

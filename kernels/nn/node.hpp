// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernels/base/macros.hpp"
#include "kernels/nn/lanes.hpp"
#include "kernels/nn/scalar.hpp"

// A node of a network is a sum over its incoming edges. One pass computes the whole sum, normalization and pooling
// included, and the ReLU that the convolutions behind it want; one pass gathers its whole gradient.

namespace cenas {

struct Plane {
    int height, width, channels;
    CENAS_HD std::int64_t pixels() const { return static_cast<std::int64_t>(height) * width; }
};

/// value += weight x, of one pixel: x is its channel 0.
template <class T, class L>
CENAS_HD inline void add_scaled(L lanes, const T* x, Parameter<T> weight, Parameter<T>* value) {
#pragma omp simd
    for (int l = 0; l < L::count; ++l) value[l] += widen(x[lanes.first + l]) * weight;
}

/// What an edge adds to the node at its end.
///   affine    scale[c] x + shift[c]: a normalized convolution
///   identity  x
///   average3  mean over the 3x3 neighbourhood, positions outside of the plane not counted (stride 1)
///   average2  mean over 2x2 blocks (stride 2); blocks cut off by an odd plane are means of what is there
enum class TermKind { affine, identity, average3, average2 };

constexpr int max_terms = 8;

/// Forward: for every pixel, value = sum of the terms, into `sum` (where not null) and max(value, 0) into `relu`.
template <class T>
struct NodeForward {
    struct Term {
        TermKind kind;
        const T* x;  ///< [pixels of the node][c]; average2: of the plane `source`
        const Parameter<T>* scale;
        const Parameter<T>* shift;
    };
    Plane plane;
    Plane source;
    int terms = 0;
    Term term[max_terms];
    T* sum = nullptr;
    T* relu = nullptr;

    template <class L>
    CENAS_HD void operator()(L lanes, std::int64_t pixel) const {
        using P = Parameter<T>;
        P value[L::count];
        for (int l = 0; l < L::count; ++l) value[l] = 0;
        for (int t = 0; t < terms; ++t) {
            switch (term[t].kind) {
                case TermKind::affine:
                    add_affine(lanes, pixel, term[t], value);
                    break;
                case TermKind::identity:
                    add_scaled(lanes, term[t].x + pixel * plane.channels, P(1), value);
                    break;
                case TermKind::average3:
                    add_average3(lanes, pixel, term[t].x, value);
                    break;
                case TermKind::average2:
                    add_average2(lanes, pixel, term[t].x, value);
                    break;
            }
        }
        const std::int64_t at = pixel * plane.channels + lanes.first;
        if (sum)
#pragma omp simd
            for (int l = 0; l < L::count; ++l) sum[at + l] = narrow<T>(value[l]);
        if (relu)
#pragma omp simd
            // As written, a NaN stays a NaN.
            for (int l = 0; l < L::count; ++l) relu[at + l] = narrow<T>(value[l] < 0 ? P(0) : value[l]);
    }

  private:
    template <class L>
    CENAS_HD void add_affine(L lanes, std::int64_t pixel, const Term& t, Parameter<T>* value) const {
        const T* x = t.x + pixel * plane.channels + lanes.first;
        const Parameter<T>*scale = t.scale + lanes.first, *shift = t.shift + lanes.first;
#pragma omp simd
        for (int l = 0; l < L::count; ++l) value[l] += widen(x[l]) * scale[l] + shift[l];
    }

    template <class L>
    CENAS_HD void add_average3(L lanes, std::int64_t pixel, const T* x, Parameter<T>* value) const {
        const int column = static_cast<int>(pixel % plane.width);
        const int row = static_cast<int>(pixel / plane.width % plane.height);
        const int top = row > 0 ? -1 : 0, bottom = row + 1 < plane.height ? 1 : 0;
        const int left = column > 0 ? -1 : 0, right = column + 1 < plane.width ? 1 : 0;
        Parameter<T> total[L::count];
        for (int l = 0; l < L::count; ++l) total[l] = 0;
        for (int dy = top; dy <= bottom; ++dy)
            for (int dx = left; dx <= right; ++dx)
                add_scaled(lanes, x + (pixel + std::int64_t{dy} * plane.width + dx) * plane.channels, Parameter<T>(1),
                           total);
        const Parameter<T> share = Parameter<T>(1) / static_cast<Parameter<T>>((bottom - top + 1) * (right - left + 1));
#pragma omp simd
        for (int l = 0; l < L::count; ++l) value[l] += total[l] * share;
    }

    template <class L>
    CENAS_HD void add_average2(L lanes, std::int64_t pixel, const T* x, Parameter<T>* value) const {
        const int column = static_cast<int>(pixel % plane.width) * 2;
        const int row = static_cast<int>(pixel / plane.width % plane.height) * 2;
        const std::int64_t image = pixel / plane.pixels();
        const int rows = row + 1 < source.height ? 2 : 1, columns = column + 1 < source.width ? 2 : 1;
        const Parameter<T> share = Parameter<T>(1) / static_cast<Parameter<T>>(rows * columns);
        const T* block = x + ((image * source.height + row) * source.width + column) * source.channels;
        for (int dy = 0; dy < rows; ++dy)
            for (int dx = 0; dx < columns; ++dx)
                add_scaled(lanes, block + (static_cast<std::int64_t>(dy) * source.width + dx) * source.channels, share,
                           value);
    }
};

/// Backward: the gradient of a node from those of the nodes behind it.
///   identity  gradient as it is (skip edges; convolutions that see the sum, not its ReLU)
///   average3, average2   transposes of the poolings above
/// `affine` is none of them: NormInputGradient has its own pass.
template <class T>
struct NodeBackward {
    struct Term {
        TermKind kind;
        const T* gradient;  ///< [pixels of the node][c]; average2: of the plane `target`
    };
    Plane plane;
    Plane target;
    int terms = 0;
    Term term[max_terms];
    const T* relu = nullptr;           ///< ReLU of the node, with the gradient of it
    const T* relu_gradient = nullptr;  ///< null: nobody sees the ReLU
    T* gradient = nullptr;

    template <class L>
    CENAS_HD void operator()(L lanes, std::int64_t pixel) const {
        using P = Parameter<T>;
        P value[L::count];
        for (int l = 0; l < L::count; ++l) value[l] = 0;
        const std::int64_t at = pixel * plane.channels + lanes.first;
        if (relu_gradient)
#pragma omp simd
            for (int l = 0; l < L::count; ++l) value[l] = widen(relu[at + l]) > 0 ? widen(relu_gradient[at + l]) : P(0);
        for (int t = 0; t < terms; ++t) {
            switch (term[t].kind) {
                case TermKind::average3:
                    add_average3(lanes, pixel, term[t].gradient, value);
                    break;
                case TermKind::average2:
                    add_average2(lanes, pixel, term[t].gradient, value);
                    break;
                default:
                    add_scaled(lanes, term[t].gradient + pixel * plane.channels, P(1), value);
            }
        }
#pragma omp simd
        for (int l = 0; l < L::count; ++l) gradient[at + l] = narrow<T>(value[l]);
    }

  private:
    /// Positions that the window around `at` covers, of `size`.
    CENAS_HD static int covered(int at, int size) { return 3 - (at == 0 ? 1 : 0) - (at == size - 1 ? 1 : 0); }

    template <class L>
    CENAS_HD void add_average3(L lanes, std::int64_t pixel, const T* x, Parameter<T>* value) const {
        const int column = static_cast<int>(pixel % plane.width);
        const int row = static_cast<int>(pixel / plane.width % plane.height);
        for (int y = row > 0 ? row - 1 : 0; y <= (row + 1 < plane.height ? row + 1 : row); ++y) {
            for (int z = column > 0 ? column - 1 : 0; z <= (column + 1 < plane.width ? column + 1 : column); ++z) {
                const Parameter<T> share =
                    Parameter<T>(1) / static_cast<Parameter<T>>(covered(y, plane.height) * covered(z, plane.width));
                const std::int64_t neighbour = pixel + static_cast<std::int64_t>(y - row) * plane.width + (z - column);
                add_scaled(lanes, x + neighbour * plane.channels, share, value);
            }
        }
    }

    template <class L>
    CENAS_HD void add_average2(L lanes, std::int64_t pixel, const T* x, Parameter<T>* value) const {
        const int column = static_cast<int>(pixel % plane.width),
                  row = static_cast<int>(pixel / plane.width % plane.height);
        const std::int64_t image = pixel / plane.pixels();
        const int rows = (row | 1) < plane.height ? 2 : 1, columns = (column | 1) < plane.width ? 2 : 1;
        const std::int64_t block = (image * target.height + row / 2) * target.width + column / 2;
        add_scaled(lanes, x + block * target.channels, Parameter<T>(1) / static_cast<Parameter<T>>(rows * columns),
                   value);
    }
};

}  // namespace cenas

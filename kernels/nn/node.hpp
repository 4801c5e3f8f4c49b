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

/// Where a pixel of a plane is. Pixels of all images are counted on.
struct Place {
    int row, column;

    CENAS_HD Place(const Plane& plane, std::int64_t pixel)
        : row(static_cast<int>(pixel / plane.width % plane.height)), column(static_cast<int>(pixel % plane.width)) {}
    CENAS_HD void next(const Plane& plane) {
        if (++column < plane.width) return;
        column = 0;
        row = row + 1 < plane.height ? row + 1 : 0;
    }
    /// Whether so many pixels lie between it and any border.
    CENAS_HD bool inside(const Plane& plane, int margin) const {
        return row >= margin && row + margin < plane.height && column >= margin && column + margin < plane.width;
    }
};

/// value += weight x, of one pixel: x is its first lane.
template <class T, class L>
CENAS_HD inline void add_scaled(L, const T* x, Parameter<T> weight, Parameter<T>* value) {
#pragma omp simd
    for (int l = 0; l < L::count; ++l) value[l] += widen(x[l]) * weight;
}

/// total + weight x, summed over the 3x3 pixels around x, row by row: for a pixel inside of its plane.
template <class T>
CENAS_HD inline Parameter<T> add_window(const T* x, const Plane& plane, Parameter<T> weight, Parameter<T> total) {
    const std::int64_t row = std::int64_t{plane.width} * plane.channels, column = plane.channels;
    const T *above = x - row, *below = x + row;
    total += widen(above[-column]) * weight;
    total += widen(above[0]) * weight;
    total += widen(above[column]) * weight;
    total += widen(x[-column]) * weight;
    total += widen(x[0]) * weight;
    total += widen(x[column]) * weight;
    total += widen(below[-column]) * weight;
    total += widen(below[0]) * weight;
    total += widen(below[column]) * weight;
    return total;
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
        pixels<1>(lanes, pixel, 1);
    }

    /// Pixels [first, first + count), at most `Most`: one term after the other, so that nothing but its arithmetic is
    /// in the innermost loops.
    template <int Most, class L>
    CENAS_HD void pixels(L lanes, std::int64_t first, int count) const {
        using P = Parameter<T>;
        P values[Most * L::count];
        for (int i = 0; i < Most * L::count; ++i) values[i] = 0;
        for (int t = 0; t < terms; ++t) {
            switch (term[t].kind) {
                case TermKind::affine:
                    add_affine(lanes, first, count, term[t], values);
                    break;
                case TermKind::identity:
                    for (int i = 0; i < count; ++i)
                        add_scaled(lanes, term[t].x + (first + i) * plane.channels + lanes.first, P(1),
                                   values + i * L::count);
                    break;
                case TermKind::average3:
                    add_average3(lanes, first, count, term[t].x + lanes.first, values);
                    break;
                case TermKind::average2:
                    add_average2(lanes, first, count, term[t].x + lanes.first, values);
                    break;
            }
        }
        for (int i = 0; i < count; ++i) write((first + i) * plane.channels + lanes.first, lanes, values + i * L::count);
    }

  private:
    template <class L>
    CENAS_HD void write(std::int64_t at, L, const Parameter<T>* value) const {
        using P = Parameter<T>;
        if (sum)
#pragma omp simd
            for (int l = 0; l < L::count; ++l) sum[at + l] = narrow<T>(value[l]);
        if (relu)
#pragma omp simd
            // As written, a NaN stays a NaN.
            for (int l = 0; l < L::count; ++l) relu[at + l] = narrow<T>(value[l] < 0 ? P(0) : value[l]);
    }

    template <class L>
    CENAS_HD void add_affine(L lanes, std::int64_t first, int count, const Term& t, Parameter<T>* values) const {
        const Parameter<T>*scale = t.scale + lanes.first, *shift = t.shift + lanes.first;
        for (int i = 0; i < count; ++i) {
            const T* x = t.x + (first + i) * plane.channels + lanes.first;
            Parameter<T>* value = values + i * L::count;
#pragma omp simd
            for (int l = 0; l < L::count; ++l) value[l] += widen(x[l]) * scale[l] + shift[l];
        }
    }

    template <class L>
    CENAS_HD void add_average3(L lanes, std::int64_t first, int count, const T* x, Parameter<T>* values) const {
        using P = Parameter<T>;
        Place place(plane, first);
        for (int i = 0; i < count; ++i, place.next(plane)) {
            const T* centre = x + (first + i) * plane.channels;
            P* value = values + i * L::count;
            if (!place.inside(plane, 1)) {
                add_outer_average3(lanes, centre, place, value);
                continue;
            }
#pragma omp simd
            for (int l = 0; l < L::count; ++l) value[l] += add_window(centre + l, plane, P(1), P(0)) * (P(1) / P(9));
        }
    }

    /// At the border, in the same order.
    template <class L>
    CENAS_HD void add_outer_average3(L lanes, const T* centre, const Place& at, Parameter<T>* value) const {
        using P = Parameter<T>;
        const int top = at.row > 0 ? -1 : 0, bottom = at.row + 1 < plane.height ? 1 : 0;
        const int left = at.column > 0 ? -1 : 0, right = at.column + 1 < plane.width ? 1 : 0;
        P total[L::count];
        for (int l = 0; l < L::count; ++l) total[l] = 0;
        for (int dy = top; dy <= bottom; ++dy)
            for (int dx = left; dx <= right; ++dx)
                add_scaled(lanes, centre + (std::int64_t{dy} * plane.width + dx) * plane.channels, P(1), total);
        const P share = P(1) / static_cast<P>((bottom - top + 1) * (right - left + 1));
#pragma omp simd
        for (int l = 0; l < L::count; ++l) value[l] += total[l] * share;
    }

    template <class L>
    CENAS_HD void add_average2(L lanes, std::int64_t first, int count, const T* x, Parameter<T>* values) const {
        using P = Parameter<T>;
        Place place(plane, first);
        for (int i = 0; i < count; ++i, place.next(plane)) {
            const int row = 2 * place.row, column = 2 * place.column;
            const std::int64_t image = (first + i) / plane.pixels();
            const int rows = row + 1 < source.height ? 2 : 1, columns = column + 1 < source.width ? 2 : 1;
            const P share = P(1) / static_cast<P>(rows * columns);
            const T* block = x + ((image * source.height + row) * source.width + column) * source.channels;
            for (int dy = 0; dy < rows; ++dy)
                for (int dx = 0; dx < columns; ++dx)
                    add_scaled(lanes, block + (static_cast<std::int64_t>(dy) * source.width + dx) * source.channels,
                               share, values + i * L::count);
        }
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
        pixels<1>(lanes, pixel, 1);
    }

    /// As NodeForward's.
    template <int Most, class L>
    CENAS_HD void pixels(L lanes, std::int64_t first, int count) const {
        using P = Parameter<T>;
        P values[Most * L::count];
        for (int i = 0; i < Most * L::count; ++i) values[i] = 0;
        if (relu_gradient) add_relu(lanes, first, count, values);
        for (int t = 0; t < terms; ++t) {
            switch (term[t].kind) {
                case TermKind::average3:
                    add_average3(lanes, first, count, term[t].gradient + lanes.first, values);
                    break;
                case TermKind::average2:
                    add_average2(lanes, first, count, term[t].gradient + lanes.first, values);
                    break;
                default:
                    for (int i = 0; i < count; ++i)
                        add_scaled(lanes, term[t].gradient + (first + i) * plane.channels + lanes.first, P(1),
                                   values + i * L::count);
            }
        }
        for (int i = 0; i < count; ++i) {
            const std::int64_t at = (first + i) * plane.channels + lanes.first;
            const P* value = values + i * L::count;
#pragma omp simd
            for (int l = 0; l < L::count; ++l) gradient[at + l] = narrow<T>(value[l]);
        }
    }

  private:
    template <class L>
    CENAS_HD void add_relu(L lanes, std::int64_t first, int count, Parameter<T>* values) const {
        for (int i = 0; i < count; ++i) {
            const std::int64_t at = (first + i) * plane.channels + lanes.first;
            Parameter<T>* value = values + i * L::count;
#pragma omp simd
            for (int l = 0; l < L::count; ++l)
                value[l] = widen(relu[at + l]) > 0 ? widen(relu_gradient[at + l]) : Parameter<T>(0);
        }
    }

    /// Positions that the window around `at` covers, of `size`.
    CENAS_HD static int covered(int at, int size) { return 3 - (at == 0 ? 1 : 0) - (at == size - 1 ? 1 : 0); }

    template <class L>
    CENAS_HD void add_average3(L lanes, std::int64_t first, int count, const T* x, Parameter<T>* values) const {
        using P = Parameter<T>;
        Place place(plane, first);
        for (int i = 0; i < count; ++i, place.next(plane)) {
            const T* centre = x + (first + i) * plane.channels;
            P* value = values + i * L::count;
            if (!place.inside(plane, 2)) {  // where not all windows around have nine positions
                add_outer_average3(lanes, centre, place, value);
                continue;
            }
#pragma omp simd
            for (int l = 0; l < L::count; ++l) value[l] = add_window(centre + l, plane, P(1) / P(9), value[l]);
        }
    }

    template <class L>
    CENAS_HD void add_outer_average3(L lanes, const T* centre, const Place& at, Parameter<T>* value) const {
        for (int y = at.row > 0 ? at.row - 1 : 0; y <= (at.row + 1 < plane.height ? at.row + 1 : at.row); ++y) {
            for (int z = at.column > 0 ? at.column - 1 : 0;
                 z <= (at.column + 1 < plane.width ? at.column + 1 : at.column); ++z) {
                const Parameter<T> share =
                    Parameter<T>(1) / static_cast<Parameter<T>>(covered(y, plane.height) * covered(z, plane.width));
                const std::int64_t neighbour = static_cast<std::int64_t>(y - at.row) * plane.width + (z - at.column);
                add_scaled(lanes, centre + neighbour * plane.channels, share, value);
            }
        }
    }

    template <class L>
    CENAS_HD void add_average2(L lanes, std::int64_t first, int count, const T* x, Parameter<T>* values) const {
        Place place(plane, first);
        for (int i = 0; i < count; ++i, place.next(plane)) {
            const std::int64_t image = (first + i) / plane.pixels();
            const int rows = (place.row | 1) < plane.height ? 2 : 1, columns = (place.column | 1) < plane.width ? 2 : 1;
            const std::int64_t block = (image * target.height + place.row / 2) * target.width + place.column / 2;
            add_scaled(lanes, x + block * target.channels, Parameter<T>(1) / static_cast<Parameter<T>>(rows * columns),
                       values + i * L::count);
        }
    }
};

}  // namespace cenas

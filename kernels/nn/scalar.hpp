// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/base/macros.hpp"

namespace cenas {

/// Upper half of an IEEE single: 8 bits of exponent, 7 of mantissa. Storage only; arithmetic is in float.
struct bf16 {
    std::uint16_t bits;
};

/// Networks are templates on the type of their activations. Parameters, gradients of them, and batch-norm statistics
/// have this type: float for float and bf16, double for double (which tests and synflow use).
template <class T>
struct ParameterOf {
    using type = T;
};
template <>
struct ParameterOf<bf16> {
    using type = float;
};
template <class T>
using Parameter = typename ParameterOf<T>::type;

CENAS_HD inline float widen(float x) { return x; }
CENAS_HD inline double widen(double x) { return x; }
CENAS_HD inline float widen(bf16 x) {
    const std::uint32_t bits = static_cast<std::uint32_t>(x.bits) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

template <class T>
CENAS_HD inline T narrow(Parameter<T> x) {
    return x;
}
/// Rounds to nearest, ties to even; NaN stays NaN.
template <>
CENAS_HD inline bf16 narrow<bf16>(float x) {
    std::uint32_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    const std::uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    const std::uint32_t quiet = (bits >> 16) | 0x40u;
    return {static_cast<std::uint16_t>((bits & 0x7FFFFFFFu) > 0x7F800000u ? quiet : rounded)};
}

}  // namespace cenas

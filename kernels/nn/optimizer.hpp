// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "kernels/base/macros.hpp"

namespace cenas {

/// A step of stochastic gradient descent with Nesterov momentum and weight decay, in the form of PyTorch's SGD
/// (Sutskever et al., ICML 2013, with the look-ahead folded into the parameters): g += decay w; v = momentum v + g;
/// w -= rate (g + momentum v).
template <class P>
struct NesterovStep {
    P rate, momentum, decay;
    const P* gradient;
    P* velocity;
    P* weights;

    CENAS_HD void operator()(std::int64_t i) const {
        const P g = gradient[i] + decay * weights[i];
        const P v = momentum * velocity[i] + g;
        velocity[i] = v;
        weights[i] -= rate * (g + momentum * v);
    }
};

/// sum[i] = parts[0][i] + parts[1][i] + ...: gradients that were made in parts, added in order.
template <class P>
struct AddGradientParts {
    const P* parts;
    std::int64_t count, stride;
    P* sum;

    CENAS_HD void operator()(std::int64_t i) const {
        P total = parts[i];
        for (std::int64_t k = 1; k < count; ++k) total += parts[k * stride + i];
        sum[i] = total;
    }
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/quasi_random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

namespace cenas {
namespace {

constexpr double smallest = 0x1.0p-54;  // half a step of Random::uniform()

}  // namespace

double normal_quantile(double p) {
    const double tail = std::min(p, 1 - p);
    const double t = std::sqrt(-2 * std::log(tail));
    double x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    for (int step = 0; step < 2; ++step) {  // on the upper tail, where erfc is exact
        const double excess = 0.5 * std::erfc(x / std::numbers::sqrt2) - tail;
        const double u = -excess * std::sqrt(2 * std::numbers::pi) * std::exp(0.5 * x * x);
        x -= u / (1 + 0.5 * x * u);
    }
    return p < 0.5 ? -x : x;
}

Eigen::MatrixXd even_points(Eigen::Index n, Eigen::Index d, Random& random) {
    double phi = 1.5;
    for (int i = 0; i < 60; ++i) phi = std::pow(1 + phi, 1.0 / static_cast<double>(d + 1));  // a contraction
    Eigen::MatrixXd points(n, d);
    for (Eigen::Index k = 0; k < d; ++k) {
        const double step = std::pow(phi, -static_cast<double>(k + 1)), start = random.uniform();
        for (Eigen::Index i = 0; i < n; ++i) {
            const double x = start + step * static_cast<double>(i + 1);
            points(i, k) = x - std::floor(x);
        }
    }
    return points;
}

double normal(Random& random) { return normal_quantile(std::clamp(random.uniform(), smallest, 1 - smallest)); }

Eigen::MatrixXd even_normals(Eigen::Index groups, Eigen::Index d, Eigen::Index n, Random& random) {
    Eigen::MatrixXd normals(groups * d, n);
    std::vector<Eigen::Index> order(static_cast<std::size_t>(n));
    for (Eigen::Index g = 0; g < groups; ++g) {
        const Eigen::MatrixXd points = even_points(n, d, random);
        std::iota(order.begin(), order.end(), Eigen::Index{0});
        for (std::size_t left = order.size(); left > 1; --left)
            std::swap(order[left - 1], order[random.below(static_cast<std::uint32_t>(left))]);
        for (Eigen::Index i = 0; i < n; ++i)
            for (Eigen::Index k = 0; k < d; ++k)
                normals(g * d + k, i) =
                    normal_quantile(std::clamp(points(order[static_cast<std::size_t>(i)], k), smallest, 1 - smallest));
    }
    return normals;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/expected_improvement.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>
#include <utility>

namespace cenas {
namespace {

/// Beyond `certain` deviations it is 0 or 1 to ten digits, and most candidates are there.
constexpr double certain = 6.5;
double normal_distribution(double u) {
    if (std::abs(u) > certain) return u > 0 ? 1 : 0;
    return 0.5 * std::erfc(-u / std::numbers::sqrt2);
}
double normal_density(double u) {
    return std::exp(-0.5 * u * u) * 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2;
}

}  // namespace

Belief known_gain(Eigen::ArrayXd gains) {
    return [gains = std::move(gains)](double level) -> Eigen::ArrayXd { return (gains - level).max(0.0); };
}

Eigen::ArrayXd expected_hypervolume_improvement(const Boxes& boxes, std::span<const Belief> beliefs) {
    const std::size_t m = beliefs.size();
    std::vector<std::map<double, Eigen::ArrayXd>> by_level(m);  // boxes share their levels
    const auto above = [&](std::size_t k, double level) -> const Eigen::ArrayXd& {
        auto found = by_level[k].find(level);
        if (found == by_level[k].end()) found = by_level[k].emplace(level, beliefs[k](level)).first;
        return found->second;
    };
    Eigen::ArrayXd sum;
    for (std::size_t box = 0; box < boxes.lower.size(); box += m) {
        Eigen::ArrayXd product;
        for (std::size_t k = 0; k < m; ++k) {
            Eigen::ArrayXd edge = above(k, boxes.lower[box + k]);
            if (std::isfinite(boxes.upper[box + k])) edge -= above(k, boxes.upper[box + k]);
            product = k == 0 ? edge : Eigen::ArrayXd(product * edge);
        }
        sum = box == 0 ? product : Eigen::ArrayXd(sum + product);
    }
    return sum.max(0.0);  // differences of nearly equal expectations may round below
}

GainTransform::GainTransform(std::span<const double> gains, double ceiling) : ceiling_(ceiling) {
    const auto n = static_cast<double>(gains.size());
    for (const double gain : gains) centre_ += warp(gain) / n;
    double variance = 0;
    for (const double gain : gains) variance += (warp(gain) - centre_) * (warp(gain) - centre_) / n;
    if (variance > 0) scale_ = std::sqrt(variance);
}

double GainTransform::warp(double gain) const {
    if (!std::isfinite(ceiling_)) return gain;
    constexpr double nearest = 1e-5;  // to the ceiling, as a part of it: a perfect gain stays finite
    return -std::log(std::max(ceiling_ - gain, nearest * std::abs(ceiling_)));
}

std::vector<double> GainTransform::apply(std::span<const double> gains) const {
    std::vector<double> z;
    for (const double gain : gains) z.push_back((warp(gain) - centre_) / scale_);
    return z;
}

double GainTransform::invert(double z) const {
    const double warped = z * scale_ + centre_;
    return std::isfinite(ceiling_) ? ceiling_ - std::exp(-warped) : warped;
}

double GainTransform::expected_improvement(double mean, double deviation, double level) const {
    const double m = mean * scale_ + centre_;
    const double d = deviation * scale_;
    if (!std::isfinite(ceiling_)) {
        const double u = (m - level) / d;
        return std::max((m - level) * normal_distribution(u) + d * normal_density(u), 0.0);
    }
    // With z = m + d x, x standard normal: the integral of (ceiling - level) - exp(-z) over z above its level.
    if (level >= ceiling_) return 0;
    const double u = (m + std::log(ceiling_ - level)) / d;
    if (u < -certain) return 0;
    return std::max(
        (ceiling_ - level) * normal_distribution(u) - std::exp(-m + 0.5 * d * d) * normal_distribution(u - d), 0.0);
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// Two problems on which multi-objective optimizers of continuous spaces are compared, as gains.

#include <Eigen/Core>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

namespace cenas {

struct BoxProblem {
    std::string name;
    Eigen::VectorXd lower, upper;
    int objectives = 0;
    std::function<std::vector<double>(const Eigen::VectorXd&)> gains;  ///< reference - objective, all minimized
    double hv_max = 0;
};

/// Branin's and Currin's functions on the unit square (Belakaria, Deshwal, Doppa, "Max-value entropy search for
/// multi-objective Bayesian optimization", NeurIPS 2019), with the reference (18, 6) and the largest hypervolume of
/// BoTorch.
inline BoxProblem branin_currin() {
    const auto gains = [](const Eigen::VectorXd& x) {
        constexpr double pi = std::numbers::pi;
        const double u = 15 * x[0] - 5, v = 15 * x[1], a = x[0];
        const double bowl = v - 5.1 / (4 * pi * pi) * u * u + 5 / pi * u - 6;
        const double branin = bowl * bowl + 10 * (1 - 1 / (8 * pi)) * std::cos(u) + 10;
        const double factor = x[1] > 0 ? 1 - std::exp(-1 / (2 * x[1])) : 1.0;
        const double currin = factor * (((2300 * a + 1900) * a + 2092) * a + 60) / (((100 * a + 500) * a + 4) * a + 20);
        return std::vector<double>{18 - branin, 6 - currin};
    };
    return {"Branin-Currin", Eigen::VectorXd::Zero(2), Eigen::VectorXd::Ones(2), 2, gains, 59.36011874867746};
}

/// Mass, acceleration of a full frontal crash and intrusion of an offset one, of the thicknesses (mm) of five parts of
/// a car's front (Liao et al., "Multiobjective optimization for crash safety design of vehicles using stepwise
/// regression model", Struct. Multidisc. Optim. 35, 2008; RE3-5-4 of Tanabe and Ishibuchi, Applied Soft Computing 89,
/// 2020), with the reference and the hypervolume of BoTorch, which come from Tanabe and Ishibuchi's approximate front.
inline BoxProblem vehicle_safety() {
    const auto gains = [](const Eigen::VectorXd& x) {
        const double a = x[0], b = x[1], c = x[2], d = x[3], e = x[4];
        const double mass = 1640.2823 + 2.3573285 * a + 2.3220035 * b + 4.5688768 * c + 7.7213633 * d + 4.4559504 * e;
        const double acceleration = 6.5856 + 1.15 * a - 1.0427 * b + 0.9738 * c + 0.8364 * d - 0.3695 * a * d +
                                    0.0861 * a * e + 0.3628 * b * d - 0.1106 * a * a - 0.3437 * c * c + 0.1764 * d * d;
        const double intrusion = -0.0551 + 0.0181 * a + 0.1024 * b + 0.0421 * c - 0.0073 * a * b + 0.024 * b * c -
                                 0.0118 * b * d - 0.0204 * c * d - 0.008 * c * e - 0.0241 * b * b + 0.0109 * d * d;
        return std::vector<double>{1864.72022 - mass, 11.81993945 - acceleration, 0.2903999384 - intrusion};
    };
    return {"VehicleSafety",   Eigen::VectorXd::Constant(5, 1.0), Eigen::VectorXd::Constant(5, 3.0), 3, gains,
            246.81607081187002};
}

}  // namespace cenas

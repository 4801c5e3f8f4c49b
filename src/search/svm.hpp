// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace cenas {

struct SvmOptions {
    std::string kernel = "poly";  ///< poly: (gamma <x, y>)^degree; rbf: exp(-gamma |x - y|^2); linear: <x, y>
    int degree = 4;
    double penalty = 1.0;     ///< C
    double tolerance = 1e-3;  ///< of the optimality conditions, at which libsvm stops
};

/// A two-class C-SVC. libsvm (Chang and Lin, ACM TIST 2(3), 2011) finds the support vectors, from a kernel matrix
/// that we compute in bulk; decisions are our own vectorised sum over them (tests/search/svm_test.cpp holds both
/// against libsvm's own). gamma = 1 / (dimensions * variance of all coordinates), scikit-learn's
/// "scale".
class Svm {
  public:
    /// Fits `points`, one a row, of any dimension >= 1, to `labels` (+1 or -1, as many). nullopt where no model exists:
    /// a class is missing, or all points are equal. Deterministic.
    static std::optional<Svm> fit(const Eigen::MatrixXd& points, std::span<const std::int8_t> labels,
                                  const SvmOptions& options);

    /// Signed decision value of one point: > 0 is class +1.
    double decision(const Eigen::VectorXd& point) const;

    /// Whether the training points lie on both sides of the decision.
    bool separates() const { return separates_; }
    double gamma() const { return gamma_; }

  private:
    Svm() = default;

    SvmOptions options_;
    double gamma_ = 1.0;
    double offset_ = 0.0;
    bool separates_ = false;
    Eigen::MatrixXd support_;
    Eigen::VectorXd support_norms_;  // squared lengths of the rows, for rbf
    Eigen::VectorXd weights_;
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/svm.hpp"

#include <libsvm/svm.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

namespace cenas {
namespace {

/// Calls use(values) with the kernel of inner products (poly, linear) or squared distances (rbf): an expression, for
/// which no temporary is made, except that pow is not vectorised and would change the order of a sum.
template <class Array, class Use>
auto with_kernel(const Eigen::ArrayBase<Array>& of, const SvmOptions& options, double gamma, const Use& use) {
    if (options.kernel == "rbf") return use((-gamma * of).exp());
    if (options.kernel == "linear") return use(of);
    if (options.degree == 4) return use((gamma * of).square().square());
    return use((gamma * of).pow(options.degree).eval());
}

Eigen::ArrayXXd kernel_matrix(const Eigen::MatrixXd& points, const SvmOptions& options, double gamma) {
    Eigen::ArrayXXd values = points * points.transpose();
    if (options.kernel == "rbf") {
        const Eigen::ArrayXd norms = values.matrix().diagonal();
        values = (-2.0 * values).colwise() + norms;
        values.rowwise() += norms.transpose();
    }
    with_kernel(values, options, gamma, [&](const auto& kernel) { values = kernel; });
    return values;
}

double variance(const Eigen::MatrixXd& points) { return (points.array() - points.mean()).square().mean(); }

struct ModelDeleter {
    void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
};

bool lie_on_both_sides(const Eigen::ArrayXXd& kernel, const svm_model& model, const Eigen::VectorXd& weights,
                       double offset) {
    bool above = false, below = false;
    for (Eigen::Index i = 0; i < kernel.rows() && !(above && below); ++i) {
        double decision = offset;
        for (int s = 0; s < model.l; ++s) decision += weights[s] * kernel(i, model.sv_indices[s] - 1);
        (decision > 0 ? above : below) = true;
    }
    return above && below;
}

void silence_libsvm() {
    static std::once_flag once;
    std::call_once(once, [] { svm_set_print_string_function([](const char*) {}); });
}

}  // namespace

std::optional<Svm> Svm::fit(const Eigen::MatrixXd& points, std::span<const std::int8_t> labels,
                            const SvmOptions& options) {
    const Eigen::Index n = points.rows();
    const double spread = n > 0 ? variance(points) : 0.0;
    const auto positives = std::count(labels.begin(), labels.end(), std::int8_t{1});
    if (spread <= 0.0 || positives == 0 || positives == n) return std::nullopt;

    Svm result;
    result.options_ = options;
    result.gamma_ = 1.0 / (static_cast<double>(points.cols()) * spread);
    const Eigen::ArrayXXd kernel = kernel_matrix(points, options, result.gamma_);

    // libsvm's precomputed kernel: row i is its own number (from 1), then K(i, 1..n).
    const auto stride = static_cast<std::size_t>(n) + 1;
    const auto nodes = std::make_unique_for_overwrite<svm_node[]>(static_cast<std::size_t>(n) * stride);
    std::vector<svm_node*> rows(static_cast<std::size_t>(n));
    std::vector<double> targets(labels.begin(), labels.end());
    for (Eigen::Index i = 0; i < n; ++i) {
        svm_node* row = rows[static_cast<std::size_t>(i)] = &nodes[static_cast<std::size_t>(i) * stride];
        row[0] = {0, static_cast<double>(i + 1)};
        for (Eigen::Index j = 0; j < n; ++j) row[j + 1] = {static_cast<int>(j + 1), kernel(j, i)};
    }
    const svm_problem problem{static_cast<int>(n), targets.data(), rows.data()};
    svm_parameter parameter{};
    parameter.svm_type = C_SVC;
    parameter.kernel_type = PRECOMPUTED;
    parameter.cache_size = 64;  // MB
    parameter.eps = options.tolerance;
    parameter.C = options.penalty;
    parameter.shrinking = 1;  // twice as fast at 600 points
    silence_libsvm();
    const std::unique_ptr<svm_model, ModelDeleter> model(svm_train(&problem, &parameter));

    const double sign = model->label[0] == 1 ? 1.0 : -1.0;  // libsvm decides for the label it met first
    result.offset_ = -sign * model->rho[0];
    result.support_.resize(model->l, points.cols());
    result.weights_.resize(model->l);
    for (int s = 0; s < model->l; ++s) {
        result.support_.row(s) = points.row(model->sv_indices[s] - 1);
        result.weights_[s] = sign * model->sv_coef[0][s];
    }
    result.support_norms_ = result.support_.rowwise().squaredNorm();
    result.separates_ = lie_on_both_sides(kernel, *model, result.weights_, result.offset_);
    return result;
}

double Svm::decision(const Eigen::VectorXd& point) const {
    // Column by column, from the first: a product of Eigen's may sum the last row in another order than the others.
    Eigen::ArrayXd products = support_.col(0).array() * point[0];
    for (Eigen::Index k = 1; k < support_.cols(); ++k) products += support_.col(k).array() * point[k];
    if (options_.kernel == "rbf") products = support_norms_.array() - 2.0 * products + point.squaredNorm();
    return with_kernel(products, options_, gamma_,
                       [&](const auto& kernel) { return kernel.matrix().dot(weights_) + offset_; });
}

}  // namespace cenas

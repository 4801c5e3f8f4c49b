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

/// Kernel values from inner products (poly) or squared distances (rbf), in place.
template <class Array>
void apply_kernel(Eigen::ArrayBase<Array>& values, bool rbf, int degree, double gamma) {
    if (rbf) {
        values = (-gamma * values).exp();
        return;
    }
    values *= gamma;
    if (degree == 4)
        values = values.square().square();
    else
        values = values.pow(degree);
}

Eigen::ArrayXXd kernel_matrix(const Eigen::MatrixXd& points, bool rbf, int degree, double gamma) {
    Eigen::ArrayXXd values = points * points.transpose();
    if (rbf) {
        const Eigen::ArrayXd norms = values.matrix().diagonal();
        values = (-2.0 * values).colwise() + norms;
        values.rowwise() += norms.transpose();
    }
    apply_kernel(values, rbf, degree, gamma);
    return values;
}

double variance(const Eigen::MatrixXd& points) { return (points.array() - points.mean()).square().mean(); }

struct ModelDeleter {
    void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
};

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
    result.rbf_ = options.kernel == "rbf";
    result.degree_ = options.degree;
    result.gamma_ = 1.0 / (static_cast<double>(points.cols()) * spread);
    const Eigen::ArrayXXd kernel = kernel_matrix(points, result.rbf_, result.degree_, result.gamma_);

    // libsvm's precomputed kernel: row i is its own number (from 1), then K(i, 1..n).
    const auto stride = static_cast<std::size_t>(n) + 1;
    std::vector<svm_node> nodes(static_cast<std::size_t>(n) * stride);
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
    result.support_.resize(model->l, points.cols());
    result.weights_.resize(model->l);
    result.training_decisions_ = Eigen::VectorXd::Constant(n, -sign * model->rho[0]);
    for (int s = 0; s < model->l; ++s) {
        const Eigen::Index row = model->sv_indices[s] - 1;
        result.support_.row(s) = points.row(row);
        result.weights_[s] = sign * model->sv_coef[0][s];
        result.training_decisions_ += result.weights_[s] * kernel.col(row).matrix();
    }
    result.support_norms_ = result.support_.rowwise().squaredNorm();
    result.offset_ = -sign * model->rho[0];
    return result;
}

double Svm::decision(const Eigen::VectorXd& point) const {
    Eigen::ArrayXd values = support_ * point;
    if (rbf_) values = support_norms_.array() - 2.0 * values + point.squaredNorm();
    apply_kernel(values, rbf_, degree_, gamma_);
    return values.matrix().dot(weights_) + offset_;
}

}  // namespace cenas

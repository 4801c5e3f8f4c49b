// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/svm.hpp"

#include <libsvm/svm.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace cenas {
namespace {

/// Calls use(values) with the kernel of inner products (poly) or squared distances (rbf): an expression, for which no
/// temporary is made, except that pow is not vectorised and would change the order of a sum.
template <class Array, class Use>
auto with_kernel(const Eigen::ArrayBase<Array>& of, bool rbf, int degree, double gamma, const Use& use) {
    if (rbf) return use((-gamma * of).exp());
    if (degree == 4) return use((gamma * of).square().square());
    return use((gamma * of).pow(degree).eval());
}

Eigen::ArrayXXd kernel_matrix(const SvmPoints& points, bool rbf, int degree, double gamma) {
    const Eigen::MatrixXd dynamic(points);  // Eigen may sum over columns of a fixed number in another order
    Eigen::ArrayXXd values = dynamic * dynamic.transpose();
    if (rbf) {
        const Eigen::ArrayXd norms = values.matrix().diagonal();
        values = (-2.0 * values).colwise() + norms;
        values.rowwise() += norms.transpose();
    }
    with_kernel(values, rbf, degree, gamma, [&](const auto& kernel) { values = kernel; });
    return values;
}

double variance(const SvmPoints& points) { return (points.array() - points.mean()).square().mean(); }

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

std::optional<Svm> Svm::fit(const SvmPoints& points, std::span<const std::int8_t> labels, const SvmOptions& options) {
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
    result.support_norms_ = Eigen::MatrixXd(result.support_).rowwise().squaredNorm();
    result.separates_ = lie_on_both_sides(kernel, *model, result.weights_, result.offset_);
    return result;
}

double Svm::decision(const SvmPoint& point) const {
    // Column by column, from the first: a product of Eigen's may sum the last row in another order than the others.
    const auto inner_products = [&]<std::size_t... k>(std::index_sequence<k...>) {
        return (... + (support_.col(k).array() * point[k]));
    }
    (std::make_index_sequence<edge_count>());
    const auto sum = [&](const auto& kernel) { return kernel.matrix().dot(weights_) + offset_; };
    if (!rbf_) return with_kernel(inner_products, rbf_, degree_, gamma_, sum);
    const double norm = Eigen::VectorXd(point).squaredNorm();
    return with_kernel(support_norms_.array() - 2.0 * inner_products + norm, rbf_, degree_, gamma_, sum);
}

}  // namespace cenas

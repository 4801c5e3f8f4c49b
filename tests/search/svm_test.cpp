// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/svm.hpp"

#include <gtest/gtest.h>
#include <libsvm/svm.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "kernels/rng/philox.hpp"
#include "search/lamoo.hpp"

namespace cenas {
namespace {

struct Bag {
    Eigen::MatrixXd points;
    std::vector<std::int8_t> labels;
};

/// Cells with a noisy label, as a search meets them.
Bag random_bag(int n, std::uint64_t seed) {
    Random random(seed, Stream::tests);
    Bag bag{Eigen::MatrixXd(n, edge_count), {}};
    for (int i = 0; i < n; ++i) {
        bag.points.row(i) = lamoo_features(static_cast<CellIndex>(random.below(cell_count)));
        bag.labels.push_back(bag.points.row(i).sum() + random.uniform() > 3.5 ? 1 : -1);
    }
    return bag;
}

/// libsvm on its own: its kernels, its prediction, sparse vectors.
class Libsvm {
  public:
    Libsvm(const Bag& bag, const SvmOptions& options, double gamma) {
        svm_set_print_string_function([](const char*) {});
        for (Eigen::Index i = 0; i < bag.points.rows(); ++i) vectors_.push_back(nodes(bag.points.row(i)));
        for (auto& vector : vectors_) rows_.push_back(vector.data());
        targets_.assign(bag.labels.begin(), bag.labels.end());
        problem_ = {static_cast<int>(rows_.size()), targets_.data(), rows_.data()};
        svm_parameter parameter{};
        parameter.svm_type = C_SVC;
        parameter.kernel_type = options.kernel == "rbf" ? RBF : options.kernel == "linear" ? LINEAR : POLY;
        parameter.degree = options.degree;
        parameter.gamma = gamma;
        parameter.C = options.penalty;
        parameter.eps = 1e-3;
        parameter.cache_size = 64;
        parameter.shrinking = 1;
        model_.reset(svm_train(&problem_, &parameter));
    }
    double decision(const Eigen::VectorXd& x) const {
        double value = 0;
        svm_predict_values(model_.get(), nodes(x).data(), &value);
        return model_->label[0] == 1 ? value : -value;
    }

  private:
    struct Deleter {
        void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
    };
    static std::vector<svm_node> nodes(const Eigen::VectorXd& x) {
        std::vector<svm_node> result;
        for (Eigen::Index k = 0; k < x.size(); ++k) result.push_back({static_cast<int>(k + 1), x[k]});
        result.push_back({-1, 0});
        return result;
    }
    std::vector<std::vector<svm_node>> vectors_;
    std::vector<svm_node*> rows_;
    std::vector<double> targets_;
    svm_problem problem_{};
    std::unique_ptr<svm_model, Deleter> model_;
};

// Both solve one convex problem to the same tolerance from kernel values that differ in the last bits only.
TEST(Svm, DecidesAsLibsvmDoes) {
    for (const std::string kernel : {"poly", "rbf", "linear"})
        for (const int n : {12, 80, 300}) {
            const Bag bag = random_bag(n, static_cast<std::uint64_t>(n));
            const SvmOptions options{kernel, 4, 1.0};
            const auto svm = Svm::fit(bag.points, bag.labels, options);
            ASSERT_TRUE(svm);
            const Libsvm reference(bag, options, svm->gamma());
            Random random(9, Stream::tests);
            int disagreements = 0;
            for (int i = 0; i < 500; ++i) {
                const auto x = lamoo_features(static_cast<CellIndex>(random.below(cell_count)));
                const double ours = svm->decision(x), theirs = reference.decision(x);
                EXPECT_NEAR(ours, theirs, 1e-2 * (1 + std::abs(theirs))) << kernel << " n " << n;
                disagreements += (ours > 0) != (theirs > 0) ? 1 : 0;
            }
            EXPECT_LE(disagreements, 2);
        }
}

/// The same machine in plain steps, each with its matrix or vector. What Svm does without them must give the same bits:
/// a search takes another path where a decision near 0 changes its sign.
struct PlainSvm {
    Eigen::MatrixXd support;
    Eigen::VectorXd weights, training_decisions;
    double gamma = 0, offset = 0;
    SvmOptions options;

    PlainSvm(const Eigen::MatrixXd& points, const std::vector<std::int8_t>& labels, const SvmOptions& with)
        : options(with) {
        const Eigen::Index n = points.rows();
        gamma = 1.0 / (static_cast<double>(points.cols()) * (points.array() - points.mean()).square().mean());
        Eigen::ArrayXXd kernel = points * points.transpose();
        if (options.kernel == "rbf") {
            const Eigen::ArrayXd norms = kernel.matrix().diagonal();
            kernel = (-2.0 * kernel).colwise() + norms;
            kernel.rowwise() += norms.transpose();
        }
        kernel = apply_kernel(kernel);

        std::vector<std::vector<svm_node>> rows;
        for (Eigen::Index i = 0; i < n; ++i) {
            rows.push_back({{0, static_cast<double>(i + 1)}});
            for (Eigen::Index j = 0; j < n; ++j) rows.back().push_back({static_cast<int>(j + 1), kernel(j, i)});
        }
        std::vector<svm_node*> pointers;
        for (auto& row : rows) pointers.push_back(row.data());
        std::vector<double> targets(labels.begin(), labels.end());
        const svm_problem problem{static_cast<int>(n), targets.data(), pointers.data()};
        svm_parameter parameter{};
        parameter.svm_type = C_SVC;
        parameter.kernel_type = PRECOMPUTED;
        parameter.cache_size = 64;
        parameter.eps = options.tolerance;
        parameter.C = options.penalty;
        parameter.shrinking = 1;
        svm_set_print_string_function([](const char*) {});
        svm_model* model = svm_train(&problem, &parameter);
        const double sign = model->label[0] == 1 ? 1.0 : -1.0;
        offset = -sign * model->rho[0];
        support.resize(model->l, points.cols());
        weights.resize(model->l);
        training_decisions = Eigen::VectorXd::Constant(n, offset);
        for (int s = 0; s < model->l; ++s) {
            support.row(s) = points.row(model->sv_indices[s] - 1);
            weights[s] = sign * model->sv_coef[0][s];
            training_decisions += weights[s] * kernel.col(model->sv_indices[s] - 1).matrix();
        }
        svm_free_and_destroy_model(&model);
    }

    Eigen::ArrayXXd apply_kernel(const Eigen::ArrayXXd& values) const {
        if (options.kernel == "rbf") return (-gamma * values).exp();
        const Eigen::ArrayXXd scaled = gamma * values;
        if (options.degree != 4) return scaled.pow(options.degree);
        const Eigen::ArrayXXd squares = scaled.square();
        return squares.square();
    }

    double decision(const Eigen::VectorXd& point) const {
        const Eigen::VectorXd norms = support.rowwise().squaredNorm();
        Eigen::ArrayXd values(support.rows());
        for (Eigen::Index i = 0; i < support.rows(); ++i) {
            values[i] = support(i, 0) * point[0];
            for (Eigen::Index k = 1; k < point.size(); ++k) values[i] += support(i, k) * point[k];
        }
        if (options.kernel == "rbf") values = norms.array() - 2.0 * values + point.squaredNorm();
        const Eigen::ArrayXd kernel = apply_kernel(values);
        return kernel.matrix().dot(weights) + offset;
    }
};

TEST(Svm, SparesTheTemporariesAndKeepsTheBits) {
    const SvmOptions machines[] = {{"poly", 4, 1.0, 0.1}, {"poly", 3, 1.0, 0.1}, {"rbf", 4, 1.0, 1e-3}};
    for (const SvmOptions& options : machines)
        for (const int n : {3, 12, 81, 300}) {
            Bag bag = random_bag(n, static_cast<std::uint64_t>(n));
            bag.labels[0] = 1;
            bag.labels[1] = -1;
            const auto svm = Svm::fit(bag.points, bag.labels, options);
            ASSERT_TRUE(svm);
            const PlainSvm plain(bag.points, bag.labels, options);
            EXPECT_EQ(svm->gamma(), plain.gamma);
            for (CellIndex cell = 0; cell < cell_count; cell += 7) {
                const auto x = lamoo_features(cell);
                ASSERT_EQ(svm->decision(x), plain.decision(x))
                    << options.kernel << " " << options.degree << ", n " << n << ", cell " << cell;
            }
        }
}

// A few points of one class among many of the other: a small penalty lets the machine say the same of all of them.
TEST(Svm, SeparatesWhereTrainingPointsLieOnBothSides) {
    int separating = 0;
    constexpr int bags = 60;
    for (int i = 0; i < bags; ++i) {
        Bag bag = random_bag(25, static_cast<std::uint64_t>(i));
        std::fill(bag.labels.begin() + 3, bag.labels.end(), std::int8_t{-1});
        bag.labels[0] = 1;
        const SvmOptions options{"rbf", 4, 0.05 * (i + 1), 0.1};
        const auto svm = Svm::fit(bag.points, bag.labels, options);
        ASSERT_TRUE(svm);
        const Eigen::ArrayXd plain = PlainSvm(bag.points, bag.labels, options).training_decisions;
        EXPECT_EQ(svm->separates(), (plain > 0).any() && (plain <= 0).any()) << i;
        separating += svm->separates() ? 1 : 0;
    }
    EXPECT_GT(separating, 0);
    EXPECT_LT(separating, bags);
}

TEST(Svm, GammaIsScikitLearnsScale) {
    Eigen::MatrixXd points(2, edge_count);
    points << 0, 1, 2, 3, 0, 1,  //
        2, 3, 0, 1, 2, 3;        // variance of all entries: 1.25
    const auto svm = Svm::fit(points, std::vector<std::int8_t>{1, -1}, {"rbf", 4, 1.0});
    ASSERT_TRUE(svm);
    EXPECT_DOUBLE_EQ(svm->gamma(), 1.0 / (edge_count * 1.25));
}

TEST(Svm, DegenerateBagsGiveNoModel) {
    const Bag bag = random_bag(10, 6);
    EXPECT_FALSE(Svm::fit(bag.points, std::vector<std::int8_t>(10, 1), {}));
    EXPECT_FALSE(Svm::fit(bag.points, std::vector<std::int8_t>(10, -1), {}));
    std::vector<std::int8_t> mixed(10, 1);
    mixed[3] = -1;
    EXPECT_FALSE(Svm::fit(Eigen::MatrixXd::Constant(10, edge_count, 0.5), mixed, {}));
    EXPECT_FALSE(Svm::fit(Eigen::MatrixXd(0, edge_count), std::vector<std::int8_t>{}, {}));
}

}  // namespace
}  // namespace cenas

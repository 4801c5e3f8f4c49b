// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/svm.hpp"

#include <gtest/gtest.h>
#include <libsvm/svm.h>

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
        parameter.kernel_type = options.kernel == "rbf" ? RBF : POLY;
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
    for (const std::string kernel : {"poly", "rbf"})
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

TEST(Svm, TrainingDecisionsAreDecisionsOfTheTrainingPoints) {
    for (const std::string kernel : {"poly", "rbf"}) {
        const Bag bag = random_bag(100, 5);
        const auto svm = Svm::fit(bag.points, bag.labels, {kernel, 3, 1.0});
        ASSERT_TRUE(svm);
        for (Eigen::Index i = 0; i < bag.points.rows(); ++i)
            EXPECT_NEAR(svm->training_decisions()[i], svm->decision(bag.points.row(i)), 1e-9);
    }
}

TEST(Svm, GammaIsScikitLearnsScale) {
    Eigen::MatrixXd points(2, 2);
    points << 0, 1, 2, 3;  // variance of all entries: 1.25
    const auto svm = Svm::fit(points, std::vector<std::int8_t>{1, -1}, {"rbf", 4, 1.0});
    ASSERT_TRUE(svm);
    EXPECT_DOUBLE_EQ(svm->gamma(), 1.0 / (2 * 1.25));
}

TEST(Svm, DegenerateBagsGiveNoModel) {
    const Bag bag = random_bag(10, 6);
    EXPECT_FALSE(Svm::fit(bag.points, std::vector<std::int8_t>(10, 1), {}));
    EXPECT_FALSE(Svm::fit(bag.points, std::vector<std::int8_t>(10, -1), {}));
    std::vector<std::int8_t> mixed(10, 1);
    mixed[3] = -1;
    EXPECT_FALSE(Svm::fit(Eigen::MatrixXd::Constant(10, 6, 0.5), mixed, {}));
    EXPECT_FALSE(Svm::fit(Eigen::MatrixXd(0, 6), std::vector<std::int8_t>{}, {}));
}

}  // namespace
}  // namespace cenas

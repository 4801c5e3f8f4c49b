// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/nehvi.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "pareto/hypervolume.hpp"
#include "search/quasi_random.hpp"

namespace cenas {
namespace {

struct Data {
    Eigen::MatrixXd points;
    std::vector<NumericGp> models;
};

/// Two or three gains against each other over the unit square, all above the reference.
Data data(Eigen::Index n, std::size_t objectives, std::uint64_t seed, double noise) {
    Random random(seed, Stream::tests);
    Data d{even_points(n, 2, random), {}};
    for (std::size_t k = 0; k < objectives; ++k) {
        Eigen::VectorXd gains(n);
        for (Eigen::Index i = 0; i < n; ++i) {
            const double x = d.points(i, 0), y = d.points(i, 1);
            gains[i] = k == 0 ? 1 + x + 0.3 * std::sin(5 * y) : k == 1 ? 2.2 - x * x - 0.5 * y : 1 + 0.5 * y;
        }
        d.models.push_back(NumericGp::with_parameters(d.points, gains, {Eigen::Vector2d(0.5, 0.7), 1.0, noise}));
    }
    return d;
}

/// The definition, with plain draws: all points' and the new one's values jointly, and hypervolumes of all.
double plain_value(const Data& d, const Eigen::MatrixXd& known, const Eigen::RowVectorXd& x, int samples) {
    const auto m = static_cast<int>(d.models.size());
    Eigen::MatrixXd all(known.rows() + 1, known.cols());
    all << known, x;
    Random random(77, Stream::tests);
    std::vector<Eigen::MatrixXd> drawn;
    for (const auto& model : d.models) {
        Eigen::MatrixXd normals(all.rows(), samples);
        for (double& z : normals.reshaped()) z = normal(random);
        drawn.push_back(posterior_samples(model.predict(all), normals));
    }
    double sum = 0;
    for (int s = 0; s < samples; ++s) {
        std::vector<double> gains;
        for (Eigen::Index i = 0; i < all.rows(); ++i)
            for (const auto& objective : drawn) gains.push_back(objective(i, s));
        const std::span<const double> with(gains);
        sum += hypervolume(with, m) - hypervolume(with.first(gains.size() - d.models.size()), m);
    }
    return sum / samples;
}

TEST(Nehvi, IsTheExpectedImprovementOfPlainJointDraws) {
    for (const std::size_t objectives : {2u, 3u}) {
        const Data d = data(12, objectives, 1, 0.05);
        Random random(2, Stream::tests);
        const Nehvi acquisition(d.models, d.points, 4096, random);
        Eigen::MatrixXd at(4, 2);
        at << 0.9, 0.95, 0.5, 0.5, 0.02, 0.4, 1.0, 0.0;
        const Eigen::VectorXd values = acquisition.values(at);
        for (Eigen::Index i = 0; i < at.rows(); ++i) {
            const double expected = plain_value(d, d.points, at.row(i), 20000);
            EXPECT_NEAR(values[i], expected, 0.05 * expected + 2e-4) << objectives << " objectives, point " << i;
            EXPECT_NEAR(acquisition.values(at.row(i))[0], values[i], 1e-12);  // one by one is the same
        }
    }
}

TEST(Nehvi, PendingTwinIsWorthNothing) {
    const Data d = data(12, 2, 3, 1e-4);
    Random random(4, Stream::tests);
    const Eigen::MatrixXd spread = even_points(300, 2, random);
    Eigen::Index best = 0;
    Nehvi(d.models, d.points, 256, random).values(spread).maxCoeff(&best);
    const Eigen::MatrixXd at = spread.row(best);
    const Eigen::VectorXd before = Nehvi(d.models, d.points, 256, random).values(at);
    Eigen::MatrixXd known(13, 2);
    known << d.points, at;
    const Eigen::VectorXd after = Nehvi(d.models, known, 256, random).values(at);
    EXPECT_GT(before[0], 1e-4);
    EXPECT_LT(after[0], 0.05 * before[0]);
    // Nor is a point that was measured all but exactly.
    EXPECT_LT(Nehvi(d.models, d.points, 256, random).values(d.points).maxCoeff(), 0.1 * before[0]);
}

}  // namespace
}  // namespace cenas

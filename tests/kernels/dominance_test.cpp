// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/pareto/dominance.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/rng/philox.hpp"

namespace cenas {
namespace {

/// From the definition, one pair at a time.
std::vector<std::int32_t> naive_numbers(const std::vector<double>& points, int objectives) {
    const auto m = static_cast<std::size_t>(objectives);
    const std::size_t n = points.size() / m;
    std::vector<std::int32_t> numbers(n, 0);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            std::size_t at_least = 0;
            for (std::size_t k = 0; k < m; ++k) at_least += points[j * m + k] >= points[i * m + k] ? 1 : 0;
            numbers[i] += i != j && at_least == m ? 1 : 0;
        }
    return numbers;
}

/// One body for every backend; one that is not there is skipped visibly.
class DominanceNumbers : public testing::TestWithParam<Backend> {
  protected:
    void SetUp() override {
        if (GetParam() == Backend::cuda && !cuda_available()) GTEST_SKIP() << "no CUDA device or backend";
    }
    std::vector<std::int32_t> run(const std::vector<double>& points, int m) const {
        std::vector<std::int32_t> numbers(points.size() / static_cast<std::size_t>(m));
        dominance_numbers(GetParam(), points.data(), static_cast<std::int64_t>(numbers.size()), m, numbers.data());
        return numbers;
    }
};

TEST_P(DominanceNumbers, SmallCaseByHand) {
    // (3,3) covers (2,1) and both (1,2)s; the equal points count each other.
    EXPECT_EQ(run({3, 3, 2, 1, 1, 2, 1, 2}, 2), (std::vector<std::int32_t>{0, 1, 2, 2}));
}

TEST_P(DominanceNumbers, EqualsTheDefinition) {
    for (const int m : {1, 2, 3, 5})
        for (const std::size_t n : {0u, 1u, 31u, 32u, 33u, 257u}) {
            Random random(n, Stream::tests, static_cast<std::uint64_t>(m));
            std::vector<double> points(n * static_cast<std::size_t>(m));
            for (double& x : points) x = random.below(8);  // few values: many ties
            EXPECT_EQ(run(points, m), naive_numbers(points, m)) << "n " << n << " m " << m;
        }
}

INSTANTIATE_TEST_SUITE_P(Backends, DominanceNumbers, testing::Values(Backend::serial, Backend::openmp, Backend::cuda),
                         [](const auto& backend) -> std::string {
                             return backend.param == Backend::serial   ? "serial"
                                    : backend.param == Backend::openmp ? "openmp"
                                                                       : "cuda";
                         });

TEST(DominanceNumbersWithoutCuda, SayThatTheBackendIsMissing) {
    if (cuda_compiled()) GTEST_SKIP() << "the CUDA backend is compiled in";
    const double point[2] = {1, 1};
    std::int32_t number = 0;
    EXPECT_THROW(dominance_numbers(Backend::cuda, point, 1, 2, &number), std::runtime_error);
}

}  // namespace
}  // namespace cenas

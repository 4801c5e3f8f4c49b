// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/nn/device.hpp"
#include "kernels/rng/philox.hpp"

// What the tests of kernels/nn share. One body serves every kind of device and type of activations; truth is computed
// in double on the host, by loops that follow the definition.

namespace cenas::test {

// --- kinds of device -------------------------------------------------------------------------------------------------

/// Loops of ours. `missing`: why the kind cannot be tested here; empty: it can.
template <class T>
struct PlainCpu {
    using Type = T;
    using WeightsGradient = Parameter<T>;  ///< what gradients of a convolution's weights are rounded to
    static constexpr bool transforms = false;
    static std::string missing() { return {}; }
    static std::unique_ptr<NetworkDevice<T>> device() { return cpu_device<T>(1, false); }
};

template <class T>
struct OneDnnCpu : PlainCpu<T> {
    static std::string missing() {
        if (!onednn_compiled()) return "oneDNN is not compiled in";
        if (std::is_same_v<T, bf16> && !bf16_is_fast()) return "this processor has no bf16 of its own";
        return {};
    }
    static std::unique_ptr<NetworkDevice<T>> device() { return cpu_device<T>(1, true); }
};

template <class T>
struct Gpu {
    using Type = T;
    using WeightsGradient = T;  // cuDNN's
    /// cuDNN may convolve by transforms of tiles (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks",
    /// CVPR 2016) or planes: errors, and what is not finite, spread over a tile or plane.
    static constexpr bool transforms = true;
    static std::string missing() {
        if (!cuda_compiled()) return "the CUDA backend is not compiled in";
        if (!cuda_available()) return "no CUDA device";
        return {};
    }
    static std::unique_ptr<NetworkDevice<T>> device() { return cuda_device<T>(); }
};

/// Functors: oneDNN has no part in them.
using FunctorKinds =
    testing::Types<PlainCpu<float>, PlainCpu<double>, PlainCpu<bf16>, Gpu<float>, Gpu<double>, Gpu<bf16>>;
using ConvolutionKinds = testing::Types<PlainCpu<float>, PlainCpu<double>, PlainCpu<bf16>, OneDnnCpu<float>,
                                        OneDnnCpu<bf16>, Gpu<float>, Gpu<double>, Gpu<bf16>>;

/// A test with a device; one that is not there is skipped visibly.
template <class Kind>
class DeviceTest : public testing::Test {
  protected:
    void SetUp() override {
        if (const std::string why = Kind::missing(); !why.empty()) GTEST_SKIP() << why;
        device_ = Kind::device();
    }
    std::unique_ptr<NetworkDevice<typename Kind::Type>> device_;
};

/// Numbers of channels that take one, eight and sixteen lanes, once and several times.
const std::vector<int> channel_counts = {1, 3, 8, 16, 24, 32, 64};

inline std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }

// --- numbers on a device ---------------------------------------------------------------------------------------------

/// Numbers in the memory of a device that runs T. Around them lie guards, and what nobody has written is poison: both
/// are bytes 0xFF, not-a-number in every floating-point type, so that what reads them shows in its result.
template <class T, class U>
class DeviceArray {
  public:
    DeviceArray(NetworkDevice<T>& device, std::size_t n) : device_(&device), n_(n) {
        const std::vector<unsigned char> poison(2 * guard + n * sizeof(U), poison_byte);
        memory_ = {device.allocate(poison.size()), [&device](void* memory) { device.release(memory); }};
        device.upload(memory_.get(), poison.data(), poison.size());
    }
    DeviceArray(NetworkDevice<T>& device, const std::vector<U>& values) : DeviceArray(device, values.size()) {
        device.upload(get(), values.data(), n_ * sizeof(U));
    }

    U* get() const { return reinterpret_cast<U*>(static_cast<unsigned char*>(memory_.get()) + guard); }

    /// The numbers; fails the test where a guard was written to.
    std::vector<U> download() const {
        std::vector<unsigned char> all(2 * guard + n_ * sizeof(U));
        device_->download(all.data(), memory_.get(), all.size());
        bool intact = true;
        for (std::size_t i = 0; i < guard; ++i)
            intact = intact && all[i] == poison_byte && all[all.size() - 1 - i] == poison_byte;
        EXPECT_TRUE(intact) << "written outside of its place";
        std::vector<U> values(n_);
        device_->download(values.data(), get(), n_ * sizeof(U));
        return values;
    }

    /// True if nobody has written any of the numbers.
    bool untouched() const {
        std::vector<unsigned char> bytes(n_ * sizeof(U));
        device_->download(bytes.data(), get(), bytes.size());
        bool result = true;
        for (const unsigned char byte : bytes) result = result && byte == poison_byte;
        return result;
    }

  private:
    static constexpr std::size_t guard = 256;  // keeps the alignment of cudaMalloc
    static constexpr unsigned char poison_byte = 0xFF;
    NetworkDevice<T>* device_;
    std::size_t n_;
    std::shared_ptr<void> memory_;
};

// --- values ----------------------------------------------------------------------------------------------------------

template <class U>
U from_double(double x) {
    return narrow<U>(static_cast<Parameter<U>>(x));
}
template <class U>
double to_double(U x) {
    return static_cast<double>(widen(x));
}
template <class U>
std::vector<double> to_doubles(const std::vector<U>& values) {
    std::vector<double> result;
    for (const U value : values) result.push_back(to_double(value));
    return result;
}

/// n numbers of [low, high), rounded to U.
template <class U>
std::vector<U> random_values(Random& random, std::int64_t n, double low = -1, double high = 1) {
    std::vector<U> values;
    for (std::int64_t i = 0; i < n; ++i) values.push_back(from_double<U>(low + (high - low) * random.uniform()));
    return values;
}

// --- tolerances ------------------------------------------------------------------------------------------------------

/// Largest relative error of rounding to nearest (Higham, "Accuracy and Stability of Numerical Algorithms", 2002,
/// section 2.2): half of the distance from 1 to the next number.
template <class T>
constexpr double unit_roundoff() {
    if constexpr (std::is_same_v<T, bf16>)
        return 0x1p-8;
    else
        return std::numeric_limits<T>::epsilon() / 2.0;
}

/// A sum and what its rounding errors are relative to. Higham, section 3.1: with n roundings on the way from a term to
/// the result, whatever the order, the error is at most n unit roundoffs (to first order) of the sum of the terms'
/// sizes.
struct Sum {
    double value = 0;
    double magnitude = 0;
    void add(double term) {
        value += term;
        magnitude += std::abs(term);
    }
};

/// n roundings in the type that T is computed in, and as many of the oracle's.
template <class T>
constexpr double roundings(std::int64_t n) {
    return static_cast<double>(n) * (unit_roundoff<Parameter<T>>() + unit_roundoff<double>());
}

inline std::vector<double> values_of(const std::vector<Sum>& sums) {
    std::vector<double> values;
    for (const Sum& sum : sums) values.push_back(sum.value);
    return values;
}

/// Of sums that are computed with a relative error and then stored as U.
template <class U>
std::vector<double> tolerances(const std::vector<Sum>& sums, double relative_error) {
    std::vector<double> result;
    for (const Sum& sum : sums)
        result.push_back(unit_roundoff<U>() * std::abs(sum.value) + relative_error * sum.magnitude);
    return result;
}

/// Each got[i] is within tolerance[i] of want[i], and a number; tells the first that is not.
inline void expect_near(const std::vector<double>& got, const std::vector<double>& want,
                        const std::vector<double>& tolerance) {
    ASSERT_EQ(got.size(), want.size());
    ASSERT_EQ(got.size(), tolerance.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        ASSERT_LE(std::abs(got[i] - want[i]), tolerance[i])
            << "at " << i << " of " << got.size() << ": " << got[i] << " instead of " << want[i];
}

/// The same for sums that a device has stored as U.
template <class U>
void expect_near(const std::vector<U>& got, const std::vector<Sum>& want, double relative_error) {
    expect_near(to_doubles(got), values_of(want), tolerances<U>(want, relative_error));
}

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

}  // namespace cenas::test

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/nn/device.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "kernels/nn_support.hpp"

// Memory of a device, sums in order, and the optimizer's step.

namespace cenas {
namespace {

using namespace test;

template <class Kind>
class NnDevice : public DeviceTest<Kind> {};
TYPED_TEST_SUITE(NnDevice, FunctorKinds);

TYPED_TEST(NnDevice, MemoryIsZeroedCopiedAndCleared) {
    auto& device = *this->device_;
    std::vector<unsigned char> bytes(1000);
    const auto allocate = [&device](std::size_t n) {
        return std::shared_ptr<void>(device.allocate(n), [&device](void* memory) { device.release(memory); });
    };
    {
        // Memory that was used before, as the allocator may give it out again.
        const auto used = allocate(bytes.size());
        device.upload(used.get(), std::vector<unsigned char>(bytes.size(), 7).data(), bytes.size());
    }
    const auto memory = allocate(bytes.size());
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.get()) % 64, 0U);
    device.download(bytes.data(), memory.get(), bytes.size());
    EXPECT_EQ(bytes, std::vector<unsigned char>(1000, 0));

    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(i * 37);
    device.upload(memory.get(), bytes.data(), bytes.size());
    std::vector<unsigned char> back(1000);
    device.download(back.data(), memory.get(), back.size());
    EXPECT_EQ(back, bytes);

    device.clear(memory.get(), 999);
    device.download(back.data(), memory.get(), back.size());
    EXPECT_EQ(back[998], 0);
    EXPECT_EQ(back[999], bytes[999]);

    const auto nothing = allocate(0);
    device.clear(nothing.get(), 0);
    device.synchronize();
}

TYPED_TEST(NnDevice, ChunksAndPartsAreAtLeastOne) {
    const auto& device = *this->device_;
    EXPECT_GE(device.threads(), 1);
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{1} << 20, std::size_t{1} << 40})
        EXPECT_GE(device.chunk_images(bytes), 1) << bytes;
    for (const std::int64_t pixels : {1, 2, 1000, 1 << 24}) EXPECT_GE(device.sum_parts(pixels), 1) << pixels;
}

/// Numbers whose sum depends on the order: of 1, 2^60, 1, -2^60, 1 only the last counts.
TYPED_TEST(NnDevice, AddPartsAddsInOrder) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    constexpr int width = 3;
    const std::vector<double> parts = {1,       0.5, 3,         //
                                       0x1p60,  0.5, -0x1p70,   //
                                       1,       0.5, 0x1p70,    //
                                       -0x1p60, 0.5, 0x1p-30,   //
                                       1,       0.5, -0x1p-31,  //
                                       7,       7,   7};
    const DeviceArray<T, double> sums(device, parts), total(device, width);
    device.run(AddParts{sums.get(), 5, width, total.get()}, width);
    EXPECT_EQ(total.download(), (std::vector<double>{1, 2.5, 0x1p-31}));
    device.run(AddParts{sums.get(), 1, width, total.get()}, width);
    EXPECT_EQ(total.download(), (std::vector<double>{1, 0.5, 3}));
    device.run(AddParts{sums.get(), 0, width, total.get()}, width);
    EXPECT_EQ(total.download(), (std::vector<double>{0, 0, 0}));
    const DeviceArray<T, double> untouched(device, width);
    device.run(AddParts{sums.get(), 5, width, untouched.get()}, 0);
    EXPECT_TRUE(untouched.untouched());
}

/// More parts than a device may add one after the other.
TYPED_TEST(NnDevice, AddPartsAddsMany) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(1, Stream::tests);
    constexpr int width = 6;
    for (const std::int64_t parts : {64, 65, 1000}) {
        const auto values = random_values<double>(random, parts * width);
        std::vector<Sum> want(width);
        for (std::size_t i = 0; i < values.size(); ++i) want[i % width].add(values[i]);
        const DeviceArray<T, double> sums(device, values), total(device, width);
        device.run(AddParts{sums.get(), parts, width, total.get()}, width);
        expect_near(total.download(), want, roundings<double>(parts));
    }
}

/// Losses and hits are added to what was there.
TYPED_TEST(NnDevice, AddOutcomesTallies) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    Random random(2, Stream::tests);
    for (const std::int64_t images : {0, 1, 3, 64, 300}) {
        const auto loss = random_values<P>(random, images, 0, 10);
        std::vector<std::uint8_t> correct;
        for (std::int64_t n = 0; n < images; ++n) correct.push_back(static_cast<std::uint8_t>(random.below(2)));
        std::vector<Sum> want(2);
        want[0].add(1.5);
        want[1].add(7);
        for (std::size_t n = 0; n < loss.size(); ++n) {
            want[0].add(to_double(loss[n]));
            want[1].add(correct[n]);
        }
        const DeviceArray<T, P> losses(device, loss);
        const DeviceArray<T, std::uint8_t> hits(device, correct);
        const DeviceArray<T, double> totals(device, std::vector<double>{1.5, 7});
        device.run(AddOutcomes<P>{losses.get(), hits.get(), images, totals.get()}, 1);
        const auto got = totals.download();
        expect_near(got, want, roundings<double>(images + 1));
        EXPECT_EQ(got[1], want[1].value);  // whole numbers
        device.run(AddOutcomes<P>{losses.get(), hits.get(), images, totals.get()}, 0);
        EXPECT_EQ(totals.download(), got);
    }
}

TYPED_TEST(NnDevice, AddGradientPartsAddsInOrder) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    for (const int n : {1, 7, 64, 1000}) {
        const int stride = n + 5;
        Random random(static_cast<std::uint64_t>(n), Stream::tests);
        // Of sizes so different that every order has a sum of its own.
        std::vector<P> parts(size(4 * stride));
        for (P& x : parts)
            x = static_cast<P>(std::ldexp(random.uniform() - 0.5, static_cast<int>(random.below(40)) - 20));
        const DeviceArray<T, P> on_device(device, parts), sum(device, size(n));
        for (const int count : {1, 2, 4}) {
            std::vector<P> want(size(n));
            for (int i = 0; i < n; ++i)
                for (int k = 0; k < count; ++k) want[size(i)] += parts[size(k * stride + i)];
            device.run(AddGradientParts<P>{on_device.get(), count, stride, sum.get()}, n);
            EXPECT_EQ(sum.download(), want) << n << " numbers in " << count << " parts";
        }
    }
}

/// Weights and velocity through a few steps with these gradients.
template <class T>
struct Descent {
    using P = Parameter<T>;
    NetworkDevice<T>& device;
    P rate, momentum, decay;
    DeviceArray<T, P> weights, velocity;
    std::int64_t n;

    Descent(NetworkDevice<T>& on, std::vector<double> hyper, const std::vector<P>& start)
        : device(on),
          rate(static_cast<P>(hyper[0])),
          momentum(static_cast<P>(hyper[1])),
          decay(static_cast<P>(hyper[2])),
          weights(on, start),
          velocity(on, std::vector<P>(start.size(), P(0))),
          n(static_cast<std::int64_t>(start.size())) {}

    void step(const std::vector<P>& gradient) {
        const DeviceArray<T, P> g(device, gradient);
        device.run(NesterovStep<P>{rate, momentum, decay, g.get(), velocity.get(), weights.get()}, n);
    }
};

template <class P>
std::vector<P> list(const std::vector<double>& values) {
    std::vector<P> result;
    for (const double value : values) result.push_back(static_cast<P>(value));
    return result;
}

/// All numbers are short dyadic fractions: no rounding anywhere.
TYPED_TEST(NnDevice, NesterovStepsWorkedByHand) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    Descent<T> descent(*this->device_, {0.5, 0.5, 0.25}, list<P>({4, -2}));
    // w 4: g = 1 + 1 = 2, v = 2, w = 4 - 0.5 (2 + 1) = 2.5. w -2: g = 0.5 - 0.5 = 0, v = 0, w stays.
    descent.step(list<P>({1, 0.5}));
    EXPECT_EQ(descent.velocity.download(), list<P>({2, 0}));
    EXPECT_EQ(descent.weights.download(), list<P>({2.5, -2}));
    // w 2.5: g = -1 + 0.625 = -0.375, v = 1 - 0.375 = 0.625, w = 2.5 - 0.5 (-0.375 + 0.3125) = 2.53125.
    // w -2: g = 1 - 0.5 = 0.5, v = 0.5, w = -2 - 0.5 (0.5 + 0.25) = -2.375.
    descent.step(list<P>({-1, 1}));
    EXPECT_EQ(descent.velocity.download(), list<P>({0.625, 0.5}));
    EXPECT_EQ(descent.weights.download(), list<P>({2.53125, -2.375}));
}

/// Three steps of torch.optim.SGD(lr=0.1, momentum=0.9, weight_decay=5e-4, nesterov=True) in float64, as Debian 12's
/// python3-torch 1.13.1 printed them.
TYPED_TEST(NnDevice, NesterovStepsOfPyTorch) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    Descent<T> descent(*this->device_, {0.1, 0.9, 5e-4}, list<P>({1, -2, 0.5}));
    for (const auto& gradient : {list<P>({0.5, 1, -3}), list<P>({-0.25, 2, 0.125}), list<P>({1.5, -0.75, 0})})
        descent.step(gradient);
    // At most 8 roundings a step, of numbers below 4.
    const std::vector<double> tolerance(3, roundings<T>(3 * 8) * 4);
    expect_near(to_doubles(descent.weights.download()), {0.6104188164117675, -2.7425075812530353, 1.4974715837788215},
                tolerance);
    expect_near(to_doubles(descent.velocity.download()), {1.6812680965170126, 1.8568793250159752, -2.316171481072744},
                tolerance);
}

/// The rule as PyTorch's documentation of SGD gives it, with an explicit buffer b that begins as the first gradient.
TYPED_TEST(NnDevice, NesterovStepFollowsPyTorchsRule) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    for (const int n : {0, 1, 17, 300}) {
        Random random(static_cast<std::uint64_t>(n), Stream::tests);
        const std::vector<double> hyper = {0.125, 0.875, 0.0625};  // exact in every type
        const auto start = random_values<P>(random, n);
        Descent<T> descent(*this->device_, hyper, start);
        std::vector<double> w = to_doubles(start), b;
        for (int step = 0; step < 4; ++step) {
            const auto gradient = random_values<P>(random, n);
            descent.step(gradient);
            std::vector<double> g = to_doubles(gradient);
            for (std::size_t i = 0; i < g.size(); ++i) g[i] += hyper[2] * w[i];
            if (b.empty())
                b = g;
            else
                for (std::size_t i = 0; i < g.size(); ++i) b[i] = hyper[1] * b[i] + g[i];
            for (std::size_t i = 0; i < g.size(); ++i) w[i] -= hyper[0] * (g[i] + hyper[1] * b[i]);
        }
        // At most 8 roundings a step, of numbers below 5.
        const std::vector<double> tolerance(size(n), roundings<T>(4 * 8) * 5);
        expect_near(to_doubles(descent.weights.download()), w, tolerance);
        expect_near(to_doubles(descent.velocity.download()), b, tolerance);
    }
}

TEST(Lanes, EachChannelOfEachItemOnce) {
    for (const int channels : channel_counts) {
        EXPECT_EQ(lane_count(channels), channels % 16 == 0 ? 16 : channels % 8 == 0 ? 8 : 1) << channels;
        for (const std::int64_t items : {0, 1, 5}) {
            std::vector<int> visits(size(items * channels), 0);
            int* at = visits.data();
            for_lanes(items, channels, [at, channels](auto lanes, std::int64_t item) {
                for (int l = 0; l < decltype(lanes)::count; ++l) ++at[item * channels + lanes.first + l];
            });
            EXPECT_EQ(visits, std::vector<int>(visits.size(), 1)) << items << " of " << channels;
        }
    }
}

TEST(GpuDevice, SaysThatItIsMissing) {
    if (cuda_available()) GTEST_SKIP() << "there is one";
    EXPECT_THROW(cuda_device<float>(), std::runtime_error);
    EXPECT_THROW(cuda_device<double>(), std::runtime_error);
    EXPECT_THROW(cuda_device<bf16>(), std::runtime_error);
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/nn/batch_norm.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "kernels/nn_support.hpp"

namespace cenas {
namespace {

using namespace test;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::int64_t part_size(std::int64_t pixels, std::int64_t parts) { return (pixels + parts - 1) / parts; }

/// f(pixels, channels, parts): up to one partial sum, one and a bit more, many; more parts than pixels; nothing.
template <class F>
void for_shapes(const F& f) {
    for (const int channels : channel_counts)
        for (const std::int64_t pixels : {0, 1, 15, 16, 17, 33, 700})
            for (const std::int64_t parts : {1, 3, 40}) {
                SCOPED_TRACE(testing::Message()
                             << pixels << " pixels of " << channels << " channels in " << parts << " parts");
                f(pixels, channels, parts);
                if (testing::Test::HasFatalFailure()) return;
            }
}

/// At most so many roundings between a number and a partial sum of it, however many pixels there are: three for the
/// product, one for each addition. After that, additions in double.
template <class T>
double sums_error(std::int64_t pixels) {
    return roundings<T>(3 + pixels_per_partial_sum) + 2 * static_cast<double>(pixels) * unit_roundoff<double>();
}

template <class Kind>
class NnBatchNorm : public DeviceTest<Kind> {};
TYPED_TEST_SUITE(NnBatchNorm, FunctorKinds);

TYPED_TEST(NnBatchNorm, MomentSumsByTheDefinition) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(1, Stream::tests);
    for_shapes([&](std::int64_t pixels, int channels, std::int64_t parts) {
        const auto z = random_values<T>(random, pixels * channels);
        const std::int64_t each = part_size(pixels, parts);
        std::vector<Sum> want(size(parts * 2 * channels));
        for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
            for (int c = 0; c < channels; ++c) {
                const double value = to_double(z[size(pixel * channels + c)]);
                want[size(pixel / each * 2 * channels + c)].add(value);
                want[size((pixel / each * 2 + 1) * channels + c)].add(value * value);
            }
        const DeviceArray<T, T> there(device, z);
        const DeviceArray<T, double> sums(device, want.size());
        device.run(MomentSums<T>{there.get(), pixels, each, channels, sums.get()}, parts, channels);
        expect_near(sums.download(), want, sums_error<T>(pixels));
        const DeviceArray<T, double> none(device, want.size());
        device.run(MomentSums<T>{there.get(), pixels, each, channels, none.get()}, 0, channels);
        EXPECT_TRUE(none.untouched());
    });
}

TYPED_TEST(NnBatchNorm, GradientSumsByTheDefinition) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    Random random(2, Stream::tests);
    for_shapes([&](std::int64_t pixels, int channels, std::int64_t parts) {
        const auto z = random_values<T>(random, pixels * channels), dy = random_values<T>(random, pixels * channels);
        const auto mean = random_values<P>(random, channels);
        const std::int64_t each = part_size(pixels, parts);
        std::vector<Sum> want(size(parts * 2 * channels));
        for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
            for (int c = 0; c < channels; ++c) {
                const std::size_t at = size(pixel * channels + c);
                want[size(pixel / each * 2 * channels + c)].add(to_double(dy[at]));
                want[size((pixel / each * 2 + 1) * channels + c)].add(to_double(dy[at]) *
                                                                      (to_double(z[at]) - to_double(mean[size(c)])));
            }
        const DeviceArray<T, T> z_there(device, z), dy_there(device, dy);
        const DeviceArray<T, P> mean_there(device, mean);
        const DeviceArray<T, double> sums(device, want.size());
        device.run(GradientSums<T>{dy_there.get(), z_there.get(), mean_there.get(), pixels, each, channels, sums.get()},
                   parts, channels);
        expect_near(sums.download(), want, sums_error<T>(pixels));
    });
}

/// Sums of so many numbers of one sign that a running sum of floats would be off by far more than the partial sums may.
TYPED_TEST(NnBatchNorm, ErrorsOfSumsDoNotGrowWithTheBatch) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    constexpr std::int64_t pixels = 200'000;
    Random random(3, Stream::tests);
    const auto z = random_values<T>(random, pixels, 0.5, 1);
    std::vector<Sum> want(2);
    for (const T value : z) {
        want[0].add(to_double(value));
        want[1].add(to_double(value) * to_double(value));
    }
    const std::int64_t parts = device.sum_parts(pixels);
    const DeviceArray<T, T> there(device, z);
    const DeviceArray<T, double> sums(device, size(2 * parts)), total(device, 2);
    device.run(MomentSums<T>{there.get(), pixels, part_size(pixels, parts), 1, sums.get()}, parts, 1);
    device.run(AddParts{sums.get(), parts, 2, total.get()}, 2);
    expect_near(total.download(), want, sums_error<T>(pixels));
}

/// A layer on a device, and what it must compute: algorithm 1 of the paper, in two passes over the batch.
template <class T>
struct Layer {
    using P = Parameter<T>;
    NetworkDevice<T>& device;
    std::int64_t pixels;
    int channels;
    std::vector<T> z;
    std::vector<P> gamma, beta, running_mean, running_variance;
    DeviceArray<T, T> z_there;
    DeviceArray<T, P> gamma_there, beta_there, running_mean_there, running_variance_there;
    DeviceArray<T, P> mean, inverse_deviation, scale, shift;
    DeviceArray<T, double> totals;

    /// Numbers around `offset` within 1.
    Layer(NetworkDevice<T>& on, std::int64_t pixel_count, int channel_count, Random& random, double offset)
        : device(on),
          pixels(pixel_count),
          channels(channel_count),
          z(random_values<T>(random, pixels * channels, offset - 1, offset + 1)),
          gamma(random_values<P>(random, channels, 0.5, 1.5)),
          beta(random_values<P>(random, channels)),
          running_mean(random_values<P>(random, channels)),
          running_variance(random_values<P>(random, channels, 0.5, 1.5)),
          z_there(device, z),
          gamma_there(device, gamma),
          beta_there(device, beta),
          running_mean_there(device, running_mean),
          running_variance_there(device, running_variance),
          mean(device, gamma.size()),
          inverse_deviation(device, gamma.size()),
          scale(device, gamma.size()),
          shift(device, gamma.size()),
          totals(device, 2 * gamma.size()) {}

    NormState<P> state() const { return {mean.get(), inverse_deviation.get(), scale.get(), shift.get()}; }

    FinishMoments<P> finish() const {
        return {totals.get(),
                static_cast<double>(pixels),
                channels,
                gamma_there.get(),
                beta_there.get(),
                running_mean_there.get(),
                running_variance_there.get(),
                state()};
    }

    void sum_moments() {
        const std::int64_t parts = device.sum_parts(pixels);
        const DeviceArray<T, double> sums(device, size(parts * 2 * channels));
        device.run(MomentSums<T>{z_there.get(), pixels, part_size(pixels, parts), channels, sums.get()}, parts,
                   channels);
        device.run(AddParts{sums.get(), parts, 2 * channels, totals.get()}, 2 * channels);
    }

    std::vector<T> normalize() {
        const DeviceArray<T, T> y(device, z.size());
        NodeForward<T> f;
        f.plane = f.source = {1, static_cast<int>(pixels), channels};
        f.terms = 1;
        f.term[0] = {TermKind::affine, z_there.get(), scale.get(), shift.get()};
        f.sum = y.get();
        device.run(f, pixels, channels);
        return y.download();
    }

    std::vector<double> channel(const std::vector<T>& of, int c) const {
        std::vector<double> values;
        for (std::int64_t pixel = 0; pixel < pixels; ++pixel)
            values.push_back(to_double(of[size(pixel * channels + c)]));
        return values;
    }
};

struct Moments {
    double mean = 0, variance = 0;
};

Moments moments_of(const std::vector<double>& values) {
    Moments result;
    const double n = static_cast<double>(values.size());
    for (const double value : values) result.mean += value / n;
    for (const double value : values) result.variance += (value - result.mean) * (value - result.mean) / n;
    return result;
}

/// What a layer's four numbers a channel are by the definition, and the sizes that their errors are relative to: the
/// variance is a difference of numbers as large as the mean square.
struct Expected {
    double mean, inverse, scale, shift, condition;
    Expected(const Moments& of, double gamma, double beta)
        : mean(of.mean),
          inverse(1 / std::sqrt(of.variance + 1e-5)),
          scale(gamma * inverse),
          shift(beta - mean * scale),
          condition(1 + (of.variance + 2 * of.mean * of.mean) * inverse * inverse) {}
};

template <class T>
void expect_state(const Layer<T>& layer, const std::vector<Expected>& want, double error) {
    const auto mean = layer.mean.download(), inverse = layer.inverse_deviation.download(),
               scale = layer.scale.download(), shift = layer.shift.download();
    for (std::size_t c = 0; c < want.size(); ++c) {
        SCOPED_TRACE(testing::Message() << "channel " << c);
        const Expected& w = want[c];
        const double relative = error * w.condition;
        EXPECT_NEAR(to_double(mean[c]), w.mean, error * (1 + std::abs(w.mean)));
        EXPECT_NEAR(to_double(inverse[c]), w.inverse, relative * w.inverse);
        EXPECT_NEAR(to_double(scale[c]), w.scale, relative * std::abs(w.scale));
        EXPECT_NEAR(to_double(shift[c]), w.shift, 2 * relative * (1 + (1 + std::abs(w.mean)) * std::abs(w.scale)));
    }
}

TYPED_TEST(NnBatchNorm, StateAndRunningAveragesByTheDefinition) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(4, Stream::tests);
    for (const int channels : channel_counts)
        for (const std::int64_t pixels : {1, 12, 700}) {
            SCOPED_TRACE(testing::Message() << pixels << " pixels of " << channels << " channels");
            Layer<T> layer(device, pixels, channels, random, 0.5);
            std::vector<Expected> want;
            std::vector<double> running_mean, running_variance;
            for (int c = 0; c < channels; ++c) {
                const Moments batch = moments_of(layer.channel(layer.z, c));
                want.emplace_back(batch, to_double(layer.gamma[size(c)]), to_double(layer.beta[size(c)]));
                const double n = static_cast<double>(pixels);
                const double unbiased = pixels > 1 ? batch.variance * n / (n - 1) : batch.variance;
                running_mean.push_back(0.9 * to_double(layer.running_mean[size(c)]) + 0.1 * batch.mean);
                running_variance.push_back(0.9 * to_double(layer.running_variance[size(c)]) + 0.1 * unbiased);
            }
            layer.sum_moments();
            device.run(layer.finish(), channels);
            const double error = sums_error<T>(pixels) + roundings<T>(4);
            // One pixel has no variance but what is left of rounding, which epsilon makes harmless in double only.
            if (pixels > 1 || std::is_same_v<T, double>) expect_state(layer, want, error);
            const std::vector<double> tolerance(size(channels), 8 * error);  // of numbers below 4
            expect_near(to_doubles(layer.running_mean_there.download()), running_mean, tolerance);
            expect_near(to_doubles(layer.running_variance_there.download()), running_variance, tolerance);
        }
}

/// No gamma, beta and running averages; sums that are exact; what rounding may leave of a variance of 0.
TYPED_TEST(NnBatchNorm, FinishMomentsByHand) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    constexpr int channels = 5;
    // Four pixels each: 1 1 3 3; 2 2 2 2; the same a little wrong; a NaN; an infinity.
    const double inf = std::numeric_limits<double>::infinity();
    const DeviceArray<T, double> sums(
        device, std::vector<double>{8, 8, 8, nan, inf, /* squares */ 20, 16, 16 - 0x1p-48, nan, inf});
    const DeviceArray<T, P> mean(device, channels), inverse(device, channels), scale(device, channels),
        shift(device, channels);
    device.run(FinishMoments<P>{sums.get(),
                                4,
                                channels,
                                nullptr,
                                nullptr,
                                nullptr,
                                nullptr,
                                {mean.get(), inverse.get(), scale.get(), shift.get()}},
               channels);
    const auto m = to_doubles(mean.download()), i = to_doubles(inverse.download()), s = to_doubles(scale.download()),
               t = to_doubles(shift.download());
    EXPECT_EQ(m[0], 2);
    EXPECT_EQ(m[1], 2);
    EXPECT_EQ(m[2], 2);
    // One rounding of the result, and few in double.
    const double relative = roundings<T>(4);
    for (const auto& [c, want] : {std::pair{0, 1 / std::sqrt(1 + 1e-5)}, {1, std::sqrt(1e5)}, {2, std::sqrt(1e5)}}) {
        EXPECT_NEAR(i[size(c)], want, relative * want) << c;
        EXPECT_EQ(s[size(c)], i[size(c)]) << c;
        EXPECT_NEAR(t[size(c)], -2 * want, relative * 2 * want) << c;
    }
    for (const std::size_t c : {3, 4}) {
        EXPECT_TRUE(std::isnan(i[c]) && std::isnan(s[c]) && std::isnan(t[c])) << c;
    }
    EXPECT_TRUE(std::isnan(m[3]));
    EXPECT_EQ(m[4], inf);
}

TYPED_TEST(NnBatchNorm, NothingForNoChannels) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(5, Stream::tests);
    Layer<T> layer(device, 4, 3, random, 0);
    layer.sum_moments();
    device.run(layer.finish(), 0);
    device.run(UseRunningMoments<Parameter<T>>{layer.finish()}, 0);
    EXPECT_TRUE(layer.mean.untouched() && layer.scale.untouched());
}

TYPED_TEST(NnBatchNorm, RunningMomentsGiveTheStateOfInference) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    Random random(6, Stream::tests);
    for (const int channels : channel_counts) {
        Layer<T> layer(device, 1, channels, random, 0);
        std::vector<Expected> want;
        for (std::size_t c = 0; c < size(channels); ++c)
            want.emplace_back(Moments{to_double(layer.running_mean[c]), to_double(layer.running_variance[c])},
                              to_double(layer.gamma[c]), to_double(layer.beta[c]));
        device.run(UseRunningMoments<P>{layer.finish()}, channels);
        expect_state(layer, want, roundings<T>(4));
        EXPECT_EQ(layer.running_mean_there.download(), layer.running_mean);
        EXPECT_EQ(layer.running_variance_there.download(), layer.running_variance);
    }
}

/// The purpose of it all: mean beta and variance gamma^2 (but for epsilon) in every channel.
TYPED_TEST(NnBatchNorm, OutputHasTheMomentsThatAreAskedFor) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    Random random(7, Stream::tests);
    for (const bool learned : {false, true})
        for (const int channels : channel_counts) {
            constexpr std::int64_t pixels = 300;
            Layer<T> layer(device, pixels, channels, random, 0.5);
            layer.sum_moments();
            FinishMoments<P> finish = layer.finish();
            if (!learned) finish.gamma = finish.beta = nullptr;
            device.run(finish, channels);
            const std::vector<T> y = layer.normalize();
            for (int c = 0; c < channels; ++c) {
                const double gamma = learned ? to_double(layer.gamma[size(c)]) : 1,
                             beta = learned ? to_double(layer.beta[size(c)]) : 0;
                const double before = moments_of(layer.channel(layer.z, c)).variance;
                const Moments after = moments_of(layer.channel(y, c));
                // Outputs lie within 4 of 0 and are rounded once; the state's errors are those of sums over a
                // distribution whose mean square is less than 4 times its variance.
                const double error = unit_roundoff<T>() + 16 * sums_error<T>(pixels);
                EXPECT_NEAR(after.mean, beta, 4 * error) << "channel " << c << " of " << channels;
                EXPECT_NEAR(after.variance, gamma * gamma * before / (before + 1e-5), 2 * 4 * gamma * error)
                    << "channel " << c << " of " << channels;
            }
        }
}

/// Loss of one channel, sum of w y, for central differences.
double loss_of(const std::vector<double>& z, const std::vector<double>& w, double gamma, double beta) {
    const Moments m = moments_of(z);
    double loss = 0;
    for (std::size_t i = 0; i < z.size(); ++i)
        loss += w[i] * (gamma * (z[i] - m.mean) / std::sqrt(m.variance + 1e-5) + beta);
    return loss;
}

/// Derivative of f by x to about h^2 and rounding / h: 1e-9 of the sizes here.
template <class F>
double central_difference(double& x, const F& f) {
    constexpr double h = 1e-5;
    const double before = x;
    x = before + h;
    const double above = f();
    x = before - h;
    const double below = f();
    x = before;
    return (above - below) / (2 * h);
}
constexpr double difference_error = 1e-8;

TYPED_TEST(NnBatchNorm, GradientsAreThoseOfCentralDifferences) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    Random random(8, Stream::tests);
    for (const int channels : channel_counts)
        for (const std::int64_t pixels : {9, 40}) {
            SCOPED_TRACE(testing::Message() << pixels << " pixels of " << channels << " channels");
            Layer<T> layer(device, pixels, channels, random, 0.25);
            const auto dy = random_values<T>(random, pixels * channels);
            layer.sum_moments();
            device.run(layer.finish(), channels);

            const std::int64_t parts = device.sum_parts(pixels);
            const DeviceArray<T, T> dy_there(device, dy), dz(device, dy.size());
            const DeviceArray<T, double> sums(device, size(parts * 2 * channels));
            device.run(GradientSums<T>{dy_there.get(), layer.z_there.get(), layer.mean.get(), pixels,
                                       part_size(pixels, parts), channels, sums.get()},
                       parts, channels);
            device.run(AddParts{sums.get(), parts, 2 * channels, layer.totals.get()}, 2 * channels);
            const DeviceArray<T, P> gamma_gradient(device, size(channels)), beta_gradient(device, size(channels));
            device.run(NormParameterGradient<P>{layer.totals.get(), channels, layer.inverse_deviation.get(),
                                                gamma_gradient.get(), beta_gradient.get()},
                       channels);
            device.run(NormInputGradient<T>{dy_there.get(), layer.z_there.get(), layer.totals.get(),
                                            static_cast<double>(pixels), channels, layer.state(), dz.get()},
                       pixels, channels);

            const auto got = dz.download();
            const auto got_gamma = gamma_gradient.download(), got_beta = beta_gradient.download();
            for (int c = 0; c < channels; ++c) {
                std::vector<double> z = layer.channel(layer.z, c);
                const std::vector<double> w = layer.channel(dy, c);
                double gamma = to_double(layer.gamma[size(c)]), beta = to_double(layer.beta[size(c)]);
                const auto loss = [&] { return loss_of(z, w, gamma, beta); };
                // Every number in the formula is at most this large, the roundings on the way fewer than fifty, and
                // the batch's variance above a tenth of its mean square, so that its own errors grow tenfold at most.
                double largest = 0, furthest = 0;
                const Expected state(moments_of(z), gamma, beta);
                for (std::size_t i = 0; i < z.size(); ++i) {
                    largest = std::max(largest, std::abs(w[i]));
                    furthest = std::max(furthest, std::abs(z[i] - state.mean) * state.inverse);
                }
                const double bound = state.scale * largest * (2 + furthest * furthest);
                const double error = roundings<T>(10 * 50) + difference_error;
                for (std::size_t i = 0; i < z.size(); ++i) {
                    const double want = central_difference(z[i], loss);
                    ASSERT_NEAR(to_double(got[i * size(channels) + size(c)]), want,
                                unit_roundoff<T>() * std::abs(want) + error * bound)
                        << "pixel " << i << " channel " << c;
                }
                const double sum_bound = static_cast<double>(pixels) * largest * (1 + furthest);
                EXPECT_NEAR(to_double(got_gamma[size(c)]), central_difference(gamma, loss), error * sum_bound) << c;
                EXPECT_NEAR(to_double(got_beta[size(c)]), central_difference(beta, loss), error * sum_bound) << c;
            }
        }
}

TYPED_TEST(NnBatchNorm, ParametersThatAreNotTrainedHaveNoGradient) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    const DeviceArray<T, double> sums(device, std::vector<double>(6, 1));
    const DeviceArray<T, P> inverse(device, std::vector<P>(3, P(1))), beta(device, 3);
    device.run(NormParameterGradient<P>{sums.get(), 3, inverse.get(), nullptr, beta.get()}, 3);
    EXPECT_TRUE(beta.untouched());
}

/// Two processes that train together: sums are those of both, gradients each one's own.
TYPED_TEST(NnBatchNorm, InputGradientOfAShareOfTheBatch) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(9, Stream::tests);
    constexpr int channels = 8;
    constexpr std::int64_t pixels = 20, first = 12;
    Layer<T> layer(device, pixels, channels, random, 0);
    const auto dy = random_values<T>(random, pixels * channels);
    const auto totals = random_values<double>(random, 2 * channels);
    layer.sum_moments();
    device.run(layer.finish(), channels);
    const DeviceArray<T, double> totals_there(device, totals);
    const DeviceArray<T, T> dy_there(device, dy), whole(device, dy.size()), parts(device, dy.size());
    const auto run = [&](std::int64_t from, std::int64_t count, T* to) {
        device.run(NormInputGradient<T>{dy_there.get() + from * channels, layer.z_there.get() + from * channels,
                                        totals_there.get(), static_cast<double>(pixels), channels, layer.state(), to},
                   count, channels);
    };
    run(0, pixels, whole.get());
    run(0, 0, parts.get());
    EXPECT_TRUE(parts.untouched());
    run(0, first, parts.get());
    run(first, pixels - first, parts.get() + first * channels);
    EXPECT_EQ(to_doubles(parts.download()), to_doubles(whole.download()));
}

/// A NaN spoils its channel and no other; nothing of it is clipped away.
TYPED_TEST(NnBatchNorm, NaNSpoilsItsChannel) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(10, Stream::tests);
    Layer<T> layer(device, 30, 8, random, 0);
    layer.z[size(17 * 8 + 2)] = from_double<T>(nan);
    device.upload(layer.z_there.get(), layer.z.data(), layer.z.size() * sizeof(T));
    layer.sum_moments();
    device.run(layer.finish(), 8);
    const auto y = layer.normalize();
    const auto running = layer.running_variance_there.download();
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_EQ(std::isnan(to_double(y[i])), i % 8 == 2) << i;
    for (std::size_t c = 0; c < 8; ++c) EXPECT_EQ(std::isnan(running[c]), c == 2) << c;
}

}  // namespace
}  // namespace cenas

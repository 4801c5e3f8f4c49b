// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/nn/head.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "kernels/nn_support.hpp"

namespace cenas {
namespace {

using namespace test;

template <class Kind>
class NnHead : public DeviceTest<Kind> {};
TYPED_TEST_SUITE(NnHead, FunctorKinds);

TYPED_TEST(NnHead, PlaneMeanByTheDefinition) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    Random random(1, Stream::tests);
    for (const int channels : channel_counts)
        for (const std::int64_t pixels : {1, 2, 35})
            for (const std::int64_t images : {0, 1, 3}) {
                const auto x = random_values<T>(random, images * pixels * channels);
                std::vector<Sum> want(size(images * channels));
                for (std::size_t i = 0; i < x.size(); ++i)
                    want[i / size(pixels * channels) * size(channels) + i % size(channels)].add(
                        to_double(x[i]) / static_cast<double>(pixels));
                const DeviceArray<T, T> there(device, x);
                const DeviceArray<T, P> features(device, want.size());
                device.run(PlaneMean<T>{there.get(), pixels, channels, features.get()}, images, channels);
                SCOPED_TRACE(testing::Message() << images << " images of " << pixels << " x " << channels);
                expect_near(features.download(), want, roundings<T>(pixels + 1));
            }
}

TYPED_TEST(NnHead, PlaneMeanGradientByTheDefinition) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    Random random(2, Stream::tests);
    for (const int channels : channel_counts)
        for (const std::int64_t pixels : {1, 6})
            for (const auto& [images, classes] : {std::pair{0, 10}, {1, 1}, {3, 10}, {2, 100}}) {
                const auto g = random_values<P>(random, images * classes),
                           w = random_values<P>(random, std::int64_t{1} * classes * channels);
                std::vector<Sum> want(size(images * pixels * channels));
                for (std::size_t i = 0; i < want.size(); ++i) {
                    const std::size_t image = i / size(pixels * channels), c = i % size(channels);
                    for (std::size_t k = 0; k < size(classes); ++k)
                        want[i].add(to_double(g[image * size(classes) + k]) * to_double(w[k * size(channels) + c]) /
                                    static_cast<double>(pixels));
                }
                const DeviceArray<T, P> g_there(device, g), w_there(device, w);
                const DeviceArray<T, T> gradient(device, want.size());
                device.run(
                    PlaneMeanGradient<T>{g_there.get(), w_there.get(), pixels, channels, classes, gradient.get()},
                    images, channels);
                SCOPED_TRACE(testing::Message() << images << " images of " << pixels << " x " << channels);
                expect_near(gradient.download(), want, roundings<T>(classes + 2));
            }
}

TYPED_TEST(NnHead, LinearGradientByTheDefinition) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    Random random(3, Stream::tests);
    for (const int channels : channel_counts)
        for (const auto& [images, classes] : {std::pair{0, 10}, {1, 1}, {3, 10}, {20, 7}}) {
            const auto g = random_values<P>(random, images * classes), x = random_values<P>(random, images * channels);
            std::vector<Sum> want(size(classes * channels)), want_bias(size(classes));
            for (int n = 0; n < images; ++n)
                for (int k = 0; k < classes; ++k) {
                    const double gradient = to_double(g[size(n * classes + k)]);
                    want_bias[size(k)].add(gradient);
                    for (int c = 0; c < channels; ++c)
                        want[size(k * channels + c)].add(gradient * to_double(x[size(n * channels + c)]));
                }
            const DeviceArray<T, P> g_there(device, g), x_there(device, x), weights(device, want.size()),
                bias(device, want_bias.size());
            device.run(
                LinearGradient<P>{g_there.get(), x_there.get(), images, channels, classes, weights.get(), bias.get()},
                classes);
            SCOPED_TRACE(testing::Message() << images << " images, " << channels << " channels");
            expect_near(weights.download(), want, roundings<T>(images + 2));
            expect_near(bias.download(), want_bias, roundings<T>(images + 2));
        }
}

/// The linear layer and the loss of one image, without the shift by the largest logit.
struct NaiveLoss {
    std::vector<double> logits;
    int label;
    double value() const {
        double sum = 0;
        for (const double logit : logits) sum += std::exp(logit);
        return -std::log(std::exp(logits[size(label)]) / sum);
    }
};

/// Everything Classify reads and writes.
template <class T>
struct Classification {
    using P = Parameter<T>;
    NetworkDevice<T>& device;
    int images, channels, classes;
    std::vector<P> features, weights, bias;
    std::vector<std::uint8_t> labels;
    std::vector<P> gradient, loss;
    std::vector<std::uint8_t> correct;

    Classification(NetworkDevice<T>& on, int image_count, int channel_count, int class_count, Random& random)
        : device(on),
          images(image_count),
          channels(channel_count),
          classes(class_count),
          features(random_values<P>(random, images * channels)),
          weights(random_values<P>(random, std::int64_t{1} * classes * channels)),
          bias(random_values<P>(random, classes)) {
        for (int n = 0; n < images; ++n)
            labels.push_back(static_cast<std::uint8_t>(random.below(static_cast<std::uint32_t>(classes))));
    }

    void run(double share) {
        const DeviceArray<T, P> x(device, features), w(device, weights), b(device, bias),
            logits(device, size(images * classes)), losses(device, size(images));
        const DeviceArray<T, std::uint8_t> truth(device, labels), hits(device, size(images));
        device.run(Classify<P>{x.get(), w.get(), b.get(), truth.get(), channels, classes, static_cast<P>(share),
                               logits.get(), losses.get(), hits.get()},
                   images);
        gradient = logits.download();
        loss = losses.download();
        correct = hits.download();
    }

    std::vector<Sum> logits_of(int n) const {
        std::vector<Sum> logits(size(classes));
        for (int k = 0; k < classes; ++k) {
            logits[size(k)].add(to_double(bias[size(k)]));
            for (int c = 0; c < channels; ++c)
                logits[size(k)].add(to_double(weights[size(k * channels + c)]) *
                                    to_double(features[size(n * channels + c)]));
        }
        return logits;
    }
};

TYPED_TEST(NnHead, ClassifyIsCrossEntropyOfSoftmax) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(4, Stream::tests);
    constexpr double h = 1e-5, difference_error = 1e-9;  // of central differences: h^2, and rounding / h
    for (const int channels : channel_counts)
        for (const auto& [images, classes] : {std::pair{0, 10}, {1, 1}, {3, 2}, {20, 10}, {2, 100}}) {
            SCOPED_TRACE(testing::Message() << images << " images, " << channels << " channels, " << classes);
            Classification<T> all(device, images, channels, classes, random);
            const double share = 0.25;
            all.run(share);
            for (int n = 0; n < images; ++n) {
                const std::vector<Sum> logits = all.logits_of(n);
                NaiveLoss naive{values_of(logits), all.labels[size(n)]};
                double magnitude = 0;
                for (const Sum& logit : logits) magnitude = std::max(magnitude, logit.magnitude);
                // Logits have a rounding a product and a sum; an exponential's relative error is the error of what it
                // is taken of; their sum has one rounding a class, and exp and log err by a few units themselves.
                const double error = 2 * roundings<T>(channels + 2) * magnitude + roundings<T>(classes + 8);
                EXPECT_NEAR(to_double(all.loss[size(n)]), naive.value(), error * (1 + naive.value()));
                for (int k = 0; k < classes; ++k) {
                    double& logit = naive.logits[size(k)];
                    const double before = logit;
                    logit = before + h;
                    const double above = naive.value();
                    logit = before - h;
                    const double below = naive.value();
                    logit = before;
                    ASSERT_NEAR(to_double(all.gradient[size(n * classes + k)]), share * (above - below) / (2 * h),
                                share * (error + difference_error))
                        << "image " << n << " class " << k;
                }
                std::vector<double> sorted = naive.logits;
                std::sort(sorted.begin(), sorted.end());
                const bool clear = classes == 1 || sorted[size(classes - 1)] - sorted[size(classes - 2)] > error;
                if (clear) {
                    EXPECT_EQ(all.correct[size(n)] != 0, naive.logits[size(naive.label)] == sorted.back()) << n;
                }
                EXPECT_LE(all.correct[size(n)], 1);
            }
        }
}

/// Logits far beyond what an exponential can hold: the losses are differences of logits, by hand.
TYPED_TEST(NnHead, ClassifyHoldsLargeLogits) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(5, Stream::tests);
    Classification<T> all(device, 3, 1, 3, random);
    all.weights = {0, 0, 0};
    all.bias = {-30000, 30000, 20000};
    all.labels = {0, 1, 2};
    all.run(1);
    EXPECT_EQ(to_doubles(all.loss), (std::vector<double>{60000, 0, 10000}));
    EXPECT_EQ(all.correct, (std::vector<std::uint8_t>{0, 1, 0}));
    EXPECT_EQ(to_doubles(all.gradient), (std::vector<double>{-1, 1, 0, /**/ 0, 0, 0, /**/ 0, 1, -1}));
}

/// A network that diverged must show: the loss of an image with a NaN or infinite feature is not a number.
TYPED_TEST(NnHead, ClassifyKeepsNaN) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    Random random(6, Stream::tests);
    Classification<T> all(device, 3, 3, 10, random);
    all.features[1] = std::numeric_limits<P>::quiet_NaN();
    all.features[8] = std::numeric_limits<P>::infinity();
    all.run(1);
    EXPECT_TRUE(std::isnan(all.loss[0]));
    EXPECT_TRUE(std::isfinite(all.loss[1]));
    EXPECT_TRUE(std::isnan(all.loss[2]));
    for (std::size_t k = 0; k < 10; ++k) EXPECT_TRUE(std::isnan(all.gradient[k])) << k;
}

/// <PlaneMean(x) W', g> = <x, PlaneMeanGradient(g)> = <W, LinearGradient(g)>: three views of one trilinear form. All
/// numbers are positive, so that errors are relative to the result.
TYPED_TEST(NnHead, GradientsAreAdjointToTheLinearLayer) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    Random random(7, Stream::tests);
    constexpr int images = 3, channels = 24, classes = 10;
    constexpr std::int64_t pixels = 12;
    const auto x = random_values<T>(random, images * pixels * channels, 0, 1);
    const auto w = random_values<P>(random, classes * channels, 0, 1),
               g = random_values<P>(random, images * classes, 0, 1);
    const DeviceArray<T, T> x_there(device, x), x_gradient(device, x.size());
    const DeviceArray<T, P> w_there(device, w), g_there(device, g), features(device, size(images * channels)),
        w_gradient(device, w.size()), b_gradient(device, classes);
    device.run(PlaneMean<T>{x_there.get(), pixels, channels, features.get()}, images, channels);
    device.run(
        LinearGradient<P>{g_there.get(), features.get(), images, channels, classes, w_gradient.get(), b_gradient.get()},
        classes);
    device.run(PlaneMeanGradient<T>{g_there.get(), w_there.get(), pixels, channels, classes, x_gradient.get()}, images,
               channels);
    const auto f = features.download();
    double direct = 0;
    for (std::size_t n = 0; n < images; ++n)
        for (std::size_t k = 0; k < classes; ++k)
            for (std::size_t c = 0; c < channels; ++c)
                direct +=
                    to_double(f[n * channels + c]) * to_double(w[k * channels + c]) * to_double(g[n * classes + k]);
    // At most pixels + classes + images roundings in a row, and x's gradient is stored.
    const double relative = roundings<T>(2 * (pixels + classes + images + 4)) + unit_roundoff<T>() +
                            2 * static_cast<double>(x.size()) * unit_roundoff<double>();
    EXPECT_NEAR(dot(to_doubles(x), to_doubles(x_gradient.download())), direct, relative * direct);
    EXPECT_NEAR(dot(to_doubles(w), to_doubles(w_gradient.download())), direct, relative * direct);
}

}  // namespace
}  // namespace cenas

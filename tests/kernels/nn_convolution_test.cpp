// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/nn/convolution.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <limits>

#include "kernels/nn_support.hpp"

namespace cenas {
namespace {

using namespace test;

/// Tiny, odd and long planes; channels that fill a vector once, several times and not; the stem's of grey and colour.
const std::vector<ConvolutionShape> shapes = {
    {{1, 1, 1}, 1, 1, 1},   {{1, 1, 3}, 16, 3, 1},  {{1, 1, 8}, 8, 3, 2},     {{5, 4, 1}, 8, 3, 1},
    {{7, 5, 3}, 16, 3, 1},  {{6, 7, 16}, 16, 3, 1}, {{6, 7, 16}, 16, 1, 1},   {{7, 7, 16}, 32, 3, 2},
    {{5, 8, 16}, 32, 1, 2}, {{1, 2, 8}, 24, 3, 2},  {{4, 3, 24}, 8, 1, 1},    {{3, 3, 24}, 24, 3, 1},
    {{2, 5, 32}, 64, 3, 2}, {{3, 4, 64}, 64, 3, 1}, {{4, 4, 64}, 64, 1, 1},   {{1, 9, 8}, 8, 3, 1},
    {{9, 1, 3}, 3, 3, 2},   {{8, 6, 3}, 1, 1, 2},   {{14, 13, 32}, 32, 3, 1}, {{28, 28, 16}, 16, 3, 1},
};

constexpr int chunk = 2;  // images that the convolutions are made for
constexpr int most_images = 2 * chunk + 1;

std::int64_t in_size(const ConvolutionShape& s) { return s.in.pixels() * s.in.channels; }
std::int64_t out_size(const ConvolutionShape& s) { return s.out().pixels() * s.out_channels; }

testing::Message text_of(const ConvolutionShape& s) {
    return testing::Message() << s.in.height << " x " << s.in.width << ", channels " << s.in.channels << " to "
                              << s.out_channels << ", kernel " << s.kernel << ", stride " << s.stride;
}

/// f(x, w, z): one product x * w of the sum z, for all of them, by the definition of a padded convolution.
template <class F>
void for_products(const ConvolutionShape& s, int images, const F& f) {
    const Plane out = s.out();
    for (int n = 0; n < images; ++n)
        for (int row = 0; row < out.height; ++row)
            for (int column = 0; column < out.width; ++column)
                for (int ky = 0; ky < s.kernel; ++ky)
                    for (int kx = 0; kx < s.kernel; ++kx) {
                        const int y = row * s.stride + ky - s.kernel / 2, x = column * s.stride + kx - s.kernel / 2;
                        if (y < 0 || y >= s.in.height || x < 0 || x >= s.in.width) continue;
                        const std::int64_t in_pixel = (std::int64_t{n} * s.in.height + y) * s.in.width + x;
                        const std::int64_t out_pixel = (std::int64_t{n} * out.height + row) * out.width + column;
                        for (int o = 0; o < s.out_channels; ++o)
                            for (int i = 0; i < s.in.channels; ++i)
                                f(size(in_pixel * s.in.channels + i),
                                  size(((std::int64_t{o} * s.kernel + ky) * s.kernel + kx) * s.in.channels + i),
                                  size(out_pixel * s.out_channels + o));
                    }
}

/// A convolution with its packed weights and what it may use. Weights are rounded to T, since backends may do so.
template <class T>
struct Subject {
    using P = Parameter<T>;
    NetworkDevice<T>& device;
    ConvolutionShape shape;
    std::unique_ptr<Convolution<T>> convolution;
    std::vector<T> weights;
    DeviceArray<T, P> weights_there;
    DeviceArray<T, std::byte> packed, scratch;

    Subject(NetworkDevice<T>& on, const ConvolutionShape& of, Random& random, double low = -1)
        : device(on),
          shape(of),
          convolution(device.convolution(shape, chunk)),
          weights(random_values<T>(random, shape.weights(), low, 1)),
          weights_there(device, widened(weights)),
          packed(device, convolution->packed_bytes()),
          scratch(device, convolution->scratch_bytes()) {
        convolution->pack(weights_there.get(), true, packed.get(), workspace());
    }

    static std::vector<P> widened(const std::vector<T>& values) {
        std::vector<P> result;
        for (const T value : values) result.push_back(widen(value));
        return result;
    }

    Workspace workspace() const { return {0, scratch.get()}; }

    std::vector<T> forward(int images, const std::vector<T>& x) {
        const DeviceArray<T, T> from(device, x), z(device, size(images * out_size(shape)));
        convolution->forward(images, from.get(), packed.get(), z.get(), workspace());
        return z.download();
    }

    /// `before`: what is there already, and added to; empty: written anew.
    std::vector<T> backward_data(int images, const std::vector<T>& dz, const std::vector<T>& before) {
        const DeviceArray<T, T> from(device, dz);
        const bool add = !before.empty();
        const DeviceArray<T, T> dx =
            add ? DeviceArray<T, T>(device, before) : DeviceArray<T, T>(device, size(images * in_size(shape)));
        convolution->backward_data(images, from.get(), packed.get(), dx.get(), add, workspace());
        return dx.download();
    }

    DeviceArray<T, P> packed_gradient(int images, const std::vector<T>& x, const std::vector<T>& dz) {
        const DeviceArray<T, T> from(device, x), by(device, dz);
        DeviceArray<T, P> gradient(device, size(convolution->gradient_size()));
        convolution->backward_weights(images, from.get(), by.get(), gradient.get(), workspace());
        return gradient;
    }

    std::vector<P> unpacked(const DeviceArray<T, P>& gradient) {
        const DeviceArray<T, P> result(device, weights.size());
        convolution->unpack_gradient(gradient.get(), result.get(), workspace());
        return result.download();
    }

    std::vector<P> backward_weights(int images, const std::vector<T>& x, const std::vector<T>& dz) {
        return unpacked(packed_gradient(images, x, dz));
    }
};

/// Of a sum of so many products; transforms err by some tens of roundings more.
template <class Kind>
double products_error(std::int64_t products) {
    return roundings<typename Kind::Type>(products + 2 + (Kind::transforms ? 100 : 0));
}

/// Convolutions are made and called as the engine does it: libraries use one thread, chunks are the parallelism.
template <class Kind>
class NnConvolution : public DeviceTest<Kind> {
  protected:
    void SetUp() override {
        omp_set_num_threads(1);
        DeviceTest<Kind>::SetUp();
    }
    void TearDown() override { omp_set_num_threads(threads_); }

  private:
    int threads_ = omp_get_max_threads();
};
TYPED_TEST_SUITE(NnConvolution, ConvolutionKinds);

/// What every pass must compute.
struct Truth {
    std::vector<Sum> z, dx, dw;

    template <class T>
    Truth(const Subject<T>& subject, int images, const std::vector<T>& x, const std::vector<T>& dz_values)
        : z(dz_values.size()), dx(x.size()), dw(subject.weights.size()) {
        const auto from = to_doubles(x), by = to_doubles(subject.weights), dz = to_doubles(dz_values);
        for_products(subject.shape, images, [&](std::size_t in, std::size_t weight, std::size_t out) {
            z[out].add(from[in] * by[weight]);
            dx[in].add(dz[out] * by[weight]);
            dw[weight].add(from[in] * dz[out]);
        });
    }
};

/// All passes, for no image, one, a part of a chunk more than one, several chunks and a remainder.
TYPED_TEST(NnConvolution, PassesByTheDefinition) {
    using T = typename TypeParam::Type;
    Random random(1, Stream::tests);
    for (const ConvolutionShape& shape : shapes) {
        SCOPED_TRACE(text_of(shape));
        Subject<T> subject(*this->device_, shape, random);
        const std::int64_t taps = std::int64_t{1} * shape.kernel * shape.kernel;
        for (const int images : {0, 1, chunk + 1, most_images}) {
            SCOPED_TRACE(testing::Message() << images << " images");
            const auto x = random_values<T>(random, images * in_size(shape)),
                       dz = random_values<T>(random, images * out_size(shape));
            const Truth truth(subject, images, x, dz);
            expect_near(subject.forward(images, x), truth.z, products_error<TypeParam>(taps * shape.in.channels));
            expect_near(subject.backward_data(images, dz, {}), truth.dx,
                        products_error<TypeParam>(taps * shape.out_channels));
            expect_near(to_doubles(subject.backward_weights(images, x, dz)), values_of(truth.dw),
                        tolerances<typename TypeParam::WeightsGradient>(
                            truth.dw, products_error<TypeParam>(images * shape.out().pixels() + images)));
            if (this->HasFatalFailure()) return;
        }
    }
}

TYPED_TEST(NnConvolution, BackwardDataAddsToWhatIsThere) {
    using T = typename TypeParam::Type;
    Random random(6, Stream::tests);
    for (const ConvolutionShape& shape : shapes) {
        SCOPED_TRACE(text_of(shape));
        Subject<T> subject(*this->device_, shape, random);
        for (const int images : {1, most_images}) {
            const std::vector<T> x(size(images * in_size(shape)));
            const auto before = random_values<T>(random, images * in_size(shape)),
                       dz = random_values<T>(random, images * out_size(shape));
            const Truth truth(subject, images, x, dz);
            const double error =
                products_error<TypeParam>(std::int64_t{1} * shape.kernel * shape.kernel * shape.out_channels + 1);
            std::vector<double> want = values_of(truth.dx), tolerance = tolerances<T>(truth.dx, error);
            for (std::size_t i = 0; i < want.size(); ++i) {
                want[i] += to_double(before[i]);
                // The product may have been stored before it was added.
                tolerance[i] += (unit_roundoff<T>() + error) * std::abs(want[i]);
            }
            expect_near(to_doubles(subject.backward_data(images, dz, before)), want, tolerance);
            if (this->HasFatalFailure()) return;
        }
    }
}

/// <conv(x), dz> = <x, backward_data(dz)> = <w, backward_weights(x, dz)>. All numbers are positive, so that errors are
/// relative to the result.
TYPED_TEST(NnConvolution, BackwardPassesAreAdjointToForward) {
    using T = typename TypeParam::Type;
    Random random(2, Stream::tests);
    for (const ConvolutionShape& shape : shapes) {
        SCOPED_TRACE(text_of(shape));
        Subject<T> subject(*this->device_, shape, random, 0);
        const auto x = random_values<T>(random, most_images * in_size(shape), 0, 1),
                   dz = random_values<T>(random, most_images * out_size(shape), 0, 1);
        const double of_z = dot(to_doubles(subject.forward(most_images, x)), to_doubles(dz));
        const double of_x = dot(to_doubles(x), to_doubles(subject.backward_data(most_images, dz, {})));
        const double of_w = dot(to_doubles(subject.weights), to_doubles(subject.backward_weights(most_images, x, dz)));
        const std::int64_t longest = std::max<std::int64_t>(
            std::int64_t{1} * shape.kernel * shape.kernel * std::max(shape.in.channels, shape.out_channels),
            most_images * shape.out().pixels());
        const double relative = 2 * unit_roundoff<T>() + products_error<TypeParam>(2 * longest) +
                                2 * static_cast<double>(std::max(x.size(), dz.size())) * unit_roundoff<double>();
        EXPECT_NEAR(of_z, of_x, relative * of_z);
        EXPECT_NEAR(of_z, of_w, relative * of_z);
    }
}

/// What the engine does with the chunks of a batch.
TYPED_TEST(NnConvolution, GradientsAddBeforeTheyAreUnpacked) {
    using T = typename TypeParam::Type;
    using P = Parameter<T>;
    auto& device = *this->device_;
    Random random(3, Stream::tests);
    for (const ConvolutionShape& shape : {ConvolutionShape{{5, 4, 3}, 16, 3, 1}, {{5, 7, 8}, 24, 3, 2}}) {
        SCOPED_TRACE(text_of(shape));
        Subject<T> subject(device, shape, random);
        const auto x = random_values<T>(random, 3 * in_size(shape)), dz = random_values<T>(random, 3 * out_size(shape));
        const auto images = [](const std::vector<T>& all, std::int64_t each, std::int64_t first, std::int64_t last) {
            return std::vector<T>(all.begin() + first * each, all.begin() + last * each);
        };
        const std::int64_t in = in_size(shape), out = out_size(shape), n = subject.convolution->gradient_size();
        const std::vector<P> one = subject.packed_gradient(2, images(x, in, 0, 2), images(dz, out, 0, 2)).download();
        const std::vector<P> other = subject.packed_gradient(1, images(x, in, 2, 3), images(dz, out, 2, 3)).download();
        std::vector<P> parts = one;
        parts.insert(parts.end(), other.begin(), other.end());
        const DeviceArray<T, P> there(device, parts), sum(device, size(n));
        device.run(AddGradientParts<P>{there.get(), 2, n, sum.get()}, n);
        // Each of the parts may have been stored.
        expect_near(subject.unpacked(sum), Truth(subject, 3, x, dz).dw,
                    products_error<TypeParam>(3 * shape.out().pixels() + 3) +
                        unit_roundoff<typename TypeParam::WeightsGradient>());
    }
}

/// Inference packs nothing for the backward pass.
TYPED_TEST(NnConvolution, ForwardNeedsNoBackwardWeights) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(4, Stream::tests);
    Subject<T> subject(device, {{6, 5, 8}, 16, 3, 1}, random);
    const auto x = random_values<T>(random, most_images * in_size(subject.shape));
    const auto want = to_doubles(subject.forward(most_images, x));
    const DeviceArray<T, std::byte> packed(device, subject.convolution->packed_bytes());
    subject.convolution->pack(subject.weights_there.get(), false, packed.get(), subject.workspace());
    subject.packed = packed;
    EXPECT_EQ(to_doubles(subject.forward(most_images, x)), want);
}

/// True for a result that is allowed where `seen` says whether a number that is not finite goes into it.
template <class Kind>
bool reached(bool seen, bool finite) {
    return seen ? !finite : finite || Kind::transforms;
}

/// What is not finite spoils what sees it and nothing else; an infinity leaves with the sign of its weight.
TYPED_TEST(NnConvolution, NaNAndInfinityReachWhatSeesThem) {
    using T = typename TypeParam::Type;
    constexpr double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    Random random(5, Stream::tests);
    for (const ConvolutionShape& shape :
         {ConvolutionShape{{6, 7, 16}, 16, 3, 1}, {{7, 7, 16}, 32, 3, 2}, {{5, 4, 3}, 8, 3, 1}, {{4, 4, 8}, 8, 1, 1}}) {
        SCOPED_TRACE(text_of(shape));
        Subject<T> subject(*this->device_, shape, random);
        auto x = random_values<T>(random, most_images * in_size(shape));
        auto dz = random_values<T>(random, most_images * out_size(shape));
        const std::size_t bad_x = size(in_size(shape) + 2 * shape.in.channels + 1), bad_dz = dz.size() - 2;
        std::vector<double> sign(dz.size(), 0);  // 0: does not see it
        std::vector<bool> sees_dz(x.size()), of_x(subject.weights.size());
        for_products(shape, most_images, [&](std::size_t in, std::size_t by, std::size_t out) {
            if (in == bad_x) sign[out] = std::copysign(1, to_double(subject.weights[by]));
            if (in == bad_x) of_x[by] = true;
            if (out == bad_dz) sees_dz[in] = true;
        });
        for (const double bad : {inf, nan}) {
            const T good_x = x[bad_x], good_dz = dz[bad_dz];
            x[bad_x] = from_double<T>(bad);
            const auto z = to_doubles(subject.forward(most_images, x));
            for (std::size_t i = 0; i < z.size(); ++i) {
                ASSERT_TRUE(reached<TypeParam>(sign[i] != 0, std::isfinite(z[i]))) << "z " << i << " is " << z[i];
                if (bad == inf && sign[i] != 0 && !TypeParam::transforms) {
                    ASSERT_EQ(z[i], sign[i] * inf) << "z " << i;
                }
            }
            const auto dw = to_doubles(subject.backward_weights(most_images, x, dz));
            for (std::size_t i = 0; i < dw.size(); ++i)
                ASSERT_TRUE(reached<TypeParam>(of_x[i], std::isfinite(dw[i]))) << "dw " << i << " is " << dw[i];
            x[bad_x] = good_x;
            dz[bad_dz] = from_double<T>(bad);
            const auto dx = to_doubles(subject.backward_data(most_images, dz, {}));
            for (std::size_t i = 0; i < dx.size(); ++i)
                ASSERT_TRUE(reached<TypeParam>(sees_dz[i], std::isfinite(dx[i]))) << "dx " << i << " is " << dx[i];
            dz[bad_dz] = good_dz;
        }
    }
}

/// Else the tests of oneDNN above would test the plain loops that stand in for it.
template <class Kind>
class NnOneDnn : public NnConvolution<Kind> {};
using OneDnnKinds = testing::Types<OneDnnCpu<float>, OneDnnCpu<bf16>>;
TYPED_TEST_SUITE(NnOneDnn, OneDnnKinds);

TYPED_TEST(NnOneDnn, HasTheShapes) {
    using T = typename TypeParam::Type;
    std::size_t missing = 0;
    for (const ConvolutionShape& shape : shapes) {
        // Some that networks do not have are left to the plain loops.
        const bool unusual = shape.stride == 2 && (shape.in.width == 1 || shape.in.channels % 8 != 0);
        if (!unusual && onednn_convolution<T>(shape, chunk, 1) == nullptr) ++missing;
    }
    if (missing > 0) GTEST_SKIP() << "oneDNN has not " << missing << " of the shapes here: the plain loops were tested";
    EXPECT_EQ(onednn_convolution<double>(shapes[0], chunk, 1), nullptr);
}

TEST(ConvolutionShapes, SizesByHand) {
    const auto out = [](int height, int width, int kernel, int stride) {
        const Plane plane = ConvolutionShape{{height, width, 4}, 6, kernel, stride}.out();
        return std::vector<int>{plane.height, plane.width, plane.channels};
    };
    EXPECT_EQ(out(28, 14, 3, 1), (std::vector<int>{28, 14, 6}));
    EXPECT_EQ(out(28, 7, 3, 2), (std::vector<int>{14, 4, 6}));
    EXPECT_EQ(out(1, 2, 3, 2), (std::vector<int>{1, 1, 6}));
    EXPECT_EQ(out(7, 8, 1, 1), (std::vector<int>{7, 8, 6}));
    EXPECT_EQ(out(7, 8, 1, 2), (std::vector<int>{4, 4, 6}));
    const ConvolutionShape shape{{7, 6, 4}, 5, 3, 2};
    EXPECT_EQ(shape.weights(), 5 * 3 * 3 * 4);
    EXPECT_EQ(shape.multiply_adds(), 5 * 3 * 3 * 4 * (4 * 3));
}

/// A strict order in which only equal shapes are equivalent, as a map wants it.
TEST(ConvolutionShapes, AreOrdered) {
    for (const ConvolutionShape& a : shapes)
        for (const ConvolutionShape& b : shapes) EXPECT_EQ((a < b) + (b < a), &a == &b ? 0 : 1);
}

}  // namespace
}  // namespace cenas

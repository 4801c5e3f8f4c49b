// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/nn/node.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "kernels/nn_support.hpp"

namespace cenas {
namespace {

using namespace test;

// --- truth -----------------------------------------------------------------------------------------------------------

Plane half(const Plane& p) { return {(p.height + 1) / 2, (p.width + 1) / 2, p.channels}; }

std::int64_t numbers(const Plane& plane, int images) { return images * plane.pixels() * plane.channels; }

/// f(to, from, weight): what a pooling of `source` has its pixels `to` made of, over all images.
template <class F>
void for_average3(const Plane& source, int images, const F& f) {
    const auto inside = [&](int y, int x) { return y >= 0 && y < source.height && x >= 0 && x < source.width; };
    for (int n = 0; n < images; ++n)
        for (int y = 0; y < source.height; ++y)
            for (int x = 0; x < source.width; ++x) {
                std::vector<std::int64_t> window;
                for (int v = y - 1; v <= y + 1; ++v)
                    for (int u = x - 1; u <= x + 1; ++u)
                        if (inside(v, u)) window.push_back((n * source.height + v) * source.width + u);
                for (const std::int64_t from : window)
                    f(static_cast<std::int64_t>(n * source.height + y) * source.width + x, from,
                      1.0 / static_cast<double>(window.size()));
            }
}

template <class F>
void for_average2(const Plane& source, int images, const F& f) {
    const Plane to = half(source);
    for (int n = 0; n < images; ++n)
        for (int y = 0; y < to.height; ++y)
            for (int x = 0; x < to.width; ++x) {
                std::vector<std::int64_t> block;
                for (int v = 2 * y; v < std::min(2 * y + 2, source.height); ++v)
                    for (int u = 2 * x; u < std::min(2 * x + 2, source.width); ++u)
                        block.push_back((n * source.height + v) * source.width + u);
                for (const std::int64_t from : block)
                    f(static_cast<std::int64_t>(n * to.height + y) * to.width + x, from,
                      1.0 / static_cast<double>(block.size()));
            }
}

/// The same for every linear kind; `source` is twice the node for average2, the node itself for the others.
template <class F>
void for_weights(TermKind kind, const Plane& source, int images, const F& f) {
    if (kind == TermKind::average3) return for_average3(source, images, f);
    if (kind == TermKind::average2) return for_average2(source, images, f);
    for (std::int64_t i = 0; i < images * source.pixels(); ++i) f(i, i, 1.0);
}

// --- a node with random terms ----------------------------------------------------------------------------------------

using Kinds = std::vector<TermKind>;
constexpr TermKind affine = TermKind::affine, identity = TermKind::identity, average3 = TermKind::average3,
                   average2 = TermKind::average2;

const std::vector<Kinds> forward_cases = {
    {},
    {affine},
    {identity},
    {average3},
    {average2},
    {affine, identity, average3, average2, average2, average3, identity, affine},  // as many as there may be
};
const std::vector<Kinds> backward_cases = {
    {},
    {identity},
    {average3},
    {average2},
    {identity, average3, average2, identity, average3, average2, identity, average3},
};

/// The larger plane; tiny, odd and long ones.
const std::vector<Plane> planes = {{1, 1, 0}, {1, 2, 0}, {3, 1, 0}, {2, 2, 0}, {5, 3, 0}, {4, 7, 0}};

/// f(plane, images) for all planes and channels.
template <class F>
void for_shapes(const F& f) {
    for (const int channels : channel_counts)
        for (Plane plane : planes) {
            plane.channels = channels;
            for (const int images : {1, 3}) {
                SCOPED_TRACE(testing::Message()
                             << images << " images of " << plane.height << " x " << plane.width << " x " << channels);
                f(plane, images);
                if (testing::Test::HasFatalFailure()) return;
            }
        }
}

/// At most so many roundings lie between a number and the sum it is in: its weight and its window's sum, then each of
/// the additions of at most four numbers a term.
template <class T>
double node_error(std::size_t terms) {
    return roundings<T>(12 + 4 * static_cast<std::int64_t>(terms));
}

/// The forward pass of one node; `source` is the plane that average2 sees.
template <class T>
struct ForwardCase {
    using P = Parameter<T>;
    NetworkDevice<T>& device;
    Plane plane;
    int images;
    std::vector<DeviceArray<T, T>> x;
    std::vector<DeviceArray<T, P>> scale, shift;
    std::vector<Sum> want;
    NodeForward<T> f;

    ForwardCase(NetworkDevice<T>& on, const Kinds& kinds, const Plane& source, int image_count, Random& random)
        : device(on), plane(half(source)), images(image_count), want(size(numbers(plane, images))) {
        f.plane = plane;
        f.source = source;
        for (const TermKind kind : kinds) add(kind, source, random);
    }

    void add(TermKind kind, const Plane& source, Random& random) {
        const Plane& seen = kind == TermKind::average2 ? source : plane;
        const auto values = random_values<T>(random, numbers(seen, images));
        const auto factor = random_values<P>(random, plane.channels), offset = random_values<P>(random, plane.channels);
        x.emplace_back(device, values);
        scale.emplace_back(device, factor);
        shift.emplace_back(device, offset);
        f.term[f.terms++] = {kind, x.back().get(), scale.back().get(), shift.back().get()};
        const bool scaled = kind == TermKind::affine;
        for_weights(kind, seen, images, [&](std::int64_t to, std::int64_t from, double weight) {
            for (int c = 0; c < plane.channels; ++c) {
                Sum& sum = want[size(to * plane.channels + c)];
                const double value = to_double(values[size(from * plane.channels + c)]);
                sum.add(value * (scaled ? to_double(factor[size(c)]) : weight));
                if (scaled) sum.add(to_double(offset[size(c)]));
            }
        });
    }

    void run(T* sum, T* relu) {
        f.sum = sum;
        f.relu = relu;
        device.run(f, images * plane.pixels(), plane.channels);
    }
};

template <class Kind>
class NnNode : public DeviceTest<Kind> {};
TYPED_TEST_SUITE(NnNode, FunctorKinds);

TYPED_TEST(NnNode, ForwardIsTheSumOfItsTerms) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(1, Stream::tests);
    for_shapes([&](const Plane& source, int images) {
        for (const Kinds& kinds : forward_cases) {
            SCOPED_TRACE(testing::Message() << kinds.size() << " terms");
            ForwardCase<T> node(device, kinds, source, images, random);
            const DeviceArray<T, T> sum(device, node.want.size()), relu(device, node.want.size());
            node.run(sum.get(), relu.get());
            const std::vector<T> got = sum.download();
            expect_near(got, node.want, node_error<T>(kinds.size()));
            // Rounding keeps signs, so the ReLU of the sum is the sum's ReLU exactly.
            std::vector<double> positive = to_doubles(got);
            for (double& value : positive) value = std::max(value, 0.0);
            EXPECT_EQ(to_doubles(relu.download()), positive);
        }
    });
}

TYPED_TEST(NnNode, ForwardWritesWhatIsAskedFor) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(2, Stream::tests);
    ForwardCase<T> node(device, forward_cases.back(), {5, 3, 24}, 2, random);
    const std::size_t n = node.want.size();
    const DeviceArray<T, T> sum(device, n), relu(device, n), sum_alone(device, n), relu_alone(device, n);
    node.run(sum.get(), relu.get());
    node.run(sum_alone.get(), nullptr);
    node.run(nullptr, relu_alone.get());
    EXPECT_EQ(to_doubles(sum_alone.download()), to_doubles(sum.download()));
    EXPECT_EQ(to_doubles(relu_alone.download()), to_doubles(relu.download()));

    const DeviceArray<T, T> none(device, n);
    node.images = 0;
    node.run(none.get(), none.get());
    EXPECT_TRUE(none.untouched());
}

/// A NaN spoils what sees it and nothing else, and a ReLU does not hide it; infinities are numbers like others.
TYPED_TEST(NnNode, ForwardKeepsNaNAndInfinity) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    const Plane plane{3, 4, 8};
    std::vector<T> values(size(numbers(plane, 1)), from_double<T>(1));
    values[size((1 * 4 + 0) * 8 + 5)] = from_double<T>(nan);  // row 1, column 0, channel 5
    values[size((2 * 4 + 3) * 8 + 6)] = from_double<T>(inf);  // the last corner
    values[size((0 * 4 + 3) * 8 + 7)] = from_double<T>(-inf);
    const DeviceArray<T, T> x(device, values), sum(device, values.size()), relu(device, values.size());
    NodeForward<T> f;
    f.plane = f.source = plane;
    f.terms = 1;
    f.term[0] = {TermKind::average3, x.get(), nullptr, nullptr};
    f.sum = sum.get();
    f.relu = relu.get();
    device.run(f, plane.pixels(), plane.channels);
    const auto sums = to_doubles(sum.download()), relus = to_doubles(relu.download());
    for (int row = 0; row < 3; ++row)
        for (int column = 0; column < 4; ++column)
            for (int c = 0; c < 8; ++c) {
                const std::size_t at = size((row * 4 + column) * 8 + c);
                SCOPED_TRACE(testing::Message() << row << " " << column << " " << c);
                if (c == 5 && column <= 1) {
                    EXPECT_TRUE(std::isnan(sums[at]));
                    EXPECT_TRUE(std::isnan(relus[at]));
                } else if (c == 6 && row >= 1 && column >= 2) {
                    EXPECT_EQ(sums[at], inf);
                    EXPECT_EQ(relus[at], inf);
                } else if (c == 7 && row <= 1 && column >= 2) {
                    EXPECT_EQ(sums[at], -inf);
                    EXPECT_EQ(relus[at], 0);
                } else {
                    // A mean of ones, whose weight 1/6 or 1/9 is rounded.
                    EXPECT_NEAR(sums[at], 1, unit_roundoff<T>() * 2);
                    EXPECT_NEAR(relus[at], 1, unit_roundoff<T>() * 2);
                }
            }
}

/// Storing a sum rounds to nearest, in the middle to even: with u half of the distance between 1 and the next number,
/// 1 + u becomes 1 and 1 + 3 u becomes 1 + 4 u.
TYPED_TEST(NnNode, ForwardRoundsTiesToEven) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    constexpr double u = unit_roundoff<T>();
    const DeviceArray<T, T> x(device, std::vector<T>{from_double<T>(1), from_double<T>(1 + 2 * u), from_double<T>(-1)}),
        y(device, std::vector<T>{from_double<T>(u), from_double<T>(u), from_double<T>(-u)}), sum(device, 3);
    NodeForward<T> f;
    f.plane = f.source = {1, 1, 3};
    f.terms = 2;
    f.term[0] = {TermKind::identity, x.get(), nullptr, nullptr};
    f.term[1] = {TermKind::identity, y.get(), nullptr, nullptr};
    f.sum = sum.get();
    device.run(f, 1, 3);
    EXPECT_EQ(to_doubles(sum.download()), (std::vector<double>{1, 1 + 4 * u, -1}));
}

/// The backward pass of one node, `plane`; average2 leads to the half of it.
template <class T>
struct BackwardCase {
    NetworkDevice<T>& device;
    Plane plane;
    int images;
    std::vector<DeviceArray<T, T>> gradients;
    std::vector<Sum> want;
    NodeBackward<T> f;

    BackwardCase(NetworkDevice<T>& on, const Kinds& kinds, const Plane& of, int image_count, Random& random)
        : device(on), plane(of), images(image_count), want(size(numbers(plane, images))) {
        f.plane = plane;
        f.target = half(plane);
        for (const TermKind kind : kinds) add(kind, random);
    }

    void add(TermKind kind, Random& random) {
        const Plane behind = kind == TermKind::average2 ? half(plane) : plane;
        const auto values = random_values<T>(random, numbers(behind, images));
        gradients.emplace_back(device, values);
        f.term[f.terms++] = {kind, gradients.back().get()};
        for_weights(kind, plane, images, [&](std::int64_t to, std::int64_t from, double weight) {
            for (int c = 0; c < plane.channels; ++c)
                want[size(from * plane.channels + c)].add(weight * to_double(values[size(to * plane.channels + c)]));
        });
    }

    void add_relu(Random& random) {
        // Every third at the corner, where the gradient is 0.
        std::vector<T> relu = random_values<T>(random, numbers(plane, images));
        for (std::size_t i = 0; i < relu.size(); ++i)
            if (i % 3 == 0 || to_double(relu[i]) < 0) relu[i] = from_double<T>(0);
        const auto values = random_values<T>(random, numbers(plane, images));
        for (std::size_t i = 0; i < relu.size(); ++i)
            if (to_double(relu[i]) > 0) want[i].add(to_double(values[i]));
        gradients.emplace_back(device, relu);
        f.relu = gradients.back().get();
        gradients.emplace_back(device, values);
        f.relu_gradient = gradients.back().get();
    }

    void run(T* gradient) {
        f.gradient = gradient;
        device.run(f, images * plane.pixels(), plane.channels);
    }
};

TYPED_TEST(NnNode, BackwardGathersWhatForwardSpreads) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(3, Stream::tests);
    for_shapes([&](const Plane& plane, int images) {
        for (const Kinds& kinds : backward_cases)
            for (const bool relu : {false, true}) {
                SCOPED_TRACE(testing::Message() << kinds.size() << " terms" << (relu ? " and a ReLU" : ""));
                BackwardCase<T> node(device, kinds, plane, images, random);
                if (relu) node.add_relu(random);
                const DeviceArray<T, T> gradient(device, node.want.size());
                node.run(gradient.get());
                // A number is in up to nine windows of each average.
                expect_near(gradient.download(), node.want,
                            roundings<T>(3 + 9 * static_cast<std::int64_t>(kinds.size())));
            }
    });
    BackwardCase<T> node(device, backward_cases.back(), {3, 3, 16}, 1, random);
    const DeviceArray<T, T> none(device, node.want.size());
    node.images = 0;
    node.run(none.get());
    EXPECT_TRUE(none.untouched());
}

/// Where the ReLU is 0 its gradient does not count, whatever it is; elsewhere and in every other term a NaN passes.
TYPED_TEST(NnNode, BackwardKeepsNaN) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    const auto list = [](std::vector<double> values) {
        std::vector<T> result;
        for (const double value : values) result.push_back(from_double<T>(value));
        return result;
    };
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
    const DeviceArray<T, T> relu(device, list({0, 1, 0, 1, inf, 0, 0, 1}));
    const DeviceArray<T, T> relu_gradient(device, list({nan, nan, inf, inf, 2, 1, 0, -inf}));
    const DeviceArray<T, T> direct(device, list({1, 1, 1, 1, 1, nan, inf, 1})), gradient(device, 8);
    NodeBackward<T> f;
    f.plane = f.target = {1, 1, 8};
    f.terms = 1;
    f.term[0] = {TermKind::identity, direct.get()};
    f.relu = relu.get();
    f.relu_gradient = relu_gradient.get();
    f.gradient = gradient.get();
    device.run(f, 1, 8);
    const auto got = to_doubles(gradient.download());
    const std::vector<double> want = {1, nan, 1, inf, 3, nan, inf, -inf};
    for (std::size_t i = 0; i < 8; ++i)
        EXPECT_TRUE(got[i] == want[i] || (std::isnan(got[i]) && std::isnan(want[i]))) << i << ": " << got[i];
}

/// <f(x), y> = <x, f'(y)> for the linear terms. All numbers are positive, so that errors are relative to the result.
TYPED_TEST(NnNode, BackwardIsTheAdjointOfForward) {
    using T = typename TypeParam::Type;
    auto& device = *this->device_;
    Random random(4, Stream::tests);
    for (const TermKind kind : {TermKind::identity, TermKind::average3, TermKind::average2})
        for (const Plane& source : {Plane{1, 1, 3}, Plane{5, 3, 16}, Plane{4, 7, 8}, Plane{9, 2, 32}}) {
            constexpr int images = 2;
            const Plane plane = kind == TermKind::average2 ? half(source) : source;
            const auto x = random_values<T>(random, numbers(source, images), 0, 1),
                       y = random_values<T>(random, numbers(plane, images), 0, 1);
            const DeviceArray<T, T> x_there(device, x), y_there(device, y), fx(device, y.size()), fy(device, x.size());
            NodeForward<T> forward;
            forward.plane = plane;
            forward.source = source;
            forward.terms = 1;
            forward.term[0] = {kind, x_there.get(), nullptr, nullptr};
            forward.sum = fx.get();
            device.run(forward, images * plane.pixels(), plane.channels);
            NodeBackward<T> backward;
            backward.plane = source;
            backward.target = plane;
            backward.terms = 1;
            backward.term[0] = {kind, y_there.get()};
            backward.gradient = fy.get();
            device.run(backward, images * source.pixels(), source.channels);
            const double one = dot(to_doubles(fx.download()), to_doubles(y)),
                         other = dot(to_doubles(x), to_doubles(fy.download()));
            // Each side stores its numbers once; the products in double have as many terms as there are numbers.
            const double relative = 2 * unit_roundoff<T>() + roundings<T>(2 * 12) +
                                    static_cast<double>(2 * x.size()) * unit_roundoff<double>();
            EXPECT_NEAR(one, other, relative * one) << source.height << " x " << source.width;
        }
}

}  // namespace
}  // namespace cenas

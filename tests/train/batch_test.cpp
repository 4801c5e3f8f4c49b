// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/batch.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/error.hpp"
#include "kernels/rng/philox.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;
using Images = std::vector<std::int32_t>;
using Floats = std::vector<float>;

ImageSet random_images(int count, int height, int width, int channels) {
    ImageSet set;
    set.height = height;
    set.width = width;
    set.channels = channels;
    set.classes = 10;
    set.labels.assign(static_cast<std::size_t>(count), 0);
    Random random(1, Stream::tests, static_cast<std::uint64_t>(height * 10000 + width * 100 + channels));
    for (std::int64_t i = 0; i < count * set.values_per_image(); ++i)
        set.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    return set;
}

/// The same image `copies` times: 9 x 9 pixels, all different and none black.
ImageSet counted_images(int copies) {
    ImageSet set = random_images(copies, 9, 9, 1);
    for (std::size_t i = 0; i < set.pixels.size(); ++i) set.pixels[i] = static_cast<std::uint8_t>(1 + i % 81);
    return set;
}

Images all_of(const ImageSet& set) {
    Images images(static_cast<std::size_t>(set.size()));
    std::iota(images.begin(), images.end(), 0);
    return images;
}

Floats batch(const ImageSet& set, const Images& images, const Normalization& n, const Augmentation& augmentation) {
    Floats out(images.size() * static_cast<std::size_t>(set.values_per_image()), NAN);
    make_batch(set, images, n, augmentation, out);
    return out;
}

/// Pixels come out as they are.
const Normalization levels{{0.0f}, {1.0f / 255.0f}};

// ---- naive twins: whole images, in double precision ----

struct Planes {
    int height, width, channels;
    std::vector<double> value;
    double& at(int y, int x, int c) { return value[static_cast<std::size_t>((y * width + x) * channels + c)]; }
};

Planes image_of(const ImageSet& set, int image) {
    const auto first = set.pixels.begin() + image * set.values_per_image();
    return {set.height, set.width, set.channels, {first, first + set.values_per_image()}};
}

Planes flipped(Planes image) {
    Planes mirror = image;
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            for (int c = 0; c < image.channels; ++c) mirror.at(y, image.width - 1 - x, c) = image.at(y, x, c);
    return mirror;
}

Planes padded(Planes image, int by) {
    Planes frame{image.height + 2 * by, image.width + 2 * by, image.channels, {}};
    frame.value.assign(static_cast<std::size_t>(frame.height * frame.width * frame.channels), 0.0);
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            for (int c = 0; c < image.channels; ++c) frame.at(y + by, x + by, c) = image.at(y, x, c);
    return frame;
}

Planes cropped(Planes frame, int top, int left, int height, int width) {
    Planes part{height, width, frame.channels, {}};
    part.value.resize(static_cast<std::size_t>(height * width * frame.channels));
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (int c = 0; c < frame.channels; ++c) part.at(y, x, c) = frame.at(y + top, x + left, c);
    return part;
}

/// With `top` and `left` in [0, 2 padding].
Planes naive_crop(const ImageSet& set, int image, bool flip, int padding, int top, int left) {
    Planes whole = image_of(set, image);
    if (flip) whole = flipped(whole);
    return cropped(padded(whole, padding), top, left, set.height, set.width);
}

Planes naive_augmented(const ImageSet& set, int image, const Augmentation& a) {
    Random random(a.seed, Stream::augmentation,
                  (static_cast<std::uint64_t>(a.epoch) << 32) + static_cast<unsigned>(image));
    const bool flip = random.uniform() < a.flip;
    const auto positions = static_cast<std::uint32_t>(2 * a.padding + 1);
    const int top = static_cast<int>(random.below(positions)), left = static_cast<int>(random.below(positions));
    return naive_crop(set, image, flip, a.padding, top, left);
}

void expect_normalized(std::span<const float> found, const Planes& planes, const Normalization& n) {
    ASSERT_EQ(found.size(), planes.value.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        const std::size_t c = i % static_cast<std::size_t>(planes.channels);
        const double expected = (planes.value[i] / 255 - n.mean[c]) / n.std[c];
        ASSERT_NEAR(found[i], expected, 6e-8 * (1 + std::abs(expected))) << i;  // half a unit in the last place
    }
}

const Normalization three_channels{{0.48f, 0.45f, 0.40f}, {0.23f, 0.22f, 0.27f}};

// ---- normalization ----

TEST(Normalization, ByHand) {
    ImageSet set = random_images(2, 4, 4, 1);
    std::fill(set.pixels.begin(), set.pixels.begin() + 16, std::uint8_t{51});
    std::fill(set.pixels.begin() + 16, set.pixels.end(), std::uint8_t{153});
    const Normalization n = measure_normalization(set, Images{0, 1});
    EXPECT_EQ(n.mean, (Floats{0.4f}));  // 51 / 255 = 0.2, 153 / 255 = 0.6
    EXPECT_EQ(n.std, (Floats{0.2f}));
}

TEST(Normalization, OfTheNamedImagesAgainstANaiveTwin) {
    const ImageSet set = random_images(50, 5, 7, 3);
    Images images;
    for (std::int32_t i = 3; i < 50; i += 2) images.push_back(i);
    const Normalization n = measure_normalization(set, images);
    ASSERT_EQ(n.mean.size(), 3u);
    ASSERT_EQ(n.std.size(), 3u);
    for (int c = 0; c < 3; ++c) {
        std::vector<double> values;
        for (const auto image : images)
            for (int p = 0; p < 35; ++p)
                values.push_back(set.pixels[static_cast<std::size_t>((image * 35 + p) * 3 + c)] / 255.0);
        const auto count = static_cast<double>(values.size());
        const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
        double squares = 0;
        for (const double v : values) squares += (v - mean) * (v - mean);
        EXPECT_FLOAT_EQ(n.mean[static_cast<std::size_t>(c)], static_cast<float>(mean));
        EXPECT_FLOAT_EQ(n.std[static_cast<std::size_t>(c)], static_cast<float>(std::sqrt(squares / count)));
    }
}

TEST(Normalization, AChannelWithoutVariationIsRefused) {
    ImageSet set = random_images(4, 4, 4, 3);
    for (std::size_t i = 1; i < set.pixels.size(); i += 3) set.pixels[i] = 7;
    EXPECT_TRUE(contains(message_of<DataError>([&] {
                             measure_normalization(set, Images{0, 2});
                         }),
                         "channel 1 of all 2 training images is 7 everywhere; it must vary"));
}

// ---- batches ----

TEST(MakeBatch, ForEvaluationImagesAreOnlyNormalized) {
    const ImageSet set = random_images(9, 5, 6, 3);
    const Images images{7, 0, 7, 8};
    Floats out(4 * 90, NAN);
    make_batch(set, images, three_channels, out);
    for (std::size_t i = 0; i < images.size(); ++i)
        expect_normalized(std::span(out).subspan(i * 90, 90), image_of(set, images[i]), three_channels);
}

TEST(MakeBatch, AugmentedAgainstANaiveTwin) {
    for (const int channels : {1, 2, 3})
        for (const auto& [height, width] : {std::pair{4, 4}, {5, 8}, {9, 4}, {28, 28}})
            for (const int padding : {0, 1, 4, 12})  // 12: whole images may fall out of the crop
                for (const double flip : {0.0, 0.5, 1.0}) {
                    const ImageSet set = random_images(12, height, width, channels);
                    Normalization n = three_channels;
                    n.mean.resize(static_cast<std::size_t>(channels));
                    n.std.resize(static_cast<std::size_t>(channels));
                    const Augmentation augmentation{flip, padding, 99, 5};
                    const Floats out = batch(set, all_of(set), n, augmentation);
                    const auto size = static_cast<std::size_t>(set.values_per_image());
                    for (int image = 0; image < 12; ++image)
                        ASSERT_NO_FATAL_FAILURE(expect_normalized(std::span(out).subspan(image * size, size),
                                                                  naive_augmented(set, image, augmentation), n))
                            << height << 'x' << width << 'x' << channels << ", padding " << padding << ", flip "
                            << flip;
                }
}

/// What can become of counted_images with a padding of 4 -> (flip * 9 + top) * 9 + left.
std::map<Floats, std::size_t> all_crops() {
    std::map<Floats, std::size_t> crops;
    for (int flip = 0; flip < 2; ++flip)
        for (int top = 0; top < 9; ++top)
            for (int left = 0; left < 9; ++left) {
                const auto planes = naive_crop(counted_images(1), 0, flip != 0, 4, top, left);
                crops[{planes.value.begin(), planes.value.end()}] =
                    static_cast<std::size_t>((flip * 9 + top) * 9 + left);
            }
    return crops;
}

/// How often each was drawn for 3240 images in 10 epochs; the number as in all_crops().
std::vector<int> count_crops(double flip) {
    const auto crops = all_crops();
    const ImageSet set = counted_images(3240);
    std::vector<int> counts(crops.size(), 0);
    for (int epoch = 0; epoch < 10; ++epoch) {
        Floats out = batch(set, all_of(set), levels, {flip, 4, 3, epoch});
        for (float& value : out) value = std::round(value);
        for (auto image = out.begin(); image != out.end(); image += 81) ++counts[crops.at({image, image + 81})];
    }
    return counts;
}

TEST(MakeBatch, FlipsAndPositionsAreUniformAndIndependent) {
    const auto counts = count_crops(0.5);
    ASSERT_EQ(counts.size(), 162u);
    double chi = 0;
    for (const int count : counts) chi += (count - 200.0) * (count - 200.0) / 200.0;
    EXPECT_LT(chi, 222.0);  // 99.9 % point for 161 degrees of freedom
}

TEST(MakeBatch, FlipsAsOftenAsAsked) {
    const auto counts = count_crops(0.2);
    EXPECT_NEAR(std::accumulate(counts.begin() + 81, counts.end(), 0), 0.2 * 32400, 5 * std::sqrt(0.2 * 0.8 * 32400));
}

// Expected draws come from a program of a few lines in another language: Philox and Lemire's integers.
TEST(MakeBatch, DrawsAreTheStatedOnes) {
    struct Draw {
        bool flip;
        int top, left;
    };
    const Draw expected[] = {{true, -4, 4}, {true, 3, -1},  {false, 1, 1},
                             {false, 4, 1}, {false, 4, -1}, {false, -4, 1}};
    const ImageSet set = counted_images(6);
    const Floats out = batch(set, all_of(set), levels, {0.5, 4, 5, 2});
    for (int image = 0; image < 6; ++image) {
        const auto [flip, top, left] = expected[image];
        expect_normalized(std::span(out).subspan(static_cast<std::size_t>(image) * 81, 81),
                          naive_crop(set, image, flip, 4, top + 4, left + 4), levels);
    }
}

TEST(MakeBatch, AnImageLooksTheSameInAnyBatchOrderAndNumberOfThreads) {
    const ImageSet set = random_images(40, 8, 8, 3);
    const Augmentation augmentation{0.5, 4, 8, 1};
    const Floats whole = batch(set, all_of(set), three_channels, augmentation);
    Images backwards = all_of(set);
    std::reverse(backwards.begin(), backwards.end());
    const Floats reversed = batch(set, backwards, three_channels, augmentation);
    const auto image_in = [](const Floats& out, std::size_t at) {
        return Floats(out.begin() + static_cast<std::ptrdiff_t>(at * 192),
                      out.begin() + static_cast<std::ptrdiff_t>(at * 192 + 192));
    };
    for (std::int32_t i = 0; i < 40; ++i) {
        EXPECT_EQ(image_in(reversed, static_cast<std::size_t>(39 - i)), image_in(whole, static_cast<std::size_t>(i)));
        EXPECT_EQ(batch(set, {i}, three_channels, augmentation), image_in(whole, static_cast<std::size_t>(i)));
    }
    const int before = omp_get_max_threads();
    for (const int threads : {1, 2, 5}) {
        omp_set_num_threads(threads);
        EXPECT_EQ(batch(set, all_of(set), three_channels, augmentation), whole) << threads;
    }
    omp_set_num_threads(before);
}

TEST(MakeBatch, SeedsAndEpochsDiffer) {
    const ImageSet set = random_images(40, 8, 8, 3);
    const Floats first = batch(set, all_of(set), three_channels, {0.5, 4, 8, 1});
    EXPECT_NE(batch(set, all_of(set), three_channels, {0.5, 4, 8, 2}), first);
    EXPECT_NE(batch(set, all_of(set), three_channels, {0.5, 4, 9, 1}), first);
}

TEST(MakeBatch, NoImagesAreFine) {
    const ImageSet set = random_images(2, 4, 4, 1);
    EXPECT_TRUE(batch(set, {}, levels, {0.5, 4, 8, 1}).empty());
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/dataset.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>

#include "base/error.hpp"
#include "support/files.hpp"
#include "train/batch.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;
using Bytes = std::vector<std::uint8_t>;
using Order = std::vector<std::int32_t>;

std::string big_endian(std::uint32_t number) {
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(number >> shift);
    return text;
}

/// 0, 1, 2, ... as bytes.
std::string counted(std::size_t size) {
    std::string text(size, '\0');
    std::iota(text.begin(), text.end(), '\0');
    return text;
}

std::string idx_images(std::uint32_t images, std::uint32_t rows, std::uint32_t columns) {
    return big_endian(0x803) + big_endian(images) + big_endian(rows) + big_endian(columns) +
           counted(std::size_t{images} * rows * columns);
}

std::string idx_labels(std::string_view labels) {
    return big_endian(0x801) + big_endian(static_cast<std::uint32_t>(labels.size())) + std::string(labels);
}

constexpr const char* train_images = "train-images-idx3-ubyte";
constexpr const char* train_labels = "train-labels-idx1-ubyte";
constexpr const char* test_images = "t10k-images-idx3-ubyte";
constexpr const char* test_labels = "t10k-labels-idx1-ubyte";

class Folder : public ::testing::Test {
  protected:
    DataOptions options(const std::string& format) const {
        DataOptions o;
        o.format = format;
        o.folder = folder_.path().string();
        return o;
    }
    std::string refusal(const DataOptions& o) const {
        return message_of<DataError>([&] { read_data_set(o); });
    }
    std::string usage_refusal(const DataOptions& o) const {
        return message_of<UsageError>([&] { read_data_set(o); });
    }
    test::TemporaryFolder folder_;
};

// ---- idx ----

class Idx : public Folder {
  protected:
    Idx() {
        folder_.write(train_images, idx_images(3, 4, 6));
        folder_.write(train_labels, idx_labels("\x09\x01\x04"));
        folder_.write(test_images, idx_images(2, 4, 6));
        folder_.write(test_labels, idx_labels("\x07\x02"));
    }
    std::string refusal_with(const std::string& file, std::string_view content) const {
        folder_.write(file, content);
        return refusal(options("idx"));
    }
};

TEST_F(Idx, ImagesAndLabels) {
    const DataSet data = read_data_set(options("idx"));
    EXPECT_EQ(data.name, folder_.path().filename());
    EXPECT_EQ(data.train.size(), 3);
    EXPECT_EQ(data.train.height, 4);
    EXPECT_EQ(data.train.width, 6);
    EXPECT_EQ(data.train.channels, 1);
    EXPECT_EQ(data.train.classes, 10);
    EXPECT_EQ(data.train.values_per_image(), 24);
    EXPECT_EQ(data.train.labels, (Bytes{9, 1, 4}));
    ASSERT_EQ(data.train.pixels.size(), 72u);
    for (std::size_t i = 0; i < 72; ++i) EXPECT_EQ(data.train.pixels[i], i);
    EXPECT_EQ(data.test.size(), 2);
    EXPECT_EQ(data.test.labels, (Bytes{7, 2}));
    EXPECT_EQ(data.test.pixels.size(), 48u);
}

TEST_F(Idx, TheNameIsTheFoldersHoweverItIsWritten) {
    for (const char* end : {"/", "/.", "//", "/./"}) {
        DataOptions o = options("idx");
        o.folder += end;
        EXPECT_EQ(read_data_set(o).name, folder_.path().filename()) << end;
    }
}

TEST_F(Idx, GzipIsTakenWhereThePlainFileIsNot) {
    folder_.write_gzip(std::string(train_labels) + ".gz", idx_labels("\x05\x05\x05"));
    EXPECT_EQ(read_data_set(options("idx")).train.labels, (Bytes{9, 1, 4}));
    std::filesystem::remove(folder_.path() / train_labels);
    EXPECT_EQ(read_data_set(options("idx")).train.labels, (Bytes{5, 5, 5}));
}

TEST_F(Idx, MissingFilesAreRefused) {
    for (const char* name : {train_images, train_labels, test_images, test_labels}) {
        const auto path = folder_.path() / name, aside = folder_.path() / "aside";
        std::filesystem::rename(path, aside);
        EXPECT_TRUE(contains(refusal(options("idx")),
                             folder_.path().string() + ": neither " + name + " nor " + name + ".gz is there"));
        std::filesystem::rename(aside, path);
    }
}

TEST_F(Idx, MagicNumbersAreChecked) {
    std::string images = idx_images(3, 4, 6);
    images[3] = '\1';
    EXPECT_TRUE(contains(refusal_with(train_images, images),
                         "train-images-idx3-ubyte: byte 0: magic number 0x00000801, must be 0x00000803"));
    folder_.write(train_images, idx_images(3, 4, 6));
    std::string labels = idx_labels("\x09\x01\x04");
    labels[2] = '\xd';  // floats
    EXPECT_TRUE(contains(refusal_with(train_labels, labels),
                         "train-labels-idx1-ubyte: byte 0: magic number 0x00000d01, must be 0x00000801"));
}

TEST_F(Idx, HeadersMustBeWhole) {
    EXPECT_TRUE(contains(refusal_with(test_images, ""), "t10k-images-idx3-ubyte: 0 bytes; the header"));
    EXPECT_TRUE(contains(refusal_with(test_images, idx_images(2, 4, 6).substr(0, 15)),
                         "t10k-images-idx3-ubyte: 15 bytes; the header of an idx file of 3 dimension(s) alone has 16"));
    folder_.write(test_images, idx_images(2, 4, 6));
    EXPECT_TRUE(contains(refusal_with(test_labels, idx_labels("\x07\x02").substr(0, 7)),
                         "t10k-labels-idx1-ubyte: 7 bytes; the header of an idx file of 1 dimension(s) alone has 8"));
}

TEST_F(Idx, SizesMustBeThoseOfTheHeader) {
    const std::string images = idx_images(3, 4, 6);
    const auto message = [](int found, int announced) {
        return fmt::format("-ubyte: {} bytes behind the header, which announces {}", found, announced);
    };
    EXPECT_TRUE(contains(refusal_with(train_images, images.substr(0, images.size() - 1)), message(71, 72)));
    EXPECT_TRUE(contains(refusal_with(train_images, images + "x"), message(73, 72)));
    folder_.write(train_images, images);
    EXPECT_TRUE(contains(refusal_with(train_labels, idx_labels("\x09\x01\x04").substr(0, 10)), message(2, 3)));
    EXPECT_TRUE(contains(refusal_with(train_labels, idx_labels("\x09\x01\x04") + "\x0b"), message(4, 3)));
}

TEST_F(Idx, SidesOutOfRangeAreRefused) {
    EXPECT_TRUE(contains(refusal_with(train_images, idx_images(3, 3, 6)),
                         "train-images-idx3-ubyte: byte 8: images of 3 rows, allowed are 4 to 1024"));
    EXPECT_TRUE(contains(refusal_with(train_images, idx_images(3, 4, 1025)),
                         "train-images-idx3-ubyte: byte 12: images of 1025 columns, allowed are 4 to 1024"));
    // 2^32 - 1 each: no product overflows before the sides are looked at.
    const std::string most(12, '\xff');
    EXPECT_TRUE(contains(refusal_with(train_images, big_endian(0x803) + most), "byte 8: images of 4294967295 rows"));
}

TEST_F(Idx, ImpossibleNumbersOfImagesAreRefused) {
    EXPECT_TRUE(contains(refusal_with(train_images, idx_images(0, 4, 6)),
                         "train-images-idx3-ubyte: byte 4: no items; at least 1"));
    folder_.write(train_labels, big_endian(0x801) + big_endian(0xffffffff));
    EXPECT_TRUE(contains(
        refusal_with(train_images, big_endian(0x803) + big_endian(0xffffffff) + big_endian(1024) + big_endian(1024)),
        "0 bytes behind the header, which announces 4503599626321920"));  // (2^32 - 1) 2^20
}

TEST_F(Idx, AsManyLabelsAsImages) {
    const auto message = refusal_with(test_labels, idx_labels("\x07"));
    EXPECT_TRUE(contains(message, "t10k-labels-idx1-ubyte: byte 4: 1 labels, but "));
    EXPECT_TRUE(contains(message, "t10k-images-idx3-ubyte has 2 images"));
}

TEST_F(Idx, LabelsOutOfRangeAreRefused) {
    EXPECT_TRUE(contains(refusal_with(train_labels, idx_labels("\x09\x01\x0a")),
                         "train-labels-idx1-ubyte: byte 10 (image 2): label 10, allowed are 0 to 9"));
}

TEST_F(Idx, TrainingAndTestImagesAreAlike) {
    EXPECT_TRUE(contains(refusal_with(test_images, idx_images(2, 5, 6)),
                         "training images of 4 x 6 pixels, test images of 5 x 6; they must be alike"));
    EXPECT_TRUE(contains(refusal_with(test_images, idx_images(2, 4, 7)), "test images of 4 x 7; they must be alike"));
}

TEST_F(Idx, DamagedGzipIsRefusedByName) {
    folder_.write_gzip(train_images, idx_images(3, 4, 6));
    std::filesystem::resize_file(folder_.path() / train_images, 30);
    EXPECT_TRUE(contains(refusal(options("idx")), "train-images-idx3-ubyte: unexpected end of file"));
}

// ---- CIFAR ----

/// One record: the labels, then planes of which red holds y, green x, blue `blue`.
std::string cifar_record(std::string_view labels, char blue) {
    std::string record(labels);
    for (int i = 0; i < 1024; ++i) record += static_cast<char>(i / 32);
    for (int i = 0; i < 1024; ++i) record += static_cast<char>(i % 32);
    return record + std::string(1024, blue);
}

void expect_cifar_pixels(const ImageSet& set, const Bytes& blue) {
    ASSERT_EQ(set.pixels.size(), blue.size() * 32 * 32 * 3);
    std::size_t at = 0;
    for (const auto b : blue)
        for (int y = 0; y < 32; ++y)
            for (int x = 0; x < 32; ++x, at += 3)
                ASSERT_TRUE(set.pixels[at] == y && set.pixels[at + 1] == x && set.pixels[at + 2] == b)
                    << y << ' ' << x << ' ' << int{b};
}

class Cifar10 : public Folder {
  protected:
    Cifar10() { write_files(""); }
    void write_files(const std::string& folder) const {
        for (char i = 1; i <= 5; ++i)
            folder_.write(folder + "data_batch_" + std::to_string(int{i}) + ".bin",
                          cifar_record({&i, 1}, '\x0a') + cifar_record("\x09", i));
        folder_.write(folder + "test_batch.bin", cifar_record("\x03", '\xff'));
    }
};

TEST_F(Cifar10, BatchesFollowOneAnother) {
    const DataSet data = read_data_set(options("cifar10"));
    EXPECT_EQ(data.name, "cifar10");
    EXPECT_EQ(data.train.height, 32);
    EXPECT_EQ(data.train.width, 32);
    EXPECT_EQ(data.train.channels, 3);
    EXPECT_EQ(data.train.classes, 10);
    EXPECT_EQ(data.train.labels, (Bytes{1, 9, 2, 9, 3, 9, 4, 9, 5, 9}));
    expect_cifar_pixels(data.train, {10, 1, 10, 2, 10, 3, 10, 4, 10, 5});
    EXPECT_EQ(data.test.labels, (Bytes{3}));
    expect_cifar_pixels(data.test, {255});
}

TEST_F(Cifar10, TheFolderOfTheArchiveMayBeMeant) {
    std::filesystem::create_directory(folder_.path() / "cifar-10-batches-bin");
    EXPECT_TRUE(contains(refusal(options("cifar10")), "cifar-10-batches-bin: neither data_batch_1.bin nor"));
    write_files("cifar-10-batches-bin/");
    EXPECT_EQ(read_data_set(options("cifar10")).train.size(), 10);
}

TEST_F(Cifar10, MissingFilesAreRefused) {
    std::filesystem::remove(folder_.path() / "data_batch_4.bin");
    EXPECT_TRUE(contains(refusal(options("cifar10")), folder_.path().string() + ": neither data_batch_4.bin nor"));
}

TEST_F(Cifar10, RecordsMustBeWhole) {
    const std::string whole = cifar_record("\1", '\2');
    folder_.write("data_batch_2.bin", whole + whole.substr(0, 3072));
    EXPECT_TRUE(
        contains(refusal(options("cifar10")),
                 "data_batch_2.bin: 6145 bytes; must be one or more records of 3073 bytes (record 1 is cut off)"));
    folder_.write("data_batch_2.bin", "");
    EXPECT_TRUE(contains(refusal(options("cifar10")), "data_batch_2.bin: 0 bytes; must be one or more records"));
}

TEST_F(Cifar10, LabelsOutOfRangeAreRefused) {
    folder_.write("test_batch.bin", cifar_record("\x03", '\0') + cifar_record("\x0a", '\0'));
    EXPECT_TRUE(
        contains(refusal(options("cifar10")), "test_batch.bin: byte 3073 (image 1): label 10, allowed are 0 to 9"));
}

class Cifar100 : public Folder {
  protected:
    Cifar100() {
        folder_.write("train.bin", cifar_record("\x13\x63", '\1') + cifar_record(std::string_view("\0\x21", 2), '\2'));
        folder_.write("test.bin", cifar_record(std::string_view("\1\0", 2), '\3'));
    }
};

TEST_F(Cifar100, TheFineLabelIsTaken) {
    const DataSet data = read_data_set(options("cifar100"));
    EXPECT_EQ(data.name, "cifar100");
    EXPECT_EQ(data.train.classes, 100);
    EXPECT_EQ(data.train.labels, (Bytes{99, 33}));
    expect_cifar_pixels(data.train, {1, 2});
    EXPECT_EQ(data.test.labels, (Bytes{0}));
}

TEST_F(Cifar100, TheFolderOfTheArchiveMayBeMeant) {
    std::filesystem::create_directory(folder_.path() / "cifar-100-binary");
    folder_.write("cifar-100-binary/train.bin", cifar_record("\x01\x02", '\1'));
    folder_.write_gzip("cifar-100-binary/test.bin.gz", cifar_record("\x01\x03", '\1'));
    const DataSet data = read_data_set(options("cifar100"));
    EXPECT_EQ(data.train.labels, (Bytes{2}));
    EXPECT_EQ(data.test.labels, (Bytes{3}));
}

TEST_F(Cifar100, LabelsOutOfRangeAreRefused) {
    folder_.write("train.bin", cifar_record("\x14\x01", '\1'));
    EXPECT_TRUE(contains(refusal(options("cifar100")), "train.bin: byte 0 (image 0): label 20, allowed are 0 to 19"));
    folder_.write("train.bin", cifar_record("\x13\x64", '\1'));
    EXPECT_TRUE(contains(refusal(options("cifar100")), "train.bin: byte 1 (image 0): label 100, allowed are 0 to 99"));
}

TEST_F(Cifar100, FilesOfTheOtherFormatAreRefused) {
    folder_.write("train.bin", cifar_record("\1", '\1'));
    EXPECT_TRUE(contains(refusal(options("cifar100")), "3073 bytes; must be one or more records of 3074 bytes"));
}

// ---- options ----

TEST_F(Folder, AMissingFolderIsRefused) {
    DataOptions o = options("idx");
    o.folder += "/none";
    EXPECT_TRUE(contains(refusal(o), "data.folder = '" + o.folder + "': no such folder"));
    o.folder = "";
    EXPECT_TRUE(contains(refusal(o), "data.folder = '': no such folder"));
}

TEST_F(Folder, UnknownFormatsAreRefused) {
    EXPECT_TRUE(
        contains(usage_refusal(options("png")), "data.format = 'png': unknown (allowed: idx, cifar10, cifar100)"));
}

// ---- downsampling ----

TEST_F(Folder, MeansRoundHalvesUp) {
    DataOptions o = options("idx");
    o.downsample = 2;
    std::string image = big_endian(0x803) + big_endian(1) + big_endian(8) + big_endian(8);
    const int blocks[16][4] = {{1, 2, 3, 4},     {0, 0, 0, 1},         {0, 0, 1, 1},         {0, 1, 1, 1},
                               {0, 0, 0, 0},     {255, 255, 255, 255}, {254, 255, 0, 0},     {255, 255, 255, 254},
                               {100, 0, 0, 0},   {255, 255, 254, 254}, {255, 254, 254, 254}, {7, 7, 7, 8},
                               {10, 20, 30, 41}, {10, 20, 30, 42},     {128, 0, 128, 2},     {1, 0, 0, 0}};
    for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x) image += static_cast<char>(blocks[y / 2 * 4 + x / 2][y % 2 * 2 + x % 2]);
    for (const char* name : {train_images, test_images}) folder_.write(name, image);
    for (const char* name : {train_labels, test_labels}) folder_.write(name, idx_labels("\1"));
    const DataSet data = read_data_set(o);
    EXPECT_EQ(data.train.height, 4);
    EXPECT_EQ(data.train.width, 4);
    EXPECT_EQ(data.train.pixels, (Bytes{3, 0, 1, 1, 0, 255, 127, 255, 25, 255, 254, 7, 25, 26, 65, 0}));
    EXPECT_EQ(data.test.pixels, data.train.pixels);
    EXPECT_EQ(data.train.labels, (Bytes{1}));
}

TEST_F(Cifar10, DownsamplingAgainstANaiveTwin) {
    const DataSet whole = read_data_set(options("cifar10"));
    for (const int by : {2, 4, 8}) {
        DataOptions o = options("cifar10");
        o.downsample = by;
        const ImageSet small = read_data_set(o).train;
        const int side = 32 / by;
        ASSERT_EQ(small.height, side);
        ASSERT_EQ(small.pixels.size(), static_cast<std::size_t>(10 * side * side * 3));
        EXPECT_EQ(small.labels, whole.train.labels);
        const auto source = [&](int i, int y, int x, int c) {
            return whole.train.pixels[((i * 32 + y) * 32 + x) * 3 + c];
        };
        std::size_t at = 0;
        for (int i = 0; i < 10; ++i)
            for (int y = 0; y < side; ++y)
                for (int x = 0; x < side; ++x)
                    for (int c = 0; c < 3; ++c, ++at) {
                        double sum = 0;
                        for (int dy = 0; dy < by; ++dy)
                            for (int dx = 0; dx < by; ++dx) sum += source(i, y * by + dy, x * by + dx, c);
                        ASSERT_EQ(small.pixels[at], std::floor(sum / by / by + 0.5));
                    }
    }
}

TEST_F(Idx, ImpossibleDownsamplingIsRefused) {  // images of 4 x 6 pixels
    DataOptions o = options("idx");
    for (const int by : {4, 6, 2}) {  // 6 is no multiple of 4, 4 none of 6; 2 x 3 pixels are too few
        o.downsample = by;
        EXPECT_TRUE(
            contains(refusal(o), fmt::format("images of 4 x 6 pixels, data.downsample = {}: it must divide both "
                                             "sides and leave at least 4",
                                             by)));
    }
    for (const int by : {0, -1}) {
        o.downsample = by;
        EXPECT_TRUE(contains(usage_refusal(o), fmt::format("data.downsample = {}: must be 1 or more", by)));
    }
}

// ---- split and order ----

DataOptions split_options(int train, int validation, std::int64_t seed) {
    DataOptions o;
    o.train_images = train;
    o.validation_images = validation;
    o.split_seed = seed;
    return o;
}

// Expected orders here come from a program of a few lines in another language: Philox, Lemire's integers, the shuffle.
TEST(SplitImages, IsTheStatedOne) {
    const Split part = split_images(10, split_options(4, 3, 7));
    EXPECT_EQ(part.validation, (Order{8, 6, 4}));
    EXPECT_EQ(part.train, (Order{0, 2, 9, 3}));
    const Split all = split_images(60000, split_options(0, 10000, 0));
    EXPECT_EQ(Order(all.validation.begin(), all.validation.begin() + 5), (Order{16566, 18090, 37486, 38035, 14746}));
    EXPECT_EQ(Order(all.train.begin(), all.train.begin() + 5), (Order{4595, 37740, 35342, 49561, 7277}));
    EXPECT_EQ(all.train.back(), 483);
}

TEST(SplitImages, EveryImageIsInOneList) {
    const Split split = split_images(1000, split_options(0, 300, 1));
    EXPECT_EQ(split.validation.size(), 300u);
    EXPECT_EQ(split.train.size(), 700u);
    Order all = split.train;
    all.insert(all.end(), split.validation.begin(), split.validation.end());
    std::sort(all.begin(), all.end());
    for (std::int32_t i = 0; i < 1000; ++i) ASSERT_EQ(all[i], i);
}

TEST(SplitImages, FewerTrainingImagesAreTheFirstOfMoreAndTheHeldOutStay) {
    const Split all = split_images(1000, split_options(0, 300, 1)), few = split_images(1000, split_options(50, 300, 1));
    EXPECT_EQ(few.validation, all.validation);
    EXPECT_EQ(few.train, Order(all.train.begin(), all.train.begin() + 50));
    EXPECT_NE(split_images(1000, split_options(0, 300, 2)).validation, all.validation);
}

TEST(SplitImages, EveryImageIsHeldOutAsOften) {
    constexpr int images = 20, held_out = 5, seeds = 4000;
    std::vector<int> counts(images, 0);
    for (int seed = 0; seed < seeds; ++seed)
        for (const auto image : split_images(images, split_options(0, held_out, seed)).validation) ++counts[image];
    const double expected = double{seeds} * held_out / images;
    // Drawn without replacement: the sum below is (1 - 5/20) times a chi-square of 19 degrees, 99.9 % point 43.8.
    double sum = 0;
    for (const int count : counts) sum += (count - expected) * (count - expected) / expected;
    EXPECT_LT(sum * (images - 1) / (images - held_out), 43.8);
}

TEST(SplitImages, TheEdges) {
    EXPECT_EQ(split_images(5, split_options(0, 0, 3)).train.size(), 5u);
    EXPECT_EQ(split_images(5, split_options(0, 4, 3)).train.size(), 1u);
    EXPECT_EQ(split_images(5, split_options(3, 2, 3)).train, split_images(5, split_options(0, 2, 3)).train);
}

TEST(SplitImages, ImpossibleCountsAreRefused) {
    const auto refusal = [](int train, int validation) {
        return message_of<UsageError>([&] { split_images(100, split_options(train, validation, 0)); });
    };
    EXPECT_TRUE(contains(refusal(0, 100), "data.validation_images = 100: must be 0 to 99 (of 100 images"));
    EXPECT_TRUE(contains(refusal(0, -1), "data.validation_images = -1: must be 0 to 99"));
    EXPECT_TRUE(contains(refusal(81, 20),
                         "data.train_images = 81: must be 0 (all) to 80 (of 100 images, "
                         "data.validation_images = 20 are held out)"));
    EXPECT_TRUE(contains(refusal(-5, 20), "data.train_images = -5: must be 0 (all) to 80"));
}

TEST(EpochOrder, IsTheStatedOne) {
    EXPECT_EQ(epoch_order(10, 7, 3), (Order{5, 2, 8, 6, 4, 9, 1, 7, 0, 3}));
    EXPECT_EQ(epoch_order(10, 7, 4), (Order{8, 1, 4, 9, 5, 0, 6, 2, 7, 3}));
    EXPECT_EQ(epoch_order(1, 7, 4), (Order{0}));
}

TEST(EpochOrder, IsAnotherForEverySeedAndEpoch) {
    EXPECT_NE(epoch_order(100, 1, 0), epoch_order(100, 1, 1));
    EXPECT_NE(epoch_order(100, 1, 0), epoch_order(100, 2, 0));
}

TEST(EpochOrder, AllOrdersAreEquallyLikely) {
    std::map<Order, int> counts;
    constexpr int epochs = 24000;
    for (int epoch = 0; epoch < epochs; ++epoch) ++counts[epoch_order(4, 11, epoch)];
    ASSERT_EQ(counts.size(), 24u);
    double chi = 0;
    for (const auto& [order, count] : counts) chi += (count - 1000.0) * (count - 1000.0) / 1000.0;
    EXPECT_LT(chi, 49.7);  // 99.9 % point for 23 degrees of freedom
}

// ---- the published images ----

class FashionMnist : public ::testing::Test {
  protected:
    void SetUp() override {
        options_.folder = "/usr/share/datasets/fashion-mnist";
        if (!std::filesystem::exists(options_.folder))
            GTEST_SKIP() << options_.folder << " is absent: install Debian's dataset-fashion-mnist";
    }
    DataOptions options_;
};

void expect_balanced(const ImageSet& set, int each) {
    std::vector<int> counts(10, 0);
    for (const auto label : set.labels) ++counts[label];
    EXPECT_EQ(counts, std::vector<int>(10, each));
}

TEST_F(FashionMnist, AsPublished) {
    const DataSet data = read_data_set(options_);
    EXPECT_EQ(data.name, "fashion-mnist");
    EXPECT_EQ(data.train.size(), 60000);
    EXPECT_EQ(data.test.size(), 10000);
    EXPECT_EQ(data.train.height, 28);
    EXPECT_EQ(data.train.width, 28);
    expect_balanced(data.train, 6000);
    expect_balanced(data.test, 1000);
    EXPECT_EQ(Bytes(data.train.labels.begin(), data.train.labels.begin() + 5), (Bytes{9, 0, 0, 3, 0}));

    // The constants that are in use for these images: 0.2860, 0.3530.
    Order all(60000);
    std::iota(all.begin(), all.end(), 0);
    const Normalization normalization = measure_normalization(data.train, all);
    EXPECT_NEAR(normalization.mean[0], 0.2860, 0.00005);
    EXPECT_NEAR(normalization.std[0], 0.3530, 0.00005);
}

TEST_F(FashionMnist, HalfTheSideKeepsTheMean) {
    options_.downsample = 2;
    const ImageSet train = read_data_set(options_).train;
    EXPECT_EQ(train.height, 14);
    EXPECT_EQ(train.pixels.size(), std::size_t{60000} * 14 * 14);
    const double sum = std::accumulate(train.pixels.begin(), train.pixels.end(), 0.0);
    EXPECT_NEAR(sum / static_cast<double>(train.pixels.size()) / 255, 0.2860, 0.5 / 255);  // rounding: half a level
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT

// What a core trains and infers in a second, and what scripts/studies/torch_training needs to compare a training with
// PyTorch's. Prints figures; asserts nothing. One thread, processor time.
//
//     benchmark_training [--seconds S] [--repetitions R] [--config NAME] [--cell CELL] [--precision NAME] [--json]
//     benchmark_training accuracy --folder DATA --cell CELL --seed N ...   trains, prints accuracies
//     benchmark_training order    ... --output FILE   which images, and the order of every epoch: int32
//     benchmark_training trace    ... --output FILE   state before and after every step: f32

#include <fmt/format.h>
#include <omp.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "benchmarks/peak.hpp"
#include "kernels/rng/philox.hpp"
#include "train/skeleton.hpp"
#include "train/training.hpp"

namespace {

using namespace cenas;

std::string json_number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "null"; }

// --- cells -------------------------------------------------------------------------------------------------------

Cell all_conv3x3() {
    Cell cell;
    cell.fill(Operation::nor_conv_3x3);
    return cell;
}

/// The cell whose parameters and FLOPs are nearest to their means over all cells (sum of the squared relative
/// differences, in the network of 16 channels, one cell a stage, 28x28); of those that are equally near the first
/// without an edge that nobody sees.
Cell average_cell() {
    std::vector<NetworkCost> costs;
    double parameters = 0, flops = 0;
    for (CellIndex i = 0; i < cell_count; ++i) {
        costs.push_back(cost_of(standalone_graph({"nas-bench-201", 16, 1}, {28, 28, 1}, 10, cell_from_index(i))));
        parameters += static_cast<double>(costs.back().parameters) / cell_count;
        flops += static_cast<double>(costs.back().flops) / cell_count;
    }
    CellIndex nearest = 0;
    double least = std::numeric_limits<double>::infinity();
    for (CellIndex i = 0; i < cell_count; ++i) {
        const Cell cell = cell_from_index(i);
        const NetworkCost& cost = costs[static_cast<std::size_t>(i)];
        const double distance = std::hypot(static_cast<double>(cost.parameters) / parameters - 1,
                                           static_cast<double>(cost.flops) / flops - 1);
        if (distance < least && pruned(cell) == cell) {
            least = distance;
            nearest = i;
        }
    }
    return cell_from_index(nearest);
}

/// A name of the two above, or a cell's own string.
Cell named_cell(const std::string& text) {
    if (text == "all-conv3x3") return all_conv3x3();
    if (text == "average") return average_cell();
    return parse_cell(text);
}

// --- speed -------------------------------------------------------------------------------------------------------

struct Configuration {
    std::string name;
    SkeletonOptions skeleton;
    int side;  ///< of the images
};

const std::vector<Configuration>& configurations() {
    static const std::vector<Configuration> all{{"c16-28", {"nas-bench-201", 16, 1}, 28},
                                                {"c8-14", {"nas-bench-201", 8, 1}, 14},
                                                {"light-c8-14", {"light", 8, 1}, 14}};
    return all;
}

constexpr int speed_batch = 128;

ImageSet random_images(int count, int side) {
    ImageSet set{side, side, 1, 10, {}, {}};
    Random random(1, Stream::tests);
    for (std::int64_t i = 0; i < count * set.values_per_image(); ++i)
        set.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    for (int i = 0; i < count; ++i) set.labels.push_back(static_cast<std::uint8_t>(random.below(10)));
    return set;
}

/// Sixteen batches to train on; so many images to infer that small and large ones take as long.
TrainingData random_data(int side) {
    TrainingData data;
    data.images = {"random", random_images(16 * speed_batch, side),
                   random_images(28 * 28 * 1024 / (side * side), side)};
    data.split.train.resize(16 * speed_batch);
    std::iota(data.split.train.begin(), data.split.train.end(), 0);
    data.normalization = measure_normalization(data.images.train, data.split.train);
    return data;
}

/// Of convolutions that are computed, of one image, forward.
std::int64_t multiply_adds(const Graph& graph) {
    const std::vector<bool> needed = needed_nodes(graph);
    std::int64_t sum = 0;
    for (std::size_t j = 0; j < graph.nodes.size(); ++j)
        for (const Edge& edge : graph.nodes[j].in)
            if (needed[j] && edge.kind == Edge::Kind::convolution) sum += edge.shape.multiply_adds();
    return sum;
}

/// The most memory that this process has had; 0 where it cannot be read. (getrusage also counts what the parent had.)
double resident_mb() {
    std::ifstream status("/proc/self/status");
    std::string word;
    double kib = 0;
    while (status >> word)
        if (word == "VmHWM:" && status >> kib) break;
    return kib * 1024 / 1e6;
}

/// One network, and what was measured of it: images/s, a value for each repetition.
struct Workload {
    const Configuration& configuration;
    std::string cell_name, precision;
    Cell cell;
    double gflop;  ///< of one image's convolutions, forward
    std::unique_ptr<CellTraining> training;
    double resident_mb = 0;  ///< by how much the process grew for it
    int train_pieces = 1, inference_pieces = 1;
    std::vector<double> train{}, inference{};
};

double training_rate(Workload& work, int steps) {
    const double began = processor_seconds();
    if (work.training->run(steps) != steps) throw RunError("the training on random images diverged");
    return steps * speed_batch / (processor_seconds() - began);
}

double inference_rate(Workload& work, const TrainingData& data, int times) {
    const double began = processor_seconds();
    for (int i = 0; i < times; ++i) work.training->evaluate();
    return static_cast<double>(times * data.images.test.size()) / (processor_seconds() - began);
}

/// Warms up, and finds how much work lasts `seconds`.
Workload make_workload(const Configuration& configuration, const TrainingData& data, const std::string& cell_name,
                       const std::string& precision, double seconds) {
    TrainingOptions options;
    options.epochs = 1000000;  // more than anyone waits for
    options.batch = speed_batch;
    options.learning_rate = 0.01;  // labels are random: nothing is to be learnt, nothing shall diverge
    options.precision = precision;
    const double before = resident_mb();
    const Cell cell = named_cell(cell_name);
    Workload work{configuration,
                  cell_name,
                  precision,
                  cell,
                  2e-9 * static_cast<double>(multiply_adds(standalone_graph(
                             configuration.skeleton, {configuration.side, configuration.side, 1}, 10, cell))),
                  train_cell(data, configuration.skeleton, options, cell, 1, {})};
    training_rate(work, 1);
    const double train = training_rate(work, 2);
    work.resident_mb = resident_mb() - before;
    inference_rate(work, data, 1);
    const double inference = inference_rate(work, data, 1);
    work.train_pieces = std::max(1, static_cast<int>(std::lround(seconds * train / speed_batch)));
    work.inference_pieces =
        std::max(1, static_cast<int>(std::lround(seconds * inference / static_cast<double>(data.images.test.size()))));
    return work;
}

struct Quartiles {
    double low, median, high;
};

Quartiles quartiles(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    return {values[n / 4], values[n / 2], values[n - 1 - n / 4]};
}

struct SpeedOptions {
    double seconds = 0.5;
    int repetitions = 7;
    std::vector<std::string> configurations, cells{"all-conv3x3", "average"}, precisions{"f32", "bf16"};
    bool json = false;
};

void print_json(const Workload& work, double peak) {
    const SkeletonOptions& skeleton = work.configuration.skeleton;
    const Quartiles train = quartiles(work.train), inference = quartiles(work.inference);
    fmt::print(R"({{"config": "{}", "skeleton": "{}", "channels": {}, "cells": {}, "image": {}, "batch": {}, )"
               R"("cell_name": "{}", "cell": "{}", "precision": "{}", )"
               R"("train_images_per_s": {}, "train_low": {}, "train_high": {}, "train_gflops": {}, )"
               R"("inference_images_per_s": {}, "inference_low": {}, "inference_high": {}, "inference_gflops": {}, )"
               R"("peak_gflops": {}, "memory_mb": {}, "resident_mb": {}}})"
               "\n",
               work.configuration.name, skeleton.name, skeleton.channels, skeleton.cells, work.configuration.side,
               speed_batch, work.cell_name, to_string(work.cell), work.precision, train.median, train.low, train.high,
               3 * work.gflop * train.median, inference.median, inference.low, inference.high,
               work.gflop * inference.median, peak, static_cast<double>(work.training->memory_bytes()) / 1e6,
               work.resident_mb);
}

std::string with_range(const Quartiles& of) {
    return fmt::format("{:.0f} ({:.0f}-{:.0f})", of.median, of.low, of.high);
}

std::string with_share(double gflops, double peak) {
    return peak > 0 ? fmt::format("{:.1f} ({:.0f} %)", gflops, 100 * gflops / peak) : fmt::format("{:.1f}", gflops);
}

void print_line(const Workload& work, double peak) {
    const Quartiles train = quartiles(work.train), inference = quartiles(work.inference);
    fmt::print("{:<13}{:<13}{:<6}{:>24}{:>16}{:>24}{:>16}{:>9.1f}\n", work.configuration.name, work.cell_name,
               work.precision, with_range(train), with_share(3 * work.gflop * train.median, peak),
               with_range(inference), with_share(work.gflop * inference.median, peak),
               static_cast<double>(work.training->memory_bytes()) / 1e6);
}

void measure_speed(const SpeedOptions& options) {
    const TrainingData small = random_data(14), large = random_data(28);
    const auto data_of = [&](const Configuration& c) -> const TrainingData& { return c.side == 14 ? small : large; };
    std::vector<Workload> workloads;
    for (const Configuration& configuration : configurations()) {
        const auto& wanted = options.configurations;
        if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), configuration.name) == wanted.end()) continue;
        for (const auto& cell : options.cells)
            for (const auto& precision : options.precisions)
                workloads.push_back(
                    make_workload(configuration, data_of(configuration), cell, precision, options.seconds));
    }
    const double peak_f32 = peak_gflops("f32"), peak_bf16 = peak_gflops("bf16");
    for (int i = 0; i < options.repetitions; ++i) {
        for (Workload& work : workloads) {
            work.train.push_back(training_rate(work, work.train_pieces));
            work.inference.push_back(inference_rate(work, data_of(work.configuration), work.inference_pieces));
        }
    }
    if (!options.json)
        fmt::print(
            "Batch {}, one thread, processor time; median (quartiles) of {} interleaved repetitions of {} s.\n"
            "GFLOP/s: 2 x multiply-adds of the convolutions, times 3 in training, over the whole time; in "
            "brackets the share of\nthe peak of this core: {:.0f} (f32), {:.0f} (bf16).\n"
            "{:<13}{:<13}{:<6}{:>24}{:>16}{:>24}{:>16}{:>9}\n",
            speed_batch, options.repetitions, options.seconds, peak_f32, peak_bf16, "config", "cell", "type",
            "training images/s", "GFLOP/s", "inference images/s", "GFLOP/s", "step MB");
    for (const Workload& work : workloads) {
        const double peak = work.precision == "bf16" ? peak_bf16 : peak_f32;
        options.json ? print_json(work, peak) : print_line(work, peak);
    }
    if (options.json) return;
    for (const auto& cell : options.cells) fmt::print("{}: {}\n", cell, to_string(named_cell(cell)));
}

// --- trainings to compare ----------------------------------------------------------------------------------------

/// A training of the small tasks of the shipped tables, unless told otherwise.
struct TrainingSetup {
    DataOptions data{.folder = {}, .downsample = 2, .train_images = 20000};
    SkeletonOptions skeleton{"light", 8, 1};
    TrainingOptions training{.epochs = 3, .batch = 128};
    std::string cell = "all-conv3x3";
    std::uint64_t seed = 1;
    bool no_augmentation = false, json = false;
    std::string output;
};

void add_training_options(CLI::App& app, TrainingSetup& setup) {
    app.add_option("--folder", setup.data.folder, "where the images are")->required();
    app.add_option("--format", setup.data.format)->capture_default_str();
    app.add_option("--downsample", setup.data.downsample)->capture_default_str();
    app.add_option("--train-images", setup.data.train_images)->capture_default_str();
    app.add_option("--validation-images", setup.data.validation_images)->capture_default_str();
    app.add_option("--split-seed", setup.data.split_seed)->capture_default_str();
    app.add_option("--skeleton", setup.skeleton.name)->capture_default_str();
    app.add_option("--channels", setup.skeleton.channels)->capture_default_str();
    app.add_option("--cells", setup.skeleton.cells, "a stage")->capture_default_str();
    app.add_option("--epochs", setup.training.epochs)->capture_default_str();
    app.add_option("--batch", setup.training.batch)->capture_default_str();
    app.add_option("--learning-rate", setup.training.learning_rate)->capture_default_str();
    app.add_option("--precision", setup.training.precision)->capture_default_str();
    app.add_flag("--no-augmentation", setup.no_augmentation);
    app.add_option("--cell", setup.cell, "all-conv3x3, average, or a cell's string")->capture_default_str();
    app.add_option("--seed", setup.seed)->capture_default_str();
    app.add_flag("--json", setup.json);
}

std::unique_ptr<CellTraining> start(const TrainingSetup& setup, const TrainingData& data) {
    TrainingOptions options = setup.training;
    if (setup.no_augmentation) options.flip = options.crop_padding = 0;
    return train_cell(data, setup.skeleton, options, named_cell(setup.cell), setup.seed, {});
}

void train(const TrainingSetup& setup) {
    const TrainingData data = load_training_data(setup.data);
    const auto training = start(setup, data);
    const double began = processor_seconds();
    training->run(training->steps());
    const double seconds = processor_seconds() - began;
    const Accuracies reached = training->evaluate();
    const std::string cell = to_string(named_cell(setup.cell));
    if (setup.json)
        fmt::print(R"({{"cell": "{}", "seed": {}, "validation": {}, "test": {}, "processor_s": {}}})"
                   "\n",
                   cell, setup.seed, json_number(reached.validation), json_number(reached.test), seconds);
    else
        fmt::print("{} seed {}: validation {:.2f} %, test {:.2f} %, {:.1f} s\n", cell, setup.seed, reached.validation,
                   reached.test, seconds);
}

class BinaryFile {
  public:
    explicit BinaryFile(const std::string& path) : path_(path), file_(path, std::ios::binary) {}
    template <class V>
    void write(const std::vector<V>& values) {
        file_.write(reinterpret_cast<const char*>(values.data()),
                    static_cast<std::streamsize>(values.size() * sizeof(V)));
        if (!file_.flush()) throw RunError(path_ + ": cannot be written");
    }

  private:
    std::string path_;
    std::ofstream file_;
};

void write_order(const TrainingSetup& setup) {
    const ImageSet images = read_data_set(setup.data).train;
    const Split split = split_images(images.size(), setup.data);
    BinaryFile file(setup.output);
    file.write(split.train);
    file.write(split.validation);
    for (int epoch = 0; epoch < setup.training.epochs; ++epoch)
        file.write(epoch_order(static_cast<std::int64_t>(split.train.size()), setup.seed, epoch));
    fmt::print(R"({{"train": {}, "validation": {}, "epochs": {}}})"
               "\n",
               split.train.size(), split.validation.size(), setup.training.epochs);
}

/// A saved training ends with parameters, their velocities, running averages and the curve. All but the last.
std::vector<float> state_of(CellTraining& training, const Graph& graph) {
    const std::vector<std::byte> state = training.save();
    std::vector<float> values(static_cast<std::size_t>(2 * graph.parameters + graph.running));
    const std::size_t behind = training.curve().size() * sizeof(EpochResult);
    std::memcpy(values.data(), state.data() + state.size() - behind - values.size() * sizeof(float),
                values.size() * sizeof(float));
    return values;
}

void write_trace(const TrainingSetup& setup) {
    const TrainingData data = load_training_data(setup.data);
    const ImageSet& set = data.images.train;
    const Graph graph =
        standalone_graph(setup.skeleton, {set.height, set.width, set.channels}, set.classes, named_cell(setup.cell));
    const auto training = start(setup, data);
    BinaryFile file(setup.output);
    file.write(state_of(*training, graph));
    while (training->run(1) == 1) file.write(state_of(*training, graph));
    const Accuracies reached = training->evaluate();
    std::string curve;
    for (const EpochResult& epoch : training->curve())
        curve += fmt::format("{}{}", curve.empty() ? "" : ", ", json_number(epoch.loss));
    fmt::print(R"({{"parameters": {}, "running": {}, "steps": {}, "losses": [{}], "test": {}}})"
               "\n",
               graph.parameters, graph.running, training->step(), curve, json_number(reached.test));
}

int run(int argc, char** argv) {
    CLI::App app("What a core trains and infers in a second, beside what a comparison with PyTorch needs.");
    SpeedOptions speed;
    TrainingSetup setup;
    std::vector<std::string> names;
    for (const Configuration& configuration : configurations()) names.push_back(configuration.name);
    app.add_option("--seconds", speed.seconds, "of a measurement")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--repetitions", speed.repetitions)->check(CLI::PositiveNumber)->capture_default_str();
    app.add_option("--config", speed.configurations, "default: all")->check(CLI::IsMember(names));
    app.add_option("--cell", speed.cells, "all-conv3x3, average, or a cell's string")->capture_default_str();
    app.add_option("--precision", speed.precisions)->capture_default_str();
    app.add_flag("--json", speed.json);
    CLI::App* accuracy = app.add_subcommand("accuracy", "trains, and prints accuracies");
    CLI::App* order =
        app.add_subcommand("order", "writes train split, validation split and every epoch's order (int32)");
    CLI::App* trace =
        app.add_subcommand("trace", "writes parameters, velocities and running averages around every step (float)");
    for (CLI::App* command : {accuracy, order, trace}) add_training_options(*command, setup);
    for (CLI::App* command : {order, trace}) command->add_option("--output", setup.output)->required();
    app.require_subcommand(0, 1);
    CLI11_PARSE(app, argc, argv);
    if (accuracy->parsed())
        train(setup);
    else if (order->parsed())
        write_order(setup);
    else if (trace->parsed())
        write_trace(setup);
    else
        measure_speed(speed);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    omp_set_num_threads(1);
    try {
        return run(argc, argv);
    } catch (const std::exception& e) {
        fmt::print(stderr, "benchmark_training: {}\n", e.what());
        return 1;
    }
}

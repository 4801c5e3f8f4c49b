// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/training_deck.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/error.hpp"
#include "config/deck_document.hpp"
#include "config/keys.hpp"
#include "config/read_keys.hpp"
#include "config/write_keys.hpp"
#include "space/cell.hpp"

namespace cenas {
namespace {

constexpr int most_images = 100'000'000;

std::vector<Key> table_keys(TableBuildOptions& o) {
    return {{"name", name(o.name), "", "of the table"},
            {"source", nonempty(o.source), "", "where its values come from, for people"},
            {"cells", integer(o.cells, 0, 8765), "",
             "networks that are trained, drawn evenly from the 8,765 that differ; 0: all"},
            {"sample_seed", integer(o.sample_seed, 0, largest_seed), "", "of the draw"},
            {"first_seed", integer(o.first_seed, 0, largest_seed), "", "of the trainings of a cell"},
            {"seeds", integer(o.seeds, 1, 1000), "", "trainings of each cell, with consecutive seeds"},
            {"supernet", flag(o.supernet), "", "whether a supernet is trained and estimates every cell of the space"},
            {"latency_repeats", integer(o.latency_repeats, 1, 100'000), "",
             "timings of the inference of a batch, of which the shortest counts"}};
}

std::vector<Key> training_deck_keys(TrainingDeckOptions& o) {
    return {{"data", Section{data_keys(o.data)}, "", "images"},
            {"skeleton", Section{skeleton_keys(o.skeleton)}, "", "the network around the cell"},
            {"training", Section{training_keys(o.training)}, "", "of a cell from scratch"},
            {"supernet", Section{supernet_keys(o.supernet)}, "",
             "training of the weight-sharing supernet, in what differs from that of a cell"},
            {"meter", Section{meter_keys(o.meter)}, "", "energy (docs/energy.md)"},
            {"run", Section{training_run_keys(o.run)}, "", "where trainings run"},
            {"table", Section{table_keys(o.table)}, "", "what `cenas table build` makes"}};
}

constexpr const char* dump_head =
    "# The deck in force: every key with its value. Files are named from the deck's folder.\n";

constexpr const char* reference_head = R"(
# Keys of a training deck

For `cenas train` and `cenas table build`; overrides and errors as for a deck.
)";

}  // namespace

std::vector<Key> data_keys(DataOptions& o) {
    return {{"format", one_of(o.format, {"idx", "cifar10", "cifar100"}), "",
             "idx: Fashion-MNIST and its like, files {train,t10k}-{images-idx3,labels-idx1}-ubyte; cifar10, cifar100: "
             "their "
             "binary versions; each file plain or gzipped"},
            required({"folder", nonempty(o.folder), "", "where the files are, named from the deck's folder"}),
            {"classes", integer(o.classes, 1, 256), "", "of idx files; labels are 0 to classes - 1"},
            {"downsample", integer(o.downsample, 1, 64), "",
             "divides each side: a pixel is the mean of a square of so many"},
            {"train_images", integer(o.train_images, 0, most_images), "",
             "trained on, of those that are not held out; 0: all"},
            {"validation_images", integer(o.validation_images, 0, most_images), "",
             "held out of the published training images, at random"},
            {"split_seed", integer(o.split_seed, 0, largest_seed), "", "which are held out"}};
}

std::vector<Key> skeleton_keys(SkeletonOptions& o) {
    return {
        {"name", one_of(o.name, {"nas-bench-201", "light"}), "",
         "nas-bench-201: 3x3 stem, residual blocks between the stages; light: 1x1 stem, 2x2 mean and 1x1 convolution "
         "between the stages, so that the cell decides"},
        {"channels", integer(o.channels, 1, 1024), "", "of the first stage, doubled at each of the two reductions"},
        {"cells", integer(o.cells, 1, 100), "", "in each of the three stages"}};
}

std::vector<Key> training_keys(TrainingOptions& o) {
    return {
        {"epochs", integer(o.epochs, 1, 100'000), "", "passes over the training images"},
        {"batch", integer(o.batch, 1, 1'000'000), "", "images of a step"},
        {"learning_rate", number(o.learning_rate, above(0, 100)), "", "at the start; falls to 0 along half a cosine"},
        {"momentum", number(o.momentum, from(0, 1)), "", "Nesterov's"},
        {"weight_decay", number(o.weight_decay, from(0, 1)), "", "on every parameter"},
        {"flip", number(o.flip, from(0, 1)), "", "probability that an image is mirrored"},
        {"crop_padding", integer(o.crop_padding, 0, 512), "",
         "black pixels around an image before it is cropped at random to its size"},
        {"precision", one_of(o.precision, {"f32", "bf16", "tf32"}), "",
         "bf16: of activations, while weights and sums are f32; tf32: of products, on GPUs"}};
}

std::vector<Key> supernet_keys(SupernetOptions& o) {
    return {
        {"epochs", integer(o.epochs, 1, 100'000), "", "passes over the training images"},
        {"batch", integer(o.batch, 1, 1'000'000), "", "images of a step"},
        {"learning_rate", number(o.learning_rate, above(0, 100)), "", "at the start; falls to 0 along half a cosine"},
        {"weight_decay", number(o.weight_decay, from(0, 1)), "", "on every parameter of the step's path"},
        {"query_images", integer(o.query_images, 1, most_images), "", "of those held out, for one estimate"},
        {"split_epochs", integer(o.split_epochs, 0, 100'000), "",
         "few-shot NAS: the trained supernet is split into five, in each of which one edge has one operation, and each "
         "trained for so many epochs more; 0: it is not"},
        {"split_edge", integer(o.split_edge, 0, edge_count - 1), "", "which edge that is"}};
}

std::vector<Key> meter_keys(MeterOptions& o) {
    return {{"kind", one_of(o.kind, {"auto", "rapl", "nvml", "model"}), "",
             "where joules come from. auto: whatever can be read, else modelled; rapl, nvml: that one has to be read; "
             "model: "
             "rated power x time"},
            {"powercap_folder", nonempty(o.powercap_folder), "", "where Linux shows RAPL"},
            {"nvml_library", nonempty(o.nvml_library), "", "NVIDIA's management library"},
            {"core_busy_w", number(o.core_busy_w, from(0, strongest_w)), "W",
             "modelled power of a processor core at work; 0: from the table of devices"},
            {"core_idle_w", number(o.core_idle_w, from(0, strongest_w)), "W", "of one that waits"},
            {"gpu_busy_w", number(o.gpu_busy_w, from(0, strongest_w)), "W",
             "of a GPU at work; 0: from the table of devices"},
            {"gpu_idle_w", number(o.gpu_idle_w, from(0, strongest_w)), "W", "of one that waits"}};
}

std::vector<Key> training_run_keys(TrainingRunOptions& o) {
    return {
        {"device", one_of(o.device, {"cpu", "cuda"}), "", "cuda: each working rank has a GPU of its node for itself"},
        {"ranks_per_group", integer(o.ranks_per_group, 1, 65'536), "",
         "of a table build or a live run: MPI ranks that train one network together, each on its share of every "
         "batch"}};
}

TrainingDeck read_training_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
    DeckDocument document = read_document(path, overrides);
    if (find(document.keys, "problem") != nullptr || find(document.keys, "method") != nullptr)
        throw UsageError(
            fmt::format("{}: this is a deck of searches, for cenas search and sweep; trainings have decks of "
                        "their own, such as inputs/training/fashion_light.toml",
                        path.string()));
    TrainingDeckOptions options;
    read_keys(document.keys, training_deck_keys(options), path.string());

    const auto folder = folder_of(path);
    std::string& images = options.data.folder;
    name_from_deck(images, *find(std::get<TomlTable>(find(document.keys, "data")->value), "folder"), folder);
    std::string effective = dump_head + write_keys(training_deck_keys(options));
    images = (folder / images).string();
    return {path, std::move(document.text), std::move(effective), std::move(options)};
}

bool is_training_deck(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
    const DeckDocument document = read_document(path, overrides);
    return is_training(document.keys);
}

std::string training_deck_reference() {
    TrainingDeckOptions options;
    return reference_head + describe_keys(training_deck_keys(options));
}

}  // namespace cenas

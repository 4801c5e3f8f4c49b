// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "space/cell.hpp"
#include "train/batch.hpp"
#include "train/dataset.hpp"
#include "train/options.hpp"

namespace cenas {

/// What a training works on; shared by all trainings of a process, which only read it.
struct TrainingData {
    DataSet images;
    Split split;
    Normalization normalization;  ///< of split.train
    std::string checksum;         ///< SHA-256 of images, labels and split
};

/// Reads, splits and measures. Throws as read_data_set and split_images do.
TrainingData load_training_data(const DataOptions& options);

/// The processes that train one network together, each on its share of every batch. Sums are in place, over all of
/// them, in the same order everywhere.
struct TrainingGroup {
    int rank = 0, size = 1;
    bool takes_gpu_memory = false;  ///< the sums may be given a GPU's pointers: else numbers come to the host and back
    std::function<void(double*, std::size_t)> sum_doubles;
    std::function<void(float*, std::size_t)> sum_floats;
};

/// Where and how a training runs. None of it changes what is computed, precision and the size of the group aside.
struct TrainingPlace {
    int threads = 1;
    bool cuda = false;
    TrainingGroup group;
};

struct EpochResult {
    double loss;      ///< mean over the images of the epoch, each in its batch
    double accuracy;  ///< % of them
};

struct Accuracies {
    double validation, test;  ///< %; NaN where there are no such images, or the training diverged
};

/// A training of a standalone network or of a supernet, in slices. Its state after a step is a pure function of options
/// and seed (and, in the last bits, of the size of the group and the processor); it can be saved between any two steps
/// and go on elsewhere as if nothing had been.
class Training {
  public:
    virtual ~Training() = default;
    /// Up to so many steps (batches). Returns how many were made: fewer only at the end, or where the loss was found
    /// not to be finite, which is looked for at the end of every call and every epoch.
    virtual std::int64_t run(std::int64_t steps) = 0;
    virtual std::int64_t step() const = 0;
    virtual std::int64_t steps() const = 0;  ///< of the whole training
    virtual bool diverged() const = 0;
    bool finished() const { return diverged() || step() == steps(); }
    virtual const std::vector<EpochResult>& curve() const = 0;
    virtual std::vector<std::byte> save() = 0;
    /// Throws DataError where the bytes are not a state of such a training.
    virtual void restore(std::span<const std::byte> state) = 0;
    virtual std::size_t memory_bytes() const = 0;  ///< of a step: activations and what is beside them
};

/// A cell trained from scratch.
class CellTraining : public Training {
  public:
    /// On the images held out and on the test images, with the running averages of batch norm.
    virtual Accuracies evaluate() = 0;
    /// Seconds of an inference, an image, in batches of 64: the shortest of so many timings.
    virtual double inference_s(int repeats) = 0;
};

/// The weight-sharing supernet of Guo et al. ("Single Path One-Shot", ECCV 2020): every step trains one path, with an
/// operation drawn uniformly and independently for every edge of every place.
class SupernetTraining : public Training {
  public:
    /// Estimate of a cell: accuracy (%) of its path on the first `images` images held out, with inherited weights and
    /// the statistics of these batches.
    virtual double query(const Cell& cell, int images) = 0;
    /// Few-shot NAS (Zhao et al., ICML 2021): from now on `edge` has this operation in all paths; weights are kept,
    /// momentum and schedule begin anew, for `epochs`.
    virtual void split(int edge, Operation operation, int epochs) = 0;
};

/// Throws UsageError (naming the key) for options that cannot be with these images and this kind of device.
void require_trainable(const TrainingOptions& options, const TrainingData& data, bool cuda);

/// Throw UsageError for options that cannot be (naming the key), RunError where precision or device is not there.
std::unique_ptr<CellTraining> train_cell(const TrainingData& data, const SkeletonOptions& skeleton,
                                         const TrainingOptions& options, const Cell& cell, std::uint64_t seed,
                                         const TrainingPlace& place);
std::unique_ptr<SupernetTraining> train_supernet(const TrainingData& data, const SkeletonOptions& skeleton,
                                                 const TrainingOptions& options, std::uint64_t seed,
                                                 const TrainingPlace& place);

}  // namespace cenas

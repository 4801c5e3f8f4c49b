// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "train/training.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <type_traits>
#include <utility>

#include "base/byte_stream.hpp"
#include "base/checksum.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "kernels/rng/philox.hpp"
#include "train/network.hpp"
#include "train/parameters.hpp"
#include "train/skeleton.hpp"

namespace cenas {
namespace {

constexpr int evaluation_batch = 64;  // with running averages any size gives the same; this one stays in the cache

std::size_t count_of(std::int64_t n) { return static_cast<std::size_t>(n); }

// --- state as bytes ----------------------------------------------------------------------------------------------

constexpr std::uint64_t state_magic = 0x32'6e'69'61'72'74'6e'63;  // "cntrain2"

struct StateHeader {
    std::uint64_t magic;
    std::array<char, 64> of;  // SHA-256 of what is trained, and how
    std::int64_t step, epochs_in_curve, images_in_tally;
    double loss_in_tally, correct_in_tally;
    std::int64_t diverged, first_step, split_edge, split_operation, epochs;
};

using StateReader = ByteReader<DataError>;

std::array<char, 64> checksum_of(const std::string& text) {
    std::array<char, 64> digits;
    const std::string hex = Checksum().add(text).hex();
    std::copy(hex.begin(), hex.end(), digits.begin());
    return digits;
}

// --- steps -------------------------------------------------------------------------------------------------------

/// What CellTraining and SupernetTraining share: data, parameters, schedule. `Network` of a step is the derived
/// class's.
template <class T>
class Steps {
    using P = Parameter<T>;

  public:
    Steps(const TrainingData& data, const TrainingOptions& options, std::uint64_t seed, const TrainingPlace& place,
          std::vector<double> initial, std::int64_t running, const std::string& identity)
        : data_(data),
          options_(options),
          seed_(seed),
          group_(place.group),
          on_gpu_(place.cuda),
          epochs_(options.epochs),
          device_(place.cuda ? cuda_device<T>({options.precision == "tf32"}) : cpu_device<T>(place.threads)),
          resources_(*device_),
          parameters_(static_cast<std::int64_t>(initial.size())),
          running_count_(running),
          of_(checksum_of(identity)),
          weights_(*device_, initial.size() * sizeof(P)),
          gradient_(*device_, initial.size() * sizeof(P)),
          velocity_(*device_, initial.size() * sizeof(P)),
          running_(*device_, std::max(std::size_t{1}, count_of(running) * sizeof(P))) {
        const std::vector<P> start(initial.begin(), initial.end());
        device_->upload(weights_.get(), start.data(), start.size() * sizeof(P));
    }

    NetworkResources<T>& resources() { return resources_; }
    ParameterPointers<P> pointers() const {
        return {static_cast<P*>(weights_.get()), static_cast<P*>(gradient_.get()),
                running_count_ ? static_cast<P*>(running_.get()) : nullptr};
    }
    void set_running(const std::vector<P>& values) {
        device_->upload(running_.get(), values.data(), values.size() * sizeof(P));
    }

    std::int64_t steps_per_epoch() const {
        return (static_cast<std::int64_t>(data_.split.train.size()) + options_.batch - 1) / options_.batch;
    }
    std::int64_t steps() const { return epochs_ * steps_per_epoch(); }
    std::int64_t largest_batch() const {
        return std::min<std::int64_t>(options_.batch, static_cast<std::int64_t>(std::max(
                                                          data_.split.train.size(), data_.split.validation.size())));
    }
    const TrainingData& data() const { return data_; }
    const TrainingOptions& options() const { return options_; }
    std::uint64_t seed() const { return seed_; }
    const TrainingGroup& group() const { return group_; }

    /// One step with a network whose parameters are `ranges`; `step` counts from the start of the schedule.
    void step(Network<T>& network, const std::vector<ParameterRange>& ranges, std::int64_t step) {
        const std::int64_t epoch = step / steps_per_epoch(), in_epoch = step % steps_per_epoch();
        if (order_epoch_ != epoch) {
            order_ = epoch_order(static_cast<std::int64_t>(data_.split.train.size()), seed_, epoch);
            order_epoch_ = epoch;
        }
        const std::int64_t first = in_epoch * options_.batch;
        const std::int64_t n = std::min<std::int64_t>(options_.batch, static_cast<std::int64_t>(order_.size()) - first);
        const std::int64_t begin = first + n * group_.rank / group_.size,
                           end = first + n * (group_.rank + 1) / group_.size;
        std::vector<std::int32_t>& chosen = chosen_;
        chosen.clear();
        for (std::int64_t i = begin; i < end; ++i) chosen.push_back(data_.split.train[count_of(order_[count_of(i)])]);
        const Augmentation augmentation{options_.flip, options_.crop_padding, seed_, epoch};
        load(network, data_.images.train, chosen, &augmentation);
        const typename Network<T>::Batch batch{static_cast<int>(chosen.size()), n};
        network.forward(batch, pointers(), true);
        network.backward(batch, pointers());
        sum(static_cast<P*>(gradient_.get()), count_of(parameters_), group_.sum_floats);
        const double progress = static_cast<double>(step) / static_cast<double>(steps());
        const double rate = 0.5 * options_.learning_rate * (1 + std::cos(std::numbers::pi * progress));
        for (const ParameterRange& range : ranges) update(range, rate);
    }

    /// The images into the network, with their labels; null: no augmentation.
    void load(Network<T>& network, const ImageSet& set, std::span<const std::int32_t> images,
              const Augmentation* augmentation) {
        const std::size_t count = images.size() * count_of(set.values_per_image());
        if (staging_.size() < count) staging_.resize(count);  // once: for the largest batch
        const std::span<float> values(staging_.data(), count);
        if (augmentation)
            make_batch(set, images, data_.normalization, *augmentation, values);
        else
            make_batch(set, images, data_.normalization, values);
        if constexpr (std::is_same_v<T, float>) {
            device_->upload(network.images(), values.data(), values.size_bytes());
        } else {
            narrowed_.resize(values.size());
            std::transform(values.begin(), values.end(), narrowed_.begin(), [](float x) { return narrow<T>(x); });
            device_->upload(network.images(), narrowed_.data(), narrowed_.size() * sizeof(T));
        }
        labels_.clear();
        for (const std::int32_t i : images) labels_.push_back(set.labels[count_of(i)]);
        device_->upload(network.labels(), labels_.data(), labels_.size());
    }

    /// % of the images that the network names right.
    double accuracy(Network<T>& network, int batch, const ImageSet& set, std::span<const std::int32_t> images) {
        if (images.empty()) return std::numeric_limits<double>::quiet_NaN();
        network.set_tally({});
        for (std::size_t first = 0; first < images.size(); first += count_of(batch)) {
            const auto part = images.subspan(first, std::min(count_of(batch), images.size() - first));
            load(network, set, part, nullptr);
            network.forward({static_cast<int>(part.size()), static_cast<std::int64_t>(part.size())}, pointers(), false);
        }
        return 100 * network.tally().correct / static_cast<double>(images.size());
    }

    void restart_schedule(int epochs) {
        epochs_ = epochs;
        order_epoch_ = -1;
        device_->clear(velocity_.get(), count_of(parameters_) * sizeof(P));
    }
    int epochs() const { return epochs_; }

    void save(ByteWriter& state, StateHeader header) {
        header.magic = state_magic;
        header.of = of_;
        header.epochs = epochs_;
        state(header);
        for (const DeviceMemory* memory : {&weights_, &velocity_, &running_}) {
            std::vector<P> values(count_of(memory == &running_ ? running_count_ : parameters_));
            device_->download(values.data(), memory->get(), values.size() * sizeof(P));
            state.raw(values.data(), values.size());
        }
    }

    StateHeader restore(StateReader& state) {
        StateHeader header;
        state(header);
        if (header.magic != state_magic) throw DataError("saved training: this is not the state of a training");
        if (header.of != of_) throw DataError("saved training: it is of another cell, data set, seed or options");
        epochs_ = static_cast<int>(header.epochs);
        for (const DeviceMemory* memory : {&weights_, &velocity_, &running_}) {
            std::vector<P> values(count_of(memory == &running_ ? running_count_ : parameters_));
            state.raw(values.data(), values.size());
            device_->upload(memory->get(), values.data(), values.size() * sizeof(P));
        }
        order_epoch_ = -1;
        return header;
    }

    /// Adds the group's numbers, on the device.
    void sum_over_group(double* numbers, std::size_t count) { sum(numbers, count, group_.sum_doubles); }

    std::size_t memory_bytes() const {
        return resources_.arena.bytes() + 3 * weights_.bytes() + running_.bytes() + staging_.size() * sizeof(float);
    }

  private:
    template <class V>
    void sum(V* numbers, std::size_t count, const std::function<void(V*, std::size_t)>& over_group) {
        if (group_.size == 1) return;
        if (!on_gpu_ || group_.takes_gpu_memory) {
            device_->synchronize();
            return over_group(numbers, count);
        }
        std::vector<V> there(count);
        device_->download(there.data(), numbers, count * sizeof(V));
        over_group(there.data(), count);
        device_->upload(numbers, there.data(), count * sizeof(V));
    }

    void update(const ParameterRange& range, double rate) {
        const ParameterPointers<P> at = pointers();
        device_->run(NesterovStep<P>{static_cast<P>(rate), static_cast<P>(options_.momentum),
                                     static_cast<P>(options_.weight_decay), at.gradient + range.begin,
                                     static_cast<P*>(velocity_.get()) + range.begin, at.weights + range.begin},
                     range.count);
    }

    const TrainingData& data_;
    TrainingOptions options_;
    std::uint64_t seed_;
    TrainingGroup group_;
    bool on_gpu_;
    int epochs_;
    std::unique_ptr<NetworkDevice<T>> device_;
    NetworkResources<T> resources_;
    std::int64_t parameters_, running_count_;
    std::array<char, 64> of_;
    DeviceMemory weights_, gradient_, velocity_, running_;
    std::vector<float> staging_;
    std::vector<T> narrowed_;
    std::vector<std::uint8_t> labels_;
    std::vector<std::int32_t> order_, chosen_;
    std::int64_t order_epoch_ = -1;
};

/// Runs of steps, the curve, divergence and saving, over what makes one step: Derived::one_step().
template <class Interface, class Derived, class T>
class Sliced : public Interface {
    using Tally = typename Network<T>::Tally;

  public:
    std::int64_t run(std::int64_t count) override {
        std::int64_t made = 0;
        while (made < count && !this->finished()) {
            static_cast<Derived&>(*this).one_step(step_);
            ++step_;
            ++made;
            if (step_ % core_->steps_per_epoch() == 0) end_epoch();
        }
        if (made > 0) sums();
        return made;
    }

    std::int64_t step() const override { return step_; }
    std::int64_t steps() const override { return core_->steps(); }
    bool diverged() const override { return diverged_; }
    const std::vector<EpochResult>& curve() const override { return curve_; }
    std::size_t memory_bytes() const override { return core_->memory_bytes(); }

    std::vector<std::byte> save() override {
        ByteWriter state;
        StateHeader header{};
        header.step = step_;
        header.epochs_in_curve = static_cast<std::int64_t>(curve_.size());
        const Tally tally = static_cast<Derived&>(*this).tally();
        header.loss_in_tally = tally.loss;
        header.correct_in_tally = tally.correct;
        header.diverged = diverged_;
        static_cast<Derived&>(*this).describe(header);
        core_->save(state, header);
        state.raw(curve_.data(), curve_.size());
        return std::move(state.bytes);
    }

    void restore(std::span<const std::byte> bytes) override {
        StateReader state(bytes, "saved training: the state is cut short");
        const StateHeader header = core_->restore(state);
        if (header.step < 0 || header.step > core_->steps() || header.epochs_in_curve < 0 ||
            state.left() != count_of(header.epochs_in_curve) * sizeof(EpochResult))
            throw DataError("saved training: the state is damaged");
        step_ = header.step;
        diverged_ = header.diverged != 0;
        curve_.resize(count_of(header.epochs_in_curve));
        state.raw(curve_.data(), curve_.size());
        static_cast<Derived&>(*this).resume(header);
        static_cast<Derived&>(*this).set_tally({header.loss_in_tally, header.correct_in_tally});
    }

  protected:
    explicit Sliced(std::unique_ptr<Steps<T>> core) : core_(std::move(core)) {}

    /// The schedule begins anew, at step 0.
    void start_over() {
        step_ = 0;
        curve_.clear();
        static_cast<Derived&>(*this).set_tally({});
    }

    std::unique_ptr<Steps<T>> core_;

  private:
    /// Of the epoch so far, over the group. Not reset before its end, so that slices do not change the order of the
    /// sum.
    Tally sums() {
        Tally tally = static_cast<Derived&>(*this).tally();
        std::array<double, 2> both{tally.loss, tally.correct};
        if (core_->group().size > 1) core_->group().sum_doubles(both.data(), both.size());
        if (!std::isfinite(both[0])) diverged_ = true;
        return {both[0], both[1]};
    }

    void end_epoch() {
        const Tally all = sums();
        const auto images = static_cast<double>(core_->data().split.train.size());
        curve_.push_back({all.loss / images, 100 * all.correct / images});
        static_cast<Derived&>(*this).set_tally({});
    }

    std::int64_t step_ = 0;
    std::vector<EpochResult> curve_;
    bool diverged_ = false;
};

Plane image_plane(const TrainingData& data) {
    const ImageSet& set = data.images.train;
    return {set.height, set.width, set.channels};
}

std::string identity_of(const char* kind, const std::string& what, const TrainingData& data,
                        const SkeletonOptions& skeleton, const TrainingOptions& o, std::uint64_t seed) {
    return fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", kind, what, data.checksum, skeleton.name,
                       skeleton.channels, skeleton.cells, o.epochs, o.batch, o.learning_rate, o.momentum,
                       o.weight_decay, o.flip, o.crop_padding, o.precision, seed);
}

std::vector<std::int32_t> all_of(const ImageSet& set) {
    std::vector<std::int32_t> images(count_of(set.size()));
    std::iota(images.begin(), images.end(), 0);
    return images;
}

// --- a cell ------------------------------------------------------------------------------------------------------

template <class T>
class CellTrainingOn final : public Sliced<CellTraining, CellTrainingOn<T>, T> {
    using Base = Sliced<CellTraining, CellTrainingOn<T>, T>;
    using P = Parameter<T>;

  public:
    CellTrainingOn(const TrainingData& data, const SkeletonOptions& skeleton, const TrainingOptions& options,
                   const Cell& cell, std::uint64_t seed, const TrainingPlace& place)
        : CellTrainingOn(data, standalone_graph(skeleton, data.images.train, cell), options, seed, place,
                         identity_of("cell", to_string(cell), data, skeleton, options, seed)) {}

    void one_step(std::int64_t step) { this->core_->step(network_, ranges_, step); }
    auto tally() const { return network_.tally(); }
    void set_tally(const typename Network<T>::Tally& tally) { network_.set_tally(tally); }
    void describe(StateHeader&) const {}
    void resume(const StateHeader&) {}

    Accuracies evaluate() override {
        if (this->diverged())
            return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
        Network<T> network(this->core_->resources(), network_.graph(), evaluation_batch, Network<T>::Use::inference);
        const TrainingData& data = this->core_->data();
        return {this->core_->accuracy(network, evaluation_batch, data.images.train, data.split.validation),
                this->core_->accuracy(network, evaluation_batch, data.images.test, all_of(data.images.test))};
    }

    double inference_s(int repeats) override {
        Network<T> network(this->core_->resources(), network_.graph(), evaluation_batch, Network<T>::Use::inference);
        const std::vector<std::int32_t> all = all_of(this->core_->data().images.test);
        const std::span<const std::int32_t> batch(all.data(), std::min(all.size(), count_of(evaluation_batch)));
        const auto n = static_cast<int>(batch.size());
        double shortest = std::numeric_limits<double>::infinity();
        for (int i = 0; i <= repeats; ++i) {  // the first warms up
            this->core_->load(network, this->core_->data().images.test, batch, nullptr);
            const double began = monotonic_s();
            network.forward({n, n}, this->core_->pointers(), false);
            network.tally();  // waits for the device
            if (i > 0) shortest = std::min(shortest, monotonic_s() - began);
        }
        return shortest / n;
    }

  private:
    CellTrainingOn(const TrainingData& data, const Graph& graph, const TrainingOptions& options, std::uint64_t seed,
                   const TrainingPlace& place, const std::string& identity)
        : Base(std::make_unique<Steps<T>>(data, options, seed, place, initial_parameters({graph}, seed), graph.running,
                                          identity)),
          network_(this->core_->resources(), graph, static_cast<int>(this->core_->largest_batch()),
                   Network<T>::Use::training),
          ranges_{{0, graph.parameters}} {
        if (place.group.size > 1)
            network_.set_group([this](double* v, std::size_t n) { this->core_->sum_over_group(v, n); });
        std::vector<P> running(count_of(graph.running), P(0));  // PyTorch begins with mean 0, variance 1
        for (const Node& node : graph.nodes)
            for (const Edge& edge : node.in)
                if (edge.running >= 0)
                    std::fill_n(running.begin() + edge.running + node.plane.channels, node.plane.channels, P(1));
        this->core_->set_running(running);
    }

    Network<T> network_;
    std::vector<ParameterRange> ranges_;
};

// --- a supernet --------------------------------------------------------------------------------------------------

template <class T>
class SupernetTrainingOn final : public Sliced<SupernetTraining, SupernetTrainingOn<T>, T> {
    using Base = Sliced<SupernetTraining, SupernetTrainingOn<T>, T>;

  public:
    SupernetTrainingOn(const TrainingData& data, const SkeletonOptions& skeleton, const TrainingOptions& options,
                       std::uint64_t seed, const TrainingPlace& place)
        : Base(std::make_unique<Steps<T>>(data, options, seed, place, initial(data, skeleton, seed), 0,
                                          identity_of("supernet", "", data, skeleton, options, seed))),
          skeleton_(skeleton) {}

    void one_step(std::int64_t step) {
        const Graph graph = this->graph(path(step));
        Network<T> network(this->core_->resources(), graph, static_cast<int>(this->core_->largest_batch()),
                           Network<T>::Use::training);
        if (this->core_->group().size > 1)
            network.set_group([this](double* v, std::size_t n) { this->core_->sum_over_group(v, n); });
        this->core_->step(network, used_parameters(graph), step);
        const auto sums = network.tally();
        tally_.loss += sums.loss;
        tally_.correct += sums.correct;
    }
    auto tally() const { return tally_; }
    void set_tally(const typename Network<T>::Tally& tally) { tally_ = tally; }
    void describe(StateHeader& header) const {
        header.first_step = first_step_;
        header.split_edge = split_edge_;
        header.split_operation = static_cast<std::int64_t>(split_operation_);
    }
    void resume(const StateHeader& header) {
        first_step_ = header.first_step;
        split_edge_ = static_cast<int>(header.split_edge);
        split_operation_ = static_cast<Operation>(header.split_operation);
    }

    double query(const Cell& cell, int images) override {
        const auto& held_out = this->core_->data().split.validation;
        const int batch = static_cast<int>(this->core_->largest_batch());
        Network<T> network(this->core_->resources(), graph({&cell, 1}), batch, Network<T>::Use::inference);
        const std::span<const std::int32_t> chosen(held_out.data(), std::min(held_out.size(), count_of(images)));
        return this->core_->accuracy(network, batch, this->core_->data().images.train, chosen);
    }

    void split(int edge, Operation operation, int epochs) override {
        first_step_ += this->step();
        split_edge_ = edge;
        split_operation_ = operation;
        this->core_->restart_schedule(epochs);
        this->start_over();
    }

  private:
    static std::vector<double> initial(const TrainingData& data, const SkeletonOptions& skeleton, std::uint64_t seed) {
        std::vector<Graph> both;  // together they use every parameter
        for (const Operation operation : {Operation::nor_conv_1x1, Operation::nor_conv_3x3}) {
            Cell cell;
            cell.fill(operation);
            both.push_back(supernet_graph(skeleton, image_plane(data), data.images.train.classes, {&cell, 1}));
        }
        return initial_parameters(both, seed);
    }

    Graph graph(std::span<const Cell> cells) const {
        return supernet_graph(skeleton_, image_plane(this->core_->data()), this->core_->data().images.train.classes,
                              cells);
    }

    std::vector<Cell> path(std::int64_t step) const {
        Random random(this->core_->seed(), Stream::supernet_path, static_cast<std::uint64_t>(first_step_ + step));
        std::vector<Cell> cells(count_of(3 * std::int64_t{skeleton_.cells}));
        for (Cell& cell : cells)
            for (int e = 0; e < edge_count; ++e) {
                const auto drawn = static_cast<Operation>(random.below(operation_count));
                cell[static_cast<std::size_t>(e)] = e == split_edge_ ? split_operation_ : drawn;
            }
        return cells;
    }

    SkeletonOptions skeleton_;
    typename Network<T>::Tally tally_;
    std::int64_t first_step_ = 0;  // steps before the split
    int split_edge_ = -1;
    Operation split_operation_ = Operation::none;
};

/// make<T>() for the type that the options name.
template <class F>
auto with_precision(const TrainingOptions& options, const F& make) {
    if (options.precision == "f32" || options.precision == "tf32") return make(float{});
    if (options.precision == "bf16") return make(bf16{});
    throw UsageError(fmt::format("training.precision: '{}' is unknown (allowed: f32, bf16, tf32)", options.precision));
}

}  // namespace

namespace {

template <class V>
std::string_view bytes_of(const std::vector<V>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(V)};
}

std::string checksum_of(const TrainingData& data) {
    Checksum sum;
    for (const ImageSet* set : {&data.images.train, &data.images.test})
        sum.add(fmt::format("{} {} {}", set->height, set->width, set->channels))
            .add(bytes_of(set->pixels))
            .add(bytes_of(set->labels));
    return sum.add(bytes_of(data.split.train)).add(bytes_of(data.split.validation)).hex();
}

}  // namespace

TrainingData load_training_data(const DataOptions& options) {
    TrainingData data;
    data.images = read_data_set(options);
    data.split = split_images(data.images.train.size(), options);
    data.normalization = measure_normalization(data.images.train, data.split.train);
    data.checksum = checksum_of(data);
    return data;
}

void require_trainable(const TrainingOptions& options, const TrainingData& data, bool cuda) {
    const auto positive = [](const char* key, int value) {
        if (value < 1) throw UsageError(fmt::format("{} = {} (allowed: 1 and more)", key, value));
    };
    positive("training.epochs", options.epochs);
    positive("training.batch", options.batch);
    if (options.precision == "tf32" && !cuda)
        throw UsageError("training.precision = \"tf32\": only GPUs have it (allowed on the processor: f32, bf16)");
    if (options.crop_padding >= std::min(data.images.train.height, data.images.train.width))
        throw UsageError(fmt::format("training.crop_padding = {}: images are {} x {} (allowed: less than their side)",
                                     options.crop_padding, data.images.train.height, data.images.train.width));
    if (data.split.train.empty()) throw UsageError("data.train_images: no image is left to train on");
}

std::unique_ptr<CellTraining> train_cell(const TrainingData& data, const SkeletonOptions& skeleton,
                                         const TrainingOptions& options, const Cell& cell, std::uint64_t seed,
                                         const TrainingPlace& place) {
    require_trainable(options, data, place.cuda);
    return with_precision(options, [&](auto type) -> std::unique_ptr<CellTraining> {
        return std::make_unique<CellTrainingOn<decltype(type)>>(data, skeleton, options, cell, seed, place);
    });
}

std::unique_ptr<SupernetTraining> train_supernet(const TrainingData& data, const SkeletonOptions& skeleton,
                                                 const TrainingOptions& options, std::uint64_t seed,
                                                 const TrainingPlace& place) {
    require_trainable(options, data, place.cuda);
    return with_precision(options, [&](auto type) -> std::unique_ptr<SupernetTraining> {
        return std::make_unique<SupernetTrainingOn<decltype(type)>>(data, skeleton, options, seed, place);
    });
}

}  // namespace cenas

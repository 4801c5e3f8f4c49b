// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "kernels/nn/device.hpp"
#include "train/graph.hpp"

namespace cenas {

/// Memory of a device, freed with its last owner.
class DeviceMemory {
  public:
    DeviceMemory() = default;
    template <class T>
    DeviceMemory(NetworkDevice<T>& device, std::size_t bytes)
        : bytes_(bytes), memory_(device.allocate(bytes), [&device](void* memory) { device.release(memory); }) {}
    std::size_t bytes() const { return bytes_; }
    void* get() const { return memory_.get(); }
    std::byte* at(std::size_t offset) const { return static_cast<std::byte*>(memory_.get()) + offset; }

  private:
    std::size_t bytes_ = 0;
    std::shared_ptr<void> memory_;
};

/// What networks on one device may share if they run one after the other: the memory of a step, which grows to the
/// largest that is asked for, and the convolutions of every shape.
template <class T>
struct NetworkResources {
    explicit NetworkResources(NetworkDevice<T>& on) : device(on) {}
    NetworkDevice<T>& device;
    DeviceMemory arena;
    std::map<std::pair<ConvolutionShape, int>, std::unique_ptr<Convolution<T>>> convolutions;  ///< by images of a chunk
};

/// What training changes, on the device: [Graph::parameters] each, and [Graph::running].
template <class P>
struct ParameterPointers {
    P* weights = nullptr;
    P* gradient = nullptr;
    P* running = nullptr;  ///< running averages of batch norm: mean [c], variance [c] for each layer
};

/// Adds numbers over the processes that train one network together, on the device, in place.
using GroupSum = std::function<void(double* numbers, std::size_t count)>;

/// Runs a graph forward and backward for batches of up to `batch` images. All memory of a step is planned by the
/// constructor, in one arena in which activations share places when they do not live at the same time; a step allocates
/// nothing of ours. Results depend on neither the number of threads nor earlier batches.
template <class T>
class Network {
  public:
    using P = Parameter<T>;
    enum class Use { training, inference };

    /// `batch`: images of the largest batch. For inference no activations are kept for a backward pass. `resources`
    /// outlives the network, and only one network that shares it is between its forward() and the end of its use at a
    /// time.
    Network(NetworkResources<T>& resources, Graph graph, int batch, Use use);
    ~Network();

    /// Bytes of the arena that the network needs.
    std::size_t memory_bytes() const;

    /// Where the images of a batch go, [n][row][column][channel], and their labels, on the device. Asked for anew for
    /// every batch.
    T* images() const;
    std::uint8_t* labels() const;

    /// What a batch is: n images here, `of_group` in all processes that train together (n where one trains alone).
    struct Batch {
        int n;
        std::int64_t of_group;
    };
    /// Forward over the images there. `batch_statistics`: batch norm uses those of the batch, over the whole group, and
    /// brings the running averages up to date; else it uses the running averages, and the batch's own where a layer
    /// keeps none.
    void forward(Batch batch, const ParameterPointers<P>& parameters, bool batch_statistics);
    /// After forward(), in training: this process's part of the gradient of the mean loss over the images of the group,
    /// into parameters.gradient, where the graph's needed edges have parameters. The gradient of any other function of
    /// the logits, if its own, [n][class], was put into their place.
    void backward(Batch batch, const ParameterPointers<P>& parameters);
    /// After forward(): gradient of the mean loss with respect to the logits, on the device.
    P* logits() const;

    /// ReLU of a node after forward() in training, [n][row][column][channel] on the device; null where nobody sees it.
    const T* relu(int node) const;

    struct Tally {
        double loss = 0;  ///< sum over images
        double correct = 0;
    };
    /// Losses and hits of all forward() since set_tally; reading waits for the device.
    Tally tally() const;
    void set_tally(const Tally& tally);

    /// Adds batch-norm sums over the processes that train together; default: there is one.
    void set_group(const GroupSum& sum);

    const Graph& graph() const;

  private:
    struct Plan;
    std::unique_ptr<Plan> plan_;
};

}  // namespace cenas

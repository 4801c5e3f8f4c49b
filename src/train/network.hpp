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

/// Memory of a device, freed with its owner.
class DeviceMemory {
  public:
    DeviceMemory() = default;
    template <class T>
    DeviceMemory(NetworkDevice<T>& device, std::size_t bytes)
        : memory_(device.allocate(bytes), [&device](void* memory) { device.release(memory); }) {}
    std::byte* at(std::size_t offset) const { return static_cast<std::byte*>(memory_.get()) + offset; }

  private:
    std::shared_ptr<void> memory_;
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

    /// `batch`: images of the largest batch. For inference no activations are kept for a backward pass.
    Network(NetworkDevice<T>& device, Graph graph, int batch, Use use);
    ~Network();
    Network(Network&&) noexcept;
    Network& operator=(Network&&) noexcept;

    /// Bytes of the arena.
    std::size_t memory_bytes() const;

    /// Where the images of a batch go, [n][row][column][channel], and their labels, on the device.
    T* images() const;
    std::uint8_t* labels() const;

    /// Forward over the n images there. `batch_statistics`: batch norm uses those of the batch, over the whole group,
    /// and brings the running averages up to date; else it uses the running averages, and the batch's own where a layer
    /// keeps none.
    void forward(int n, const ParameterPointers<P>& parameters, bool batch_statistics);
    /// Gradient of the mean loss over `batch_of_group` images (n where one process trains alone), into
    /// parameters.gradient, which is overwritten where the graph has parameters. After forward() in training.
    void backward(int n, const ParameterPointers<P>& parameters, std::int64_t batch_of_group);

    struct Outcome {
        double loss;  ///< sum over the images
        std::int64_t correct;
    };
    /// Loss and hits of the last forward(); waits for the device.
    Outcome outcome(int n) const;

    /// For batches that several processes share; default: one process.
    void set_group(GroupSum sum, int processes);

    const Graph& graph() const;

  private:
    struct Plan;
    std::unique_ptr<Plan> plan_;
};

}  // namespace cenas

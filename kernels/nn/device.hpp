// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kernels/base/launch.hpp"
#include "kernels/nn/batch_norm.hpp"
#include "kernels/nn/convolution.hpp"
#include "kernels/nn/head.hpp"
#include "kernels/nn/node.hpp"
#include "kernels/nn/optimizer.hpp"

namespace cenas {

/// Where a network runs. Work is handed out in chunks of images: on the CPU a chunk is what stays in a core's cache
/// between the steps of a pass, and a thread takes one at a time; on the GPU it is the whole batch, and calls return
/// before the work is done, in the order of one stream. Pointers are the device's own. Chunks depend on shapes only, so
/// results do not depend on the number of threads.
template <class T>
class NetworkDevice {
  public:
    using P = Parameter<T>;
    virtual ~NetworkDevice() = default;

    /// Threads that may work on chunks at the same time, each with its own Workspace::thread.
    virtual int threads() const = 0;
    /// Images of a chunk, where an image has so many bytes of activations in a pass.
    virtual int chunk_images(std::size_t bytes_per_image) const = 0;
    virtual std::unique_ptr<Convolution<T>> convolution(const ConvolutionShape& shape, int chunk_images) const = 0;

    virtual void* allocate(std::size_t bytes) = 0;  ///< zeroed; throws std::bad_alloc
    virtual void release(void* memory) = 0;
    virtual void upload(void* to, const void* from, std::size_t bytes) = 0;    ///< host to device
    virtual void download(void* to, const void* from, std::size_t bytes) = 0;  ///< device to host; waits for all work
    virtual void clear(void* to, std::size_t bytes) = 0;
    /// Returns when all work handed out so far is done. Needed before anything but this device touches its memory: to
    /// add numbers over the processes of a group, synchronize(), then give the device's own pointer to a CUDA-aware
    /// MPI (MPI_Allreduce in place; MPI_DOUBLE for sums, MPI_FLOAT or MPI_DOUBLE for gradients). That call returns with
    /// the numbers in place, so whatever is handed out after it sees them.
    virtual void synchronize() = 0;

    /// f(lanes, item) for all items and channels.
    virtual void run(const NodeForward<T>& f, std::int64_t items, int channels) = 0;
    virtual void run(const NodeBackward<T>& f, std::int64_t items, int channels) = 0;
    virtual void run(const MomentSums<T>& f, std::int64_t items, int channels) = 0;
    virtual void run(const GradientSums<T>& f, std::int64_t items, int channels) = 0;
    virtual void run(const NormInputGradient<T>& f, std::int64_t items, int channels) = 0;
    virtual void run(const PlaneMean<T>& f, std::int64_t items, int channels) = 0;
    virtual void run(const PlaneMeanGradient<T>& f, std::int64_t items, int channels) = 0;
    /// f(item) for all items.
    virtual void run(const AddParts& f, std::int64_t items) = 0;
    virtual void run(const FinishMoments<P>& f, std::int64_t items) = 0;
    virtual void run(const UseRunningMoments<P>& f, std::int64_t items) = 0;
    virtual void run(const NormParameterGradient<P>& f, std::int64_t items) = 0;
    virtual void run(const Classify<P>& f, std::int64_t items) = 0;
    virtual void run(const AddOutcomes<P>& f, std::int64_t items) = 0;
    virtual void run(const LinearGradient<P>& f, std::int64_t items) = 0;
    virtual void run(const NesterovStep<P>& f, std::int64_t items) = 0;
    virtual void run(const AddGradientParts<P>& f, std::int64_t items) = 0;

    /// How many parts a sum over so many pixels of a chunk is made in (MomentSums, GradientSums).
    virtual std::int64_t sum_parts(std::int64_t pixels) const = 0;
};

/// The CPU, with oneDNN's convolutions where they are there and wanted.
template <class T>
std::unique_ptr<NetworkDevice<T>> cpu_device(int threads, bool use_onednn = true);

struct CudaOptions {
    bool tf32 = false;  ///< multiply float in TF32 (10 bits of mantissa) where convolutions can; else in full precision
};

/// The GPU that is the calling thread's current device, which is the first that CUDA_VISIBLE_DEVICES names unless
/// changed; for calls from this thread, and to be destroyed after all that was made with it. Sums over a batch are made
/// in another order than on the CPU, always the same one. Throws std::runtime_error where the CUDA backend is not built
/// in, or no device answers; so do its functions, perhaps later than in the call that failed on the device.
template <class T>
std::unique_ptr<NetworkDevice<T>> cuda_device(CudaOptions options = {});

/// True if bf16 convolutions are native here, so that bf16 saves time.
bool bf16_is_fast();

}  // namespace cenas

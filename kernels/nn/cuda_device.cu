// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <type_traits>

#include "kernels/nn/cuda_convolution.cuh"
#include "kernels/nn/cuda_lanes.cuh"
#include "kernels/nn/device.hpp"

namespace cenas {
namespace {

struct Release {
    void operator()(cudaStream_t stream) const { cudaStreamDestroy(stream); }
    void operator()(cudaEvent_t event) const { cudaEventDestroy(event); }
    void operator()(std::byte* pinned) const { cudaFreeHost(pinned); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;
using Stream = Owned<std::remove_pointer_t<cudaStream_t>>;
using Event = Owned<std::remove_pointer_t<cudaEvent_t>>;

/// A stream of its own, which does not wait for the default stream.
Stream make_stream() {
    int devices = 0;
    cuda_check(cudaGetDeviceCount(&devices), "no CUDA device answers");
    cudaStream_t stream = nullptr;
    cuda_check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "create a CUDA stream");
    return Stream(stream);
}

Event make_event() {
    cudaEvent_t event = nullptr;
    cuda_check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "create a CUDA event");
    return Event(event);
}

Owned<std::byte> make_pinned(std::size_t bytes) {
    void* memory = nullptr;
    cuda_check(cudaMallocHost(&memory, bytes), "allocate page-locked memory of the host");
    return Owned<std::byte>(static_cast<std::byte*>(memory));
}

/// Way to the device. The device reads by itself only memory of the host that is page-locked. What is uploaded is
/// copied there first, so that the caller has its memory back at once and the copy to the device waits its turn in the
/// stream. Slots are used in turn; one that was not yet read is waited for, which keeps the host a few batches ahead at
/// most.
class Staging {
  public:
    explicit Staging(cudaStream_t stream) : stream_(stream), memory_(make_pinned(slots * slot_bytes)) {
        for (Event& event : read_) event = make_event();
    }
    /// The memory must not go while the device may still read it.
    ~Staging() { cudaStreamSynchronize(stream_); }
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;

    void upload(std::byte* to, const std::byte* from, std::size_t bytes) {
        for (std::size_t done = 0; done < bytes; done += slot_bytes)
            upload_piece(to + done, from + done, std::min(slot_bytes, bytes - done));
    }

  private:
    // A batch of 256 images of 32x32x3 float and its labels take three slots.
    static constexpr std::size_t slots = 8, slot_bytes = 2 * 1024 * 1024;

    void upload_piece(std::byte* to, const std::byte* from, std::size_t bytes) {
        const Event& read = read_[next_];
        std::byte* slot = memory_.get() + next_ * slot_bytes;
        next_ = (next_ + 1) % slots;
        cuda_check(cudaEventSynchronize(read.get()), "wait for an earlier upload");
        std::memcpy(slot, from, bytes);
        cuda_check(cudaMemcpyAsync(to, slot, bytes, cudaMemcpyHostToDevice, stream_), "copy to the device");
        cuda_check(cudaEventRecord(read.get(), stream_), "record an upload");
    }

    cudaStream_t stream_;
    Owned<std::byte> memory_;
    std::array<Event, slots> read_;
    std::size_t next_ = 0;
};

// Long sums: a block of (columns, sum_rows) threads has `columns` of them. Each row adds its share of the numbers,
// which lie behind one another, in order; then row 0 adds the shares, in order. So up to sum_rows numbers are added one
// after the other, as on the CPU.
constexpr unsigned sum_rows = 64;

/// This row's share of n numbers.
struct Share {
    std::int64_t begin, end;
    __device__ explicit Share(std::int64_t n) {
        const std::int64_t most = (n + sum_rows - 1) / sum_rows;
        begin = threadIdx.y * most;
        end = begin + most < n ? begin + most : n;
    }
};

/// For row 0: start + the rows' shares. All threads of a block call it.
template <unsigned columns>
__device__ double add_shares(double start, double share) {
    __shared__ double shares[sum_rows][columns];
    shares[threadIdx.y][threadIdx.x] = share;
    __syncthreads();
    if (threadIdx.y == 0)
        for (unsigned row = 0; row < sum_rows; ++row) start += shares[row][threadIdx.x];
    return start;
}

constexpr unsigned add_columns = 4;  // doubles of a sector, the least that memory delivers

/// AddParts for every k < columns.
__global__ void __launch_bounds__(add_columns* sum_rows) add_parts_kernel(std::int64_t columns, const AddParts f) {
    const std::int64_t k = static_cast<std::int64_t>(blockIdx.x) * add_columns + threadIdx.x;
    const Share parts(k < columns ? f.parts : 0);
    double value = 0;
    for (std::int64_t i = parts.begin; i < parts.end; ++i) value += f.sums[i * f.width + k];
    value = add_shares<add_columns>(0, value);
    if (threadIdx.y == 0 && k < columns) f.total[k] = value;
}

/// AddOutcomes: column 0 has the losses, column 1 the hits.
template <class P>
__global__ void __launch_bounds__(2 * sum_rows) add_outcomes_kernel(const AddOutcomes<P> f) {
    const Share images(f.images);
    double value = 0;
    for (std::int64_t n = images.begin; n < images.end; ++n)
        value += threadIdx.x == 0 ? static_cast<double>(f.loss[n]) : static_cast<double>(f.correct[n]);
    double& total = f.totals[threadIdx.x];
    value = add_shares<2>(total, value);
    if (threadIdx.y == 0) total = value;
}

/// One number of LinearGradient, the same sum: of class k, the weight of channel c, or the bias where c == channels. A
/// thread for a whole class would be slower than all the convolutions.
template <class P>
struct LinearGradientNumber {
    LinearGradient<P> f;

    CENAS_HD void operator()(std::int64_t i) const {
        const std::int64_t k = i / (f.channels + 1), c = i % (f.channels + 1);
        P total = 0;
        for (std::int64_t n = 0; n < f.images; ++n)
            total += f.logits_gradient[n * f.classes + k] * (c < f.channels ? f.features[n * f.channels + c] : P(1));
        (c < f.channels ? f.weights_gradient[k * f.channels + c] : f.bias_gradient[k]) = total;
    }
};

template <class T>
class Cuda final : public NetworkDevice<T> {
    using P = Parameter<T>;

  public:
    explicit Cuda(CudaOptions options)
        : options_(options), stream_(make_stream()), staging_(stream_.get()), cudnn_(open_cudnn(stream_.get())) {}

    int threads() const override { return 1; }
    /// More than a batch ever has.
    int chunk_images(std::size_t) const override { return 1 << 20; }
    std::unique_ptr<Convolution<T>> convolution(const ConvolutionShape& shape, int images) const override {
        if (auto fast = cudnn_convolution<T>(cudnn_, shape, images, options_.tf32)) return fast;
        return plain_cuda_convolution<T>(stream_.get(), shape, images);
    }

    void* allocate(std::size_t bytes) override {
        void* memory = nullptr;
        const cudaError_t status = cudaMalloc(&memory, std::max<std::size_t>(bytes, 1));
        if (status == cudaErrorMemoryAllocation) {
            cudaGetLastError();  // else the next launch would report it
            throw std::bad_alloc();
        }
        cuda_check(status, "allocate memory of the device");
        clear(memory, bytes);
        return memory;
    }
    /// What fails here has failed before, and is reported by the next call that can.
    void release(void* memory) override {
        cudaStreamSynchronize(stream_.get());  // work that was handed out may use it
        cudaFree(memory);
    }
    void upload(void* to, const void* from, std::size_t bytes) override {
        staging_.upload(static_cast<std::byte*>(to), static_cast<const std::byte*>(from), bytes);
    }
    void download(void* to, const void* from, std::size_t bytes) override {
        if (bytes > 0)
            cuda_check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_.get()), "copy from the device");
        synchronize();
    }
    void clear(void* to, std::size_t bytes) override {
        if (bytes > 0) cuda_check(cudaMemsetAsync(to, 0, bytes, stream_.get()), "clear memory of the device");
    }
    void synchronize() override { cuda_check(cudaStreamSynchronize(stream_.get()), "work on the device"); }

    void run(const NodeForward<T>& f, std::int64_t items, int channels) override { lanes(f, items, channels); }
    void run(const NodeBackward<T>& f, std::int64_t items, int channels) override { lanes(f, items, channels); }
    void run(const MomentSums<T>& f, std::int64_t items, int channels) override { lanes(f, items, channels); }
    void run(const GradientSums<T>& f, std::int64_t items, int channels) override { lanes(f, items, channels); }
    void run(const NormInputGradient<T>& f, std::int64_t items, int channels) override { lanes(f, items, channels); }
    void run(const PlaneMean<T>& f, std::int64_t items, int channels) override { lanes(f, items, channels); }
    void run(const PlaneMeanGradient<T>& f, std::int64_t items, int channels) override { lanes(f, items, channels); }
    void run(const AddParts& f, std::int64_t items) override {
        if (items <= 0) return;
        const auto blocks = static_cast<unsigned>((items + add_columns - 1) / add_columns);  // width is an int
        add_parts_kernel<<<blocks, dim3(add_columns, sum_rows), 0, stream_.get()>>>(items, f);
        cuda_check(cudaGetLastError(), "kernel launch");
    }
    void run(const FinishMoments<P>& f, std::int64_t items) override { one_by_one(f, items); }
    void run(const UseRunningMoments<P>& f, std::int64_t items) override { one_by_one(f, items); }
    void run(const NormParameterGradient<P>& f, std::int64_t items) override { one_by_one(f, items); }
    void run(const Classify<P>& f, std::int64_t items) override { one_by_one(f, items); }
    void run(const AddOutcomes<P>& f, std::int64_t items) override {
        if (items <= 0) return;
        add_outcomes_kernel<<<1, dim3(2, sum_rows), 0, stream_.get()>>>(f);
        cuda_check(cudaGetLastError(), "kernel launch");
    }
    void run(const LinearGradient<P>& f, std::int64_t items) override {
        one_by_one(LinearGradientNumber<P>{f}, items * (f.channels + 1));
    }
    void run(const NesterovStep<P>& f, std::int64_t items) override { one_by_one(f, items); }
    void run(const AddGradientParts<P>& f, std::int64_t items) override { one_by_one(f, items); }

    /// Enough for every thread that an H100 runs at once, where a batch is large, and 1/16 of the memory traffic for
    /// the sums themselves.
    std::int64_t sum_parts(std::int64_t pixels) const override {
        constexpr std::int64_t pixels_per_part = 64;
        return std::max<std::int64_t>((pixels + pixels_per_part - 1) / pixels_per_part, 1);
    }

  private:
    template <class F>
    void lanes(const F& f, std::int64_t items, int channels) {
        launch_lanes(stream_.get(), items, channels, f);
    }
    template <class F>
    void one_by_one(const F& f, std::int64_t items) {
        launch_in_stream(stream_.get(), items, f);
    }

    CudaOptions options_;
    Stream stream_;
    Staging staging_;
    std::shared_ptr<Cudnn> cudnn_;
};

}  // namespace

template <class T>
std::unique_ptr<NetworkDevice<T>> cuda_device(CudaOptions options) {
    return std::make_unique<Cuda<T>>(options);
}
template std::unique_ptr<NetworkDevice<float>> cuda_device(CudaOptions);
template std::unique_ptr<NetworkDevice<bf16>> cuda_device(CudaOptions);
template std::unique_ptr<NetworkDevice<double>> cuda_device(CudaOptions);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <cudnn.h>

#include <array>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "kernels/base/cuda_launch.cuh"
#include "kernels/nn/cuda_convolution.cuh"

// cuDNN's descriptor interface, which versions 8 and 9 have alike. Filters in NHWC are [out][row][column][in], as our
// weights. Algorithms are chosen by cuDNN's estimates, not by measurement, so that the choice does not depend on
// chance.

namespace cenas {

struct Cudnn {
    cudnnHandle_t handle = nullptr;
    cudaStream_t stream = nullptr;
    ~Cudnn() {
        if (handle) cudnnDestroy(handle);
    }
};

namespace {

static_assert(CUDNN_MAJOR >= 8, "cuDNN 8 or newer is needed: older ones have no bf16");

/// Workspace that an algorithm may want at most; a network has one for all its convolutions.
constexpr std::size_t most_workspace = 64 * 1024 * 1024;
/// What cudaMalloc aligns to, and so what cuDNN is used to.
constexpr std::size_t workspace_alignment = 256;

void cudnn_check(cudnnStatus_t status, const char* what) {
    if (status != CUDNN_STATUS_SUCCESS)
        throw std::runtime_error(std::string(what) + ": " + cudnnGetErrorString(status));
}

/// One of cuDNN's descriptors, freed with the object.
template <class D, cudnnStatus_t (*create)(D*), cudnnStatus_t (*destroy)(D)>
class Descriptor {
  public:
    Descriptor() { cudnn_check(create(&descriptor_), "create a cuDNN descriptor"); }
    ~Descriptor() { destroy(descriptor_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    D get() const { return descriptor_; }

  private:
    D descriptor_ = nullptr;
};
using Tensor = Descriptor<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor>;
using Filter = Descriptor<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor>;
using Window =
    Descriptor<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor, cudnnDestroyConvolutionDescriptor>;

template <class T>
constexpr cudnnDataType_t data_type() {
    return std::is_same_v<T, double>  ? CUDNN_DATA_DOUBLE
           : std::is_same_v<T, float> ? CUDNN_DATA_FLOAT
                                      : CUDNN_DATA_BFLOAT16;
}

/// What sums may be made of: float as it is, unless TF32 is wanted; bf16 on tensor cores.
template <class T>
constexpr cudnnMathType_t math_type(bool tf32) {
    if (std::is_same_v<T, float>) return tf32 ? CUDNN_DEFAULT_MATH : CUDNN_FMA_MATH;
    return std::is_same_v<T, bf16> ? CUDNN_TENSOR_OP_MATH : CUDNN_DEFAULT_MATH;
}

/// An algorithm, with the description of the convolution that goes with it.
template <class Rated>
struct Pass {
    Window window;
    std::optional<decltype(Rated::algo)> algorithm;
    std::size_t workspace = 0;

    /// The first in `rate`'s list, best first, that always gives the same bits and has enough workspace.
    template <class Rate, class Size>
    void choose(const Rate& rate, const Size& size) {
        std::array<Rated, 32> rated{};  // cuDNN has eight algorithms at most, each with a few types of arithmetic
        int count = 0;
        if (rate(static_cast<int>(rated.size()), &count, rated.data()) != CUDNN_STATUS_SUCCESS) return;
        cudnnMathType_t wanted{};
        cudnn_check(cudnnGetConvolutionMathType(window.get(), &wanted), "cuDNN's type of arithmetic");
        for (int i = 0; i < count; ++i) {
            const Rated& candidate = rated[static_cast<std::size_t>(i)];
            if (candidate.status != CUDNN_STATUS_SUCCESS || candidate.determinism != CUDNN_DETERMINISTIC) continue;
            // Full precision stays as demanded; else an algorithm belongs to its type of arithmetic.
            if (wanted != CUDNN_FMA_MATH)
                cudnn_check(cudnnSetConvolutionMathType(window.get(), candidate.mathType), "set cuDNN's arithmetic");
            if (size(candidate.algo, &workspace) != CUDNN_STATUS_SUCCESS || workspace > most_workspace) continue;
            algorithm = candidate.algo;
            return;
        }
    }
};

/// The three passes for a number of images.
struct Passes {
    Tensor x, z;
    Filter weights;
    Pass<cudnnConvolutionFwdAlgoPerf_t> forward;
    Pass<cudnnConvolutionBwdDataAlgoPerf_t> backward_data;
    Pass<cudnnConvolutionBwdFilterAlgoPerf_t> backward_weights;

    Passes(cudnnHandle_t handle, const ConvolutionShape& s, int images, cudnnDataType_t type, cudnnMathType_t math) {
        const Plane out = s.out();
        describe(x, images, s.in, type);
        describe(z, images, out, type);
        cudnn_check(cudnnSetFilter4dDescriptor(weights.get(), type, CUDNN_TENSOR_NHWC, s.out_channels, s.in.channels,
                                               s.kernel, s.kernel),
                    "describe weights to cuDNN");
        for (const Window* window : {&forward.window, &backward_data.window, &backward_weights.window})
            describe(*window, s, type, math);
        choose(handle);
    }

    bool complete() const { return forward.algorithm && backward_data.algorithm && backward_weights.algorithm; }

  private:
    static void describe(const Tensor& tensor, int images, const Plane& plane, cudnnDataType_t type) {
        cudnn_check(cudnnSetTensor4dDescriptor(tensor.get(), CUDNN_TENSOR_NHWC, type, images, plane.channels,
                                               plane.height, plane.width),
                    "describe activations to cuDNN");
    }

    static void describe(const Window& window, const ConvolutionShape& s, cudnnDataType_t type, cudnnMathType_t math) {
        const int pad = s.kernel / 2;
        const cudnnDataType_t sums = type == CUDNN_DATA_BFLOAT16 ? CUDNN_DATA_FLOAT : type;
        cudnn_check(cudnnSetConvolution2dDescriptor(window.get(), pad, pad, s.stride, s.stride, 1, 1,
                                                    CUDNN_CROSS_CORRELATION, sums),
                    "describe a convolution to cuDNN");
        cudnn_check(cudnnSetConvolutionMathType(window.get(), math), "set cuDNN's arithmetic");
    }

    void choose(cudnnHandle_t handle) {
        const auto w = weights.get();
        forward.choose(
            [&](int size, int* count, auto* rated) {
                return cudnnGetConvolutionForwardAlgorithm_v7(handle, x.get(), w, forward.window.get(), z.get(), size,
                                                              count, rated);
            },
            [&](auto algorithm, std::size_t* bytes) {
                return cudnnGetConvolutionForwardWorkspaceSize(handle, x.get(), w, forward.window.get(), z.get(),
                                                               algorithm, bytes);
            });
        backward_data.choose(
            [&](int size, int* count, auto* rated) {
                return cudnnGetConvolutionBackwardDataAlgorithm_v7(handle, w, z.get(), backward_data.window.get(),
                                                                   x.get(), size, count, rated);
            },
            [&](auto algorithm, std::size_t* bytes) {
                return cudnnGetConvolutionBackwardDataWorkspaceSize(handle, w, z.get(), backward_data.window.get(),
                                                                    x.get(), algorithm, bytes);
            });
        backward_weights.choose(
            [&](int size, int* count, auto* rated) {
                return cudnnGetConvolutionBackwardFilterAlgorithm_v7(
                    handle, x.get(), z.get(), backward_weights.window.get(), w, size, count, rated);
            },
            [&](auto algorithm, std::size_t* bytes) {
                return cudnnGetConvolutionBackwardFilterWorkspaceSize(
                    handle, x.get(), z.get(), backward_weights.window.get(), w, algorithm, bytes);
            });
    }
};

/// to[i] = from[i] in the other type.
template <class To, class From>
struct Convert {
    const From* from;
    To* to;
    CENAS_HD void operator()(std::int64_t i) const { to[i] = narrow<To>(widen(from[i])); }
};

template <class T>
class CudnnConvolution final : public Convolution<T> {
    using P = Parameter<T>;
    static constexpr bool weights_as_they_are = std::is_same_v<T, P>;

  public:
    CudnnConvolution(std::shared_ptr<Cudnn> cudnn, const ConvolutionShape& shape, bool tf32)
        : cudnn_(std::move(cudnn)), s_(shape), math_(math_type<T>(tf32)) {}

    /// Whether cuDNN has what is needed for so many images.
    bool works_for(int images) const { return passes(images).complete(); }

    std::size_t packed_bytes() const override { return static_cast<std::size_t>(s_.weights()) * sizeof(T); }
    /// The workspace, at the first aligned place; after it the gradient of the weights in type T.
    std::size_t scratch_bytes() const override {
        return workspace_alignment + most_workspace + (weights_as_they_are ? 0 : packed_bytes());
    }
    std::int64_t gradient_size() const override { return s_.weights(); }

    void pack(const P* weights, bool, void* packed, Workspace) const override {
        convert(weights, static_cast<T*>(packed));
    }

    void forward(int images, const T* x, const void* packed, T* z, Workspace at_work) const override {
        if (images <= 0) return;
        const Passes& p = checked(images);
        cudnn_check(
            cudnnConvolutionForward(cudnn_->handle, &one, p.x.get(), x, p.weights.get(), packed, p.forward.window.get(),
                                    *p.forward.algorithm, workspace(at_work), p.forward.workspace, &zero, p.z.get(), z),
            "cuDNN's convolution");
    }

    void backward_data(int images, const T* dz, const void* packed, T* dx, bool add, Workspace at_work) const override {
        if (images <= 0) return;
        const Passes& p = checked(images);
        cudnn_check(
            cudnnConvolutionBackwardData(cudnn_->handle, &one, p.weights.get(), packed, p.z.get(), dz,
                                         p.backward_data.window.get(), *p.backward_data.algorithm, workspace(at_work),
                                         p.backward_data.workspace, add ? &one : &zero, p.x.get(), dx),
            "cuDNN's gradient of a convolution's input");
    }

    void backward_weights(int images, const T* x, const T* dz, P* gradient, Workspace at_work) const override {
        if (images <= 0) {
            const std::size_t bytes = static_cast<std::size_t>(s_.weights()) * sizeof(P);
            return cuda_check(cudaMemsetAsync(gradient, 0, bytes, cudnn_->stream), "clear memory of the device");
        }
        const Passes& p = checked(images);
        // cuDNN makes this gradient in the type of the activations only.
        void* result = gradient;
        if constexpr (!weights_as_they_are) result = workspace(at_work) + most_workspace;
        cudnn_check(cudnnConvolutionBackwardFilter(cudnn_->handle, &one, p.x.get(), x, p.z.get(), dz,
                                                   p.backward_weights.window.get(), *p.backward_weights.algorithm,
                                                   workspace(at_work), p.backward_weights.workspace, &zero,
                                                   p.weights.get(), result),
                    "cuDNN's gradient of a convolution's weights");
        if constexpr (!weights_as_they_are) convert(static_cast<const T*>(result), gradient);
    }

    void unpack_gradient(const P* gradient, P* weights_gradient, Workspace) const override {
        convert(gradient, weights_gradient);
    }

  private:
    // cuDNN takes the factors in double for double, else in float, from the host.
    static constexpr P one = 1, zero = 0;

    const Passes& passes(int images) const {
        return passes_.try_emplace(images, cudnn_->handle, s_, images, data_type<T>(), math_).first->second;
    }
    const Passes& checked(int images) const {
        const Passes& found = passes(images);
        if (!found.complete())
            throw std::runtime_error("cuDNN has no deterministic convolution for " + std::to_string(images) +
                                     " images that needs 64 MiB of workspace or less");
        return found;
    }

    static std::byte* workspace(Workspace at_work) {
        const auto at = reinterpret_cast<std::uintptr_t>(at_work.scratch);
        const std::uintptr_t aligned = (at + workspace_alignment - 1) / workspace_alignment * workspace_alignment;
        return static_cast<std::byte*>(at_work.scratch) + (aligned - at);
    }

    template <class From, class To>
    void convert(const From* from, To* to) const {
        launch_in_stream(cudnn_->stream, s_.weights(), Convert<To, From>{from, to});
    }

    std::shared_ptr<Cudnn> cudnn_;
    ConvolutionShape s_;
    cudnnMathType_t math_;
    mutable std::map<int, Passes> passes_;  // by number of images, made when first needed
};

}  // namespace

std::shared_ptr<Cudnn> open_cudnn(cudaStream_t stream) {
    auto cudnn = std::make_shared<Cudnn>();
    cudnn_check(cudnnCreate(&cudnn->handle), "open cuDNN");
    cudnn_check(cudnnSetStream(cudnn->handle, stream), "give cuDNN a stream");
    cudnn->stream = stream;
    return cudnn;
}

template <class T>
std::unique_ptr<Convolution<T>> cudnn_convolution(const std::shared_ptr<Cudnn>& cudnn, const ConvolutionShape& shape,
                                                  int images, bool tf32) {
    auto convolution = std::make_unique<CudnnConvolution<T>>(cudnn, shape, tf32);
    if (!convolution->works_for(images)) return nullptr;
    return convolution;
}
template std::unique_ptr<Convolution<float>> cudnn_convolution(const std::shared_ptr<Cudnn>&, const ConvolutionShape&,
                                                               int, bool);
template std::unique_ptr<Convolution<bf16>> cudnn_convolution(const std::shared_ptr<Cudnn>&, const ConvolutionShape&,
                                                              int, bool);
template std::unique_ptr<Convolution<double>> cudnn_convolution(const std::shared_ptr<Cudnn>&, const ConvolutionShape&,
                                                                int, bool);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "kernels/base/cuda_backend.hpp"
#include "kernels/base/cuda_launch.cuh"
#include "kernels/pareto/dominance.hpp"

namespace cenas {
namespace cuda {

void dominance_numbers(const double* points, std::int64_t n, int objectives, std::int32_t* numbers) {
    DeviceBuffer<double> device_points(n * objectives);
    DeviceBuffer<std::int32_t> device_numbers(n);
    device_points.upload(points);
    launch_cuda(n, DominanceNumber{device_points.data(), n, objectives, device_numbers.data()});
    device_numbers.download(numbers);
}

}  // namespace cuda
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/training_place.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "kernels/base/launch.hpp"

namespace cenas {
namespace {

MeterOptions options_of(MeterOptions options, bool alone) {
    if (!alone && options.kind == "auto") options.kind = "model";
    return options;
}

}  // namespace

TrainingGroup training_group(const Communicator& group) {
    if (group.size() == 1) return {};
    return {group.rank(), group.size(), cuda_aware_mpi(),
            [group](double* values, std::size_t count) { group.sum(values, count); },
            [group](float* values, std::size_t count) { group.sum(values, count); }};
}

Device choose_device(const std::string& device, int cores, int rank_on_node, int ranks_on_node) {
    if (device == "cpu") return {false, {cores, {}, ""}};
    if (!cuda_compiled()) throw RunError("run.device = \"cuda\": this program was built without the CUDA backend");
    const std::vector<Gpu> gpus = cuda_gpus();
    if (gpus.empty()) throw RunError("run.device = \"cuda\": CUDA shows this process no GPU");
    if (ranks_on_node > static_cast<int>(gpus.size()))
        throw RunError(
            fmt::format("run.device = \"cuda\": {} working rank(s) on a node with {} GPU(s) (allowed: as "
                        "many as there are GPUs)",
                        ranks_on_node, gpus.size()));
    use_gpu(rank_on_node);
    const Gpu& own = gpus[static_cast<std::size_t>(rank_on_node)];
    return {true, {cores, {own.pci_bus_id}, own.name}};
}

WorkMeter::WorkMeter(MeterOptions options, const Device& device, bool alone)
    : cuda_(device.cuda), cores_(device.parts.cores), meter_(options_of(std::move(options), alone), device.parts) {}

Metered WorkMeter::run(const std::function<void()>& work) {
    const auto now = [&] { return cuda_ ? monotonic_s() : core_s(); };
    const auto use = [&] { return NodeUse{Seconds(busy_s_ / cores_), Seconds(busy_s_ / cores_)}; };
    const EnergyReading before = meter_.read(use());
    const double began = now();
    work();
    const double spent = now() - began;
    busy_s_ += cuda_ ? spent * cores_ : spent;
    const EnergyReading after = meter_.read(use());
    return {spent, (after.total() - before.total()).value, after.measured > before.measured};
}

}  // namespace cenas

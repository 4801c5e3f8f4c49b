// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "tables/training_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/checksum.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "carbon/attribution.hpp"
#include "kernels/base/launch.hpp"

namespace cenas {
namespace {

MeterOptions options_of(MeterOptions options, const Device& device, std::size_t ranks_on_node) {
    if (!device.cuda || ranks_on_node == 1 || options.kind == "model") return options;
    if (options.kind != "auto")
        throw UsageError(
            fmt::format("meter.kind = \"{}\": where several ranks with GPUs share a node, their energy is "
                        "modelled (allowed: \"auto\", \"model\", or one working rank a node)",
                        options.kind));
    options.kind = "model";
    return options;
}

/// A number for what each rank has, of all ranks of the communicator.
std::vector<double> numbers_of_all(double own, const Communicator& node) {
    std::vector<double> all(static_cast<std::size_t>(node.size()), 0.0);
    all[static_cast<std::size_t>(node.rank())] = own;
    node.sum(all.data(), all.size());
    return all;
}

/// The first working rank of a node speaks for all: in the life of this the others warn of nothing.
class OneSpeaks {
  public:
    explicit OneSpeaks(int rank_on_node) : before_(spdlog::get_level()) {
        if (rank_on_node > 0) spdlog::set_level(spdlog::level::err);
    }
    ~OneSpeaks() { spdlog::set_level(before_); }
    OneSpeaks(const OneSpeaks&) = delete;
    OneSpeaks& operator=(const OneSpeaks&) = delete;

  private:
    spdlog::level::level_enum before_;
};

Meter open_meter(const MeterOptions& options, const NodeDevices& devices, int rank_on_node) {
    const OneSpeaks quiet(rank_on_node);
    return {options, devices};
}

double mark_of(const std::string& text) {
    return crc32({reinterpret_cast<const std::byte*>(text.data()), text.size()});
}

}  // namespace

TrainingGroup training_group(const Communicator& group) {
    if (group.size() == 1) return {};
    return {group.rank(), group.size(), cuda_aware_mpi(),
            [group](double* values, std::size_t count) { group.sum(values, count); },
            [group](float* values, std::size_t count) { group.sum(values, count); }};
}

int own_gpu(const std::vector<std::string>& seen, const Communicator& node) {
    const auto fewest = numbers_of_all(static_cast<double>(seen.size()), node);
    const int count = static_cast<int>(*std::min_element(fewest.begin(), fewest.end()));
    const int number = count == 1 ? 0 : node.rank();
    const bool has_one = number < static_cast<int>(seen.size());
    const auto marks = numbers_of_all(has_one ? mark_of(seen[static_cast<std::size_t>(number)]) : -1, node);
    const bool some_has_none = std::find(marks.begin(), marks.end(), -1) != marks.end();
    if (some_has_none || std::set<double>(marks.begin(), marks.end()).size() < marks.size())
        throw RunError(
            fmt::format("run.device = \"cuda\": {} working rank(s) on a node, {} GPU(s) to be seen by each "
                        "(allowed: a GPU for every working rank)",
                        node.size(), seen.size()));
    return number;
}

Device choose_device(const std::string& device, int cores, const Communicator& node) {
    if (device == "cpu") return {false, {cores, {}, ""}};
    const std::vector<Gpu> gpus = cuda_gpus();
    if (node.maximum(gpus.empty() ? 1 : 0) != 0)
        throw RunError(fmt::format("run.device = \"cuda\": {}",
                                   gpus.empty() ? cuda_trouble() : "another rank of this node sees no GPU"));
    std::vector<std::string> seen;
    for (const Gpu& gpu : gpus) seen.push_back(gpu.pci_bus_id);
    const int number = own_gpu(seen, node);
    use_gpu(number);
    return {true, {cores, {seen[static_cast<std::size_t>(number)]}, gpus[static_cast<std::size_t>(number)].name}};
}

WorkMeter::WorkMeter(const MeterOptions& options, const Device& device, SharedNumbers busy_s, int rank_on_node)
    : cuda_(device.cuda),
      cores_(device.parts.cores),
      meter_(open_meter(options_of(options, device, busy_s.all().size()), device.parts, rank_on_node)),
      node_busy_s_(std::move(busy_s)),
      rank_(static_cast<std::size_t>(rank_on_node)) {}

double WorkMeter::clock_s() const { return cuda_ ? monotonic_s() : core_s(); }

double WorkMeter::busy_at(double now_s) const { return busy_s_ + (now_s - last_s_) / (cuda_ ? 1 : cores_); }

EnergyReading WorkMeter::read_at(double now_s) {
    busy_s_ = busy_at(now_s);
    last_s_ = now_s;
    node_busy_s_.set(busy_s_);
    read_wall_s_ = monotonic_s();
    return meter_.read({Seconds(busy_s_), Seconds(busy_s_)});
}

void WorkMeter::start() {
    began_s_ = last_s_ = clock_s();
    before_ = read_at(began_s_);
    began_wall_s_ = read_wall_s_;
    busy_before_s_ = node_busy_s_.all();
}

void WorkMeter::read() {
    const double now_s = clock_s();
    node_busy_s_.set(busy_at(now_s));
    if (monotonic_s() - read_wall_s_ > 0.5 * meter_.read_every().value) read_at(now_s);
}

Metered WorkMeter::stop() {
    const double now_s = clock_s();
    const EnergyReading after = read_at(now_s);
    return {now_s - began_s_, {own_part(after.measured - before_.measured), after.modelled - before_.modelled}};
}

Joules WorkMeter::own_part(Joules node) const {
    std::vector<Seconds> busy;
    const std::vector<double> now_s = node_busy_s_.all();
    for (std::size_t i = 0; i < now_s.size(); ++i) busy.emplace_back(now_s[i] - busy_before_s_[i]);
    const Watts idle_power(meter_.idle_power().value * static_cast<double>(busy.size()));
    return attribute_energy(node, idle_power, Seconds(read_wall_s_ - began_wall_s_), busy).workers[rank_];
}

void run_metered(Training& training, std::int64_t steps, WorkMeter& meter) {
    constexpr std::int64_t slice = 16;  // under a second, but for large networks
    while (steps > 0 && !training.finished()) {
        const std::int64_t made = training.run(std::min(steps, slice));
        steps -= made;
        meter.read();
    }
}

}  // namespace cenas

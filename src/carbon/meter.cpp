// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/meter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <utility>

#include "base/error.hpp"
#include "base/log.hpp"
#include "carbon/nvml.hpp"
#include "carbon/rapl.hpp"

namespace cenas {
namespace {

void check_kind(const MeterOptions& options, const NodeDevices& devices) {
    const std::string& kind = options.kind;
    if (kind != "auto" && kind != "rapl" && kind != "nvml" && kind != "model")
        throw UsageError(fmt::format("meter.kind = '{}' (allowed: auto, rapl, nvml, model)", kind));
    if (kind == "nvml" && devices.gpus.empty())
        throw UsageError("meter.kind = 'nvml', but the workers use no GPU (allowed: auto, rapl, model)");
}

/// The powers of the deck where it states them, else the table's.
DevicePower choose_power(double idle_w, double busy_w, const char* device, DevicePower table) {
    if (!(idle_w >= 0 && busy_w >= idle_w))  // not a number is refused, too
        throw UsageError(fmt::format("meter.{0}_idle_w = {1}, meter.{0}_busy_w = {2} (allowed: 0 <= idle <= busy)",
                                     device, idle_w, busy_w));
    if (busy_w == 0) return table;
    return {Watts(idle_w), Watts(busy_w), "as the deck states"};
}

/// Empty where the system has no such file.
std::string cpuinfo() {
    std::ifstream file("/proc/cpuinfo", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

MeterPart make_part(std::size_t count, const char* device, const DevicePower& power, bool required) {
    const auto n = static_cast<double>(count);
    return {fmt::format("{} {}{}", count, device, count == 1 ? "" : "s"),
            n * power.idle,
            n * power.busy,
            power.source,
            required,
            nullptr,
            {}};
}

std::string model_text(const MeterPart& part) {
    return fmt::format("{:.3g} W idle to {:.3g} W busy ({})", part.idle.value, part.busy.value, part.model);
}

/// What follows where devices cannot be read, or no longer.
void model_instead(MeterPart& part, const RunError& reason) {
    if (part.required) throw RunError(fmt::format("the energy of {} cannot be read: {}", part.devices, reason.what()));
    if (part.counter) part.model += fmt::format("; measured at first: {}", part.counter->source());
    part.counter.reset();
    spdlog::warn("the energy of {} cannot be read ({}) and is modelled: {}", part.devices, reason.what(),
                 model_text(part));
}

template <class Open>
void open_counter(MeterPart& part, const Open& open) {
    try {
        part.counter = open();
    } catch (const RunError& error) {
        model_instead(part, error);
    }
}

/// Whether the counter of `part` could be read.
bool measure(MeterPart& part, Seconds wall) {
    if (!part.counter) return false;
    try {
        part.reading.measured = part.counter->read(wall);
        return true;
    } catch (const RunError& error) {
        model_instead(part, error);
        return false;
    }
}

/// Brings the reading from `last` to `now`.
void advance(MeterPart& part, const NodeUse& last, const NodeUse& now) {
    if (measure(part, now.wall)) return;
    part.reading.modelled += part.idle * (now.wall - last.wall) + (part.busy - part.idle) * (now.busy - last.busy);
}

}  // namespace

std::string_view basis(const EnergyReading& reading) {
    if (reading.measured.value <= 0) return "modelled";
    return reading.modelled.value <= 0 ? "measured" : "partly measured";
}

Meter::Meter(const MeterOptions& options, const NodeDevices& devices) {
    check_kind(options, devices);
    const DevicePower core = choose_power(options.core_idle_w, options.core_busy_w, "core", core_power(cpuinfo()));
    const DevicePower gpu = choose_power(options.gpu_idle_w, options.gpu_busy_w, "gpu", gpu_power(devices.gpu_name));
    const bool read = options.kind != "model";

    parts_.push_back(make_part(static_cast<std::size_t>(devices.cores), "core", core, options.kind == "rapl"));
    if (read) open_counter(parts_.back(), [&] { return open_rapl(options.powercap_folder); });

    std::vector<std::string> gpus = devices.gpus;
    std::sort(gpus.begin(), gpus.end());
    gpus.erase(std::unique(gpus.begin(), gpus.end()), gpus.end());  // one that workers share is counted once
    if (gpus.empty()) return;
    parts_.push_back(make_part(gpus.size(), "GPU", gpu, options.kind == "nvml"));
    if (read) open_counter(parts_.back(), [&] { return open_nvml(options.nvml_library, gpus); });
}

EnergyReading Meter::read(const NodeUse& use) {
    const NodeUse last = std::exchange(last_, use);
    EnergyReading sum;
    for (MeterPart& part : parts_) {
        advance(part, last, use);
        sum.measured += part.reading.measured;
        sum.modelled += part.reading.modelled;
    }
    return sum;
}

Watts Meter::idle_power() const {
    Watts sum;
    for (const MeterPart& part : parts_) sum += part.idle;
    return sum;
}

Seconds Meter::read_every() const {
    Seconds shortest(std::numeric_limits<double>::infinity());
    for (const MeterPart& part : parts_)
        if (part.counter) shortest = std::min(shortest, part.counter->read_every());
    return shortest;
}

std::string Meter::source() const {
    std::string text;
    for (const MeterPart& part : parts_)
        text +=
            (text.empty() ? "" : "; ") +
            (part.counter ? part.counter->source() : fmt::format("model of {}: {}", part.devices, model_text(part)));
    return text;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/nvml.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/error.hpp"

namespace cenas {
namespace {

// The part of NVML's interface that is called (NVML API Reference Guide), declared here since its header comes with
// the CUDA toolkit only.
using Status = int;  // nvmlReturn_t
constexpr Status success = 0;
constexpr Status not_supported = 3;
using Device = struct NvmlDevice*;  // nvmlDevice_t: opaque

struct Functions {
    Status (*init)();
    Status (*shutdown)();
    const char* (*error_string)(Status);
    Status (*handle_by_pci_bus_id)(const char*, Device*);
    Status (*name)(Device, char*, unsigned);
    Status (*total_energy)(Device, unsigned long long*);  // mJ since the driver was loaded
    Status (*power)(Device, unsigned*);                   // mW
};

struct CloseLibrary {
    void operator()(void* library) const { ::dlclose(library); }
};
using Library = std::unique_ptr<void, CloseLibrary>;

Library open_library(const std::string& name) {
    Library library(::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!library) throw RunError(::dlerror());  // which names the library
    return library;
}

template <class Function>
void load(const Library& library, const std::string& file, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library.get(), name));
    if (function == nullptr) throw RunError(fmt::format("{}: no function {}", file, name));
}

Functions load_functions(const Library& library, const std::string& file) {
    Functions f{};
    load(library, file, "nvmlInit_v2", f.init);
    load(library, file, "nvmlShutdown", f.shutdown);
    load(library, file, "nvmlErrorString", f.error_string);
    load(library, file, "nvmlDeviceGetHandleByPciBusId_v2", f.handle_by_pci_bus_id);
    load(library, file, "nvmlDeviceGetName", f.name);
    load(library, file, "nvmlDeviceGetTotalEnergyConsumption", f.total_energy);
    load(library, file, "nvmlDeviceGetPowerUsage", f.power);
    return f;
}

/// NVML from its initialization to its shutdown.
class Session {
  public:
    explicit Session(const std::string& file) : library_(open_library(file)), call_(load_functions(library_, file)) {
        check(call_.init(), file);
    }
    ~Session() { call_.shutdown(); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    const Functions& call() const { return call_; }
    void check(Status status, const std::string& what) const {
        if (status != success) throw RunError(fmt::format("{}: {}", what, call_.error_string(status)));
    }

  private:
    Library library_;
    Functions call_;
};

struct Gpu {
    std::string name;  ///< with its bus id
    Device device = nullptr;
    bool has_energy = false;
    unsigned long long last_mj = 0;  ///< where it has an energy counter
    unsigned last_mw = 0;            ///< where it has none
};

Gpu open_gpu(const Session& nvml, const std::string& pci_bus_id) {
    Gpu gpu;
    const std::string place = "GPU " + pci_bus_id;
    nvml.check(nvml.call().handle_by_pci_bus_id(pci_bus_id.c_str(), &gpu.device), place);
    std::array<char, 96> name{};  // NVML_DEVICE_NAME_V2_BUFFER_SIZE
    nvml.check(nvml.call().name(gpu.device, name.data(), name.size()), place);
    gpu.name = fmt::format("{} ({})", name.data(), pci_bus_id);
    const Status energy = nvml.call().total_energy(gpu.device, &gpu.last_mj);
    gpu.has_energy = energy == success;
    if (!gpu.has_energy && energy != not_supported) nvml.check(energy, gpu.name + ", energy");
    if (!gpu.has_energy) nvml.check(nvml.call().power(gpu.device, &gpu.last_mw), gpu.name + ", power");
    return gpu;
}

std::vector<Gpu> open_gpus(const Session& nvml, const std::vector<std::string>& pci_bus_ids) {
    std::vector<Gpu> gpus;
    for (const std::string& id : pci_bus_ids) gpus.push_back(open_gpu(nvml, id));
    return gpus;
}

/// Joules of `gpu` since it was last read, `elapsed` ago.
double advance(const Session& nvml, Gpu& gpu, Seconds elapsed) {
    if (!gpu.has_energy) {
        unsigned now_mw = 0;
        nvml.check(nvml.call().power(gpu.device, &now_mw), gpu.name + ", power");
        const unsigned last_mw = std::exchange(gpu.last_mw, now_mw);
        return 0.5e-3 * (static_cast<double>(last_mw) + static_cast<double>(now_mw)) * elapsed.value;
    }
    unsigned long long now_mj = 0;
    nvml.check(nvml.call().total_energy(gpu.device, &now_mj), gpu.name + ", energy");
    const unsigned long long last_mj = std::exchange(gpu.last_mj, now_mj);
    if (now_mj < last_mj)
        throw RunError(
            fmt::format("{}, energy: {} mJ after {} mJ; was the driver loaded anew?", gpu.name, now_mj, last_mj));
    return 1e-3 * static_cast<double>(now_mj - last_mj);
}

class Nvml : public EnergyCounter {
  public:
    Nvml(const std::string& library, const std::vector<std::string>& pci_bus_ids)
        : nvml_(library), gpus_(open_gpus(nvml_, pci_bus_ids)) {}

    Joules read(Seconds wall) override {
        const Seconds elapsed = wall - std::exchange(last_, wall);
        for (Gpu& gpu : gpus_) total_ += Joules(advance(nvml_, gpu, elapsed));
        return total_;
    }

    Seconds read_every() const override {
        const bool integrates = std::any_of(gpus_.begin(), gpus_.end(), [](const Gpu& gpu) { return !gpu.has_energy; });
        return Seconds(integrates ? 1.0 : std::numeric_limits<double>::infinity());
    }

    std::string source() const override {
        std::string text = "NVML ";
        for (const Gpu& gpu : gpus_)
            text += fmt::format("{}{}{}", &gpu == &gpus_.front() ? "" : ", ", gpu.name,
                                gpu.has_energy ? "" : " by integrated power");
        return text;
    }

  private:
    Session nvml_;
    std::vector<Gpu> gpus_;
    Joules total_;
    Seconds last_;
};

}  // namespace

std::unique_ptr<EnergyCounter> open_nvml(const std::string& library, const std::vector<std::string>& pci_bus_ids) {
    return std::make_unique<Nvml>(library, pci_bus_ids);
}

}  // namespace cenas

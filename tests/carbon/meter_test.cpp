// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/meter.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "base/error.hpp"
#include "carbon/nvml.hpp"
#include "carbon/rapl.hpp"
#include "carbon/stub_nvml.h"
#include "kernels/rng/philox.hpp"
#include "support/files.hpp"
#include "support/powercap.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;
using test::Powercap;
using test::usual_range_uj;

/// What is logged in its lifetime.
class Log {
  public:
    Log() : before_(spdlog::default_logger()) {
        spdlog::set_default_logger(
            std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_st>(text_)));
        spdlog::set_pattern("%l: %v");
    }
    ~Log() { spdlog::set_default_logger(before_); }
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    std::string text() const { return text_.str(); }
    long lines() const {
        const std::string all = text();
        return std::count(all.begin(), all.end(), '\n');
    }

  private:
    std::ostringstream text_;
    std::shared_ptr<spdlog::logger> before_;
};

std::string open_error(const Powercap& powercap) {
    return message_of<RunError>([&] { open_rapl(powercap.path()); });
}

TEST(Rapl, AddsPackagesFromWhereTheyWereOpened) {
    const Powercap powercap;
    powercap.two_packages();
    const auto rapl = open_rapl(powercap.path());
    EXPECT_EQ(rapl->source(), "RAPL package-0, package-1");
    EXPECT_EQ(rapl->read(Seconds(0)).value, 0.0);
    powercap.set("intel-rapl:0", 4'500'000);
    powercap.set("intel-rapl:1", 2'250'000);
    EXPECT_DOUBLE_EQ(rapl->read(Seconds(1)).value, 3.75);
    powercap.set("intel-rapl:1", 3'000'000);
    EXPECT_DOUBLE_EQ(rapl->read(Seconds(2)).value, 4.5);
}

TEST(Rapl, WrapsAroundAtTheRange) {
    const Powercap powercap;
    powercap.zone("intel-rapl:0", "package-0", 999'000'000, 1'000'000'000);
    const auto rapl = open_rapl(powercap.path());
    powercap.set("intel-rapl:0", 500'000);
    EXPECT_DOUBLE_EQ(rapl->read(Seconds(1)).value, 1.5);
    powercap.set("intel-rapl:0", 400'000);  // nearly all the way around
    EXPECT_DOUBLE_EQ(rapl->read(Seconds(2)).value, 1001.4);
}

// Against the sum that does not wrap: random steps, each less than the range, of domains with different ranges.
TEST(Rapl, LosesNothingOverManyWraps) {
    const Powercap powercap;
    const std::uint64_t ranges[] = {5'000'000, 7'654'321};
    powercap.zone("intel-rapl:0", "package-0", 0, ranges[0]);
    powercap.zone("intel-rapl:1", "package-1", 0, ranges[1]);
    const auto rapl = open_rapl(powercap.path());
    Random random(1, Stream::tests);
    std::uint64_t counter[] = {0, 0}, total = 0;
    for (int step = 1; step <= 500; ++step) {
        for (std::size_t i = 0; i < 2; ++i) {
            const std::uint64_t used = random.below(static_cast<std::uint32_t>(ranges[i]));
            counter[i] = (counter[i] + used) % ranges[i];
            total += used;
            powercap.set("intel-rapl:" + std::to_string(i), counter[i]);
        }
        ASSERT_DOUBLE_EQ(rapl->read(Seconds(1e-3 * step)).value, 1e-6 * static_cast<double>(total)) << "step " << step;
    }
}

TEST(Rapl, AddsDramAndNothingThatIsCountedAlready) {
    const Powercap powercap;
    powercap.two_packages();
    powercap.zone("intel-rapl:0:0", "core", 0);
    powercap.zone("intel-rapl:0:1", "dram", 0, 65'712'999'613);
    powercap.zone("intel-rapl:1:0", "dram", 0, 65'712'999'613);
    powercap.zone("intel-rapl:2", "psys", 0);
    powercap.zone("intel-rapl:2:0", "dram", 0);
    powercap.zone("intel-rapl-mmio:0", "package-0", 0);
    const auto rapl = open_rapl(powercap.path());
    EXPECT_EQ(rapl->source(), "RAPL package-0, package-0 dram, package-1, package-1 dram");
    for (const char* zone :
         {"intel-rapl:0:0", "intel-rapl:0:1", "intel-rapl:1:0", "intel-rapl:2", "intel-rapl:2:0", "intel-rapl-mmio:0"})
        powercap.set(zone, 10'000'000);
    EXPECT_DOUBLE_EQ(rapl->read(Seconds(1)).value, 20.0);
}

TEST(Rapl, SaysHowOftenToReadAndWarnsOnceWhereItWasTooRarely) {
    const Powercap powercap;
    powercap.zone("intel-rapl:0", "package-0", 0);
    powercap.zone("intel-rapl:0:0", "dram", 0, 65'000'000'000);
    const auto rapl = open_rapl(powercap.path());
    EXPECT_DOUBLE_EQ(rapl->read_every().value, 65.0);  // 65 kJ at 1 kW
    const Log log;
    rapl->read(Seconds(65));
    EXPECT_EQ(log.text(), "");
    rapl->read(Seconds(195));
    EXPECT_TRUE(contains(log.text(), "warning: RAPL was not read for 130 s"));
    rapl->read(Seconds(1000));
    EXPECT_EQ(log.lines(), 1);
}

TEST(Rapl, RefusesWhatItCannotReadWhole) {
    EXPECT_TRUE(contains(message_of<RunError>([] { open_rapl("/nowhere/powercap"); }),
                         "/nowhere/powercap: No such file or directory"));
    {
        const Powercap powercap;  // as on a machine whose processors have no counters
        EXPECT_EQ(open_error(powercap),
                  powercap.path().string() + ": no folder intel-rapl:N whose name begins with 'package'");
        powercap.zone("intel-rapl:0", "psys", 0);
        EXPECT_TRUE(contains(open_error(powercap), "begins with 'package'"));
    }
    const Powercap powercap;
    powercap.two_packages();
    for (const char* file : {"name", "energy_uj", "max_energy_range_uj"}) {
        powercap.zone("intel-rapl:1", "package-1", 0);
        const auto path = powercap.path() / "intel-rapl:1" / file;
        std::filesystem::remove(path);
        EXPECT_EQ(open_error(powercap), path.string() + ": No such file or directory");
        std::filesystem::create_directory(path);
        EXPECT_EQ(open_error(powercap), path.string() + ": Is a directory");
        std::filesystem::remove(path);
    }
    powercap.zone("intel-rapl:1", "package-1", 0);
    for (const char* text : {"", "watt\n", "-1\n", "1.5\n", "1 2\n", "99999999999999999999\n", "\n12\n"}) {
        powercap.write("intel-rapl:1/energy_uj", text);
        EXPECT_TRUE(contains(open_error(powercap), "intel-rapl:1/energy_uj: '")) << text;
    }
    powercap.zone("intel-rapl:1", "package-1", 0, 0);
    EXPECT_TRUE(contains(open_error(powercap), "intel-rapl:1/max_energy_range_uj: 0 (allowed: more than 0)"));
}

TEST(Rapl, RefusesACounterWithoutPermission) {
    if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
    const Powercap powercap;
    powercap.two_packages();
    std::filesystem::permissions(powercap.path() / "intel-rapl:0/energy_uj", std::filesystem::perms::none);
    EXPECT_TRUE(contains(open_error(powercap), "intel-rapl:0/energy_uj: Permission denied"));
}

TEST(Rapl, RefusesACounterThatGoesBackFromBeyondItsRange) {
    const Powercap powercap;
    powercap.zone("intel-rapl:0", "package-0", 2000, 1000);
    const auto rapl = open_rapl(powercap.path());
    powercap.set("intel-rapl:0", 5);
    EXPECT_TRUE(contains(message_of<RunError>([&] { rapl->read(Seconds(0)); }),
                         "5 after 2000, which is beyond the counter's range of 1000"));
}

/// The make-believe NVML, put back as it was at the end of the test.
class Nvml : public ::testing::Test {
  protected:
    Nvml()
        : library_(dlopen(CENAS_STUB_NVML, RTLD_NOW)),
          state_(library_ == nullptr ? nullptr : static_cast<stub_nvml_state*>(dlsym(library_, "stub_nvml"))) {
        if (state_ == nullptr) throw std::runtime_error(dlerror());
        before_ = *state_;
    }
    ~Nvml() override {
        *state_ = before_;
        dlclose(library_);
    }
    stub_gpu& gpu(int i) const { return state_->gpus[i]; }
    int sessions() const { return state_->sessions; }
    void set_init_status(int status) const { state_->init_status = status; }

    const std::string first = "0000:3b:00.0", second = "0000:5e:00.0";

  private:
    void* library_;
    stub_nvml_state* state_;
    stub_nvml_state before_{};
};

TEST_F(Nvml, ReadsEnergyCountersOfTheGpusThatAreNamed) {
    const auto nvml = open_nvml(CENAS_STUB_NVML, {first, second});
    EXPECT_EQ(nvml->source(), "NVML NVIDIA L4 (0000:3b:00.0), NVIDIA L4 (0000:5e:00.0)");
    EXPECT_EQ(nvml->read_every().value, std::numeric_limits<double>::infinity());
    const auto only = open_nvml(CENAS_STUB_NVML, {second});
    EXPECT_EQ(nvml->read(Seconds(0)).value, 0.0);
    gpu(0).energy_mj += 1500;
    gpu(1).energy_mj += 2000;
    EXPECT_DOUBLE_EQ(nvml->read(Seconds(10)).value, 3.5);
    EXPECT_DOUBLE_EQ(only->read(Seconds(10)).value, 2.0);
    gpu(0).energy_mj += 500;
    EXPECT_DOUBLE_EQ(nvml->read(Seconds(20)).value, 4.0);
}

TEST_F(Nvml, IntegratesPowerWhereThereIsNoEnergyCounter) {
    gpu(1).energy_status = 3;
    const auto nvml = open_nvml(CENAS_STUB_NVML, {first, second});
    EXPECT_EQ(nvml->source(), "NVML NVIDIA L4 (0000:3b:00.0), NVIDIA L4 (0000:5e:00.0) by integrated power");
    EXPECT_EQ(nvml->read_every().value, 1.0);
    gpu(1).power_mw = 60000;
    EXPECT_DOUBLE_EQ(nvml->read(Seconds(2)).value, 100.0);  // from 40 W to 60 W in 2 s
    gpu(1).power_mw = 20000;
    gpu(0).energy_mj += 7000;
    EXPECT_DOUBLE_EQ(nvml->read(Seconds(2.5)).value, 127.0);
}

TEST_F(Nvml, ShutsDownWhatItStarted) {
    {
        const auto nvml = open_nvml(CENAS_STUB_NVML, {first});
        EXPECT_EQ(sessions(), 1);
    }
    EXPECT_EQ(sessions(), 0);
    EXPECT_THROW(open_nvml(CENAS_STUB_NVML, {"0000:00:00.0"}), RunError);
    EXPECT_EQ(sessions(), 0);
}

TEST_F(Nvml, RefusesWhatItCannotRead) {
    const auto refusal = [](const std::string& library, const std::string& bus_id) {
        return message_of<RunError>([&] { open_nvml(library, {bus_id}); });
    };
    EXPECT_TRUE(contains(refusal("libnvidia-ml-nowhere.so.1", first), "libnvidia-ml-nowhere.so.1"));
    EXPECT_EQ(refusal("libm.so.6", first), "libm.so.6: no function nvmlInit_v2");
    EXPECT_EQ(refusal(CENAS_STUB_NVML, "0000:00:00.0"), "GPU 0000:00:00.0: Not Found");
    gpu(0).energy_status = 15;
    EXPECT_EQ(refusal(CENAS_STUB_NVML, first), "NVIDIA L4 (0000:3b:00.0), energy: GPU is lost");
    gpu(0).energy_status = gpu(0).power_status = 3;
    EXPECT_EQ(refusal(CENAS_STUB_NVML, first), "NVIDIA L4 (0000:3b:00.0), power: Not Supported");
    set_init_status(9);
    EXPECT_EQ(refusal(CENAS_STUB_NVML, first), std::string(CENAS_STUB_NVML) + ": Driver Not Loaded");
}

TEST_F(Nvml, RefusesWhatNoLongerMakesSense) {
    gpu(1).energy_status = 3;
    const auto counter = open_nvml(CENAS_STUB_NVML, {first}), power = open_nvml(CENAS_STUB_NVML, {second});
    gpu(0).energy_mj = 10;
    EXPECT_TRUE(contains(message_of<RunError>([&] { counter->read(Seconds(1)); }), "10 mJ after 5000000 mJ"));
    gpu(0).energy_status = gpu(1).power_status = 15;
    EXPECT_TRUE(contains(message_of<RunError>([&] { counter->read(Seconds(1)); }), "energy: GPU is lost"));
    EXPECT_TRUE(contains(message_of<RunError>([&] { power->read(Seconds(1)); }), "power: GPU is lost"));
}

NodeDevices cores(int count) {
    NodeDevices devices;
    devices.cores = count;
    return devices;
}

MeterOptions options_for(const Powercap& powercap, const std::string& kind = "auto") {
    MeterOptions options;
    options.kind = kind;
    options.powercap_folder = powercap.path();
    options.nvml_library = CENAS_STUB_NVML;
    options.core_idle_w = 1;
    options.core_busy_w = 5;
    options.gpu_idle_w = 10;
    options.gpu_busy_w = 70;
    return options;
}

TEST(Meter, MeasuresWhatItCanRead) {
    const Powercap powercap;
    powercap.two_packages();
    for (const char* kind : {"auto", "rapl"}) {
        const Log log;
        Meter meter(options_for(powercap, kind), cores(2));
        EXPECT_EQ(meter.source(), "RAPL package-0, package-1");
        EXPECT_DOUBLE_EQ(meter.read_every().value, 1e-9 * static_cast<double>(usual_range_uj));
        powercap.set("intel-rapl:0", 8'000'000);
        const EnergyReading reading = meter.read({Seconds(2), Seconds(1)});
        EXPECT_DOUBLE_EQ(reading.total().value, 7.0);
        EXPECT_EQ(reading.modelled.value, 0.0);
        EXPECT_EQ(basis(reading), "measured");
        EXPECT_EQ(meter.idle_power().value, 2.0);
        EXPECT_EQ(log.text(), "");
        powercap.set("intel-rapl:0", 1'000'000);
    }
}

TEST(Meter, ModelsWhatItCannotReadAndSaysSoOnce) {
    const Powercap powercap;
    const Log log;
    Meter meter(options_for(powercap), cores(2));
    EXPECT_EQ(log.text(), "warning: the energy of 2 cores cannot be read (" + powercap.path().string() +
                              ": no folder intel-rapl:N whose name begins with 'package') and is modelled: 2 W idle to "
                              "10 W busy (as the deck states)\n");
    EXPECT_EQ(meter.source(), "model of 2 cores: 2 W idle to 10 W busy (as the deck states)");
    EXPECT_EQ(meter.read_every().value, std::numeric_limits<double>::infinity());
    EXPECT_EQ(basis(meter.read({})), "modelled");
    EXPECT_DOUBLE_EQ(meter.read({Seconds(10), Seconds(4)}).modelled.value, 2.0 * 10 + 8.0 * 4);
    const EnergyReading reading = meter.read({Seconds(12), Seconds(6)});
    EXPECT_DOUBLE_EQ(reading.total().value, 2.0 * 12 + 8.0 * 6);
    EXPECT_EQ(basis(reading), "modelled");
    EXPECT_EQ(log.lines(), 1);
}

TEST(Meter, ModelsWhatItIsToldToModel) {
    const Powercap powercap;
    powercap.two_packages();
    const Log log;
    Meter meter(options_for(powercap, "model"), {.cores = 1, .gpus = {"0000:3b:00.0", "0000:3b:00.0"}, .gpu_name = ""});
    EXPECT_EQ(meter.source(),
              "model of 1 core: 1 W idle to 5 W busy (as the deck states); model of 1 GPU: 10 W idle to 70 W busy (as "
              "the deck states)");
    EXPECT_DOUBLE_EQ(meter.read({Seconds(10), Seconds(10)}).modelled.value, 750.0);
    EXPECT_EQ(meter.idle_power().value, 11.0);
    EXPECT_EQ(log.text(), "");
}

TEST(Meter, TakesPowersFromTheTableWhereTheDeckHasNone) {
    MeterOptions options;
    options.kind = "model";
    Meter meter(options, {.cores = 1, .gpus = {"0000:3b:00.0", "0000:5e:00.0"}, .gpu_name = "NVIDIA L4"});
    EXPECT_TRUE(contains(meter.source(), "model of 2 GPUs: 17.3 W idle to 144 W busy (NVIDIA L4, rated board power)"));
    const Watts core_idle = meter.idle_power() - Watts(2 * 0.12 * 72);
    EXPECT_GT(core_idle.value, 0.1);
    EXPECT_LT(core_idle.value, 5.0);
}

TEST_F(Nvml, MeterAddsWhatIsMeasuredToWhatIsModelled) {
    const Powercap powercap;
    const NodeDevices devices{.cores = 4, .gpus = {first, second, first}, .gpu_name = "NVIDIA L4"};
    for (const char* kind : {"auto", "nvml"}) {
        const Log log;
        Meter meter(options_for(powercap, kind), devices);
        EXPECT_TRUE(contains(log.text(), "the energy of 4 cores cannot be read"));
        EXPECT_EQ(log.lines(), 1);
        gpu(0).energy_mj += 90'000;
        const EnergyReading reading = meter.read({Seconds(2), Seconds(1)});
        EXPECT_DOUBLE_EQ(reading.measured.value, 90.0);
        EXPECT_DOUBLE_EQ(reading.modelled.value, 4.0 * 2 + 16.0 * 1);
        EXPECT_EQ(basis(reading), "partly measured");
        EXPECT_EQ(meter.idle_power().value, 24.0);
    }
}

TEST(Meter, GoesOnWithTheModelWhereReadingFailsLater) {
    const Powercap powercap;
    powercap.zone("intel-rapl:0", "package-0", 0);
    const Log log;
    Meter meter(options_for(powercap), cores(2));
    powercap.set("intel-rapl:0", 50'000'000);
    EXPECT_EQ(basis(meter.read({Seconds(10), Seconds(5)})), "measured");
    powercap.write("intel-rapl:0/energy_uj", "garbage\n");
    meter.read({Seconds(20), Seconds(10)});
    powercap.set("intel-rapl:0", 90'000'000);  // readable again, but what was between is unknown
    const EnergyReading reading = meter.read({Seconds(30), Seconds(15)});
    EXPECT_DOUBLE_EQ(reading.measured.value, 50.0);
    EXPECT_DOUBLE_EQ(reading.modelled.value, 2.0 * 20 + 8.0 * 10);
    EXPECT_EQ(basis(reading), "partly measured");
    EXPECT_EQ(log.lines(), 1);
    EXPECT_TRUE(contains(meter.source(), "measured at first: RAPL package-0"));
}

TEST_F(Nvml, MeterThatIsAskedForMustBeReadable) {
    const Powercap none;
    const auto error_of = [](const auto& body) {
        try {
            body();
        } catch (const Error& error) {
            EXPECT_EQ(error.exit_code(), ExitCode::run_time);
            return std::string(error.what());
        }
        return std::string("nothing was thrown");
    };
    const Log log;
    EXPECT_TRUE(contains(error_of([&] { Meter(options_for(none, "rapl"), cores(2)); }),
                         "the energy of 2 cores cannot be read: " + none.path().string()));
    const Powercap powercap;
    powercap.two_packages();
    const NodeDevices devices{.cores = 2, .gpus = {first}, .gpu_name = ""};
    Meter rapl(options_for(powercap, "rapl"), devices), nvml(options_for(powercap, "nvml"), devices);
    powercap.write("intel-rapl:0/energy_uj", "garbage");
    EXPECT_TRUE(contains(error_of([&] { rapl.read({}); }), "'garbage' is no number of microjoules"));
    gpu(0).energy_status = 15;
    EXPECT_TRUE(contains(error_of([&] { nvml.read({}); }), "the energy of 1 GPU cannot be read"));
    set_init_status(9);
    EXPECT_TRUE(contains(error_of([&] { Meter(options_for(powercap, "nvml"), devices); }), "Driver Not Loaded"));
}

TEST(Meter, RefusesOptionsThatContradictEachOther) {
    const auto refusal = [](const auto& change, const NodeDevices& devices = {}) {
        MeterOptions options;
        change(options);
        return message_of<UsageError>([&] { Meter(options, devices); });
    };
    EXPECT_EQ(refusal([](MeterOptions& o) { o.kind = "guess"; }),
              "meter.kind = 'guess' (allowed: auto, rapl, nvml, model)");
    EXPECT_EQ(refusal([](MeterOptions& o) { o.kind = "nvml"; }),
              "meter.kind = 'nvml', but the workers use no GPU (allowed: auto, rapl, model)");
    const std::string allowed = "(allowed: 0 <= idle <= busy)";
    EXPECT_EQ(refusal([](MeterOptions& o) { o.core_idle_w = 5; }),
              "meter.core_idle_w = 5, meter.core_busy_w = 0 " + allowed);
    EXPECT_EQ(refusal([](MeterOptions& o) { o.gpu_idle_w = -1; }),
              "meter.gpu_idle_w = -1, meter.gpu_busy_w = 0 " + allowed);
    EXPECT_TRUE(contains(refusal([](MeterOptions& o) { o.core_busy_w = -2; }), allowed));
    EXPECT_TRUE(contains(refusal([](MeterOptions& o) { o.gpu_busy_w = std::nan(""); }), allowed));
}

std::string cpuinfo(const std::string& vendor, int family, int model) {
    return "processor\t: 0\nvendor_id\t: " + vendor + "\ncpu family\t: " + std::to_string(family) +
           "\nmodel\t\t: " + std::to_string(model) + "\nmodel name\t: AMD EPYC\nflags\t\t: fpu vme\n\nprocessor\t: 1\n";
}

TEST(DevicePower, CoreByFamilyAndModelOfTheProcessor) {
    const DevicePower genoa = core_power(cpuinfo("AuthenticAMD", 25, 17));
    EXPECT_DOUBLE_EQ(genoa.idle.value, 129.0 / 192);
    EXPECT_DOUBLE_EQ(genoa.busy.value, 692.0 / 192);
    EXPECT_TRUE(contains(genoa.source, "AMD Genoa (EPYC 9654)"));
    EXPECT_TRUE(contains(core_power(cpuinfo("GenuineIntel", 6, 143)).source, "Sapphire Rapids"));
    const std::string generic = "generic core, Green Algorithms 2021";
    EXPECT_EQ(core_power(cpuinfo("GenuineIntel", 25, 17)).source, generic);
    EXPECT_EQ(core_power(cpuinfo("AuthenticAMD", 25, 1777)).source, generic);
    EXPECT_EQ(core_power("processor : 0\nCPU implementer : 0x41").source, generic);
    EXPECT_EQ(core_power("").source, generic);
    EXPECT_EQ(core_power("").busy.value, 12.0);
}

TEST(DevicePower, GpuByWholeWordsOfItsName) {
    const auto busy_w = [](const char* name) { return gpu_power(name).busy.value; };
    EXPECT_EQ(busy_w("NVIDIA H100 80GB HBM3"), 700.0);
    EXPECT_EQ(busy_w("NVIDIA H100 PCIe"), 350.0);
    EXPECT_EQ(busy_w("NVIDIA H200"), 700.0);
    EXPECT_EQ(busy_w("NVIDIA H200 NVL"), 600.0);
    EXPECT_EQ(busy_w("NVIDIA A100-SXM4-80GB"), 400.0);
    EXPECT_EQ(busy_w("NVIDIA A10"), 150.0);
    EXPECT_EQ(busy_w("NVIDIA L4"), 72.0);
    EXPECT_EQ(busy_w("NVIDIA L40"), 300.0);
    EXPECT_EQ(busy_w("NVIDIA L40S"), 350.0);
    EXPECT_EQ(busy_w("Tesla V100-SXM2-16GB"), 300.0);
    EXPECT_DOUBLE_EQ(gpu_power("Tesla T4").idle.value, 8.4);
    for (const char* name : {"", "NVIDIA", "NVIDIA A100X", "an unknown GPU"}) {
        EXPECT_EQ(busy_w(name), 200.0) << name;
        EXPECT_EQ(gpu_power(name).source, "generic GPU, Green Algorithms 2021");
    }
}

}  // namespace
}  // namespace cenas

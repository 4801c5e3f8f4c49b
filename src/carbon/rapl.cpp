// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/rapl.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"

namespace cenas {
namespace {

namespace fs = std::filesystem;

/// More than any package or its DRAM draws: the largest are rated 500 W (AMD EPYC 9965, Intel Xeon 6980P).
constexpr double most_w = 1000.0;
constexpr double joules_per_uj = 1e-6;

[[noreturn]] void fail(const fs::path& file, int error) {
    throw RunError(fmt::format("{}: {}", file.string(), std::generic_category().message(error)));
}

/// The one line of a file of the kernel. Not a stream, which would not tell why it failed.
std::string read_line(const fs::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) fail(file, errno);
    std::array<char, 128> buffer{};
    const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
    const int error = errno;
    ::close(descriptor);
    if (size < 0) fail(file, error);
    const std::string_view text(buffer.data(), static_cast<std::size_t>(size));
    return std::string(text.substr(0, text.find('\n')));
}

std::uint64_t read_microjoules(const fs::path& file) {
    const std::string text = read_line(file);
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        throw RunError(fmt::format("{}: '{}' is no number of microjoules", file.string(), text));
    return value;
}

struct Domain {
    std::string name;
    fs::path energy_file;
    std::uint64_t range_uj;  ///< largest value; then comes 0 (the step between, 61 uJ, is let go)
    std::uint64_t last_uj;
};

Domain open_domain(const fs::path& folder, std::string name) {
    const fs::path range_file = folder / "max_energy_range_uj", energy_file = folder / "energy_uj";
    const std::uint64_t range_uj = read_microjoules(range_file);
    if (range_uj == 0) throw RunError(fmt::format("{}: 0 (allowed: more than 0)", range_file.string()));
    return {std::move(name), energy_file, range_uj, read_microjoules(energy_file)};
}

/// Folders intel-rapl:N and intel-rapl:N:M in `folder`, sorted.
std::vector<fs::path> zones(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error))
        if (i->path().filename().string().starts_with("intel-rapl:")) found.push_back(i->path());
    if (error) fail(folder, error.value());
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<Domain> open_domains(const fs::path& folder) {
    std::vector<Domain> domains;
    for (const fs::path& zone : zones(folder)) {
        const std::string file = zone.filename().string();
        const bool top = std::count(file.begin(), file.end(), ':') == 1;
        const fs::path package = top ? zone : folder / file.substr(0, file.rfind(':'));
        const std::string package_name = read_line(package / "name");  // package-0, or package-0-die-1
        if (!package_name.starts_with("package")) continue;
        if (top)
            domains.push_back(open_domain(zone, package_name));
        else if (read_line(zone / "name") == "dram")
            domains.push_back(open_domain(zone, package_name + " dram"));
    }
    if (domains.empty())
        throw RunError(fmt::format("{}: no folder intel-rapl:N whose name begins with 'package'", folder.string()));
    return domains;
}

/// Adds what `domain` has counted since it was last read.
std::uint64_t advance(Domain& domain) {
    const std::uint64_t now_uj = read_microjoules(domain.energy_file), last_uj = std::exchange(domain.last_uj, now_uj);
    if (now_uj >= last_uj) return now_uj - last_uj;
    if (last_uj > domain.range_uj)
        throw RunError(fmt::format("{}: {} after {}, which is beyond the counter's range of {}",
                                   domain.energy_file.string(), now_uj, last_uj, domain.range_uj));
    return domain.range_uj - last_uj + now_uj;
}

class Rapl : public EnergyCounter {
  public:
    explicit Rapl(const fs::path& folder) : domains_(open_domains(folder)) {}

    Joules read(Seconds wall) override {
        warn_of_pause(wall - last_);
        last_ = wall;
        for (Domain& domain : domains_) total_uj_ += advance(domain);
        return Joules(static_cast<double>(total_uj_) * joules_per_uj);
    }

    Seconds read_every() const override {
        const auto smaller = [](const Domain& a, const Domain& b) { return a.range_uj < b.range_uj; };
        const Domain& first = *std::min_element(domains_.begin(), domains_.end(), smaller);
        return Seconds(static_cast<double>(first.range_uj) * joules_per_uj / most_w);
    }

    std::string source() const override {
        std::string text = "RAPL ";
        for (const Domain& domain : domains_) text += (&domain == &domains_.front() ? "" : ", ") + domain.name;
        return text;
    }

  private:
    void warn_of_pause(Seconds pause) {
        if (warned_ || pause <= read_every()) return;
        warned_ = true;
        spdlog::warn(
            "RAPL was not read for {:.0f} s: joules may be missing, since a counter may have wrapped around "
            "unseen after {:.0f} s",
            pause.value, read_every().value);
    }

    std::vector<Domain> domains_;
    std::uint64_t total_uj_ = 0;
    Seconds last_;
    bool warned_ = false;
};

}  // namespace

std::unique_ptr<EnergyCounter> open_rapl(const std::filesystem::path& folder) { return std::make_unique<Rapl>(folder); }

}  // namespace cenas

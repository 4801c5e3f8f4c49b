// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "support/files.hpp"

namespace cenas::test {

inline constexpr std::uint64_t usual_range_uj = 262'143'328'850;  // 2^32 - 1 steps of 61 uJ

/// A powercap folder as the kernel lays it out, with what must not be counted beside the packages.
class Powercap {
  public:
    Powercap() { std::filesystem::create_directory(path() / "intel-rapl"); }

    void zone(const std::string& zone, const std::string& name, std::uint64_t energy_uj,
              std::uint64_t range_uj = usual_range_uj) const {
        std::filesystem::create_directory(path() / zone);
        folder_.write(zone + "/name", name + "\n");
        folder_.write(zone + "/max_energy_range_uj", std::to_string(range_uj) + "\n");
        set(zone, energy_uj);
    }
    void set(const std::string& zone, std::uint64_t energy_uj) const {
        folder_.write(zone + "/energy_uj", std::to_string(energy_uj) + "\n");
    }
    void write(const std::string& file, const std::string& text) const { folder_.write(file, text); }
    void two_packages() const {
        zone("intel-rapl:0", "package-0", 1'000'000);
        zone("intel-rapl:1", "package-1", 2'000'000);
    }
    const std::filesystem::path& path() const { return folder_.path(); }

  private:
    TemporaryFolder folder_;
};

}  // namespace cenas::test

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/device_power.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cenas {
namespace {

constexpr std::string_view amd = "AuthenticAMD", intel = "GenuineIntel";

/// Published results of SPECpower_ssj2008 (spec.org/power_ssj2008/results): average watts at the wall of a whole server
/// with two processors, at active idle and at full load. Processors are told apart by CPUID family and model, which
/// virtual machines pass on where they hide the name; the numbers are those of Linux (arch/x86/include/asm/
/// intel-family.h, arch/x86/kernel/cpu/amd.c).
struct Server {
    std::string_view vendor;
    int family;
    int model;
    int cores;
    double idle_w;
    double busy_w;
    std::string_view processor;  ///< the family that has these numbers, and the one in the server
    std::string_view result;     ///< system, date of publication
};
constexpr Server servers[] = {
    {intel, 6, 63, 36, 49.6, 272, "Intel Haswell (Xeon E5-2699 v3)", "QuantaGrid D51B-2U, Dec 2014"},
    {intel, 6, 79, 44, 46.6, 247, "Intel Broadwell (Xeon E5-2699 v4)", "QuantaGrid D51B-2U, Jun 2016"},
    {intel, 6, 85, 56, 37.7, 414, "Intel Skylake, Cascade Lake (Xeon 8280L)", "QuantaGrid D52BQ-2U, Apr 2019"},
    {intel, 6, 106, 80, 123, 630, "Intel Ice Lake (Xeon 8380)", "QuantaGrid D53XQ-2U, Jul 2021"},
    {intel, 6, 143, 112, 187, 926, "Intel Sapphire Rapids (Xeon 8480+)", "QuantaGrid D54Q-2U, Feb 2023"},
    {intel, 6, 207, 128, 152, 968, "Intel Emerald Rapids (Xeon 8592+)", "QuantaGrid D54Q-2U, Jan 2024"},
    {intel, 6, 173, 172, 184, 990, "Intel Granite Rapids (Xeon 6787P)", "QuantaGrid D55Q-2U, Apr 2025"},
    {amd, 23, 49, 128, 106, 430, "AMD Rome (EPYC 7742)", "ASUS RS700A-E9-RS4V2, Apr 2020"},
    {amd, 25, 1, 128, 78.5, 453, "AMD Milan (EPYC 7763)", "QuantaGrid D43K-1U, Oct 2021"},
    {amd, 25, 17, 192, 129, 692, "AMD Genoa (EPYC 9654)", "QuantaGrid D44N-1U, Jan 2024"},
    {amd, 25, 160, 256, 116, 668, "AMD Bergamo (EPYC 9754)", "QuantaGrid D44N-1U, May 2024"},
    {amd, 26, 2, 256, 130, 931, "AMD Turin (EPYC 9755)", "Quanta D44N-1U, Oct 2024"},
    {amd, 26, 17, 384, 128, 834, "AMD Turin Dense (EPYC 9965)", "Quanta D44N-1U, Jul 2025"},
};

/// 12 W is what Green Algorithms takes for a core it does not know (Lannelongue, Grealey and Inouye, Advanced Science
/// 8(12), 2021; its table TDP_cpu): more than any server above, since unknown processors are small ones. At rest the
/// median server above draws 18 % of its full power.
constexpr double generic_core_busy_w = 12.0;
constexpr double generic_core_idle_w = 2.0;

/// Board power as NVIDIA's data sheet of the product states it: the limit that the board keeps, so rather too much.
struct Board {
    std::string_view name;  ///< in whole words (a hyphen ends one) at the beginning; the first that fits counts
    double rated_w;
};
constexpr Board boards[] = {
    {"NVIDIA B200", 1000},
    {"NVIDIA H200 NVL", 600},
    {"NVIDIA H200", 700},
    {"NVIDIA H100 80GB HBM3", 700},  // SXM5
    {"NVIDIA H100 NVL", 400},
    {"NVIDIA H100 PCIe", 350},
    {"NVIDIA A100-SXM4", 400},
    {"NVIDIA A100 80GB PCIe", 300},
    {"NVIDIA A100-PCIE-40GB", 250},
    {"NVIDIA A40", 300},
    {"NVIDIA A30", 165},
    {"NVIDIA A10", 150},
    {"NVIDIA L40S", 350},
    {"NVIDIA L40", 300},
    {"NVIDIA L4", 72},
    {"Tesla V100-SXM2", 300},
    {"Tesla V100-PCIE", 250},
    {"Tesla T4", 70},
    {"NVIDIA RTX 6000 Ada", 300},
    {"NVIDIA RTX A6000", 300},
    {"Quadro RTX 6000", 295},
};

/// Power at rest as a share of the rating: an A100 was measured at 48 W of 400 W, an L40 at 37 W of 300 W
/// (dos-group/gpu_power_benchmark, rows `baseline`).
constexpr double gpu_idle_share = 0.12;

/// What Green Algorithms takes for a GPU it does not know (as above; its table TDP_gpu).
constexpr double generic_gpu_busy_w = 200.0;

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t"), last = text.find_last_not_of(" \t");
    return first == std::string_view::npos ? "" : text.substr(first, last - first + 1);
}

bool begins_with_words(std::string_view text, std::string_view words) {
    return text.starts_with(words) &&
           (text.size() == words.size() || text[words.size()] == ' ' || text[words.size()] == '-');
}

/// Value of the first line "key : value", or nothing.
std::string_view field(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && trimmed(line.substr(0, colon)) == key)
            return trimmed(line.substr(colon + 1));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
    }
    return "";
}

}  // namespace

DevicePower core_power(std::string_view cpuinfo) {
    const std::string_view vendor = field(cpuinfo, "vendor_id"), family = field(cpuinfo, "cpu family"),
                           model = field(cpuinfo, "model");
    for (const Server& s : servers)
        if (vendor == s.vendor && family == fmt::to_string(s.family) && model == fmt::to_string(s.model))
            return {Watts(s.idle_w / s.cores), Watts(s.busy_w / s.cores),
                    fmt::format("{}, share of a server by SPECpower_ssj2008: {}", s.processor, s.result)};
    return {Watts(generic_core_idle_w), Watts(generic_core_busy_w), "generic core, Green Algorithms 2021"};
}

DevicePower gpu_power(std::string_view name) {
    for (const Board& board : boards)
        if (begins_with_words(name, board.name))
            return {Watts(gpu_idle_share * board.rated_w), Watts(board.rated_w),
                    fmt::format("{}, rated board power", board.name)};
    return {Watts(gpu_idle_share * generic_gpu_busy_w), Watts(generic_gpu_busy_w),
            "generic GPU, Green Algorithms 2021"};
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>

#include "config/deck.hpp"

namespace cenas {
namespace {

/// The deck in force without what it searches: the sections of the problem, and the names of objectives that are known.
std::string without_problem(const std::string& effective) {
    std::istringstream lines(effective);
    std::string line, rest;
    bool in_problem = false;
    while (std::getline(lines, line)) {
        if (line.starts_with("[")) in_problem = line.starts_with("[problem") || line.starts_with("[[problem");
        if (in_problem) continue;
        rest += (line.starts_with("known = ") ? (line == "known = []" ? line : "known = ...") : line) + "\n";
    }
    return rest;
}

TEST(StudyDecks, OptimizersDifferInTheirProblemsAlone) {
    const std::filesystem::path folder = std::filesystem::path(CENAS_SOURCE_DIR) / "inputs/studies/optimizers";
    const std::string first = without_problem(read_deck(folder / "cifar10.toml").effective);
    EXPECT_NE(first.find("known = ..."), std::string::npos);
    for (const char* other : {"cifar100_raspi4.toml", "cifar100_fpga.toml", "cifar10_three.toml"})
        EXPECT_EQ(without_problem(read_deck(folder / other).effective), first) << other;
}

}  // namespace
}  // namespace cenas

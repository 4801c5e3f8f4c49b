// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "replay/report.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "replay/replay.hpp"
#include "support/files.hpp"
#include "support/small_problem.hpp"

namespace cenas {
namespace {

using test::contains;

/// One GPU of 1 kW and nothing else, an hour of work from two hours on a trace of four; it may wait for one hour.
ReplayRecord small_replay() {
    ReplayRecord record;
    record.source = "run.h5";
    record.table_name = "small";
    record.table_synthetic = true;
    record.settings.accounting = "full";
    record.settings.gpus = 1;
    record.settings.power = {1000, 0, 0, 0, 0, 0, 1, 0};
    record.horizon_s = 2 * 3600;
    record.works.resize(1);
    record.works[0].method = "vanilla";
    record.works[0].training_s = {3600};
    record.works[0].unqueried = 1;
    record.traces = {trace_of({300, 100, 200, 400})};
    record.traces[0].synthetic = true;
    record.starts = {0, 3600};
    record.policies = {{"agnostic", {"all-evaluate"}, {}}, {"patient", {"cheapest", 1, "idle", 0.25, 0.5}, {}}};
    record.policies.push_back({"never", {"fixed", 0, "idle"}, {}});
    replay(record, Backend::serial);
    return record;
}

TEST(ReplayReport, IsRightByHand) {
    const ReplayRecord record = small_replay();
    const auto near = [](double a, double b) { return std::abs(a - b) < 1e-6; };
    const std::vector<double> grams{300, 100, 0, 100, 100, 0};
    for (std::size_t i = 0; i < grams.size(); ++i) EXPECT_TRUE(near(record.grams[i], grams[i])) << i;
    EXPECT_TRUE(near(record.regret_g[0], 200));
    EXPECT_TRUE(near(record.regret_g[1], 0));
    EXPECT_TRUE(std::isnan(record.regret_g[2]));
    const std::string text = describe_replay(record);
    for (const char* words : {"run.h5 (table small, SYNTHETIC)", "test (SYNTHETIC), average life_cycle", "2 start(s)"})
        EXPECT_TRUE(contains(text, words)) << text;
    // policy, kg, saved, regret kg, regret %, hours, censored %
    EXPECT_TRUE(contains(text, "agnostic       0.200         0.0       0.100       100.0         1.0         0.0"))
        << text;
    EXPECT_TRUE(contains(text, "patient        0.100        50.0       0.000         0.0         1.5         0.0"))
        << text;
    EXPECT_TRUE(contains(text, "never              -           -           -           -           -       100.0"))
        << text;
}

TEST(ReplayReport, VerificationFindsWhatWasChanged) {
    std::size_t sampled = 0;
    EXPECT_TRUE(verify_replay(small_replay(), sampled).empty());
    EXPECT_EQ(sampled, 6u);
    for (const auto member : {&ReplayRecord::grams, &ReplayRecord::joules, &ReplayRecord::makespan_s,
                              &ReplayRecord::lower_bound_g, &ReplayRecord::regret_g}) {
        ReplayRecord changed = small_replay();
        (changed.*member)[0] *= 1.001;
        EXPECT_FALSE(verify_replay(changed, sampled).empty());
    }
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/verify.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "support/small_problem.hpp"

namespace cenas {
namespace {

RunRecord honest_run() {
    Options options = small_options();
    options.run.initial = 3;
    const Problem problem = make_problem(small_table(200, 1.2), options);
    const Trace trace = daily_trace(24);
    std::vector<SearchRecord> searches;
    for (const std::int64_t seed : {1, 2})
        searches.push_back(simulate_search(problem, options, method_named("shares"), trace, seed));
    return record_of(problem, options, trace, std::move(searches));
}

struct Fault {
    std::string name;
    std::function<void(RunRecord&)> plant;
};

TEST(VerifySearch, AcceptsAnHonestRun) { EXPECT_EQ(verify_all(honest_run()), std::vector<std::string>{}); }

TEST(VerifySearch, FindsEveryPlantedFault) {
    const std::vector<Fault> faults = {
        {"objective", [](RunRecord& r) { r.searches[0].objectives[8] += 3; }},
        {"hypervolume", [](RunRecord& r) { r.searches[0].hypervolume *= 1.0001; }},
        {"denoised", [](RunRecord& r) { r.searches[1].hypervolume_denoised += 0.1; }},
        {"carbon", [](RunRecord& r) { r.searches[0].carbon_g -= 1; }},
        {"energy", [](RunRecord& r) { r.searches[0].energy_j += 1000; }},
        {"count", [](RunRecord& r) { r.searches[0].evaluations += 1; }},
        {"count of low ones", [](RunRecord& r) { r.searches[0].low_evaluations += 1; }},
        {"a training said to be of fewer epochs", [](RunRecord& r) { r.searches[0].evaluations_log[6].low = 1; }},
        {"a missing evaluation",
         [](RunRecord& r) {
             r.searches[0].evaluations_log.pop_back();
             r.searches[0].objectives.resize(r.searches[0].objectives.size() - 2);
         }},
        {"joules of an evaluation", [](RunRecord& r) { r.searches[0].evaluations_log[2].joules *= 1.01; }},
        {"hypervolume of an evaluation", [](RunRecord& r) { r.searches[0].evaluations_log[2].hypervolume += 0.5; }},
        {"order of ends",
         [](RunRecord& r) {
             std::swap(r.searches[0].evaluations_log[4].end_s, r.searches[0].evaluations_log[12].end_s);
         }},
        {"grams of an evaluation", [](RunRecord& r) { r.searches[0].evaluations_log[2].grams *= 2; }},
        {"GPU time of an evaluation", [](RunRecord& r) { r.searches[0].evaluations_log[2].gpu_s *= 0.1; }},
        {"running joules", [](RunRecord& r) { r.searches[0].evaluations_log[9].search_joules = 1; }},
        {"running grams", [](RunRecord& r) { r.searches[0].evaluations_log[9].search_grams *= 0.5; }},
        {"GPU-hours", [](RunRecord& r) { r.searches[0].gpu_hours *= 3; }},
        {"joules of a step", [](RunRecord& r) { r.searches[0].intervals[7].joules[0] += 5000; }},
        {"grams of a step", [](RunRecord& r) { r.searches[0].intervals[7].grams += 1; }},
        {"embodied grams", [](RunRecord& r) { r.searches[0].intervals[7].embodied_grams += 1; }},
        {"intensity of a step", [](RunRecord& r) { r.searches[0].intervals[7].intensity += 10; }},
        {"hypervolume of a step", [](RunRecord& r) { r.searches[0].intervals[20].hypervolume += 1; }},
        {"GPUs of a step", [](RunRecord& r) { r.searches[0].intervals[20].gpus_idle += 1; }},
        {"hv_max", [](RunRecord& r) { r.problems[0].hv_max /= 2; }},
        {"pue", [](RunRecord& r) { r.scenarios[0].pue = 1.0; }},
        {"NaN", [](RunRecord& r) { r.searches[0].carbon_g = std::nan(""); }},
    };
    for (const auto& fault : faults) {
        RunRecord run = honest_run();
        fault.plant(run);
        for (auto& search : run.searches) search.log_checksum = checksum_of_logs(search);  // no help from there
        EXPECT_FALSE(verify_all(run).empty()) << fault.name;
    }
}

TEST(VerifySearch, FindsAWrongChecksum) {
    RunRecord run = honest_run();
    run.searches[1].log_checksum ^= 1;
    EXPECT_EQ(verify_all(run), std::vector<std::string>{"log_checksum is not that of the logs"});
}

}  // namespace
}  // namespace cenas

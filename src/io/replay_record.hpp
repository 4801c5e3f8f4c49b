// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "carbon/forecast.hpp"
#include "carbon/ledger.hpp"
#include "carbon/trace.hpp"
#include "schedule/options.hpp"

namespace cenas {

// What a replay file holds (FORMAT.md, section 7), as plain data. The driver fills it, io writes and reads it.

/// What a recorded search did, as work to be done again. Times are seconds of one GPU.
struct RecordedWork {
    std::int32_t search = 0;  ///< number in its run file
    std::string method;
    std::string trace;  ///< on which it was recorded
    std::int64_t seed = 0;
    std::int32_t left_out = 0;        ///< what had not ended with the search, so that its length is not known
    std::int32_t initial = 0;         ///< trainings that go first, on any GPU
    std::int32_t unqueried = 0;       ///< trainings that need no query, initial ones included; they come first
    bool supernet = false;            ///< the others wait for the supernet's training, each for its query
    std::int32_t queue_capacity = 0;  ///< queries go on until more candidates than this wait
    double supernet_s = 0;
    double query_s = 0;              ///< of each candidate that is queried
    std::vector<double> training_s;  ///< initial ones, then in order of start
};

/// The GPUs of the run, and what is booked.
struct ReplaySettings {
    std::string accounting;  ///< full, paper
    std::int32_t gpus = 0;
    PowerOptions power;
    std::int32_t slices_per_evaluation = 0;
    double pause_s = 0;
    double resume_s = 0;
    friend bool operator==(const ReplaySettings&, const ReplaySettings&) = default;
};

struct ReplayPolicy {
    std::string name;
    ScheduleOptions schedule;
    ForecastOptions told;
};

/// Scenarios are [work][trace][start][policy], row-major.
struct ReplayRecord {
    std::string program_version;
    std::string deck;            ///< of the replay, as the user wrote it; empty: none
    std::string effective_deck;  ///< every key with its value
    std::string source;          ///< the run file's name, without folder
    std::string table_name;
    std::string table_checksum;
    bool table_synthetic = false;
    ReplaySettings settings;
    double horizon_s = 0;
    std::vector<RecordedWork> works;
    std::vector<Trace> traces;         ///< whole
    std::vector<std::int64_t> starts;  ///< seconds since 1970-01-01T00:00:00Z
    std::vector<ReplayPolicy> policies;
    std::vector<double> grams;          ///< up to the end of the work or the horizon
    std::vector<double> joules;         ///< the same
    std::vector<double> makespan_s;     ///< NaN: censored, the work was not done at the horizon
    std::vector<double> lower_bound_g;  ///< [work][trace][start]; NaN: the work does not fit
    std::vector<double> regret_g;       ///< NaN: censored

    std::size_t scenarios() const { return works.size() * traces.size() * starts.size() * policies.size(); }
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "carbon/trace.hpp"
#include "comm/layout.hpp"
#include "engine/options.hpp"
#include "engine/problem.hpp"
#include "io/run_record.hpp"
#include "sweep/scenarios.hpp"

namespace cenas {

/// The problems of all scenarios, each made when it is asked for first. Any thread may ask.
class Problems {
  public:
    /// Throws as load_problem() does.
    const Problem& of(const Options& options);

  private:
    std::mutex mutex_;
    std::map<std::string, std::unique_ptr<const Problem>> by_key_;
};

/// Everything a sweep reads before it starts, the same on every rank.
struct Inputs {
    Scenarios scenarios;
    Options first;              ///< of scenario 0: what no axis varies is the same in all
    std::vector<Trace> traces;  ///< whole, in deck order
    std::vector<std::string> trace_checksums;
    std::unique_ptr<Problems> problems;
};

/// The trace that a deck names, with its forecast. Throws DataError for an unreadable one, or for a forecast that does
/// not suit it.
Trace load_trace(const TraceOptions& options);

/// What a run file's head says of them; `problem` is the index of the scenario's.
ScenarioRecord scenario_record(const Options& options, std::int32_t problem);
ProblemRecord problem_record(const Problem& problem);

/// Reads the traces, and the table of the first scenario. Throws DataError / UsageError.
Inputs load_inputs(Scenarios scenarios);

/// Goes through every scenario: what the run file's head says of them, traces cut to the steps that they use. Throws
/// UsageError / DataError where deck and inputs of one do not fit. The rest of the head is the caller's.
RunHead describe_inputs(const Inputs& inputs);

/// One search of a sweep.
struct PlannedSearch {
    std::int64_t scenario = 0;
    std::int32_t trace = 0;
    std::int32_t method = 0;
    std::int64_t seed = 0;
};

/// The searches of a sweep by number: scenarios x traces x methods x seeds, seeds innermost, without those that the
/// deck excludes. An axis whose keys all belong to one method varies that one only: the others are searched with its
/// first value.
class SweepPlan {
  public:
    explicit SweepPlan(const Inputs& inputs);

    std::int64_t size() const { return std::ssize(groups_) * seeds_; }
    PlannedSearch operator[](std::int64_t number) const;
    /// Searches that differ in their seed only have consecutive numbers.
    std::int64_t seeds() const { return seeds_; }

  private:
    struct Group {
        std::int64_t scenario;
        std::int32_t trace, method;
    };
    std::vector<Group> groups_;
    std::int64_t first_seed_, seeds_;
};

/// The part of a sweep that one job does.
struct Shard {
    std::int64_t number = 1;  ///< 1 .. count
    std::int64_t count = 1;

    /// How many of `all` searches are in it: those whose number leaves number - 1 when divided by count.
    std::int64_t size(std::int64_t all) const { return all < number ? 0 : (all - number) / count + 1; }
    std::int64_t search(std::int64_t i) const { return number - 1 + i * count; }  ///< number of its i-th search
};

/// Throws UsageError for a sweep of no searches, or with fewer than shards.
void require_searches(std::int64_t planned, const Shard& shard);

/// Numbers of searches that are done one after the other, since they share their proposals: of one method and seed
/// whose strategy fits models and whose allocator is blind to the trace (and no carbon limit ends them), in scenarios
/// that differ in run.start only, on any traces of one step. Every other search is a unit of its own.
using WorkUnit = std::vector<std::int64_t>;

/// The searches of a shard that are `left` to do, in units short enough for `workers` to share evenly. Those come first
/// that are expected to take longest, so that none is left for the end.
std::vector<WorkUnit> plan_work(const SweepPlan& plan, const Shard& shard, const Inputs& inputs, const RunHead& head,
                                const std::function<bool(std::int64_t number)>& left, std::int64_t workers);

}  // namespace cenas

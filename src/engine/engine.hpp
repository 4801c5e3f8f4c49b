// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "carbon/ledger.hpp"
#include "engine/candidate_queue.hpp"
#include "engine/options.hpp"
#include "engine/problem.hpp"
#include "engine/world.hpp"
#include "io/run_record.hpp"
#include "pareto/archive.hpp"
#include "schedule/allocator.hpp"
#include "search/strategy.hpp"

namespace cenas {

/// One search: a strategy proposes, an allocator gives GPUs to evaluation and sampling at every step of the trace, a
/// world carries the tasks out, and a ledger books every joule. Knows no MPI, no files, and not which world it is in.
///
/// GPUs are numbered: the first `evaluate` of them evaluate, the next `sample` sample, the rest idle. The initial
/// architectures come first, on any free GPU, whatever the allocator says. A GPU that evaluates takes, in this order:
/// a paused training, the best candidate of the queue (method with a supernet), a fresh proposal of the strategy
/// (without, or while the supernet is not trained yet). Where no GPU
/// samples, an evaluating GPU that needs a candidate queries the supernet itself first. A GPU that samples (or, where
/// none does, one that evaluates) trains the supernet if that is undone, else queries it until the queue is full, else
/// waits.
class Engine {
  public:
    /// Everything passed by reference outlives the engine. `trace` is cut to the run's window; `strategy` is fresh.
    Engine(const Problem& problem, const Options& options, const MethodOptions& method, const Trace& trace,
           std::int64_t seed, Strategy& strategy, World& world);

    /// Runs to the horizon, a budget, or until there is nothing left to train. Once. The record's method, trace and
    /// seed are for the caller to fill.
    SearchRecord run();

  private:
    enum class Role { evaluate, sample, idle };
    enum class SupernetState { untrained, training, paused, trained, failed };
    struct TaskEntry {
        Task task;
        std::size_t evaluation = 0;  // row of evaluations_, for evaluations
    };

    void initialize();
    void book_measurements();
    void begin_step();
    void update_strategy_at_cadence();
    Allocation decide() const;
    void pause_misplaced_tasks();
    Role role_of(int gpu) const;
    void assign_work();
    bool assign_evaluation(int gpu);
    bool assign_sampling(int gpu);
    bool start_queries(int gpu, int count);
    bool train_supernet(int gpu);
    bool start_evaluation(int gpu, Proposal proposal, bool initial);
    void start_task(int gpu, Task task, std::size_t evaluation);

    Seconds next_stop() const;
    void book(const std::vector<Usage>& usage);
    void handle(const Event& event);
    void finish_evaluation(const TaskEntry& entry);
    void finish_sampling(const Task& task);
    void fail(const TaskEntry& entry);
    void record_evaluation(EvaluationRecord& evaluation, std::size_t row, const std::vector<double>& values);
    void tell(CellIndex cell, Fidelity fidelity, const std::vector<double>& values, double cost_s);
    void end_step();
    Seconds step_end() const;
    bool is_over();
    bool may_start_evaluation() const;
    bool learns_from(const char* what) const { return method_.learn_from == what || method_.learn_from == "both"; }
    bool uses_supernet() const { return method_.candidates == "supernet" && supernet_ != SupernetState::failed; }
    int queue_capacity() const;
    SearchRecord finish();

    const Problem& problem_;
    const Options& options_;
    const MethodOptions& method_;
    const Trace& trace_;
    Strategy& strategy_;
    World& world_;
    std::int64_t seed_;
    bool paper_;
    Seconds step_;
    Seconds horizon_;
    Ledger ledger_;
    std::unique_ptr<Allocator> allocator_;
    CandidateQueue queue_;
    ParetoArchive archive_;

    std::deque<TaskEntry> tasks_;    // by id
    std::vector<int> running_;       // task id by GPU, -1: none
    std::deque<int> paused_;         // evaluations, by id, longest waiting first
    std::deque<CellIndex> initial_;  // not started
    SupernetState supernet_ = SupernetState::untrained;
    int supernet_task_ = -1;
    int queries_in_flight_ = 0;
    std::int64_t samples_ = 0;
    std::int64_t evaluations_started_ = 0;  // these three without initial ones and those of fewer epochs
    std::int64_t evaluations_done_ = 0;
    std::int64_t low_evaluations_done_ = 0;
    std::int64_t evaluations_failed_ = 0;
    int unfinished_ = 0;  // trainings begun
    std::int64_t tells_ = 0;
    bool shortlisted_ = false;
    bool proposals_exhausted_ = false;
    bool horizon_reached_ = false;

    Allocation decided_;  // at the start of the step
    std::size_t step_index_ = 0;
    double next_update_s_ = 0;
    double worked_gpu_s_ = 0;
    std::string stop_reason_;

    std::vector<EvaluationRecord> evaluations_;  // in order of start
    std::vector<double> objectives_;             // of evaluations_
    std::vector<std::size_t> finished_order_;    // rows of evaluations_
    std::vector<IntervalRecord> intervals_;
};

/// Length of a run: run.hours in whole seconds.
Seconds run_horizon(const Options& options);

/// Where the world's clock and the search proper begin: account_from_h under paper accounting, else 0.
Seconds search_begin(const Options& options);

/// The method's strategy on this problem, fresh. The problem outlives it.
std::unique_ptr<Strategy> search_strategy(const Problem& problem, const MethodOptions& method, std::int64_t seed);

/// Simulates one search from beginning to end, with a strategy of its own or with this fresh one.
SearchRecord simulate_search(const Problem& problem, const Options& options, const MethodOptions& method,
                             const Trace& trace, std::int64_t seed);
SearchRecord simulate_search(const Problem& problem, const Options& options, const MethodOptions& method,
                             const Trace& trace, std::int64_t seed, Strategy& strategy);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "engine/engine.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "carbon/issued_forecast.hpp"
#include "engine/simulated_world.hpp"
#include "kernels/rng/philox.hpp"
#include "search/candidate_pool.hpp"

namespace cenas {
namespace {

/// Whether the training is of those that a budget limits.
bool is_counted(const EvaluationRecord& evaluation) { return evaluation.initial == 0 && evaluation.low == 0; }

/// `count` different architectures (all there are, if fewer), the same for every method of a seed.
std::deque<CellIndex> initial_design(const Candidates& candidates, int count, std::int64_t seed) {
    CandidatePool pool(candidates);
    Random random(static_cast<std::uint64_t>(seed), Stream::initial_design);
    std::deque<CellIndex> design;
    while (static_cast<int>(design.size()) < count && !pool.empty()) {
        design.push_back(*pool.draw_available(random));
        pool.take(design.back());
    }
    return design;
}

}  // namespace

Seconds run_horizon(const Options& options) { return Seconds(std::round(hours(options.run.hours).value)); }

Seconds search_begin(const Options& options) {
    const bool paper = options.accounting.mode == "paper";
    return Seconds(paper ? std::round(hours(options.accounting.account_from_h).value) : 0.0);
}

Engine::Engine(const Problem& problem, const Options& options, const MethodOptions& method, const Trace& trace,
               std::int64_t seed, Strategy& strategy, World& world)
    : problem_(problem),
      options_(options),
      method_(method),
      trace_(trace),
      strategy_(strategy),
      world_(world),
      seed_(seed),
      paper_(options.accounting.mode == "paper"),
      step_(static_cast<double>(trace.step_s)),
      horizon_(run_horizon(options)),
      ledger_(trace.values, step_, options.power.pue, options.power.embodied_g_per_gpu_h),
      allocator_(make_allocator(method.schedule, static_cast<std::uint64_t>(seed))),
      queue_(static_cast<int>(problem.objectives.size())),
      archive_(static_cast<int>(problem.objectives.size())),
      running_(static_cast<std::size_t>(options.run.gpus), -1) {}

SearchRecord Engine::run() {
    initialize();
    begin_step();
    while (!is_over()) {
        // Whatever ends exactly with the step belongs to it, and what is freed then waits for the next decision.
        if (world_.now() < step_end()) assign_work();
        const Event event = world_.wait(next_stop());
        book(world_.take_usage());
        handle(event);
        if (event.kind != Event::Kind::clock || world_.now() < step_end()) continue;
        end_step();
        if (!horizon_reached_) begin_step();
    }
    world_.stop();
    book(world_.take_usage());
    return finish();
}

// --- beginning ---------------------------------------------------------------------------------------------------

void Engine::initialize() {
    step_index_ = static_cast<std::size_t>(world_.now() / step_);
    for (std::size_t i = 0; i < step_index_; ++i) {
        intervals_.emplace_back();
        intervals_.back().intensity = trace_.values[i];
    }
    initial_ = initial_design(problem_.candidates, options_.run.initial, seed_);
    for (const CellIndex cell : initial_) strategy_.exclude(cell);
    next_update_s_ = world_.now().value;
    if (!paper_) return book_measurements();

    // Paper accounting: the initial trainings and the supernet's are there for free when the search begins.
    supernet_ = SupernetState::trained;
    for (const CellIndex cell : std::exchange(initial_, {})) {
        const Task task{0, TaskKind::evaluation, {cell}};
        EvaluationRecord evaluation;
        evaluation.cell = cell;
        evaluation.initial = 1;
        evaluation.start_s = world_.now().value;
        evaluations_.push_back(evaluation);
        const auto values = world_.result(task, cell);
        record_evaluation(evaluations_.back(), evaluations_.size() - 1, values);
        if (learns_from("evaluation")) tell(cell, Fidelity::full, values, training_s(problem_, Fidelity::full, cell));
    }
}

/// What the method knows of every cell before the search was measured in the first step of the trace, on devices that
/// are none of the pool's.
void Engine::book_measurements() {
    if (problem_.measuring_j.empty()) return;
    const Seconds end = std::min(step_, horizon_);
    for (const std::size_t k : known_objectives(method_.search, problem_.candidates))
        ledger_.book(Component::measurement, Seconds(0), end, Watts(problem_.measuring_j[k] / end.value));
}

// --- steps of the trace ------------------------------------------------------------------------------------------

void Engine::begin_step() {
    update_strategy_at_cadence();
    decided_ = decide();
    if (!uses_supernet()) decided_.sample = 0;  // there is nothing to sample: those GPUs idle
    IntervalRecord interval;
    interval.intensity = trace_.values[step_index_];
    interval.gpus_evaluate = decided_.evaluate;
    interval.gpus_sample = decided_.sample;
    interval.gpus_idle = options_.run.gpus - decided_.evaluate - decided_.sample;
    intervals_.push_back(interval);
    ++step_index_;
    pause_misplaced_tasks();
}

void Engine::update_strategy_at_cadence() {
    if (method_.update_every_h <= 0 || world_.now().value < next_update_s_) return;
    strategy_.update();
    next_update_s_ += method_.update_every_h * seconds_per_hour;
}

Allocation Engine::decide() const {
    std::vector<double> window;  // who does not look is not told: it would cost more than all else
    if (!is_blind(method_.schedule)) window = told_window(trace_, step_index_, {method_.forecast, method_.window_h});
    AllocatorView view;
    view.now = world_.now();
    view.end = horizon_;
    view.intensity = trace_.values[step_index_];
    view.window = window;
    view.gpus = options_.run.gpus;
    view.queued = static_cast<int>(queue_.size());
    view.queue_capacity = method_.queue_capacity;
    view.unfinished = unfinished_;
    view.evaluations = evaluations_done_;
    view.carbon_left_g = options_.budget.carbon_kg > 0 ? options_.budget.carbon_kg * 1000.0 - ledger_.grams().value
                                                       : std::numeric_limits<double>::infinity();
    view.hypervolume_fraction = archive_.hypervolume() / problem_.hv_max;
    return allocator_->decide(view);
}

void Engine::end_step() {
    intervals_.back().hypervolume = archive_.hypervolume();
    horizon_reached_ = world_.now() >= horizon_;
}

Seconds Engine::step_end() const { return std::min(horizon_, step_ * static_cast<double>(step_index_)); }

/// Tasks whose GPU has another role now give way at their next slice boundary. Initial architectures keep their GPU.
void Engine::pause_misplaced_tasks() {
    for (int gpu = 0; gpu < options_.run.gpus; ++gpu) {
        const int id = running_[static_cast<std::size_t>(gpu)];
        if (id < 0) continue;
        const TaskEntry& entry = tasks_[static_cast<std::size_t>(id)];
        const bool is_evaluation = entry.task.kind == TaskKind::evaluation;
        const Role role = role_of(gpu);
        const bool keeps = is_evaluation ? role == Role::evaluate || evaluations_[entry.evaluation].initial != 0
                                         : role == Role::sample || (role == Role::evaluate && decided_.sample == 0);
        if (!keeps) world_.pause(gpu);
    }
}

Engine::Role Engine::role_of(int gpu) const {
    if (gpu < decided_.evaluate) return Role::evaluate;
    return gpu < decided_.evaluate + decided_.sample ? Role::sample : Role::idle;
}

// --- handing out work --------------------------------------------------------------------------------------------

void Engine::assign_work() {
    for (int gpu = 0; gpu < options_.run.gpus; ++gpu) {
        if (running_[static_cast<std::size_t>(gpu)] >= 0) continue;
        if (!initial_.empty()) {
            start_evaluation(gpu, {initial_.front()}, true);
            initial_.pop_front();
        } else if (role_of(gpu) == Role::evaluate) {
            assign_evaluation(gpu);
        } else if (role_of(gpu) == Role::sample) {
            assign_sampling(gpu);
        }
    }
}

bool Engine::assign_evaluation(int gpu) {
    if (!paused_.empty()) {
        const int id = paused_.front();
        paused_.pop_front();
        running_[static_cast<std::size_t>(gpu)] = id;
        world_.start(gpu, tasks_[static_cast<std::size_t>(id)].task);
        return true;
    }
    if (!may_start_evaluation()) return false;
    const bool shortlist = method_.shortlist > 0;
    if (uses_supernet() && (shortlist || supernet_ == SupernetState::trained)) {
        if (shortlist && !shortlisted_) {
            queue_.keep_best(static_cast<std::size_t>(method_.shortlist));
            shortlisted_ = true;
        }
        const int wanted = queue_capacity() + 1 - static_cast<int>(queue_.size()) - queries_in_flight_;
        if (!shortlist && decided_.sample == 0 && wanted > 0 && start_queries(gpu, wanted)) return true;
        return !queue_.empty() && start_evaluation(gpu, {queue_.pop()}, false);
    }
    if (uses_supernet() && decided_.sample == 0 && train_supernet(gpu)) return true;
    const auto proposal = strategy_.ask();
    proposals_exhausted_ = !proposal;
    return proposal && start_evaluation(gpu, *proposal, false);
}

bool Engine::assign_sampling(int gpu) {
    if (!uses_supernet() || shortlisted_) return false;
    if (supernet_ != SupernetState::trained) return train_supernet(gpu);
    return static_cast<int>(queue_.size()) + queries_in_flight_ <= queue_capacity() && start_queries(gpu, 1);
}

bool Engine::train_supernet(int gpu) {
    if (supernet_ == SupernetState::training) return false;
    if (supernet_ == SupernetState::untrained) {
        supernet_task_ = static_cast<int>(tasks_.size());
        start_task(gpu, {supernet_task_, TaskKind::supernet_training, {}}, 0);
    } else {
        running_[static_cast<std::size_t>(gpu)] = supernet_task_;
        world_.start(gpu, tasks_[static_cast<std::size_t>(supernet_task_)].task);
    }
    supernet_ = SupernetState::training;
    return true;
}

/// One task that queries up to `count` fresh proposals; false if there are none.
bool Engine::start_queries(int gpu, int count) {
    if (method_.max_samples > 0)
        count = std::min(count, method_.max_samples - static_cast<int>(samples_) - queries_in_flight_);
    if (count <= 0) proposals_exhausted_ = true;
    Task task{static_cast<int>(tasks_.size()), TaskKind::sampling, {}};
    while (static_cast<int>(task.cells.size()) < count) {
        const auto proposal = strategy_.ask();
        proposals_exhausted_ = !proposal;
        if (!proposal) break;
        task.cells.push_back(proposal->cell);
    }
    if (task.cells.empty()) return false;
    queries_in_flight_ += static_cast<int>(task.cells.size());
    start_task(gpu, std::move(task), 0);
    return true;
}

bool Engine::start_evaluation(int gpu, Proposal proposal, bool initial) {
    EvaluationRecord evaluation;
    evaluation.cell = proposal.cell;
    evaluation.low = proposal.fidelity == Fidelity::low ? 1 : 0;
    evaluation.initial = initial ? 1 : 0;
    evaluation.start_s = evaluation.end_s = world_.now().value;
    evaluations_.push_back(evaluation);
    evaluations_started_ += is_counted(evaluation) ? 1 : 0;
    ++unfinished_;
    start_task(gpu, {static_cast<int>(tasks_.size()), TaskKind::evaluation, {proposal.cell}, proposal.fidelity},
               evaluations_.size() - 1);
    return true;
}

void Engine::start_task(int gpu, Task task, std::size_t evaluation) {
    running_[static_cast<std::size_t>(gpu)] = task.id;
    tasks_.push_back({std::move(task), evaluation});
    world_.start(gpu, tasks_.back().task);
}

bool Engine::may_start_evaluation() const {
    return options_.budget.evaluations == 0 || evaluations_started_ < options_.budget.evaluations;
}

/// A shortlist is chosen from everything sampled, so nothing stops sampling but max_samples.
int Engine::queue_capacity() const { return method_.shortlist > 0 ? cell_count : method_.queue_capacity; }

// --- time passes -------------------------------------------------------------------------------------------------

/// The next moment at which something may have to be decided: the next step, the horizon, or when the carbon budget
/// will be spent at the present draw.
Seconds Engine::next_stop() const {
    Seconds stop = step_end();
    if (options_.budget.carbon_kg > 0) {
        const Watts power = world_.power() + Watts(options_.power.optimizer_w);
        const double intensity = trace_.values[step_index_ - 1];
        const double grams_per_s =
            (to_kilowatt_hours(power * Seconds(1)) * GramsPerKilowattHour(intensity) * options_.power.pue).value +
            options_.power.embodied_g_per_gpu_h * options_.run.gpus / seconds_per_hour;
        constexpr double shortest_s = 1e-3;  // makes progress where rounding would not
        const double left_g = options_.budget.carbon_kg * 1000.0 - ledger_.grams().value;
        if (grams_per_s > 0) stop = std::min(stop, world_.now() + Seconds(std::max(left_g / grams_per_s, shortest_s)));
    }
    return stop;
}

void Engine::book(const std::vector<Usage>& usage) {
    for (const Usage& u : usage) {
        const GramsCO2e grams = ledger_.book(u.component, u.from, u.to, u.power);
        if (u.component == Component::optimizer)  // for as long as there is a run, it holds its GPUs
            ledger_.book_embodied(u.from, u.to, options_.run.gpus);
        else if (u.component != Component::idle)
            worked_gpu_s_ += (u.to - u.from).value;
        if (u.component != Component::evaluation) continue;
        EvaluationRecord& evaluation = evaluations_[tasks_[static_cast<std::size_t>(u.task)].evaluation];
        evaluation.gpu_s += (u.to - u.from).value;
        evaluation.joules += (u.power * (u.to - u.from)).value;
        evaluation.grams += grams.value;
        evaluation.end_s = u.to.value;
    }
}

void Engine::handle(const Event& event) {
    if (event.kind == Event::Kind::clock) return;
    running_[static_cast<std::size_t>(event.gpu)] = -1;
    const TaskEntry& entry = tasks_[static_cast<std::size_t>(event.task)];
    const bool finished = event.kind == Event::Kind::finished;
    if (event.kind == Event::Kind::failed) return fail(entry);
    switch (entry.task.kind) {
        case TaskKind::supernet_training:
            supernet_ = finished ? SupernetState::trained : SupernetState::paused;
            break;
        case TaskKind::sampling:
            finish_sampling(entry.task);
            break;
        case TaskKind::evaluation:
            if (finished)
                finish_evaluation(entry);
            else
                paused_.push_back(event.task);
            break;
    }
}

void Engine::finish_evaluation(const TaskEntry& entry) {
    EvaluationRecord& evaluation = evaluations_[entry.evaluation];
    const CellIndex cell = evaluation.cell;
    const auto values = world_.result(entry.task, cell);
    record_evaluation(evaluation, entry.evaluation, values);
    --unfinished_;
    evaluations_done_ += is_counted(evaluation) ? 1 : 0;
    low_evaluations_done_ += evaluation.low;
    if (learns_from("evaluation")) tell(cell, entry.task.fidelity, values, evaluation.gpu_s);
}

void Engine::record_evaluation(EvaluationRecord& evaluation, std::size_t row, const std::vector<double>& values) {
    evaluation.finished = 1;
    if (evaluation.counts()) archive_.add(gains_of(problem_.objectives, values));
    evaluation.end_s = world_.now().value;
    evaluation.hypervolume = archive_.hypervolume();
    evaluation.search_joules = ledger_.total_joules().value;
    evaluation.search_grams = ledger_.grams().value;
    objectives_.resize(evaluations_.size() * values.size(), std::numeric_limits<double>::quiet_NaN());
    std::copy(values.begin(), values.end(), objectives_.begin() + static_cast<std::ptrdiff_t>(row * values.size()));
    finished_order_.push_back(row);
}

void Engine::finish_sampling(const Task& task) {
    for (const CellIndex cell : task.cells) {
        const auto estimates = world_.result(task, cell);
        if (!shortlisted_) queue_.push(cell, gains_of(problem_.objectives, estimates));
        if (learns_from("estimate")) tell(cell, Fidelity::supernet, estimates, 0);
    }
    queries_in_flight_ -= static_cast<int>(task.cells.size());
    samples_ += static_cast<std::int64_t>(task.cells.size());
}

/// A training without a result is not told to the strategy, which does not propose it again. Without a supernet the
/// search goes on as one that has none.
void Engine::fail(const TaskEntry& entry) {
    if (entry.task.kind == TaskKind::supernet_training) supernet_ = SupernetState::failed;
    if (entry.task.kind == TaskKind::sampling) queries_in_flight_ -= static_cast<int>(entry.task.cells.size());
    if (entry.task.kind != TaskKind::evaluation) return;
    EvaluationRecord& evaluation = evaluations_[entry.evaluation];
    evaluation.end_s = world_.now().value;
    evaluations_failed_ += is_counted(evaluation) ? 1 : 0;
    --unfinished_;
}

void Engine::tell(CellIndex cell, Fidelity fidelity, const std::vector<double>& values, double cost_s) {
    const auto gains = gains_of(problem_.objectives, values);
    strategy_.tell({cell, fidelity, gains, cost_s});
    ++tells_;
    if (method_.update_every_tells > 0 && tells_ % method_.update_every_tells == 0) strategy_.update();
}

// --- end ---------------------------------------------------------------------------------------------------------

bool Engine::is_over() {
    constexpr double spent = 1.0 - 1e-9;
    const bool working = std::any_of(running_.begin(), running_.end(), [](int id) { return id >= 0; });
    const auto& budget = options_.budget;
    if (horizon_reached_)
        stop_reason_ = "hours";
    else if (budget.carbon_kg > 0 && ledger_.grams().value >= budget.carbon_kg * 1000.0 * spent)
        stop_reason_ = "carbon";
    else if (budget.evaluations > 0 && evaluations_done_ + evaluations_failed_ >= budget.evaluations)
        stop_reason_ = "evaluations";
    else if ((proposals_exhausted_ || shortlisted_) && !working && paused_.empty() && initial_.empty() &&
             queue_.empty())
        stop_reason_ = "complete";
    return !stop_reason_.empty();
}

SearchRecord Engine::finish() {
    end_step();
    SearchRecord record;
    record.hypervolume = archive_.hypervolume();
    record.carbon_g = ledger_.grams().value;
    record.energy_j = ledger_.total_joules().value;
    record.gpu_hours = worked_gpu_s_ / seconds_per_hour;
    record.end_s = world_.now().value;
    record.samples = samples_;
    record.evaluations = evaluations_done_;
    record.low_evaluations = low_evaluations_done_;
    record.stop_reason = stop_reason_;

    const std::size_t m = problem_.objectives.size();
    objectives_.resize(evaluations_.size() * m, std::numeric_limits<double>::quiet_NaN());
    std::vector<std::size_t> order = finished_order_;
    for (std::size_t row = 0; row < evaluations_.size(); ++row)
        if (evaluations_[row].finished == 0) {
            evaluations_[row].hypervolume = archive_.hypervolume();
            evaluations_[row].search_joules = record.energy_j;
            evaluations_[row].search_grams = record.carbon_g;
            order.push_back(row);
        }
    ParetoArchive denoised(static_cast<int>(m));
    for (const std::size_t row : order) {
        record.evaluations_log.push_back(evaluations_[row]);
        record.objectives.insert(record.objectives.end(), &objectives_[row * m], &objectives_[row * m] + m);
        const auto cell = static_cast<std::size_t>(evaluations_[row].cell);
        if (evaluations_[row].counts() && !problem_.class_means.empty())
            denoised.add(gains_of(problem_.objectives, std::span<const double>(&problem_.class_means[cell * m], m)));
    }
    record.hypervolume_denoised = denoised.hypervolume();

    for (std::size_t i = 0; i < intervals_.size(); ++i) {
        intervals_[i].grams = ledger_.operational_grams(i).value;
        intervals_[i].embodied_grams = ledger_.embodied_grams(i).value;
        for (int c = 0; c < component_count; ++c)
            intervals_[i].joules[static_cast<std::size_t>(c)] = ledger_.joules(i, static_cast<Component>(c)).value;
    }
    record.intervals = std::move(intervals_);
    return record;
}

std::unique_ptr<Strategy> search_strategy(const Problem& problem, const MethodOptions& method, std::int64_t seed) {
    return make_strategy(method.search, problem.candidates, static_cast<int>(problem.objectives.size()),
                         static_cast<std::uint64_t>(seed));
}

SearchRecord simulate_search(const Problem& problem, const Options& options, const MethodOptions& method,
                             const Trace& trace, std::int64_t seed, Strategy& strategy) {
    SimulatedWorld world(problem, options, search_begin(options));
    return Engine(problem, options, method, trace, seed, strategy, world).run();
}

SearchRecord simulate_search(const Problem& problem, const Options& options, const MethodOptions& method,
                             const Trace& trace, std::int64_t seed) {
    return simulate_search(problem, options, method, trace, seed, *search_strategy(problem, method, seed));
}

}  // namespace cenas

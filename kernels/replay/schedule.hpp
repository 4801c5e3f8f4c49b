// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/base/macros.hpp"

namespace cenas {

/// What a search did, as work to be done again. Times are seconds of one GPU.
struct ReplayWork {
    const double* training_s;     ///< of every training: the initial ones first, then in order of start
    std::int32_t trainings;       ///< > 0
    std::int32_t initial;         ///< the first so many go first, on any GPU, and are not paused
    std::int32_t unqueried;       ///< the first so many, initial ones included, need no query of the supernet
    std::int32_t queue_capacity;  ///< queries go on until more than this many candidates wait, or will
    bool supernet;                ///< it is trained once, before the first query
    double supernet_s;
    double query_s;
};

/// The GPUs and what they draw (watts).
struct ReplayPool {
    std::int32_t gpus;
    std::int32_t slices;  ///< a training can pause at so many evenly spaced points; 0: anywhere
    double pause_s;       ///< to write a checkpoint
    double resume_s;      ///< to read it
    double evaluation_w, sampling_w, supernet_w, switching_w, idle_w;  ///< of a GPU
    double optimizer_w;                                                ///< beside the GPUs, all the time
};

/// GPUs [0, evaluate) evaluate, the next `sample` sample, the rest idle.
struct GpuCounts {
    std::int32_t evaluate;
    std::int32_t sample;
};

struct ScheduleEnd {
    double at_s;    ///< when all work was done, or the horizon
    bool complete;  ///< all work was done
};

enum class GpuRole : std::int32_t { none, training, querying, supernet_training };

/// What a GPU has in hand: it reads a checkpoint on [from, work_from), works on [work_from, work_to), and writes a
/// checkpoint on [work_to, free_at).
struct GpuTask {
    GpuRole role;
    std::int32_t first;  ///< training: which; querying: the first candidate
    std::int32_t count;  ///< querying: candidates
    std::int32_t pausing;
    double length, done;  ///< of the whole task; before this stay
    double from, work_from, work_to, free_at;
};

struct PausedTraining {
    std::int32_t training;
    double done;
};

/// Memory of one schedule.
struct ScheduleScratch {
    GpuTask* tasks;          ///< one a GPU
    PausedTraining* paused;  ///< one a GPU: no training is begun while one waits, so never more are unfinished
    std::int32_t* queue;     ///< queue_capacity + 1, or as many as are queried if those are fewer
};

CENAS_HD inline std::int32_t queue_size(const ReplayWork& work) {
    const std::int32_t queried = work.trainings - work.unqueried;
    return work.queue_capacity + 1 < queried ? work.queue_capacity + 1 : queried;
}

/// The simulated search (engine/engine.hpp, engine/simulated_world.hpp) of work that is known beforehand, from 0 to the
/// end of the last step or until all is done. At the start of each step `decide(step)` says what the GPUs do.
/// `meter.use(watts, from, to)` is told of everything that is drawn, in pieces that may be negative: idle GPUs are
/// booked throughout, and a GPU at work as what it draws above that.
///
/// Differs from the engine in three points, since the work is given. Candidates leave the queue in the order in which
/// they came. A candidate that was queried when the search was recorded waits for its query, also where the supernet
/// is not trained yet. The end is when all work is done.
template <class Decide, class Meter>
class Schedule {
  public:
    CENAS_HD Schedule(const ReplayWork& work, const ReplayPool& pool, const Decide& decide, Meter& meter,
                      const ScheduleScratch& scratch)
        : work_(work), pool_(pool), decide_(decide), meter_(meter), scratch_(scratch), queue_size_(queue_size(work)) {
        for (std::int32_t gpu = 0; gpu < pool.gpus; ++gpu) scratch_.tasks[gpu].role = GpuRole::none;
        unfinished_ = work.trainings + (work.supernet ? 1 : 0);
        queried_ = work.unqueried;
        trained_ = !work.supernet;
    }

    CENAS_HD ScheduleEnd run(std::int32_t steps, double step_s) {
        for (std::int32_t step = 0; step < steps && unfinished_ > 0; ++step) {
            begin_step(step);
            run_step((step + 1) * step_s);
        }
        for (std::int32_t gpu = 0; gpu < pool_.gpus; ++gpu) book(scratch_.tasks[gpu]);
        meter_.use(pool_.gpus * pool_.idle_w + pool_.optimizer_w, 0, now_);
        return {now_, unfinished_ == 0};
    }

  private:
    // --- steps of the trace ---

    CENAS_HD void begin_step(std::int32_t step) {
        const GpuCounts before = counts_;
        counts_ = decide_(step);
        if (!work_.supernet) counts_.sample = 0;  // there is nothing to sample: those GPUs idle
        if (counts_.evaluate == before.evaluate && counts_.sample == before.sample) return;  // all are told already
        for (std::int32_t gpu = 0; gpu < pool_.gpus; ++gpu)
            if (!keeps(gpu, scratch_.tasks[gpu])) pause(scratch_.tasks[gpu]);
    }

    CENAS_HD void run_step(double end) {
        for (;;) {
            // Whatever ends exactly with the step belongs to it, and what is freed then waits for the next decision.
            if (now_ < end) hand_out();
            const std::int32_t gpu = next_to_be_free(end);
            if (gpu < 0) break;
            now_ = scratch_.tasks[gpu].free_at;
            release(scratch_.tasks[gpu]);
            if (unfinished_ == 0) return;
        }
        now_ = end;
    }

    /// The GPU that is free first, if it is by `end`; of several the one with the lowest number. -1: none.
    CENAS_HD std::int32_t next_to_be_free(double end) const {
        std::int32_t next = -1;
        double earliest = end;
        for (std::int32_t gpu = 0; gpu < pool_.gpus; ++gpu) {
            const GpuTask& task = scratch_.tasks[gpu];
            if (task.role == GpuRole::none || task.free_at > earliest) continue;
            if (next >= 0 && task.free_at == earliest) continue;
            next = gpu;
            earliest = task.free_at;
        }
        return next;
    }

    CENAS_HD bool evaluates(std::int32_t gpu) const { return gpu < counts_.evaluate; }
    CENAS_HD bool samples(std::int32_t gpu) const {
        return gpu >= counts_.evaluate && gpu < counts_.evaluate + counts_.sample;
    }

    CENAS_HD bool keeps(std::int32_t gpu, const GpuTask& task) const {
        if (task.role == GpuRole::training) return evaluates(gpu) || task.first < work_.initial;
        if (task.role == GpuRole::supernet_training) return samples(gpu) || (evaluates(gpu) && counts_.sample == 0);
        return true;  // queries are not paused
    }

    /// The task gives way at its next slice boundary, unless it is done by then.
    CENAS_HD void pause(GpuTask& task) {
        if (task.pausing != 0) return;
        double stop = task.done + (now_ > task.work_from ? now_ - task.work_from : 0.0);
        constexpr double rounding = 1e-9;  // a moment that is on a boundary, or the end, but for rounding is on it
        if (pool_.slices > 0) {
            const double slice = task.length / pool_.slices;
            if (slice > 0) stop = slice * std::ceil(stop / slice - rounding);
        }
        if (stop >= task.length * (1 - rounding)) return;
        task.pausing = 1;
        task.work_to = task.work_from + (stop > task.done ? stop - task.done : 0.0);
        task.free_at = task.work_to + (stop > 0 ? pool_.pause_s : 0.0);
    }

    // --- handing out work ---

    CENAS_HD void hand_out() {
        for (std::int32_t gpu = 0; gpu < pool_.gpus; ++gpu) {
            GpuTask& task = scratch_.tasks[gpu];
            if (task.role != GpuRole::none) continue;
            if (next_ < work_.initial)
                start_training(task, next_++, 0);
            else if (evaluates(gpu))
                evaluate(task);
            else if (samples(gpu))
                sample(task);
        }
    }

    CENAS_HD void evaluate(GpuTask& task) {
        if (paused_count_ > 0) {
            const PausedTraining& paused = scratch_.paused[paused_first_];
            start_training(task, paused.training, paused.done);
            paused_first_ = (paused_first_ + 1) % pool_.gpus;
            --paused_count_;
            return;
        }
        if (!trained_ && counts_.sample == 0 && train_supernet(task)) return;
        if (next_ < work_.unqueried) return start_training(task, next_++, 0);
        if (counts_.sample == 0 && query(task, wanted())) return;
        if (queue_count_ == 0) return;
        start_training(task, scratch_.queue[queue_first_], 0);
        queue_first_ = (queue_first_ + 1) % queue_size_;
        --queue_count_;
    }

    CENAS_HD void sample(GpuTask& task) {
        if (!trained_)
            train_supernet(task);
        else if (wanted() > 0)
            query(task, 1);
    }

    CENAS_HD std::int32_t wanted() const { return work_.queue_capacity + 1 - queue_count_ - in_flight_; }

    CENAS_HD void start_training(GpuTask& task, std::int32_t training, double done) {
        task.first = training;
        start(task, GpuRole::training, work_.training_s[training], done);
    }

    CENAS_HD bool train_supernet(GpuTask& task) {
        if (supernet_runs_) return false;
        supernet_runs_ = true;
        start(task, GpuRole::supernet_training, work_.supernet_s, supernet_done_);
        return true;
    }

    /// One task that queries up to `count` candidates; false if there are none, or no supernet yet.
    CENAS_HD bool query(GpuTask& task, std::int32_t count) {
        const std::int32_t left = work_.trainings - queried_;
        if (left < count) count = left;
        if (count <= 0 || !trained_) return false;
        task.first = queried_;
        task.count = count;
        queried_ += count;
        in_flight_ += count;
        start(task, GpuRole::querying, count * work_.query_s, 0);
        return true;
    }

    CENAS_HD void start(GpuTask& task, GpuRole role, double length, double done) {
        task.role = role;
        task.pausing = 0;
        task.length = length;
        task.done = done;
        task.from = now_;
        task.work_from = now_ + (done > 0 ? pool_.resume_s : 0.0);
        task.work_to = task.work_from + (length - done);
        task.free_at = task.work_to;
    }

    // --- taking it back ---

    CENAS_HD void release(GpuTask& task) {
        book(task);
        const double done = task.done + (task.work_to - task.work_from);
        if (task.role == GpuRole::querying) {
            for (std::int32_t i = 0; i < task.count; ++i)
                scratch_.queue[(queue_first_ + queue_count_++) % queue_size_] = task.first + i;
            in_flight_ -= task.count;
        } else if (task.role == GpuRole::supernet_training) {
            supernet_runs_ = false;
            supernet_done_ = done;
            trained_ = task.pausing == 0;
            if (trained_) --unfinished_;
        } else if (task.pausing != 0) {
            scratch_.paused[(paused_first_ + paused_count_++) % pool_.gpus] = {task.first, done};
        } else {
            --unfinished_;
        }
        task.role = GpuRole::none;
    }

    CENAS_HD double power_of(GpuRole role) const {
        return role == GpuRole::training   ? pool_.evaluation_w
               : role == GpuRole::querying ? pool_.sampling_w
                                           : pool_.supernet_w;
    }

    /// What the task drew up to now, above idling.
    CENAS_HD void book(const GpuTask& task) {
        if (task.role == GpuRole::none) return;
        const double switching = pool_.switching_w - pool_.idle_w;
        meter_.use(switching, task.from, earlier(task.work_from));
        meter_.use(power_of(task.role) - pool_.idle_w, task.work_from, earlier(task.work_to));
        meter_.use(switching, task.work_to, earlier(task.free_at));
    }
    CENAS_HD double earlier(double t) const { return t < now_ ? t : now_; }

    const ReplayWork& work_;
    const ReplayPool& pool_;
    const Decide& decide_;
    Meter& meter_;
    ScheduleScratch scratch_;

    GpuCounts counts_{-1, -1};
    double now_ = 0;
    std::int32_t unfinished_ = 0;  // trainings, and the supernet's
    std::int32_t next_ = 0;        // training without a query
    std::int32_t queried_ = 0;     // or in flight: candidates before this one
    std::int32_t in_flight_ = 0;
    std::int32_t queue_size_;
    std::int32_t queue_first_ = 0, queue_count_ = 0;
    std::int32_t paused_first_ = 0, paused_count_ = 0;
    bool trained_ = false;
    bool supernet_runs_ = false;
    double supernet_done_ = 0;
};

}  // namespace cenas

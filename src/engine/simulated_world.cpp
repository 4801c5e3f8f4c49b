// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "engine/simulated_world.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace cenas {
namespace {

Component component_of(TaskKind kind) {
    switch (kind) {
        case TaskKind::sampling:
            return Component::sampling;
        case TaskKind::supernet_training:
            return Component::supernet_training;
        case TaskKind::evaluation:
            break;
    }
    return Component::evaluation;
}

}  // namespace

SimulatedWorld::SimulatedWorld(const Problem& problem, const Options& options, Seconds start)
    : problem_(problem),
      options_(options),
      paper_(options.accounting.mode == "paper"),
      now_(start),
      slots_(static_cast<std::size_t>(options.run.gpus)) {}

SimulatedWorld::Progress& SimulatedWorld::progress_of(const Task& task) {
    const auto id = static_cast<std::size_t>(task.id);
    if (id >= progress_.size()) progress_.resize(id + 1);
    if (progress_[id]) return *progress_[id];
    Progress progress;
    if (task.kind == TaskKind::evaluation)
        progress.length = Seconds(training_s(problem_, task.fidelity, task.cells[0]));
    else if (!paper_ && task.kind == TaskKind::supernet_training)
        progress.length = Seconds(problem_.table.supernet_training_s);
    else if (!paper_)
        for (const CellIndex cell : task.cells)
            progress.length += Seconds(problem_.table.sampling_s[problem_.row(cell)]);
    if (!paper_ && options_.switching.slices_per_evaluation > 0)
        progress.slice = progress.length / options_.switching.slices_per_evaluation;
    return progress_[id].emplace(progress);
}

void SimulatedWorld::start(int gpu, const Task& task) {
    const Progress& progress = progress_of(task);
    const bool resumed = progress.done.value > 0;
    Slot slot;
    slot.task = task.id;
    slot.kind = task.kind;
    slot.work_from = now_ + Seconds(resumed && !paper_ ? options_.switching.resume_s : 0.0);
    slot.work_to = slot.work_from + (progress.length - progress.done);
    slot.free_at = slot.work_to;
    slots_[static_cast<std::size_t>(gpu)] = slot;
}

void SimulatedWorld::pause(int gpu) {
    auto& slot = slots_[static_cast<std::size_t>(gpu)];
    if (!slot || slot->pausing || slot->kind == TaskKind::sampling) return;
    const Progress& progress = *progress_[static_cast<std::size_t>(slot->task)];
    Seconds stop = progress.done + (std::max(now_, slot->work_from) - slot->work_from);
    constexpr double rounding = 1e-9;  // a moment that is on a boundary, or the end, but for rounding counts as on it
    if (progress.slice.value > 0) {
        stop = progress.slice * std::ceil(stop / progress.slice - rounding);
    }
    if (stop >= progress.length * (1 - rounding)) return;  // it finishes before it could be paused
    slot->pausing = true;
    slot->work_to = slot->work_from + std::max(stop - progress.done, Seconds(0));
    slot->free_at = slot->work_to + Seconds(stop.value > 0 && !paper_ ? options_.switching.pause_s : 0.0);
}

Event SimulatedWorld::wait(Seconds until) {
    int next = -1;
    for (int gpu = 0; gpu < options_.run.gpus; ++gpu) {
        const auto& slot = slots_[static_cast<std::size_t>(gpu)];
        if (slot && slot->free_at <= until &&
            (next < 0 || slot->free_at < slots_[static_cast<std::size_t>(next)]->free_at))
            next = gpu;
    }
    if (next < 0) {
        advance(until);
        return {};
    }
    auto& slot = slots_[static_cast<std::size_t>(next)];
    advance(slot->free_at);
    Progress& progress = *progress_[static_cast<std::size_t>(slot->task)];
    progress.done += slot->work_to - slot->work_from;
    const Event event{slot->pausing ? Event::Kind::paused : Event::Kind::finished, next, slot->task};
    slot.reset();
    return event;
}

void SimulatedWorld::advance(Seconds to) {
    if (to > now_)
        for (const auto& slot : slots_) {
            if (!slot) {
                usage_.push_back({-1, Component::idle, now_, to, power_of(Component::idle)});
                continue;
            }
            use(*slot, Component::switching, now_, std::min(to, slot->work_from));
            use(*slot, component_of(slot->kind), std::max(now_, slot->work_from), std::min(to, slot->work_to));
            use(*slot, Component::switching, std::max(now_, slot->work_to), to);
        }
    if (to > now_) usage_.push_back({-1, Component::optimizer, now_, to, power_of(Component::optimizer)});
    now_ = std::max(now_, to);
}

void SimulatedWorld::use(const Slot& slot, Component component, Seconds from, Seconds to) {
    if (to > from) usage_.push_back({slot.task, component, from, to, power_of(component)});
}

std::vector<Usage> SimulatedWorld::take_usage() { return std::exchange(usage_, {}); }

Watts SimulatedWorld::power_of(Component component) const {
    switch (component) {
        case Component::evaluation:
            return Watts(options_.power.evaluation_w);
        case Component::sampling:
            return Watts(options_.power.sampling_w);
        case Component::supernet_training:
            return Watts(options_.power.supernet_training_w);
        case Component::switching:
            return Watts(options_.power.switching_w);
        case Component::optimizer:
            return Watts(options_.power.optimizer_w);
        case Component::idle:
        case Component::measurement:  // on devices that are none of this world's
            break;
    }
    return Watts(options_.power.idle_w);
}

Watts SimulatedWorld::power() const {
    Watts total;
    for (const auto& slot : slots_) {
        if (!slot)
            total += power_of(Component::idle);
        else if (now_ >= slot->work_to)
            total += power_of(Component::switching);
        else if (now_ >= slot->work_from)
            total += power_of(component_of(slot->kind));
        else  // it reads a checkpoint, then works
            total += std::max(power_of(Component::switching), power_of(component_of(slot->kind)));
    }
    return total;
}

std::vector<double> SimulatedWorld::result(const Task& task, CellIndex cell) const {
    return values_at(problem_, task.kind == TaskKind::sampling ? Fidelity::supernet : task.fidelity, cell);
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/recorded_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"

namespace cenas {
namespace {

std::string describe(const Decision& decision) {
    constexpr std::array kinds{"evaluation", "sampling", "supernet training"};
    return fmt::format(
        "{} task {} ({}{}{}) on GPU {}", decision.kind == Decision::Kind::start ? "start" : "pause", decision.task,
        decision.fidelity == Fidelity::low ? "low-fidelity " : "", kinds[static_cast<std::size_t>(decision.task_kind)],
        decision.cells.empty() ? "" : fmt::format(" of {}", cell_string(decision.cells.front())), decision.gpu);
}

std::string describe_at(const std::vector<Decision>& decisions, std::size_t i) {
    return i < decisions.size() ? describe(decisions[i]) : "nothing more";
}

}  // namespace

RecordedWorld::RecordedWorld(Trace& trace, const std::vector<LiveInput>& inputs, Seconds start)
    : now_(start), trace_(trace), inputs_(inputs) {
    // The engine's first look at the trace is before its first wait.
    if (!inputs.empty() && !inputs.front().readings.empty()) learn(inputs.front().readings.front());
}

void RecordedWorld::learn(const Reading& reading) {
    trace_.values.at(static_cast<std::size_t>(reading.step)) = reading.intensity;
}

void RecordedWorld::start(int gpu, const Task& task) {
    decide({Decision::Kind::start, gpu, task.id, task.kind, task.cells, task.fidelity});
    tasks_[gpu] = task;
}

void RecordedWorld::pause(int gpu) {
    const Task& task = tasks_.at(gpu);
    decide({Decision::Kind::pause, gpu, task.id, task.kind, {}, task.fidelity});
}

const LiveInput& RecordedWorld::next_input() {
    const LiveInput& input = inputs_[next_++];
    const auto made = std::exchange(decisions_, {});
    if (input.decisions == made) return input;
    const auto was = std::mismatch(input.decisions.begin(), input.decisions.end(), made.begin(), made.end()).first;
    const auto at = static_cast<std::size_t>(was - input.decisions.begin());
    throw DataError(fmt::format("decisions after {:.3f} s differ: recorded is {}, made is {}", now_.value,
                                describe_at(input.decisions, at), describe_at(made, at)));
}

Event RecordedWorld::wait(Seconds) {
    if (const auto event = repeat()) return *event;
    throw DataError("the record ends before the search does");
}

std::optional<Event> RecordedWorld::repeat() {
    while (!at_end()) {
        const LiveInput& input = next_input();
        if (input.kind == LiveInput::Kind::end) throw DataError("the recorded search is over, and this one is not");
        const Event event = deliver(input);
        if (input.kind == LiveInput::Kind::event) return event;
    }
    return std::nullopt;
}

Event RecordedWorld::deliver(const LiveInput& input) {
    now_ = Seconds(input.now_s);
    for (const Reading& reading : input.readings) learn(reading);
    for (const LiveUsage& usage : input.usage) usage_.push_back(usage_of(usage));
    if (input.kind == LiveInput::Kind::event && input.event.kind != Event::Kind::clock) {
        const auto task = tasks_.find(input.event.gpu);
        if (task == tasks_.end() || task->second.id != input.event.task)
            throw DataError(
                fmt::format("recorded after {:.3f} s: task {} comes back from GPU {}, which does not have it",
                            now_.value, input.event.task, input.event.gpu));
        tasks_.erase(task);
        if (!input.values.empty()) values_[input.event.task] = input.values;
    }
    return input.event;
}

std::vector<Usage> RecordedWorld::take_usage() { return std::exchange(usage_, {}); }

void RecordedWorld::stop() {
    while (!at_end()) deliver(next_input());
}

std::vector<double> RecordedWorld::result(const Task& task, CellIndex cell) const {
    const auto& values = values_.at(task.id);
    const std::size_t objectives = values.size() / task.cells.size();
    const auto row =
        static_cast<std::size_t>(std::find(task.cells.begin(), task.cells.end(), cell) - task.cells.begin());
    return {&values[row * objectives], &values[row * objectives] + objectives};
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/live_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/clock.hpp"
#include "base/log.hpp"

namespace cenas {
namespace {

double wall_s(const Report& report) {
    double sum = 0;
    for (const WorkPart& part : report.parts) sum += part.wall_s;
    return sum;
}

}  // namespace

LiveWorld::LiveWorld(LiveSurroundings surroundings, Trace& trace, const std::vector<LiveInput>& recorded, Seconds start)
    : RecordedWorld(trace, recorded, start),
      around_(std::move(surroundings)),
      slots_(around_.groups.size()),
      fresh_(recorded.empty()) {
    for (const LiveInput& input : recorded)
        for (const Reading& reading : input.readings) steps_read_ = reading.step + 1;
    if (fresh_) read_carbon();  // the engine's first look is before its first wait
}

// --- what the engine asks for --------------------------------------------------------------------------------------

void LiveWorld::start(int gpu, const Task& task) {
    RecordedWorld::start(gpu, task);
    slots_[static_cast<std::size_t>(gpu)].pausing = false;
    if (clock_) send_begin(gpu);
}

void LiveWorld::send_begin(int gpu) {
    const Command command{Command::Kind::begin, {around_.search, around_.seed, tasks_.at(gpu)}};
    slots_[static_cast<std::size_t>(gpu)].busy = true;
    around_.groups[static_cast<std::size_t>(gpu)].heard_s = monotonic_s();
    around_.channels.send(gpu, to_bytes(command));
}

void LiveWorld::pause(int gpu) {
    RecordedWorld::pause(gpu);  // a decision, even where nothing follows
    Slot& slot = slots_[static_cast<std::size_t>(gpu)];
    if (slot.pausing || tasks_.at(gpu).kind == TaskKind::sampling) return;
    slot.pausing = true;
    if (clock_) around_.channels.send(gpu, to_bytes(Command{Command::Kind::stop, {around_.search, 0, tasks_.at(gpu)}}));
}

Watts LiveWorld::power() const {
    double sum = 0;
    for (std::size_t gpu = 0; gpu < slots_.size(); ++gpu) {
        const GroupState& group = around_.groups[gpu];
        sum += slots_[gpu].busy ? std::max(group.busy_w, group.idle_w) : group.idle_w;
    }
    return Watts(sum / around_.speed);
}

double LiveWorld::lasted_s() const { return clock_ ? monotonic_s() - began_s_ : 0; }

// --- time passes ---------------------------------------------------------------------------------------------------

Event LiveWorld::wait(Seconds until) {
    if (!clock_)
        if (const auto event = repeat()) return *event;
    until_ = until;
    if (!clock_) begin_living();
    for (;;) {
        if (const std::string reason = around_.reason_to_stop(); !reason.empty()) halt(reason);
        for (int gpu = 0; gpu < std::ssize(slots_); ++gpu) {  // what was told to pause before it was handed out anew
            const Slot& slot = slots_[static_cast<std::size_t>(gpu)];
            if (tasks_.contains(gpu) && !slot.busy && slot.pausing) {
                const Event event{Event::Kind::paused, gpu, tasks_.at(gpu).id};
                emit(LiveInput::Kind::event, event, {}, false);
                return event;
            }
        }
        const double left_s = (until.value - clock_()) / around_.speed;
        if (left_s <= 0) return clock_event(until);
        constexpr double look_up_s = 0.1;  // for signals, and for the disk
        const auto received = next_report(std::min(left_s, look_up_s));
        if (!received) continue;
        let_time_pass();
        if (const auto event = take(received->group, report_from(received->message))) return *event;
    }
}

void LiveWorld::let_time_pass() { now_ = Seconds(std::clamp(clock_(), now_.value, std::max(now_, until_).value)); }

/// From here on nothing is recorded yet. What is under way is handed out again, to go on from its saved state.
void LiveWorld::begin_living() {
    began_s_ = monotonic_s();
    clock_ = around_.start_clock(now_.value);
    const double restarted_s = fresh_ ? now_.value : std::max(now_.value, clock_());  // nobody worked for us in between
    optimizer_told_s_ = restarted_s;
    for (Slot& slot : slots_) slot.told_s = restarted_s;
    for (const auto& [gpu, task] : tasks_)
        if (!slots_[static_cast<std::size_t>(gpu)].pausing || task.kind == TaskKind::sampling) send_begin(gpu);
}

std::optional<GroupChannels::Received> LiveWorld::next_report(double seconds) {
    const double began_s = monotonic_s();
    auto received = around_.channels.receive_within(seconds);
    waited_s_ += monotonic_s() - began_s;
    around_.idle();
    if (received) around_.groups[static_cast<std::size_t>(received->group)].heard_s = monotonic_s();
    for (int gpu = 0; gpu < std::ssize(slots_); ++gpu)
        if (silent_too_long(gpu))
            throw RunError(
                fmt::format("group {} ({}) has said nothing for {:g} s (live.patience_s): the run ends; "
                            "--restart goes on",
                            gpu, around_.groups[static_cast<std::size_t>(gpu)].text, around_.patience_s));
    return received;
}

bool LiveWorld::silent_too_long(int gpu) const {
    return slots_[static_cast<std::size_t>(gpu)].busy &&
           monotonic_s() - around_.groups[static_cast<std::size_t>(gpu)].heard_s > around_.patience_s;
}

Event LiveWorld::clock_event(Seconds at) {
    now_ = at;
    for (int gpu = 0; gpu < std::ssize(slots_); ++gpu)
        if (!slots_[static_cast<std::size_t>(gpu)].busy) tell_waiting(gpu, now_.value);
    read_carbon();
    emit(LiveInput::Kind::event, {}, {}, false);
    return {};
}

/// Of the step that begins now, if one does and is not known yet.
void LiveWorld::read_carbon() {
    const auto step_s = static_cast<double>(trace().step_s);
    const auto step = static_cast<std::int64_t>(now_.value / step_s + 1e-9);
    try {
        for (; steps_read_ <= step && steps_read_ < std::ssize(trace().values); ++steps_read_)
            learn(pending_.readings.emplace_back(around_.carbon(steps_read_)));
    } catch (const StaleCarbon& e) {
        if (clock_) halt(e.what());
        throw StoppedEarly{e.what()};
    }
}

/// What a report means for the engine; nothing: no more than usage.
std::optional<Event> LiveWorld::take(int gpu, const Report& report) {
    Slot& slot = slots_[static_cast<std::size_t>(gpu)];
    tell_usage(gpu, report);
    Event event{Event::Kind::clock, gpu, report.task};
    switch (report.kind) {
        case Report::Kind::hello:
        case Report::Kind::slice:
            emit(LiveInput::Kind::usage, {}, {}, false);
            if (report.stopping) halt(fmt::format("a signal to group {}", gpu));
            return std::nullopt;
        case Report::Kind::paused:
            event.kind = Event::Kind::paused;
            break;
        case Report::Kind::finished:
            event.kind = Event::Kind::finished;
            break;
        case Report::Kind::failed:
            event.kind = Event::Kind::failed;
            spdlog::warn("task {} on group {} ({}) failed: {}", report.task, gpu,
                         around_.groups[static_cast<std::size_t>(gpu)].text, report.text);
            break;
    }
    slot.busy = false;
    const Task task = tasks_.at(gpu);
    emit(LiveInput::Kind::event, event, report.values, task.kind != TaskKind::sampling);
    if (event.kind != Event::Kind::paused) around_.forget(task);
    return event;
}

/// Now the engine, and the disk, may have it.
void LiveWorld::emit(LiveInput::Kind kind, const Event& event, std::vector<double> values, bool sync) {
    tell_optimizer();
    LiveInput input = std::exchange(pending_, {});
    input.kind = kind;
    input.now_s = now_.value;
    input.event = event;
    input.values = std::move(values);
    input.decisions = std::exchange(decisions_, {});
    around_.keep(input, sync);
    deliver(input);
}

// --- usage ---------------------------------------------------------------------------------------------------------

/// A group that waits draws its idle power.
void LiveWorld::tell_waiting(int gpu, double to_s) {
    Slot& slot = slots_[static_cast<std::size_t>(gpu)];
    if (to_s <= slot.told_s) return;
    const double joules = around_.groups[static_cast<std::size_t>(gpu)].idle_w * (to_s - slot.told_s) / around_.speed;
    pending_.usage.push_back({gpu, -1, Component::idle, slot.told_s, to_s, 0, joules});
    slot.told_s = to_s;
}

/// The parts of a report end now; before them the group waited. Parts that do not fit into the time since what was told
/// before (clocks differ a little; the clock may stand still) are shortened, and keep their joules.
void LiveWorld::tell_usage(int gpu, const Report& report) {
    constexpr double shortest_s = 1e-6;  // joules need a time to be drawn in
    Slot& slot = slots_[static_cast<std::size_t>(gpu)];
    const double work_s = wall_s(report) * around_.speed;
    if (work_s <= 0) return;
    tell_waiting(gpu, now_.value - work_s);
    double from_s = std::min(slot.told_s, now_.value - shortest_s);
    const double stretch = (now_.value - from_s) / work_s;
    double done_s = 0, joules = 0;
    const double first_s = from_s;
    for (const WorkPart& part : report.parts) {
        if (part.wall_s <= 0) continue;
        done_s += part.wall_s * around_.speed;
        joules += part.measured_j + part.modelled_j;
        const double to_s = std::min(now_.value, first_s + done_s * stretch);
        if (to_s <= from_s) continue;  // less than the clock can tell
        pending_.usage.push_back({gpu, report.task, part.component, from_s, to_s, part.measured_j, part.modelled_j});
        from_s = to_s;
    }
    around_.groups[static_cast<std::size_t>(gpu)].busy_w = joules / (work_s / around_.speed);
    slot.told_s = now_.value;
}

void LiveWorld::tell_optimizer() {
    if (now_.value <= optimizer_told_s_) return;
    const double joules = around_.optimizer_w * (now_.value - optimizer_told_s_);
    pending_.usage.push_back({-1, -1, Component::optimizer, optimizer_told_s_, now_.value, 0, joules});
    optimizer_told_s_ = now_.value;
}

// --- the end -------------------------------------------------------------------------------------------------------

/// Every group gives its task back, at the end of its slice.
void LiveWorld::stop_all() {
    for (const auto& [gpu, task] : tasks_)
        if (slots_[static_cast<std::size_t>(gpu)].busy)
            around_.channels.send(gpu, to_bytes(Command{Command::Kind::stop, {around_.search, 0, task}}));
    while (std::any_of(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.busy; })) {
        const auto received = next_report(0.1);
        if (!received) continue;
        const Report report = report_from(received->message);
        let_time_pass();
        tell_usage(received->group, report);
        if (report.kind != Report::Kind::slice) slots_[static_cast<std::size_t>(received->group)].busy = false;
    }
}

/// For this time. A task that a group finishes meanwhile is finished from its saved state after the restart.
void LiveWorld::halt(const std::string& reason) {
    stop_all();
    emit(LiveInput::Kind::usage, {}, {}, true);
    throw StoppedEarly{reason};
}

/// For good.
void LiveWorld::stop() {
    RecordedWorld::stop();
    if (!clock_) return;
    until_ = now_;
    stop_all();
    for (int gpu = 0; gpu < std::ssize(slots_); ++gpu) tell_waiting(gpu, now_.value);
    emit(LiveInput::Kind::end, {}, {}, true);
}

}  // namespace cenas

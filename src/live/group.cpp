// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/group.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/stop.hpp"

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

/// One task of one group.
class TaskRun {
  public:
    TaskRun(const Communicator& group, CoordinatorChannel* channel, const LiveSettings& settings, LiveTask task,
            Evaluator& evaluator)
        : group_(group), channel_(channel), settings_(settings), task_(std::move(task)), evaluator_(evaluator) {
        report_.task = task_.task.id;
    }

    void run(const TaskFiles& files) {
        try {
            work_on(files);
        } catch (const TaskFailed& e) {
            report_.text = e.reason;
            send(Report::Kind::failed);
        }
    }

  private:
    struct TaskFailed {
        std::string reason;
    };
    enum Verdict : int { go_on, stop, too_long };

    void work_on(const TaskFiles& files) {
        const bool sampling = task_.task.kind == TaskKind::sampling;
        measure(sampling ? Component::sampling : Component::switching,
                [&] { together([&] { evaluator_.begin(task_, files); }); });
        for (bool finished = false;;) {
            measure(component_of(task_.task.kind), [&] {
                together([&] {
                    finished = evaluator_.work(settings_.slice_s);
                    if (finished && task_.task.kind != TaskKind::supernet_training)
                        report_.values = evaluator_.values();
                });
            });
            if (!sampling) measure(Component::switching, [&] { evaluator_.save(); });
            if (finished) return send(Report::Kind::finished);
            switch (verdict()) {
                case go_on:
                    send(Report::Kind::slice);
                    break;
                case stop:
                    return send(Report::Kind::paused);
                case too_long:
                    throw TaskFailed{
                        fmt::format("longer than live.longest_training_h = {:g}", settings_.longest_training_h)};
            }
        }
    }

    /// What one rank meets ends the task on all; where the others wait for it in the middle of a step they wait in
    /// vain, and the coordinator ends the run.
    template <class Work>
    void together(const Work& work) const {
        std::string trouble;
        try {
            work();
        } catch (const std::exception& e) {
            trouble = e.what();
        }
        if (most(trouble.empty() ? 0 : 1) != 0) throw TaskFailed{trouble};
    }

    int most(int value) const { return group_.size() > 1 ? group_.maximum(value) : value; }

    template <class Work>
    void measure(Component component, const Work& work) {
        const double began_s = monotonic_s();
        try {
            work();
        } catch (const TaskFailed&) {  // what it has cost is booked all the same
            book(component, began_s);
            throw;
        }
        book(component, began_s);
    }

    void book(Component component, double began_s) {
        const EnergyReading energy = evaluator_.take_energy();
        report_.parts.push_back({component, monotonic_s() - began_s, energy.measured.value, energy.modelled.value});
        if (component == Component::evaluation) trained_s_ += report_.parts.back().wall_s;
    }

    /// At the end of a slice.
    Verdict verdict() const {
        const bool limited = settings_.longest_training_h > 0 && task_.task.kind == TaskKind::evaluation;
        if (limited && trained_s_ > settings_.longest_training_h * 3600) return static_cast<Verdict>(most(too_long));
        Verdict own = go_on;
        while (channel_ != nullptr) {  // also what crossed a report of the task before
            const auto message = channel_->receive_within(0);
            if (!message) break;
            const Command command = command_from(*message);
            if (command.kind == Command::Kind::stop && command.task.task.id == task_.task.id) own = stop;
        }
        return static_cast<Verdict>(most(own));
    }

    void send(Report::Kind kind) {
        report_.kind = kind;
        report_.stopping = !stop_signal().empty();
        if (channel_ != nullptr) channel_->send(to_bytes(report_));
        report_.parts.clear();
    }

    const Communicator& group_;
    CoordinatorChannel* channel_;
    const LiveSettings& settings_;
    LiveTask task_;
    Evaluator& evaluator_;
    Report report_;
    double trained_s_ = 0;  ///< on this group
};

/// The next command, on all ranks of the group.
Command next_command(const Communicator& group, CoordinatorChannel* channel) {
    Bytes bytes;
    while (channel != nullptr && bytes.empty())
        bytes = channel->receive_within(std::numeric_limits<double>::infinity()).value_or(Bytes());
    if (group.size() > 1) group.broadcast(bytes);
    return command_from(bytes);
}

}  // namespace

std::filesystem::path states_of(const std::filesystem::path& output) { return output.string() + ".states"; }

TaskFiles files_of(const std::filesystem::path& states, const LiveTask& task) {
    const std::string supernet = fmt::format("search-{}-supernet.state", task.search);
    if (task.task.kind != TaskKind::evaluation) return {states / supernet, states / supernet};
    const char* fidelity = task.task.fidelity == Fidelity::low ? "-low" : "";
    return {states / fmt::format("search-{}-cell-{}{}.state", task.search, task.task.cells.front(), fidelity),
            states / supernet};
}

void work_in_group(const Communicator& group, CoordinatorChannel* channel, const LiveSettings& settings,
                   const std::filesystem::path& states, const std::string& name, Evaluator& evaluator) {
    if (channel != nullptr) {
        Report hello;
        hello.text = name;
        hello.power_source = evaluator.power_source();
        hello.idle_w = evaluator.idle_power().value;
        channel->send(to_bytes(hello));
    }
    for (;;) {
        const Command command = next_command(group, channel);
        if (command.kind == Command::Kind::end) return;
        if (command.kind == Command::Kind::begin)
            TaskRun(group, channel, settings, command.task, evaluator).run(files_of(states, command.task));
    }
}

}  // namespace cenas

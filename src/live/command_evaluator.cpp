// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/command_evaluator.hpp"

#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/stop.hpp"
#include "io/output.hpp"

namespace cenas {
namespace {

using Json = nlohmann::json;

/// Of a shell command in a process group of its own: its wait status; none: it took longer than `limit_s`, and was
/// ended with all that it had started.
std::optional<int> run_shell(const std::string& command, std::array<std::string, 2> arguments, double limit_s) {
    // Signals that stop the run are for cenas, which lets the slice end; what the program prints is no result of ours.
    std::string script = fmt::format("trap '' TERM USR1\n{} \"$@\" >&2", command), shell = "sh", option = "-c";
    const std::array<char*, 7> argv{shell.data(),        option.data(),       script.data(), shell.data(),
                                    arguments[0].data(), arguments[1].data(), nullptr};
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attributes, 0);
    pid_t child = 0;
    const int refused = posix_spawn(&child, "/bin/sh", nullptr, &attributes, argv.data(), environ);
    posix_spawnattr_destroy(&attributes);
    if (refused != 0) throw RunError(fmt::format("/bin/sh: {}", std::strerror(refused)));
    int status = 0;
    for (const double end_s = monotonic_s() + limit_s;;) {
        const pid_t ended_child = ::waitpid(child, &status, WNOHANG);
        if (ended_child == child) return status;
        if (ended_child < 0 && errno != EINTR) throw RunError(fmt::format("waitpid: {}", std::strerror(errno)));
        if (monotonic_s() > end_s) break;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ::kill(-child, SIGKILL);
    ::waitpid(child, &status, 0);
    return std::nullopt;
}

const char* name_of(TaskKind kind) {
    switch (kind) {
        case TaskKind::sampling:
            return "sampling";
        case TaskKind::supernet_training:
            return "supernet";
        case TaskKind::evaluation:
            break;
    }
    return "evaluation";
}

/// A path, or null where there is no such file.
Json if_there(const std::filesystem::path& file) {
    return std::filesystem::exists(file) ? Json(std::filesystem::absolute(file).string()) : Json();
}

class CommandEvaluator final : public Evaluator {
  public:
    CommandEvaluator(const LiveOptions& options, int node_rank) : options_(options), node_rank_(node_rank) {}

    void begin(const LiveTask& task, const TaskFiles& files) override {
        task_ = task;
        files_ = files;
        told_s_ = monotonic_s();
        const std::string own = fmt::format("{}.{}-{}", files.state.string(), node_rank_, ::getpid());
        request_ = own + ".request";
        answer_ = own + ".answer";
        new_state_ = own + ".new";
    }

    bool work(double seconds) override {
        remove_files();
        write_request(seconds);
        const auto status = run_shell(options_.live.command, {request_.string(), answer_.string()}, limit_s());
        const bool ended_well = status && WIFEXITED(*status) && WEXITSTATUS(*status) == 0;
        // A run that is being stopped may have taken the program with it: the slice counts as not done.
        if (!ended_well && !stop_signal().empty()) return false;
        if (!status)
            throw RunError(fmt::format("live.command took longer than live.patience_s / 2 = {:g} s", limit_s()));
        if (WIFSIGNALED(*status)) throw RunError(fmt::format("live.command was ended by signal {}", WTERMSIG(*status)));
        if (!ended_well) throw RunError(fmt::format("live.command ended with exit code {}", WEXITSTATUS(*status)));
        const Json answer = read_answer();
        const bool done = take(answer);
        keep_state(done);
        remove_files();
        return done;
    }

    void save() override {}  // every slice ends saved
    std::vector<double> values() override { return values_; }

    EnergyReading take_energy() override {
        const double now_s = monotonic_s();
        const PowerOptions& power = options_.search.power;
        const double watts = task_.task.kind == TaskKind::evaluation ? power.evaluation_w
                             : task_.task.kind == TaskKind::sampling ? power.sampling_w
                                                                     : power.supernet_training_w;
        const Joules rated(watts * (now_s - std::exchange(told_s_, now_s)));
        if (const auto measured = std::exchange(joules_, std::nullopt)) return {Joules(*measured), Joules(0)};
        return {Joules(0), rated};
    }
    Watts idle_power() const override { return Watts(options_.search.power.idle_w); }
    std::string power_source() const override { return "the command's own joules, else [power] of the deck"; }

  private:
    double limit_s() const { return options_.live.patience_s / 2; }

    void remove_files() const {
        for (const auto& file : {request_, answer_, new_state_}) std::filesystem::remove(file);
    }

    void write_request(double seconds) const {
        const bool samples = task_.task.kind == TaskKind::sampling;
        Json cells = Json::array();
        for (const CellIndex cell : task_.task.cells) cells.push_back(cell_string(cell));
        const Json request = {{"task", name_of(task_.task.kind)},
                              {"cells", cells},
                              {"seed", task_.seed},
                              {"slice_s", seconds},
                              {"state", samples ? Json() : if_there(files_.state)},
                              {"new_state", std::filesystem::absolute(new_state_).string()},
                              {"supernet", samples ? if_there(files_.supernet) : Json()},
                              {"node_rank", node_rank_}};
        std::ofstream file(request_);
        file << request.dump(1) << std::endl;
        if (!file) throw RunError(fmt::format("{}: cannot be written", request_.string()));
    }

    Json read_answer() const {
        const auto bytes = read_whole(answer_);
        if (!bytes) throw RunError("live.command wrote no answer");
        const auto* text = reinterpret_cast<const char*>(bytes->data());
        Json answer = Json::parse(text, text + bytes->size(), nullptr, false);
        if (!answer.is_object()) refuse("it is no JSON object");
        return answer;
    }

    [[noreturn]] static void refuse(const std::string& why) {
        throw RunError(fmt::format("live.command's answer: {} (allowed: docs/live.md)", why));
    }

    /// Whether the task is done, and what it found.
    bool take(const Json& answer) {
        const auto done = answer.find("done");
        if (done == answer.end() || !done->is_boolean()) refuse("'done' must be true or false");
        joules_.reset();
        if (const auto joules = answer.find("joules"); joules != answer.end()) {
            if (!joules->is_number() || !(joules->get<double>() >= 0)) refuse("'joules' must be a number from 0");
            joules_ = joules->get<double>();
        }
        values_.clear();
        if (!done->get<bool>() || task_.task.kind == TaskKind::supernet_training) return done->get<bool>();
        const Json none = Json::array();
        const Json& values = answer.contains("values") ? answer["values"] : none;
        if (!values.is_array() || values.size() != task_.task.cells.size())
            refuse(fmt::format("'values' must be a list of {} object(s), one a cell", task_.task.cells.size()));
        for (const Json& of_cell : values)
            for (const ObjectiveOptions& objective : options_.search.problem.objectives) {
                const bool there = of_cell.is_object() && of_cell.contains(objective.name);
                if (!there || !of_cell[objective.name].is_number())
                    refuse(fmt::format("'values' must have a number '{}' for each cell", objective.name));
                values_.push_back(of_cell[objective.name].get<double>());
            }
        return true;
    }

    /// A new state takes the place of the old one only when the slice is over: one that was cut off is done again.
    void keep_state(bool done) const {
        if (const auto state = read_whole(new_state_))
            write_durably(files_.state, *state);
        else if (!done)
            throw RunError("live.command neither finished the task nor wrote its new_state");
    }

    const LiveOptions& options_;
    int node_rank_;
    LiveTask task_;
    TaskFiles files_;
    std::filesystem::path request_, answer_, new_state_;
    std::vector<double> values_;
    std::optional<double> joules_;  ///< of the slice before, if the program knows
    double told_s_ = 0;             ///< monotonic_s() up to which energy is told
};

}  // namespace

RunObjective command_objective(const ObjectiveOptions& wanted) {
    const Direction direction = wanted.direction == "minimize" ? Direction::minimize : Direction::maximize;
    return {wanted.name, direction, wanted.unit, wanted.reference};
}

std::unique_ptr<Evaluator> command_evaluator(const LiveOptions& options, int node_rank) {
    return std::make_unique<CommandEvaluator>(options, node_rank);
}

}  // namespace cenas

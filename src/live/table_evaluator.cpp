// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/table_evaluator.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/byte_stream.hpp"
#include "base/error.hpp"
#include "io/output.hpp"

namespace cenas {
namespace {

void sleep_for(double seconds) { std::this_thread::sleep_for(std::chrono::duration<double>(seconds)); }

class TableEvaluator final : public Evaluator {
  public:
    TableEvaluator(const LiveOptions& options, const Problem& problem) : options_(options), problem_(problem) {}

    void begin(const LiveTask& task, const TaskFiles& files) override {
        task_ = task.task;
        file_ = files.state;
        done_s_ = 0;
        if (task_.kind == TaskKind::sampling) return;
        const auto state = read_whole(file_);
        if (!state) return;
        ByteReader<DataError>(*state, file_.string() + ": no state of a task")(done_s_);
        rest(options_.search.switching.resume_s, options_.search.power.switching_w);
    }

    bool work(double seconds) override {
        const double left_s = std::max(0.0, length_s() - done_s_);
        const double slept_s = std::min(left_s, seconds * options_.speed());
        const PowerOptions& power = options_.search.power;
        rest(slept_s, task_.kind == TaskKind::evaluation ? power.evaluation_w
                      : task_.kind == TaskKind::sampling ? power.sampling_w
                                                         : power.supernet_training_w);
        done_s_ += slept_s;
        return slept_s >= left_s;
    }

    void save() override {
        ByteWriter state;
        state(done_s_);
        write_durably(file_, state.bytes);
    }

    std::vector<double> values() override {
        std::vector<double> values;
        for (const CellIndex cell : task_.cells) {
            const auto of_cell =
                values_at(problem_, task_.kind == TaskKind::evaluation ? task_.fidelity : Fidelity::supernet, cell);
            values.insert(values.end(), of_cell.begin(), of_cell.end());
        }
        return values;
    }

    EnergyReading take_energy() override { return {Joules(0), std::exchange(used_, Joules(0))}; }
    Watts idle_power() const override { return Watts(options_.search.power.idle_w * options_.speed()); }
    std::string power_source() const override { return "[power] of the deck: a rehearsal"; }

  private:
    /// So many seconds of the trace's clock.
    void rest(double seconds, double watts) {
        sleep_for(seconds / options_.speed());
        used_ += Watts(watts) * Seconds(seconds);
    }

    double length_s() const {
        if (task_.kind == TaskKind::supernet_training) return problem_.table.supernet_training_s;
        double sum = 0;
        for (const CellIndex cell : task_.cells)
            sum += task_.kind == TaskKind::evaluation ? training_s(problem_, task_.fidelity, cell)
                                                      : problem_.table.sampling_s[problem_.row(cell)];
        return sum;
    }

    const LiveOptions& options_;
    const Problem& problem_;
    Task task_;
    std::filesystem::path file_;
    double done_s_ = 0;  ///< of the trace's clock
    Joules used_;
};

}  // namespace

std::unique_ptr<Evaluator> table_evaluator(const LiveOptions& options, const Problem& problem) {
    return std::make_unique<TableEvaluator>(options, problem);
}

}  // namespace cenas

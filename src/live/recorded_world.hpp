// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "carbon/trace.hpp"
#include "engine/world.hpp"
#include "live/inputs.hpp"

namespace cenas {

/// A world in which everything happens as it was recorded. An engine that is the same asks for the same; where it
/// decides otherwise, since a recorded intensity was altered, say, the next wait throws DataError, with the first place
/// where the two differ. So do inputs that cannot be.
class RecordedWorld : public World {
  public:
    /// `trace` is the engine's, of which the recorded readings become values; both outlive the world, whose clock
    /// begins at `start`.
    RecordedWorld(Trace& trace, const std::vector<LiveInput>& inputs, Seconds start);

    Seconds now() const override { return now_; }
    void start(int gpu, const Task& task) override;
    void pause(int gpu) override;
    Event wait(Seconds until) override;
    std::vector<Usage> take_usage() override;
    void stop() override;
    Watts power() const override { return {}; }  // what it serves for was recorded: when a wait ended
    std::vector<double> result(const Task& task, CellIndex cell) const override;

  protected:
    /// The next recorded event; none: the record is at its end, and everything in it was delivered.
    std::optional<Event> repeat();
    /// Takes over what an input says; its event.
    Event deliver(const LiveInput& input);
    void decide(Decision decision) { decisions_.push_back(std::move(decision)); }
    const Trace& trace() const { return trace_; }
    void learn(const Reading& reading);

    std::vector<Decision> decisions_;  ///< since the input before
    std::map<int, Task> tasks_;        ///< by GPU: those that were started and have not come back
    Seconds now_;

  private:
    bool at_end() const { return next_ == inputs_.size(); }
    const LiveInput& next_input();

    Trace& trace_;
    const std::vector<LiveInput>& inputs_;
    std::size_t next_ = 0;
    std::vector<Usage> usage_;
    std::map<int, std::vector<double>> values_;  ///< by task, until the engine has asked for them
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "live/carbon_feed.hpp"
#include "live/channels.hpp"
#include "live/messages.hpp"
#include "live/recorded_world.hpp"

namespace cenas {

/// The search's clock, from a moment on.
using Clock = std::function<double()>;

/// A group as the coordinator knows it; it outlives the searches.
struct GroupState {
    std::string text;  ///< who it is, for people
    double idle_w = 0;
    double busy_w = 0;   ///< as it was lately
    double heard_s = 0;  ///< monotonic_s() of its last report
};

/// What a live world works with.
struct LiveSurroundings {
    std::int64_t search = 0;  ///< number in the run
    std::int64_t seed = 0;
    GroupChannels& channels;
    std::vector<GroupState>& groups;
    CarbonFeed carbon;
    std::function<Clock(double at_s)> start_clock;  ///< a clock that shows `at_s` now, or more where the world went on
    double speed = 1;                               ///< of the clock against the wall's
    double optimizer_w = 0;
    double patience_s = 0;
    /// Takes an input to disk; `sync`: at once, since work would be lost.
    std::function<void(const LiveInput&, bool sync)> keep;
    std::function<void()> idle;                   ///< called often
    std::function<std::string()> reason_to_stop;  ///< empty: go on
    std::function<void(const Task&)> forget;      ///< the task is over: its saved state may go
};

/// The run stops early, with everything saved.
struct StoppedEarly {
    std::string reason;
};

/// The outer world of a live search: time passes by itself, and groups of ranks carry tasks out. After a restart it
/// first repeats what was recorded, so that the engine is where it was, and hands out anew what was under way.
class LiveWorld final : public RecordedWorld {
  public:
    LiveWorld(LiveSurroundings surroundings, Trace& trace, const std::vector<LiveInput>& recorded, Seconds start);

    void start(int gpu, const Task& task) override;
    void pause(int gpu) override;
    /// Throws StoppedEarly where there is a reason to stop, once every group has saved its task, RunError for a group
    /// that says nothing.
    Event wait(Seconds until) override;
    void stop() override;
    Watts power() const override;

    /// Wall-clock seconds that the coordinator has waited for something to do, and all since the record's end.
    double waited_s() const { return waited_s_; }
    double lasted_s() const;

  private:
    struct Slot {
        bool busy = false;
        bool pausing = false;
        double told_s = 0;  ///< the search's clock up to which its usage is told
    };

    void begin_living();
    void send_begin(int gpu);
    bool silent_too_long(int gpu) const;
    std::optional<GroupChannels::Received> next_report(double seconds);
    void tell_waiting(int gpu, double to_s);
    void tell_usage(int gpu, const Report& report);
    void tell_optimizer();
    void read_carbon();
    Event clock_event(Seconds at);
    std::optional<Event> take(int gpu, const Report& report);
    void emit(LiveInput::Kind kind, const Event& event, std::vector<double> values, bool sync);
    void stop_all();
    [[noreturn]] void halt(const std::string& reason);
    void let_time_pass();

    LiveSurroundings around_;
    std::vector<Slot> slots_;
    bool fresh_;   ///< nothing was recorded before
    Clock clock_;  ///< none: still repeating
    double began_s_ = 0, waited_s_ = 0, optimizer_told_s_ = 0;
    Seconds until_;  ///< the clock goes no further
    std::int64_t steps_read_ = 0;
    LiveInput pending_;  ///< what the next input will say
};

}  // namespace cenas

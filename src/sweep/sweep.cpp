// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include "base/byte_stream.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "engine/engine.hpp"
#include "search/recorded.hpp"
#include "sweep/front.hpp"
#include "sweep/journal.hpp"

namespace cenas {
namespace {

using Units = std::vector<WorkUnit>;

std::size_t searches_in(const Units& units) {
    std::size_t sum = 0;
    for (const auto& unit : units) sum += unit.size();
    return sum;
}

struct Work {
    const Inputs& inputs;
    SweepPlan plan;
    int threads;
};

/// Notes what a strategy proposes.
class NotedSearch final : public Strategy {
  public:
    NotedSearch(std::unique_ptr<Strategy> strategy, std::vector<Proposal>& proposals)
        : strategy_(std::move(strategy)), proposals_(proposals) {}
    std::optional<Proposal> ask() override {
        const auto proposal = strategy_->ask();
        if (proposal) proposals_.push_back(*proposal);
        return proposal;
    }
    void exclude(CellIndex cell) override { strategy_->exclude(cell); }
    void tell(const Outcome& outcome) override { strategy_->tell(outcome); }
    void update() override { strategy_->update(); }
    void exchange(StateArchive& archive) override { strategy_->exchange(archive); }

  private:
    std::unique_ptr<Strategy> strategy_;
    std::vector<Proposal>& proposals_;
};

using MakeStrategy = std::function<std::unique_ptr<Strategy>(const Problem&, const MethodOptions&, std::int64_t seed)>;

SearchRecord run_with(const MakeStrategy& make, const Inputs& inputs, const PlannedSearch& planned) {
    const bool varied = !inputs.scenarios.axes.empty();
    const Options own = varied ? inputs.scenarios.options(planned.scenario) : Options();
    const Options& options = varied ? own : inputs.first;
    const MethodOptions& method = options.methods[static_cast<std::size_t>(planned.method)];
    const Trace window = window_of(inputs.traces[static_cast<std::size_t>(planned.trace)], options.run.start,
                                   static_cast<std::int64_t>(run_horizon(options).value));
    const Problem& problem = inputs.problems->of(options);
    const auto strategy = make(problem, method, planned.seed);
    SearchRecord record = simulate_search(problem, options, method, window, planned.seed, *strategy);
    record.scenario = static_cast<std::int32_t>(planned.scenario);
    record.method = planned.method;
    record.trace = planned.trace;
    record.seed = planned.seed;
    record.log_checksum = checksum_of_logs(record);
    if (options.run.record == "summary") keep_front(problem.objectives, record);
    return record;
}

/// Runs units on the rank's threads and gives each search to `finish`, one at a time, as long as `go_on` says so. The
/// first exception of any thread is rethrown once all have stopped.
template <class GoOn, class Finish>
void run_on_threads(const Work& work, const Units& units, const GoOn& go_on, const Finish& finish) {
    std::exception_ptr failure;
    std::mutex mutex;
    const auto still = [&] {
        const std::lock_guard lock(mutex);
        return !failure && go_on();
    };
    const auto finish_alone = [&](std::int64_t number, SearchRecord&& search) {
        const std::lock_guard lock(mutex);
        finish(number, std::move(search));
    };
#pragma omp parallel for schedule(dynamic, 1) num_threads(work.threads)
    for (const WorkUnit& unit : units) {
        try {
            run_unit(work.inputs, work.plan, unit, still, finish_alone);
        } catch (...) {
            const std::lock_guard lock(mutex);
            failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

void run_alone(const Work& work, const SweepSink& sink) {
    Progress progress("searches", searches_in(sink.units));
    run_on_threads(
        work, sink.units, [&] { return !sink.should_stop(); },
        [&](std::int64_t number, SearchRecord&& search) {
            sink.keep(number, search);
            progress.advance();
        });
}

// --- messages ----------------------------------------------------------------------------------------------------

/// What a worker sends: what it has done since it sent last; at first nothing.
struct Results {
    std::vector<Bytes> searches;
    double seconds = 0;       ///< that they took
    bool wants_lease = true;  ///< false: there is more to come of this one
    bool stopping = false;    ///< it got a stop signal
};

/// What it is answered.
struct Answer {
    Units lease;        ///< none: there is no more
    bool stop = false;  ///< what is under way is to be finished, and no more begun
};

Bytes to_bytes(const Results& results) {
    ByteWriter writer;
    writer(results.searches.size());
    for (const Bytes& search : results.searches) writer(search);
    writer(results.seconds);
    writer(results.wants_lease);
    writer(results.stopping);
    return std::move(writer.bytes);
}

Results results_from(const Bytes& bytes) {
    Results results;
    ByteReader<RunError> reader(bytes, "damaged message of a worker");
    std::size_t count = 0;
    reader(count);
    for (std::size_t i = 0; i < count; ++i) reader(results.searches.emplace_back());
    reader(results.seconds);
    reader(results.wants_lease);
    reader(results.stopping);
    return results;
}

Bytes to_bytes(const Answer& answer) {
    ByteWriter writer;
    writer(answer.stop);
    writer(answer.lease.size());
    for (const WorkUnit& unit : answer.lease) writer(unit);
    return std::move(writer.bytes);
}

Answer answer_from(const Bytes& bytes) {
    Answer answer;
    ByteReader<RunError> reader(bytes, "damaged message of the coordinator");
    std::size_t count = 0;
    reader(answer.stop);
    reader(count);
    for (std::size_t i = 0; i < count; ++i) reader(answer.lease.emplace_back());
    return answer;
}

// --- coordinator -------------------------------------------------------------------------------------------------

/// What to lease: units that take a worker about a second together, so that messages are few; fewer towards the end, so
/// that all end together; at least one for each of its threads.
class Leases {
  public:
    Leases(const Units& units, const Layout& layout)
        : units_(units),
          threads_(static_cast<std::size_t>(layout.threads)),
          workers_(static_cast<std::size_t>(layout.groups)),
          searches_left_(searches_in(units)) {}

    void learn(std::size_t searches, double seconds) {
        if (searches > 0 && seconds > 0) per_second_ = static_cast<double>(searches) / seconds;
    }
    Units next() {
        constexpr double lease_s = 1.0;
        const auto wanted = static_cast<std::size_t>(std::lround(per_second_ * lease_s));
        const std::size_t most = std::min(wanted, searches_left_ / (2 * workers_));
        Units lease;
        std::size_t searches = 0;
        while (next_ < units_.size() && (lease.size() < threads_ || searches + units_[next_].size() <= most)) {
            searches += units_[next_].size();
            lease.push_back(units_[next_++]);
        }
        searches_left_ -= searches;
        return lease;
    }

  private:
    const Units& units_;
    std::size_t next_ = 0;
    std::size_t threads_, workers_, searches_left_;
    double per_second_ = 0;  // of one worker, lately
};

void coordinate(const Layout& layout, const Communicator& world, const SweepSink& sink) {
    Progress progress("searches", searches_in(sink.units));
    Leases leases(sink.units, layout);
    bool stopping = false;
    for (int at_work = layout.groups; at_work > 0;) {
        constexpr double patience_s = 0.1;
        const auto received = world.receive_within(patience_s);
        sink.idle();
        stopping = stopping || sink.should_stop();
        if (!received) continue;
        const Results results = results_from(received->payload);
        stopping = stopping || results.stopping;
        leases.learn(results.searches.size(), results.seconds);
        Answer answer{{}, stopping};
        if (results.wants_lease && !stopping) answer.lease = leases.next();
        if (results.wants_lease && answer.lease.empty()) --at_work;
        world.send(received->from, Message::lease, to_bytes(answer));
        for (const Bytes& bytes : results.searches) {
            const FinishedSearch finished = finished_search_from(bytes);
            sink.keep(finished.number, finished.record);
        }
        progress.advance(results.searches.size());
    }
}

// --- workers -----------------------------------------------------------------------------------------------------

/// A worker's end of the conversation with the coordinator. One thread at a time.
class Conversation {
  public:
    explicit Conversation(const Communicator& world) : world_(world) {}

    /// Hands in what is finished and asks for more; none: there is no more.
    Units next_lease() { return say(true); }
    bool should_stop() const { return stop_ || !stop_signal().empty(); }
    /// Hands it in at once where some has waited for a second, or is much.
    void keep(std::int64_t number, SearchRecord&& search) {
        constexpr double longest_s = 1.0;
        constexpr std::size_t much = 4 << 20;  // bytes
        finished_.push_back(to_bytes(FinishedSearch{number, std::move(search)}));
        bytes_ += finished_.back().size();
        if (monotonic_s() - said_s_ >= longest_s || bytes_ >= much) say(false);
    }

  private:
    Units say(bool wants_lease) {
        const double now_s = monotonic_s();
        world_.send(0, Message::results,
                    to_bytes(Results{std::exchange(finished_, {}), now_s - said_s_, wants_lease, should_stop()}));
        bytes_ = 0;
        Answer answer = answer_from(world_.receive().payload);
        stop_ = stop_ || answer.stop;
        said_s_ = monotonic_s();
        return std::move(answer.lease);
    }

    const Communicator& world_;
    std::vector<Bytes> finished_;
    std::size_t bytes_ = 0;
    double said_s_ = monotonic_s();
    bool stop_ = false;
};

void work_for(const Work& work, const Communicator& world) {
    Conversation conversation(world);
    for (Units lease = conversation.next_lease(); !lease.empty(); lease = conversation.next_lease())
        run_on_threads(
            work, lease, [&] { return !conversation.should_stop(); },
            [&](std::int64_t number, SearchRecord&& search) { conversation.keep(number, std::move(search)); });
}

}  // namespace

void run_unit(const Inputs& inputs, const SweepPlan& plan, const WorkUnit& unit, const std::function<bool()>& go_on,
              const std::function<void(std::int64_t, SearchRecord&&)>& finish) {
    std::vector<Proposal> proposals;
    const auto note = [&](const Problem& problem, const MethodOptions& method, std::int64_t seed) {
        return std::make_unique<NotedSearch>(search_strategy(problem, method, seed), proposals);
    };
    const auto repeat = [&](const Problem&, const MethodOptions&, std::int64_t) {
        return std::make_unique<RecordedSearch>(proposals);
    };
    for (std::size_t i = 0; i < unit.size() && go_on(); ++i)
        finish(unit[i], i == 0 ? run_with(note, inputs, plan[unit[i]]) : run_with(repeat, inputs, plan[unit[i]]));
}

SearchRecord run_planned(const Inputs& inputs, const PlannedSearch& planned) {
    return run_with(search_strategy, inputs, planned);
}

void run_sweep(const Inputs& inputs, const Layout& layout, const Communicator& world, const SweepSink& sink) {
    const Work work{inputs, SweepPlan(inputs), layout.threads};
    if (layout.groups == 0)
        run_alone(work, sink);
    else if (world.rank() == 0)
        coordinate(layout, world, sink);
    else
        work_for(work, world);
}

}  // namespace cenas

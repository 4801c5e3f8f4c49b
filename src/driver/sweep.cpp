// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <mutex>
#include <utility>

#include "base/byte_stream.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/stop.hpp"
#include "driver/engine.hpp"
#include "driver/front.hpp"
#include "driver/sweep_journal.hpp"

namespace cenas {
namespace {

using Numbers = std::vector<std::int64_t>;

struct Work {
    const Inputs& inputs;
    SweepPlan plan;
    int threads;
};

/// Runs searches on the rank's threads and gives each to `finish`, one at a time, as long as `go_on` says so. The first
/// exception of any thread is rethrown once all have stopped.
template <class GoOn, class Finish>
void run_on_threads(const Work& work, const Numbers& numbers, const GoOn& go_on, const Finish& finish) {
    std::exception_ptr failure;
    std::mutex mutex;
#pragma omp parallel for schedule(dynamic, 1) num_threads(work.threads)
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        try {
            {
                const std::lock_guard lock(mutex);
                if (failure || !go_on()) continue;
            }
            SearchRecord search = run_planned(work.inputs, work.plan[numbers[i]]);
            const std::lock_guard lock(mutex);
            finish(numbers[i], std::move(search));
        } catch (...) {
            const std::lock_guard lock(mutex);
            failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

void run_alone(const Work& work, const SweepSink& sink) {
    Progress progress("searches", sink.numbers.size());
    run_on_threads(
        work, sink.numbers, [&] { return !sink.should_stop(); },
        [&](std::int64_t number, SearchRecord&& search) {
            sink.keep(number, search);
            progress.advance();
        });
}

// --- messages ----------------------------------------------------------------------------------------------------

/// What a worker sends: what it has done of its lease; at first nothing.
struct Results {
    std::vector<Bytes> searches;
    double seconds = 0;     ///< that the lease took
    bool stopping = false;  ///< it got a stop signal
};

Bytes to_bytes(const Results& results) {
    ByteWriter writer;
    writer(results.searches.size());
    for (const Bytes& search : results.searches) writer(search);
    writer(results.seconds);
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
    reader(results.stopping);
    return results;
}

Bytes to_bytes(const Numbers& lease) {
    ByteWriter writer;
    writer(lease);
    return std::move(writer.bytes);
}

Numbers lease_from(const Bytes& bytes) {
    Numbers lease;
    ByteReader<RunError> reader(bytes, "damaged message of the coordinator");
    reader(lease);
    return lease;
}

// --- coordinator -------------------------------------------------------------------------------------------------

/// How many searches to lease at once: as many as take a worker about a second, so that messages are few; fewer towards
/// the end, so that all end together.
class LeaseSize {
  public:
    LeaseSize(const Layout& layout) : threads_(static_cast<std::size_t>(layout.threads)), workers_(layout.groups) {}

    void learn(std::size_t searches, double seconds) {
        if (searches > 0 && seconds > 0) per_second_ = static_cast<double>(searches) / seconds;
    }
    std::size_t next(std::size_t left) const {
        constexpr double lease_s = 1.0;
        const auto wanted = static_cast<std::size_t>(std::lround(per_second_ * lease_s));
        const std::size_t share = left / (2 * static_cast<std::size_t>(workers_));
        return std::min(left, std::max(threads_, std::min(wanted, share)));
    }

  private:
    std::size_t threads_;
    int workers_;
    double per_second_ = 0;  // of one worker, lately
};

void coordinate(const Layout& layout, const Communicator& world, const SweepSink& sink) {
    Progress progress("searches", sink.numbers.size());
    LeaseSize size(layout);
    bool stopping = false;
    auto next = sink.numbers.begin();
    for (int at_work = layout.groups; at_work > 0;) {
        constexpr double patience_s = 0.1;
        const auto received = world.receive_within(patience_s);
        sink.idle();
        stopping = stopping || sink.should_stop();
        if (!received) continue;
        const Results results = results_from(received->payload);
        stopping = stopping || results.stopping;
        size.learn(results.searches.size(), results.seconds);
        Numbers lease;
        if (!stopping) {
            const auto end =
                next + static_cast<std::ptrdiff_t>(size.next(static_cast<std::size_t>(sink.numbers.end() - next)));
            lease.assign(next, end);
            next = end;
        }
        if (lease.empty()) --at_work;
        world.send(received->from, Message::lease, to_bytes(lease));
        for (const Bytes& bytes : results.searches) {
            const FinishedSearch finished = finished_search_from(bytes);
            sink.keep(finished.number, finished.record);
        }
        progress.advance(results.searches.size());
    }
}

// --- workers -----------------------------------------------------------------------------------------------------

void work_for(const Work& work, const Communicator& world) {
    for (Results results;;) {
        world.send(0, Message::results, to_bytes(results));
        const Numbers lease = lease_from(world.receive().payload);
        if (lease.empty()) return;
        const double began_s = monotonic_s();
        results = {};
        run_on_threads(
            work, lease, [] { return stop_signal().empty(); },
            [&](std::int64_t number, SearchRecord&& search) {
                results.searches.push_back(to_bytes(FinishedSearch{number, std::move(search)}));
            });
        results.seconds = monotonic_s() - began_s;
        results.stopping = !stop_signal().empty();
    }
}

}  // namespace

SearchRecord run_planned(const Inputs& inputs, const PlannedSearch& planned) {
    const bool varied = !inputs.scenarios.axes.empty();
    const Options own = varied ? inputs.scenarios.options(planned.scenario) : Options();
    const Options& options = varied ? own : inputs.first;
    const Trace window = window_of(inputs.traces[static_cast<std::size_t>(planned.trace)], options.run.start,
                                   static_cast<std::int64_t>(run_horizon(options).value));
    const Problem& problem = inputs.problems->of(options);
    SearchRecord record = simulate_search(problem, options, options.methods[static_cast<std::size_t>(planned.method)],
                                          window, planned.seed);
    record.scenario = static_cast<std::int32_t>(planned.scenario);
    record.method = planned.method;
    record.trace = planned.trace;
    record.seed = planned.seed;
    record.log_checksum = checksum_of_logs(record);
    if (options.run.record == "summary") keep_front(problem.objectives, record);
    return record;
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

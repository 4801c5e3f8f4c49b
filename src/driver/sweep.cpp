// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/sweep.hpp"

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <functional>
#include <numeric>
#include <utility>

#include "base/log.hpp"
#include "driver/engine.hpp"
#include "driver/task_pool.hpp"

namespace cenas {
namespace {

using Lease = std::vector<std::int64_t>;  // indices of planned searches

struct Work {
    const Options& options;
    const Inputs& inputs;
    const std::vector<PlannedSearch>& plan;
    int threads;
};

/// A finished search on its way to the coordinator: its index and its record.
using Finished = std::vector<std::pair<std::int64_t, Bytes>>;

SearchRecord run_planned(const Work& work, std::int64_t index) {
    const PlannedSearch& planned = work.plan[static_cast<std::size_t>(index)];
    SearchRecord record = simulate_search(work.inputs.problem, work.options,
                                          work.options.methods[static_cast<std::size_t>(planned.method)],
                                          work.inputs.windows[static_cast<std::size_t>(planned.trace)], planned.seed);
    record.method = planned.method;
    record.trace = planned.trace;
    record.seed = planned.seed;
    return record;
}

/// Runs the leased searches on the rank's threads and hands `finish(record)` of each to `store(position in lease, ...)`
/// under a lock; `store` must not throw. The first exception of any thread is rethrown once all have stopped.
template <class Finish, class Store>
void run_lease(const Work& work, const Lease& lease, const Finish& finish, const Store& store) {
    std::exception_ptr failure;
#pragma omp parallel for schedule(dynamic, 1) num_threads(work.threads)
    for (std::size_t i = 0; i < lease.size(); ++i) {
        bool failed = false;
#pragma omp critical(cenas_lease)
        failed = failure != nullptr;
        if (failed) continue;
        try {
            auto result = finish(run_planned(work, lease[i]));
#pragma omp critical(cenas_lease)
            store(i, std::move(result));
        } catch (...) {
#pragma omp critical(cenas_lease)
            failure = std::current_exception();
        }
    }
    if (failure) std::rethrow_exception(failure);
}

/// Largest first, so that no long search is left for the end.
Lease by_size(const std::vector<PlannedSearch>& plan) {
    Lease order(plan.size());
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        return plan[static_cast<std::size_t>(a)].expected_evaluations >
               plan[static_cast<std::size_t>(b)].expected_evaluations;
    });
    return order;
}

template <class T>
void append(Bytes& bytes, const T* data, std::size_t count) {
    const std::size_t old = bytes.size();
    bytes.resize(old + count * sizeof(T));
    if (count > 0) std::memcpy(bytes.data() + old, data, count * sizeof(T));
}

Bytes pack(const Lease& lease) {
    Bytes bytes;
    append(bytes, lease.data(), lease.size());
    return bytes;
}

Lease unpack_lease(const Bytes& bytes) {
    Lease lease(bytes.size() / sizeof(std::int64_t));
    if (!bytes.empty()) std::memcpy(lease.data(), bytes.data(), lease.size() * sizeof(std::int64_t));
    return lease;
}

/// index, length, record bytes; again for each search.
Bytes pack(const Finished& finished) {
    Bytes bytes;
    for (const auto& [index, record] : finished) {
        const std::int64_t head[2] = {index, static_cast<std::int64_t>(record.size())};
        append(bytes, head, 2);
        append(bytes, record.data(), record.size());
    }
    return bytes;
}

Finished unpack_finished(const Bytes& bytes) {
    Finished finished;
    for (auto at = bytes.begin(); at != bytes.end();) {
        std::int64_t head[2];
        std::memcpy(head, &*at, sizeof head);
        at += sizeof head;
        finished.emplace_back(head[0], Bytes(at, at + head[1]));
        at += head[1];
    }
    return finished;
}

Finished run_share(const Work& work, const Lease& share) {
    Finished finished(share.size());
    run_lease(work, share, to_bytes, [&](std::size_t i, Bytes&& record) {
        finished[i] = {share[i], std::move(record)};
    });
    return finished;
}

// --- one rank alone ----------------------------------------------------------------------------------------------

std::vector<SearchRecord> run_alone(const Work& work) {
    const Lease order = by_size(work.plan);
    std::vector<SearchRecord> records(work.plan.size());
    Progress progress("searches", work.plan.size());
    run_lease(work, order, std::identity(), [&](std::size_t i, SearchRecord&& record) {
        records[static_cast<std::size_t>(order[i])] = std::move(record);
        progress.advance();
    });
    return records;
}

// --- coordinator -------------------------------------------------------------------------------------------------

std::vector<SearchRecord> coordinate(const Work& work, const Layout& layout, const Communicator& world) {
    const Lease order = by_size(work.plan);
    const auto lease_size = static_cast<std::size_t>(layout.ranks_per_group) * static_cast<std::size_t>(layout.threads);
    std::vector<SearchRecord> records(work.plan.size());
    Progress progress("searches", work.plan.size());
    std::size_t next = 0;
    for (int at_work = layout.groups; at_work > 0;) {
        const auto received = world.receive();
        for (const auto& [index, bytes] : unpack_finished(received.payload)) {
            records[static_cast<std::size_t>(index)] = search_record_from(bytes);
            progress.advance();
        }
        const std::size_t end = std::min(next + lease_size, order.size());
        const Lease lease(order.begin() + static_cast<std::ptrdiff_t>(next),
                          order.begin() + static_cast<std::ptrdiff_t>(end));
        next = end;
        if (lease.empty()) --at_work;
        world.send(received.from, Message::lease, pack(lease));
    }
    return records;
}

// --- worker groups -----------------------------------------------------------------------------------------------

/// Every size-th search of the lease, from the rank-th on.
Lease share_of(const Lease& lease, int rank, int size) {
    Lease share;
    for (auto i = static_cast<std::size_t>(rank); i < lease.size(); i += static_cast<std::size_t>(size))
        share.push_back(lease[i]);
    return share;
}

/// The leader of a group (its rank 0) fetches leases, passes a share to every rank, and returns all results.
void lead_group(const Work& work, const Communicator& group, const Communicator& world) {
    Bytes results;
    for (Message message = Message::request_work;; message = Message::results) {
        world.send(0, message, results);
        const Lease lease = unpack_lease(world.receive().payload);
        const Message message_to_group = lease.empty() ? Message::stop : Message::group_lease;
        for (int rank = 1; rank < group.size(); ++rank)
            group.send(rank, message_to_group, pack(share_of(lease, rank, group.size())));
        if (lease.empty()) return;
        results = pack(run_share(work, share_of(lease, 0, group.size())));
        for (int rank = 1; rank < group.size(); ++rank) {
            const Bytes part = group.receive().payload;
            append(results, part.data(), part.size());
        }
    }
}

void follow_group(const Work& work, const Communicator& group) {
    for (;;) {
        const auto received = group.receive();
        if (received.message == Message::stop) return;
        group.send(0, Message::group_results, pack(run_share(work, unpack_lease(received.payload))));
    }
}

}  // namespace

std::vector<SearchRecord> run_sweep(const Options& options, const Inputs& inputs, const Layout& layout,
                                    const Communicator& world) {
    const auto plan = plan_searches(options, inputs);
    const Work work{options, inputs, plan, layout.threads};
    if (layout.groups == 0) return run_alone(work);
    const auto group = make_workers(world, layout).group;
    if (!group) return coordinate(work, layout, world);
    if (group->rank() == 0)
        lead_group(work, *group, world);
    else
        follow_group(work, *group);
    return {};
}

}  // namespace cenas

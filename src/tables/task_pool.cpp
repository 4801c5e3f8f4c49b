// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "tables/task_pool.hpp"

#include <cstring>

namespace cenas {
namespace {

constexpr std::int64_t no_task = -1;

Bytes to_bytes(std::int64_t task) {
    Bytes bytes(sizeof task);
    std::memcpy(bytes.data(), &task, sizeof task);
    return bytes;
}

std::int64_t task_from(const Bytes& bytes) {
    std::int64_t task = no_task;
    std::memcpy(&task, bytes.data(), sizeof task);
    return task;
}

/// A worker's message is the task that it has done, and its result; at first no task.
void hand_out(const Communicator& world, int groups, const std::vector<std::int64_t>& tasks,
              const std::function<void(std::int64_t, const Bytes&)>& collect) {
    std::size_t next = 0;
    for (int at_work = groups; at_work > 0;) {
        const auto received = world.receive();
        const std::int64_t done = task_from(received.payload);
        const std::int64_t task = next < tasks.size() ? tasks[next++] : no_task;
        if (task == no_task) --at_work;
        world.send(received.from, Message::lease, to_bytes(task));
        if (done != no_task) collect(done, Bytes(received.payload.begin() + sizeof done, received.payload.end()));
    }
}

/// The first rank of a group asks for tasks, and tells the others.
void work_for(const Communicator& world, const Communicator& group, const std::function<Bytes(std::int64_t)>& work) {
    const bool leads = group.rank() == 0;
    Bytes message = to_bytes(no_task);
    for (;;) {
        Bytes announced;
        if (leads) {
            world.send(0, Message::results, message);
            announced = world.receive().payload;
        }
        group.broadcast(announced);
        const std::int64_t task = task_from(announced);
        if (task == no_task) return;
        message = to_bytes(task);
        const Bytes result = work(task);
        message.insert(message.end(), result.begin(), result.end());
    }
}

}  // namespace

Workers make_workers(const Communicator& world, const Layout& layout) {
    if (layout.groups == 0) return {world, world, 0};
    const int color = world.rank() == 0 ? -1 : (world.rank() - 1) / layout.ranks_per_group;
    return {world, world.split(color, world.rank()), layout.groups};
}

void run_tasks(const Workers& workers, const std::vector<std::int64_t>& tasks,
               const std::function<Bytes(std::int64_t)>& work,
               const std::function<void(std::int64_t, const Bytes&)>& collect) {
    if (workers.groups == 0)
        for (const std::int64_t task : tasks) collect(task, work(task));
    else if (!workers.group)
        hand_out(workers.world, workers.groups, tasks, collect);
    else
        work_for(workers.world, *workers.group, work);
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/task_pool.hpp"

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
void hand_out(const Communicator& world, const std::vector<std::int64_t>& tasks,
              const std::function<void(std::int64_t, const Bytes&)>& collect) {
    std::size_t next = 0;
    for (int at_work = world.size() - 1; at_work > 0;) {
        const auto received = world.receive();
        const std::int64_t done = task_from(received.payload);
        const std::int64_t task = next < tasks.size() ? tasks[next++] : no_task;
        if (task == no_task) --at_work;
        world.send(received.from, Message::lease, to_bytes(task));
        if (done != no_task) collect(done, Bytes(received.payload.begin() + sizeof done, received.payload.end()));
    }
}

void work_for(const Communicator& world, const std::function<Bytes(std::int64_t)>& work) {
    Bytes message = to_bytes(no_task);
    for (;;) {
        world.send(0, Message::results, message);
        const std::int64_t task = task_from(world.receive().payload);
        if (task == no_task) return;
        message = to_bytes(task);
        const Bytes result = work(task);
        message.insert(message.end(), result.begin(), result.end());
    }
}

}  // namespace

void run_tasks(const Communicator& world, const std::vector<std::int64_t>& tasks,
               const std::function<Bytes(std::int64_t)>& work,
               const std::function<void(std::int64_t, const Bytes&)>& collect) {
    if (world.size() == 1)
        for (const std::int64_t task : tasks) collect(task, work(task));
    else if (world.rank() == 0)
        hand_out(world, tasks, collect);
    else
        work_for(world, work);
}

}  // namespace cenas

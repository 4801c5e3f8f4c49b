// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/channels.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>

namespace cenas {
namespace {

class MpiGroups final : public GroupChannels {
  public:
    MpiGroups(const Communicator& world, const Layout& layout) : world_(world), layout_(layout) {}
    int groups() const override { return layout_.groups; }
    void send(int group, const Bytes& message) override {
        world_.send(1 + group * layout_.ranks_per_group, Message::command, message);
    }
    std::optional<Received> receive_within(double seconds) override {
        auto received = world_.receive_within(seconds);
        if (!received) return std::nullopt;
        return Received{(received->from - 1) / layout_.ranks_per_group, std::move(received->payload)};
    }

  private:
    Communicator world_;
    Layout layout_;
};

class MpiCoordinator final : public CoordinatorChannel {
  public:
    explicit MpiCoordinator(const Communicator& world) : world_(world) {}
    void send(const Bytes& message) override { world_.send(0, Message::report, message); }
    std::optional<Bytes> receive_within(double seconds) override {
        auto received = world_.receive_within(seconds);
        return received ? std::optional(std::move(received->payload)) : std::nullopt;
    }

  private:
    Communicator world_;
};

/// What one thread puts in, another takes out.
template <class T>
class Mailbox {
  public:
    void put(T message) {
        const std::lock_guard lock(mutex_);
        messages_.push_back(std::move(message));
        arrived_.notify_one();
    }
    std::optional<T> take_within(double seconds) {
        constexpr double longest_s = 3600;  // the clock cannot count to infinity
        std::unique_lock lock(mutex_);
        const bool any = arrived_.wait_for(lock, std::chrono::duration<double>(std::min(seconds, longest_s)),
                                           [&] { return !messages_.empty(); });
        if (!any) return std::nullopt;
        T message = std::move(messages_.front());
        messages_.pop_front();
        return message;
    }

  private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<T> messages_;
};

using ToCoordinator = Mailbox<GroupChannels::Received>;
using ToGroup = Mailbox<Bytes>;

class ThreadGroups final : public GroupChannels {
  public:
    ThreadGroups(std::shared_ptr<ToCoordinator> in, std::vector<std::shared_ptr<ToGroup>> out)
        : in_(std::move(in)), out_(std::move(out)) {}
    int groups() const override { return static_cast<int>(out_.size()); }
    void send(int group, const Bytes& message) override { out_[static_cast<std::size_t>(group)]->put(message); }
    std::optional<Received> receive_within(double seconds) override { return in_->take_within(seconds); }

  private:
    std::shared_ptr<ToCoordinator> in_;
    std::vector<std::shared_ptr<ToGroup>> out_;
};

class ThreadCoordinator final : public CoordinatorChannel {
  public:
    ThreadCoordinator(int group, std::shared_ptr<ToCoordinator> out, std::shared_ptr<ToGroup> in)
        : group_(group), out_(std::move(out)), in_(std::move(in)) {}
    void send(const Bytes& message) override { out_->put({group_, message}); }
    std::optional<Bytes> receive_within(double seconds) override { return in_->take_within(seconds); }

  private:
    int group_;
    std::shared_ptr<ToCoordinator> out_;
    std::shared_ptr<ToGroup> in_;
};

}  // namespace

std::unique_ptr<GroupChannels> mpi_group_channels(const Communicator& world, const Layout& layout) {
    return std::make_unique<MpiGroups>(world, layout);
}

std::unique_ptr<CoordinatorChannel> mpi_coordinator_channel(const Communicator& world) {
    return std::make_unique<MpiCoordinator>(world);
}

std::pair<std::unique_ptr<GroupChannels>, std::vector<std::unique_ptr<CoordinatorChannel>>> thread_channels(
    int groups) {
    const auto to_coordinator = std::make_shared<ToCoordinator>();
    std::vector<std::shared_ptr<ToGroup>> to_groups;
    std::vector<std::unique_ptr<CoordinatorChannel>> ends;
    for (int group = 0; group < groups; ++group) {
        to_groups.push_back(std::make_shared<ToGroup>());
        ends.push_back(std::make_unique<ThreadCoordinator>(group, to_coordinator, to_groups.back()));
    }
    return {std::make_unique<ThreadGroups>(to_coordinator, std::move(to_groups)), std::move(ends)};
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/clock.hpp"

namespace cenas {
namespace {

constexpr double bar_interval_s = 0.1;
constexpr double line_interval_s = 10.0;

std::string duration_text(double seconds) {
    const long s = std::lround(seconds);
    if (s < 60) return fmt::format("{} s", s);
    if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
    return fmt::format("{} h {:02} min", s / 3600, s % 3600 / 60);
}

}  // namespace

void setup_log(int rank) {
    auto logger = std::make_shared<spdlog::logger>("cenas", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_pattern("cenas: %l: %v");
    logger->set_level(rank == 0 ? spdlog::level::info : spdlog::level::warn);
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

Progress::Progress(std::string what, std::size_t total)
    : what_(std::move(what)),
      total_(total),
      terminal_(::isatty(STDERR_FILENO) == 1),
      started_s_(monotonic_s()),
      drawn_s_(started_s_),
      older_{started_s_, 0},
      newer_(older_) {}

Progress::~Progress() {
    if (terminal_ && done_ > 0) std::fputc('\n', stderr);
}

void Progress::advance(std::size_t items) {
    done_ += items;
    const double now_s = monotonic_s();
    if (done_ != total_ && now_s - drawn_s_ < (terminal_ ? bar_interval_s : line_interval_s)) return;
    drawn_s_ = now_s;
    draw(now_s);
    constexpr double window_s = 60;
    if (now_s - newer_.at_s > window_s) older_ = std::exchange(newer_, {now_s, done_});
}

void Progress::draw(double now_s) {
    constexpr std::size_t width = 30;
    const bool last = done_ == total_;
    const Mark since = last ? Mark{started_s_, 0} : older_;
    const double elapsed_s = now_s - since.at_s;
    const double rate = elapsed_s > 0 ? static_cast<double>(done_ - since.done) / elapsed_s : 0.0;
    const double left_s = rate > 0 ? static_cast<double>(total_ - done_) / rate : 0.0;
    const std::string status =
        fmt::format("{}/{} {}  {}/s  {}", done_, total_, what_, fmt::format("{:.{}f}", rate, rate < 10 ? 2 : 0),
                    last ? "took " + duration_text(elapsed_s) : duration_text(left_s) + " left");
    if (terminal_) {
        const std::size_t filled = width * done_ / total_;
        fmt::print(stderr, "\r[{:=<{}}{:<{}}] {}\033[K", "", filled, "", width - filled, status);
        std::fflush(stderr);
    } else {
        spdlog::info("{}", status);
    }
}

}  // namespace cenas

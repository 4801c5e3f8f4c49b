// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <spdlog/spdlog.h>

#include <cstddef>
#include <string>

namespace cenas {

/// Messages for people go to stderr, one line each, "cenas: warning: ...". Results go to stdout.
/// Ranks other than 0 print warnings and errors only.
void setup_log(int rank);

/// Progress of a known number of items: a redrawn bar where stderr is a terminal, else a log line at most every ten
/// seconds, with the rate of the last minutes and the time that is left at it. Not thread-safe: one thread reports.
class Progress {
  public:
    Progress(std::string what, std::size_t total);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void advance(std::size_t items = 1);

  private:
    struct Mark {
        double at_s;
        std::size_t done;
    };
    void draw(double now_s);

    std::string what_;
    std::size_t total_;
    std::size_t done_ = 0;
    bool terminal_;
    double started_s_;
    double drawn_s_;
    Mark older_, newer_;  ///< a minute or two ago, and less
};

}  // namespace cenas

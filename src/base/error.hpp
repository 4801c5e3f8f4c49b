// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

namespace cenas {

/// What the process tells its caller. The numbers are part of the interface: scripts and job chains test them.
enum class ExitCode : int {
    done = 0,           ///< everything asked for is done
    usage = 2,          ///< the command line or the deck is wrong
    data = 3,           ///< an input file (trace, table, result) is missing or wrong
    run_time = 4,       ///< the run itself failed (disk full, lost rank, out of memory)
    stopped_early = 75  ///< stopped with everything saved; run again with --restart
};

/// Base of every error that a user can cause or meet. `what()` is one message that names the place, what was
/// found and what is allowed; main prints it once and exits with `exit_code()`.
class Error : public std::runtime_error {
  public:
    Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
    ExitCode exit_code() const noexcept { return code_; }

  private:
    ExitCode code_;
};

/// Wrong command line or deck.
struct UsageError : Error {
    explicit UsageError(const std::string& message) : Error(ExitCode::usage, message) {}
};

/// Missing, damaged or unsuitable input data.
struct DataError : Error {
    explicit DataError(const std::string& message) : Error(ExitCode::data, message) {}
};

/// A failure of the run or of its environment.
struct RunError : Error {
    explicit RunError(const std::string& message) : Error(ExitCode::run_time, message) {}
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "comm/collective.hpp"

#include <fmt/format.h>

#include <exception>
#include <string>

#include "base/log.hpp"

namespace cenas {

ExitCode agree(const Communicator& world, const std::function<void()>& prepare) {
    std::string message;
    int code = 0;
    try {
        prepare();
    } catch (const Error& e) {
        message = e.what();
        code = static_cast<int>(e.exit_code());
    } catch (const std::exception& e) {
        message = e.what();
        code = static_cast<int>(ExitCode::run_time);
    }
    const int first = -world.maximum(code != 0 ? -world.rank() : -world.size());
    const int worst = world.maximum(code);
    if (world.rank() == first) spdlog::error("{}{}", first == 0 ? "" : fmt::format("rank {}: ", first), message);
    return static_cast<ExitCode>(worst);
}

void abort_on_failure(const Communicator& world, const std::function<void()>& body) {
    try {
        body();
    } catch (const std::exception& e) {
        if (world.size() == 1) throw;
        spdlog::error("rank {}: {}", world.rank(), e.what());
        const auto* error = dynamic_cast<const Error*>(&e);
        Communicator::abort(static_cast<int>(error != nullptr ? error->exit_code() : ExitCode::run_time));
    }
}

}  // namespace cenas

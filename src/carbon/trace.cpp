// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "carbon/trace.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checksum.hpp"
#include "base/error.hpp"

namespace cenas {
namespace {

/// "trace 'CISO' covers [2020-01-01T00:00:00Z, 2023-01-01T00:00:00Z)"
std::string coverage(const Trace& trace) {
    return fmt::format("trace '{}' covers [{}, {})", trace.name, to_string(trace.start), to_string(trace.end()));
}

bool same_question(const Trace& a, const Trace& b) { return a.signal == b.signal && a.scope == b.scope; }

}  // namespace

const char* to_string(Signal signal) { return signal == Signal::average ? "average" : "marginal"; }

const char* to_string(Scope scope) { return scope == Scope::direct ? "direct" : "life_cycle"; }

std::string Trace::checksum() const {
    Checksum sum;
    sum.add(to_string(signal)).add(to_string(scope)).add(to_string(start));
    sum.add(static_cast<double>(step_s)).add(values);
    return sum.hex();
}

std::size_t index_at(const Trace& trace, UtcTime t) {
    if (t < trace.start || t >= trace.end())
        throw DataError(fmt::format("{}, which leaves out {}", coverage(trace), to_string(t)));
    return static_cast<std::size_t>((t.seconds - trace.start.seconds) / trace.step_s);
}

void require_window(const Trace& trace, UtcTime start, std::int64_t length_s) {
    if (length_s <= 0)
        throw DataError(
            fmt::format("a window of {} s of trace '{}': it must be longer than 0 s", length_s, trace.name));
    index_at(trace, start);  // throws outside of it
    const std::int64_t off_step = (start.seconds - trace.start.seconds) % trace.step_s;
    if (off_step != 0)
        throw DataError(fmt::format(
            "{} is not on a step of trace '{}' (steps of {} s from {}); the nearest before is {}", to_string(start),
            trace.name, trace.step_s, to_string(trace.start), to_string(UtcTime{start.seconds - off_step})));
    if (length_s > trace.end().seconds - start.seconds)
        throw DataError(fmt::format("{}, which is too short for {:g} h from {}: {:g} h at most", coverage(trace),
                                    static_cast<double>(length_s) / 3600.0, to_string(start),
                                    static_cast<double>(trace.end().seconds - start.seconds) / 3600.0));
}

Trace window_of(const Trace& trace, UtcTime start, std::int64_t length_s) {
    require_window(trace, start, length_s);
    const std::size_t first = index_at(trace, start);
    const auto steps = static_cast<std::size_t>((length_s + trace.step_s - 1) / trace.step_s);
    const auto cut = [&](const auto& all) {
        const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
        return std::decay_t<decltype(all)>(begin, begin + static_cast<std::ptrdiff_t>(steps));
    };
    constexpr std::int64_t seconds_per_day = 86400;
    const auto before = std::min(first, static_cast<std::size_t>(seconds_per_day / trace.step_s));
    const auto begin = trace.values.begin() + static_cast<std::ptrdiff_t>(first);
    Trace window = trace;
    window.start = start;
    window.history.assign(begin - static_cast<std::ptrdiff_t>(before), begin);
    window.values = cut(trace.values);
    window.estimated = cut(trace.estimated);
    return window;
}

void require_comparable(const std::vector<Trace>& traces) {
    const auto unlike = std::find_if(traces.begin(), traces.end(),
                                     [&](const Trace& trace) { return !same_question(trace, traces.front()); });
    if (unlike == traces.end()) return;
    const auto describe = [](const Trace& trace) {
        return fmt::format("trace '{}' is {} {}", trace.name, to_string(trace.signal), to_string(trace.scope));
    };
    throw DataError(fmt::format("unlike traces cannot be compared: {}, but {}; signal and scope must be equal",
                                describe(traces.front()), describe(*unlike)));
}

}  // namespace cenas

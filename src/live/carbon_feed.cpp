// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/carbon_feed.hpp"

#include <fmt/format.h>

#include <memory>
#include <system_error>
#include <utility>

#include "base/log.hpp"

namespace cenas {
namespace {

/// The newest trace that could be read.
class WatchedFile {
  public:
    WatchedFile(std::function<Trace()> read, std::filesystem::path file)
        : read_(std::move(read)), file_(std::move(file)) {}

    const Trace& trace() {
        std::error_code gone;
        const auto time = std::filesystem::last_write_time(file_, gone);
        const auto size = gone ? 0 : std::filesystem::file_size(file_, gone);
        const bool changed = !gone && (time != time_ || size != size_);
        if (!changed) return trace_;
        try {
            trace_ = read_();
            time_ = time;
            size_ = size;
        } catch (const Error& e) {
            spdlog::warn("{}", e.what());
        }
        return trace_;
    }

  private:
    std::function<Trace()> read_;
    std::filesystem::path file_;
    std::filesystem::file_time_type time_;
    std::uintmax_t size_ = 0;
    Trace trace_;
};

/// Of the newest value that begins at `begin` or before.
Reading reading_at(const Trace& trace, UtcTime begin) {
    const std::int64_t ahead = begin.seconds - trace.start.seconds;
    const std::int64_t steps = std::min<std::int64_t>(ahead / trace.step_s, std::ssize(trace.values) - 1);
    const std::int64_t of = trace.start.seconds + steps * trace.step_s;
    return {0, trace.values[static_cast<std::size_t>(steps)],
            static_cast<double>(std::max<std::int64_t>(0, begin.seconds - of - (trace.step_s - 1)))};
}

}  // namespace

CarbonFeed recorded_feed(const Trace& trace) {
    return [values = trace.values](std::int64_t step) {
        return Reading{step, values.at(static_cast<std::size_t>(step)), 0};
    };
}

CarbonFeed file_feed(std::function<Trace()> read, const std::filesystem::path& file, UtcTime start, double stale_s) {
    const auto watched = std::make_shared<WatchedFile>(std::move(read), file);
    return [watched, file, start, stale_s](std::int64_t step) {
        const Trace& trace = watched->trace();
        const UtcTime begin{start.seconds + step * trace.step_s};
        if (trace.values.empty() || trace.start.seconds > begin.seconds)
            throw StaleCarbon(fmt::format("{}: has no carbon intensity up to {}", file.string(), to_string(begin)));
        Reading reading = reading_at(trace, begin);
        reading.step = step;
        if (reading.age_s > stale_s)
            throw StaleCarbon(
                fmt::format("{}: ends at {}; the carbon intensity of {} is missing for more than live.stale_h",
                            file.string(), to_string(trace.end()), to_string(begin)));
        if (reading.age_s > 0)
            spdlog::warn("{}: has no carbon intensity of {}; the last one, {:g} g/kWh of {}, stands in for it",
                         file.string(), to_string(begin), reading.intensity,
                         to_string(UtcTime{trace.end().seconds - trace.step_s}));
        return reading;
    };
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/journal.hpp"

#include <fmt/format.h>

#include "base/byte_stream.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

namespace cenas {
namespace {

/// A record is of a search: that it begins, or an input.
enum class RecordKind : std::uint8_t { begin, input };

Bytes record(std::int64_t search, RecordKind kind) {
    ByteWriter writer;
    writer(search);
    writer(kind);
    return std::move(writer.bytes);
}

}  // namespace

LiveJournal::LiveJournal(const std::filesystem::path& path, std::string_view identity)
    : path_(path),
      writer_(path, identity, [this](const Bytes& payload, std::uint64_t place) { take(payload, place); }),
      synced_s_(monotonic_s()) {}

void LiveJournal::take(const Bytes& payload, std::uint64_t place) {
    ByteReader<DataError> reader(payload,
                                 fmt::format("{}: at byte {}: no record of a live run", path_.string(), place));
    std::int64_t search = 0;
    RecordKind kind{};
    reader(search);
    reader(kind);
    if (kind == RecordKind::begin) {
        SearchInputs& inputs = searches_[search];
        reader(inputs.start);
        reader(inputs.offset_s);
    } else {
        Bytes bytes;
        reader(bytes);
        searches_.at(search).inputs.push_back(live_input_from(bytes));
    }
}

const SearchInputs* LiveJournal::find(std::int64_t search) const {
    const auto found = searches_.find(search);
    return found == searches_.end() ? nullptr : &found->second;
}

const SearchInputs& LiveJournal::begin(std::int64_t search, UtcTime start, double offset_s) {
    ByteWriter more;
    more.bytes = record(search, RecordKind::begin);
    more(start);
    more(offset_s);
    writer_.append(more.bytes);
    writer_.sync();
    return searches_[search] = {start, offset_s, {}};
}

void LiveJournal::keep(std::int64_t search, const LiveInput& input, bool sync) {
    ByteWriter more;
    more.bytes = record(search, RecordKind::input);
    more(to_bytes(input));
    writer_.append(more.bytes);
    dirty_ = true;
    if (sync) synced_s_ = 0;
    sync_if_due();
}

void LiveJournal::sync_if_due() {
    constexpr double every_s = 1.0;
    if (!dirty_ || monotonic_s() - synced_s_ < every_s) return;
    writer_.sync();
    synced_s_ = monotonic_s();
    dirty_ = false;
}

}  // namespace cenas

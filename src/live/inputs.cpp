// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/inputs.hpp"

#include "base/byte_stream.hpp"
#include "base/error.hpp"

namespace cenas {
namespace {

template <class Stream, class D>
void fields_of_decision(Stream& stream, D& decision) {
    stream(decision.kind);
    stream(decision.gpu);
    stream(decision.task);
    stream(decision.task_kind);
    stream(decision.cells);
    stream(decision.fidelity);
}

template <class Stream, class I>
void fields_of_input(Stream& stream, I& input) {
    stream(input.kind);
    stream(input.now_s);
    stream(input.event);
    stream(input.usage);
    stream(input.values);
    stream(input.readings);
}

}  // namespace

Bytes to_bytes(const LiveInput& input) {
    ByteWriter writer;
    fields_of_input(writer, input);
    writer(input.decisions.size());
    for (const Decision& decision : input.decisions) fields_of_decision(writer, decision);
    return std::move(writer.bytes);
}

LiveInput live_input_from(std::span<const std::byte> bytes) {
    ByteReader<DataError> reader(bytes, "no record of a live search");
    LiveInput input;
    fields_of_input(reader, input);
    std::size_t count = 0;
    reader(count);
    for (std::size_t i = 0; i < count; ++i) fields_of_decision(reader, input.decisions.emplace_back());
    return input;
}

Usage usage_of(const LiveUsage& usage) {
    const Seconds from(usage.from_s), to(usage.to_s);
    return {usage.task, usage.component, from, to,
            Watts((usage.measured_j + usage.modelled_j) / (usage.to_s - usage.from_s))};
}

}  // namespace cenas

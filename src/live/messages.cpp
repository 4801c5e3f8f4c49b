// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "live/messages.hpp"

#include "base/byte_stream.hpp"
#include "base/error.hpp"

namespace cenas {
namespace {

// One list of fields for both directions.

template <class Stream, class T>
void fields_of_command(Stream& stream, T& command) {
    stream(command.kind);
    stream(command.task.search);
    stream(command.task.seed);
    stream(command.task.task.id);
    stream(command.task.task.kind);
    stream(command.task.task.cells);
    stream(command.task.task.fidelity);
}

template <class Stream, class T>
void fields_of_report(Stream& stream, T& report) {
    stream(report.kind);
    stream(report.task);
    stream(report.parts);
    stream(report.values);
    stream(report.text);
    stream(report.power_source);
    stream(report.idle_w);
    stream(report.stopping);
}

}  // namespace

Bytes to_bytes(const Command& command) {
    ByteWriter writer;
    fields_of_command(writer, command);
    return std::move(writer.bytes);
}

Bytes to_bytes(const Report& report) {
    ByteWriter writer;
    fields_of_report(writer, report);
    return std::move(writer.bytes);
}

Command command_from(const Bytes& bytes) {
    ByteReader<RunError> reader(bytes, "damaged message of the coordinator");
    Command command;
    fields_of_command(reader, command);
    return command;
}

Report report_from(const Bytes& bytes) {
    ByteReader<RunError> reader(bytes, "damaged message of a group");
    Report report;
    fields_of_report(reader, report);
    return report;
}

}  // namespace cenas

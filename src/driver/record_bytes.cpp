// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <utility>

#include "base/byte_stream.hpp"
#include "base/error.hpp"
#include "driver/sweep.hpp"

namespace cenas {
namespace {

/// One list of the fields serves both directions.
template <class Record, class Visitor>
void visit_fields(Record& r, Visitor& visit) {
    visit(r.method);
    visit(r.trace);
    visit(r.seed);
    visit(r.hypervolume);
    visit(r.hypervolume_denoised);
    visit(r.carbon_g);
    visit(r.energy_j);
    visit(r.gpu_hours);
    visit(r.end_s);
    visit(r.samples);
    visit(r.evaluations);
    visit(r.stop_reason);
    visit(r.evaluations_log);
    visit(r.objectives);
    visit(r.intervals);
}

}  // namespace

Bytes to_bytes(const SearchRecord& record) {
    ByteWriter writer;
    visit_fields(record, writer);
    return std::move(writer.bytes);
}

SearchRecord search_record_from(const Bytes& bytes) {
    SearchRecord record;
    ByteReader<RunError> reader(bytes, "damaged search record from a worker");
    visit_fields(record, reader);
    return record;
}

}  // namespace cenas

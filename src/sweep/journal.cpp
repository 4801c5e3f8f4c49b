// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/journal.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/byte_stream.hpp"
#include "base/checksum.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"

namespace cenas {
namespace {

/// One list of the fields serves both directions.
template <class Finished, class Visitor>
void visit_fields(Finished& f, Visitor& visit) {
    auto& r = f.record;
    visit(f.number);
    visit(r.scenario);
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
    visit(r.low_evaluations);
    visit(r.stop_reason);
    visit(r.log_checksum);
    visit(r.evaluations_log);
    visit(r.objectives);
    visit(r.intervals);
}

std::string checksum_of(const std::string& text) { return Checksum().add(text).hex(); }

}  // namespace

std::filesystem::path journal_of(const std::filesystem::path& output) {
    std::filesystem::path path = output;
    path += ".journal";
    return path;
}

std::string sweep_identity(const RunHead& head) {
    std::string text =
        fmt::format("sweep, program {}\nsearches {} (shard {} of {}), record {}\ndeck {}\n", head.program_version,
                    head.planned_searches, head.shard, head.shards, head.record, checksum_of(head.effective_deck));
    for (const auto& problem : head.problems) {
        text += fmt::format("table {} {}\n", problem.table_name, problem.table_checksum);
        for (const auto& o : problem.objectives)
            text += fmt::format("objective {} {} {} {}\n", o.name, to_string(o.direction), o.reference, o.unit);
    }
    for (const auto& method : head.methods) text += fmt::format("method {}\n", method);
    for (std::size_t t = 0; t < head.traces.size(); ++t)
        text += fmt::format(
            "trace {} {}{}\n", head.traces[t].name, head.trace_checksums[t],
            head.traces[t].forecast_checksum.empty() ? "" : " planned on " + head.traces[t].forecast_checksum);
    return text;
}

SweepJournal::SweepJournal(const std::filesystem::path& path, const RunHead& head)
    : shard_{head.shard, head.shards},
      place_(static_cast<std::size_t>(shard_.size(head.planned_searches)), 0),
      writer_(path, sweep_identity(head),
              [&](const Bytes& payload, std::uint64_t place) {
                  try {
                      take(payload, place);
                  } catch (const DataError& e) {
                      throw DataError(fmt::format("{}: byte {}: {}", path.string(), place, e.what()));
                  }
              }),
      synced_s_(monotonic_s()) {}

void SweepJournal::take(const Bytes& payload, std::uint64_t place) {
    const FinishedSearch finished = finished_search_from(payload);
    const std::int64_t number = finished.number;
    if (number < shard_.search(0) || (number - shard_.search(0)) % shard_.count != 0 || index(number) >= place_.size())
        throw DataError(fmt::format("search {} is not of this shard", number));
    if (has(number)) throw DataError(fmt::format("search {} is there twice", number));
    place_[index(number)] = place;
    sizes_.add(finished.record);
}

void SweepJournal::append(std::int64_t number, const SearchRecord& search) {
    place_[index(number)] = writer_.append(to_bytes(FinishedSearch{number, search}));
    sizes_.add(search);
    dirty_ = true;
    sync_if_due();
}

void SweepJournal::sync_if_due() {
    constexpr double longest_s = 1.0;
    if (dirty_ && monotonic_s() - synced_s_ >= longest_s) sync();
}

void SweepJournal::sync() {
    writer_.sync();
    synced_s_ = monotonic_s();
    dirty_ = false;
}

SearchRecord SweepJournal::read(std::int64_t number) const {
    return finished_search_from(writer_.read(place_[index(number)])).record;
}

Bytes to_bytes(const FinishedSearch& finished) {
    ByteWriter writer;
    visit_fields(finished, writer);
    return std::move(writer.bytes);
}

FinishedSearch finished_search_from(std::span<const std::byte> bytes) {
    FinishedSearch finished;
    ByteReader<DataError> reader(bytes, "no record of a search");
    visit_fields(finished, reader);
    if (reader.left() > 0) throw DataError("no record of a search");
    return finished;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "tables/training_bytes.hpp"

#include <type_traits>
#include <utility>

#include "base/byte_stream.hpp"
#include "base/error.hpp"

// A result is its kind, then its fields in order.

namespace cenas {
namespace {

using Reader = ByteReader<DataError>;

template <class Visit, class Record>
void fields(Visit& visit, Record& r) {
    using Plain = std::remove_const_t<Record>;
    if constexpr (std::is_same_v<Plain, CellTrainingRecord>) {
        visit(r.cell), visit(r.seed), visit(r.diverged), visit(r.validation_accuracy), visit(r.test_accuracy);
        visit(r.training_s), visit(r.training_j), visit(r.measured), visit(r.inference_s);
        visit(r.epoch_loss), visit(r.epoch_accuracy);
    } else if constexpr (std::is_same_v<Plain, ScoreRecord>) {
        visit(r.cell), visit(r.synflow_log10), visit(r.nwot);
    } else if constexpr (std::is_same_v<Plain, SupernetRecord>) {
        visit(r.made_with), visit(r.operation), visit(r.training_s), visit(r.training_j), visit(r.measured);
        visit(r.diverged), visit(r.epoch_loss), visit(r.epoch_accuracy), visit(r.state);
    } else {
        visit(r.made_with), visit(r.first), visit(r.query_s), visit(r.accuracy);
    }
}

bool is_sound(const CellTrainingRecord& r) { return r.cell >= 0 && r.cell < cell_count; }
bool is_sound(const ScoreRecord& r) { return r.cell >= 0 && r.cell < cell_count; }
bool is_sound(const SupernetRecord& r) { return r.operation >= whole_supernet && r.operation < operation_count; }
bool is_sound(const EstimateRecord& r) {
    return r.first >= 0 && r.first < cell_count &&
           r.accuracy.size() <= static_cast<std::size_t>(cell_count) - static_cast<std::size_t>(r.first);
}

template <class Record>
TrainingResult read_record(Reader& read) {
    Record record;
    fields(read, record);
    if (!is_sound(record)) throw DataError("the record of a training is of no cell or operation");
    return record;
}

}  // namespace

Bytes to_bytes(const TrainingResult& result) {
    ByteWriter write;
    write(static_cast<std::uint8_t>(result.index()));
    std::visit([&](const auto& record) { fields(write, record); }, result);
    return std::move(write.bytes);
}

TrainingResult training_result_from(const Bytes& bytes) {
    Reader read(bytes, "the record of a training is cut short");
    std::uint8_t kind = 0;
    read(kind);
    TrainingResult result;
    switch (kind) {
        case 0:
            result = read_record<CellTrainingRecord>(read);
            break;
        case 1:
            result = read_record<ScoreRecord>(read);
            break;
        case 2:
            result = read_record<SupernetRecord>(read);
            break;
        case 3:
            result = read_record<EstimateRecord>(read);
            break;
        default:
            throw DataError("the record of a training has an unknown kind");
    }
    if (read.left() > 0) throw DataError("the record of a training is too long");
    return result;
}

}  // namespace cenas

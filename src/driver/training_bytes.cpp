// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/training_bytes.hpp"

#include <cstring>
#include <type_traits>

#include "base/error.hpp"

// A result is its kind, then its fields in order: numbers as they are in memory, vectors with their length before them.

namespace cenas {
namespace {

struct Write {
    Bytes bytes;
    template <class V>
    void operator()(const V& value) {
        static_assert(std::is_trivially_copyable_v<V>);
        const auto* first = reinterpret_cast<const std::byte*>(&value);
        bytes.insert(bytes.end(), first, first + sizeof value);
    }
    void operator()(const std::vector<double>& values) {
        (*this)(static_cast<std::uint64_t>(values.size()));
        for (const double value : values) (*this)(value);
    }
};

struct Read {
    const Bytes& bytes;
    std::size_t at = 0;
    template <class V>
    void operator()(V& value) {
        if (bytes.size() - at < sizeof value) throw DataError("the record of a training is cut short");
        std::memcpy(&value, bytes.data() + at, sizeof value);
        at += sizeof value;
    }
    void operator()(std::vector<double>& values) {
        std::uint64_t count = 0;
        (*this)(count);
        if ((bytes.size() - at) / sizeof(double) < count) throw DataError("the record of a training is cut short");
        values.resize(count);
        for (double& value : values) (*this)(value);
    }
};

template <class Visit, class Record>
void fields(Visit& visit, Record& r) {
    using Plain = std::remove_const_t<Record>;
    if constexpr (std::is_same_v<Plain, CellTrainingRecord>) {
        visit(r.cell), visit(r.seed), visit(r.diverged), visit(r.validation_accuracy), visit(r.test_accuracy);
        visit(r.training_s), visit(r.training_j), visit(r.measured), visit(r.inference_s);
        visit(r.epoch_loss), visit(r.epoch_accuracy);
    } else if constexpr (std::is_same_v<Plain, ScoreRecord>) {
        visit(r.cell), visit(r.synflow_log10), visit(r.nwot);
    } else {
        visit(r.training_s), visit(r.training_j), visit(r.measured), visit(r.query_s), visit(r.estimates);
        visit(r.epoch_loss), visit(r.epoch_accuracy);
    }
}

template <class Record>
TrainingResult read_record(Read& read) {
    Record record;
    fields(read, record);
    return record;
}

}  // namespace

Bytes to_bytes(const TrainingResult& result) {
    Write write;
    write(static_cast<std::uint8_t>(result.index()));
    std::visit([&](const auto& record) { fields(write, record); }, result);
    return write.bytes;
}

TrainingResult training_result_from(const Bytes& bytes) {
    Read read{bytes};
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
        default:
            throw DataError("the record of a training has an unknown kind");
    }
    if (read.at != bytes.size()) throw DataError("the record of a training is too long");
    return result;
}

}  // namespace cenas

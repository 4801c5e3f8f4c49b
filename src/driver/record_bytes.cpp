// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/error.hpp"
#include "driver/sweep.hpp"

namespace cenas {
namespace {

/// Appends values to a byte string. Ranks of one job run one program on one kind of processor, so memory layout is the
/// wire format.
class ByteWriter {
  public:
    template <class T>
    void operator()(const T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        append(&value, sizeof value);
    }
    template <class T>
    void operator()(const std::vector<T>& values) {
        static_assert(std::is_trivially_copyable_v<T>);
        (*this)(values.size());
        append(values.data(), values.size() * sizeof(T));
    }
    void operator()(const std::string& text) { (*this)(std::vector<char>(text.begin(), text.end())); }

    Bytes bytes;

  private:
    void append(const void* data, std::size_t size) {
        const std::size_t old = bytes.size();
        bytes.resize(old + size);
        if (size > 0) std::memcpy(bytes.data() + old, data, size);
    }
};

class ByteReader {
  public:
    explicit ByteReader(const Bytes& bytes) : bytes_(bytes) {}

    template <class T>
    void operator()(T& value) {
        static_assert(std::is_trivially_copyable_v<T>);
        take(&value, sizeof value);
    }
    template <class T>
    void operator()(std::vector<T>& values) {
        std::size_t count = 0;
        (*this)(count);
        if (count > (bytes_.size() - position_) / sizeof(T)) throw RunError("damaged search record from a worker");
        values.resize(count);
        take(values.data(), count * sizeof(T));
    }
    void operator()(std::string& text) {
        std::vector<char> characters;
        (*this)(characters);
        text.assign(characters.begin(), characters.end());
    }

  private:
    void take(void* data, std::size_t size) {
        if (size > bytes_.size() - position_) throw RunError("damaged search record from a worker");
        if (size > 0) std::memcpy(data, bytes_.data() + position_, size);
        position_ += size;
    }

    const Bytes& bytes_;
    std::size_t position_ = 0;
};

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
    ByteReader reader(bytes);
    visit_fields(record, reader);
    return record;
}

}  // namespace cenas

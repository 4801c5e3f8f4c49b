// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace cenas {

/// The state of a strategy as bytes of this machine. One function says what the state is and both writes and reads it:
/// `archive(samples_, asks_)`. Numbers, enumerations, plain structs of them, and vectors.
class StateArchive {
  public:
    /// To be written.
    StateArchive() = default;
    /// To be read.
    explicit StateArchive(std::vector<std::byte> bytes) : reading_(true), bytes_(std::move(bytes)) {}

    bool reading() const { return reading_; }
    const std::vector<std::byte>& bytes() const { return bytes_; }

    template <class... Values>
    void operator()(Values&... values) {
        (one(values), ...);
    }

  private:
    template <class T>
    requires std::is_trivially_copyable_v<T>
    void one(T& value) { raw(&value, sizeof(T)); }
    template <class T>
    void one(std::vector<T>& values) {
        std::uint64_t count = values.size();
        one(count);
        if (reading_) {
            if (count > bytes_.size()) throw std::out_of_range("the state of a strategy ends too early");
            values.resize(count);
        }
        for (T& value : values) one(value);
    }
    void raw(void* value, std::size_t size) {
        if (!reading_) {
            const auto* first = static_cast<const std::byte*>(value);
            bytes_.insert(bytes_.end(), first, first + size);
        } else {
            if (size > bytes_.size() - at_) throw std::out_of_range("the state of a strategy ends too early");
            std::memcpy(value, bytes_.data() + at_, size);
            at_ += size;
        }
    }

    bool reading_ = false;
    std::vector<std::byte> bytes_;
    std::size_t at_ = 0;
};

}  // namespace cenas

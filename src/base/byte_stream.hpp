// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// Values as bytes and back, as they lie in memory: for one program on one kind of processor, that is for messages
// between the ranks of a job and for states and journals that the same machine reads again. One list of a record's
// fields serves both directions.

namespace cenas {

class ByteWriter {
  public:
    template <class T>
    void operator()(const T& value) {
        raw(&value, 1);
    }
    /// The number of values, then the values.
    template <class T>
    void operator()(const std::vector<T>& values) {
        (*this)(values.size());
        raw(values.data(), values.size());
    }
    void operator()(const std::string& text) { (*this)(std::vector<char>(text.begin(), text.end())); }

    /// Values whose number the reader knows.
    template <class T>
    void raw(const T* values, std::size_t count) {
        static_assert(std::is_trivially_copyable_v<T>);
        const auto* first = reinterpret_cast<const std::byte*>(values);
        bytes.insert(bytes.end(), first, first + count * sizeof(T));
    }

    std::vector<std::byte> bytes;
};

/// Throws Failure(message) where there are fewer bytes than are asked for. The bytes outlive the reader.
template <class Failure>
class ByteReader {
  public:
    ByteReader(std::span<const std::byte> bytes, std::string message) : left_(bytes), message_(std::move(message)) {}

    template <class T>
    void operator()(T& value) {
        raw(&value, 1);
    }
    template <class T>
    void operator()(std::vector<T>& values) {
        std::size_t count = 0;
        (*this)(count);
        if (count > left_.size() / sizeof(T)) throw Failure(message_);
        values.resize(count);
        raw(values.data(), count);
    }
    void operator()(bool& value) {
        std::uint8_t byte = 0;
        raw(&byte, 1);
        if (byte > 1) throw Failure(message_);
        value = byte != 0;
    }
    void operator()(std::string& text) {
        std::vector<char> characters;
        (*this)(characters);
        text.assign(characters.begin(), characters.end());
    }

    template <class T>
    void raw(T* values, std::size_t count) {
        static_assert(std::is_trivially_copyable_v<T>);
        if (count > left_.size() / sizeof(T)) throw Failure(message_);
        if (count > 0) std::memcpy(values, left_.data(), count * sizeof(T));
        left_ = left_.subspan(count * sizeof(T));
    }

    std::size_t left() const { return left_.size(); }

  private:
    std::span<const std::byte> left_;
    std::string message_;
};

}  // namespace cenas

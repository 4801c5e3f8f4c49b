// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "io/h5.hpp"

// Records as columns of a file, one dataset a member, and what the files of this program have in common. What is read
// and not allowed is a DataError with the file, the object and what was found.

namespace cenas {

/// One member of a record as one dataset. Flags are std::uint8_t.
template <class R, class V>
struct Column {
    using Record = R;
    using Value = V;
    const char* name;
    V R::*member;
    const char* units;
    const char* text;
};

template <class R, class V>
constexpr Column<R, V> column(const char* name, V R::*member, const char* units, const char* text) {
    return {name, member, units, text};
}

template <class Columns, class Visit>
void for_each_column(const Columns& columns, const Visit& visit) {
    std::apply([&](const auto&... c) { (visit(c), ...); }, columns);
}

// --- writing ---------------------------------------------------------------------------------------------------------

/// project(record) of every record.
template <class Records, class Project>
auto gather(const Records& records, const Project& project) {
    std::vector<std::decay_t<decltype(std::invoke(project, *records.begin()))>> values;
    for (const auto& record : records) values.push_back(std::invoke(project, record));
    return values;
}

template <class Records, class Columns>
void write_columns(h5::Writer& file, const std::string& group, const Records& records, const Columns& columns) {
    for_each_column(columns, [&](const auto& c) {
        const auto values = gather(records, c.member);
        file.dataset(group + "/" + c.name, std::span(values), {c.units, c.text, {group + "/index"}});
    });
}

/// 0, 1, 2, ... as the scale GROUP/index.
void write_index(h5::Writer& file, const std::string& group, std::size_t rows, const std::string& text);

/// A dimension whose coordinates are texts; `dimension` is what other programs show as its name.
void write_names(h5::Writer& file, const std::string& path, const std::string& dimension,
                 const std::vector<std::string>& names, const std::string& text);

/// Columns of a group whose rows come one by one.
template <class Columns>
auto open_columns(h5::Writer& file, const std::string& group, std::size_t rows, const Columns& columns) {
    return std::apply(
        [&](const auto&... c) {
            return std::tuple{
                std::pair{c.member, file.rows<typename std::decay_t<decltype(c)>::Value>(
                                        group + "/" + c.name, rows, {c.units, c.text, {group + "/index"}})}...};
        },
        columns);
}

template <class Open, class Record>
void append_row(Open& columns, const Record& record) {
    std::apply([&](auto&... c) { (c.second.append(record.*c.first), ...); }, columns);
}

// --- reading ---------------------------------------------------------------------------------------------------------

/// "run.h5: /search/seed", for messages.
std::string place_of(const h5::Reader& file, const std::string& object);

/// Length of a one-dimensional dataset.
std::size_t length_of(const h5::Reader& file, const std::string& path);

std::vector<std::string> read_texts(const h5::Reader& file, const std::string& path, std::size_t rows);

/// The value, if it is a number.
double finite(double value, const std::string& place);

/// The value, if it is allowed.
std::int64_t in_range(std::int64_t value, std::int64_t lowest, std::int64_t highest, const std::string& place);

/// Some rows of a dataset.
struct RowRange {
    std::size_t first, count;
};

/// Finite numbers, integers that fit, or flags (std::uint8_t), of some rows of a dataset.
template <class Value>
std::vector<Value> read_rows(const h5::Reader& file, const std::string& path, RowRange rows) {
    const std::string place = place_of(file, path);
    if constexpr (std::is_same_v<Value, double>) {
        std::vector<double> values = file.numbers(path, rows.first, rows.count);
        for (const double value : values) finite(value, place);
        return values;
    } else {
        constexpr bool flag = std::is_same_v<Value, std::uint8_t>;
        const std::int64_t lowest = flag ? 0 : std::numeric_limits<Value>::min();
        const std::int64_t highest = flag ? 1 : std::numeric_limits<Value>::max();
        std::vector<Value> values;
        for (const std::int64_t value : file.integers(path, rows.first, rows.count))
            values.push_back(static_cast<Value>(in_range(value, lowest, highest, place)));
        return values;
    }
}

/// A whole dataset of this shape.
template <class Value>
std::vector<Value> read_values(const h5::Reader& file, const std::string& path, const std::vector<std::size_t>& shape) {
    file.require_shape(path, shape);
    return read_rows<Value>(file, path, {0, shape.front()});
}

template <class Record, class Columns>
void read_columns(const h5::Reader& file, const std::string& group, RowRange rows, std::vector<Record>& records,
                  const Columns& columns) {
    for_each_column(columns, [&](const auto& c) {
        using Value = typename std::decay_t<decltype(c)>::Value;
        const auto values = read_rows<Value>(file, group + "/" + c.name, rows);
        for (std::size_t i = 0; i < records.size(); ++i) records[i].*c.member = values[i];
    });
}

/// All datasets of a group have so many rows.
template <class Columns>
void require_rows(const h5::Reader& file, const std::string& group, std::size_t rows, const Columns& columns) {
    for_each_column(columns, [&](const auto& c) { file.require_shape(group + "/" + c.name, {rows}); });
}

template <class Record, class Columns>
void read_all_columns(const h5::Reader& file, const std::string& group, std::vector<Record>& records,
                      const Columns& columns) {
    require_rows(file, group, records.size(), columns);
    read_columns(file, group, {0, records.size()}, records, columns);
}

/// Offsets of `owners` owners into `rows` rows: from 0 to rows, never falling.
std::vector<std::size_t> read_offsets(const h5::Reader& file, const std::string& path, std::size_t owners,
                                      std::size_t rows);

template <class Value>
std::vector<Value> slice(const std::vector<Value>& all, std::size_t from, std::size_t to) {
    const auto at = [&](std::size_t i) { return all.begin() + static_cast<std::ptrdiff_t>(i); };
    return {at(from), at(to)};
}

void require_names(const h5::Reader& file, const std::string& path, const std::vector<std::string>& expected);

std::string require_word(const std::string& word, const std::vector<std::string>& allowed, const std::string& place);

/// Names of the components of energy, in their order.
std::vector<std::string> component_names();

}  // namespace cenas

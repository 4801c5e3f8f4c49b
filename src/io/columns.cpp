// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/columns.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "carbon/ledger.hpp"

namespace cenas {

void write_index(h5::Writer& file, const std::string& group, std::size_t rows, const std::string& text) {
    auto index = file.rows<std::int64_t>(group + "/index", rows, {"1", text, {}});
    for (std::size_t i = 0; i < rows; ++i) index.append(static_cast<std::int64_t>(i));
    file.scale(group + "/index", group.substr(1));
}

void write_names(h5::Writer& file, const std::string& path, const std::string& dimension,
                 const std::vector<std::string>& names, const std::string& text) {
    file.dataset(path, names, {"1", text, {}});
    file.scale(path, dimension);
}

std::string place_of(const h5::Reader& file, const std::string& object) {
    return fmt::format("{}: {}", file.path().string(), object);
}

std::size_t length_of(const h5::Reader& file, const std::string& path) {
    const auto shape = file.shape(path);
    file.require_shape(path, {shape.empty() ? 0 : shape.front()});
    return shape.front();
}

std::vector<std::string> read_texts(const h5::Reader& file, const std::string& path, std::size_t rows) {
    file.require_shape(path, {rows});
    return file.texts(path);
}

double finite(double value, const std::string& place) {
    if (!std::isfinite(value)) throw DataError(fmt::format("{}: {} (expected a finite number)", place, value));
    return value;
}

std::int64_t in_range(std::int64_t value, std::int64_t lowest, std::int64_t highest, const std::string& place) {
    if (value < lowest || value > highest)
        throw DataError(fmt::format("{}: {} (allowed: {}..{})", place, value, lowest, highest));
    return value;
}

std::vector<std::size_t> read_offsets(const h5::Reader& file, const std::string& path, std::size_t owners,
                                      std::size_t rows) {
    const auto stored = read_values<std::int64_t>(file, path, {owners + 1});
    if (stored.front() != 0 || stored.back() != static_cast<std::int64_t>(rows) ||
        !std::is_sorted(stored.begin(), stored.end()))
        throw DataError(fmt::format("{}: must rise from 0 to {}, the number of rows", place_of(file, path), rows));
    return {stored.begin(), stored.end()};
}

void require_names(const h5::Reader& file, const std::string& path, const std::vector<std::string>& expected) {
    if (read_texts(file, path, expected.size()) != expected)
        throw DataError(place_of(file, path + ": other names, or in another order, than this version writes"));
}

std::string require_word(const std::string& word, const std::vector<std::string>& allowed, const std::string& place) {
    if (std::find(allowed.begin(), allowed.end(), word) == allowed.end())
        throw DataError(fmt::format("{}: '{}' (allowed: {})", place, word, fmt::join(allowed, ", ")));
    return word;
}

std::vector<std::string> component_names() {
    std::vector<std::string> names;
    for (int c = 0; c < component_count; ++c) names.emplace_back(to_string(static_cast<Component>(c)));
    return names;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "base/csv.hpp"

#include <csv.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>

#include "base/error.hpp"
#include "base/gzip.hpp"

namespace cenas {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// What libcsv's callbacks collect. With CSV_REPALL_NL they see every line end, so that lines can be counted.
struct Collector {
    std::vector<std::vector<std::string>> rows;
    std::vector<std::size_t> line;
    std::vector<std::string> row;
    std::size_t row_line = 1;
    std::size_t next_line = 1;
};

void on_field(void* text, std::size_t size, void* collector) {
    auto& c = *static_cast<Collector*>(collector);
    const std::string_view field(static_cast<const char*>(text), size);
    c.next_line += static_cast<std::size_t>(std::count(field.begin(), field.end(), '\n'));
    c.row.emplace_back(trimmed(field));
}

/// `end` is the character that ended the line, or -1 at the end of the file.
void on_row_end(int end, void* collector) {
    auto& c = *static_cast<Collector*>(collector);
    if (!c.row.empty()) {
        c.rows.push_back(std::move(c.row));
        c.line.push_back(c.row_line);
        c.row.clear();
    }
    if (end == '\n') ++c.next_line;
    c.row_line = c.next_line;
}

Collector collect(const std::filesystem::path& path, std::string_view text) {
    csv_parser parser;
    constexpr unsigned char options = CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL;
    if (csv_init(&parser, options) != 0) throw RunError("libcsv cannot be initialised");
    const std::unique_ptr<csv_parser, decltype(&csv_free)> owner(&parser, &csv_free);
    Collector collector;
    const auto read = csv_parse(&parser, text.data(), text.size(), on_field, on_row_end, &collector);
    if (read != text.size()) {
        const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(read), '\n');
        throw DataError(
            fmt::format("{}:{}: a quote in the wrong place; a quoted field begins and ends with \" and "
                        "writes a \" inside as \"\"",
                        path.string(), line));
    }
    if (csv_fini(&parser, on_field, on_row_end, &collector) != 0)
        throw DataError(
            fmt::format("{}:{}: the quote opened in this row is never closed", path.string(), collector.row_line));
    return collector;
}

void require_unique_names(const Csv& csv, std::size_t header_line) {
    auto names = csv.header;
    std::sort(names.begin(), names.end());
    const auto twice = std::adjacent_find(names.begin(), names.end());
    if (twice != names.end())
        throw DataError(fmt::format("{}:{}: two columns are called '{}'; names must differ", csv.path.string(),
                                    header_line, *twice));
}

void require_equal_widths(const Csv& csv) {
    for (std::size_t i = 0; i < csv.rows.size(); ++i)
        if (csv.rows[i].size() != csv.header.size())
            throw DataError(fmt::format("{}: {} fields, but the header names {}", csv.place(i), csv.rows[i].size(),
                                        csv.header.size()));
}

}  // namespace

std::optional<std::size_t> Csv::column(std::string_view name) const {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end()) return std::nullopt;
    return static_cast<std::size_t>(found - header.begin());
}

std::size_t Csv::require_column(std::string_view name) const {
    if (const auto found = column(name)) return *found;
    throw DataError(fmt::format("{}: no column '{}'; there are: {}", path.string(), name, fmt::join(header, ", ")));
}

std::string Csv::place(std::size_t row) const { return fmt::format("{}:{}", path.string(), line[row]); }

std::string read_text(const std::filesystem::path& path) {
    const auto bytes = read_bytes(path, std::numeric_limits<std::size_t>::max());
    return {bytes.begin(), bytes.end()};
}

Csv read_csv(const std::filesystem::path& path) {
    const std::string whole = read_text(path);
    if (whole.find('\0') != std::string::npos)
        throw DataError(fmt::format("{}: not a text file (it holds zero bytes)", path.string()));
    std::string_view text = whole;
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());

    Collector collected = collect(path, text);
    if (collected.rows.empty()) throw DataError(fmt::format("{}: empty; a header row is needed", path.string()));
    const std::size_t header_line = collected.line.front();
    Csv csv;
    csv.path = path;
    csv.header = std::move(collected.rows.front());
    csv.rows.assign(std::make_move_iterator(collected.rows.begin() + 1), std::make_move_iterator(collected.rows.end()));
    csv.line.assign(collected.line.begin() + 1, collected.line.end());
    require_unique_names(csv, header_line);
    require_equal_widths(csv);
    return csv;
}

std::optional<double> parse_number(std::string_view field) {
    if (field.starts_with('+') && !field.starts_with("+-")) field.remove_prefix(1);
    double value = 0.0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value)) return std::nullopt;
    return value;
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cenas {

/// A comma-separated file in memory: one header row, then rows of the same width.
struct Csv {
    std::filesystem::path path;
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::size_t> line;  ///< line of the file on which rows[i] starts, from 1

    /// Index of the column with exactly this name, or nullopt.
    std::optional<std::size_t> column(std::string_view name) const;
    /// As column(), but a missing one is a DataError that lists the names there are.
    std::size_t require_column(std::string_view name) const;
    /// "file.csv:12" for messages about rows[i].
    std::string place(std::size_t row) const;
};

/// Reads a csv file (RFC 4180 quotes, LF or CRLF, UTF-8 byte order mark allowed, plain or gzip).
/// Fields are trimmed of surrounding blanks. Empty lines are skipped.
/// Throws DataError: cannot open, bad quoting, damaged gzip, no header, duplicate header names, a row whose number
/// of fields differs from the header's (with its line).
Csv read_csv(const std::filesystem::path& path);

/// The whole text of a plain or gzip file. Throws DataError.
std::string read_text(const std::filesystem::path& path);

/// A finite decimal number that is the whole field, or nullopt (empty, text, NaN, infinity). Locale-independent.
std::optional<double> parse_number(std::string_view field);

}  // namespace cenas

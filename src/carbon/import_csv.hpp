// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.hpp"
#include "base/utc_time.hpp"
#include "carbon/trace.hpp"

namespace cenas {

// What the importers of traces and of forecasts ask of a csv file. `asked` is what the user said, empty for nothing.

using Columns = std::vector<std::size_t>;

/// `text` with its ASCII letters in lower case; other bytes stay.
std::string lower_case(std::string text);
bool contains(std::string_view text, std::string_view part);

/// Indices of the columns whose name in lower case satisfies `wanted`, in the order of the file.
template <class Wanted>
Columns columns_where(const Csv& csv, const Wanted& wanted) {
    Columns found;
    for (std::size_t i = 0; i < csv.header.size(); ++i)
        if (wanted(lower_case(csv.header[i]))) found.push_back(i);
    return found;
}

/// Publishers change the case and the endings of their names, so that columns are found by how they begin.
Columns columns_with_prefix(const Csv& csv, std::string_view prefix);
std::optional<std::size_t> column_named(const Csv& csv, std::string_view lower_name);
/// Column 0, or the next one where tables were written with an unnamed index in front.
std::size_t first_named_column(const Csv& csv);
/// "'a', 'b'".
std::string names_of(const Csv& csv, const Columns& columns);

/// What the name of a column or file says about the scope.
std::optional<Scope> scope_in(const std::string& text);
/// Without those of `columns` whose name says another scope than `asked`.
Columns columns_of_scope(const Csv& csv, Columns columns, const std::string& asked);
/// Of a column's name: "utc", "Time (UTC)", but not "Time (UTC-8)".
bool says_utc(const std::string& name);

/// The column `name`. Throws DataError for an unknown one, and for one that is not among `allowed`.
std::size_t asked_column(const Csv& csv, const std::string& name, const Columns& allowed);
/// The value column: the one asked for, else the only one of `candidates`. Throws DataError if there are none or
/// several.
std::size_t value_column(const Csv& csv, const std::string& asked, const Columns& candidates,
                         std::string_view how_to_choose);

/// A file without a header would lose its first row to it unseen. Throws DataError.
void require_header_row(const Csv& csv);

/// Every question has one answer: the file's own or the user's. Throws DataError where nobody says it, and where the
/// two differ. `asked`: average or marginal, direct or life_cycle.
Signal settle_signal(const Csv& csv, std::optional<Signal> said_by_file, const std::string& asked);
Scope settle_scope(const Csv& csv, std::optional<Scope> said_by_file, const std::string& asked);

/// What one of `unit` (g/kWh, lb/MWh) is in g/kWh. Throws DataError for another than g/kWh where the format is in that.
double grams_per_unit(const Csv& csv, const std::string& unit, bool format_is_in_grams);

/// nullopt for what publishers write where they have no value. Throws DataError for no number and for a negative one.
std::optional<double> read_value(const Csv& csv, std::size_t row, std::size_t column);

/// Throws DataError for what is no time, and for one without a zone unless `utc`.
UtcTime read_time(const Csv& csv, std::size_t row, std::size_t column, bool utc);

/// "x" of "folder/x.csv.gz".
std::string name_without_endings(const std::filesystem::path& path);

// What importers allow for their options; throws UsageError for anything else. `signal` and `scope` may be empty.
void require_one_of(const char* option, const std::string& value, std::initializer_list<std::string_view> allowed);
void require_stated(const std::string& signal, const std::string& scope, const std::string& unit);

}  // namespace cenas

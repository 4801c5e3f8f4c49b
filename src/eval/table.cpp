// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "eval/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/checksum.hpp"
#include "base/error.hpp"

namespace cenas {
namespace {

enum class Range { finite, not_negative, positive };

bool is_in(double value, Range range) {
    if (!std::isfinite(value)) return false;
    return range == Range::finite || (range == Range::positive ? value > 0 : value >= 0);
}

const char* text_of(Range range) {
    if (range == Range::finite) return "a finite number";
    return range == Range::positive ? "a finite number > 0" : "a finite number >= 0";
}

/// Names become parts of HDF5 paths and of comma-separated lists.
void check_names(const std::vector<TableObjective>& objectives, const std::string& place) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    std::vector<std::string_view> seen;
    for (const auto& objective : objectives) {
        if (objective.name.empty() || objective.name.find_first_not_of(allowed) != std::string::npos)
            throw DataError(
                fmt::format("{}: objective name '{}': only letters, digits, '_' and '-'", place, objective.name));
        if (std::find(seen.begin(), seen.end(), objective.name) != seen.end())
            throw DataError(fmt::format("{}: two objectives are named '{}'", place, objective.name));
        seen.push_back(objective.name);
    }
}

void check_cells(const std::vector<CellIndex>& cells, const std::string& place) {
    if (cells.empty()) throw DataError(fmt::format("{}: the table has no row", place));
    for (std::size_t row = 0; row < cells.size(); ++row) {
        if (cells[row] < 0 || cells[row] >= cell_count)
            throw DataError(
                fmt::format("{}: row {}: cell {} is not one of 0..{}", place, row, cells[row], cell_count - 1));
        if (row > 0 && cells[row] <= cells[row - 1])
            throw DataError(fmt::format("{}: row {}: cell {} {} (rows are sorted by cell, each once)", place, row,
                                        cell_string(cells[row]),
                                        cells[row] == cells[row - 1] ? "occurs twice" : "is out of order"));
    }
}

void check_column(const ArchitectureTable& table, const std::vector<double>& column, const std::string& name,
                  Range range, const std::string& place) {
    if (column.size() != table.size())
        throw DataError(
            fmt::format("{}: column {} has {} values for {} rows", place, name, column.size(), table.size()));
    for (std::size_t row = 0; row < column.size(); ++row)
        if (!is_in(column[row], range))
            throw DataError(fmt::format("{}: cell {}: {} = {} (expected {})", place, cell_string(table.cells[row]),
                                        name, column[row], text_of(range)));
}

void add_column(Checksum& checksum, const std::vector<double>& column) {
    checksum.add(static_cast<double>(column.size())).add(column);
}

}  // namespace

std::string ArchitectureTable::checksum() const {
    Checksum checksum;
    checksum.add(synthetic ? 1.0 : 0.0).add(static_cast<double>(size()));
    for (const CellIndex cell : cells) checksum.add(cell_string(cell));
    checksum.add(static_cast<double>(objectives.size()));
    for (const auto& objective : objectives) {
        checksum.add(objective.name).add(to_string(objective.direction)).add(objective.unit);
        add_column(checksum, objective.values);
        add_column(checksum, objective.estimates);
    }
    add_column(checksum, evaluation_s);
    add_column(checksum, sampling_s);
    return checksum.add(supernet_training_s).hex();
}

std::vector<std::int32_t> ArchitectureTable::rows_by_cell() const {
    std::vector<std::int32_t> rows(cell_count, -1);
    for (std::size_t row = 0; row < size(); ++row)
        rows[static_cast<std::size_t>(cells[row])] = static_cast<std::int32_t>(row);
    return rows;
}

void validate(const ArchitectureTable& table, const std::string& place) {
    check_cells(table.cells, place);
    if (table.objectives.empty()) throw DataError(fmt::format("{}: the table has no objective", place));
    check_names(table.objectives, place);
    for (const auto& objective : table.objectives) {
        check_column(table, objective.values, objective.name, Range::finite, place);
        if (!objective.estimates.empty())
            check_column(table, objective.estimates, "estimate of " + objective.name, Range::finite, place);
    }
    check_column(table, table.evaluation_s, "evaluation_s", Range::positive, place);
    check_column(table, table.sampling_s, "sampling_s", Range::not_negative, place);
    if (!is_in(table.supernet_training_s, Range::not_negative))
        throw DataError(fmt::format("{}: supernet_training_s = {} (expected {})", place, table.supernet_training_s,
                                    text_of(Range::not_negative)));
}

}  // namespace cenas

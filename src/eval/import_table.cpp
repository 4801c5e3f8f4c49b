// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "eval/import_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/csv.hpp"
#include "base/error.hpp"

namespace cenas {
namespace {

/// "file.csv:12: column 'x': "
std::string place_of(const Csv& csv, std::size_t row, const std::string& column) {
    return fmt::format("{}: column '{}': ", csv.place(row), column);
}

CellIndex cell_at(const Csv& csv, std::size_t row, const std::string& column, std::size_t index) {
    try {
        return index_of(parse_cell(csv.rows[row][index]));
    } catch (const DataError& e) {
        throw DataError(place_of(csv, row, column) + e.what());
    }
}

/// The cell of each row of the file, all different.
std::vector<CellIndex> read_cells(const Csv& csv, const std::string& column) {
    const std::size_t index = csv.require_column(column);
    constexpr std::size_t none = static_cast<std::size_t>(-1);
    std::vector<std::size_t> row_of_cell(cell_count, none);
    std::vector<CellIndex> cells;
    for (std::size_t row = 0; row < csv.rows.size(); ++row) {
        const CellIndex cell = cell_at(csv, row, column, index);
        std::size_t& first = row_of_cell[static_cast<std::size_t>(cell)];
        if (first != none)
            throw DataError(fmt::format("{}architecture '{}' occurs twice; it was on line {} already (allowed: once)",
                                        place_of(csv, row, column), cell_string(cell), csv.line[first]));
        first = row;
        cells.push_back(cell);
    }
    return cells;
}

/// Reads number columns of one file in the order of the table's rows.
class ColumnReader {
  public:
    ColumnReader(const Csv& csv, const TableSpec& spec, const std::vector<std::size_t>& order)
        : csv_(csv), spec_(spec), order_(order) {}

    /// `accept(value)` must hold for every value; `allowed` says so in words.
    template <class Accept>
    std::vector<double> read(const ColumnSpec& column, const Accept& accept, const char* allowed) const {
        if (column.constant) return constant(*column.constant, accept, allowed);
        const std::size_t index = csv_.require_column(column.column);
        std::vector<double> values;
        values.reserve(order_.size());
        for (const std::size_t row : order_) {
            const std::string& field = csv_.rows[row][index];
            const double value = number(row, column.column, field) * column.scale;
            if (!std::isfinite(value) || !accept(value))
                throw DataError(fmt::format("{}'{}' times scale {} is {} (expected {})",
                                            place_of(csv_, row, column.column), field, column.scale, value, allowed));
            values.push_back(value);
        }
        return values;
    }

    std::vector<double> read(const ColumnSpec& column) const {
        return read(
            column, [](double) { return true; }, "a finite number");
    }

  private:
    template <class Accept>
    std::vector<double> constant(double value, const Accept& accept, const char* allowed) const {
        if (!std::isfinite(value) || !accept(value))
            throw DataError(fmt::format("{}: constant {} (expected {})", csv_.path.string(), value, allowed));
        return std::vector<double>(order_.size(), value);
    }

    double number(std::size_t row, const std::string& column, const std::string& field) const {
        if (field.empty() || std::find(spec_.missing.begin(), spec_.missing.end(), field) != spec_.missing.end())
            throw DataError(fmt::format("{}the value is missing ('{}'); every row needs a finite number",
                                        place_of(csv_, row, column), field));
        const auto value = parse_number(field);
        if (!value)
            throw DataError(
                fmt::format("{}'{}' is not a number (expected a finite number)", place_of(csv_, row, column), field));
        return *value;
    }

    const Csv& csv_;
    const TableSpec& spec_;
    const std::vector<std::size_t>& order_;
};

TableObjective read_objective(const ColumnReader& columns, const ObjectiveSpec& spec, bool low_fidelity) {
    TableObjective objective{spec.name, spec.direction, spec.unit, columns.read(spec.value), {}, {}};
    if (spec.known) {
        objective.estimates = objective.values;
        if (low_fidelity) objective.low = objective.values;
    }
    if (spec.estimate) objective.estimates = columns.read(*spec.estimate);
    if (spec.low) objective.low = columns.read(*spec.low);
    return objective;
}

}  // namespace

ArchitectureTable import_table(const std::filesystem::path& csv_path, const TableSpec& spec) {
    const Csv csv = read_csv(csv_path);
    const std::vector<CellIndex> cells = read_cells(csv, spec.architecture);

    std::vector<std::size_t> order(cells.size());  // rows of the file by ascending cell
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return cells[a] < cells[b]; });

    ArchitectureTable table;
    table.name = spec.name;
    table.source = spec.source;
    for (const std::size_t row : order) table.cells.push_back(cells[row]);
    const ColumnReader columns(csv, spec, order);
    for (const auto& objective : spec.objectives)
        table.objectives.push_back(read_objective(columns, objective, spec.low_fidelity_cost > 0));
    table.evaluation_s = columns.read(
        spec.evaluation_s, [](double s) { return s > 0; }, "a training time in seconds > 0");
    table.sampling_s = columns.read(
        spec.sampling_s, [](double s) { return s >= 0; }, "a sampling time in seconds >= 0");
    table.supernet_training_s = spec.supernet_training_s;
    table.low_fidelity_cost = spec.low_fidelity_cost;
    validate(table, csv_path.string());
    return table;
}

}  // namespace cenas

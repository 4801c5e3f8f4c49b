// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/direction.hpp"
#include "space/cell.hpp"

namespace cenas {

/// One objective of a table: what an evaluation measures, and what the supernet says of it.
struct TableObjective {
    std::string name;  ///< letters, digits, '_' and '-'; unique in its table
    Direction direction = Direction::maximize;
    std::string unit;
    std::vector<double> values;     ///< true value of each row
    std::vector<double> estimates;  ///< sampling estimate of each row (equal to `values` where the objective is
                                    ///< cheap to know, e.g. the energy of one inference); empty: there is none
};

/// Architectures with what evaluating and sampling them gives and costs. Rows are sorted by cell index; a table may
/// cover a part of the space.
struct ArchitectureTable {
    std::string name;
    std::string source;      ///< where it came from, for people
    bool synthetic = false;  ///< made by a formula: said wherever it shows
    std::vector<CellIndex> cells;
    std::vector<TableObjective> objectives;
    std::vector<double> evaluation_s;  ///< GPU-seconds of a training from scratch, each row, > 0
    std::vector<double> sampling_s;    ///< GPU-seconds of one supernet query, each row, >= 0
    double supernet_training_s = 0.0;  ///< GPU-seconds of training the supernet, >= 0

    std::size_t size() const { return cells.size(); }
    /// SHA-256 of everything but name and source.
    std::string checksum() const;
    /// Row of a cell, or -1.
    std::vector<std::int32_t> rows_by_cell() const;
};

/// Throws DataError naming `place`, the row's cell and the column if anything is not as documented above: rows unsorted
/// or duplicate, lengths differ, values not finite, costs negative, no objective, no row.
void validate(const ArchitectureTable& table, const std::string& place);

/// What decks call the tables that come with the program: one of our own trainings, and one made by a formula.
inline constexpr std::string_view embedded_table = "fashion-light";
inline constexpr std::string_view synthetic_table_name = "synthetic";

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "eval/table.hpp"

namespace cenas {

/// A column of the csv file times a factor, or a constant for every row. Exactly one of the two is given.
struct ColumnSpec {
    std::string column;
    double scale = 1.0;
    std::optional<double> constant;
};

struct ObjectiveSpec {
    std::string name;
    ColumnSpec value;
    Direction direction = Direction::maximize;
    std::string unit;
    bool known = false;                  ///< cheap to know without training: the estimate is the value
    std::optional<ColumnSpec> estimate;  ///< the supernet's estimate; not with `known`
    std::optional<ColumnSpec> low = {};  ///< of a training of fewer epochs; not with `known`
};

/// What the columns of a csv table mean (inputs/tables/*.toml; read by config).
struct TableSpec {
    std::string name;
    std::string source;
    std::string architecture;  ///< column with the standard NAS-Bench-201 string
    std::vector<ObjectiveSpec> objectives;
    ColumnSpec evaluation_s;
    ColumnSpec sampling_s;
    double supernet_training_s = 0.0;
    double low_fidelity_cost = 0.0;    ///< what a training of fewer epochs takes of evaluation_s; 0: there is none
    std::vector<std::string> missing;  ///< texts that mean "no value" beside the empty field, e.g. "-1"
};

/// Reads the csv file (plain or gzip) as `spec` says. Throws DataError with file, line, column and value for: a
/// missing column, a wrong architecture string, an architecture that occurs twice, a value that is missing or no
/// finite number, a training time <= 0, a sampling time < 0, a table without rows.
ArchitectureTable import_table(const std::filesystem::path& csv, const TableSpec& spec);

}  // namespace cenas

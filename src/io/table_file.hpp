// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <optional>

#include "carbon/issued_forecast.hpp"
#include "carbon/trace.hpp"
#include "eval/table.hpp"
#include "io/training_record.hpp"

namespace cenas {

/// Architecture tables, traces and forecasts as HDF5 files (FORMAT.md, sections 2, 3 and 6). Reading checks format,
/// version, shapes, values and the stored checksum, and throws DataError that names the file and what is wrong. Writing
/// goes through `.part` and a rename; an existing file is replaced only if `overwrite`.
void write_table_file(const std::filesystem::path& path, const ArchitectureTable& table, bool overwrite);
/// A table of our own trainings: a table file with everything that it was made from under /training.
void write_trained_table_file(const std::filesystem::path& path, const ArchitectureTable& table, const TrainingLog& log,
                              bool overwrite);
ArchitectureTable read_table_file(const std::filesystem::path& path);
/// Of a table's own trainings, where it has any.
std::optional<TrainingSummary> read_training_summary(const std::filesystem::path& path);

/// The table that the program holds in itself, inputs/tables/fashion_light.h5.
ArchitectureTable read_embedded_table();

void write_trace_file(const std::filesystem::path& path, const Trace& trace, bool overwrite);
Trace read_trace_file(const std::filesystem::path& path);

void write_forecast_file(const std::filesystem::path& path, const IssuedForecast& forecast, bool overwrite);
IssuedForecast read_forecast_file(const std::filesystem::path& path);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <variant>

#include "comm/comm.hpp"
#include "io/training_record.hpp"

namespace cenas {

/// What a task of a table build results in: what travels between ranks, and a record of the journal.
using TrainingResult = std::variant<CellTrainingRecord, ScoreRecord, SupernetRecord, EstimateRecord>;

Bytes to_bytes(const TrainingResult& result);
/// Throws DataError for bytes that are no result.
TrainingResult training_result_from(const Bytes& bytes);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include "eval/table.hpp"

namespace cenas {

/// The embedded demonstration table: all 15,625 cells with accuracy (%, maximize), energy (mJ, minimize), training
/// and sampling times, and a supernet estimate, from the formulas documented in synthetic_table.cpp and
/// docs/synthetic-table.md. It stands in where no real table is at hand; no conclusion about networks follows from
/// it. Deterministic.
ArchitectureTable synthetic_table();

}  // namespace cenas

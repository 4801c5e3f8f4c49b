// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// The NAS-Bench-201 cell space: Dong and Yang, "NAS-Bench-201: Extending the Scope of Reproducible Neural
// Architecture Search", ICLR 2020, section 2.1. Four nodes, an operation on each of the six edges i -> j (i < j);
// node j is the sum of its incoming edges, node 0 the input, node 3 the output.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cenas {

/// Operation codes, in the order in which the optimizers see them as ordinals (the order of the CE-NAS code).
/// Files and people use the names; no file of ours holds a code.
enum class Operation : std::uint8_t { none, skip_connect, avg_pool_3x3, nor_conv_1x1, nor_conv_3x3 };

inline constexpr int operation_count = 5;
inline constexpr int edge_count = 6;
inline constexpr int cell_count = 15625;  // 5^6

/// As in NAS-Bench-201.
std::string_view operation_name(Operation operation);

/// A cell by its number: the six operation codes as digits of a base-5 number, edges in string order
/// (0->1, 0->2, 1->2, 0->3, 1->3, 2->3), first edge most significant. In [0, cell_count).
using CellIndex = std::int32_t;

using Cell = std::array<Operation, edge_count>;

Cell cell_from_index(CellIndex index);
CellIndex index_of(const Cell& cell);

/// NAS-Bench-201's string, `|op~0|+|op~0|op~1|+|op~0|op~1|op~2|`.
std::string to_string(const Cell& cell);
inline std::string cell_string(CellIndex index) { return to_string(cell_from_index(index)); }

/// Of every cell, by index.
std::vector<std::string> cell_strings();

/// Reads the standard string. Throws DataError with the text and the first thing that is wrong (unknown operation
/// with the allowed ones, wrong node, wrong shape).
Cell parse_cell(std::string_view text);

inline constexpr int neighbour_count = edge_count * (operation_count - 1);

/// The cells that differ from this one in the operation of one edge, ascending.
std::array<CellIndex, neighbour_count> neighbours(CellIndex cell);

/// The first cell with the second's operations on the edges of `from_second`: bit e for edge e, others are ignored.
CellIndex cross(CellIndex first, CellIndex second, std::uint32_t from_second);

/// When are two cells the same architecture?
enum class Identity {
    string,     ///< every cell is its own: 15,625
    pruned,     ///< same network once edges that lie on no path from input to output are removed: 9,445
    isomorphic  ///< pruned, and the swap of the two inner nodes merged too: 8,765
};

/// The cell with every edge set to `none` that lies on no path of operations other than none from node 0 to node 3.
Cell pruned(const Cell& cell);

/// The representative of the cell's class: the cell itself, its pruned form, or the smaller of the pruned form and
/// its swap of nodes 1 and 2 (which is a valid cell only where edge 1->2 is none).
CellIndex canonical(CellIndex index, Identity identity);

/// Representative of every cell, indexed by CellIndex (cell_count entries).
std::vector<CellIndex> canonical_table(Identity identity);

}  // namespace cenas

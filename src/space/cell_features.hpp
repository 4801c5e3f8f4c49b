// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// What a cell says of itself before any training. All of it is of the effective network: edges that lie on no path of
// operations other than `none` from the input to the output count as none (pruned()).

#include <array>
#include <vector>

#include "space/cell.hpp"

namespace cenas {

/// Whether any path leads from the input to the output. Where none does, the output does not depend on the input.
bool connected(const Cell& cell);

/// The operations of a path from the input to the output in their order, without skip_connect: an identity is the empty
/// path.
using Path = std::vector<Operation>;

/// All paths of the effective network, at most four, in the order 0-3, 0-1-3, 0-2-3, 0-1-2-3. Isomorphic cells have the
/// same, up to order.
std::vector<Path> paths_of(const Cell& cell);

/// How many edges of the effective network have each operation, by its code.
std::array<int, operation_count> operation_counts(const Cell& cell);

/// Parameters, and multiply-accumulates of an image, of the network that NAS-Bench-201 makes of the cell (Dong and
/// Yang, ICLR 2020, section 2.1: 16 channels, 5 cells a stage, CIFAR-10), counted as there. Every edge counts, also one
/// that leads nowhere: such a network is trained with it.
double nas_bench_201_parameters(const Cell& cell);
double nas_bench_201_flops(const Cell& cell);

}  // namespace cenas

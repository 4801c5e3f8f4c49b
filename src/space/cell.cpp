// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "space/cell.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace cenas {
namespace {

constexpr std::array<std::string_view, operation_count> operation_names = {"none", "skip_connect", "avg_pool_3x3",
                                                                           "nor_conv_1x1", "nor_conv_3x3"};

struct Edge {
    int from;
    int to;
};
/// In the order of the string: grouped by the node they enter.
constexpr std::array<Edge, edge_count> edges = {{{0, 1}, {0, 2}, {1, 2}, {0, 3}, {1, 3}, {2, 3}}};
constexpr int last_node = 3;

/// Consumes `expected` from the front of `rest`, or says what stands there instead.
void expect(std::string_view& rest, std::string_view expected, std::string_view whole) {
    if (!rest.starts_with(expected))
        throw DataError(fmt::format("architecture '{}': expected '{}' before '{}'", whole, expected, rest));
    rest.remove_prefix(expected.size());
}

Operation parse_operation(std::string_view& rest, std::string_view whole) {
    const std::string_view name = rest.substr(0, rest.find('~'));
    const auto found = std::find(operation_names.begin(), operation_names.end(), name);
    if (found == operation_names.end())
        throw DataError(fmt::format("architecture '{}': unknown operation '{}' (allowed: {})", whole, name,
                                    fmt::join(operation_names, ", ")));
    rest.remove_prefix(name.size());
    return static_cast<Operation>(found - operation_names.begin());
}

/// The cell with nodes 1 and 2 exchanged; only meaningful where edge 1->2 is none.
Cell swap_inner_nodes(const Cell& cell) { return {cell[1], cell[0], Operation::none, cell[3], cell[5], cell[4]}; }

}  // namespace

Cell cell_from_index(CellIndex index) {
    Cell cell;
    for (int e = edge_count - 1; e >= 0; --e) {
        cell[static_cast<std::size_t>(e)] = static_cast<Operation>(index % operation_count);
        index /= operation_count;
    }
    return cell;
}

CellIndex index_of(const Cell& cell) {
    CellIndex index = 0;
    for (const Operation op : cell) index = index * operation_count + static_cast<CellIndex>(op);
    return index;
}

std::string_view operation_name(Operation operation) { return operation_names[static_cast<std::size_t>(operation)]; }

std::string to_string(const Cell& cell) {
    std::string text;
    for (std::size_t e = 0; e < edges.size(); ++e) {
        if (edges[e].from == 0) text += e == 0 ? "|" : "+|";
        text += fmt::format("{}~{}|", operation_names[static_cast<std::size_t>(cell[e])], edges[e].from);
    }
    return text;
}

std::vector<std::string> cell_strings() {
    std::vector<std::string> strings;
    for (CellIndex cell = 0; cell < cell_count; ++cell) strings.push_back(cell_string(cell));
    return strings;
}

Cell parse_cell(std::string_view text) {
    Cell cell{};
    std::string_view rest = text;
    for (std::size_t e = 0; e < edges.size(); ++e) {
        if (edges[e].from == 0) expect(rest, e == 0 ? "|" : "+|", text);
        cell[e] = parse_operation(rest, text);
        expect(rest, fmt::format("~{}|", edges[e].from), text);
    }
    if (!rest.empty()) throw DataError(fmt::format("architecture '{}': '{}' after its end", text, rest));
    return cell;
}

std::array<CellIndex, neighbour_count> neighbours(CellIndex cell) {
    std::array<CellIndex, neighbour_count> found{};
    std::size_t count = 0;
    const Cell operations = cell_from_index(cell);
    CellIndex weight = 1;  // of the edge's digit
    for (std::size_t e = edge_count; e-- > 0; weight *= operation_count)
        for (CellIndex op = 0; op < operation_count; ++op)
            if (const auto present = static_cast<CellIndex>(operations[e]); op != present)
                found[count++] = cell + (op - present) * weight;
    std::sort(found.begin(), found.end());
    return found;
}

CellIndex cross(CellIndex first, CellIndex second, std::uint32_t from_second) {
    Cell child = cell_from_index(first);
    const Cell other = cell_from_index(second);
    for (std::size_t e = 0; e < edge_count; ++e)
        if ((from_second >> e & 1U) != 0) child[e] = other[e];
    return index_of(child);
}

Cell pruned(const Cell& cell) {
    std::array<bool, last_node + 1> from_input{true, false, false, false};
    std::array<bool, last_node + 1> to_output{false, false, false, true};
    const auto live = [&](std::size_t e) { return cell[e] != Operation::none; };
    for (std::size_t e = 0; e < edges.size(); ++e)  // string order visits nodes in topological order
        if (live(e) && from_input[static_cast<std::size_t>(edges[e].from)])
            from_input[static_cast<std::size_t>(edges[e].to)] = true;
    for (std::size_t e = edges.size(); e-- > 0;)
        if (live(e) && to_output[static_cast<std::size_t>(edges[e].to)])
            to_output[static_cast<std::size_t>(edges[e].from)] = true;
    Cell result = cell;
    for (std::size_t e = 0; e < edges.size(); ++e)
        if (!from_input[static_cast<std::size_t>(edges[e].from)] || !to_output[static_cast<std::size_t>(edges[e].to)])
            result[e] = Operation::none;
    return result;
}

CellIndex canonical(CellIndex index, Identity identity) {
    if (identity == Identity::string) return index;
    const Cell cell = pruned(cell_from_index(index));
    const CellIndex plain = index_of(cell);
    if (identity == Identity::pruned || cell[2] != Operation::none) return plain;
    return std::min(plain, index_of(swap_inner_nodes(cell)));
}

std::vector<CellIndex> canonical_table(Identity identity) {
    std::vector<CellIndex> table(cell_count);
    for (CellIndex i = 0; i < cell_count; ++i) table[static_cast<std::size_t>(i)] = canonical(i, identity);
    return table;
}

}  // namespace cenas

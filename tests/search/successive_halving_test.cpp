// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/successive_halving.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

namespace cenas {
namespace {

using Gains = std::vector<double>;

Candidates cells_of(std::vector<CellIndex> cells) {
    return {std::move(cells), canonical_table(Identity::string), {}, {}};
}

Candidates first_cells(int count) {
    std::vector<CellIndex> cells(static_cast<std::size_t>(count));
    std::iota(cells.begin(), cells.end(), 0);
    return cells_of(cells);
}

/// The strategy with what it was asked for last.
struct Halving {
    Candidates candidates = first_cells(1000);
    SuccessiveHalving strategy;
    CellIndex last = -1;

    explicit Halving(int eta, int objectives = 2) : strategy(eta, candidates, objectives, 7) {}

    /// A new cell at low fidelity, which turns out so.
    CellIndex low(const Gains& gains) {
        const auto proposal = strategy.ask();
        EXPECT_TRUE(proposal && proposal->fidelity == Fidelity::low);
        strategy.tell({proposal->cell, Fidelity::low, gains, 1});
        return proposal->cell;
    }
    void expect_promoted(CellIndex cell) { EXPECT_EQ(strategy.ask(), (Proposal{cell, Fidelity::full})); }
};

// With eta = 2, by hand: the best half of the cells told, rounded down, is promoted.
TEST(SuccessiveHalving, PromotesAsWorkedOutByHand) {
    Halving run(2);
    const CellIndex a = run.low({1, 1});
    const CellIndex b = run.low({2, 2});  // best 1 of 2
    run.expect_promoted(b);
    const CellIndex c = run.low({3, 1});  // best 1 of 3 is b, which was told before c
    const CellIndex d = run.low({4, 4});  // fronts d | b c | a: best 2 of 4 are d and b
    run.expect_promoted(d);
    const CellIndex e = run.low({1, 5});  // d e | b c | a
    run.expect_promoted(e);
    const CellIndex f = run.low({-1, 9});  // dominated by none, and outside the reference: d e | b c | a | f
    const CellIndex g = run.low({0.5, 0.5});
    const CellIndex h = run.low({0.4, 0.4});  // d e | b c | a | g | h | f: best 4 of 8
    run.expect_promoted(c);
    const CellIndex i = run.low({0, 0});
    const CellIndex j = run.low({0, 0});  // best 5 of 10
    run.expect_promoted(a);
    EXPECT_EQ((std::set<CellIndex>{a, b, c, d, e, f, g, h, i, j}).size(), 10u);
    EXPECT_EQ(run.strategy.ask()->fidelity, Fidelity::low);
}

TEST(SuccessiveHalving, ALowTrainingThatIsUnderWayIsNotPromoted) {
    Halving run(2);
    run.low({1, 1});
    const auto running = run.strategy.ask();
    EXPECT_EQ(run.strategy.ask()->fidelity, Fidelity::low);  // 1 told, though 2 are under way
    run.strategy.tell({running->cell, Fidelity::low, Gains{2, 2}, 1});
    run.expect_promoted(running->cell);
}

// One front. Extents are 9: crowding is 4/9 for b and e, 12/9 for c and d, infinite at the ends.
TEST(SuccessiveHalving, InAFrontTheLeastCrowdedComesFirst) {
    Halving run(6);
    std::vector<CellIndex> cells;
    for (const Gains& gains : std::vector<Gains>{{2, 9}, {3, 8}, {8, 3}, {9, 2}, {1, 10}, {10, 1}})
        cells.push_back(run.low(gains));
    run.expect_promoted(cells[4]);
    for (int i = 0; i < 6; ++i) run.low({0.5, 0.5});
    run.expect_promoted(cells[5]);
    for (int i = 0; i < 6; ++i) run.low({0.5, 0.5});
    run.expect_promoted(cells[1]);
    for (int i = 0; i < 6; ++i) run.low({0.5, 0.5});
    run.expect_promoted(cells[2]);
}

/// Rows, the best first, from the definitions: peeling of fronts, crowding from sorted neighbours.
std::vector<std::size_t> naive_order(const std::vector<Gains>& rows) {
    const auto inside = [](const Gains& g) { return *std::min_element(g.begin(), g.end()) > 0; };
    const auto dominates = [&](const Gains& a, const Gains& b) {
        if (inside(a) != inside(b)) return inside(a);
        bool no_worse = true, better = false;
        for (std::size_t k = 0; k < a.size(); ++k) {
            no_worse = no_worse && a[k] >= b[k];
            better = better || a[k] > b[k];
        }
        return no_worse && better;
    };
    std::vector<std::size_t> left(rows.size()), order;
    std::iota(left.begin(), left.end(), std::size_t{0});
    while (!left.empty()) {
        std::vector<std::size_t> front, rest;
        for (const std::size_t i : left)
            (std::any_of(left.begin(), left.end(), [&](std::size_t j) { return dominates(rows[j], rows[i]); }) ? rest
                                                                                                               : front)
                .push_back(i);
        std::vector<double> distance(rows.size(), 0);
        for (std::size_t k = 0; k < rows.front().size(); ++k) {
            std::vector<std::size_t> sorted = front;
            std::stable_sort(sorted.begin(), sorted.end(),
                             [&](std::size_t a, std::size_t b) { return rows[a][k] < rows[b][k]; });
            const double extent = rows[sorted.back()][k] - rows[sorted.front()][k];
            if (extent == 0) continue;
            for (std::size_t i = 0; i < sorted.size(); ++i)
                distance[sorted[i]] += i == 0 || i + 1 == sorted.size()
                                           ? std::numeric_limits<double>::infinity()
                                           : (rows[sorted[i + 1]][k] - rows[sorted[i - 1]][k]) / extent;
        }
        std::stable_sort(front.begin(), front.end(),
                         [&](std::size_t a, std::size_t b) { return distance[a] > distance[b]; });
        order.insert(order.end(), front.begin(), front.end());
        left = rest;
    }
    return order;
}

TEST(SuccessiveHalving, PromotesWhatTheDefinitionsSay) {
    for (const int objectives : {2, 3}) {
        Halving run(3, objectives);
        Random random(static_cast<std::uint64_t>(objectives), Stream::initial_design);
        std::vector<Gains> rows;
        std::vector<CellIndex> cells;
        std::set<std::size_t> promoted;
        for (int told = 0; told < 150; ++told) {
            Gains gains;
            for (int k = 0; k < objectives; ++k) gains.push_back(static_cast<double>(random.below(12)) - 1);
            cells.push_back(run.low(gains));
            rows.push_back(gains);
            const std::vector<std::size_t> order = naive_order(rows);
            for (std::size_t i = 0; i < rows.size() / 3; ++i)
                if (promoted.insert(order[i]).second) run.expect_promoted(cells[order[i]]);
        }
        EXPECT_GE(promoted.size(), 50u);
    }
}

TEST(SuccessiveHalving, AsksNeverRepeatAndEndWithTheSpace) {
    const Candidates few = cells_of({3, 50, 700, 701, 9000});
    SuccessiveHalving strategy(2, few, 2, 1);
    strategy.exclude(50);
    std::set<CellIndex> low, full;
    while (const auto proposal = strategy.ask()) {
        EXPECT_TRUE((proposal->fidelity == Fidelity::low ? low : full).insert(proposal->cell).second);
        const double x = 1 + proposal->cell;
        strategy.tell({proposal->cell, proposal->fidelity, Gains{x, 10000 - x}, 1});
        strategy.update();
    }
    EXPECT_EQ(low, (std::set<CellIndex>{3, 700, 701, 9000}));
    EXPECT_EQ(full.size(), 2u);
}

/// Some steps with a made-up problem; what was asked.
std::vector<Proposal> steps(SuccessiveHalving& strategy, int count) {
    std::vector<Proposal> asked;
    for (int i = 0; i < count; ++i) {
        asked.push_back(*strategy.ask());
        const double x = (asked.back().cell * 37) % 101 - 5, y = (asked.back().cell * 53) % 89 - 5;
        strategy.tell({asked.back().cell, asked.back().fidelity, Gains{x, y}, 1});
    }
    return asked;
}

TEST(SuccessiveHalving, GoesOnFromASavedState) {
    const Candidates candidates = first_cells(1000);
    for (const int before : {0, 1, 7, 40}) {
        SuccessiveHalving strategy(3, candidates, 2, 5);
        steps(strategy, before);
        StateArchive written;
        strategy.exchange(written);
        SuccessiveHalving restored(3, candidates, 2, 5);
        StateArchive read(written.bytes());
        restored.exchange(read);
        EXPECT_EQ(steps(restored, 50), steps(strategy, 50));
    }
}

}  // namespace
}  // namespace cenas

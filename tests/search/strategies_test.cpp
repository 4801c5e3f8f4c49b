// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
//
// What search/strategy.hpp promises of every strategy, of all that decks may name.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "kernels/rng/philox.hpp"
#include "pareto/hypervolume.hpp"
#include "search/strategy.hpp"

namespace cenas {
namespace {

using Gains = std::vector<double>;
using Objectives = std::function<Gains(CellIndex)>;

Candidates candidates_of(std::vector<CellIndex> cells, Identity identity = Identity::string, std::size_t m = 2) {
    std::vector<CandidateObjective> objectives(m);
    for (std::size_t k = 0; k < m; ++k) objectives[k].name = "objective " + std::to_string(k);
    return {std::move(cells), canonical_table(identity), objectives, {}};
}

std::vector<CellIndex> range_of_cells(CellIndex first, CellIndex count) {
    std::vector<CellIndex> cells(static_cast<std::size_t>(count));
    std::iota(cells.begin(), cells.end(), first);
    return cells;
}

const Candidates& whole_space() {
    static const Candidates candidates = candidates_of(range_of_cells(0, cell_count));
    return candidates;
}

/// Cells that are near each other, the last two edges free, and some that are not. Few, since models take time.
std::vector<CellIndex> some_cells() {
    auto cells = range_of_cells(15600, 25);
    for (CellIndex cell = 100; cell < 15600; cell += 1001) cells.insert(cells.end() - 25, cell);
    return cells;
}

/// A smooth problem: with x the operations' codes from 0 to 1, their mean, and 1 less the mean of their squares. The
/// front is where all edges are as equal as can be. In units of which LaMOO's exploration is a small part.
Gains smooth(CellIndex cell) {
    double sum = 0, squares = 0;
    for (const Operation op : cell_from_index(cell)) {
        const double x = static_cast<double>(op) / (operation_count - 1);
        sum += x;
        squares += x * x;
    }
    return {100 * sum / edge_count, 100 - 100 * squares / edge_count};
}

/// A strategy and whoever calls it, with calls drawn from a seed.
class Session {
  public:
    Session(const std::string& name, const Candidates& candidates, Objectives objectives, std::uint64_t seed)
        : candidates_(&candidates), objectives_(std::move(objectives)), seed_(seed), calls_(seed, Stream::tests) {
        options_.strategy = name;
        gains_ = static_cast<int>(objectives_(candidates.cells.front()).size());
        strategy_ = fresh();
    }

    Strategy& strategy() { return *strategy_; }
    const std::vector<Proposal>& asked() const { return asked_; }
    const std::vector<Proposal>& pending() const { return pending_; }

    void exclude(CellIndex cell) { strategy_->exclude(cell); }
    void tell(Proposal of) { strategy_->tell({of.cell, of.fidelity, objectives_(of.cell), 1.0 + of.cell % 7}); }
    bool ask() {
        const auto proposal = strategy_->ask();
        if (!proposal) return false;
        asked_.push_back(*proposal);
        pending_.push_back(*proposal);
        return true;
    }
    /// Any of those pending.
    void tell_one() {
        if (pending_.empty()) return;
        const auto which = pending_.begin() + calls_.below(static_cast<std::uint32_t>(pending_.size()));
        tell(*which);
        pending_.erase(which);
    }
    /// Asks while fewer than `most` are pending, tells, or updates. False where nothing is left to ask.
    bool call(std::size_t most) {
        const double what = calls_.uniform();
        if (what < 0.1)
            strategy_->update();
        else if (what < 0.5 || pending_.size() >= most)
            tell_one();
        else
            return ask();
        return true;
    }

    std::vector<std::byte> state() {
        StateArchive archive;
        strategy_->exchange(archive);
        return archive.bytes();
    }
    /// Replaces the strategy by a fresh one with this state.
    void restore(const std::vector<std::byte>& state) {
        StateArchive archive(state);
        strategy_ = fresh();
        strategy_->exchange(archive);
    }

  private:
    std::unique_ptr<Strategy> fresh() const { return make_strategy(options_, *candidates_, gains_, seed_); }

    SearchOptions options_;
    const Candidates* candidates_;
    Objectives objectives_;
    int gains_;
    std::uint64_t seed_;
    Random calls_;
    std::unique_ptr<Strategy> strategy_;
    std::vector<Proposal> asked_, pending_;
};

class EveryStrategy : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Search, EveryStrategy, testing::ValuesIn(strategy_names()), [](const auto& name) {
    std::string letters = name.param;  // GoogleTest allows no hyphen
    letters.erase(std::remove(letters.begin(), letters.end(), '-'), letters.end());
    return letters;
});

TEST_P(EveryStrategy, AsksForEachNetworkOnceUntilNoneIsLeft) {
    for (const Identity identity : {Identity::string, Identity::pruned, Identity::isomorphic}) {
        const Candidates candidates = candidates_of(some_cells(), identity);
        const auto network = [&](CellIndex cell) { return candidates.identity[static_cast<std::size_t>(cell)]; };
        Session session(GetParam(), candidates, smooth, 3);
        std::set<CellIndex> excluded, all, asked;
        for (const CellIndex cell : {15600, 15611, 15624, 100}) {
            session.exclude(cell);
            excluded.insert(network(cell));
        }
        session.tell({15600});  // known before anything is asked
        session.tell({100});
        while (session.call(8)) {
        }
        session.tell({15611});
        EXPECT_FALSE(session.ask());
        std::set<std::pair<CellIndex, Fidelity>> once;
        for (const Proposal& p : session.asked()) {
            EXPECT_TRUE(std::binary_search(candidates.cells.begin(), candidates.cells.end(), p.cell)) << p.cell;
            EXPECT_TRUE(once.emplace(network(p.cell), p.fidelity).second) << p.cell;
            EXPECT_EQ(excluded.count(network(p.cell)), 0u) << p.cell;
            EXPECT_NE(p.fidelity, Fidelity::supernet);
            asked.insert(network(p.cell));
        }
        for (const CellIndex cell : candidates.cells)
            if (excluded.count(network(cell)) == 0) all.insert(network(cell));
        EXPECT_EQ(asked, all);
    }
}

TEST_P(EveryStrategy, TheSameCallsGiveTheSameAnswers) {
    std::vector<std::vector<Proposal>> asked;
    for (const std::uint64_t seed : {1, 1, 2}) {
        Session session(GetParam(), whole_space(), smooth, seed);
        for (int i = 0; i < 200; ++i) session.call(8);
        asked.push_back(session.asked());
    }
    EXPECT_GT(asked[0].size(), 50u);
    EXPECT_EQ(asked[0], asked[1]);
    EXPECT_NE(asked[0], asked[2]);
}

TEST_P(EveryStrategy, GoesOnAlikeWhereItIsSavedAndRestored) {
    constexpr int calls = 60;
    const Candidates candidates = candidates_of(some_cells());
    const auto run = [&](const std::function<bool(int)>& restores) {
        Session session(GetParam(), candidates, smooth, 7);
        session.exclude(15605);
        session.tell({15605});
        for (int i = 0; i < calls; ++i) {
            if (restores(i)) {
                const auto state = session.state();
                session.restore(state);
                EXPECT_EQ(session.state(), state) << "before call " << i;
            }
            session.call(8);
        }
        return session.asked();
    };
    const auto expected = run([](int) { return false; });
    EXPECT_EQ(run([](int) { return true; }), expected);
    for (int at = 0; at < calls; at += 20) EXPECT_EQ(run([at](int i) { return i == at; }), expected) << "call " << at;
}

TEST_P(EveryStrategy, AStateThatEndsTooEarlyIsRefused) {
    Session session(GetParam(), whole_space(), smooth, 7);
    for (int i = 0; i < 60; ++i) session.call(8);
    auto state = session.state();
    state.pop_back();
    EXPECT_THROW(session.restore(state), std::out_of_range);
}

TEST_P(EveryStrategy, AnyNumberMayBePending) {
    Session session(GetParam(), whole_space(), smooth, 11);
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(session.ask());  // and nothing told
    session.strategy().update();
    while (!session.pending().empty()) session.tell_one();
    session.strategy().update();
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(session.ask());
    std::set<std::pair<CellIndex, Fidelity>> once;
    for (const Proposal& p : session.asked()) EXPECT_TRUE(once.emplace(p.cell, p.fidelity).second);
}

TEST_P(EveryStrategy, DegenerateObjectivesAreSearchedLikeOthers) {
    const auto g = [](auto... gains) { return Gains{static_cast<double>(gains)...}; };
    const std::vector<std::pair<const char*, Objectives>> problems = {
        {"all equal", [&](CellIndex) { return g(3, 4); }},
        {"one constant", [&](CellIndex cell) { return g(2, smooth(cell)[0]); }},
        {"two values each", [&](CellIndex cell) { return g(1 + cell % 2, 1 + cell / 2 % 2); }},
        {"one objective twice", [&](CellIndex cell) { return g(smooth(cell)[0], smooth(cell)[0]); }},
        {"outside the reference", [&](CellIndex cell) { return g(-smooth(cell)[0] - 1, smooth(cell)[1]); }},
        {"on the reference", [&](CellIndex) { return g(0, 0); }},
        {"large and small", [&](CellIndex cell) { return g(1e9 * smooth(cell)[0], 1e-9 * smooth(cell)[1]); }},
        {"three", [&](CellIndex cell) { return g(smooth(cell)[0], smooth(cell)[1], 1 + cell % 5); }}};
    for (const auto& [name, objectives] : problems) {
        SCOPED_TRACE(name);
        const Candidates candidates = candidates_of(some_cells(), Identity::string, objectives(0).size());
        Session session(GetParam(), candidates, objectives, 13);
        while (session.call(8)) {
        }
        std::set<CellIndex> asked;
        for (const Proposal& p : session.asked()) asked.insert(p.cell);
        EXPECT_EQ(asked.size(), candidates.cells.size());
    }
}

TEST_P(EveryStrategy, LearnsFromNothingOneOrTwo) {
    Session session(GetParam(), whole_space(), smooth, 17);
    for (int told = 0; told < 3; ++told) {
        session.strategy().update();
        session.strategy().update();
        ASSERT_TRUE(session.ask());
        session.tell_one();
    }
}

TEST_P(EveryStrategy, MayBeToldOfACellTwice) {
    const Candidates candidates = candidates_of(some_cells());
    Session session(GetParam(), candidates, smooth, 19);
    for (int i = 0; i < 15; ++i) {
        ASSERT_TRUE(session.ask());
        session.tell(session.pending().front());
        session.tell_one();
        session.strategy().update();
    }
    while (session.call(4)) {
    }
    std::set<CellIndex> asked;
    for (const Proposal& p : session.asked()) asked.insert(p.cell);
    EXPECT_EQ(asked.size(), candidates.cells.size());
}

/// Hypervolume after 200 trainings, eight of which are always under way; mean over seeds.
double mean_hypervolume(const std::string& name) {
    const bool slow = name == "bayesian" || name == "parego";  // and must do with fewer trainings
    const int seeds = slow ? 3 : 12, trainings = slow ? 60 : 200;
    double sum = 0;
    for (int seed = 0; seed < seeds; ++seed) {
        Session session(name, whole_space(), smooth, static_cast<std::uint64_t>(seed));
        for (int i = 0; i < 8; ++i) session.ask();
        for (int i = 8; i < trainings; ++i) {
            session.tell_one();
            if (i % 20 == 0) session.strategy().update();
            session.ask();
        }
        Gains gains;
        for (const Proposal& p : session.asked()) {
            const Gains of_cell = smooth(p.cell);
            gains.insert(gains.end(), of_cell.begin(), of_cell.end());
        }
        sum += hypervolume(gains, 2);
    }
    return sum / seeds;
}

TEST_P(EveryStrategy, FindsMoreThanRandomSearch) {
    // Here a training of fewer epochs costs as much as any, and says what the other says.
    if (GetParam() == "random" || GetParam() == "successive-halving") return;
    Gains all;
    for (CellIndex cell = 0; cell < cell_count; ++cell) {
        const Gains of_cell = smooth(cell);
        all.insert(all.end(), of_cell.begin(), of_cell.end());
    }
    const double largest = hypervolume(all, 2);
    const double random = mean_hypervolume("random");
    EXPECT_LT(random, 0.98 * largest);  // else there is nothing to find
    EXPECT_LT(largest - mean_hypervolume(GetParam()), 0.9 * (largest - random));
}

}  // namespace
}  // namespace cenas

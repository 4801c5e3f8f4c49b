// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

#include "config/deck.hpp"
#include "config/live_deck.hpp"
#include "config/replay_deck.hpp"
#include "config/training_deck.hpp"
#include "eval/table.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

const std::filesystem::path source = CENAS_SOURCE_DIR;

std::string text_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    EXPECT_TRUE(in) << file;
    return {std::istreambuf_iterator<char>(in), {}};
}

/// "[section] key" of each line `key = value`; comments do not count.
std::set<std::string> keys_of_dump(const std::string& dump) {
    std::set<std::string> keys;
    std::istringstream lines(dump);
    std::string section;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with('['))
            section = line;
        else if (!line.empty() && line[0] != '#')
            keys.insert(section + " " + line.substr(0, line.find(' ')));
    return keys;
}

/// The same of the reference's chapters and rows, up to the table descriptions.
std::set<std::string> keys_of_reference(const std::string& reference) {
    std::set<std::string> keys;
    std::istringstream lines(reference.substr(0, reference.find("# Keys of a table description")));
    std::string section;
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("## `"))
            section = line.substr(4, line.size() - 5);
        else if (line.starts_with("| `") && section != "[[axis]]")  // which a dump has only where the deck has it
            keys.insert(section + " " + line.substr(3, line.find('`', 3) - 3));
    return keys;
}

std::vector<std::filesystem::path> decks() {
    std::vector<std::filesystem::path> files = {source / "docs/bring-your-own/deck.toml"};
    for (const auto& entry : std::filesystem::directory_iterator(source / "inputs"))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    for (const auto& entry : std::filesystem::directory_iterator(source / "inputs/studies"))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    return files;
}

TEST(Reference, IsTheDocumentInTheRepository) {
    EXPECT_EQ(text_of(source / "docs/deck.md"),
              deck_reference() + training_deck_reference() + live_deck_reference() + replay_deck_reference())
        << "run: cenas check --keys > docs/deck.md";
}

TEST(Reference, ListsTheKeysOfTheDumpAndNoOthers) {
    // No single deck may give all keys: paper accounting excludes [power], full excludes account_from_h, and a method
    // has the section of its strategy alone.
    auto dumped = keys_of_dump(read_deck(source / "inputs/quickstart.toml").effective);
    dumped.merge(keys_of_dump(read_deck(source / "inputs/studies/hotcarbon.toml").effective));
    dumped.merge(keys_of_dump(read_deck(source / "inputs/search.toml", {"method.ce-nas.strategy=nsga2"}).effective));
    dumped.merge(keys_of_dump(read_deck(source / "inputs/search.toml", {"method.ce-nas.strategy=successive-halving",
                                                                        "method.ce-nas.candidates=direct"})
                                  .effective));
    dumped.merge(keys_of_dump(
        read_deck(source / "inputs/search.toml", {"method.ce-nas.strategy=bayesian", "bayesian.acquisition=nehvi"})
            .effective));
    EXPECT_EQ(keys_of_reference(deck_reference()), dumped);
    EXPECT_GT(dumped.size(), 60u);
}

TEST(Reference, TellsTypeUnitDefaultRangeAndMeaning) {
    const std::string text = deck_reference();
    EXPECT_TRUE(test::contains(text, "| `hours` | a number from 0.01 to 100000 | h | `80.0` | length of the run |"));
    EXPECT_TRUE(test::contains(text,
                               "| `start` | a time in whole seconds with its zone, such as "
                               "2021-07-02T06:00:00Z | UTC | required | "));
    EXPECT_TRUE(test::contains(text, "only with `allocator = \"fixed\" or \"cheapest\"` |"));
}

TEST(Inputs, EveryReplayDeckReads) {
    for (const auto& entry : std::filesystem::directory_iterator(source / "inputs/replays"))
        EXPECT_GT(read_replay_deck(entry.path(), {}, {}).options.policies.size(), 1u) << entry.path();
}

TEST(Inputs, EveryDeckReadsAndItsDumpReadsBackEqual) {
    const auto files = decks();
    ASSERT_GE(files.size(), 4u);
    const test::TemporaryFolder folder;
    for (const auto& file : files) {
        if (is_live_deck(file)) {
            const LiveDeck deck = read_live_deck(file);
            EXPECT_EQ(read_live_deck(folder.write("dump.toml", deck.effective)).effective, deck.effective) << file;
            continue;
        }
        const Deck deck = read_deck(file);
        EXPECT_EQ(read_deck(folder.write("dump.toml", deck.effective)).effective, deck.effective) << file;
    }
}

TEST(Inputs, TheQuickstartIsTheFourMethodsOnTwoTraces) {
    const Options o = read_deck(source / "inputs/quickstart.toml").options;
    EXPECT_EQ(o.methods.size(), 4u);
    EXPECT_EQ(o.traces.size(), 2u);
    EXPECT_EQ(o.run.seeds, 5);
    EXPECT_EQ(o.accounting.mode, "full");
    EXPECT_EQ(o.problem.table, embedded_table);
}

TEST(Inputs, TheSearchDeckHoldsOneSearch) {
    const Options o = read_deck(source / "inputs/search.toml").options;
    EXPECT_EQ(o.methods.size(), 1u);
    EXPECT_EQ(o.traces.size(), 1u);
}

TEST(Inputs, TheStudyHasEveryBaseline) {
    const Options o = read_deck(source / "inputs/studies/hotcarbon.toml").options;
    std::vector<std::string> names;
    for (const auto& method : o.methods) names.push_back(method.name);
    EXPECT_EQ(names, (std::vector<std::string>{"vanilla", "one-shot", "heuristic-switch", "ce-nas", "fixed-1",
                                               "fixed-2", "fixed-3", "fixed-4", "fixed-5", "fixed-6", "fixed-7",
                                               "fixed-8", "random-actions", "random-search", "cheapest"}));
    EXPECT_EQ(to_string(o.run.start), "2021-07-02T06:00:00Z");
    EXPECT_GE(o.run.seeds, 10);
    EXPECT_EQ(o.accounting.account_from_h, 1);
    EXPECT_EQ(o.power.evaluation_w, 1000);
    EXPECT_EQ(o.problem.table, source / "inputs/studies" / "data/nb201_cifar10.h5");
}

}  // namespace
}  // namespace cenas

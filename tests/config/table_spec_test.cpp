// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "config/deck.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;
using test::TemporaryFolder;

constexpr const char* spec_text = R"(name = "mine"
source = "measured here"
architecture = "cell"
missing = ["-1", "n/a"]
supernet_training_s = 7200
evaluation_s = { column = "minutes", scale = 60 }
sampling_s = { constant = 5 }
low_fidelity_cost = 0.06
[[objective]]
name = "accuracy"
direction = "maximize"
unit = "%"
value = { column = "top1", scale = 100.0 }
estimate = { column = "guess" }
low = { column = "top1_12", scale = 100.0 }
[[objective]]
name = "latency"
direction = "minimize"
unit = "ms"
value = { column = "ms" }
known = true
)";

TableSpec read(const std::string& text) {
    const TemporaryFolder folder;
    return read_table_spec(folder.write("spec.toml", text));
}

std::string replaced(const std::string& old, const std::string& by) {
    std::string text = spec_text;
    const auto at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return text.replace(at, old.size(), by);
}

/// The message with which the description, `old` replaced in it, is refused, from its file's name on.
std::string refusal(const std::string& old, const std::string& by) {
    const std::string message = message_of<UsageError>([&] { read(replaced(old, by)); });
    const auto file = message.find("spec.toml");
    EXPECT_NE(file, std::string::npos) << message;
    return file == std::string::npos ? message : message.substr(file);
}

TEST(TableSpec, EveryKeyReachesItsPlace) {
    const TableSpec spec = read(spec_text);
    EXPECT_EQ(spec.name, "mine");
    EXPECT_EQ(spec.source, "measured here");
    EXPECT_EQ(spec.architecture, "cell");
    EXPECT_EQ(spec.missing, (std::vector<std::string>{"-1", "n/a"}));
    EXPECT_EQ(spec.supernet_training_s, 7200);
    EXPECT_EQ(spec.evaluation_s.column, "minutes");
    EXPECT_EQ(spec.evaluation_s.scale, 60);
    EXPECT_FALSE(spec.evaluation_s.constant);
    EXPECT_EQ(spec.sampling_s.column, "");
    EXPECT_EQ(spec.sampling_s.constant, 5.0);
    ASSERT_EQ(spec.objectives.size(), 2u);
    EXPECT_EQ(spec.objectives[0].name, "accuracy");
    EXPECT_EQ(spec.objectives[0].direction, Direction::maximize);
    EXPECT_EQ(spec.objectives[0].unit, "%");
    EXPECT_EQ(spec.objectives[0].value.column, "top1");
    EXPECT_EQ(spec.objectives[0].value.scale, 100);
    EXPECT_FALSE(spec.objectives[0].known);
    ASSERT_TRUE(spec.objectives[0].estimate);
    EXPECT_EQ(spec.objectives[0].estimate->column, "guess");
    EXPECT_EQ(spec.objectives[0].estimate->scale, 1);
    EXPECT_EQ(spec.low_fidelity_cost, 0.06);
    ASSERT_TRUE(spec.objectives[0].low);
    EXPECT_EQ(spec.objectives[0].low->column, "top1_12");
    EXPECT_EQ(spec.objectives[0].low->scale, 100);
    EXPECT_FALSE(spec.objectives[1].low);
    EXPECT_EQ(spec.objectives[1].direction, Direction::minimize);
    EXPECT_TRUE(spec.objectives[1].known);
    EXPECT_FALSE(spec.objectives[1].estimate);
}

TEST(TableSpec, DescriptionsThatComeWithTheProgramRead) {
    std::vector<std::filesystem::path> files = {std::filesystem::path(CENAS_SOURCE_DIR) /
                                                "docs/bring-your-own/architectures.toml"};
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(CENAS_SOURCE_DIR) / "inputs/tables"))
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    for (const auto& file : files) EXPECT_FALSE(read_table_spec(file).objectives.empty()) << file;
}

TEST(TableSpec, RefusesWhatIsWrong) {
    EXPECT_TRUE(
        contains(refusal("architecture =", "arch ="), "spec.toml:3:1: unknown section or key 'arch', the nearest"));
    EXPECT_TRUE(contains(refusal("scale = 60", "factor = 60"), "spec.toml:6:38: unknown key 'evaluation_s.factor'"));
    EXPECT_TRUE(contains(refusal("scale = 60", "scale = nan"), "evaluation_s.scale = nan: must be a finite number"));
    EXPECT_TRUE(contains(refusal("7200", "-1"), "spec.toml:5:23: supernet_training_s = -1: must be a number from 0"));
    EXPECT_TRUE(contains(refusal("[\"-1\", \"n/a\"]", "[-1]"), "missing = [-1]: must be a list of texts"));
    EXPECT_TRUE(contains(refusal("[\"-1\", \"n/a\"]", "\"-1\""), "missing = \"-1\": must be a list of texts"));
    EXPECT_TRUE(contains(refusal("\"maximize\"", "\"max\""),
                         "objective.accuracy.direction = \"max\": must be \"maximize\" or \"minimize\""));
    EXPECT_TRUE(contains(refusal("\"maximize\"", "1"), "must be \"maximize\" or \"minimize\""));
    EXPECT_TRUE(
        contains(refusal("\"latency\"", "\"accuracy\""), "objective.accuracy.name = \"accuracy\": must differ"));
    EXPECT_TRUE(contains(refusal("\"mine\"", "\"my table\""), "name = \"my table\": must be a text of letters"));
    EXPECT_TRUE(contains(refusal("{ constant = 5 }", "5"), "sampling_s = 5: must be a section with keys of: column"));
}

TEST(TableSpec, RefusesWhatIsMissing) {
    for (const char* line : {"name = \"mine\"", "source = \"measured here\"", "architecture = \"cell\"",
                             "evaluation_s = { column = \"minutes\", scale = 60 }", "sampling_s = { constant = 5 }",
                             "direction = \"maximize\"", "unit = \"%\"", "value = { column = \"ms\" }"}) {
        const std::string text = line;
        EXPECT_TRUE(contains(refusal(text, ""), text.substr(0, text.find(' ')) + " is missing: must be")) << line;
    }
    const std::string all = spec_text;
    EXPECT_TRUE(contains(refusal(all.substr(all.find("[[objective]]")), ""),
                         "spec.toml: objective is missing: must be a list [[objective]] of at least 1"));
}

TEST(TableSpec, RefusesContradictions) {
    const std::string allowed = "must be either a column, with or without a scale, or a constant";
    EXPECT_TRUE(contains(refusal("{ constant = 5 }", "{}"), "spec.toml:7:14: sampling_s = {...}: " + allowed));
    EXPECT_TRUE(contains(refusal("{ constant = 5 }", "{ constant = 5, column = \"x\" }"), allowed));
    EXPECT_TRUE(contains(refusal("{ constant = 5 }", "{ constant = 5, scale = 2 }"), allowed));
    EXPECT_TRUE(contains(refusal("{ column = \"minutes\", scale = 60 }", "{ scale = 60 }"), allowed));
    EXPECT_TRUE(contains(refusal("{ column = \"ms\" }", "{}"), "objective.latency.value = {...}: " + allowed));
    EXPECT_TRUE(contains(refusal("{ column = \"guess\" }", "{}"), "objective.accuracy.estimate = {...}: " + allowed));
    EXPECT_TRUE(contains(refusal("known = true", "known = true\nestimate = { constant = 1 }"),
                         "spec.toml:22:12: objective.latency.estimate = {...}: must be left out with known = true"));
    EXPECT_TRUE(contains(refusal("known = true", "known = true\nlow = { constant = 1 }"),
                         "spec.toml:22:7: objective.latency.low = {...}: must be left out with known = true"));
    EXPECT_TRUE(
        contains(refusal("low_fidelity_cost = 0.06\n", ""), "objective.accuracy.low = {...}: needs low_fidelity_cost"));
    EXPECT_TRUE(contains(refusal("{ column = \"top1_12\", scale = 100.0 }", "{}"),
                         "objective.accuracy.low = {...}: " + allowed));
    for (const char* cost : {"0", "1"})
        EXPECT_TRUE(contains(refusal("cost = 0.06", std::string("cost = ") + cost), "low_fidelity_cost = "));
}

TEST(TableSpec, RefusesAMissingFile) {
    EXPECT_TRUE(contains(message_of<DataError>([] { read_table_spec("nowhere.toml"); }), "nowhere.toml"));
}

}  // namespace
}  // namespace cenas

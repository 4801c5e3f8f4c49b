// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "config/deck.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.hpp"
#include "support/files.hpp"

namespace cenas {
namespace {

using test::contains;
using test::message_of;
using test::TemporaryFolder;

/// A deck with what is required; the texts go to the end of [run] (line 3), of the method and of the file.
std::string small_deck(const std::string& run = "", const std::string& method = "", const std::string& tail = "") {
    return "[run]\nstart = 2021-07-02T06:00:00Z\n" + run +
           "\n[[problem.objective]]\nname = \"accuracy\"\nreference = 0\n"
           "[[problem.objective]]\nname = \"energy\"\nreference = 50\n"
           "[[trace]]\nname = \"CISO\"\nsource = \"synthetic:CISO\"\n"
           "[[method]]\nname = \"a\"\n" +
           method + "\n" + tail;
}

Deck read(const std::string& text, const std::vector<std::string>& overrides = {}) {
    const TemporaryFolder folder;
    return read_deck(folder.write("deck.toml", text), overrides);
}

/// The message with which the deck is refused, from its file's name on.
std::string refusal(const std::string& text, const std::vector<std::string>& overrides = {}) {
    const std::string message = message_of<UsageError>([&] { read(text, overrides); });
    const auto file = message.find("deck.toml");
    return file == std::string::npos ? message : message.substr(file);
}

std::string replaced(std::string text, const std::string& old, const std::string& by) {
    const auto at = text.find(old);
    EXPECT_NE(at, std::string::npos) << old;
    return text.replace(at, old.size(), by);
}

// --- what is read ------------------------------------------------------------------------------------------------

TEST(Deck, KeepsTheTextAndDefaults) {
    const std::string text = small_deck();
    const Deck deck = read(text);
    EXPECT_EQ(deck.text, text);
    EXPECT_EQ(deck.path.filename(), "deck.toml");
    EXPECT_EQ(deck.options.run.start, utc_from_civil(2021, 7, 2, 6));
    EXPECT_EQ(deck.options.run.hours, RunOptions().hours);
    EXPECT_EQ(deck.options.run.gpus, RunOptions().gpus);
    EXPECT_EQ(deck.options.power.pue, PowerOptions().pue);
    EXPECT_EQ(deck.options.switching.resume_s, SwitchingOptions().resume_s);
    ASSERT_EQ(deck.options.methods.size(), 1u);
    EXPECT_EQ(deck.options.methods[0].schedule.allocator, ScheduleOptions().allocator);
    EXPECT_EQ(deck.options.methods[0].search.lamoo.draws, LamooOptions().draws);
}

/// Every key once, with a value that is neither its default nor another key's.
constexpr const char* every_key_in_full = R"([run]
start = 2022-01-02T03:00:00Z
hours = 41.5
gpus = 21
initial = 3
first_seed = 44
seeds = 5
identity = "pruned"
forecast = "persistence"
window_h = 24.25
record = "summary"
allow_unlike_traces = true
[budget]
carbon_kg = 12.5
evaluations = 321
[accounting]
mode = "full"
[power]
evaluation_w = 401
sampling_w = 402
supernet_training_w = 403
switching_w = 404
idle_w = 405
optimizer_w = 406
pue = 1.5
embodied_g_per_gpu_h = 8.5
[switching]
pause_s = 1.5
resume_s = 2.5
slices_per_evaluation = 77
[problem]
table = "some table.h5"
cost_scale = 0.5
[[problem.objective]]
name = "one"
reference = -1.5
[[problem.objective]]
name = "two"
reference = 2e3
measuring_s = 6.5
measuring_w = 12.5
[[trace]]
name = "home"
source = "/data/home.h5"
forecast = "/data/forecast.h5"
[lamoo]
kernel = "poly"
degree = 3
penalty = 2.5
tolerance = 0.02
exploration = 6.25
selection = "path"
leaf_size = 15
depth = 9
draws = 300
exploration_of = "hypervolume"
sampler = "cma-es"
[evolution]
population = 31
tournament = 8
crossover = 0.625
[[method]]
name = "s"
strategy = "lamoo"
allocator = "cheapest"
evaluate = 6
rest = "idle"
quantile = 0.75
candidates = "supernet"
queue_capacity = 14
learn_from = "estimate"
max_samples = 1001
shortlist = 13
update_every_h = 2.75
update_every_tells = 18
forecast = "file"
window_h = 36.5
[method.lamoo]
kernel = "rbf"
exploration = 1
[[method]]
name = "t"
allocator = "switch"
threshold = 0.375
[[method]]
name = "u"
allocator = "all-sample"
train_last_h = 5.5
candidates = "supernet"
strategy = "nsga2"
[method.evolution]
population = 32
[[method]]
name = "v"
strategy = "successive-halving"
eta = 7
known = ["one", "two"]
)";

void expect_sections(const Options& o) {
    EXPECT_EQ(to_string(o.run.start), "2022-01-02T03:00:00Z");
    EXPECT_EQ(o.run.hours, 41.5);
    EXPECT_EQ(o.run.gpus, 21);
    EXPECT_EQ(o.run.initial, 3);
    EXPECT_EQ(o.run.first_seed, 44);
    EXPECT_EQ(o.run.seeds, 5);
    EXPECT_EQ(o.run.identity, "pruned");
    EXPECT_EQ(o.run.forecast, "persistence");
    EXPECT_EQ(o.run.window_h, 24.25);
    EXPECT_EQ(o.run.record, "summary");
    EXPECT_TRUE(o.run.allow_unlike_traces);
    EXPECT_EQ(o.budget.carbon_kg, 12.5);
    EXPECT_EQ(o.budget.evaluations, 321);
    EXPECT_EQ(o.accounting.mode, "full");
    EXPECT_EQ(o.power.evaluation_w, 401);
    EXPECT_EQ(o.power.sampling_w, 402);
    EXPECT_EQ(o.power.supernet_training_w, 403);
    EXPECT_EQ(o.power.switching_w, 404);
    EXPECT_EQ(o.power.idle_w, 405);
    EXPECT_EQ(o.power.optimizer_w, 406);
    EXPECT_EQ(o.power.pue, 1.5);
    EXPECT_EQ(o.power.embodied_g_per_gpu_h, 8.5);
    EXPECT_EQ(o.switching.pause_s, 1.5);
    EXPECT_EQ(o.switching.resume_s, 2.5);
    EXPECT_EQ(o.switching.slices_per_evaluation, 77);
    EXPECT_EQ(std::filesystem::path(o.problem.table).filename(), "some table.h5");
    EXPECT_EQ(o.problem.cost_scale, 0.5);
    ASSERT_EQ(o.problem.objectives.size(), 2u);
    EXPECT_EQ(o.problem.objectives[0].name, "one");
    EXPECT_EQ(o.problem.objectives[0].reference, -1.5);
    EXPECT_EQ(o.problem.objectives[1].name, "two");
    EXPECT_EQ(o.problem.objectives[1].reference, 2000);
    EXPECT_EQ(o.problem.objectives[0].measuring_s, ObjectiveOptions().measuring_s);
    EXPECT_EQ(o.problem.objectives[1].measuring_s, 6.5);
    EXPECT_EQ(o.problem.objectives[1].measuring_w, 12.5);
    ASSERT_EQ(o.traces.size(), 1u);
    EXPECT_EQ(o.traces[0].name, "home");
    EXPECT_EQ(o.traces[0].source, "/data/home.h5");
    EXPECT_EQ(o.traces[0].forecast, "/data/forecast.h5");
}

void expect_methods(const Options& o) {
    ASSERT_EQ(o.methods.size(), 4u);
    const MethodOptions& s = o.methods[0];
    EXPECT_EQ(s.name, "s");
    EXPECT_EQ(s.search.strategy, "lamoo");
    EXPECT_EQ(s.search.lamoo.kernel, "rbf");
    EXPECT_EQ(s.search.lamoo.exploration, 1);
    EXPECT_EQ(s.search.lamoo.depth, 9);
    EXPECT_EQ(s.schedule.allocator, "cheapest");
    EXPECT_EQ(s.schedule.evaluate, 6);
    EXPECT_EQ(s.schedule.rest, "idle");
    EXPECT_EQ(s.schedule.quantile, 0.75);
    EXPECT_EQ(s.candidates, "supernet");
    EXPECT_EQ(s.queue_capacity, 14);
    EXPECT_EQ(s.learn_from, "estimate");
    EXPECT_EQ(s.max_samples, 1001);
    EXPECT_EQ(s.shortlist, 13);
    EXPECT_EQ(s.update_every_h, 2.75);
    EXPECT_EQ(s.update_every_tells, 18);
    EXPECT_EQ(s.forecast, "file");
    EXPECT_EQ(s.window_h, 36.5);
    const MethodOptions& t = o.methods[1];
    EXPECT_EQ(t.name, "t");
    EXPECT_EQ(t.schedule.threshold, 0.375);
    EXPECT_EQ(t.forecast, "persistence");  // as in [run]
    EXPECT_EQ(t.window_h, 24.25);
    EXPECT_EQ(t.search.lamoo.kernel, "poly");
    EXPECT_EQ(t.search.lamoo.degree, 3);
    EXPECT_EQ(t.search.lamoo.penalty, 2.5);
    EXPECT_EQ(t.search.lamoo.tolerance, 0.02);
    EXPECT_EQ(t.search.lamoo.exploration, 6.25);
    EXPECT_EQ(t.search.lamoo.selection, "path");
    EXPECT_EQ(t.search.lamoo.leaf_size, 15);
    EXPECT_EQ(t.search.lamoo.depth, 9);
    EXPECT_EQ(t.search.lamoo.draws, 300);
    EXPECT_EQ(t.search.lamoo.exploration_of, "hypervolume");
    EXPECT_EQ(t.search.lamoo.sampler, "cma-es");
    const MethodOptions& u = o.methods[2];
    EXPECT_EQ(u.schedule.train_last_h, 5.5);
    EXPECT_EQ(u.search.strategy, "nsga2");
    EXPECT_EQ(u.search.evolution.population, 32);
    EXPECT_EQ(u.search.evolution.tournament, 8);
    EXPECT_EQ(u.search.evolution.crossover, 0.625);
    EXPECT_EQ(o.methods[3].search.strategy, "successive-halving");
    EXPECT_EQ(o.methods[3].search.eta, 7);
    EXPECT_EQ(o.methods[3].search.known, (std::vector<std::string>{"one", "two"}));
}

void expect_every_key(const Options& o) {
    expect_sections(o);
    expect_methods(o);
}

TEST(Deck, EveryKeyReachesItsOption) { expect_every_key(read(every_key_in_full).options); }

TEST(Deck, TheDumpReadsBackEqual) {
    const TemporaryFolder folder;
    const Deck first = read_deck(folder.write("deck.toml", every_key_in_full));
    const Deck second = read_deck(folder.write("dump.toml", first.effective));
    expect_every_key(second.options);
    EXPECT_EQ(second.options.problem.table, first.options.problem.table);
    EXPECT_EQ(second.effective, first.effective);
}

TEST(Deck, TimesMayBeStringsAndHaveOtherZones) {
    const auto start_of = [](const std::string& start) {
        return to_string(read(replaced(small_deck(), "2021-07-02T06:00:00Z", start)).options.run.start);
    };
    EXPECT_EQ(start_of("\"2021-07-02T06:00:00Z\""), "2021-07-02T06:00:00Z");
    EXPECT_EQ(start_of("2021-07-02T08:00:00+02:00"), "2021-07-02T06:00:00Z");
    EXPECT_EQ(start_of("2021-07-01 22:30:00-07:30"), "2021-07-02T06:00:00Z");
}

TEST(Deck, AListOfEvaluateMakesOneMethodOfEachValue) {
    const Deck deck = read(small_deck("", "allocator = \"fixed\"\nevaluate = [1, 3, 8]", "[[method]]\nname = \"b\""));
    ASSERT_EQ(deck.options.methods.size(), 4u);
    const char* names[] = {"a-1", "a-3", "a-8", "b"};
    for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(deck.options.methods[i].name, names[i]);
    EXPECT_EQ(deck.options.methods[1].schedule.evaluate, 3);
    EXPECT_TRUE(contains(deck.effective, "name = \"a-3\""));
    EXPECT_EQ(deck.effective.find("[1, 3, 8]"), std::string::npos);
    EXPECT_EQ(read(deck.effective).effective, deck.effective);
}

TEST(Deck, PaperAccountingFixesPowerAndSwitching) {
    const Deck deck = read(small_deck("", "", "[accounting]\nmode = \"paper\"\naccount_from_h = 1"));
    EXPECT_EQ(deck.options.accounting.account_from_h, 1);
    const PowerOptions& power = deck.options.power;
    EXPECT_EQ(power.evaluation_w, 1000);
    for (const double w :
         {power.sampling_w, power.supernet_training_w, power.switching_w, power.idle_w, power.optimizer_w})
        EXPECT_EQ(w, 0);
    EXPECT_EQ(power.pue, 1);
    EXPECT_EQ(power.embodied_g_per_gpu_h, 0);
    EXPECT_EQ(deck.options.switching.pause_s, 0);
    EXPECT_EQ(deck.options.switching.resume_s, 0);
    EXPECT_EQ(deck.options.switching.slices_per_evaluation, 0);
    EXPECT_EQ(read(deck.effective).effective, deck.effective);
}

TEST(Deck, FilesAreNamedFromTheDecksFolder) {
    const TemporaryFolder folder;
    const std::string text = replaced(small_deck(), "synthetic:CISO", "data/x.h5") + "[problem]\ntable = \"t.h5\"\n";
    const Deck deck = read_deck(folder.write("deck.toml", text));
    EXPECT_EQ(deck.options.problem.table, folder.path() / "t.h5");
    EXPECT_EQ(deck.options.traces[0].source, folder.path() / "data/x.h5");
    // The dump is stored in results, which are to be the same wherever the deck lies.
    EXPECT_TRUE(contains(deck.effective, "table = \"t.h5\""));
    EXPECT_TRUE(contains(deck.effective, "source = \"data/x.h5\""));
}

TEST(Deck, FilesOfOverridesAreNamedFromTheCurrentFolder) {
    const TemporaryFolder folder;
    const auto file = folder.write("deck.toml", small_deck());
    const Deck deck = read_deck(file, {"problem.table=t.h5", "trace.CISO.source=/abs/x.h5"});
    EXPECT_EQ(std::filesystem::weakly_canonical(deck.options.problem.table),
              std::filesystem::weakly_canonical(std::filesystem::current_path() / "t.h5"));
    EXPECT_EQ(deck.options.traces[0].source, "/abs/x.h5");
    const Deck again = read_deck(folder.write("dump.toml", deck.effective));
    EXPECT_EQ(again.options.problem.table, deck.options.problem.table);
}

TEST(Deck, ForecastFilesAreNamedFromTheDecksFolder) {
    const TemporaryFolder folder;
    const auto file =
        folder.write("deck.toml", replaced(small_deck(), "synthetic:CISO\"", "synthetic:CISO\"\nforecast = \"f.h5\""));
    const Deck deck = read_deck(file);
    EXPECT_EQ(deck.options.traces[0].forecast, folder.path() / "f.h5");
    EXPECT_TRUE(contains(deck.effective, "forecast = \"f.h5\""));
    EXPECT_EQ(
        std::filesystem::weakly_canonical(read_deck(file, {"trace.CISO.forecast=g.h5"}).options.traces[0].forecast),
        std::filesystem::weakly_canonical(std::filesystem::current_path() / "g.h5"));
    EXPECT_EQ(read_deck(file, {"trace.CISO.forecast=\"\""}).options.traces[0].forecast, "");
}

TEST(Deck, ForecastAndWindowOfMethodsAreThoseOfTheRunUnlessGiven) {
    const Deck deck = read(small_deck("forecast = \"none\"\nwindow_h = 12", "forecast = \"persistence\"\nwindow_h = 0",
                                      "[[method]]\nname = \"b\""));
    EXPECT_EQ(deck.options.methods[0].forecast, "persistence");
    EXPECT_EQ(deck.options.methods[0].window_h, 0);
    EXPECT_EQ(deck.options.methods[1].forecast, "none");
    EXPECT_EQ(deck.options.methods[1].window_h, 12);
    EXPECT_TRUE(contains(deck.effective, "forecast = \"none\""));
    EXPECT_EQ(read(deck.effective).effective, deck.effective);
}

TEST(Deck, SyntheticSourcesAreNoFiles) {
    const Deck deck = read(small_deck());
    EXPECT_EQ(deck.options.problem.table, "synthetic");
    EXPECT_EQ(deck.options.traces[0].source, "synthetic:CISO");
}

// --- overrides ---------------------------------------------------------------------------------------------------

TEST(Overrides, SetKeysOfSectionsAndOfEntriesByName) {
    const Deck deck =
        read(small_deck("gpus = 4", "", "[[method]]\nname = \"a.b\""),
             {"run.gpus=16", "budget.carbon_kg=2.5", "method.a.allocator=switch", "method.a.threshold=0.25",
              "method.a.lamoo.depth=7", "method.a.b.strategy=random", "trace.CISO.source=synthetic:DE",
              "trace.CISO.name=\"DE\"", "problem.objective.energy.reference=40", "run.start=2021-08-01T00:00:00Z",
              "run.allow_unlike_traces=true"});
    EXPECT_EQ(deck.options.run.gpus, 16);
    EXPECT_EQ(deck.options.budget.carbon_kg, 2.5);
    EXPECT_EQ(deck.options.methods[0].schedule.allocator, "switch");
    EXPECT_EQ(deck.options.methods[0].schedule.threshold, 0.25);
    EXPECT_EQ(deck.options.methods[0].search.lamoo.depth, 7);
    EXPECT_EQ(deck.options.methods[1].search.strategy, "random");
    EXPECT_EQ(deck.options.traces[0].source, "synthetic:DE");
    EXPECT_EQ(deck.options.traces[0].name, "DE");
    EXPECT_EQ(deck.options.problem.objectives[1].reference, 40);
    EXPECT_EQ(to_string(deck.options.run.start), "2021-08-01T00:00:00Z");
    EXPECT_TRUE(deck.options.run.allow_unlike_traces);
    EXPECT_TRUE(contains(deck.effective, "gpus = 16"));
    EXPECT_TRUE(contains(deck.text, "gpus = 4"));
}

TEST(Overrides, MayHoldLists) {
    const Deck deck = read(small_deck(), {"method.a.allocator=fixed", "method.a.evaluate=[2, 4]"});
    ASSERT_EQ(deck.options.methods.size(), 2u);
    EXPECT_EQ(deck.options.methods[1].name, "a-4");
}

TEST(Overrides, TheLastOneCounts) { EXPECT_EQ(read(small_deck(), {"run.gpus=2", "run.gpus=3"}).options.run.gpus, 3); }

TEST(Overrides, AreRefusedByTheirOwnText) {
    const auto refused = [](const std::string& override) { return refusal(small_deck(), {override}); };
    EXPECT_EQ(refused("run.gpus=-2"),
              "override 'run.gpus=-2': run.gpus = -2: must be an integer from 1 to 4096 (GPUs in the pool)");
    EXPECT_TRUE(contains(refused("run.gpus=8x"), "override 'run.gpus=8x': run.gpus = \"8x\": must be an integer"));
    EXPECT_TRUE(contains(refused("run.gpus="), "run.gpus = \"\": must be an integer"));
    EXPECT_TRUE(contains(refused("run.gpu=2"), "override 'run.gpu=2': unknown key 'run.gpu', the nearest is 'gpus'"));
    EXPECT_TRUE(contains(refused("runn.gpus=2"), "unknown section or key 'runn', the nearest is 'run'"));
    EXPECT_TRUE(contains(refused("method.nobody.rest=idle"),
                         "override 'method.nobody.rest=idle': must be method.NAME.key=value with one of the names a"));
    EXPECT_TRUE(contains(refused("trace.CISO=x"), "must be trace.NAME.key=value with one of the names CISO"));
    EXPECT_TRUE(contains(refused("run.start.year=2020"), "'start' is a key with a value, so it has no key 'year'"));
    EXPECT_TRUE(contains(refused("problem.table="), "problem.table = \"\": must be"));
    for (const char* text : {"gpus=8", "run.gpus", "gpus", "=3", ".gpus=3", "run.=3", ""})
        EXPECT_TRUE(contains(refused(text), "must be section.key=value")) << text;
    // A line break cannot smuggle in a second key.
    EXPECT_TRUE(contains(refused("run.gpus=8\nx=1"), "must be an integer"));
}

// --- refusals: each names file, line, column, key, value and what is allowed ----------------------------------------

TEST(DeckRefusals, AMissingFile) {
    const TemporaryFolder folder;
    const auto message = message_of<UsageError>([&] { read_deck(folder.path() / "nowhere.toml"); });
    EXPECT_TRUE(contains(message, "nowhere.toml"));
    message_of<UsageError>([&] { read_deck(folder.path()); });
}

TEST(DeckRefusals, Syntax) {
    EXPECT_TRUE(contains(refusal("[run]\nstart = \n"), "deck.toml:2:9: not TOML: "));
    EXPECT_TRUE(contains(refusal("[run]\ngpus = 1\ngpus = 2\n"), "deck.toml:3:"));
    EXPECT_TRUE(contains(refusal(std::string("[run]\nx = \"\xFF\"\n")), "deck.toml:2:"));
}

TEST(DeckRefusals, UnknownKeysAndSections) {
    EXPECT_EQ(refusal(small_deck("  gpu = 8")),
              "deck.toml:3:3: unknown key 'run.gpu', the nearest is 'gpus' (allowed in run: start, hours, gpus, "
              "initial, first_seed, seeds, identity, forecast, window_h, record, allow_unlike_traces)");
    EXPECT_EQ(refusal(small_deck("", "", "[budgets]\ncarbon_kg = 1")),
              "deck.toml:16:2: unknown section or key 'budgets', the nearest is 'budget' (allowed: run, budget, "
              "accounting, power, switching, problem, trace, lamoo, bayesian, evolution, method)");
    EXPECT_TRUE(contains(refusal(small_deck("", "treshold = 0.5")),
                         "deck.toml:15:1: unknown key 'method.a.treshold', the nearest is 'threshold' (allowed in "
                         "method.a: name, strategy, known, eta, allocator,"));
    EXPECT_TRUE(contains(refusal(small_deck("", "lamoo = { dept = 2 }")),
                         "deck.toml:15:11: unknown key 'method.a.lamoo.dept', the nearest is 'depth'"));
    EXPECT_TRUE(contains(refusal("gpus = 8\n" + small_deck()), "deck.toml:1:1: unknown section or key 'gpus'"));
    EXPECT_TRUE(contains(refusal(replaced(small_deck(), "reference = 50", "refrence = 50")),
                         "unknown key 'problem.objective.energy.refrence', the nearest is 'reference'"));
    EXPECT_TRUE(contains(refusal(replaced(small_deck(), "source =", "file =")), "unknown key 'trace.CISO.file'"));
}

TEST(DeckRefusals, WrongTypes) {
    EXPECT_TRUE(contains(refusal(small_deck("gpus = 8.0")), "deck.toml:3:8: run.gpus = 8.0: must be an integer"));
    EXPECT_TRUE(contains(refusal(small_deck("gpus = \"8\"")), "run.gpus = \"8\": must be an integer"));
    EXPECT_TRUE(contains(refusal(small_deck("gpus = [8]")), "run.gpus = [8]: must be an integer"));
    EXPECT_TRUE(contains(refusal(small_deck("hours = true")), "run.hours = true: must be a number from 0.01"));
    EXPECT_TRUE(contains(refusal(small_deck("identity = 1")),
                         "run.identity = 1: must be \"string\", \"pruned\" or \"isomorphic\""));
    EXPECT_TRUE(contains(refusal(small_deck("allow_unlike_traces = 1")), "= 1: must be true or false"));
    EXPECT_TRUE(contains(refusal(replaced(small_deck(), "\"accuracy\"", "3")), "problem.objective #1.name = 3: must"));
}

TEST(DeckRefusals, WrongShapes) {
    EXPECT_TRUE(contains(refusal("run = 3"), "deck.toml:1:7: run = 3: must be a section with keys of: start, hours"));
    EXPECT_TRUE(contains(refusal("[[run]]"), "run = [{...}]: must be a section"));
    EXPECT_TRUE(contains(refusal(replaced(small_deck(), "[[method]]", "[method]")),
                         "method = {...}: must be a list [[method]] of at least 1"));
    EXPECT_TRUE(contains(refusal("method = [1]\n" + replaced(small_deck(), "[[method]]\nname = \"a\"\n", "")),
                         "deck.toml:1:11: method = 1: must be a list [[method]]"));
    EXPECT_TRUE(contains(refusal(small_deck("", "lamoo = 3")), "method.a.lamoo = 3: must be a section"));
}

TEST(DeckRefusals, Times) {
    const auto refused = [](const std::string& start) {
        return refusal(replaced(small_deck(), "2021-07-02T06:00:00Z", start));
    };
    const std::string allowed = "must be a time in whole seconds with its zone, such as 2021-07-02T06:00:00Z";
    EXPECT_TRUE(contains(refused("2021-07-02T06:00:00"), "deck.toml:2:9: run.start = 2021-07-02T06:00:00: " + allowed));
    EXPECT_TRUE(contains(refused("2021-07-02"), "run.start = 2021-07-02: " + allowed));
    EXPECT_TRUE(contains(refused("06:00:00"), "run.start = 06:00:00: " + allowed));
    EXPECT_TRUE(contains(refused("2021-07-02T06:00:00.5Z"), "run.start = 2021-07-02T06:00:00.5"));
    EXPECT_TRUE(contains(refused("\"2021-07-02T06:00:00\""), allowed));
    EXPECT_TRUE(contains(refused("\"yesterday\""), "run.start = \"yesterday\": " + allowed));
    EXPECT_TRUE(contains(refused("1625205600"), "run.start = 1625205600: " + allowed));
    EXPECT_TRUE(contains(refused("2021-02-30T06:00:00Z"), "deck.toml:2:"));
}

/// A key with values just outside and just inside of what is allowed.
struct Limits {
    const char* section;
    const char* key;
    std::vector<const char*> refused;
    std::vector<const char*> accepted;
};

const std::vector<Limits>& all_limits() {
    static const std::vector<Limits> limits = {
        {"run", "hours", {"0", "-1", "1e6", "nan", "inf"}, {"0.01", "100000"}},
        {"run", "gpus", {"0", "-2", "4097"}, {"1", "4096"}},
        {"run", "initial", {"-1", "15626"}, {"0", "15625"}},
        {"run", "first_seed", {"-1", "9007199254740992"}, {"0", "9007199254740991"}},
        {"run", "seeds", {"0", "100001"}, {"1", "100000"}},
        {"run", "identity", {"\"\"", "\"String\""}, {"\"isomorphic\""}},
        {"run", "forecast", {"\"oracle\"", "\"by method\""}, {"\"none\"", "\"persistence\""}},
        {"run", "window_h", {"-0.5", "nan", "1e6"}, {"0", "24"}},
        {"run", "record", {"\"none\""}, {"\"full\"", "\"summary\""}},
        {"budget", "carbon_kg", {"-1", "nan", "2e9"}, {"0", "5"}},
        {"budget", "evaluations", {"-1", "2.0"}, {"0", "100"}},
        {"accounting", "mode", {"\"none\""}, {"\"paper\""}},
        {"power", "evaluation_w", {"-1", "2e5", "nan"}, {"0"}},
        {"power", "sampling_w", {"-1"}, {"0"}},
        {"power", "supernet_training_w", {"-1"}, {"0"}},
        {"power", "switching_w", {"-1"}, {"0"}},
        {"power", "idle_w", {"-1"}, {"0"}},
        {"power", "optimizer_w", {"-1"}, {"0"}},
        {"power", "pue", {"0.99", "11"}, {"1", "10"}},
        {"power", "embodied_g_per_gpu_h", {"-1"}, {"0"}},
        {"switching", "pause_s", {"-1", "86401"}, {"0"}},
        {"switching", "resume_s", {"-1", "86401"}, {"0"}},
        {"switching", "slices_per_evaluation", {"-1", "1.5"}, {"0"}},
        {"problem", "table", {"\"\"", "\"synthetic:x\"", "3"}, {"\"synthetic\"", "\"x.h5\"", "\"synthetic.h5\""}},
        {"problem", "cost_scale", {"0", "-1", "nan"}, {"0.001"}},
        {"problem.objective.energy", "reference", {"inf", "nan", "\"50\""}, {"-1e300"}},
        {"problem.objective.energy", "measuring_s", {"-1", "nan"}, {"0", "3.5"}},
        {"problem.objective.energy", "measuring_w", {"-1", "inf"}, {"0", "15"}},
        {"trace.CISO", "source", {"\"\"", "\"synthetic\"", "\"synthetic:\"", "\"synthetic:XX\""}, {"\"synthetic.h5\""}},
        {"trace.CISO", "forecast", {"3"}, {"\"x.h5\""}},
        {"trace.CISO", "name", {"\"\"", "\"a b\"", "\"a/b\"", "\"\xC3\xA4\"", "1"}, {"\"A-z_0.9\""}},
        {"lamoo", "kernel", {"\"sigmoid\""}, {"\"rbf\"", "\"linear\""}},
        {"lamoo", "exploration_of", {"\"volume\""}, {"\"hypervolume\""}},
        {"lamoo", "sampler", {"\"cma\""}, {"\"cma-es\"", "\"qnehvi\""}},
        {"lamoo", "degree", {"0", "11"}, {"1"}},
        {"lamoo", "penalty", {"0"}, {"0.1"}},
        {"lamoo", "tolerance", {"0", "1.1"}, {"0.0001", "1"}},
        {"lamoo", "exploration", {"-1"}, {"0"}},
        {"lamoo", "selection", {"\"mcts\""}, {"\"path\""}},
        {"lamoo", "leaf_size", {"0"}, {"1"}},
        {"lamoo", "depth", {"-1", "51"}, {"0"}},
        {"lamoo", "draws", {"0"}, {"1"}},
        {"evolution", "population", {"1", "15626"}, {"2", "15625"}},
        {"evolution", "tournament", {"0", "15626"}, {"1", "15625"}},
        {"evolution", "crossover", {"-0.1", "1.1"}, {"0", "1"}},
        {"method.a", "name", {"\"\"", "\"a b\""}, {"\"b\""}},
        {"method.a", "strategy", {"\"bayes\""}, {"\"random\"", "\"local-search\""}},
        {"method.a", "allocator", {"\"share\"", "\"all-sample \""}, {"\"random-actions\"", "\"all-evaluate\""}},
        {"method.a", "candidates", {"\"queue\""}, {"\"supernet\""}},
        {"method.a", "forecast", {"\"oracle\""}, {"\"none\"", "\"persistence\""}},
        {"method.a", "window_h", {"-0.5", "nan", "1e6"}, {"0", "24"}},
        {"method.a", "update_every_h", {"-1"}, {"0"}},
        {"method.a", "update_every_tells", {"-1", "1.5"}, {"0", "7"}},
        {"method.halving", "eta", {"1", "2.5"}, {"2", "4"}},
        {"method.fixed", "evaluate", {"0", "[]", "[0]", "[[1]]", "\"2\""}, {"8", "[1, 2]"}},
        {"method.fixed", "rest", {"\"sleep\""}, {"\"idle\""}},
        {"method.switch", "threshold", {"-0.1", "1.1"}, {"0", "1"}},
        {"method.cheapest", "quantile", {"0", "1.1"}, {"1"}},
        {"method.all-sample", "train_last_h", {"0", "-1"}, {"3"}},
        {"method.all-sample", "queue_capacity", {"-1", "15626"}, {"0"}},
        {"method.all-sample", "learn_from", {"\"both\""}, {"\"estimate\""}},
        {"method.all-sample", "max_samples", {"-1"}, {"0", "5"}},
        {"method.all-sample", "shortlist", {"-1"}, {"0", "5"}},
    };
    return limits;
}

TEST(DeckRefusals, EveryLimit) {
    std::string methods;
    for (const char* name : {"fixed", "switch", "cheapest", "all-sample"})
        methods += fmt::format("[[method]]\nname = \"{0}\"\nallocator = \"{0}\"\ncandidates = \"supernet\"\n", name);
    // Values that no other key forbids, wherever in its range a key is.
    methods += "max_samples = 1000\ntrain_last_h = 0.001\n";
    methods += "[[method]]\nname = \"halving\"\nstrategy = \"successive-halving\"\n";
    const std::string deck = small_deck("", "", methods);
    for (const auto& limit : all_limits()) {
        const std::string key = fmt::format("{}.{}", limit.section, limit.key);
        for (const char* value : limit.refused) {
            const std::string override = fmt::format("{}={}", key, value);
            const std::string message = refusal(deck, {override});
            EXPECT_TRUE(contains(message, fmt::format("override '{}': ", override)));
            EXPECT_TRUE(contains(message, ": must be ")) << override;
        }
        for (const char* value : limit.accepted)
            EXPECT_NO_THROW(read(deck, {fmt::format("{}={}", key, value)})) << key << value;
    }
}

TEST(DeckRefusals, ValuesOutOfRange) {
    EXPECT_EQ(refusal(small_deck("  gpus = -2")),
              "deck.toml:3:10: run.gpus = -2: must be an integer from 1 to 4096 (GPUs in the pool)");
    EXPECT_TRUE(contains(refusal(small_deck("hours = 0")),
                         "deck.toml:3:9: run.hours = 0: must be a number from 0.01 to 100000 (length of the run; "
                         "in h)"));
    EXPECT_TRUE(contains(refusal(replaced(small_deck(), "synthetic:CISO", "synthetic:XX")),
                         "deck.toml:12:10: trace.CISO.source = \"synthetic:XX\": must be \"synthetic:REGION\" with one "
                         "of the regions CISO, "));
}

TEST(DeckRefusals, MissingKeys) {
    EXPECT_EQ(refusal(replaced(small_deck(), "start = 2021-07-02T06:00:00Z", "")),
              "deck.toml:1:1: run.start is missing: must be a time in whole seconds with its zone, such as "
              "2021-07-02T06:00:00Z (start of the run, on a step of every trace; in UTC)");
    EXPECT_TRUE(contains(refusal(""), "deck.toml: run.start is missing: "));
    EXPECT_TRUE(contains(refusal("[run]\nstart = 2021-07-02T06:00:00Z\n[problem]\ntable = \"synthetic\"\n"),
                         "deck.toml:3:1: problem.objective is missing: must be a list [[problem.objective]] of at "
                         "least 2"));
    EXPECT_TRUE(
        contains(refusal(replaced(small_deck(), "name = \"a\"", "")), "deck.toml:13:1: method #1.name is missing"));
    EXPECT_TRUE(contains(refusal(replaced(small_deck(), "reference = 50", "")),
                         "problem.objective.energy.reference is missing: must be a finite number"));
    EXPECT_TRUE(
        contains(refusal(replaced(small_deck(), "source = \"synthetic:CISO\"", "")), "trace.CISO.source is missing"));
    const std::string no_trace =
        replaced(small_deck(), "[[trace]]\nname = \"CISO\"\nsource = \"synthetic:CISO\"\n", "");
    EXPECT_TRUE(contains(refusal(no_trace), "deck.toml: trace is missing: must be a list [[trace]] of at least 1"));
    EXPECT_TRUE(contains(refusal("trace = []\n" + no_trace), "deck.toml:1:9: trace = []: must be a list [[trace]]"));
    EXPECT_TRUE(
        contains(refusal(replaced(small_deck(), "[[method]]\nname = \"a\"\n", "")), "method is missing: must be"));
}

TEST(DeckRefusals, FewerThanTwoObjectives) {
    const std::string one = replaced(small_deck(), "[[problem.objective]]\nname = \"energy\"\nreference = 50\n", "");
    EXPECT_TRUE(contains(refusal(one), "must be a list [[problem.objective]] of at least 2"));
}

TEST(DeckRefusals, TwoEntriesOfOneName) {
    const std::string both = refusal(small_deck("", "", "[[method]]\nname = \"b\"\n[[method]]\nname = \"a\"\n"));
    EXPECT_TRUE(
        contains(both, "deck.toml:19:8: method.a.name = \"a\": must differ from all others; the name is taken"));
    EXPECT_TRUE(contains(both, "deck.toml:14:8"));
    EXPECT_TRUE(contains(refusal(small_deck("", "", "[[trace]]\nname = \"CISO\"\nsource = \"x.h5\"\n")),
                         "trace.CISO.name = \"CISO\": must differ"));
    EXPECT_TRUE(contains(refusal(replaced(small_deck(), "\"energy\"", "\"accuracy\"")),
                         "problem.objective.accuracy.name = \"accuracy\": must differ"));
    EXPECT_TRUE(contains(refusal(small_deck("", "allocator = \"fixed\"\nevaluate = [2, 2]")),
                         "method.a-2.name = \"a-2\": must differ"));
}

TEST(DeckRefusals, PowerAndSwitchingUnderPaperAccounting) {
    const auto refused = [](const std::string& tail) {
        return refusal(small_deck("", "", "[accounting]\nmode = \"paper\"\n" + tail));
    };
    EXPECT_EQ(refused("[power]\npue = 1.2"),
              "deck.toml:19:7: power.pue = 1.2: can be given only with accounting.mode = \"full\", which is \"paper\"");
    for (const char* key : {"evaluation_w", "sampling_w", "supernet_training_w", "switching_w", "idle_w", "optimizer_w",
                            "embodied_g_per_gpu_h"})
        EXPECT_TRUE(contains(refused("[power]\n" + std::string(key) + " = 1"), "only with accounting.mode = \"full\""));
    for (const char* key : {"pause_s", "resume_s", "slices_per_evaluation"})
        EXPECT_TRUE(
            contains(refused("[switching]\n" + std::string(key) + " = 1"), "only with accounting.mode = \"full\""));
}

TEST(DeckRefusals, AccountFrom) {
    EXPECT_TRUE(contains(refusal(small_deck("", "", "[accounting]\naccount_from_h = 1")),
                         "deck.toml:17:18: accounting.account_from_h = 1: can be given only with mode = \"paper\", "
                         "which is \"full\""));
    EXPECT_TRUE(contains(refusal(small_deck("hours = 24", "", "[accounting]\nmode = \"paper\"\naccount_from_h = 24")),
                         "deck.toml:18:18: accounting.account_from_h = 24: must be less than run.hours = 24"));
}

TEST(DeckRefusals, KeysOfAnotherAllocator) {
    EXPECT_EQ(refusal(small_deck("", "allocator = \"shares\"\nthreshold = 0.5")),
              "deck.toml:16:13: method.a.threshold = 0.5: can be given only with allocator = \"switch\", which is "
              "\"shares\"");
    struct Case {
        const char* key;
        const char* value;
        std::vector<std::string> allocators;
    };
    const Case cases[] = {{"evaluate", "1", {"fixed", "cheapest"}},
                          {"rest", "\"idle\"", {"fixed", "cheapest"}},
                          {"threshold", "0.5", {"switch"}},
                          {"quantile", "0.5", {"cheapest"}},
                          {"train_last_h", "2", {"all-sample"}}};
    for (const auto& c : cases)
        for (const std::string allocator :
             {"all-evaluate", "all-sample", "fixed", "shares", "switch", "random-actions", "cheapest"}) {
            const std::string deck = small_deck(
                "", "candidates = \"supernet\"\nallocator = \"" + allocator + "\"\n" + c.key + " = " + c.value);
            if (std::find(c.allocators.begin(), c.allocators.end(), allocator) != c.allocators.end())
                EXPECT_NO_THROW(read(deck)) << c.key << allocator;
            else
                EXPECT_TRUE(contains(refusal(deck), "can be given only with allocator = ")) << c.key << allocator;
        }
}

TEST(DeckRefusals, WhatNeedsASupernet) {
    EXPECT_EQ(
        refusal(small_deck("", "allocator = \"all-sample\"")),
        "deck.toml:15:13: method.a.allocator = \"all-sample\": needs candidates = \"supernet\", since without one "
        "there is nothing to sample");
    for (const char* key : {"learn_from = \"estimate\"", "shortlist = 3", "max_samples = 10", "queue_capacity = 3"})
        EXPECT_TRUE(contains(refusal(small_deck("", key)),
                             "can be given only with candidates = \"supernet\", which is \"direct\""));
}

TEST(DeckRefusals, EstimatesWithoutEndForLamoo) {
    const std::string estimates = "candidates = \"supernet\"\nlearn_from = \"estimate\"\n";
    for (const std::string samples : {"", "max_samples = 0", "max_samples = 2001"})
        EXPECT_TRUE(
            contains(refusal(small_deck("", estimates + samples)),
                     "method.a.learn_from = \"estimate\": with strategy = \"lamoo\" needs max_samples from 1 to 2000"));
    EXPECT_NO_THROW(read(small_deck("", estimates + "max_samples = 2000")));
    EXPECT_NO_THROW(read(small_deck("", estimates + "strategy = \"random\"")));
}

TEST(DeckRefusals, WhatFidelitiesAStrategyCanTake) {
    EXPECT_EQ(refusal(small_deck("", "strategy = \"successive-halving\"\ncandidates = \"supernet\"")),
              "deck.toml:16:14: method.a.candidates = \"supernet\": must be \"direct\" with strategy = "
              "\"successive-halving\", which proposes trainings of fewer epochs");
    for (const char* strategy : {"lamoo", "random"})
        EXPECT_TRUE(contains(refusal(small_deck("", "candidates = \"supernet\"\nlearn_from = \"both\"\nstrategy = \"" +
                                                        std::string(strategy) + "\"")),
                             "method.a.learn_from = \"both\": must be \"evaluation\" or \"estimate\" with strategy"));
    EXPECT_TRUE(contains(refusal(small_deck("", "eta = 3")),
                         "can be given only with strategy = \"successive-halving\", which is \"lamoo\""));
}

TEST(DeckRefusals, NoTimeToSample) {
    const std::string sample = "candidates = \"supernet\"\nallocator = \"all-sample\"\n";
    EXPECT_TRUE(contains(refusal(small_deck("hours = 4", sample)),
                         "method.a.allocator = \"all-sample\": leaves no time to sample: train_last_h = 4 must be less "
                         "than run.hours = 4"));
    EXPECT_NO_THROW(read(small_deck("hours = 4", sample + "train_last_h = 3.9")));
}

TEST(DeckRefusals, MoreGpusThanThereAre) {
    for (const char* allocator : {"fixed", "cheapest"})
        EXPECT_TRUE(contains(
            refusal(small_deck("gpus = 4", "allocator = \"" + std::string(allocator) + "\"\nevaluate = [4, 5]")),
            "deck.toml:16:16: method.a-5.evaluate = 5: must be at most run.gpus = 4"));
}

TEST(DeckRefusals, AForecastFileThatATraceLacks) {
    EXPECT_EQ(
        refusal(small_deck("", "forecast = \"file\"")),
        "deck.toml:15:12: method.a.forecast = \"file\": needs a forecast file for every trace, and trace 'CISO' has "
        "none (trace.CISO.forecast)");
    EXPECT_TRUE(contains(refusal(small_deck("forecast = \"file\"")), "deck.toml:3:12: run.forecast = \"file\": needs"));
    // Where every method says something else, nobody needs it.
    EXPECT_NO_THROW(read(small_deck("forecast = \"file\"", "forecast = \"none\"")));
    EXPECT_NO_THROW(read(small_deck("forecast = \"file\""), {"trace.CISO.forecast=x.h5"}));
}

TEST(DeckRefusals, LamooOfAnotherStrategyOrKernel) {
    EXPECT_TRUE(
        contains(refusal(small_deck("", "strategy = \"random\"\nlamoo = { depth = 2 }")),
                 "deck.toml:16:9: method.a.lamoo = {...}: can be given only with strategy = \"lamoo\", which is "
                 "\"random\""));
    EXPECT_TRUE(contains(refusal(small_deck("", "lamoo = { kernel = \"rbf\", degree = 2 }")),
                         "method.a.lamoo.degree = 2: can be given only with kernel = \"poly\""));
}

TEST(DeckRefusals, EvolutionOfAnotherStrategy) {
    EXPECT_TRUE(contains(refusal(small_deck("", "evolution = { population = 20 }")),
                         "method.a.evolution = {...}: can be given only with strategy = \"nsga2\", \"sms-emoa\" or "
                         "\"regularized-evolution\", which is \"lamoo\""));
}

}  // namespace
}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "carbon/synthetic_trace.hpp"
#include "config/keys.hpp"
#include "search/strategy.hpp"

namespace cenas {
namespace {

// Where nature sets no limit, one that only a slip of the pen exceeds.
constexpr double shortest_h = 0.01;  // a run has to last some seconds
constexpr int most_gpus = 4096;
constexpr int most = 1'000'000'000;

/// What a source that is no file begins with.
constexpr std::string_view synthetic = "synthetic";

Scalar table_source(std::string& target) {
    return text(target, "\"fashion-light\", \"synthetic\" or the name of a table file", [](const std::string& given) {
        return given == synthetic || (!given.empty() && !given.starts_with("synthetic:"));
    });
}

Scalar trace_source(std::string& target) {
    const auto regions = synthetic_regions();
    const auto accepts = [regions](const std::string& given) {
        if (!given.starts_with("synthetic:")) return !given.empty() && given != synthetic;
        const std::string region = given.substr(synthetic.size() + 1);
        return std::find(regions.begin(), regions.end(), region) != regions.end();
    };
    return text(target,
                fmt::format("\"synthetic:REGION\" with one of the regions {}, or the name of a trace file",
                            fmt::join(regions, ", ")),
                accepts);
}

std::vector<Key> accounting_keys(AccountingOptions& o) {
    return {{"mode", one_of(o.mode, {"full", "paper"}), "",
             "full: every component is booked; paper: what CE-NAS booked, 1000 W for each GPU that evaluates and "
             "nothing else"},
            only_with({"mode", {"paper"}, &o.mode},
                      {"account_from_h", number(o.account_from_h, from(0, longest_h)), "h",
                       "the search proper begins here, and what comes before is free; less than run.hours"})};
}

std::vector<Key> switching_keys(SwitchingOptions& o, const std::string& mode) {
    constexpr double seconds_per_day = 86400;
    const Condition full = {"accounting.mode", {"full"}, &mode};
    return {
        only_with(full, {"pause_s", number(o.pause_s, from(0, seconds_per_day)), "s",
                         "GPU time to write the checkpoint of a training; the default is as measured (docs/live.md)"}),
        only_with(full, {"resume_s", number(o.resume_s, from(0, seconds_per_day)), "s",
                         "GPU time to read it before the training goes on; likewise"}),
        only_with(full, {"slices_per_evaluation", integer(o.slices_per_evaluation, 0, 1'000'000), "",
                         "evenly spaced points at which a training can pause; 0: anywhere"})};
}

std::vector<Key> candidate_keys(MethodOptions& o) {
    const Condition supernet = {"candidates", {"supernet"}, &o.candidates};
    return {{"candidates", one_of(o.candidates, {"direct", "supernet"}), "",
             "direct: what the strategy proposes is trained; supernet: it is rated by a supernet and queued, and the "
             "best-rated is trained first"},
            only_with(supernet, {"queue_capacity", integer(o.queue_capacity, 0, cell_count), "",
                                 "sampling goes on until the queue holds more than this"}),
            only_with(supernet, {"learn_from", one_of(o.learn_from, {"evaluation", "estimate", "both"}), "",
                                 "what the strategy is told: results of trainings, the supernet's estimates, or both, "
                                 "where it can tell them apart"}),
            only_with(supernet,
                      {"max_samples", integer(o.max_samples, 0, cell_count), "",
                       "queries of the supernet, at most; 0: no limit (with learn_from = \"estimate\", lamoo needs one "
                       "up to 2000)"}),
            only_with(supernet, {"shortlist", integer(o.shortlist, 0, cell_count), "",
                                 "before the first training only the best so many candidates are kept, and sampling is "
                                 "over; 0: all are kept"}),
            {"update_every_h", number(o.update_every_h, from(0, longest_h)), "h",
             "the strategy updates its model at this cadence; 0: it does not"},
            {"update_every_tells", integer(o.update_every_tells, 0, most), "",
             "the strategy updates its model after so many results; 0: it does not"}};
}

std::vector<Key> method_keys(MethodOptions& o) {
    std::vector<Key> keys = {
        required({"name", name(o.name), "", "for tables and files"}),
        {"strategy", one_of(o.search.strategy, strategy_names()), "", "how candidates are proposed"},
        {"known", texts(o.search.known), "",
         "objectives that are known of every cell before the search, since they need no training; the strategy is "
         "told. Under full accounting it is booked what measuring them takes (problem.objective)"},
        only_with({"strategy", {"successive-halving"}, &o.search.strategy},
                  {"eta", integer(o.search.eta, 2, 1000), "",
                   "one in so many trainings of fewer epochs is followed by a full one"})};
    for (auto& key : schedule_keys(
             o.schedule, "GPUs that evaluate, at most run.gpus; a list [1, 2] makes a method NAME-1, NAME-2 of each"))
        keys.push_back(std::move(key));
    constexpr const char* whose = "where it is not given, as in [run]";
    keys.push_back(forecast_key(o.forecast, whose));
    keys.push_back(window_key(o.window_h, whose));
    for (auto& key : candidate_keys(o)) keys.push_back(std::move(key));
    keys.push_back(only_with({"strategy", {"lamoo"}, &o.search.strategy},
                             {"lamoo", Section{lamoo_keys(o.search.lamoo)}, "",
                              "this method's own values; one that is not given is as in [lamoo]"}));
    keys.push_back(only_with({"strategy", {"bayesian"}, &o.search.strategy},
                             {"bayesian", Section{bayesian_keys(o.search.bayesian)}, "",
                              "this method's own values; one that is not given is as in [bayesian]"}));
    keys.push_back(only_with({"strategy", {"nsga2", "sms-emoa", "regularized-evolution"}, &o.search.strategy},
                             {"evolution", Section{evolution_keys(o.search.evolution)}, "",
                              "this method's own values; one that is not given is as in [evolution]"}));
    return keys;
}

}  // namespace

std::vector<Key> run_keys(RunOptions& o) {
    constexpr const char* whose = "for methods that do not say it themselves";
    return {
        required({"start", time(o.start), "UTC", "start of the run, on a step of every trace"}),
        {"hours", number(o.hours, from(shortest_h, longest_h)), "h", "length of the run"},
        {"gpus", integer(o.gpus, 1, most_gpus), "", "GPUs in the pool"},
        {"initial", integer(o.initial, 0, cell_count), "",
         "random architectures that are trained before the search proper"},
        {"first_seed", integer(o.first_seed, 0, largest_seed), "", "seed of the first search"},
        {"seeds", integer(o.seeds, 1, 100'000), "", "searches of each method on each trace, with consecutive seeds"},
        {"identity", one_of(o.identity, {"string", "pruned", "isomorphic"}), "",
         "cells that count as the same: of one string; of one network once dead edges are pruned; of one network "
         "up to isomorphism"},
        forecast_key(o.forecast, whose),
        window_key(o.window_h, whose),
        {"record", one_of(o.record, {"full", "summary"}), "",
         "what is kept of each search. full: every training and every step; summary: its totals and its Pareto front"},
        {"allow_unlike_traces", flag(o.allow_unlike_traces), "",
         "whether traces of different signal or scope may be compared"}};
}

std::vector<Key> budget_keys(BudgetOptions& o) {
    return {{"carbon_kg", number(o.carbon_kg, from(0, most)), "kgCO2e", "a search ends at this; 0: no limit"},
            {"evaluations", integer(o.evaluations, 0, most), "",
             "a search ends after so many trainings, the initial ones and those of fewer epochs not counted; 0: no "
             "limit"}};
}

std::vector<Key> power_keys(PowerOptions& o, const std::string& mode) {
    const Condition full = {"accounting.mode", {"full"}, &mode};
    const auto watts = [&](const char* key, double& target, const char* meaning) {
        return only_with(full, {key, number(target, from(0, strongest_w)), "W", meaning});
    };
    return {watts("evaluation_w", o.evaluation_w, "a GPU that trains an architecture"),
            watts("sampling_w", o.sampling_w, "a GPU that queries the supernet"),
            watts("supernet_training_w", o.supernet_training_w, "a GPU that trains the supernet"),
            watts("switching_w", o.switching_w, "a GPU that writes or reads a checkpoint"),
            watts("idle_w", o.idle_w, "a GPU that waits"),
            watts("optimizer_w", o.optimizer_w, "the coordinator's share of its host, all the time"),
            only_with(full, {"pue", number(o.pue, from(1, 10)), "",
                             "power usage effectiveness: energy of the facility by that of its computers"}),
            only_with(full, {"embodied_g_per_gpu_h", number(o.embodied_g_per_gpu_h, from(0, 1e6)), "gCO2e/h",
                             "a GPU's share in the making of itself and of its server"})};
}

std::vector<Key> wanted_objective_keys(ObjectiveOptions& o) {
    return {required({"name", name(o.name), "", "one of the table's objectives"}),
            required({"reference", number(o.reference, finite), "the objective's unit",
                      "component of the hypervolume's reference point: the worst value that still counts"})};
}

namespace {

std::vector<Key> objective_keys(ObjectiveOptions& o) {
    std::vector<Key> keys = wanted_objective_keys(o);
    keys.push_back({"measuring_s", number(o.measuring_s, from(0, 1e6)), "s",
                    "full accounting: of a device, to measure it of one cell, where a method is to know it before the "
                    "search"});
    keys.push_back({"measuring_w", number(o.measuring_w, from(0, strongest_w)), "W", "of that device"});
    return keys;
}

}  // namespace

std::vector<Key> problem_keys(ProblemOptions& o) {
    return {{"table", table_source(o.table), "",
             "architectures with what they reach and cost: built-in (fashion-light was trained by cenas, synthetic "
             "comes from a "
             "formula), or a file made by `cenas import table` or `cenas table build`, named from the deck's folder"},
            {"cost_scale", number(o.cost_scale, above(0, 1e6)), "",
             "stretches the table's times; other than 1 makes them modelled"},
            {"objective", list_of(o.objectives, 2, objective_keys), "",
             "what is optimized; whether it is to be large or small, the table says"}};
}

std::vector<Key> lamoo_keys(LamooOptions& o) {
    return {
        {"kernel", one_of(o.kernel, {"poly", "rbf", "linear"}), "",
         "kernel of the support vector machines that split the space"},
        only_with({"kernel", {"poly"}, &o.kernel},
                  {"degree", integer(o.degree, 1, 10), "", "degree of the polynomial"}),
        {"penalty", number(o.penalty, above(0, 1e6)), "", "C of the machines: what a sample on the wrong side costs"},
        {"tolerance", number(o.tolerance, above(0, 1)), "",
         "of the machines' optimality conditions, at which their solver stops"},
        {"exploration", number(o.exploration, from(0, 1e9)), "units of hypervolume",
         "Cp of the upper confidence bound"},
        {"exploration_of", one_of(o.exploration_of, {"unit", "hypervolume"}), "",
         "what exploration counts: units, or (0.1, say) parts of the hypervolume of all samples so far"},
        {"selection", one_of(o.selection, {"leaf", "path"}), "",
         "region that is searched: the best of all leaves, or the one reached from the root by the better child"},
        {"leaf_size", integer(o.leaf_size, 1, cell_count), "", "a node with more samples than this may be split"},
        {"depth", integer(o.depth, 0, 50), "", "splits on the longest path, at most"},
        {"draws", integer(o.draws, 1, most), "",
         "draws to hit the region; where all miss, its deepest split is dropped"},
        {"sampler", one_of(o.sampler, {"random", "cma-es", "qnehvi"}), "",
         "who proposes in the region: uniform draws; a CMA-ES; noisy expected hypervolume improvement on Gaussian "
         "processes. The last two propose points x of [0, 1)^6, and floor(5 x) is the cell"}};
}

std::vector<Key> bayesian_keys(BayesianOptions& o) {
    constexpr int most_processes = 16, most_worlds = 1024;
    return {
        {"acquisition", one_of(o.acquisition, {"ehvi", "nehvi"}), "",
         "what is proposed has the largest expected hypervolume improvement. ehvi: over what was measured; nehvi: over "
         "what could have been measured without noise"},
        {"per_cost", flag(o.per_cost), "", "improvement per second of the training that is expected to bring it"},
        {"ensemble", integer(o.ensemble, 1, most_processes), "",
         "Gaussian processes of each objective, with different length scales, whose beliefs are mixed"},
        only_with({"acquisition", {"nehvi"}, &o.acquisition},
                  {"worlds", integer(o.worlds, 1, most_worlds), "", "draws of what could have been measured"})};
}

std::vector<Key> evolution_keys(EvolutionOptions& o) {
    return {
        {"population", integer(o.population, 2, cell_count), "",
         "architectures that may be parents; until there are so many, proposals are random"},
        {"tournament", integer(o.tournament, 1, cell_count), "",
         "regularized-evolution: so many of them are drawn, and the best is the parent (nsga2 draws 2, sms-emoa 1)"},
        {"crossover", number(o.crossover, from(0, 1)), "",
         "nsga2, sms-emoa: probability that an offspring has two parents"}};
}

Key forecast_key(std::string& target, const std::string& whose) {
    return {"forecast", one_of(target, {"perfect", "persistence", "file", "none"}), "",
            "what allocators are told of the intensities to come: the true ones, those of the day before, the newest "
            "that the trace's forecast file has by then, nothing; " +
                whose};
}

Key window_key(double& target, const std::string& whose) {
    return {"window_h", number(target, from(0, longest_h)), "h",
            "how far ahead allocators may look; 0: the whole run, what has passed included; " + whose};
}

std::vector<Key> trace_keys(TraceOptions& o) {
    return {
        required({"name", name(o.name), "", "for tables and files"}),
        required({"source", trace_source(o.source), "",
                  "carbon intensity over time: generated, or a file made by `cenas import trace`, named from the "
                  "deck's folder"}),
        {"forecast",
         text(o.forecast, "the name of a forecast file, or \"\" for none", [](const std::string&) { return true; }), "",
         "what methods with forecast = \"file\" plan on: a file made by `cenas import forecast`, of the trace's "
         "step, signal and scope, named from the deck's folder"}};
}

std::vector<Key> schedule_keys(ScheduleOptions& o, const std::string& meaning_of_evaluate) {
    const Condition counts = {"allocator", {"fixed", "cheapest"}, &o.allocator};
    return {
        {"allocator",
         one_of(o.allocator, {"all-evaluate", "all-sample", "fixed", "shares", "switch", "random-actions", "cheapest"}),
         "",
         "which GPUs evaluate and which sample. all-evaluate: all train; all-sample: all query the supernet until the "
         "last hours; fixed: so many train; shares: the cleaner the grid, the more train (CE-NAS); switch: all train "
         "or all sample; random-actions: a random share trains; cheapest: so many train in the cleanest steps"},
        only_with(counts, {"evaluate", integer(o.evaluate, 1, most_gpus), "", meaning_of_evaluate}),
        only_with(counts, {"rest", one_of(o.rest, {"sample", "idle"}), "", "what the other GPUs do"}),
        only_with(
            {"allocator", {"switch"}, &o.allocator},
            {"threshold", number(o.threshold, from(0, 1)), "",
             "evaluate while the intensity is at most this far from the window's smallest (0) to its largest (1)"}),
        only_with({"allocator", {"cheapest"}, &o.allocator}, {"quantile", number(o.quantile, above(0, 1)), "",
                                                              "evaluate in this cleanest part of the window's steps"}),
        only_with({"allocator", {"all-sample"}, &o.allocator},
                  {"train_last_h", number(o.train_last_h, above(0, longest_h)), "h",
                   "the last hours of the run, in which all GPUs evaluate"})};
}

List method_list(std::vector<MethodOptions>& methods, const SearchOptions& search, const RunOptions& run) {
    const auto fresh = [&search, &run] {
        MethodOptions method;
        method.search = search;
        method.forecast = run.forecast;
        method.window_h = run.window_h;
        return method;
    };
    return list_of<MethodOptions>(methods, 1, method_keys, fresh);
}

std::vector<Key> deck_keys(DeckContent& deck) {
    Options& o = deck.options;
    // [accounting] before what depends on it, [run] and the strategies' parameters before the methods that have them.
    return {{"run", Section{run_keys(o.run)}, "", "what is simulated: every method on every trace with every seed"},
            {"budget", Section{budget_keys(o.budget)}, "", "what ends a search before run.hours"},
            {"accounting", Section{accounting_keys(o.accounting)}, "", "what is booked"},
            {"power", Section{power_keys(o.power, o.accounting.mode)}, "",
             "rated power, and what turns joules into grams; all modelled. Paper accounting fixes evaluation_w = 1000, "
             "pue = 1 and the rest to 0"},
            {"switching", Section{switching_keys(o.switching, o.accounting.mode)}, "",
             "what it costs to pause a training. Paper accounting fixes it to nothing, anywhere"},
            {"problem", Section{problem_keys(o.problem)}, "", "what is searched"},
            {"trace", list_of(o.traces, 1, trace_keys), "", "grids to run on"},
            {"lamoo", Section{lamoo_keys(deck.search.lamoo)}, "",
             "parameters of the LaMOO strategy (Zhao et al., ICLR 2022) in all methods that do not set their own"},
            {"bayesian", Section{bayesian_keys(deck.search.bayesian)}, "",
             "parameters of Bayesian optimization in all methods that do not set their own"},
            {"evolution", Section{evolution_keys(deck.search.evolution)}, "",
             "parameters of nsga2, sms-emoa and regularized-evolution in all methods that do not set their own"},
            {"method", method_list(o.methods, deck.search, o.run), "", "how candidates are found and GPUs are used"}};
}

}  // namespace cenas

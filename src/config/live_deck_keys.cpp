// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "config/keys.hpp"

namespace cenas {
namespace {

constexpr double longest_s = 1e6;

std::vector<Key> without(std::initializer_list<std::string_view> names, std::vector<Key> keys) {
    std::erase_if(keys, [&](const Key& key) { return std::find(names.begin(), names.end(), key.name) != names.end(); });
    return keys;
}

std::vector<Key> joined(std::vector<Key> a, std::vector<Key> b) {
    for (Key& key : b) a.push_back(std::move(key));
    return a;
}

/// A moment, or "now".
Scalar start_of_run(UtcTime& target, bool& now) {
    Scalar moment = time(target);
    const auto set = [&now, set_moment = moment.set](const TomlValue& value) {
        const auto* word = std::get_if<std::string>(&value.value);
        now = word != nullptr && *word == "now";
        return now || set_moment(value);
    };
    const auto text = [&now, text_of_moment = moment.text] { return now ? "\"now\"" : text_of_moment(); };
    return {"\"now\" or " + moment.allowed, set, text};
}

std::vector<Key> live_keys(LiveSettings& o) {
    return {
        {"evaluator", one_of(o.evaluator, {"train", "command", "table"}), "",
         "what groups do. train: train cells and a supernet on the images of [data]; command: run a program of yours "
         "(docs/live.md); table: sleep as long as a table says, a rehearsal"},
        only_with({"live.evaluator", {"command"}, &o.evaluator},
                  required({"command", nonempty(o.command), "",
                            "of the shell, in the folder where cenas is started; two arguments come behind it"})),
        {"hour_s", number(o.hour_s, from(0.1, 3600)), "s",
         "of wall clock, in which an hour of the trace passes; less than 3600: a recorded day is replayed faster"},
        {"slice_s", number(o.slice_s, from(0.01, longest_s)), "s",
         "of wall clock, after which a task may pause, and is saved: what a crash can cost"},
        {"patience_s", number(o.patience_s, from(1, longest_s)), "s",
         "of wall clock: a group that is at work and says nothing for so long ends the run"},
        {"stale_h", number(o.stale_h, from(0, longest_h)), "h",
         "with run.start = \"now\": the last known carbon intensity stands in for a missing one for so long, then the "
         "run stops with everything saved"},
        {"longest_training_h", number(o.longest_training_h, from(0, longest_h)), "h",
         "of wall clock: a training that takes longer has failed; 0: no limit"}};
}

std::vector<Key> live_power_keys(PowerOptions& o, const std::string& evaluator) {
    const std::string full = "full";  // of the condition that these keys have in other decks
    std::vector<Key> keys = without({"switching_w"}, power_keys(o, full));
    for (Key& key : keys) {
        const bool role = key.name.ends_with("_w") && key.name != "optimizer_w";
        key.condition = role ? Condition{"live.evaluator", {"table", "command"}, &evaluator} : Condition{};
    }
    return keys;
}

std::vector<Key> live_problem_keys(ProblemOptions& o, const std::string& evaluator) {
    std::vector<Key> keys = problem_keys(o);
    for (Key& key : keys)
        if (key.name != "objective") key.condition = {"live.evaluator", {"table"}, &evaluator};
    const Condition command = {"live.evaluator", {"command"}, &evaluator};
    keys.back().content = list_of(o.objectives, 2, [command](ObjectiveOptions& objective) {
        const std::vector<Key> own = {
            only_with(command, {"direction", one_of(objective.direction, {"maximize", "minimize"}), "",
                                "whether it is to be large or small"}),
            only_with(command, {"unit", nonempty(objective.unit), "", "for people"})};
        return joined(wanted_objective_keys(objective), own);
    });
    return keys;
}

}  // namespace

std::vector<Key> live_deck_keys(LiveDeckContent& deck) {
    LiveOptions& o = deck.options;
    Options& search = o.search;
    const Condition trains = {"live.evaluator", {"train"}, &o.live.evaluator};
    const auto of_training = [&](Key key) { return only_with(trains, std::move(key)); };
    std::vector<Key> run = {required({"start", start_of_run(search.run.start, o.now), "UTC",
                                      "where in the trace the search begins, on a step of every trace; \"now\": on the "
                                      "wall clock, with trace files that "
                                      "are read again when they change"})};
    run = joined(std::move(run), without({"start", "gpus", "record"}, run_keys(search.run)));
    run = joined(std::move(run), training_run_keys(o.training.run));
    // [live] before what depends on it.
    return {
        {"live", Section{live_keys(o.live)}, "", "how the search runs on the wall clock"},
        {"run", Section{std::move(run)}, "", "every method on every trace with every seed, one search after the other"},
        {"budget", Section{budget_keys(search.budget)}, "", "what ends a search before run.hours"},
        {"power", Section{live_power_keys(search.power, o.live.evaluator)}, "",
         "rated power where nothing is metered, and what turns joules into grams"},
        {"problem", Section{live_problem_keys(search.problem, o.live.evaluator)}, "",
         "what is searched. Objectives of trainings: validation_accuracy, test_accuracy (%), latency (us of an "
         "inference of an image), parameters, flops; of a command: what it answers"},
        {"trace", list_of(search.traces, 1, trace_keys), "", "grids to run on"},
        {"lamoo", Section{lamoo_keys(deck.search.lamoo)}, "", "parameters of the LaMOO strategy, as in a deck"},
        {"bayesian", Section{bayesian_keys(deck.search.bayesian)}, "",
         "parameters of Bayesian optimization, as in a deck"},
        {"evolution", Section{evolution_keys(deck.search.evolution)}, "",
         "parameters of nsga2, sms-emoa and regularized-evolution, as in a deck"},
        {"method", method_list(search.methods, deck.search, search.run), "",
         "how candidates are found and GPUs are used, as in a deck; a group of ranks is a GPU"},
        of_training({"data", Section{data_keys(o.training.data)}, "", "images"}),
        of_training({"skeleton", Section{skeleton_keys(o.training.skeleton)}, "", "the network around the cell"}),
        of_training({"training",
                     Section{joined(training_keys(o.training.training),
                                    {{"low_epochs", integer(o.low_epochs, 0, 100'000), "",
                                      "of a training of fewer epochs, with a schedule of its own, less than epochs; 0: "
                                      "there is none"}})},
                     "", "of a cell from scratch"}),
        of_training({"supernet", Section{without({"split_epochs", "split_edge"}, supernet_keys(o.training.supernet))},
                     "", "training of the weight-sharing supernet, in what differs from that of a cell"}),
        of_training({"meter", Section{meter_keys(o.training.meter)}, "", "energy (docs/energy.md)"})};
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/time_limit.hpp"
#include "comm/comm.hpp"
#include "commands.hpp"
#include "config/deck.hpp"
#include "config/live_deck.hpp"
#include "config/replay_deck.hpp"
#include "config/training_deck.hpp"
#include "io/run_file.hpp"
#include "live/run.hpp"
#include "replay/run.hpp"
#include "tables/build.hpp"
#include "tables/plan.hpp"
#include "tables/train.hpp"

namespace {

using namespace cenas;

/// Everything the command line can say; each command reads its own part.
struct Arguments {
    std::string deck;
    std::vector<std::string> overrides;
    std::string output;
    bool overwrite = false;
    bool restart = false;
    std::string shard;
    std::string time_limit;
    std::vector<std::string> files;
    std::string inputs = ".";
    std::int64_t sample = -1;
    int threads = 0;
    int ranks = 0;
    bool dump = false;
    bool keys = false;
    std::string file;
    std::string spec;
    std::string architecture;
    std::int64_t seed = 1;
    bool json = false;
    bool csv = false;
    bool front_csv = false;
    std::int64_t search = -1;
    std::vector<std::int64_t> searches;
    bool all_searches = false;
    TraceImportOptions trace;
    ForecastImportOptions forecast;
    std::string compared_trace;
};

constexpr const char* overview =
    "Carbon-efficient neural architecture search, simulated from tables and traces.\n\n"
    "  cenas check DECK              what a deck would do; touches nothing\n"
    "  cenas sweep DECK              all methods x traces x seeds x axes of a deck, into one HDF5 file\n"
    "  cenas search DECK             one method on one trace, all seeds\n"
    "  cenas merge SHARD...          the shards of a job array into the file that one job would write\n"
    "  cenas info FILE               a result in words, --csv, --front-csv or --json; the journal of a running sweep\n"
    "  cenas verify FILE             recompute a result from its raw log; check a table or a trace\n"
    "  cenas replay FILE             what a search would have emitted in other regions, hours and policies\n"
    "  cenas import trace CSV        a carbon-intensity csv into a trace file\n"
    "  cenas import forecast CSV     a csv of forecasts, issue by issue, into a forecast file\n"
    "  cenas import table CSV        an architecture csv into a table file\n"
    "  cenas train DECK ARCH         train one cell from scratch\n"
    "  cenas live DECK               search on the wall clock: groups of ranks train, an allocator moves them\n"
    "  cenas table build DECK        train many cells and a supernet into a table file; goes on where it was "
    "stopped\n\n"
    "With several processes: mpirun -n 5 cenas sweep DECK (rank 0 coordinates).\n"
    "Exit codes: 0 done, 2 command line or deck, 3 input data, 4 run-time failure, 75 stopped early with everything "
    "saved (run again with --restart).";

/// CLI11's own check tells the largest double.
std::string whole_number(const std::string& text) {
    const bool digits = !text.empty() && text.size() < 19 &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits ? "" : fmt::format("{}: must be a whole number from 0", text);
}

void add_deck_options(CLI::App& command, Arguments& arguments) {
    command.add_option("deck", arguments.deck, "Input deck (TOML; every key: cenas check --keys)")->required();
    command.add_option(
        "overrides", arguments.overrides,
        "Changes to the deck, section.key=value (entries of a list by name: method.ce-nas.allocator=switch)");
    command
        .add_option("--threads", arguments.threads,
                    "OpenMP threads of each working rank (default: all cores for one rank, else 1)")
        ->check(CLI::Range(1, 4096));
}

void add_output_options(CLI::App& command, Arguments& arguments, const std::string& default_text, bool required) {
    auto* output =
        command.add_option("-o,--output", arguments.output, "File to write; its folder is made" + default_text);
    if (required) output->required();
    command.add_flag("--overwrite", arguments.overwrite, "Replace the file if it exists");
}

void add_shard_option(CLI::App& command, Arguments& arguments) {
    command.add_option("--shard", arguments.shard, "Do the i-th of n parts of the sweep, i/n; cenas merge joins them");
}

void add_restart_options(CLI::App& command, Arguments& arguments) {
    command.get_option("--overwrite")->description("Replace the file, and what is left of an earlier run");
    command
        .add_flag("--restart", arguments.restart,
                  "Go on with what an earlier run has left: begin if that is nothing, do nothing if it was done")
        ->excludes("--overwrite");
    command.add_option("--time-limit", arguments.time_limit,
                       "Stop early after this time: minutes, or [days-]hours:minutes:seconds as Slurm has it");
}

void add_run_command(CLI::App& app, Arguments& arguments, const std::string& name, const std::string& text) {
    CLI::App& command = *app.add_subcommand(name, text);
    add_deck_options(command, arguments);
    add_output_options(command, arguments, " (default: results/DECK.h5, of a shard results/DECK-i-of-n.h5)", false);
    add_restart_options(command, arguments);
    add_shard_option(command, arguments);
}

void add_check_command(CLI::App& app, Arguments& arguments) {
    CLI::App& command =
        *app.add_subcommand("check", "Validate a deck and its inputs and print the plan; touches nothing");
    add_deck_options(command, arguments);
    command.get_option("deck")->required(false);
    command
        .add_option("--ranks", arguments.ranks, "Print the layout for this many MPI ranks (default: the present ones)")
        ->check(CLI::Range(1, 1 << 20));
    add_shard_option(command, arguments);
    command.add_flag("--dump", arguments.dump, "Print the effective deck: every key with its value");
    command.add_flag("--keys", arguments.keys, "Print every key a deck may have (Markdown)");
}

/// What a csv of intensities leaves open.
void add_stated_options(CLI::App& command, std::string& signal, std::string& scope, std::string& unit) {
    command.add_option("--signal", signal, "What the intensity is, where the format does not say")
        ->check(CLI::IsMember({"average", "marginal"}));
    command.add_option("--scope", scope, "What it counts, where the format does not say")
        ->check(CLI::IsMember({"direct", "life_cycle"}));
    command.add_option("--unit", unit, "Unit of the values")
        ->check(CLI::IsMember({"g/kWh", "lb/MWh"}))
        ->capture_default_str();
}

void add_import_forecast(CLI::App& import, Arguments& arguments) {
    ForecastImportOptions& options = arguments.forecast;
    CLI::App& forecast =
        *import.add_subcommand("forecast", "Forecasts of carbon intensity, issue by issue (csv, plain or .gz)");
    forecast.add_option("csv", arguments.file, "csv file")->required();
    add_output_options(forecast, arguments, "", true);
    forecast.add_option("--name", options.name, "Name of the forecast (default: the file's)");
    forecast.add_option("--column", options.column, "Column with the forecast, where there are several");
    add_stated_options(forecast, options.signal, options.scope, options.unit);
    forecast.add_flag("!--zero-is-value", options.zero_is_missing, "A zero is an intensity, not a missing value");
    forecast.add_flag("--utc", options.utc, "Times without a zone are UTC");
    forecast.add_option("--trace", arguments.compared_trace,
                        "Trace file to compare with, beside persistence (default: the file's own actual values)");
}

void add_import_commands(CLI::App& app, Arguments& arguments) {
    CLI::App& import = *app.add_subcommand("import", "Turn csv data into files for decks");
    import.require_subcommand(1);

    CLI::App& trace = *import.add_subcommand("trace", "Carbon intensity over time (csv, plain or .gz)");
    trace.add_option("csv", arguments.file, "csv file")->required();
    add_output_options(trace, arguments, "", true);
    trace.add_option("--format", arguments.trace.format, "Format of the file")
        ->check(CLI::IsMember({"auto", "plain", "electricity-maps", "carboncast", "gb"}))
        ->capture_default_str();
    trace.add_option("--name", arguments.trace.name, "Name of the trace (default: the file's)");
    trace.add_option("--column", arguments.trace.column, "Column with the intensity, where there are several");
    add_stated_options(trace, arguments.trace.signal, arguments.trace.scope, arguments.trace.unit);
    trace.add_option("--fill", arguments.trace.fill, "Missing values: refuse, or fill (counted and flagged)")
        ->check(CLI::IsMember({"refuse", "previous", "linear"}))
        ->capture_default_str();
    trace.add_option("--longest-fill", arguments.trace.longest_fill, "Longest gap that is filled, in steps")
        ->check(CLI::Range(1, 1000000))
        ->capture_default_str();
    trace.add_flag("!--zero-is-value", arguments.trace.zero_is_missing, "A zero is an intensity, not a missing value");
    trace.add_flag("--utc", arguments.trace.utc, "Times without a zone are UTC");

    add_import_forecast(import, arguments);

    CLI::App& table = *import.add_subcommand("table", "Architectures with objectives and costs (csv, plain or .gz)");
    table.add_option("csv", arguments.file, "csv file")->required();
    table.add_option("--spec", arguments.spec, "What the columns mean (TOML, see inputs/tables)")->required();
    add_output_options(table, arguments, "", true);
}

void add_training_commands(CLI::App& app, Arguments& arguments) {
    CLI::App& train = *app.add_subcommand(
        "train", "Train one cell from scratch, by all ranks together: curve, accuracy, images/s, joules");
    train.add_option("deck", arguments.deck, "Training deck (TOML; every key: cenas check --keys)")->required();
    train.add_option("architecture", arguments.architecture, "NAS-Bench-201 cell string")->required();
    train.add_option("overrides", arguments.overrides, "Changes to the deck, section.key=value");
    train.add_option("--seed", arguments.seed, "Seed of weights, order and augmentation")
        ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 62))
        ->capture_default_str();
    train.add_option("--threads", arguments.threads, "OpenMP threads of each rank (default: 1)")
        ->check(CLI::Range(1, 4096));

    CLI::App& live = *app.add_subcommand(
        "live", "Search on the wall clock: groups of ranks train, and an allocator moves them as the grid changes");
    live.add_option("deck", arguments.deck, "Live deck (TOML; every key: cenas check --keys)")->required();
    live.add_option("overrides", arguments.overrides, "Changes to the deck, section.key=value");
    add_output_options(live, arguments, " (default: results/DECK.h5)", false);
    add_restart_options(live, arguments);

    CLI::App& table = *app.add_subcommand("table", "Make a table of architectures");
    table.require_subcommand(1);
    CLI::App& build = *table.add_subcommand(
        "build", "Train what a training deck asks for, on all ranks; run again, it goes on where it was stopped");
    build.add_option("deck", arguments.deck, "Training deck (TOML; every key: cenas check --keys)")->required();
    build.add_option("overrides", arguments.overrides, "Changes to the deck, section.key=value");
    build.add_option("-o,--output", arguments.output, "File to write (default: results/DECK.h5)");
}

void add_read_commands(CLI::App& app, Arguments& arguments) {
    CLI::App& info = *app.add_subcommand("info", "Print a result file, a table, a trace or a forecast in words");
    info.add_option("file", arguments.file, "HDF5 file")->required();
    auto* json = info.add_flag("--json", arguments.json, "One JSON object a search, for scripts");
    info.add_flag("--csv", arguments.csv, "One csv line a search, for spreadsheets")->excludes(json);
    info.add_flag("--front-csv", arguments.front_csv, "Pareto fronts: one csv line an architecture")
        ->excludes(json)
        ->excludes("--csv");
    info.add_option("--search", arguments.search,
                    "Pareto front of the search of this number (default: of the largest hypervolume)")
        ->check(whole_number);
    CLI::App& verify =
        *app.add_subcommand("verify", "Recompute hypervolume, energy and carbon of a result and compare");
    verify.add_option("file", arguments.file, "HDF5 file")->required();
    verify
        .add_option(
            "--sample", arguments.sample,
            "Simulate so many searches again and compare every bit (default: 20 of a summary, else 0); of a live "
            "run: train so many architectures again")
        ->check(whole_number);
    verify.add_option("--inputs", arguments.inputs, "Folder that the deck names its table and trace files from")
        ->capture_default_str();
    CLI::App& merge = *app.add_subcommand("merge", "Join the shards of a sweep into one file");
    merge.add_option("shards", arguments.files, "Files that cenas sweep --shard wrote, all of them")->required();
    add_output_options(merge, arguments, "", true);
}

void add_replay_command(CLI::App& app, Arguments& arguments) {
    CLI::App& replay = *app.add_subcommand(
        "replay", "Do the work of a search again for every region x start hour x policy, without new search decisions");
    replay.add_option("file", arguments.file, "Result file of a search or a sweep")->required();
    replay.add_option("overrides", arguments.overrides, "Changes to the replay deck, section.key=value");
    replay.add_option("--deck", arguments.deck,
                      "Replay deck (TOML; every key: cenas check --keys); without one, nine synthetic regions, every "
                      "hour, six policies");
    auto* all = replay.add_flag("--all", arguments.all_searches, "Every search of the file");
    replay.add_option("--search", arguments.searches, "Number of a search, once or several times (default: the first)")
        ->excludes(all);
    add_output_options(replay, arguments, " (default: results/FILE-replay.h5)", false);
    replay.add_option("--threads", arguments.threads, "OpenMP threads (default: all cores)")
        ->check(CLI::Range(1, 4096));
}

std::filesystem::path output_of(const Arguments& arguments, const std::filesystem::path& deck) {
    return arguments.output.empty() ? std::filesystem::path("results") / (deck.stem().string() + ".h5")
                                    : std::filesystem::path(arguments.output);
}

/// "i/n"
Shard read_shard(const std::string& text) {
    Shard shard;
    if (text.empty()) return shard;
    int end = 0;
    if (std::sscanf(text.c_str(), "%ld/%ld%n", &shard.number, &shard.count, &end) != 2 ||
        static_cast<std::size_t>(end) != text.size() || shard.number < 1 || shard.number > shard.count)
        throw UsageError(fmt::format("--shard {}: must be i/n with i from 1 to n, such as 2/8", text));
    return shard;
}

std::filesystem::path shard_output(const std::filesystem::path& output, const Shard& shard) {
    return output.parent_path() /
           fmt::format("{}-{}-of-{}{}", output.stem().string(), shard.number, shard.count, output.extension().string());
}

RunRequest read_request(const Arguments& arguments, bool single, const std::string& command_line) {
    Deck deck = read_deck(arguments.deck, arguments.overrides);
    RunRequest request;
    request.single = single;
    request.scenarios = std::move(deck.scenarios);
    request.deck = deck.text;
    request.effective_deck = deck.effective;
    request.shard = read_shard(arguments.shard);
    request.output = output_of(arguments, deck.path);
    if (arguments.output.empty() && request.shard.count > 1)
        request.output = shard_output(request.output, request.shard);
    request.overwrite = arguments.overwrite;
    request.restart = arguments.restart;
    if (!arguments.time_limit.empty()) request.time_limit_s = parse_time_limit(arguments.time_limit);
    request.threads = arguments.threads;
    request.command_line = command_line;
    return request;
}

TrainRequest read_train_request(const Arguments& arguments) {
    return {read_training_deck(arguments.deck, arguments.overrides).options, arguments.architecture, arguments.seed,
            std::max(1, arguments.threads)};
}

TableBuildRequest read_table_request(const Arguments& arguments, const std::string& command_line) {
    const TrainingDeck deck = read_training_deck(arguments.deck, arguments.overrides);
    return {deck.options, deck.text, deck.effective, output_of(arguments, deck.path), command_line};
}

LiveRequest read_live_request(const Arguments& arguments, const std::string& command_line) {
    const LiveDeck deck = read_live_deck(arguments.deck, arguments.overrides);
    LiveRequest request{
        deck.options,      deck.text, deck.effective, output_of(arguments, deck.path), arguments.overwrite,
        arguments.restart, {},        command_line};
    if (!arguments.time_limit.empty()) request.time_limit_s = parse_time_limit(arguments.time_limit);
    return request;
}

std::vector<std::int64_t> chosen_searches(const Arguments& arguments, const RunFile& run) {
    if (!arguments.searches.empty()) return arguments.searches;
    std::vector<std::int64_t> numbers;
    for (std::size_t row = 0; row < (arguments.all_searches ? run.summaries().size() : 1); ++row)
        numbers.push_back(run.head().number_of(row));
    return numbers;
}

ReplayRequest read_replay_request(const Arguments& arguments, const std::string& command_line) {
    ReplayRequest request;
    request.run_file = arguments.file;
    request.run = std::make_shared<const RunFile>(request.run_file);
    request.scenarios = read_deck_text(request.run->head().effective_deck, request.run_file.string(), ".");
    request.searches = chosen_searches(arguments, *request.run);
    ReplayDeck deck = read_replay_deck(arguments.deck, arguments.overrides, default_replay(gpus_of(request)));
    request.options = std::move(deck.options);
    request.deck = std::move(deck.text);
    request.effective_deck = std::move(deck.effective);
    request.output = output_of(arguments, request.run_file.stem().string() + "-replay.h5");
    request.overwrite = arguments.overwrite;
    request.threads = arguments.threads;
    request.command_line = command_line;
    return request;
}

ExitCode check_deck(const Arguments& arguments, const Communicator& world) {
    if (arguments.keys) {
        fmt::print("{}{}{}{}", deck_reference(), training_deck_reference(), live_deck_reference(),
                   replay_deck_reference());
        return ExitCode::done;
    }
    if (arguments.deck.empty()) throw UsageError("cenas check: names no deck");
    const int ranks = arguments.ranks > 0 ? arguments.ranks : world.size();
    if (is_live_deck(arguments.deck, arguments.overrides)) {
        const LiveDeck deck = read_live_deck(arguments.deck, arguments.overrides);
        fmt::print("{}", arguments.dump ? deck.effective : describe_live_plan(deck.options, ranks));
        return ExitCode::done;
    }
    if (is_training_deck(arguments.deck, arguments.overrides)) {
        if (arguments.threads > 0)
            throw UsageError("--threads: a rank of a table build has one thread (allowed: with decks of searches)");
        const TrainingDeck deck = read_training_deck(arguments.deck, arguments.overrides);
        fmt::print("{}", arguments.dump ? deck.effective : describe_table_build(deck.options, ranks));
        return ExitCode::done;
    }
    const Deck deck = read_deck(arguments.deck, arguments.overrides);
    if (arguments.dump) {
        fmt::print("{}", deck.effective);
        return ExitCode::done;
    }
    return check_command(deck.scenarios, read_shard(arguments.shard), ranks, arguments.threads);
}

/// Commands that only rank 0 carries out.
ExitCode dispatch_single(const CLI::App& app, const Arguments& arguments, const std::string& command_line,
                         const Communicator& world) {
    if (app.got_subcommand("check")) return check_deck(arguments, world);
    if (app.got_subcommand("merge"))
        return merge_command({arguments.files.begin(), arguments.files.end()}, arguments.output, arguments.overwrite,
                             command_line);
    if (app.got_subcommand("verify"))
        return verify_command({arguments.file, arguments.sample < 0 ? std::nullopt : std::optional(arguments.sample),
                               [&](const std::string& deck) {
                                   return read_deck_text(deck, arguments.file + " (its deck)", arguments.inputs);
                               },
                               [&](const std::string& deck) {
                                   return read_live_deck_text(deck, arguments.file + " (its deck)", arguments.inputs);
                               }});
    if (app.got_subcommand("info"))
        return info_command(arguments.file,
                            arguments.json        ? InfoFormat::json
                            : arguments.csv       ? InfoFormat::csv
                            : arguments.front_csv ? InfoFormat::front_csv
                                                  : InfoFormat::text,
                            arguments.search);
    const CLI::App& import = *app.get_subcommand("import");
    if (import.got_subcommand("trace"))
        return import_trace_command(arguments.file, arguments.trace, arguments.output, arguments.overwrite);
    if (import.got_subcommand("forecast"))
        return import_forecast_command(arguments.file, arguments.forecast, arguments.compared_trace, arguments.output,
                                       arguments.overwrite);
    return import_table_command(arguments.file, read_table_spec(arguments.spec), arguments.output, arguments.overwrite);
}

ExitCode dispatch(const CLI::App& app, const Arguments& arguments, const std::string& command_line,
                  const Communicator& world) {
    const bool single = app.got_subcommand("search");
    if (single || app.got_subcommand("sweep"))
        return run_command([&] { return read_request(arguments, single, command_line); }, world);
    if (app.got_subcommand("train")) return train_command([&] { return read_train_request(arguments); }, world);
    if (app.got_subcommand("table"))
        return build_table([&] { return read_table_request(arguments, command_line); }, world);
    if (app.got_subcommand("live"))
        return live_command([&] { return read_live_request(arguments, command_line); }, world);
    if (app.got_subcommand("replay"))
        return replay_command([&] { return read_replay_request(arguments, command_line); }, world);
    return world.rank() == 0 ? dispatch_single(app, arguments, command_line, world) : ExitCode::done;
}

/// One message for a command line that cannot be read.
std::string describe_parse_error(const CLI::ParseError& error, int argc, char** argv) {
    constexpr std::array<std::string_view, 11> commands = {"check",  "sweep",  "search", "live",  "merge", "info",
                                                           "verify", "replay", "import", "train", "table"};
    const std::string_view first = argc > 1 ? argv[1] : "";
    if (std::find(commands.begin(), commands.end(), first) != commands.end())
        return fmt::format("{} (cenas {} --help shows what is allowed)", error.what(),
                           first == "table" ? "table build" : first);
    return fmt::format("{}: the commands are {} (cenas --help)",
                       first.empty() ? "no command" : fmt::format("no command '{}'", first), fmt::join(commands, ", "));
}

/// Runs `body`; an error becomes its message on stderr and its exit code.
template <class Body>
ExitCode report_errors(const Body& body) {
    try {
        return body();
    } catch (const Error& e) {
        spdlog::error("{}", e.what());
        return e.exit_code();
    } catch (const std::bad_alloc&) {
        spdlog::error("out of memory");
    } catch (const std::exception& e) {
        spdlog::error("unexpected: {}", e.what());
    }
    return ExitCode::run_time;
}

}  // namespace

int main(int argc, char** argv) {
    // 1. MPI: first, since it may change the arguments. Works without mpirun as one rank.
    const MpiSession mpi(argc, argv);
    const Communicator world = Communicator::world();
    setup_log(world.rank());

    // 2. Command line. All ranks read it; rank 0 speaks.
    Arguments arguments;
    CLI::App app(overview, "cenas");
    app.set_version_flag("--version", version_text());
    app.require_subcommand(1);
    add_run_command(app, arguments, "search", "Run one method on one trace, all seeds of the deck");
    add_run_command(app, arguments, "sweep", "Run all methods x traces x seeds of the deck");
    add_check_command(app, arguments);
    add_import_commands(app, arguments);
    add_training_commands(app, arguments);
    add_read_commands(app, arguments);
    add_replay_command(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        const bool asked = e.get_exit_code() == 0;  // --help, --version
        if (world.rank() == 0 && asked) app.exit(e);
        if (world.rank() == 0 && !asked) spdlog::error("{}", describe_parse_error(e, argc, argv));
        return static_cast<int>(asked ? ExitCode::done : ExitCode::usage);
    }

    // 3. The command. Its own errors are reported where they are found and end all ranks with one exit code.
    std::string command_line;
    for (int i = 0; i < argc; ++i) command_line += (i > 0 ? " " : "") + std::string(argv[i]);
    const ExitCode code = report_errors([&] { return dispatch(app, arguments, command_line, world); });

    // 4. Exit code. Results that did not reach stdout (a full disk, say) were not delivered.
    if (std::fflush(stdout) != 0 && code == ExitCode::done) {
        spdlog::error("standard output cannot be written");
        return static_cast<int>(ExitCode::run_time);
    }
    return static_cast<int>(code);
}

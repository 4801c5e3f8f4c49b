// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "driver/run.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <system_error>
#include <utility>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/utc_time.hpp"
#include "driver/engine.hpp"
#include "driver/sweep.hpp"
#include "io/h5.hpp"
#include "io/run_file.hpp"

namespace cenas {
namespace {

UtcTime wall_clock() {
    using namespace std::chrono;
    return {duration_cast<seconds>(system_clock::now().time_since_epoch()).count()};
}

/// `wanted`, or, where someone made that file during the run, the first of NAME-2, NAME-3, ... that is free: finished
/// work is not thrown away.
std::filesystem::path free_name(const std::filesystem::path& wanted) {
    std::filesystem::path name = wanted;
    for (int n = 2; std::filesystem::exists(name); ++n)
        name = wanted.parent_path() / fmt::format("{}-{}{}", wanted.stem().string(), n, wanted.extension().string());
    if (name != wanted) spdlog::warn("{}: appeared during the run; writing {}", wanted.string(), name.string());
    return name;
}

RunRecord make_record(const RunRequest& request, Inputs inputs) {
    const Options& options = request.options;
    RunRecord run;
    run.program_version = program_version();
    run.deck = request.deck;
    run.effective_deck = request.effective_deck;
    run.accounting = options.accounting.mode;
    run.start = options.run.start;
    run.horizon_s = run_horizon(options).value;
    run.account_from_s = search_begin(options).value;
    run.gpus = options.run.gpus;
    run.forecast = options.run.forecast;
    run.window_h = options.run.window_h;
    run.budget_carbon_kg = options.budget.carbon_kg;
    run.budget_evaluations = options.budget.evaluations;
    run.component_w = {options.power.evaluation_w, options.power.sampling_w, options.power.supernet_training_w,
                       options.power.optimizer_w,  options.power.idle_w,     options.power.switching_w};
    run.pue = options.power.pue;
    run.embodied_g_per_gpu_h = options.power.embodied_g_per_gpu_h;
    run.table_name = inputs.problem.table.name;
    run.table_checksum = inputs.problem.table_checksum;
    run.table_synthetic = inputs.problem.table.synthetic;
    run.table_cells = static_cast<std::int64_t>(inputs.problem.table.size());
    run.cost_scale = options.problem.cost_scale;
    run.objectives = inputs.problem.objectives;
    run.hv_max = inputs.problem.hv_max;
    run.hv_max_denoised = inputs.problem.hv_max_denoised;
    for (const auto& method : options.methods) run.methods.push_back(method.name);
    run.class_means = std::move(inputs.problem.class_means);
    run.traces = std::move(inputs.windows);
    run.trace_checksums = std::move(inputs.trace_checksums);
    return run;
}

}  // namespace

Provenance begin_provenance(const std::string& command_line, const Layout& layout) {
    utsname system{};
    ::uname(&system);
    Provenance provenance;
    provenance.host = system.nodename;
    provenance.started_utc = to_string(wall_clock());
    provenance.command_line = command_line;
    provenance.git_commit = program_commit();
    provenance.libraries = fmt::format("HDF5 {}; {}", h5::library_version(), mpi_library_version());
    provenance.ranks = layout.ranks;
    provenance.threads = layout.threads;
    return provenance;
}

void end_provenance(Provenance& provenance, double began_s) {
    provenance.finished_utc = to_string(wall_clock());
    provenance.wall_s = monotonic_s() - began_s;
}

void require_writable(const std::filesystem::path& output, bool overwrite) {
    std::error_code status;
    if (std::filesystem::exists(output, status) && !overwrite)
        throw UsageError(fmt::format("{}: exists already; name another --output or give --overwrite", output.string()));
    const auto folder = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
    std::filesystem::create_directories(folder, status);
    if (status) throw RunError(fmt::format("{}: folder cannot be made: {}", folder.string(), status.message()));
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        throw RunError(fmt::format("{}: folder is not writable", folder.string()));
    if (std::filesystem::is_directory(output, status))
        throw UsageError(fmt::format("{}: is a folder; --output must name a file", output.string()));
}

PreparedRun prepare_run(RunRequest request, const Communicator& world) {
    const Options& options = request.options;
    if (request.single && (options.methods.size() != 1 || options.traces.size() != 1))
        throw UsageError(
            fmt::format("cenas search takes one method and one trace, the deck has {} and {}; use cenas sweep",
                        options.methods.size(), options.traces.size()));
    if (world.rank() == 0) require_writable(request.output, request.overwrite);
    PreparedRun prepared;
    prepared.layout = plan_layout(world.size(), options.run.ranks_per_group, request.threads);
    prepared.inputs = load_inputs(options);
    prepared.request = std::move(request);
    return prepared;
}

FinishedRun execute_run(PreparedRun prepared, const Communicator& world) {
    const RunRequest& request = prepared.request;
    const double began = monotonic_s();
    Provenance provenance = begin_provenance(request.command_line, prepared.layout);
    auto searches = run_sweep(request.options, prepared.inputs, prepared.layout, world);
    if (world.rank() != 0) return {};

    RunRecord run = make_record(request, std::move(prepared.inputs));
    run.searches = std::move(searches);
    end_provenance(provenance, began);
    const auto file = request.overwrite ? request.output : free_name(request.output);
    write_run_file(file, run, provenance, request.overwrite);
    return {std::move(run), file};
}

}  // namespace cenas

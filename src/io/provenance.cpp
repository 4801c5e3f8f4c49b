// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/provenance.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <chrono>

#include "base/clock.hpp"
#include "base/utc_time.hpp"
#include "base/version.hpp"
#include "io/h5.hpp"

namespace cenas {
namespace {

UtcTime wall_clock() {
    using namespace std::chrono;
    return {duration_cast<seconds>(system_clock::now().time_since_epoch()).count()};
}

}  // namespace

Provenance begin_provenance(const std::string& command_line, std::int64_t ranks, std::int64_t threads,
                            const std::string& mpi) {
    utsname system{};
    ::uname(&system);
    Provenance provenance;
    provenance.host = system.nodename;
    provenance.started_utc = to_string(wall_clock());
    provenance.command_line = command_line;
    provenance.git_commit = program_commit();
    provenance.libraries = fmt::format("HDF5 {}; {}", h5::library_version(), mpi);
    provenance.ranks = ranks;
    provenance.threads = threads;
    return provenance;
}

void end_provenance(Provenance& provenance, double began_s) {
    provenance.finished_utc = to_string(wall_clock());
    provenance.wall_s = monotonic_s() - began_s;
}

void write_provenance(h5::Writer& file, const Provenance& provenance) {
    const std::string group = "/provenance";
    file.attribute(group, "host", provenance.host);
    file.attribute(group, "started_utc", provenance.started_utc);
    file.attribute(group, "finished_utc", provenance.finished_utc);
    file.attribute(group, "command_line", provenance.command_line);
    file.attribute(group, "git_commit", provenance.git_commit);
    file.attribute(group, "libraries", provenance.libraries);
    file.attribute(group, "ranks", provenance.ranks);
    file.attribute(group, "threads", provenance.threads);
    file.attribute(group, "wall_s", provenance.wall_s);
}

Provenance read_provenance(const h5::Reader& file) {
    const std::string group = "/provenance";
    Provenance provenance;
    provenance.host = file.text_attribute(group, "host");
    provenance.started_utc = file.text_attribute(group, "started_utc");
    provenance.finished_utc = file.text_attribute(group, "finished_utc");
    provenance.command_line = file.text_attribute(group, "command_line");
    provenance.git_commit = file.text_attribute(group, "git_commit");
    provenance.libraries = file.text_attribute(group, "libraries");
    provenance.ranks = file.integer_attribute(group, "ranks");
    provenance.threads = file.integer_attribute(group, "threads");
    provenance.wall_s = file.number_attribute(group, "wall_s");
    return provenance;
}

}  // namespace cenas

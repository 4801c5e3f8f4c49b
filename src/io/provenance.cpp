// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "io/provenance.hpp"

#include "io/h5.hpp"

namespace cenas {

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

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

}  // namespace cenas

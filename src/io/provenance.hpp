// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>

namespace cenas {

namespace h5 {
class Reader;
class Writer;
}  // namespace h5

/// What may differ between two equal runs or builds.
struct Provenance {
    std::string host;
    std::string started_utc;
    std::string finished_utc;
    std::string command_line;
    std::string git_commit;
    std::string libraries;
    std::int64_t ranks = 1;
    std::int64_t threads = 1;
    double wall_s = 0;
};

/// What is known of a run before it, and after it. `mpi`: library and version; `began_s`: monotonic_s() then.
Provenance begin_provenance(const std::string& command_line, std::int64_t ranks, std::int64_t threads,
                            const std::string& mpi);
void end_provenance(Provenance& provenance, double began_s);

/// Into attributes of /provenance.
void write_provenance(h5::Writer& file, const Provenance& provenance);
/// Throws DataError where one is missing.
Provenance read_provenance(const h5::Reader& file);

}  // namespace cenas

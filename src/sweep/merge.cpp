// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "sweep/merge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <string>

#include "base/error.hpp"
#include "sweep/journal.hpp"

namespace cenas {
namespace {

using Shards = std::vector<std::unique_ptr<RunFile>>;  // in order; null: missing

/// What shards of one sweep have in common.
std::string identity_of_sweep(RunHead head) {
    head.shard = head.shards = 1;
    return sweep_identity(head);
}

void require_undamaged(const std::filesystem::path& path, const RunFile& file) {
    const auto damage = file.find_damage();
    if (!damage.empty())
        throw DataError(fmt::format("{}: {}: altered since it was written", path.string(), damage.front()));
}

Shards open_shards(const std::vector<std::filesystem::path>& paths) {
    Shards shards;
    std::string identity;
    for (const auto& path : paths) {
        auto file = std::make_unique<RunFile>(path);
        require_undamaged(path, *file);
        const RunHead& head = file->head();
        if (head.shards == 1)
            throw DataError(fmt::format("{}: is a whole sweep, no shard: there is nothing to join", path.string()));
        if (shards.empty()) {
            shards.resize(static_cast<std::size_t>(head.shards));
            identity = identity_of_sweep(head);
        }
        if (static_cast<std::size_t>(head.shards) != shards.size() || identity_of_sweep(head) != identity)
            throw DataError(fmt::format(
                "{}: shard {} of {}, of another sweep than {} (decks, tables, traces, program versions and numbers of "
                "shards must be equal)",
                path.string(), head.shard, head.shards, paths.front().string()));
        auto& place = shards[static_cast<std::size_t>(head.shard - 1)];
        if (place) throw DataError(fmt::format("{}: shard {} is given twice", path.string(), head.shard));
        place = std::move(file);
    }
    return shards;
}

void require_all(const Shards& shards) {
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < shards.size(); ++i)
        if (!shards[i]) missing.push_back(i + 1);
    if (!missing.empty())
        throw DataError(fmt::format("missing of {} shards: {}", shards.size(), fmt::join(missing, ", ")));
}

}  // namespace

void merge_shards(const std::vector<std::filesystem::path>& paths, const std::filesystem::path& output, bool overwrite,
                  const std::function<Provenance()>& provenance) {
    const Shards shards = open_shards(paths);
    require_all(shards);
    RunHead head = shards.front()->head();
    head.shard = head.shards = 1;
    RunSizes sizes;
    for (const auto& shard : shards) sizes.add(shard->sizes());
    RunFileWriter file(output, head, sizes, overwrite);
    for (std::size_t number = 0; number < sizes.searches; ++number)
        file.append(shards[number % shards.size()]->search(number / shards.size()));
    file.commit(provenance());
}

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/strategy.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "search/lamoo.hpp"
#include "search/random.hpp"
#include "search/recorded.hpp"

namespace cenas {

std::unique_ptr<Strategy> make_strategy(const SearchOptions& options, const Candidates& candidates, int gains,
                                        std::uint64_t seed) {
    if (options.strategy == "random") return std::make_unique<RandomSearch>(candidates, seed);
    if (options.strategy == "lamoo") return std::make_unique<Lamoo>(options.lamoo, candidates, gains, seed);
    if (options.strategy == "recorded") return std::make_unique<RecordedSearch>(options.recorded);
    throw UsageError(fmt::format("unknown strategy '{}' (allowed: lamoo, random)", options.strategy));
}

bool has_model(const SearchOptions& options) { return options.strategy == "lamoo"; }

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/strategy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hpp"
#include "search/lamoo.hpp"
#include "search/random.hpp"
#include "search/recorded.hpp"
#include "search/successive_halving.hpp"

namespace cenas {

std::unique_ptr<Strategy> make_strategy(const SearchOptions& options, const Candidates& candidates, int gains,
                                        std::uint64_t seed) {
    if (options.strategy == "random") return std::make_unique<RandomSearch>(candidates, seed);
    if (options.strategy == "lamoo") return std::make_unique<Lamoo>(options.lamoo, candidates, gains, seed);
    if (options.strategy == "successive-halving")
        return std::make_unique<SuccessiveHalving>(options.eta, candidates, gains, seed);
    if (options.strategy == "recorded") return std::make_unique<RecordedSearch>(options.recorded);
    throw UsageError(
        fmt::format("unknown strategy '{}' (allowed: {})", options.strategy, fmt::join(strategy_names(), ", ")));
}

const std::vector<std::string>& strategy_names() {
    static const std::vector<std::string> names{"lamoo", "random", "successive-halving"};
    return names;
}

std::vector<std::size_t> known_objectives(const SearchOptions& options, const Candidates& candidates) {
    std::vector<std::size_t> known;
    for (std::size_t k = 0; k < candidates.objectives.size(); ++k)
        if (std::find(options.known.begin(), options.known.end(), candidates.objectives[k]) != options.known.end())
            known.push_back(k);
    return known;
}

bool has_model(const SearchOptions& options) { return options.strategy == "lamoo"; }

bool proposes_low_fidelity(const SearchOptions& options) { return options.strategy == "successive-halving"; }

bool uses_fidelities(const SearchOptions& options) { return options.strategy == "successive-halving"; }

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "search/strategy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hpp"
#include "search/bayesian.hpp"
#include "search/evolution.hpp"
#include "search/lamoo.hpp"
#include "search/local_search.hpp"
#include "search/parego.hpp"
#include "search/random.hpp"
#include "search/recorded.hpp"
#include "search/successive_halving.hpp"

namespace cenas {
namespace {

std::optional<Survival> survival_of(const std::string& strategy) {
    if (strategy == "nsga2") return Survival::crowding;
    if (strategy == "sms-emoa") return Survival::hypervolume;
    if (strategy == "regularized-evolution") return Survival::age;
    return std::nullopt;
}

}  // namespace

std::unique_ptr<Strategy> make_strategy(const SearchOptions& options, const Candidates& candidates, int gains,
                                        std::uint64_t seed) {
    if (options.strategy == "random") return std::make_unique<RandomSearch>(candidates, seed);
    if (options.strategy == "lamoo")
        return std::make_unique<Lamoo>(options.lamoo, candidates, gains, seed, known_objectives(options, candidates));
    if (options.strategy == "bayesian") return std::make_unique<BayesianSearch>(options, candidates, gains, seed);
    if (options.strategy == "parego") return std::make_unique<ParEgo>(options, candidates, gains, seed);
    if (options.strategy == "local-search") return std::make_unique<LocalSearch>(candidates, gains, seed);
    if (const auto survival = survival_of(options.strategy))
        return std::make_unique<Evolution>(*survival, options.evolution, candidates, gains, seed);
    if (options.strategy == "successive-halving")
        return std::make_unique<SuccessiveHalving>(options.eta, candidates, gains, seed);
    if (options.strategy == "recorded") return std::make_unique<RecordedSearch>(options.recorded);
    throw UsageError(
        fmt::format("unknown strategy '{}' (allowed: {})", options.strategy, fmt::join(strategy_names(), ", ")));
}

const std::vector<std::string>& strategy_names() {
    static const std::vector<std::string> names{
        "lamoo",        "bayesian",          "parego", "random", "nsga2", "sms-emoa", "regularized-evolution",
        "local-search", "successive-halving"};
    return names;
}

std::vector<std::size_t> known_objectives(const SearchOptions& options, const Candidates& candidates) {
    std::vector<std::size_t> known;
    for (std::size_t k = 0; k < candidates.objectives.size(); ++k)
        if (std::find(options.known.begin(), options.known.end(), candidates.objectives[k].name) != options.known.end())
            known.push_back(k);
    return known;
}

bool has_model(const SearchOptions& options) {
    return options.strategy == "lamoo" || options.strategy == "bayesian" || options.strategy == "parego";
}

bool proposes_low_fidelity(const SearchOptions& options) { return options.strategy == "successive-halving"; }

bool uses_fidelities(const SearchOptions& options) { return options.strategy == "successive-halving"; }

}  // namespace cenas

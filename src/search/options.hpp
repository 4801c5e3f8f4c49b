// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "space/cell.hpp"
#include "space/fidelity.hpp"

namespace cenas {

/// What a strategy wants to be trained.
struct Proposal {
    CellIndex cell = 0;
    Fidelity fidelity = Fidelity::full;
    friend bool operator==(const Proposal&, const Proposal&) = default;
};

/// LaMOO's hyper-parameters (Zhao et al., "Multi-objective Optimization by Learning Space Partitions", ICLR 2022).
/// Defaults are those of CE-NAS on NAS-Bench-201.
struct LamooOptions {
    std::string kernel = "poly";  ///< poly (with coef0 = 0), rbf, linear; gamma = 1 / (dimensions * variance)
    int degree = 4;               ///< of poly
    double penalty = 1.0;         ///< C of the C-SVC
    double tolerance = 0.1;       ///< at which the SVM solver stops; docs/simulation.md says why not 0.001
    double exploration = 30.0;    ///< Cp of the UCB, in units of hypervolume or as a part of it, as the next says
    std::string exploration_of = "unit";  ///< unit; hypervolume: of all samples, at every update
    std::string selection = "leaf";       ///< leaf: largest UCB of all leaves; path: from the root to the better child
    int leaf_size = 10;                   ///< a node with more samples may be split
    int depth = 3;                        ///< splits on the longest path, at most
    int draws = 10000;                    ///< draws to hit the region before its deepest split is dropped
    std::string sampler = "random";       ///< who proposes in the region: random, cma-es, qnehvi
};

/// Bayesian optimization (bayesian.hpp).
struct BayesianOptions {
    std::string acquisition = "ehvi";  ///< ehvi, nehvi
    bool per_cost = true;              ///< improvement per second of the training that is expected to bring it
    int ensemble = 1;                  ///< Gaussian processes an objective
    int worlds = 8;                    ///< nehvi: draws of what was measured
};

/// Parameters of the evolutionary strategies (search/evolution.hpp). The population is that of the scripts of
/// NAS-Bench-201's authors for regularized evolution, the crossover that of NSGA-II's (Deb et al. 2002, section IV);
/// the tournament is ours, chosen among 3, 5 and 10 (docs/optimizers.md).
struct EvolutionOptions {
    int population = 10;     ///< cells that may be parents
    int tournament = 10;     ///< regularized-evolution: draws of which the best is the parent
    double crossover = 0.9;  ///< nsga2, sms-emoa: probability that an offspring has two parents
};

struct SearchOptions {
    /// lamoo, bayesian, parego, random, nsga2, sms-emoa, regularized-evolution, local-search,
    /// successive-halving; not from a deck: recorded
    std::string strategy = "lamoo";
    LamooOptions lamoo;
    BayesianOptions bayesian;
    EvolutionOptions evolution;
    std::vector<std::string> known;  ///< objectives that are known of every cell before the search, without training
    int eta = 3;                     ///< successive-halving: one in so many trainings of fewer epochs is promoted
    std::vector<Proposal> recorded;  ///< recorded: what is proposed, in this order
};

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "search/options.hpp"
#include "search/state_archive.hpp"

namespace cenas {

/// An ask/tell optimizer over a box of numbers: what Strategy is for cells. Any number of proposals may be pending; the
/// same calls give the same answers.
class BoxStrategy {
  public:
    virtual ~BoxStrategy() = default;
    /// What to evaluate next: a point of the box. Uniform before the first update().
    virtual Eigen::VectorXd ask() = 0;
    /// What became of a point, asked before or not: its gains (finite), as in Outcome.
    virtual void tell(const Eigen::VectorXd& point, std::span<const double> gains) = 0;
    /// Fits the models to everything told.
    virtual void update() = 0;
    /// As Strategy::exchange.
    virtual void exchange(StateArchive& archive) = 0;
};

struct BoxSearchOptions {
    /// lamoo: in the region that LaMOO selects, by its sampler; qnehvi, random: by that sampler in the whole box,
    /// without LaMOO; cma-es: CMA-ES in generations of its own, ranked by dominance number and then hypervolume
    /// contribution among all points told.
    std::string strategy = "lamoo";
    LamooOptions lamoo;
};

/// Over lower <= x <= upper, for `gains` objectives. Throws UsageError for an unknown name, and std::invalid_argument
/// for a box that is none.
std::unique_ptr<BoxStrategy> make_box_strategy(const BoxSearchOptions& options, const Eigen::VectorXd& lower,
                                               const Eigen::VectorXd& upper, int gains, std::uint64_t seed);

}  // namespace cenas

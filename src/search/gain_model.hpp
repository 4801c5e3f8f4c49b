// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "kernels/rng/philox.hpp"
#include "search/cell_inputs.hpp"
#include "search/expected_improvement.hpp"
#include "search/gaussian_process.hpp"
#include "search/strategy.hpp"

namespace cenas {

/// What was told of one gain, and what Gaussian processes make of it. A cell that is not connected has an output that
/// does not depend on its input: it cannot achieve what others do, though it costs what it costs. So models of what
/// networks achieve hold connected ones alone; the others share the mean of their results, and before there is one,
/// every gain from the reference to the smallest of the connected ones is as likely.
class GainModel {
  public:
    /// `members`: processes with priors of different length scales, whose beliefs are mixed evenly.
    explicit GainModel(const CandidateObjective& objective, int members = 1);

    void tell(CellIndex cell, double gain);
    /// The same for many, before anything else is asked of the model but fit().
    void tell_first(std::span<const CellIndex> cells, std::span<const double> gains);
    /// Fits hyper-parameters to what was told.
    void fit();
    /// What is believed once these cells, which are in training, come out as expected. Those of earlier calls are
    /// forgotten.
    void set_pending(std::span<const CellIndex> cells);
    /// The expected gain of a cell.
    double expected(CellIndex cell) const;
    /// What a training of each of these cells would measure. The model must outlive the belief, and not change
    /// meanwhile.
    Belief belief(const std::vector<CellIndex>& cells) const;

    /// One of the worlds in which what was told could have been measured.
    struct World {
        std::vector<double> gains;  ///< without noise, of the cells that were asked for
        Belief belief;              ///< of the gains without noise of all candidates, given these
    };
    /// So many of them; `known`: cells that were told or are pending. The processes take turns.
    std::vector<World> draw_worlds(std::span<const CellIndex> known, const std::vector<CellIndex>& cells, int count,
                                   Random& random) const;

    void exchange(StateArchive& archive);

  private:
    struct Member {
        GaussianProcessParameters prior;
        GaussianProcessParameters parameters;
        GaussianProcess process;
    };
    Eigen::Index point(CellIndex cell) const { return inputs_->point_of[static_cast<std::size_t>(cell)]; }
    void rebuild();
    void standardize();
    double unconnected_improvement(double level) const;
    Eigen::ArrayXd by_cell(const std::vector<CellIndex>& cells, const Eigen::ArrayXd& mean,
                           const Eigen::ArrayXd& deviation, double level) const;
    std::vector<World> draw_worlds(const Member& member, std::span<const CellIndex> known,
                                   const std::vector<CellIndex>& cells, int count, Random& random) const;

    const CellInputs* inputs_;
    double ceiling_;
    Observations observed_;            // targets are gains
    std::vector<double> unconnected_;  // gains of cells that are no points of the model
    std::optional<GainTransform> transform_;
    std::vector<Member> members_;
};

/// Predicts how long a training takes, from those told: linear in the numbers of a cell's operations, by ridge
/// regression.
class CostModel {
  public:
    void tell(CellIndex cell, double cost_s);
    /// Of every cell, > 0. Without anything told, 1.
    Eigen::ArrayXd predict(const std::vector<CellIndex>& cells) const;
    void exchange(StateArchive& archive) { archive(cells_, costs_); }

  private:
    std::vector<CellIndex> cells_;
    std::vector<double> costs_;
};

}  // namespace cenas

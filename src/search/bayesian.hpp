// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

// Bayesian optimization with Gaussian processes over all cells. What is proposed has the largest expected hypervolume
// improvement (expected_improvement.hpp), per second of its training if asked.

#include <optional>
#include <vector>

#include "search/candidate_pool.hpp"
#include "search/cell_inputs.hpp"
#include "search/expected_improvement.hpp"
#include "search/gaussian_process.hpp"

namespace cenas {

/// What was told of one gain, and the Gaussian process that follows from it. A cell that is not connected has an output
/// that does not depend on its input: it cannot achieve what others do, though it costs what it costs. So models of what
/// networks achieve hold connected ones alone; the others share the mean of their results, and before there is one,
/// every gain from the reference to the smallest of the connected ones is as likely.
class GainModel {
  public:
    GainModel(const CandidateObjective& objective);

    void tell(CellIndex cell, double gain);
    /// Fits hyper-parameters to what was told.
    void fit();
    /// What is believed once these cells, which are in training, come out as expected. Those of earlier calls are forgotten.
    void set_pending(std::span<const CellIndex> cells);
    /// The expected gain of a cell.
    double expected(CellIndex cell) const;
    /// Of these cells; the model must outlive the belief and not change meanwhile.
    Belief belief(const std::vector<CellIndex>& cells) const;
    void exchange(StateArchive& archive);

  private:
    Eigen::Index point(CellIndex cell) const { return inputs_->point_of[static_cast<std::size_t>(cell)]; }
    void rebuild();
    void standardize();
    double unconnected_improvement(double level) const;

    const CellInputs* inputs_;
    double ceiling_;
    Observations observed_;         // targets are gains
    std::vector<double> unconnected_;  // gains of cells that are no points of the model
    GaussianProcessParameters parameters_;
    std::uint64_t fits_ = 0;
    std::optional<GainTransform> transform_;
    std::optional<GaussianProcess> process_;
};

/// Predicts how long a training takes, from those told: linear in the numbers of a cell's operations, by ridge regression.
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

class BayesianSearch final : public Strategy {
  public:
    BayesianSearch(const SearchOptions& options, const Candidates& candidates, int objectives, std::uint64_t seed);

    std::optional<Proposal> ask() override;
    void exclude(CellIndex cell) override { pool_.take(cell); }
    void tell(const Outcome& outcome) override;
    void update() override;
    void exchange(StateArchive& archive) override;

  private:
    std::vector<double> front_with_pending() const;
    Eigen::ArrayXd acquisition(const std::vector<CellIndex>& cells);

    BayesianOptions options_;
    const Candidates* candidates_;
    CandidatePool pool_;
    std::size_t objectives_;
    std::uint64_t seed_;
    std::uint64_t asks_ = 0;
    std::vector<std::optional<GainModel>> models_;  // by objective; none: it is known
    CostModel cost_;
    std::vector<double> gains_;  // told, row-major
    std::vector<CellIndex> pending_;
    std::uint64_t told_ = 0, fitted_ = 0;
};

}  // namespace cenas

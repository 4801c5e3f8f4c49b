// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

namespace cenas {

/// Work that runs on one GPU at a time and may be interrupted at will.
struct BoundTask {
    double seconds = 0;
    double watts = 0;
};

/// Work, GPUs, and what turns power into grams.
struct BoundProblem {
    std::vector<BoundTask> tasks;
    int gpus = 1;
    double idle_w = 0;   ///< of a GPU: the least it draws, also while it works or switches
    double other_w = 0;  ///< beside the GPUs, until the end
    double pue = 1;
    double embodied_g_per_s = 0;  ///< of all GPUs, until the end
    double step_s = 3600;         ///< of the trace
};

/// What does not depend on the trace.
struct BoundWeights {
    std::vector<double> joules;  ///< above idling, of the work in the cleanest step, in the second cleanest, ...; falls
    double shortest_s = 0;       ///< before this no schedule ends
    double base_w = 0;           ///< drawn until the end, whatever is done
    double pue = 1;
    double embodied_g_per_s = 0;
    double step_s = 3600;
};

/// Needs gpus >= 1, step_s > 0, seconds >= 0, and tasks that draw idle_w or more.
BoundWeights bound_weights(const BoundProblem& problem);

/// Grams (CO2e, PUE and embodied share included) that no schedule of the work on these steps (gCO2e/kWh) can undercut,
/// less a billionth, so that rounding does not either; infinity if the work does not fit into them.
///
/// Proof. Relax the schedule: tasks need not wait for one another, and interrupting is free. (1) Within a step any
/// amounts x_j of the tasks can be done if and only if x_j <= s and sum x_j <= G s (McNaughton, "Scheduling with
/// deadlines and loss functions", Management Science 6, 1959): s the step's length, G the GPUs. Which work can be done
/// in a set A of steps is a transportation problem, so the most, f(A), is a minimal cut: with m of its n steps cut from
/// the sink, f = min over m of [m G s + sum_j min(p_j, (n - m) s)]. It depends on n alone. In brackets stands a concave
/// function of m, which is smallest at m = 0 or m = n: f(n) = min(n G s, sum_j min(p_j, n s)). (2) f is submodular, as
/// the value of a maximal flow into a set of sinks is, so the totals a schedule can have in its steps are the base
/// polytope of a polymatroid, on which a linear cost is least for the greedy (Edmonds, 1970): f(i) - f(i - 1) seconds
/// of work in the i-th cleanest step. For tasks of one power this is the cheapest placement of their work. (3) For
/// several powers P_1 > P_2 > ... > P_r, and P_(r+1) = idle: the cost above idling is the sum over c of (P_c - P_(c+1))
/// times that of the tasks that draw P_c or more, each of which (2) bounds by itself. (4) Idle GPUs, what is drawn
/// beside them, and the embodied share go on until the end T >= shortest_s = max(longest task, all work / G). A
/// schedule that ends within the n-th step draws those at least until max(shortest_s, (n - 1) s), and does its work in
/// the first n steps, which (3) bounds. The least over n of the sum bounds every schedule.
///
/// Without idle power, other power and embodied share, and for tasks of one power, it is the optimum of the relaxation.
double lower_bound(const BoundWeights& weights, std::span<const double> intensities);

}  // namespace cenas

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT

// LaMOO with each of its samplers against the sampler alone, in the published settings (Zhao et al., ICLR 2022, and
// their code): 10 random points, then 5 at a time. Prints log10 of the hypervolume that is missing, mean and 95 %
// interval over seeds, beside what the authors' poster shows; and the time of a tree and a proposal.
//
//     lamoo speed                                processor ms of a rebuild and a proposal by number of samples
//     lamoo PROBLEM SAMPLER EVALUATIONS SEEDS    branin-currin, vehicle-safety or nb201; random, cma-es or qnehvi
//
// nb201 reads nas/nb201_cifar.csv.gz from the folder that CENAS_SHARED_DATA names.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <exception>
#include <functional>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "eval/import_table.hpp"
#include "pareto/archive.hpp"
#include "search/box_search.hpp"
#include "search/lamoo.hpp"
#include "search/strategy.hpp"
#include "support/box_problems.hpp"

namespace {

using namespace cenas;

double processor_ms() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return 1e3 * static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_nsec);
}

struct Setting {
    LamooOptions lamoo;
    double hv_max = 0;
    int objectives = 0;
    double unit = 1;  // of the published hypervolume, in ours
};

/// log10 of what is missing after each evaluation.
using Curve = std::vector<double>;

constexpr int initial = 10, batch = 5;

/// Ten points, then five at a time: `ask` gives the gains of the next point, `update` learns.
Curve curve(const Setting& setting, int evaluations, const std::function<std::vector<double>()>& ask,
            const std::function<void()>& update) {
    ParetoArchive front(setting.objectives);
    Curve missing;
    for (int i = 0; i < evaluations; ++i) {
        if (i >= initial && (i - initial) % batch == 0) update();
        front.add(ask());
        missing.push_back(std::log10(setting.unit * std::max(setting.hv_max - front.hypervolume(), 1e-12)));
    }
    return missing;
}

LamooOptions published(const std::string& kernel, double exploration, const std::string& sampler) {
    LamooOptions options;
    options.kernel = kernel;
    options.exploration = exploration;
    options.leaf_size = 15;
    options.depth = 50;  // without a limit
    options.sampler = sampler;
    return options;
}

Curve search_box(const BoxProblem& problem, const Setting& setting, const std::string& strategy, int evaluations,
                 std::uint64_t seed) {
    const auto search =
        make_box_strategy({strategy, setting.lamoo}, problem.lower, problem.upper, problem.objectives, seed);
    std::vector<std::pair<Eigen::VectorXd, std::vector<double>>> outcomes;  // told together, at the end of the batch
    return curve(
        setting, evaluations,
        [&] {
            const Eigen::VectorXd x = search->ask();
            outcomes.emplace_back(x, problem.gains(x));
            return outcomes.back().second;
        },
        [&] {
            for (const auto& [x, gains] : outcomes) search->tell(x, gains);
            outcomes.clear();
            search->update();
        });
}

struct CellProblem {
    Candidates candidates;
    std::vector<double> gains;  // of each cell, by objective
    double hv_max = 0;
};

/// Accuracy and FLOPs of all cells, standardized, from the reference (-3, -6).
CellProblem nb201() {
    const char* folder = std::getenv("CENAS_SHARED_DATA");
    if (folder == nullptr)
        throw std::runtime_error("nb201 needs CENAS_SHARED_DATA, the folder with nas/nb201_cifar.csv.gz");
    TableSpec spec;
    spec.name = "nb201";
    spec.architecture = "arch_str";
    spec.objectives = {{"accuracy", {"c10_test_acc_200", 1, {}}, Direction::maximize, "%", false, {}},
                       {"flops", {"flops_m_c10", 1, {}}, Direction::minimize, "M", true, {}}};
    spec.evaluation_s.constant = 1;
    spec.sampling_s.constant = 1;
    const auto table = import_table(std::string(folder) + "/nas/nb201_cifar.csv.gz", spec);
    CellProblem problem{{table.cells, canonical_table(Identity::string), {{}, {}}, {}}, {}, 0};
    problem.gains.resize(2 * table.size());
    for (std::size_t k = 0; k < 2; ++k) {
        const auto& values = table.objectives[k].values;
        const Eigen::Map<const Eigen::ArrayXd> v(values.data(), static_cast<Eigen::Index>(values.size()));
        const double mean = v.mean(), deviation = std::sqrt((v - mean).square().mean());
        const double sign = k == 0 ? 1 : -1, reference = k == 0 ? -3 : -6;
        for (std::size_t i = 0; i < values.size(); ++i)
            problem.gains[2 * i + k] = sign * (values[i] - mean) / deviation - reference;
    }
    ParetoArchive all(2);
    for (std::size_t i = 0; i < table.size(); ++i) all.add(std::span(&problem.gains[2 * i], 2));
    problem.hv_max = all.hypervolume();
    return problem;
}

Curve search_cells(const CellProblem& problem, const Setting& setting, int evaluations, std::uint64_t seed) {
    Lamoo search(setting.lamoo, problem.candidates, 2, seed);
    std::vector<CellIndex> asked;
    const auto gains_of = [&](CellIndex cell) {
        return std::span(&problem.gains[2 * static_cast<std::size_t>(cell)], 2);
    };
    return curve(
        setting, evaluations,
        [&] {
            asked.push_back(search.ask()->cell);
            const auto gains = gains_of(asked.back());
            return std::vector<double>(gains.begin(), gains.end());
        },
        [&] {
            for (const CellIndex cell : asked) search.tell({cell, Fidelity::full, gains_of(cell)});
            asked.clear();
            search.update();
        });
}

/// Mean and half a 95 % interval (Student's t) of the curves at an evaluation.
std::string statistics(const std::vector<Curve>& curves, int evaluations) {
    constexpr double t[] = {0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228};
    const auto n = curves.size();
    double mean = 0, squares = 0;
    for (const auto& c : curves) mean += c[static_cast<std::size_t>(evaluations) - 1] / static_cast<double>(n);
    for (const auto& c : curves) squares += std::pow(c[static_cast<std::size_t>(evaluations) - 1] - mean, 2);
    if (n < 2) return fmt::format("{:.2f}", mean);
    const double half = (n - 1 < std::size(t) ? t[n - 1] : 1.96 + 2.5 / static_cast<double>(n - 1)) *
                        std::sqrt(squares / static_cast<double>(n - 1) / static_cast<double>(n));
    return fmt::format("{:.2f} +- {:.2f}", mean, half);
}

std::string poster(const std::string& problem, const std::string& method, int evaluations) {
    struct Row {
        std::string problem, method;
        int evaluations;
        const char* value;
    };
    static const Row rows[] = {
        {"nb201", "LaMOO qnehvi", 100, "-0.60"},          {"nb201", "qnehvi", 100, "-0.48"},
        {"nb201", "LaMOO cma-es", 1000, "-0.95"},         {"nb201", "cma-es", 1000, "-0.86"},
        {"vehicle-safety", "LaMOO qnehvi", 100, "0.09"},  {"vehicle-safety", "qnehvi", 100, "0.27"},
        {"vehicle-safety", "LaMOO cma-es", 1000, "1.55"}, {"vehicle-safety", "cma-es", 1000, "1.73"}};
    for (const Row& row : rows)
        if (row.problem == problem && row.method == method && row.evaluations == evaluations) return row.value;
    return "-";
}

void study(const std::string& name, const std::string& sampler, int evaluations, int seeds) {
    Setting setting;
    std::optional<BoxProblem> box;
    std::optional<CellProblem> cells;
    if (name == "nb201") {
        cells = nb201();
        setting = {published("poly", 6, sampler), cells->hv_max, 2, 8.06987476 / cells->hv_max};
    } else if (name == "branin-currin" || name == "vehicle-safety") {
        box = name == "branin-currin" ? branin_currin() : vehicle_safety();
        setting = {name == "branin-currin" ? published("poly", 6, sampler) : published("rbf", 18, sampler), box->hv_max,
                   box->objectives, 1};
    } else {
        throw std::runtime_error("unknown problem (allowed: branin-currin, vehicle-safety, nb201)");
    }
    for (const bool with : {true, false}) {
        const std::string method = with ? "LaMOO " + sampler : sampler;
        const double began = processor_ms();
        std::vector<Curve> curves;
        for (int seed = 0; seed < seeds; ++seed) {
            if (cells) {
                Setting own = setting;
                if (!with) own.lamoo.depth = 0;  // one region: all cells
                curves.push_back(search_cells(*cells, own, evaluations, static_cast<std::uint64_t>(seed)));
            } else {
                curves.push_back(
                    search_box(*box, setting, with ? "lamoo" : sampler, evaluations, static_cast<std::uint64_t>(seed)));
            }
        }
        for (const int at : {initial, 50, 100, 200, 500, 1000})
            if (at <= evaluations)
                fmt::print("{:<15}{:<14}{:>6} evaluations{:>18}   published {:>6}   {} seeds, {:.1f} CPU s a search\n",
                           name, method, at, statistics(curves, at), poster(name, method, at), seeds,
                           (processor_ms() - began) / 1000 / seeds);
        std::fflush(stdout);
    }
}

/// The made-up problem of tests/search: two gains that depend on all operations, against each other.
void speed() {
    const Candidates candidates{[] {
                                    std::vector<CellIndex> cells(cell_count);
                                    std::iota(cells.begin(), cells.end(), 0);
                                    return cells;
                                }(),
                                canonical_table(Identity::string),
                                {{}, {}},
                                {}};
    fmt::print("median processor ms over 21 seeds, cells, CE-NAS's settings (poly 4, depth 3)\n");
    fmt::print("{:>8}{:>12}{:>22}{:>22}\n", "samples", "tolerance", "tree rebuild", "first proposal");
    for (const int n : {100, 400, 800})
        for (const double tolerance : {0.1, 1e-3}) {
            std::vector<double> rebuild, ask;
            for (std::uint64_t seed = 0; seed < 21; ++seed) {
                LamooOptions options;
                options.tolerance = tolerance;
                Lamoo lamoo(options, candidates, 2, seed);
                Random random(seed, Stream::tests);
                for (int i = 0; i < n; ++i) {
                    const auto cell = static_cast<CellIndex>(random.below(cell_count));
                    const Eigen::VectorXd x = lamoo_features(cell);
                    lamoo.tell({cell, Fidelity::full,
                                std::vector<double>{x.sum() + 0.2 * x[0] * x[5], 7.0 - x.sum() - 0.5 * x[2]}});
                }
                double began = processor_ms();
                lamoo.update();
                rebuild.push_back(processor_ms() - began);
                began = processor_ms();
                lamoo.ask();
                ask.push_back(processor_ms() - began);
            }
            std::sort(rebuild.begin(), rebuild.end());
            std::sort(ask.begin(), ask.end());
            fmt::print("{:>8}{:>12}{:>22}{:>22}\n", n, tolerance,
                       fmt::format("{:.2f} ({:.2f}..{:.2f})", rebuild[10], rebuild.front(), rebuild.back()),
                       fmt::format("{:.3f} ({:.3f}..{:.3f})", ask[10], ask.front(), ask.back()));
        }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc == 2 && std::string(argv[1]) == "speed") {
            speed();
        } else if (argc == 5) {
            study(argv[1], argv[2], std::stoi(argv[3]), std::stoi(argv[4]));
        } else {
            fmt::print(stderr, "usage: lamoo speed | lamoo PROBLEM SAMPLER EVALUATIONS SEEDS\n");
            return 2;
        }
    } catch (const std::exception& e) {
        fmt::print(stderr, "lamoo: {}\n", e.what());
        return 1;
    }
    return 0;
}

// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT

// What the Pareto core takes beside pagmo2, which is asked for the same of the same points in turn. Processor time of
// one thread, the median over the repetitions; pagmo gets its points in its own form, may change them, and checks
// nothing. Prints figures; asserts nothing.
//
//     pareto [POINTS] [LARGEST M]     default 1000, 4

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <pagmo/utils/hypervolume.hpp>
#include <pagmo/utils/multi_objective.hpp>
#include <string>
#include <vector>

#include "pareto/archive.hpp"
#include "pareto/boxes.hpp"
#include "pareto/fronts.hpp"
#include "pareto/hypervolume.hpp"
#include "pareto/make_fronts.hpp"

namespace {

using namespace cenas;

double processor_seconds() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Milliseconds of two programs that do the same in turn, each at least three times and until both have had half a
/// second.
struct Times {
    double ours, theirs;
};
template <class Ours, class Prepare, class Theirs>
Times compare(const Ours& ours, const Prepare& prepare, const Theirs& theirs) {
    std::vector<double> a, b;
    for (double spent = 0; a.size() < 3 || (spent < 0.5 && a.size() < 1000);) {
        const double began = processor_seconds();
        ours();
        const double middle = processor_seconds();
        auto input = prepare();
        const double prepared = processor_seconds();
        theirs(input);
        const double ended = processor_seconds();
        a.push_back(middle - began);
        b.push_back(ended - prepared);
        spent += a.back() + b.back();
    }
    const auto median = [](std::vector<double>& v) {
        std::sort(v.begin(), v.end());
        return 1e3 * v[v.size() / 2];
    };
    return {median(a), median(b)};
}

std::vector<pagmo::vector_double> losses(const std::vector<double>& gains, std::size_t m) {
    std::vector<pagmo::vector_double> rows;
    for (std::size_t i = 0; i < gains.size(); i += m) {
        rows.emplace_back(m);
        for (std::size_t k = 0; k < m; ++k) rows.back()[k] = -gains[i + k];
    }
    return rows;
}

void print(const std::string& what, const std::string& shape, std::size_t m, Times times, double value, double theirs) {
    fmt::print("{:<16}{:<12}{:>2}{:>14.4f}{:>14.4f}{:>10.3f}   {:.12g} {:.12g}\n", what, shape, m, times.ours,
               times.theirs, times.ours / times.theirs, value, theirs);
    std::fflush(stdout);
}

void run(std::size_t n, std::size_t largest) {
    fmt::print("{} points; milliseconds of processor time, and both results\n", n);
    fmt::print("{:<16}{:<12}{:>2}{:>14}{:>14}{:>10}\n", "", "front", "m", "cenas", "pagmo2", "ratio");
    volatile double kept = 0;
    for (std::size_t m = 2; m <= largest; ++m)
        for (const std::string shape : {"spherical", "linear", "convex", "cube"}) {
            const auto points = make_front(shape, n, m, 1);
            const int objectives = static_cast<int>(m);
            const pagmo::vector_double reference(m, 0.0);
            double ours = 0, theirs = 0;
            const auto prepare = [&] {
                pagmo::hypervolume hv(losses(points, m), false);
                hv.set_copy_points(false);
                return hv;
            };
            auto times = compare([&] { ours = hypervolume(points, objectives); }, prepare,
                                 [&](auto& hv) { theirs = hv.compute(reference); });
            print("hypervolume", shape, m, times, ours, theirs);
            if (m <= 3) {
                times = compare([&] { ours = hypervolume_contributions(points, objectives)[0]; }, prepare,
                                [&](auto& hv) { theirs = hv.contributions(reference)[0]; });
                print("contributions", shape, m, times, ours, theirs);
            }
            times = compare([&] { ours = front_ranks(points, objectives).back(); }, [&] { return losses(points, m); },
                            [&](auto& rows) {
                                theirs =
                                    static_cast<double>(std::get<3>(pagmo::fast_non_dominated_sorting(rows)).back());
                            });
            print("ranks", shape, m, times, ours, theirs);
            if (m > 4) continue;
            const double began = processor_seconds();
            ParetoArchive archive(objectives);
            for (std::size_t i = 0; i < n; ++i) archive.add(std::span(points).subspan(i * m, m));
            const double middle = processor_seconds();
            const std::size_t boxes = non_dominated_boxes(points, objectives).lower.size() / m;
            fmt::print("{:<16}{:<12}{:>2}{:>14.4f}   point by point, {} left; {} boxes of them: {:.4f}\n", "archive",
                       shape, m, 1e3 * (middle - began), archive.points().size() / m, boxes,
                       1e3 * (processor_seconds() - middle));
            kept = kept + archive.hypervolume();
        }
}

}  // namespace

int main(int argc, char** argv) {
    run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000, argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 4);
    return 0;
}

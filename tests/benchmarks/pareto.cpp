// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT

// What the Pareto core takes beside pagmo2, which is asked for the same of the same points in turn: processor time of
// one thread, medians over repetitions. Every repetition has a front of its own, since a processor learns the branches
// of a sort that it sees again; pagmo gets its points in its own form, may change them, and checks nothing. Prints
// figures; asserts nothing.
//
//     pareto [POINTS] [LARGEST M]     default 1000, 4

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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

/// Seconds that a call takes.
template <class Call>
double seconds_of(const Call& call) {
    const double began = processor_seconds();
    call();
    return processor_seconds() - began;
}

/// What is measured: n points of m objectives.
struct Run {
    std::string shape;
    std::size_t n, m;

    /// Median milliseconds of some programs. `one(front)` returns their seconds; it is asked with the fronts of seeds
    /// 1, 2,
    /// ..., at least three times and until half a second is spent.
    template <class One>
    std::vector<double> medians(std::size_t programs, const One& one) const {
        std::vector<std::vector<double>> seconds(programs);
        double spent = 0;
        for (std::uint64_t seed = 1; seed <= 3 || (spent < 0.5 && seed <= 1000); ++seed) {
            const auto times = one(make_front(shape, n, m, seed));
            for (std::size_t p = 0; p < programs; ++p) {
                seconds[p].push_back(times[p]);
                spent += times[p];
            }
        }
        std::vector<double> ms;
        for (auto& s : seconds) {
            std::sort(s.begin(), s.end());
            ms.push_back(1e3 * s[s.size() / 2]);
        }
        return ms;
    }

    void print_beside(const std::string& what, const std::vector<double>& ms, double difference) const {
        fmt::print("{:<16}{:<12}{:>2}{:>14.4f}{:>14.4f}{:>10.3f}{:>14.1e}\n", what, shape, m, ms[0], ms[1],
                   ms[0] / ms[1], difference);
        std::fflush(stdout);
    }
    void print(const std::string& what, double ms) const {
        fmt::print("{:<16}{:<12}{:>2}{:>14.4f}\n", what, shape, m, ms);
        std::fflush(stdout);
    }
};

std::vector<pagmo::vector_double> losses(const std::vector<double>& gains, std::size_t m) {
    std::vector<pagmo::vector_double> rows;
    for (std::size_t i = 0; i < gains.size(); i += m) {
        rows.emplace_back(m);
        for (std::size_t k = 0; k < m; ++k) rows.back()[k] = -gains[i + k];
    }
    return rows;
}

pagmo::hypervolume pagmo_hypervolume(const std::vector<double>& gains, std::size_t m) {
    pagmo::hypervolume hv(losses(gains, m), false);
    hv.set_copy_points(false);
    return hv;
}

void compare_hypervolume(const Run& run) {
    double difference = 0;
    const auto ms = run.medians(2, [&](const std::vector<double>& front) {
        double ours = 0, theirs = 0;
        auto hv = pagmo_hypervolume(front, run.m);
        const pagmo::vector_double reference(run.m, 0.0);
        const std::vector<double> seconds{seconds_of([&] { ours = hypervolume(front, static_cast<int>(run.m)); }),
                                          seconds_of([&] { theirs = hv.compute(reference); })};
        difference = std::max(difference, std::abs(ours - theirs) / theirs);
        return seconds;
    });
    run.print_beside("hypervolume", ms, difference);
}

/// The difference is relative to the largest contribution.
void compare_contributions(const Run& run) {
    double difference = 0;
    const auto ms = run.medians(2, [&](const std::vector<double>& front) {
        std::vector<double> ours, theirs;
        auto hv = pagmo_hypervolume(front, run.m);
        hv.set_copy_points(true);  // else it answers in an order of its own
        const pagmo::vector_double reference(run.m, 0.0);
        const std::vector<double> seconds{
            seconds_of([&] { ours = hypervolume_contributions(front, static_cast<int>(run.m)); }),
            seconds_of([&] { theirs = hv.contributions(reference); })};
        const double largest = *std::max_element(theirs.begin(), theirs.end());
        for (std::size_t i = 0; i < run.n; ++i)
            difference = std::max(difference, std::abs(ours[i] - theirs[i]) / largest);
        return seconds;
    });
    run.print_beside("contributions", ms, difference);
}

/// The difference is that of the largest ranks.
void compare_ranks(const Run& run) {
    double difference = 0;
    const auto ms = run.medians(2, [&](const std::vector<double>& front) {
        std::vector<int> ours;
        std::vector<pagmo::pop_size_t> theirs;
        const auto rows = losses(front, run.m);
        const std::vector<double> seconds{
            seconds_of([&] { ours = front_ranks(front, static_cast<int>(run.m)); }),
            seconds_of([&] { theirs = std::get<3>(pagmo::fast_non_dominated_sorting(rows)); })};
        for (std::size_t i = 0; i < run.n; ++i)
            difference = std::max(difference, std::abs(ours[i] - static_cast<double>(theirs[i])));
        return seconds;
    });
    run.print_beside("ranks", ms, difference);
}

/// Points that arrive one by one, and the boxes of all.
void time_archive_and_boxes(const Run& run) {
    const auto ms = run.medians(2, [&](const std::vector<double>& front) {
        ParetoArchive archive(static_cast<int>(run.m));
        return std::vector<double>{seconds_of([&] {
                                       for (std::size_t i = 0; i < run.n; ++i)
                                           archive.add(std::span(front).subspan(i * run.m, run.m));
                                   }),
                                   seconds_of([&] { non_dominated_boxes(archive.points(), static_cast<int>(run.m)); })};
    });
    run.print("archive", ms[0]);
    run.print("boxes", ms[1]);
}

}  // namespace

int main(int argc, char** argv) {
    const std::size_t n = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1000;
    const std::size_t largest = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 4;
    fmt::print("{} points; medians in milliseconds; the largest relative difference of the results\n", n);
    fmt::print("{:<16}{:<12}{:>2}{:>14}{:>14}{:>10}{:>14}\n", "", "front", "m", "cenas", "pagmo2", "ratio",
               "difference");
    for (std::size_t m = 2; m <= largest; ++m)
        for (const std::string shape : {"spherical", "linear", "convex", "cube"}) {
            const Run run{shape, n, m};
            compare_hypervolume(run);
            if (m <= 3) compare_contributions(run);
            if (m <= 4) compare_ranks(run);
            if (m <= 4) time_archive_and_boxes(run);
        }
    return 0;
}

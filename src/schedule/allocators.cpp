// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.hpp"
#include "kernels/rng/philox.hpp"
#include "schedule/allocator.hpp"

namespace cenas {
namespace {

/// Vanilla NAS: every GPU trains.
class AllEvaluate final : public Allocator {
  public:
    Allocation decide(const AllocatorView& view) override { return {view.gpus, 0}; }
};

/// One-shot NAS: every GPU samples until the last `train_last_h` hours, in which all train the shortlist.
class AllSample final : public Allocator {
  public:
    explicit AllSample(const ScheduleOptions& options) : train_last_(hours(options.train_last_h)) {}
    Allocation decide(const AllocatorView& view) override {
        const bool training_time = view.now >= view.end - train_last_;
        return training_time ? Allocation{view.gpus, 0} : Allocation{0, view.gpus};
    }

  private:
    Seconds train_last_;
};

/// `evaluate` GPUs train, the others sample or idle, whatever the intensity.
class Fixed final : public Allocator {
  public:
    explicit Fixed(const ScheduleOptions& options)
        : evaluate_(options.evaluate), sample_rest_(options.rest == "sample") {}
    Allocation decide(const AllocatorView& view) override {
        const int evaluate = std::min(evaluate_, view.gpus);
        return {evaluate, sample_rest_ ? view.gpus - evaluate : 0};
    }

  private:
    int evaluate_;
    bool sample_rest_;
};

/// The cleanest and the dirtiest step of the window.
struct Extremes {
    double low;
    double high;
};
Extremes extremes_of(const AllocatorView& view) {
    if (view.window.empty()) return {view.intensity, view.intensity};
    const auto [low, high] = std::minmax_element(view.window.begin(), view.window.end());
    return {*low, *high};
}

/// CE-NAS's heuristic (Zhao and Guo, HotCarbon 2023): the share of GPUs that evaluate is
/// lambda_e = (C_max - C) / (C_max - C_min), all of them where the window is flat. GPUs are whole: lambda_e * G is
/// rounded to the nearest integer, halves up.
class Shares final : public Allocator {
  public:
    Allocation decide(const AllocatorView& view) override {
        const auto [low, high] = extremes_of(view);
        if (high <= low) return {view.gpus, 0};
        const double wanted = view.gpus * (high - view.intensity) / (high - low);
        const int evaluate = std::clamp(static_cast<int>(std::floor(wanted + 0.5)), 0, view.gpus);
        return {evaluate, view.gpus - evaluate};
    }
};

/// The heuristic baseline: all GPUs evaluate up to a threshold between the window's extremes, above it all sample.
class Switch final : public Allocator {
  public:
    explicit Switch(const ScheduleOptions& options) : threshold_(options.threshold) {}
    Allocation decide(const AllocatorView& view) override {
        const auto [low, high] = extremes_of(view);
        const bool clean = view.intensity - low <= threshold_ * (high - low);
        return clean ? Allocation{view.gpus, 0} : Allocation{0, view.gpus};
    }

  private:
    double threshold_;
};

/// The action set of CE-NAS (Zhao et al., NeurIPS 2024) under a uniform random policy: action a in 0..9 gives
/// max(floor(G a / 10), 1) GPUs to evaluation, the rest to sampling.
class RandomActions final : public Allocator {
  public:
    explicit RandomActions(std::uint64_t seed) : seed_(seed) {}
    Allocation decide(const AllocatorView& view) override {
        constexpr int actions = 10;
        Random random(seed_, Stream::allocation, decisions_++);
        const int action = static_cast<int>(random.below(actions));
        const int evaluate = std::max(view.gpus * action / actions, 1);
        return {evaluate, view.gpus - evaluate};
    }

  private:
    std::uint64_t seed_;
    std::uint64_t decisions_ = 0;
};

/// `evaluate` GPUs train in the cheapest `quantile` of the window's steps: those whose intensity is at most the
/// ceil(quantile * n)-th smallest. The other GPUs, and all in the other steps, sample or idle.
class Cheapest final : public Allocator {
  public:
    explicit Cheapest(const ScheduleOptions& options)
        : evaluate_(options.evaluate), quantile_(options.quantile), sample_rest_(options.rest == "sample") {}
    Allocation decide(const AllocatorView& view) override {
        const int evaluate = is_cheap(view) ? std::min(evaluate_, view.gpus) : 0;
        return {evaluate, sample_rest_ ? view.gpus - evaluate : 0};
    }

  private:
    bool is_cheap(const AllocatorView& view) const {
        if (view.window.empty()) return true;
        std::vector<double> sorted(view.window.begin(), view.window.end());
        const auto wanted = static_cast<std::ptrdiff_t>(std::ceil(quantile_ * static_cast<double>(sorted.size())));
        const auto last = sorted.begin() + std::max<std::ptrdiff_t>(wanted, 1) - 1;
        std::nth_element(sorted.begin(), last, sorted.end());
        return view.intensity <= *last;
    }

    int evaluate_;
    double quantile_;
    bool sample_rest_;
};

}  // namespace

std::unique_ptr<Allocator> make_allocator(const ScheduleOptions& options, std::uint64_t seed) {
    if (options.allocator == "all-evaluate") return std::make_unique<AllEvaluate>();
    if (options.allocator == "all-sample") return std::make_unique<AllSample>(options);
    if (options.allocator == "fixed") return std::make_unique<Fixed>(options);
    if (options.allocator == "shares") return std::make_unique<Shares>();
    if (options.allocator == "switch") return std::make_unique<Switch>(options);
    if (options.allocator == "random-actions") return std::make_unique<RandomActions>(seed);
    if (options.allocator == "cheapest") return std::make_unique<Cheapest>(options);
    throw UsageError(
        fmt::format("unknown allocator '{}' (allowed: all-evaluate, all-sample, fixed, shares, switch, "
                    "random-actions, cheapest)",
                    options.allocator));
}

bool is_blind(const ScheduleOptions& options) {
    const std::string& name = options.allocator;
    return name == "all-evaluate" || name == "all-sample" || name == "fixed" || name == "random-actions";
}

}  // namespace cenas

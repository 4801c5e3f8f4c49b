// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace cenas {

/// The volume that one box [0, x] x [0, y] x [0, z] has to itself among others, by a sweep down z: what is left of the
/// rectangle [0, x] x [0, y] is strips, of which every other box met cuts a corner off (Emmerich, Fonseca, "Computing
/// Hypervolume Contributions in Low Dimensions: Asymptotically Optimal Algorithm and Complexity Results", EMO 2011). A
/// sum of positive terms, so that its relative error is that of a few roundings, however small it is. A cut opens one
/// strip at most, and those it closes are gone, but for one: n cuts take O(n log n), and moving up the strips behind.
class ExclusiveVolume {
  public:
    ExclusiveVolume() = default;
    ExclusiveVolume(double x, double y, double z) { reset(x, y, z); }

    void reset(double x, double y, double z) {
        x_ = x;
        y_ = y;
        volume_ = 0;
        strips_.assign(1, {0, 0, z});
    }
    /// From z = `level` down, [0, x] x [0, y] belongs to another, too. Levels must not rise, nor exceed the box's z.
    void cut(double x, double y, double level) {
        const auto first =
            std::partition_point(strips_.begin(), strips_.end(), [x](const Strip& strip) { return strip.left >= x; });
        if (first == strips_.end() || first->bottom >= y) return;
        const double bottom = first->bottom;
        auto last = first;
        for (; last != strips_.end() && last->bottom < y; ++last) close(last, y, level);
        if (top(last - 1) > y) (--last)->bottom = y;
        if (x >= x_) {
            strips_.erase(first, last);
        } else if (first == last) {
            strips_.insert(first, {x, bottom, level});
        } else {
            *first = {x, bottom, level};
            strips_.erase(first + 1, last);
        }
    }
    /// Whether nothing is left below the last level.
    bool exhausted() const { return strips_.empty(); }
    /// Down to z = `level`, or where the box ends: what it has had to itself.
    double volume_above(double level) {
        for (auto strip = strips_.begin(); strip != strips_.end(); ++strip) close(strip, y_, level);
        strips_.clear();
        return volume_;
    }

  private:
    /// [left, x] x [bottom, bottom of the next one or y], its own since the sweep was at `since`.
    struct Strip {
        double left, bottom, since;  // from strip to strip left falls, bottom rises
    };
    using Place = std::vector<Strip>::iterator;

    double top(Place strip) const { return strip + 1 != strips_.end() ? strip[1].bottom : y_; }
    /// Books what lies below y.
    void close(Place strip, double y, double level) {
        volume_ += (x_ - strip->left) * (std::min(y, top(strip)) - strip->bottom) * (strip->since - level);
    }

    double x_ = 0, y_ = 0, volume_ = 0;
    std::vector<Strip> strips_;
};

}  // namespace cenas

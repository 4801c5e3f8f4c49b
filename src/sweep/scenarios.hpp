// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/deck_value.hpp"
#include "engine/options.hpp"

namespace cenas {

/// Keys of a deck that take new values together.
struct SweepAxis {
    std::vector<std::string> keys;
    std::vector<std::vector<DeckValue>> values;  ///< by position, then by key
};

/// What is left out: searches for which all of this holds.
struct SweepExclusion {
    struct Condition {
        std::string key;  ///< one of an axis, "method" or "trace"
        std::vector<DeckValue> any_of;
    };
    std::vector<Condition> all_of;
};

/// The combinations of the values of all axes, the last axis fastest. Without axes there is one, the deck as it stands.
struct Scenarios {
    std::vector<SweepAxis> axes;
    std::vector<SweepExclusion> exclusions;
    /// What the deck says in a scenario. Throws UsageError for values that it refuses. Any thread may call it.
    std::function<Options(std::int64_t scenario)> options;

    std::int64_t count() const {
        std::int64_t product = 1;
        for (const auto& axis : axes) product *= std::ssize(axis.values);
        return product;
    }
    /// Which value of the axis a scenario has.
    std::size_t position(std::size_t axis, std::int64_t scenario) const {
        for (std::size_t a = axes.size() - 1; a > axis; --a) scenario /= std::ssize(axes[a].values);
        return static_cast<std::size_t>(scenario % std::ssize(axes[axis].values));
    }
};

}  // namespace cenas

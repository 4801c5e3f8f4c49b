// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#include "pareto/archive.hpp"

#include <algorithm>

#include "pareto/gains.hpp"
#include "pareto/hypervolume.hpp"
#include "pareto/rows.hpp"

namespace cenas {

void ParetoArchive::add(std::span<const double> gains) {
    if (!inside_reference(gains)) return;
    std::size_t place = 0;  // rows before it come first, or one equals it
    for (std::size_t end = size(); place < end;) {
        const std::size_t middle = (place + end) / 2;
        const double* other = row(middle);
        if (std::lexicographical_compare(other, other + objectives_, gains.begin(), gains.end()))
            end = middle;
        else
            place = middle + 1;
    }
    if (objectives_ == 2)
        add_to_staircase(place, gains.data());
    else
        add_to_front(place, gains.data());
}

/// The area is the sum over the points (x, y), by falling x, of x y - x (y of the point before).
void ParetoArchive::add_to_staircase(std::size_t place, const double* gains) {
    double below = place > 0 ? row(place - 1)[1] : 0.0;
    if (below >= gains[1]) return;
    hypervolume_.add_product(gains[0], gains[1]);
    hypervolume_.add_product(-gains[0], below);
    std::size_t end = place;
    for (; end < size() && row(end)[1] <= gains[1]; ++end) {
        hypervolume_.add_product(-row(end)[0], row(end)[1]);
        hypervolume_.add_product(row(end)[0], below);
        below = row(end)[1];
    }
    if (end < size()) {
        hypervolume_.add_product(row(end)[0], below);
        hypervolume_.add_product(-row(end)[0], gains[1]);
    }
    if (end > place) {
        std::copy_n(gains, 2, iterator(place));
        points_.erase(iterator(place + 1), iterator(end));
    } else {
        points_.insert(iterator(place), gains, gains + 2);
    }
}

void ParetoArchive::add_to_front(std::size_t place, const double* gains) {
    for (std::size_t i = 0; i < place; ++i)
        if (covers(row(i), gains, objectives_)) return;
    hypervolume_.add(hypervolume_improvement({gains, objectives_}, points_, static_cast<int>(objectives_)));
    remove_covered(points_, gains, objectives_);  // only such as come later
    points_.insert(iterator(place), gains, gains + objectives_);
}

}  // namespace cenas

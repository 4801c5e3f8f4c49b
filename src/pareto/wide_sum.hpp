// SPDX-FileCopyrightText: 2026 the cenas developers
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

namespace cenas {

/// A running sum of about 106 bits, as two doubles (Dekker, "A Floating-Point Technique for Extending the Available
/// Precision", Numerische Mathematik 18, 1971; products by fused multiply-add: Ogita, Rump, Oishi, "Accurate Sum and
/// Dot Product", SIAM J. Sci. Comput. 26(6), 2005, algorithm 3.5). The same bits on every machine.
class WideSum {
  public:
    void add(double term) {
        const double sum = high_ + term;
        const double of_term = sum - high_;
        low_ += (high_ - (sum - of_term)) + (term - of_term);
        high_ = sum + low_;
        low_ += sum - high_;
    }
    void add_product(double a, double b) {
        const double product = a * b;
        add(product);
        add(std::fma(a, b, -product));
    }
    double value() const { return high_; }

  private:
    double high_ = 0, low_ = 0;
};

}  // namespace cenas

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""The bootstrap against distributions that are known exactly, and against theory."""

import math
import unittest

import numpy as np

import support  # noqa: F401  (finds the scripts)

import cenas_h5


class BootstrapMean(unittest.TestCase):
    def test_two_values(self):
        # The mean of two draws from {0, 1} is 0, 1/2, 1 with probability 1/4, 1/2, 1/4.
        self.assertEqual(cenas_h5.bootstrap_mean([0, 1], level=0.9)[:3], (0.5, 0.0, 1.0))
        self.assertEqual(cenas_h5.bootstrap_mean([0, 1], level=0.4)[:3], (0.5, 0.5, 0.5))

    def test_three_values(self):
        # Of three draws from {0, 0, 3}, B(3, 1/3) are 3, so the mean is 0, 1, 2, 3 with cumulative probability
        # 8/27 = 0.296, 20/27 = 0.741, 26/27 = 0.963, 1.
        for level, low, high in ((0.95, 0, 3), (0.9, 0, 2), (0.5, 0, 2), (0.4, 1, 1)):
            interval = cenas_h5.bootstrap_mean([0, 0, 3], level=level)
            self.assertEqual((interval.low, interval.high), (low, high), level)

    def test_large_sample_is_normal(self):
        values = np.random.default_rng(5).normal(10.0, 2.0, 400)
        interval = cenas_h5.bootstrap_mean(values)
        half = 1.95996 * values.std() / math.sqrt(len(values))
        self.assertAlmostEqual(interval.value, values.mean())
        self.assertAlmostEqual(interval.low, values.mean() - half, delta=0.03 * half)
        self.assertAlmostEqual(interval.high, values.mean() + half, delta=0.03 * half)
        self.assertEqual(interval.seeds, 400)

    def test_coverage(self):
        # Percentile intervals of 20 values are a little narrow: theory gives about 0.93 here.
        rng = np.random.default_rng(11)
        hits = 0
        for _ in range(400):
            interval = cenas_h5.bootstrap_mean(rng.normal(0.0, 1.0, 20), n=1000)
            hits += interval.low <= 0.0 <= interval.high
        self.assertGreater(hits / 400, 0.89)
        self.assertLess(hits / 400, 0.97)

    def test_one_value_has_no_interval(self):
        interval = cenas_h5.bootstrap_mean([3.0])
        self.assertEqual((interval.value, interval.seeds), (3.0, 1))
        self.assertTrue(math.isnan(interval.low) and math.isnan(interval.high))

    def test_repeatable(self):
        values = [1.0, 4.0, 2.5, 7.0]
        self.assertEqual(cenas_h5.bootstrap_mean(values), cenas_h5.bootstrap_mean(values))
        self.assertNotEqual(cenas_h5.bootstrap_mean(values, seed=1, n=50), cenas_h5.bootstrap_mean(values, n=50))

    def test_refusals(self):
        for values in ([], [1.0, math.inf], [math.nan], [[1.0, 2.0]]):
            with self.assertRaises(ValueError):
                cenas_h5.bootstrap_mean(values)


class PairedDifference(unittest.TestCase):
    def test_common_noise_cancels(self):
        noise = np.random.default_rng(2).normal(0.0, 10.0, 8)
        a = {seed: noise[seed] + 3.0 for seed in range(8)}
        b = {seed: noise[seed] for seed in range(8)}
        difference = cenas_h5.paired_bootstrap_difference(a, b)
        for value in difference[:3]:
            self.assertAlmostEqual(value, 3.0)
        self.assertEqual(difference.seeds, 8)

    def test_pairs_by_seed_not_by_order(self):
        difference = cenas_h5.paired_bootstrap_difference({2: 20.0, 1: 10.0, 9: 0.0}, {1: 1.0, 2: 2.0, 7: 5.0})
        self.assertEqual(difference.value, ((10 - 1) + (20 - 2)) / 2)
        self.assertEqual(difference.seeds, 2)

    def test_is_the_bootstrap_of_the_differences(self):
        a, b = [3.0, 8.0, 1.0, 4.0], [1.0, 9.0, 0.0, 2.0]
        expected = cenas_h5.bootstrap_mean(np.subtract(a, b))
        self.assertEqual(cenas_h5.paired_bootstrap_difference(a, b), expected)

    def test_refusals(self):
        for a, b in (([1.0], [1.0, 2.0]), ({1: 1.0}, {2: 1.0})):
            with self.assertRaises(ValueError):
                cenas_h5.paired_bootstrap_difference(a, b)


class Band(unittest.TestCase):
    def test_is_the_interval_at_each_point(self):
        curves = np.random.default_rng(4).normal(size=(6, 5)).cumsum(axis=1)
        mean, low, high = cenas_h5.bootstrap_band(curves)
        for k in range(5):
            np.testing.assert_allclose((mean[k], low[k], high[k]), cenas_h5.bootstrap_mean(curves[:, k])[:3])

    def test_one_curve_has_no_band(self):
        mean, low, high = cenas_h5.bootstrap_band([[1.0, 2.0]])
        np.testing.assert_array_equal(mean, [1.0, 2.0])
        self.assertTrue(np.all(np.isnan(low)) and np.all(np.isnan(high)))


if __name__ == "__main__":
    unittest.main()

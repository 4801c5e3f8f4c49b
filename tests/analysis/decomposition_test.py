# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""The split of the carbon is exact, and what it says at equal hypervolume and equal carbon holds in the raw log."""

import math
import unittest

import numpy as np

from support import run_file

import cenas_h5
import comparison
import decomposition
from decomposition import Spent


def compare(*names: str, **options) -> comparison.Comparison:
    return comparison.compare([cenas_h5.open_run(run_file(name)) for name in names], **options)


def all_parts(name: str):
    found = compare(name)
    for trace in found.traces:
        for group in found.others_on(trace):
            yield group, found.baseline_on(trace), decomposition.decompose(group, found.baseline_on(trace))


class Split(unittest.TestCase):
    def test_product_is_exact(self):
        for name in ("usual", "paper", "ends_early", "many"):
            for _, _, part in all_parts(name):
                for split in (part.at_end, part.at_equal_hypervolume):
                    f = split.factors
                    product = f.trainings.value * f.energy_per_training.value * f.carbon_per_kwh.value
                    self.assertAlmostEqual(product / f.carbon.value, 1.0, places=12)
                    self.assertAlmostEqual(f.timing.value * f.embodied.value / f.carbon_per_kwh.value, 1.0, places=12)

    def test_end_is_the_quotient_of_the_means(self):
        for group, baseline, part in all_parts("usual"):
            own, other = group.values("carbon_kg"), baseline.values("carbon_kg")
            quotient = np.mean(list(own.values())) / np.mean(list(other.values()))
            self.assertAlmostEqual(part.at_end.factors.carbon.value, quotient)
            self.assertAlmostEqual(part.at_end.method.kg, np.mean(list(own.values())))
            self.assertAlmostEqual(part.at_end.method.kwh, np.mean(list(group.values("energy_kwh").values())))

    def test_initial_trainings_count_where_they_are_booked(self):
        for name, initial in (("usual", 10), ("paper", 0)):
            for group, _, part in all_parts(name):
                trainings = np.mean(list(group.values("evaluations").values()))
                self.assertAlmostEqual(part.at_end.method.trainings, trainings + initial)

    def test_operational_grams_follow_the_intensity(self):
        """Without embodied grams and with equal PUE, `timing` is the ratio of energy-weighted intensities."""
        for group, baseline, part in all_parts("usual"):
            weighted = []
            for g in (group, baseline):
                logs = [g.run.search(i).intervals for i in g.rows]
                joules = [log["joules"].sum(axis=1) for log in logs]
                grams = sum((j * log["intensity"]).sum() for j, log in zip(joules, logs))
                weighted.append(grams / sum(j.sum() for j in joules))
            self.assertAlmostEqual(part.at_end.factors.timing.value, weighted[0] / weighted[1], places=10)

    def test_known_numbers(self):
        method, baseline = np.array([[10.0, 20.0, 4.0, 2.0]]), np.array([[40.0, 40.0, 16.0, 12.0]])
        values = decomposition.ratios(method.sum(axis=0), baseline.sum(axis=0))
        np.testing.assert_allclose([float(v) for v in values], [0.25, 0.25, 2.0, 0.5, 1 / 3, 1.5])

    def test_ratio_to_nothing_is_nan(self):
        nothing = np.array(Spent(0, 0, 0, 0), dtype=float)
        values = decomposition.ratios(np.array(Spent(1, 2, 3, 3), dtype=float), nothing)
        self.assertTrue(all(math.isnan(float(value)) for value in values))

    def test_same_method_against_itself(self):
        found = compare("usual")
        baseline = found.baseline_on("CISO")
        part = decomposition.decompose(baseline, baseline)
        for split in (part.at_end, part.at_equal_hypervolume):
            for factor in split.factors:
                np.testing.assert_allclose(factor[:3], 1.0)
        self.assertEqual(part.at_equal_carbon.difference[:3], (0.0, 0.0, 0.0))
        self.assertEqual(part.reached, 3)

    def test_one_seed_has_no_intervals(self):
        for _, _, part in all_parts("one_seed"):
            self.assertTrue(all(math.isnan(factor.low) for factor in part.at_end.factors))

    def test_no_common_seed(self):
        found = compare("one_seed", "other_seeds")
        groups = found.on_trace("CISO")
        self.assertIsNone(decomposition.decompose(groups[-1], groups[0]))


class AtEqualHypervolume(unittest.TestCase):
    def test_both_reach_the_lower_level_and_not_before(self):
        for group, baseline, _ in all_parts("usual"):
            for own, other in zip(group.rows, baseline.rows):
                finals = [g.run.searches["hypervolume"][i] for g, i in ((group, own), (baseline, other))]
                for g, i in ((group, own), (baseline, other)):
                    spent = decomposition.spent_at_hypervolume(g.run, i, min(finals))
                    curve = g.run.hv_curve(i, "carbon")
                    self.assertGreaterEqual(curve.at(spent.kg), min(finals) * (1 - 1e-12))
                    self.assertLess(curve.at(spent.kg * (1 - 1e-9)), min(finals))

    def test_level_that_is_never_reached(self):
        run = cenas_h5.open_run(run_file("one_search"))
        with self.assertRaisesRegex(ValueError, "never reaches"):
            decomposition.spent_at_hypervolume(run, 0, run.hv_max * 2)

    def test_embodied_grams_grow_with_time(self):
        for name, rate in (("usual", 10.0 * 8), ("paper", 0.0)):
            run = cenas_h5.open_run(run_file(name))
            for hours in (0.0, 0.5, 3.25, 16.0):
                self.assertAlmostEqual(decomposition.embodied_grams_until(run, 0, hours * 3600), rate * hours)

    def test_seeds_that_reach_the_baseline(self):
        for group, baseline, part in all_parts("usual"):
            own, other = group.values("hypervolume"), baseline.values("hypervolume")
            self.assertEqual(part.reached, sum(own[seed] >= other[seed] for seed in own))


class AtEqualCarbon(unittest.TestCase):
    def test_reads_both_at_the_smaller_amount(self):
        for group, baseline, part in all_parts("usual"):
            differences = []
            for own, other in zip(group.rows, baseline.rows):
                kg = min(group.run.searches["carbon_kg"][own], baseline.run.searches["carbon_kg"][other])
                reached = []
                for g, i in ((group, own), (baseline, other)):
                    log = g.run.search(i).evaluations
                    before = (log["finished"] == 1) & (log["search_grams"] <= kg * 1000 * (1 + 1e-12))
                    reached.append(math.log10(g.run.hv_max - log["hypervolume"][before].max(initial=0.0)))
                differences.append(reached[0] - reached[1])
            self.assertAlmostEqual(part.at_equal_carbon.difference.value, np.mean(differences))


class Comparing(unittest.TestCase):
    def test_floor_replaces_minus_infinity(self):
        found = compare("reaches_hv_max")
        group = found.on_trace("CISO")[0]
        self.assertEqual(group.seeds_at_floor(), 2)
        self.assertEqual(set(group.log_differences().values()), {math.log10(1e-6 * group.run.hv_max)})

    def test_labels_only_where_names_clash(self):
        found = compare("usual", "other_seeds")
        self.assertEqual(
            found.methods,
            ("vanilla (usual)", "vanilla (other_seeds)", "one-shot", "heuristic-switch")
            + ("ce-nas (usual)", "ce-nas (other_seeds)"),
        )
        self.assertEqual(found.traces, ("CISO", "DE"))
        self.assertEqual(found.baseline, "vanilla (usual)")

    def test_baseline_by_name_or_label(self):
        self.assertEqual(compare("usual", baseline="ce-nas").baseline, "ce-nas")
        self.assertEqual(compare("usual", "other_seeds", baseline="one-shot").baseline, "one-shot")
        for wanted, found in (("vanilla", "vanilla (usual)"), ("ce-nas (other_seeds)", "ce-nas (other_seeds)")):
            self.assertEqual(compare("usual", "other_seeds", baseline=wanted).baseline, found)
        with self.assertRaisesRegex(
            comparison.ChoiceError, "--baseline vanila: no such method .there are: vanilla .usual., vanilla .other_"
        ):
            compare("usual", "other_seeds", baseline="vanila")

    def test_unlike_files_are_refused_unless_forced(self):
        for other, what in (("other_table", "tables"), ("marginal", "signals"), ("three_objectives", "objectives")):
            with self.assertRaisesRegex(cenas_h5.RunFileError, f"is not comparable with .*: {what}.* differ"):
                compare("one_seed", other)
            forced = compare("one_seed", other, force=True)
            self.assertTrue(any(note.startswith("Forced:") for note in forced.notes))

    def test_differing_settings_are_noted(self):
        notes = compare("usual", "paper").notes
        self.assertEqual(len(notes), 1)
        self.assertIn("accounting (full, paper)", notes[0])

    def test_file_named_twice(self):
        with self.assertRaisesRegex(comparison.ChoiceError, "is named twice"):
            compare("one_seed", "one_seed")


if __name__ == "__main__":
    unittest.main()

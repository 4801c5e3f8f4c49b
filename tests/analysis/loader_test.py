# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""cenas_h5: reading run files, curves and fronts, and what it says of files that are no run files."""

import importlib.util
import os
import shutil
import unittest

import h5py
import numpy as np

from support import FOLDER, RECIPES, run_file

import cenas_h5
import make_run_file


def hypervolume_by_counting(gains: np.ndarray) -> float:
    """Area that two-objective points dominate: cells of the grid of their own coordinates, counted one by one."""
    xs, ys = (np.unique(np.append(gains[:, k], 0.0)) for k in (0, 1))
    area = 0.0
    for x0, x1 in zip(xs, xs[1:]):
        for y0, y1 in zip(ys, ys[1:]):
            if np.any((gains[:, 0] >= x1) & (gains[:, 1] >= y1)):
                area += (x1 - x0) * (y1 - y0)
    return area


class OpenRun(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.run_ = cenas_h5.open_run(run_file("usual"))

    def test_head(self):
        run = self.run_
        self.assertEqual(run.accounting, "full")
        self.assertEqual(run.gpus, 8)
        self.assertEqual(run.horizon_s, 16 * 3600)
        self.assertEqual(run.start.isoformat(), "2021-07-02T06:00:00+00:00")
        self.assertEqual(run.methods, ("vanilla", "one-shot", "heuristic-switch", "ce-nas"))
        self.assertEqual([trace.name for trace in run.traces], ["CISO", "DE"])
        self.assertEqual(run.objectives[1], cenas_h5.Objective("energy", "minimize", "mJ", 50.0))
        self.assertEqual(run.components[0], "evaluation")
        self.assertTrue(run.synthetic)
        self.assertEqual(run.table.cells, 15625)
        self.assertEqual(run.provenance["ranks"], 1)
        self.assertIn("hours = 80", run.deck)

    def test_searches_are_all_combinations(self):
        searches = self.run_.searches
        self.assertEqual(len(searches), 4 * 2 * 3)
        found = {(str(s["method"]), str(s["trace"]), int(s["seed"])) for s in searches}
        self.assertEqual(len(found), len(searches))
        np.testing.assert_allclose(searches["carbon_kg"], searches["carbon_g"] / 1000)
        np.testing.assert_allclose(searches["energy_kwh"], searches["energy_j"] / 3.6e6)

    def test_by_seed(self):
        values = self.run_.by_seed("carbon_kg", "ce-nas", "DE")
        self.assertEqual(sorted(values), [1, 2, 3])
        row = self.run_.searches[
            (self.run_.searches["method"] == "ce-nas")
            & (self.run_.searches["trace"] == "DE")
            & (self.run_.searches["seed"] == 2)
        ][0]
        self.assertEqual(values[2], row["carbon_kg"])

    def test_logs_belong_to_their_search(self):
        for i, row in enumerate(self.run_.searches):
            search = self.run_.search(i)
            np.testing.assert_allclose(search.intervals["joules"].sum(), row["energy_j"])
            grams = search.intervals["grams"].sum() + search.intervals["embodied_grams"].sum()
            np.testing.assert_allclose(grams, row["carbon_g"])
            trained = (search.evaluations["finished"] == 1) & (search.evaluations["initial"] == 0)
            self.assertEqual(trained.sum(), row["evaluations"])
            self.assertEqual(len(search.intervals["start_s"]), 16)

    def test_architectures(self):
        evaluations = self.run_.search(0).evaluations
        self.assertEqual(self.run_.architectures[0], "|none~0|+|none~0|none~1|+|none~0|none~1|none~2|")
        self.assertEqual(evaluations["architecture"][0], self.run_.architectures[evaluations["cell"][0]])

    def test_search_out_of_range(self):
        with self.assertRaisesRegex(IndexError, "search 24: the file has 24"):
            self.run_.search(24)

    def test_pandas_where_it_is_there(self):
        try:
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("pandas is not installed")
        frame = self.run_.to_pandas()
        self.assertEqual(len(frame), 24)
        self.assertAlmostEqual(frame["hypervolume"].sum(), self.run_.searches["hypervolume"].sum())

    def test_empty_run(self):
        run = cenas_h5.open_run(run_file("no_searches"))
        self.assertEqual(len(run.searches), 0)


class Curves(unittest.TestCase):
    def test_monotone_and_complete(self):
        for name in ("usual", "paper", "ends_early"):
            run = cenas_h5.open_run(run_file(name))
            for i, row in enumerate(run.searches):
                ends = {"time": row["end_s"] / 3600, "carbon": row["carbon_kg"], "energy": row["energy_kwh"]}
                for against, end in ends.items():
                    curve = run.hv_curve(i, against)
                    self.assertTrue(np.all(np.diff(curve.x) > 0))
                    self.assertTrue(np.all(np.diff(curve.hypervolume) >= 0))
                    self.assertEqual(curve.x[0], 0.0)
                    self.assertAlmostEqual(curve.x[-1], end)
                    self.assertEqual(curve.hypervolume[-1], row["hypervolume"])

    def test_free_initial_architectures_count_from_zero_grams(self):
        run = cenas_h5.open_run(run_file("paper"))
        evaluations = run.search(0).evaluations
        initial = evaluations["hypervolume"][evaluations["initial"] == 1].max()
        self.assertEqual(run.hv_curve(0, "carbon").hypervolume[0], initial)
        self.assertEqual(run.hv_curve(0, "time").hypervolume[0], 0.0)

    def test_value_holds_between_evaluations(self):
        curve = cenas_h5.Curve(np.array([0.0, 1.0, 3.0]), np.array([0.0, 5.0, 7.0]))
        np.testing.assert_array_equal(curve.at([-1, 0, 0.99, 1, 2.9, 3, 3.1]), [np.nan, 0, 0, 5, 5, 7, np.nan])

    def test_unknown_axis(self):
        run = cenas_h5.open_run(run_file("one_search"))
        with self.assertRaisesRegex(ValueError, "against='money' .allowed: time, carbon, energy"):
            run.hv_curve(0, "money")

    def test_log_difference(self):
        np.testing.assert_allclose(cenas_h5.hv_log_difference(100.0, [0.0, 90.0, 99.9]), [2.0, 1.0, -1.0])
        self.assertEqual(cenas_h5.hv_log_difference(100.0, 100.0), -np.inf)
        self.assertEqual(cenas_h5.hv_log_difference(100.0, 100.0 + 1e-12), -np.inf)
        run = cenas_h5.open_run(run_file("usual"))
        expected = cenas_h5.hv_log_difference(run.hv_max, run.searches["hypervolume"])
        np.testing.assert_allclose(run.searches["hv_log_difference"], expected)


class Fronts(unittest.TestCase):
    def test_front_has_the_hypervolume_of_the_search(self):
        run = cenas_h5.open_run(run_file("usual"))
        for i in range(0, len(run.searches), 5):
            gains = run.gains(run.pareto_front(i)["objectives"])
            self.assertAlmostEqual(hypervolume_by_counting(gains), run.searches["hypervolume"][i], places=6)

    def test_front_is_sorted_and_finished(self):
        front = cenas_h5.open_run(run_file("usual")).pareto_front(0)
        self.assertTrue(np.all(np.diff(front["objectives"][:, 0]) < 0))
        self.assertTrue(np.all(front["finished"] == 1))

    def test_trainings_of_fewer_epochs_are_on_no_front(self):
        path = os.path.join(FOLDER, "low.h5")
        shutil.copyfile(run_file("usual"), path)
        best = cenas_h5.open_run(path).pareto_front(0)["cell"][0]
        with h5py.File(path, "r+") as file:
            file["evaluation/low"][...] = file["evaluation/cell"][...] == best
        front = cenas_h5.open_run(path).pareto_front(0)
        self.assertNotIn(best, front["cell"])
        self.assertGreater(len(front["cell"]), 0)

    def test_non_dominated_by_definition(self):
        rng = np.random.default_rng(3)
        for objectives in (1, 2, 3, 4):
            gains = rng.integers(0, 6, (60, objectives)).astype(float)  # with ties and equal points
            expected = [
                i
                for i in range(60)
                if not any(
                    np.all(gains[j] >= gains[i]) and (np.any(gains[j] > gains[i]) or j < i) for j in range(60) if j != i
                )
            ]
            self.assertEqual(list(cenas_h5.non_dominated(gains)), expected)

    def test_non_dominated_of_nothing(self):
        self.assertEqual(len(cenas_h5.non_dominated(np.empty((0, 2)))), 0)


class Refusals(unittest.TestCase):
    """Each wrong file gives one line that names it and what is wrong."""

    def refused(self, path: str, pattern: str) -> None:
        with self.assertRaisesRegex(cenas_h5.RunFileError, pattern) as caught:
            cenas_h5.open_run(path)
        self.assertTrue(str(caught.exception).startswith(path))
        self.assertNotIn("\n", str(caught.exception))

    def changed(self, change) -> str:
        path = os.path.join(FOLDER, "changed.h5")
        shutil.copyfile(run_file("one_search"), path)
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    def test_missing_file(self):
        self.refused(os.path.join(FOLDER, "nowhere.h5"), "no such file")

    def test_folder(self):
        self.refused(FOLDER, "is a folder")

    def test_text_file(self):
        path = os.path.join(FOLDER, "text.h5")
        with open(path, "w", encoding="utf-8") as file:
            file.write("method,trace\n")
        self.refused(path, "not a readable HDF5 file")

    def test_file_cut_off_anywhere(self):
        with open(run_file("one_search"), "rb") as file:
            whole = file.read()
        path = os.path.join(FOLDER, "cut.h5")
        for part in np.linspace(0, len(whole) - 1, 25).astype(int):
            with open(path, "wb") as file:
                file.write(whole[:part])
            self.refused(path, "not a readable HDF5 file")

    def test_foreign_file(self):
        path = os.path.join(FOLDER, "foreign.h5")
        with h5py.File(path, "w") as file:
            file["x"] = 1
        self.refused(path, "not a cenas run file .its format is None")

    def test_table_file(self):
        path = self.changed(lambda file: file.attrs.__setitem__("format", np.bytes_(b"cenas-table")))
        self.refused(path, "not a cenas run file .its format is 'cenas-table', expected 'cenas-run'")

    def test_other_version(self):
        self.refused(self.changed(lambda file: file.attrs.__setitem__("format_version", 1)), "format version 1")

    def test_every_missing_dataset(self):
        with h5py.File(run_file("one_search"), "r") as file:
            names = []
            file.visititems(lambda name, item: names.append("/" + name) if isinstance(item, h5py.Dataset) else None)
        self.assertGreater(len(names), 40)
        for name in names:
            with self.subTest(name):
                self.refused(self.changed(lambda file: file.__delitem__(name)), f"no dataset '{name}'")

    def test_every_missing_attribute(self):
        with h5py.File(run_file("one_search"), "r") as file:
            names = [name for name in file.attrs if name != "format"]
        for name in names:
            with self.subTest(name):
                self.refused(self.changed(lambda file: file.attrs.__delitem__(name)), f"no attribute '{name}'")

    def replace(self, name: str, data) -> str:
        def change(file):
            del file[name]
            file[name] = data

        return self.changed(change)

    def test_wrong_lengths_and_values(self):
        self.refused(self.replace("/search/seed", [1, 2]), "'/search/seed' has shape 2, expected 1")
        self.refused(self.replace("/evaluation/joules", [[1.0]]), "'/evaluation/joules' has shape 1 x 1")
        self.refused(self.replace("/search/method", [5]), r"'/search/method' holds an index outside \[0, 1\)")
        self.refused(self.replace("/search/evaluation_offset", [0, 3]), "does not divide the .* rows of /evaluation")
        self.refused(self.replace("/search/hypervolume", np.array([b"x"])), "'/search/hypervolume' is not numeric")
        self.refused(self.replace("/method/name", [1.0]), "'/method/name' is not text")
        self.refused(self.replace("/objective/direction", np.array([b"up", b"down"])), "objective direction 'up'")
        self.refused(self.replace("/scenario/problem", [1]), r"'/scenario/problem' holds an index outside \[0, 1\)")
        self.refused(self.replace("/scenario/pue", np.array([b"low"])), "'/scenario/pue' is not numeric")
        path = self.changed(lambda file: file.attrs.__setitem__("shard", np.bytes_(b"first")))
        self.refused(path, "attribute 'shard' is 'first', not a number")

    def test_a_summary_has_no_logs(self):
        path = self.changed(lambda file: file.attrs.__setitem__("record", np.bytes_(b"summary")))
        self.refused(path, "is a summary")
        self.assertEqual(len(cenas_h5.open_sweep(path).searches), 1)


class Scenarios(unittest.TestCase):
    """Sweeps with axes: one scenario with its logs, or all without."""

    @classmethod
    def setUpClass(cls):
        cls.path = os.path.join(FOLDER, "scenarios.h5")
        make_run_file.write_run_file(cls.path, RECIPES["usual"])
        with h5py.File(cls.path, "r+") as file:  # the same searches again, with 16 GPUs
            group = file["scenario"]
            for name in list(group):
                twice = np.concatenate([group[name][()]] * 2)
                attributes = dict(group[name].attrs)
                del group[name]
                group[name] = twice
                group[name].attrs.update(attributes)
            group["gpus"][1] = 16
            count = len(file["search/index"])
            file["search/scenario"][count // 2 :] = 1
            file.attrs["axes"] = 3
            make_run_file.put(file, "axis/key", ["run.gpus", "run.start", "run.forecast"])
            make_run_file.put(file, "scenario/axis/run.gpus", [8, 16], dtype=np.int64)
            make_run_file.put(file, "scenario/axis/run.start", [1625205600, 1625292000],
                              "seconds since 1970-01-01 00:00:00Z", np.int64)
            make_run_file.put(file, "scenario/axis/run.forecast", ["perfect", "persistence"])

    def test_one_must_be_chosen(self):
        with self.assertRaisesRegex(cenas_h5.RunFileError, "holds 2 scenarios: choose one of 0 to 1"):
            cenas_h5.open_run(self.path)
        with self.assertRaisesRegex(cenas_h5.RunFileError, "scenario 2: the file has 0 to 1"):
            cenas_h5.open_run(self.path, 2)

    def test_each_has_its_searches_and_logs(self):
        whole = cenas_h5.open_run(run_file("usual"))
        runs = [cenas_h5.open_run(self.path, scenario) for scenario in (0, 1)]
        self.assertEqual([run.gpus for run in runs], [8, 16])
        self.assertEqual(runs[1].axes["run.gpus"], 16)
        self.assertEqual(runs[1].axes["run.forecast"], "persistence")
        self.assertEqual(sum(len(run.searches) for run in runs), len(whole.searches))
        first = len(runs[0].searches)
        self.assertEqual(runs[1].searches["seed"].tolist(), whole.searches["seed"][first:].tolist())
        for i in range(len(runs[1].searches)):
            np.testing.assert_array_equal(runs[1].search(i).evaluations["cell"], whole.search(first + i).evaluations["cell"])

    def test_all_at_once_have_a_column_for_each_axis(self):
        sweep = cenas_h5.open_sweep(self.path)
        self.assertEqual(set(sweep.axes), {"run.gpus", "run.start", "run.forecast"})
        chosen = sweep.searches[sweep.searches["run.gpus"] == 16]
        self.assertEqual(set(chosen["run.start"]), {np.datetime64("2021-07-03T06:00:00")})
        self.assertEqual(set(chosen["run.forecast"]), {"persistence"})
        if importlib.util.find_spec("pandas") is not None:
            self.assertEqual(sweep.to_pandas().shape[0], len(sweep.searches))


class TestData(unittest.TestCase):
    """The run files of these tests are what they claim to be."""

    def test_classes_of_pruned_networks(self):
        classes = make_run_file.pruned_class(make_run_file.operations())
        self.assertEqual(len(np.unique(classes)), 9445)

    def test_hypervolume_by_hand(self):
        # Two boxes that overlap, and three that are 2 x 1 x 1, 1 x 2 x 1 and 1 x 1 x 2: 1 + 3 outside of it.
        self.assertEqual(make_run_file.hypervolume(np.array([[2.0, 1.0], [1.0, 3.0], [0.5, 0.5]])), 4.0)
        self.assertEqual(make_run_file.hypervolume(np.array([[2.0, 1, 1], [1, 2, 1], [1, 1, 2]])), 4.0)
        self.assertEqual(make_run_file.hypervolume(np.array([[1.0, -1.0]])), 0.0)

    def test_equal_recipes_give_equal_files(self):
        runs = [cenas_h5.open_run(run_file("one_search"))]
        path = os.path.join(FOLDER, "again.h5")
        make_run_file.write_run_file(path, RECIPES["one_search"])
        runs.append(cenas_h5.open_run(path))
        self.assertEqual(runs[0].searches.tolist(), runs[1].searches.tolist())


if __name__ == "__main__":
    unittest.main()

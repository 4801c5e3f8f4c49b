# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""`cenas replay`: from a result to every region, hour and policy."""

import csv
import io
import os
import subprocess
import sys
import unittest

import h5py
import numpy
from program import SMALL_DECK, SOURCE, ProgramTest

# A few starts of two grids, so that a replay takes no time.
FEW = ("replay.starts=30", "replay.every_h=97")
TWO_TRACES = """\
[replay]
hours = 150
starts = 12
every_h = 24
from = 2021-03-01T06:00:00Z
forecast = "persistence"

[[trace]]
name = "SE"
source = "synthetic:SE"
[[trace]]
name = "DE"
source = "synthetic:DE"

[[policy]]
name = "at-once"
allocator = "all-evaluate"
[[policy]]
name = "three"
allocator = "cheapest"
evaluate = 3
quantile = 0.5
"""


class ReplayTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.run_file = self.path("run.h5")
        self.run_program("sweep", self.write("small.toml", SMALL_DECK), "-o", self.run_file)

    def replay(self, name, *more):
        out, _ = self.run_program("replay", self.run_file, "-o", self.path(name), *more)
        return out, self.path(name)

    def test_nine_regions_and_six_policies_without_a_deck(self):
        out, name = self.replay("r.h5", *FEW)
        for text in ("CISO (SYNTHETIC)", "agnostic", "suspend-resume-25", "threshold", "shares", "fixed-half",
                     "regret", "censored %", "search 0 (vanilla, recorded on CISO, seed 1)", name):
            self.assertIn(text, out)
        with h5py.File(name) as file:
            self.assertEqual(file["grams"].shape, (1, 9, 30, 6))
            self.assertEqual([d[0].name for d in file["grams"].dims], ["/search", "/region", "/start", "/policy"])
            self.assertEqual([d[0].name for d in file["lower_bound_g"].dims], ["/search", "/region", "/start"])
            self.assertEqual(file["region"][0], b"CISO")
            regret, censored = file["regret_g"][:], numpy.isnan(file["makespan_s"][:])
            self.assertTrue((regret[~censored] >= 0).all())
            self.assertTrue(numpy.isnan(regret[censored]).all())
            self.assertFalse(censored[..., 0].any())  # agnostic: five times the time it needs
            numpy.testing.assert_allclose(regret[~censored], (file["grams"][:] - file["lower_bound_g"][:][..., None])[~censored])
            self.assertEqual(file.attrs["source"], b"run.h5")

    def test_what_is_replayed_is_what_was_recorded(self):
        """Agnostic, at the recorded start and on the recorded grid: what vanilla emitted, but for what had not ended."""
        _, name = self.replay("r.h5", "replay.from=2021-07-02T06:00:00Z", "replay.starts=1")
        with h5py.File(self.run_file) as run, h5py.File(name) as replay:
            finished = run["evaluation/finished"][:run["search/evaluation_offset"][1]] == 1
            seconds = run["evaluation/gpu_s"][:finished.size][finished]
            numpy.testing.assert_allclose(numpy.sort(replay["training/gpu_s"][:]), numpy.sort(seconds))
            self.assertEqual(replay["recorded/left_out"][0], (~finished).sum())
            self.assertLessEqual(replay["makespan_s"][0, 0, 0, 0], 24 * 3600)
            self.assertAlmostEqual(replay["joules"][0, 0, 0, 0] / run["search/energy_j"][0], 1, delta=0.25)

    def test_a_deck_chooses_traces_policies_and_starts(self):
        deck = self.write("replay.toml", TWO_TRACES)
        out, name = self.replay("r.h5", "--deck", deck, "policy.three.quantile=0.75", "--search", "7", "--search", "4")
        self.assertIn("forecast persistence", out)
        with h5py.File(name) as file:
            self.assertEqual(file["grams"].shape, (2, 2, 12, 2))
            self.assertEqual(list(file["search"]), [7, 4])
            self.assertEqual(list(file["recorded/method"]), [b"ce-nas", b"vanilla"])
            self.assertEqual(list(file["policy_option/quantile"]), [0.25, 0.75])
            self.assertEqual(numpy.diff(file["start"][:]).tolist(), [86400] * 11)
            self.assertEqual(file.attrs["horizon_s"], 150 * 3600)
            self.assertEqual(file["deck"][0].decode(), TWO_TRACES)
        self.run_program("verify", name)

    def test_python_reads_it(self):
        _, name = self.replay("r.h5", *FEW, "--search", "3")
        sys.path.insert(0, os.path.join(SOURCE, "scripts", "analysis"))
        import cenas_h5

        replay = cenas_h5.open_replay(name)
        with h5py.File(name) as file:
            numpy.testing.assert_array_equal(replay.grams, file["grams"])
            self.assertEqual(replay.policies, tuple(map(bytes.decode, file["policy"])))
        self.assertEqual((replay.searches.tolist(), replay.gpus, replay.accounting, replay.synthetic), ([3], 4, "full", True))
        self.assertEqual(replay.starts[1] - replay.starts[0], numpy.timedelta64(97, "h"))
        self.assertEqual(replay.regions[0].name, "CISO")
        with self.assertRaisesRegex(cenas_h5.RunFileError, "not a cenas replay file"):
            cenas_h5.open_replay(self.run_file)

    def test_every_search_of_a_sweep(self):
        _, name = self.replay("r.h5", "--all", "replay.starts=2")
        with h5py.File(name) as file:
            self.assertEqual(list(file["search"]), list(range(8)))
            self.assertEqual(file["grams"].shape, (8, 9, 2, 6))
            self.assertEqual(sorted(set(file["recorded/method"])), [b"ce-nas", b"vanilla"])

    def test_a_scenario_is_replayed_with_its_own_gpus(self):
        axes = '[[axis]]\nkey = "run.gpus"\nvalues = [2, 4]\n'
        self.run_program("sweep", self.write("axes.toml", SMALL_DECK + axes), "-o", self.run_file, "--overwrite")
        rows = list(csv.DictReader(io.StringIO(self.run_program("info", self.run_file, "--csv")[0])))
        self.assertEqual([row["run.gpus"] for row in rows], ["2"] * 8 + ["4"] * 8)
        for search, gpus in ((0, 2), (8, 4)):
            with h5py.File(self.replay(f"{search}.h5", *FEW, "--search", str(search))[1]) as file:
                self.assertEqual(file.attrs["gpus"], gpus)

    def test_results_do_not_depend_on_threads(self):
        _, one = self.replay("one.h5", *FEW, "--threads", "1", "--search", "6")
        _, three = self.replay("three.h5", *FEW, "--threads", "3", "--search", "6")
        done = subprocess.run(["h5diff", "--exclude-path", "/provenance", one, three], capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_info_and_verify_know_the_file(self):
        out, name = self.replay("r.h5", *FEW)
        self.assertEqual(self.run_program("info", name)[0], out[:out.index("results:")])
        self.assertIn("1000 of 1620 scenarios done again", self.run_program("verify", name)[0])
        self.assert_refused(2, ["need a result file", "cenas-replay"], "info", name, "--csv")
        with h5py.File(name, "r+") as file:
            file["regret_g"][0, 3, 5, 0] += 1
        out, _ = self.assert_finds(name)
        self.assertIn("/regret_g: altered", out)

    def assert_finds(self, name):
        out, err = self.run_program("verify", name, code=3)
        self.assertIn("disagreement(s)", err)
        return out, err

    def test_the_default_output_is_named_after_the_run(self):
        out, _ = self.run_program("replay", self.run_file, "replay.starts=1")
        self.assertIn("results/run-replay.h5", out)
        self.assert_refused(2, ["results/run-replay.h5: exists already"], "replay", self.run_file, "replay.starts=1")
        self.run_program("replay", self.run_file, "replay.starts=1", "--overwrite")

    def test_paper_accounting_reads_back(self):
        deck = self.write("paper.toml", SMALL_DECK + '[accounting]\nmode = "paper"\naccount_from_h = 1\n')
        run, name = self.path("paper.h5"), self.path("r.h5")
        self.run_program("sweep", deck, "-o", run)
        out, _ = self.run_program("replay", run, "-o", name, "--all", "replay.starts=3")
        self.assertIn("paper accounting", out)
        with h5py.File(name) as file:
            self.assertEqual(list(file["component_power"]), [1000, 0, 0, 0, 0, 0])
            self.assertEqual(set(file["recorded/initial"]), {0})
        self.run_program("verify", name)

    def test_refusals(self):
        run = self.run_file
        self.assert_refused(2, ["--search 8: the file has searches 0 to 7"], "replay", run, "--search", "8")
        self.assert_refused(2, ["--all"], "replay", run, "--all", "--search", "1")
        self.assert_refused(2, ["unknown key 'replay.start'"], "replay", run, "replay.start=3")
        self.assert_refused(2, ["2 ranks (allowed: 1, with --threads)"], "replay", run, ranks=2)
        self.assert_refused(3, ["replay.hours = 1.25: must be whole steps of trace 'CISO' (3600 s)"], "replay", run,
                            "replay.hours=1.25")
        self.assert_refused(3, ["replay.every_h = 0.5: must be whole steps"], "replay", run, "replay.every_h=0.5")
        self.assert_refused(3, ["the first start 2021-01-01T00:30:00Z is not on a step of trace 'CISO'"], "replay", run,
                            "replay.from=2021-01-01T00:30:00Z")
        self.assert_refused(3, ["0 start(s) every 1 h have a horizon", "2023-01-01T00:00:00Z (1 asked for)"], "replay", run,
                            "replay.from=2022-12-31T00:00:00Z")
        self.assert_refused(3, ["26185 start(s)", "(99999 asked for)"], "replay", run, "replay.starts=99999")
        self.assert_refused(2, ["replay.device = \"cuda\"", "(allowed here: cpu)"], "replay", run, "replay.device=cuda")
        self.assert_refused(2, ["this is a replay deck, for cenas replay"], "check", self.write("r.toml", TWO_TRACES))
        self.assert_refused(3, ["no such file"], "replay", run, "--deck", self.write("m.toml", TWO_TRACES),
                            "trace.SE.source=missing.h5")
        _, name = self.replay("r.h5", "replay.starts=1")
        self.assert_refused(3, ["cenas-run"], "replay", name)


if __name__ == "__main__":
    unittest.main()

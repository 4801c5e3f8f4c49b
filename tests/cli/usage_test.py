# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""The command line itself: help, versions, exit codes, refusals."""

import os
import subprocess
import unittest

from program import CENAS, SMALL_DECK, SOURCE, ProgramTest


class UsageTest(ProgramTest):
    def test_help_and_version(self):
        out, _ = self.run_program("--help")
        for command in ("check", "sweep", "search", "info", "verify", "import"):
            self.assertIn(command, out)
        self.assertIn("Exit codes", out)
        self.assertIn("cenas 0.", self.run_program("--version")[0])
        for command in (("sweep",), ("search",), ("check",), ("info",), ("verify",), ("import", "trace"), ("import", "table")):
            self.assertIn("Usage", self.run_program(*command, "--help")[0])

    def test_help_is_said_once_on_several_ranks(self):
        out, _ = self.run_program("--help", ranks=3)
        self.assertEqual(out.count("Exit codes"), 1)

    def test_wrong_command_lines_end_with_2(self):
        for arguments in ((), ("fly",), ("sweep",), ("sweep", "a.toml", "--thread", "x"), ("import",), ("import", "trace", "x.csv"),
                          ("info", "a.h5", "--json", "--csv")):
            self.run_program(*arguments, code=2)

    def test_a_missing_deck_ends_with_2(self):
        self.assert_refused(2, ["nowhere.toml"], "sweep", "nowhere.toml")

    def test_a_reference_that_nothing_beats_is_refused(self):
        deck = self.write("small.toml", SMALL_DECK)
        self.assert_refused(2, ["no cell", "reference point"], "sweep", deck, "problem.objective.accuracy.reference=100")

    def test_accounting_cannot_begin_after_the_end(self):
        deck = self.write("small.toml", SMALL_DECK)
        self.assert_refused(2, ["account_from_h", "less than run.hours"], "sweep", deck, "run.hours=10.0001",
                            "accounting.mode=paper", "accounting.account_from_h=10")

    def test_results_that_cannot_be_printed_are_no_success(self):
        deck = self.write("small.toml", SMALL_DECK)
        with open("/dev/full", "w", encoding="utf-8") as full:
            done = subprocess.run([CENAS, "check", deck], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 4, done.stderr)
        self.assertIn("standard output", done.stderr)

    def test_errors_of_any_kind_on_one_rank_end_all(self):
        deck = self.write("small.toml", SMALL_DECK)
        sweep = [CENAS, "sweep", deck, "--output", self.path("a.h5")]
        done = subprocess.run(["mpirun", "-n", "1", *sweep, ":", "-n", "1", *sweep, "problem.table=" + 5000 * "x"],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertIn("rank 1:", done.stderr)
        self.assertNotEqual(done.returncode, 0)

    def test_deck_errors_are_said_once_and_end_with_2_on_every_rank(self):
        deck = self.write("bad.toml", SMALL_DECK.replace("gpus = 4", "gpsu = 4"))
        for ranks in (None, 1, 3):
            self.assert_refused(2, ["bad.toml:4", "gpsu", "gpus"], "sweep", deck, ranks=ranks)

    def test_overrides(self):
        deck = self.write("small.toml", SMALL_DECK)
        out, _ = self.run_program("check", deck, "run.seeds=7", "method.ce-nas.allocator=switch", "--dump")
        self.assertIn("seeds = 7", out)
        self.assertIn('allocator = "switch"', out)
        self.assert_refused(2, ["run.gpus", "-1"], "check", deck, "run.gpus=-1")
        self.assert_refused(2, ["method.nobody"], "check", deck, "method.nobody.evaluate=1")

    def test_check_prints_the_plan_and_touches_nothing(self):
        deck = self.write("small.toml", SMALL_DECK)
        before = sorted(os.listdir(self.folder))
        out, _ = self.run_program("check", deck, "--ranks", "5")
        for text in ("8: 1 scenario(s) x 2 trace(s) x 2 method(s) x 2 seed(s)", "SYNTHETIC", "searches that were tried", "rank 0 coordinates", "4 group(s)", "15625 of 15625"):
            self.assertIn(text, out)
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_a_horizon_that_leaves_the_trace_is_refused(self):
        deck = self.write("small.toml", SMALL_DECK.replace("2021-07-02", "2022-12-31"))
        self.assert_refused(3, ["CISO", "2023-01-01"], "sweep", deck)

    def test_an_objective_that_the_table_lacks_is_refused(self):
        deck = self.write("small.toml", SMALL_DECK.replace('"energy"', '"latency"'))
        self.assert_refused(2, ["latency", "accuracy, energy"], "sweep", deck)

    def test_files_that_are_not_ours_end_with_3(self):
        text = self.write("text.h5", "this is no HDF5 file")
        for command in ("info", "verify"):
            self.assert_refused(3, ["text.h5", "HDF5"], command, text)
            self.assert_refused(3, ["nowhere.h5", "no such file"], command, self.path("nowhere.h5"))
            self.assert_refused(3, ["folder"], command, self.folder)

    def test_truncated_results_end_with_3(self):
        deck = self.write("small.toml", SMALL_DECK)
        self.run_program("sweep", deck, "--output", self.path("a.h5"))
        size = os.path.getsize(self.path("a.h5"))
        with open(self.path("a.h5"), "rb") as stream:
            whole = stream.read()
        for part in (0, 1, 100, size // 2, size - 1):
            with open(self.path("cut.h5"), "wb") as stream:
                stream.write(whole[:part])
            self.assert_refused(3, ["cut.h5"], "verify", self.path("cut.h5"))

    def test_every_deck_that_comes_with_the_program_checks(self):
        for name in ("quickstart.toml", "search.toml"):
            self.run_program("check", os.path.join(SOURCE, "inputs", name))


if __name__ == "__main__":
    unittest.main()

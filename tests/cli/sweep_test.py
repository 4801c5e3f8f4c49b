# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Runs and results: the whole path from a deck to a file and its words."""

import csv
import io
import json
import os
import signal
import subprocess
import time
import unittest

from program import CENAS, DATA, SMALL_DECK, SOURCE, ProgramTest


class SweepFiles(ProgramTest):
    def assert_equal_files(self, a, b):
        done = subprocess.run(["h5diff", "--exclude-path", "/provenance", a, b], capture_output=True, text=True, check=False)
        self.assertEqual(done.stdout + done.stderr, "")
        self.assertEqual(done.returncode, 0)


class SweepTest(SweepFiles):
    def sweep(self, name, ranks=None, *more):
        deck = self.write("small.toml", SMALL_DECK)
        output = self.path(name)
        self.run_program("sweep", deck, "--output", output, *more, ranks=ranks)
        return output

    def test_results_do_not_depend_on_ranks_or_threads(self):
        one = self.sweep("one.h5")
        self.assert_equal_files(one, self.sweep("two.h5", 2))
        self.assert_equal_files(one, self.sweep("four.h5", 4))
        self.assert_equal_files(one, self.sweep("threads.h5", None, "--threads", "4"))

    def test_a_search_of_the_quickstart_trains_less_than_a_fifth_of_its_table(self):
        file = self.path("quickstart.h5")
        self.run_program("sweep", os.path.join(SOURCE, "inputs", "quickstart.toml"), "run.seeds=1", "--output", file)
        rows = list(csv.DictReader(io.StringIO(self.run_program("info", file, "--csv")[0])))
        self.assertEqual({row["table_synthetic"] for row in rows}, {"0"})
        for row in rows:
            self.assertLess(float(row["evaluations"]) + 10, float(row["table_cells"]) / 5, row["method"])

    def test_info_in_words_json_and_csv_agree(self):
        file = self.sweep("a.h5")
        words, _ = self.run_program("info", file)
        for text in ("SYNTHETIC", "vanilla", "ce-nas", "Pareto front", "nor_conv_3x3", "HV log difference"):
            self.assertIn(text, words)
        lines = [json.loads(line) for line in self.run_program("info", file, "--json")[0].splitlines()]
        rows = list(csv.DictReader(io.StringIO(self.run_program("info", file, "--csv")[0])))
        self.assertEqual(len(lines), 8)
        self.assertEqual(len(rows), 8)
        for line, row in zip(lines, rows):
            for key in ("method", "trace", "seed", "hypervolume", "hv_log_difference", "carbon_kg", "energy_kwh",
                        "gpu_hours", "evaluations"):
                self.assertIn(key, line)
                self.assertEqual(str(line[key]) if isinstance(line[key], str) else float(line[key]),
                                 row[key] if isinstance(line[key], str) else float(row[key]))
        self.assertEqual({(l["method"], l["trace"], l["seed"]) for l in lines},
                         {(m, t, s) for m in ("vanilla", "ce-nas") for t in ("CISO", "SE") for s in (1, 2)})

    def test_fronts_as_csv(self):
        rows = list(csv.DictReader(io.StringIO(self.run_program("info", self.sweep("a.h5"), "--front-csv")[0])))
        self.assertEqual({(r["method"], r["trace"], r["seed"]) for r in rows},
                         {(m, t, s) for m in ("vanilla", "ce-nas") for t in ("CISO", "SE") for s in ("1", "2")})
        one = [(float(r["accuracy"]), float(r["energy"])) for r in rows if (r["method"], r["trace"], r["seed"]) == ("ce-nas", "SE", "1")]
        self.assertEqual(one, sorted(one, reverse=True))  # better in one objective, worse in the other
        self.assertEqual([e for _, e in one], sorted((e for _, e in one), reverse=True))
        self.assertTrue(all(r["architecture"].startswith("|") and r["table_synthetic"] == "1" for r in rows))

    def test_the_study_deck_is_the_same_on_one_two_and_four_ranks(self):
        if not os.path.isdir(DATA):
            self.skipTest(f"no published data at {DATA}")
        data = [("table", "nas/nb201_cifar.csv.gz", "--spec", os.path.join(SOURCE, "inputs/tables/nb201_cifar10.toml")),
                ("trace", "carbon/electricitymaps_academic_US-CAL-CISO_2020_2022.csv.gz", "--fill", "linear", "--longest-fill", "7"),
                ("trace", "carbon/carboncast_hourly_2020_2021.csv.gz", "--column", "DE_lifecycle", "--signal", "average")]
        for name, (kind, file, *rest) in zip(("table", "CISO", "DE"), data):
            self.run_program("import", kind, os.path.join(DATA, file), *rest, "--output", self.path(name + ".h5"))
        for ranks in (1, 2, 4):
            self.run_program("sweep", os.path.join(SOURCE, "inputs/studies/hotcarbon.toml"), "run.seeds=1",
                             "problem.table=table.h5", "trace.CISO.source=CISO.h5", "trace.DE.source=DE.h5",
                             "--output", self.path(f"ranks{ranks}.h5"), ranks=ranks)
        for ranks in (2, 4):
            self.assert_equal_files(self.path("ranks1.h5"), self.path(f"ranks{ranks}.h5"))

    def test_a_result_that_appears_meanwhile_is_not_lost(self):
        deck = self.write("small.toml", SMALL_DECK)
        output = self.path("a.h5")
        with subprocess.Popen([CENAS, "sweep", deck, "run.seeds=400", "--output", output], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, cwd=self.folder) as process:
            while not os.path.exists(output + ".journal") or os.path.getsize(output + ".journal") < 10_000:
                time.sleep(0.005)
            self.write("a.h5", "someone else's")
            out, err = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 0, err)
        with open(output, encoding="utf-8") as file:
            self.assertEqual(file.read(), "someone else's")
        self.assertIn("a-2.h5", out)
        self.run_program("verify", self.path("a-2.h5"))

    def test_verify_accepts_the_result(self):
        out, _ = self.run_program("verify", self.sweep("a.h5"))
        self.assertIn("8 searches agree", out)

    def test_an_existing_file_is_kept_unless_asked(self):
        file = self.sweep("a.h5")
        with open(file, "rb") as stream:
            before = stream.read()
        self.assert_refused(2, ["a.h5", "exists already", "--overwrite"], "sweep", self.path("small.toml"), "--output", file)
        with open(file, "rb") as stream:
            self.assertEqual(stream.read(), before)
        self.run_program("sweep", self.path("small.toml"), "--output", file, "--overwrite")
        self.assertFalse(os.path.exists(file + ".part"))

    def test_the_default_output_is_named_after_the_deck(self):
        deck = self.write("small.toml", SMALL_DECK)
        self.run_program("sweep", deck)
        self.assertTrue(os.path.exists(self.path("results/small.h5")))

    def test_search_takes_one_method_and_one_trace(self):
        deck = self.write("small.toml", SMALL_DECK)
        self.assert_refused(2, ["one method and one trace", "2 and 2"], "search", deck)
        single = SMALL_DECK.replace('[[trace]]\nname = "SE"\nsource = "synthetic:SE"\n', "")
        single = single[: single.rindex("[[method]]")]
        self.run_program("search", self.write("one.toml", single), "--output", self.path("one.h5"), ranks=3)

    def test_a_folder_that_cannot_be_written_is_found_before_the_work(self):
        deck = self.write("small.toml", SMALL_DECK)
        self.write("file", "")
        self.assert_refused(4, ["cannot be made"], "sweep", deck, "--output", self.path("file/x/a.h5"))
        self.assert_refused(2, ["is a folder"], "sweep", deck, "--output", self.folder, "--overwrite")

    def test_progress_is_sparse_where_there_is_no_terminal(self):
        deck = self.write("small.toml", SMALL_DECK)
        _, err = self.run_program("sweep", deck, "--output", self.path("a.h5"))
        self.assertNotIn("\r", err)
        self.assertIn("8/8 searches", err)


AXES = """
[[axis]]
key = "run.gpus"
values = [2, 4]
[[axis]]
key = "run.start"
from = 2021-07-02T06:00:00Z
step_h = 24
count = 2
[[exclude]]
run.gpus = 2
method = "vanilla"
"""


class LargeSweepTest(SweepFiles):
    """Axes, shards, summaries, restarts."""

    def setUp(self):
        super().setUp()
        self.deck = self.write("axes.toml", SMALL_DECK + AXES)

    def run_sweep(self, name, *more, ranks=None, code=0):
        self.run_program("sweep", self.deck, "--output", self.path(name), *more, ranks=ranks, code=code)
        return self.path(name)

    def test_axes_are_the_same_on_any_ranks_and_in_shards(self):
        whole = self.run_sweep("whole.h5")
        self.assert_equal_files(whole, self.run_sweep("ranks.h5", ranks=3))
        shards = [self.run_sweep(f"{i}.h5", "--shard", f"{i}/3", ranks=2 if i == 2 else None) for i in (1, 2, 3)]
        merged = self.path("merged.h5")
        # A search has one number, in the whole sweep and in its parts.
        self.assertIn("Pareto front of search 4 ", self.run_program("info", shards[1], "--search", "4")[0])
        self.assert_refused(2, ["--search 3", "searches 1, 4, ... to 22"], "info", shards[1], "--search", "3")
        of_shard = list(csv.DictReader(io.StringIO(self.run_program("info", shards[1], "--csv")[0])))
        of_whole = list(csv.DictReader(io.StringIO(self.run_program("info", whole, "--csv")[0])))
        self.assertEqual(of_shard, of_whole[1::3])
        self.assertEqual({row["scenario"] for row in of_whole}, set("0123"))
        self.assertIn("scenario 3: run.", self.run_program("info", whole)[0])
        self.assert_refused(3, ["is a whole sweep, no shard"], "merge", whole, "--output", self.path("m.h5"))
        self.assert_refused(2, ["-1: must be a whole number from 0"], "info", whole, "--search", "-1")
        out, _ = self.run_program("merge", *reversed(shards), "--output", merged)
        self.assertIn("24 searches", out)
        self.assert_equal_files(whole, merged)
        self.run_program("verify", merged)
        rows = list(csv.DictReader(io.StringIO(self.run_program("info", merged, "--csv")[0])))
        self.assertEqual({(row["run.gpus"], row["run.start"]) for row in rows},
                         {(g, f"2021-07-0{d}T06:00:00Z") for g in "24" for d in "23"})
        self.assertEqual({row["method"] for row in rows if row["run.gpus"] == "2"}, {"ce-nas"})

    def test_the_default_output_of_a_shard_says_which_it_is(self):
        self.run_program("sweep", self.deck, "--shard", "2/24")
        self.assertTrue(os.path.exists(self.path("results/axes-2-of-24.h5")))

    def test_shards_that_do_not_fit_are_refused(self):
        one, two = (self.run_sweep(f"{i}.h5", "--shard", f"{i}/2") for i in (1, 2))
        other = self.run_sweep("other.h5", "--shard", "2/2", "run.initial=4")
        whole = self.run_sweep("whole.h5")
        merged = self.path("merged.h5")
        for files, texts in (([one], ["missing of 2 shards: 2"]), ([one, one], ["shard 1 is given twice"]),
                             ([one, other], ["other.h5", "of another sweep"]), ([one, whole], ["whole.h5", "is a whole sweep"])):
            self.assert_refused(3, texts, "merge", *files, "--output", merged)
            self.assertFalse(os.path.exists(merged))
        self.assert_refused(2, ["exists already"], "merge", one, two, "--output", whole)
        for wrong in ("0/2", "3/2", "1", "1/2x", "a/b"):
            self.assert_refused(2, [f"--shard {wrong}"], "sweep", self.deck, "--shard", wrong)
        self.assert_refused(2, ["--shard 1/25", "only 24 searches"], "sweep", self.deck, "--shard", "1/25")

    def test_a_summary_says_the_same_and_its_searches_can_be_done_again(self):
        full, summary = self.run_sweep("full.h5"), self.run_sweep("summary.h5", "run.record=summary")
        rows = [self.run_program("info", file, "--csv")[0] for file in (full, summary)]
        self.assertEqual(*rows)
        self.assertEqual(*(self.run_program("info", file, "--front-csv")[0] for file in (full, summary)))
        out, _ = self.run_program("verify", summary)
        self.assertIn("24 searches", out)
        self.assertIn("20 of them, simulated again, come out the same", out)
        self.assertIn("24 of them, simulated again", self.run_program("verify", full, "--sample", "100")[0])

    def test_check_tells_axes_and_shards(self):
        out, _ = self.run_program("check", self.deck, "--shard", "2/5")
        for text in ("24: 4 scenario(s)", "axis        run.gpus: 2 values", "shard       2 of 5: 5 searches", "core(s)"):
            self.assertIn(text, out)
        self.assertNotIn("warning", out)
        # 3 h, stretched once.
        out, _ = self.run_program("check", self.deck, "run.hours=10", "problem.cost_scale=2")
        self.assertIn("the supernet's training takes 6 of 10 hours", out)

    def stop(self, output, *arguments, ranks=None, number=signal.SIGTERM):
        """Starts a sweep, stops it once its journal holds something, and returns what it says."""
        launcher = [] if ranks is None else ["mpirun", "-n", str(ranks)]
        with subprocess.Popen([*launcher, CENAS, "sweep", self.deck, "--output", output, *arguments], stderr=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, text=True) as process:
            self.wait_for_journal(output, process, 20_000)
            process.send_signal(number)
            _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 75, err)
        self.assertIn(f"stopped early ({signal.Signals(number).name})", err)

    def wait_for_journal(self, output, process, size):
        while not os.path.exists(output + ".journal") or os.path.getsize(output + ".journal") < size:
            self.assertIsNone(process.poll(), "the sweep ended before it could be disturbed")
            time.sleep(0.02)

    def test_a_stopped_sweep_goes_on_and_ends_the_same(self):
        expected = self.run_sweep("expected.h5", "run.seeds=100")
        for ranks in (None, 3):
            output = self.path(f"stopped-{ranks}.h5")
            self.stop(output, "run.seeds=100", ranks=ranks, number=signal.SIGTERM if ranks is None else signal.SIGUSR1)
            self.assertFalse(os.path.exists(output))
            self.assert_refused(2, [output + ".journal", "--restart", "--overwrite"], "sweep", self.deck, "run.seeds=100", "--output", output)
            self.assertIn("searches are done", self.run_program("info", output + ".journal")[0])
            self.assert_refused(3, ["a journal of something else"], "sweep", self.deck, "run.seeds=101", "--output", output, "--restart")
            self.run_program("sweep", self.deck, "run.seeds=100", "--output", output, "--restart", ranks=ranks)
            self.assertFalse(os.path.exists(output + ".journal"))
            self.assert_equal_files(expected, output)
            # What is done is not done again, and another deck's is not taken for it.
            _, err = self.run_program("sweep", self.deck, "run.seeds=100", "--output", output, "--restart")
            self.assertIn("is complete already", err)
            self.assert_refused(2, ["of another deck"], "sweep", self.deck, "run.seeds=101", "--output", output, "--restart")

    def test_a_sweep_that_replaces_a_result_can_be_stopped_too(self):
        output = self.run_sweep("a.h5")
        self.stop(output, "run.seeds=100", "--overwrite")
        self.run_program("sweep", self.deck, "run.seeds=100", "--output", output, "--restart")
        self.assert_equal_files(self.run_sweep("expected.h5", "run.seeds=100"), output)
        # A refused one replaces nothing.
        self.assert_refused(2, ["run.gpus"], "sweep", self.deck, "run.gpus=0", "--output", output, "--overwrite")
        self.run_program("verify", output)

    def test_a_time_limit_is_heard_by_every_rank(self):
        for ranks in (None, 3):  # neither could end in a minute
            _, err = self.run_program("sweep", self.deck, "run.seeds=100000", "--output", self.path(f"{ranks}.h5"),
                                      "--time-limit", "0:01", ranks=ranks, code=75)
            self.assertIn("stopped early (time limit)", err)
            self.assertTrue(os.path.exists(self.path(f"{ranks}.h5.journal")))

    def test_signals_stop_with_everything_saved(self):
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
            output = self.path(f"{number}.h5")
            self.stop(output, "run.seeds=1000", number=number)
            self.run_program("sweep", self.deck, "run.seeds=1000", "--output", output, "--overwrite", "run.hours=1", "run.seeds=1")

    def test_a_scenario_that_wants_what_the_table_lacks_is_found_before_the_work(self):
        page = os.path.join(SOURCE, "docs", "bring-your-own")
        with open(os.path.join(page, "architectures.toml"), encoding="utf-8") as file:
            spec = self.write("spec.toml", "".join(line for line in file if "estimate" not in line))
        self.run_program("import", "table", os.path.join(page, "architectures.csv"), "--spec", spec, "--output", "cells.h5")
        deck = self.write("lacking.toml", SMALL_DECK.replace('"synthetic"', '"cells.h5"', 1)
                          .replace('"energy"', '"latency"')
                          .replace('candidates = "supernet"', 'candidates = "direct"').replace("initial = 5", "initial = 3")
                          + '[[axis]]\nkey = "method.ce-nas.candidates"\nvalues = ["direct", "supernet"]\n')
        self.assert_refused(2, ["scenario 1 of 2", "has no sampling estimate"], "sweep", deck, "--output", self.path("a.h5"))
        self.assertFalse(os.path.exists(self.path("a.h5.journal")))

    def test_nothing_is_left_where_every_search_is_excluded(self):
        deck = self.write("none.toml", SMALL_DECK + '[[exclude]]\nmethod = ["vanilla", "ce-nas"]\n')
        for command in (("sweep", deck, "--output", self.path("a.h5")), ("check", deck)):
            self.assert_refused(2, ["every search of the sweep is left out"], *command)
        self.assertFalse(os.path.exists(self.path("a.h5.journal")))

    def test_a_key_of_an_axis_can_be_set_on_the_command_line(self):
        rows = list(csv.DictReader(io.StringIO(self.run_program(
            "info", self.run_sweep("a.h5", "run.gpus=4"), "--csv")[0])))
        self.assertEqual({row["run.gpus"] for row in rows}, {"4"})
        self.assertEqual(len(rows), 16)
        self.assertIn("8 searches", self.run_program("verify", self.run_sweep("b.h5", "run.gpus=2"))[0])

    def test_two_writers_are_one_too_many(self):
        output = self.path("a.h5")
        with subprocess.Popen([CENAS, "sweep", self.deck, "run.seeds=1000", "--output", output], stderr=subprocess.PIPE,
                              stdout=subprocess.DEVNULL, text=True) as process:
            self.wait_for_journal(output, process, 1000)
            for more in ((), ("--restart",), ("--overwrite",)):
                self.assert_refused(4, ["another process", "is writing to it"], "sweep", self.deck, "run.seeds=1000", "--output", output, *more)
            process.kill()
            process.communicate()
        self.run_program("sweep", self.deck, "run.seeds=1000", "--output", output, "--restart", "--time-limit", "0:01", code=75)


if __name__ == "__main__":
    unittest.main()

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Runs and results: the whole path from a deck to a file and its words."""

import csv
import io
import json
import os
import subprocess
import time
import unittest

from program import CENAS, DATA, SMALL_DECK, SOURCE, ProgramTest


def processor_seconds(pid):
    """User and system time of a process so far (Linux, proc(5))."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class SweepTest(ProgramTest):
    def sweep(self, name, ranks=None, *more):
        deck = self.write("small.toml", SMALL_DECK)
        output = self.path(name)
        self.run_program("sweep", deck, "--output", output, *more, ranks=ranks)
        return output

    def assert_equal_files(self, a, b):
        done = subprocess.run(["h5diff", "--exclude-path", "/provenance", a, b], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_results_do_not_depend_on_ranks_or_threads(self):
        one = self.sweep("one.h5")
        self.assert_equal_files(one, self.sweep("two.h5", 2))
        self.assert_equal_files(one, self.sweep("four.h5", 4))
        self.assert_equal_files(one, self.sweep("threads.h5", None, "--threads", "4"))

    def test_groups_of_several_ranks_give_the_same_searches(self):
        deck = self.write("small.toml", SMALL_DECK + "\n")
        for ranks, name in ((1, "a.h5"), (5, "b.h5")):
            self.run_program("sweep", deck, "run.ranks_per_group=2", "--output", self.path(name), ranks=ranks)
        self.assert_equal_files(self.path("a.h5"), self.path("b.h5"))

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
        with subprocess.Popen([CENAS, "sweep", deck, "run.seeds=100", "--output", output], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, cwd=self.folder) as process:
            # Preparing takes a fraction of a second of processor time, the searches many seconds.
            while process.poll() is None and processor_seconds(process.pid) < 1.5:
                time.sleep(0.05)
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


if __name__ == "__main__":
    unittest.main()

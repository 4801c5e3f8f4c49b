# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Trainings of fewer epochs and known objectives, from a csv table to a replay."""

import csv
import io
import os
import unittest

import h5py

from program import SMALL_DECK, SOURCE, ProgramTest

EXAMPLE = os.path.join(SOURCE, "docs/bring-your-own")
METHODS = """\
[[method]]
name = "vanilla"
strategy = "lamoo"
[[method]]
name = "halving"
strategy = "successive-halving"
eta = 4
known = ["latency"]
"""


class FidelityTest(ProgramTest):
    """The example's table, with a column of what trainings of a few epochs would measure."""

    def setUp(self):
        super().setUp()
        with open(os.path.join(EXAMPLE, "architectures.csv"), encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        lines = [",".join([*rows[0], "few_percent"])]
        lines += [",".join([*row.values(), f"{0.7 * float(row['top1_percent']):.3f}"]) for row in rows]
        with open(os.path.join(EXAMPLE, "architectures.toml"), encoding="utf-8") as file:
            spec = file.read().replace("supernet_training_s", "low_fidelity_cost = 0.06\nsupernet_training_s")
        spec = spec.replace('value = { column = "top1_percent" }', 'value = { column = "top1_percent" }\nlow = { column = "few_percent" }')
        self.run_program("import", "table", self.write("cells.csv", "\n".join(lines) + "\n"),
                         "--spec", self.write("cells.toml", spec), "--output", self.path("cells.h5"))  # fmt: skip
        deck = SMALL_DECK[: SMALL_DECK.index("[[method]]")] + METHODS
        deck = deck.replace('"synthetic"', '"cells.h5"').replace('"energy"\nreference = 50', '"latency"\nreference = 9')
        self.deck = self.write("deck.toml", deck)

    def test_from_the_table_to_a_replay(self):
        result = self.path("result.h5")
        self.run_program("sweep", self.deck, "run.hours=12", "-o", result)
        self.run_program("verify", result)
        self.assertIn("of fewer epochs", self.run_program("info", result)[0])
        rows = list(csv.DictReader(io.StringIO(self.run_program("info", result, "--csv")[0])))
        for row in rows:
            self.assertEqual(float(row["low_evaluations"]) > 0, row["method"] == "halving")
            self.assertGreater(float(row["evaluations"]), 0)
        with h5py.File(result) as file:
            first = file["search/evaluation_offset"][[2, 3]]  # halving, seed 1
            low = file["evaluation/low"][slice(*first)] == 1
            finished = file["evaluation/finished"][slice(*first)] == 1
            self.assertEqual((low & finished).sum(), int(rows[2]["low_evaluations"]))
            begin, end = file["search/interval_offset"][[2, 3]]
            measured = file["interval/joules"][begin:end, 6]
            self.assertEqual(measured[0], 200 * 5 * 10)  # 200 cells, 5 s at 10 W
            self.assertEqual(measured[1:].sum(), 0)
            trained = {name: file["evaluation/cell"][slice(*first)][mask] for name, mask in (("low", low), ("full", ~low))}
        with h5py.File(self.path("cells.h5")) as table:
            self.assertEqual(table.attrs["low_fidelity_cost"], 0.06)
        self.assertLess(len(trained["full"]), len(trained["low"]))
        self.run_program("replay", result, "replay.starts=2", "-o", self.path("replay.h5"), "--search", "2")
        with h5py.File(self.path("replay.h5")) as file:
            self.assertEqual(file["training/gpu_s"].size, finished.sum())
        self.run_program("verify", self.path("replay.h5"))

    def test_a_summary_can_be_done_again(self):
        self.run_program("sweep", self.deck, "run.hours=12", "run.record=summary", "-o", self.path("summary.h5"))
        self.run_program("verify", self.path("summary.h5"))

    def test_a_table_without_is_refused_before_the_work(self):
        for command in ("check", "sweep"):
            self.assert_refused(2, ["method 'halving' trains at a low fidelity", "none of objective 'accuracy'"],
                                command, self.deck, "problem.table=fashion-light", "problem.objective.latency.reference=70")  # fmt: skip


if __name__ == "__main__":
    unittest.main()

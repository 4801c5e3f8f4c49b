# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""`cenas verify` finds one altered value, in whichever dataset it is."""

import os
import unittest

import h5py
import numpy
from program import SMALL_DECK, SOURCE, ProgramTest

AXES = """
[[axis]]
key = "run.gpus"
values = [2, 4]
[[axis]]
key = "run.start"
from = 2021-07-02T06:00:00Z
step_h = 24
count = 2
"""


class VerifyTest(ProgramTest):
    def sweep(self, name, *more):
        self.run_program("sweep", self.write("deck.toml", SMALL_DECK + AXES), "run.seeds=1", *more, "-o", name)
        return self.path(name)

    def replay(self, run):
        self.run_program("replay", run, "replay.starts=30", "replay.every_h=97", "-o", "replay.h5")
        return self.path("replay.h5")

    def table(self):
        page = os.path.join(SOURCE, "docs", "bring-your-own")
        self.run_program("import", "table", os.path.join(page, "architectures.csv"), "--spec",
                         os.path.join(page, "architectures.toml"), "-o", "table.h5")
        return self.path("table.h5")

    def trace(self):
        self.write("trace.csv", "utc,carbon_intensity_average\n" + "".join(f"2021-07-02T{h:02}:00:00Z,{300 + h}\n" for h in range(24)))
        self.run_program("import", "trace", "trace.csv", "--signal", "average", "--scope", "direct", "-o", "trace.h5")
        return self.path("trace.h5")

    def assert_every_dataset_is_compared(self, name, at_least):
        """All checksums are made wrong at once; that a wrong value has another one, run_file_test.cpp shows."""
        self.run_program("verify", name)
        paths = []
        with h5py.File(name, "r+") as file:
            file.visititems(lambda path, item: paths.append(path) if isinstance(item, h5py.Dataset) else None)
            for path in paths:
                file[path].attrs.modify("sha256", b"0" * 64)
        self.assertGreater(len(paths), at_least)
        out, err = self.run_program("verify", name, code=3)
        for path in paths:
            self.assertIn(f"/{path}: altered", out)
        self.assertIn(f"{len(paths)} disagreement(s)", err)

    def test_every_dataset_of_every_kind_of_file(self):
        run = self.sweep("run.h5")
        for name, at_least in ((self.replay(run), 40), (self.table(), 5), (self.trace(), 2), (run, 70),
                               (self.sweep("run-summary.h5", "run.record=summary"), 60)):
            self.assert_every_dataset_is_compared(name, at_least)

    def test_a_value_that_nothing_else_depends_on(self):
        """Of a replay a thousand scenarios are done again, of which this is none; a source enters no content checksum."""
        replay = self.replay(self.sweep("run.h5"))
        with h5py.File(replay, "r+") as file:
            done = numpy.isfinite(file["makespan_s"][:])
            file["joules"][tuple(numpy.argwhere(done)[-2])] *= 1 + 1e-12  # agrees with what is recomputed
        self.assertIn("/joules: altered", self.run_program("verify", replay, code=3)[0])
        table = self.table()
        with h5py.File(table, "r+") as file:
            file.attrs.modify("source", b"somewhere else")
        self.assertIn("something was added, removed or altered", self.run_program("verify", table, code=3)[0])

    def test_a_checksum_that_is_gone_and_a_dataset_that_was_added(self):
        for name, path in ((self.sweep("run.h5"), "search/carbon_g"), (self.table(), "evaluation_s")):
            with h5py.File(name, "r+") as file:
                del file[path].attrs["sha256"]
                file["extra"] = [1]
            out = self.run_program("verify", name, code=3)[0]
            for text in (f"/{path}: altered", "/extra: altered", "something was added"):
                self.assertIn(text, out)


if __name__ == "__main__":
    unittest.main()

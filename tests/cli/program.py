# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Runs the program as a user would, for the command-line tests."""

import os
import shutil
import subprocess
import tempfile
import unittest

CENAS = os.environ["CENAS"]
SOURCE = os.environ["CENAS_SOURCE_DIR"]
DATA = os.environ.get("CENAS_SHARED_DATA", os.path.join(SOURCE, "..", "shared", "data"))

# A search that takes a fraction of a second: one small day on the built-in table and trace.
SMALL_DECK = """\
[run]
start = 2021-07-02T06:00:00Z
hours = 24
gpus = 4
initial = 5
seeds = 2

[problem]
table = "synthetic"
[[problem.objective]]
name = "accuracy"
reference = 0
[[problem.objective]]
name = "energy"
reference = 50

[[trace]]
name = "CISO"
source = "synthetic:CISO"
[[trace]]
name = "SE"
source = "synthetic:SE"

[[method]]
name = "vanilla"
strategy = "lamoo"
allocator = "all-evaluate"
candidates = "direct"
[[method]]
name = "ce-nas"
strategy = "lamoo"
allocator = "shares"
candidates = "supernet"
"""


class ProgramTest(unittest.TestCase):
    """Each test works in a folder of its own."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="cenas test ")  # a path with a blank
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def run_program(self, *arguments, ranks=None, code=0, cwd=None):
        """Runs cenas, checks its exit code, returns (stdout, stderr)."""
        command = [CENAS, *arguments]
        if ranks is not None:
            command = ["mpirun", "-n", str(ranks), *command]
        done = subprocess.run(command, capture_output=True, text=True, cwd=cwd or self.folder, timeout=300, check=False)
        self.assertEqual(done.returncode, code, f"{command}\n{done.stdout}\n{done.stderr}")
        return done.stdout, done.stderr

    def assert_refused(self, code, texts, *arguments, ranks=None):
        """The program ends with `code` and one message that holds every text; it writes nothing to stdout."""
        out, err = self.run_program(*arguments, ranks=ranks, code=code)
        for text in texts:
            self.assertIn(text, err)
        self.assertEqual(err.count("cenas: error:"), 1, err)
        return out, err

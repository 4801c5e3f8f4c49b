# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""The installed tree works from its prefix, without the sources."""

import os
import re
import subprocess
import sys
import unittest

from program import CENAS, SMALL_DECK, ProgramTest


class InstallTest(ProgramTest):
    def test_the_prefix_has_all_it_needs(self):
        prefix = self.path("prefix")
        build = os.path.dirname(CENAS)
        done = subprocess.run(["cmake", "--install", build, "--prefix", prefix], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        program = os.path.join(prefix, "bin", "cenas")
        share = os.path.join(prefix, "share", "cenas")

        def run(*command):
            result = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, timeout=300, check=False)
            self.assertEqual(result.returncode, 0, f"{command}\n{result.stdout}\n{result.stderr}")
            return result.stdout

        self.assertIn("SYNTHETIC", run(program, "check", os.path.join(share, "inputs", "quickstart.toml")))
        run(program, "sweep", self.write("small.toml", SMALL_DECK), "--output", self.path("a.h5"))
        run(sys.executable, os.path.join(prefix, "bin", "cenas-report"), self.path("a.h5"), "--output", self.path("a.html"))
        run(sys.executable, os.path.join(prefix, "bin", "cenas-decompose"), self.path("a.h5"), "--baseline", "vanilla")
        self.assertGreater(os.path.getsize(self.path("a.html")), 10000)

    def test_links_of_the_installed_documents_hold(self):
        prefix = self.path("prefix")
        subprocess.run(["cmake", "--install", os.path.dirname(CENAS), "--prefix", prefix], capture_output=True, check=True)
        share = os.path.join(prefix, "share", "cenas")
        for folder, _, files in os.walk(share):
            for name in files:
                if not name.endswith(".md"):
                    continue
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    for link in re.findall(r"\]\(([^)#\s]+)", file.read()):
                        if "://" not in link:
                            self.assertTrue(os.path.exists(os.path.join(folder, link)), f"{name}: {link}")


if __name__ == "__main__":
    unittest.main()

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""The commands of docs/bring-your-own/README.md, as they stand there."""

import os
import re
import shutil
import subprocess
import sys
import unittest

from program import CENAS, SOURCE, ProgramTest


class BringYourOwnTest(ProgramTest):
    def test_every_command_of_the_page_works(self):
        page = os.path.join(SOURCE, "docs", "bring-your-own")
        work = self.path("copy")
        shutil.copytree(page, work)
        with open(os.path.join(page, "README.md"), encoding="utf-8") as file:
            commands = re.findall(r"```sh\n(.*?)```", file.read(), re.DOTALL)
        self.assertEqual(len(commands), 5)
        report = os.path.join(SOURCE, "scripts", "analysis", "report")
        functions = f'set -e; cenas() {{ "{CENAS}" "$@"; }}; report() {{ "{sys.executable}" "{report}" "$@"; }}\n'
        done = subprocess.run(["bash", "-c", functions + "".join(commands)], cwd=work, capture_output=True, text=True,
                              timeout=300, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("200 of 15625 cells", done.stdout)
        self.assertIn("10 searches agree", done.stdout)
        self.assertIn("their decisions, made again from what they were told, are the recorded ones", done.stdout)
        self.assertIn("evaluator command", done.stdout)
        with open(os.path.join(work, "mine.html"), encoding="utf-8") as file:
            html = file.read()
        self.assertIn("200 of 15,625", html)


if __name__ == "__main__":
    unittest.main()

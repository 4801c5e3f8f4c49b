# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Where the analysis scripts are, and run files for the tests (each recipe is made once per test run)."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "analysis")
sys.path.insert(0, SCRIPTS)
sys.dont_write_bytecode = True  # the source tree stays as it is

from make_run_file import METHODS, Recipe, fixed, write_run_file  # noqa: E402

FOLDER = tempfile.mkdtemp(prefix="cenas-analysis-")
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

TWO = {name: METHODS[name] for name in ("vanilla", "ce-nas")}
RECIPES = {
    "usual": Recipe(hours=16, seeds=(1, 2, 3), measured_j=8e5),
    "paper": Recipe(hours=16, seeds=(1, 2, 3), accounting="paper"),
    "one_search": Recipe(methods={"ce-nas": METHODS["ce-nas"]}, traces=("CISO",), seeds=(7,), hours=8),
    "one_seed": Recipe(hours=8, seeds=(1,), traces=("CISO",)),
    "many": Recipe(
        methods={**METHODS, **{f"fixed-{k}": fixed(k) for k in range(1, 10)}}, hours=6, seeds=tuple(range(1, 11))
    ),
    "three_objectives": Recipe(hours=6, seeds=(1, 2), objectives=3, methods=TWO),
    "one_objective": Recipe(hours=6, seeds=(1, 2), objectives=1, methods=TWO, traces=("CISO",)),
    "reaches_hv_max": Recipe(methods=TWO, hours=24, seeds=(1, 2), traces=("CISO",), reach_hv_max=True),
    "ends_early": Recipe(methods=TWO, hours=12, seeds=(1, 2), traces=("CISO",), early={"ce-nas": 5}),
    "short_steps": Recipe(methods=TWO, hours=4, seeds=(1, 2), traces=("CISO",), step_s=300),
    "other_seeds": Recipe(methods=TWO, hours=8, seeds=(11, 12), traces=("CISO",)),
    "other_trace": Recipe(methods={"ce-nas": METHODS["ce-nas"]}, hours=8, seeds=(1,), traces=("DE",)),
    "other_table": Recipe(methods=TWO, hours=8, seeds=(1, 2), traces=("CISO",), table_seed=1),
    "marginal": Recipe(methods=TWO, hours=8, seeds=(1, 2), traces=("CISO",), signal="marginal"),
    "no_searches": Recipe(methods=TWO, hours=4, seeds=(), traces=("CISO",)),
    "hostile_names": Recipe(
        methods={'a<b>&"c"': METHODS["vanilla"], "$x_1$ | y": METHODS["ce-nas"]},
        traces=("T<i>",),
        seeds=(1, 2),
        hours=6,
        deck="# </style><script>alert(1)</script> & more.\n",
    ),
}

Result = namedtuple("Result", "code out err")


def run_file(name: str) -> str:
    """Path of the run file of a recipe; tests must not change it."""
    path = os.path.join(FOLDER, name + ".h5")
    if not os.path.exists(path):
        write_run_file(path, RECIPES[name])
    return path


def script(name: str, *arguments: str) -> Result:
    """Runs a script with this Python. Warnings, if any, are in `err`."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, os.path.join(SCRIPTS, name), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=FOLDER, env=environment, check=False)
    return Result(done.returncode, done.stdout, done.stderr)

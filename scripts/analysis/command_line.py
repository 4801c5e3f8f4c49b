# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""What the scripts of this folder share: arguments, error messages of one line, exit codes as those of `cenas`."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys

# As in src/base/error.hpp.
USAGE, DATA, RUN_TIME = 2, 3, 4


def require_packages(*names: str) -> None:
    """Ends the script with one line if a package is missing (before an import would end it with a page)."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        names, debian = " ".join(missing), " ".join(f"python3-{name}" for name in missing)
        fail(
            RUN_TIME,
            f"{sys.executable} has no {', '.join(missing)}. Install it with one of: apt install {debian} (Debian, "
            f"Ubuntu); python3 -m pip install {names}; conda install -c conda-forge {names}",
        )


def fail(code: int, message: str) -> None:
    print(f"{os.path.basename(sys.argv[0])}: error: {message}", file=sys.stderr)
    raise SystemExit(code)


def run(main) -> None:
    """Runs a script; a reader that went away (`report ... | head`) is no error, a full disk is one line."""
    try:
        main()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        fail(RUN_TIME, f"{error.filename or 'output'}: {error.strerror}")


def parser(description: str) -> argparse.ArgumentParser:
    """The arguments that every script has."""
    result = argparse.ArgumentParser(
        description=description,
        epilog="Exit codes: 0 done, 2 command line, 3 input data, 4 run-time failure.",
    )
    result.add_argument("files", nargs="+", metavar="FILE", help="run file of `cenas search` or `cenas sweep`")
    result.add_argument(
        "--baseline",
        metavar="NAME",
        help="method that the others are compared with (default: the first). A method that differs between files is "
        "named 'METHOD (FILE)', FILE without folder and ending: 'ce-nas (quickstart)'; METHOD alone is the one of the "
        "first file that has it",
    )
    result.add_argument(
        "--scenario",
        type=int,
        metavar="N",
        help="of a sweep with axes: which combination of their values, 0 being the first (info FILE lists them)",
    )
    result.add_argument("--force", action="store_true", help="compare files although they are not comparable")
    return result


def open_comparison(arguments: argparse.Namespace):
    """The comparison that the arguments name; ends the script where that is impossible."""
    import cenas_h5
    import comparison

    try:
        runs = [cenas_h5.open_run(path, arguments.scenario) for path in arguments.files]
        return comparison.compare(runs, arguments.baseline, arguments.force)
    except cenas_h5.RunFileError as error:
        fail(DATA, str(error))
    except comparison.ChoiceError as error:
        fail(USAGE, str(error))

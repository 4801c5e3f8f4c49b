#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Checks who includes whom, and a few habits that no compiler checks. The tables below are the rule.

    scripts/check_layers.py [--root FOLDER]   reports FILE:LINE of every violation; exit status 1 if there is one
    scripts/check_layers.py --self-test       plants violations and looks whether they are found

Checked: includes of C++ and CUDA sources against MODULES and LIBRARIES; that LINK in src/CMakeLists.txt says the same
as MODULES; the licence lines at the head of every source; `#pragma once` in headers, and no `using namespace` there.
"""
from __future__ import annotations

import argparse
import re
import sys
import tempfile
from pathlib import Path
from typing import Iterator, NamedTuple

# Module (a folder under src/, or kernels/) -> the modules whose headers its files may include, beside its own.
# kernels know nothing above them; search, eval, schedule and carbon meet only in engine and above, never one another; io
# knows what it stores; config reads every module's options; only main and commands, outside this table, may include all.
MODULES: dict[str, set[str]] = {
    "kernels": set(),
    "base": set(),
    "comm": {"base"},
    "space": {"base"},
    "pareto": {"base", "kernels"},
    "carbon": {"base", "kernels"},
    "eval": {"base", "space", "kernels"},
    "search": {"base", "space", "pareto", "kernels"},
    "schedule": {"base", "kernels"},
    "train": {"base", "space", "kernels"},
    "io": {"base", "space", "carbon", "eval"},
    "engine": {"base", "space", "pareto", "carbon", "eval", "search", "schedule", "io", "kernels"},
    "sweep": {"base", "space", "pareto", "carbon", "eval", "search", "schedule", "io", "comm", "kernels", "engine"},
    "replay": {"base", "carbon", "schedule", "io", "comm", "kernels", "engine", "sweep"},
    "tables": {"base", "space", "carbon", "eval", "io", "train", "comm", "kernels"},
    "live": {"base", "space", "pareto", "carbon", "io", "comm", "train", "engine", "sweep", "tables"},
    "config": {"base", "space", "carbon", "eval", "search", "schedule", "train"},
}

# Single headers beyond that: plain data that needs no linking.
HEADERS: dict[str, set[str]] = {
    "config": {"engine/options.hpp", "live/options.hpp", "replay/options.hpp", "sweep/scenarios.hpp", "tables/options.hpp"},
    "io": {"schedule/options.hpp"},
}

# Headers of libraries (a regular expression for the whole name) -> the files that may include them (prefixes of paths).
# C++ standard headers are free to all; tests may include all but mpi.h.
LIBRARIES: list[tuple[str, list[str]]] = [
    (r"mpi\.h|mpi-ext\.h", ["src/comm/"]),
    (r"hdf5(_hl)?\.h|H5\w*\.h", ["src/io/"]),
    (r"libsvm/.*|svm\.h", ["src/search/svm.cpp"]),
    (r"nlopt\.h", ["src/search/minimize.cpp"]),
    (r"Eigen/.*", ["src/search/", "src/train/"]),
    (r"toml\+\+/.*|toml\.hpp", ["src/config/"]),
    (r"CLI/.*", ["src/main.cpp"]),
    (r"nlohmann/.*", ["src/sweep/info.cpp"]),
    (r"spdlog/.*", ["src/base/log."]),
    (r"csv\.h", ["src/base/csv.cpp"]),
    (r"zlib\.h", ["src/base/gzip.cpp", "src/base/checksum.cpp"]),
    (r"openssl/.*", ["src/base/checksum.cpp"]),
    (r"fmt/.*", ["src/"]),
    (r"omp\.h", ["src/comm/layout.cpp", "src/live/run.cpp", "src/replay/", "src/tables/", "src/train/", "kernels/"]),
    (r"dlfcn\.h", ["src/carbon/nvml.cpp"]),
    (r"dnnl\.hpp", ["kernels/nn/onednn_convolution.cpp"]),
    (r"cuda_runtime\.h|cuda\w*\.h|cudnn\.h", ["kernels/"]),
    (r"unistd\.h|fcntl\.h|signal\.h|sys/.*", ["src/"]),
]

STANDARD_HEADER = re.compile(r"[a-z_0-9]+")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<(?P<angle>[^>]+)>|"(?P<quote>[^"]+)")')
USING_NAMESPACE = re.compile(r"^\s*using\s+namespace\b")
SOURCE_SUFFIXES = {".hpp", ".cpp", ".cu", ".cuh"}
HEADER_SUFFIXES = {".hpp", ".cuh"}
SOURCE_FOLDERS = ("src", "kernels", "tests")
LICENCED_FOLDERS = (*SOURCE_FOLDERS, "scripts", "slurm", ".ci")
LICENCE_LINES = ("SPDX-FileCopyrightText: ", "SPDX-License-Identifier: MIT")


class Violation(NamedTuple):
    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def module_of(file: str) -> str | None:
    """Module of a source, or None where MODULES does not apply (files of src/ itself, tests/)."""
    parts = file.split("/")
    if parts[0] == "kernels":
        return "kernels"
    if parts[0] == "src" and len(parts) > 2:
        return parts[1]
    return None


def suffix_of(path: Path) -> str:
    """Ending of the file, or of what a template becomes: `.cpp` for `version.cpp.in`."""
    return Path(path.stem).suffix if path.suffix == ".in" else path.suffix


def check_own_header(file: str, line: int, header: str) -> Iterator[Violation]:
    module = module_of(file)
    owner = header.split("/")[0]
    if file.startswith("tests/") or (module is None and "/" not in header):
        return
    if owner not in MODULES:
        allowed = ", ".join(sorted(MODULES))
        yield Violation(file, line, f'"{header}" does not begin with a module ({allowed}); library headers go in <>')
    elif module is None or owner == module or owner in MODULES[module] or header in HEADERS.get(module, set()):
        return
    else:
        allowed = ", ".join(sorted(MODULES[module] | HEADERS.get(module, set()))) or "nothing else"
        yield Violation(file, line, f'{module} may not include "{header}" (allowed: {allowed})')


def check_library_header(file: str, line: int, header: str) -> Iterator[Violation]:
    if header.split("/")[0] in MODULES and not STANDARD_HEADER.fullmatch(header):
        yield Violation(file, line, f"<{header}> is the project's own: write it in quotes")
        return
    if STANDARD_HEADER.fullmatch(header) or (file.startswith("tests/") and header != "mpi.h"):
        return
    places = next((places for pattern, places in LIBRARIES if re.fullmatch(pattern, header)), None)
    if places is None:
        yield Violation(file, line, f"<{header}> is in no line of LIBRARIES in scripts/check_layers.py")
    elif not any(file.startswith(place) for place in places):
        yield Violation(file, line, f"<{header}> may be included only in {', '.join(places)}")


def check_source(file: str, lines: list[str], header: bool) -> Iterator[Violation]:
    if (module := module_of(file)) not in (None, *MODULES):
        yield Violation(file, 1, f"module {module} is not in MODULES of scripts/check_layers.py")
        return
    for number, text in enumerate(lines, 1):
        if found := INCLUDE.match(text):
            if found["quote"]:
                yield from check_own_header(file, number, found["quote"])
            else:
                yield from check_library_header(file, number, found["angle"])
        if header and USING_NAMESPACE.match(text):
            yield Violation(file, number, "`using namespace` in a header reaches everyone who includes it")
    if header and "#pragma once" not in lines:
        yield Violation(file, 1, "no `#pragma once`")


def check_licence(file: str, lines: list[str]) -> Iterator[Violation]:
    first = 1 if lines and lines[0].startswith("#!") else 0
    for offset, wanted in enumerate(LICENCE_LINES):
        found = lines[first + offset] if len(lines) > first + offset else ""
        if wanted not in found:
            yield Violation(file, first + offset + 1, f"the licence line `{wanted}` is missing")


def is_script(path: Path, lines: list[str]) -> bool:
    return path.suffix in {".py", ".sh", ".sbatch"} or bool(lines and lines[0].startswith("#!"))


def check_cmake_links(root: Path) -> Iterator[Violation]:
    """LINK of every cenas_module() and its line of MODULES name the same modules."""
    path = root / "src" / "CMakeLists.txt"
    if not path.is_file():
        return
    text = re.sub(r"#.*", "", path.read_text(encoding="utf-8"))
    for call in re.finditer(r"\bcenas_module\((\w+)\b([^)]*)\)", text):
        name, arguments = call.groups()
        if name == "name":
            continue  # the definition of the function
        line = text.count("\n", 0, call.start()) + 1
        linked = set(re.findall(r"\bcenas_(\w+)", arguments.partition("LINK")[2]))
        if name not in MODULES:
            yield Violation("src/CMakeLists.txt", line, f"module {name} is not in MODULES of scripts/check_layers.py")
        elif linked != MODULES[name]:
            both = f"links {', '.join(sorted(linked))}; MODULES says {', '.join(sorted(MODULES[name]))}"
            yield Violation("src/CMakeLists.txt", line, f"module {name} {both}")


def check_tree(root: Path) -> list[Violation]:
    violations = list(check_cmake_links(root))
    for folder in LICENCED_FOLDERS:
        for path in sorted(p for p in (root / folder).rglob("*") if p.is_file() and "__pycache__" not in p.parts):
            file = path.relative_to(root).as_posix()
            suffix = suffix_of(path)
            try:
                lines = path.read_text(encoding="utf-8").splitlines()
            except UnicodeDecodeError:
                continue  # binary data of a test
            source = folder in SOURCE_FOLDERS and suffix in SOURCE_SUFFIXES
            if source:
                violations += check_source(file, lines, suffix in HEADER_SUFFIXES)
            if source or path.name == "CMakeLists.txt" or suffix == ".cmake" or is_script(path, lines):
                violations += check_licence(file, lines)
    return violations


LICENCE = "// SPDX-FileCopyrightText: 2026 the cenas developers\n// SPDX-License-Identifier: MIT\n"
HEADER = LICENCE + "#pragma once\n"

# File of a planted tree -> its text and the lines with a violation.
PLANTED: dict[str, tuple[str, list[int]]] = {
    "src/base/fine.hpp": (HEADER + "#include <vector>\n#include <fmt/format.h>\n", []),
    "src/search/fine.cpp": (LICENCE + '#include "search/own.hpp"\n#include "kernels/rng/philox.hpp"\n', []),
    "src/config/fine.hpp": (HEADER + '#include "engine/options.hpp"\n#include <toml++/toml.h>\n', []),
    "src/main.cpp": (LICENCE + '#include "config/deck.hpp"\n#include <CLI/CLI.hpp>\nusing namespace cenas;\n', []),
    "tests/io/fine_test.cpp": (LICENCE + "#include <gtest/gtest.h>\n#include <hdf5.h>\n", []),
    "kernels/up.hpp": (HEADER + '#include "base/units.hpp"\n  #  include <Eigen/Core>\n#include <fmt/core.h>\n', [4, 5, 6]),
    "src/search/carbon.cpp": (LICENCE + '#include "carbon/trace.hpp"\n', [3]),
    "src/schedule/search.hpp": (HEADER + '#include "search/strategy.hpp"\n', [4]),
    "src/engine/config.cpp": (LICENCE + '#include "config/deck.hpp"\n', [3]),
    "src/config/engine.cpp": (LICENCE + '#include "engine/engine.hpp"\n', [3]),
    "src/engine/mpi.cpp": (LICENCE + "#include <mpi.h>\n", [3]),
    "src/engine/hdf5.cpp.in": (LICENCE + "#include <hdf5.h>\n#include <H5Cpp.h>\n", [3, 4]),
    "src/search/lamoo.cpp": (LICENCE + "#include <libsvm/svm.h>\n#include <boost/any.hpp>\n", [3, 4]),
    "src/eval/toml.cpp": (LICENCE + '#include <toml++/toml.h>\n#include "own.hpp"\n', [3, 4]),
    "src/io/angle.cpp": (LICENCE + "#include <base/error.hpp>\n", [3]),
    "src/base/header.hpp": (LICENCE + "using namespace std;\n", [1, 3]),
    "src/unlisted/module.cpp": (LICENCE, [1]),
    "tests/comm/mpi_test.cpp": (LICENCE + "#include <mpi.h>\n", [3]),
    "tests/base/no_licence.cpp": ("int x;\n", [1, 2]),
    "scripts/no_licence": ("#!/bin/sh\n", [2, 3]),
    "src/CMakeLists.txt": (
        LICENCE.replace("//", "#") + "function(cenas_module name)\n"
        "cenas_module(comm SOURCES a.cpp LINK cenas_base)\n"
        "cenas_module(space SOURCES a.cpp\n             LINK cenas_base cenas_carbon fmt::fmt)\n",
        [5],
    ),
}


def self_test() -> int:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for file, (text, _) in PLANTED.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text, encoding="utf-8")
        found = {(violation.file, violation.line) for violation in check_tree(root)}
    wanted = {(file, line) for file, (_, lines) in PLANTED.items() for line in lines}
    for file, line in sorted(wanted - found):
        print(f"self-test: the violation in {file}:{line} was not found")
    for file, line in sorted(found - wanted):
        print(f"self-test: {file}:{line} is no violation, but was reported")
    print(f"self-test: {len(wanted & found)} of {len(wanted)} planted violations found, {len(found - wanted)} false")
    return 0 if found == wanted else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent, help="the project")
    parser.add_argument("--self-test", action="store_true", help="check this script itself")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    violations = check_tree(arguments.root)
    for violation in violations:
        print(violation)
    print(f"{len(violations)} violation(s) of the include table and the source rules")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())

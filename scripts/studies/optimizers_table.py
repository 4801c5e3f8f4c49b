#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""What each method of a run file reaches with how many kg CO2e, as Markdown (docs/optimizers.md).

    scripts/studies/optimizers_table.py RUN.h5 TABLE.h5 [--level METHOD] [--against METHOD]

RUN is a full record under paper accounting, TABLE the table that it searched, whose training times say what the initial
trainings would have emitted. Intervals: 95 %, percentile bootstrap over seeds. Exit codes: 0 done, 2 command line, 3 input.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "analysis"))
import command_line  # noqa: E402

command_line.require_packages("h5py", "numpy")

import cenas_h5  # noqa: E402
import h5py  # noqa: E402
import numpy as np  # noqa: E402

BUDGETS_KG = (5, 10, 24, 48, 96)
STUCK_KG = 10
STEP_KG = 0.01
FLIPS = 20000  # of signs, in the paired test


def hypervolume(gains: np.ndarray) -> float:
    """Of points over the origin, by slices of the last objective."""
    gains = gains[(gains > 0).all(axis=1)]
    if len(gains) == 0:
        return 0.0
    if gains.shape[1] == 1:
        return float(gains.max())
    gains = gains[np.argsort(-gains[:, -1], kind="stable")]
    edges = np.append(gains[:, -1], 0.0)
    if gains.shape[1] == 2:
        return float(np.sum(np.maximum.accumulate(gains[:, 0]) * (edges[:-1] - edges[1:])))
    return sum(
        hypervolume(gains[: i + 1, :-1]) * (edges[i] - edges[i + 1]) for i in range(len(gains)) if edges[i] > edges[i + 1]
    )


class Method:
    """All searches of one method: hypervolume against kg, and what the initial trainings would have emitted."""

    def __init__(self, run: cenas_h5.Run, name: str, cost_s: dict[str, float]):
        self.run, self.name = run, name
        self.rows = np.flatnonzero(run.searches["method"] == name)
        self.logs = [run.search(i) for i in self.rows]
        self.final_kg = np.array([run.searches["carbon_g"][i] / 1000 for i in self.rows])
        self.initial_kg = np.array([self._initial_kg(log, cost_s) for log in self.logs])
        self.curves = [run.hv_curve(i, against="carbon") for i in self.rows]

    def _initial_kg(self, log: cenas_h5.Search, cost_s: dict[str, float]) -> float:
        """1 kW for their GPU time, at the intensity of the run's first hour, before the search proper."""
        initial = log.evaluations["architecture"][log.evaluations["initial"] != 0]
        hours = sum(cost_s[_text(architecture)] for architecture in initial) / 3600
        return hours * float(log.intervals["intensity"][0]) / 1000

    def at(self, kg: float) -> np.ndarray:
        return np.array([float(curve.at(kg)) for curve in self.curves])

    def denoised_at(self, kg: float) -> np.ndarray:
        def one(log: cenas_h5.Search) -> float:
            e = log.evaluations
            done = (e["finished"] != 0) & (e["search_grams"] <= kg * 1000)
            gains = self.run.gains(self.run.class_mean[e["cell"][done]])
            return hypervolume(gains[cenas_h5.non_dominated(gains)])

        return np.array([one(log) for log in self.logs])

    def reaches(self, kg: float) -> bool:
        return bool((self.final_kg >= 0.95 * kg).all())

    def kg_of_mean(self, level: float, booked: bool) -> float:
        """Where the mean over seeds of the hypervolume passes the level; inf: nowhere."""
        grid = np.arange(0, self.final_kg.max() + STEP_KG, STEP_KG)
        offsets = self.initial_kg if booked else np.zeros(len(self.rows))
        grid = grid + (offsets.max() if booked else 0)
        mean = np.mean([curve.at(np.maximum(grid - o, 0)) for curve, o in zip(self.curves, offsets)], axis=0)
        above = np.flatnonzero(mean > level)
        return float(grid[above[0]]) if len(above) else np.inf

    def trainings_to(self, level: float) -> float:
        counts = []
        for log in self.logs:
            e = log.evaluations
            own = (e["finished"] != 0) & (e["initial"] == 0)
            above = np.flatnonzero(e["hypervolume"][own] > level)
            counts.append(above[0] + 1 if len(above) else np.nan)
        return float(np.mean(counts))

    def stuck(self, level: float) -> int:
        return int((self.at(STUCK_KG) <= level).sum())


def _text(name) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def read_costs(path: str) -> dict[str, float]:
    with h5py.File(path) as file:
        return {_text(a): float(s) for a, s in zip(file["architecture"][:], file["evaluation_s"][:])}


def sign_flip_p(differences: np.ndarray) -> float:
    """Two-sided p of a mean difference of zero: signs of paired differences flipped at random."""
    signs = np.random.default_rng(0).choice([-1.0, 1.0], (FLIPS, len(differences)))
    reached = np.abs(signs @ differences) >= abs(differences.sum()) * (1 - 1e-12)
    return (reached.sum() + 1) / (FLIPS + 1)


def interval(values: np.ndarray) -> str:
    mean = cenas_h5.bootstrap_mean(values)
    return f"{mean.value:.2f} [{mean.low:.2f}, {mean.high:.2f}]"


def number(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}" if np.isfinite(value) else "-"


def print_table(head: list[str], rows: list[list[str]]) -> None:
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def log_difference(maximum: float, values: np.ndarray) -> np.ndarray:
    return cenas_h5.hv_log_difference(maximum, values)


def print_levels(methods: list[Method], level: float) -> None:
    rows = []
    for m in methods:
        kg = [m.kg_of_mean(level, booked) for booked in (False, True)]
        rows.append([f"`{m.name}`", number(kg[0], 2), number(kg[1], 2), number(m.trainings_to(level)),
                     f"{m.stuck(level)} of {len(m.rows)}", number(float(m.final_kg.mean()))])
    print_table(["method", "kg to the level, initial trainings free", "booked", "trainings to it (seeds that reach it)",
                 f"seeds below it at {STUCK_KG} kg", "kg in all"], rows)


def print_budgets(methods: list[Method], denoised: bool) -> None:
    head = ["HV log difference" + (", denoised" if denoised else "")] + [f"{kg} kg" for kg in BUDGETS_KG]
    rows = []
    for m in methods:
        maximum = m.run.hv_max_denoised if denoised else m.run.hv_max
        values = [m.denoised_at if denoised else m.at][0]
        rows.append([f"`{m.name}`"] + [
            interval(log_difference(maximum, values(kg))) if m.reaches(kg) else "-" for kg in BUDGETS_KG])
    print_table(head, rows)


def print_pairs(methods: list[Method], reference: Method) -> None:
    rows = []
    for m in methods:
        if m is reference or not (m.reaches(STUCK_KG) and reference.reaches(STUCK_KG)):
            continue
        maximum = m.run.hv_max
        d = log_difference(maximum, reference.at(STUCK_KG)) - log_difference(maximum, m.at(STUCK_KG))
        rows.append([f"`{m.name}`", interval(d), f"{sign_flip_p(d):.4f}"])
    print_table([f"`{reference.name}` minus", f"HV log difference at {STUCK_KG} kg", "p (signs flipped)"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("table")
    parser.add_argument("--level", default="vanilla", help="method whose final mean hypervolume is the level")
    parser.add_argument("--against", default="bayesian", help="method of the paired tests")
    arguments = parser.parse_args()
    run = cenas_h5.open_run(arguments.run)
    costs = read_costs(arguments.table)
    methods = {name: Method(run, name, costs) for name in run.methods}
    for name in (arguments.level, arguments.against):
        if name not in methods:
            parser.error(f"the file has no method '{name}' (it has: {', '.join(methods)})")
    level = float(run.searches["hypervolume"][methods[arguments.level].rows].mean())
    initial = cenas_h5.bootstrap_mean(methods[arguments.level].initial_kg)
    print(f"## {Path(arguments.run).stem}\n")
    print(f"Table `{run.table.name}`, " + ", ".join(f"{o.name} (reference {o.reference:g})" for o in run.objectives)
          + f"; HV_max {run.hv_max:.4f}; {len(methods[arguments.level].rows)} seeds. Level: {level:.2f}, the mean final "
          f"hypervolume of `{arguments.level}`. Initial trainings: {initial.value:.2f} kg "
          f"[{initial.low:.2f}, {initial.high:.2f}].\n")
    everyone = list(methods.values())
    print_levels(everyone, level)
    print_budgets(everyone, denoised=False)
    print_budgets(everyone, denoised=True)
    print_pairs(everyone, methods[arguments.against])


if __name__ == "__main__":
    command_line.run(main)

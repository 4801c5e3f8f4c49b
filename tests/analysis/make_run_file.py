# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Makes run files as src/io/FORMAT.md, section 1, describes them, for tests of scripts/analysis.

The searches are a plausible pastiche, not a simulation: which cells are found follows a simple rule, but every number
is consistent with every other one (hypervolumes with objectives, grams with joules and intensities, totals with the
log), so that the analysis can be checked against them. The same arguments always give the same file.

    python3 make_run_file.py example.h5 [--accounting paper] [--seeds 5] ...
"""
import argparse
from dataclasses import dataclass, field
from typing import Callable

import h5py
import numpy as np

OPERATIONS = ("none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "nor_conv_3x3")
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
CELLS = 5**6
COMPONENTS = ("evaluation", "sampling", "supernet_training", "optimizer", "idle", "switching")
EVALUATION, SAMPLING, SUPERNET, OPTIMIZER, IDLE, SWITCHING = range(6)
WATTS = (300.0, 300.0, 300.0, 100.0, 50.0, 150.0)
PAPER_WATTS = (1000.0, 0.0, 0.0, 0.0, 0.0, 0.0)
OBJECTIVES = (
    ("accuracy", "maximize", "%", 0.0),
    ("energy", "minimize", "mJ", 50.0),
    ("latency", "minimize", "ms", 12.0),
)

# A policy maps (step, intensities, gpus) to (GPUs that evaluate, GPUs that sample).
Policy = Callable[[int, np.ndarray, int], tuple[int, int]]


def vanilla(step, intensities, gpus):
    return gpus, 0


def one_shot(step, intensities, gpus):
    return (0, gpus) if step < len(intensities) - 4 else (gpus, 0)


def switch(step, intensities, gpus):
    middle = 0.5 * (intensities.min() + intensities.max())
    return (gpus, 0) if intensities[step] <= middle else (0, gpus)


def shares(step, intensities, gpus):
    low, high = intensities.min(), intensities.max()
    evaluate = round(gpus * (high - intensities[step]) / max(high - low, 1e-9))
    return evaluate, gpus - evaluate


def fixed(count: int) -> Policy:
    return lambda step, intensities, gpus: (min(count, gpus), gpus - min(count, gpus))


METHODS = {"vanilla": vanilla, "one-shot": one_shot, "heuristic-switch": switch, "ce-nas": shares}


@dataclass
class Recipe:
    """What to make."""

    methods: dict[str, Policy] = field(default_factory=lambda: dict(METHODS))
    traces: tuple[str, ...] = ("CISO", "DE")
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)
    hours: int = 80
    step_s: int = 3600
    gpus: int = 8
    objectives: int = 2
    accounting: str = "full"
    signal: str = "average"
    scope: str = "life_cycle"
    table_name: str = "synthetic"
    table_seed: int = 0
    reach_hv_max: bool = False  # every search ends with the hypervolume of the whole table
    deck: str = '# An example deck.\n[run]\nhours = 80\n'


# --- the space and its table -----------------------------------------------------------------------------------------


def operations() -> np.ndarray:
    """Operation codes [cell, edge]; the first edge is the most significant digit."""
    digits = np.arange(CELLS)[:, None] // 5 ** np.arange(5, -1, -1)
    return digits % 5


def architecture(codes) -> str:
    name = [OPERATIONS[code] for code in codes]
    return f"|{name[0]}~0|+|{name[1]}~0|{name[2]}~1|+|{name[3]}~0|{name[4]}~1|{name[5]}~2|"


def pruned_class(codes: np.ndarray) -> np.ndarray:
    """Cell index once every edge on no path from input to output is none."""
    live = codes > 0
    count = len(codes)
    reached = np.zeros((count, 4), dtype=bool)
    reaching = np.zeros((count, 4), dtype=bool)
    reached[:, 0] = reaching[:, 3] = True
    for edge, (start, end) in enumerate(EDGES):
        reached[:, end] |= live[:, edge] & reached[:, start]
    for edge, (start, end) in reversed(list(enumerate(EDGES))):
        reaching[:, start] |= live[:, edge] & reaching[:, end]
    kept = codes.copy()
    for edge, (start, end) in enumerate(EDGES):
        kept[~(reached[:, start] & reaching[:, end]), edge] = 0
    return kept @ 5 ** np.arange(5, -1, -1)


def make_table(objectives: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(objectives [cell, O], pruned class of each cell, GPU-seconds of a training)."""
    rng = np.random.default_rng(seed)
    codes = operations()
    classes = pruned_class(codes)
    active = codes[classes]
    capacity = np.array([0.0, 0.35, 0.2, 1.0, 1.6])[active] @ np.array([1.0, 0.9, 1.1, 1.2, 1.1, 1.3])
    connected = np.any(active > 0, axis=1)
    accuracy = np.where(connected, 94.5 - 42.0 * np.exp(-0.62 * capacity), 10.0) + rng.normal(0, 0.15, CELLS)
    energy = 2.0 + np.array([0.0, 0.7, 1.6, 3.1, 6.4])[codes].sum(axis=1) * rng.normal(1.0, 0.04, CELLS)
    latency = 0.6 + np.array([0.0, 0.2, 0.5, 0.6, 1.1])[active].sum(axis=1) + rng.normal(0, 0.05, CELLS)
    training_s = 2400.0 + 90.0 * energy * rng.normal(1.0, 0.03, CELLS)
    return np.stack([np.clip(accuracy, 0, 100), energy, latency], axis=1)[:, :objectives], classes, training_s


def class_means(values: np.ndarray, classes: np.ndarray) -> np.ndarray:
    counts = np.bincount(classes, minlength=CELLS)
    sums = np.stack([np.bincount(classes, weights=column, minlength=CELLS) for column in values.T], axis=1)
    return sums[classes] / counts[classes][:, None]


def gains_of(values: np.ndarray, objectives) -> np.ndarray:
    signs = np.array([1.0 if direction == "maximize" else -1.0 for _, direction, _, _ in objectives])
    return signs * (values - np.array([reference for *_, reference in objectives]))


# --- hypervolume, by its definition ----------------------------------------------------------------------------------


def front_of(gains: np.ndarray) -> np.ndarray:
    front = np.empty((0, gains.shape[1]))
    for point in gains[np.argsort(-gains.sum(axis=1))]:
        if np.all(point > 0) and not np.any(np.all(front >= point, axis=1)):
            front = np.vstack([front, point])
    return front


def hypervolume(gains: np.ndarray) -> float:
    """Volume that points (larger is better, reference at 0) dominate: slabs along the last objective."""
    points = gains[np.all(gains > 0, axis=1)]
    if points.shape[1] == 1:
        return float(points.max(initial=0.0))
    points = points[np.argsort(-points[:, -1])]
    heights = points[:, -1] - np.append(points[1:, -1], 0.0)
    if points.shape[1] == 2:
        return float(np.maximum.accumulate(points[:, 0]) @ heights)
    return sum(height * hypervolume(points[: k + 1, :-1]) for k, height in enumerate(heights))


class Archive:
    """Non-dominated points and their hypervolume."""

    def __init__(self, objectives: int):
        self.front = np.empty((0, objectives))
        self.hypervolume = 0.0

    def add(self, point: np.ndarray) -> None:
        if np.any(point <= 0) or np.any(np.all(self.front >= point, axis=1)):
            return
        self.front = np.vstack([self.front[~np.all(point >= self.front, axis=1)], point])
        self.hypervolume = hypervolume(self.front)


# --- one search ------------------------------------------------------------------------------------------------------


def make_intensities(trace: str, steps: int, step_s: int) -> np.ndarray:
    """A grid with a solar valley (CISO), or with weather of several days (others)."""
    rng = np.random.default_rng(sum(map(ord, trace)))
    hours = np.arange(steps) * step_s / 3600.0
    if trace == "CISO":
        shape = 290.0 - 110.0 * np.exp(-(((hours + 6.0) % 24 - 19.0) ** 2) / 14.0)
    else:
        shape = 430.0 + 120.0 * np.sin(2 * np.pi * (hours / 61.0 + rng.random())) + 35 * np.sin(2 * np.pi * hours / 24)
    return np.round(np.maximum(shape + rng.normal(0, 9.0, steps), 5.0), 2)


def draw_cell(rng, gains, weight_limit: int, taken: np.ndarray) -> int:
    """The best free one of some random cells for a random weighting of the objectives."""
    candidates = rng.integers(0, CELLS, weight_limit)
    candidates = candidates[~taken[candidates]]
    if len(candidates) == 0:
        return int(rng.choice(np.flatnonzero(~taken)))
    weights = rng.dirichlet(np.ones(gains.shape[1]))
    utility = (gains[candidates] / gains.max(axis=0)) @ weights + rng.normal(0, 0.02, len(candidates))
    return int(candidates[np.argmax(utility)])


def initial_cells(table_gains, seed: int) -> list[int]:
    rng = np.random.default_rng((seed, 1))
    return [int(cell) for cell in rng.choice(CELLS, 10, replace=False)]


def make_search(recipe: Recipe, policy: Policy, intensities, table, seed: int) -> dict:
    """Logs of one search: trainings run on GPU g while g < evaluate, each GPU one after the other."""
    values, classes, training_s, objectives = table
    gains = gains_of(values, objectives)
    paper = recipe.accounting == "paper"
    watts = np.array(PAPER_WATTS if paper else WATTS)
    first = int(3600 // recipe.step_s) if paper else 0
    steps = len(intensities)
    rng = np.random.default_rng((seed, 2))
    taken = np.zeros(CELLS, dtype=bool)
    waiting = initial_cells(gains, seed)
    taken[waiting] = True
    start_s = first * recipe.step_s
    done = []  # (end_s, cell, initial, start_s, gpu_s, joules, grams)
    if paper:
        done = [(float(start_s), cell, 1, float(start_s), 0.0, 0.0, 0.0) for cell in waiting]
        waiting = []
    elif recipe.reach_hv_max:
        waiting = []
    running: list[dict | None] = [None] * recipe.gpus
    roles = np.zeros((steps, 3), dtype=np.int32)
    joules = np.zeros((steps, 6))
    pue = 1.0 if paper else 1.2
    samples, supernet_left = 0, 0.0 if paper else 20.0 * 3600.0
    started = 0
    goals = list(np.argsort(gains.sum(axis=1))[::-1])
    if recipe.reach_hv_max:
        goals = [int(cell) for cell in range(CELLS) if np.any(np.all(front_of(gains) == gains[cell], axis=1))]
    for step in range(first, steps):
        evaluate, sample = policy(step, intensities, recipe.gpus)
        roles[step] = (evaluate, sample, recipe.gpus - evaluate - sample)
        grams_per_joule = intensities[step] * pue / 3.6e6
        begin = step * recipe.step_s
        for gpu in range(recipe.gpus):
            t = 0.0
            task = running[gpu]
            if gpu < evaluate or (task is not None and task["initial"]) or waiting:
                if task is not None and task["paused"] and not paper:
                    t = 20.0
                    joules[step, SWITCHING] += watts[SWITCHING] * t
                while t < recipe.step_s:
                    if running[gpu] is None:
                        if not waiting and gpu >= evaluate:
                            break
                        initial = bool(waiting)
                        if initial:
                            cell = waiting.pop(0)
                        elif recipe.reach_hv_max and goals:
                            cell = goals.pop()
                        else:
                            cell = draw_cell(rng, gains, 2 + min(started // 2, 400), taken)
                        taken[cell] = True
                        started += not initial
                        running[gpu] = {"cell": cell, "initial": initial, "start": begin + t, "left": training_s[cell],
                                        "gpu_s": 0.0, "joules": 0.0, "grams": 0.0, "paused": False, "end": 0.0}
                    task = running[gpu]
                    work = min(task["left"], recipe.step_s - t)
                    task["left"] -= work
                    task["gpu_s"] += work
                    task["joules"] += watts[EVALUATION] * work
                    task["grams"] += watts[EVALUATION] * work * grams_per_joule
                    joules[step, EVALUATION] += watts[EVALUATION] * work
                    t += work
                    task["end"] = begin + t
                    if task["left"] <= 0:
                        done.append((begin + t, task["cell"], int(task["initial"]), task["start"], task["gpu_s"],
                                     task["joules"], task["grams"]))
                        running[gpu] = None
            elif task is not None:
                task["paused"] = True
            free_s = recipe.step_s - t
            if evaluate <= gpu < evaluate + sample and free_s > 0:
                training = min(supernet_left, free_s) if gpu == evaluate else 0.0
                supernet_left -= training
                busy = 0.4 * (free_s - training) if supernet_left <= 0 else 0.0
                samples += int(busy / 60.0)
                joules[step, SUPERNET] += watts[SUPERNET] * training
                joules[step, SAMPLING] += watts[SAMPLING] * busy
                free_s -= training + busy
            joules[step, IDLE] += watts[IDLE] * free_s
        joules[step, OPTIMIZER] = watts[OPTIMIZER] * recipe.step_s
    grams = joules.sum(axis=1) * pue * intensities / 3.6e6
    embodied = np.where(np.arange(steps) < first, 0.0, 0.0 if paper else 10.0 * recipe.gpus * recipe.step_s / 3600.0)
    return finish_search(recipe, done, running, joules, grams, embodied, intensities, roles, samples, table)


def finish_search(recipe, done, running, joules, grams, embodied, intensities, roles, samples, table) -> dict:
    values, classes, training_s, objectives = table
    steps = len(intensities)
    end_s = float(steps * recipe.step_s)
    edges = np.arange(steps + 1) * recipe.step_s
    spent_joules = np.concatenate(([0.0], np.cumsum(joules.sum(axis=1))))
    spent_grams = np.concatenate(([0.0], np.cumsum(grams + embodied)))
    raw, denoised = Archive(len(objectives)), Archive(len(objectives))
    means = class_means(values, classes)
    rows = []
    for end, cell, initial, start, gpu_s, task_joules, task_grams in sorted(done, key=lambda row: row[0]):
        raw.add(gains_of(values[cell], objectives))
        denoised.add(gains_of(means[cell], objectives))
        rows.append((cell, initial, 1, start, end, gpu_s, task_joules, task_grams, raw.hypervolume,
                     np.interp(end, edges, spent_joules), np.interp(end, edges, spent_grams)))
    for task in sorted((t for t in running if t), key=lambda t: t["start"]):
        rows.append((task["cell"], int(task["initial"]), 0, task["start"], task["end"], task["gpu_s"], task["joules"],
                     task["grams"], raw.hypervolume, spent_joules[-1], spent_grams[-1]))
    finished = np.array([row[2] for row in rows], dtype=bool)
    ends = np.array([row[4] for row in rows])
    hv = np.array([row[8] for row in rows])
    at_end = [hv[finished & (ends <= edge)].max(initial=0.0) for edge in edges[1:]]
    worked = joules[:, [EVALUATION, SAMPLING, SUPERNET, SWITCHING]] / np.maximum(WATTS, 1)[[0, 1, 2, 5]]
    return {
        "rows": rows,
        "objectives": np.where(finished[:, None], values[[row[0] for row in rows]], np.nan),
        "intensity": intensities, "roles": roles, "joules": joules, "grams": grams, "embodied": embodied,
        "interval_hv": np.array(at_end), "hypervolume": raw.hypervolume, "hypervolume_denoised": denoised.hypervolume,
        "carbon_g": float(spent_grams[-1]), "energy_j": float(spent_joules[-1]), "gpu_hours": worked.sum() / 3600.0,
        "end_s": end_s, "samples": samples,
        "evaluations": int(sum(1 for row in rows if row[2] and not row[1])), "stop_reason": "hours",
    }  # fmt: skip


# --- writing ---------------------------------------------------------------------------------------------------------


def put(file, path: str, data, units: str = "1", dtype=None) -> None:
    if isinstance(data, (list, tuple)) and all(isinstance(text, str) for text in data):
        encoded = [text.encode() for text in data]
        width = max(1, max(map(len, encoded), default=1))
        text_type = h5py.string_dtype("utf-8", width)
        dataset = file.create_dataset(path, data=np.array(encoded, dtype=text_type))
    else:
        dataset = file.create_dataset(path, data=np.asarray(data, dtype=dtype))
    dataset.attrs["units"] = units
    dataset.attrs["description"] = path.rsplit("/", 1)[-1].replace("_", " ")


def write_run_file(path, recipe: Recipe | None = None) -> None:
    """Writes the run file of a recipe."""
    recipe = recipe or Recipe()
    objectives = OBJECTIVES[: recipe.objectives]
    values, classes, training_s = make_table(recipe.objectives, recipe.table_seed)
    table = (values, classes, training_s, objectives)
    means = class_means(values, classes)
    hv_max = hypervolume(front_of(gains_of(values, objectives)))
    hv_max_denoised = hypervolume(front_of(gains_of(means, objectives)))
    steps = recipe.hours * 3600 // recipe.step_s
    traces = {name: make_intensities(name, steps, recipe.step_s) for name in recipe.traces}
    searches = [
        (m, t, seed, make_search(recipe, policy, intensities, table, seed))
        for t, intensities in enumerate(traces.values())
        for m, policy in enumerate(recipe.methods.values())
        for seed in recipe.seeds
    ]
    with h5py.File(path, "w") as file:
        write_root(file, recipe, hv_max, hv_max_denoised)
        write_names(file, recipe, objectives, means)
        write_searches(file, searches, hv_max, hv_max_denoised)
        write_logs(file, recipe, [search for *_, search in searches])
        group = file.create_group("provenance")
        for name, value in {"host": "test", "started_utc": "2026-01-01T00:00:00Z", "command_line": "make_run_file",
                            "finished_utc": "2026-01-01T00:00:01Z", "git_commit": "unknown", "libraries": "HDF5",
                            "ranks": 1, "threads": 1, "wall_s": 1.0}.items():  # fmt: skip
            group.attrs[name] = np.bytes_(value.encode()) if isinstance(value, str) else value


def write_root(file, recipe: Recipe, hv_max: float, hv_max_denoised: float) -> None:
    paper = recipe.accounting == "paper"
    attributes = {
        "format": "cenas-run", "format_version": 1, "program_version": "0.1.0", "accounting": recipe.accounting,
        "start": "2021-07-02T06:00:00Z", "horizon_s": recipe.hours * 3600.0, "account_from_s": 3600.0 if paper else 0.0,
        "gpus": recipe.gpus, "pue": 1.0 if paper else 1.2, "embodied_g_per_gpu_h": 0.0 if paper else 10.0,
        "table_name": recipe.table_name, "table_checksum": f"{recipe.table_seed:064x}", "table_synthetic": 1,
        "table_cells": CELLS, "cost_scale": 1.0, "hv_max": hv_max, "hv_max_denoised": hv_max_denoised,
    }  # fmt: skip
    for name, value in attributes.items():
        file.attrs[name] = np.bytes_(value.encode()) if isinstance(value, str) else value


def write_names(file, recipe: Recipe, objectives, means) -> None:
    put(file, "deck", [recipe.deck])
    put(file, "effective_deck", [recipe.deck + "# effective\n"])
    put(file, "component", COMPONENTS)
    put(file, "objective/name", [name for name, *_ in objectives])
    put(file, "objective/direction", [direction for _, direction, _, _ in objectives])
    put(file, "objective/unit", [unit for _, _, unit, _ in objectives])
    put(file, "objective/reference", [reference for *_, reference in objectives], dtype=float)
    put(file, "method/name", list(recipe.methods))
    put(file, "trace/name", list(recipe.traces))
    put(file, "trace/checksum", [f"{sum(map(ord, name)):064x}" for name in recipe.traces])
    put(file, "trace/source", ["made for a test"] * len(recipe.traces))
    put(file, "trace/signal", [recipe.signal] * len(recipe.traces))
    put(file, "trace/scope", [recipe.scope] * len(recipe.traces))
    put(file, "trace/synthetic", [1] * len(recipe.traces), dtype=np.uint8)
    put(file, "trace/step_s", [recipe.step_s] * len(recipe.traces), "s", np.int64)
    put(file, "cell/architecture", [architecture(codes) for codes in operations()])
    put(file, "cell/class_mean", means)


def write_searches(file, searches, hv_max: float, hv_max_denoised: float) -> None:
    logs = [search for *_, search in searches]
    put(file, "search/index", np.arange(len(searches)), dtype=np.int64)
    put(file, "search/method", [m for m, *_ in searches], dtype=np.int32)
    put(file, "search/trace", [t for _, t, *_ in searches], dtype=np.int32)
    put(file, "search/seed", [seed for _, _, seed, _ in searches], dtype=np.int64)
    for suffix, best in (("", hv_max), ("_denoised", hv_max_denoised)):
        final = np.array([log["hypervolume" + suffix] for log in logs])
        put(file, f"search/hypervolume{suffix}", final, dtype=float)
        with np.errstate(divide="ignore"):
            put(file, f"search/hv_log_difference{suffix}", np.log10(np.maximum(best - final, 0.0)), dtype=float)
    for name, units in (("carbon_g", "g"), ("energy_j", "J"), ("gpu_hours", "h"), ("end_s", "s")):
        put(file, f"search/{name}", [log[name] for log in logs], units, float)
    for name in ("evaluations", "samples"):
        put(file, f"search/{name}", [log[name] for log in logs], dtype=np.int64)
    put(file, "search/stop_reason", [log["stop_reason"] for log in logs] or np.empty(0, dtype="S1"))
    for name, rows in (("evaluation", "rows"), ("interval", "joules")):
        offsets = np.concatenate(([0], np.cumsum([len(log[rows]) for log in logs])))
        put(file, f"search/{name}_offset", offsets, dtype=np.int64)


def write_logs(file, recipe: Recipe, logs) -> None:
    def joined(key, shape=()):
        return np.concatenate([np.asarray(log[key]) for log in logs]) if logs else np.empty((0, *shape))

    rows = joined("rows", (11,)).reshape(-1, 11)
    put(file, "evaluation/index", np.arange(len(rows)), dtype=np.int64)
    columns = (("cell", "1", np.int32), ("initial", "1", np.uint8), ("finished", "1", np.uint8), ("start_s", "s", float),
               ("end_s", "s", float), ("gpu_s", "s", float), ("joules", "J", float), ("grams", "g", float),
               ("hypervolume", "1", float), ("search_joules", "J", float), ("search_grams", "g", float))  # fmt: skip
    for k, (name, units, dtype) in enumerate(columns):
        put(file, f"evaluation/{name}", rows[:, k], units, dtype)
    put(file, "evaluation/objectives", joined("objectives", (recipe.objectives,)), dtype=float)
    joules = joined("joules", (6,))
    roles = joined("roles", (3,))
    put(file, "interval/index", np.arange(len(joules)), dtype=np.int64)
    start = [np.arange(len(log["joules"])) * recipe.step_s for log in logs]
    put(file, "interval/start_s", np.concatenate(start) if start else [], "s", float)
    put(file, "interval/intensity", joined("intensity"), "g/(kW h)", float)
    for k, name in enumerate(("gpus_evaluate", "gpus_sample", "gpus_idle")):
        put(file, f"interval/{name}", roles[:, k], dtype=np.int32)
    put(file, "interval/joules", joules, "J", float)
    put(file, "interval/grams", joined("grams"), "g", float)
    put(file, "interval/embodied_grams", joined("embodied"), "g", float)
    put(file, "interval/hypervolume", joined("interval_hv"), dtype=float)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path")
    parser.add_argument("--accounting", default="full", choices=("full", "paper"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--objectives", type=int, default=2, choices=(1, 2, 3))
    parser.add_argument("--hours", type=int, default=80)
    parser.add_argument("--fixed", action="store_true", help="add every fixed-k baseline")
    arguments = parser.parse_args()
    methods = dict(METHODS)
    if arguments.fixed:
        methods.update({f"fixed-{k}": fixed(k) for k in range(1, 10)})
    write_run_file(arguments.path, Recipe(methods=methods, seeds=tuple(range(1, arguments.seeds + 1)),
                                          hours=arguments.hours, objectives=arguments.objectives,
                                          accounting=arguments.accounting))  # fmt: skip


if __name__ == "__main__":
    main()

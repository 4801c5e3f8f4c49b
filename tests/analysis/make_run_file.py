# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Makes run files as src/io/FORMAT.md, section 1, describes them, for tests of scripts/analysis.

The searches are a plausible pastiche, not a simulation: which cells are found follows a simple rule, but every number
is consistent with every other one (hypervolumes with objectives, grams with joules and intensities, totals with the
log), so that the analysis can be checked against them. The same arguments always give the same file.

    python3 make_run_file.py example.h5 [--accounting paper] [--seeds 5] ...
"""

import argparse
import datetime
import hashlib
from dataclasses import dataclass, field
from typing import Callable

import h5py
import numpy as np

OPERATIONS = ("none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "nor_conv_3x3")
EDGES = ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))
CELLS = 5**6
COMPONENTS = ("evaluation", "sampling", "supernet_training", "optimizer", "idle", "switching", "measurement")
EVALUATION, SAMPLING, SUPERNET, OPTIMIZER, IDLE, SWITCHING, MEASUREMENT = range(7)
WATTS = (300.0, 300.0, 300.0, 100.0, 50.0, 150.0, 0.0)
PAPER_WATTS = (1000.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
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
    measured_j: float = 0.0  # what it took to know an objective beforehand, booked in the first step
    early: dict[str, int] = field(default_factory=dict)  # method: steps after which its carbon budget is spent
    deck: str = "# An example deck.\n[run]\nhours = 80\n"


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


@dataclass
class Table:
    """The architectures with what they give and cost, and the hypervolumes of them all."""

    objectives: tuple
    values: np.ndarray  # [cell, objective]
    means: np.ndarray  # the same, mean over cells that are one network
    training_s: np.ndarray

    @classmethod
    def of(cls, recipe: Recipe) -> "Table":
        values, classes, training_s = make_table(recipe.objectives, recipe.table_seed)
        return cls(OBJECTIVES[: recipe.objectives], values, class_means(values, classes), training_s)

    def __post_init__(self):
        self.gains = gains_of(self.values, self.objectives)
        self.mean_gains = gains_of(self.means, self.objectives)
        front = front_of(self.gains)
        self.hv_max = hypervolume(front)
        self.hv_max_denoised = hypervolume(front_of(self.mean_gains))
        self.pareto_cells = [int(np.flatnonzero(np.all(self.gains == point, axis=1))[0]) for point in front]


@dataclass
class Training:
    """A training under way."""

    cell: int
    initial: bool
    start_s: float
    left_s: float
    end_s: float = 0.0
    gpu_s: float = 0.0
    joules: float = 0.0
    grams: float = 0.0
    paused: bool = False


class Simulation:
    """One search: GPU g trains while g < the GPUs that evaluate, one architecture after the other."""

    def __init__(self, recipe: Recipe, policy: Policy, intensities: np.ndarray, table: Table, seed: int):
        self.recipe, self.policy, self.intensities, self.table = recipe, policy, intensities, table
        self.paper = recipe.accounting == "paper"
        self.watts = PAPER_WATTS if self.paper else WATTS
        self.pue = 1.0 if self.paper else 1.2
        self.first_step = 3600 // recipe.step_s if self.paper else 0
        self.rng = np.random.default_rng((seed, 2))
        self.running: list[Training | None] = [None] * recipe.gpus
        self.finished: list[Training] = []
        self.roles = np.zeros((len(intensities), 3), dtype=np.int32)
        self.joules = np.zeros((len(intensities), len(COMPONENTS)))
        self.supernet_left_s = 0.0 if self.paper else 20 * 3600.0
        self.samples = 0
        self.taken = np.zeros(CELLS, dtype=bool)
        self.waiting = [int(c) for c in np.random.default_rng((seed, 1)).choice(CELLS, 10, replace=False)]
        if recipe.reach_hv_max:
            self.waiting = list(table.pareto_cells)
        self.taken[self.waiting] = True

    def run(self) -> dict:
        if self.paper:  # the initial architectures are there, free, when the search begins
            begin = float(self.first_step * self.recipe.step_s)
            self.finished = [Training(cell, True, begin, 0.0, begin) for cell in self.waiting]
            self.waiting = []
        self.joules[0, MEASUREMENT] = self.recipe.measured_j
        for step in range(self.first_step, len(self.intensities)):
            evaluate, sample = self.policy(step, self.intensities, self.recipe.gpus)
            self.roles[step] = evaluate, sample, self.recipe.gpus - evaluate - sample
            for gpu in range(self.recipe.gpus):
                self.run_gpu(step, gpu, evaluate, sample)
            self.book(step, OPTIMIZER, self.recipe.step_s)
        return self.log()

    def run_gpu(self, step: int, gpu: int, evaluate: int, sample: int) -> None:
        used_s = self.train(step, gpu, gpu < evaluate)
        free_s = self.recipe.step_s - used_s
        if evaluate <= gpu < evaluate + sample:
            free_s -= self.sample(step, free_s, trains_supernet=gpu == evaluate)
        self.book(step, IDLE, free_s)

    def train(self, step: int, gpu: int, evaluates: bool) -> float:
        """Seconds of the step in which the GPU trained or restored a paused training."""
        task = self.running[gpu]
        if not (evaluates or self.waiting or (task and task.initial)):
            if task:
                task.paused = True
            return 0.0
        t = 0.0
        if task and task.paused:
            task.paused = False
            t = 0.0 if self.paper else 20.0
            self.book(step, SWITCHING, t)
        while t < self.recipe.step_s:
            if self.running[gpu] is None:
                if not (evaluates or self.waiting):
                    break
                self.running[gpu] = self.next_training(step * self.recipe.step_s + t)
            t += self.work(step, gpu, t)
        return t

    def work(self, step: int, gpu: int, t: float) -> float:
        task = self.running[gpu]
        seconds = min(task.left_s, self.recipe.step_s - t)
        joules = self.book(step, EVALUATION, seconds)
        task.left_s -= seconds
        task.gpu_s += seconds
        task.joules += joules
        task.grams += joules * self.grams_per_joule(step)
        task.end_s = step * self.recipe.step_s + t + seconds
        if task.left_s <= 0:
            self.finished.append(task)
            self.running[gpu] = None
        return seconds

    def next_training(self, now_s: float) -> Training:
        initial = bool(self.waiting)
        cell = self.waiting.pop(0) if initial else self.draw_cell()
        self.taken[cell] = True
        return Training(cell, initial, now_s, float(self.table.training_s[cell]))

    def draw_cell(self) -> int:
        """The best free one of some random cells for a random weighting of the objectives; more cells with time."""
        gains = self.table.gains
        candidates = self.rng.integers(0, CELLS, 2 + min(len(self.finished) // 2, 400))
        candidates = candidates[~self.taken[candidates]]
        if len(candidates) == 0:
            return int(self.rng.choice(np.flatnonzero(~self.taken)))
        weights = self.rng.dirichlet(np.ones(gains.shape[1]))
        utility = (gains[candidates] / gains.max(axis=0)) @ weights + self.rng.normal(0, 0.02, len(candidates))
        return int(candidates[np.argmax(utility)])

    def sample(self, step: int, free_s: float, trains_supernet: bool) -> float:
        """Seconds of the step in which a sampling GPU trained the supernet or queried it (a query a minute)."""
        training_s = min(self.supernet_left_s, free_s) if trains_supernet else 0.0
        self.supernet_left_s -= training_s
        queries = 0 if self.supernet_left_s > 0 else int(0.4 * (free_s - training_s) / 60.0)
        self.samples += queries
        self.book(step, SUPERNET, training_s)
        self.book(step, SAMPLING, 60.0 * queries)
        return training_s + 60.0 * queries

    def book(self, step: int, component: int, seconds: float) -> float:
        joules = self.watts[component] * seconds
        self.joules[step, component] += joules
        return joules

    def grams_per_joule(self, step: int) -> float:
        return self.intensities[step] * self.pue / 3.6e6

    def log(self) -> dict:
        """Everything a run file holds of the search."""
        steps, step_s = len(self.intensities), self.recipe.step_s
        grams = self.joules.sum(axis=1) * self.pue * self.intensities / 3.6e6
        embodied = np.full(steps, 0.0 if self.paper else 10.0 * self.recipe.gpus * step_s / 3600.0)
        edges = np.arange(steps + 1) * float(step_s)
        spent_joules = np.concatenate(([0.0], np.cumsum(self.joules.sum(axis=1))))
        spent_grams = np.concatenate(([0.0], np.cumsum(grams + embodied)))
        raw, denoised = Archive(len(self.table.objectives)), Archive(len(self.table.objectives))
        rows = []
        for task in sorted(self.finished, key=lambda task: task.end_s):
            raw.add(self.table.gains[task.cell])
            denoised.add(self.table.mean_gains[task.cell])
            spent = np.interp(task.end_s, edges, spent_joules), np.interp(task.end_s, edges, spent_grams)
            rows.append((*self.row(task, True), raw.hypervolume, *spent))
        for task in sorted(filter(None, self.running), key=lambda task: task.start_s):
            rows.append((*self.row(task, False), raw.hypervolume, spent_joules[-1], spent_grams[-1]))
        finished = np.array([row[2] for row in rows], dtype=bool)
        ends, found = np.array([row[4] for row in rows]), np.array([row[8] for row in rows])
        watts = np.array(self.watts)
        working = [k for k in (EVALUATION, SAMPLING, SUPERNET, SWITCHING) if watts[k] > 0]
        return {
            "rows": rows,
            "objectives": np.where(finished[:, None], self.table.values[[row[0] for row in rows]], np.nan),
            "intensity": self.intensities,
            "roles": self.roles,
            "joules": self.joules,
            "grams": grams,
            "embodied": embodied,
            "interval_hv": np.array([found[finished & (ends <= edge)].max(initial=0.0) for edge in edges[1:]]),
            "hypervolume": raw.hypervolume,
            "hypervolume_denoised": denoised.hypervolume,
            "carbon_g": float(spent_grams[-1]),
            "energy_j": float(spent_joules[-1]),
            "gpu_hours": float((self.joules[:, working] / watts[working]).sum() / 3600.0),
            "end_s": float(edges[-1]),
            "samples": self.samples,
            "evaluations": sum(1 for row in rows if row[2] and not row[1]),
        }

    @staticmethod
    def row(task: Training, finished: bool) -> tuple:
        return (
            task.cell,
            int(task.initial),
            int(finished),
            task.start_s,
            task.end_s,
            task.gpu_s,
            task.joules,
            task.grams,
        )


# --- writing ---------------------------------------------------------------------------------------------------------


def make_search(recipe: Recipe, method: str, intensities: np.ndarray, table: Table, seed: int) -> dict:
    steps = recipe.early.get(method, len(intensities))
    log = Simulation(recipe, recipe.methods[method], intensities[:steps], table, seed).run()
    return {**log, "stop_reason": "hours" if steps == len(intensities) else "carbon"}


def checksum(content) -> str:
    return hashlib.sha256(str(content).encode()).hexdigest()


def put(file, path: str, data, units: str = "1", dtype=None) -> None:
    if isinstance(data, (list, tuple)) and data and all(isinstance(text, str) for text in data):
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
    table = Table.of(recipe)
    steps = recipe.hours * 3600 // recipe.step_s
    traces = {name: make_intensities(name, steps, recipe.step_s) for name in recipe.traces}
    searches = [
        (m, t, seed, make_search(recipe, method, intensities, table, seed))
        for t, intensities in enumerate(traces.values())
        for m, method in enumerate(recipe.methods)
        for seed in recipe.seeds
    ]
    with h5py.File(path, "w") as file:
        write_root(file, recipe, table)
        write_names(file, recipe, table)
        write_searches(file, searches, table)
        write_logs(file, recipe, [search for *_, search in searches])
        group = file.create_group("provenance")
        for name, value in {
            "host": "test",
            "started_utc": "2026-01-01T00:00:00Z",
            "command_line": "make_run_file",
            "finished_utc": "2026-01-01T00:00:01Z",
            "git_commit": "unknown",
            "libraries": "HDF5",
            "ranks": 1,
            "threads": 1,
            "wall_s": 1.0,
        }.items():
            group.attrs[name] = np.bytes_(value.encode()) if isinstance(value, str) else value


def write_root(file, recipe: Recipe, table: Table) -> None:
    paper = recipe.accounting == "paper"
    attributes = {
        "format": "cenas-run",
        "format_version": 3,
        "program_version": "0.1.0",
        "record": "full",
        "shard": 1,
        "shards": 1,
        "axes": 0,
        "planned_searches": len(recipe.traces) * len(recipe.methods) * len(recipe.seeds),
    }
    for name, value in attributes.items():
        file.attrs[name] = np.bytes_(value.encode()) if isinstance(value, str) else value
    since_epoch = "seconds since 1970-01-01 00:00:00Z"
    put(file, "problem/index", [0], dtype=np.int64)
    put(file, "problem/table_name", [recipe.table_name])
    put(file, "problem/table_checksum", [checksum(recipe.table_seed)])
    put(file, "problem/table_synthetic", [1], dtype=np.uint8)
    put(file, "problem/table_cells", [CELLS], dtype=np.int64)
    put(file, "problem/hv_max", [table.hv_max], dtype=float)
    put(file, "problem/hv_max_denoised", [table.hv_max_denoised], dtype=float)
    put(file, "problem/reference", [[reference for *_, reference in table.objectives]], dtype=float)
    start = datetime.datetime(2021, 7, 2, 6, tzinfo=datetime.timezone.utc)
    put(file, "scenario/index", [0], dtype=np.int64)
    put(file, "scenario/problem", [0], dtype=np.int32)
    put(file, "scenario/accounting", [recipe.accounting])
    put(file, "scenario/start", [int(start.timestamp())], since_epoch, np.int64)
    put(file, "scenario/horizon_s", [recipe.hours * 3600.0], "s", float)
    put(file, "scenario/account_from_s", [3600.0 if paper else 0.0], "s", float)
    put(file, "scenario/gpus", [recipe.gpus], dtype=np.int32)
    put(file, "forecast/name", ["perfect", "persistence", "file", "none"])
    put(file, "scenario/forecast", [[0] * len(recipe.methods)], dtype=np.int32)
    put(file, "scenario/window_h", [[0.0] * len(recipe.methods)], "h", float)
    put(file, "scenario/budget_carbon_kg", [0.0], "kg", float)
    put(file, "scenario/budget_evaluations", [0], dtype=np.int64)
    put(file, "scenario/component_power", [PAPER_WATTS if paper else WATTS], "W", float)
    put(file, "scenario/pue", [1.0 if paper else 1.2], dtype=float)
    put(file, "scenario/embodied_g_per_gpu_h", [0.0 if paper else 10.0], "g/h", float)
    put(file, "scenario/cost_scale", [1.0], dtype=float)


def write_names(file, recipe: Recipe, table: Table) -> None:
    objectives = table.objectives
    put(file, "deck", [recipe.deck])
    put(file, "effective_deck", [recipe.deck + "# effective\n"])
    put(file, "component", COMPONENTS)
    put(file, "objective/name", [name for name, *_ in objectives])
    put(file, "objective/direction", [direction for _, direction, _, _ in objectives])
    put(file, "objective/unit", [unit for _, _, unit, _ in objectives])
    put(file, "method/name", list(recipe.methods))
    put(file, "trace/name", list(recipe.traces))
    put(file, "trace/checksum", [checksum(name) for name in recipe.traces])
    put(file, "trace/source", ["made for a test"] * len(recipe.traces))
    put(file, "trace/signal", [recipe.signal] * len(recipe.traces))
    put(file, "trace/scope", [recipe.scope] * len(recipe.traces))
    put(file, "trace/forecast_checksum", [""] * len(recipe.traces))
    put(file, "trace/synthetic", [1] * len(recipe.traces), dtype=np.uint8)
    put(file, "trace/start", [1625205600] * len(recipe.traces), "seconds since 1970-01-01 00:00:00Z", np.int64)
    put(file, "trace/step_s", [recipe.step_s] * len(recipe.traces), "s", np.int64)
    put(file, "cell/architecture", [architecture(codes) for codes in operations()])
    put(file, "cell/class_mean", table.means[None])


def write_searches(file, searches, table: Table) -> None:
    logs = [search for *_, search in searches]
    put(file, "search/index", np.arange(len(searches)), dtype=np.int64)
    put(file, "search/scenario", np.zeros(len(searches)), dtype=np.int32)
    put(file, "search/method", [m for m, *_ in searches], dtype=np.int32)
    put(file, "search/trace", [t for _, t, *_ in searches], dtype=np.int32)
    put(file, "search/seed", [seed for _, _, seed, _ in searches], dtype=np.int64)
    for suffix, best in (("", table.hv_max), ("_denoised", table.hv_max_denoised)):
        final = np.array([log["hypervolume" + suffix] for log in logs])
        put(file, f"search/hypervolume{suffix}", final, dtype=float)
        with np.errstate(divide="ignore"):
            put(file, f"search/hv_log_difference{suffix}", np.log10(np.maximum(best - final, 0.0)), dtype=float)
    for name, units in (("carbon_g", "g"), ("energy_j", "J"), ("gpu_hours", "h"), ("end_s", "s")):
        put(file, f"search/{name}", [log[name] for log in logs], units, float)
    put(file, "search/log_checksum", np.zeros(len(searches)), dtype=np.int64)
    for name in ("evaluations", "samples"):
        put(file, f"search/{name}", [log[name] for log in logs], dtype=np.int64)
    put(file, "search/low_evaluations", np.zeros(len(searches)), dtype=np.int64)
    put(file, "search/stop_reason", [log["stop_reason"] for log in logs] or np.empty(0, dtype="S1"))
    for name, rows in (("evaluation", "rows"), ("interval", "joules")):
        offsets = np.concatenate(([0], np.cumsum([len(log[rows]) for log in logs])))
        put(file, f"search/{name}_offset", offsets, dtype=np.int64)


def write_logs(file, recipe: Recipe, logs) -> None:
    def joined(key, shape=()):
        return np.concatenate([np.asarray(log[key]) for log in logs]) if logs else np.empty((0, *shape))

    rows = joined("rows", (11,)).reshape(-1, 11)
    put(file, "evaluation/index", np.arange(len(rows)), dtype=np.int64)
    columns = (
        ("cell", "1", np.int32),
        ("initial", "1", np.uint8),
        ("finished", "1", np.uint8),
        ("start_s", "s", float),
        ("end_s", "s", float),
        ("gpu_s", "s", float),
        ("joules", "J", float),
        ("grams", "g", float),
        ("hypervolume", "1", float),
        ("search_joules", "J", float),
        ("search_grams", "g", float),
    )
    for k, (name, units, dtype) in enumerate(columns):
        put(file, f"evaluation/{name}", rows[:, k], units, dtype)
    put(file, "evaluation/low", np.zeros(len(rows)), dtype=np.uint8)
    put(file, "evaluation/objectives", joined("objectives", (recipe.objectives,)), dtype=float)
    joules = joined("joules", (len(COMPONENTS),))
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
    write_run_file(
        arguments.path,
        Recipe(
            methods=methods,
            seeds=tuple(range(1, arguments.seeds + 1)),
            hours=arguments.hours,
            objectives=arguments.objectives,
            accounting=arguments.accounting,
        ),
    )


if __name__ == "__main__":
    main()

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Reads the run files of `cenas search` and `cenas sweep` (src/io/FORMAT.md, section 1) into numpy arrays.

    import cenas_h5

    run = cenas_h5.open_run("results/quickstart.h5")
    run.searches                          # one row per search: method, trace, seed, hypervolume, carbon_kg, ...
    run.to_pandas()                       # the same as a pandas data frame, where pandas is installed
    run.search(0).evaluations["cell"]     # the trainings of search 0, one numpy array per column
    run.search(0).intervals["joules"]     # its steps of the trace, joules by component (run.components)
    run.hv_curve(0, against="carbon")     # hypervolume as a step function of the kg spent
    run.pareto_front(0)                   # the architectures found that no other one beats
    run.gpu_hours(0)                      # what the GPUs did in each step, by component

    values = run.by_seed("carbon_kg", method="ce-nas", trace="CISO")       # {seed: value}
    cenas_h5.bootstrap_mean(list(values.values()))                         # mean with a 95 % interval
    cenas_h5.paired_bootstrap_difference(values, run.by_seed("carbon_kg", method="vanilla", trace="CISO"))

This file needs h5py and numpy and nothing else of the project: copy it beside your notebook if you like. A file that
is missing, damaged, or no run file raises RunFileError with one line that names the file and what is wrong.
"""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass
from typing import Mapping, NamedTuple, Sequence

import h5py
import numpy as np

FORMAT = "cenas-run"
FORMAT_VERSION = 3
REPLAY_FORMAT, REPLAY_FORMAT_VERSION = "cenas-replay", 1

SECONDS_PER_HOUR = 3600.0
JOULES_PER_KWH = 3.6e6
GRAMS_PER_KG = 1000.0


class RunFileError(Exception):
    """The file cannot be read as a run file; the message is one line for people."""


class Objective(NamedTuple):
    """One objective; `reference` is its component of the hypervolume's reference point, in `unit`."""

    name: str
    direction: str  # "maximize" or "minimize"
    unit: str
    reference: float

    def gains(self, values: np.ndarray) -> np.ndarray:
        """How much better than the reference point; larger is better whatever the direction."""
        return values - self.reference if self.direction == "maximize" else self.reference - values

    @property
    def label(self) -> str:
        """'energy (mJ)'; the name alone where the unit is 1."""
        return self.name if self.unit in ("", "1") else f"{self.name} ({self.unit})"


class Trace(NamedTuple):
    """A carbon-intensity trace of the run; its values are in the intervals of each search."""

    name: str
    checksum: str
    source: str
    signal: str  # "average" or "marginal"
    scope: str  # "direct" or "life_cycle"
    synthetic: bool
    start: datetime.datetime  # of the first step that is in the file
    step_s: int
    forecast_checksum: str  # of the forecast file that the deck names for it; "": none


class Forecast(NamedTuple):
    """What an allocator was told of the intensities to come."""

    name: str  # "perfect", "persistence", "file" or "none"
    window_h: float  # how far ahead; 0: the whole run


class Table(NamedTuple):
    """Where objectives and training times came from; `cells` of the 15,625 are in it."""

    name: str
    checksum: str
    synthetic: bool
    cells: int
    cost_scale: float


class Search(NamedTuple):
    """Raw log of one search. Both are dicts from the column's name in the file to a numpy array.

    evaluations: cell, architecture, low (1: of fewer epochs), initial, finished, start_s, end_s, gpu_s, joules, grams, hypervolume,
        search_joules, search_grams; objectives has one column per objective (NaN where not finished).
    intervals: start_s, intensity, gpus_evaluate, gpus_sample, gpus_idle, grams, embodied_grams, hypervolume;
        joules has one column per component (Run.components).
    """

    evaluations: dict[str, np.ndarray]
    intervals: dict[str, np.ndarray]


# A search that stops at a budget of 12 kg may end at 11.999999999999998: sums of many bookings carry rounding.
ROUNDING = 1e-12


class Curve(NamedTuple):
    """A step function: hypervolume[k] holds on [x[k], x[k+1]); the last x is where the search ended."""

    x: np.ndarray
    hypervolume: np.ndarray

    def at(self, x) -> np.ndarray:
        """Value at each x; NaN outside of [x[0], x[-1]] (rounding aside)."""
        x = np.asarray(x, dtype=float)
        index = np.searchsorted(self.x, x, side="right") - 1
        inside = (index >= 0) & (x <= self.x[-1] * (1 + ROUNDING))
        return np.where(inside, self.hypervolume[np.maximum(index, 0)], np.nan)


class Interval(NamedTuple):
    """An estimate with its interval; NaN and NaN for one seed: one value has no spread."""

    value: float
    low: float
    high: float
    seeds: int


@dataclass(frozen=True)
class Run:
    """A run file in memory. Names are as in the file; see FORMAT.md for every dataset."""

    path: str
    program_version: str
    deck: str  # as the user wrote it
    effective_deck: str  # every key with its value
    accounting: str  # "paper" or "full"
    start: datetime.datetime  # UTC
    horizon_s: float
    account_from_s: float
    gpus: int
    pue: float
    embodied_g_per_gpu_h: float
    forecasts: dict[str, Forecast]  # by method: what its allocator knew of the intensities ahead
    budget_carbon_kg: float  # of one search; 0: none
    budget_evaluations: int  # of one search, initial ones and those of fewer epochs not counted; 0: none
    table: Table
    hv_max: float  # hypervolume of the whole table
    hv_max_denoised: float
    objectives: tuple[Objective, ...]
    methods: tuple[str, ...]
    traces: tuple[Trace, ...]
    components: tuple[str, ...]
    component_power: np.ndarray  # W of one GPU by component (optimizer: the coordinator's share)
    architectures: np.ndarray  # NAS-Bench-201 string of each cell index
    class_mean: np.ndarray  # [cell, objective]: denoised objectives
    provenance: dict[str, object]  # host, times, command line, ...: what may differ between equal runs
    searches: np.ndarray  # structured, one row per search: see _SEARCH_FIELDS
    shard: tuple[int, int]  # which of how many parts of the sweep the file is
    planned_searches: int  # of all parts
    scenario: int  # number of this one
    axes: dict[str, object]  # what it is, by key of the deck; empty where the sweep has no axes
    _rows_in_file: np.ndarray  # of the searches
    _offsets: dict[str, np.ndarray]
    _evaluation: dict[str, np.ndarray]
    _interval: dict[str, np.ndarray]

    @property
    def synthetic(self) -> bool:
        """The table or a trace was made by a formula: no conclusion about the real world follows."""
        return self.table.synthetic or any(trace.synthetic for trace in self.traces)

    def search(self, i: int) -> Search:
        """The raw log of search i (a row of `searches`)."""
        if not 0 <= i < len(self.searches):
            raise IndexError(f"search {i}: the file has {len(self.searches)}")
        evaluations = {name: rows[self._rows("evaluation", i)] for name, rows in self._evaluation.items()}
        evaluations["architecture"] = self.architectures[evaluations["cell"]]
        intervals = {name: rows[self._rows("interval", i)] for name, rows in self._interval.items()}
        return Search(evaluations, intervals)

    def by_seed(self, field: str, method: str, trace: str) -> dict[int, float]:
        """{seed: value} of one column of numbers of `searches` for one method on one trace."""
        _require_one_of("method", method, self.methods)
        _require_one_of("trace", trace, [t.name for t in self.traces])
        _require_one_of("field", field, [*_SEARCH_NUMBERS, "carbon_kg", "energy_kwh"])
        rows = self.searches[(self.searches["method"] == method) & (self.searches["trace"] == trace)]
        return {int(row["seed"]): float(row[field]) for row in rows}

    def hv_curve(self, i: int, against: str = "time") -> Curve:
        """Hypervolume of search i as a step function of time (h), carbon (kg CO2e) or energy (kWh of IT).

        It starts with 0 at 0 and counts every finished evaluation but those of fewer epochs, initial ones included;
        carbon and energy are of the whole search (every component), not of the trainings alone.
        """
        log = self.search(i).evaluations
        row = self.searches[i]
        axes = {
            "time": ("end_s", row["end_s"], SECONDS_PER_HOUR),
            "carbon": ("search_grams", row["carbon_g"], GRAMS_PER_KG),
            "energy": ("search_joules", row["energy_j"], JOULES_PER_KWH),
        }
        _require_one_of("against", against, axes)
        column, end, unit = axes[against]
        finished = log["finished"] != 0
        x = np.concatenate(([0.0], log[column][finished] / unit, [end / unit]))
        # Sums in another order may differ by rounding; a step function must not go back.
        x = np.minimum(np.maximum.accumulate(x), x[-1])
        hypervolume = np.concatenate(([0.0], log["hypervolume"][finished], [row["hypervolume"]]))
        last_of_equal = np.append(x[1:] > x[:-1], True)
        return Curve(x[last_of_equal], hypervolume[last_of_equal])

    def gpu_hours(self, i: int) -> dict[str, np.ndarray]:
        """{component: GPU-hours in each step} of search i, exactly, from joules and power.

        Left out are components of no power, whose work leaves no joules (under paper accounting all but evaluation)
        or is on no GPU (measurement), and the optimizer, which is on no GPU either.
        """
        joules = self.search(i).intervals["joules"]
        joules_per_hour = self.component_power * SECONDS_PER_HOUR
        return {
            name: joules[:, k] / joules_per_hour[k]
            for k, name in enumerate(self.components)
            if joules_per_hour[k] > 0 and name != "optimizer"
        }

    def booked_steps(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        """(begin, end) in seconds of the booked part of each step: from `account_from_s` to the end of the search."""
        starts = self.search(i).intervals["start_s"]
        ends = np.append(starts[1:], self.searches["end_s"][i])
        begins = np.maximum(starts, self.account_from_s)
        return begins, np.maximum(ends, begins)

    def pareto_front(self, i: int) -> dict[str, np.ndarray]:
        """Finished evaluations of search i that no other one dominates, the best of the first objective first.

        Those of fewer epochs are left out. The columns of `search(i).evaluations`. Of equal points the first is kept; points that are not better than
        the reference in every objective are left out, as the hypervolume does.
        """
        log = self.search(i).evaluations
        gains = self.gains(log["objectives"])
        rows = np.flatnonzero((log["finished"] != 0) & (log["low"] == 0) & np.all(gains > 0, axis=1))
        rows = rows[non_dominated(gains[rows])]
        rows = rows[np.argsort(-gains[rows, 0], kind="stable")]
        return {name: column[rows] for name, column in log.items()}

    def gains(self, objectives: np.ndarray) -> np.ndarray:
        """Objectives [n, O] measured from the reference point, larger is better."""
        columns = [objective.gains(objectives[:, k]) for k, objective in enumerate(self.objectives)]
        return np.stack(columns, axis=1)

    def to_pandas(self):
        """`searches` as a pandas data frame."""
        import pandas

        return pandas.DataFrame({name: self.searches[name] for name in self.searches.dtype.names})

    def _rows(self, log: str, i: int) -> slice:
        row = self._rows_in_file[i]
        return slice(int(self._offsets[log][row]), int(self._offsets[log][row + 1]))


@dataclass(frozen=True)
class Replay:
    """A replay file: recorded work done again. Arrays are [search, region, start, policy]; NaN: censored."""

    path: str
    source: str  # the run file
    accounting: str
    gpus: int
    horizon_s: float
    searches: np.ndarray  # numbers in the run file
    regions: tuple[Trace, ...]
    starts: np.ndarray  # datetime64[s], UTC
    policies: tuple[str, ...]
    grams: np.ndarray
    joules: np.ndarray
    makespan_s: np.ndarray
    regret_g: np.ndarray
    lower_bound_g: np.ndarray  # [search, region, start]

    @property
    def synthetic(self) -> bool:
        return any(region.synthetic for region in self.regions)


@dataclass(frozen=True)
class Sweep:
    """All searches of a run file, of all scenarios, without their logs; also of a summary."""

    path: str
    record: str  # "full" or "summary"
    axes: dict[str, np.ndarray]  # by key of the deck: its value in each scenario (times as numpy.datetime64)
    searches: np.ndarray  # structured, one row per search: see _SEARCH_FIELDS, and a column for each axis

    def to_pandas(self):
        """`searches` as a pandas data frame."""
        import pandas

        return pandas.DataFrame({name: self.searches[name] for name in self.searches.dtype.names})


def _require_one_of(what: str, name: str, allowed) -> None:
    if name not in allowed:
        raise ValueError(f"{what}='{name}' (allowed: {', '.join(allowed)})")


# --- hypervolume and fronts ------------------------------------------------------------------------------------------


def hv_log_difference(hv_max: float, hypervolume) -> np.ndarray:
    """log10(hv_max - hypervolume), the measure of CE-NAS; lower is better, -inf where nothing is missing."""
    missing = np.maximum(hv_max - np.asarray(hypervolume, dtype=float), 0.0)
    with np.errstate(divide="ignore"):
        return np.log10(missing)


def non_dominated(gains: np.ndarray) -> np.ndarray:
    """Indices, ascending, of the rows of `gains` (larger is better) that no other row dominates; first of equals."""
    # By falling sum no later row can dominate an earlier one, so comparing with the front so far is enough.
    order = np.argsort(-gains.sum(axis=1), kind="stable")
    front: list[int] = []
    for i in order:
        if not np.any(np.all(gains[front] >= gains[i], axis=1)):
            front.append(int(i))
    return np.sort(np.array(front, dtype=int))


# --- statistics ------------------------------------------------------------------------------------------------------
# Percentile bootstrap: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13. What is
# resampled are the searches of one method on one trace, which differ by their seed only.


def resampling_weights(count: int, n: int = 10000, seed: int = 0) -> np.ndarray:
    """n bootstrap samples of `count` values as weights [n, count]: a row times the values is a resampled mean."""
    draws = np.random.default_rng(seed).multinomial(count, np.full(count, 1.0 / count), size=n)
    return draws / count


def percentile_interval(samples: np.ndarray, level: float = 0.95) -> np.ndarray:
    """The central part of `samples` (along the first axis) that holds `level` of them: [low, high]."""
    tail = 50.0 * (1.0 - level)
    return np.percentile(samples, [tail, 100.0 - tail], axis=0)


def bootstrap_mean(values: Sequence[float], n: int = 10000, level: float = 0.95, seed: int = 0) -> Interval:
    """Mean of `values` (one per seed) with its percentile bootstrap interval."""
    values = _finite(values)
    if len(values) == 1:
        return Interval(float(values[0]), np.nan, np.nan, 1)
    low, high = percentile_interval(resampling_weights(len(values), n, seed) @ values, level)
    return Interval(float(values.mean()), float(low), float(high), len(values))


def bootstrap_band(curves: np.ndarray, n: int = 10000, level: float = 0.95, seed: int = 0):
    """(mean, low, high) of curves [seeds, points], pointwise; low and high are NaN for one seed."""
    curves = np.asarray(curves, dtype=float)
    mean = curves.mean(axis=0)
    if len(curves) == 1:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    low, high = percentile_interval(resampling_weights(len(curves), n, seed) @ curves, level)
    return mean, low, high


def pair_by_seed(a: Mapping[int, float], b: Mapping[int, float]) -> tuple[np.ndarray, np.ndarray]:
    """The values of the seeds that both have, in order of seed."""
    seeds = sorted(set(a) & set(b))
    return np.array([a[s] for s in seeds], dtype=float), np.array([b[s] for s in seeds], dtype=float)


def paired_bootstrap_difference(a, b, n: int = 10000, level: float = 0.95, seed: int = 0) -> Interval:
    """Mean of a - b, paired by seed, with its percentile bootstrap interval.

    a and b: {seed: value} as Run.by_seed() gives them (seeds that only one has are left out), or two sequences in
    the same order of seeds.
    """
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        a, b = pair_by_seed(a, b)
    a, b = _finite(a), _finite(b)
    if len(a) != len(b):
        raise ValueError(f"cannot pair {len(a)} values with {len(b)}")
    return bootstrap_mean(a - b, n, level, seed)


def _finite(values) -> np.ndarray:
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) == 0:
        raise ValueError("needs at least one value (and one dimension)")
    if not np.all(np.isfinite(values)):
        raise ValueError("a value is not finite: clip or leave it out first")
    return values


# --- reading ---------------------------------------------------------------------------------------------------------

_SCENARIO_NUMBERS = (
    "horizon_s", "account_from_s", "gpus", "pue", "embodied_g_per_gpu_h", "budget_carbon_kg",
    "budget_evaluations", "cost_scale",
)  # fmt: skip

_SEARCH_NUMBERS = (
    "seed", "hypervolume", "hypervolume_denoised", "hv_log_difference", "hv_log_difference_denoised", "carbon_g",
    "energy_j", "gpu_hours", "end_s", "evaluations", "low_evaluations", "samples", "log_checksum",
)  # fmt: skip
# index: row of the table, for Run.search(); number: in the plan of the sweep, the same in all its parts and scenarios.
_SEARCH_FIELDS = ("index", "number", "scenario", "method", "trace") + _SEARCH_NUMBERS + ("carbon_kg", "energy_kwh", "stop_reason")

_EVALUATION_COLUMNS = (
    "cell", "low", "initial", "finished", "start_s", "end_s", "gpu_s", "joules", "grams", "hypervolume",
    "search_joules", "search_grams",
)  # fmt: skip
_INTERVAL_COLUMNS = (
    "start_s", "intensity", "gpus_evaluate", "gpus_sample", "gpus_idle", "grams", "embodied_grams", "hypervolume",
)  # fmt: skip


def open_run(path, scenario: int | None = None) -> Run:
    """Reads one scenario of a run file with its logs, by default the only one.

    Raises RunFileError (one line) if it is missing, damaged, of another format, a summary (which open_sweep reads), or
    if it has several scenarios and none is chosen.
    """
    return _open(path, lambda reader: _read_run(reader, scenario))


def open_sweep(path) -> Sweep:
    """Reads the searches of all scenarios of a run file. Raises RunFileError (one line) as open_run does."""
    return _open(path, _read_sweep)


def open_replay(path) -> Replay:
    """Reads a replay file. Raises RunFileError (one line) if it is missing, damaged, or of another format."""
    return _open(path, _read_replay)


def _open(path, read):
    path = os.fspath(path)
    if not os.path.exists(path):
        raise RunFileError(f"{path}: no such file")
    if os.path.isdir(path):
        raise RunFileError(f"{path}: is a folder")
    try:
        with h5py.File(path, "r") as file:
            return read(_Reader(path, file))
    except OSError as error:
        raise RunFileError(f"{path}: not a readable HDF5 file (damaged or cut off?): {_one_line(error)}") from None


class _Reader:
    """Typed access to one open file; every failure names the file and the object."""

    def __init__(self, path: str, file: h5py.File):
        self.path = path
        self.file = file

    def fail(self, message: str):
        raise RunFileError(f"{self.path}: {message}")

    def attribute(self, name: str):
        if name not in self.file.attrs:
            self.fail(f"no attribute '{name}'")
        return _plain(self.file.attrs[name])

    def number(self, name: str) -> float:
        value = self.attribute(name)
        if isinstance(value, str):
            self.fail(f"attribute '{name}' is '{value}', not a number")
        return float(value)

    def dataset(self, name: str, *shape: int | None) -> np.ndarray:
        """A dataset with the given shape; None stands for any length."""
        data = self.file.get(name)
        if not isinstance(data, h5py.Dataset):
            self.fail(f"no dataset '{name}'")
        if len(data.shape) != len(shape) or any(want is not None and want != n for want, n in zip(shape, data.shape)):
            wanted = " x ".join("any" if n is None else str(n) for n in shape)
            self.fail(f"dataset '{name}' has shape {' x '.join(map(str, data.shape))}, expected {wanted}")
        return data[()]

    def numbers(self, name: str, *shape: int | None) -> np.ndarray:
        data = self.dataset(name, *shape)
        if data.dtype.kind not in "fiu":
            self.fail(f"dataset '{name}' is not numeric")
        return data

    def texts(self, name: str, length: int | None = None) -> np.ndarray:
        data = self.dataset(name, length)
        if data.dtype.kind not in "SO":
            self.fail(f"dataset '{name}' is not text")
        return np.array([_plain(text) for text in data], dtype=str)

    def indices(self, name: str, length: int | None, below: int) -> np.ndarray:
        data = self.numbers(name, length).astype(np.int64)
        if np.any((data < 0) | (data >= below)):
            self.fail(f"dataset '{name}' holds an index outside [0, {below})")
        return data


def _read_run(reader: _Reader, scenario: int | None) -> Run:
    _require_format(reader)
    if str(reader.attribute("record")) != "full":
        reader.fail(
            "is a summary, which has no logs for a page: run.record = \"full\" keeps them; of a summary `cenas info --csv` "
            "and open_sweep() have every search"
        )
    axes = _read_axes(reader)
    scenario = _choose_scenario(reader, scenario)
    number = {name: reader.numbers(f"/scenario/{name}", None)[scenario].item() for name in _SCENARIO_NUMBERS}
    problems = len(reader.numbers("/problem/index", None))
    problem = int(reader.indices("/scenario/problem", None, problems)[scenario])
    objectives = _read_objectives(reader, problem)
    methods = tuple(map(str, reader.texts("/method/name")))
    traces = _read_traces(reader)
    components = tuple(map(str, reader.texts("/component")))
    architectures = reader.texts("/cell/architecture")
    searches = _read_searches(reader, methods, traces)
    rows = {log: reader.numbers(f"/{log}/index", None).shape[0] for log in ("evaluation", "interval")}
    offsets = {log: _read_offsets(reader, log, len(searches), rows[log]) for log in rows}
    chosen = np.flatnonzero(searches["scenario"] == scenario)
    searches = searches[chosen]
    searches["index"] = np.arange(len(searches))
    return Run(
        path=reader.path,
        program_version=str(reader.attribute("program_version")),
        deck=str(reader.texts("/deck", 1)[0]),
        effective_deck=str(reader.texts("/effective_deck", 1)[0]),
        accounting=str(reader.texts("/scenario/accounting")[scenario]),
        start=_utc(reader.numbers("/scenario/start", None)[scenario]),
        horizon_s=number["horizon_s"],
        account_from_s=number["account_from_s"],
        gpus=int(number["gpus"]),
        pue=number["pue"],
        embodied_g_per_gpu_h=number["embodied_g_per_gpu_h"],
        forecasts=_read_forecasts(reader, scenario, methods),
        budget_carbon_kg=number["budget_carbon_kg"],
        budget_evaluations=int(number["budget_evaluations"]),
        table=_read_table(reader, problem, number["cost_scale"]),
        hv_max=float(reader.numbers("/problem/hv_max", None)[problem]),
        hv_max_denoised=float(reader.numbers("/problem/hv_max_denoised", None)[problem]),
        objectives=objectives,
        methods=methods,
        traces=traces,
        components=components,
        component_power=reader.numbers("/scenario/component_power", None, len(components))[scenario],
        architectures=architectures,
        class_mean=reader.numbers("/cell/class_mean", None, len(architectures), len(objectives))[problem],
        provenance=_read_provenance(reader),
        searches=searches,
        shard=(int(reader.number("shard")), int(reader.number("shards"))),
        planned_searches=int(reader.number("planned_searches")),
        scenario=scenario,
        axes={key: values[scenario].item() for key, values in axes.items()},
        _rows_in_file=chosen,
        _offsets=offsets,
        _evaluation=_read_evaluations(reader, rows["evaluation"], len(architectures), len(objectives)),
        _interval=_read_intervals(reader, rows["interval"], len(components)),
    )  # fmt: skip


def _read_sweep(reader: _Reader) -> Sweep:
    _require_format(reader)
    axes = _read_axes(reader)
    methods = tuple(map(str, reader.texts("/method/name")))
    searches = _read_searches(reader, methods, _read_traces(reader))
    if axes:
        types = searches.dtype.descr + [(key, values.dtype) for key, values in axes.items()]
        wide = np.empty(len(searches), dtype=types)
        for name in searches.dtype.names:
            wide[name] = searches[name]
        for key, values in axes.items():
            wide[key] = values[searches["scenario"]]
        searches = wide
    return Sweep(reader.path, str(reader.attribute("record")), axes, searches)


def _read_replay(reader: _Reader) -> Replay:
    _require_format(reader, REPLAY_FORMAT, REPLAY_FORMAT_VERSION)
    searches = reader.numbers("/search", None)
    starts = reader.numbers("/start", None)
    policies = tuple(map(str, reader.texts("/policy")))
    regions = _read_regions(reader)
    shape = (len(searches), len(regions), len(starts), len(policies))
    return Replay(
        path=reader.path,
        source=str(reader.attribute("source")),
        accounting=str(reader.attribute("accounting")),
        gpus=int(reader.number("gpus")),
        horizon_s=reader.number("horizon_s"),
        searches=searches,
        regions=regions,
        starts=starts.astype("datetime64[s]"),
        policies=policies,
        **{name: reader.numbers(f"/{name}", *shape) for name in ("grams", "joules", "makespan_s", "regret_g")},
        lower_bound_g=reader.numbers("/lower_bound_g", *shape[:3]),
    )


def _read_regions(reader: _Reader) -> tuple[Trace, ...]:
    names = reader.texts("/region")
    texts = [reader.texts(f"/trace/{column}", len(names)) for column in ("checksum", "source", "signal", "scope")]
    synthetic = reader.numbers("/trace/synthetic", len(names))
    starts = reader.texts("/trace/start", len(names))
    step_s = reader.numbers("/trace/step_s", len(names))
    forecasts = reader.texts("/trace/forecast_checksum", len(names))
    return tuple(
        Trace(str(names[r]), *(str(column[r]) for column in texts), bool(synthetic[r]), _parse_utc(reader, starts[r]),
              int(step_s[r]), str(forecasts[r]))
        for r in range(len(names))
    )  # fmt: skip


def _read_axes(reader: _Reader) -> dict[str, np.ndarray]:
    """By key of the deck: its value in each scenario."""
    count = int(reader.number("axes"))
    axes = {}
    for key in reader.texts("/axis/key", count) if count else ():
        name = f"/scenario/axis/{key}"
        data = reader.dataset(name, None)
        if data.dtype.kind in "SO":
            data = reader.texts(name)
        elif _plain(reader.file[name].attrs["units"]).startswith("seconds since"):
            data = data.astype("datetime64[s]")
        elif data.dtype == np.uint8:
            data = data.astype(bool)
        axes[str(key)] = data
    return axes


def _choose_scenario(reader: _Reader, scenario: int | None) -> int:
    count = len(reader.numbers("/scenario/index", None))
    if scenario is None and count == 1:
        return 0
    if scenario is None:
        reader.fail(f"holds {count} scenarios: choose one of 0 to {count - 1} (open_sweep() reads all, without logs)")
    if not 0 <= scenario < count:
        reader.fail(f"scenario {scenario}: the file has 0 to {count - 1}")
    return scenario


def _read_forecasts(reader: _Reader, scenario: int, methods: tuple[str, ...]) -> dict[str, Forecast]:
    names = reader.texts("/forecast/name")
    told = reader.numbers("/scenario/forecast", None, len(methods))[scenario]
    windows_h = reader.numbers("/scenario/window_h", None, len(methods))[scenario]
    if np.any((told < 0) | (told >= len(names))):
        reader.fail("dataset '/scenario/forecast' holds an index outside of /forecast/name")
    return {
        method: Forecast(str(names[told[m]]), float(windows_h[m])) for m, method in enumerate(methods)
    }


def _read_table(reader: _Reader, problem: int, cost_scale: float) -> Table:
    return Table(
        str(reader.texts("/problem/table_name")[problem]),
        str(reader.texts("/problem/table_checksum")[problem]),
        bool(reader.numbers("/problem/table_synthetic", None)[problem]),
        int(reader.numbers("/problem/table_cells", None)[problem]),
        cost_scale,
    )


def _require_format(reader: _Reader, expected: str = FORMAT, expected_version: int = FORMAT_VERSION) -> None:
    found = reader.file.attrs.get("format")
    found = None if found is None else _plain(found)
    if found != expected:
        reader.fail(f"not a {expected.replace('-', ' ')} file (its format is {found!r}, expected '{expected}')")
    version = int(reader.number("format_version"))
    if version != expected_version:
        reader.fail(f"format version {version}; this program reads version {expected_version}")


def _parse_utc(reader: _Reader, text: str) -> datetime.datetime:
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
    except ValueError:
        reader.fail(f"'{text}' is not a time like 2021-07-02T06:00:00Z")


def _read_objectives(reader: _Reader, problem: int) -> tuple[Objective, ...]:
    names = reader.texts("/objective/name")
    directions = reader.texts("/objective/direction", len(names))
    units = reader.texts("/objective/unit", len(names))
    references = reader.numbers("/problem/reference", None, len(names))[problem]
    for direction in directions:
        if direction not in ("maximize", "minimize"):
            reader.fail(f"objective direction '{direction}' (allowed: maximize, minimize)")
    return tuple(
        Objective(str(n), str(d), str(u), float(r)) for n, d, u, r in zip(names, directions, units, references)
    )


def _read_traces(reader: _Reader) -> tuple[Trace, ...]:
    names = reader.texts("/trace/name")
    texts = [reader.texts(f"/trace/{column}", len(names)) for column in ("checksum", "source", "signal", "scope")]
    synthetic = reader.numbers("/trace/synthetic", len(names))
    start = reader.numbers("/trace/start", len(names))
    step_s = reader.numbers("/trace/step_s", len(names))
    forecasts = reader.texts("/trace/forecast_checksum", len(names))
    return tuple(
        Trace(str(names[t]), *(str(column[t]) for column in texts), bool(synthetic[t]), _utc(start[t]), int(step_s[t]), str(forecasts[t]))
        for t in range(len(names))
    )


def _read_searches(reader: _Reader, methods: tuple[str, ...], traces: tuple[Trace, ...]) -> np.ndarray:
    numbers = reader.numbers("/search/index", None)
    count = len(numbers)
    columns = {name: reader.numbers(f"/search/{name}", count) for name in _SEARCH_NUMBERS}
    columns["number"] = numbers
    columns["index"] = np.arange(count)
    columns["scenario"] = reader.indices("/search/scenario", count, len(reader.numbers("/scenario/index", None)))
    columns["carbon_kg"] = columns["carbon_g"] / GRAMS_PER_KG
    columns["energy_kwh"] = columns["energy_j"] / JOULES_PER_KWH
    columns["stop_reason"] = reader.texts("/search/stop_reason", count)
    columns["method"] = np.array(methods, dtype=str)[reader.indices("/search/method", count, len(methods))]
    trace_names = np.array([trace.name for trace in traces], dtype=str)
    columns["trace"] = trace_names[reader.indices("/search/trace", count, len(traces))]
    searches = np.empty(count, dtype=[(name, columns[name].dtype) for name in _SEARCH_FIELDS])
    for name in _SEARCH_FIELDS:
        searches[name] = columns[name]
    return searches


def _read_offsets(reader: _Reader, log: str, searches: int, rows: int) -> np.ndarray:
    name = f"/search/{log}_offset"
    offsets = reader.numbers(name, searches + 1).astype(np.int64)
    if offsets[0] != 0 or offsets[-1] != rows or np.any(np.diff(offsets) < 0):
        reader.fail(f"dataset '{name}' does not divide the {rows} rows of /{log}")
    return offsets


def _read_evaluations(reader: _Reader, rows: int, cells: int, objectives: int) -> dict[str, np.ndarray]:
    columns = {name: reader.numbers(f"/evaluation/{name}", rows) for name in _EVALUATION_COLUMNS}
    columns["cell"] = reader.indices("/evaluation/cell", rows, cells)
    columns["objectives"] = reader.numbers("/evaluation/objectives", rows, objectives)
    return columns


def _read_intervals(reader: _Reader, rows: int, components: int) -> dict[str, np.ndarray]:
    columns = {name: reader.numbers(f"/interval/{name}", rows) for name in _INTERVAL_COLUMNS}
    columns["joules"] = reader.numbers("/interval/joules", rows, components)
    return columns


def _read_provenance(reader: _Reader) -> dict[str, object]:
    group = reader.file.get("/provenance")
    return {} if group is None else {name: _plain(value) for name, value in group.attrs.items()}


def _utc(seconds) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)


def _plain(value):
    """A Python text or number from what h5py returns for a scalar."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(-1)[0]
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace").rstrip("\0")
    return value.item() if isinstance(value, np.generic) else value


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())

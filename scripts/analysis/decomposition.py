# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Why one method spends less carbon than another: fewer trainings, cheaper ones, or cleaner hours?

The kg of a search are written as a product,

    kg  =  trainings  x  kWh / trainings  x  kg / kWh,

where `kg` and `kWh` are everything that was booked: overheads (sampling, supernet, optimizer, idle, switching,
measurement, trainings of fewer epochs) count
into the energy per training, and PUE and the embodied share into the kg per kWh. The ratio of two methods' kg is then
exactly the product of the three ratios. Trainings are those whose energy was booked; where initial ones were booked
they are among them. The last ratio is split once more, into the grid's intensity weighted by the energy (with PUE; this
is what timing changes) and the embodied share,

    kg / kWh  =  operational kg / kWh  x  kg / operational kg.

Over several seeds every quantity is summed over the seeds that both methods have, so that the ratios are those of
the table of means and their product stays exact. Intervals: percentile bootstrap over seeds, both methods resampled
alike (paired).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from cenas_h5 import (
    GRAMS_PER_KG,
    JOULES_PER_KWH,
    ROUNDING,
    Interval,
    Run,
    bootstrap_mean,
    paired_bootstrap_difference,
    percentile_interval,
    resampling_weights,
)
from comparison import Comparison, Group


class Spent(NamedTuple):
    """What a search had spent at some moment; `operational_kg` is without the embodied share."""

    trainings: float
    kwh: float
    kg: float
    operational_kg: float


class Factors(NamedTuple):
    """Method over baseline. carbon = trainings x energy_per_training x carbon_per_kwh exactly, and
    carbon_per_kwh = timing x embodied. NaN where the baseline or the method spent nothing."""

    carbon: Interval
    trainings: Interval
    energy_per_training: Interval
    carbon_per_kwh: Interval
    timing: Interval
    embodied: Interval


@dataclass(frozen=True)
class Split:
    """Factors at the end of the run, or at equal hypervolume. `method` and `baseline` are means over the seeds."""

    method: Spent
    baseline: Spent
    factors: Factors
    seeds: int


@dataclass(frozen=True)
class EqualCarbon:
    """HV log difference of both when the one with less carbon had ended, per seed. Lower is better. `..._at_floor`:
    seeds that had reached HV_max."""

    kg: Interval
    method: Interval
    baseline: Interval
    difference: Interval
    method_trainings: float
    baseline_trainings: float
    method_at_floor: int
    baseline_at_floor: int


@dataclass(frozen=True)
class Decomposition:
    """One method against the baseline on one trace. `reached` of the paired seeds end with at least the baseline's
    hypervolume. `with_initial`: the trainings include initial ones; `with_embodied`: kg include an embodied share."""

    method: str
    trace: str
    at_end: Split
    at_equal_hypervolume: Split
    at_equal_carbon: EqualCarbon
    reached: int
    seeds: int
    with_initial: bool
    with_embodied: bool


def decompose(method: Group, baseline: Group) -> Decomposition | None:
    """None where the two have no seed in common."""
    pairs = _paired_rows(method, baseline)
    if not pairs:
        return None
    levels = [min(_final_hypervolume(method, a), _final_hypervolume(baseline, b)) for a, b in pairs]
    reached = sum(
        _final_hypervolume(method, a) >= _final_hypervolume(baseline, b) * (1 - ROUNDING) for a, b in pairs
    )  # fmt: skip
    return Decomposition(
        method=method.method,
        trace=method.trace,
        at_end=_split(
            [spent_at_end(method.run, a) for a, _ in pairs],
            [spent_at_end(baseline.run, b) for _, b in pairs],
        ),
        at_equal_hypervolume=_split(
            [spent_at_hypervolume(method.run, a, level) for (a, _), level in zip(pairs, levels)],
            [spent_at_hypervolume(baseline.run, b, level) for (_, b), level in zip(pairs, levels)],
        ),
        at_equal_carbon=_at_equal_carbon(method, baseline, pairs),
        reached=int(reached),
        seeds=len(pairs),
        with_initial=books_initial(method) or books_initial(baseline),
        with_embodied=books_embodied(method) or books_embodied(baseline),
    )


def booked_trainings(group: Group) -> dict[int, float]:
    """{seed: trainings that count in the split of the carbon}."""
    counts = (float(booked(group.run.search(i).evaluations).sum()) for i in group.rows)
    return dict(zip(group.seeds, counts))


def books_initial(group: Group) -> bool:
    """Whether initial trainings are among those that count."""
    logs = (group.run.search(i).evaluations for i in group.rows)
    return any(np.any(booked(log) & (log["initial"] != 0)) for log in logs)


def books_embodied(group: Group) -> bool:
    return any(np.any(group.run.search(i).intervals["embodied_grams"] > 0) for i in group.rows)


# --- one search ------------------------------------------------------------------------------------------------------


def booked(evaluations: dict[str, np.ndarray]) -> np.ndarray:
    """Finished trainings whose energy was booked. Initial ones are free under paper accounting and count under full.
    Those of fewer epochs are an overhead of the others."""
    return (evaluations["finished"] != 0) & (evaluations["low"] == 0) & (evaluations["joules"] > 0)


def spent_at_end(run: Run, i: int) -> Spent:
    search = run.search(i)
    embodied_g = search.intervals["embodied_grams"].sum()
    return _spent(
        booked(search.evaluations).sum(), run.searches["energy_j"][i], run.searches["carbon_g"][i], embodied_g
    )


def spent_at_hypervolume(run: Run, i: int, level: float) -> Spent:
    """When search i first reaches a hypervolume that it does reach."""
    log = run.search(i).evaluations
    rows = np.flatnonzero((log["finished"] != 0) & (log["hypervolume"] >= level * (1 - ROUNDING)))
    if len(rows) == 0:
        raise ValueError(f"search {i} never reaches hypervolume {level}")
    k = rows[0]
    trainings = booked(log)[: k + 1].sum()
    return _spent(
        trainings, log["search_joules"][k], log["search_grams"][k], embodied_grams_until(run, i, log["end_s"][k])
    )


def trainings_until(run: Run, i: int, kg: float) -> int:
    """Booked trainings finished when search i had spent `kg`."""
    log = run.search(i).evaluations
    return int((booked(log) & (log["search_grams"] <= kg * GRAMS_PER_KG * (1 + ROUNDING))).sum())


def embodied_grams_until(run: Run, i: int, time_s: float) -> float:
    """Embodied grams of search i up to a time; they grow evenly within a step."""
    begins, ends = run.booked_steps(i)
    share = np.clip((time_s - begins) / np.maximum(ends - begins, 1e-9), 0.0, 1.0)
    return float(share @ run.search(i).intervals["embodied_grams"])


def _spent(trainings: float, joules: float, grams: float, embodied_g: float) -> Spent:
    kg = float(grams) / GRAMS_PER_KG
    return Spent(float(trainings), float(joules) / JOULES_PER_KWH, kg, kg - float(embodied_g) / GRAMS_PER_KG)


def _final_hypervolume(group: Group, row: int) -> float:
    return float(group.run.searches["hypervolume"][row])


# --- two methods -----------------------------------------------------------------------------------------------------


def _paired_rows(method: Group, baseline: Group) -> list[tuple[int, int]]:
    of_baseline = dict(zip(baseline.seeds, baseline.rows))
    return [(row, of_baseline[seed]) for seed, row in zip(method.seeds, method.rows) if seed in of_baseline]


def _split(method: list[Spent], baseline: list[Spent]) -> Split:
    a, b = np.array(method, dtype=float), np.array(baseline, dtype=float)
    weights = resampling_weights(len(a))
    values = ratios(a.sum(axis=0), b.sum(axis=0))
    samples = ratios(weights @ a, weights @ b)
    return Split(
        Spent(*a.mean(axis=0)), Spent(*b.mean(axis=0)), Factors(*map(_interval, values, samples, [len(a)] * 6)), len(a)
    )


def ratios(method: np.ndarray, baseline: np.ndarray) -> list[np.ndarray]:
    """The six ratios, in the order of Factors, of arrays [..., Spent]; NaN where they do not exist."""
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = (Spent(*np.moveaxis(spent, -1, 0)) for spent in (method, baseline))
        values = [
            a.kg / b.kg,
            a.trainings / b.trainings,
            (a.kwh / a.trainings) / (b.kwh / b.trainings),
            (a.kg / a.kwh) / (b.kg / b.kwh),
            (a.operational_kg / a.kwh) / (b.operational_kg / b.kwh),
            (a.kg / a.operational_kg) / (b.kg / b.operational_kg),
        ]
    return [np.where(np.isfinite(value), value, np.nan) for value in values]


def _interval(value: np.ndarray, samples: np.ndarray, seeds: int) -> Interval:
    if seeds == 1 or not np.all(np.isfinite(samples)):
        return Interval(float(value), np.nan, np.nan, seeds)
    low, high = percentile_interval(samples)
    return Interval(float(value), float(low), float(high), seeds)


def _at_equal_carbon(method: Group, baseline: Group, pairs: list[tuple[int, int]]) -> EqualCarbon:
    a_curves = [method.run.hv_curve(a, "carbon") for a, _ in pairs]
    b_curves = [baseline.run.hv_curve(b, "carbon") for _, b in pairs]
    kg = [min(a.x[-1], b.x[-1]) for a, b in zip(a_curves, b_curves)]
    of_method = [float(method.log_difference(curve.at(x))) for curve, x in zip(a_curves, kg)]
    of_baseline = [float(baseline.log_difference(curve.at(x))) for curve, x in zip(b_curves, kg)]
    return EqualCarbon(
        kg=bootstrap_mean(kg),
        method=bootstrap_mean(of_method),
        baseline=bootstrap_mean(of_baseline),
        difference=paired_bootstrap_difference(of_method, of_baseline),
        method_trainings=float(np.mean([trainings_until(method.run, a, x) for (a, _), x in zip(pairs, kg)])),
        baseline_trainings=float(np.mean([trainings_until(baseline.run, b, x) for (_, b), x in zip(pairs, kg)])),
        method_at_floor=method.count_at_floor(of_method),
        baseline_at_floor=baseline.count_at_floor(of_baseline),
    )


def decompose_all(comparison: Comparison) -> dict[str, list[Decomposition]]:
    """{trace: every method against the baseline}; empty where the trace has no baseline or shares no seed with it."""
    parts: dict[str, list[Decomposition]] = {}
    for trace in comparison.traces:
        baseline = comparison.baseline_on(trace)
        others = comparison.others_on(trace) if baseline else []
        found = (decompose(group, baseline) for group in others)
        parts[trace] = [part for part in found if part is not None]
    return parts

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""The tables of report and decompose, as data: what is shown, apart from how (HTML, Markdown, csv)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

from cenas_h5 import Interval, bootstrap_mean, paired_bootstrap_difference
from comparison import Comparison, Group
from decomposition import Decomposition, Split

INTERVAL_TEXT = "95 % interval: percentile bootstrap over seeds"
SAME_TEXT = "A number without an interval is the same in every seed"
PAIRED_TEXT = "95 % interval: percentile bootstrap over seeds, both methods resampled alike (paired by seed)"

# Width, relative to the value where that is large, below which an interval is rounding.
SPREAD = 1e-9


class Cell(NamedTuple):
    """A number with its interval. style: plain, signed (differences), times (ratios)."""

    interval: Interval
    decimals: int
    style: str = "plain"


@dataclass(frozen=True)
class Table:
    """rows[i][0] is a text, the others are Cells or texts. `key` names the table in csv output."""

    key: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple, ...]
    notes: tuple[str, ...] = ()


class Quantity(NamedTuple):
    """A column of the table of methods; `field` is a column of Run.searches."""

    field: str
    title: str
    decimals: int


QUANTITIES = (
    Quantity("hv_log_difference", "HV log difference", 2),
    Quantity("hv_log_difference_denoised", "HV log difference, denoised", 2),
    Quantity("hypervolume", "hypervolume", 1),
    Quantity("carbon_kg", "kg CO2e", 2),
    Quantity("energy_kwh", "kWh", 1),
    Quantity("gpu_hours", "GPU-hours", 1),
    Quantity("evaluations", "trainings", 1),
    Quantity("samples", "samples", 0),
)

FACTOR_TITLES = (
    "kg CO2e", "= trainings", "× kWh per training", "× kg per kWh", "of this: grid", "of this: embodied",
)  # fmt: skip
AMOUNT_TITLES = ("kg, own", "kg, baseline's", "trainings, own", "trainings, baseline's")


def values_of(group: Group, field: str) -> dict[int, float]:
    """{seed: value}; HV log differences are not smaller than the floor of the group."""
    if field.startswith("hv_log_difference"):
        return group.log_differences(denoised=field.endswith("_denoised"))
    return group.values(field)


def mean_of(group: Group, field: str) -> Interval:
    return bootstrap_mean(list(values_of(group, field).values()))


def method_table(comparison: Comparison, trace: str) -> Table:
    """Mean and interval of every quantity for each method."""
    groups = comparison.on_trace(trace)
    rows = [
        (group.method, str(len(group.rows)), *(Cell(mean_of(group, q.field), _decimals(q, groups)) for q in QUANTITIES))
        for group in groups
    ]
    return Table(
        key="methods",
        title=f"{trace}: each method, mean over seeds",
        header=("method", "seeds", *(q.title for q in QUANTITIES)),
        rows=tuple(rows),
        notes=(_interval_note(groups), *floor_notes(groups)),
    )


def difference_table(comparison: Comparison, trace: str) -> Table | None:
    """Paired difference of every quantity to the baseline; None where there is nothing to compare."""
    baseline = comparison.baseline_on(trace)
    shown = [q for q in QUANTITIES if q.field not in ("gpu_hours", "samples")]
    others = [g for g in comparison.others_on(trace) if baseline and set(g.seeds) & set(baseline.seeds)]
    if not others:
        return None
    rows = []
    for group in others:
        cells = []
        for q in shown:
            difference = paired_bootstrap_difference(values_of(group, q.field), values_of(baseline, q.field))
            cells.append(Cell(difference, _decimals(q, others), "signed"))
        rows.append((group.method, str(cells[0].interval.seeds), *cells))
    return Table(
        key="differences",
        title=f"{trace}: difference to {comparison.baseline}, paired by seed",
        header=("method", "pairs", *(q.title for q in shown)),
        rows=tuple(rows),
        notes=(f"{PAIRED_TEXT}. Where the interval leaves 0 out, the difference is more than chance among the seeds.",),
    )


def end_table(comparison: Comparison, trace: str, parts: list[Decomposition]) -> Table:
    return _split_table(
        "end",
        f"{trace}: carbon against {comparison.baseline} at the end of the run",
        [(part.method, part.at_end, ()) for part in parts],
        (),
        "Each number is the method's over the baseline's.",
    )


def equal_hypervolume_table(comparison: Comparison, trace: str, parts: list[Decomposition]) -> Table:
    return _split_table(
        "equal_hypervolume",
        f"{trace}: carbon against {comparison.baseline} at equal hypervolume",
        [(p.method, p.at_equal_hypervolume, (f"{p.reached} of {p.seeds}",)) for p in parts],
        ("seeds that reach the baseline's final HV",),
        "Per seed, both methods are stopped when they first reach the lower of their two final hypervolumes. "
        "Seeds not counted in the last column never reach the baseline's final hypervolume; the baseline is then "
        "stopped early, at theirs.",
    )


def equal_carbon_table(comparison: Comparison, trace: str, parts: list[Decomposition]) -> Table:
    rows = []
    for part in parts:
        equal = part.at_equal_carbon
        rows.append(
            (
                part.method,
                Cell(equal.kg, decimals_for(2, [equal.kg.value])),
                Cell(equal.method, 2),
                Cell(equal.baseline, 2),
                Cell(equal.difference, 2, "signed"),
                _count(equal.method_trainings, part.seeds, 1),
                _count(equal.baseline_trainings, part.seeds, 1),
            )
        )
    return Table(
        key="equal_carbon",
        title=f"{trace}: HV log difference against {comparison.baseline} at equal carbon",
        header=(
            "method",
            "kg CO2e of both",
            "HV log difference, own",
            "HV log difference, baseline's",
            "difference, paired",
            "trainings, own",
            "trainings, baseline's",
        ),
        rows=tuple(rows),
        notes=(
            "Per seed, both methods are read where they had spent the smaller of their two final amounts. Lower is "
            f"better. {PAIRED_TEXT}.",
        ),
    )


def _interval_note(groups: list[Group]) -> str:
    if all(len(group.rows) == 1 for group in groups):
        return "One seed each: a single value has no spread, so there are no intervals."
    return f"{INTERVAL_TEXT}. {SAME_TEXT}, or of one seed."


def floor_notes(groups: list[Group]) -> tuple[str, ...]:
    """Says where HV log differences were held at the floor."""
    notes = []
    for denoised, what in ((False, "hypervolume"), (True, "denoised hypervolume")):
        counts = [(group, group.seeds_at_floor(denoised)) for group in groups]
        texts = [f"{count} of {len(group.rows)} seeds of {group.method}" for group, count in counts if count]
        if texts:
            floor = number_text(groups[0].floor(denoised), 2)
            where = ", ".join(texts)
            notes.append(
                f"The {what} is within a millionth of its maximum in {where}; its log difference counts as {floor}."
            )
    return tuple(notes)


def _split_table(key: str, title: str, rows: list[tuple[str, Split, tuple]], more: tuple[str, ...], note: str) -> Table:
    return Table(
        key=key,
        title=title,
        header=("method", *FACTOR_TITLES, *AMOUNT_TITLES, *more),
        rows=tuple(
            (method, *(Cell(factor, 2, "times") for factor in split.factors), *_amounts(split), *extra)
            for method, split, extra in rows
        ),
        notes=(f"{note} {PAIRED_TEXT}.",),
    )


def _amounts(split: Split) -> tuple[Cell, ...]:
    kg, trainings = (split.method.kg, split.baseline.kg), (split.method.trainings, split.baseline.trainings)
    decimals = decimals_for(2, kg)
    return tuple(_count(value, split.seeds, decimals) for value in kg) + tuple(
        _count(value, split.seeds, 1) for value in trainings
    )


def _count(value: float, seeds: int, decimals: int) -> Cell:
    """A mean that is shown without its interval."""
    return Cell(Interval(value, math.nan, math.nan, seeds), decimals)


def _decimals(quantity: Quantity, groups: list[Group]) -> int:
    if quantity.field.startswith("hv_log_difference"):
        return quantity.decimals
    return decimals_for(quantity.decimals, [v for group in groups for v in group.values(quantity.field).values()])


def decimals_for(usual: int, values) -> int:
    """More decimals than usual where all values are small: three digits of the largest one are shown."""
    largest = max(map(abs, values))
    return usual if largest == 0 else max(usual, 2 - math.floor(math.log10(largest)))


# --- texts -----------------------------------------------------------------------------------------------------------


def number_text(value: float, decimals: int, style: str = "plain") -> str:
    """Decimal text with a real minus sign; a ratio with its times sign; an en dash for what does not exist."""
    if math.isnan(value):
        return "–"
    if style == "times":
        return f"{value:.{_ratio_decimals(value)}f}×"
    text = f"{value:+.{decimals}f}" if style == "signed" else f"{value:.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    return text.replace("-", "−")


def interval_text(low: float, high: float, decimals: int, style: str = "plain") -> str:
    """'[low, high]', or '' where there is none or the value is the same in every seed."""
    if math.isnan(low) or high - low <= SPREAD * max(1.0, abs(low), abs(high)):
        return ""
    if style == "times":
        places = _ratio_decimals(low)
        return f"[{low:.{places}f}, {high:.{places}f}]"
    return f"[{number_text(low, decimals, style)}, {number_text(high, decimals, style)}]"


def cell_text(cell) -> str:
    if isinstance(cell, str):
        return cell
    interval = cell.interval
    value = number_text(interval.value, cell.decimals, cell.style)
    return f"{value} {interval_text(interval.low, interval.high, cell.decimals, cell.style)}".rstrip()


def _ratio_decimals(value: float) -> int:
    return 1 if value >= 10 else 2 if value >= 0.1 else 3


def markdown(table: Table) -> str:
    """The table in GitHub's Markdown, with its title and notes."""
    escaped = [[cell_text(cell).replace("|", "\\|") for cell in row] for row in table.rows]
    lines = [
        f"**{table.title}**",
        "",
        "| " + " | ".join(table.header) + " |",
        "|" + "|".join([" --- "] + [" ---: "] * (len(table.header) - 1)) + "|",
        *("| " + " | ".join(row) + " |" for row in escaped),
    ]
    for note in table.notes:
        lines += ["", note]
    return "\n".join(lines) + "\n"


def csv_lines(trace: str, table: Table) -> list[list[str]]:
    """Tidy rows: trace, table, method, quantity, value, low, high; empty where there is no interval."""
    lines = []
    for method, *cells in table.rows:
        for title, cell in zip(table.header[1:], cells):
            value, low, high = (cell, "", "") if isinstance(cell, str) else map(_csv_number, cell.interval[:3])
            lines.append([trace, table.key, method, title, value, low, high])
    return lines


def _csv_number(value: float) -> str:
    return "" if math.isnan(value) else repr(float(value))


def all_tables(comparison: Comparison, parts: dict[str, list[Decomposition]]) -> list[tuple[str, Table]]:
    """Every table, as (trace, table), trace by trace."""
    tables = []
    for trace in comparison.traces:
        of_trace = [method_table(comparison, trace), difference_table(comparison, trace)]
        if parts[trace]:
            of_trace += [make(comparison, trace, parts[trace]) for make in SPLIT_TABLES]
        tables += [(trace, table) for table in of_trace if table is not None]
    return tables


SPLIT_TABLES = (end_table, equal_hypervolume_table, equal_carbon_table)

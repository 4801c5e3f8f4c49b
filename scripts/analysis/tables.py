# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""The tables of report and decompose, as data: what is shown, apart from how (HTML, Markdown, csv)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import decks
import roles
from cenas_h5 import Interval, bootstrap_mean, paired_bootstrap_difference
from comparison import Comparison, Group
from decomposition import Decomposition, Split

INTERVAL_TEXT = "95 % interval: percentile bootstrap over seeds"
SAME_TEXT = "A number without an interval is the same in every seed"
PAIRED_TEXT = "95 % interval: percentile bootstrap over seeds, both methods resampled alike (paired by seed)"

CHANCE_TEXT = f"{PAIRED_TEXT}. Where the interval leaves 0 out, the difference is more than chance among the seeds."

# Width, relative to the value where that is large, below which an interval is rounding.
SPREAD = 1e-9


class Cell(NamedTuple):
    """A number with its interval. style: plain, signed (differences), times (ratios). `remark` stands under it."""

    interval: Interval
    decimals: int
    style: str = "plain"
    remark: str = ""


@dataclass(frozen=True)
class Table:
    """rows[i][0] is a text, the others are Cells or texts. `key` names the table in csv output. Without rows it says
    what its notes say."""

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
    Quantity("low_evaluations", "of fewer epochs", 1),
    Quantity("samples", "samples", 0),
)

DIFFERENCES = tuple(q for q in QUANTITIES if q.field not in ("gpu_hours", "low_evaluations", "samples"))


def trainings_title(parts: list[Decomposition]) -> str:
    """What the trainings of a split are called: initial ones are among them only where their energy was booked."""
    return "trainings incl. initial" if any(part.with_initial for part in parts) else "trainings"


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
    plans = [decks.planned_on(group.run, group.name) for group in groups]
    shown = any(plan != "perfect, the whole run" for plan in plans)  # what a reader takes for granted
    low = any(any(group.values("low_evaluations").values()) for group in groups)
    quantities = [q for q in QUANTITIES if low or q.field != "low_evaluations"]
    rows = [
        (
            group.method,
            *([plan] if shown else []),
            str(len(group.rows)),
            *(_mean_cell(group, q, _decimals(q, groups)) for q in quantities),
        )
        for group, plan in zip(groups, plans)
    ]
    return Table(
        key="methods",
        title=f"{trace}: each method, mean over seeds",
        header=("method", *(["planned on"] if shown else []), "seeds", *(q.title for q in quantities)),
        rows=tuple(rows),
        notes=(_interval_note(groups), *floor_notes(groups), *_repetition_notes(comparison, trace)),
    )


def _repetition_notes(comparison: Comparison, trace: str) -> tuple[str, ...]:
    """Says which methods are not shown."""
    return tuple(
        f"{method} is the same as {shown}, bit for bit, and not shown again."
        for (method, on_trace), shown in comparison.repeated.items()
        if on_trace == trace
    )


def _mean_cell(group: Group, quantity: Quantity, decimals: int) -> Cell:
    remark = ""
    if quantity.field.startswith("hv_log_difference"):
        reached = group.seeds_at_floor(quantity.field.endswith("_denoised"))
        remark = f"HV_max in {reached} of {len(group.rows)}" if reached else ""
    return Cell(mean_of(group, quantity.field), decimals, remark=remark)


def difference_table(comparison: Comparison, trace: str) -> Table | None:
    """Paired difference of every quantity to the baseline; None where there is nothing to compare."""
    baseline = comparison.baseline_on(trace)
    others = [g for g in comparison.others_on(trace) if baseline and common_seeds(g, baseline)]
    if not others:
        return None
    return Table(
        key="differences",
        title=f"{trace}: difference to {comparison.baseline}, paired by seed",
        header=_difference_header(),
        rows=tuple(_difference_row(group.method, group, baseline, others) for group in others),
        notes=(CHANCE_TEXT, *_floor_warning([*others, baseline])),
    )


def across_tables(comparison: Comparison, trace: str) -> list[Table]:
    """The same method in two files, a table for each two files. What is identical is named, not shown."""
    pairs = comparison.pairs_on(trace)
    of_files = dict.fromkeys((group.file, first.file) for group, first in pairs)
    return [
        _across_table(trace, file, first, [pair for pair in pairs if (pair[0].file, pair[1].file) == (file, first)])
        for file, first in of_files
    ]


def _across_table(trace: str, file: str, first: str, pairs: list[tuple[Group, Group]]) -> Table:
    strange = [group.name for group, other in pairs if not common_seeds(group, other)]
    same = [group.name for group, other in pairs if same_in_all(group, other)]
    differing = [(group, other) for group, other in pairs if group.name not in (*strange, *same)]
    groups = [group for group, _ in differing]
    notes = (CHANCE_TEXT, *_floor_warning([g for pair in differing for g in pair])) if differing else ()
    return Table(
        key=f"across_files:{file}",
        title=f"{trace}: {file} against {first}, method by method, paired by seed",
        header=_difference_header(),
        rows=tuple(_difference_row(group.name, group, other, groups) for group, other in differing),
        notes=(
            *notes,
            *((f"The same in both files: {', '.join(same)}.",) if same else ()),
            *((f"Without a common seed: {', '.join(strange)}.",) if strange else ()),
        ),
    )


def common_seeds(group: Group, other: Group) -> set[int]:
    return set(group.seeds) & set(other.seeds)


def same_in_all(group: Group, other: Group) -> bool:
    """Whether the two have seeds in common, and in all of them the same value of every quantity."""
    own, others = ({q.field: g.values(q.field) for q in QUANTITIES} for g in (group, other))
    seeds = common_seeds(group, other)
    return bool(seeds) and all(own[field][seed] == others[field][seed] for field in own for seed in seeds)


def _difference_header() -> tuple[str, ...]:
    return ("method", "pairs", *(q.title for q in DIFFERENCES))


def _difference_row(title: str, group: Group, other: Group, groups: list[Group]) -> tuple:
    """`groups` are those of all rows, whose columns have the same decimals."""
    cells = [
        Cell(
            paired_bootstrap_difference(values_of(group, q.field), values_of(other, q.field)),
            _decimals(q, groups),
            "signed",
        )
        for q in DIFFERENCES
    ]
    return (title, str(cells[0].interval.seeds), *cells)


def roles_table(comparison: Comparison, trace: str) -> Table:
    """What the GPUs did, in GPU-hours."""
    groups = comparison.on_trace(trace)
    hours_of = {group.method: roles_of(group) for group in groups}
    columns = {role: [hours[role].value for hours in hours_of.values() if role in hours] for role in roles.ROLES}
    shown = {role: decimals_for(1, values) for role, values in columns.items() if any(values)}
    nothing = Interval(math.nan, math.nan, math.nan, 0)
    rows = [
        (method, *(Cell(hours.get(role, nothing), decimals) for role, decimals in shown.items()))
        for method, hours in hours_of.items()
    ]
    return Table(
        key="roles",
        title=f"{trace}: GPU-hours by what the GPUs did, mean over seeds",
        header=("method", *(roles.ROLES[role] for role in shown)),
        rows=tuple(rows),
        notes=(_interval_note(groups), *roles_note(shown)),
    )


def roles_of(group: Group) -> dict[str, Interval]:
    """{role: GPU-hours of a search}."""
    of_seeds = [{role: h.sum() for role, h in roles.gpu_hours(group.run, i).items()} for i in group.rows]
    return {role: bootstrap_mean([hours[role] for hours in of_seeds]) for role in of_seeds[0]}


def roles_note(shown) -> tuple[str, ...]:
    """What to know of granted hours, where there are some."""
    if not any(map(roles.is_granted, shown)):
        return ()
    return (
        "Work that is booked with no power leaves no trace in the joules: there, “granted” is what the allocator gave, "
        "not what was done.",
    )


def end_table(comparison: Comparison, trace: str, parts: list[Decomposition]) -> Table:
    return _split_table(
        "end",
        f"{trace}: carbon against {comparison.baseline} at the end of the run",
        [(part, part.at_end, ()) for part in parts],
        (),
        "Each ratio is the method's over the baseline's.",
    )


def equal_hypervolume_table(comparison: Comparison, trace: str, parts: list[Decomposition]) -> Table:
    return _split_table(
        "equal_hypervolume",
        f"{trace}: carbon against {comparison.baseline} at equal hypervolume",
        [(part, part.at_equal_hypervolume, (f"{part.reached} of {part.seeds}",)) for part in parts],
        ("seeds that reach the baseline's final HV",),
        "Per seed, both methods are stopped when they first reach the lower of their two final hypervolumes. "
        "Seeds not counted in the last column never reach the baseline's final hypervolume; the baseline is then "
        "stopped early, at theirs.",
    )


def equal_carbon_table(comparison: Comparison, trace: str, parts: list[Decomposition]) -> Table:
    trainings = trainings_title(parts)
    return Table(
        key="equal_carbon",
        title=f"{trace}: HV log difference against {comparison.baseline} at equal carbon",
        header=(
            "method",
            "kg CO2e of both",
            "HV log difference, own",
            "HV log difference, baseline's",
            "difference, paired",
            f"{trainings}, own",
            f"{trainings}, baseline's",
        ),
        rows=tuple(map(_equal_carbon_row, parts)),
        notes=(
            "Per seed, both methods are read where they had spent the smaller of their two final amounts. Lower is "
            f"better. {PAIRED_TEXT}.",
        ),
    )


def _equal_carbon_row(part: Decomposition) -> tuple:
    equal = part.at_equal_carbon
    remarks = [
        f"HV_max in {reached} of {part.seeds}" if reached else ""
        for reached in (equal.method_at_floor, equal.baseline_at_floor)
    ]
    return (
        part.method,
        Cell(equal.kg, decimals_for(2, [equal.kg.value])),
        Cell(equal.method, 2, remark=remarks[0]),
        Cell(equal.baseline, 2, remark=remarks[1]),
        Cell(equal.difference, 2, "signed"),
        _count(equal.method_trainings, part.seeds, 1),
        _count(equal.baseline_trainings, part.seeds, 1),
    )


def _interval_note(groups: list[Group]) -> str:
    if all(len(group.rows) == 1 for group in groups):
        return "One seed each: a single value has no spread, so there are no intervals."
    return f"{INTERVAL_TEXT}. {SAME_TEXT}, or of one seed."


def floor_notes(groups: list[Group]) -> tuple[str, ...]:
    """Explains the means of HV log differences that were held at the floor."""
    notes = []
    for denoised, what in ((False, "HV log difference"), (True, "denoised HV log difference")):
        reached = [group.method for group in groups if group.seeds_at_floor(denoised)]
        if reached:
            floor = number_text(groups[0].floor(denoised), 2)
            notes.append(
                f"“HV_max in k of n” under a {what}: so many seeds of {', '.join(reached)} came within a millionth of "
                f"HV_max. There the logarithm of the gap says nothing and counts as {floor}, and the mean is over these "
                "values: it tells better from worse, but its size has no meaning. (“cenas info” shows no mean there.)"
            )
    return tuple(notes)


def _floor_warning(groups: list[Group]) -> tuple[str, ...]:
    """For tables of differences."""
    if not any(group.seeds_at_floor(denoised) for group in groups for denoised in (False, True)):
        return ()
    return (
        "Where a method reached HV_max, differences of HV log differences tell better from worse, but their size has "
        "no meaning; look at the hypervolume.",
    )


def _split_table(
    key: str, title: str, rows: list[tuple[Decomposition, Split, tuple]], more: tuple[str, ...], note: str
) -> Table:
    parts = [part for part, _, _ in rows]
    trainings = trainings_title(parts)
    return Table(
        key=key,
        title=title,
        header=("method", "kg CO2e", f"= {trainings}", "× kWh per training", "× kg per kWh", "of this: timing",
                "of this: embodied", "kg, own", "kg, baseline's", f"{trainings}, own", f"{trainings}, baseline's",
                *more),
        rows=tuple(
            (part.method, *(Cell(factor, 2, "times") for factor in split.factors), *_amounts(split), *extra)
            for part, split, extra in rows
        ),
        notes=(f"{note} {PAIRED_TEXT}.",),
    )  # fmt: skip


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
    spread = interval_text(interval.low, interval.high, cell.decimals, cell.style)
    return " ".join(filter(None, (value, spread, f"({cell.remark})" if cell.remark else "")))


def _ratio_decimals(value: float) -> int:
    return 1 if value >= 10 else 2 if value >= 0.1 else 3


def markdown(table: Table) -> str:
    """The table in GitHub's Markdown, with its title and notes."""
    lines = [f"**{table.title}**"]
    if table.rows:
        escaped = [[cell_text(cell).replace("|", "\\|") for cell in row] for row in table.rows]
        lines += [
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
        of_trace = [*across_tables(comparison, trace), method_table(comparison, trace)]
        of_trace.append(difference_table(comparison, trace))
        if parts[trace]:
            of_trace += [make(comparison, trace, parts[trace]) for make in SPLIT_TABLES]
        of_trace.append(roles_table(comparison, trace))
        tables += [(trace, table) for table in of_trace if table is not None]
    return tables


SPLIT_TABLES = (end_table, equal_hypervolume_table, equal_carbon_table)

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Sentences of a report: what is meant by its words, and what the data says in plain language."""

from __future__ import annotations

import math
import os
from html import escape

from cenas_h5 import Interval, Run, Trace, paired_bootstrap_difference
from comparison import Comparison, Group
from decomposition import Decomposition, Factors
from tables import decimals_for, interval_text, mean_of, number_text, values_of

CELLS_IN_SPACE = 15625
FEW = 5  # methods that a summary names one by one

DEFINITIONS = (
    (
        "HV log difference",
        "log10(HV_max − HV), with HV the hypervolume of everything that the search trained, initial architectures "
        "included, and HV_max that of the whole table. Lower is better; 1 less is a ten times smaller gap. Gaps below "
        "a millionth of HV_max count as a millionth of it.",
    ),
    (
        "denoised",
        "the same with every cell's objectives replaced by their mean over the table's cells that are one network once "
        "dead edges are pruned: what is left is not due to lucky measurements.",
    ),
    (
        "kWh",
        "IT energy of all components (evaluation, sampling, supernet training, optimizer, idle, switching). Energy and "
        "carbon are modelled: rated power by role × time × intensity of the trace.",
    ),
    ("kg CO2e", "kWh × PUE × intensity at that moment, plus the embodied share of the GPUs."),
    (
        "trainings",
        "finished trainings. The table of methods leaves the initial ones out; the split of the carbon counts those "
        "whose energy was booked (under full accounting the initial ones too, under paper accounting they are free).",
    ),
    (
        "split of the carbon",
        "kg = trainings × (kWh / trainings) × (kg / kWh). kWh and kg are everything that was booked, so overheads "
        "raise the energy per training, and the ratio of two methods' kg is exactly the product of the three ratios. "
        "kg / kWh is PUE × the grid's intensity weighted by the energy (“grid”: what timing changes) × the "
        "embodied share (“embodied”: total over operational kg). A dash stands for a ratio to nothing.",
    ),
    (
        "at equal hypervolume",
        "for each seed, both methods are stopped when they first reach the lower of their two final hypervolumes.",
    ),
    (
        "at equal carbon",
        "for each seed, both methods are read where they had spent the smaller of their two final amounts of carbon.",
    ),
    (
        "intervals",
        "95 % percentile bootstrap: the searches of a method on a trace differ by their seed only; the seeds are drawn "
        "again with replacement 10,000 times (random seed 0), and the central 95 % of the resulting means or ratios "
        "are shown. Differences and ratios of two methods use the seeds that both have and draw them together "
        "(paired). Ratios are those of sums over seeds. One seed has no interval; with fewer than about five the "
        "interval is rough, and usually too narrow.",
    ),
)


def run_name(run: Run) -> str:
    return os.path.splitext(os.path.basename(run.path))[0]


def deck_title(run: Run) -> str:
    """The first sentence of the deck's opening comment (licence tags aside), or nothing."""
    comment: list[str] = []
    for line in map(str.strip, run.deck.splitlines()):
        if line.startswith("# SPDX-") or (not line and not comment):
            continue
        if not line.startswith("# "):
            break
        comment.append(line.lstrip("# "))
    sentence, end, _ = " ".join(comment).partition(". ")
    return sentence + end.strip()


# --- summary ---------------------------------------------------------------------------------------------------------


def summary(comparison: Comparison, trace: str, parts: list[Decomposition]) -> list[str]:
    """What happened on one trace, as HTML: a few sentences per method (the most telling ones if there are many)."""
    groups = comparison.on_trace(trace)
    baseline = comparison.baseline_on(trace)
    if baseline is None:
        shown = groups[:FEW]
        lines = [_alone(group) for group in shown]
    else:
        of_method = {part.method: part for part in parts}
        shown = [baseline, *_most_telling(comparison.others_on(trace))]
        lines = [_alone(baseline), *(_against(group, baseline, of_method.get(group.method)) for group in shown[1:])]
    left_out = len(groups) - len(shown)
    if left_out:
        lines.append(f"The tables and figures below have {left_out} more.")
    return lines


def _most_telling(groups: list[Group]) -> list[Group]:
    """All, if they are few; else the first three, and those with the best hypervolume and the least carbon."""
    if len(groups) <= FEW:
        return groups
    best = min(groups, key=lambda group: mean_of(group, "hv_log_difference").value)
    least = min(groups, key=lambda group: mean_of(group, "carbon_kg").value)
    return [group for group in groups if group in (*groups[:3], best, least)]


def _alone(group: Group) -> str:
    seeds = len(group.rows)
    reached = _value(mean_of(group, "hv_log_difference"))
    trainings = _value(mean_of(group, "evaluations"), 0)
    kg = _amount(mean_of(group, "carbon_kg"))
    return (
        f"<strong>{escape(group.method)}</strong> ended at an HV log difference of {reached} after {trainings} "
        f"trainings and {kg} kg CO2e. {f'Means of {seeds} seeds' if seeds > 1 else 'One seed, so no intervals'}."
    )


def _against(group: Group, baseline: Group, part: Decomposition | None) -> str:
    name, other = f"<strong>{escape(group.method)}</strong>", escape(baseline.method)
    if part is None:
        return f"{name} shares no seed with {other}, so they are not compared."
    factors = part.at_end.factors
    own = _value(mean_of(group, "hv_log_difference"))
    others = number_text(mean_of(baseline, "hv_log_difference").value, 2)
    return (
        f"{name} used {_ratio(factors.carbon)} the carbon of {other}{_factors(factors)}. "
        f"Its HV log difference is {own} against {others}: {_verdict(_final_difference(group, baseline))}. "
        f"For an equal hypervolume it needed {_ratio(part.at_equal_hypervolume.factors.carbon)} the carbon of {other}; "
        f"at equal carbon its HV log difference is {_verdict(part.at_equal_carbon.difference)}."
    )


def _factors(factors: Factors) -> str:
    three = (factors.trainings, factors.energy_per_training, factors.carbon_per_kwh)
    if any(math.isnan(factor.value) for factor in three):
        return ""
    trainings, energy, carbon = (number_text(factor.value, 2, "times") for factor in three)
    return f" ({trainings} the trainings, {energy} the energy per training, {carbon} the carbon per kWh)"


def _final_difference(group: Group, baseline: Group) -> Interval:
    field = "hv_log_difference"
    return paired_bootstrap_difference(values_of(group, field), values_of(baseline, field))


def _verdict(difference: Interval) -> str:
    """In words whether a difference of HV log differences (lower is better) is more than the seeds explain."""
    better = "lower (better)" if difference.value < 0 else "higher (worse)"
    size = f"{abs(difference.value):.2f}"
    if max(abs(v) for v in difference[:3] if not math.isnan(v)) < 0.005:
        return "the same to two decimals"
    if math.isnan(difference.low):
        return f"{size} {better}, in this one seed"
    if difference.low <= 0 <= difference.high:
        return f"not clearly different ({_value(difference, style='signed')})"
    low, high = sorted((abs(difference.low), abs(difference.high)))
    return f"{size} [{low:.2f}, {high:.2f}] {better}"


def _value(interval: Interval, decimals: int = 2, style: str = "plain") -> str:
    """'1.40 [1.21, 1.60]', or '1.40' where the interval shows nothing more."""
    text = number_text(interval.value, decimals, style)
    spread = interval_text(interval.low, interval.high, decimals, style)
    if spread in ("", f"[{text}, {text}]", f"[{text.rstrip('×')}, {text.rstrip('×')}]"):
        return text
    return f"{text} {spread}"


def _amount(interval: Interval) -> str:
    return _value(interval, decimals_for(1, [interval.value]))


def _ratio(interval: Interval) -> str:
    if math.isnan(interval.value):
        return "an undefined multiple of"
    return _value(interval, style="times")


# --- what was run ----------------------------------------------------------------------------------------------------


def cells_text(run: Run) -> str:
    return f"{run.table.cells:,} of {CELLS_IN_SPACE:,} cells"


def table_text(run: Run) -> str:
    return f"{'SYNTHETIC table' if run.table.synthetic else 'table'} {run.table.name}, {cells_text(run)}"


def scope_text(trace: Trace) -> str:
    return trace.scope.replace("_", " ")


def traces_text(run: Run) -> str:
    return "; ".join(
        f"{trace.name} ({'SYNTHETIC, ' if trace.synthetic else ''}{trace.signal}, {scope_text(trace)})"
        for trace in run.traces
    )


def provenance_line(run: Run) -> str:
    """One paragraph that names a run well enough to repeat it."""
    return (
        f"{run_name(run)}: {table_text(run)}; {traces_text(run)}; {run.gpus} GPUs for {run.horizon_s / 3600:g} h from "
        f"{run.start:%Y-%m-%dT%H:%MZ}; {run.accounting} accounting; cenas {run.program_version}; table checksum "
        f"{run.table.checksum[:12]}."
    )

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Sentences of a report: what is meant by its words, and what the data says in plain language."""

from __future__ import annotations

import math
import os
from html import escape
from typing import NamedTuple

import decks
from cenas_h5 import Interval, Run, Trace, bootstrap_mean, paired_bootstrap_difference
from comparison import Comparison, Group
from decomposition import Decomposition, booked_trainings, books_initial, decompose
from tables import decimals_for, interval_text, mean_of, number_text, same_in_all, trainings_title, values_of

CELLS_IN_SPACE = 15625
FEW = 5  # methods, or keys of decks, that are named one by one
SAME = 1e-9  # relative: means that differ by less are called equal

OPENING = (
    "HV log difference = log10(HV_max − HV): how far the best architectures that a search found together are from the "
    "best ones of the whole table. Lower is better; 1 less is a gap ten times smaller."
)

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
        "IT energy of all components (evaluation, sampling, supernet training, optimizer, idle, switching, measurement of "
        "what is known before the search). Energy and carbon are modelled: rated power by role × time × intensity of the trace.",
    ),
    ("kg CO2e", "kWh × PUE × intensity at that moment, plus the embodied share of the GPUs."),
    (
        "trainings",
        "finished trainings, the initial ones and those of fewer epochs not counted; the latter have a column of their "
        "own where there are any, and enter neither hypervolumes nor fronts. The split of the carbon counts every training whose energy "
        "was booked: under full accounting the initial ones too, and it then says “trainings incl. initial”; under "
        "paper accounting they are free.",
    ),
    (
        "split of the carbon",
        "kg = trainings × (kWh / trainings) × (kg / kWh). kWh and kg are everything that was booked, so overheads "
        "raise the energy per training, and the ratio of two methods' kg is exactly the product of the three ratios. "
        "kg / kWh is PUE × the grid's intensity weighted by the energy (“timing”: working in clean hours lowers it) × "
        "the embodied share (“embodied”: total over operational kg; using less energy in the same time raises it). A "
        "dash stands for a ratio to nothing.",
    ),
    (
        "what the GPUs did",
        "GPU-hours by role: joules over the power of a GPU in that role, so they are exact; idle is the rest. It is not "
        "what the allocator granted: a GPU that may sample idles while the queue of candidates is full. Work without "
        "power (under paper accounting all but evaluation) leaves no joules; there the allocator's grant is shown.",
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
    name = os.path.splitext(os.path.basename(run.path))[0]
    return f"{name}, scenario {run.scenario}" if run.axes else name


def scenario_text(run: Run) -> str:
    """'scenario 3: run.gpus = 8'; nothing where the sweep has no axes."""
    values = ", ".join(f"{key} = {value}" for key, value in run.axes.items())
    return f"scenario {run.scenario}: {values}" if run.axes else ""


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


class Summary(NamedTuple):
    """What happened on one trace, as HTML: one sentence on the whole, one per method that several files have, and a
    few per method."""

    headline: str
    across_files: list[str]
    methods: list[str]


def summary(comparison: Comparison, trace: str, parts: list[Decomposition]) -> Summary:
    return Summary(
        _headline(comparison, trace, parts),
        _across_lines(comparison, trace),
        _method_lines(comparison, trace, parts),
    )


def synthetic_text(runs: tuple[Run, ...]) -> str:
    """What conclusions the data allow; "" where everything was measured."""
    names = list(dict.fromkeys(trace.name for run in runs for trace in run.traces if trace.synthetic))
    made_up = ["the table"] if any(run.table.synthetic for run in runs) else []
    made_up += [f"the {'trace' if len(names) == 1 else 'traces'} {_and(names)}"] if names else []
    if not made_up:
        return ""
    return (
        f"Synthetic data ({', '.join(made_up)}): the figures say how the methods behave, not what real networks or "
        "grids reach."
    )


def _headline(comparison: Comparison, trace: str, parts: list[Decomposition]) -> str:
    """The best of the methods in three respects."""
    groups = comparison.on_trace(trace)
    if len(groups) == 1:
        return ""
    hypervolume, best = _least(groups, lambda group: mean_of(group, "hv_log_difference").value)
    carbon, least = _least(groups, lambda group: mean_of(group, "carbon_kg").value)
    reached = all(group.seeds_at_floor() == len(group.rows) for group in groups if group.method in hypervolume)
    sentences = [
        f"Best hypervolume: {_names(hypervolume, groups)} "
        + ("(HV_max)" if reached else f"(HV log difference {number_text(best, 2)})"),
        f"least carbon: {_names(carbon, groups)} ({number_text(least, decimals_for(1, [least]))} kg CO2e)",
    ]
    if parts:
        sentences.append(f"least carbon at equal hypervolume: {_least_at_equal_hypervolume(comparison, parts)}")
    return "; ".join(sentences) + "."


def _least(groups: list[Group], value_of) -> tuple[list[str], float]:
    """The methods of the smallest value, and the value."""
    values = {group.method: value_of(group) for group in groups}
    least = min(values.values())
    return [name for name, value in values.items() if value - least <= SAME * max(1.0, abs(least))], least


def _names(names: list[str], groups: list[Group]) -> str:
    if len(names) == len(groups):
        return "the same for all"
    return _and([f"<strong>{escape(name)}</strong>" for name in names])


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _least_at_equal_hypervolume(comparison: Comparison, parts: list[Decomposition]) -> str:
    ratios = {part.method: part.at_equal_hypervolume.factors.carbon for part in parts}
    known = {method: ratio for method, ratio in ratios.items() if not math.isnan(ratio.value)}
    method = min(known, key=lambda name: known[name].value, default=None)
    baseline = escape(comparison.baseline)
    if method is None or known[method].value >= 1:
        return f"<strong>{baseline}</strong> (no other method needs less)"
    unclear = ", not clearly less" if known[method].high > 1 else ""
    return (
        f"<strong>{escape(method)}</strong> ({_value(known[method], style='times')} that of {baseline}{unclear}; each "
        f"method against {baseline}, at the lower of their two hypervolumes)"
    )


def _across_lines(comparison: Comparison, trace: str) -> list[str]:
    """The same method in another file against the first file that has it."""
    pairs = comparison.pairs_on(trace)
    same = [f"{group.name} ({group.file})" for group, first in pairs if same_in_all(group, first)]
    differing = [(group, first) for group, first in pairs if not same_in_all(group, first)]
    lines = [_across_line(group, first) for group, first in differing[:FEW]]
    if len(differing) > FEW:
        lines.append(f"The tables below have {len(differing) - FEW} more.")
    if same:
        lines.append(f"The same as in the first file: {escape(', '.join(same))}.")
    return lines


def _across_line(group: Group, first: Group) -> str:
    part = decompose(group, first)
    files = f"<strong>{escape(group.name)}</strong>, {escape(group.file)} against {escape(first.file)}"
    if part is None:
        return f"{files}: no seed in common, so they are not compared."
    return (
        f"{files}: {_ratio(part.at_end.factors.carbon)} the carbon. {_at_end(group, first)}; "
        f"{_at_equal_carbon(part, escape(first.method))}."
    )


def _method_lines(comparison: Comparison, trace: str, parts: list[Decomposition]) -> list[str]:
    """The baseline, and the others against it (the most telling ones if there are many)."""
    said = {group.method for group, first in comparison.pairs_on(trace)} - {comparison.baseline}
    said -= {first.method for _, first in comparison.pairs_on(trace)}
    groups = comparison.on_trace(trace)
    baseline = comparison.baseline_on(trace)
    if baseline is None:
        shown = groups[:FEW]
        lines = [_alone(group) for group in shown]
    else:
        of_method = {part.method: part for part in parts}
        others = _most_telling([group for group in comparison.others_on(trace) if group.method not in said])
        shown = [baseline, *others]
        lines = [_alone(baseline), *(_against(group, baseline, of_method.get(group.method)) for group in others)]
    left_out = len({group.method for group in groups} - {group.method for group in shown} - said)
    if left_out:
        lines.append(f"The tables and figures below have {left_out} more.")
    return lines


def _most_telling(groups: list[Group]) -> list[Group]:
    """All, if they are few; else the first three, and those with the best hypervolume and the least carbon."""
    if len(groups) <= FEW:
        return groups
    best = min(groups, key=lambda group: mean_of(group, "hv_log_difference").value)
    least = min(groups, key=lambda group: mean_of(group, "carbon_kg").value)
    names = {group.method for group in (*groups[:3], best, least)}
    return [group for group in groups if group.method in names]


def _alone(group: Group) -> str:
    seeds = len(group.rows)
    reached = group.seeds_at_floor()
    end = (
        f"reached HV_max in {reached} of {seeds} seeds"
        if reached
        else f"ended at an HV log difference of {_value(mean_of(group, 'hv_log_difference'))}"
    )
    trainings = _value(mean_of(group, "evaluations"), 0)
    if books_initial(group):
        trainings += f" trainings ({bootstrap_mean(list(booked_trainings(group).values())).value:.0f} incl. initial)"
    else:
        trainings += " trainings"
    kg = _amount(mean_of(group, "carbon_kg"))
    return (
        f"<strong>{escape(group.method)}</strong> {end} after {trainings} and {kg} kg CO2e. "
        f"{f'Means of {seeds} seeds' if seeds > 1 else 'One seed, so no intervals'}."
    )


def _against(group: Group, baseline: Group, part: Decomposition | None) -> str:
    name, other = f"<strong>{escape(group.method)}</strong>", escape(baseline.method)
    if part is None:
        return f"{name} shares no seed with {other}, so they are not compared."
    return (
        f"{name} used {_ratio(part.at_end.factors.carbon)} the carbon of {other}{_factors(part)}. "
        f"{_at_end(group, baseline)}. "
        f"For an equal hypervolume it needed {_ratio(part.at_equal_hypervolume.factors.carbon)} the carbon of {other}; "
        f"{_at_equal_carbon(part, other)}."
    )


def _factors(part: Decomposition) -> str:
    factors = part.at_end.factors
    three = (factors.trainings, factors.energy_per_training, factors.carbon_per_kwh)
    if any(math.isnan(factor.value) for factor in three):
        return ""
    trainings, energy, carbon = (number_text(factor.value, 2, "times") for factor in three)
    timing, embodied = (number_text(factor.value, 2, "times") for factor in (factors.timing, factors.embodied))
    by = f": {timing} by timing, {embodied} embodied share" if part.with_embodied else " by timing"
    return (
        f" ({trainings} the {trainings_title([part])}, {energy} the energy per training, {carbon} the carbon per kWh"
        f"{by})"
    )


def _at_end(group: Group, baseline: Group) -> str:
    """How the two ended. Where HV_max was reached, a log difference has no size, so the hypervolume speaks."""
    own, other = group.seeds_at_floor(), baseline.seeds_at_floor()
    if own == len(group.rows) and other == len(baseline.rows):
        return "Both reached HV_max"
    if own or other:
        verdict = _verdict(_final_difference(group, baseline, "hypervolume"), 1, lower_is_better=False)
        return (
            f"It reached HV_max in {own} of {len(group.rows)} seeds, {escape(baseline.method)} in {other} of "
            f"{len(baseline.rows)}; its hypervolume is {verdict}"
        )
    mean = _value(mean_of(group, "hv_log_difference"))
    others = number_text(mean_of(baseline, "hv_log_difference").value, 2)
    verdict = _verdict(_final_difference(group, baseline, "hv_log_difference"))
    return f"Its HV log difference is {mean} against {others}: {verdict}"


def _at_equal_carbon(part: Decomposition, other: str) -> str:
    equal = part.at_equal_carbon
    if equal.method_at_floor == equal.baseline_at_floor == part.seeds:
        return "at equal carbon both had reached HV_max"
    if equal.method_at_floor or equal.baseline_at_floor:
        return (
            f"at equal carbon it had reached HV_max in {equal.method_at_floor} of {part.seeds} seeds, {other} in "
            f"{equal.baseline_at_floor}"
        )
    return f"at equal carbon its HV log difference is {_verdict(equal.difference)}"


def _final_difference(group: Group, baseline: Group, field: str) -> Interval:
    return paired_bootstrap_difference(values_of(group, field), values_of(baseline, field))


def _verdict(difference: Interval, decimals: int = 2, lower_is_better: bool = True) -> str:
    """In words whether a difference is more than the seeds explain."""
    is_lower = difference.value < 0
    better = f"{'lower' if is_lower else 'higher'} ({'better' if is_lower == lower_is_better else 'worse'})"
    size = f"{abs(difference.value):.{decimals}f}"
    if max(abs(v) for v in difference[:3] if not math.isnan(v)) < 0.5 * 10**-decimals:
        return f"the same to {('no', 'one', 'two')[decimals]} decimal{'s' * (decimals != 1)}"
    if math.isnan(difference.low):
        return f"{size} {better}, in this one seed"
    if difference.low <= 0 <= difference.high:
        return f"not clearly different ({_value(difference, decimals, style='signed')})"
    low, high = sorted((abs(difference.low), abs(difference.high)))
    return f"{size} [{low:.{decimals}f}, {high:.{decimals}f}] {better}"


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


def unusual_settings(run: Run) -> list[str]:
    """'budget 12 kg CO2e', 'forecast persistence': settings that a reader must know where they are not the default."""
    return [
        *(f"budget {text}" for text in _budgets(run)),
        *([f"forecast {forecast_text(run)}"] if set(run.forecasts.values()) != {("perfect", 0.0)} else []),
    ]


def _budgets(run: Run) -> list[str]:
    carbon = [f"{run.budget_carbon_kg:g} kg CO2e"] if run.budget_carbon_kg else []
    return carbon + ([f"{run.budget_evaluations} trainings"] if run.budget_evaluations else [])


def budget_text(run: Run) -> str:
    return ", ".join(_budgets(run)) + " a search" if _budgets(run) else "none: searches end with the hours"


def forecast_text(run: Run) -> str:
    told = set(run.forecasts.values())
    if len(told) > 1:
        return "by method (see the methods compared)"
    (forecast,) = told
    return f"{forecast.name}; window: {f'{forecast.window_h:g} h ahead' if forecast.window_h else 'the whole run'}"


def overrides_text(run: Run) -> str:
    """In what the effective deck is not the deck."""
    if not decks.can_read():
        return decks.NOT_READ
    changes = [f"{key} = {value} ({_in_deck(in_deck)})" for key, value, in_deck in decks.overrides(run)]
    return "DIFFERS from the deck: " + "; ".join(changes) if changes else "as the deck says"


def _in_deck(value: str | None) -> str:
    return "not in the deck" if value is None else f"deck: {value}"


def differences_text(runs: tuple[Run, ...]) -> str:
    """'differs in: run.forecast (persistence, perfect), budget.carbon_kg (12, 20)', with values by file; "" for one."""
    if len(runs) == 1:
        return ""
    if not decks.can_read():
        return decks.NOT_READ
    found = decks.differences(runs)
    if not found:
        return "the effective decks are the same"
    more = f", and {len(found) - FEW} more keys (see what was run)" if len(found) > FEW else ""
    return "differs in: " + ", ".join(f"{key} ({', '.join(values)})" for key, values in found[:FEW]) + more


def provenance_line(run: Run) -> str:
    """One paragraph that names a run well enough to repeat it."""
    settings = "".join(f"{text}; " for text in unusual_settings(run))
    return (
        f"{run_name(run)}: {table_text(run)}; {traces_text(run)}; {run.gpus} GPUs for {run.horizon_s / 3600:g} h from "
        f"{run.start:%Y-%m-%dT%H:%MZ}; {run.accounting} accounting; {settings}cenas {run.program_version}; table "
        f"checksum {run.table.checksum[:12]}."
    )

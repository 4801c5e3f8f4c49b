# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""The figures of a report. Each function draws one and returns it as SVG with a caption that says what is shown."""

from __future__ import annotations

import itertools
import math
from html import escape
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

import roles
import theme
from cenas_h5 import JOULES_PER_KWH, SECONDS_PER_HOUR, Interval, Run, bootstrap_band, bootstrap_mean, non_dominated
from comparison import Comparison, Group
from decomposition import Decomposition
from tables import decimals_for, number_text, roles_note, trainings_title

WIDTH = 11.4  # inches; the page is as wide
GRID_POINTS = 200
METHODS_PER_FIGURE = 5  # beside the baseline: more bands hide one another, and colours would repeat
LOG_AXIS_FROM = 8.0  # ratio of the largest to the smallest final carbon from which the carbon axis is logarithmic
# Points of a front that are this many interquartile ranges worse than the lower quartile are left out of a figure
# (J. W. Tukey, "Exploratory Data Analysis", 1977: "far out"), so that it shows the others well.
FAR_OUT = 3.0


class Key(NamedTuple):
    """One entry of a legend. shape: line, box, dot, ring; `color` is a CSS variable of the theme; a line has dashes and
    a marker of matplotlib's in its middle."""

    label: str
    shape: str
    color: str
    dashes: tuple[float, ...] = ()
    marker: str = "o"


class Figure(NamedTuple):
    """`caption` is plain text."""

    svg: str
    legend: tuple[Key, ...]
    caption: str


def _finish(figure, identifier: str, legend, caption: str) -> Figure:
    return Figure(theme.to_svg(figure, identifier, escape(caption, quote=True)), tuple(legend), caption)


def _method_keys(comparison: Comparison, methods: list[str]) -> list[Key]:
    if len(methods) < 2:
        return []
    return [_method_key(method, comparison.index_of(method)) for method in methods]


def _method_key(method: str, index: int) -> Key:
    return Key(method, "line", theme.series_name(index), theme.series_dashes(index), theme.series_marker(index))


# --- hypervolume over time and carbon --------------------------------------------------------------------------------


def hypervolume_figures(comparison: Comparison) -> list[Figure]:
    """HV log difference against time and against carbon, a row of panels per trace. Many methods are spread over
    several figures with equal axes, each with the baseline."""
    shares = _shares_of_methods(comparison)
    drawn = [_draw_hypervolume(comparison, methods) for methods in shares]
    _equal_limits([axes for _, axes in drawn])
    caption = _hypervolume_caption(comparison)
    figures = [
        _finish(figure, f"hypervolume-{k}", _method_keys(comparison, methods), caption)
        for k, ((figure, _), methods) in enumerate(zip(drawn, shares))
    ]
    return [*(figure._replace(caption="") for figure in figures[:-1]), figures[-1]]  # one caption for all


def _shares_of_methods(comparison: Comparison) -> list[list[str]]:
    """Versions of one method in several files stay together if they can."""
    name_of = {group.method: group.name for group in comparison.in_files}
    others = [method for method in comparison.methods if method != comparison.baseline]
    shares: list[list[str]] = [[]]
    for _, versions in itertools.groupby(others, key=name_of.get):
        for together in _chunks(list(versions), METHODS_PER_FIGURE):
            if len(shares[-1]) + len(together) > METHODS_PER_FIGURE:
                shares.append([])
            shares[-1] += together
    return [[m for m in comparison.methods if m == comparison.baseline or m in share] for share in shares]


def _chunks(methods: list[str], size: int) -> list[list[str]]:
    return [methods[k : k + size] for k in range(0, len(methods), size)]


def _draw_hypervolume(comparison: Comparison, methods: list[str]):
    rows = len(comparison.traces)
    figure, axes = theme.new_figure(WIDTH, 0.7 + 3.0 * rows, rows, 2, sharey="row")
    log_carbon = _spans_decades(comparison)
    for row, trace in enumerate(comparison.traces):
        groups = comparison.on_trace(trace)
        for ax, against in zip(axes[row], ("time", "carbon")):
            left = _carbon_left(groups) if against == "carbon" and log_carbon else 0.0
            for group in groups:
                if group.method in methods:
                    _draw_curve(ax, comparison, group, against, left)
            if left > 0:
                _log_axis(ax, left, 1.15 * _final_kg(groups).max())
            else:
                ax.set_xlim(left=0)
        _label_hypervolume(axes[row], trace, log_carbon)
    return figure, axes


def _label_hypervolume(axes, trace: str, log_carbon: bool) -> None:
    of_time, of_carbon = axes
    of_time.set_title(f"{trace}: against time")
    of_time.set_xlabel("hours since the start")
    of_time.set_ylabel(r"$\log_{10}(\mathrm{HV}_\mathrm{max} - \mathrm{HV})$, lower is better", parse_math=True)
    of_carbon.set_title(f"{trace}: against carbon")
    of_carbon.set_xlabel("kg CO2e spent" + (" (log scale)" if log_carbon else ""))


def _equal_limits(grids) -> None:
    """Gives panels at the same place of several figures the widest of their limits."""
    for same in zip(*(axes.flat for axes in grids)):
        for get, put in (("get_xlim", "set_xlim"), ("get_ylim", "set_ylim")):
            limits = np.array([getattr(ax, get)() for ax in same])
            for ax in same:
                getattr(ax, put)(limits[:, 0].min(), limits[:, 1].max())


def _hypervolume_caption(comparison: Comparison) -> str:
    parts = [
        "HV log difference, log10(HV_max − HV): each unit down is a ten times smaller gap to the best hypervolume "
        "that the table allows. Lines: mean over seeds of the logarithm, initial architectures included, up to where "
        "every seed of the method has data",
        _interval_text(comparison, "bands: pointwise 95 % interval of the mean"),
        "markers: where each seed ended",
        "hypervolume is a step function of time and of carbon; its value is held between trainings and read at "
        f"{GRID_POINTS} common points (no interpolation)",
    ]
    floored = [group.method for group in comparison.groups.values() if group.seeds_at_floor()]
    if floored:
        names = ", ".join(dict.fromkeys(floored))
        parts.append(f"gaps below a millionth of HV_max are drawn as a millionth (reached by {names})")
    return "; ".join(parts) + "."


def _interval_text(comparison: Comparison, what: str, how: str = "percentile bootstrap over seeds") -> str:
    """What an interval in a figure is, or why there is none."""
    single = sum(len(group.rows) == 1 for group in comparison.groups.values())
    if single == len(comparison.groups):
        return "no intervals: there is one seed, which has no spread"
    return f"{what} ({how}{'; none where there is one seed' if single else ''})"


def _draw_curve(ax, comparison: Comparison, group: Group, against: str, left: float) -> None:
    index = comparison.index_of(group.method)
    color = theme.series_color(index)
    curves = [group.run.hv_curve(i, against) for i in group.rows]
    begin = max(left, *(curve.x[min(1, len(curve.x) - 1)] if curve.hypervolume[0] == 0 else 0.0 for curve in curves))
    end = min(curve.x[-1] for curve in curves)
    if end > begin:
        grid = np.geomspace(begin, end, GRID_POINTS) if left > 0 else np.linspace(begin, end, GRID_POINTS)
        grid[[0, -1]] = begin, end
        values = np.array([group.log_difference(curve.at(grid)) for curve in curves])
        mean, low, high = bootstrap_band(values)
        above = 3.5 if index == 0 else 3  # the baseline is in every figure, so it must not be hidden
        ax.plot(grid, mean, color=color, linestyle=(0, theme.series_dashes(index)), zorder=above)
        if len(curves) > 1:
            ax.fill_between(grid, low, high, color=color, alpha=0.2, linewidth=0)
    ends = np.array([(curve.x[-1], group.log_difference(curve.hypervolume[-1])) for curve in curves])
    marker = theme.series_marker(index)
    ax.scatter(ends[:, 0], ends[:, 1], s=9, color=color, marker=marker, alpha=0.75, linewidths=0, zorder=4)


def _final_kg(groups) -> np.ndarray:
    return np.array([kg for group in groups for kg in group.values("carbon_kg").values()])


def _spans_decades(comparison: Comparison) -> bool:
    """Methods that differ much in carbon cannot be read on one linear axis."""
    kg = _final_kg(comparison.groups.values())
    return bool(np.any(kg > 0) and kg.max() > LOG_AXIS_FROM * kg[kg > 0].min())


def _carbon_left(groups: list[Group]) -> float:
    """Left end of a logarithmic carbon axis: a twentieth of the smallest amount that a search spent."""
    kg = _final_kg(groups)
    return float(kg[kg > 0].min() / 20) if np.any(kg > 0) else 0.0


def _log_axis(ax, left: float, right: float) -> None:
    """Logarithmic x axis with plain numbers, as many as there is room for."""
    ax.set_xscale("log")
    ax.set_xlim(left, right)
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if right < 100 * left else (1.0,), numticks=12))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_formatter(NullFormatter())


# --- what the GPUs did -----------------------------------------------------------------------------------------------


def roles_figure(comparison: Comparison, traces: tuple[str, ...], identifier: str) -> Figure:
    """What the GPUs did in every step, a column per trace, the intensity on top and a row per method."""
    methods = [m for m in comparison.methods if any((m, trace) in comparison.groups for trace in traces)]
    row_height = 0.9 if len(methods) <= 6 else 0.62
    ratios = [1.1, *([row_height] * len(methods))]
    figure, axes = theme.new_figure(
        WIDTH if len(traces) > 1 else 0.72 * WIDTH,
        1.0 + sum(ratios),
        len(ratios),
        len(traces),
        sharex="col",
        sharey="row",
        height_ratios=ratios,
    )
    highest = max(_draw_intensity(axes[0, column], comparison, trace) for column, trace in enumerate(traces))
    axes[0, 0].set_ylim(0, 1.08 * highest)
    used = set()
    for column, trace in enumerate(traces):
        for row, method in enumerate(methods, start=1):
            group = comparison.groups.get((method, trace))
            if group is None:
                axes[row, column].set_axis_off()
                continue
            gpus = _gpus_by_role(group)
            _draw_roles(axes[row, column], group, gpus)
            used |= {role for role, of_steps in gpus.items() if np.any(of_steps > 0)}
        ends = [_step_edges(group, _longest_intervals(group))[-1] for group in comparison.on_trace(trace)]
        axes[-1, column].set_xlim(0, max(ends))
        axes[-1, column].set_xlabel("hours since the start")
    axes[0, 0].set_ylabel("g CO2e/kWh", fontsize=8.5)
    for row, method in enumerate(methods, start=1):
        axes[row, 0].set_ylabel(method, rotation=0, ha="right", va="center", labelpad=8)
    shown = [role for role in roles.ROLES if role in used]
    keys = [Key(roles.ROLES[role], "box", role) for role in shown]
    return _finish(figure, identifier, keys, _roles_caption(shown))


def _roles_caption(shown: list[str]) -> str:
    """`shown`: the roles that the figure has."""
    parts = [
        "Top: carbon intensity of the trace. Below: what the GPUs did in every step (mean over seeds, no interval), as "
        "GPU-hours of work, from joules and power, per hour; blank where nothing is booked or the search has ended. The "
        "dark line repeats the shape of the intensity, scaled to the panel: a method that shifts work to clean hours "
        "evaluates where it is low.",
        *(f"{note} It has a lighter tone." for note in roles_note(shown)),
    ]
    return " ".join(parts)


def _gpus_by_role(group: Group) -> dict[str, np.ndarray]:
    """{role: GPUs in each step}, mean over seeds; a seed that has ended has none."""
    edges = _step_edges(group, _longest_intervals(group))
    gpus = {role: np.zeros(len(edges) - 1) for role in roles.ROLES}
    for i in group.rows:
        for role, hours in roles.gpu_hours(group.run, i).items():
            gpus[role][: len(hours)] += hours
    return {role: hours / len(group.rows) / np.diff(edges) for role, hours in gpus.items()}


def _longest_intervals(group: Group) -> dict[str, np.ndarray]:
    return max((group.run.search(i).intervals for i in group.rows), key=lambda log: len(log["start_s"]))


def _step_edges(group: Group, intervals: dict[str, np.ndarray]) -> np.ndarray:
    """Begin of every step and the end of the last one, in hours."""
    starts = intervals["start_s"]
    end = min(starts[-1] + group.trace_in_file.step_s, group.run.horizon_s)
    return np.append(starts, end) / SECONDS_PER_HOUR


def _draw_intensity(ax, comparison: Comparison, trace: str) -> float:
    """Draws the trace as far as its longest search went; returns the highest intensity."""
    group = max(comparison.on_trace(trace), key=lambda g: len(_longest_intervals(g)["start_s"]))
    intervals = _longest_intervals(group)
    ax.stairs(intervals["intensity"], _step_edges(group, intervals), baseline=None, color=theme.TEXT, linewidth=1.3)
    ax.set_title(trace)
    ax.yaxis.set_major_locator(MaxNLocator(3))
    return float(intervals["intensity"].max())


def _draw_roles(ax, group: Group, gpus_by_role: dict[str, np.ndarray]) -> None:
    longest = _longest_intervals(group)
    edges = _step_edges(group, longest)
    bottom = np.zeros(len(longest["start_s"]))
    for role, of_steps in gpus_by_role.items():
        top = bottom + of_steps
        ax.stairs(top, edges, baseline=bottom, fill=True, color=theme.ledger_color(role), linewidth=0)
        bottom = top
    gpus = group.run.gpus
    intensity = longest["intensity"]
    scaled = gpus * (0.1 + 0.8 * (intensity - intensity.min()) / max(np.ptp(intensity), 1e-9))
    ax.stairs(scaled, edges, baseline=None, color=theme.SURFACE, linewidth=2.4)
    ax.stairs(scaled, edges, baseline=None, color=theme.TEXT, linewidth=1.1)
    ax.set_ylim(0, gpus)
    ax.set_yticks([0, gpus])
    ax.grid(False)


# --- Pareto fronts ---------------------------------------------------------------------------------------------------


def front_figures(comparison: Comparison) -> list[Figure]:
    """Fronts found on each trace; none where there is one objective (its front is one architecture)."""
    figures = []
    for t, trace in enumerate(comparison.traces):
        for o, groups in enumerate(_by_objectives(comparison.on_trace(trace))):
            objectives = groups[0].run.objectives
            if len(objectives) < 2:
                continue
            panels = [_front_panel(comparison, group) for group in groups]
            view = FrontView(groups[0].run, _table_front(groups[0].run), panels)
            drawn = _front_panels(view) if len(objectives) == 2 else _projection_panels(view)
            figures.append(_finish(drawn, f"front-{t}-{o}", (), _front_caption(trace, groups)))
    return figures


class FrontPanel(NamedTuple):
    """Fronts that one method found, as objectives [point, objective]."""

    method: str
    color: str
    every_seed: np.ndarray
    best_seed: np.ndarray


class FrontView(NamedTuple):
    """What one figure of fronts shows. `run` is any run of the figure: they share table and objectives."""

    run: Run
    table_front: np.ndarray
    panels: list[FrontPanel]


def _front_panel(comparison: Comparison, group: Group) -> FrontPanel:
    fronts = {i: group.run.pareto_front(i)["objectives"] for i in group.rows}
    color = theme.series_color(comparison.index_of(group.method))
    return FrontPanel(group.method, color, np.concatenate(list(fronts.values())), fronts[group.best_row()])


def _table_front(run: Run) -> np.ndarray:
    known = run.class_mean[np.all(np.isfinite(run.class_mean), axis=1)]
    gains = run.gains(known)
    return known[non_dominated(gains)]


def _by_objectives(groups: list[Group]) -> list[list[Group]]:
    """Groups that share their objectives (all of them unless unlike files were forced together)."""
    return [list(same) for _, same in itertools.groupby(groups, key=lambda group: group.run.objectives)]


def _front_caption(trace: str, groups: list[Group]) -> str:
    directions = ", ".join(f"{o.label}: {o.direction}" for o in groups[0].run.objectives)
    shape = "" if len(groups[0].run.objectives) == 2 else ", projected on each pair of objectives"
    return (
        f"{trace}: Pareto fronts found by each method{shape}; {directions}. Filled: the front of its best seed "
        "(largest hypervolume). Small faint dots: the fronts of all seeds. Thin grey: the front of the whole table, "
        "with the mean of cells that are one network (denoised values), which a single measurement may beat. Points "
        "that lie far out (in one objective worse than the lower quartile of the table's front by "
        f"{FAR_OUT:g} interquartile ranges) are outside of the axes."
    )


def _front_panels(view: FrontView):
    """Two objectives: a panel per method, the second objective to the right and the first one up."""
    count = len(view.panels)
    rows = math.ceil(count / 4)
    columns = math.ceil(count / rows)
    width = max(WIDTH * columns / 4, 0.45 * WIDTH)
    figure, axes = theme.new_figure(width, 0.35 + 2.55 * rows, rows, columns, sharex=True, sharey=True)
    for ax, panel in itertools.zip_longest(axes.flat, view.panels):
        if panel is None:
            ax.set_axis_off()
            continue
        ax.set_title(panel.method)
        _draw_front(ax, view, panel, 1, 0)
    _limit_axes(axes[0, 0], view, 1, 0)
    _label_outer(axes, count, view.run.objectives[1], view.run.objectives[0])
    return figure


def _projection_panels(view: FrontView):
    """Three and more objectives: a row per method, a column per pair of objectives."""
    objectives = view.run.objectives
    pairs = list(itertools.combinations(range(len(objectives)), 2))
    count = len(view.panels)
    height = 0.3 + (2.3 if count <= 6 else 1.7) * count
    figure, axes = theme.new_figure(WIDTH, height, count, len(pairs), sharex="col", sharey="col")
    for row, panel in enumerate(view.panels):
        for column, (y, x) in enumerate(pairs):
            _draw_front(axes[row, column], view, panel, x, y)
            axes[row, column].set_ylabel(_objective_label(objectives[y]))
        axes[row, 0].set_title(panel.method)
    for column, (y, x) in enumerate(pairs):
        axes[-1, column].set_xlabel(_objective_label(objectives[x]))
        _limit_axes(axes[0, column], view, x, y)
    return figure


def _limit_axes(ax, view: FrontView, x: int, y: int) -> None:
    """Shows every point but those that lie far out on the worse side of one of the two objectives."""
    points = np.concatenate([view.table_front, *(panel.every_seed for panel in view.panels)])
    shown = np.ones(len(points), dtype=bool)
    for k in (x, y):
        objective = view.run.objectives[k]
        lower, upper = np.quantile(objective.gains(view.table_front[:, k]), [0.25, 0.75])
        shown &= objective.gains(points[:, k]) >= lower - FAR_OUT * (upper - lower)
    for k, set_limits in ((x, ax.set_xlim), (y, ax.set_ylim)):
        values = points[shown, k]
        margin = 0.06 * max(np.ptp(values), 1e-9)
        set_limits(values.min() - margin, values.max() + margin)


def _objective_label(objective) -> str:
    arrow = "→ better" if objective.direction == "maximize" else "← better"
    return f"{objective.label}, {arrow}"


def _label_outer(axes, count: int, x, y) -> None:
    rows, columns = axes.shape
    for row, column in itertools.product(range(rows), range(columns)):
        if row * columns + column >= count:
            continue
        below = (row + 1) * columns + column
        if below >= count:
            axes[row, column].set_xlabel(_objective_label(x))
            axes[row, column].tick_params(labelbottom=True)
        if column == 0:
            axes[row, column].set_ylabel(_objective_label(y))


def _draw_front(ax, view: FrontView, panel: FrontPanel, x: int, y: int) -> None:
    table, every, best = view.table_front, panel.every_seed, panel.best_seed
    ax.scatter(table[:, x], table[:, y], s=4, color=theme.MUTED, alpha=0.5, linewidths=0, zorder=1)
    ax.scatter(every[:, x], every[:, y], s=9, color=panel.color, alpha=0.35, linewidths=0, zorder=2)
    if len(view.run.objectives) == 2:
        _draw_staircase(ax, table, view.run, theme.MUTED, 0.8)
        _draw_staircase(ax, best, view.run, panel.color, 1.4)
    ax.scatter(best[:, x], best[:, y], s=20, color=panel.color, edgecolors=theme.SURFACE, linewidths=0.6, zorder=4)


def _draw_staircase(ax, points: np.ndarray, run, color: str, width: float) -> None:
    """The attained boundary of a two-objective front: at each second objective, the best first one so far."""
    order = np.argsort(-run.gains(points)[:, 1], kind="stable")
    ax.step(points[order, 1], points[order, 0], where="post", color=color, linewidth=width, zorder=3)


# --- ledger ----------------------------------------------------------------------------------------------------------


def ledger_figure(comparison: Comparison) -> Figure:
    """Energy and carbon by component, stacked, a row of panels per trace."""
    components = _components(comparison)
    counts = [len(comparison.on_trace(trace)) for trace in comparison.traces]
    heights = [0.75 + 0.36 * count for count in counts]
    figure, axes = theme.new_figure(WIDTH, 0.6 + sum(heights), len(counts), 2, height_ratios=heights, sharex="col")
    used = []
    for row, trace in enumerate(comparison.traces):
        groups = comparison.on_trace(trace)
        for ax, amounts_of, total in (
            (axes[row, 0], _kwh_by_component, "energy_kwh"),
            (axes[row, 1], _kg_by_component, "carbon_kg"),
        ):
            amounts = {group.method: amounts_of(group) for group in groups}
            used += [c for c in components if any(a.get(c, 0.0) > 0 for a in amounts.values())]
            _draw_stacks(ax, groups, components, amounts, total)
        axes[row, 1].set_yticklabels([])
        axes[row, 0].set_title(f"{trace}: energy")
        axes[row, 1].set_title(f"{trace}: carbon")
    axes[-1, 0].set_xlabel("kWh (IT energy)")
    axes[-1, 1].set_xlabel("kg CO2e (PUE and embodied share included)")
    shown = [c for c in components if c in used]
    keys = [Key(c.replace("_", " "), "box", c) for c in shown]
    caption = (
        "What was booked, by component, mean over seeds. Left: IT energy. Right: carbon; "
        "each component's energy times PUE times the intensity of the moment, and the embodied share of the GPUs; "
        + _interval_text(comparison, "whiskers: 95 % interval of the total")
        + "."
    )
    return _finish(figure, "ledger", keys, caption)


def _components(comparison: Comparison) -> list[str]:
    names = [component for run in comparison.runs for component in run.components]
    return [*dict.fromkeys(names), "embodied"]


def _kwh_by_component(group: Group) -> dict[str, float]:
    joules = sum(group.run.search(i).intervals["joules"].sum(axis=0) for i in group.rows) / len(group.rows)
    return dict(zip(group.run.components, joules / JOULES_PER_KWH))


def _kg_by_component(group: Group) -> dict[str, float]:
    run = group.run
    grams, embodied = np.zeros(len(run.components)), 0.0
    for i in group.rows:
        intervals = run.search(i).intervals
        grams += (run.pue * intervals["intensity"] / JOULES_PER_KWH) @ intervals["joules"]
        embodied += intervals["embodied_grams"].sum()
    kg = dict(zip(run.components, grams / len(group.rows) / 1000.0))
    return {**kg, "embodied": float(embodied) / len(group.rows) / 1000.0}


def _draw_stacks(ax, groups: list[Group], components: list[str], amounts: dict, total: str) -> None:
    positions = np.arange(len(groups))[::-1]
    left = np.zeros(len(groups))
    for component in components:
        width = np.array([amounts[group.method].get(component, 0.0) for group in groups])
        ax.barh(positions, width, 0.62, left=left, color=theme.ledger_color(component), linewidth=0)
        left += width
    totals = [bootstrap_mean(list(group.values(total).values())) for group in groups]
    decimals = decimals_for(1, [interval.value for interval in totals])
    for position, interval in zip(positions, totals):
        _draw_total(ax, interval, position, decimals)
    ax.set_yticks(positions, [group.method for group in groups])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    longest = max(np.nanmax([interval.value, interval.high]) for interval in totals)
    ax.set_xlim(0, max(ax.get_xlim()[1], 1.12 * longest))
    ax.set_ylim(-0.6, len(groups) - 0.4)


def _draw_total(ax, interval: Interval, position: float, decimals: int) -> None:
    """Whisker at the end of a bar, and its number."""
    low, high = interval.low, interval.high
    if math.isnan(low):
        low = high = interval.value
    else:
        ax.plot([low, high], [position] * 2, color=theme.TEXT, linewidth=1.2, marker="|", markersize=6)
    text = number_text(interval.value, decimals)
    ax.annotate(text, (high, position), (6, 0), textcoords="offset points", va="center", fontsize=8.5)


# --- decomposition ---------------------------------------------------------------------------------------------------


def factor_panels(parts: list[Decomposition]) -> list[tuple[str, str]]:
    """(field of Factors, title) of each panel. Where no embodied share is booked, kg per kWh is timing alone."""
    panels = [
        ("carbon", "kg CO2e"),
        ("trainings", "= " + trainings_title(parts).replace(" incl.", "\nincl.")),
        ("energy_per_training", "× kWh\nper training"),
    ]
    if any(part.with_embodied for part in parts):
        return [*panels, ("timing", "× timing"), ("embodied", "× embodied share")]
    return [*panels, ("timing", "× timing\n(kg per kWh)")]


def decomposition_figure(comparison: Comparison, parts: dict[str, list[Decomposition]]) -> Figure:
    """The factors of each method against the baseline, at the end and at equal hypervolume."""
    traces = [trace for trace in comparison.traces if parts[trace]]
    everything = [part for trace in traces for part in parts[trace]]
    panels = factor_panels(everything)
    heights = [0.75 + 0.46 * len(parts[trace]) for trace in traces]
    figure, axes = theme.new_figure(
        WIDTH, 0.75 + sum(heights), len(traces), len(panels), height_ratios=heights, sharex=True
    )
    limits = _ratio_limits(everything, [factor for factor, _ in panels])
    for row, trace in enumerate(traces):
        for column, (factor, title) in enumerate(panels):
            _draw_factor(axes[row, column], comparison, parts[trace], factor)
            _log_axis(axes[row, column], *limits)
            axes[row, column].set_title(f"{trace}:\n{title}" if column == 0 else title)
            if column > 0:
                axes[row, column].set_yticklabels([])
            if row == len(traces) - 1:
                axes[row, column].set_xlabel(f"× {comparison.baseline}", fontsize=8.5)
    keys = [Key("at the end of the run", "dot", "text"), Key("at equal hypervolume", "ring", "text")]
    kg_per_kwh = (
        " (timing: operational kg per kWh; embodied share: all kg per operational kg; their product is the ratio of kg "
        "per kWh)"
    ) * any(part.with_embodied for part in everything)
    caption = (
        f"Carbon of each method over that of {comparison.baseline}, and its exact factors: the product of those on the "
        f"right is the one on the left{kg_per_kwh}. Left of 1 is less; equal lengths are equal factors (logarithmic "
        "axes); "
        + _interval_text(comparison, "whiskers: 95 % interval", "percentile bootstrap over seeds, paired by seed")
        + "."
    )
    return _finish(figure, "factors", keys, caption)


def _draw_factor(ax, comparison: Comparison, parts: list[Decomposition], factor: str) -> None:
    ax.axvline(1.0, color=theme.MUTED, linewidth=1.0, zorder=1)
    positions = np.arange(len(parts))[::-1]
    for position, part in zip(positions, parts):
        index = comparison.index_of(part.method)
        _draw_ratio(ax, getattr(part.at_end.factors, factor), position + 0.2, index, filled=True)
        _draw_ratio(ax, getattr(part.at_equal_hypervolume.factors, factor), position - 0.2, index, filled=False)
    ax.set_yticks(positions, [part.method for part in parts])
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="y", visible=False)
    ax.set_ylim(-0.6, len(parts) - 0.4)


def _draw_ratio(ax, interval: Interval, position: float, index: int, filled: bool) -> None:
    """A marker with its whisker, and its number on the side that leads away from 1."""
    if not interval.value > 0:
        return
    low, high = (interval.low, interval.high) if interval.low > 0 else (interval.value, interval.value)
    color = theme.series_color(index)
    face = color if filled else theme.SURFACE
    ax.plot([low, high], [position] * 2, color=color, linewidth=1.4, zorder=2)
    marker = theme.series_marker(index)
    ax.scatter(interval.value, position, s=24, color=face, edgecolors=color, marker=marker, linewidths=1.3, zorder=3)
    less = interval.value < 1
    ax.annotate(
        number_text(interval.value, 2, "times"),
        (low if less else high, position),
        (-6 if less else 6, 0),
        textcoords="offset points",
        ha="right" if less else "left",
        va="center",
        fontsize=8,
    )


def _ratio_limits(parts: list[Decomposition], factors: list[str]) -> tuple[float, float]:
    """Room for every ratio and the number beside it."""
    splits = [split for part in parts for split in (part.at_end, part.at_equal_hypervolume)]
    values = [v for split in splits for factor in factors for v in getattr(split.factors, factor)[:3] if v > 0]
    low, high = min([1.0, *values]), max([1.0, *values])
    text = 0.055 * len(factors)  # width of a number, as a part of a panel's
    room = 1.1 * (high / low) ** (text / (1 - 2 * text))
    return low / room, high * room

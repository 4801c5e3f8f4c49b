# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Writes a comparison as one HTML page that needs nothing beside itself: no network, no script, no other file."""

from __future__ import annotations

import os
from html import escape

import decks
import figures
import tables
import texts
import theme
from cenas_h5 import SECONDS_PER_HOUR, Run
from comparison import Comparison
from decomposition import Decomposition, decompose_all
from figures import Figure, Key
from tables import Table

TRACES_PER_ROLES_FIGURE = 2


def render(comparison: Comparison) -> str:
    parts = decompose_all(comparison)
    sections = [
        ("summary", "Summary", _summary(comparison, parts)),
        ("files", "Same method in several files", _across_files(comparison)),
        ("methods", "Methods compared", _methods(comparison)),
        ("hypervolume", "Hypervolume over time and carbon", _figures(figures.hypervolume_figures(comparison))),
        ("split", "Where the carbon goes: number, energy and timing of trainings", _split(comparison, parts)),
        ("roles", "What the GPUs did over the trace", _roles(comparison)),
        ("ledger", "Ledger", _figure(figures.ledger_figure(comparison))),
        ("fronts", "Pareto fronts found", _fronts(comparison)),
        ("run", "What was run", _what_was_run(comparison)),
        ("words", "What the words and intervals mean", _definitions()),
    ]
    sections = [section for section in sections if section[2]]
    links = " ".join(f'<a href="#{anchor}">{escape(title.split(":")[0])}</a>' for anchor, title, _ in sections)
    body = "".join(
        f'<section id="{anchor}"><h2>{escape(title)}</h2>{html}</section>' for anchor, title, html in sections
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(_title(comparison))}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n"
        f"<header>{_header(comparison)}<nav>{links}</nav></header>\n<main>\n{body}\n</main>\n"
        f"<footer>{_footer(comparison)}</footer>\n</body>\n</html>\n"
    )


def _style() -> str:
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "page.css"), encoding="utf-8") as file:
        rules = file.read()
    light, dark = theme.css_variables(dark=False), theme.css_variables(dark=True)
    return (
        f":root {{ color-scheme: light dark; {light} }}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}\n{rules}"
    )


# --- head and foot ---------------------------------------------------------------------------------------------------


def _title(comparison: Comparison) -> str:
    return "cenas report: " + ", ".join(texts.run_name(run) for run in comparison.runs)


def _header(comparison: Comparison) -> str:
    titles = list(filter(None, map(texts.deck_title, comparison.runs)))
    lead = f'<p class="lead">{escape(" · ".join(dict.fromkeys(titles)))}</p>' if titles else ""
    warnings = "".join(f'<span class="badge warning">{escape(text)}</span>' for text in _warnings(comparison.runs))
    badges = "".join(f'<span class="badge">{escape(text)}</span>' for text in _badges(comparison))
    notices = "".join(f"<p>{escape(note)}</p>" for note in comparison.notes)
    notices = f'<div class="notice">{notices}</div>' if notices else ""
    differences = texts.differences_text(comparison.runs)
    differences = f'<p class="differences">{escape(differences)}</p>' if differences else ""
    return f"<h1>{escape(_title(comparison))}</h1>{differences}{lead}<div>{warnings}{badges}</div>{notices}"


def _warnings(runs: tuple[Run, ...]) -> list[str]:
    """What a reader must not miss: where the numbers are not of the real world."""
    warnings = []
    if any(run.table.synthetic for run in runs):
        warnings.append("SYNTHETIC table")
    names = list(dict.fromkeys(trace.name for run in runs for trace in run.traces if trace.synthetic))
    if names:
        warnings.append(f"SYNTHETIC {_counted(names, 'trace')}: {', '.join(names)}")
    if any(run.table.cost_scale != 1 for run in runs):
        warnings.append("modelled training times (cost scale)")
    return warnings


def _badges(comparison: Comparison) -> list[str]:
    seeds = sorted({len(group.rows) for group in comparison.groups.values()})
    names = {group.name for group in comparison.in_files}
    badges = [f"{len(comparison.runs)} files"] if len(comparison.runs) > 1 else []
    badges.append(f"{len(names)} {_counted(names, 'method')}")
    badges.append(f"{len(comparison.traces)} {_counted(comparison.traces, 'trace')}")
    badges.append(f"{seeds[0]} to {seeds[-1]} seeds" if len(seeds) > 1 else f"{seeds[0]} seed{'s' * (seeds[0] > 1)}")
    badges += [
        f"{trace.signal}, {texts.scope_text(trace)} intensity" for run in comparison.runs for trace in run.traces
    ]
    badges += list(filter(None, map(texts.scenario_text, comparison.runs)))
    badges += [f"{run.accounting} accounting" for run in comparison.runs]
    file_of = comparison.files if len(comparison.runs) > 1 else ("",)
    badges += [
        f"{file}: {text}" if file else text
        for file, run in zip(file_of, comparison.runs)
        for text in texts.unusual_settings(run)
    ]
    badges += [texts.cells_text(run) for run in comparison.runs]
    return list(dict.fromkeys(badges))


def _counted(things, noun: str) -> str:
    return noun if len(things) == 1 else noun + "s"


def _footer(comparison: Comparison) -> str:
    files = ", ".join(escape(os.path.basename(run.path)) for run in comparison.runs)
    return (
        f"Made by scripts/analysis/report from {files}. Energy and carbon are modelled: rated power × time × "
        "intensity of the trace."
    )


# --- sections --------------------------------------------------------------------------------------------------------


def _summary(comparison: Comparison, parts: dict[str, list[Decomposition]]) -> str:
    html = [f"<p>{escape(text)}</p>" for text in (texts.OPENING, texts.synthetic_text(comparison.runs)) if text]
    for trace in comparison.traces:
        headline, across_files, methods = texts.summary(comparison, trace, parts[trace])
        html.append(f"<h3>{escape(_trace_title(comparison, trace))}</h3>")
        html.append(f'<p class="headline">{headline}</p>' if headline else "")
        html.append(f"<p>The same method in several files:</p>{_list(across_files)}" if across_files else "")
        html.append("<p>One method against another:</p>" if across_files and len(methods) > 1 else "")
        html.append(_list(methods))
    if any(len(group.rows) > 1 for group in comparison.groups.values()):
        html.append(
            '<p class="note">In brackets: 95 % intervals (percentile bootstrap over seeds, paired by seed).</p>'
        )
    return "".join(html)


def _list(lines: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


def _trace_title(comparison: Comparison, trace: str) -> str:
    synthetic = comparison.on_trace(trace)[0].trace_in_file.synthetic
    return f"{trace}{' (synthetic trace)' if synthetic else ''}"


def _across_files(comparison: Comparison) -> str:
    return "".join(
        _table(table) for trace in comparison.traces for table in tables.across_tables(comparison, trace)
    )


def _methods(comparison: Comparison) -> str:
    found = []
    for trace in comparison.traces:
        found += [tables.method_table(comparison, trace), tables.difference_table(comparison, trace)]
    return "".join(_table(table) for table in found if table is not None)


def _split(comparison: Comparison, parts: dict[str, list[Decomposition]]) -> str:
    if not any(parts.values()):
        return ""
    with_embodied = any(part.with_embodied for of_trace in parts.values() for part in of_trace)
    embodied = (
        ". The third is itself timing × embodied share: the GPUs' making counts by the hour, so whoever draws less "
        "energy in the same time has more of it per kWh"
    ) * with_embodied
    intro = (
        f"<p>kg = trainings × (kWh / trainings) × (kg / kWh), so the carbon of a method over that of "
        f"{escape(comparison.baseline)} is exactly the product of three ratios. Fewer trainings lower the first, "
        f"overheads raise the second, and working in clean hours lowers the third{embodied}.</p>"
    )
    of_traces = [
        _table(make(comparison, trace, parts[trace]))
        for trace in comparison.traces
        if parts[trace]
        for make in tables.SPLIT_TABLES
    ]
    return intro + _figure(figures.decomposition_figure(comparison, parts)) + "".join(of_traces)


def _roles(comparison: Comparison) -> str:
    step = TRACES_PER_ROLES_FIGURE
    chunks = [comparison.traces[k : k + step] for k in range(0, len(comparison.traces), step)]
    drawn = [figures.roles_figure(comparison, chunk, f"roles-{k}") for k, chunk in enumerate(chunks)]
    return _figures(drawn) + "".join(_table(tables.roles_table(comparison, trace)) for trace in comparison.traces)


def _fronts(comparison: Comparison) -> str:
    lists = [_front_list(comparison, trace) for trace in comparison.traces]
    return _figures(figures.front_figures(comparison)) + "".join(lists)


def _front_list(comparison: Comparison, trace: str) -> str:
    """The architectures of the best search of a trace: what the search was for."""
    best = max(comparison.on_trace(trace), key=lambda group: group.run.searches["hypervolume"][group.best_row()])
    search = best.run.searches[best.best_row()]
    front = best.run.pareto_front(best.best_row())
    title = (
        f"{trace}: the {len(front['cell'])} architectures on the front of the best search ({best.method}, seed "
        f"{search['seed']}, hypervolume {search['hypervolume']:.4f} of {best.run.hv_max:.4f})"
    )
    titles = [*(o.label for o in best.run.objectives), "trained for g CO2e", "after h", "architecture"]
    head = "".join(f"<th>{escape(text)}</th>" for text in titles)
    decimals = [tables.decimals_for(2, column) for column in front["objectives"].T]
    body = "".join(_front_row(front, k, decimals) for k in range(len(front["cell"])))
    return (
        f'<details><summary>{escape(title)}</summary><div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></details>"
    )


def _front_row(front: dict, k: int, decimals: list[int]) -> str:
    cells = [tables.number_text(value, places) for value, places in zip(front["objectives"][k], decimals)]
    cells.append("initial, free" if front["initial"][k] and not front["joules"][k] else f"{front['grams'][k]:.1f}")
    cells.append(f"{front['end_s'][k] / SECONDS_PER_HOUR:.1f}")
    numbers = "".join(f"<td>{text}</td>" for text in cells)
    return f'<tr>{numbers}<td class="text"><code>{escape(str(front["architecture"][k]))}</code></td></tr>'


def _what_was_run(comparison: Comparison) -> str:
    rows = [(name, [value_of(run) for run in comparison.runs]) for name, value_of in FACTS]
    rows += [(name, [str(run.provenance.get(key, "")) for run in comparison.runs]) for name, key in PROVENANCE]
    body = "".join(
        f"<tr><th>{escape(name)}</th>{''.join(f'<td>{escape(value)}</td>' for value in values)}</tr>"
        for name, values in rows
    )
    whole_decks = "".join(
        f"<details><summary>{title} of {escape(texts.run_name(run))}</summary><pre>{escape(text)}</pre></details>"
        for run in comparison.runs
        for title, text in (("Deck", run.deck), ("Effective deck (every key)", run.effective_deck))
    )
    facts = f'<div class="scroll"><table class="facts"><tbody>{body}</tbody></table></div>'
    return facts + _differing_keys(comparison.runs) + whole_decks


def _differing_keys(runs: tuple[Run, ...]) -> str:
    """Every key in which the effective decks differ, a column per file."""
    found = decks.differences(runs)
    if not found:
        return ""
    table = Table(
        key="decks",
        title="Keys in which the effective decks differ",
        header=("key", *map(texts.run_name, runs)),
        rows=tuple((key, *values) for key, values in found),
    )
    return _table(table)


def _definitions() -> str:
    return "<dl>" + "".join(f"<dt>{escape(t)}</dt><dd>{escape(d)}</dd>" for t, d in texts.DEFINITIONS) + "</dl>"


def _objectives_text(run: Run) -> str:
    return "; ".join(f"{o.direction} {o.label}, reference {o.reference:g}" for o in run.objectives)


def _checksums_text(run: Run) -> str:
    return "; ".join(f"{trace.name} {trace.checksum}" for trace in run.traces)


def _sources_text(run: Run) -> str:
    return "; ".join(f"{trace.name}: {trace.source} (step {trace.step_s / 60:g} min)" for trace in run.traces)


def _seeds_text(run: Run) -> str:
    return ", ".join(map(str, sorted(set(map(int, run.searches["seed"])))))


def _stops_text(run: Run) -> str:
    reasons = list(run.searches["stop_reason"])
    return ", ".join(f"{reason} ({reasons.count(reason)})" for reason in dict.fromkeys(reasons))


FACTS = (
    ("file", lambda run: os.path.basename(run.path)),
    ("program", lambda run: f"cenas {run.program_version}"),
    ("searches", lambda run: f"{len(run.searches)} (seeds {_seeds_text(run)})"),
    ("scenario", lambda run: texts.scenario_text(run) or "the deck as it stands"),
    ("ended by", _stops_text),
    (
        "time",
        lambda run: f"{run.horizon_s / SECONDS_PER_HOUR:g} h from {run.start:%Y-%m-%d %H:%M} UTC, {run.gpus} GPUs",
    ),
    ("budget", texts.budget_text),
    ("forecast", texts.forecast_text),
    ("accounting", lambda run: run.accounting + _account_from_text(run)),
    ("PUE, embodied", lambda run: f"{run.pue:g}; {run.embodied_g_per_gpu_h:g} g per GPU-hour"),
    ("table", texts.table_text),
    (
        "training times",
        lambda run: "as in the table" if run.table.cost_scale == 1 else f"× {run.table.cost_scale:g} (modelled)",
    ),
    ("table checksum", lambda run: run.table.checksum),
    ("objectives", _objectives_text),
    ("HV_max", lambda run: f"{run.hv_max:.4f}, denoised {run.hv_max_denoised:.4f}"),
    ("traces", texts.traces_text),
    ("trace sources", _sources_text),
    ("trace checksums", _checksums_text),
    ("effective deck", texts.overrides_text),
)

PROVENANCE = (
    ("command", "command_line"),
    ("host", "host"),
    ("started", "started_utc"),
    ("finished", "finished_utc"),
    ("git commit", "git_commit"),
    ("libraries", "libraries"),
    ("MPI ranks", "ranks"),
    ("threads", "threads"),
    ("wall seconds", "wall_s"),
)


def _account_from_text(run: Run) -> str:
    return f", from hour {run.account_from_s / SECONDS_PER_HOUR:g}" if run.account_from_s > 0 else ""


# --- elements --------------------------------------------------------------------------------------------------------


def _figure(figure: Figure) -> str:
    keys = "".join(f"<li{_small(key)}>{_swatch(key)}{escape(key.label)}</li>" for key in figure.legend)
    legend = f'<ul class="legend">{keys}</ul>' if keys else ""
    caption = f"<figcaption>{escape(figure.caption)}</figcaption>" if figure.caption else ""
    return f"<figure>{legend}{figure.svg}{caption}</figure>"


def _figures(several: list[Figure]) -> str:
    return "".join(map(_figure, several))


def _small(key: Key) -> str:
    return "" if key.shape == "line" else ' class="small"'


# matplotlib's markers, around (15, 6).
MARKER_PATHS = {
    "o": "M11.5 6a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
    "s": "M11.8 2.8h6.4v6.4h-6.4z",
    "^": "M15 1.6l4.2 7.6h-8.4z",
    "D": "M15 1.6l4.4 4.4l-4.4 4.4l-4.4 -4.4z",
}


def _swatch(key: Key) -> str:
    color = f"var(--{key.color})"
    if key.shape == "line":
        dashes = " ".join(f"{2 * length:g}" for length in key.dashes)
        return (
            f'<svg viewBox="0 0 30 12" aria-hidden="true"><g style="stroke:{color};fill:{color}">'
            f'<line x1="0" y1="6" x2="30" y2="6" stroke-width="2.4"'
            f"{f' stroke-dasharray={chr(34)}{dashes}{chr(34)}' if dashes else ''}/>"
            f'<path d="{MARKER_PATHS[key.marker]}" stroke-width="0"/></g></svg>'
        )
    if key.shape == "box":
        return f'<svg viewBox="0 0 13 12" aria-hidden="true"><rect width="13" height="12" style="fill:{color}"/></svg>'
    fill = color if key.shape == "dot" else "none"
    return (
        f'<svg viewBox="0 0 13 12" aria-hidden="true"><circle cx="6.5" cy="6" r="4" style="fill:{fill};stroke:{color}" '
        'stroke-width="1.6"/></svg>'
    )


def _table(table: Table) -> str:
    head = "".join(f"<th>{_unbroken(escape(title))}</th>" for title in table.header)
    body = "".join(f"<tr><th>{_row_title(row[0])}</th>{''.join(map(_cell, row[1:]))}</tr>" for row in table.rows)
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in table.notes)
    if not table.rows:
        return f'<p class="caption">{escape(table.title)}</p>{notes}'
    return (
        f'<div class="scroll"><table><caption>{escape(table.title)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{notes}"
    )


def _row_title(title: str) -> str:
    """Breaks lines before the file of a method only."""
    name, space, file = title.partition(" (")
    return f"<span>{escape(name)}</span>" + (f" <span>({escape(file)}</span>" if space else "")


def _unbroken(title: str) -> str:
    """Keeps an operator with its factor where a heading is broken into lines."""
    return title.replace("= ", "=\u00a0").replace("× ", "×\u00a0")


def _cell(cell) -> str:
    if isinstance(cell, str):
        return f"<td>{escape(cell)}</td>"
    interval = cell.interval
    value = tables.number_text(interval.value, cell.decimals, cell.style)
    spread = tables.interval_text(interval.low, interval.high, cell.decimals, cell.style)
    below = "".join(f'<span class="interval">{escape(text)}</span>' for text in (spread, cell.remark) if text)
    return f"<td>{value}{below}</td>"

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Puts the searches of one or several run files side by side: groups that differ by their seed only, with labels."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import numpy as np

from cenas_h5 import Run, RunFileError, Trace, hv_log_difference

# A hypervolume this close to HV_max (as a part of it) counts as this close: the logarithm of the difference would
# run to minus infinity, and below this it measures rounding.
RESOLUTION = 1e-6


class ChoiceError(Exception):
    """The command line asks for something that the files do not have; one line for people."""


@dataclass(frozen=True)
class Group:
    """The searches of one method on one trace; `rows` are rows of run.searches in order of seed. `method` and `trace`
    are labels, unique over the files; `name` is the method's own, `file` the label of its file."""

    method: str
    trace: str
    name: str
    file: str
    run: Run
    rows: tuple[int, ...]

    @property
    def seeds(self) -> tuple[int, ...]:
        return tuple(int(seed) for seed in self.run.searches["seed"][list(self.rows)])

    @property
    def trace_in_file(self) -> Trace:
        name = self.run.searches["trace"][self.rows[0]]
        return next(trace for trace in self.run.traces if trace.name == name)

    def values(self, field: str) -> dict[int, float]:
        """{seed: value} of a column of run.searches."""
        return dict(zip(self.seeds, map(float, self.run.searches[field][list(self.rows)])))

    def log_differences(self, denoised: bool = False) -> dict[int, float]:
        """{seed: final HV log difference}, not smaller than floor()."""
        suffix = "_denoised" if denoised else ""
        hypervolumes = self.values("hypervolume" + suffix)
        return {seed: float(self.log_difference(hv, denoised)) for seed, hv in hypervolumes.items()}

    def log_difference(self, hypervolume, denoised: bool = False) -> np.ndarray:
        """HV log difference of a hypervolume, not smaller than floor(); NaN stays NaN."""
        hv_max = self.run.hv_max_denoised if denoised else self.run.hv_max
        return np.maximum(hv_log_difference(hv_max, hypervolume), self.floor(denoised))

    def floor(self, denoised: bool = False) -> float:
        hv_max = self.run.hv_max_denoised if denoised else self.run.hv_max
        return float(np.log10(RESOLUTION * hv_max))

    def seeds_at_floor(self, denoised: bool = False) -> int:
        return self.count_at_floor(self.log_differences(denoised).values(), denoised)

    def count_at_floor(self, log_differences, denoised: bool = False) -> int:
        """How many of them stand for HV_max."""
        return int(sum(value <= self.floor(denoised) for value in log_differences))

    def best_row(self) -> int:
        """The search with the largest hypervolume; of equal ones that with the least carbon."""
        searches = self.run.searches
        return min(self.rows, key=lambda i: (-searches["hypervolume"][i], searches["carbon_g"][i]))


@dataclass(frozen=True)
class Comparison:
    """All groups, by labels that are unique over the files. `notes` say what a reader must know of unlike files.

    `groups` has a method once on a trace where it is the same, bit for bit, in several files; `repeated` names what it
    leaves out, with the label under which it is there; `in_files` has the groups of every file.
    """

    runs: tuple[Run, ...]
    files: tuple[str, ...]
    methods: tuple[str, ...]
    traces: tuple[str, ...]
    groups: dict[tuple[str, str], Group]
    repeated: dict[tuple[str, str], str]
    in_files: tuple[Group, ...]
    baseline: str
    notes: tuple[str, ...]

    def index_of(self, method: str) -> int:
        """0 for the baseline, 1 and more for the others."""
        others = [other for other in self.methods if other != self.baseline]
        return 0 if method == self.baseline else 1 + others.index(method)

    def on_trace(self, trace: str) -> list[Group]:
        """Groups of one trace in the order of the methods."""
        return [self.groups[method, trace] for method in self.methods if (method, trace) in self.groups]

    def baseline_on(self, trace: str) -> Group | None:
        return self.groups.get((self.baseline, trace))

    def others_on(self, trace: str) -> list[Group]:
        return [group for group in self.on_trace(trace) if group.method != self.baseline]

    def pairs_on(self, trace: str) -> list[tuple[Group, Group]]:
        """Groups of one trace with the group of the same method in the first file that has it."""
        first: dict[str, Group] = {}
        pairs = []
        for group in self.in_files:
            if group.trace == trace:
                pairs.append((group, first.setdefault(group.name, group)))
        return [(group, other) for group, other in pairs if group is not other]


def compare(runs: list[Run], baseline: str | None = None, force: bool = False) -> Comparison:
    """Groups the searches of all files. Raises RunFileError for files that are not comparable (unless `force`) or
    empty, ChoiceError for a baseline that is not there."""
    for run in runs:
        if len(run.searches) == 0:
            raise RunFileError(f"{run.path}: holds no search")
    unlike = [line for run in runs[1:] for line in _what_differs(runs[0], run)]
    if unlike and not force:
        raise RunFileError(f"{unlike[0]}; --force compares them anyway")
    files = _file_labels(runs)
    in_files, labels = _with_labels(_groups_of(runs, files))
    names = list(dict.fromkeys(group.name for group in in_files))
    by_name = sorted(in_files, key=lambda group: names.index(group.name))
    methods = tuple(dict.fromkeys(group.method for group in by_name))
    baseline = _choose_baseline(baseline, methods, labels)
    groups, repeated = _without_repetitions(in_files, baseline)
    return Comparison(
        runs=tuple(runs),
        files=tuple(files),
        methods=methods,
        traces=tuple(dict.fromkeys(group.trace for group in in_files)),
        groups=groups,
        repeated=repeated,
        in_files=tuple(in_files),
        baseline=baseline,
        notes=tuple(f"Forced: {line}." for line in unlike) + _setting_notes(runs) + _unlike_trace_notes(runs),
    )


def _groups_of(runs: list[Run], files: list[str]) -> list[Group]:
    """The groups of every file, not labelled by file yet."""
    trace_labels = _trace_labels(runs, files)
    groups = []
    for f, run in enumerate(runs):
        for method in run.methods:
            for trace in run.traces:
                rows = np.flatnonzero((run.searches["method"] == method) & (run.searches["trace"] == trace.name))
                if len(rows) > 0:
                    rows = rows[np.argsort(run.searches["seed"][rows], kind="stable")]
                    label = trace_labels[f, trace.name]
                    groups.append(Group(method, label, method, files[f], run, tuple(int(i) for i in rows)))
    return groups


def _without_repetitions(groups: list[Group], baseline: str) -> tuple[dict, dict]:
    """Comparison.groups and .repeated; of the same searches the baseline's are kept, else those of the first file."""
    kept: dict[tuple[str, str], Group] = {}
    repeated: dict[tuple[str, str], str] = {}
    for group in sorted(groups, key=lambda group: group.method != baseline):
        same_place = (other for other in kept.values() if (other.name, other.trace) == (group.name, group.trace))
        twin = next((other for other in same_place if are_identical(group, other)), None)
        if twin is None:
            kept[group.method, group.trace] = group
        elif twin.method != group.method:
            repeated[group.method, group.trace] = twin.method
    return kept, repeated


def _what_differs(first: Run, other: Run) -> list[str]:
    """One line for each reason not to compare the two files."""
    lines = []
    for what, text_of in (
        ("objectives", _objectives_text),
        ("tables", lambda run: f"{run.table.name}, checksum {run.table.checksum}"),
        ("signals and scopes of the traces", _signals_text),
    ):
        a, b = text_of(first), text_of(other)
        if a != b:
            lines.append(f"{other.path} is not comparable with {first.path}: {what} differ ({b} against {a})")
    return lines


def _objectives_text(run: Run) -> str:
    return ", ".join(f"{o.direction} {o.name} in {o.unit} from {o.reference:g}" for o in run.objectives)


def _signals_text(run: Run) -> str:
    return ", ".join(sorted({f"{trace.signal} {trace.scope}" for trace in run.traces}))


def _setting_notes(runs: list[Run]) -> tuple[str, ...]:
    """Settings in which the files differ: they stay comparable in hypervolume, but grams or times need care."""
    settings = {
        "accounting": lambda run: run.accounting,
        "GPUs": lambda run: run.gpus,
        "hours": lambda run: f"{run.horizon_s / 3600:g}",
        "PUE": lambda run: f"{run.pue:g}",
        "embodied g per GPU-hour": lambda run: f"{run.embodied_g_per_gpu_h:g}",
        "cost scale": lambda run: f"{run.table.cost_scale:g}",
    }
    differing = []
    for name, value_of in settings.items():
        values = list(dict.fromkeys(str(value_of(run)) for run in runs))
        if len(values) > 1:
            differing.append(f"{name} ({', '.join(values)})")
    return (f"The files differ in {', '.join(differing)}: compare carbon and energy with care.",) if differing else ()


def _unlike_trace_notes(runs: list[Run]) -> tuple[str, ...]:
    return tuple(
        f"{os.path.basename(run.path)} holds traces of different signal or scope ({_signals_text(run)}): "
        "their grams are not the same quantity."
        for run in runs
        if len({(trace.signal, trace.scope) for trace in run.traces}) > 1
    )


# --- labels ----------------------------------------------------------------------------------------------------------


def _file_labels(runs: list[Run]) -> list[str]:
    """The shortest of: file name without ending, path; unique."""
    stems = [os.path.splitext(os.path.basename(run.path))[0] for run in runs]
    labels = [stem if stems.count(stem) == 1 else run.path for stem, run in zip(stems, runs)]
    if len(set(labels)) < len(labels):
        raise ChoiceError(f"{max(labels, key=labels.count)} is named twice")
    return labels


def _trace_labels(runs: list[Run], files: list[str]) -> dict[tuple[int, str], str]:
    """(file, trace name) -> label. The same values from the same moment on are the same trace in every file."""
    kinds: dict[str, set] = {}
    for run in runs:
        for trace in run.traces:
            kinds.setdefault(trace.name, set()).add((trace.checksum, run.start))
    return {
        (f, trace.name): trace.name if len(kinds[trace.name]) == 1 else f"{trace.name} ({files[f]})"
        for f, run in enumerate(runs)
        for trace in run.traces
    }


def _with_labels(groups: list[Group]) -> tuple[list[Group], dict[tuple[str, str], str]]:
    """The groups with labels, and {(file, method name): label}. A name is qualified by its file where files have
    different searches of it on one trace."""
    versions = _versions(groups)
    on_trace: dict[tuple[str, str], set[str]] = {}
    for group in groups:
        on_trace.setdefault((group.name, group.trace), set()).add(versions[group.file, group.name])
    clashing = {name for (name, _), of_name in on_trace.items() if len(of_name) > 1}
    labels = {}
    for (file, name), version in versions.items():
        sharing = [f for (f, n), v in versions.items() if (n, v) == (name, version)]
        labels[file, name] = f"{name} ({', '.join(sharing)})" if name in clashing else name
    return [replace(group, method=labels[group.file, group.name]) for group in groups], labels


def _versions(groups: list[Group]) -> dict[tuple[str, str], str]:
    """(file, method name) -> first file that has the same searches of this method, bit for bit, on the same traces."""
    by_trace: dict[tuple[str, str], dict[str, Group]] = {}
    for group in groups:
        by_trace.setdefault((group.file, group.name), {})[group.trace] = group
    versions: dict[tuple[str, str], str] = {}
    for (file, name), own in by_trace.items():
        earlier = (f for (f, n) in versions if n == name and versions[f, n] == f)
        versions[file, name] = next((f for f in earlier if _are_same(own, by_trace[f, name])), file)
    return versions


def _are_same(own: dict[str, Group], other: dict[str, Group]) -> bool:
    return own.keys() == other.keys() and all(are_identical(own[trace], other[trace]) for trace in own)


def are_identical(a: Group, b: Group) -> bool:
    """The same seeds, and in each the same trainings and the same joules and grams at the same moments."""
    return a.seeds == b.seeds and all(_same_search(a.run, i, b.run, j) for i, j in zip(a.rows, b.rows))


def _same_search(a: Run, i: int, b: Run, j: int) -> bool:
    if any(a.searches[field][i] != b.searches[field][j] for field in ("carbon_g", "hypervolume", "stop_reason")):
        return False
    logs = zip(a.search(i), b.search(j))
    return all(
        np.array_equal(own[column], other[column], equal_nan=own[column].dtype.kind == "f")
        for own, other in logs
        for column in own
    )


def _choose_baseline(wanted: str | None, methods: tuple[str, ...], labels: dict[tuple[str, str], str]) -> str:
    """The wanted label; `method (file)` of any file that has it; or a method's name, which is that of the first file."""
    if wanted is None:
        return methods[0]
    if wanted in methods:
        return wanted
    for (file, name), label in labels.items():
        if wanted in (name, f"{name} ({file})"):
            return label
    raise ChoiceError(f"--baseline {wanted}: no such method (there are: {', '.join(methods)})")

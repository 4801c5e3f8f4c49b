# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""What decks say, key by key: in what files differ, and what the command line changed.

A key is a path such as ("run", "hours") or ("method", "ce-nas", "allocator"): entries of a list are named by their
`name`, as on the command line of `cenas`.
"""

from __future__ import annotations

import datetime
import itertools
import re
from typing import Iterator, NamedTuple

from cenas_h5 import Run

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11
    tomllib = None

NOT_READ = "decks are not read: that needs Python 3.11 or later"
# `section.key=value` on the command line of cenas; what has a dash or a slash in front is an option or a file.
OVERRIDE = re.compile(r"(\w[\w.-]*\.[\w-]+)=(.*)")


class Difference(NamedTuple):
    """A key whose values differ; one text a file, "–" where the file's deck has no such key."""

    key: str
    values: tuple[str, ...]


class Override(NamedTuple):
    """A key whose value in force is not the deck's; `in_deck` is None where the deck does not give it."""

    key: str
    value: str
    in_deck: str | None


def can_read() -> bool:
    return tomllib is not None


def keys_of(text: str) -> dict[tuple[str, ...], object]:
    """{path: value} of a deck; an entry of a list is there itself, too, with the value True."""
    return dict(_flatten((), tomllib.loads(text.lstrip("\ufeff")))) if tomllib else {}


def differences(runs) -> list[Difference]:
    """Keys of the effective decks that differ. Files count as equal if what is in them is. An entry that a deck lacks
    is one key, and so is a parameter of [lamoo] that every method takes from there."""
    decks = [keys_of(run.effective_deck) for run in runs]
    keys = dict.fromkeys(itertools.chain(*decks))
    differing = {key for key in keys if len({_content(run, key, deck) for run, deck in zip(runs, decks)}) > 1}
    return [
        Difference(".".join(key), tuple(_shown(run, key, deck) for run, deck in zip(runs, decks)))
        for key in keys
        if key in differing and not _is_said_by_another(key, differing, decks)
    ]


def overrides(run: Run) -> list[Override]:
    """What was changed on the command line, as far as it changed something."""
    deck, effective = keys_of(run.deck), keys_of(run.effective_deck)
    changed = [
        Override(".".join(key), text(value), text(deck[key]))
        for key, value in effective.items()
        if key in deck and deck[key] != value and ".".join(key) not in run.axes
    ]
    return [*changed, *_on_command_line(run, deck, effective)]


def planned_on(run: Run, method: str) -> str:
    """'persistence, 24 h ahead': what the allocator of a method was told."""
    forecast = run.forecasts[method]
    return f"{forecast.name}, {f'{forecast.window_h:g} h ahead' if forecast.window_h else 'the whole run'}"


def _on_command_line(run: Run, deck: dict, effective: dict) -> Iterator[Override]:
    """Overrides that only the command line can tell: of keys that the deck does not give (its value may be the
    default), or that have other names in the effective deck (a method of several values is several methods there)."""
    names = {".".join(key): key for key in (*deck, *effective)}
    sections = {key[0] for key in effective}
    for match in filter(None, map(OVERRIDE.fullmatch, str(run.provenance.get("command_line", "")).split())):
        key = names.get(match[1])
        in_both = key in deck and key in effective
        if in_both or match[1].split(".")[0] not in sections:
            continue
        value = text(effective[key]) if key in effective else match[2].replace(",", ", ")
        in_deck = text(deck[key]) if key in deck else None
        if value != in_deck:
            yield Override(match[1], value, in_deck)


def text(value) -> str:
    """As in a deck, without what a reader does not need: quotes, and the point of whole numbers."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value.tzinfo else value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(map(text, value)) + "]"
    return str(value).removesuffix(".0")


def _flatten(path: tuple[str, ...], value) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flatten((*path, key), inner)
    elif isinstance(value, list) and value and all(isinstance(entry, dict) for entry in value):
        for entry in value:
            name = (*path, str(entry.get("name", "")))
            yield name, True
            yield from _flatten(name, {key: inner for key, inner in entry.items() if key != "name"})
    else:
        yield path, value


def _content(run: Run, key: tuple[str, ...], deck: dict) -> str:
    """What is compared: the value, or what is in the file that it names."""
    if key in deck:
        return _checksum(run, key) or text(deck[key])
    return ""


def _shown(run: Run, key: tuple[str, ...], deck: dict) -> str:
    return " ".join(filter(None, (text(deck.get(key)), _checksum(run, key)[:8] if key in deck else "")))


def _checksum(run: Run, key: tuple[str, ...]) -> str:
    """Of the file that the key names; "" for other keys."""
    if key == ("problem", "table"):
        return run.table.checksum
    traces = {("trace", trace.name, "source"): trace.checksum for trace in run.traces}
    forecasts = {("trace", trace.name, "forecast"): trace.forecast_checksum for trace in run.traces}
    return {**traces, **forecasts}.get(key, "")


def _is_said_by_another(key: tuple[str, ...], differing: set, decks: list[dict]) -> bool:
    """The key belongs to an entry that a deck lacks, or is a parameter of LaMOO that is the same in [lamoo]."""
    if any(key[:k] in differing for k in range(1, len(key))):
        return True
    general = key[2:]
    return key[0] == "method" and general in differing and all(d.get(key) == d.get(general) for d in decks)

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""What policies save in each region: tables in Markdown on stdout, and a picture.

    regions_figure.py HELD RELEASED --output PICTURE

HELD and RELEASED are replay files of the same searches, with a pool of GPUs that is held while it waits, and with one that
is given back. Savings are of means over starts and searches against the first policy, over the starts at which both ended;
intervals are over the searches (95 %, bootstrap).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "analysis"))
import cenas_h5  # noqa: E402
import matplotlib  # noqa: E402

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402


def savings(replay: cenas_h5.Replay) -> np.ndarray:
    """[search, region, start, policy] in percent of the first policy's grams; NaN where one of the two did not end."""
    ended = ~np.isnan(replay.makespan_s)
    both = ended & ended[..., :1]
    return np.where(both, 100 * (1 - replay.grams / replay.grams[..., :1]), np.nan)


def ratio_of_means(replay: cenas_h5.Replay) -> np.ndarray:
    """[search, region, policy]: percent saved by the mean over starts at which both ended."""
    ended = ~np.isnan(replay.makespan_s)
    both = ended & ended[..., :1]
    with np.errstate(invalid="ignore"):
        own = np.where(both, replay.grams, 0).sum(axis=2)
        first = np.where(both, replay.grams[..., :1], 0).sum(axis=2)
        return 100 * (1 - own / first)


def bound_savings(replay: cenas_h5.Replay) -> np.ndarray:
    """[search, region]: percent below the first policy of what no policy can undercut."""
    return 100 * (1 - replay.lower_bound_g.mean(axis=2) / replay.grams[..., 0].mean(axis=2))


def by_month(replay: cenas_h5.Replay, policy: int) -> np.ndarray:
    """[region, month of the start]: mean percent saved over searches and starts."""
    saved = savings(replay)[..., policy]
    months = replay.starts.astype("datetime64[M]").astype(int) % 12
    return np.column_stack([np.nanmean(saved[:, :, months == month], axis=(0, 2)) for month in range(12)])


def by_hour(replay: cenas_h5.Replay) -> tuple[np.ndarray, np.ndarray]:
    """Hours of the day at which work can start, and [region, hour]: percent by which the first policy's mean grams of
    that hour are below those of all hours."""
    hours = replay.starts.astype("datetime64[h]").astype(int) % 24
    grams = replay.grams[..., 0].mean(axis=0)
    which = np.unique(hours)
    means = np.column_stack([grams[:, hours == hour].mean(axis=1) for hour in which])
    return which, 100 * (1 - means / grams.mean(axis=1, keepdims=True))


def table(replay: cenas_h5.Replay, title: str) -> str:
    saved = ratio_of_means(replay)
    text = f"### {title}\n\n| region | " + " | ".join(replay.policies[1:]) + " | no policy can save more than |\n"
    text += "|---" * (len(replay.policies) + 1) + "|\n"
    for r, region in enumerate(replay.regions):
        cells = []
        for p in range(1, len(replay.policies)):
            interval = cenas_h5.bootstrap_mean(saved[:, r, p])
            censored = 100 * np.isnan(replay.makespan_s[:, r, :, p]).mean()
            cells.append(f"{interval.value + 0:.1f} [{interval.low + 0:.1f}, {interval.high + 0:.1f}]".replace("-0.0", "0.0")
                         + (f" ({censored:.0f} % not done)" if censored >= 0.5 else ""))  # fmt: skip
        text += f"| {region.name} | " + " | ".join(cells) + f" | {bound_savings(replay)[:, r].mean():.1f} |\n"
    return text


def draw_matrix(axes, values: np.ndarray, rows, columns, title: str, largest: float, decimals: int = 0):
    image = axes.imshow(values, cmap="RdBu", vmin=-largest, vmax=largest, aspect="auto")
    axes.set_xticks(range(values.shape[1]), columns)
    axes.set_yticks(range(len(rows)), rows)
    for (row, column), value in np.ndenumerate(np.round(values, decimals) + 0.0):  # no minus zero
        strong = abs(value) > 0.6 * largest
        axes.text(column, row, f"{value:.{decimals}f}", ha="center", va="center", fontsize=8,
                  color="white" if strong else "black")  # fmt: skip
    axes.set_title(title, fontsize=10, loc="left")
    return image


def draw_policies(axes, replay: cenas_h5.Replay, title: str, largest: float):
    saved = np.column_stack([ratio_of_means(replay).mean(axis=0)[:, 1:], bound_savings(replay).mean(axis=0)])
    regions = [region.name for region in replay.regions]
    image = draw_matrix(axes, saved, regions, [*replay.policies[1:], "lower bound"], title, largest)
    axes.tick_params(axis="x", rotation=35)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("right")
        label.set_rotation_mode("anchor")
    axes.axvline(saved.shape[1] - 1.5, color="black", linewidth=1)
    return image


def draw(held: cenas_h5.Replay, released: cenas_h5.Replay, path: str) -> None:
    figure, grid = plt.subplots(2, 2, figsize=(11.5, 8.6), layout="constrained", height_ratios=(1.25, 1))
    largest = 60
    regions = [region.name for region in held.regions]
    image = draw_policies(grid[0, 0], released, "GPUs given back while they wait", largest)
    draw_policies(grid[0, 1], held, "GPUs held while they wait (idle power, embodied share)", largest)
    figure.colorbar(image, ax=grid[0, :], label="% of CO2e saved against working at once", extend="both")
    quarter = released.policies.index("clean-quarter")
    draw_matrix(grid[1, 0], by_month(released, quarter), regions, list("JFMAMJJASOND"),
                "clean-quarter, GPUs given back, by month of the start", largest)  # fmt: skip
    hours, saved = by_hour(held)
    image = draw_matrix(grid[1, 1], saved, regions, [f"{hour:02d}" for hour in hours],
                        "working at once, by hour of the start (UTC): % below the mean of all hours", 5, 1)  # fmt: skip
    figure.colorbar(image, ax=grid[1, 1], label="%")
    mark = "SYNTHETIC traces" if held.synthetic else "measured traces"
    figure.suptitle(f"What waiting for clean hours saves: {mark}, {len(held.searches)} searches, {len(held.starts)} starts each",
                    fontsize=12, x=0.01, ha="left")  # fmt: skip
    figure.savefig(path, dpi=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("held")
    parser.add_argument("released")
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    held, released = cenas_h5.open_replay(arguments.held), cenas_h5.open_replay(arguments.released)
    print(table(released, "GPUs given back while they wait: % saved against working at once"))
    print(table(held, "GPUs held while they wait: % saved against working at once"))
    draw(held, released, arguments.output)


if __name__ == "__main__":
    main()

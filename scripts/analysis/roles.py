# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""What the GPUs did: GPU-hours by role, which is not what the allocator granted (a GPU that may sample idles while the
queue is full, and one that may no longer train runs on to the next point where it can pause)."""

from __future__ import annotations

import numpy as np

from cenas_h5 import SECONDS_PER_HOUR, Run

# role -> what a reader is told; in the order in which they are stacked.
ROLES = {
    "evaluation": "evaluate",
    "evaluation_granted": "granted to evaluation",
    "sampling": "sample",
    "sampling_granted": "granted to sampling",
    "supernet_training": "train the supernet",
    "switching": "switch (checkpoints)",
    "idle": "idle",
}
# Of work without power there are no joules, and so no hours: the allocator's grant is all that is known of it.
GRANTS = {"evaluation": "gpus_evaluate", "sampling": "gpus_sample"}


def gpu_hours(run: Run, i: int) -> dict[str, np.ndarray]:
    """{role: GPU-hours in each step} of search i; together all GPUs for as long as the search is booked."""
    intervals = run.search(i).intervals
    begins, ends = run.booked_steps(i)
    hours_booked = (ends - begins) / SECONDS_PER_HOUR
    hours = {role: worked for role, worked in run.gpu_hours(i).items() if role != "idle"}
    free = run.gpus * hours_booked - sum(hours.values())
    for role, gpus in GRANTS.items():
        if role not in hours:
            hours[role + "_granted"] = np.clip(intervals[gpus] * hours_booked, 0.0, np.maximum(free, 0.0))
            free = free - hours[role + "_granted"]
    hours["idle"] = np.maximum(free, 0.0)
    return hours


def is_granted(role: str) -> bool:
    return role.endswith("_granted")

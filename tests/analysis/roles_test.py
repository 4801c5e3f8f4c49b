# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""GPU-hours by what the GPUs did, against the joules and against the GPUs that there are."""

import unittest

import numpy as np
from support import run_file

import cenas_h5
import roles


class GpuHours(unittest.TestCase):
    def test_roles_add_up_to_all_gpus(self):
        for name in ("usual", "paper", "ends_early", "short_steps"):
            run = cenas_h5.open_run(run_file(name))
            for i in range(len(run.searches)):
                begins, ends = run.booked_steps(i)
                with self.subTest(name, search=i):
                    together = sum(roles.gpu_hours(run, i).values())
                    np.testing.assert_allclose(together, run.gpus * (ends - begins) / 3600, rtol=1e-9, atol=1e-9)

    def test_idle_is_what_the_joules_say(self):
        """Not what was granted: idle GPUs draw their own power, so their joules tell the hours independently."""
        run = cenas_h5.open_run(run_file("usual"))
        idle = run.components.index("idle")
        for i in range(len(run.searches)):
            joules = run.search(i).intervals["joules"][:, idle]
            hours = joules / run.component_power[idle] / 3600
            np.testing.assert_allclose(roles.gpu_hours(run, i)["idle"], hours, rtol=1e-9, atol=1e-6)

    def test_work_without_power_is_shown_as_granted(self):
        run = cenas_h5.open_run(run_file("paper"))
        one_shot = np.flatnonzero(run.searches["method"] == "one-shot")[0]
        hours = roles.gpu_hours(run, one_shot)
        self.assertNotIn("sampling", hours)
        granted = run.search(one_shot).intervals["gpus_sample"]
        begins, ends = run.booked_steps(one_shot)
        np.testing.assert_allclose(hours["sampling_granted"], granted * (ends - begins) / 3600)


if __name__ == "__main__":
    unittest.main()

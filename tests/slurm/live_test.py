# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Live searches under Slurm, rehearsed, and who takes which GPU."""

import os
import re
import subprocess
import unittest

from batch import CLUSTER, HERE, BatchTest, LosingNodes, public_program

ONE_NODE = ("--nodes=1", "--ntasks=2")  # two groups
SHORT = ("--time=1",)  # minutes: so near its end that it goes on wherever it is stopped

# A day in ten seconds.
DECK = """\
[live]
evaluator = "table"
hour_s = 0.4
slice_s = 0.05
[run]
start = 2021-07-02T06:00:00Z
hours = 24
initial = 3
[problem]
table = "fashion-light"
cost_scale = 3500
[[problem.objective]]
name = "accuracy"
reference = 10
[[problem.objective]]
name = "latency"
reference = 70
[[trace]]
name = "CISO"
source = "synthetic:CISO"
[[method]]
name = "ce-nas"
strategy = "lamoo"
candidates = "supernet"
allocator = "shares"
queue_capacity = 5
"""


def with_live_deck(test):
    """The journal of such a search grows from the beginning."""
    test.write("deck.toml", DECK)


class LiveJobs(BatchTest):
    def setUp(self):
        super().setUp()
        with_live_deck(self)

    def assert_whole(self, output="results/deck.h5"):
        """Every decision follows from what the run was told, and nothing half-done lies beside the result."""
        self.run_as_user(self.program, "verify", self.path(output))
        for left in (".journal", ".states"):
            self.assertFalse(os.path.exists(self.path(output) + left))

    def test_a_search_on_two_nodes(self):
        job = self.submit("--nodes=2", "--ntasks=2", "slurm/live.sbatch", "deck.toml")
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assert_whole()
        log = self.read("log.txt")
        self.assertIn("group 0: n1", log)
        self.assertIn("group 1: n2", log)
        self.assertEqual(self.parts(), [0])
        self.assertIn(f"JobId={job.number} ", self.read("results/deck.slurm.txt"))  # there is no sacct

    def test_a_signal_near_the_end_makes_it_go_on(self):
        job = self.submit(*ONE_NODE, *SHORT, "slurm/live.sbatch", "deck.toml", CENAS_STOP_BEFORE_S="1")
        self.wait_for_work(job, size=5_000)
        subprocess.run(["scancel", "--signal=USR1", job.number], check=True)
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assert_whole()
        self.assert_went_on()

    def test_what_does_not_fit_into_a_job_goes_on_by_itself(self):
        # 24 seconds in parts of 15, before Slurm's own signal, which comes up to two minutes before the end.
        job = self.submit(*ONE_NODE, "--time=3", "slurm/live.sbatch", "deck.toml", "live.hour_s=1", CENAS_STOP_BEFORE_S="165")
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assert_whole()
        self.assert_went_on()

    def test_a_cancelled_search_does_not_come_back_and_another_goes_on(self):
        job = self.submit(*ONE_NODE, *SHORT, "slurm/live.sbatch", "deck.toml", CENAS_STOP_BEFORE_S="1")
        self.wait_for_work(job, size=5_000)
        subprocess.run(["scancel", job.number], check=True)
        self.assertEqual(self.wait_for_end(job)[0], "CANCELLED")
        self.assertEqual(job.restarts, 0)
        self.assertFalse(os.path.exists(self.path("results/deck.h5")))
        self.assert_ends(self.submit(*ONE_NODE, "slurm/live.sbatch", "deck.toml"), "COMPLETED", "0:0")
        self.assert_whole()

    def test_a_heterogeneous_job_has_a_coordinator_and_groups_elsewhere(self):
        job = self.submit("--ntasks=1", "--nodelist=n1", ":", "--ntasks=2", "--nodelist=n2", "slurm/live_het.sbatch", "deck.toml")
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assert_whole()
        log = self.read("log.txt")
        self.assertIn("group 0: n2", log)
        self.assertIn("group 1: n2", log)

    def test_the_exit_code_of_the_job_is_that_of_the_program(self):
        for code, change in ((2, "live.slice=1"), (3, "problem.table=none.h5")):
            self.assert_ends(self.submit(*ONE_NODE, "slurm/live.sbatch", "deck.toml", change), "FAILED", f"{code}:0")


class LostNodes(LosingNodes):
    def test_a_search_that_loses_a_node_goes_on_on_another(self):
        with_live_deck(self)
        job = self.submit("--nodes=1-2", "--ntasks=2", "--spread-job", "slurm/live.sbatch", "deck.toml")
        self.wait_for_work(job, size=5_000)
        self.assertEqual(job.facts()["NodeList"], "n[1-2]")
        subprocess.run([os.path.join(HERE, "cluster"), "crash", CLUSTER, "n2"], check=True)
        self.wait("Slurm to notice", lambda: job.state != "RUNNING")
        self.assertFalse(os.path.exists(self.path("results/deck.h5")))
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assertEqual(job.facts()["NodeList"], "n1")
        self.run_as_user(self.program, "verify", self.path("results/deck.h5"))


@unittest.skipUnless(os.environ.get("CENAS_GPU_PLACES"), "needs --gpu-places")
class Gpus(BatchTest):
    """Make-believe ones, two a node; a program of the tests stands for cenas and prints which ones its ranks take."""

    def places(self, *options, code="0:0"):
        program = public_program(os.environ["CENAS_GPU_PLACES"])
        job = self.submit(*options, "slurm/live.sbatch", "deck.toml", CENAS=program)
        self.assert_ends(job, "COMPLETED" if code == "0:0" else "FAILED", code)
        return re.findall(r"rank (\d+) takes GPU (\d+), (\d+) of its node", self.read("log.txt"))

    def test_every_working_rank_of_a_node_takes_one_of_its_own(self):
        taken = self.places("--nodes=1", "--ntasks=2", "--gpus-per-node=2")
        self.assertEqual(sorted(taken), [("1", "0", "0"), ("2", "1", "1")])  # and the coordinator none

    def test_on_two_nodes_too(self):
        taken = self.places("--nodes=2", "--ntasks=4", "--gpus-per-node=2")
        self.assertEqual(sorted(gpu for _, gpu, _ in taken), ["0", "0", "1", "1"])
        self.assertEqual({(gpu, place) for _, gpu, place in taken}, {("0", "0"), ("1", "1")})

    def test_two_on_one_are_refused(self):
        self.assertEqual(self.places("--nodes=1", "--ntasks=2", "--gpus-per-node=1", code="4:0"), [])
        self.assertIn("2 working rank(s) on a node, 1 GPU(s) to be seen by each", self.read("log.txt"))


if __name__ == "__main__":
    unittest.main()

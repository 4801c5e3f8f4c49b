# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""The batch scripts of slurm/ on a real Slurm: jobs that end, that go on by themselves, that are ended, that are lost."""

import os
import subprocess
import time
import unittest

import h5py

from batch import CLUSTER, HERE, BatchTest, LosingNodes, jobs_in

SMALL = ("--nodes=1", "--ntasks=1")  # the nodes are two cores
SHORT = ("--time=1",)  # minutes: so near its end is a job from the beginning that it goes on wherever it is stopped
# Stops, as if by the clock, with what it was told to have finished.
STOPPING_PROGRAM = """\
#!/bin/sh
while [ "$1" != --output ]; do shift; done
printf '%s' "$FINISHED" >>"$2.journal"
exit 75
"""
SACCT = """\
#!/bin/sh
echo "sacct was asked for: $*"
"""


class SweepJobs(BatchTest):
    def test_a_sweep_on_one_node_ends_with_the_result(self):
        job = self.submit(*SMALL, "slurm/sweep.sbatch", "deck.toml")
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assert_expected()
        self.assertIn("Pareto front", self.read("log.txt"))
        self.assertEqual(self.parts(), [0])
        self.assertIn(f"JobId={job.number} ", self.read("results/deck.slurm.txt"))  # there is no sacct

    def test_a_sweep_on_two_nodes_ends_with_the_result(self):
        self.assert_ends(self.submit("--nodes=2", "--ntasks=2", "slurm/sweep.sbatch", "deck.toml"), "COMPLETED", "0:0")
        self.assert_expected()

    def test_mpirun_instead_of_srun(self):
        job = self.submit("--nodes=2", "--ntasks=2", "slurm/sweep.sbatch", "deck.toml", CENAS_LAUNCHER="mpirun")
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assert_expected()

    def test_a_heterogeneous_job_has_one_coordinator_and_the_workers_of_its_second_part(self):
        job = self.submit("--ntasks=1", ":", "--ntasks=2", "slurm/sweep_het.sbatch", "deck.toml")
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assert_expected()
        with h5py.File(self.path("results/deck.h5")) as file:
            self.assertEqual(file["provenance"].attrs["ranks"], 3)

    def test_a_search(self):
        deck = self.read("deck.toml").replace("count = 12", "count = 1")
        self.write("one.toml", deck[: deck.rindex("[[method]]")].replace("seeds = 10", "seeds = 2"))
        job = self.submit(*SMALL, "slurm/search.sbatch", "one.toml")
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assertTrue(os.path.exists(self.path(f"results/one-{job.number}.h5")))

    def test_an_array_and_the_job_that_joins_it_write_what_one_job_would(self):
        out = self.run_as_user("slurm/submit_array", "3", *SMALL, "deck.toml", SBATCH_OUTPUT="log.txt")
        array, merge = jobs_in(out)
        self.wait_for_end(array)
        self.assertEqual(array.states(), ["COMPLETED"] * 3)
        self.assert_ends(merge, "COMPLETED", "0:0")
        self.assert_expected()
        self.assertEqual([self.parts(f"results/deck-{i}-of-3.h5") for i in (1, 2, 3)], [[0], [0], [0]])


class Continuation(BatchTest):
    def test_what_does_not_fit_into_a_job_goes_on_by_itself(self):
        """By the program's own clock, which knows when the job ends."""
        more = "run.seeds=50"  # so that ten seconds are not enough; Slurm's own signal comes later
        job = self.submit(*SMALL, "--time=3", "slurm/sweep.sbatch", "deck.toml", more, CENAS_STOP_BEFORE_S="170")
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assert_expected(more)
        self.assert_went_on()

    def test_a_signal_near_the_end_makes_it_go_on(self):
        job = self.submit(*SMALL, *SHORT, "slurm/sweep.sbatch", "deck.toml", CENAS_STOP_BEFORE_S="1")
        self.wait_for_work(job)
        subprocess.run(["scancel", "--signal=USR1", job.number], check=True)
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assert_expected()
        self.assert_went_on()

    def test_a_signal_long_before_the_end_stops_it(self):
        job = self.submit(*SMALL, "slurm/sweep.sbatch", "deck.toml")
        self.wait_for_work(job)
        subprocess.run(["scancel", "--signal=USR1", job.number], check=True)
        self.assert_ends(job, "FAILED", "75:0")
        self.assertIn("submitted again it goes on", self.read("log.txt"))
        self.assert_ends(self.submit(*SMALL, "slurm/sweep.sbatch", "deck.toml"), "COMPLETED", "0:0")
        self.assert_expected()
        self.assertEqual(self.parts(), [75, 0])

    def test_a_cancelled_job_does_not_come_back_and_another_goes_on(self):
        """Even near its end, where the clock cannot tell."""
        job = self.submit(*SMALL, *SHORT, "slurm/sweep.sbatch", "deck.toml", CENAS_STOP_BEFORE_S="1")
        self.wait_for_work(job)
        subprocess.run(["scancel", job.number], check=True)
        self.assertEqual(self.wait_for_end(job)[0], "CANCELLED")
        self.assertEqual(job.restarts, 0)
        self.assertFalse(os.path.exists(self.path("results/deck.h5")))
        self.assert_ends(self.submit(*SMALL, "slurm/sweep.sbatch", "deck.toml"), "COMPLETED", "0:0")
        self.assertIn("goes on after", self.read("log.txt"))
        self.assert_expected()

    def test_a_preempted_job_comes_back_by_itself(self):
        """Long before its limit, and with the same exit code as one that somebody stopped; but its grace ends soon."""
        job = self.submit(*SMALL, "--exclusive", "--nodelist=n1", "slurm/sweep.sbatch", "deck.toml", "run.seeds=30")
        self.wait_for_work(job)
        urgent = self.submit("--partition=urgent", "--exclusive", "--nodelist=n1", "--wrap=sleep 1", "--output=urgent.txt")
        self.assert_ends(urgent, "COMPLETED", "0:0")
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assertEqual(job.restarts, 1)
        self.assertEqual(self.parts(), [75, 0])
        self.assert_expected("run.seeds=30")

    def test_a_part_that_finishes_nothing_is_the_last(self):
        stopping = self.write("stopping", STOPPING_PROGRAM, 0o755)
        job = self.submit(*SMALL, *SHORT, "slurm/sweep.sbatch", "deck.toml", CENAS=stopping, FINISHED="")
        self.assert_ends(job, "FAILED", "4:0")
        self.assertIn("give it more --time", self.read("log.txt"))

    def test_no_job_is_begun_more_often_than_allowed(self):
        stopping = self.write("stopping", STOPPING_PROGRAM, 0o755)
        job = self.submit(*SMALL, *SHORT, "slurm/sweep.sbatch", "deck.toml", CENAS=stopping, FINISHED="one", CENAS_MAX_RESTARTS="1")
        self.assert_ends(job, "FAILED", "4:0")
        self.assertEqual(self.parts(), [75, 75])
        self.assertIn("begun 2 times", self.read("log.txt"))

    def test_a_part_of_an_array_goes_on_alone(self):
        job = self.submit(*SMALL, *SHORT, "--array=1-2", "slurm/sweep_array.sbatch", "deck.toml", CENAS_STOP_BEFORE_S="1")
        self.wait_for_work(job, "results/deck-2-of-2.h5")
        subprocess.run(["scancel", "--signal=USR1", job.number + "_2"], check=True)
        self.wait_for_end(job)
        self.assertEqual(job.states(), ["COMPLETED"] * 2)
        self.assert_went_on("results/deck-2-of-2.h5")

    def test_a_heterogeneous_job_goes_on(self):
        job = self.submit("--ntasks=1", "--time=1", ":", "--ntasks=1", "--time=1", "slurm/sweep_het.sbatch", "deck.toml",
                          CENAS_STOP_BEFORE_S="1")  # fmt: skip
        self.wait_for_work(job)
        subprocess.run(["scancel", "--signal=USR1", job.number], check=True)
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assert_expected()
        self.assert_went_on()


class LostRanks(BatchTest):
    def test_a_killed_rank_ends_the_job_at_once_and_another_goes_on(self):
        job = self.submit(*SMALL, "slurm/sweep.sbatch", "deck.toml", "run.seeds=30")
        self.wait_for_work(job)
        began = time.monotonic()
        # Beside the job on its node, where no other process has that name.
        self.run_as_user("srun", "--jobid", job.number, "--overlap", "--ntasks=1", "pkill", "-KILL", "--newest", "-x", "cenas")
        self.assert_ends(job, "FAILED", "137:0")
        self.assertLess(time.monotonic() - began, 30)
        self.assert_ends(self.submit(*SMALL, "slurm/sweep.sbatch", "deck.toml", "run.seeds=30"), "COMPLETED", "0:0")
        self.assertIn("goes on after", self.read("log.txt"))
        self.assert_expected("run.seeds=30")


class LostNodes(LosingNodes):
    def test_a_sweep_that_loses_a_node_goes_on_on_others(self):
        job = self.submit("--nodes=1-2", "--ntasks=2", "--spread-job", "slurm/sweep.sbatch", "deck.toml")
        self.wait_for_work(job)
        self.assertEqual(job.facts()["NodeList"], "n[1-2]")
        subprocess.run([os.path.join(HERE, "cluster"), "crash", CLUSTER, "n2"], check=True)
        self.wait("Slurm to notice", lambda: job.state != "RUNNING")
        self.assertFalse(os.path.exists(self.path("results/deck.h5")))
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assertEqual(job.facts()["NodeList"], "n1")
        self.assertEqual(job.restarts, 1)
        self.assertIn("goes on after", self.read("log.txt"))
        self.assert_expected()


class Refusals(BatchTest):
    def assert_fails(self, code, text, *arguments, **environment):
        self.assert_ends(self.submit(*SMALL, "slurm/sweep.sbatch", *arguments, **environment), "FAILED", f"{code}:0")
        self.assertIn(text, self.read("log.txt"))

    def test_the_exit_code_of_the_job_is_that_of_the_program(self):
        self.assert_fails(2, "run.gpu", "deck.toml", "run.gpu=4")
        self.assert_fails(3, "none.h5", "deck.toml", "problem.table=none.h5")
        self.assert_fails(4, "not writable", "deck.toml", CENAS_OUTPUT="/proc/deck.h5")

    def test_what_the_scripts_need_and_do_not_find(self):
        self.assert_fails(3, "name the program in CENAS", "deck.toml", CENAS="/none/cenas")
        self.assert_fails(3, "CENAS_SITE names", "deck.toml", CENAS_SITE="none.env")
        self.assert_fails(3, "job.sh", "deck.toml", CENAS_SLURM="/none")

    def test_a_failed_part_of_an_array_leaves_nothing_to_join(self):
        out = self.run_as_user("slurm/submit_array", "2", *SMALL, "deck.toml", "run.gpu=4", SBATCH_OUTPUT="log.txt")
        array, merge = jobs_in(out)
        self.assertEqual(self.wait_for_end(array), ("FAILED", "2:0"))
        self.assertEqual(self.wait_for_end(merge)[0], "CANCELLED")
        self.assertFalse(os.path.exists(self.path("results/deck.h5")))


class Sites(BatchTest):
    def test_where_squeue_is_silent_the_environment_says_when_the_job_ends(self):
        self.write("squeue", "#!/bin/sh\nexit 1\n", 0o755)
        self.write("site.env", f'export PATH="{self.folder}:$PATH" SLURM_JOB_END_TIME=$(($(date +%s) + 60))\n')
        stopping = self.write("stopping", STOPPING_PROGRAM, 0o755)
        job = self.submit(*SMALL, "slurm/sweep.sbatch", "deck.toml", CENAS=stopping, FINISHED="one", CENAS_SITE="site.env",
                          CENAS_MAX_RESTARTS="1")  # fmt: skip
        self.assert_ends(job, "FAILED", "4:0")
        self.assertEqual(self.parts(), [75, 75])

    def test_a_site_file_is_read_by_the_job(self):
        self.write("sacct", SACCT, 0o755)
        self.write("site.env", f'export PATH="{self.folder}:$PATH" CENAS="{self.program}"\n')
        job = self.submit(*SMALL, "slurm/sweep.sbatch", "deck.toml", CENAS_SITE="site.env", CENAS="")
        self.assert_ends(job, "COMPLETED", "0:0")
        self.assertIn(f"sacct was asked for: --jobs {job.number} ", self.read("results/deck.slurm.txt"))

    def test_a_site_file_names_the_account_and_the_partition(self):
        self.write("site.env", "export SBATCH_PARTITION=all SBATCH_ACCOUNT=someone SBATCH_OUTPUT=log.txt\n")
        out = self.run_as_user("slurm/submit_array", "2", *SMALL, "deck.toml", CENAS_SITE="site.env")
        for job in jobs_in(out):
            self.assertEqual(job.facts()["Account"], "someone")


if __name__ == "__main__":
    unittest.main()

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Submits the batch scripts as users do, to the cluster that tests/slurm/run has brought up."""

import atexit
import datetime
import functools
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
import unittest

CENAS = os.environ["CENAS"]
CLUSTER = os.environ["CENAS_CLUSTER"]
HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))
USER = "nobody"  # someone without rights, whom every machine has
PATIENCE_S = 150  # for what takes seconds, on a busy machine

DECK = """\
[run]
start = 2021-07-02T06:00:00Z
hours = 48
gpus = 4
initial = 5
seeds = 10
[problem]
table = "synthetic"
[[problem.objective]]
name = "accuracy"
reference = 0
[[problem.objective]]
name = "energy"
reference = 50
[[trace]]
name = "CISO"
source = "synthetic:CISO"
[[method]]
name = "vanilla"
strategy = "lamoo"
allocator = "all-evaluate"
[[method]]
name = "ce-nas"
strategy = "lamoo"
allocator = "shares"
candidates = "supernet"
[[axis]]
key = "run.start"
from = 2021-07-02T06:00:00Z
step_h = 31
count = 12
"""


class Job:
    """A job by its number."""

    def __init__(self, number):
        self.number = number

    def description(self):
        command = ["scontrol", "--oneliner", "show", "job", self.number]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def facts(self):
        """Everything that Slurm says of it; of several tasks or components, of the first."""
        return dict(word.split("=", 1) for word in self.description().splitlines()[0].split() if "=" in word)

    def states(self):
        """Of all its tasks or components."""
        return re.findall(r"\bJobState=(\S+)", self.description())

    @property
    def state(self):
        return self.facts()["JobState"]

    @property
    def restarts(self):
        return int(self.facts()["Restarts"])


def jobs_in(words):
    """The jobs whose numbers slurm/submit_array prints."""
    return [Job(number) for number in re.findall(r"job (\d+)", words)]


def begin_soon(number, start):
    """Slurm waits because nodes refuse what was granted in the second in which they gave up the job; some seconds do."""
    if start != "Unknown" and datetime.datetime.fromisoformat(start) > datetime.datetime.now() + datetime.timedelta(seconds=10):
        subprocess.run(["scontrol", "update", f"JobId={number}", "StartTime=now+2"], check=False, capture_output=True)


@functools.cache
def public_program(program=CENAS):
    """The program, where everybody may run it."""
    folder = tempfile.mkdtemp(prefix="cenas-program-")
    atexit.register(shutil.rmtree, folder)
    os.chmod(folder, 0o755)
    return shutil.copy(program, os.path.join(folder, "cenas"))


@functools.cache
def undisturbed(*changes):
    """What the sweep, with these changes to its deck, writes in one go without Slurm."""
    folder = tempfile.mkdtemp(prefix="cenas-expected-")
    atexit.register(shutil.rmtree, folder)
    deck = os.path.join(folder, "deck.toml")
    with open(deck, "w", encoding="utf-8") as file:
        file.write(DECK)
    expected = os.path.join(folder, "expected.h5")
    subprocess.run([CENAS, "sweep", deck, *changes, "--output", expected], check=True, capture_output=True)
    return expected


class BatchTest(unittest.TestCase):
    """Each test works in a folder of its own, which looks like a project's and belongs to an ordinary user."""

    def setUp(self):
        self.program = public_program()
        self.folder = tempfile.mkdtemp(prefix="cenas test ")  # a path with a blank
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(os.path.join(SOURCE, "slurm"), self.path("slurm"))
        self.write("deck.toml", DECK)
        user = pwd.getpwnam(USER)
        for folder, _, files in os.walk(self.folder):
            for name in (".", *files):
                os.chown(os.path.join(folder, name), user.pw_uid, user.pw_gid)
        self.addCleanup(self.end_jobs)

    def end_jobs(self):
        subprocess.run(["scancel", "--user", USER], check=True)
        self.wait("the end of all jobs", lambda: not subprocess.run(["squeue", "--noheader"], capture_output=True, check=True).stdout)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return file.read()

    def run_as_user(self, *command, **environment):
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=self.folder, user=USER, group=pwd.getpwnam(USER).pw_gid, extra_groups=[],
            env={**os.environ, "CENAS": self.program, "HOME": self.folder, **environment}, check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def submit(self, *arguments, **environment):
        """sbatch ARGUMENTS, as the user, from the folder; its log is log.txt."""
        out = self.run_as_user("sbatch", "--parsable", "--output=log.txt", *arguments, **environment)
        return Job(out.strip())

    # --- waiting --------------------------------------------------------------------------------------------------------

    def wait(self, what, holds):
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            if time.monotonic() > deadline:
                jobs = subprocess.run(["squeue", "--states=all"], capture_output=True, text=True, check=False).stdout
                log = self.read("log.txt") if os.path.exists(self.path("log.txt")) else ""
                self.fail(f"waited in vain for {what}\n{log}\n{jobs}")
            time.sleep(0.1)

    def wait_for_work(self, job, output="results/deck.h5", size=20_000):
        """Until the sweep has finished some searches."""
        journal = self.path(output + ".journal")
        self.wait("the first searches", lambda: os.path.exists(journal) and os.path.getsize(journal) > size)
        self.assertEqual(job.state, "RUNNING")

    def wait_for_end(self, job):
        """Its last state and exit code. A job that was requeued need not wait for its two minutes."""
        ended = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "PREEMPTED"}

        def has_ended():
            facts = job.facts()
            if facts["JobState"] == "PENDING" and facts["Reason"] == "BeginTime":
                begin_soon(job.number, facts["StartTime"])
            return set(job.states()) <= ended

        self.wait(f"the end of job {job.number}", has_ended)
        return job.state, job.facts()["ExitCode"]

    # --- what must hold -------------------------------------------------------------------------------------------------

    def assert_ends(self, job, state, code):
        found = self.wait_for_end(job)
        log = self.read("log.txt") if os.path.exists(self.path("log.txt")) else ""
        self.assertEqual(found, (state, code), log)

    def assert_expected(self, *changes, output="results/deck.h5"):
        """The result, and nothing half-done beside it, is that of one go without Slurm."""
        done = subprocess.run(["h5diff", "--exclude-path", "/provenance", undisturbed(*changes), self.path(output)],
                              capture_output=True, text=True, check=False)  # fmt: skip
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        for left in (".journal", ".part"):
            self.assertFalse(os.path.exists(self.path(output) + left))

    def parts(self, output="results/deck.h5"):
        """Exit codes of the parts of a job, from what is kept beside the result."""
        accounting = self.read(output.replace(".h5", ".slurm.txt"))
        return [int(code) for code in re.findall(r"^# job \S+, part \d+: exit code (\d+),", accounting, re.M)]

    def assert_went_on(self, output="results/deck.h5"):
        """In two parts, or in more, since Slurm sends a job of a minute its own signal whenever it likes."""
        self.assertRegex(" ".join(map(str, self.parts(output))), "^(75 )+0$")


class LosingNodes(BatchTest):
    """The second node comes back after each test."""

    def tearDown(self):
        subprocess.run([os.path.join(HERE, "cluster"), "boot", CLUSTER, "n2"], check=False, capture_output=True)
        self.wait("n2", lambda: self.node_state("n2") == "idle")

    @staticmethod
    def node_state(node):
        return subprocess.run(["sinfo", "--noheader", "--nodes", node, "--format=%T"], capture_output=True, text=True, check=True).stdout.strip()

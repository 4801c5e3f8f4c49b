# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""`cenas live`: rehearsals, in which groups sleep as long as a table says, and trainings on made-up images."""

import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

import h5py

from program import CENAS, SOURCE, ProgramTest
from training_test import write_images

# A day in six seconds.
REHEARSAL = """\
[live]
evaluator = "table"
hour_s = 0.25
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

SIMULATION = (
    REHEARSAL.replace(REHEARSAL[: REHEARSAL.index("[run]")], "")
    .replace("initial = 3", "initial = 3\ngpus = 2")
)

TRAINING = """\
[live]
evaluator = "train"
hour_s = 0.5
slice_s = 0.05

[run]
start = 2021-07-02T06:00:00Z
hours = 12
initial = 2

[[problem.objective]]
name = "validation_accuracy"
reference = 0
[[problem.objective]]
name = "flops"
reference = 1e9

[[trace]]
name = "CISO"
source = "synthetic:CISO"

[[method]]
name = "ce-nas"
strategy = "random"
candidates = "supernet"
allocator = "shares"

[data]
format = "idx"
folder = "images"
validation_images = 60

[skeleton]
name = "light"
channels = 8
cells = 1

[training]
epochs = 20
batch = 16
crop_padding = 1

[supernet]
epochs = 5
batch = 16
query_images = 16

[meter]
kind = "model"
"""


def totals(path):
    with h5py.File(path) as file:
        return {name: file[f"/search/{name}"][...].tolist() for name in ("evaluations", "samples", "carbon_g", "end_s", "hypervolume")}


class RehearsalTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.deck = self.write("deck.toml", REHEARSAL)

    def test_ends_as_the_simulation_says(self):
        simulated = self.path("simulated.h5")
        self.run_program("search", self.write("simulation.toml", SIMULATION), "power.optimizer_w=0", "-o", simulated)
        for ranks in (3, None):
            with self.subTest(ranks=ranks):
                live = self.path(f"live-{ranks}.h5")
                out, _ = self.run_program("live", self.deck, "power.optimizer_w=0", "-o", live, ranks=ranks)
                self.assertIn("Pareto front", out)
                self.assertIn("the coordinator was busy", out)
                self.assertFalse(os.path.exists(live + ".journal") or os.path.exists(live + ".states"))
                self.run_program("verify", live)
        expected, found = totals(simulated), totals(self.path("live-3.h5"))
        self.assertEqual(found["end_s"], expected["end_s"])
        self.assertAlmostEqual(found["evaluations"][0], expected["evaluations"][0], delta=2 + 0.1 * expected["evaluations"][0])
        self.assertAlmostEqual(found["carbon_g"][0] / expected["carbon_g"][0], 1, delta=0.1)

    def start(self, *arguments, ranks=3):
        command = [CENAS, "live", self.deck, "-o", self.path("live.h5"), *arguments]
        if ranks:
            command = ["mpirun", "-n", str(ranks), *command]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder)

    def test_killed_and_restarted(self):
        for sent in (signal.SIGKILL, signal.SIGTERM):
            process = self.start("--restart", ranks=None)
            time.sleep(2)
            process.send_signal(sent)
            _, err = process.communicate(timeout=30)
            self.assertEqual(process.returncode, -9 if sent == signal.SIGKILL else 75, err)
            self.assertTrue(os.path.exists(self.path("live.h5.journal")))
        self.assert_refused(2, ["--restart goes on with it"], "live", self.deck, "-o", self.path("live.h5"))
        self.run_program("live", self.deck, "-o", self.path("live.h5"), "--restart")
        self.run_program("verify", self.path("live.h5"))
        self.assertFalse(os.path.exists(self.path("live.h5.journal")))
        self.assertFalse(os.path.exists(self.path("live.h5.states")))
        _, err = self.run_program("live", self.deck, "-o", self.path("live.h5"), "--restart")
        self.assertIn("is complete already", err)

    def test_other_groups_cannot_go_on(self):
        process = self.start("--time-limit", "0:02", ranks=3)
        _, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 75, err)
        self.assert_refused(3, ["group"], "live", self.deck, "-o", self.path("live.h5"), "--restart")
        self.run_program("live", self.deck, "-o", self.path("live.h5"), "--restart", ranks=3)

    def test_bad_decks(self):
        live = ("live", self.deck, "-o", self.path("live.h5"))
        self.assert_refused(2, ["method.ce-nas.evaluate = 3", "number of groups, 2"], *live, "method.ce-nas.allocator=fixed", "method.ce-nas.evaluate=3", ranks=3)
        self.assert_refused(2, ["run.start", "trace files"], *live, "run.start=now", "live.hour_s=3600")
        self.assert_refused(2, ["live.hour_s", "must be 3600"], *live, "run.start=now")
        self.assert_refused(2, ["no live deck"], "live", self.write("search.toml", SIMULATION))
        self.assert_refused(2, ["for cenas live"], "search", self.deck)
        self.assertEqual([f for f in os.listdir(self.folder) if f.startswith("live")], [])


class ProcessTest(ProgramTest):
    """What ranks do while they wait, and what happens to those that hang or die."""

    def setUp(self):
        super().setUp()
        self.deck = self.write("deck.toml", REHEARSAL)

    def start(self, *overrides, ranks=4):
        return subprocess.Popen(["mpirun", "-n", str(ranks), CENAS, "live", self.deck, "-o", self.path("live.h5"), *overrides],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.folder)  # fmt: skip

    @staticmethod
    def ranks_of(process):
        """Process ids by rank, once all have started."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            ids = {}
            for name in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{name}/environ", "rb") as file:
                        environment = dict(e.split(b"=", 1) for e in file.read().split(b"\0") if b"=" in e)
                    with open(f"/proc/{name}/stat", encoding="ascii") as file:
                        parent = int(file.read().rsplit(")", 1)[1].split()[1])
                except OSError:
                    continue
                if parent == process.pid and b"OMPI_COMM_WORLD_RANK" in environment:
                    ids[int(environment[b"OMPI_COMM_WORLD_RANK"])] = int(name)
            if len(ids) == 4:
                return ids
            time.sleep(0.1)
        raise AssertionError("the ranks did not start")

    @staticmethod
    def processor_s(pid):
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def test_waiting_ranks_sleep(self):
        # One group trains, two wait.
        self.write("deck.toml", REHEARSAL.replace("queue_capacity = 5", "").replace('"supernet"', '"direct"')
                   .replace('"shares"', '"fixed"\nevaluate = 1\nrest = "idle"'))  # fmt: skip
        process = self.start("live.hour_s=0.6", "run.initial=0")
        ranks = self.ranks_of(process)
        time.sleep(2)
        before = {rank: self.processor_s(pid) for rank, pid in ranks.items()}
        began = time.monotonic()
        time.sleep(9)
        used = {rank: self.processor_s(pid) - before[rank] for rank, pid in ranks.items()}
        minute = 60 / (time.monotonic() - began)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, err)
        for rank in (0, 2, 3):
            self.assertLess(used[rank] * minute, 2, used)

    def test_a_silent_group_ends_the_run(self):
        process = self.start("live.patience_s=2", "live.hour_s=2")
        ranks = self.ranks_of(process)
        time.sleep(2)
        os.kill(ranks[2], signal.SIGSTOP)
        began = time.monotonic()
        _, err = process.communicate(timeout=40)
        self.assertEqual(process.returncode, 4, err)
        self.assertIn("group 1", err)
        self.assertIn("has said nothing for 2 s", err)
        self.assertLess(time.monotonic() - began, 15)
        self.run_program("live", self.deck, "live.patience_s=2", "live.hour_s=2", "-o", self.path("live.h5"), "--restart", "--time-limit", "0:01", ranks=4, code=75)

    def test_a_killed_rank_ends_the_run(self):
        process = self.start("live.hour_s=0.5")
        ranks = self.ranks_of(process)
        time.sleep(2)
        os.kill(ranks[3], signal.SIGKILL)
        process.communicate(timeout=20)
        self.assertNotEqual(process.returncode, 0)
        self.run_program("live", self.deck, "live.hour_s=0.5", "-o", self.path("live.h5"), "--restart", ranks=4)
        self.run_program("verify", self.path("live.h5"))


class NowTest(ProgramTest):
    """On the wall clock, with a trace that ends."""

    def write_trace(self, hours, value):
        now = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
        rows = [(now + datetime.timedelta(hours=h), value) for h in range(-30, hours)]
        csv = self.write("now.csv", "time,intensity\n" + "".join(f"{t:%Y-%m-%dT%H:%M:%SZ},{v}\n" for t, v in rows))
        self.run_program("import", "trace", csv, "--name", "HERE", "--signal", "average", "--scope", "direct", "-o", self.path("now.h5"), "--overwrite")

    def deck(self):
        return self.write("deck.toml", REHEARSAL.replace("hour_s = 0.25", "").replace("2021-07-02T06:00:00Z", '"now"')
                          .replace("hours = 24", 'hours = 0.01\nforecast = "persistence"').replace("cost_scale = 3500", "cost_scale = 1")
                          .replace("synthetic:CISO", "now.h5"))  # fmt: skip

    def test_with_the_present_intensity(self):
        self.write_trace(2, 123)
        self.run_program("live", self.deck(), "budget.evaluations=1", "-o", self.path("live.h5"))
        with h5py.File(self.path("live.h5")) as file:
            self.assertEqual(set(file["/interval/intensity"][...]), {123.0})

    def test_a_stale_intensity_stands_in_or_stops(self):
        self.write_trace(-1, 55)
        _, err = self.run_program("live", self.deck(), "budget.evaluations=1", "-o", self.path("live.h5"))
        self.assertIn("stands in for it", err)
        self.write_trace(-10, 55)
        _, err = self.run_program("live", self.deck(), "-o", self.path("stale.h5"), code=75)
        self.assertIn("missing for more than live.stale_h", err)


class CommandTest(ProgramTest):
    """A program of the user's in the place of our trainings: that of docs/bring-your-own, and some that go wrong."""

    def setUp(self):
        super().setUp()
        self.example = os.path.join(SOURCE, "docs", "bring-your-own")
        shutil.copy(os.path.join(self.example, "evaluator.py"), self.folder)
        with open(os.path.join(self.example, "live.toml"), encoding="utf-8") as file:
            self.deck = self.write("deck.toml", file.read().replace("python3", sys.executable).replace("home.h5", "synthetic:CISO").replace("2024-", "2021-"))

    def uninterrupted(self, cell, seed):
        """What the example reaches where nobody asks it to pause."""
        request = {"task": "evaluation", "cells": [cell], "seed": seed, "slice_s": 1e9, "state": None, "supernet": None}
        self.write("request", json.dumps({**request, "new_state": self.path("new"), "node_rank": 0}))
        subprocess.run([sys.executable, self.path("evaluator.py"), self.path("request"), self.path("answer")], check=True)
        with open(self.path("answer"), encoding="utf-8") as file:
            return json.load(file)["values"][0]

    def assert_trainings_are_whole(self, result):
        with h5py.File(result) as file:
            finished = file["/evaluation/finished"][...].nonzero()[0]
            cells = file["/cell/architecture"].asstr()[...][file["/evaluation/cell"][...]]
            found = file["/evaluation/objectives"][...]
        self.assertGreater(len(finished), 5)
        for i in finished:
            expected = self.uninterrupted(cells[i], 1)
            self.assertEqual(list(found[i]), [expected["error"], expected["width"]], cells[i])

    def test_trainings_that_wander_and_are_killed_end_as_those_that_are_not(self):
        result = self.path("live.h5")
        for sent in (signal.SIGKILL, signal.SIGTERM):
            process = subprocess.Popen([CENAS, "live", self.deck, "-o", result, "--restart"], cwd=self.folder,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
            time.sleep(2)
            process.send_signal(sent)
            _, err = process.communicate(timeout=30)
            self.assertEqual(process.returncode, -9 if sent == signal.SIGKILL else 75, err)
        self.run_program("live", self.deck, "-o", result, "--restart")
        self.run_program("live", self.deck, "-o", self.path("groups.h5"), "budget.evaluations=0", "run.hours=24", "method.ce-nas.allocator=random-actions", ranks=4)
        for file in (result, self.path("groups.h5")):
            self.run_program("verify", file)
            self.assert_trainings_are_whole(file)
            self.assertFalse(os.path.exists(file + ".states"))

    def bad_deck(self, command):
        with open(self.deck, encoding="utf-8") as file:
            deck = file.read()
        deck = deck.replace(f'command = "{sys.executable} evaluator.py"', f"command = '''{command}'''\npatience_s = 4")
        return deck.replace("evaluations = 8", "evaluations = 1").replace('"supernet"', '"direct"').replace('"shares"', '"all-evaluate"')

    def test_commands_that_fail_are_outcomes(self):
        for command, message in (
            ("false", "ended with exit code 1"),
            ("/none/such", "ended with exit code 127"),
            ("kill -KILL $$; :", "was ended by signal 9"),
            ("sleep 60; :", "took longer than live.patience_s / 2 = 2 s"),
            (":", "wrote no answer"),
            ('echo done >"$2"; :', "it is no JSON object"),
            ('echo "{}" >"$2"; :', "'done' must be true or false"),
            ("""echo '{"done": false}' >"$2"; :""", "neither finished the task nor wrote its new_state"),
            ("""echo '{"done": true}' >"$2"; :""", "'values' must be a list of 1 object(s)"),
            ("""echo '{"done": true, "values": [{"error": 1}]}' >"$2"; :""", "must have a number 'width'"),
            ("""echo '{"done": true, "values": [{"error": 1, "width": "2"}]}' >"$2"; :""", "must have a number 'width'"),
            ("""echo '{"done": true, "values": [{"error": 1, "width": 2}], "joules": -1}' >"$2"; :""", "'joules' must be"),
        ):
            with self.subTest(command=command):
                result = self.path("bad.h5")
                out, err = self.run_program("live", self.write("bad.toml", self.bad_deck(command)), "-o", result, "--overwrite")
                self.assertIn(message, err)
                self.assertRegex(out, r"[1-9]\d* failed")
                with h5py.File(result) as file:  # what they have cost is booked
                    failed = file["/evaluation/finished"][...] == 0
                    self.assertTrue((file["/evaluation/joules"][...][failed] > 0).any())
                self.run_program("verify", result)

    def test_joules_of_the_command_are_measured(self):
        answer = '{"done": true, "values": [{"error": 0.5, "width": 2}], "joules": 7}'
        deck = self.write("bad.toml", self.bad_deck(f"""echo '{answer}' >"$2"; :"""))
        self.run_program("live", deck, "-o", self.path("live.h5"))
        with h5py.File(self.path("live.h5")) as file:
            finished = file["/evaluation/finished"][...] != 0
            self.assertEqual(set(file["/evaluation/joules"][...][finished].round(6)), {7.0})

    def test_bad_decks(self):
        live = ("live", self.deck, "-o", self.path("live.h5"))
        self.assert_refused(2, ["live.command", "run.ranks_per_group = 1"], *live, "run.ranks_per_group=2", ranks=3)
        self.assert_refused(2, ["live.command", "live.patience_s / 2 = 300"], *live, "live.slice_s=301")
        self.assert_refused(2, ["live.command", "can be given only with live.evaluator"], *live, "live.evaluator=table")
        self.write("deck.toml", REHEARSAL.replace('"table"', '"command"'))
        self.assert_refused(2, ["live.command", "missing"], *live)


class TrainingTest(ProgramTest):
    def setUp(self):
        super().setUp()
        write_images(self.path("images"))
        self.deck = self.write("deck.toml", TRAINING)

    def test_trains(self):
        out, _ = self.run_program("live", self.deck, "-o", self.path("live.h5"), ranks=3)
        self.assertIn("Pareto front", out)
        out, _ = self.run_program("verify", self.path("live.h5"), "--sample", "3")
        self.assertIn("3 of their trainings, done again without a pause, reach the same accuracy bit for bit", out)

    def test_trains_for_fewer_epochs_and_goes_on(self):
        live = ("live", self.write("low.toml", TRAINING.replace('"random"\ncandidates = "supernet"',
                '"successive-halving"\nknown = ["flops"]').replace("epochs = 20", "epochs = 20\nlow_epochs = 3", 1)),
                "-o", self.path("live.h5"), "--restart")  # fmt: skip
        self.run_program(*live, "--time-limit", "0:02", ranks=3, code=75)
        self.run_program(*live, ranks=3)
        with h5py.File(self.path("live.h5")) as file:
            low = file["/evaluation/low"][...] == 1
            finished = file["/evaluation/finished"][...] == 1
            self.assertGreater((low & finished).sum(), 3)
            self.assertGreater((~low & finished).sum(), 2)
            self.assertEqual(file["/search/low_evaluations"][0], (low & finished).sum())
            self.assertEqual(set(file["/live/decision/low"][...]), {0, 1})
            self.assertEqual(file["/interval/joules"][:, 6].sum(), 0)
            gpu_s = file["/evaluation/gpu_s"][...]
            self.assertLess(gpu_s[low & finished].mean(), gpu_s[~low & finished].mean())
        out, _ = self.run_program("verify", self.path("live.h5"), "--sample", "9")
        self.assertIn("9 of their trainings, done again without a pause, reach the same accuracy bit for bit", out)

    def test_what_cannot_be_known_or_trained(self):
        live = ("live", self.deck, "-o", self.path("live.h5"))
        self.assert_refused(2, ["is to know 'validation_accuracy'", "allowed: parameters, flops"], *live, 'method.ce-nas.known=["validation_accuracy"]')
        self.assert_refused(2, ["is to know 'parameters'"], *live, 'method.ce-nas.known=["parameters"]')
        self.assert_refused(2, ["training.low_epochs", "must be less than training.epochs = 20"], *live, "training.low_epochs=20")
        self.assert_refused(2, ["method.ce-nas.strategy", "needs training.low_epochs"], *live, "method.ce-nas.strategy=successive-halving", "method.ce-nas.candidates=direct")

    def test_killed_and_restarted_trainings_end_as_those_that_are_not(self):
        run = ("live", self.deck, "training.epochs=60", "-o", self.path("live.h5"), "--restart")
        for sent in (signal.SIGTERM, signal.SIGKILL):
            process = subprocess.Popen([CENAS, *run], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            time.sleep(2.5)
            process.send_signal(sent)
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 75 if sent == signal.SIGTERM else -9, err)
            self.assertTrue(os.listdir(self.path("live.h5.states")))
        self.run_program(*run)
        out, _ = self.run_program("verify", self.path("live.h5"), "--sample", "20")
        self.assertIn("done again without a pause, reach the same accuracy bit for bit", out)

    def test_trainings_that_fail_are_outcomes(self):
        out, err = self.run_program("live", self.deck, "live.longest_training_h=0.00003", "-o", self.path("live.h5"), ranks=3)
        self.assertIn("longer than live.longest_training_h", err)
        self.assertRegex(out, r"[1-9]\d* failed")
        self.run_program("verify", self.path("live.h5"))
        out, err = self.run_program("live", self.deck, "training.learning_rate=100", "supernet.learning_rate=100", "-o", self.path("diverged.h5"), ranks=3)
        self.assertIn("diverged: the loss is no longer finite", err)
        self.run_program("verify", self.path("diverged.h5"))

    def test_without_images(self):
        self.assert_refused(3, ["nowhere"], "live", self.deck, "data.folder=nowhere", ranks=3)


if __name__ == "__main__":
    unittest.main()

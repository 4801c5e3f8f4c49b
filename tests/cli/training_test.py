# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Training for real, on made-up images: `cenas train` and `cenas table build`."""

import glob
import os
import random
import re
import signal
import struct
import subprocess
import time
import unittest

import h5py
import numpy as np

from program import CENAS, SMALL_DECK, ProgramTest

CONVOLUTIONS = "|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_1x1~1|+|skip_connect~0|avg_pool_3x3~1|nor_conv_3x3~2|"

# A training takes milliseconds.
TRAINING_DECK = """\
[data]
format = "idx"
folder = "images"
validation_images = 60

[skeleton]
name = "light"
channels = 8
cells = 1

[training]
epochs = 2
batch = 16
crop_padding = 1

[supernet]
epochs = 2
batch = 16
query_images = 16

[table]
name = "little"
cells = 6
seeds = 2
latency_repeats = 1
"""


def write_idx(path, values, shape):
    with open(path, "wb") as file:
        file.write(struct.pack(f">I{len(shape)}I", 0x0800 + len(shape), *shape))
        file.write(bytes(values))


def write_images(folder, seed=1):
    """Three classes of 8x8 images: a bright row, a bright column, noise."""
    os.makedirs(folder, exist_ok=True)
    draw = random.Random(seed)
    for part, count in (("train", 180), ("t10k", 60)):
        pixels, labels = [], []
        for i in range(count):
            image = [draw.randrange(60) for _ in range(64)]
            place = draw.randrange(8)
            for k in range(8):
                if i % 3 < 2:
                    image[place * 8 + k if i % 3 == 0 else k * 8 + place] = 255
            pixels += image
            labels.append(i % 3)
        write_idx(f"{folder}/{part}-images-idx3-ubyte", pixels, (count, 8, 8))
        write_idx(f"{folder}/{part}-labels-idx1-ubyte", labels, (count,))


class TrainingTest(ProgramTest):
    def setUp(self):
        super().setUp()
        write_images(self.path("images"))
        self.deck = self.write("training.toml", TRAINING_DECK)

    def build(self, name, *more, ranks=None):
        output = self.path(name)
        self.run_program("table", "build", self.deck, "--output", output, *more, ranks=ranks)
        return output

    def assert_equal_tables(self, a, b, tolerance=0.0):
        """Everything that does not measure time or energy."""
        with h5py.File(a) as one, h5py.File(b) as other:
            names = []
            one.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
            other_names = []
            other.visititems(lambda name, item: other_names.append(name) if isinstance(item, h5py.Dataset) else None)
            self.assertEqual(names, other_names)
            for name in names:
                if re.search(r"_s$|_j$|latency|effective_deck", name):
                    continue
                left, right = one[name][...], other[name][...]
                if left.dtype.kind == "f":
                    np.testing.assert_allclose(left, right, rtol=0, atol=tolerance, err_msg=name)
                else:
                    self.assertTrue((left == right).all(), name)


def any_process_names(text):
    for folder in glob.glob("/proc/[0-9]*"):
        try:
            with open(f"{folder}/cmdline", "rb") as file:
                if text.encode() in file.read():
                    return True
        except OSError:
            pass  # it has ended
    return False


class CheckTest(TrainingTest):
    def test_says_what_would_be_trained_and_touches_nothing(self):
        before = sorted(os.listdir(self.folder))
        out, _ = self.run_program("check", self.deck, "--ranks", "3", "supernet.split_epochs=4")
        for text in ("120 images trained on, 60 held out, 60 to test; 8x8x1", "6 networks x 2 seed(s) = 12",
                     "split at edge 0 into five, 4 epoch(s) each", "2 group(s)"):
            self.assertIn(text, out)
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_the_dump_reads_back_equal(self):
        out, _ = self.run_program("check", self.deck, "--dump", "training.batch=32")
        self.assertIn("batch = 32", out)
        again, _ = self.run_program("check", self.write("again.toml", out), "--dump")
        self.assertEqual(out, again)

    def test_refuses_what_a_build_would(self):
        for text, override in (("learning_rate", "training.learning_rate=-1"), ("8765", "table.cells=9000"),
                               ("query_images", "supernet.query_images=61"), ("ranks_per_group", "run.ranks_per_group=2")):
            self.assert_refused(2, [text], "check", self.deck, override)


class TrainTest(TrainingTest):
    def test_prints_curve_accuracy_speed_and_energy(self):
        out, _ = self.run_program("train", self.deck, CONVOLUTIONS, "training.epochs=12")
        self.assertEqual(len(re.findall(r"^epoch +\d+ +loss \d", out, re.M)), 12)
        for text in ("120 images trained on, 60 held out, 60 to test", "images/s on 1 rank(s) x 1 thread(s)", "modelled"):
            self.assertIn(text, out)
        self.assertGreater(float(re.search(r"test ([\d.]+) %", out)[1]), 90.0)

    def test_same_seed_same_training_and_another_seed_another(self):
        def curve(*more):
            out, _ = self.run_program("train", self.deck, CONVOLUTIONS, *more)
            return re.findall(r"^epoch.*|^accuracy.*", out, re.M)

        self.assertEqual(curve(), curve("--threads", "2"))
        self.assertNotEqual(curve(), curve("--seed", "2"))

    def test_ranks_train_together(self):
        """Two ranks see the batches of one; a batch of 15 images does not divide. Sums differ in order only."""
        for more in ([], ["training.batch=15"]):
            losses = []
            for ranks in (None, 2):
                out, _ = self.run_program("train", self.deck, CONVOLUTIONS, "training.learning_rate=0.02", *more, ranks=ranks)
                losses.append([float(text) for text in re.findall(r"loss ([\d.]+)", out)])
                self.assertEqual(out.count("accuracy: "), 1)
            np.testing.assert_allclose(losses[0], losses[1], atol=2e-3)

    def test_diverging_is_an_outcome(self):
        out, _ = self.run_program("train", self.deck, CONVOLUTIONS, "training.learning_rate=100", "training.epochs=30",
                                  "training.momentum=0.99")
        self.assertIn("diverged", out)
        self.assertNotIn("nan", out)

    def test_refusals(self):
        train = ("train", self.deck)
        self.assert_refused(2, ["architecture", "'conv'", "nor_conv_3x3"], *train, "|conv~0|+|none~0|none~1|+|none~0|none~1|none~2|")
        self.assert_refused(2, ["training.epochs = 0", "from 1 to"], *train, CONVOLUTIONS, "training.epochs=0")
        self.assert_refused(2, ["crop_padding = 8", "8 x 8"], *train, CONVOLUTIONS, "training.crop_padding=8")
        self.assert_refused(2, ["training deck"], "sweep", self.deck)
        self.assert_refused(2, ["a deck of searches"], "train", self.write("small.toml", SMALL_DECK), CONVOLUTIONS)
        self.assert_refused(3, ["label 2", "0 to 1"], *train, CONVOLUTIONS, "data.classes=2")
        self.assert_refused(2, ["training.rate", "learning_rate"], *train, CONVOLUTIONS, "training.rate=1")
        self.assert_refused(2, ["skeleton.name", "light"], *train, CONVOLUTIONS, "skeleton.name=heavy")
        self.assert_refused(2, ["validation_images", "180"], *train, CONVOLUTIONS, "data.validation_images=180")
        self.assert_refused(2, ["training.precision", "tf32", "bf16"], *train, CONVOLUTIONS, "training.precision=tf32")
        self.assert_refused(4, ["run.device", "cuda"], *train, CONVOLUTIONS, "run.device=cuda")
        self.assert_refused(3, ["data.folder", "nowhere"], *train, CONVOLUTIONS, "data.folder=nowhere")
        for ranks in (2, 3):
            self.assert_refused(3, ["nowhere"], *train, CONVOLUTIONS, "data.folder=nowhere", ranks=ranks)

    def test_damaged_images_are_refused(self):
        name = self.path("images/train-images-idx3-ubyte")
        with open(name, "rb") as file:
            whole = file.read()
        for damaged, text in ((whole[:1000], "train-images"), (b"\x00\x00\x09\x03" + whole[4:], "magic"), (b"", "train-images")):
            with open(name, "wb") as file:
                file.write(damaged)
            self.assert_refused(3, ["train-images-idx3-ubyte", text], "train", self.deck, CONVOLUTIONS)


class TableBuildTest(TrainingTest):
    def test_a_table_holds_trainings_scores_and_estimates_and_can_be_searched(self):
        table = self.build("a.h5")
        with h5py.File(table) as file:
            self.assertEqual(file["architecture"].shape, (6,))
            self.assertEqual(file["training/run/epoch_accuracy"].shape, (12, 2))
            self.assertEqual(file["training/supernet/estimate"].shape, (15625,))
            self.assertFalse(np.isnan(file["training/supernet/estimate"][...]).any())
            self.assertEqual(file["training/score/nwot"].shape, (6,))
            self.assertTrue((file["training/run/training_s"][...] > 0).all())
            self.assertTrue((file["training/run/training_j"][...] > 0).all())
            accuracy = file["training/run/test_accuracy"][...].reshape(6, 2).mean(axis=1)
            np.testing.assert_allclose(file["objective/accuracy/value"][...], accuracy)
        self.run_program("verify", table)
        words, _ = self.run_program("info", table)
        for text in ("6 of 15625", "12 trainings, seeds 1 2, 0 diverged", "modelled", "GPU-seconds on average"):
            self.assertIn(text, words)

    def test_ranks_and_groups_do_not_change_the_table(self):
        one = self.build("one.h5")
        self.assert_equal_tables(one, self.build("three.h5", ranks=3))

    def test_groups_give_the_numbers_of_one_rank_and_groups_of_one_size_the_same_bits(self):
        slow = ("training.learning_rate=0.01", "supernet.learning_rate=0.01")
        one = self.build("one.h5", *slow, ranks=2)
        groups = self.build("groups.h5", *slow, "run.ranks_per_group=2", ranks=5)
        self.assert_equal_tables(groups, self.build("group.h5", *slow, "run.ranks_per_group=2", ranks=3))
        with h5py.File(one) as a, h5py.File(groups) as b:  # the order of sums differs
            np.testing.assert_allclose(a["training/run/epoch_loss"], b["training/run/epoch_loss"], atol=2e-3)

    def test_a_killed_build_goes_on_where_it_was(self):
        for ranks, signal_number in ((None, signal.SIGKILL), (3, signal.SIGKILL), (3, signal.SIGTERM)):
            output = self.path(f"killed{ranks}{signal_number}.h5")
            more = ("table.cells=300", "table.supernet=false")
            command = [CENAS, "table", "build", self.deck, "--output", output, *more]
            if ranks:
                command = ["mpirun", "-n", str(ranks), *command]
            deadline = time.monotonic() + 60
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as killed:
                while not os.path.exists(output + ".journal") or os.path.getsize(output + ".journal") < 3000:
                    self.assertLess(time.monotonic(), deadline)
                    time.sleep(0.002)
                killed.send_signal(signal_number)
            while any_process_names(output):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
            self.assertFalse(os.path.exists(output))
            kept = os.path.getsize(output + ".journal")
            few = ("table.cells=20", "table.supernet=false")  # of the 300, so that the test is quick
            _, err = self.run_program("table", "build", self.deck, "--output", output, *few)
            self.assertGreater(int(re.search(r"goes on after (\d+) result", err)[1]), 0)
            self.assertGreater(os.path.getsize(output + ".journal"), kept)
            self.assert_equal_tables(self.build(f"whole{ranks}{signal_number}.h5", *few), output)

    def test_more_cells_and_seeds_are_appended(self):
        output = self.build("a.h5")
        _, err = self.run_program("table", "build", self.deck, "--output", output, "table.cells=8", "table.seeds=3")
        self.assertIn("goes on after", err)
        with h5py.File(output) as file:
            self.assertEqual(file["architecture"].shape, (8,))
            self.assertEqual(file["training/run/seed"].shape, (24,))
        self.assert_equal_tables(output, self.build("b.h5", "table.cells=8", "table.seeds=3"))
        self.build("a.h5", "table.cells=2", "table.seeds=1")  # the table is the deck's, whatever the journal holds more
        self.assert_equal_tables(output, self.build("c.h5", "table.cells=2", "table.seeds=1"))

    def test_another_supernet_is_trained_anew_and_other_trainings_are_refused(self):
        output = self.build("a.h5")
        _, err = self.run_program("table", "build", self.deck, "--output", output, "supernet.epochs=3")
        self.assertIn("goes on after 18 result", err)  # 12 trainings, 6 scores
        self.assertIn("that the deck does not ask for stay there", err)
        self.assert_equal_tables(output, self.build("b.h5", "supernet.epochs=3"))
        before = os.path.getsize(output + ".journal")
        self.assert_refused(3, ["a.h5.journal", "training.epochs = 3", "training.epochs = 2"], "table", "build", self.deck, "--output", output,
                            "training.epochs=3")
        write_images(self.path("images"), seed=2)
        self.assert_refused(3, ["a.h5.journal", "images: SHA-256"], "table", "build", self.deck, "--output", output)
        self.assertEqual(os.path.getsize(output + ".journal"), before)

    def test_a_few_shot_supernet_has_a_curve_for_every_operation(self):
        with h5py.File(self.build("a.h5", "supernet.split_epochs=1", "supernet.split_edge=3", ranks=3)) as file:
            self.assertEqual(len(file["training/split"]), 5)
            self.assertEqual(file["training/split/nor_conv_3x3/epoch_loss"].shape, (1,))
            self.assertFalse(np.isnan(file["training/supernet/estimate"][...]).any())
            supernets = [file["training/supernet"], *file["training/split"].values()]
            self.assertAlmostEqual(file.attrs["supernet_training_s"], sum(s.attrs["training_s"] for s in supernets))

    def test_refusals(self):
        build = ("table", "build", self.deck, "--output")
        foreign = self.write("mine.h5", "a file of somebody's")
        self.assert_refused(2, ["mine.h5: exists already, without the journal mine.h5.journal"], *build, foreign)
        with open(foreign, encoding="utf-8") as file:
            self.assertEqual(file.read(), "a file of somebody's")
        for ranks in (4, None):
            self.assert_refused(2, ["ranks_per_group = 2"], *build, self.path("a.h5"), "run.ranks_per_group=2", ranks=ranks)
        self.assert_refused(2, ["query_images = 16", "validation_images = 0"], *build, self.path("a.h5"),
                            "data.validation_images=0")
        for ranks in (None, 3):
            self.assert_refused(4, ["rapl"], *build, self.path("a.h5"), "meter.kind=rapl",
                                f"meter.powercap_folder={self.folder}", ranks=ranks)
        self.assert_refused(3, ["nowhere"], *build, self.path("a.h5"), "data.folder=nowhere", ranks=3)
        self.assertEqual(glob.glob(self.path("a.h5*")), [])  # nothing was begun
        journal = self.write("d.h5.journal", "not a journal")
        self.assert_refused(3, ["d.h5.journal"], *build, self.path("d.h5"))
        self.assertTrue(os.path.exists(journal))
        self.assert_refused(4, ["no training ended"], *build, self.path("b.h5"), "training.learning_rate=100",
                            "training.epochs=30", "training.momentum=0.99", "table.supernet=false", "table.cells=1",
                            "table.seeds=1")
        self.assertEqual(glob.glob(self.path("*.part")), [])


if __name__ == "__main__":
    unittest.main()

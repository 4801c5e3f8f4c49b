# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""report, decompose and the example as a user runs them: every shape of file, every refusal, self-contained pages."""

import csv
import io
import os
import re
import subprocess
import sys
import unittest
from html.parser import HTMLParser

import numpy as np

from support import FOLDER, SCRIPTS, run_file, script

import cenas_h5

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Checks that tags are balanced, and collects identifiers, references and text."""

    def __init__(self, html: str):
        super().__init__()
        self.open_tags, self.ids, self.references, self.tags, self.words = [], [], [], set(), []
        self.feed(html)
        self.close()
        if self.open_tags:
            raise AssertionError(f"not closed: {self.open_tags}")

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open_tags.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in ("href", "src"):
                self.references.append(value)
            self.references += re.findall(r"url\(([^)]*)\)", value or "")

    def handle_endtag(self, tag):
        if self.open_tags.pop() != tag:
            raise AssertionError(f"</{tag}> closes another tag")

    def handle_data(self, data):
        if not self.open_tags or self.open_tags[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def make_page(test: unittest.TestCase, *names: str, options: tuple = ()) -> tuple[str, Page]:
    output = os.path.join(FOLDER, "-".join(names) + ".html")
    done = script("report", *map(run_file, names), "--output", output, "--overwrite", *options)
    test.assertEqual((done.code, done.err), (0, ""))
    test.assertEqual(done.out, output + "\n")
    with open(output, encoding="utf-8") as file:
        html = file.read()
    return html, Page(html)


class Report(unittest.TestCase):
    def check(self, *names: str, options: tuple = ()) -> Page:
        html, page = make_page(self, *names, options=options)
        self.assertNotIn("http", html)  # no link, no namespace, no network
        self.assertNotIn("@import", html)
        self.assertFalse(page.tags & {"script", "link", "iframe", "img"})
        self.assertEqual(len(page.ids), len(set(page.ids)))
        for reference in page.references:
            self.assertTrue(reference.startswith("#") and reference[1:] in page.ids, reference)
        self.assertNotRegex(html, "#0a0b")  # every placeholder colour became a variable
        self.assertNotRegex(page.text, r"\bnan\b|\binf\b")
        return page

    def test_usual(self):
        page = self.check("usual")
        for word in ("SYNTHETIC table", "SYNTHETIC traces: CISO, DE", "15,625 of 15,625 cells", "full accounting"):
            self.assertIn(word, page.text)
        for word in ("average, life cycle intensity", "3 seeds", "An example deck.", "percentile bootstrap over seeds"):
            self.assertIn(word, page.text)
        self.assertIn("svg", page.tags)

    def test_summary_says_what_the_data_says(self):
        page = self.check("paper")
        run = cenas_h5.open_run(run_file("paper"))
        kg = {m: np.mean(list(run.by_seed("carbon_kg", m, "CISO").values())) for m in run.methods}
        self.assertIn(f"ce-nas used {kg['ce-nas'] / kg['vanilla']:.2f}×", page.text)
        difference = cenas_h5.bootstrap_mean(list(run.by_seed("hv_log_difference", "ce-nas", "CISO").values()))
        text = f"Its HV log difference is {difference.value:.2f} [{difference.low:.2f}, {difference.high:.2f}] against"
        self.assertIn(text, page.text)

    def test_one_search(self):
        page = self.check("one_search")
        self.assertIn("One seed, so no intervals", page.text)
        self.assertIn("no intervals: there is one seed", page.text)
        self.assertNotIn("Where the carbon goes", page.text)

    def test_one_seed(self):
        page = self.check("one_seed")
        self.assertIn("in this one seed", page.text)
        self.assertNotIn("In brackets", page.text)

    def test_many(self):
        page = self.check("many")
        self.assertIn("13 methods", page.text)
        self.assertIn("The tables and figures below have", page.text)

    def test_three_objectives(self):
        self.assertIn("projected on each pair of objectives", self.check("three_objectives").text)

    def test_one_objective(self):
        self.assertNotIn("Pareto fronts found by each method", self.check("one_objective").text)

    def test_hypervolume_of_the_whole_table(self):
        page = self.check("reaches_hv_max")
        self.assertIn("gaps below a millionth of HV_max are drawn as a millionth", page.text)
        self.assertIn("vanilla reached HV_max in 2 of 2 seeds", page.text)

    def test_early_end(self):
        self.assertIn("hours (2), carbon (2)", self.check("ends_early").text)

    def test_short_steps(self):
        self.assertIn("step 5 min", self.check("short_steps").text)

    def test_several_files(self):
        page = self.check("usual", "paper")
        self.assertIn("ce-nas (usual)", page.text)
        self.assertIn("The files differ in accounting (full, paper)", page.text)

    def test_trace_without_the_baseline(self):
        page = self.check("one_seed", "other_trace")
        self.assertIn("DE: each method, mean over seeds", page.text)
        self.assertNotIn("DE: carbon against", page.text)

    def test_other_baseline(self):
        self.assertIn(
            "difference to ce-nas, paired by seed", self.check("usual", options=("--baseline", "ce-nas")).text
        )

    def test_forced(self):
        page = self.check("one_seed", "three_objectives", options=("--force",))
        self.assertIn("Forced:", page.text)
        self.assertIn("projected on each pair", page.text)

    def test_names_are_text_not_markup(self):
        html, page = make_page(self, "hostile_names")
        self.assertFalse(page.tags & {"script", "i", "b"})
        self.assertIn('a<b>&"c"', page.text)
        self.assertNotIn("<script", html)

    def test_equal_files_give_equal_pages(self):
        self.assertEqual(make_page(self, "one_seed")[0], make_page(self, "one_seed")[0])

    def test_default_output_is_beside_the_file(self):
        page = os.path.splitext(run_file("one_search"))[0] + ".html"
        if os.path.exists(page):
            os.remove(page)
        self.assertEqual(script("report", run_file("one_search")).out, page + "\n")

    def test_existing_page_is_kept(self):
        path = os.path.join(FOLDER, "kept.html")
        with open(path, "w", encoding="utf-8") as file:
            file.write("mine")
        done = script("report", run_file("one_search"), "--output", path)
        self.assertEqual(done.code, 2)
        self.assertIn("exists already; name another --output or give --overwrite", done.err)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine")


class Refusals(unittest.TestCase):
    """One line on stderr, nothing on stdout, the exit code of cenas."""

    def refused(self, code: int, pattern: str, name: str, *arguments: str) -> None:
        done = script(name, *arguments)
        self.assertEqual((done.code, done.out), (code, ""))
        self.assertRegex(done.err, pattern)
        self.assertEqual(done.err.count("\n"), 1)
        self.assertTrue(done.err.startswith(f"{name}: error: "))

    def test_wrong_files(self):
        text = os.path.join(FOLDER, "no_run.h5")
        with open(text, "w", encoding="utf-8") as file:
            file.write("nothing")
        for name in ("report", "decompose"):
            self.refused(3, "no such file", name, os.path.join(FOLDER, "missing.h5"))
            self.refused(3, "not a readable HDF5 file", name, text)
            self.refused(3, "holds no search", name, run_file("no_searches"))
            self.refused(3, "not comparable", name, run_file("one_seed"), run_file("other_table"))
            self.refused(2, "no such method", name, run_file("one_seed"), "--baseline", "none")
            self.refused(2, "named twice", name, run_file("one_seed"), run_file("one_seed"))

    def test_output_that_cannot_be_written(self):
        target = os.path.join(FOLDER, "no", "such", "folder.html")
        self.refused(4, "No such file or directory", "report", run_file("one_search"), "--output", target)

    def test_command_line(self):
        done = script("report")
        self.assertEqual(done.code, 2)
        self.assertIn("usage: report", done.err)


class Decompose(unittest.TestCase):
    def test_markdown(self):
        done = script("decompose", run_file("usual"), "--baseline", "vanilla", "--markdown")
        self.assertEqual((done.code, done.err), (0, ""))
        self.assertEqual(done.out.count("at the end of the run**"), 2)
        self.assertIn("SYNTHETIC table", done.out)
        self.assertIn("*split of the carbon*", done.out)
        for block in done.out.split("\n\n"):
            if block.startswith("| "):
                self.assertEqual(len({line.count("|") for line in block.splitlines()}), 1)

    def test_csv_has_the_exact_product(self):
        done = script("decompose", run_file("usual"), "--csv")
        self.assertEqual((done.code, done.err), (0, ""))
        rows = list(csv.DictReader(io.StringIO(done.out)))
        self.assertEqual(len({tuple(r.values())[:4] for r in rows}), len(rows))
        for table in ("end", "equal_hypervolume"):
            of_method = {r["quantity"]: r["value"] for r in rows if (r["table"], r["method"]) == (table, "ce-nas")}
            factors = [float(of_method[name]) for name in ("= trainings incl. initial", "× kWh per training", "× kg per kWh")]
            self.assertAlmostEqual(np.prod(factors), float(of_method["kg CO2e"]), places=12)

    def test_names_with_bars(self):
        done = script("decompose", run_file("hostile_names"))
        self.assertIn("$x_1$ \\| y", done.out)

    def test_reader_that_goes_away(self):
        command = [sys.executable, os.path.join(SCRIPTS, "decompose"), run_file("many")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            process.stdout.close()
            self.assertEqual(process.stderr.read(), b"")
        self.assertEqual(process.returncode, 0)


class Example(unittest.TestCase):
    def test_runs_and_tells_the_truth(self):
        path = run_file("usual")
        done = script("example_notebook.py", path)
        self.assertEqual((done.code, done.err), (0, ""))
        run = cenas_h5.open_run(path)
        self.assertIn("24 searches on 8 GPUs for 16 h, full accounting", done.out)
        kg = np.mean(list(run.by_seed("carbon_kg", "ce-nas", "CISO").values()))
        self.assertRegex(done.out, rf"ce-nas +{kg:.2f} kg CO2e, 95 % interval")
        best = int(np.argmax(run.searches["hypervolume"]))
        for architecture in run.pareto_front(best)["architecture"]:
            self.assertIn(architecture, done.out)
        self.assertTrue(os.path.exists(os.path.splitext(path)[0] + "_example.svg"))


if __name__ == "__main__":
    unittest.main()

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""What the report says of decks: in what files differ, and what the command line changed."""

import unittest
from dataclasses import replace

from support import run_file

import cenas_h5
import comparison
import decks
import tables

DECK = """
[run]
hours = 80
seeds = [1, 2]
[lamoo]
tolerance = 0.1
[[method]]
name = "ce-nas"
allocator = "shares"
"""


def run_with(deck: str, effective: str = "", command: str = "", name: str = "deck") -> cenas_h5.Run:
    """The run of one search, with other decks. cenas adds every key that a deck leaves out to the effective one."""
    run = cenas_h5.open_run(run_file("one_search"))
    provenance = {**run.provenance, "command_line": command}
    return replace(run, path=f"{name}.h5", deck=deck, effective_deck=effective or deck, provenance=provenance)


@unittest.skipUnless(decks.can_read(), decks.NOT_READ)
class Decks(unittest.TestCase):
    def test_keys_name_entries_of_lists(self):
        keys = decks.keys_of(DECK)
        self.assertEqual(keys["run", "hours"], 80)
        self.assertEqual(keys["method", "ce-nas", "allocator"], "shares")

    def test_equal_decks(self):
        self.assertEqual(decks.differences([run_with(DECK), run_with(DECK.replace("80", "80.0"))]), [])

    def test_every_kind_of_difference(self):
        other = DECK.replace("hours = 80", "hours = 40").replace("[1, 2]", "[1]").replace("shares", "fixed")
        found = decks.differences([run_with(DECK), run_with(other)])
        self.assertEqual(
            [tuple(difference) for difference in found],
            [
                ("run.hours", ("80", "40")),
                ("run.seeds", ("[1, 2]", "[1]")),
                ("method.ce-nas.allocator", ("shares", "fixed")),
            ],
        )

    def test_method_that_one_deck_lacks_is_one_difference(self):
        other = DECK + '[[method]]\nname = "vanilla"\nallocator = "all-evaluate"\n'
        self.assertEqual(decks.differences([run_with(DECK), run_with(other)])[0].key, "method.vanilla")
        self.assertEqual(len(decks.differences([run_with(DECK), run_with(other)])), 1)

    def test_overrides(self):
        self.assertEqual(decks.overrides(run_with(DECK)), [])
        changed = decks.overrides(run_with(DECK, DECK.replace("hours = 80", "hours = 40")))
        self.assertEqual([tuple(one) for one in changed], [("run.hours", "40", "80")])

    def test_override_of_a_key_that_the_deck_leaves_out(self):
        run = run_with(DECK, DECK + "[budget]\ncarbon_kg = 12\n", "cenas search deck.toml budget.carbon_kg=12")
        self.assertEqual([tuple(one) for one in decks.overrides(run)], [("budget.carbon_kg", "12", None)])

    def test_default_that_nobody_gave_is_no_override(self):
        run = run_with(DECK, DECK + "[budget]\ncarbon_kg = 0\n", "cenas search deck.toml --output a=b.h5")
        self.assertEqual(decks.overrides(run), [])


    def test_what_methods_planned_on(self):
        run = replace(run_with(DECK), forecasts={"ce-nas": cenas_h5.Forecast("file", 48.0), "b": cenas_h5.Forecast("none", 0.0)})
        self.assertEqual(decks.planned_on(run, "ce-nas"), "file, 48 h ahead")
        self.assertEqual(decks.planned_on(run, "b"), "none, the whole run")

    def test_table_of_methods_shows_what_they_planned_on(self):
        run = run_with(DECK)
        plain = tables.method_table(comparison.compare([run]), "CISO")
        self.assertEqual(plain.header[:2], ("method", "seeds"))
        told = replace(run, forecasts={method: cenas_h5.Forecast("persistence", 0.0) for method in run.methods})
        shown = tables.method_table(comparison.compare([told]), "CISO")
        self.assertEqual(shown.header[:3], ("method", "planned on", "seeds"))
        self.assertEqual(shown.rows[0][1:3], ("persistence, the whole run", "1"))

    def test_forecast_files_are_told_apart_by_what_is_in_them(self):
        deck = DECK + '[[trace]]\nname = "CISO"\nforecast = "a.h5"\n'

        def run_on(file: str, checksum: str) -> cenas_h5.Run:
            run = run_with(deck.replace("a.h5", file))
            return replace(run, traces=tuple(trace._replace(forecast_checksum=checksum) for trace in run.traces))

        self.assertEqual(decks.differences([run_on("a.h5", "1" * 64), run_on("b.h5", "1" * 64)]), [])
        found = decks.differences([run_on("a.h5", "1" * 64), run_on("a.h5", "2" * 64)])
        self.assertEqual([tuple(one) for one in found], [("trace.CISO.forecast", ("a.h5 11111111", "a.h5 22222222"))])


class Files(unittest.TestCase):
    def test_budgets_and_forecast_are_read(self):
        run = cenas_h5.open_run(run_file("one_search"))
        self.assertEqual(set(run.forecasts.values()), {("perfect", 0.0)})
        self.assertEqual(run.traces[0].forecast_checksum, "")
        self.assertEqual((run.budget_carbon_kg, run.budget_evaluations), (0.0, 0))


if __name__ == "__main__":
    unittest.main()

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""What the report says of decks: in what files differ, and what the command line changed."""

import unittest
from dataclasses import replace

from support import run_file

import cenas_h5
import decks

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


class Files(unittest.TestCase):
    def test_budgets_and_forecast_are_read(self):
        run = cenas_h5.open_run(run_file("one_search"))
        self.assertEqual((run.forecast, run.window_h), ("perfect", 0.0))
        self.assertEqual((run.budget_carbon_kg, run.budget_evaluations), (0.0, 0))


if __name__ == "__main__":
    unittest.main()

# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""Forecasts as a user meets them: import, a sweep that plans on one, and what is refused."""

import json
import math
import os
import unittest

import h5py
from program import DATA, SMALL_DECK, ProgramTest

HOURS = 72
EVERY = 6  # hours from issue to issue
LEADS = 48


def intensity(hour):
    """A made-up grid: clean around noon, dirty in the evening, each day worse than the one before."""
    return 300 + 8 * ((hour * 5) % 24) - (220 if hour % 24 in (11, 12, 13) else 0) + 3 * (hour // 24) * (hour % 7)


def time_of(hour):
    return f"2021-07-{1 + hour // 24:02}T{hour % 24:02}:00Z"


def trace_csv():
    return "utc,intensity\n" + "".join(f"{time_of(hour)},{intensity(hour)}\n" for hour in range(HOURS))


def forecast_csv(value, leads=LEADS, until=HOURS):
    """Issues every six hours, with a column of what came true."""
    rows = [
        f"{time_of(issue)},{lead},{value(issue, issue + lead)},{intensity(issue + lead)}\n"
        for issue in range(0, until, EVERY)
        for lead in range(leads)
    ]
    return "issue_utc,lead_h,forecast,actual\n" + "".join(rows)


def shares_of_a_day(value, leads, window_h):
    """GPUs of four that evaluate in each hour of the second day, as docs/forecasts.md and docs/simulation.md say it."""
    evaluate = []
    for now in range(24, 48):
        issue = now // EVERY * EVERY
        window = [intensity(hour) for hour in range(now if window_h else 24, now + 1)]
        for hour in range(now + 1, min(48, now + window_h) if window_h else 48):
            days_back = math.ceil((hour - now) / 24)
            window.append(value(issue, hour) if hour < issue + leads else intensity(hour - 24 * days_back))
        low, high = min(window), max(window)
        evaluate.append(math.floor(4 * (high - intensity(now)) / (high - low) + 0.5) if high > low else 4)
    return evaluate


STATED = ("--signal", "average", "--scope", "life_cycle")

DECK = SMALL_DECK[: SMALL_DECK.index("[[trace]]")].replace("2021-07-02T06:00:00Z", "2021-07-02T00:00:00Z") + """
[[trace]]
name = "made-up"
source = "trace.h5"
forecast = "forecast.h5"
[[method]]
name = "perfect"
strategy = "random"
[[method]]
name = "persistence"
strategy = "random"
forecast = "persistence"
[[method]]
name = "file"
strategy = "random"
forecast = "file"
[[method]]
name = "short"
strategy = "random"
forecast = "file"
window_h = 6
"""


class ForecastTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write("trace.csv", trace_csv())
        self.run_program("import", "trace", "trace.csv", "-o", "trace.h5", *STATED)
        self.write("deck.toml", DECK)

    def import_forecast(self, text, *arguments, name="forecast", code=0):
        self.write(name + ".csv", text)
        return self.run_program("import", "forecast", name + ".csv", "-o", name + ".h5", "--overwrite", *arguments, code=code)

    def sweep(self, *arguments, ranks=None):
        """GPUs that evaluate, step by step, of each method's first seed."""
        self.run_program("sweep", "deck.toml", "-o", "out.h5", "--overwrite", *arguments, ranks=ranks)
        with h5py.File(self.path("out.h5")) as file:
            offsets, methods = file["search/interval_offset"][()], file["search/method"][()]
            names = [name.decode() for name in file["method/name"][()]]
            evaluate = file["interval/gpus_evaluate"][()]
        first = {name: list(methods).index(m) for m, name in enumerate(names)}
        return {name: list(evaluate[offsets[i] : offsets[i + 1]]) for name, i in first.items()}

    def test_import_says_how_good_it_is(self):
        out, _ = self.import_forecast(forecast_csv(lambda issue, hour: intensity(hour) * (1.1 if hour - issue < 24 else 0.8)), *STATED)
        self.assertIn("read as issue-and-lead: 576 rows, an issue every 21600 s, 0 gap(s)", out)
        self.assertIn("12 issues from 2021-07-01T00:00:00Z to 2021-07-03T18:00:00Z, each of 48 leads of 3600 s from 0 s on", out)
        self.assertIn("against column 'actual'", out)
        self.assertIn("forecast    day 1: 10.00 %, day 2: 20.00 %", out)
        out, _ = self.import_forecast(forecast_csv(lambda issue, hour: intensity(hour)), *STATED, "--trace", "trace.h5")
        self.assertIn("against trace trace", out)
        self.assertIn("forecast    day 1: 0.00 %, day 2: 0.00 %", out)
        self.assertRegex(out, r"persistence day 1: [1-9]")
        checksum = out.split("checksum ")[1].split()[0]
        self.assertIn(checksum, self.run_program("info", "forecast.h5")[0])
        self.assertIn(f"checksum {checksum} holds", self.run_program("verify", "forecast.h5")[0])

    def test_who_is_told_the_truth_decides_as_if_it_knew_the_future(self):
        self.import_forecast(forecast_csv(lambda issue, hour: intensity(hour)), *STATED)
        told = self.sweep()
        # The window of 48 leads reaches beyond the run of 24 hours.
        self.assertEqual(told["file"], told["perfect"])
        self.assertNotEqual(told["persistence"], told["perfect"])
        self.assertNotEqual(told["short"], told["perfect"])

    def test_decisions_are_those_of_the_newest_issue_and_persistence_beyond_it(self):
        def value(issue, hour):
            return intensity(hour) + 25 * ((issue * 5 + hour) % 11)

        for leads in (LEADS, 8):
            self.import_forecast(forecast_csv(value, leads), *STATED)
            told = self.sweep()
            self.assertEqual(told["file"], shares_of_a_day(value, leads, 0))
            self.assertEqual(told["short"], shares_of_a_day(value, leads, 6))
            self.assertEqual(told["persistence"], shares_of_a_day(value, 0, 0))
            self.assertEqual(told["perfect"], shares_of_a_day(lambda issue, hour: intensity(hour), LEADS, 0))
            self.assertEqual(len({tuple(steps) for steps in told.values()}), 4)

    def test_a_wrong_forecast_misleads_only_who_plans_on_it(self):
        self.import_forecast(forecast_csv(lambda issue, hour: intensity(hour)), *STATED)
        right = self.sweep()
        self.import_forecast(forecast_csv(lambda issue, hour: 700 - intensity(hour) + issue), *STATED)
        wrong = self.sweep()
        self.assertEqual({name for name in right if right[name] != wrong[name]}, {"file", "short"})
        self.run_program("verify", "out.h5")

    def test_issues_after_the_run_change_nothing_and_ranks_neither(self):
        def value(issue, hour):
            return intensity(hour) + 20 * (issue % 5)

        self.import_forecast(forecast_csv(value), *STATED)
        one = self.sweep()
        with h5py.File(self.path("out.h5")) as file, h5py.File(self.path("forecast.h5")) as forecast:
            self.assertEqual(file["trace/forecast_checksum"][0], forecast.attrs["checksum"])
            told = [name.decode() for name in file["forecast/name"][()][file["scenario/forecast"][0]]]
            self.assertEqual(told, [m if m in ("perfect", "persistence", "none") else "file" for m in map(bytes.decode, file["method/name"])])
        self.assertEqual(self.sweep(ranks=3), one)
        # The run is the second day: what is issued after it is not seen.
        self.import_forecast(forecast_csv(lambda issue, hour: 1 if issue >= 48 else value(issue, hour)), *STATED)
        self.assertEqual(self.sweep(), one)

    def test_info_names_each_method_and_says_that_they_differ(self):
        self.import_forecast(forecast_csv(lambda issue, hour: intensity(hour)), *STATED)
        out, _ = self.run_program("check", "deck.toml")
        self.assertIn("forecast    of made-up: forecast, 12 issues of 48 leads", out)
        self.assertIn("method      file: random, allocator shares, candidates direct, forecast file of the whole run", out)
        self.assertIn("forecast file of the next 6 h", out)
        self.sweep()
        self.assertIn("forecast and window by method", self.run_program("info", "out.h5")[0])
        lines = self.run_program("info", "out.h5", "--json")[0].splitlines()
        told = {line["method"]: (line["forecast"], line["window_h"]) for line in map(json.loads, lines)}
        self.assertEqual(told["file"], ("file", 0.0))
        self.assertEqual(told["short"], ("file", 6.0))
        self.assertEqual(told["persistence"], ("persistence", 0.0))

    def test_a_forecast_is_part_of_what_a_sweep_is(self):
        self.import_forecast(forecast_csv(lambda issue, hour: intensity(hour)), *STATED)
        stopped = ("sweep", "deck.toml", "-o", "stopped.h5", "run.seeds=100000")
        self.run_program(*stopped, "--time-limit", "0:01", code=75)
        for shard in ("1", "2"):
            self.run_program("sweep", "deck.toml", "-o", f"{shard}.h5", "--shard", f"{shard}/2")
        self.import_forecast(forecast_csv(lambda issue, hour: intensity(hour) + 1), *STATED)
        self.assert_refused(3, ["a journal of something else"], *stopped, "--restart")
        self.run_program("sweep", "deck.toml", "-o", "2.h5", "--shard", "2/2", "--overwrite")
        self.assert_refused(3, ["of another sweep"], "merge", "1.h5", "2.h5", "-o", "merged.h5")
        self.assert_refused(3, ["forecast.h5: its checksum"], "verify", "1.h5", "--sample", "1")

    def test_a_forecast_that_does_not_suit_is_refused(self):
        def right(_, hour):
            return intensity(hour)

        self.assert_refused(3, ["forecast.h5: no such file"], "check", "deck.toml")
        self.import_forecast(forecast_csv(right), "--signal", "average", "--scope", "direct")
        self.assert_refused(3, ["forecast 'forecast' is average direct", "trace 'made-up' is average life_cycle"], "check", "deck.toml")
        half_hourly = "".join(f"{time_of(0)},{30 * lead},100\n" for lead in range(LEADS))
        self.import_forecast("issue_utc,lead_min,forecast\n" + half_hourly, *STATED)
        self.assert_refused(3, ["in steps of 1800 s", "in steps of 3600 s"], "check", "deck.toml")
        self.import_forecast(forecast_csv(right, until=6), *STATED)
        self.assert_refused(3, ["does not cover the run", "2021-07-03T00:00:00Z", "ends at"], "sweep", "deck.toml", "run.hours=30")
        self.import_forecast(forecast_csv(right).replace(time_of(0), "2021-06-30T23:30Z"), *STATED)
        self.assert_refused(3, ["an issue of 2021-06-30T23:30:00Z", "no step of trace 'made-up'"], "check", "deck.toml")
        self.run_program("import", "trace", "trace.csv", "-o", "forecast.h5", "--overwrite", *STATED)
        self.assert_refused(3, ["is a `cenas-trace` file, expected `cenas-forecast`"], "check", "deck.toml")

    def test_imports_that_are_refused_write_nothing(self):
        self.write("bad.csv", forecast_csv(lambda issue, hour: intensity(hour)).replace(",17,", ",18,", 1))
        self.assert_refused(3, ["bad.csv:19", "lead 61200 s"], "import", "forecast", "bad.csv", "-o", "bad.h5", *STATED)
        self.write("good.csv", forecast_csv(lambda issue, hour: intensity(hour)))
        self.assert_refused(3, ["does not say its signal"], "import", "forecast", "good.csv", "-o", "bad.h5", "--scope", "direct")
        self.assert_refused(3, ["average direct", "average life_cycle"], "import", "forecast", "good.csv", "-o", "bad.h5",
                            "--signal", "average", "--scope", "direct", "--trace", "trace.h5")
        self.assertFalse(os.path.exists(self.path("bad.h5")))
        self.run_program("import", "forecast", "good.csv", "-o", "trace.h5", *STATED, code=2)

    def test_the_real_forecast_of_california(self):
        folder = os.path.join(DATA, "carbon")
        if not os.path.exists(folder):
            self.skipTest(f"{folder} is absent: set CENAS_SHARED_DATA")
        self.run_program("import", "trace", os.path.join(folder, "carboncast_hourly_2020_2021.csv.gz"), "--column",
                         "CISO_lifecycle", "--signal", "average", "--scope", "life_cycle", "-o", "trace.h5", "--overwrite")
        out, _ = self.run_program("import", "forecast",
                                  os.path.join(folder, "forecast96h", "CISO_carboncast_forecast96h_2021H2.csv.gz"),
                                  *STATED, "--trace", "trace.h5", "-o", "forecast.h5")
        self.assertIn("forecast    day 1: 6.45 %, day 2: 14.66 %, day 3: 19.66 %, day 4: 21.79 %", out)
        self.assertIn("persistence day 1: 9.52 %, day 2: 12.90 %, day 3: 14.61 %, day 4: 15.91 %", out)
        told = self.sweep("run.hours=80", "run.seeds=1", "method.short.window_h=24")
        self.assertEqual({name: len(steps) for name, steps in told.items()}, dict.fromkeys(told, 80))
        self.assertEqual(len({tuple(steps) for steps in told.values()}), 4)


if __name__ == "__main__":
    unittest.main()

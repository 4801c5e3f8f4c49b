# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
# %% [markdown]
# # Reading a cenas run file
# A notebook as a script: editors that know `# %%` cells (VS Code, Spyder, PyCharm, Jupytext) show it as one, and
# `python3 scripts/analysis/example_notebook.py results/quickstart.h5` runs it from beginning to end.
# The tests run it, so what it shows works.

# %%
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # where cenas_h5.py is; in a notebook: its folder

import command_line

command_line.require_packages("h5py", "numpy", "matplotlib")  # says how to install what is missing

import matplotlib

matplotlib.use("Agg")  # draws into files; leave this line out in a notebook
import matplotlib.pyplot as plt
import numpy as np

import cenas_h5

path = sys.argv[1] if len(sys.argv) > 1 else "results/quickstart.h5"
run = cenas_h5.open_run(path)

# %% [markdown]
# ## What is in it
# Every search is one row of `run.searches`: one method on one trace with one seed.

# %%
print(f"{len(run.searches)} searches on {run.gpus} GPUs for {run.horizon_s / 3600:g} h, {run.accounting} accounting")
print("methods:", ", ".join(run.methods))
print("traces: ", ", ".join(f"{trace.name} ({trace.signal}, {trace.scope})" for trace in run.traces))
print("SYNTHETIC data: draw no conclusion about real networks or grids" if run.synthetic else "real data")
print(run.searches[["method", "trace", "seed", "hypervolume", "carbon_kg"]][:3])

# %% [markdown]
# With pandas the same is a data frame: `run.to_pandas().groupby(["trace", "method"]).mean(numeric_only=True)`.
#
# ## Means with intervals
# The searches of a method differ by their seed only, so the spread over seeds is what the intervals show.

# %%
trace = run.traces[0].name
for method in run.methods:
    kg = cenas_h5.bootstrap_mean(list(run.by_seed("carbon_kg", method, trace).values()))
    print(f"{method:20s} {kg.value:8.2f} kg CO2e, 95 % interval {kg.low:.2f} to {kg.high:.2f} ({kg.seeds} seeds)")

# %% [markdown]
# Two methods are compared seed by seed: they begin with the same architectures.

# %%
first, last = run.methods[0], run.methods[-1]
difference = cenas_h5.paired_bootstrap_difference(
    run.by_seed("hypervolume", last, trace), run.by_seed("hypervolume", first, trace)
)
print(f"hypervolume of {last} minus {first}: {difference.value:+.1f} [{difference.low:+.1f}, {difference.high:+.1f}]")

# %% [markdown]
# ## Hypervolume against carbon
# A curve is a step function; `at` reads it anywhere, which is how curves of several seeds are averaged.

# %%
figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
for method in run.methods:
    rows = np.flatnonzero((run.searches["method"] == method) & (run.searches["trace"] == trace))
    curves = [run.hv_curve(i, against="carbon") for i in rows]
    kg = np.linspace(0, min(curve.x[-1] for curve in curves), 200)
    mean, low, high = cenas_h5.bootstrap_band([curve.at(kg) for curve in curves])
    (line,) = ax.plot(kg, mean, label=method)
    ax.fill_between(kg, low, high, color=line.get_color(), alpha=0.2, linewidth=0)
ax.set(xlabel="kg CO2e", ylabel="hypervolume (mean, 95 % interval over seeds)", title=trace)
ax.legend()
picture = os.path.splitext(path)[0] + "_example.svg"
figure.savefig(picture)
print("wrote", picture)

# %% [markdown]
# ## The architectures found
# The Pareto front of one search, with what each training cost.

# %%
best = int(np.argmax(run.searches["hypervolume"]))
front = run.pareto_front(best)
print(f"front of search {best} ({run.searches['method'][best]}, seed {run.searches['seed'][best]}):")
for objectives, grams, architecture in zip(front["objectives"], front["grams"], front["architecture"]):
    values = ", ".join(f"{o.label} {value:.2f}" for value, o in zip(objectives, run.objectives))
    print(f"  {values}, trained for {grams:.1f} g: {architecture}")

# %% [markdown]
# ## Any other grid
# Joules are kept apart from grams, so a search can be accounted for another intensity without running again.

# %%
intervals = run.search(best).intervals
kwh = intervals["joules"].sum(axis=1) / cenas_h5.JOULES_PER_KWH
print(f"operational carbon as run: {intervals['grams'].sum() / 1000:.2f} kg")
print(f"on a constant 300 g/kWh:   {(kwh * run.pue * 300).sum() / 1000:.2f} kg")

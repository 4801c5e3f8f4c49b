#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""An evaluator of one's own, for `cenas live`: evaluator.py REQUEST ANSWER (docs/live.md says what they hold).

It stands for a training that takes hours: a curve is fitted by cosines, as many as the cell has convolutions to pay for,
and the widest such model is the supernet, whose first cosines the smaller ones share. What a step draws depends on seed and
step alone, so that a training that is paused ends with the same bits as one that is not.
"""
import json
import math
import random
import sys
import time

STEPS = 600
WIDEST = 26


def width(cell):
    return 2 + 4 * cell.count("nor_conv_3x3") + 2 * cell.count("nor_conv_1x1")


def curve(x):
    return math.exp(-x) * math.sin(9 * x)


def model(weights, used, x):
    return sum(weights[i] * math.cos(i * math.pi * x) for i in range(used))


def step(weights, used, draws):
    """One of stochastic gradient descent."""
    for _ in range(16):
        x = draws.random()
        error = model(weights, used, x) - curve(x)
        for i in range(used):
            weights[i] -= 0.6 / used * error * math.cos(i * math.pi * x)


def values(weights, used):
    grid = [i / 100 for i in range(101)]
    square = sum((model(weights, used, x) - curve(x)) ** 2 for x in grid) / len(grid)
    return {"error": math.sqrt(square), "width": used}


def load(file):
    with open(file, encoding="utf-8") as stream:
        return json.load(stream)


def save(file, content):
    with open(file, "w", encoding="utf-8") as stream:
        json.dump(content, stream)


def train(request, widest, narrowest):
    """For a slice; what to answer."""
    began = time.monotonic()
    state = load(request["state"]) if request["state"] else {"steps": 0, "weights": [0.0] * widest}
    while state["steps"] < STEPS and time.monotonic() - began < request["slice_s"]:
        draws = random.Random(f"{request['seed']} {request['cells']} {state['steps']}")
        step(state["weights"], draws.randint(narrowest, widest), draws)
        state["steps"] += 1
    save(request["new_state"], state)
    return {"done": state["steps"] == STEPS, "values": [values(state["weights"], widest)]}


def main():
    request = load(sys.argv[1])
    if request["task"] == "evaluation":
        used = width(request["cells"][0])
        answer = train(request, used, used)
    elif request["task"] == "supernet":
        answer = train(request, WIDEST, 2)
    else:
        weights = load(request["supernet"])["weights"]
        answer = {"done": True, "values": [values(weights, width(cell)) for cell in request["cells"]]}
    save(sys.argv[2], answer)


main()

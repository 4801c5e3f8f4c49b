# SPDX-FileCopyrightText: 2026 the cenas developers
# SPDX-License-Identifier: MIT
"""The networks of NAS-Bench-201 and their training in PyTorch, as cenas has them, for torch_training."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import torch
from torch import nn

# --- networks: Dong and Yang, "NAS-Bench-201", ICLR 2020 --------------------------------------------------------------

OPERATIONS = ["none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "nor_conv_3x3"]
EDGES = [(0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3)]  # in the order of a cell's string


def operations_of(cell: str) -> list[str]:
    return [edge.split("~")[0] for node in cell.split("+") for edge in node.strip("|").split("|")]


def cell_string(operations: list[str]) -> str:
    edges = [f"{operation}~{source}" for operation, (source, _) in zip(operations, EDGES)]
    return "+".join(f"|{'|'.join(edges[begin:end])}|" for begin, end in ((0, 1), (1, 3), (3, 6)))


def reaches(operations: list[str], first: int, last: int) -> bool:
    """Is there a path of operations between two nodes of a cell?"""
    return first == last or any(
        operation != "none" and source == first and reaches(operations, target, last)
        for operation, (source, target) in zip(operations, EDGES)
    )


def normalized_convolution(channels_in: int, channels: int, kernel: int, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(channels_in, channels, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(channels))


class Cell(nn.Module):
    """Computes each ReLU once and nothing that the output does not see, as cenas does."""

    def __init__(self, operations: list[str], channels: int):
        super().__init__()
        self.incoming = {target: [] for target in (1, 2, 3)}
        self.needed = {target: reaches(operations, target, 3) for target in (1, 2, 3)}
        self.layers = nn.ModuleList()
        for operation, (source, target) in zip(operations, EDGES):
            layer = None
            if operation.startswith("nor_conv"):
                layer = normalized_convolution(channels, channels, int(operation[-1]))
            elif operation == "avg_pool_3x3":
                layer = nn.AvgPool2d(3, 1, 1, count_include_pad=False)
            if layer is not None:
                self.layers.append(layer)
            if operation != "none":
                self.incoming[target].append((source, layer))

    def forward(self, x):
        nodes, rectified = {0: x}, {}
        for target, incoming in self.incoming.items():
            if not self.needed[target]:
                continue
            terms = []
            for source, layer in incoming:
                seen = nodes[source]
                if isinstance(layer, nn.Sequential):
                    if source not in rectified:
                        rectified[source] = torch.relu(seen)
                    seen = rectified[source]
                terms.append(seen if layer is None else layer(seen))
            nodes[target] = sum(terms[1:], terms[0]) if terms else torch.zeros_like(x)
        return nodes[3]


class Shortcut(nn.Sequential):
    def __init__(self, channels: int):
        pool = nn.AvgPool2d(2, 2, ceil_mode=True, count_include_pad=False)
        super().__init__(pool, nn.Conv2d(channels, 2 * channels, 1, bias=False))


class ResidualBlock(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.first = normalized_convolution(channels, 2 * channels, 3, 2)
        self.second = normalized_convolution(2 * channels, 2 * channels, 3)
        self.shortcut = Shortcut(channels)

    def forward(self, x):
        return self.second(torch.relu(self.first(torch.relu(x)))) + self.shortcut(x)


def make_network(skeleton: str, channels: int, cells: int, cell: str, classes: int = 10) -> nn.Module:
    """Layers are made in the order in which cenas numbers its parameters (src/train/skeleton.hpp)."""
    light = skeleton == "light"
    layers = [normalized_convolution(1, channels, 1 if light else 3)]
    for stage in range(3):
        if stage > 0:
            layers.append(Shortcut(channels) if light else ResidualBlock(channels))
            channels *= 2
        layers += [Cell(operations_of(cell), channels) for _ in range(cells)]
    layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)


def in_order(tensor: torch.Tensor) -> torch.Tensor:
    """A view in the order of benchmark_training's files: weights of a convolution are [out][row][column][in]."""
    return tensor.permute(0, 2, 3, 1) if tensor.dim() == 4 else tensor


def running_averages(network: nn.Module) -> list[torch.Tensor]:
    return [average for average in network.buffers() if average.is_floating_point()]


def flat(tensors) -> np.ndarray:
    return torch.cat([in_order(tensor.detach()).reshape(-1) for tensor in tensors]).numpy().astype(np.float64)


def fill(tensors, values: np.ndarray) -> None:
    at = 0
    for tensor in tensors:
        view = in_order(tensor.detach())
        view.copy_(torch.from_numpy(values[at : at + view.numel()]).reshape(view.shape))
        at += view.numel()


def is_trained(network: nn.Module) -> np.ndarray:
    """Of parameters and running averages: whether the output sees them. (Of the others, PyTorch leaves parameters alone
    and keeps averages; cenas lets parameters decay and keeps no averages. Neither shows.)"""
    parameters = [torch.full_like(parameter, parameter.grad is not None) for parameter in network.parameters()]
    norms = [module for module in network.modules() if isinstance(module, nn.BatchNorm2d)]
    averages = [torch.full((2 * len(norm.weight),), float(norm.weight.grad is not None)) for norm in norms]
    return flat(parameters + averages) > 0


# --- data -------------------------------------------------------------------------------------------------------------


def read_idx(path: Path) -> np.ndarray:
    packed = path.with_name(path.name + ".gz")
    content = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
    rank = content[3]
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(np.frombuffer(content, ">i4", rank, 4))


def downsampled(images: np.ndarray, by: int) -> np.ndarray:
    """Means of blocks, halves rounded up."""
    n, height, width = images.shape
    sums = images.reshape(n, height // by, by, width // by, by).sum((2, 4), dtype=np.uint32)
    return ((2 * sums + by * by) // (2 * by * by)).astype(np.uint8)


class Images:
    """Fashion-MNIST, or what has its form: normalized images [n][1][row][column], and labels."""

    def __init__(self, folder: Path, downsample: int, training_images: np.ndarray):
        parts = ("train", "t10k")
        train, test = (downsampled(read_idx(folder / f"{part}-images-idx3-ubyte"), downsample) for part in parts)
        seen = train[training_images] / 255.0
        mean, deviation = float(np.float32(seen.mean())), float(np.float32(seen.std()))
        table = torch.from_numpy(((np.arange(256) / 255.0 - mean) / deviation).astype(np.float32))
        self.train, self.test = (table[torch.from_numpy(pixels.astype(np.int64))][:, None] for pixels in (train, test))
        self.train_labels, self.test_labels = (
            torch.from_numpy(read_idx(folder / f"{part}-labels-idx1-ubyte").astype(np.int64)) for part in parts
        )


# --- training ---------------------------------------------------------------------------------------------------------


def sgd(network: nn.Module, rate: float) -> torch.optim.SGD:
    return torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9, nesterov=True, weight_decay=5e-4)


def training_step(network: nn.Module, optimizer: torch.optim.Optimizer, images, labels):
    optimizer.zero_grad(set_to_none=True)
    loss = nn.functional.cross_entropy(network(images.contiguous(memory_format=torch.channels_last)), labels)
    loss.backward()
    optimizer.step()
    return loss


def train(network: nn.Module, images: torch.Tensor, labels: torch.Tensor, orders: np.ndarray, batch: int, rate: float,
          before_step=lambda optimizer: None):  # fmt: skip
    """Yields loss and number of images of every step."""
    optimizer = sgd(network, rate)
    network.train()
    batches = [torch.from_numpy(order[i : i + batch]) for order in orders for i in range(0, len(order), batch)]
    for step, chosen in enumerate(batches):
        before_step(optimizer)
        for group in optimizer.param_groups:
            group["lr"] = 0.5 * rate * (1 + math.cos(math.pi * step / len(batches)))
        yield training_step(network, optimizer, images[chosen], labels[chosen]).item(), len(chosen)


def accuracy(network: nn.Module, images: torch.Tensor, labels: torch.Tensor) -> float:
    network.eval()
    hits = 0
    with torch.inference_mode():
        for i in range(0, len(labels), 1000):
            hits += (network(images[i : i + 1000]).argmax(1) == labels[i : i + 1000]).sum().item()
    return 100 * hits / len(labels)

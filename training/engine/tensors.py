# SPDX-License-Identifier: Apache-2.0
"""Tensors on disk, by name: safetensors, whole or not there. Optimiser states too, no pickle."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

__all__ = ['load_tensors', 'optimiser_tensors', 'restore_optimiser', 'save_tensors', 'under']


def save_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write aside, then rename; several processes may do so at once."""
    aside = path.with_name(f'.{path.name}.{os.getpid()}.part')
    # A copy each: tensors that share memory, or lie in another order, are refused otherwise.
    save_file({name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}, aside)
    aside.replace(path)


def load_tensors(path: Path) -> dict[str, Tensor]:
    """What `save_tensors` wrote."""
    return load_file(path)


def under(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Those whose names begin with `prefix.`, without it."""
    start = f'{prefix}.'
    return {name[len(start) :]: t for name, t in tensors.items() if name.startswith(start)}


def optimiser_tensors(optimiser: torch.optim.Optimizer, prefix: str) -> dict[str, Tensor]:
    """The state of an optimiser whose states are tensors, as Adam's are."""
    found = {}
    for number, state in optimiser.state_dict()['state'].items():
        for name, value in state.items():
            found[f'{prefix}.{number}.{name}'] = torch.as_tensor(value)
    return found


def restore_optimiser(
    optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor], prefix: str
) -> None:
    """Give an optimiser of the same parameters what `optimiser_tensors` took."""
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in under(tensors, prefix).items():
        number, _, what = name.partition('.')
        state.setdefault(int(number), {})[what] = tensor
    optimiser.load_state_dict({**optimiser.state_dict(), 'state': state})

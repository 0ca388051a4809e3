# SPDX-License-Identifier: Apache-2.0
"""States of a training as tensors by name, and tensors on disk: safetensors, no pickle."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from training.engine.distributed import Process


def save_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write aside, then rename; several processes may do so at once."""
    aside = path.with_name(f'.{path.name}.{os.getpid()}.part')
    # A copy each: tensors that share memory, or lie in another order, are refused otherwise.
    save_file({name: t.detach().cpu().clone().contiguous() for name, t in tensors.items()}, aside)
    aside.replace(path)


def load_tensors(path: Path) -> dict[str, Tensor]:
    """What `save_tensors` wrote."""
    return load_file(path)


def strip_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Those whose names begin with `prefix.`, without it."""
    start = f'{prefix}.'
    return {name[len(start) :]: t for name, t in tensors.items() if name.startswith(start)}


def module_tensors(module: nn.Module, prefix: str) -> dict[str, Tensor]:
    """Copies of the state of a module."""
    return {f'{prefix}.{name}': tensor.clone() for name, tensor in module.state_dict().items()}


def optimiser_tensors(optimiser: torch.optim.Optimizer, prefix: str) -> dict[str, Tensor]:
    """The state of an optimiser whose states are tensors, as Adam's are."""
    return {
        f'{prefix}.{number}.{name}': torch.as_tensor(value)
        for number, state in optimiser.state_dict()['state'].items()
        for name, value in state.items()
    }


def restore_optimiser(
    optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor], prefix: str
) -> None:
    """Give an optimiser of the same parameters what `optimiser_tensors` took."""
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in strip_prefix(tensors, prefix).items():
        number, _, key = name.partition('.')
        state.setdefault(int(number), {})[key] = tensor
    optimiser.load_state_dict({**optimiser.state_dict(), 'state': state})


def random_tensors(process: Process) -> dict[str, Tensor]:
    """PyTorch's random states, of every process and its GPU; all processes call it together."""
    states = {'cpu': torch.get_rng_state()}
    if process.device.type == 'cuda':
        states['cuda'] = torch.cuda.get_rng_state(process.device)
    return {
        f'random.{kind}.{rank}': tensor
        for kind, state in states.items()
        for rank, tensor in enumerate(process.gathered(state))
    }


def restore_random(process: Process, tensors: Mapping[str, Tensor]) -> None:
    """What `random_tensors` took, where this process and such a device had a state then."""
    cpu, cuda = (tensors.get(f'random.{kind}.{process.rank}') for kind in ('cpu', 'cuda'))
    if cpu is not None:
        torch.set_rng_state(cpu)
    if cuda is not None and process.device.type == 'cuda':
        torch.cuda.set_rng_state(cuda, process.device)

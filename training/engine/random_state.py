# SPDX-License-Identifier: Apache-2.0
"""The states of PyTorch's random generators, of every process and its GPU, in a checkpoint."""

from collections.abc import Mapping

import torch
from torch import Tensor

from training.engine.distributed import Place

__all__ = ['random_tensors', 'restore_random']


def random_tensors(place: Place) -> dict[str, Tensor]:
    """By name; all processes must call it together."""
    found = {
        f'random.cpu.{rank}': state for rank, state in _numbered(place, torch.get_rng_state())
    }
    if place.device.type == 'cuda':
        state = torch.cuda.get_rng_state(place.device)
        found |= {f'random.cuda.{rank}': state for rank, state in _numbered(place, state)}
    return found


def restore_random(place: Place, tensors: Mapping[str, Tensor]) -> None:
    """What `random_tensors` took, where this process and such a device had a state then."""
    cpu, cuda = (tensors.get(f'random.{kind}.{place.rank}') for kind in ('cpu', 'cuda'))
    if cpu is not None:
        torch.set_rng_state(cpu)
    if cuda is not None and place.device.type == 'cuda':
        torch.cuda.set_rng_state(cuda, place.device)


def _numbered(place: Place, state: Tensor) -> list[tuple[int, Tensor]]:
    return list(enumerate(place.gathered(state)))

# SPDX-License-Identifier: Apache-2.0
"""One training code for CPU, one GPU, and several processes under `torchrun`."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from wpt_core.model.runtime import has_fast_bfloat16

__all__ = ['Process', 'training_process']

_TIMEOUT = timedelta(days=1)
"""Processes wait while rank 0 drives students; PyTorch's default is 10 minutes."""


@dataclass(frozen=True, slots=True)
class Process:
    """One process of a training, and its device."""

    device: torch.device
    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process validates, logs and writes checkpoints."""
        return self.rank == 0

    @property
    def autocast_dtype(self) -> torch.dtype | None:
        """bfloat16 where the device has fast instructions for it, else None."""
        fast = self.device.type == 'cuda' or has_fast_bfloat16()
        return torch.bfloat16 if fast else None

    def autocast(self, *, enabled: bool = True) -> torch.autocast:
        """Return torch's autocast to `autocast_dtype`, disabled where that is None."""
        dtype = self.autocast_dtype
        return torch.autocast(self.device.type, dtype, enabled=enabled and dtype is not None)

    def any(self, flag: bool) -> bool:
        """Return in all processes whether the flag is set in any of them."""
        return any(self.gathered(torch.tensor(int(flag))))

    def gathered(self, tensor: Tensor) -> list[Tensor]:
        """Return the tensors of all ranks; they have the same shape."""
        if self.count == 1:
            return [tensor]
        mine = tensor.to(self.device)
        found = [torch.empty_like(mine) for _ in range(self.count)]
        distributed.all_gather(found, mine)
        return [tensor.cpu() for tensor in found]

    def random_state(self) -> dict[str, Tensor]:
        """Return `KIND.RANK`: generator states of all ranks. All processes must call it."""
        states = {'cpu': torch.get_rng_state()}
        if self.device.type == 'cuda':
            states['cuda'] = torch.cuda.get_rng_state(self.device)
        return {
            f'{kind}.{rank}': tensor
            for kind, state in states.items()
            for rank, tensor in enumerate(self.gathered(state))
        }

    def restore_random(self, states: Mapping[str, Tensor]) -> None:
        """Set the states of this rank and device, where there are any."""
        cpu, cuda = (states.get(f'{kind}.{self.rank}') for kind in ('cpu', 'cuda'))
        if cpu is not None:
            torch.set_rng_state(cpu)
        if cuda is not None and self.device.type == 'cuda':
            torch.cuda.set_rng_state(cuda, self.device)

    def wait(self) -> None:
        """Block until all processes have called it."""
        if self.count > 1:
            distributed.barrier()

    def averaging(self, module: nn.Module, loss: Callable[..., Any]) -> Callable[..., Any]:
        """Return `loss` with gradients averaged over processes; rank 0's weights are copied."""
        if self.count == 1:
            return loss
        # Unused parameters are allowed because a stage may train parts of its module, and because
        # DDP then never rebuilds its buckets, which would change the order of sums after a resume.
        return DistributedDataParallel(_Loss(module, loss), find_unused_parameters=True)


class _Loss(nn.Module):
    """Computes a loss in `forward`, where `DistributedDataParallel` expects it."""

    def __init__(self, module: nn.Module, loss: Callable[..., Any]) -> None:
        super().__init__()
        self.module, self._loss = module, loss

    def forward(self, *arguments: Any) -> Any:
        return self._loss(*arguments)


@contextmanager
def training_process() -> Iterator[Process]:
    """Join the process group that `torchrun` describes by environment variables, if any."""
    cuda, count = torch.cuda.is_available(), int(os.environ.get('WORLD_SIZE', '1'))
    local = int(os.environ.get('LOCAL_RANK', '0'))
    device = torch.device('cuda', local) if cuda else torch.device('cpu')
    if count == 1:
        yield Process(device)
        return
    distributed.init_process_group('nccl' if cuda else 'gloo', timeout=_TIMEOUT)
    try:
        yield Process(device, distributed.get_rank(), count)
    finally:
        distributed.destroy_process_group()

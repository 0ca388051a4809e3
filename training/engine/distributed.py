# SPDX-License-Identifier: Apache-2.0
"""On one processor, one GPU, or under `torchrun` on several: the same training code."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from wpt_core.model.runtime import has_fast_bfloat16

__all__ = ['Process', 'training_process', 'unsynchronised']


@dataclass(frozen=True, slots=True)
class Process:
    """One of the processes of a training, and the device that it computes on."""

    device: torch.device
    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process validates, logs and writes checkpoints."""
        return self.rank == 0

    @property
    def autocast_dtype(self) -> torch.dtype | None:
        """bfloat16 where the device is fast at it, else None."""
        if self.device.type == 'cuda':
            return torch.bfloat16
        return torch.bfloat16 if has_fast_bfloat16() else None

    def autocast(self, *, enabled: bool = True) -> torch.autocast:
        """Within it convolutions and matrix products are in `autocast_dtype`, if there is one."""
        dtype = self.autocast_dtype
        return torch.autocast(self.device.type, dtype, enabled=enabled and dtype is not None)

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process; the same answer in all of them."""
        if self.count == 1:
            return flag
        flags = torch.tensor(int(flag), device=self.device)
        distributed.all_reduce(flags, distributed.ReduceOp.MAX)
        return bool(flags)

    def gathered(self, tensor: Tensor) -> list[Tensor]:
        """The tensor of each process, of the same shape everywhere, by rank."""
        if self.count == 1:
            return [tensor]
        mine = tensor.to(self.device)
        found = [torch.empty_like(mine) for _ in range(self.count)]
        distributed.all_gather(found, mine)
        return [tensor.cpu() for tensor in found]

    def wait(self) -> None:
        """Until all processes are here."""
        if self.count > 1:
            distributed.barrier()

    def averaging(self, module: nn.Module, loss: Callable[..., Any]) -> Callable[..., Any]:
        """`loss`, with gradients of `module` that are averaged over all processes.

        All processes begin with the weights of rank 0.
        """
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


def unsynchronised(loss: Callable[..., Any]) -> AbstractContextManager[None]:
    """Within it gradients of what `Process.averaging` returned are summed in this process only."""
    return loss.no_sync() if isinstance(loss, DistributedDataParallel) else nullcontext()


_TIMEOUT = timedelta(days=1)
"""Processes wait while rank 0 drives students; PyTorch's default is 10 minutes."""


@contextmanager
def training_process() -> Iterator[Process]:
    """This process, in the group that the environment variables of `torchrun` describe."""
    count = int(os.environ.get('WORLD_SIZE', '1'))
    local = int(os.environ.get('LOCAL_RANK', '0'))
    cuda = torch.cuda.is_available()
    device = torch.device('cuda', local) if cuda else torch.device('cpu')
    if count == 1:
        yield Process(device)
        return
    distributed.init_process_group('nccl' if cuda else 'gloo', timeout=_TIMEOUT)
    try:
        yield Process(device, distributed.get_rank(), count)
    finally:
        distributed.destroy_process_group()

# SPDX-License-Identifier: Apache-2.0
"""On one processor, one GPU, or under `torchrun` on several: the same training code."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
from torch import Tensor, distributed, nn

from wpt_core.model.runtime import has_fast_bfloat16

__all__ = ['Place', 'place']


@dataclass(frozen=True, slots=True)
class Place:
    """Where this process computes, and how many others do the same."""

    device: torch.device
    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process writes checkpoints and talks."""
        return self.rank == 0

    @property
    def half(self) -> torch.dtype | None:
        """For convolutions: bfloat16 where the machine is fast at it, else None."""
        if self.device.type == 'cuda':
            return torch.bfloat16
        return torch.bfloat16 if has_fast_bfloat16() else None

    def mean_gradients(self, module: nn.Module) -> None:
        """The mean over all processes; without others nothing happens."""
        if self.count == 1:
            return
        grown = [p.grad for p in module.parameters() if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in grown])
        distributed.all_reduce(flat)
        flat /= self.count
        parts = torch.split(flat, [gradient.numel() for gradient in grown])
        for gradient, part in zip(grown, parts, strict=True):
            gradient.copy_(part.view_as(gradient))

    def any(self, flag: bool) -> bool:
        """Whether the flag is set in any process; all learn the same."""
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

    def same_everywhere(self, module: nn.Module) -> None:
        """Begin with the weights of the leader."""
        if self.count > 1:
            for tensor in [*module.parameters(), *module.buffers()]:
                distributed.broadcast(tensor.data, src=0)


_PATIENCE = timedelta(days=1)
"""While the leader lets students drive, the others wait; PyTorch gives up after 10 minutes."""


@contextmanager
def place() -> Iterator[Place]:
    """This process's place; `torchrun` tells it through the environment."""
    count = int(os.environ.get('WORLD_SIZE', '1'))
    local = int(os.environ.get('LOCAL_RANK', '0'))
    there = torch.cuda.is_available()
    device = torch.device('cuda', local) if there else torch.device('cpu')
    if count == 1:
        yield Place(device)
        return
    backend = 'nccl' if there else 'gloo'
    distributed.init_process_group(backend, timeout=_PATIENCE)
    try:
        yield Place(device, distributed.get_rank(), count)
    finally:
        distributed.destroy_process_group()

# SPDX-License-Identifier: Apache-2.0
"""Every process of a training goes on with its own random state."""

import torch

from training.engine.distributed import Process
from training.engine.tensors import random_tensors, restore_random

CPU = torch.device('cpu')


def test_a_process_goes_on_with_its_own_state() -> None:
    saved = {}
    expected = []
    for rank in range(2):
        torch.manual_seed(rank)
        # Each is saved as in a process of its own: with one process nothing is gathered.
        saved[f'random.cpu.{rank}'] = random_tensors(Process(CPU))['random.cpu.0']
        expected.append(torch.randn(4))
    for rank in range(2):
        restore_random(Process(CPU, rank, count=2), saved)
        assert torch.equal(torch.randn(4), expected[rank])


def test_a_process_that_had_no_state_keeps_the_one_it_has() -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    restore_random(Process(CPU, rank=5, count=6), {'random.cpu.0': torch.zeros_like(before)})
    assert torch.equal(torch.get_rng_state(), before)

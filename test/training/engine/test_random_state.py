# SPDX-License-Identifier: Apache-2.0
"""Each process of a training resumes with its own random state."""

import torch

from training.engine.distributed import Process

CPU = torch.device('cpu')


def test_a_process_resumes_with_its_own_state() -> None:
    saved = {}
    expected = []
    for rank in range(2):
        torch.manual_seed(rank)
        # Each is saved as in a process of its own: with one process nothing is gathered.
        saved[f'cpu.{rank}'] = Process(CPU).random_state()['cpu.0']
        expected.append(torch.randn(4))
    for rank in range(2):
        Process(CPU, rank, count=2).restore_random(saved)
        assert torch.equal(torch.randn(4), expected[rank])


def test_a_process_that_had_no_state_keeps_the_one_it_has() -> None:
    torch.manual_seed(7)
    before = torch.get_rng_state()
    Process(CPU, rank=5, count=6).restore_random({'cpu.0': torch.zeros_like(before)})
    assert torch.equal(torch.get_rng_state(), before)

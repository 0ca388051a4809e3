# SPDX-License-Identifier: Apache-2.0
"""Actors of a machine with several GPUs share them."""

import pytest
import torch

from training.on_policy.driving import select_gpu


@pytest.mark.parametrize(
    ('count', 'used', 'expected'),
    [(2, False, [0, 1, 0, 1]), (4, False, [0, 1, 2, 3]), (1, False, []), (2, True, [])],
)
def test_each_process_takes_the_next_gpu(
    count: int, used: bool, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[int] = []
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: count)
    monkeypatch.setattr(torch.cuda, 'is_initialized', lambda: used)
    monkeypatch.setattr(torch.cuda, 'set_device', chosen.append)
    for number in range(4):
        select_gpu(number)
    assert chosen == expected

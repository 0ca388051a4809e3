# SPDX-License-Identifier: Apache-2.0
"""Learning rate schedule."""

from dataclasses import replace

import pytest

from training.engine.optim import OptimConfig, learning_rate_share

CONFIG = OptimConfig(steps=1000, batch=1, learning_rate=1e-3, warm_up=50)


def test_the_rate_starts_slowly_and_ends_low() -> None:
    config = replace(CONFIG, warm_up=100)
    shares = [learning_rate_share(config, step) for step in range(1000)]
    assert shares[0] == pytest.approx(0.01)
    assert max(shares) == pytest.approx(1.0, abs=0.01)
    assert shares[-1] == pytest.approx(0.02, abs=0.001)


def test_a_second_part_has_a_start_and_an_end_of_its_own() -> None:
    shares = [learning_rate_share(CONFIG, step, restart_at=600) for step in range(1000)]
    first = replace(CONFIG, steps=600)
    assert shares[:600] == [learning_rate_share(first, step) for step in range(600)]
    assert shares[600] == pytest.approx(0.01)
    assert max(shares[600:]) == pytest.approx(0.5, abs=0.01)
    assert shares[-1] == pytest.approx(0.01, abs=0.001)


def test_a_constant_rate_has_a_warm_up_too() -> None:
    config = replace(CONFIG, schedule='constant')
    shares = [learning_rate_share(config, step) for step in range(1000)]
    assert shares[:50] == [(step + 1) / 50 for step in range(50)]
    assert set(shares[50:]) == {1.0}

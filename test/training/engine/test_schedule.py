# SPDX-License-Identifier: Apache-2.0
"""How the learning rate goes up and down."""

import pytest

from training.engine.loop import schedule


def test_the_rate_starts_slowly_and_ends_low() -> None:
    shares = [schedule(step, 1000, 100) for step in range(1000)]
    assert shares[0] == pytest.approx(0.01)
    assert max(shares) == pytest.approx(1.0, abs=0.01)
    assert shares[-1] == pytest.approx(0.02, abs=0.001)


def test_a_second_part_has_a_start_and_an_end_of_its_own() -> None:
    shares = [schedule(step, 1000, 50, again_at=600) for step in range(1000)]
    assert shares[:600] == [schedule(step, 600, 50) for step in range(600)]
    assert shares[600] == pytest.approx(0.01)
    assert max(shares[600:]) == pytest.approx(0.5, abs=0.01)
    assert shares[-1] == pytest.approx(0.01, abs=0.001)

# SPDX-License-Identifier: Apache-2.0
"""What lasts is asked for a little more than it was said, and what passes a little less."""

import math

import numpy as np
import pytest

from wpt_core.planning import Steadying, SteadyingSettings
from wpt_core.types import InputError

SETTINGS = SteadyingSettings()
SAID = 0.01


def begun(driven_1pm: float = 0.0) -> Steadying:
    steadying = Steadying()
    steadying.begin(0.0, driven_1pm)
    return steadying


def swing(steadying: Steadying, *, hertz: float, step_s: float = 0.02) -> float:
    """How large a swing of size 1 comes out, after the start has been forgotten."""
    times_s = step_s * np.arange(1, round(30.0 / step_s))
    out = [steadying.wanted(t, math.sin(2.0 * math.pi * hertz * t)) for t in times_s]
    return float(np.abs(out[len(out) // 2 :]).max())


@pytest.mark.parametrize('step_s', [0.01, 0.05, 0.5])
def test_at_once_it_is_less_and_in_the_end_more_at_any_rate(step_s: float) -> None:
    steadying = begun()
    wanted = [steadying.wanted(step_s * tick, SAID) for tick in range(round(20.0 / step_s))]
    assert wanted[0] == pytest.approx(SETTINGS.sudden * SAID)
    assert wanted[-1] == pytest.approx(SETTINGS.lasting * SAID, rel=1e-4)
    assert np.all(np.diff(wanted) >= 0.0), 'there is no overshoot'
    after = wanted[round(SETTINGS.time_constant_s / step_s)]
    share = (after / SAID - SETTINGS.sudden) / (SETTINGS.lasting - SETTINGS.sudden)
    assert share == pytest.approx(1.0 - math.exp(-1.0), abs=0.09)


def test_a_swing_from_side_to_side_becomes_smaller_and_a_long_bend_does_not() -> None:
    assert swing(begun(), hertz=0.5) < SETTINGS.sudden + 0.01
    assert swing(begun(), hertz=0.01) > 1.0


def test_it_begins_with_the_bend_that_is_driven() -> None:
    steadying = begun(SAID)
    assert steadying.wanted(0.0, SAID) == pytest.approx(SETTINGS.lasting * SAID)
    assert steadying.wanted(5.0, SAID) == pytest.approx(SETTINGS.lasting * SAID)


def test_both_sides_are_alike() -> None:
    said = np.random.default_rng(0).normal(0.0, SAID, 100)
    left, right = begun(), begun()
    for tick, curvature in enumerate(said):
        one = left.wanted(0.02 * tick, curvature)
        assert right.wanted(0.02 * tick, -curvature) == pytest.approx(-one)


def test_asking_again_at_the_same_time_replaces_what_was_said() -> None:
    once, twice = begun(), begun()
    twice.wanted(0.1, -SAID)
    assert twice.wanted(0.1, SAID) == once.wanted(0.1, SAID)
    assert twice.wanted(0.2, SAID) == once.wanted(0.2, SAID)


def test_it_never_asks_for_more_than_its_larger_share_of_what_was_said() -> None:
    generator = np.random.default_rng(1)
    steadying, now_s, most = begun(), 0.0, 0.0
    for said in generator.normal(0.0, SAID, 1000):
        now_s += generator.exponential(0.1)
        most = max(most, abs(said))
        assert abs(steadying.wanted(now_s, said)) <= SETTINGS.lasting * most


def test_with_both_shares_one_nothing_changes() -> None:
    steadying = Steadying(SteadyingSettings(lasting=1.0, sudden=1.0))
    steadying.begin(0.0, 0.5)
    assert steadying.wanted(0.1, SAID) == pytest.approx(SAID)


@pytest.mark.parametrize('name', list(SteadyingSettings.__dataclass_fields__))
@pytest.mark.parametrize('value', [0.0, -1.0, float('nan'), float('inf')])
def test_each_setting_is_checked(name: str, value: float) -> None:
    with pytest.raises(InputError, match=f'SteadyingSettings.{name} must be a finite number'):
        SteadyingSettings(**{name: value})

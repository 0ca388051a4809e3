# SPDX-License-Identifier: Apache-2.0
"""The actuator against the closed forms of its parts, at any delay and any step."""

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.vehicle import Actuator

delays = st.floats(0.0, 0.5)
steps = st.floats(0.002, 0.1)


@given(delay_s=delays, lag_s=st.floats(0.01, 0.5), dt_s=steps)
@settings(max_examples=100, deadline=None)
def test_a_step_answers_with_a_delayed_exponential(
    delay_s: float, lag_s: float, dt_s: float
) -> None:
    actuator = Actuator(delay_s, lag_s)
    for index in range(1, 60):
        value = actuator.advance(1.0, dt_s)
        since_s = max(0.0, index * dt_s - delay_s)
        assert value == pytest.approx(1.0 - math.exp(-since_s / lag_s), abs=1e-6)


@given(delay_s=delays, dt_s=steps)
@settings(max_examples=100, deadline=None)
def test_pure_delay_hands_over_in_the_step_that_contains_it(delay_s: float, dt_s: float) -> None:
    actuator = Actuator(delay_s, 0.0)
    for index in range(1, 400):
        value = actuator.advance(1.0, dt_s)
        if index * dt_s < delay_s - 1e-6:
            assert value == 0.0
        if index * dt_s > delay_s + 1e-6:
            assert value == 1.0
            return
    pytest.fail('the command never arrived')


@pytest.mark.parametrize('delay_s', [0.05, 0.2, 0.3])
def test_a_delay_of_whole_steps_is_exact(delay_s: float) -> None:
    actuator = Actuator(delay_s, 0.0)
    values = [actuator.advance(1.0, 0.01) for _ in range(40)]
    assert values.index(1.0) == round(delay_s / 0.01)  # 0 at the end of the step that ends on it


def test_the_rate_limit_makes_a_ramp() -> None:
    actuator = Actuator(0.1, 0.0, max_rate_ps=0.5)
    values = [actuator.advance(1.0, 0.05) for _ in range(60)]
    assert values[:4] == pytest.approx([0.0, 0.0, 0.025, 0.05])
    assert max(after - before for before, after in pairwise(values)) <= 0.025 + 1e-12
    assert values[-1] == 1.0


def test_ramp_then_exponential() -> None:
    # Rate 2, lag 0.1: a ramp to within 0.2 of the command (0.4 s), exponential from there.
    actuator = Actuator(0.0, 0.1, max_rate_ps=2.0)
    assert actuator.advance(1.0, 0.3) == pytest.approx(0.6)
    assert actuator.advance(1.0, 0.3) == pytest.approx(1.0 - 0.2 * math.exp(-2.0))


@given(
    commands=st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=12),
    delay_s=delays,
    lag_s=st.one_of(st.just(0.0), st.floats(0.02, 0.5)),
    parts=st.integers(2, 7),
)
@settings(max_examples=100, deadline=None)
def test_the_answer_does_not_depend_on_how_time_is_cut(
    commands: list[float], delay_s: float, lag_s: float, parts: int
) -> None:
    coarse = Actuator(delay_s, lag_s, max_rate_ps=1.5)
    fine = Actuator(delay_s, lag_s, max_rate_ps=1.5)
    for command in commands:
        whole = coarse.advance(command, 0.05)
        for _ in range(parts):
            piece = fine.advance(command, 0.05 / parts)
        assert piece == pytest.approx(whole, abs=1e-7)


@given(commands=st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=50), delay_s=delays)
@settings(max_examples=50, deadline=None)
def test_it_never_leaves_the_range_of_its_commands(commands: list[float], delay_s: float) -> None:
    actuator = Actuator(delay_s, 0.1, max_rate_ps=3.0)
    values = [actuator.advance(command, 0.02) for command in commands]
    assert min(values) >= min(0.0, *commands)
    assert max(values) <= max(0.0, *commands)

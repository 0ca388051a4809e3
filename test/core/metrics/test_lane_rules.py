# SPDX-License-Identifier: Apache-2.0
"""Pass rules for keeping and changing lanes."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wpt_core.metrics import (
    LANE_CENTRE_RULE,
    LANE_CHANGE_RULE,
    LaneTrace,
    judge_lane_centre,
    judge_lane_change,
)
from wpt_core.types import InputError

TIMES_S = np.arange(301) * 0.05
"""15 s."""


def trace(
    offsets_m: np.ndarray | float = 0.0, headings_rad: np.ndarray | float = 0.0
) -> LaneTrace:
    """A car with wheels 0.8 m either side of it in a lane 3.5 m wide."""
    offsets = np.broadcast_to(np.asarray(offsets_m, float), TIMES_S.shape).copy()
    headings = np.broadcast_to(np.asarray(headings_rad, float), TIMES_S.shape).copy()
    return LaneTrace(TIMES_S, offsets, headings, 0.95 - offsets, 0.95 + offsets)


def until(time_s: float, before: float, after: float) -> np.ndarray:
    """`before` up to and including a time, `after` from the next sample on."""
    return np.where(time_s + 1e-9 >= TIMES_S, before, after)


def test_the_rules_carry_the_published_numbers() -> None:
    assert (LANE_CENTRE_RULE.offset_m, LANE_CENTRE_RULE.heading_rad) == (0.35, math.radians(2.0))
    assert (LANE_CENTRE_RULE.settle_within_s, LANE_CENTRE_RULE.wheels_free_s) == (8.0, 3.0)
    assert (LANE_CHANGE_RULE.offset_m, LANE_CHANGE_RULE.settle_within_s) == (0.4, 8.0)


def test_a_perfect_drive_passes_and_says_what_was_measured() -> None:
    verdict = judge_lane_centre(trace())
    assert verdict.passed
    assert verdict.reasons == (
        'settled after 0.0 s, allowed 8.0 s',
        'wheels stayed 0.95 m inside the lane',
    )


@pytest.mark.parametrize(
    ('offsets_m', 'headings_rad', 'passed'),
    [
        (0.349, 0.0, True),
        (-0.349, 0.0, True),
        (0.351, 0.0, False),
        (-0.351, 0.0, False),
        (0.0, math.radians(1.99), True),
        (0.0, -math.radians(2.01), False),
        (until(7.95, 0.5, 0.0), 0.0, True),  # settled at 8.0 s
        (until(8.0, 0.5, 0.0), 0.0, False),  # settled at 8.05 s
        (0.0, until(7.95, 0.1, 0.0), True),
        (0.0, until(8.0, 0.1, 0.0), False),
        (until(14.0, 0.0, 0.5), 0.0, False),  # left again
        (np.where(TIMES_S == 10.0, 0.5, 0.0), 0.0, False),  # one late excursion
    ],
)
def test_settling_in_time_and_staying(
    offsets_m: np.ndarray | float, headings_rad: np.ndarray | float, passed: bool
) -> None:
    assert judge_lane_centre(trace(offsets_m, headings_rad)).passed is passed


def test_settling_late_says_when() -> None:
    verdict = judge_lane_centre(trace(until(9.25, -0.5, 0.1)))
    assert verdict.reasons == ('settled after 9.3 s, allowed 8.0 s',)


def test_not_settling_says_how_far_off_it_ended() -> None:
    verdict = judge_lane_centre(trace(-0.62, math.radians(2.5)))
    assert verdict.reasons == (
        'not settled at the end: 0.62 m and 2.5° off, allowed 0.35 m and 2°',
    )


@pytest.mark.parametrize(('out_until_s', 'passed'), [(3.0, True), (3.05, False)])
def test_wheels_may_be_outside_for_the_first_three_seconds(
    out_until_s: float, passed: bool
) -> None:
    verdict = judge_lane_centre(trace(until(out_until_s, 1.2, 0.0)))
    assert verdict.passed is passed
    if not passed:
        assert verdict.reasons == ('a wheel was 0.25 m left of the lane at 3.0 s',) or (
            verdict.reasons == ('a wheel was 0.25 m left of the lane at 3.1 s',)
        )


def test_the_side_of_a_wheel_outside_is_named() -> None:
    verdict = judge_lane_centre(trace(np.where(TIMES_S == 5.0, -1.15, 0.0)))
    assert 'a wheel was 0.20 m right of the lane at 5.0 s' in verdict.reasons


def test_the_clock_may_start_anywhere() -> None:
    late = trace(until(7.95, 0.5, 0.0))
    assert judge_lane_centre(replace(late, times_s=TIMES_S + 1234.5)).passed
    assert not judge_lane_centre(
        replace(trace(until(8.0, 0.5, 0.0)), times_s=TIMES_S + 1234.5)
    ).passed


@pytest.mark.parametrize('stretch', [1.0 - 1e-8, 1.0 + 1e-8])
def test_rounding_of_the_clock_decides_nothing(stretch: float) -> None:
    just = replace(trace(until(7.95, 0.5, 0.0)), times_s=TIMES_S * stretch)
    assert judge_lane_centre(just).passed
    assert judge_lane_centre(replace(cut(trace(), 161), times_s=TIMES_S[:161] * stretch)).passed
    outside = replace(trace(until(3.0, 1.2, 0.0)), times_s=TIMES_S * stretch)
    assert judge_lane_centre(outside).passed


@pytest.mark.parametrize(('clearance_m', 'passed'), [(0.0, True), (0.005, True), (-0.005, False)])
def test_a_wheel_may_touch_the_border_and_no_more(clearance_m: float, passed: bool) -> None:
    for name in ('left_clearances_m', 'right_clearances_m'):
        edge = replace(trace(), **{name: np.full(301, clearance_m)})
        assert judge_lane_centre(edge).passed is passed


def cut(whole: LaneTrace, count: int) -> LaneTrace:
    return LaneTrace(*(getattr(whole, name)[:count] for name in LaneTrace.__slots__))


def test_a_drive_that_ends_early_fails_however_well_it_went() -> None:
    assert judge_lane_centre(cut(trace(), 161)).passed  # 8.0 s
    verdict = judge_lane_centre(cut(trace(), 101))
    assert verdict.reasons == ('ended after 5.0 s, 8.0 s are judged',)
    assert not judge_lane_centre(cut(trace(), 41)).findings[1].met


def change(offsets_m: np.ndarray | float) -> LaneTrace:
    """To the left: offsets are from the target's centre, the two lanes lie -5.25 ... 1.75 m."""
    offsets = np.broadcast_to(np.asarray(offsets_m, float), TIMES_S.shape).copy()
    return LaneTrace(TIMES_S, offsets, np.zeros(301), 0.95 - offsets, 4.45 + offsets)


@pytest.mark.parametrize(
    ('offsets_m', 'collision_s', 'passed'),
    [
        (until(9.95, -3.5, 0.0), None, True),  # there 8.0 s after the command at 2 s
        (until(10.0, -3.5, 0.0), None, False),
        (until(5.0, -3.5, 0.39), None, True),
        (until(5.0, -3.5, 0.41), None, False),
        (until(5.0, -3.5, 0.0), 6.0, False),
        (-3.5, None, False),
        (np.where((TIMES_S > 5.0) & (TIMES_S < 13.0), 0.0, -3.5), None, False),  # went back
        (np.where(TIMES_S < 4.0, -3.5, np.where(TIMES_S < 5.0, 1.0, 0.0)), None, False),
        (np.where(TIMES_S < 4.0, -4.5, 0.0), None, False),  # swung out to the wrong side first
        (np.where(TIMES_S < 1.0, -4.5, 0.0), None, False),  # even before the command
    ],
)
def test_lane_change(
    offsets_m: np.ndarray | float, collision_s: float | None, passed: bool
) -> None:
    verdict = judge_lane_change(change(offsets_m), command_s=2.0, collision_s=collision_s)
    assert verdict.passed is passed


def test_a_lane_change_gives_its_reasons() -> None:
    bad = np.where(TIMES_S < 4.0, -3.5, np.where(TIMES_S < 5.0, 1.0, 0.5))
    verdict = judge_lane_change(change(bad), command_s=2.0, collision_s=6.25)
    assert verdict.reasons == (
        'not settled at the end: 0.50 m off, allowed 0.4 m',
        'collision after 6.2 s',
        'a wheel was 0.05 m left of the two lanes at 4.0 s',
    )
    good = judge_lane_change(change(until(5.95, -3.5, 0.0)), command_s=2.0)
    assert good.reasons == (
        'settled after 4.0 s, allowed 8.0 s',
        'no collision',
        'wheels stayed 0.95 m inside the two lanes',
    )


def test_a_lane_change_already_there_took_no_time_and_needs_time_to_show() -> None:
    assert (
        judge_lane_change(change(0.0), command_s=2.0)
        .findings[0]
        .text.startswith('settled after 0.0 s')
    )
    late = judge_lane_change(change(0.0), command_s=9.0)
    assert late.reasons == ('ended after 6.0 s, 8.0 s are judged',)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.0, 1.0))
def test_mirroring_changes_nothing_and_coming_nearer_never_hurts(seed: int, share: float) -> None:
    generator = np.random.default_rng(seed)
    decay = np.exp(-TIMES_S / generator.uniform(0.5, 6.0))
    offsets = generator.uniform(-1.5, 1.5) * decay + generator.normal(0.0, 0.1, 301)
    headings = generator.normal(0.0, 0.01, 301)
    verdict = judge_lane_centre(trace(offsets, headings))
    assert judge_lane_centre(trace(-offsets, -headings)).passed is verdict.passed
    if verdict.passed:
        assert judge_lane_centre(trace(share * offsets, share * headings)).passed
    looser = replace(LANE_CENTRE_RULE, offset_m=0.5, heading_rad=0.1, settle_within_s=10.0)
    assert judge_lane_centre(trace(offsets, headings), looser).passed >= verdict.passed


@pytest.mark.parametrize(
    'name', ['offsets_m', 'heading_errors_rad', 'left_clearances_m', 'right_clearances_m']
)
def test_traces_that_are_not_finite_are_refused_by_name(name: str) -> None:
    values = np.zeros(301)
    values[7] = np.nan
    with pytest.raises(InputError, match=f'LaneTrace.{name} must be finite: 1 of 301'):
        replace(trace(), **{name: values})
    with pytest.raises(InputError, match=f'LaneTrace.{name} must have shape'):
        replace(trace(), **{name: np.zeros(300)})


def test_a_command_outside_the_drive_is_refused() -> None:
    for command_s in (-0.1, 15.1, math.nan):
        with pytest.raises(InputError, match='command_s must lie in the drive'):
            judge_lane_change(change(0.0), command_s=command_s)

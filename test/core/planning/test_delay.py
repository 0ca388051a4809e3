# SPDX-License-Identifier: Apache-2.0
"""The estimator finds the delay of simulated cars and keeps its prior without evidence."""

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.steering_delay import Received, main, simulated, total_delay_s
from wpt_core.planning import DelayEstimator, DelaySettings
from wpt_core.types import InputError
from wpt_core.vehicle import VehicleParameters, randomised

SPEED_MPS = 15.0
Curve = Callable[[float], float]


def told(
    estimator: DelayEstimator,
    asked: Curve,
    driven: Curve,
    *,
    seconds: float = 30.0,
    step_s: float = 0.05,
    start_s: float = 0.0,
    speed_mps: float = SPEED_MPS,
) -> DelayEstimator:
    """Curvatures as functions of time; the command is that of the middle of its step."""
    for tick in range(round(seconds / step_s)):
        now_s = start_s + tick * step_s
        estimator.take(
            now_s,
            commanded_1pm=asked(now_s + 0.5 * step_s),
            driven_1pm=driven(now_s),
            speed_mps=speed_mps,
        )
    return estimator


def weaving(now_s: float) -> float:
    return 0.003 * math.sin(1.1 * now_s) + 0.002 * math.sin(2.3 * now_s + 1.0)


def late(delay_s: float, *, gain: float = 1.0, offset_1pm: float = 0.0) -> Curve:
    return lambda now_s: gain * weaving(now_s - delay_s) + offset_1pm


@pytest.mark.parametrize(
    ('seed', 'delay_s', 'lag_s', 'noise_1pm', 'size_mps2'),
    [
        (0, 0.10, 0.05, 2e-4, 0.4),
        (1, 0.10, 0.20, 1e-3, 0.8),
        (2, 0.25, 0.10, 5e-4, 0.4),
        (3, 0.40, 0.05, 5e-4, 0.4),
        (4, 0.40, 0.20, 2e-4, 0.2),
        (5, 0.20, 0.15, 1e-3, 0.8),
    ],
)
def test_a_crooked_car_in_wind_is_known_to_40_ms(
    seed: int, delay_s: float, lag_s: float, noise_1pm: float, size_mps2: float
) -> None:
    generator = np.random.default_rng(seed)
    car = replace(randomised(generator), steering_delay_s=delay_s, steering_lag_s=lag_s)
    estimator = DelayEstimator(0.3)
    for heard in simulated(
        car,
        generator,
        speed_mps=SPEED_MPS,
        size_mps2=size_mps2,
        noise_1pm=noise_1pm,
        seconds=40.0,
    ):
        heard.tell(estimator)
    assert estimator.delay_s == pytest.approx(total_delay_s(car, SPEED_MPS), abs=0.04)
    assert estimator.known > 0.8


def test_the_truth_of_a_simulated_car_is_delay_and_lag_and_a_little_of_the_tyres() -> None:
    car = VehicleParameters(steering_delay_s=0.3, steering_lag_s=0.15)
    stiff = replace(
        car, front_stiffness_npr=40e6, rear_stiffness_npr=46e6, yaw_inertia_kgm2=2000.0
    )
    assert total_delay_s(stiff, SPEED_MPS) == pytest.approx(0.45, abs=0.003)
    assert 0.5 < total_delay_s(car, SPEED_MPS) < 0.6


@pytest.mark.parametrize('step_s', [0.01, 0.033, 0.1])
@pytest.mark.parametrize('delay_s', [0.08, 0.31, 0.66])
def test_a_pure_delay_is_found_at_any_rate(step_s: float, delay_s: float) -> None:
    estimator = told(DelayEstimator(0.3), weaving, late(delay_s), step_s=step_s)
    assert estimator.delay_s == pytest.approx(delay_s, abs=0.015)


@pytest.mark.parametrize(('lag_s', 'below_s'), [(0.1, 0.005), (0.2, 0.016)])
def test_of_a_lag_it_finds_the_delay_at_the_frequencies_steered(
    lag_s: float, below_s: float
) -> None:
    """It is less than dead time plus lag, as documented."""
    step_s, driven = 0.005, 0.0
    estimator = DelayEstimator(0.3)
    for tick in range(round(40.0 / step_s)):
        now_s = tick * step_s
        driven += step_s / lag_s * (weaving(now_s - 0.2) - driven)
        if tick % 10 == 0:
            estimator.take(
                now_s, commanded_1pm=weaving(now_s + 0.025), driven_1pm=driven, speed_mps=SPEED_MPS
            )
    assert estimator.delay_s == pytest.approx(0.2 + lag_s - below_s, abs=0.004)


def test_uneven_steps_do_not_matter() -> None:
    generator, now_s, estimator = np.random.default_rng(5), 0.0, DelayEstimator(0.3)
    for step_s in generator.uniform(0.01, 0.09, 800):
        middle_s = now_s + 0.5 * float(step_s)
        estimator.take(
            now_s,
            commanded_1pm=weaving(middle_s),
            driven_1pm=late(0.42)(now_s),
            speed_mps=SPEED_MPS,
        )
        now_s += float(step_s)
    assert estimator.delay_s == pytest.approx(0.42, abs=0.01)


@pytest.mark.parametrize('gain', [0.9, 1.1])
@pytest.mark.parametrize('offset_1pm', [-0.003, 0.003])
def test_gain_and_offset_do_not_matter(gain: float, offset_1pm: float) -> None:
    driven = late(0.42, gain=gain, offset_1pm=offset_1pm)
    estimator = told(DelayEstimator(0.3), weaving, driven)
    assert estimator.delay_s == pytest.approx(0.42, abs=0.01)


@pytest.mark.parametrize('commanded_1pm', [0.0, 0.004])
def test_without_steering_the_prior_stays_exactly(commanded_1pm: float) -> None:
    generator = np.random.default_rng(1)
    estimator = told(
        DelayEstimator(0.23),
        lambda _: commanded_1pm,
        lambda _: commanded_1pm + 1e-3 * float(generator.standard_normal()),
    )
    assert (estimator.delay_s, estimator.known) == (0.23, 0.0)


@pytest.mark.parametrize(
    'driven',
    [lambda _: 0.001, late(0.5, gain=1e-6), late(0.5, gain=-1.0)],
    ids=['dead', 'all but dead', 'to the wrong side'],
)
def test_a_steering_that_does_not_steer_leaves_the_prior(driven: Curve) -> None:
    estimator = told(DelayEstimator(0.3), weaving, driven)
    assert estimator.delay_s == pytest.approx(0.3, abs=1e-4)
    assert estimator.known < 0.01


def test_a_straight_road_does_not_make_it_forget() -> None:
    def road(now_s: float) -> float:
        return weaving(now_s) if now_s < 30.0 else 0.0

    def driven(now_s: float) -> float:
        return road(now_s - 0.5)

    estimator = told(DelayEstimator(0.2), road, driven, seconds=60.0)
    before = estimator.delay_s, estimator.known
    told(estimator, road, driven, start_s=60.0, seconds=60.0)
    assert (estimator.delay_s, estimator.known) == before
    assert estimator.delay_s == pytest.approx(0.5, abs=0.01)


def test_a_new_delay_takes_over_as_the_memory_fades() -> None:
    estimator = DelayEstimator(0.3, DelaySettings(memory_s=8.0))
    told(estimator, weaving, late(0.2), seconds=30.0)
    assert estimator.delay_s == pytest.approx(0.2, abs=0.01)
    told(estimator, weaving, late(0.5), seconds=50.0, start_s=30.0)
    assert estimator.delay_s == pytest.approx(0.5, abs=0.03)


def test_a_tight_prior_holds_stronger_than_a_wide_one() -> None:
    generator = np.random.default_rng(3)

    def driven(now_s: float) -> float:
        return late(0.5)(now_s) + 0.004 * float(generator.standard_normal())

    wide = told(DelayEstimator(0.3), weaving, driven, seconds=12.0)
    tight = told(
        DelayEstimator(0.3, DelaySettings(prior_spread_s=0.005)), weaving, driven, seconds=12.0
    )
    assert 0.3 < tight.delay_s < 0.35 < wide.delay_s
    assert tight.known < wide.known


def test_the_bounds_hold_where_the_truth_is_outside() -> None:
    bounds = DelaySettings(least_s=0.2, most_s=0.33)
    assert told(DelayEstimator(0.3, bounds), weaving, late(0.6)).delay_s == 0.33
    assert told(DelayEstimator(0.3, bounds), weaving, late(0.05)).delay_s == 0.2


@pytest.mark.parametrize('jump_s', [-100.0, -0.5, 1.5, 1e6])
def test_a_jump_in_time_keeps_what_was_learned_and_compares_nothing_across(jump_s: float) -> None:
    estimator = told(DelayEstimator(0.2), weaving, late(0.5))
    before = estimator.delay_s
    start_s = 30.0 + jump_s
    # A window that was not reset would compare both signs for a while.
    told(estimator, lambda t: -weaving(t), lambda _: 0.0, start_s=start_s, seconds=4.0)
    assert estimator.delay_s == before
    told(estimator, weaving, late(0.5), start_s=start_s + 10.0)
    assert estimator.delay_s == pytest.approx(0.5, abs=0.01)


def test_nothing_is_learned_while_creeping_nor_compared_across_it() -> None:
    estimator = told(DelayEstimator(0.2), weaving, late(0.5), speed_mps=3.9)
    assert (estimator.delay_s, estimator.known) == (0.2, 0.0)
    told(estimator, weaving, late(0.5), start_s=30.0)
    before = estimator.delay_s
    told(estimator, weaving, late(0.5), start_s=60.0, seconds=0.2, speed_mps=3.9)
    told(estimator, lambda t: -weaving(t), lambda _: 0.0, start_s=60.2, seconds=4.0)
    assert estimator.delay_s == before == pytest.approx(0.5, abs=0.01)


NO_NUMBERS = (math.nan, math.inf, -math.inf)
NO_CAR = ('commanded_1pm', 1e300), ('driven_1pm', -1.1), ('driven_1pm', 0.1), ('speed_mps', 1e300)


@pytest.mark.parametrize(
    ('field', 'bad'),
    [
        *itertools.product(('now_s', 'commanded_1pm', 'driven_1pm', 'speed_mps'), NO_NUMBERS),
        *NO_CAR,
    ],
)
def test_what_is_no_number_or_no_car_is_as_if_not_said(field: str, bad: float) -> None:
    clean, dirty = DelayEstimator(0.2), DelayEstimator(0.2)
    for tick in range(500):
        now_s = tick * 0.05
        heard = Received(now_s, weaving(now_s + 0.025), late(0.4)(now_s), SPEED_MPS)
        heard.tell(clean)
        heard.tell(dirty)
        aside = Received(now_s + 0.01, 0.01, 0.01, SPEED_MPS)
        replace(aside, **{field: bad}).tell(dirty)
    assert clean.known > 0.5
    assert (dirty.delay_s, dirty.known) == (clean.delay_s, clean.known)


ANY = st.floats(allow_nan=True, allow_infinity=True)
CURVATURES = st.one_of(st.floats(-0.05, 0.05), ANY)
CALLS = st.tuples(
    st.one_of(st.floats(0.0, 0.9), ANY),
    CURVATURES,
    CURVATURES,
    st.one_of(st.floats(0.0, 40.0), ANY),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CALLS, min_size=1, max_size=40), st.floats(0.1, 0.5))
def test_whatever_comes_the_estimate_stays_within_its_bounds(
    calls: list[tuple[float, float, float, float]], prior_s: float
) -> None:
    estimator = DelayEstimator(prior_s, DelaySettings(least_s=0.1, most_s=0.5))
    now_s = 0.0
    for step_s, asked, driven, speed in calls:
        for _ in range(3):
            now_s = now_s + step_s if math.isfinite(now_s + step_s) else 0.0
            at_s = now_s if math.isfinite(step_s) else step_s
            estimator.take(at_s, commanded_1pm=asked, driven_1pm=driven, speed_mps=speed)
            assert 0.1 <= estimator.delay_s <= 0.5
            assert 0.0 <= estimator.known <= 1.0


@pytest.mark.parametrize('name', ['most_s', 'memory_s', 'least_excitation_mps2', 'prior_spread_s'])
@pytest.mark.parametrize('value', [0.0, -1.0, math.nan, math.inf])
def test_settings_out_of_range_are_named(name: str, value: float) -> None:
    with pytest.raises(InputError, match=f'DelaySettings.{name} must be above 0'):
        DelaySettings(**{name: value})


@pytest.mark.parametrize(('least_s', 'most_s'), [(0.5, 0.5), (-0.1, 0.5), (math.nan, 0.5), (0, 3)])
def test_bounds_in_the_wrong_order_are_refused(least_s: float, most_s: float) -> None:
    with pytest.raises(InputError, match='0 <= least_s < most_s <= 2'):
        DelaySettings(least_s=least_s, most_s=most_s)


@pytest.mark.parametrize('prior_s', [-0.1, 0.81, math.nan])
def test_a_prior_out_of_bounds_is_refused(prior_s: float) -> None:
    with pytest.raises(InputError, match='the prior of the steering delay must be within'):
        DelayEstimator(prior_s)


def test_without_a_recording_the_benchmark_still_shows_the_simulated_cars(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr('benchmarks.steering_delay.SEEDS', range(1))
    monkeypatch.setattr('benchmarks.steering_delay.SECONDS', 10.0)
    assert main(['--recording', str(tmp_path)]) == 2
    shown, said = capsys.readouterr()
    assert 'only holding a line in the wind' in shown
    assert said.startswith('expected one comma2k19 segment')
    assert said.count('\n') == 1

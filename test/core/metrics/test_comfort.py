# SPDX-License-Identifier: Apache-2.0
"""Derivatives by local polynomials, and the six comfort bounds."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import savgol_filter

from wpt_core.metrics import ComfortBounds, Trajectory, comfort_score, comfort_signals
from wpt_core.metrics.trajectory import local_polynomial
from wpt_core.types import InputError


def along_x(times_s: np.ndarray, distance_m: np.ndarray) -> Trajectory:
    return Trajectory(
        times_s, np.column_stack([distance_m, np.zeros_like(times_s)]), np.zeros_like(times_s)
    )


def circle(
    speed_mps: float, radius_m: float, *, step_s: float = 0.1, count: int = 81
) -> Trajectory:
    times_s = np.arange(count) * step_s
    angle = speed_mps / radius_m * times_s
    places = radius_m * np.column_stack([np.sin(angle), 1.0 - np.cos(angle)])
    return Trajectory(times_s, places, angle)


def speeding(acceleration_mps2: float, *, seconds: float = 4.0) -> Trajectory:
    times_s = np.arange(round(seconds * 10.0) + 1) / 10.0
    return along_x(times_s, 5.0 * times_s + 0.5 * acceleration_mps2 * times_s**2)


@pytest.mark.parametrize('window', [5, 7, 15])
@pytest.mark.parametrize('derivative', [0, 1, 2])
def test_the_fit_is_that_of_savitzky_and_golay(window: int, derivative: int) -> None:
    values = np.random.default_rng(2).normal(size=40)
    ours = local_polynomial(values, 0.1, window=window, order=3, derivative=derivative)
    theirs = savgol_filter(values, window, 3, deriv=derivative, delta=0.1, mode='interp')
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(-5.0, 5.0), min_size=4, max_size=4),
    st.integers(4, 12),
    st.floats(0.01, 1.0),
    st.integers(0, 3),
)
def test_cubics_are_differentiated_exactly_up_to_the_ends(
    coefficients: list[float], window: int, step_s: float, derivative: int
) -> None:
    cubic = np.polynomial.Polynomial(coefficients)
    times_s = np.arange(12) * step_s
    found = local_polynomial(cubic(times_s), step_s, window=window, order=3, derivative=derivative)
    scale = max(1.0, float(np.abs(cubic(times_s)).max())) / step_s**derivative
    expected = cubic.deriv(derivative)(times_s) if derivative else cubic(times_s)
    np.testing.assert_allclose(found, expected, atol=1e-9 * scale)


def test_columns_are_fitted_each_for_itself() -> None:
    values = np.random.default_rng(3).normal(size=(20, 2, 3))
    options = {'window': 5, 'order': 2, 'derivative': 1}
    together = local_polynomial(values, 0.1, **options)
    alone = local_polynomial(values[:, 1, 2], 0.1, **options)
    np.testing.assert_allclose(together[:, 1, 2], alone)


@pytest.mark.parametrize('window', [3, 21])
def test_a_window_that_cannot_hold_the_fit_is_refused(window: int) -> None:
    with pytest.raises(InputError, match='not ' + str(window)):
        local_polynomial(np.zeros(20), 0.1, window=window, order=3, derivative=1)


def test_a_circle_feels_like_its_centripetal_acceleration() -> None:
    felt = comfort_signals(circle(10.0, 50.0))
    np.testing.assert_allclose(felt.lateral_acceleration_mps2, 2.0, rtol=0.01)
    np.testing.assert_allclose(felt.yaw_rate_radps, 0.2, rtol=1e-6)
    for still in (
        felt.longitudinal_acceleration_mps2,
        felt.jerk_mps3,
        felt.longitudinal_jerk_mps3,
        felt.yaw_acceleration_radps2,
    ):
        np.testing.assert_allclose(still, 0.0, atol=0.07)


def test_steady_jerk_is_measured() -> None:
    times_s = np.arange(41) / 10.0
    felt = comfort_signals(along_x(times_s, 10.0 * times_s + times_s**3 / 2.0))
    np.testing.assert_allclose(felt.longitudinal_jerk_mps3, 3.0, rtol=1e-6)
    np.testing.assert_allclose(felt.jerk_mps3, 3.0, rtol=1e-6)
    np.testing.assert_allclose(felt.longitudinal_acceleration_mps2, 3.0 * felt.times_s, atol=1e-6)


def test_a_spin_has_yaw_acceleration_even_across_the_cut() -> None:
    times_s = np.arange(41) / 10.0
    yaws = np.angle(np.exp(1j * (3.0 + 0.4 * times_s**2)))
    felt = comfort_signals(Trajectory(times_s, np.zeros((41, 2)), yaws))
    np.testing.assert_allclose(felt.yaw_acceleration_radps2, 0.8, rtol=1e-6)
    np.testing.assert_allclose(felt.yaw_rate_radps, 0.8 * felt.times_s, atol=1e-6)


@pytest.mark.parametrize('phase_rad', np.linspace(0.0, 2.0 * np.pi, 8, endpoint=False))
def test_a_slalom_reads_no_harder_at_its_ends_than_it_is(phase_rad: float) -> None:
    """Known by formula: 3.5 m/s2 to either side, every 1.6 s; a cubic off centre reads 6."""
    times_s, rate = np.arange(61) / 10.0, 2.0
    sideways = -3.5 / rate**2 * np.sin(rate * times_s + phase_rad)
    slalom = Trajectory(times_s, np.column_stack([10.0 * times_s, sideways]), np.zeros(61))
    felt = comfort_signals(slalom)
    truth = 3.5 * np.sin(rate * felt.times_s + phase_rad)
    np.testing.assert_allclose(felt.lateral_acceleration_mps2, truth, atol=0.6)
    assert np.abs(felt.lateral_acceleration_mps2).max() <= 3.5
    assert np.abs(felt.jerk_mps3).max() <= 3.5 * rate
    assert comfort_score(slalom).passed


def test_a_turning_car_has_the_longitudinal_jerk_of_its_brakes_alone() -> None:
    times_s = np.arange(81) / 10.0
    speeds = 12.0 - times_s + 0.1 * times_s**2
    angle = np.concatenate([[0.0], np.cumsum(0.5 * (speeds[1:] + speeds[:-1]) * 0.1)]) / 50.0
    motion = Trajectory(
        times_s, 50.0 * np.column_stack([np.sin(angle), 1.0 - np.cos(angle)]), angle
    )
    felt = comfort_signals(motion)
    np.testing.assert_allclose(felt.longitudinal_jerk_mps3, 0.2, atol=0.05)
    np.testing.assert_allclose(
        felt.longitudinal_acceleration_mps2, -1.0 + 0.2 * felt.times_s, atol=0.05
    )


def spin(rate_radps: float, acceleration_radps2: float) -> Trajectory:
    times_s = np.arange(6) / 10.0
    yaws = rate_radps * times_s + 0.5 * acceleration_radps2 * times_s**2
    return Trajectory(times_s, np.zeros((6, 2)), yaws)


def easing(jerk_mps3: float) -> Trajectory:
    """As `pushed`, but from a hard push to a soft one."""
    times_s = np.arange(6) / 10.0
    sideways = 4.8 * times_s**2 / 2.0 - jerk_mps3 * times_s**3 / 6.0
    return Trajectory(times_s, np.column_stack([10.0 * times_s, sideways]), np.zeros(6))


def jerking(jerk_mps3: float) -> Trajectory:
    times_s = np.arange(6) / 10.0
    return along_x(times_s, 5.0 * times_s + jerk_mps3 * times_s**3 / 6.0)


def pushed(jerk_mps3: float) -> Trajectory:
    """Sideways, ever harder, at steady speed: only the bound on d|a|/dt is at stake."""
    times_s = np.arange(6) / 10.0
    places = np.column_stack([10.0 * times_s, jerk_mps3 * times_s**3 / 6.0])
    return Trajectory(times_s, places, np.zeros(6))


@pytest.mark.parametrize(
    ('motion', 'broken'),
    [
        (speeding(2.39), ()),
        (speeding(2.41), ('acceleration',)),
        (speeding(-4.04, seconds=1.0), ()),
        (speeding(-4.06, seconds=1.0), ('deceleration',)),
        (circle(30.0, 900.0 / 4.85), ()),
        (circle(30.0, 900.0 / 4.92), ('lateral acceleration',)),
        (circle(30.0, -900.0 / 4.92), ('lateral acceleration',)),
        (spin(0.94, 0.0), ()),
        (spin(-0.96, 0.0), ('yaw rate',)),
        (spin(-0.5, 1.92), ()),
        (spin(-0.5, 1.94), ('yaw acceleration',)),
        (spin(0.5, -1.94), ('yaw acceleration',)),
        (pushed(8.36), ()),
        (pushed(8.38), ('jerk',)),
        (easing(8.36), ()),
        (easing(8.38), ('jerk',)),
        (jerking(4.12), ()),
        (jerking(4.14), ('longitudinal jerk',)),
        (jerking(-4.14), ('longitudinal jerk',)),
    ],
)
def test_each_bound_bites_where_it_is_published(
    motion: Trajectory, broken: tuple[str, ...]
) -> None:
    score = comfort_score(motion)
    assert tuple(phrase.split(' [')[0] for phrase in score.exceeded) == broken
    assert score.passed is (not broken)


def test_the_phrase_names_the_worst_value_and_the_limit() -> None:
    assert comfort_score(pushed(8.5)).exceeded == ('jerk [m/s3] reached 8.50, allowed 8.37',)


def test_chunks_share_the_blame_where_it_falls() -> None:
    times_s = np.arange(80) / 10.0
    speeds = np.full(80, 10.0)
    speeds[60:] += 6.0 * (times_s[60:] - 6.0)  # full throttle in the last of four chunks
    motion = along_x(times_s, np.cumsum(speeds) / 10.0)
    score = comfort_score(motion)
    assert not score.passed
    # Smoothing reaches half a window (0.7 s) ahead, so the third chunk feels it, too.
    assert (score.chunks, score.chunk_share) == (4, 0.5)


def test_an_incomplete_last_chunk_is_left_out_and_a_short_drive_is_one_chunk() -> None:
    assert comfort_score(circle(5.0, 50.0, count=59)).chunks == 2
    short = comfort_score(circle(5.0, 50.0, count=12))
    assert (short.chunks, short.chunk_share) == (1, 1.0)


@pytest.mark.parametrize(('step_s', 'noise_m'), [(0.5, 0.1), (0.1, 0.02), (0.05, 0.02)])
def test_noise_of_poses_is_not_called_uncomfortable(step_s: float, noise_m: float) -> None:
    generator = np.random.default_rng(4)
    calm = circle(10.0, 100.0, step_s=step_s, count=60)
    noisy = Trajectory(
        calm.times_s, calm.positions_m + generator.normal(0.0, noise_m, (60, 2)), calm.yaws_rad
    )
    raw = np.linalg.norm(np.diff(noisy.positions_m, n=3, axis=0), axis=1) / step_s**3
    assert raw.max() > ComfortBounds().jerk_mps3  # what makes raw differences useless
    assert comfort_score(noisy).passed


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.floats(-3.2, 3.2), st.floats(1.0, 3.0))
def test_scores_are_shares_that_ignore_the_frame_and_grow_with_the_bounds(
    seed: int, turn_rad: float, wider: float
) -> None:
    generator = np.random.default_rng(seed)
    times_s = np.arange(100) / 10.0
    push = np.cumsum(generator.normal(0.0, 0.8, (100, 2)), axis=0)
    places = np.cumsum(np.cumsum(push, axis=0) * 0.01 + [1.0, 0.0], axis=0)
    motion = Trajectory(times_s, places, 0.1 * np.sin(times_s))
    c, s = np.cos(turn_rad), np.sin(turn_rad)
    turned = Trajectory(times_s, places @ np.array([[c, s], [-s, c]]), motion.yaws_rad + turn_rad)
    plain = comfort_score(motion)
    wide = ComfortBounds(*(wider * bound for bound in (8.37, 4.89, 2.40, 4.05, 1.93, 4.13, 0.95)))
    assert 0.0 <= plain.chunk_share <= 1.0
    assert plain.passed is (plain.exceeded == ())
    assert comfort_score(turned).chunk_share == plain.chunk_share
    assert comfort_score(motion, bounds=wide).chunk_share >= plain.chunk_share


@pytest.mark.parametrize(
    ('times_s', 'message'),
    [
        ([0.0, 0.1, 0.2, 0.3], 'at least 5 poses, not 4'),
        ([0.0, 0.1, 0.2, 0.3, 0.5, 0.6], 'evenly spaced'),
    ],
)
def test_what_cannot_be_fitted_is_refused(times_s: list[float], message: str) -> None:
    count = len(times_s)
    with pytest.raises(InputError, match=message):
        comfort_score(Trajectory(np.array(times_s), np.zeros((count, 2)), np.zeros(count)))
    with pytest.raises(InputError, match='chunk_steps'):
        comfort_score(circle(5.0, 50.0), chunk_steps=0)


@pytest.mark.parametrize('rate_hz', [2.0, 10.0, 20.0])
def test_a_human_at_the_wheel_is_comfortable(recordings: Path, rate_hz: float) -> None:
    """A minute of a real car (GNSS-aided poses), which fails with raw third differences."""
    motion = recorded(recordings)
    times_s = np.arange(0.0, motion.times_s[-1], 1.0 / rate_hz)
    score = comfort_score(motion.at(times_s), chunk_steps=round(2.0 * rate_hz))
    assert score.exceeded == ()
    assert score.chunk_share == 1.0
    if rate_hz == 20.0:
        raw = np.linalg.norm(np.diff(motion.positions_m, n=3, axis=0), axis=1) * rate_hz**3
        assert (raw > ComfortBounds().jerk_mps3).mean() > 0.2


def recorded(recordings: Path) -> Trajectory:
    folder = next((recordings / 'comma2k19_example1' / 'Example_1').glob('*/40/global_pose'))
    times_s, places, quaternions = (
        np.load((folder / f'frame_{name}').open('rb'))
        for name in ('times', 'positions', 'orientations')
    )
    up = places[0] / np.linalg.norm(places[0])
    east = np.cross([0.0, 0.0, 1.0], up)
    east /= np.linalg.norm(east)
    plane = np.column_stack([east, np.cross(up, east)])
    w, x, y, z = quaternions.T
    ahead = np.column_stack([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)])
    yaws = np.arctan2(*(ahead @ plane).T[::-1])
    return Trajectory(times_s - times_s[0], (places - places[0]) @ plane, yaws)

# SPDX-License-Identifier: Apache-2.0
"""Comfort: six bounds on the motion of a body (those of nuPlan and Bench2Drive).

Bench2Drive's own code compares yaw rates in degrees per second with bounds in radians, and with
the bound of the yaw acceleration, so its smoothness is not comparable with this score.
"""

from dataclasses import dataclass

import numpy as np

from wpt_core.metrics.arrays import BoolArray, FloatArray, fixed_step_s
from wpt_core.metrics.trajectory import Trajectory, headings, local_polynomial
from wpt_core.types import InputError

__all__ = [
    'COMFORT_BOUNDS',
    'COMFORT_FIT',
    'ComfortBounds',
    'ComfortFit',
    'ComfortScore',
    'ComfortSignals',
    'comfort_score',
    'comfort_signals',
]


@dataclass(frozen=True, slots=True)
class ComfortBounds:
    """The published limits; a value on a limit passes."""

    jerk_mps3: float = 8.37
    """Rate of change of the magnitude of acceleration, both signs."""
    lateral_acceleration_mps2: float = 4.89
    acceleration_mps2: float = 2.40
    """Forward."""
    deceleration_mps2: float = 4.05
    yaw_acceleration_radps2: float = 1.93
    longitudinal_jerk_mps3: float = 4.13
    yaw_rate_radps: float = 0.95


@dataclass(frozen=True, slots=True)
class ComfortFit:
    """Fit of the derivatives; our choice, because with raw third differences even experts fail.

    A raw third difference multiplies noise by up to 8 / step^3, so 1 cm becomes 80 m/s^3 at
    10 Hz. A cubic over 1.5 s (the span of nuPlan's jerk filter at 10 Hz), or over five samples
    where the step is coarser than that, keeps what a passenger feels and removes most noise.
    Half a window at each end is excluded: no window can be centred there, and a cubic
    evaluated off centre is wrong by up to 0.24 s^2 times the second derivative of the acceleration
    (9 m/s^2 for a slalom of 4 m/s^2 that changes sides every second).
    """

    window_s: float = 1.5
    order: int = 3

    def window(self, step_s: float, count: int) -> int:
        """Return the window size: odd, more than the fit needs, at most all samples."""
        least = self.order + 2
        if count < least:
            raise InputError(f'comfort needs at least {least} poses, not {count}.')
        wanted = 2 * round(self.window_s / step_s / 2.0 - 0.5) + 1
        return min(max(wanted, least), count - 1 + count % 2)


COMFORT_BOUNDS = ComfortBounds()
COMFORT_FIT = ComfortFit()


@dataclass(frozen=True, eq=False, slots=True)
class ComfortSignals:
    """Signals that a passenger feels, (M,) each, derived from poses.

    For the samples with a whole window around them: all but half a window at each end.
    """

    times_s: FloatArray
    longitudinal_acceleration_mps2: FloatArray
    lateral_acceleration_mps2: FloatArray
    jerk_mps3: FloatArray
    """d|a|/dt, as published; the norm of the jerk vector can be larger."""
    longitudinal_jerk_mps3: FloatArray
    yaw_rate_radps: FloatArray
    yaw_acceleration_radps2: FloatArray


@dataclass(frozen=True, slots=True)
class ComfortScore:
    """Comfort of one trajectory."""

    passed: bool
    """Whether all six bounds hold at all evaluated samples."""
    chunk_share: float
    """Share of whole chunks within all bounds; of the trajectory if shorter than one chunk."""
    chunks: int
    exceeded: tuple[str, ...]
    """One phrase per exceeded bound, with the worst value."""


def comfort_signals(motion: Trajectory, fit: ComfortFit = COMFORT_FIT) -> ComfortSignals:
    """Return derivatives of evenly spaced poses by local cubics, centred on their samples."""
    step_s = fixed_step_s('Trajectory.times_s', motion.times_s)
    window = fit.window(step_s, len(motion.times_s))
    centred = slice(window // 2, len(motion.times_s) - window // 2)

    def derived(values: FloatArray, derivative: int) -> FloatArray:
        return local_polynomial(
            values, step_s, window=window, order=fit.order, derivative=derivative
        )[centred]

    yaws_rad = np.unwrap(motion.yaws_rad)
    ahead = headings(yaws_rad[centred])
    acceleration, jerk = (derived(motion.positions_m, derivative) for derivative in (2, 3))
    forward, sideways = (acceleration * ahead).sum(axis=1), _cross(ahead, acceleration)
    yaw_rate_radps = derived(yaws_rad, 1)
    size = np.hypot(acceleration[:, 0], acceleration[:, 1])
    growth = (acceleration * jerk).sum(axis=1)
    return ComfortSignals(
        times_s=motion.times_s[centred],
        longitudinal_acceleration_mps2=forward,
        lateral_acceleration_mps2=sideways,
        jerk_mps3=np.divide(growth, size, out=np.zeros_like(size), where=size > 0.0),
        # The heading along which the acceleration is taken turns, too.
        longitudinal_jerk_mps3=(jerk * ahead).sum(axis=1) + yaw_rate_radps * sideways,
        yaw_rate_radps=yaw_rate_radps,
        yaw_acceleration_radps2=derived(yaws_rad, 2),
    )


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def comfort_score(
    motion: Trajectory,
    *,
    chunk_steps: int = 20,
    bounds: ComfortBounds = COMFORT_BOUNDS,
    fit: ComfortFit = COMFORT_FIT,
) -> ComfortScore:
    """Return whether a trajectory is comfortable, and the share of comfortable chunks.

    Chunks of 20 steps are published for 10 Hz: resample with `motion.at` first. Smoothing runs
    once over the whole trajectory; an incomplete last chunk is excluded, as published. Half a
    window at each end is not evaluated (`ComfortFit`).
    """
    if chunk_steps < 1:
        raise InputError(f'chunk_steps must be at least 1, not {chunk_steps}.')
    loads = _loads(comfort_signals(motion, fit), bounds)
    judged: BoolArray = np.all([load <= 1.0 for _, load, _ in loads], axis=0)
    inside = np.pad(judged, (len(motion.times_s) - len(judged)) // 2, constant_values=True)
    chunks = max(len(inside) // chunk_steps, 1)
    whole = [inside[i * chunk_steps : (i + 1) * chunk_steps].all() for i in range(chunks)]
    return ComfortScore(
        passed=bool(judged.all()),
        chunk_share=float(np.mean(whole)),
        chunks=chunks,
        exceeded=tuple(
            f'{name} reached {load.max() * limit:.2f}, allowed {limit:g}'
            for name, load, limit in loads
            if load.max() > 1.0
        ),
    )


def _loads(
    signals: ComfortSignals, bounds: ComfortBounds
) -> tuple[tuple[str, FloatArray, float], ...]:
    """Name, value relative to the limit at each sample, and limit."""
    forward = signals.longitudinal_acceleration_mps2
    limits = (
        ('jerk [m/s3]', np.abs(signals.jerk_mps3), bounds.jerk_mps3),
        (
            'lateral acceleration [m/s2]',
            np.abs(signals.lateral_acceleration_mps2),
            bounds.lateral_acceleration_mps2,
        ),
        ('acceleration [m/s2]', forward, bounds.acceleration_mps2),
        ('deceleration [m/s2]', -forward, bounds.deceleration_mps2),
        (
            'yaw acceleration [rad/s2]',
            np.abs(signals.yaw_acceleration_radps2),
            bounds.yaw_acceleration_radps2,
        ),
        (
            'longitudinal jerk [m/s3]',
            np.abs(signals.longitudinal_jerk_mps3),
            bounds.longitudinal_jerk_mps3,
        ),
        ('yaw rate [rad/s]', np.abs(signals.yaw_rate_radps), bounds.yaw_rate_radps),
    )
    return tuple((name, value / limit, limit) for name, value, limit in limits)

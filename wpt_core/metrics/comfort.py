# SPDX-License-Identifier: Apache-2.0
"""Would a passenger mind? Six bounds on how a body moves (those of nuPlan and Bench2Drive)."""

from dataclasses import dataclass

import numpy as np

from wpt_core.metrics.arrays import BoolArray, FloatArray, fixed_step_s
from wpt_core.metrics.motion import Motion, headings
from wpt_core.metrics.smoothing import local_polynomial
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
    """The published limits; a value on a limit is comfortable."""

    jerk_mps3: float = 8.37
    """Rate of change of the magnitude of acceleration, either way."""
    lateral_acceleration_mps2: float = 4.89
    acceleration_mps2: float = 2.40
    """Forward."""
    deceleration_mps2: float = 4.05
    yaw_acceleration_radps2: float = 1.93
    longitudinal_jerk_mps3: float = 4.13
    yaw_rate_radps: float = 0.95


@dataclass(frozen=True, slots=True)
class ComfortFit:
    """How derivatives are taken; chosen here, since raw third differences fail even experts.

    A raw third difference multiplies noise by up to 8 / step^3, so 1 cm becomes 80 m/s^3 at
    10 Hz. A cubic over 1.5 s (the span of nuPlan's jerk filter at 10 Hz), or over five samples
    where the step is coarser than that, keeps what a passenger feels and little else.
    At the two ends, where the window is off centre, a tight turn (20 m at 10 m/s) reads up to 5 %
    too hard.
    """

    window_s: float = 1.5
    order: int = 3

    def window(self, step_s: float, count: int) -> int:
        """Samples in the window: odd, more than the fit needs, at most all."""
        least = self.order + 2
        if count < least:
            raise InputError(f'comfort needs at least {least} poses, not {count}.')
        wanted = 2 * round(self.window_s / step_s / 2.0 - 0.5) + 1
        return min(max(wanted, least), count)


COMFORT_BOUNDS = ComfortBounds()
COMFORT_FIT = ComfortFit()


@dataclass(frozen=True, eq=False, slots=True)
class ComfortSignals:
    """What a passenger feels, (N,) each, derived from poses alone."""

    times_s: FloatArray
    longitudinal_acceleration_mps2: FloatArray
    lateral_acceleration_mps2: FloatArray
    jerk_mps3: FloatArray
    """d|a|/dt, as published; the length of the jerk vector can be larger."""
    longitudinal_jerk_mps3: FloatArray
    yaw_rate_radps: FloatArray
    yaw_acceleration_radps2: FloatArray


@dataclass(frozen=True, slots=True)
class ComfortScore:
    """The verdict on one trajectory."""

    passed: bool
    """Whether all six bounds hold at every sample."""
    chunk_share: float
    """Share of whole chunks that hold all six; of the trajectory where it is shorter than one."""
    chunks: int
    exceeded: tuple[str, ...]
    """One phrase for each bound broken, with the worst value."""


def comfort_signals(motion: Motion, fit: ComfortFit = COMFORT_FIT) -> ComfortSignals:
    """Derivatives of evenly spaced poses by local cubics; jerk from the smoothed acceleration."""
    step_s = fixed_step_s('Motion.times_s', motion.times_s)
    window = fit.window(step_s, len(motion.times_s))

    def derived(values: FloatArray, derivative: int) -> FloatArray:
        return local_polynomial(
            values, step_s, window=window, order=fit.order, derivative=derivative
        )

    yaws_rad = np.unwrap(motion.yaws_rad)
    ahead = headings(yaws_rad)
    acceleration = derived(motion.positions_m, 2)
    forward = (acceleration * ahead).sum(axis=1)
    return ComfortSignals(
        times_s=motion.times_s,
        longitudinal_acceleration_mps2=forward,
        lateral_acceleration_mps2=ahead[:, 0] * acceleration[:, 1]
        - ahead[:, 1] * acceleration[:, 0],
        jerk_mps3=derived(np.hypot(acceleration[:, 0], acceleration[:, 1]), 1),
        longitudinal_jerk_mps3=derived(forward, 1),
        yaw_rate_radps=derived(yaws_rad, 1),
        yaw_acceleration_radps2=derived(yaws_rad, 2),
    )


def comfort_score(
    motion: Motion,
    *,
    chunk_steps: int = 20,
    bounds: ComfortBounds = COMFORT_BOUNDS,
    fit: ComfortFit = COMFORT_FIT,
) -> ComfortScore:
    """Whether a trajectory is comfortable, and which share of its chunks.

    Chunks of 20 steps are published for 10 Hz: resample with `motion.at` first. Smoothing runs
    once over the whole trajectory; an incomplete last chunk is left out, as published.
    """
    if chunk_steps < 1:
        raise InputError(f'chunk_steps must be at least 1, not {chunk_steps}.')
    loads = _loads(comfort_signals(motion, fit), bounds)
    inside: BoolArray = np.all([load <= 1.0 for _, load, _ in loads], axis=0)
    chunks = max(len(inside) // chunk_steps, 1)
    whole = [inside[i * chunk_steps : (i + 1) * chunk_steps].all() for i in range(chunks)]
    return ComfortScore(
        passed=bool(inside.all()),
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
    """Name, share of the limit used at each sample, and limit."""
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

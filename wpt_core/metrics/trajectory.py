# SPDX-License-Identifier: Apache-2.0
"""Trajectories, footprints and tracks, with interpolation and derivatives."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from wpt_core.geometry import Boxes
from wpt_core.metrics.arrays import BoolArray, FloatArray, finite, flags, rising, within
from wpt_core.types import InputError, Plan
from wpt_core.vehicle import VehicleParameters

__all__ = ['Footprint', 'Tracks', 'Trajectory', 'headings', 'local_polynomial']


@dataclass(frozen=True, eq=False, slots=True)
class Trajectory:
    """Poses of one body over N increasing times, planned or driven, in one frame."""

    times_s: FloatArray
    """(N,)."""
    positions_m: FloatArray
    """(N, 2)."""
    yaws_rad: FloatArray
    """(N,); may wrap."""

    def __post_init__(self) -> None:
        times_s = rising('Trajectory.times_s', self.times_s, least=1)
        positions_m = finite('Trajectory.positions_m', self.positions_m, shape=(len(times_s), 2))
        yaws_rad = finite('Trajectory.yaws_rad', self.yaws_rad, shape=(len(times_s),))
        object.__setattr__(self, 'times_s', times_s)
        object.__setattr__(self, 'positions_m', positions_m)
        object.__setattr__(self, 'yaws_rad', yaws_rad)

    @classmethod
    def of_plan(cls, plan: Plan, hypothesis: int | None = None) -> 'Trajectory':
        """Return one hypothesis of a plan (default: the most probable); time 0 is the image."""
        which = plan.best if hypothesis is None else hypothesis
        return cls(plan.times_s, plan.positions_m[which], plan.yaws_rad[which])

    def at(self, times_s: ArrayLike) -> 'Trajectory':
        """Return the trajectory at other times within its span of at least two samples.

        Cubic interpolation with three-point slopes: exact at the samples and for constant
        acceleration. (Linear interpolation of a plan on the quadratic grid is 3 cm off at 3 s and
        2 m/s^2, which is as much as good planners differ by.)
        """
        known_s = rising('Trajectory.times_s', self.times_s, least=2)
        requested_s = within('Trajectory', rising('times_s', times_s, least=1), known_s=known_s)
        columns = np.column_stack([self.positions_m, np.unwrap(self.yaws_rad)])
        poses = _interpolate_cubic(requested_s, self.times_s, columns)
        return Trajectory(requested_s, poses[:, :2], poses[:, 2])


def _interpolate_cubic(at_s: FloatArray, times_s: FloatArray, values: FloatArray) -> FloatArray:
    """Evaluate the piecewise Hermite cubic through `values` (N, C) at `at_s`."""
    order: Literal[1, 2] = 2 if len(times_s) > 2 else 1
    slopes = np.gradient(values, times_s, axis=0, edge_order=order)
    left = np.clip(np.searchsorted(times_s, at_s, side='right') - 1, 0, len(times_s) - 2)
    step_s = (times_s[left + 1] - times_s[left])[:, None]
    u = (at_s - times_s[left])[:, None] / step_s
    rise = u * u * (3.0 - 2.0 * u)
    result: FloatArray = (
        values[left] * (1.0 - rise)
        + values[left + 1] * rise
        + step_s * u * (1.0 - u) * (slopes[left] * (1.0 - u) - slopes[left + 1] * u)
    )
    return result


@dataclass(frozen=True, slots=True)
class Footprint:
    """Rectangle of a body, relative to the tracked point."""

    length_m: float
    width_m: float
    centre_ahead_m: float
    """Distance of the centre of the rectangle ahead of the tracked point."""

    def __post_init__(self) -> None:
        size_m = finite('Footprint', [self.length_m, self.width_m], shape=(2,))
        finite('Footprint.centre_ahead_m', self.centre_ahead_m, shape=())
        if size_m.min() <= 0.0:
            raise InputError(f'Footprint must be above 0 m, not {size_m[0]:g} x {size_m[1]:g} m.')

    @classmethod
    def of_vehicle(cls, parameters: VehicleParameters) -> 'Footprint':
        """Return the footprint of a car whose trajectory tracks `base_link`."""
        return cls(parameters.length_m, parameters.width_m, parameters.centre_offset_m)

    def boxes(self, positions_m: FloatArray, yaws_rad: FloatArray) -> Boxes:
        """Return the boxes at poses of any shape: positions (..., 2), yaws (...)."""
        centres_m = positions_m + self.centre_ahead_m * headings(yaws_rad)
        poses = np.concatenate([centres_m, yaws_rad[..., None]], axis=-1)
        return Boxes.like(poses, self.length_m, width_m=self.width_m)


def headings(yaws_rad: FloatArray) -> FloatArray:
    """Return unit vectors (..., 2) along yaws (...)."""
    return np.stack([np.cos(yaws_rad), np.sin(yaws_rad)], axis=-1)


@dataclass(frozen=True, eq=False, slots=True)
class Tracks:
    """M other bodies over T times, in the frame and on the clock of the evaluated trajectory."""

    times_s: FloatArray
    """(T,), rising."""
    poses: FloatArray
    """(T, M, 3): x, y in metres, yaw in radians, of the footprint centres; any finite value where
    absent."""
    velocities_mps: FloatArray
    """(T, M, 2)."""
    present: BoolArray
    """(T, M)."""
    sizes_m: FloatArray
    """(M, 2): length, width."""
    agents: BoolArray
    """(M,): True for vehicles, riders and pedestrians; False for cones, barriers and the like."""

    def __post_init__(self) -> None:
        times_s = rising('Tracks.times_s', self.times_s, least=1)
        count = len(self.sizes_m)
        sizes_m = finite('Tracks.sizes_m', self.sizes_m, shape=(count, 2))
        if (sizes_m <= 0.0).any():
            raise InputError(f'Tracks.sizes_m must be above 0 m, not {sizes_m.min():g} m.')
        for name, width in (('poses', 3), ('velocities_mps', 2)):
            shape = (len(times_s), count, width)
            object.__setattr__(
                self, name, finite(f'Tracks.{name}', getattr(self, name), shape=shape)
            )
        flags('Tracks.present', self.present, shape=(len(times_s), count))
        flags('Tracks.agents', self.agents, shape=(count,))
        object.__setattr__(self, 'times_s', times_s)
        object.__setattr__(self, 'sizes_m', sizes_m)

    @classmethod
    def empty(cls, times_s: ArrayLike) -> 'Tracks':
        """Return tracks of an empty road."""
        steps = len(np.asarray(times_s))
        return cls(
            np.asarray(times_s, dtype=np.float64),
            np.zeros((steps, 0, 3)),
            np.zeros((steps, 0, 2)),
            np.zeros((steps, 0), dtype=np.bool_),
            np.zeros((0, 2)),
            np.zeros(0, dtype=np.bool_),
        )

    def at(self, times_s: ArrayLike) -> 'Tracks':
        """Return the tracks at other times: linear, present where both neighbours are."""
        known_s = rising('Tracks.times_s', self.times_s, least=2)
        requested_s = within('Tracks', rising('times_s', times_s, least=1), known_s=known_s)
        left = np.searchsorted(self.times_s, requested_s, side='right') - 1
        left = np.clip(left, 0, len(self.times_s) - 2)
        share = (requested_s - self.times_s[left]) / np.diff(self.times_s)[left]

        def blend(values: FloatArray) -> FloatArray:
            weight = share.reshape(-1, *[1] * (values.ndim - 1))
            result: FloatArray = values[left] + weight * (values[left + 1] - values[left])
            return result

        poses = self.poses.copy()
        poses[..., 2] = np.unwrap(poses[..., 2], axis=0)
        before = self.present[left] | (share == 1.0)[:, None]
        after = self.present[left + 1] | (share == 0.0)[:, None]
        return Tracks(
            requested_s,
            blend(poses),
            blend(self.velocities_mps),
            before & after,
            self.sizes_m,
            self.agents,
        )

    @property
    def boxes(self) -> Boxes:
        """The boxes, (T, M)."""
        return Boxes(self.poses, self.sizes_m[:, 0], self.sizes_m[:, 1])


def local_polynomial(
    values: FloatArray, step_s: float, *, window: int, order: int, derivative: int
) -> FloatArray:
    """Return a derivative of `values` (N, ...) from a polynomial fitted around each sample.

    Least squares over the nearest `window` samples (Savitzky-Golay). Near the ends, where the
    window cannot be centred, the polynomial of the first or last full window is evaluated off
    centre. Exact for polynomials up to `order`.
    """
    count = len(values)
    if not derivative <= order < window <= count:
        raise InputError(
            f'a fit of order {order} for derivative {derivative} needs more than {order} and at '
            f'most {count} samples (all there are) in its window, not {window}.'
        )
    first = np.clip(np.arange(count) - window // 2, 0, count - window)
    weights = _weights(step_s, window, order=order, derivative=derivative)
    around = values[first[:, None] + np.arange(window)]
    result: FloatArray = np.einsum('nw,nw...->n...', weights[np.arange(count) - first], around)
    return result


def _weights(step_s: float, window: int, *, order: int, derivative: int) -> FloatArray:
    """Return (window, window): row i are the weights of the derivative at sample i of the
    window."""
    # Times in units of half a window keep the fit well conditioned for any step.
    unit_s = 0.5 * window * step_s
    times = (np.arange(window) - 0.5 * (window - 1)) * step_s / unit_s
    coefficients = np.linalg.pinv(np.vander(times, order + 1, increasing=True))
    powers = np.arange(derivative, order + 1)
    factors = np.array([math.perm(int(power), derivative) for power in powers])
    basis = factors * times[:, None] ** (powers - derivative)
    weights: FloatArray = basis @ coefficients[derivative:] / unit_s**derivative
    return weights

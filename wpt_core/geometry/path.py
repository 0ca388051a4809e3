# SPDX-License-Identifier: Apache-2.0
"""Smooth path in the plane: arc length, curvature, Frenet coordinates."""

from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

import numpy as np
from numpy.typing import ArrayLike

from wpt_core.geometry.path_cubic import (
    LEAST_SLOPE,
    STEPS,
    TOLERANCE_M,
    PointSolver,
    cubic_table,
    frames,
)
from wpt_core.geometry.path_nearest import NearestSample
from wpt_core.geometry.transforms import FloatArray, wrap_angle
from wpt_core.types import InputError, Pose2

__all__ = ['Path']

_SAMPLE_M = 1.0
"""Spacing of the samples of a search without a hint."""


@dataclass(frozen=True, eq=False)
class Path:
    """N points of a smooth line, with headings and curvatures.

    Between points the line is the cubic that meets both headings, and the heading changes
    linearly, so everything is continuous and `to_frenet` inverts `from_frenet` exactly within the
    radius of curvature. Beyond its ends the line continues straight.
    """

    points_m: FloatArray
    """(N, 2), N >= 2."""
    s_m: FloatArray
    """(N,) arc length, rising from 0."""
    headings_rad: FloatArray
    """(N,) continuous, so not wrapped."""
    curvatures_1pm: FloatArray
    """(N,) left positive."""

    def __post_init__(self) -> None:
        for name in ('points_m', 's_m', 'headings_rad', 'curvatures_1pm'):
            array = np.array(getattr(self, name), dtype=np.float64)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        _check(self)

    @classmethod
    def from_points(cls, points_m: ArrayLike) -> 'Path':
        """Return the path through points (M, 2), which may repeat; s is the chord length.

        The points must be dense: the heading should change by well under a radian between two.
        """
        points = np.asarray(points_m, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2 or not np.all(np.isfinite(points)):
            raise InputError(
                f'A path needs finite points of shape (N, 2), but got shape {points.shape} with '
                f'{np.count_nonzero(~np.isfinite(points))} values that are not finite.'
            )
        moved = np.hypot(*np.diff(points, axis=0).T) > 1e-6
        points = points[np.concatenate([[True], moved])[: len(points)]]
        if len(points) < 2:
            raise InputError(
                f'A path needs at least 2 different points, but got {len(points)}; '
                'skip the path of a body at standstill.'
            )
        s = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
        # One-sided differences at the ends need three points to be of second order.
        dx, dy = (
            np.gradient(axis, s, edge_order=2) if len(s) > 2 else np.gradient(axis, s)
            for axis in points.T
        )
        headings = np.unwrap(np.arctan2(dy, dx))
        return cls(points, s, headings, np.gradient(headings, s))

    @property
    def length_m(self) -> float:
        return float(self.s_m[-1])

    def resampled(self, spacing_m: float) -> 'Path':
        """Return the path at even steps of at most `spacing_m`, with both ends."""
        count = max(ceil(self.length_m / spacing_m - 1e-9), 1)
        s = np.linspace(0.0, self.length_m, count + 1)
        poses = self.poses_at(s)
        return Path(poses[:, :2], s, poses[:, 2], self.curvature_at(s))

    def reversed(self) -> 'Path':
        """Return the path in the opposite direction."""
        return Path(
            self.points_m[::-1],
            self.length_m - self.s_m[::-1],
            self.headings_rad[::-1] + np.pi,
            -self.curvatures_1pm[::-1],
        )

    def parallel(self, offset_m: float) -> 'Path':
        """Return the path at a constant offset to the left, with its own arc length."""
        stretch = 1.0 - offset_m * self.curvatures_1pm
        if np.min(stretch) <= 0.0:
            radius_m = 1.0 / np.max(np.abs(self.curvatures_1pm))
            raise InputError(
                f'A parallel at {offset_m:g} m needs bends wider than that, but the sharpest has '
                f'radius {radius_m:.3g} m; choose a smaller offset or a wider bend.'
            )
        turned = self.headings_rad - self.headings_rad[0]
        return replace(
            self,
            points_m=self.from_frenet(self.s_m, offset_m),
            s_m=self.s_m - offset_m * turned,
            curvatures_1pm=self.curvatures_1pm / stretch,
        )

    def pose_at(self, s_m: float) -> Pose2:
        """Return position and heading at one arc length."""
        x, y, heading, _ = self._solver.frame(s_m)
        return Pose2(x, y, wrap_angle(heading))

    def poses_at(self, s_m: ArrayLike) -> FloatArray:
        """Return (..., 3): x, y and heading (continuous, not wrapped) at arc lengths (...)."""
        return self._frames(np.asarray(s_m, dtype=np.float64))[..., :3]

    def curvature_at(self, s_m: ArrayLike) -> FloatArray:
        """Return the left-positive curvature (...) at arc lengths (...); 0 beyond the ends."""
        s = np.asarray(s_m, dtype=np.float64)
        return np.asarray(np.interp(s, self.s_m, self.curvatures_1pm, left=0.0, right=0.0))

    def from_frenet(self, s_m: ArrayLike, offset_m: ArrayLike) -> FloatArray:
        """Return points (..., 2) at arc lengths and left offsets, broadcast together."""
        x, y, heading, _ = np.moveaxis(self._frames(np.asarray(s_m, dtype=np.float64)), -1, 0)
        offset = np.asarray(offset_m, dtype=np.float64)
        return np.stack([x - offset * np.sin(heading), y + offset * np.cos(heading)], axis=-1)

    def to_frenet(
        self, points: ArrayLike, near_s_m: ArrayLike | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Return arc length (...) and left-positive offset (...) of the foot of points (..., 2).

        The foot is the nearest on the whole path or, with `near_s_m` (broadcast over the points),
        the one closest to it, which should be within about a radius of curvature.
        """
        p = np.asarray(points, dtype=np.float64)
        if near_s_m is None:
            return self._nearest_feet(p)
        if p.ndim == 1:
            s, offset = self.point_to_frenet(*p.tolist(), near_s_m=float(np.asarray(near_s_m)))
            return np.asarray(s), np.asarray(offset)
        near = np.broadcast_to(np.asarray(near_s_m, dtype=np.float64), p.shape[:-1])
        return self._feet(p, near, reach_m=np.full(near.shape, np.inf))

    def point_to_frenet(self, x_m: float, y_m: float, *, near_s_m: float) -> tuple[float, float]:
        """As `to_frenet` with a hint, for one point: a few microseconds."""
        return self._solver.foot(x_m, y_m, near_s_m=near_s_m)

    def _nearest_feet(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        samples_s_m, search = self._samples
        index = search.nearest(points.reshape(-1, 2)).reshape(points.shape[:-1])
        at_end = (index == 0) | (index == len(samples_s_m) - 1)
        reach_m = np.where(at_end, np.inf, samples_s_m[1])
        return self._feet(points, samples_s_m[index], reach_m=reach_m)

    def _feet(
        self, points: FloatArray, near_s_m: FloatArray, *, reach_m: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Solve (point - line) . heading = 0 by Newton's method, within reach of the start."""
        s = near_s_m
        for _ in range(STEPS):
            x, y, heading, slope = np.moveaxis(self._frames(s), -1, 0)
            c, d = np.cos(heading), np.sin(heading)
            dx, dy = points[..., 0] - x, points[..., 1] - y
            offset = c * dy - d * dx
            step = (c * dx + d * dy) / np.maximum(1.0 - offset * slope, LEAST_SLOPE)
            following = np.clip(s + step, near_s_m - reach_m, near_s_m + reach_m)
            if not np.any(np.abs(following - s) >= TOLERANCE_M):
                break
            s = following
        return s, offset

    def _frames(self, s_m: FloatArray) -> FloatArray:
        return frames(self._table, self.s_m, at_m=s_m)

    @cached_property
    def _table(self) -> FloatArray:
        return cubic_table(self.points_m, self.s_m, headings_rad=self.headings_rad)

    @cached_property
    def _solver(self) -> PointSolver:
        return PointSolver(self._table, self.s_m)

    @cached_property
    def _samples(self) -> tuple[FloatArray, NearestSample]:
        s = np.linspace(0.0, self.length_m, max(ceil(self.length_m / _SAMPLE_M), 1) + 1)
        return s, NearestSample(self.poses_at(s)[:, :2])


def _check(path: Path) -> None:
    """Raise `InputError` unless the four arrays describe one line."""
    count = len(path.s_m)
    shapes = [path.points_m.shape, path.headings_rad.shape, path.curvatures_1pm.shape]
    if count < 2 or shapes != [(count, 2), (count,), (count,)]:
        raise InputError(
            'A path needs N >= 2 points (N, 2), arc lengths, headings and curvatures (N,), but '
            f'got {count} arc lengths with shapes {shapes}.'
        )
    arrays = (path.points_m, path.s_m, path.headings_rad, path.curvatures_1pm)
    if not all(np.all(np.isfinite(array)) for array in arrays):
        raise InputError('A path needs finite values, but some are NaN or infinite.')
    if path.s_m[0] != 0.0 or not np.all(np.diff(path.s_m) > 0.0):
        raise InputError(
            'The arc length of a path must rise from 0, but it starts at '
            f'{path.s_m[0]:g} with a smallest step of {np.diff(path.s_m).min():g} m.'
        )

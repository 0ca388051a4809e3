# SPDX-License-Identifier: Apache-2.0
"""Oriented boxes in the plane: overlap, distance and containment.

`Box` is one rectangle, `Boxes` are many; functions of `Boxes` broadcast like arrays, so one ego
box over T times can be compared with N actors over the same times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wpt_core.geometry.transforms import FloatArray, inverse, transform_points
from wpt_core.types import Pose2

__all__ = [
    'Box',
    'Boxes',
    'contains',
    'corners',
    'corners_of',
    'distance',
    'distances',
    'overlap',
    'overlaps',
]

_CORNERS = np.array([[0.5, 0.5], [-0.5, 0.5], [-0.5, -0.5], [0.5, -0.5]])
"""Front left, rear left, rear right, front right, in units of length and width."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle around `pose`, its length along the heading."""

    pose: Pose2
    length_m: float
    width_m: float


@dataclass(frozen=True, eq=False, slots=True)
class Boxes:
    """Rectangles of any leading shape."""

    poses: FloatArray
    """(..., 3): x, y in metres, yaw in radians, of the centres."""
    lengths_m: FloatArray
    """(...), or a shape that broadcasts to it."""
    widths_m: FloatArray

    @classmethod
    def of(cls, boxes: Sequence[Box]) -> 'Boxes':
        """Return the boxes as (N,)."""
        rows = [(b.pose.x_m, b.pose.y_m, b.pose.yaw_rad, b.length_m, b.width_m) for b in boxes]
        table = np.array(rows, dtype=np.float64).reshape(-1, 5)
        return cls(table[:, :3], table[:, 3], table[:, 4])

    @classmethod
    def like(cls, poses: ArrayLike, length_m: float, *, width_m: float) -> 'Boxes':
        """Return boxes of one size at poses (..., 3)."""
        return cls(np.asarray(poses, np.float64), np.asarray(length_m), np.asarray(width_m))


def corners(box: Box) -> FloatArray:
    """Return the corners (4, 2), counter-clockwise from the front left."""
    return transform_points(box.pose, _CORNERS * (box.length_m, box.width_m))


def contains(box: Box, points: ArrayLike) -> NDArray[np.bool_]:
    """Return whether points (..., 2) lie in the box, including its edge."""
    local = np.abs(transform_points(inverse(box.pose), points))
    inside: NDArray[np.bool_] = np.all(local <= (box.length_m / 2, box.width_m / 2), axis=-1)
    return inside


def overlap(a: Box, b: Box) -> bool:
    """Return whether two boxes overlap or touch."""
    apart_m = hypot(a.pose.x_m - b.pose.x_m, a.pose.y_m - b.pose.y_m)
    reach_m = hypot(a.length_m, a.width_m) / 2 + hypot(b.length_m, b.width_m) / 2
    if apart_m > 1.001 * reach_m:
        return False
    return bool(overlaps(Boxes.of([a]), Boxes.of([b]))[0])


def distance(a: Box, b: Box) -> float:
    """Return the distance of two boxes in metres, 0 if they overlap."""
    return float(distances(Boxes.of([a]), Boxes.of([b]))[0])


def corners_of(boxes: Boxes) -> FloatArray:
    """Return the corners (..., 4, 2) in the order of `corners`."""
    size = np.stack(np.broadcast_arrays(boxes.lengths_m, boxes.widths_m), axis=-1)
    local = _CORNERS * size[..., None, :]
    along, across = local[..., 0], local[..., 1]
    poses = boxes.poses[..., None, :]
    c, s = np.cos(poses[..., 2]), np.sin(poses[..., 2])
    x = poses[..., 0] + c * along - s * across
    y = poses[..., 1] + s * along + c * across
    return np.stack([x, y], axis=-1)


def overlaps(a: Boxes, b: Boxes) -> NDArray[np.bool_]:
    """Return whether a and b, broadcast together, overlap or touch (separating axes)."""
    return ~(_separated(a, b) | _separated(b, a))


def distances(a: Boxes, b: Boxes) -> FloatArray:
    """Return the distances of a and b, broadcast together, in metres; 0 where they overlap."""
    # For disjoint convex shapes one of the nearest points is a corner.
    nearest = np.minimum(_corner_distance(a, b), _corner_distance(b, a))
    return np.where(overlaps(a, b), 0.0, nearest)


def _separated(a: Boxes, b: Boxes) -> NDArray[np.bool_]:
    """Return whether an axis of a separates the two."""
    x, y = _in_frame(a, b.poses)
    turn = b.poses[..., 2] - a.poses[..., 2]
    c, s = np.abs(np.cos(turn)), np.abs(np.sin(turn))
    along = (a.lengths_m + c * b.lengths_m + s * b.widths_m) / 2
    across = (a.widths_m + s * b.lengths_m + c * b.widths_m) / 2
    separated: NDArray[np.bool_] = (np.abs(x) > along) | (np.abs(y) > across)
    return separated


def _corner_distance(a: Boxes, b: Boxes) -> FloatArray:
    """Return the distance from the nearest corner of b to a."""
    spread = Boxes(a.poses[..., None, :], a.lengths_m[..., None], a.widths_m[..., None])
    x, y = _in_frame(spread, corners_of(b))
    beyond_x = np.maximum(np.abs(x) - spread.lengths_m / 2, 0.0)
    beyond_y = np.maximum(np.abs(y) - spread.widths_m / 2, 0.0)
    nearest: FloatArray = np.hypot(beyond_x, beyond_y).min(axis=-1)
    return nearest


def _in_frame(boxes: Boxes, points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return x and y of points (..., 2 or more) in the frames of the boxes."""
    dx, dy = points[..., 0] - boxes.poses[..., 0], points[..., 1] - boxes.poses[..., 1]
    c, s = np.cos(boxes.poses[..., 2]), np.sin(boxes.poses[..., 2])
    return c * dx + s * dy, c * dy - s * dx

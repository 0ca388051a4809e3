# SPDX-License-Identifier: Apache-2.0
"""Painting one body into one picture: faces back to front, smooth edges, exact depth.

The faces are first filled, back to front, with their numbers into a small oversampled picture
around the body. What each number stands for, inverse depth and colour over depth, is linear in the
ray of the pixel, so it is worked out for all samples at once and is right in perspective.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.world.render.bodies.eye import NEAR_M, Eye
from wpt_core.world.render.bodies.mesh import Mesh
from wpt_core.world.render.canvas import Float32

__all__ = ['Placed', 'Shade', 'Window', 'clip_near', 'paint_faces', 'place']

_SHIFT = 4
"""Corners are placed to 1/16 of a sample."""
_SLACK_M = 0.05
"""A body may lie this far behind what was painted before and still cover it: bodies stand on the
ground, and their soles and tyres share its depth."""
_BENDS = 6
"""Pieces of an edge under a lens that bends lines."""


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """A mesh seen by an eye."""

    mesh: Mesh
    world_from_body: NDArray[np.float64]
    camera_from_body: NDArray[np.float64]
    eye_m: NDArray[np.float64]
    """The eye in the body frame."""
    faces: NDArray[np.int64]
    """Faces to paint, in this order."""


@dataclass(frozen=True, eq=False, slots=True)
class Shade:
    """What the n faces of a placed body look like, in their order."""

    linear: Float32
    """(n, 3, 4): times a ray (3,), inverse depth and the three colours over depth."""
    ceiling: Float32
    """(n,): no colour of the face is brighter. Faces seen edge-on change so fast along a row of
    pixels that rounding takes samples far beyond their ends."""


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of pixels and how many samples each of them has along a side."""

    u0: int
    v0: int
    width: int
    height: int
    samples: int

    @property
    def area(self) -> tuple[slice, slice]:
        """For indexing the pane."""
        return slice(self.v0, self.v0 + self.height), slice(self.u0, self.u0 + self.width)

    def fixed(self, pixels: NDArray[np.float64]) -> NDArray[np.int32]:
        """Pixels to fixed point samples of this window."""
        local = (pixels - (self.u0 - 0.5, self.v0 - 0.5)) * self.samples - 0.5
        return np.rint(local * (1 << _SHIFT)).astype(np.int32)


def place(eye: Eye, mesh: Mesh, world_from_body: NDArray[np.float64]) -> Placed:
    """Look at a mesh that stands in the world."""
    camera_from_body = eye.camera_from_world @ world_from_body
    eye_m = -camera_from_body[:3, :3].T @ camera_from_body[:3, 3]
    return Placed(mesh, world_from_body, camera_from_body, eye_m, mesh.order(eye_m))


def paint_faces(eye: Eye, placed: Placed, shade: Shade, *, instance: int) -> None:
    """Paint a body over what lies behind it."""
    turn = placed.camera_from_body
    corners_m = placed.mesh.vertices_m @ turn[:3, :3].T + turn[:3, 3]
    points, loops = _outlines(eye, placed, corners_m)
    window = _window(eye, points)
    if window is None:
        return
    shape = (window.height * window.samples, window.width * window.samples)
    numbers = np.zeros(shape, np.int32)
    fixed = window.fixed(points)
    for number, loop in enumerate(loops, start=1):
        if loop.stop - loop.start < 3:
            continue
        if eye.straight:
            cv2.fillConvexPoly(numbers, fixed[loop], number, 8, _SHIFT)
        else:
            cv2.fillPoly(numbers, [fixed[loop]], number, 8, _SHIFT)
    reach_m = (max(float(corners_m[:, 2].min()), NEAR_M), float(corners_m[:, 2].max()))
    values = _values(eye, window, numbers, shade=shade, reach_m=reach_m)
    _compose(eye, window, numbers, values, instance=instance)


def clip_near(loop_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part (n, 3) of a convex loop in the optical frame that lies beyond the near plane."""
    depth = (loop_m[:, 2] - NEAR_M).tolist()
    if min(depth) > 0:
        return loop_m
    kept = []
    for i in range(len(loop_m)):
        j = (i + 1) % len(loop_m)
        if depth[i] > 0:
            kept.append(loop_m[i])
        if (depth[i] > 0) != (depth[j] > 0):
            share = depth[i] / (depth[i] - depth[j])
            kept.append(loop_m[i] + share * (loop_m[j] - loop_m[i]))
    return np.array(kept).reshape(-1, 3)


def _outlines(
    eye: Eye, placed: Placed, points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[slice]]:
    """Pixels (n, 2), and for each face its corners among them."""
    loops = [placed.mesh.loops[face] for face in placed.faces]
    if eye.straight and points[:, 2].min() > NEAR_M:
        return eye.pixels(points), loops
    cut = [_bent(eye, clip_near(points[loop])) for loop in loops]
    ends = np.cumsum([len(loop) for loop in cut]).tolist()
    ranges = [slice(end - len(loop), end) for end, loop in zip(ends, cut, strict=True)]
    return np.concatenate([*cut, np.empty((0, 2))]), ranges


def _bent(eye: Eye, loop_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pixels of a loop, with points along its edges where the lens bends them."""
    if not eye.straight and len(loop_m):
        step = np.linspace(0.0, 1.0, _BENDS, endpoint=False)[None, :, None]
        ahead = np.roll(loop_m, -1, axis=0)
        loop_m = ((1 - step) * loop_m[:, None] + step * ahead[:, None]).reshape(-1, 3)
    pixels = eye.pixels(loop_m)
    return pixels[np.isfinite(pixels).all(axis=1)]


def _window(eye: Eye, points: NDArray[np.float64]) -> Window | None:
    """Smallest window of the picture around the points; coarser sampling for larger ones."""
    if not len(points):
        return None
    (low_u, low_v), (high_u, high_v) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    height, width = eye.pane.depth_m.shape
    u0, v0 = max(int(low_u), 0), max(int(low_v), 0)
    u1, v1 = min(int(high_u + 1), width - 1), min(int(high_v + 1), height - 1)
    if u1 < u0 or v1 < v0 or high_u < -1 or high_v < -1:
        return None
    long = max(u1 - u0, v1 - v0) + 1
    samples = 4 if long <= 24 else 3 if long <= 80 else 2
    return Window(u0, v0, u1 - u0 + 1, v1 - v0 + 1, samples)


def _compose(
    eye: Eye, window: Window, numbers: NDArray[np.int32], samples: Float32, *, instance: int
) -> None:
    size = (window.width, window.height)
    values = cv2.resize(samples, size, interpolation=cv2.INTER_AREA)
    filled = (numbers > 0).astype(np.float32)
    cover = cv2.resize(filled, size, interpolation=cv2.INTER_AREA)
    depth = eye.pane.depth_m[window.area]
    body_m = cover / np.maximum(values[..., 0], np.float32(1e-6))
    front = body_m < depth * np.float32(1.002) + np.float32(_SLACK_M)
    front &= cover > 0
    light = eye.pane.light[window.area]
    light *= (1 - cover * front)[..., None]
    light += values[..., 1:] * front[..., None]
    front &= cover >= 0.5
    np.copyto(depth, body_m, where=front)
    np.copyto(eye.pane.instances[window.area], np.int32(instance), where=front)


def _values(
    eye: Eye,
    window: Window,
    numbers: NDArray[np.int32],
    *,
    shade: Shade,
    reach_m: tuple[float, float],
) -> Float32:
    """(h, w, 4): inverse depth and colours of all samples, 0 where nothing is."""
    x, y = _sample_rays(eye, window)
    table = np.zeros((4, 3, len(shade.linear) + 1), np.float32)
    table[:, :, 1:] = shade.linear.transpose(2, 1, 0)
    index = numbers.ravel()
    planes = []
    for along_x, along_y, constant in table:
        plane = along_x.take(index).reshape(numbers.shape)
        plane *= x
        plane += along_y.take(index).reshape(numbers.shape) * y
        plane += constant.take(index).reshape(numbers.shape)
        planes.append(plane)
    nearest, farthest = np.float32(1 / reach_m[0]), np.float32(1 / reach_m[1])
    np.clip(planes[0], farthest, nearest, out=planes[0])
    depth = 1 / planes[0]
    planes[0] *= numbers > 0
    ceiling = np.append(np.float32(0), shade.ceiling).take(index).reshape(numbers.shape)
    for plane in planes[1:]:
        plane *= depth
        np.clip(plane, 0.0, ceiling, out=plane)
    values: Float32 = cv2.merge(planes)
    return values


def _sample_rays(eye: Eye, window: Window) -> tuple[Float32, Float32]:
    """x and y of the rays (z = 1) of all samples, shapes that broadcast to theirs."""
    width, height = window.width * window.samples, window.height * window.samples
    if eye.straight:
        lens = eye.pane.camera.intrinsics
        u = window.u0 - 0.5 + (np.arange(width) + 0.5) / window.samples
        v = window.v0 - 0.5 + (np.arange(height) + 0.5) / window.samples
        x: Float32 = ((u - lens.cx_px) / lens.fx_px).astype(np.float32)
        y: Float32 = ((v - lens.cy_px) / lens.fy_px).astype(np.float32)
        return x, y[:, None]
    plane = eye.ray_map()[window.area][..., :2]
    fine = cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    return fine[..., 0], fine[..., 1]

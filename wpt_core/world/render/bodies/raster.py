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

__all__ = ['Placed', 'Window', 'clip_near', 'fill_faces', 'paint_faces']

_SHIFT = 4
"""Corners are placed to 1/16 of a sample."""
_SLACK_M = 0.05
"""A body may lie this far behind what was painted before and still cover it: bodies stand on the
ground, and their soles and tyres share its depth."""


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """A mesh seen by an eye."""

    mesh: Mesh
    rotation: NDArray[np.float64]
    """camera_from_body."""
    translation_m: NDArray[np.float64]
    eye_m: NDArray[np.float64]
    """The eye in the body frame."""
    faces: NDArray[np.int64]
    """Faces to paint, in this order."""


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


def paint_faces(eye: Eye, placed: Placed, coefficients: Float32, instance: int) -> None:
    """Paint a body over what lies behind it.

    `coefficients` (n, 3, 4) belong to `placed.faces`: times a ray (3,), they give inverse depth
    and the three colours over depth.
    """
    loops = _loops(eye, placed)
    window = _window(eye, loops)
    if window is None:
        return
    numbers = fill_faces(window, loops, bent=not eye.straight)
    _compose(eye, window, numbers, coefficients, instance)


def fill_faces(
    window: Window, loops: list[NDArray[np.float64]], *, bent: bool = False
) -> NDArray[np.int32]:
    """Samples (height, width) holding 1 + the number of the last loop that covers them."""
    shape = (window.height * window.samples, window.width * window.samples)
    numbers = np.zeros(shape, np.int32)
    for index, loop in enumerate(loops):
        if len(loop) < 3:
            continue
        if bent:
            cv2.fillPoly(numbers, [window.fixed(loop)], index + 1, 8, _SHIFT)
        else:
            cv2.fillConvexPoly(numbers, window.fixed(loop), index + 1, 8, _SHIFT)
    return numbers


def _loops(eye: Eye, placed: Placed) -> list[NDArray[np.float64]]:
    """Outlines of the faces in pixels, cut at the near plane; may be empty."""
    mesh = placed.mesh
    points = mesh.vertices_m @ placed.rotation.T + placed.translation_m
    if eye.straight and points[:, 2].min() > NEAR_M:
        pixels = eye.pixels(points)
        return [pixels[mesh.loops[face]] for face in placed.faces]
    return [_outline(eye, points[mesh.loops[face]]) for face in placed.faces]


def _outline(eye: Eye, loop_m: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = clip_near(loop_m)
    if not eye.straight and len(clipped):
        step = np.linspace(0.0, 1.0, 6, endpoint=False)[None, :, None]
        ahead = np.roll(clipped, -1, axis=0)
        clipped = ((1 - step) * clipped[:, None] + step * ahead[:, None]).reshape(-1, 3)
    pixels = eye.pixels(clipped)
    return pixels[np.isfinite(pixels).all(axis=1)]


def clip_near(loop_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part (n, 3) of a convex loop in the optical frame that lies beyond the near plane."""
    depth = loop_m[:, 2] - NEAR_M
    if depth.min() > 0:
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


def _window(eye: Eye, loops: list[NDArray[np.float64]]) -> Window | None:
    """Smallest window of the picture around the loops; coarser sampling for larger ones."""
    loops = [loop for loop in loops if len(loop) >= 3]
    if not loops:
        return None
    points = np.concatenate(loops)
    lens = eye.pane.camera.intrinsics
    low = np.maximum(np.floor(points.min(axis=0)), 0.0)
    high = np.minimum(np.ceil(points.max(axis=0)), (lens.width_px - 1, lens.height_px - 1))
    if (high < low).any():
        return None
    width, height = int(high[0] - low[0]) + 1, int(high[1] - low[1]) + 1
    samples = 4 if max(width, height) <= 24 else 3 if max(width, height) <= 80 else 2
    return Window(int(low[0]), int(low[1]), width, height, samples)


def _compose(
    eye: Eye, window: Window, numbers: NDArray[np.int32], coefficients: Float32, instance: int
) -> None:
    covered = (numbers > 0).astype(np.float32)
    values = _values(eye, window, numbers, coefficients)
    if window.samples > 1:
        size = (window.width, window.height)
        values = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
        covered = cv2.resize(covered, size, interpolation=cv2.INTER_AREA)
    depth = eye.pane.depth_m[window.area]
    body_m = covered / np.maximum(values[..., 0], 1e-6)
    front = (covered > 0) & (body_m < depth * 1.002 + _SLACK_M)
    light = eye.pane.light[window.area]
    alpha = np.where(front, covered, 0.0)[..., None]
    light *= 1 - alpha
    light += values[..., 1:] * front[..., None]
    solid = front & (covered >= 0.5)
    np.copyto(depth, body_m, where=solid)
    np.copyto(eye.pane.instances[window.area], instance, where=solid)


def _values(
    eye: Eye, window: Window, numbers: NDArray[np.int32], coefficients: Float32
) -> Float32:
    """(h, w, 4): inverse depth and colours of all samples, 0 where nothing is."""
    height, width = numbers.shape
    lens = eye.pane.camera.intrinsics
    table = np.zeros((len(coefficients) + 1, 3, 4), np.float32)
    if eye.straight:
        step = 1 / window.samples
        first = (np.array([window.u0, window.v0]) - 0.5 + step / 2) - (lens.cx_px, lens.cy_px)
        (x0, y0), (dx, dy) = (
            first / (lens.fx_px, lens.fy_px),
            (step / lens.fx_px, step / lens.fy_px),
        )
        table[1:, 0] = coefficients[:, 0] * dx
        table[1:, 1] = coefficients[:, 1] * dy
        table[1:, 2] = coefficients[:, 2] + coefficients[:, 0] * x0 + coefficients[:, 1] * y0
        x: Float32 = np.arange(width, dtype=np.float32)[None, :, None]
        y: Float32 = np.arange(height, dtype=np.float32)[:, None, None]
    else:
        table[1:] = coefficients
        plane = eye.ray_map()[window.area][..., :2]
        plane = cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)
        x, y = plane[..., :1], plane[..., 1:]
    rows = table.reshape(-1, 12).take(numbers.ravel(), axis=0).reshape(height, width, 3, 4)
    values: Float32 = rows[:, :, 0] * x
    values += rows[:, :, 1] * y
    values += rows[:, :, 2]
    values[..., 1:] /= np.maximum(values[..., :1], 1e-6)
    np.maximum(values, 0.0, out=values)
    return values

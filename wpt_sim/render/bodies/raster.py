# SPDX-License-Identifier: Apache-2.0
"""Painting one body into one picture: faces back to front, smooth edges, exact depth.

The faces are first filled, back to front, with their numbers into a small oversampled picture
around the body. Averaging the colours of the numbers gives colour and cover of every pixel. What
varies within a face, inverse depth and colour over depth, is linear in the ray of the pixel; it is
worked out once per pixel, for the face that was painted last in it, and so right in perspective.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.blend import lay_over
from wpt_sim.render.bodies.eye import NEAR_M, Eye
from wpt_sim.render.bodies.mesh import Mesh
from wpt_sim.render.canvas import Float32

__all__ = ['Placed', 'Shade', 'Window', 'paint_faces', 'place']

_SHIFT = 4
"""Corners are placed to 1/16 of a sample."""
_SLACK_M = 0.05
"""A body may lie this far behind what was painted before and still cover it: bodies stand on the
ground, and their soles and tyres share its depth."""


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """A mesh seen by an eye."""

    eye: Eye
    mesh: Mesh
    world_from_body: NDArray[np.float64]
    camera_from_body: NDArray[np.float64]
    eye_m: NDArray[np.float64]
    """The eye in the body frame."""
    faces: NDArray[np.int64]
    """Faces to paint, in this order."""
    smooth: bool
    """Whether colours vary within a face; nobody sees that on small bodies."""


@dataclass(frozen=True, eq=False, slots=True)
class Shade:
    """What the n faces of a placed body look like, in their order, after a row of zeros."""

    inverse: Float32
    """(n + 1, 3): times a ray, inverse depth."""
    middles: Float32
    """(n + 1, 4): colour in the middle of the face, and 1."""
    linear: Float32 | None = None
    """(n + 1, 3, 3): colour by colour, times a ray, the colour over depth; None: it is flat."""
    ceiling: Float32 | None = None
    """(n + 1,): no colour of the face is brighter. Faces seen edge-on change so fast along a row
    of pixels that rounding takes them far beyond their ends."""


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
        scale = self.samples << _SHIFT
        start = np.array([self.u0 - 0.5, self.v0 - 0.5]) * scale + 0.5 * (1 << _SHIFT)
        return np.rint(pixels * scale - start).astype(np.int32)


def place(
    eye: Eye, mesh: Mesh, world_from_body: NDArray[np.float64], *, smooth: bool = True
) -> Placed:
    """Look at a mesh that stands in the world."""
    camera_from_body = eye.camera_from_world @ world_from_body
    eye_m = -camera_from_body[:3, :3].T @ camera_from_body[:3, 3]
    faces = mesh.order(eye_m)
    return Placed(eye, mesh, world_from_body, camera_from_body, eye_m, faces, smooth)


def paint_faces(placed: Placed, shade: Shade, *, instance: int) -> None:
    """Paint a body over what lies behind it."""
    eye, turn = placed.eye, placed.camera_from_body
    corners_m = placed.mesh.vertices_m @ turn[:3, :3].T + turn[:3, 3]
    points, loops = _outlines(placed, corners_m)
    window = _window(eye, points)
    if window is None:
        return
    numbers = _numbers(window, points, loops, convex=eye.straight)
    picture = _averaged(shade.middles.take(numbers.astype(np.intp), axis=0), window)
    middle, cover = _in_middle(numbers, window.samples), picture[..., 3]
    index = middle.astype(np.intp)
    body_m = _depth_m(placed, window, index, shade)
    if shade.linear is not None:
        share = _share(numbers, middle, window)
        _vary(picture, eye, window, index, shade=shade, depth_m=body_m, share=share)
    depth = eye.pane.depth_m[window.area]
    front = (cover > 0) & (body_m < depth * np.float32(1.002) + np.float32(_SLACK_M))
    shown: Float32 = np.asarray(cv2.copyTo(picture, front.view(np.uint8)), np.float32)
    lay_over(eye.pane.light[window.area], shown)
    front &= cover >= 0.5
    np.copyto(depth, body_m, where=front)
    np.copyto(eye.pane.instances[window.area], np.int32(instance), where=front)


def _outlines(
    placed: Placed, points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[slice]]:
    """Pixels (n, 2), and for each face its corners among them."""
    eye, loops = placed.eye, [placed.mesh.loops[face] for face in placed.faces.tolist()]
    if eye.straight and points[:, 2].min() > NEAR_M:
        return eye.pixels(points), loops
    cut = [eye.outline(points[loop]) for loop in loops]
    ends = np.cumsum([len(loop) for loop in cut]).tolist()
    ranges = [slice(end - len(loop), end) for end, loop in zip(ends, cut, strict=True)]
    return np.concatenate([*cut, np.empty((0, 2))]), ranges


def _window(eye: Eye, points: NDArray[np.float64]) -> Window | None:
    """Smallest window of the picture around the points; coarser sampling for larger ones."""
    if not len(points):
        return None
    u, v = np.ascontiguousarray(points.T)
    low_u, high_u = float(u.min()), float(u.max())
    low_v, high_v = float(v.min()), float(v.max())
    height, width = eye.pane.depth_m.shape
    u0, v0 = max(int(low_u), 0), max(int(low_v), 0)
    u1, v1 = min(int(high_u + 1), width - 1), min(int(high_v + 1), height - 1)
    if u1 < u0 or v1 < v0 or high_u < -1 or high_v < -1:
        return None
    long = max(u1 - u0, v1 - v0) + 1
    samples = 4 if long <= 24 else 3 if long <= 80 else 2
    return Window(u0, v0, u1 - u0 + 1, v1 - v0 + 1, samples)


def _numbers(
    window: Window, points: NDArray[np.float64], loops: list[slice], *, convex: bool
) -> NDArray[np.uint16]:
    """Which face, counted from 1, is painted last on every sample; 0 where there is none."""
    shape = (window.height * window.samples, window.width * window.samples)
    numbers = np.zeros(shape, np.uint16)
    fixed = window.fixed(points)
    for number, loop in enumerate(loops, start=1):
        if loop.stop - loop.start < 3:
            continue
        if convex:
            cv2.fillConvexPoly(numbers, fixed[loop], number, 8, _SHIFT)
        else:
            cv2.fillPoly(numbers, [fixed[loop]], number, 8, _SHIFT)
    return numbers


def _averaged(samples: Float32, window: Window) -> Float32:
    size = (window.width, window.height)
    return np.asarray(cv2.resize(samples, size, interpolation=cv2.INTER_AREA), np.float32)


def _in_middle(numbers: NDArray[np.uint16], samples: int) -> NDArray[np.uint16]:
    """(h, w) face in the middle of every pixel, or any face in it if none is there."""
    any_face = np.asarray(cv2.dilate(numbers, np.ones((samples, samples)), anchor=(0, 0)))
    middle = numbers[samples // 2 :: samples, samples // 2 :: samples]
    return np.where(middle > 0, middle, any_face[::samples, ::samples])


def _share(numbers: NDArray[np.uint16], middle: NDArray[np.uint16], window: Window) -> Float32:
    """(h, w) how much of a pixel belongs to the face in its middle."""
    size = numbers.shape[::-1]
    enlarged = cv2.resize(middle, size, interpolation=cv2.INTER_NEAREST)
    return _averaged((numbers == enlarged).astype(np.float32), window)


def _depth_m(placed: Placed, window: Window, index: NDArray[np.intp], shade: Shade) -> Float32:
    """(h, w), within the reach of each face: the middle of a pixel may lie beside its face."""
    inverse = _on_rays(shade.inverse, index, _rays(placed.eye, window))
    turn = placed.camera_from_body
    corners_m = placed.mesh.corners_m[placed.faces] @ turn[2, :3] + turn[2, 3]
    reach = (1 / np.maximum(corners_m, NEAR_M)).astype(np.float32)
    farthest, nearest = np.ones((2, len(reach) + 1), np.float32)
    farthest[1:], nearest[1:] = reach.min(axis=1), reach.max(axis=1)
    np.clip(inverse, farthest.take(index), nearest.take(index), out=inverse)
    depth: Float32 = np.float32(1.0) / inverse
    return depth


def _vary(
    picture: Float32,
    eye: Eye,
    window: Window,
    index: NDArray[np.intp],
    *,
    shade: Shade,
    depth_m: Float32,
    share: Float32,
) -> None:
    """Add to the mean colour of the face in the middle, `share` of a pixel, how it varies."""
    assert shade.linear is not None
    assert shade.ceiling is not None
    directions, ceiling = _rays(eye, window), shade.ceiling.take(index)
    for i in range(3):
        plane = _on_rays(shade.linear[:, i], index, directions)
        plane *= depth_m
        np.clip(plane, 0.0, ceiling, out=plane)
        plane -= shade.middles[:, i].take(index)
        plane *= share
        picture[..., i] += plane


def _on_rays(
    table: Float32, index: NDArray[np.intp], directions: tuple[Float32, Float32]
) -> Float32:
    """(h, w): the rows (3,) of a table times the rays of the pixels."""
    value: Float32 = table[:, 0].take(index)
    value *= directions[0]
    value += table[:, 1].take(index) * directions[1]
    value += table[:, 2].take(index)
    return value


def _rays(eye: Eye, window: Window) -> tuple[Float32, Float32]:
    """x and y of the rays (z = 1) of all pixels, shapes that broadcast to theirs."""
    if not eye.straight:
        plane = eye.ray_map()[window.area]
        return plane[..., 0], plane[..., 1]
    x, y = eye.ray_axes()
    rows, columns = window.area
    return x[columns], y[rows, None]

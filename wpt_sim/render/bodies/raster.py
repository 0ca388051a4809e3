# SPDX-License-Identifier: Apache-2.0
"""Rasterisation of one body into one image: faces back to front, antialiased, exact depth.

The indices of the faces are first filled, back to front, into a small oversampled image around the
body. Averaging their colours gives colour and alpha of every pixel. Within a face, inverse depth
and colour over depth are linear in the ray of the pixel; they are computed once per pixel, for its
topmost face, and are therefore perspective-correct.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.mesh import Mesh
from wpt_sim.render.bodies.viewpoint import NEAR_M, Viewpoint
from wpt_sim.render.canvas import Float32, composite_over

__all__ = ['FaceShading', 'PlacedMesh', 'Window', 'paint_faces', 'place_mesh']

_SHIFT = 4
"""Corners are placed to 1/16 of a sample."""
_SLACK_M = 0.05
"""Depth tolerance: bodies stand on the ground, and their soles and tyres share its depth."""


@dataclass(frozen=True, eq=False, slots=True)
class PlacedMesh:
    """A mesh in the view of a camera."""

    viewpoint: Viewpoint
    mesh: Mesh
    world_from_body: NDArray[np.float64]
    camera_from_body: NDArray[np.float64]
    viewpoint_m: NDArray[np.float64]
    """The viewpoint in the body frame."""
    faces: NDArray[np.int64]
    """Faces to paint, in this order."""
    smooth: bool
    """Whether colours vary within a face; not needed on small bodies."""


@dataclass(frozen=True, eq=False, slots=True)
class FaceShading:
    """Shading of the n faces of a placed body, in their order, after a row of zeros."""

    inverse: Float32
    """(n + 1, 3): times a ray, inverse depth."""
    middles: Float32
    """(n + 1, 4): colour in the middle of the face, and 1."""
    linear: Float32 | None = None
    """(n + 1, 3, 3): per channel, times a ray, colour over depth; None: flat shading."""
    ceiling: Float32 | None = None
    """(n + 1,): upper limit of the colours; interpolation on edge-on faces overshoots."""


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of pixels, with the samples per pixel and side."""

    u0: int
    v0: int
    width: int
    height: int
    samples: int

    @property
    def area(self) -> tuple[slice, slice]:
        """Index into the buffer."""
        return slice(self.v0, self.v0 + self.height), slice(self.u0, self.u0 + self.width)

    def fixed(self, pixels: NDArray[np.float64]) -> NDArray[np.int32]:
        """Convert pixels to fixed point samples of this window."""
        scale = self.samples << _SHIFT
        start = np.array([self.u0 - 0.5, self.v0 - 0.5]) * scale + 0.5 * (1 << _SHIFT)
        return np.rint(pixels * scale - start).astype(np.int32)


def place_mesh(
    viewpoint: Viewpoint, mesh: Mesh, world_from_body: NDArray[np.float64], *, smooth: bool = True
) -> PlacedMesh:
    """Place a mesh of the world in the view of a camera."""
    camera_from_body = viewpoint.camera_from_world @ world_from_body
    viewpoint_m = -camera_from_body[:3, :3].T @ camera_from_body[:3, 3]
    faces = mesh.order(viewpoint_m)
    return PlacedMesh(
        viewpoint, mesh, world_from_body, camera_from_body, viewpoint_m, faces, smooth
    )


def paint_faces(placed: PlacedMesh, shade: FaceShading, *, instance: int) -> None:
    """Composite a body over everything behind it."""
    viewpoint, turn = placed.viewpoint, placed.camera_from_body
    corners_m = placed.mesh.vertices_m @ turn[:3, :3].T + turn[:3, 3]
    points, loops = _outlines(placed, corners_m)
    window = _window(viewpoint, points)
    if window is None:
        return
    numbers = _numbers(window, points, loops, convex=viewpoint.straight)
    image = _averaged(shade.middles.take(numbers.astype(np.intp), axis=0), window)
    middle, cover = _in_middle(numbers, window.samples), image[..., 3]
    index = middle.astype(np.intp)
    body_m = _depth_m(placed, window, index, shade)
    if shade.linear is not None:
        share = _share(numbers, middle, window)
        _vary(image, viewpoint, window, index, shade=shade, depth_m=body_m, share=share)
    depth = viewpoint.buffer.depth_m[window.area]
    front = (cover > 0) & (body_m < depth * np.float32(1.002) + np.float32(_SLACK_M))
    shown: Float32 = np.asarray(cv2.copyTo(image, front.view(np.uint8)), np.float32)
    composite_over(viewpoint.buffer.light[window.area], shown)
    front &= cover >= 0.5
    np.copyto(depth, body_m, where=front)
    np.copyto(viewpoint.buffer.instances[window.area], np.int32(instance), where=front)


def _outlines(
    placed: PlacedMesh, points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[slice]]:
    """Return pixels (n, 2), and the slice of each face."""
    viewpoint, loops = (
        placed.viewpoint,
        [placed.mesh.loops[face] for face in placed.faces.tolist()],
    )
    if viewpoint.straight and points[:, 2].min() > NEAR_M:
        return viewpoint.pixels(points), loops
    cut = [viewpoint.outline(points[loop]) for loop in loops]
    ends = np.cumsum([len(loop) for loop in cut]).tolist()
    ranges = [slice(end - len(loop), end) for end, loop in zip(ends, cut, strict=True)]
    return np.concatenate([*cut, np.empty((0, 2))]), ranges


def _window(viewpoint: Viewpoint, points: NDArray[np.float64]) -> Window | None:
    """Return the smallest window around the points; larger ones have fewer samples."""
    if not len(points):
        return None
    u, v = np.ascontiguousarray(points.T)
    low_u, high_u = float(u.min()), float(u.max())
    low_v, high_v = float(v.min()), float(v.max())
    height, width = viewpoint.buffer.depth_m.shape
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
    """Return the topmost face of every sample, counted from 1; 0 without a face."""
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
    """Return the (h, w) face in the middle of every pixel, or else any face in it."""
    any_face = np.asarray(cv2.dilate(numbers, np.ones((samples, samples)), anchor=(0, 0)))
    middle = numbers[samples // 2 :: samples, samples // 2 :: samples]
    return np.where(middle > 0, middle, any_face[::samples, ::samples])


def _share(numbers: NDArray[np.uint16], middle: NDArray[np.uint16], window: Window) -> Float32:
    """Return the (h, w) share of each pixel that its middle face covers."""
    size = numbers.shape[::-1]
    enlarged = cv2.resize(middle, size, interpolation=cv2.INTER_NEAREST)
    return _averaged((numbers == enlarged).astype(np.float32), window)


def _depth_m(
    placed: PlacedMesh, window: Window, index: NDArray[np.intp], shade: FaceShading
) -> Float32:
    """Return the (h, w) depth, clipped to each face, as the pixel centre may lie beside it."""
    inverse = _on_rays(shade.inverse, index, _rays(placed.viewpoint, window))
    turn = placed.camera_from_body
    corners_m = placed.mesh.corners_m[placed.faces] @ turn[2, :3] + turn[2, 3]
    reach = (1 / np.maximum(corners_m, NEAR_M)).astype(np.float32)
    farthest, nearest = np.ones((2, len(reach) + 1), np.float32)
    farthest[1:], nearest[1:] = reach.min(axis=1), reach.max(axis=1)
    np.clip(inverse, farthest.take(index), nearest.take(index), out=inverse)
    depth: Float32 = np.float32(1.0) / inverse
    return depth


def _vary(
    image: Float32,
    viewpoint: Viewpoint,
    window: Window,
    index: NDArray[np.intp],
    *,
    shade: FaceShading,
    depth_m: Float32,
    share: Float32,
) -> None:
    """Add the variation of colour within the middle face, which covers `share` of a pixel."""
    assert shade.linear is not None
    assert shade.ceiling is not None
    directions, ceiling = _rays(viewpoint, window), shade.ceiling.take(index)
    for i in range(3):
        plane = _on_rays(shade.linear[:, i], index, directions)
        plane *= depth_m
        np.clip(plane, 0.0, ceiling, out=plane)
        plane -= shade.middles[:, i].take(index)
        plane *= share
        image[..., i] += plane


def _on_rays(
    table: Float32, index: NDArray[np.intp], directions: tuple[Float32, Float32]
) -> Float32:
    """Return (h, w): the rows (3,) of a table times the rays of the pixels."""
    value: Float32 = table[:, 0].take(index)
    value *= directions[0]
    value += table[:, 1].take(index) * directions[1]
    value += table[:, 2].take(index)
    return value


def _rays(viewpoint: Viewpoint, window: Window) -> tuple[Float32, Float32]:
    """Return x and y of the rays (z = 1) of all pixels, broadcastable."""
    if not viewpoint.straight:
        plane = viewpoint.ray_map()[window.area]
        return plane[..., 0], plane[..., 1]
    x, y = viewpoint.ray_axes()
    rows, columns = window.area
    return x[columns], y[rows, None]

# SPDX-License-Identifier: Apache-2.0
"""Plants as billboards: vertical images that face the camera."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.plants import Foliage
from wpt_sim.render.bodies.projection import (
    LEAST_INVERSE,
    image_from_ray,
    image_windows,
    in_image_windows,
    linear_in_window,
    project_image,
)
from wpt_sim.render.bodies.sprites import FULL, bearing_step, front_lit, sprite
from wpt_sim.render.bodies.viewpoint import Viewpoint
from wpt_sim.render.canvas import Float32, composite_over
from wpt_sim.render.light import Light

__all__ = ['Billboard', 'Plants', 'paint_plant', 'plant_billboards']

_LEAST_PX = 3.0
"""Plants lower than this in the image are skipped."""
_SOLID = 0.5
"""Alpha from which a pixel gets the depth of the plant."""
_BEAM_STEPS = 8
_LEAST_BEAM = 1e-4
"""Headlights weaker than this, or than ..."""
_LEAST_SHARE = 0.02
"""... this share of the sky's light, are neglected."""
_FLAT_M = 30.0
"""Distance from which a plant has a single depth."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Plants:
    """N trees and bushes."""

    images: tuple[Foliage, ...]
    feet_m: Array
    """(N, 3) on the ground, world frame."""
    heights_m: Array
    """(N,)."""
    widths_m: Array
    """(N,)."""
    mirrored: NDArray[np.bool_]
    """(N,)."""
    tints: Array
    """(N, 3) factors on the albedo."""

    def centres_m(self) -> Array:
        """Return (N, 3) centres of bounding spheres."""
        return self.feet_m + np.outer(self.heights_m, (0.0, 0.0, 0.5))

    def radii_m(self) -> Array:
        """Return (N,) radii of these spheres."""
        return 0.5 * np.hypot(self.heights_m, self.widths_m)


@dataclass(frozen=True, eq=False, slots=True)
class Billboard:
    """One plant as an image in a camera buffer."""

    far_m: float
    window: tuple[int, int, int, int]
    """u0, v0, u1, v1."""
    image: Foliage
    level: int
    bearing: int
    image_from_window: Array
    """(3, 3) homography from the window to the image, see `in_image_windows`."""
    stem_m: float
    """Depth of the stem's foot."""
    mix: Array
    """(4, 4) from radiance and alpha of the plant to those at the camera."""
    beam: Array | None
    """Headlights at uniform steps from foot to top; None where negligible."""


def plant_billboards(
    viewpoint: Viewpoint, plants: Plants, chosen: NDArray[np.int64], light: Light, *, fades: Array
) -> list[Billboard]:
    """Return the billboards of the `chosen` plants in view."""
    feet, tall = plants.feet_m[chosen], plants.heights_m[chosen]
    towards = viewpoint.position_m[:2] - feet[:, :2]
    range_m = np.hypot(*towards.T)
    towards /= np.maximum(range_m, 1e-3)[:, None]
    across = np.column_stack([-towards[:, 1], towards[:, 0]])
    turn = viewpoint.camera_from_world[:3, :3]
    foot, up = viewpoint.in_camera(feet), tall[:, None] * turn[:, 2]
    right = (across * plants.widths_m[chosen][:, None]) @ turn[:, :2].T
    corners = foot - right / 2 + up
    matrices = image_from_ray(corners, right, -up)
    tall_px = (
        viewpoint.buffer.camera.intrinsics.fy_px * tall / np.maximum(foot[:, 2], 0.4 * range_m)
    )
    far_m = np.hypot(range_m, tall / 2 - viewpoint.position_m[2])
    mixes = _mixes(far_m, plants.tints[chosen], fades, light)
    places, usable = image_windows(viewpoint, corners, right, -up)
    mirrored = plants.mirrored[chosen]
    matrices[mirrored, 0] = matrices[mirrored, 2] - matrices[mirrored, 0]
    matrices = in_image_windows(viewpoint, matrices, places)
    sun = light.sun_direction[:2]
    bearings = np.arctan2(across @ sun, towards @ sun)
    beams = _beams(viewpoint, feet, tall, light)
    lit = beams.max(axis=1) > max(_LEAST_BEAM, _LEAST_SHARE * float(light.sky_rgb.mean()))
    result = []
    for i in np.flatnonzero(usable & (tall_px > _LEAST_PX)).tolist():
        index = int(chosen[i])
        image = plants.images[index]
        result.append(
            Billboard(
                far_m=float(far_m[i]),
                window=tuple(places[i].tolist()),
                image=image,
                level=_level(image, float(tall_px[i])),
                bearing=bearing_step(-bearings[i] if mirrored[i] else bearings[i], light),
                image_from_window=matrices[i],
                stem_m=float(foot[i, 2]),
                mix=mixes[i],
                beam=beams[i] if lit[i] else None,
            )
        )
    return result


def paint_plant(viewpoint: Viewpoint, billboard: Billboard, light: Light) -> None:
    """Composite a plant over everything behind it."""
    u0, v0, u1, v1 = billboard.window
    area = (slice(v0, v1), slice(u0, u1))
    pixels, peak = _lit(billboard, light)
    depth = viewpoint.buffer.depth_m[area]
    plane = _depth_m(viewpoint, billboard)
    in_front = (depth > plane).view(np.uint8)
    seen = cv2.copyTo(
        project_image(viewpoint, billboard.image_from_window, pixels, billboard.window), in_front
    )
    image = seen.astype(np.float32, copy=False)
    composite_over(
        viewpoint.buffer.light[area], image, billboard.mix * ((peak / FULL,) * 3 + (1 / FULL,))
    )
    solid = image[..., 3] * billboard.mix[3, 3] >= _SOLID * FULL
    np.copyto(depth, plane, where=solid)
    np.copyto(viewpoint.buffer.instances[area], np.int32(0), where=solid)


def _mixes(far_m: Array, tints: Array, fades: Array, light: Light) -> Array:
    """Return (n, 4, 4) mixes of haze, tint and fade."""
    clear = light.transmittance(far_m)[:, None]
    mixes = np.zeros((len(far_m), 4, 4))
    mixes[:, range(3), range(3)] = clear * tints
    mixes[:, :3, 3] = light.haze_rgb * (1 - clear)
    mixes[:, 3, 3] = 1.0
    return mixes * fades[:, None, None]


def _level(image: Foliage, tall_px: float) -> int:
    """Return the mip level just finer than the buffer."""
    ratio = len(image.colours[0]) / max(tall_px, 1.0)
    return min(int(math.log2(max(ratio, 1.0)) + 0.4), len(image.colours) - 1)


def _depth_m(viewpoint: Viewpoint, billboard: Billboard) -> Float32:
    """Return the (h, w) depth of the vertical plane through the stem; that of the stem if far."""
    if billboard.far_m > _FLAT_M:
        return np.asarray(billboard.stem_m, np.float32)
    inverse = linear_in_window(viewpoint, billboard.image_from_window[2], billboard.window)
    missed = inverse < LEAST_INVERSE
    inverse[missed] = 1.0
    depth: Float32 = np.float32(1.0) / inverse
    depth[missed] = np.inf
    return depth


def _lit(billboard: Billboard, light: Light) -> tuple[NDArray[np.uint16] | Float32, float]:
    """Return the lit (H, W, 4) image, and the radiance of value `FULL`."""
    by_day = sprite(billboard.image, billboard.level, billboard.bearing, light)
    if billboard.beam is None:
        return by_day.pixels, by_day.peak
    front = front_lit(billboard.image, billboard.level)
    share = 1 - (np.arange(len(front)) + 0.5) / len(front)
    rows = np.interp(share, np.linspace(0.0, 1.0, len(billboard.beam)), billboard.beam)
    scaled = (rows * (FULL / by_day.peak)).astype(np.float32)
    return by_day.pixels + scaled[:, None, None] * front, by_day.peak


def _beams(viewpoint: Viewpoint, feet_m: Array, tall_m: Array, light: Light) -> Array:
    """Return (n, steps) headlights along the stems."""
    if light.headlights == 0:
        return np.zeros((len(feet_m), 1))
    up_m = np.outer(tall_m, np.linspace(0.0, 1.0, _BEAM_STEPS))
    base = np.repeat(viewpoint.in_base(feet_m)[:, None], _BEAM_STEPS, axis=1)
    base[..., 2] += up_m
    return light.headlight(base).astype(np.float64)

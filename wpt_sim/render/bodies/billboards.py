# SPDX-License-Identifier: Apache-2.0
"""Painting plants: upright pictures that always turn towards the eye."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.blend import lay_over
from wpt_sim.render.bodies.eye import Eye
from wpt_sim.render.bodies.plants import Foliage
from wpt_sim.render.bodies.plate import (
    LEAST_INVERSE,
    in_windows,
    linear_in_window,
    projected,
    shares_from_ray,
    windows,
)
from wpt_sim.render.bodies.sprites import FULL, bearing_step, front_lit, sprite
from wpt_sim.render.canvas import Float32
from wpt_sim.render.light import Light

__all__ = ['Plants', 'Sheet', 'paint_plant', 'sheets']

_LEAST_PX = 3.0
"""Plants lower than this in the picture are left out."""
_SOLID = 0.5
"""Cover from which a pixel counts as the plant's in depth."""
_BEAM_STEPS = 8
_LEAST_BEAM = 1e-4
"""Own headlights that are weaker than this, or than ..."""
_LEAST_SHARE = 0.02
"""... this share of the sky's light, are left out."""
_FLAT_M = 30.0
"""Distance from which a plant has one depth."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Plants:
    """N trees and bushes."""

    pictures: tuple[Foliage, ...]
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
        """(N, 3) of spheres that hold them."""
        return self.feet_m + np.outer(self.heights_m, (0.0, 0.0, 0.5))

    def radii_m(self) -> Array:
        """(N,) of these spheres."""
        return 0.5 * np.hypot(self.heights_m, self.widths_m)


@dataclass(frozen=True, eq=False, slots=True)
class Sheet:
    """One plant as a picture in a pane."""

    far_m: float
    window: tuple[int, int, int, int]
    """u0, v0, u1, v1."""
    picture: Foliage
    level: int
    bearing: int
    shares: Array
    """(3, 3) homography from the window to the picture, see `in_windows`."""
    stem_m: float
    """Depth of the stem's foot."""
    mix: Array
    """(4, 4) from radiance and cover of the plant to those that reach the eye."""
    beam: Array | None
    """Own headlights at even steps from the foot to the top; None where they do not reach."""


def sheets(
    eye: Eye, plants: Plants, chosen: NDArray[np.int64], light: Light, *, fades: Array
) -> list[Sheet]:
    """The pictures that the `chosen` plants make; those out of view are left out."""
    feet, tall = plants.feet_m[chosen], plants.heights_m[chosen]
    towards = eye.place_m[:2] - feet[:, :2]
    range_m = np.hypot(*towards.T)
    towards /= np.maximum(range_m, 1e-3)[:, None]
    across = np.column_stack([-towards[:, 1], towards[:, 0]])
    turn = eye.camera_from_world[:3, :3]
    foot, up = eye.in_camera(feet), tall[:, None] * turn[:, 2]
    right = (across * plants.widths_m[chosen][:, None]) @ turn[:, :2].T
    corners = foot - right / 2 + up
    matrices = shares_from_ray(corners, right, -up)
    tall_px = eye.pane.camera.intrinsics.fy_px * tall / np.maximum(foot[:, 2], 0.4 * range_m)
    far_m = np.hypot(range_m, tall / 2 - eye.place_m[2])
    mixes = _mixes(far_m, plants.tints[chosen], fades, light)
    places, usable = windows(eye, corners, right, -up)
    mirrored = plants.mirrored[chosen]
    matrices[mirrored, 0] = matrices[mirrored, 2] - matrices[mirrored, 0]
    matrices = in_windows(eye, matrices, places)
    sun = light.sun_direction[:2]
    bearings = np.arctan2(across @ sun, towards @ sun)
    beams = _beams(eye, feet, tall, light)
    lit = beams.max(axis=1) > max(_LEAST_BEAM, _LEAST_SHARE * float(light.sky_rgb.mean()))
    result = []
    for i in np.flatnonzero(usable & (tall_px > _LEAST_PX)).tolist():
        index = int(chosen[i])
        picture = plants.pictures[index]
        result.append(
            Sheet(
                far_m=float(far_m[i]),
                window=tuple(places[i].tolist()),
                picture=picture,
                level=_level(picture, float(tall_px[i])),
                bearing=bearing_step(-bearings[i] if mirrored[i] else bearings[i], light),
                shares=matrices[i],
                stem_m=float(foot[i, 2]),
                mix=mixes[i],
                beam=beams[i] if lit[i] else None,
            )
        )
    return result


def paint_plant(eye: Eye, sheet: Sheet, light: Light) -> None:
    """Paint a plant over what lies behind it."""
    u0, v0, u1, v1 = sheet.window
    area = (slice(v0, v1), slice(u0, u1))
    pixels, peak = _lit(sheet, light)
    depth = eye.pane.depth_m[area]
    plane = _depth_m(eye, sheet)
    in_front = (depth > plane).view(np.uint8)
    seen = cv2.copyTo(projected(eye, sheet.shares, pixels, sheet.window), in_front)
    picture = seen.astype(np.float32, copy=False)
    lay_over(eye.pane.light[area], picture, sheet.mix * ((peak / FULL,) * 3 + (1 / FULL,)))
    solid = picture[..., 3] * sheet.mix[3, 3] >= _SOLID * FULL
    np.copyto(depth, plane, where=solid)
    np.copyto(eye.pane.instances[area], np.int32(0), where=solid)


def _mixes(far_m: Array, tints: Array, fades: Array, light: Light) -> Array:
    """(n, 4, 4) of the air between, the plants' own colours, and how far they have faded in."""
    clear = light.transmittance(far_m)[:, None]
    mixes = np.zeros((len(far_m), 4, 4))
    mixes[:, range(3), range(3)] = clear * tints
    mixes[:, :3, 3] = light.haze_rgb * (1 - clear)
    mixes[:, 3, 3] = 1.0
    return mixes * fades[:, None, None]


def _level(picture: Foliage, tall_px: float) -> int:
    """The scale just finer than the pane."""
    ratio = len(picture.colours[0]) / max(tall_px, 1.0)
    return min(int(math.log2(max(ratio, 1.0)) + 0.4), len(picture.colours) - 1)


def _depth_m(eye: Eye, sheet: Sheet) -> Float32:
    """(h, w) depth of the upright plane through the stem; that of the stem alone for far ones."""
    if sheet.far_m > _FLAT_M:
        return np.asarray(sheet.stem_m, np.float32)
    inverse = linear_in_window(eye, sheet.shares[2], sheet.window)
    missed = inverse < LEAST_INVERSE
    inverse[missed] = 1.0
    depth: Float32 = np.float32(1.0) / inverse
    depth[missed] = np.inf
    return depth


def _lit(sheet: Sheet, light: Light) -> tuple[NDArray[np.uint16] | Float32, float]:
    """(H, W, 4) picture in the light of the moment, and the radiance that `FULL` stands for."""
    by_day = sprite(sheet.picture, sheet.level, sheet.bearing, light)
    if sheet.beam is None:
        return by_day.pixels, by_day.peak
    front = front_lit(sheet.picture, sheet.level)
    share = 1 - (np.arange(len(front)) + 0.5) / len(front)
    rows = np.interp(share, np.linspace(0.0, 1.0, len(sheet.beam)), sheet.beam)
    scaled = (rows * (FULL / by_day.peak)).astype(np.float32)
    return by_day.pixels + scaled[:, None, None] * front, by_day.peak


def _beams(eye: Eye, feet_m: Array, tall_m: Array, light: Light) -> Array:
    """(n, steps) own headlights along the stems."""
    if light.headlights == 0:
        return np.zeros((len(feet_m), 1))
    up_m = np.outer(tall_m, np.linspace(0.0, 1.0, _BEAM_STEPS))
    base = np.repeat(eye.in_base(feet_m)[:, None], _BEAM_STEPS, axis=1)
    base[..., 2] += up_m
    return light.headlight(base).astype(np.float64)

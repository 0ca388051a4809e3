# SPDX-License-Identifier: Apache-2.0
"""Painting plants: upright pictures that always turn towards the eye."""

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.world.render.bodies.eye import Eye
from wpt_core.world.render.bodies.plants import Foliage
from wpt_core.world.render.canvas import Float32
from wpt_core.world.render.light import Light

__all__ = ['Plants', 'Sheet', 'paint_plant', 'sheets']

_CLOSEST_M = 0.6
_LEAST_PX = 2.0
"""Plants lower than this in the picture are left out."""
_THROUGH = 0.22
"""Share of the sun that shines through leaves lit from behind."""
_SOLID = 0.5
"""Cover from which a pixel counts as the plant's in depth."""
_BEARINGS = 32
"""Directions from which the sun is worked out; a step changes the light by a tenth at most."""
_BEAM_STEPS = 8
_LEAST_BEAM = 1e-4
_FLAT_M = 30.0
"""Distance from which a plant has one depth."""


@dataclass(frozen=True, eq=False, slots=True)
class Plants:
    """N trees and bushes."""

    pictures: tuple[Foliage, ...]
    feet_m: NDArray[np.float64]
    """(N, 3) on the ground, world frame."""
    heights_m: NDArray[np.float64]
    """(N,)."""
    widths_m: NDArray[np.float64]
    """(N,)."""
    mirrored: NDArray[np.bool_]
    """(N,)."""
    tints: NDArray[np.float64]
    """(N, 3) factors on the albedo."""

    def centres_m(self) -> NDArray[np.float64]:
        """(N, 3) of spheres that hold them."""
        return self.feet_m + np.outer(self.heights_m, (0.0, 0.0, 0.5))

    def radii_m(self) -> NDArray[np.float64]:
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
    pixels_from_picture: NDArray[np.float64]
    """2 x 3, to pixels counted from (u0, v0)."""
    inverse_depth: NDArray[np.float64]
    """(3,): times a ray, 1 / depth."""
    stem_m: float
    """Depth of the stem's foot."""
    tint: NDArray[np.float64]
    fade: float
    beam: NDArray[np.float64] | None
    """Own headlights at even steps from the foot to the top; None where they do not reach."""


def sheets(
    eye: Eye,
    plants: Plants,
    chosen: NDArray[np.int64],
    light: Light,
    *,
    fades: NDArray[np.float64],
) -> list[Sheet]:
    """The pictures that the `chosen` plants make; those out of view are left out."""
    feet, up = plants.feet_m[chosen], np.outer(plants.heights_m[chosen], (0.0, 0.0, 1.0))
    towards = (eye.place_m - feet) * (1.0, 1.0, 0.0)
    towards /= np.maximum(np.linalg.norm(towards, axis=1, keepdims=True), 1e-6)
    across = np.column_stack([-towards[:, 1], towards[:, 0], np.zeros(len(feet))])
    half = across * (plants.widths_m[chosen] / 2)[:, None]
    corners = np.stack([feet - half, feet + half, feet - half + up, feet + half + up], axis=1)
    pixels, low, high, usable = _in_pane(eye, corners)
    stems = eye.in_camera(feet)
    planes = towards @ eye.camera_from_world[:3, :3].T
    planes /= (planes * stems).sum(axis=1, keepdims=True)
    sun = light.sun_direction[:2]
    bearings = np.arctan2(across[:, :2] @ sun, towards[:, :2] @ sun)
    far = np.linalg.norm(feet + up / 2 - eye.place_m, axis=1)
    beams = _beams(eye, feet, up, light)
    result = []
    for i in np.flatnonzero(usable).tolist():
        index = int(chosen[i])
        picture, flip = plants.pictures[index], bool(plants.mirrored[index])
        level = _level(picture, float(np.hypot(*(pixels[i, 2] - pixels[i, 0]))))
        origin = low[i].tolist()
        result.append(
            Sheet(
                far_m=float(far[i]),
                window=(*origin, *high[i].tolist()),
                picture=picture,
                level=level,
                bearing=_step(-bearings[i] if flip else bearings[i]),
                pixels_from_picture=_affine(pixels[i] - origin, picture.colours[level], flip),
                inverse_depth=planes[i],
                stem_m=float(stems[i, 2]),
                tint=plants.tints[index],
                fade=float(fades[i]),
                beam=beams[i] if beams[i].max() > _LEAST_BEAM else None,
            )
        )
    return result


def _in_pane(
    eye: Eye, corners_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Pixels (n, 4, 2) of corners (n, 4, 3), the windows around them, and which are worth it."""
    in_camera = eye.in_camera(corners_m)
    ahead = in_camera[..., 2].min(axis=1) > _CLOSEST_M
    in_camera[~ahead] = (0.0, 0.0, 1.0)
    pixels = eye.pixels(in_camera)
    sound = ahead & np.isfinite(pixels).all(axis=(1, 2))
    pixels[~sound] = 0.0
    height, width = eye.pane.depth_m.shape
    low = np.clip(np.floor(pixels.min(axis=1)), 0, (width, height)).astype(np.int64)
    high = np.clip(np.ceil(pixels.max(axis=1)) + 1, 0, (width, height)).astype(np.int64)
    tall_px = np.hypot(*(pixels[:, 2] - pixels[:, 0]).T)
    return pixels, low, high, sound & (high > low).all(axis=1) & (tall_px > _LEAST_PX)


def paint_plant(eye: Eye, sheet: Sheet, light: Light) -> None:
    """Paint a plant over what lies behind it."""
    u0, v0, u1, v1 = sheet.window
    area, size = (slice(v0, v1), slice(u0, u1)), (u1 - u0, v1 - v0)
    picture = _lit(sheet.picture, sheet.level, sheet.bearing, light)
    leaves: Float32 = cv2.warpAffine(picture, sheet.pixels_from_picture, size).astype(
        np.float32, copy=False
    )
    if sheet.beam is not None:
        leaves += _headlit(sheet, sheet.beam, size)
    depth = eye.pane.depth_m[area]
    plane = _depth_m(eye, sheet)
    hidden = depth <= plane
    if hidden.any():
        leaves[hidden] = 0
    if sheet.fade < 1:
        leaves *= np.float32(sheet.fade)
    clear = float(light.transmittance(sheet.far_m))
    mix = np.column_stack([np.diag(clear * sheet.tint), light.haze_rgb * (1 - clear)])
    pane, cover = eye.pane.light[area], leaves[..., 3]
    pane *= (1 - cover)[..., None]
    pane += cv2.transform(leaves, mix)
    solid = cover >= _SOLID
    np.copyto(depth, plane, where=solid)
    np.copyto(eye.pane.instances[area], np.int32(0), where=solid)


def _level(picture: Foliage, tall_px: float) -> int:
    """The scale just finer than the pane."""
    ratio = len(picture.colours[0]) / max(tall_px, 1.0)
    return int(np.clip(np.log2(max(ratio, 1.0)) + 0.4, 0, len(picture.colours) - 1))


def _step(angle_rad: float) -> int:
    return round(angle_rad / (2 * np.pi) * _BEARINGS) % _BEARINGS


def _affine(
    corners: NDArray[np.float64], picture: NDArray[np.uint8], mirrored: bool
) -> NDArray[np.float64]:
    """From picture to pixels, for corners bottom left, bottom right, top left, top right."""
    rows, columns = picture.shape[:2]
    start, end = (corners[3], corners[2]) if mirrored else (corners[2], corners[3])
    right, down = (end - start) / columns, (corners[0] - corners[2]) / rows
    return np.column_stack([right, down, start + (right + down) / 2])


def _depth_m(eye: Eye, sheet: Sheet) -> Float32:
    """(h, w) depth of the upright plane through the stem; that of the stem alone for far ones."""
    row = sheet.inverse_depth
    u0, v0, u1, v1 = sheet.window
    if sheet.far_m > _FLAT_M:
        return np.full((1, 1), sheet.stem_m, np.float32)
    if not eye.straight:
        inverse = eye.ray_map()[v0:v1, u0:u1] @ row.astype(np.float32)
    else:
        lens = eye.pane.camera.intrinsics
        x = (np.arange(u0, u1) - lens.cx_px) * (row[0] / lens.fx_px) + row[2]
        y = (np.arange(v0, v1) - lens.cy_px) * (row[1] / lens.fy_px)
        inverse = np.add.outer(y.astype(np.float32), x.astype(np.float32))
    depth: Float32 = 1 / np.maximum(inverse, np.float32(1e-4))
    return depth


@lru_cache(maxsize=160)
def _lit(picture: Foliage, level: int, bearing: int, light: Light) -> Float32:
    """(H, W, 4) radiance under sun and sky times cover, and cover."""
    facing = (picture.normals[level].astype(np.float32) - 128) / np.float32(127)
    up = facing[..., 1:2]
    sky, bounce = light.sky_rgb, 0.08 * light.ground_rgb
    total = (0.55 * sky + 0.5 * bounce) + (0.45 * sky - 0.5 * bounce) * up
    if light.sun_rgb.any():
        angle, flat = bearing / _BEARINGS * 2 * np.pi, np.hypot(*light.sun_direction[:2])
        axes = (flat * np.sin(angle), light.sun_direction[2], flat * np.cos(angle))
        amount = (facing @ np.array(axes, np.float32))[..., None]
        total = total + light.sun_rgb * (np.maximum(amount, 0) + _THROUGH * np.maximum(-amount, 0))
    cover = picture.colours[level][..., 3:].astype(np.float32) / 255
    return np.concatenate([_albedo(picture, level) * total * cover, cover], -1).astype(np.float32)


@lru_cache(maxsize=64)
def _front(picture: Foliage, level: int) -> Float32:
    """(H, W, 4) radiance under white light from the eye, times cover; the last channel is 0."""
    facing = (picture.normals[level][..., 2:].astype(np.float32) - 128) / np.float32(127)
    cover = picture.colours[level][..., 3:].astype(np.float32) / 255
    lit = _albedo(picture, level) * np.maximum(facing, 0) * cover
    return np.concatenate([lit, np.zeros_like(cover)], axis=-1).astype(np.float32)


def _albedo(picture: Foliage, level: int) -> Float32:
    root = picture.colours[level][..., :3].astype(np.float32) / np.float32(255)
    albedo: Float32 = root * root
    return albedo


def _beams(
    eye: Eye, feet_m: NDArray[np.float64], up_m: NDArray[np.float64], light: Light
) -> NDArray[np.float64]:
    """(n, steps) own headlights along the stems."""
    if light.headlights == 0:
        return np.zeros((len(feet_m), 1))
    steps = np.linspace(0.0, 1.0, _BEAM_STEPS)[None, :, None]
    stems = feet_m[:, None] + steps * up_m[:, None]
    base = stems @ eye.base_from_world[:3, :3].T + eye.base_from_world[:3, 3]
    return light.headlight(base).astype(np.float64)


def _headlit(sheet: Sheet, beam: NDArray[np.float64], size: tuple[int, int]) -> Float32:
    """(h, w, 4) what the own headlights add; the last channel is 0."""
    matrix = sheet.pixels_from_picture
    front = cv2.warpAffine(_front(sheet.picture, sheet.level), matrix, size)
    tall = len(sheet.picture.colours[sheet.level])
    share = 1 - (np.arange(size[1]) - matrix[1, 2]) / max(matrix[1, 1] * tall, 1e-6)
    rows = np.interp(share, np.linspace(0.0, 1.0, len(beam)), beam)
    lit: Float32 = front.astype(np.float32, copy=False)
    lit *= rows.astype(np.float32)[:, None, None]
    return lit

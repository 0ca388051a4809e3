# SPDX-License-Identifier: Apache-2.0
"""Painting plants: upright pictures that always turn towards the eye."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_core.world.render.bodies.eye import Eye
from wpt_core.world.render.bodies.plants import Foliage
from wpt_core.world.render.canvas import Float32
from wpt_core.world.render.light import Light

__all__ = ['Plant', 'crown_shadows', 'paint_plant']

_CLOSEST_M = 0.6
_THROUGH = 0.22
"""Share of the sun that shines through leaves lit from behind."""
_SOLID = 0.5
"""Cover from which a pixel counts as the plant's in depth."""


@dataclass(frozen=True, eq=False, slots=True)
class Plant:
    """One tree or bush."""

    foliage: Foliage
    place_m: NDArray[np.float64]
    """(3,) foot of the stem in the world frame."""
    height_m: float
    stretch: float
    """Width over that of the picture; negative mirrors it."""
    tint: NDArray[np.float64]

    @property
    def width_m(self) -> float:
        return self.height_m * self.foliage.aspect * abs(self.stretch)


@dataclass(frozen=True, eq=False, slots=True)
class _Sheet:
    """Where the picture of a plant lies in the pane."""

    area: tuple[slice, slice]
    colour: NDArray[np.uint8]
    normal: NDArray[np.uint8]
    across: NDArray[np.float64]
    towards: NDArray[np.float64]
    heights_m: NDArray[np.float64]
    """For each row of the area, roughly."""


def paint_plant(eye: Eye, plant: Plant, light: Light, *, fade: float = 1.0) -> None:
    """Paint a plant over what lies behind it; `fade` below 1 makes it transparent."""
    sheet = _sheet(eye, plant)
    if sheet is None:
        return
    cover = sheet.colour[..., 3].astype(np.float32) * np.float32(fade / 255)
    depth = eye.pane.depth_m[sheet.area]
    plane = _depth_m(eye, plant, sheet)
    cover *= plane < depth
    radiance = _radiance(eye, plant, sheet, light)
    pane = eye.pane.light[sheet.area]
    pane += cover[..., None] * (radiance - pane)
    solid = cover >= _SOLID
    np.copyto(depth, plane, where=solid)
    np.copyto(eye.pane.instances[sheet.area], 0, where=solid)


def _sheet(eye: Eye, plant: Plant) -> _Sheet | None:
    flat = eye.place_m - plant.place_m
    flat[2] = 0.0
    towards = flat / max(float(np.linalg.norm(flat)), 1e-6)
    across = np.array([-towards[1], towards[0], 0.0])
    half = across * (plant.width_m / 2)
    top = plant.place_m + (0.0, 0.0, plant.height_m)
    corners = np.stack([plant.place_m - half, plant.place_m + half, top - half, top + half])
    in_camera = eye.in_camera(corners)
    if in_camera[:, 2].min() < _CLOSEST_M:
        return None
    pixels = eye.pixels(in_camera)
    if not np.isfinite(pixels).all():
        return None
    height, width = eye.pane.depth_m.shape
    u0, v0 = np.clip(np.floor(pixels.min(axis=0)), 0, (width, height)).astype(int)
    u1, v1 = np.clip(np.ceil(pixels.max(axis=0)) + 1, 0, (width, height)).astype(int)
    if u1 <= u0 or v1 <= v0:
        return None
    colour, normal = _warped(plant, pixels - (u0, v0), (int(u1 - u0), int(v1 - v0)))
    foot_v, top_v = pixels[:2, 1].mean(), pixels[2:, 1].mean()
    rows = (foot_v - np.arange(v0, v1)) / max(foot_v - top_v, 0.5)
    area = (slice(int(v0), int(v1)), slice(int(u0), int(u1)))
    return _Sheet(area, colour, normal, across, towards, rows.clip(0, 1) * plant.height_m)


def _warped(
    plant: Plant, pixels: NDArray[np.float64], size: tuple[int, int]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Colour and normals brought to the pane, from the scale that fits best."""
    tall_px = float(np.linalg.norm(pixels[2] - pixels[0]))
    colours = plant.foliage.colours
    level = int(
        np.clip(
            np.floor(np.log2(max(len(colours[0]) / max(tall_px, 1.0), 1.0)) + 0.4),
            0,
            len(colours) - 1,
        )
    )
    colour, normal = colours[level], plant.foliage.normals[level]
    rows, columns = colour.shape[:2]
    left, right = (0.0, columns - 1.0) if plant.stretch > 0 else (columns - 1.0, 0.0)
    source = np.array([(left, rows - 0.5), (right, rows - 0.5), (left, -0.5)], np.float32)
    matrix = cv2.getAffineTransform(source, pixels[:3].astype(np.float32))
    return cv2.warpAffine(colour, matrix, size), cv2.warpAffine(normal, matrix, size)


def _depth_m(eye: Eye, plant: Plant, sheet: _Sheet) -> Float32:
    """(h, w) depth of the upright plane through the stem."""
    normal = eye.camera_from_world[:3, :3] @ sheet.towards
    row = normal / (normal @ eye.in_camera(plant.place_m))
    rows, columns = sheet.area
    if not eye.straight:
        inverse = eye.ray_map()[sheet.area] @ row.astype(np.float32)
    else:
        lens = eye.pane.camera.intrinsics
        x = (np.arange(columns.start, columns.stop) - lens.cx_px) / lens.fx_px
        y = (np.arange(rows.start, rows.stop) - lens.cy_px) / lens.fy_px
        inverse = (row[0] * x + row[2]) + (row[1] * y)[:, None]
    depth: Float32 = (1.0 / np.maximum(inverse, 1e-4)).astype(np.float32)
    return depth


def _radiance(eye: Eye, plant: Plant, sheet: _Sheet, light: Light) -> Float32:
    """(h, w, 3) light that the leaves send to the eye."""
    facing = (sheet.normal.astype(np.float32) - 128) * np.float32(1 / 127)
    if plant.stretch < 0:
        facing[..., 0] *= -1
    up = facing[..., 1:2]
    sky, bounce = light.sky_rgb.astype(np.float32), (0.08 * light.ground_rgb).astype(np.float32)
    total = (0.55 * sky + 0.5 * bounce) + (0.45 * sky - 0.5 * bounce) * up
    if light.sun_rgb.any():
        sun = light.sun_direction
        axes = np.array([sun @ sheet.across, sun[2], sun @ sheet.towards], np.float32)
        amount = facing @ axes
        shining = np.maximum(amount, 0.0) + _THROUGH * np.maximum(-amount, 0.0)
        total += shining[..., None] * light.sun_rgb.astype(np.float32)
    if light.headlights > 0:
        stem = plant.place_m + np.outer(sheet.heights_m, (0.0, 0.0, 1.0))
        beam = light.headlight(stem @ eye.base_from_world[:3, :3].T + eye.base_from_world[:3, 3])
        total += (np.maximum(facing[..., 2], 0.0) * beam[:, None])[..., None]
    albedo = sheet.colour[..., :3].astype(np.float32) * np.float32(1 / 255)
    albedo *= albedo
    clear = float(light.transmittance(np.linalg.norm(plant.place_m - eye.place_m)))
    total *= albedo * (clear * plant.tint).astype(np.float32)
    result: Float32 = total + (light.haze_rgb * (1 - clear)).astype(np.float32)
    return result


def crown_shadows(plant: Plant, sun_direction: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Outlines (n, 3) on the ground of the shadows of a plant's crown and stem."""
    if sun_direction[2] < 0.05:
        return []
    along = sun_direction[:2] / sun_direction[2]
    away = along / max(float(np.linalg.norm(along)), 1e-6)
    side = np.array([-away[1], away[0]])
    stretch = 1.0 / sun_direction[2]
    angle = np.arange(14) * (2 * np.pi / 14)
    ragged = 1.0 + 0.16 * np.sin(angle * 5 + plant.place_m[0]) * np.cos(angle * 3)
    outlines = []
    for right, up, radius in plant.foliage.blobs * plant.height_m:
        centre = plant.place_m[:2] + side * (right * plant.stretch) - along * up
        ring = (
            np.outer(np.cos(angle) * ragged, side)
            + np.outer(np.sin(angle) * ragged, away) * stretch
        )
        outlines.append(np.column_stack([centre + radius * ring, np.zeros(14)]))
    width = 0.014 * plant.height_m
    tip = plant.place_m[:2] - along * (0.6 * plant.height_m)
    foot = plant.place_m[:2]
    stem = np.array(
        [foot - side * width, foot + side * width, tip + side * width, tip - side * width]
    )
    outlines.append(np.column_stack([stem, np.zeros(4)]))
    return outlines

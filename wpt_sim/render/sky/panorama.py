# SPDX-License-Identifier: Apache-2.0
"""The panorama at infinity: sky, clouds, sun, stars, hills and distant trees."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from wpt_sim.render.canvas import Canvas, Float32
from wpt_sim.render.light import Light
from wpt_sim.render.look import Daylight, Look, Weather
from wpt_sim.render.pixel_rays import SkyRays
from wpt_sim.render.sky.skyline import add_skyline
from wpt_sim.render.texture import smoothstep, spectral_tile

__all__ = ['Panorama', 'SkyView', 'build_panorama', 'paint_sky', 'view_sky']

_ROWS = 320
_TOP = float(np.pi / 2)
_CLOUD_PX = 512
_SHEEN = 3.0
"""Limit of the reflected radiance, relative to the horizon."""


@dataclass(frozen=True, eq=False, slots=True)
class Panorama:
    """Radiance by direction: columns are azimuth from -pi to pi, rows the root of elevation.

    The root gives the detailed horizon most of the rows.
    """

    radiance: Float32
    """(rows, columns + 1, 3); the last column repeats the first."""
    mirror: Float32
    """Blurred radiance, as reflected by a rough wet road."""

    def coordinates(self, directions: tuple[Float32, Float32, Float32]) -> tuple[Float32, Float32]:
        """Return columns and rows for unit vectors, for an ego heading along the world's x."""
        x, y, z = directions
        columns = self.radiance.shape[1] - 1
        u = (np.arctan2(y, x) / np.float32(2 * np.pi) + np.float32(0.5)) * np.float32(columns)
        elevation = np.arcsin(np.clip(z, 0.0, 1.0))
        v = np.sqrt(elevation / np.float32(_TOP)) * np.float32(_ROWS - 1)
        return u.astype(np.float32), v.astype(np.float32)

    def sample(
        self, coordinates: tuple[Float32, Float32], yaw_rad: float, *, mirrored: bool = False
    ) -> Float32:
        """Return (rows, cols, 3) radiance at `coordinates` for an ego turned by yaw."""
        columns = self.radiance.shape[1] - 1
        turn = np.float32(np.mod(yaw_rad / (2 * np.pi), 1.0) * columns)
        u = coordinates[0] + turn
        u -= np.float32(columns) * (u >= np.float32(columns))
        if mirrored:  # blurred by several columns, so the steps are invisible
            return np.asarray(
                cv2.remap(self.mirror, u, coordinates[1], cv2.INTER_NEAREST), np.float32
            )
        return np.asarray(
            cv2.remap(self.radiance, u, coordinates[1], cv2.INTER_LINEAR), np.float32
        )


def build_panorama(
    generator: Generator, look: Look, *, light: Light, pixel_rad: float
) -> Panorama:
    """Build it as fine as the pixels of the cameras, so that distant trees do not flicker."""
    columns = int(np.clip(2 * np.pi / pixel_rad, 768, 3072))
    azimuth = ((np.arange(columns) / columns - 0.5) * 2 * np.pi).astype(np.float32)[None, :]
    elevation = (np.linspace(0.0, 1.0, _ROWS) ** 2 * _TOP).astype(np.float32)[:, None]
    toward_sun = _cosine(azimuth, elevation, light.sun_direction)
    radiance = _air(look, light, elevation=elevation, toward_sun=toward_sun)
    _clouds(generator, radiance, look=look, light=light, azimuth=azimuth, elevation=elevation)
    if look.daylight is Daylight.NIGHT and look.weather is Weather.CLEAR:
        _stars(generator, radiance, elevation)
    _sun(radiance, look, light=light, toward_sun=toward_sun)
    add_skyline(generator, radiance, look=look, light=light, elevation=elevation)
    closed = np.concatenate([radiance, radiance[:, :1]], axis=1)
    # A road is too rough to reflect the sun as a spot: it becomes a broad sheen.
    dull = np.minimum(radiance, np.float32(_SHEEN * light.haze_rgb.max()))
    mirror = cv2.GaussianBlur(dull, (0, 0), 3.0, sigmaY=9.0, borderType=cv2.BORDER_REPLICATE)
    return Panorama(closed, np.concatenate([mirror, mirror[:, :1]], axis=1))


def _cosine(azimuth: Float32, elevation: Float32, toward: NDArray[np.float64]) -> Float32:
    x, y, z = toward.astype(np.float32)
    level = np.cos(elevation)
    cosine: Float32 = level * (np.cos(azimuth) * x + np.sin(azimuth) * y) + np.sin(elevation) * z
    return cosine


def _air(look: Look, light: Light, *, elevation: Float32, toward_sun: Float32) -> Float32:
    """Return the gradient from haze to zenith, brighter near the sun."""
    horizon = light.haze_rgb.astype(np.float32)
    zenith = (light.sky_rgb * np.array([0.55, 0.95, 1.75])).astype(np.float32)
    if look.weather is not Weather.CLEAR:
        zenith = (light.haze_rgb * 1.25).astype(np.float32)
    share = np.exp(-elevation / np.float32(0.16 + 0.25 * look.haze))[..., None]
    radiance = zenith + (horizon - zenith) * share
    if look.weather is Weather.CLEAR and look.daylight is not Daylight.NIGHT:
        near = np.clip(toward_sun, 0.0, 1.0)
        warm = np.array([1.0, 0.62, 0.32], np.float32)
        colour = warm if look.daylight is Daylight.DUSK else np.sqrt(light.sun_rgb + 1e-3)
        spread = np.float32(light.haze_rgb.mean()) * (0.9 * near**6 + 0.7 * near**40)
        band = np.exp(-elevation / np.float32(0.22 if look.daylight is Daylight.DUSK else 0.8))
        radiance = radiance + (spread * band)[..., None] * colour.astype(np.float32)
    return np.ascontiguousarray(radiance * np.ones_like(toward_sun)[..., None], np.float32)


def _clouds(
    generator: Generator,
    radiance: Float32,
    *,
    look: Look,
    light: Light,
    azimuth: Float32,
    elevation: Float32,
) -> None:
    """Add noise on a flat layer, so that clouds shrink towards the horizon."""
    tile = spectral_tile(generator, _CLOUD_PX, slope=1.55, coarsest_px=_CLOUD_PX / 3)
    reach = np.cos(elevation) / (np.sin(elevation) + np.float32(0.07)) * np.float32(70.0)
    u = np.mod(reach * np.cos(azimuth), _CLOUD_PX - 1).astype(np.float32)
    v = np.mod(reach * np.sin(azimuth), _CLOUD_PX - 1).astype(np.float32)
    noise = cv2.remap(tile, u, v, cv2.INTER_LINEAR)
    thin = 1.0 - np.exp(-elevation / np.float32(0.05))
    if look.weather is not Weather.CLEAR:
        depth = 0.10 if look.weather is Weather.OVERCAST else 0.14
        radiance *= (1.0 + np.float32(depth) * noise * thin)[..., None]
        return
    edge = float(generator.uniform(0.1, 1.6))
    cover = smoothstep(np.asarray(noise, np.float32), edge, edge + 0.9) * thin
    lit = light.haze_rgb * 0.75 + light.sun_rgb * 0.32 + light.sky_rgb * 0.25
    shade = 1.0 - 0.22 * smoothstep(np.asarray(noise, np.float32), edge + 0.6, edge + 2.2)
    cloud = shade[..., None] * lit.astype(np.float32)
    radiance += (np.float32(0.9) * cover)[..., None] * (cloud - radiance)


def _stars(generator: Generator, radiance: Float32, elevation: Float32) -> None:
    """Add stars above the haze."""
    rows, columns = radiance.shape[:2]
    count = 500
    height = np.arcsin(generator.uniform(0.12, 1.0, count))
    row = np.searchsorted(elevation[:, 0], height).clip(0, rows - 1)
    glow = generator.exponential(0.0015, count).astype(np.float32)
    radiance[row, generator.integers(0, columns, count)] += glow[:, None]


def _sun(radiance: Float32, look: Look, *, light: Light, toward_sun: Float32) -> None:
    """Add disc and aureole; behind clouds only a brighter area."""
    if look.daylight is Daylight.NIGHT:
        return
    angle = np.arccos(np.clip(toward_sun, -1.0, 1.0))
    if look.weather is not Weather.CLEAR:
        radiance *= (1.0 + 0.35 * np.exp(-((angle / 0.5) ** 2)))[..., None]
        return
    colour = (light.sun_rgb / max(light.sun_rgb.max(), 1e-6)).astype(np.float32)
    power = np.float32(light.sun_rgb.max())
    disc = 60.0 * (1.0 - smoothstep(angle, 0.006, 0.012))
    aureole = 2.5 * np.exp(-angle / 0.035) + (0.35 + 1.5 * look.glare) * np.exp(-angle / 0.16)
    radiance += (power * (disc + aureole).astype(np.float32))[..., None] * colour


@dataclass(frozen=True, eq=False, slots=True)
class SkyView:
    """Precomputed panorama coordinates of rays above the horizon."""

    sky_rays: SkyRays
    coordinates: tuple[Float32, Float32]


def view_sky(sky_rays: SkyRays, panorama: Panorama) -> SkyView:
    """Precompute what depends on the rig only."""
    return SkyView(sky_rays, panorama.coordinates(sky_rays.directions))


def paint_sky(canvas: Canvas, panorama: Panorama, view: SkyView, *, yaw_rad: float) -> None:
    """Render all pixels above the horizon; depth stays infinite."""
    if view.sky_rays.runs.places:
        seen = panorama.sample(view.coordinates, yaw_rad)
        view.sky_rays.runs.put(seen.reshape(-1, 3), canvas.light)

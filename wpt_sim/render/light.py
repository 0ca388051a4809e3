# SPDX-License-Identifier: Apache-2.0
"""The light of a look: sun, sky, air, wetness, and the car's own headlights.

Unit of light: white paper in full daylight has radiance 1. So radiance = albedo * illumination,
a red brake lamp is about 3, a dipped headlamp seen from its beam 40 or more.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wpt_sim.render.canvas import Float32
from wpt_sim.render.look import Daylight, Look, Weather

__all__ = ['HEADLAMPS_IN_BASE', 'Light', 'light_from']

HEADLAMPS_IN_BASE = np.array([[3.6, 0.62, 0.66], [3.6, -0.62, 0.66]])
"""Left and right headlamp of the ego."""
_LAMPS = HEADLAMPS_IN_BASE.astype(np.float32)

_CUT_OFF_RAD = -0.010
"""Dipped beams end 1 % below the horizontal (UN ECE R112, right-hand traffic)."""
_KINK_RAD = 0.26
"""Right of the axis the cut-off climbs by 15 degrees, so that the near-side verge is lit."""
_BEAM_ENDS_M = 200.0
_BEAM_LIGHT_M2 = 14.0
"""Illumination at 1 m in the hot spot: 30 000 cd relative to the 100 000 lx of a summer day,
raised because cameras resolve the contrast of a lit road better than this ratio suggests."""

_ELEVATIONS = np.arange(-0.6, 0.15, 0.0005)
"""Tangents; above these only stray light, below almost none."""
_SINES = np.linspace(-1.0, 1.0, 257)


@dataclass(frozen=True, eq=False, slots=True)
class Light:
    """Illumination and air, the same everywhere; vectors are (3,) float64."""

    sun_direction: NDArray[np.float64]
    """Unit vector towards the sun, world frame."""
    sun_rgb: NDArray[np.float64]
    """On a surface that faces the sun; zero when the sun is hidden or down."""
    sky_rgb: NDArray[np.float64]
    """On a surface that faces up, from the sky alone."""
    haze_rgb: NDArray[np.float64]
    """Radiance of air of infinite depth."""
    haze_density_1pm: float
    wetness: float
    """0 dry, 1 covered by a water film."""
    headlights: float
    """0 off, 1 on, of the ego."""
    lamps: bool
    """Whether other vehicles have their lamps on."""

    @property
    def ground_rgb(self) -> NDArray[np.float64]:
        """Illumination of flat ground in the open, without headlights."""
        total: NDArray[np.float64] = self.sun_rgb * max(self.sun_direction[2], 0.0) + self.sky_rgb
        return total

    @property
    def shadow_rgb(self) -> NDArray[np.float64]:
        """Share of `ground_rgb` that remains in the shadow, per colour."""
        share: NDArray[np.float64] = self.sky_rgb / self.ground_rgb
        return share

    def transmittance(self, depth_m: ArrayLike) -> Float32:
        """Return the share of light that passes this depth of air."""
        thickness = np.float32(-self.haze_density_1pm) * np.asarray(depth_m, np.float32)
        share: Float32 = np.exp(thickness)
        return share

    def headlight(self, points_in_base: ArrayLike, *, as_one: bool = False) -> Float32:
        """Return the illumination by the ego's headlights of surfaces that face them.

        (...) for points (..., 3). `as_one` replaces both lamps by one between them, which is
        faster and accurate from some metres on.
        """
        points = np.asarray(points_in_base, np.float32)
        total = np.zeros(points.shape[:-1], np.float32)
        ahead = (points[..., 0] > HEADLAMPS_IN_BASE[0, 0]) & (points[..., 0] < _BEAM_ENDS_M)
        if self.headlights == 0.0 or not ahead.any():
            return total
        x, y, z = np.ascontiguousarray(points[ahead].T)
        lamps = _LAMPS.mean(axis=0, keepdims=True) if as_one else _LAMPS
        both = [_beam(x - lamp[0], y - lamp[1], z - lamp[2]) for lamp in lamps]
        power = self.headlights * _BEAM_LIGHT_M2 * len(_LAMPS) / len(lamps)
        total[ahead] = np.float32(power) * (both[0] if as_one else both[0] + both[1])
        return total

    def on_ground(self, points_in_base: ArrayLike) -> Float32:
        """Return the headlight that flat ground reflects back to the ego, for albedo 1."""
        points = np.asarray(points_in_base, np.float32)
        # A rough surface reflects more grazing light than the cosine predicts.
        reach = np.hypot(points[..., 0] - np.float32(HEADLAMPS_IN_BASE[0, 0]), points[..., 1])
        grazing = (0.66 / np.maximum(reach, 0.66)) ** np.float32(0.35)
        # Water reflects it forwards.
        light: Float32 = self.headlight(points) * grazing * np.float32(1.0 - 0.45 * self.wetness)
        return light


def _beam(x: Float32, y: Float32, z: Float32) -> Float32:
    """Return the light of one dipped lamp at points relative to it: share of its hot spot over the
    squared distance."""
    near = x * x + y * y + np.float32(1e-6)
    per_m = 1 / np.sqrt(near)
    table = _beam_table()
    place = _step(z * per_m, _ELEVATIONS) * table.shape[1] + _step(y * per_m, _SINES)
    light: Float32 = table.ravel().take(place) / (near + z * z + np.float32(0.5))
    return light


def _step(value: Float32, grid: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the index of the nearest value of a uniform grid."""
    per_step = np.float32(1 / (grid[1] - grid[0]))
    place = (value - np.float32(grid[0])) * per_step + np.float32(0.5)
    index: NDArray[np.intp] = np.clip(place, 0, len(grid) - 1).astype(np.intp)
    return index


@cache
def _beam_table() -> Float32:
    """Return the share of the hot spot by elevation (rows) and sine of azimuth (columns)."""
    azimuth = np.arcsin(_SINES)[None, :]
    depth = _CUT_OFF_RAD + np.clip(-azimuth, 0.0, 0.13) * _KINK_RAD - _ELEVATIONS[:, None]
    edge = 1.0 / (1.0 + np.exp(-np.clip(depth / 0.006, -30.0, 30.0)))
    depth = np.clip(depth, 0.0, None)
    spread = 0.55 * np.exp(-((azimuth / 0.16) ** 2)) + 0.45 * np.exp(-((azimuth / 0.50) ** 2))
    fall = 0.90 * np.exp(-depth / 0.028) + 0.10 * np.exp(-depth / 0.12)
    stray = 0.002 * np.exp(-((azimuth / 0.8) ** 2))
    share: Float32 = (edge * spread * fall + stray).astype(np.float32)
    return share


def light_from(look: Look) -> Light:
    """Return the light of a look."""
    azimuth, elevation = look.sun_azimuth_rad, look.sun_elevation_rad
    if look.daylight is Daylight.DAY:
        elevation = max(elevation, 0.05)
    sun_direction = np.array(
        [
            np.cos(elevation) * np.cos(azimuth),
            np.cos(elevation) * np.sin(azimuth),
            np.sin(elevation),
        ]
    )
    sun_rgb, sky_rgb, haze_rgb = _sources(look, elevation)
    dim = look.daylight is not Daylight.DAY
    wetness = 1.0 if look.weather is Weather.RAIN else 0.0
    return Light(
        sun_direction=sun_direction,
        sun_rgb=sun_rgb,
        sky_rgb=sky_rgb,
        haze_rgb=haze_rgb,
        haze_density_1pm=_haze_density_1pm(look),
        wetness=wetness,
        headlights=1.0 if dim else 0.0,
        lamps=dim or look.weather is Weather.RAIN,
    )


def _haze_density_1pm(look: Look) -> float:
    """Return the density: contrast halves in 7 km of clear air, full haze leaves 2 % at 100 m."""
    rain = 0.0015 if look.weather is Weather.RAIN else 0.0
    return 1e-4 + rain + 0.039 * float(np.clip(look.haze, 0.0, 1.0) ** 2.5)


def _sources(look: Look, elevation_rad: float) -> tuple[NDArray[np.float64], ...]:
    """Return the colours of sun, sky and haze."""
    if look.daylight is Daylight.NIGHT:
        sky = np.array([0.85, 0.95, 1.25]) * 0.0007
        if look.weather is not Weather.CLEAR:
            sky = np.array([1.1, 0.97, 0.85]) * 0.0009  # clouds reflect city lights
        return np.zeros(3), sky, sky * 0.5
    height = float(np.sin(max(elevation_rad, 0.02)))
    # Reddening: optical depth per colour times the path length through the air.
    sun = 1.15 * np.exp(-np.array([0.06, 0.12, 0.25]) / (height + 0.08))
    level = 0.12 + 0.88 * min(height / 0.5, 1.0)
    sky = np.array([0.15, 0.185, 0.26]) * level
    haze = np.array([0.44, 0.50, 0.58]) * level
    if look.daylight is Daylight.DUSK:
        glow = float(np.clip(0.5 + elevation_rad / 0.12, 0.0, 1.0))
        sun = np.array([0.10, 0.045, 0.018]) * glow
        sky = np.array([0.040, 0.048, 0.070])
        haze = np.array([0.098, 0.085, 0.088])
    if look.weather is not Weather.CLEAR:
        cover = 0.75 if look.weather is Weather.OVERCAST else 0.5
        total = float(np.mean(sun * height + sky)) * cover
        sky = np.array([0.97, 1.0, 1.05]) * total
        return np.zeros(3), sky, sky * np.array([0.80, 0.82, 0.84])
    return sun, sky, haze

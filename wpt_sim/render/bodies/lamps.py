# SPDX-License-Identifier: Apache-2.0
"""Glow of lamps that are on: glare in the lens and streaks on a wet road."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.mesh import Mesh
from wpt_sim.render.bodies.viewpoint import NEAR_M, Viewpoint
from wpt_sim.render.canvas import Float32
from wpt_sim.render.light import Light

__all__ = ['LitLamps', 'add_glow', 'lit_lamps']

_GLARE = ((0.10, 2.0), (0.06, 7.0))
"""Shares of light spread by the lens, and their standard deviations in 1/256 of the width."""
_STREAK = 0.06
"""Share of light that a wet road reflects to the camera."""
_LEAST = 2e-5
"""Radiance below which a glow is skipped."""
_LEAST_M = 0.3
"""Lamps nearer than this are inside a body."""
_BEYOND_M = 2.0
"""Lamps within this distance outside the image still glow into it."""
_AROUND = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 2)

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class LitLamps:
    """N lamps that are on, in the world frame."""

    positions_m: Array
    """(N, 3)."""
    normals: Array
    """(N, 3)."""
    radii_m: Array
    """(N,)."""
    rgb: Array
    """(N, 3) radiance."""

    def select(self, chosen: NDArray[np.bool_]) -> 'LitLamps':
        """Return a selection."""
        return LitLamps(
            self.positions_m[chosen], self.normals[chosen], self.radii_m[chosen], self.rgb[chosen]
        )


def lit_lamps(bodies: Iterable[tuple[Mesh, Array, Array]]) -> LitLamps:
    """Return all lamps that are on, from mesh, world_from_body and radiance per role."""
    places, normals, radii, rgb = [], [], [], []
    for mesh, world_from_body, glow in bodies:
        turn, place = world_from_body[:3, :3], world_from_body[:3, 3]
        for lamp in mesh.lamps:
            if glow[lamp.role].any():
                places.append(turn @ lamp.position_m + place)
                normals.append(turn @ lamp.normal)
                radii.append(lamp.radius_m)
                rgb.append(glow[lamp.role])
    shape = (len(radii), 3)
    return LitLamps(
        np.reshape(places, shape),
        np.reshape(normals, shape),
        np.array(radii),
        np.reshape(rgb, shape),
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Spots:
    """L lamps in an image, or their reflections in a wet road."""

    pixels: Array
    """(L, 2)."""
    sigmas_px: Array
    """(L, 2) horizontal and vertical standard deviation."""
    peaks: Array
    """(L, 3) radiance in the middle."""


def add_glow(viewpoint: Viewpoint, lamps: LitLamps, light: Light) -> None:
    """Add the glow of lamps, after all bodies."""
    sight = viewpoint.position_m - lamps.positions_m
    seen = viewpoint.intersects(lamps.positions_m, np.full(len(sight), _BEYOND_M))
    seen &= ((lamps.normals * sight).sum(axis=1) > 0) & ((sight * sight).sum(axis=1) > _LEAST_M**2)
    lamps = lamps.select(seen)
    if not len(lamps.radii_m):
        return
    sight = viewpoint.position_m - lamps.positions_m
    facing = (lamps.normals * sight).sum(axis=1) / np.linalg.norm(sight, axis=1)
    direct = viewpoint.in_camera(lamps.positions_m)
    direct[:, 2] = np.maximum(direct[:, 2], NEAR_M)
    spots, depth_m = viewpoint.pixels(direct), direct[:, 2]
    scale_px = viewpoint.buffer.camera.intrinsics.fx_px * lamps.radii_m / depth_m
    sent = np.pi * scale_px**2 * facing * light.transmittance(depth_m)
    power = sent[:, None] * lamps.rgb
    _add_spots(
        viewpoint, _glare(viewpoint, spots, power * _shown(viewpoint, spots, depth_m)[:, None])
    )
    if light.wetness > 0:
        mirrored = viewpoint.in_camera(lamps.positions_m * (1.0, 1.0, -1.0))
        mirrored[:, 2] = np.maximum(mirrored[:, 2], NEAR_M)
        wet = power * (_STREAK * light.wetness)
        _add_spots(
            viewpoint,
            _streaks(viewpoint, spots, viewpoint.pixels(mirrored), wet, scale_px),
            ground_only=True,
        )


def _glare(viewpoint: Viewpoint, spots: Array, power: Array) -> _Spots:
    unit = viewpoint.buffer.camera.intrinsics.width_px / 256
    shares, sigmas = np.repeat(_GLARE, len(spots), axis=0).T[:, :, None] * [[[1.0]], [[unit]]]
    peaks = np.tile(power, (len(_GLARE), 1)) * shares / (2 * np.pi * sigmas**2)
    return _Spots(np.tile(spots, (len(_GLARE), 1)), np.repeat(sigmas, 2, axis=1), peaks)


def _shown(viewpoint: Viewpoint, spots: Array, depth_m: Array) -> Array:
    """Return (L,) the visible share of a lamp, from the depths of the pixels around it."""
    height, width = viewpoint.buffer.depth_m.shape
    middle = np.rint(np.nan_to_num(spots, nan=-9.0)).astype(int)
    inside = ((middle >= 0) & (middle < (width, height))).all(axis=1)
    around = np.clip(middle[:, None] + _AROUND, 0, (width - 1, height - 1))
    near = viewpoint.buffer.depth_m[around[..., 1], around[..., 0]]
    shown: Array = (near > depth_m[:, None] - 0.4).mean(axis=1) * inside
    return shown


def _streaks(
    viewpoint: Viewpoint, spots: Array, images: Array, power: Array, scale_px: Array
) -> _Spots:
    """Return reflections smeared along the line of sight: narrow and tall in the image."""
    tall = np.maximum(0.40 * np.hypot(*(images - spots).T), 1.0)
    narrow = 0.6 * viewpoint.buffer.camera.intrinsics.width_px / 256 + 0.7 * scale_px
    peaks = power / (2 * np.pi * narrow * tall)[:, None]
    return _Spots(images, np.column_stack([narrow, tall]), peaks)


def _add_spots(viewpoint: Viewpoint, spots: _Spots, *, ground_only: bool = False) -> None:
    """Add Gaussians of light as one sum of products of rows and columns."""
    bright = (spots.peaks.max(axis=1) >= _LEAST) & np.isfinite(spots.pixels).all(axis=1)
    pixels, sigmas, peaks = spots.pixels[bright], spots.sigmas_px[bright], spots.peaks[bright]
    if not len(pixels):
        return
    size = viewpoint.buffer.depth_m.shape[::-1]
    u0, v0 = np.clip(np.ceil((pixels - 3 * sigmas).min(axis=0)), 0, size).astype(int).tolist()
    u1, v1 = np.clip((pixels + 3 * sigmas).max(axis=0) + 1, 0, size).astype(int).tolist()
    if u1 <= u0 or v1 <= v0:
        return
    area = (slice(v0, v1), slice(u0, u1))
    across = _bell(np.arange(u0, u1) - pixels[:, :1], sigmas[:, :1])
    down = _bell(np.arange(v0, v1) - pixels[:, 1:], sigmas[:, 1:])
    planes = [(down * peaks[:, i : i + 1].astype(np.float32)).T @ across for i in range(3)]
    glow = cv2.merge(planes)
    if ground_only:
        ground = (viewpoint.buffer.instances[area] == 0) & np.isfinite(
            viewpoint.buffer.depth_m[area]
        )
        glow = cv2.copyTo(glow, ground.view(np.uint8))
    viewpoint.buffer.light[area] += glow


def _bell(distance: Array, sigma: Array) -> Float32:
    """Return a Gaussian that reaches 0 at three standard deviations, without a visible rim."""
    floor = np.exp(-4.5)
    bell = (np.exp(-0.5 * (distance / sigma) ** 2) - floor) / (1 - floor)
    result: Float32 = np.maximum(bell, 0.0).astype(np.float32)
    return result

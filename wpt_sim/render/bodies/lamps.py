# SPDX-License-Identifier: Apache-2.0
"""What burning lamps do beyond their own faces: glare in the lens and streaks on a wet road."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from wpt_sim.render.bodies.eye import NEAR_M, Eye
from wpt_sim.render.bodies.mesh import Mesh
from wpt_sim.render.canvas import Float32
from wpt_sim.render.light import Light

__all__ = ['Burning', 'add_glow', 'burning']

_GLARE = ((0.10, 2.0), (0.06, 7.0))
"""Shares of a lamp's light that the lens spreads, and how far (in 1/256 of the width)."""
_STREAK = 0.06
"""Share of a lamp's light that a streaming road sends on to the eye."""
_LEAST = 2e-5
"""Radiance below which a glow is not worth painting."""
_LEAST_M = 0.3
"""Lamps nearer than this are inside a body."""
_BEYOND_M = 2.0
"""So far beside the picture, a lamp may still shine into it."""
_AROUND = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), axis=-1).reshape(-1, 2)

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Burning:
    """N lamps that burn, in the world frame."""

    places_m: Array
    """(N, 3)."""
    normals: Array
    """(N, 3)."""
    radii_m: Array
    """(N,)."""
    rgb: Array
    """(N, 3) radiance."""

    def only(self, chosen: NDArray[np.bool_]) -> 'Burning':
        """Some of them."""
        return Burning(
            self.places_m[chosen], self.normals[chosen], self.radii_m[chosen], self.rgb[chosen]
        )


def burning(bodies: Iterable[tuple[Mesh, Array, Array]]) -> Burning:
    """All lamps that burn on bodies: mesh, world_from_body, and what each role radiates."""
    places, normals, radii, rgb = [], [], [], []
    for mesh, world_from_body, glow in bodies:
        turn, place = world_from_body[:3, :3], world_from_body[:3, 3]
        for lamp in mesh.lamps:
            if glow[lamp.role].any():
                places.append(turn @ lamp.place_m + place)
                normals.append(turn @ lamp.normal)
                radii.append(lamp.radius_m)
                rgb.append(glow[lamp.role])
    shape = (len(radii), 3)
    return Burning(
        np.reshape(places, shape),
        np.reshape(normals, shape),
        np.array(radii),
        np.reshape(rgb, shape),
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Spots:
    """L lamps in a picture, or their images in a wet road."""

    pixels: Array
    """(L, 2)."""
    sigmas_px: Array
    """(L, 2) extent to the sides, and up and down."""
    peaks: Array
    """(L, 3) radiance in the middle."""


def add_glow(eye: Eye, lamps: Burning, light: Light) -> None:
    """Add what burning lamps spread over the picture, when all bodies are painted."""
    sight = eye.place_m - lamps.places_m
    seen = eye.sees(lamps.places_m, np.full(len(sight), _BEYOND_M))
    seen &= ((lamps.normals * sight).sum(axis=1) > 0) & ((sight * sight).sum(axis=1) > _LEAST_M**2)
    lamps = lamps.only(seen)
    if not len(lamps.radii_m):
        return
    sight = eye.place_m - lamps.places_m
    facing = (lamps.normals * sight).sum(axis=1) / np.linalg.norm(sight, axis=1)
    direct = eye.in_camera(lamps.places_m)
    direct[:, 2] = np.maximum(direct[:, 2], NEAR_M)
    spots, depth_m = eye.pixels(direct), direct[:, 2]
    scale_px = eye.pane.camera.intrinsics.fx_px * lamps.radii_m / depth_m
    sent = np.pi * scale_px**2 * facing * light.transmittance(depth_m)
    power = sent[:, None] * lamps.rgb
    _add_spots(eye, _glare(eye, spots, power * _shown(eye, spots, depth_m)[:, None]))
    if light.wetness > 0:
        mirrored = eye.in_camera(lamps.places_m * (1.0, 1.0, -1.0))
        mirrored[:, 2] = np.maximum(mirrored[:, 2], NEAR_M)
        wet = power * (_STREAK * light.wetness)
        _add_spots(
            eye, _streaks(eye, spots, eye.pixels(mirrored), wet, scale_px), ground_only=True
        )


def _glare(eye: Eye, spots: Array, power: Array) -> _Spots:
    unit = eye.pane.camera.intrinsics.width_px / 256
    shares, sigmas = np.repeat(_GLARE, len(spots), axis=0).T[:, :, None] * [[[1.0]], [[unit]]]
    peaks = np.tile(power, (len(_GLARE), 1)) * shares / (2 * np.pi * sigmas**2)
    return _Spots(np.tile(spots, (len(_GLARE), 1)), np.repeat(sigmas, 2, axis=1), peaks)


def _shown(eye: Eye, spots: Array, depth_m: Array) -> Array:
    """(L,) how much of a lamp is not hidden, from the depths of the pixels around it."""
    height, width = eye.pane.depth_m.shape
    middle = np.rint(np.nan_to_num(spots, nan=-9.0)).astype(int)
    inside = ((middle >= 0) & (middle < (width, height))).all(axis=1)
    around = np.clip(middle[:, None] + _AROUND, 0, (width - 1, height - 1))
    near = eye.pane.depth_m[around[..., 1], around[..., 0]]
    shown: Array = (near > depth_m[:, None] - 0.4).mean(axis=1) * inside
    return shown


def _streaks(eye: Eye, spots: Array, images: Array, power: Array, scale_px: Array) -> _Spots:
    """Ripples smear the mirror image along the line of sight: narrow and tall in the picture."""
    tall = np.maximum(0.40 * np.hypot(*(images - spots).T), 1.0)
    narrow = 0.6 * eye.pane.camera.intrinsics.width_px / 256 + 0.7 * scale_px
    peaks = power / (2 * np.pi * narrow * tall)[:, None]
    return _Spots(images, np.column_stack([narrow, tall]), peaks)


def _add_spots(eye: Eye, spots: _Spots, *, ground_only: bool = False) -> None:
    """Add Gaussians of light, all at once: a sum of products of rows and columns."""
    bright = (spots.peaks.max(axis=1) >= _LEAST) & np.isfinite(spots.pixels).all(axis=1)
    pixels, sigmas, peaks = spots.pixels[bright], spots.sigmas_px[bright], spots.peaks[bright]
    if not len(pixels):
        return
    size = eye.pane.depth_m.shape[::-1]
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
        ground = (eye.pane.instances[area] == 0) & np.isfinite(eye.pane.depth_m[area])
        glow = cv2.copyTo(glow, ground.view(np.uint8))
    eye.pane.light[area] += glow


def _bell(distance: Array, sigma: Array) -> Float32:
    """A Gaussian that reaches 0 at three standard deviations, so that it has no visible rim."""
    floor = np.exp(-4.5)
    bell = (np.exp(-0.5 * (distance / sigma) ** 2) - floor) / (1 - floor)
    result: Float32 = np.maximum(bell, 0.0).astype(np.float32)
    return result

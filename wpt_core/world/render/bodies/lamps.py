# SPDX-License-Identifier: Apache-2.0
"""What burning lamps do beyond their own faces: glare in the lens and streaks on a wet road."""

import numpy as np
from numpy.typing import NDArray

from wpt_core.world.render.bodies.eye import NEAR_M, Eye
from wpt_core.world.render.bodies.mesh import Mesh
from wpt_core.world.render.canvas import Float32
from wpt_core.world.render.light import Light

__all__ = ['add_glow']

_GLARE = ((0.10, 2.0), (0.06, 7.0))
"""Shares of a lamp's light that the lens spreads, and how far (in 1/256 of the width)."""
_STREAK = 0.06
"""Share of a lamp's light that a streaming road sends on to the eye."""
_LEAST = 2e-5
"""Radiance below which a glow is not worth painting."""


def add_glow(
    eye: Eye,
    mesh: Mesh,
    light: Light,
    world_from_body: NDArray[np.float64],
    glow: NDArray[np.float64],
) -> None:
    """Add the glow of a body's burning lamps; `glow` (roles, 3) is what each role radiates."""
    burning = [lamp for lamp in mesh.lamps if glow[lamp.role].any()]
    if not burning:
        return
    turn = world_from_body[:3, :3].T
    places = np.stack([lamp.place_m for lamp in burning]) @ turn + world_from_body[:3, 3]
    normals = np.stack([lamp.normal for lamp in burning]) @ turn
    sight = eye.place_m - places
    facing = (normals * sight).sum(axis=1) / np.linalg.norm(sight, axis=1)
    in_camera = eye.in_camera(places)
    in_mirror = eye.in_camera(places * (1.0, 1.0, -1.0))
    ahead = (in_camera[:, 2] > 4 * NEAR_M) & (in_mirror[:, 2] > 4 * NEAR_M) & (facing > 0)
    for i in np.flatnonzero(ahead):
        depth_m = float(in_camera[i, 2])
        scale_px = eye.pane.camera.intrinsics.fx_px * burning[i].radius_m / depth_m
        clear = float(light.transmittance(depth_m))
        power = glow[burning[i].role] * (np.pi * scale_px**2 * facing[i] * clear)
        spot, mirrored = eye.pixels(np.stack([in_camera[i], in_mirror[i]]))
        if not np.isfinite([spot, mirrored]).all():
            continue
        _glare(eye, spot, depth_m, power)
        if light.wetness > 0:
            _streak(eye, spot, mirrored, power * (_STREAK * light.wetness), scale_px)


def _glare(
    eye: Eye, spot: NDArray[np.float64], depth_m: float, power: NDArray[np.float64]
) -> None:
    shown = _shown(eye, spot, depth_m)
    unit = eye.pane.camera.intrinsics.width_px / 256
    for share, spread in _GLARE:
        sigma = spread * unit
        peak = power * (share * shown / (2 * np.pi * sigma**2))
        _add_blob(eye, spot, (sigma, sigma), peak)


def _shown(eye: Eye, spot: NDArray[np.float64], depth_m: float) -> float:
    """How much of a lamp is not hidden, from the depths of the pixels around it."""
    height, width = eye.pane.depth_m.shape
    u, v = int(np.rint(spot[0])), int(np.rint(spot[1]))
    if not (0 <= u < width and 0 <= v < height):
        return 0.0
    around = eye.pane.depth_m[max(v - 1, 0) : v + 2, max(u - 1, 0) : u + 2]
    return float(np.mean(around > depth_m - 0.4))


def _streak(
    eye: Eye,
    spot: NDArray[np.float64],
    mirrored: NDArray[np.float64],
    power: NDArray[np.float64],
    scale_px: float,
) -> None:
    """Ripples smear the mirror image along the line of sight: narrow and tall in the picture."""
    tall = max(0.40 * float(np.hypot(*(mirrored - spot))), 1.0)
    narrow = 0.6 * eye.pane.camera.intrinsics.width_px / 256 + 0.7 * scale_px
    peak = power / (2 * np.pi * narrow * tall)
    _add_blob(eye, mirrored, (narrow, tall), peak, ground_only=True)


def _add_blob(
    eye: Eye,
    spot: NDArray[np.float64],
    sigma_px: tuple[float, float],
    peak: NDArray[np.float64],
    *,
    ground_only: bool = False,
) -> None:
    """Add a Gaussian of light around `spot`."""
    if peak.max() < _LEAST:
        return
    height, width = eye.pane.depth_m.shape
    reach = 3.0 * np.array(sigma_px)
    u0, v0 = np.clip(np.ceil(spot - reach), 0, (width, height)).astype(int)
    u1, v1 = np.clip(np.floor(spot + reach) + 1, 0, (width, height)).astype(int)
    if u1 <= u0 or v1 <= v0:
        return
    across: Float32 = _bell(np.arange(u0, u1) - spot[0], sigma_px[0])
    down: Float32 = _bell(np.arange(v0, v1) - spot[1], sigma_px[1])
    shape = down[:, None] * across
    if ground_only:
        shape = shape * (eye.pane.instances[v0:v1, u0:u1] == 0)
        shape = shape * np.isfinite(eye.pane.depth_m[v0:v1, u0:u1])
    eye.pane.light[v0:v1, u0:u1] += shape[..., None] * peak.astype(np.float32)


def _bell(distance: NDArray[np.float64], sigma: float) -> Float32:
    """A Gaussian that reaches 0 at three standard deviations, so that it has no visible rim."""
    floor = np.exp(-4.5)
    bell = (np.exp(-0.5 * (distance / sigma) ** 2) - floor) / (1 - floor)
    result: Float32 = np.maximum(bell, 0.0).astype(np.float32)
    return result

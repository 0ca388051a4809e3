# SPDX-License-Identifier: Apache-2.0
"""What the headlamps of other vehicles throw on the road in front of them."""

from collections.abc import Iterable
from functools import lru_cache

import numpy as np

from wpt_core.geometry import apply, lift
from wpt_core.world.render.bodies.blend import spread
from wpt_core.world.render.bodies.eye import Eye
from wpt_core.world.render.bodies.plate import projected, shares_from_ray, windows
from wpt_core.world.render.canvas import Float32
from wpt_core.world.render.light import HEADLAMPS_IN_BASE, Light
from wpt_core.world.scene import Actor, Kind

__all__ = ['add_pools']

_VEHICLES = (Kind.CAR, Kind.VAN, Kind.TRUCK)
_LONG_M, _WIDE_M = 36.0, 14.0
_TEXEL_M = 0.4
_LEAST_M = 2.0
"""Nearer to the bumper the road is hidden from most eyes, and too bright for a coarse picture."""
_ALBEDO_RGB = np.array([0.085, 0.080, 0.070])
"""Of a road in the light of headlamps."""


def add_pools(eye: Eye, actors: Iterable[Actor], light: Light) -> None:
    """Add light to the ground, where daylight does not outshine it."""
    vehicles = [actor for actor in actors if actor.kind in _VEHICLES]
    if light.headlights == 0.0 or not vehicles:
        return
    turn = eye.camera_from_world
    corners, across, down = (np.stack(side) for side in zip(*map(_sides, vehicles), strict=True))
    corners = apply(turn, corners)
    across, down = across @ turn[:3, :3].T, down @ turn[:3, :3].T
    matrices = shares_from_ray(corners, across, down)
    places, usable = windows(eye, corners, across, down)
    for i in np.flatnonzero(usable).tolist():
        u0, v0, u1, v1 = window = tuple(places[i].tolist())
        area = (slice(v0, v1), slice(u0, u1))
        pool = np.asarray(projected(eye, matrices[i], _pool(light), window), np.float32)
        pool *= np.isfinite(eye.pane.depth_m[area])
        eye.pane.light[area] += spread(pool, _ALBEDO_RGB)


def _sides(vehicle: Actor) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    """Far left corner of the pool in the world, and from there to the right and back."""
    world_from_body = lift(vehicle.pose)
    bumper_m = vehicle.size.length_m / 2
    corner = apply(world_from_body, [bumper_m + _LONG_M, _WIDE_M / 2, 0.0])
    turn = world_from_body[:3, :3]
    return corner, turn @ (0.0, -_WIDE_M, 0.0), turn @ (-_LONG_M, 0.0, 0.0)


@lru_cache(maxsize=4)
def _pool(light: Light) -> Float32:
    """(rows from far to near, columns from left to right) light on flat ground."""
    x = np.arange(_LONG_M - _TEXEL_M / 2, 0.0, -_TEXEL_M)
    y = np.arange(_WIDE_M / 2 - _TEXEL_M / 2, -_WIDE_M / 2, -_TEXEL_M)
    ahead, left = np.meshgrid(x, y, indexing='ij')
    base = np.stack(
        [np.maximum(ahead, _LEAST_M) + HEADLAMPS_IN_BASE[0, 0], left, np.zeros_like(left)], axis=-1
    )
    rim = np.clip(np.minimum(ahead, _LONG_M - ahead) / 4.0, 0.0, 1.0)
    rim *= np.clip((_WIDE_M / 2 - np.abs(left)) / 4.0, 0.0, 1.0)
    pool: Float32 = light.on_ground(base) * rim.astype(np.float32)
    return pool
